"""A made-up city in memory: square areas of one square kilometre in rows, and the counts that a test gives them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point, box

from kortrijk_geo.pack.city import City
from kortrijk_geo.pack.files import LayerRecord, PackInfo

CRS = "EPSG:31370"
X, Y = 70_000.0, 165_000.0


def squares(count, *, columns=4, side=1000.0):
    """Squares in rows, from the west to the east and then north."""
    corners = [(X + side * (i % columns), Y + side * (i // columns)) for i in range(count)]
    return [box(x, y, x + side, y + side) for x, y in corners]


def areas_layer(social, households, *, columns=4, ids=None):
    """Layer ``areas`` with these counts."""
    ids = ids or [f"A{i:02d}" for i in range(len(social))]
    return gpd.GeoDataFrame(
        {
            "area_id": ids,
            "name": [f"Gebied {one}" for one in ids],
            "social_dwellings": pd.array(social, dtype="Float64").astype("float64"),
            "households_private": pd.array(households, dtype="Float64").astype("float64"),
        },
        geometry=squares(len(social), columns=columns),
        crs=CRS,
    )


def make_city(areas, *, total=None, nis_code="34022", reference_date="2024-12-31", **layers):
    """City in memory; ``total`` is (social dwellings, households) of the boundary, unknown when left out."""
    counts = dict(zip(("social_dwellings", "households_private"), total or (float("nan"),) * 2, strict=True))
    boundary = gpd.GeoDataFrame({"name": ["Dorp"], **counts}, geometry=[areas.union_all()], crs=CRS)
    frames = {"boundary": boundary, "areas": areas, **layers}
    records = {name: LayerRecord("proef", reference_date) for name in frames}
    info = PackInfo("Dorp", CRS, nis_code=nis_code, layers=records)
    return City(Path("dorp"), info).replace(**frames)


def town(social, households, **options):
    """City of areas with these counts."""
    names = ("columns", "ids")
    layer = areas_layer(social, households, **{name: options.pop(name) for name in names if name in options})
    return make_city(layer, **options)


def points(*places):
    """Points at metres from the corner of the city."""
    return [Point(X + x, Y + y) for x, y in places]
