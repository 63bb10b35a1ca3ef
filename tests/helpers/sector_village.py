"""A village of two wijken and three statistical sectors, with address points that say of which sector they are."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from recipe_village import CRS, X, Y, row
from shapely import union_all

RECIPE = """
name = "Dorp"
crs = "EPSG:31370"
buffer_m = 100
[study_area]
of = "areas"
population = 101
source = "Gemeente"
reference_date = "2025-01-01"
[layers.areas]
reader = "vector"
file = "wijken.gpkg"
source = "Gemeente"
sum_of_subareas = ["households_private"]
[layers.subareas]
reader = "vector"
file = "sectoren.gpkg"
source = "Statbel"
[[layers.subareas.tables]]
file = "huishoudens.csv"
key = "sector"
columns = { households_private = "huishoudens" }
[layers.homes]
reader = "homes"
[layers.homes.points]
reader = "table-points"
file = "adressen.csv"
source = "Adressenregister"
x = "x"
y = "y"
crs = "EPSG:31370"
ids_from_rows = true
columns = { subarea_id = "sector" }
[spread]
population = "households_private"
"""
# Two wijken, of two sectors and of one; the line between sectors S1 and S2 runs at x = 100.
ADDRESSES = [(50, 50, "S1"), (60, 50, "S1"), (60, 50, "S1"), (120, 50, "S1"), (150, 50, "S2"), (250, 50, "S3")]


def village(folder: Path, *, households: str = "S1,20\nS2,10\nS3,20\n", addresses=ADDRESSES) -> Path:
    """Write the raw files and the recipe of a village, and return the recipe."""
    shapes = row(3, 100)
    two = [union_all(shapes[:2]), shapes[2]]
    wijken = gpd.GeoDataFrame({"area_id": ["W1", "W2"], "name": ["Een", "Twee"]}, geometry=two, crs=CRS)
    wijken.to_file(folder / "wijken.gpkg")
    names = ["S1", "S2", "S3"]
    sectors = gpd.GeoDataFrame({"subarea_id": names, "name": names}, geometry=shapes, crs=CRS)
    sectors.to_file(folder / "sectoren.gpkg")
    (folder / "huishoudens.csv").write_text(f"sector,huishoudens\n{households}")
    rows = [f"{X + x},{Y + y},{sector}" for x, y, sector in addresses]
    (folder / "adressen.csv").write_text("\n".join(["x,y,sector", *rows]) + "\n")
    (folder / "dorp.toml").write_text(RECIPE)
    return folder / "dorp.toml"
