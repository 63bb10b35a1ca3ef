"""Surface temperature: its mean per area, and its value at a spot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.rasters import open_raster
from kortrijk_geo.engine.scanline import Scan, paint
from kortrijk_geo.errors import CrsError
from kortrijk_geo.trees.surroundings import places

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray
    from rasterio.io import DatasetReader
    from rasterio.windows import Window


def area_means(path: Path, areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Mean of a raster over each area, pixel centres decide; NaN where no pixel of it is known.

    Raises
    ------
    CrsError
        When areas and raster are in different CRS.
    """
    sums, counts = np.zeros(len(areas) + 1), np.zeros(len(areas) + 1)
    with open_raster(path) as (source, grid):
        if areas.crs != grid.crs:
            raise CrsError(f"{path}: is in {grid.crs.to_string()}, the areas in {areas.crs}; build the pack again")
        scan = Scan(areas.geometry.to_numpy(), grid)
        for window in grid.strips():
            top, size = int(window.row_off), (int(window.height), grid.width)
            area = paint(scan.spans(top, size[0]), np.arange(1, len(areas) + 1), size)
            values = _read(source, window).ravel()
            known = np.isfinite(values)
            sums += np.bincount(area[known], values[known], len(sums))
            counts += np.bincount(area[known], minlength=len(counts))
    means: NDArray[np.float64] = np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0)
    return means[1:]


def values_at(path: Path, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the value of the pixel under each point; NaN outside the raster and where it is not known."""
    found = np.full(len(x), np.nan)
    with open_raster(path) as (source, grid):
        column, row, inside = places(grid, x, y)
        for window in grid.strips():
            top = int(window.row_off)
            here = inside & (row >= top) & (row < top + int(window.height))
            if here.any():
                found[here] = _read(source, window)[row[here] - top, column[here]]
    return found


def _read(source: DatasetReader, window: Window) -> NDArray[np.float64]:
    values: NDArray[np.float64] = source.read(1, window=window).astype(np.float64)
    if source.nodata is not None:
        values[values == source.nodata] = np.nan
    return values
