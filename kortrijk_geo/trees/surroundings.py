"""What lies around a spot: canopy on land within a radius, people, heat; on cells of some metres for the whole city."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from rasterio.windows import Window
from scipy import fft

from kortrijk_geo.engine.pixel_loops import block_counts
from kortrijk_geo.engine.rasters import Grid
from kortrijk_geo.engine.scanline import Scan
from kortrijk_geo.engine.surfaces import disc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import shapely
    from numpy.typing import NDArray

    from kortrijk_geo.trees.cover import CoverFiles

    # Gives rows from one to another.
    Rows = Callable[[int, int], NDArray[np.float32]]

_STRIP_PIXELS = 2_000_000
# A Fourier convolution leaves dust of about this part of the largest value.
_DUST = 1e-5
_CONVOLVED_ROWS = 512
_FIELDS = ("canopy", "land", "known", "city")


@dataclass(frozen=True)
class Cells:
    """Canopy, land, known ground and study area in cells of some pixels: shares (0-1), or pixels in bytes.

    ``tall`` and ``wide`` are the pixels of each row and column of cells where pixels are counted: a byte each, as those
    of a whole city must fit in memory. They become shares a strip at a time. Homes and sites ask for the canopy within
    the same distance, so it is kept.
    """

    grid: Grid
    canopy: NDArray[np.number]
    land: NDArray[np.number]
    known: NDArray[np.number]
    city: NDArray[np.number]
    tall: NDArray[np.int64] | None = None
    wide: NDArray[np.int64] | None = None
    _canopies: dict[tuple[float, float], NDArray[np.float32]] = field(default_factory=dict, init=False, repr=False)

    @property
    def cell_m(self) -> float:
        """Side of a cell, metres."""
        return self.grid.pixel_m[0]

    def canopy_within(self, radius_m: float, *, least_known: float) -> NDArray[np.float32]:
        """Share of the known land within a radius that is under a crown, for every cell.

        NaN where less than ``least_known`` of the study area within the radius is known, or where there is no land.
        """
        return np.vstack([share for _, share in self._canopy(radius_m, least_known)])

    def canopy_at(
        self, x: NDArray[np.float64], y: NDArray[np.float64], radius_m: float, *, least_known: float
    ) -> NDArray[np.float64]:
        """Return `canopy_within` of the cell under each point; NaN outside."""
        asked = radius_m, least_known
        if asked not in self._canopies:
            self._canopies[asked] = self.canopy_within(radius_m, least_known=least_known)
        return self._at([(0, self._canopies[asked])], x, y)

    def sum_at(
        self, x: NDArray[np.float64], y: NDArray[np.float64], points: NDArray[np.float64],
        weight: NDArray[np.float64], radius_m: float,
    ) -> NDArray[np.float64]:  # fmt: skip
        """Sum the weights of ``points`` (x, y) within a radius of the cell under each place; NaN outside the cells."""
        column, row, inside = self.grid.places(*points.T)
        cell, weight = (row * self.grid.width + column)[inside], weight[inside]
        _, of_cell = np.unique(cell, return_inverse=True)
        most = float(np.bincount(of_cell, weight, minlength=1).astype(np.float32).max(initial=0))

        def rows(first: int, last: int) -> NDArray[np.float32]:
            here = (cell >= first * self.grid.width) & (cell < last * self.grid.width)
            sums = np.bincount(
                cell[here] - first * self.grid.width, weight[here], minlength=(last - first) * self.grid.width
            )
            return sums.reshape(last - first, self.grid.width).astype(np.float32)

        kernel = disc(radius_m, self.cell_m)
        strips = _convolved_strips([(rows, most)], kernel, self.canopy.shape)
        return self._at(((top, sums) for top, (sums,) in strips), x, y)

    def _canopy(self, radius_m: float, least_known: float) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Give `canopy_within` in strips, with the first row of each."""
        masks = (self.canopy,), (self.land,), (self.known, self.city), (self.city,)
        fields = [self._field(*of) for of in masks]
        for top, (canopy, land, known, city) in _convolved_strips(
            fields, disc(radius_m, self.cell_m), self.canopy.shape
        ):
            enough = (land > 0) & (city > 0) & (known >= least_known * city * (1 - _DUST))
            share = np.full(canopy.shape, np.nan, dtype=np.float32)
            np.divide(canopy, land, out=share, where=enough)
            yield top, np.clip(share, 0, 1, out=share)

    def _field(self, *masks: NDArray[np.number]) -> tuple[Rows, float]:
        """Return what gives rows of the product of some shares, and its largest value."""

        def rows(first: int, last: int) -> NDArray[np.float32]:
            return np.asarray(np.prod([self._shares(mask, first, last) for mask in masks], axis=0), dtype=np.float32)

        strips = range(0, len(masks[0]), _CONVOLVED_ROWS)
        return rows, max(float(rows(top, top + _CONVOLVED_ROWS).max(initial=0)) for top in strips)

    def _shares(self, mask: NDArray[np.number], first: int, last: int) -> NDArray[np.float32]:
        if self.tall is None or self.wide is None:
            return np.asarray(mask[first:last], dtype=np.float32)
        return np.asarray(mask[first:last] / np.outer(self.tall[first:last], self.wide), dtype=np.float32)

    def _at(
        self, strips: Iterable[tuple[int, NDArray[np.float32]]], x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        column, row, inside = self.grid.places(x, y)
        values = np.full(len(x), np.nan)
        for top, strip in strips:
            here = np.flatnonzero(inside & (row >= top) & (row < top + len(strip)))
            values[here] = strip[row[here] - top, column[here]]
        return values


def _convolved_strips(
    fields: list[tuple[Rows, float]], kernel: NDArray[np.float32], shape: tuple[int, ...]
) -> Iterator[tuple[int, list[NDArray[np.float32]]]]:
    """Sum fields around every cell, weighted by a square kernel; what lies outside is 0.

    In strips of rows, which bounds memory, by Fourier transforms: the work hardly grows with the kernel. Each field is
    given as what returns rows of it, and its largest value. Dust of the transforms is swept.
    """
    reach = len(kernel) // 2
    rows, columns = shape
    high = min(rows, max(_CONVOLVED_ROWS, 4 * reach))
    size = [fft.next_fast_len(high + 2 * reach, real=True), fft.next_fast_len(columns + 2 * reach, real=True)]
    spectrum = fft.rfft2(kernel, size)
    for top in range(0, rows, high):
        bottom = min(top + high, rows)
        first, last = max(top - reach, 0), min(bottom + reach, rows)
        start, strips = top - first + reach, []
        for values, most in fields:
            whole = fft.irfft2(fft.rfft2(values(first, last), size) * spectrum, size)
            sums = np.asarray(whole[start : start + bottom - top, reach : reach + columns], dtype=np.float32)
            sums[sums < _DUST * float(kernel.sum()) * most] = 0
            strips.append(sums)
        yield top, strips


def _convolved(values: NDArray[np.float32], kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum the values around every cell, dust and all."""
    strips = _convolved_strips([(lambda first, last: values[first:last], -np.inf)], kernel, values.shape)
    return np.vstack([sums for _, (sums,) in strips])


def make_cells(files: CoverFiles, boundary: shapely.Geometry, *, cell_m: float) -> Cells:
    """Count the cover in cells of about ``cell_m`` (whole pixels), strip by strip."""
    fine = files.grid
    factor = max(1, round(cell_m / max(fine.pixel_m)))
    a, _, west, _, e, north = tuple(fine.transform)[:6]
    transform = type(fine.transform)(a * factor, 0.0, west, 0.0, e * factor, north)
    grid = Grid(transform, -(-fine.width // factor), -(-fine.height // factor), fine.crs)
    scan = Scan(np.array([boundary], dtype=object), fine)
    counts = {name: np.empty((grid.height, grid.width), dtype=np.min_scalar_type(factor**2)) for name in _FIELDS}
    rows = max(1, _STRIP_PIXELS // fine.width // factor) * factor
    with files.opened() as reader:
        for top in range(0, fine.height, rows):
            strip = Window(0, top, fine.width, min(rows, fine.height - top))
            cover, city = reader.read(strip), scan.painted(np.array([True]), strip)
            for name, mask in zip(_FIELDS, (cover.canopy, cover.land, cover.known, city), strict=True):
                found = block_counts(mask, factor)
                counts[name][top // factor : top // factor + len(found)] = found
    tall = np.diff([*range(0, fine.height, factor), fine.height])
    wide = np.diff([*range(0, fine.width, factor), fine.width])
    return Cells(grid, **counts, tall=tall, wide=wide)
