"""A city four times as large: its layers side by side in a square of two by two, with ids of their own."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

LAYERS = ("areas", "homes", "streets", "amenities", "childcare", "green")
APART_M = 2_000.0


def four_times(city):
    """Return the city beside itself, twice in both directions; the copies have no street in common."""
    west, south, east, north = city.streets.total_bounds
    shifts = [(i * (east - west + APART_M), j * (north - south + APART_M)) for i in (0, 1) for j in (0, 1)]
    layers = {name: _beside(city.layer(name), shifts) for name in LAYERS}
    boundary = city.boundary
    parts = [boundary.geometry.translate(*shift).iloc[0] for shift in shifts]
    boundary = boundary.set_geometry([gpd.GeoSeries(parts).union_all()], crs=boundary.crs)
    if "population" in boundary.columns:
        boundary["population"] *= len(shifts)
    return city.replace(**layers, boundary=boundary)


def _beside(layer, shifts):
    copies = []
    for number, shift in enumerate(shifts):
        copy = layer.set_geometry(layer.geometry.translate(*shift))
        broken = ~copy.is_valid  # slivers of a nanometre that rounding folds
        copy.loc[broken, copy.geometry.name] = copy.geometry[broken].buffer(0)
        for column in copy.columns:
            if column.endswith("_id"):
                copy[column] = copy[column].where(copy[column].isna(), copy[column].astype(str) + f"-{number}")
        copies.append(copy)
    return gpd.GeoDataFrame(pd.concat(copies, ignore_index=True), crs=layer.crs)
