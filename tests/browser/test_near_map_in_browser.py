"""The map near by, in a browser: names of areas, and streets and buildings as soon as the reader has zoomed in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from kortrijk_geo.mapping import PageExtras, write_page
from kortrijk_geo.mapping.background import encode

pytestmark = pytest.mark.browser
Opener = Callable[..., Any]
VIEW = "KortrijkAtlas.views[0]"
CANVAS = "canvas.kg-background"
NAMES = "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"


@pytest.fixture(scope="module")
def streets(samples: ModuleType) -> np.ndarray:
    """Two streets that cross in the middle of the town, in web Mercator."""
    x, y = samples.CENTRE
    lines = [shapely.LineString([(x - 400, y), (x + 400, y)]), shapely.LineString([(x, y - 400), (x, y + 400)])]
    return gpd.GeoSeries(lines, crs=samples.CRS).to_crs(3857).to_numpy()


@pytest.fixture(scope="module")
def block(streets: np.ndarray) -> str:
    houses = shapely.get_exterior_ring(
        shapely.buffer(shapely.line_interpolate_point(streets, [100, 900]), 30, cap_style="square")
    )
    return encode(streets, np.array([1, 3]), ["Grote Weg", "<b>Steeg</b>"], houses)


@pytest.fixture(scope="module")
def page_file(samples: ModuleType, block: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("near") / "voorbeeld.html"
    write_page(samples.spec(), path, extras=PageExtras(background=block))
    return path


def test_a_browser_reads_what_was_written(page_file: Path, open_page: Opener, block: str, streets: np.ndarray) -> None:
    page = open_page(page_file)
    read = page.evaluate(
        """(block) => KortrijkAtlas.background(block).then(({ streets, buildings }) => ({
      names: [...streets.name].map((place) => streets.names[place]), kind: [...streets.kind], start: [...streets.start],
      xy: [[...streets.x], [...streets.y]], buildings: buildings.count, corners: [...buildings.start],
    }))""",
        block,
    )
    assert (read["names"], read["kind"], read["start"]) == (["Grote Weg", "<b>Steeg</b>"], [1, 3], [0, 2, 4])
    assert np.abs(np.array(read["xy"]).T - shapely.get_coordinates(streets)).max() <= 0.5
    assert (read["buildings"], read["corners"]) == (2, [0, 4, 8])


def test_streets_and_buildings_come_when_the_reader_is_near(page_file: Path, open_page: Opener) -> None:
    page = open_page(page_file)
    assert page.locator(CANVAS).count() == 0
    middle = f"{VIEW}.map.getCenter()"
    at = page.evaluate(
        f"(() => {{ const b = L.latLngBounds({VIEW}.data.bounds).getCenter(); return [b.lat, b.lng]; }})()"
    )
    page.evaluate(f"(at) => {VIEW}.map.setView(at, 16, {{ animate: false }})", at)
    page.locator(CANVAS).first.wait_for()
    painted = page.locator(CANVAS).evaluate_all("""(all) => all.map((one) => {
      const { data } = one.getContext("2d").getImageData(0, 0, one.width, one.height);
      return data.some((value) => value > 0);
    })""")
    assert painted == [True, True]  # the ground, and the names over what lies on it
    assert page.evaluate(middle)
    page.evaluate(f"{VIEW}.wholeMap()")
    assert page.locator(CANVAS).count() == 0


def test_a_page_without_streets_stays_as_it_is(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    write_page(samples.spec(), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html")
    page.evaluate(f"{VIEW}.map.setView({VIEW}.map.getCenter(), 17, {{ animate: false }})")
    assert page.locator(CANVAS).count() == 0


@pytest.mark.parametrize(
    "size", [{"width": 1280, "height": 900}, {"width": 1920, "height": 1080}], ids=["desk", "wide"]
)
def test_every_area_has_its_name_and_no_two_meet(page_file: Path, open_page: Opener, size: dict[str, int]) -> None:
    page = open_page(page_file, viewport=size)
    boxes = page.locator(".kg-name bdi").evaluate_all(NAMES)
    assert len(boxes) == 14
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = one["right"] <= other["left"] or other["right"] <= one["left"]
            assert apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]


def test_the_chosen_area_always_has_its_name(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    write_page(samples.spec(samples.result(200)), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html", viewport={"width": 360, "height": 740})
    names = page.locator(".kg-name bdi")
    assert names.count() < 200
    hidden = next(
        row for row in range(200) if page.evaluate(f"{VIEW}.data.names[{row}]") not in names.all_inner_texts()
    )
    page.evaluate(f"{VIEW}.select({hidden})")
    chosen = page.locator(".kg-chosen-name").inner_text()
    assert "".join(chosen.split()) == "".join(page.evaluate(f"{VIEW}.data.names[{hidden}]").split())


def test_names_leave_out_the_city_where_that_is_clear(samples: ModuleType, tmp_path: Path, open_page: Opener) -> None:
    result = samples.result()
    result.pack = "Voorbeeldstad (demo)"
    result.areas["name"] = ["Voorbeeldstad Centrum", "Voorbeeldstad Noord", "Noord", *result.areas["name"][3:]]
    write_page(samples.spec(result), tmp_path / "page.html")
    page = open_page(tmp_path / "page.html")
    names = [" ".join(text.split()) for text in page.locator(".kg-name bdi").all_inner_texts()]
    assert {"Centrum", "Voorbeeldstad Noord", "Noord"} <= set(names)
