"""Polygons as spans of pixels: which pixel centres of every row lie inside, for all polygons and rows at once.

An edge crosses the pixel centres of a row at one place, whichever polygon and direction it is read in and whichever
rows are asked for. So polygons that share an edge share no pixel and leave none out, and strips agree with the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from rasterio.windows import Window

from kortrijk_geo.ring_points import ring_points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affine import Affine
    from numpy.typing import NDArray

# Shapes taken apart at a time.
_PORTION = 10_000
# Rows filled at a time: a number for each of their pixels must fit in memory with ease.
_STRIP = 256
Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True)
class Spans:
    """Runs of pixels: row of the strip, first column, the column after the last, and the number of the polygon."""

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    shape: NDArray[np.int64]

    def ordered(self) -> Spans:
        """Return them by row and first column."""
        order = np.argsort(self.row * (self.start.max(initial=0) + 1) + self.start, kind="stable")
        return Spans(self.row[order], self.start[order], self.stop[order], self.shape[order])


class Edges:
    """The edges of polygons in pixels of a grid, ready to be cut by rows.

    Parameters
    ----------
    shapes
        Polygons, possibly in parts, in the grid's CRS. A pixel is inside when its centre is (even-odd rule).
    transform, size
        Where the pixels lie, north up, and how many rows and columns there are.
    """

    def __init__(self, shapes: NDArray[np.object_], transform: Affine, size: tuple[int, int]) -> None:
        # In portions, so that copies of rings are never there for the whole city.
        starts = range(0, max(1, len(shapes)), _PORTION)
        edges = [_edges(shapes[at : at + _PORTION], transform, size[0], at) for at in starts]
        self._begins, self._ends, self._u, self._v, self._slope, self._shape = map(
            np.concatenate, zip(*edges, strict=True)
        )
        self._shapes, (self._height, self._width) = max(1, len(shapes)), size

    def strips(self, rows: int) -> Iterator[Window]:
        """Cut the grid into strips of ``rows`` rows, from north to south: only as wide as the polygons are there."""
        for top in range(0, self._height, rows):
            spans = self.spans(top, min(rows, self._height - top))
            if len(spans.row):
                left, right = int(spans.start.min()), int(spans.stop.max())
                yield Window(left, top, right - left, min(rows, self._height - top))

    def burn(self, values: NDArray[Number], out: NDArray[Number]) -> None:
        """Write the value of each polygon into its pixels of the whole contiguous grid; later ones over earlier."""
        for top in range(0, self._height, _STRIP):
            strip = out[top : top + _STRIP]
            spans = self.unordered(top, len(strip))
            long = spans.stop - spans.start
            begins = spans.row * self._width + spans.start
            pixels = np.repeat(begins - (np.cumsum(long) - long), long) + np.arange(long.sum())
            # Spans of a row come in the order of the polygons, and numpy keeps what comes last.
            strip.reshape(-1)[pixels] = np.repeat(values[spans.shape], long)

    def spans(self, top: int, rows: int, left: int = 0, columns: int | None = None) -> Spans:
        """Return the spans in ``rows`` rows from row ``top`` on, ordered by row and first column.

        Columns are counted from ``left``, and there are so many; by default all of the grid. Where polygons overlap, so
        do their spans; spans of no pixel are left out.
        """
        return self.unordered(top, rows, left, columns).ordered()

    def unordered(self, top: int, rows: int, left: int = 0, columns: int | None = None) -> Spans:
        """Return what `spans` does in the order of rows and polygons."""
        width = self._width - left if columns is None else columns
        edges = np.flatnonzero((self._ends > top) & (self._begins < top + rows))
        begins = np.maximum(self._begins[edges], top)
        count = np.minimum(self._ends[edges], top + rows) - begins
        edge = np.repeat(edges, count)
        row = np.arange(count.sum()) + np.repeat(begins - (np.cumsum(count) - count), count)
        u = self._u[edge] + (row + 0.5 - self._v[edge]) * self._slope[edge]
        column = np.clip(np.ceil(u - 0.5) - left, 0, width).astype(np.int64)
        # One number to sort by row, polygon and column: pairs of crossings are then neighbours, odd to even.
        wide = width + 1
        crossings = ((row - top) * self._shapes + self._shape[edge]) * wide + column
        crossings.sort()
        line, start = np.divmod(crossings[0::2], wide)
        stop = crossings[1::2] - line * wide
        full = stop > start
        line, start, stop = line[full], start[full], stop[full]
        row, shape = np.divmod(line, self._shapes)
        return Spans(row, start, stop, shape)


def _edges(shapes: NDArray[np.object_], transform: Affine, height: int, number: int) -> tuple[NDArray[Any], ...]:
    """Return of each edge that crosses rows of pixels: the first, the one after the last, u, v, slope, its shape.

    Shapes are numbered from ``number`` on.
    """
    points, ring, shape = ring_points(shapes)
    u = (points[:, 0] - transform.c) / transform.a
    v = (points[:, 1] - transform.f) / transform.e
    first = np.flatnonzero(ring[1:] == ring[:-1])
    # From north to south, so that two polygons that share an edge read it alike.
    upper = np.where(v[first] <= v[first + 1], first, first + 1)
    lower = 2 * first + 1 - upper
    begins, ends = (np.clip(np.ceil(v[end] - 0.5), 0, height).astype(np.int32) for end in (upper, lower))
    crosses = begins < ends
    upper, lower, first = upper[crosses], lower[crosses], first[crosses]
    slope = (u[lower] - u[upper]) / (v[lower] - v[upper])
    return begins[crosses], ends[crosses], u[upper], v[upper], slope, (shape[first] + number).astype(np.int32)
