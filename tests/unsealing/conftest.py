"""A city small enough to count by hand: 60 x 40 m at 1 m, two areas, four parcels, a street along the top."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS

from kortrijk_geo.engine.rasters import Grid, geotiff_profile
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

LAMBERT = CRS("EPSG:31370")
WEST, NORTH = 70_000.0, 170_000.0


def box(left: float, top: float, right: float, bottom: float) -> shapely.Polygon:
    """A rectangle in metres east and south of the corner."""
    return shapely.box(WEST + left, NORTH - bottom, WEST + right, NORTH - top)


def at(x: float, y: float) -> shapely.Point:
    return shapely.Point(WEST + x, NORTH - y)


def write_codes(path: Path, codes: np.ndarray, *, pixel_m: float = 1.0, crs: CRS = LAMBERT) -> Path:
    grid = Grid(Affine(pixel_m, 0, WEST, 0, -pixel_m, NORTH), codes.shape[1], codes.shape[0], crs)
    with rasterio.open(path, "w", **geotiff_profile(grid, dtype=str(codes.dtype), nodata=0)) as target:
        target.write(codes, 1)
    return path


def frame(**columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, crs=LAMBERT)


def ground() -> np.ndarray:
    """Road 6 m wide along the top, a school yard, two gardens with a house and a terrace, water and rail below."""
    codes = np.full((40, 60), 8, dtype="uint8")
    codes[0:6] = 2
    codes[6:26, 0:20] = 3  # parcel P1, public: a yard of 20 x 20 below the road
    codes[12:20, 24:32] = 1  # parcel P2: a house of 8 x 8 ...
    codes[20:25, 24:32] = 3  # ... and a terrace of 8 x 5
    codes[12:20, 44:52] = 1  # parcel P3: a house ...
    codes[20:30, 44:54] = 3  # ... and 10 x 10 paved
    codes[30, 0:20] = 3  # a strip of one pixel in P1
    codes[34:36] = 5
    codes[38:40] = 4
    return codes


def layers() -> dict[str, gpd.GeoDataFrame]:
    return {
        "boundary": frame(name=["Klein"], geometry=[box(0, 0, 60, 40)]),
        "areas": frame(area_id=["W1", "W2"], name=["West", "Oost"], geometry=[box(0, 0, 40, 40), box(40, 0, 60, 40)]),
        "parcels": frame(
            parcel_id=["P1", "P2", "P3"],
            owner=["public", "private", "company"],
            use=["school", "residential", "residential"],
            geometry=[box(0, 6, 20, 33), box(20, 6, 40, 33), box(40, 6, 60, 33)],
        ),
        "buildings": frame(
            building_id=["b1", "b2"],
            use=["house", "house"],
            dwellings=[1.0, 2.0],
            height_m=[7.0, 7.0],
            geometry=[box(24, 12, 32, 20), box(44, 12, 52, 20)],
        ),
        "homes": frame(
            home_id=["h1", "h2"],
            area_id=["W1", "W2"],
            dwellings=[1.0, 2.0],
            residents=[3.0, 4.0],
            children_0_2=[0.0, 0.0],
            geometry=[at(28, 16), at(48, 16)],
        ),
        "streets": frame(
            street_id=["s1"],
            kind=["residential"],
            walk=[True],
            cycle_forward=[True],
            cycle_backward=[True],
            geometry=[shapely.LineString([(WEST, NORTH - 3), (WEST + 60, NORTH - 3)])],
        ),
    }


def build(
    folder: Path,
    codes: np.ndarray,
    *,
    dates: dict[str, str] | None = None,
    nis_code: str = "",
    pixel_m: float = 1.0,
    soil: np.ndarray | None = None,
    **changed: pd.DataFrame | None,
) -> City:
    """Write the small city with some layers changed, or left out where None."""
    folder.mkdir()
    frames = {name: one for name, one in {**layers(), **changed}.items() if one is not None}
    rasters = {"land_cover": write_codes(folder / "cover.tif", codes, pixel_m=pixel_m)}
    if soil is not None:
        rasters["soil_group"] = write_codes(folder / "soil.tif", soil, pixel_m=pixel_m * 10)
    dates = dates or {}
    info = PackInfo(
        name="Klein",
        crs="EPSG:31370",
        nis_code=nis_code,
        layers={name: LayerRecord("test", dates.get(name, "")) for name in frames},
        rasters={name: LayerRecord("test", dates.get(name, "")) for name in rasters},
    )
    write_pack(folder / "pack", info, frames, rasters)
    return open_city(folder / "pack")


@pytest.fixture
def small(tmp_path: Path) -> SimpleNamespace:
    """Makers of the small city and its parts."""
    made = iter(range(100))
    return SimpleNamespace(
        build=lambda codes=None, **changed: build(
            tmp_path / f"city{next(made)}", ground() if codes is None else codes, **changed
        ),
        ground=ground,
        layers=layers,
        write_codes=write_codes,
        frame=frame,
        box=box,
        at=at,
    )
