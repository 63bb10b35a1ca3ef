"""Polygons as spans of pixels: which pixel centres of every row lie inside, for all polygons and rows at once.

An edge crosses the pixel centres of a row at one place, whichever polygon and direction it is read in and whichever
rows are asked for. So polygons that share an edge share no pixel and leave none out, and strips agree with the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely
from rasterio.windows import Window

from kortrijk_geo.engine.ring_points import ring_points
from kortrijk_geo.engine.surfaces import buffered, checked_distances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from kortrijk_geo.engine.rasters import Grid

Number = TypeVar("Number", bound=np.generic)
# Shapes taken apart at a time.
_PORTION = 10_000


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


class Scan:
    """The edges of polygons in pixels of a grid, ready to be cut by rows.

    Parameters
    ----------
    shapes
        Polygons, possibly in parts, in the grid's CRS. A pixel is inside when its centre is (even-odd rule).
    grid
        The pixels.
    """

    def __init__(self, shapes: NDArray[np.object_], grid: Grid) -> None:
        # In portions, so that copies of rings are never there for the whole city.
        edges = [_edges(shapes[at : at + _PORTION], grid, at) for at in range(0, max(1, len(shapes)), _PORTION)]
        self._begins, self._ends, self._u, self._v, self._slope, self._shape = map(
            np.concatenate, zip(*edges, strict=True)
        )
        self._shapes, self._width, self._height = max(1, len(shapes)), grid.width, grid.height

    def strips(self, rows: int) -> Iterator[Window]:
        """Cut the grid into strips of ``rows`` rows, from north to south: only as wide as the polygons are there."""
        for top in range(0, self._height, rows):
            spans = self.spans(top, min(rows, self._height - top))
            if len(spans.row):
                left, right = int(spans.start.min()), int(spans.stop.max())
                yield Window(left, top, right - left, min(rows, self._height - top))

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

    def painted(self, values: NDArray[Number], window: Window) -> NDArray[Number]:
        """Return the pixels of a window, each with the value of the polygon that it lies in, as `paint` does."""
        size = int(window.height), int(window.width)
        spans = self.spans(int(window.row_off), size[0], int(window.col_off), size[1])
        return paint(spans, values, size).reshape(size)

    def mask(self, window: Window) -> NDArray[np.bool_]:
        """Tell which pixels of a window lie in one of the polygons."""
        return self.painted(np.ones(self._shapes, dtype=bool), window)


class GrownScan:
    """Shapes grown by a distance each, where rows are asked for: those of a whole city would fill the memory.

    Parameters
    ----------
    shapes
        Points, lines or polygons in the grid's CRS.
    distance_m
        By how much each is grown.
    grid
        The pixels.

    Raises
    ------
    OptionError
        When a distance is negative or not a number.
    """

    def __init__(self, shapes: NDArray[np.object_], distance_m: NDArray[np.float64] | float, grid: Grid) -> None:
        self._shapes, self._grid = shapes, grid
        self._distance_m = checked_distances(distance_m, len(shapes))
        west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
        # A pixel more on every side, against rounding.
        self._first = (north + self._distance_m - grid.transform.f) / grid.transform.e - 1
        self._last = (south - self._distance_m - grid.transform.f) / grid.transform.e + 1
        self._west = (west - self._distance_m - grid.transform.c) / grid.transform.a - 1
        self._east = (east + self._distance_m - grid.transform.c) / grid.transform.a + 1

    def __len__(self) -> int:
        """Return the number of shapes."""
        return len(self._shapes)

    def spans(self, top: int, rows: int, left: int = 0, columns: int | None = None) -> Spans:
        """Return the spans as `Scan.spans` does; shapes are numbered as they come."""
        return self.unordered(top, rows, left, columns).ordered()

    def unordered(self, top: int, rows: int, left: int = 0, columns: int | None = None) -> Spans:
        """Return what `spans` does in no order, for who only asks which pixels are in one of them."""
        right = self._grid.width if columns is None else left + columns
        inside = (self._first < top + rows) & (self._last > top) & (self._west < right) & (self._east > left)
        here = np.flatnonzero(inside)
        shapes, distance_m = self._shapes[here], self._distance_m[here]
        size = right - left
        simple, grown = _grown_spans(shapes, distance_m, self._grid, np.array([top, rows, left, size]))
        plain = ~grown & (distance_m == 0) & (shapely.get_dimensions(shapes) == 2)
        others = np.concatenate([shapes[plain], buffered(shapes[~grown & ~plain], distance_m[~grown & ~plain])])
        rest = Scan(others, self._grid).unordered(top, rows, left, size)
        both = zip(simple.T, (rest.row, rest.start, rest.stop, rest.shape), strict=True)
        return Spans(*map(np.concatenate, both))


def _grown_spans(
    shapes: NDArray[np.object_], distance_m: NDArray[np.float64], grid: Grid, window: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the spans of the shapes that `growing` knows, and which those are."""
    from kortrijk_geo.engine.growing import POLYGON, grown_spans

    kind = shapely.get_type_id(shapes).astype(np.int64)
    holes = (kind == POLYGON) & (shapely.get_num_interior_rings(shapes) > 0)
    kind[holes | shapely.is_empty(shapes) | (distance_m <= 0)] = -1
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    first = np.searchsorted(of, np.arange(len(shapes) + 1))
    a, _, west, _, e, north = tuple(grid.transform)[:6]
    return grown_spans(kind, first, xy, distance_m, (west, north, a, e), window)


def _edges(shapes: NDArray[np.object_], grid: Grid, number: int) -> tuple[NDArray[Any], ...]:
    """Return of each edge that crosses rows of pixels: the first, the one after the last, u, v, slope, its shape.

    Shapes are numbered from ``number`` on.
    """
    points, ring, shape = ring_points(shapes)
    u = (points[:, 0] - grid.transform.c) / grid.transform.a
    v = (points[:, 1] - grid.transform.f) / grid.transform.e
    first = np.flatnonzero(ring[1:] == ring[:-1])
    # From north to south, so that two polygons that share an edge read it alike.
    upper = np.where(v[first] <= v[first + 1], first, first + 1)
    lower = 2 * first + 1 - upper
    begins, ends = (np.clip(np.ceil(v[end] - 0.5), 0, grid.height).astype(np.int32) for end in (upper, lower))
    crosses = begins < ends
    upper, lower, first = upper[crosses], lower[crosses], first[crosses]
    slope = (u[lower] - u[upper]) / (v[lower] - v[upper])
    return begins[crosses], ends[crosses], u[upper], v[upper], slope, (shape[first] + number).astype(np.int32)


def paint(spans: Spans, values: NDArray[Number], size: tuple[int, int]) -> NDArray[Number]:
    """Return the pixels of a strip, row after row, each with the value of the polygon whose span it is in; 0 elsewhere.

    Parameters
    ----------
    spans
        Of the strip, as `Scan.spans` orders them.
    values
        Value of each polygon; the pixels are of its type.
    size
        Rows and columns of the strip.

    Where spans overlap, the one that starts first keeps the pixels.
    """
    from kortrijk_geo.engine.pixel_loops import fill_spans

    painted = np.zeros(size, dtype=values.dtype)
    fill_spans(spans.row, spans.start, spans.stop, values[spans.shape], painted)
    return painted.ravel()
