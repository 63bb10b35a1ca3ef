"""Two states on one page in a real browser: the slider, both figures of every area, the difference, the link, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from kortrijk_geo.mapping import MapSpec, write_page
from kortrijk_geo.mapping.compare import compare
from kortrijk_geo.text.dutch import number_text

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
BEFORE = ".leaflet-kg-before-pane path"
AREA = "path.leaflet-interactive[data-row]"
LIMITS = (0.2, 0.4, 0.6, 0.8)


@pytest.fixture(scope="module")
def spec(samples: ModuleType) -> MapSpec:
    earlier = samples.areas()
    earlier["share_near"] = earlier["share_near"] * 0.5
    return compare(samples.spec(samples.result(frame=earlier)), samples.spec(), names=("2015", "2024"))


@pytest.fixture(scope="module")
def page_file(spec: MapSpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "vergelijking.html"
    write_page(spec, path)
    return path


def colours(page: Any, values: Any) -> list[str]:
    classes = page.evaluate("KortrijkAtlas.views[0].layer().classes.map((c) => c.colour)")
    places = np.searchsorted(LIMITS, values, side="right")
    return ["url(#kg-hatch)" if np.isnan(v) else classes[p] for v, p in zip(values, places, strict=True)]


def test_left_of_the_slider_is_before_and_right_of_it_after(page_file: Path, open_page: Opener, spec: MapSpec) -> None:
    page = open_page(page_file)
    areas = spec.result.areas
    drawn = [path.get_attribute("fill") for path in page.locator(BEFORE).all()]
    assert drawn == colours(page, areas["share_near_before"])
    under = [page.locator(f'{AREA}[data-row="{row}"]').get_attribute("fill") for row in range(14)]
    assert under == colours(page, areas["share_near"])
    assert page.locator(".kg-swipe-line bdi").all_inner_texts() == ["2015", "2024"]
    width = page.locator(".leaflet-container").bounding_box()["width"]
    edge = """() => {
      const clip = document.querySelector(".leaflet-kg-before-pane").style.clipPath;
      const x = Number(clip.split(",")[1].trim().split("px")[0]);
      return KortrijkAtlas.views[0].map.layerPointToContainerPoint([x, 0]).x;
    }"""
    assert page.evaluate(edge) == pytest.approx(width / 2, abs=1)
    slider = page.get_by_label("Schuif: links 2015, rechts 2024")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert page.evaluate(edge) == pytest.approx(0.6 * width, abs=1)
    page.evaluate("KortrijkAtlas.views[0].map.panBy([80, 30], { animate: false })")
    assert page.evaluate(edge) == pytest.approx(0.6 * width, abs=1)


def test_the_slider_can_be_dragged_without_dragging_the_map(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    centre = page.evaluate("KortrijkAtlas.views[0].map.getCenter()")
    box = page.locator(".kg-slider").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, y, steps=6)
    page.mouse.up()
    assert 20 <= int(page.locator(".kg-slider").input_value()) <= 30
    assert page.evaluate("KortrijkAtlas.views[0].map.getCenter()") == centre
    # Beside its grip the map is still the map.
    map_box = page.locator(".leaflet-container").bounding_box()
    page.mouse.click(map_box["x"] + map_box["width"] * 0.45, map_box["y"] + map_box["height"] * 0.5)
    assert page.locator("#card h3").count() == 1


def test_table_tooltip_and_spoken_label_tell_both_and_the_difference(
    page_file: Path, open_page: Opener, spec: MapSpec
) -> None:
    page = open_page(page_file)
    label = "Alles binnen 15 minuten"
    heads = page.locator("#areas-table thead th:visible").all_inner_texts()
    assert [head.split(" ↕")[0].strip() for head in heads] == [
        "Gebied",
        f"{label}: 2024",
        f"{label}: 2015",
        f"{label}: verschil",
    ]
    for row, area in enumerate(spec.result.areas.itertuples()):
        was, now, change = (
            number_text(area.share_near_before, "share", LIMITS),
            number_text(area.share_near, "share", LIMITS),
            number_text(area.share_near_change, "points"),
        )
        cells = page.locator(f'#areas-table tbody tr[data-row="{row}"] td:visible').all_inner_texts()
        assert [text.strip() for text in cells] == [now, was, change]
        spoken = page.locator(f'{AREA}[data-row="{row}"]').get_attribute("aria-label")
        assert spoken == f"{area.name}: {label}, 2015 {was}, 2024 {now}"
    page.evaluate("KortrijkAtlas.views[0].hover(0, true)")
    assert len(page.locator(".kg-tip dt").all()) == 3


def test_the_difference_has_colours_of_its_own_and_no_slider(page_file: Path, open_page: Opener, spec: MapSpec) -> None:
    page = open_page(page_file)
    counts = page.locator(".kg-legend .kg-count").all_inner_texts()[1:]
    assert all("→" in text for text in counts)
    page.get_by_text("Verschil", exact=True).click()
    assert not page.locator(".kg-swipe").is_visible()
    assert not page.locator(BEFORE).first.is_visible()
    limits = spec.area_layers[3].scale.limits
    wanted = np.searchsorted(limits, spec.result.areas["share_near_change"].dropna(), side="right")
    counts = page.locator(".kg-legend .kg-count").all_inner_texts()[1:]
    assert counts == [*(str((wanted == place).sum()) for place in range(5)), "1"]
    page.get_by_text("2015 en 2024", exact=True).click()
    assert page.locator(".kg-swipe").is_visible()


def test_a_link_keeps_the_slider(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    page.get_by_label("Schuif: links 2015, rechts 2024").fill("80")
    assert "schuif=80" in page.url
    again = open_page(page_file, hash=page.url[page.url.index("#") :])
    assert again.locator(".kg-slider").input_value() == "80"
    broken = open_page(page_file, hash="#schuif=1e9")
    assert broken.locator(".kg-slider").input_value() == "50"


def test_a_comparison_prints_on_one_page(page_file: Path, open_page: Opener) -> None:
    content = open_page(page_file).pdf(prefer_css_page_size=True, print_background=True)
    assert content.count(b"/Type /Page\n") == 1


def test_a_comparison_prints_before_and_after_beside_each_other(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    before = page.locator(BEFORE).evaluate_all("(all) => all.map((one) => one.getAttribute('fill'))")
    page.set_viewport_size({"width": 1054, "height": 725})
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    maps = page.locator(".mapbox")
    assert maps.count() == 2
    left, right = (maps.nth(place).bounding_box() for place in range(2))
    assert left["x"] + left["width"] <= right["x"]
    assert (left["y"], left["height"], left["width"]) == (right["y"], right["height"], right["width"])
    assert maps.locator(".kg-state").all_inner_texts() == ["2015", "2024"]
    twin = page.locator(".kg-twin .leaflet-kg-before-pane path")
    assert twin.evaluate_all("(all) => all.map((one) => one.getAttribute('fill'))") == before
    assert twin.first.is_visible()
    assert not page.locator(".mapbox:not(.kg-twin) .leaflet-kg-before-pane path").first.is_visible()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert maps.count() == 1
    assert page.locator(".kg-state").count() == 0
    assert page.locator(BEFORE).first.is_visible()
