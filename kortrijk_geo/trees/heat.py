"""Surface temperature: its mean per area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.rasters import known_values, open_raster
from kortrijk_geo.engine.scanline import Scan, paint
from kortrijk_geo.errors import CrsError
from kortrijk_geo.pack.validation import same_crs

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray


def area_means(path: Path, areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Mean of a raster over each area, pixel centres decide; NaN where no pixel of it is known.

    Raises
    ------
    CrsError
        When areas and raster are in different CRS.
    """
    sums, counts = np.zeros(len(areas) + 1), np.zeros(len(areas) + 1)
    with open_raster(path) as (source, grid):
        if not same_crs(areas.crs, grid.crs):
            raise CrsError(f"{path}: is in {grid.crs.to_string()}, the areas in {areas.crs}; build the pack again")
        scan = Scan(areas.geometry.to_numpy(), grid)
        for window in grid.strips():
            top, size = int(window.row_off), (int(window.height), grid.width)
            area = paint(scan.spans(top, size[0]), np.arange(1, len(areas) + 1, dtype=np.int32), size)
            values = known_values(source, window).ravel()
            known = np.isfinite(values)
            sums += np.bincount(area[known], values[known], len(sums))
            counts += np.bincount(area[known], minlength=len(counts))
    means: NDArray[np.float64] = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    return means[1:]
