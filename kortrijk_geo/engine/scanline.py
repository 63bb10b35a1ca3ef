"""Polygons painted in pixels of a grid, and shapes grown as spans of pixels: see `kortrijk_geo.spans`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.engine.surfaces import buffered, checked_distances
from kortrijk_geo.spans import Edges, Number, Spans

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.engine.rasters import Grid


class Scan(Edges):
    """The edges of polygons in pixels of a grid, ready to be cut by rows and painted.

    Parameters
    ----------
    shapes
        As of `kortrijk_geo.spans.Edges`.
    grid
        The pixels.
    """

    def __init__(self, shapes: NDArray[np.object_], grid: Grid) -> None:
        super().__init__(shapes, grid.transform, (grid.height, grid.width))

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
