"""Texts that would run in a browser if anything let them: in every field of a page and of a researcher's map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kortrijk_geo.mapping import PageExtras, draw_map, write_page
from kortrijk_geo.results import Column, Figure, Source
from kortrijk_geo.text.safe import visible

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
AREA = "path.leaflet-interactive[data-row]"


def hostile_spec(samples: ModuleType) -> Any:
    names = samples.HOSTILE
    frame = samples.areas(len(names))
    frame["name"] = list(names)
    frame["kind"] = list(names)
    frame.index = list(names)
    frame.index.name = "area_id"
    everything = " ".join(names)
    result = samples.result(
        frame=frame,
        pack=everything,
        page="hostile",
        pack_digest=everything,
        columns=[
            Column(name, everything)
            for name in ("name", "population", "share_near", "share_near_cycle", "places_per_100", "kind")
        ],
        headlines=[Figure(everything, name, 0.5, name, 0.6, name) for name in names],
        sources=[Source(name, name, name) for name in names],
        notes=list(names),
        options={name: [name, {name: name}] for name in names},
    )
    spec = samples.spec(result, points=len(names))
    homes, places = spec.point_layers
    rows = replace(
        homes, frame=homes.frame.assign(note=list(names)), fields={"note": everything}, label=everything, radius_px=9
    )
    kinds = replace(
        places,
        frame=places.frame.iloc[: len(names)].assign(kind=list(names), title=list(names)),
        label=everything,
        fields={"title": everything, "kind": everything},
        colours={name: (name, "#d95f02") for name in names},
        shown=True,
    )
    shape = spec.shape_layers[0]
    shapes = replace(shape, frame=shape.frame.assign(title=everything), fields={"title": everything}, label=everything)
    return replace(
        spec,
        title=everything,
        lead=everything,
        method=everything,
        area_layers=tuple(
            replace(layer, label=everything, group=name) for layer, name in zip(spec.area_layers, names, strict=False)
        ),
        table=("population", "share_near", "kind"),
        point_layers=(rows, kinds),
        shape_layers=(replace(shapes, shown=True),),
    )  # fmt: skip


def exercise(page: Any, count: int) -> None:
    """Bring every text of the map to the screen."""
    for row in range(count):
        page.evaluate(f"KortrijkAtlas.views[0].hover({row}, true); KortrijkAtlas.views[0].select({row})")
        page.evaluate(
            f"""(() => {{ const v = KortrijkAtlas.views[0];
            v.overlays.forEach((o) => o.layer.hit && v.showTip(o.tip({row}), v.map.getCenter())); }})()"""
        )
    page.evaluate("(() => { const v = KortrijkAtlas.views[0]; v.showTip(v.overlays[0].tip(0), v.map.getCenter()); })()")
    for place in range(3):
        page.evaluate(f"KortrijkAtlas.views[0].setLayer({place})")
    page.wait_for_timeout(100)


def test_hostile_names_show_as_text_and_nothing_runs(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    spec = hostile_spec(samples)
    write_page(
        spec,
        tmp_path / "hostile.html",
        downloads=samples.HOSTILE,
        extras=PageExtras(index="javascript:window.attacked=5"),
    )
    page = open_page(tmp_path / "hostile.html")
    exercise(page, len(samples.HOSTILE))
    page.get_by_label("Zoek een gebied").fill("img")
    assert page.locator("#hits button").all_inner_texts() == [samples.HOSTILE[0]]
    shown = page.locator("#areas-table tbody th").all_text_contents()
    assert [text.strip() for text in shown] == [visible(name) for name in samples.HOSTILE]
    assert page.evaluate("window.attacked") is None
    assert page.locator("img, iframe, object, embed, svg svg").count() == 0
    assert page.locator("script").count() == 5
    for row, name in enumerate(samples.HOSTILE):
        assert page.locator(f'{AREA}[data-row="{row}"]').get_attribute("aria-label").startswith(visible(name) + ": ")
    for note in page.locator(".notes").first.locator("li").all_text_contents():
        assert note in {visible(name) for name in samples.HOSTILE}
    for link in page.locator("a").all():
        assert not (link.get_attribute("href") or "").startswith("javascript:")


def test_hostile_names_do_not_run_in_a_folium_map_either(
    samples: ModuleType, tmp_path: Path, open_page: Opener
) -> None:
    drawn = draw_map(hostile_spec(samples))
    drawn.save(tmp_path / "map.html")
    page = open_page(tmp_path / "map.html")
    assert page.locator(AREA).count() == len(samples.HOSTILE)
    exercise(page, len(samples.HOSTILE))
    assert page.evaluate("window.attacked") is None
    assert page.locator("img, iframe, object, embed").count() == 0
    assert "49" not in page.locator(".leaflet-control-attribution").inner_text()
