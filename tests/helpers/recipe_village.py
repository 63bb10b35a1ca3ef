"""Villages whose areas are squares in a row, and packs that are built from their raw files by a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from shapely.geometry import Polygon, box

from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import City, open_city

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kortrijk_geo.ingest.report import BuildReport

CRS = "EPSG:31370"
X, Y = 72000, 168000
HEAD = 'name = "Dorp"\ncrs = "EPSG:31370"\nbuffer_m = 100\n'
AREAS = """
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
columns = { area_id = "code", name = "naam" }
source = "us"
licence = "CC0"
reference_date = "2025-01-01"
"""


@dataclass
class Village:
    """Raw files of a village, its recipe, and the pack built from them."""

    folder: Path

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def recipe(self) -> Path:
        return self.folder / "dorp.toml"

    @property
    def pack(self) -> Path:
        return self.folder / "pack"

    def areas(self, *codes: str, **columns: Any) -> None:
        """Write the file of its areas anew."""
        areas(*codes, **columns).to_file(self.files / "areas.gpkg", layer="areas")

    def raw(self, name: str, content: str) -> None:
        (self.files / name).write_text(dedent(content), encoding="utf-8")

    def write_recipe(self, recipe: str) -> None:
        self.recipe.write_text(HEAD + dedent(recipe), encoding="utf-8")

    def build(self, recipe: str, progress: Callable[[str], None] | None = None) -> tuple[BuildReport, City]:
        self.write_recipe(recipe)
        report = build_pack(self.recipe, self.files, self.pack, progress)
        return report, open_city(self.pack)


def village_of(folder: Path, *codes: str) -> Village:
    """Write the file of areas of a village."""
    village = Village(folder)
    village.files.mkdir()
    village.areas(*codes)
    return village


def areas(*codes: str, **columns: Any) -> gpd.GeoDataFrame:
    """Areas of a square kilometre."""
    names = [f"Wijk {code}" for code in codes]
    return gpd.GeoDataFrame({"code": list(codes), "naam": names, **columns}, geometry=row(len(codes), 1000), crs=CRS)


def row(number: int, side_m: int) -> list[Polygon]:
    """Squares beside each other, from west to east."""
    return [box(X + side_m * place, Y, X + side_m * (place + 1), Y + side_m) for place in range(number)]
