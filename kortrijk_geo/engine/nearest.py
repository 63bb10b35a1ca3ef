"""The nearest line to each of many polygons: what GEOS's tree tells, over the grid of cells that points are snapped by.

Around the middle of a polygon cells are looked at ring by ring, until no line farther out can be as near to its border.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine.compiled import compiled
from kortrijk_geo.engine.grid import grid_of
from kortrijk_geo.ring_points import ring_points

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Lines whose distances differ by less are equally near: coordinates of some 10^6 m carry about 10^-9 m.
_TIE_M = 1e-9


def nearest_lines(polygons: npt.NDArray[np.object_], lines: npt.NDArray[np.object_]) -> Ints:
    """Return the row of the line that is nearest to each polygon; of equals one. There is at least one line."""
    x, y, dx, dy, line = _edges(lines)
    ax, ay, adx, ady, polygon = _edges(polygons)
    first = np.searchsorted(polygon, np.arange(len(polygons) + 1))
    west, south, east, north = shapely.bounds(polygons).reshape(-1, 4).T
    middle = (west + east) / 2, (south + north) / 2
    half = np.hypot(east - west, north - south) / 2
    borders, segments = (ax, ay, adx, ady), (x, y, dx, dy)
    nearest, tied = _nearest(middle, half, first, borders, segments, line, grid_of(*segments))
    # Which of equals is the nearest hangs on the last digits: those of GEOS are kept, as figures hang on its choice.
    nearest[tied] = shapely.STRtree(lines).nearest(polygons[tied])
    return nearest


def _edges(shapes: npt.NDArray[np.object_]) -> tuple[Floats, Floats, Floats, Floats, Ints]:
    """Return of all edges of lines or rings where each begins, where it ends from there, and the row of its shape."""
    if len(shapes) and shapely.get_dimensions(shapes).max() > 1:
        xy, of, row = ring_points(shapes)
    else:
        parts, line = shapely.get_parts(shapes, return_index=True)
        xy, of = shapely.get_coordinates(parts, return_index=True)
        row = line[of]
    inside = np.flatnonzero(of[1:] == of[:-1])
    x, y = xy[inside].T.copy()
    dx, dy = (xy[inside + 1] - xy[inside]).T.copy()
    return x, y, dx, dy, np.asarray(row[inside], dtype=np.int64)


@compiled
def _to_edge(px: float, py: float, x: float, y: float, dx: float, dy: float) -> float:
    """Square of the distance of a point to an edge."""
    square = dx * dx + dy * dy
    share = min(max(((px - x) * dx + (py - y) * dy) / square, 0.0), 1.0) if square > 0 else 0.0
    gap_x, gap_y = x + share * dx - px, y + share * dy - py
    return gap_x * gap_x + gap_y * gap_y


@compiled
def _between(x: float, y: float, dx: float, dy: float, u: float, v: float, du: float, dv: float) -> float:
    """Square of the distance of two edges."""
    cross = dx * dv - dy * du
    if cross != 0:
        share, other = ((u - x) * dv - (v - y) * du) / cross, ((u - x) * dy - (v - y) * dx) / cross
        if 0 <= share <= 1 and 0 <= other <= 1:
            return 0.0
    return min(
        _to_edge(x, y, u, v, du, dv),
        _to_edge(x + dx, y + dy, u, v, du, dv),
        _to_edge(u, v, x, y, dx, dy),
        _to_edge(u + du, v + dv, x, y, dx, dy),
    )


@compiled
def _nearest(  # noqa: C901, PLR0912 - one search in nested loops, as compiled code is
    middle: tuple[Floats, Floats], half: Floats, first: Ints, borders: Any, segments: Any, line: Ints, grid: Any
) -> tuple[Ints, Flags]:
    """Return the nearest line of each polygon, and whether another is as near.

    The edges of its border stand from ``first`` on, and ``half`` is half of its diagonal.
    """
    ax, ay, adx, ady = borders
    x, y, dx, dy = segments
    cell_first, of_cell, west, south, side, columns, rows = grid
    nearest, tied = np.full(len(half), -1, np.int64), np.zeros(len(half), np.bool_)
    seen_for = np.full(len(x), -1, np.int64)
    for polygon in range(len(half)):
        px, py = middle[0][polygon], middle[1][polygon]
        east, north = px - west, py - south
        column, row = int(np.floor(east / side)), int(np.floor(north / side))
        ring = max(0, -column, column - columns + 1, -row, row - rows + 1)
        last = max(column, columns - 1 - column, row, rows - 1 - row)
        best = np.inf
        while ring <= last:
            for r in range(max(0, row - ring), min(rows - 1, row + ring) + 1):
                # Of the rows in between only the two outermost columns are new.
                step = 1 if r in (row - ring, row + ring) else 2 * ring
                for c in range(column - ring, column + ring + 1, step):
                    if c < 0 or c >= columns:
                        continue
                    for at in range(cell_first[r * columns + c], cell_first[r * columns + c + 1]):
                        i = of_cell[at]
                        if seen_for[i] == polygon:
                            continue
                        seen_for[i] = polygon
                        if np.sqrt(_to_edge(px, py, x[i], y[i], dx[i], dy[i])) - half[polygon] > best + 2 * _TIE_M:
                            continue
                        square, inside = np.inf, False
                        for edge in range(first[polygon], first[polygon + 1]):
                            u, v, du, dv = ax[edge], ay[edge], adx[edge], ady[edge]
                            square = min(square, _between(x[i], y[i], dx[i], dy[i], u, v, du, dv))
                            if (v > y[i]) != (v + dv > y[i]) and x[i] < u + (y[i] - v) / dv * du:
                                inside = not inside
                        away = 0.0 if inside else np.sqrt(square)
                        if away < best - _TIE_M:
                            nearest[polygon], tied[polygon] = line[i], False
                        elif away <= best + _TIE_M:
                            tied[polygon] |= line[i] != nearest[polygon]
                        best = min(best, away)
            beyond = min(
                east - (column - ring) * side,
                (column + ring + 1) * side - east,
                north - (row - ring) * side,
                (row + ring + 1) * side - north,
            )
            if best + 2 * _TIE_M < beyond - half[polygon]:
                break
            ring += 1
    return nearest, tied
