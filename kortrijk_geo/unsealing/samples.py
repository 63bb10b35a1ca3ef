"""Reading a coarse raster where it is needed: at points, and at the pixels of a strip of another raster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rasterio.windows import Window

from kortrijk_geo.engine.rasters import Grid, known_values, open_raster, values_at
from kortrijk_geo.engine.zonal import burn
from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.pack.validation import same_crs

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def mean_within(path: Path, shapes: NDArray[np.object_]) -> float:
    """Mean of the pixels whose centre lies in one of the polygons; NaN where none is known."""
    total = count = 0.0
    with open_raster(path) as (source, grid):
        for window in grid.strips():
            inside = burn(shapes, np.ones(len(shapes), dtype=np.int64), grid, window) > 0
            values = known_values(source, window)[inside]
            values = values[np.isfinite(values)]
            total, count = total + float(values.sum()), count + len(values)
    return total / count if count else float("nan")


class SoilGroups:
    """Hydrological soil groups (1-4 = A-D, 0 unknown) at the pixels of another raster, by nearest pixel.

    Raises
    ------
    DataError
        When the raster holds other codes.
    CrsError
        When it is in another CRS than the land cover.
    """

    def __init__(self, path: Path | None, land_cover: Grid) -> None:
        self._path, self._fine = path, land_cover
        if path is None:
            return
        with open_raster(path) as (_, grid):
            self._grid = grid
        if not same_crs(grid.crs, land_cover.crs):
            raise CrsError(f"{path}: is in another coordinate reference system than the land cover; warp it first")

    def strip(self, window: Window) -> NDArray[np.uint8]:
        """Return the soil groups of a window of the land cover."""
        shape = (int(window.height), int(window.width))
        groups = np.zeros(shape, dtype=np.uint8)
        if self._path is None:
            return groups
        transform = self._fine.window_transform(window)
        x = transform.c + (np.arange(shape[1]) + 0.5) * transform.a
        y = transform.f + (np.arange(shape[0]) + 0.5) * transform.e
        column, _, _ = self._grid.places(x, np.full(len(x), y[0]))
        _, row, _ = self._grid.places(np.full(len(y), x[0]), y)
        over = np.flatnonzero((column >= 0) & (column < self._grid.width))
        down = np.flatnonzero((row >= 0) & (row < self._grid.height))
        if not len(over) or not len(down):
            return groups
        first, last = int(row[down].min()), int(row[down].max()) + 1
        with open_raster(self._path) as (source, _):
            values = known_values(source, Window(0, first, self._grid.width, last - first))
        there = groups[down[0] : down[-1] + 1, over[0] : over[-1] + 1]
        there[:] = self.checked(values).take(row[down] - first, axis=0).take(column[over], axis=1)
        return groups

    def at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the soil groups at points."""
        return np.zeros(len(x), dtype=np.uint8) if self._path is None else self.checked(values_at(self._path, x, y))

    def checked(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Return the values as soil groups; `DataError` when one is no group."""
        groups = np.nan_to_num(values)
        strange = np.unique(groups[~np.isin(groups, range(5))])
        if len(strange):
            raise DataError(f"{self._path}: holds {strange[0]:g}, soil groups are 1-4 (A-D) and 0 for unknown")
        return groups.astype(np.uint8)
