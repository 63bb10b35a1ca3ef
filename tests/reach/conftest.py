"""A city small enough to compute by hand: one street of 1,600 m, a one-way piece, a side street, a loose end."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, box
from shapely.affinity import translate
from street_bus import feed

from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd
    import shapely

CRS = "EPSG:31370"
X0, Y0 = 70_000.0, 168_000.0

TWO_KINDS = """
version = "1"
title = "Twee soorten"
source = "test"
date = "2026"
standing = "test"

[[category]]
key = "food_shop"
label = "voedingswinkel"
weight = 3
source = "test"
standing = "test"
rules = [{ shop = "supermarket" }]

[[category]]
key = "pharmacy"
label = "apotheek"
weight = 1
source = "test"
standing = "test"
rules = [{ amenity = "pharmacy" }]
"""


def moved(shape: shapely.Geometry) -> shapely.Geometry:
    """Coordinates in the tests are metres from the corner of the city."""
    return translate(shape, X0, Y0)


def frame(rows: Sequence[dict[str, object]]) -> gpd.GeoDataFrame:
    """Rows with a geometry in metres from the corner."""
    found = gpd.GeoDataFrame(rows, crs=CRS)
    return found.set_geometry(gpd.GeoSeries([moved(shape) for shape in found.geometry], crs=CRS))


def amenity(key: str, x: float, y: float, **tags: str) -> dict[str, object]:
    """An amenity row; its category is its first tag."""
    main = next(iter(tags.items()))
    return {
        "amenity_id": key,
        "category": "=".join(main),
        "name": f"naam {key}",
        "tags": json.dumps(tags, sort_keys=True),
        "geometry": Point(x, y),
    }


def street(key: str, *points: tuple[float, float], forward: bool = True, backward: bool = True) -> dict[str, object]:
    """A street on which one walks, and cycles as told."""
    return {
        "street_id": key,
        "kind": "residential",
        "walk": True,
        "cycle_forward": forward,
        "cycle_backward": backward,
        "geometry": LineString(points),
    }


def home(key: str, area: str | None, residents: float, x: float, y: float) -> dict[str, object]:
    """A home with half as many dwellings as residents and a tenth as many small children."""
    return {
        "home_id": key,
        "area_id": area,
        "dwellings": residents / 2,
        "residents": residents,
        "children_0_2": residents / 10,
        "geometry": Point(x, y),
    }


def layers() -> dict[str, gpd.GeoDataFrame]:
    """Layers of the small city: areas W1 (x < 700) and W2."""
    return {
        "boundary": frame([{"name": "Klein", "population": 70.0, "geometry": box(-300, -300, 1_900, 1_500)}]),
        "areas": frame(
            [
                {"area_id": "W1", "name": "West", "households_private": 14.0, "geometry": box(-300, -300, 700, 1_500)},
                {"area_id": "W2", "name": "Oost", "households_private": 20.0, "geometry": box(700, -300, 1_900, 1_500)},
            ]
        ),
        "streets": frame(
            [
                street("ab", (0, 0), (400, 0)),
                street("bc", (400, 0), (800, 0)),
                street("cd", (800, 0), (1_200, 0), backward=False),  # by bicycle eastwards only
                street("de", (1_200, 0), (1_600, 0)),
                street("b-north", (400, 0), (400, 400)),
                street("loose", (0, 1_000), (200, 1_000)),
            ]
        ),
        "homes": frame(
            [
                home("h1", "W1", 10, 100, 10),  # 10 m from its street
                home("h2", "W2", 30, 1_500, 0),
                home("h3", "W2", 5, 900, 500),  # 500 m from any street: unknown
                home("h4", "W1", 20, 100, 1_000),  # on the loose end: nothing is reached
                home("h5", None, 7, 1_600, 0),  # in the buffer: counts nowhere
            ]
        ),
        "amenities": frame(
            [
                amenity("shop", 200, 20, shop="supermarket"),  # 20 m from its street
                amenity("pharmacy", 1_600, 0, amenity="pharmacy"),
                amenity("bench", 300, 0, amenity="bench"),
            ]
        ),
    }


def build(folder: Path, **changed: pd.DataFrame) -> City:
    """Write the small city, with some layers changed, and open it."""
    content = {**layers(), **changed}
    records = {name: LayerRecord("test", reference_date="2026-01-01", licence="CC0") for name in content}
    write_pack(folder, PackInfo(name="Klein", crs=CRS, buffer_m=4_000.0, layers=records), content)
    return open_city(folder)


def without_residents(homes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The homes, their inhabitants unknown."""
    return homes.assign(residents=np.nan, children_0_2=np.nan)


@pytest.fixture
def two_kinds(tmp_path: Path) -> Path:
    """A file with two categories: food shop (weight 3) and pharmacy (weight 1)."""
    path = tmp_path / "two.toml"
    path.write_text(TWO_KINDS, encoding="utf-8")
    return path


@pytest.fixture
def small(tmp_path: Path) -> SimpleNamespace:
    """The small city, its layers, and the makers of their rows."""
    made = iter(range(100))
    return SimpleNamespace(
        build=lambda **changed: build(tmp_path / f"pack{next(made)}", **changed),
        layers=layers,
        frame=frame,
        amenity=amenity,
        street=street,
        home=home,
        moved=moved,
        without_residents=without_residents,
        x0=X0,
        y0=Y0,
    )


@pytest.fixture
def riding(small: SimpleNamespace, tmp_path: Path) -> Callable[..., City]:
    """Make the small city with a bus at some minutes of the hour."""
    made = iter(range(100))

    def make(*minutes: int, **options: Any) -> City:
        bus = feed(tmp_path / "bus.zip", small, minutes, **options)
        return small.build().add("gtfs", bus, tmp_path / f"riding{next(made)}", source="Bus", date="2026-11-01")

    return make
