"""Polygons burnt on a grid of codes, compiled: the same cells as GDAL's rasterize takes, straight from arrays.

rasterio wants each shape as GeoJSON and checks it point by point, which takes ten times as long as the burning.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

_ROW = 2**32  # a crossing is one number: its row times this, and its column
_MIDDLE = 2**31


@compiled
def burn_polygons(  # noqa: C901 - one pass over edges, as compiled code is
    grid: npt.NDArray[np.uint8],
    xy: npt.NDArray[np.float64],
    rings: npt.NDArray[np.int64],
    polygons: npt.NDArray[np.int64],
    codes: npt.NDArray[np.uint8],
) -> None:
    """Set the cells whose centres lie in each polygon to its code, later polygons over earlier ones.

    A centre on an edge belongs to what lies left of a slanting one, and to both sides of a level one.

    Parameters
    ----------
    grid
        Codes by row and column, changed in place.
    xy
        Points of the closed rings, in columns and rows from the grid's upper left corner.
    rings
        First point of each ring, and the number of points.
    polygons
        First ring of each polygon, and the number of rings.
    codes
        Of each polygon.
    """
    rows, columns = grid.shape
    crossings = np.empty(1024, np.int64)
    for polygon in range(len(codes)):
        code = codes[polygon]
        found = 0
        for ring in range(polygons[polygon], polygons[polygon + 1]):
            first, end = rings[ring], rings[ring + 1]
            twice_m2 = 0.0
            for at in range(first + 1, end):
                twice_m2 += (xy[at - 1, 0] - xy[first, 0]) * (xy[at, 1] - xy[first, 1])
                twice_m2 -= (xy[at, 0] - xy[first, 0]) * (xy[at - 1, 1] - xy[first, 1])
            for at in range(first + 1, end):
                x1, y1, x2, y2 = xy[at - 1, 0], xy[at - 1, 1], xy[at, 0], xy[at, 1]
                if y1 == y2:
                    row = int(np.floor(y1))
                    if y1 == row + 0.5 and 0 <= row < rows and (x1 > x2) == (twice_m2 > 0) and x1 != x2:
                        left, right = np.floor(min(x1, x2) + 0.5), np.floor(max(x1, x2) + 0.5)
                        grid[row, int(max(left, 0)) : int(max(min(right, columns), 0))] = code
                    continue
                if y1 > y2:
                    x1, y1, x2, y2 = x2, y2, x1, y1
                row = max(int(np.floor(y1 - 0.5)), 0)
                if row + 0.5 < y1:
                    row += 1
                while row + 0.5 < y2 and row < rows:
                    x = (row + 0.5 - y1) * (x2 - x1) / (y2 - y1) + x1
                    if found == len(crossings):
                        crossings = np.append(crossings, np.empty(found, np.int64))
                    crossings[found] = row * _ROW + int(np.floor(x + 0.5)) + _MIDDLE
                    found += 1
                    row += 1
        crossings[:found].sort()
        for at in range(0, found - 1, 2):
            row = crossings[at] // _ROW
            left, right = crossings[at] % _ROW - _MIDDLE, crossings[at + 1] % _ROW - _MIDDLE
            grid[row, max(left, 0) : max(min(right, columns), 0)] = code
