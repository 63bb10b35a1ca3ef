"""A city of five areas whose rates are known: 45, 55, 70 places per 100 children, unknown, and no children at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from kortrijk_geo.pack.city import City
from kortrijk_geo.pack.files import LayerRecord, PackInfo, frame_digest
from kortrijk_geo.pack.validation import validate

CRS = "EPSG:31370"
PLACES = {"45": (500, 500), "55": (1500, 500), "70": (2500, 500), "unknown": (3500, 500), "empty": (500, 1500)}
YES = {
    "realised_within_months": 6,
    "no_earlier_premium": True,
    "age_range": "0-3",
    "days_per_week": 5,
    "open_to_all": True,
    "digital_desk": True,
    "licence": True,
    "no_exclusion": True,
    "legal_form": "natuurlijke persoon",
}


def _frame(name: str, rows: dict[str, list[Any]], shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    return validate(name, gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS), crs=CRS, origin="test city")


def build_small_city(**children: float) -> City:
    boxes = [shapely.box(left, 0, left + 1000, 1000) for left in (0, 1000, 2000, 3000)] + [
        shapely.box(0, 1000, 1000, 2000)
    ]
    ids = ["W45", "W55", "W70", "Wunknown", "Wempty"]
    names = ["Laag", "Midden", "Hoog", "Onbekend", "Leeg"]
    counts = [children.get(one, default) for one, default in zip(ids, [100, 200, 100, 100, 0], strict=True)]
    layers = {
        "boundary": _frame("boundary", {"name": ["Teststad"]}, [shapely.union_all(boxes)]),
        "areas": _frame(
            "areas",
            {
                "area_id": ids,
                "name": names,
                "children_0_2": counts,
                "vulnerable": [False, False, False, None, True],
            },
            boxes,
        ),
        "childcare": _frame(
            "childcare",
            {
                "location_id": ["a", "b", "c", "d", "e", "f", "later", "gone", "planned"],
                "name": ["A", "B", "C", "D", "E", "F", "later", "gone", "planned"],
                "kind": ["group", "family", "group", "group", "group", "group", "group", "group", "group"],
                "places": [37, 8, 110, 70, None, 10, 50, 60, 70],
                "income_related_places": [0] * 9,
                "opens": ["2010-01-01"] * 4 + ["2015-01-01", None, "2021-02-01", "2000-01-01", "2005-01-01"],
                "closes": [None] * 7 + ["2019-12-31", None],
                "standing": ["existing"] * 8 + ["decided"],
            },
            [shapely.Point(x, y) for x, y in [(100, 100), (900, 900), (1100, 100), (2100, 100), (3100, 100)]]
            + [shapely.Point(3200, 100)]
            + [shapely.Point(500, 400)] * 3,
        ),
    }
    records = {name: LayerRecord("verzonnen", "2020-12-31", synthetic=True) for name in layers}
    info = PackInfo("Teststad", CRS, nis_code="34022", buffer_m=1000.0, synthetic=True, layers=records)
    return as_built(City(Path("test-city"), info, layers))


def as_built(city: City) -> City:
    """Return the city as a pack that was built with the layers it has now."""
    layers = {name: city.layer(name) for name in city.layers}
    records = {
        name: replace(
            city.info.layers.get(name, LayerRecord("verzonnen", "2020-12-31", synthetic=True)),
            sha256=frame_digest(frame),
        )
        for name, frame in layers.items()
    }
    return City(city.folder, replace(city.info, layers=records), layers)
