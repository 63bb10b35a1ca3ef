"""What lies around a spot: canopy on land within a radius, people, heat; on cells of some metres for the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rasterio.windows import Window
from scipy import fft

from kortrijk_geo.engine.rasters import Grid
from kortrijk_geo.engine.scanline import Scan, paint
from kortrijk_geo.engine.surfaces import block_means, disc

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

    from kortrijk_geo.trees.cover import CoverFiles

_STRIP_PIXELS = 4_000_000
# A Fourier convolution leaves dust of about this part of the largest value.
_DUST = 1e-5
_CONVOLVED_ROWS = 512


@dataclass(frozen=True)
class Cells:
    """Shares (0-1) of canopy, land, known ground and study area in cells of ``factor`` pixels."""

    grid: Grid
    canopy: NDArray[np.float32]
    land: NDArray[np.float32]
    known: NDArray[np.float32]
    city: NDArray[np.float32]

    @property
    def cell_m(self) -> float:
        """Side of a cell, metres."""
        return self.grid.pixel_m[0]

    def at(self, values: NDArray[np.float32], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the value of the cell under each point; NaN outside."""
        column, row, inside = self.grid.places(x, y)
        return np.where(inside, values[np.where(inside, row, 0), np.where(inside, column, 0)], np.nan).astype(float)

    def canopy_within(self, radius_m: float, *, least_known: float) -> NDArray[np.float32]:
        """Share of the known land within a radius that is under a crown, for every cell.

        NaN where less than ``least_known`` of the study area within the radius is known, or where there is no land.
        """
        kernel = disc(radius_m, self.cell_m)
        canopy, land = self._around(self.canopy, kernel), self._around(self.land, kernel)
        known, city = self._around(self.known * self.city, kernel), self._around(self.city, kernel)
        enough = (land > 0) & (city > 0) & (known >= least_known * city * (1 - _DUST))
        share = np.full(canopy.shape, np.nan, dtype=np.float32)
        np.divide(canopy, land, out=share, where=enough)
        return np.clip(share, 0, 1, out=share)

    def sum_within(
        self, x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64], radius_m: float
    ) -> NDArray[np.float32]:
        """Sum of the weights of points within a radius, for every cell; points outside the cells are left out."""
        column, row, inside = self.grid.places(x, y)
        cells = np.bincount(
            row[inside] * self.grid.width + column[inside],
            weight[inside],
            minlength=self.grid.width * self.grid.height,
        )
        return self._around(cells.reshape(self.canopy.shape).astype(np.float32), disc(radius_m, self.cell_m))

    def _around(self, values: NDArray[np.float32], kernel: NDArray[np.float32]) -> NDArray[np.float32]:
        sums = _convolved(values, kernel)
        sums[sums < _DUST * float(kernel.sum()) * float(values.max(initial=0))] = 0
        return np.asarray(sums, dtype=np.float32)


def _convolved(values: NDArray[np.float32], kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum the values around every cell, weighted by a square kernel; what lies outside is 0.

    In strips of rows, which bounds memory, by Fourier transforms: the work hardly grows with the kernel.
    """
    reach = len(kernel) // 2
    rows, columns = values.shape
    high = min(rows, max(_CONVOLVED_ROWS, 4 * reach))
    size = [fft.next_fast_len(high + 2 * reach, real=True), fft.next_fast_len(columns + 2 * reach, real=True)]
    spectrum = fft.rfft2(kernel, size)
    sums = np.empty_like(values)
    for top in range(0, rows, high):
        bottom = min(top + high, rows)
        first, last = max(top - reach, 0), min(bottom + reach, rows)
        whole = fft.irfft2(fft.rfft2(values[first:last], size) * spectrum, size)
        start = top - first + reach
        sums[top:bottom] = whole[start : start + bottom - top, reach : reach + columns]
    return sums


def make_cells(files: CoverFiles, boundary: shapely.Geometry, *, cell_m: float) -> Cells:
    """Average the cover to cells of about ``cell_m`` (whole pixels), strip by strip."""
    fine = files.grid
    factor = max(1, round(cell_m / max(fine.pixel_m)))
    a, _, west, _, e, north = tuple(fine.transform)[:6]
    transform = type(fine.transform)(a * factor, 0.0, west, 0.0, e * factor, north)
    grid = Grid(transform, -(-fine.width // factor), -(-fine.height // factor), fine.crs)
    scan = Scan(np.array([boundary], dtype=object), fine)
    shares: dict[str, list[NDArray[np.float32]]] = {"canopy": [], "land": [], "known": [], "city": []}
    rows = max(1, _STRIP_PIXELS // fine.width // factor) * factor
    with files.opened() as reader:
        for top in range(0, fine.height, rows):
            size = (min(rows, fine.height - top), fine.width)
            cover = reader.read(Window(0, top, size[1], size[0]))
            city = paint(scan.spans(top, size[0]), np.array([True]), size).reshape(size)
            for name, mask in (("canopy", cover.canopy), ("land", cover.land), ("known", cover.known), ("city", city)):
                shares[name].append(block_means(mask, factor))
    return Cells(grid, **{name: np.vstack(strips) for name, strips in shares.items()})
