"""The premium on Kortrijk's real wijken: the area of every published point, the border between two, and outside."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.city import City
from kortrijk_geo.pack.files import LayerRecord, PackInfo
from kortrijk_geo.pack.validation import validate
from kortrijk_geo.premium.application import Application
from kortrijk_geo.premium.deciding import decide
from kortrijk_geo.premium.decision import Decision
from kortrijk_geo.premium.rulebooks import load_rulebooks
from kortrijk_geo.premium.sheet import render_sheet

pytestmark = pytest.mark.real
CRS = "EPSG:31370"
NOW = dt.datetime(2026, 3, 2, 10, 30, tzinfo=dt.UTC)
# Code, name and a point inside, as published with the official wijken.
WIJKEN = [
    ("34022W01", "Aalbeke", 68858, 163541),
    ("34022W02", "Bellegem", 74270, 163140),
    ("34022W03", "Bissegem", 69587, 168531),
    ("34022W04", "Heule Centrum", 69900, 171533),
    ("34022W05", "Heule Sente", 69116, 173099),
    ("34022W06", "Heule Watermolen", 71527, 170946),
    ("34022W07", "Kooigem", 76362, 160080),
    ("34022W08", "Kortrijk Centrum", 72133, 169304),
    ("34022W09", "Kortrijk Noord", 72308, 170019),
    ("34022W10", "Kortrijk Oost", 74047, 168863),
    ("34022W11", "Kortrijk West", 71611, 167866),
    ("34022W12", "Kortrijk Zuid", 73781, 166097),
    ("34022W13", "Marke", 69910, 165744),
    ("34022W14", "Rollegem", 71500, 162854),
]


@pytest.fixture(scope="module")
def wijken(real_data: Path) -> City:
    """Real boundaries; invented counts: 100 children everywhere, 45 places in Heule Centrum and 70 in Centrum."""
    file = real_data / "kortrijk" / "boundaries.gpkg"
    if not file.is_file():
        pytest.skip(f"{file} is absent")
    city, areas = (gpd.read_file(file, layer=layer).to_crs(CRS) for layer in ("gemeente", "wijken"))
    by_point = gpd.GeoDataFrame(
        {"area_id": [row[0] for row in WIJKEN], "name": [row[1] for row in WIJKEN]},
        geometry=[shapely.Point(x, y) for _, _, x, y in WIJKEN],
        crs=CRS,
    )
    named = areas[["geometry"]].sjoin(by_point, predicate="contains").drop(columns="index_right")
    assert sorted(named["area_id"]) == [row[0] for row in WIJKEN]
    named["children_0_2"] = 100
    places = gpd.GeoDataFrame(
        {
            "location_id": ["a", "b"],
            "name": ["a", "b"],
            "kind": ["group", "group"],
            "places": [45, 70],
            "opens": ["2010-01-01", "2010-01-01"],
        },
        geometry=[shapely.Point(69900, 171533), shapely.Point(72133, 169304)],
        crs=CRS,
    )
    boundary = gpd.GeoDataFrame({"name": ["Kortrijk"]}, geometry=city.geometry, crs=CRS)
    layers = {
        name: validate(name, frame, crs=CRS, origin=str(file))
        for name, frame in (("boundary", boundary), ("areas", named), ("childcare", places))
    }
    records = {name: LayerRecord("Kortrijk", "2020-12-31") for name in layers}
    return City(file.parent, PackInfo("Kortrijk", CRS, nis_code="34022", layers=records), layers)


def ask(city: City, x: float, y: float) -> Decision:
    application = Application("group", 19, 0, x, y, dt.date(2021, 10, 12), assume_yes=True)
    return decide(application, city, load_rulebooks(), now=NOW, accept_changed=True)  # its counts are invented


@pytest.mark.parametrize(("code", "name", "x", "y"), WIJKEN)
def test_the_wijk_of_a_published_point(wijken: City, code: str, name: str, x: float, y: float) -> None:
    decision = ask(wijken, x, y)
    assert decision.status == "provisional", "its conditions are assumed, its amounts known from the press"
    assert decision.area is not None
    assert (decision.area.area_id, decision.area.name) == (code, name)


def test_droomedaris_in_heule_and_the_same_in_centrum(wijken: City) -> None:
    assert ask(wijken, 69900, 171533).to_json()["total_eur"] == "8550.00"
    assert ask(wijken, 72133, 169304).to_json()["total_eur"] == "4598.00"


def test_on_the_real_border_of_centrum_and_a_needier_wijk(wijken: City) -> None:
    shapes = wijken.areas.set_index("name").geometry
    border = shapes["Kortrijk Centrum"].boundary.intersection(shapes["Kortrijk Noord"].boundary)
    line = max(shapely.get_parts(shapely.line_merge(shapely.node(border))), key=lambda part: part.length)
    middle = line.interpolate(0.5, normalized=True)
    decision = ask(wijken, round(middle.x, 2), round(middle.y, 2))
    assert decision.area is not None
    assert decision.area.name == "Kortrijk Noord"
    assert decision.to_json()["total_eur"] == "8550.00"
    assert any("grens" in note for note in decision.notes)


@pytest.mark.parametrize(("x", "y"), [(67700, 174300), (78600, 174300)])
def test_outside_kortrijk(wijken: City, x: float, y: float) -> None:
    assert ask(wijken, x, y).status == "not eligible"


@pytest.mark.parametrize(("x", "y"), [(72000, 196000), (0, 0), (3.2649, 50.8283), (50.8283, 3.2649)])
def test_a_point_far_from_kortrijk_is_an_error_and_no_refusal(wijken: City, x: float, y: float) -> None:
    with pytest.raises(DataError, match="outside the layers of the pack Kortrijk"):
        ask(wijken, x, y)


def test_the_sheet_draws_the_real_wijken(wijken: City) -> None:
    page = render_sheet(ask(wijken, 69900, 171533))
    assert page.count("<path ") == 14
    assert len(page) < 60_000
    assert "DEMO" not in page
