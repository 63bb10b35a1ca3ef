"""The nearest street segment of many points as compiled code, over a grid of square cells.

Every cell names the segments that pass through it. Around a point cells are looked at ring by ring until no segment in
a cell farther out can be as near as the nearest so far.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

# Cells are no smaller than this; more of them hold nothing and cost memory.
LEAST_SIDE_M = 25.0
# Cells for each segment at most.
_CELLS_EACH = 4
# Cells are searched this much wider than they are, so that rounding hides no segment on an edge.
_SLACK_M = 1e-6


class Grid(NamedTuple):
    """Segments by cell: those of cell ``row * columns + column`` stand from ``first[cell]`` to ``first[cell + 1]``."""

    first: Ints
    segment: Ints
    x: float
    y: float
    side_m: float
    columns: int
    rows: int


def grid_of(x: Floats, y: Floats, dx: Floats, dy: Floats) -> Grid:
    """Make the grid of segments from (x, y) to (x + dx, y + dy); there is at least one."""
    west, south = float(np.minimum(x, x + dx).min()), float(np.minimum(y, y + dy).min())
    width, height = float(np.maximum(x, x + dx).max()) - west, float(np.maximum(y, y + dy).max()) - south
    side = max(LEAST_SIDE_M, (width * height / (_CELLS_EACH * len(x))) ** 0.5, max(width, height) / (1_000 + len(x)))
    columns, rows = int(width / side) + 1, int(height / side) + 1
    first, segment = _fill(x, y, dx, dy, west, south, side, columns, rows)
    return Grid(first, segment, west, south, side, columns, rows)


@compiled
def _columns_of(x: float, y: float, dx: float, dy: float, low: float, high: float) -> tuple[float, float]:
    """Return from where to where the part of a segment with y between ``low`` and ``high`` runs in x."""
    begin, end = 0.0, 1.0
    if dy > 0:
        begin, end = max(0.0, (low - y) / dy), min(1.0, (high - y) / dy)
    elif dy < 0:
        begin, end = max(0.0, (high - y) / dy), min(1.0, (low - y) / dy)
    a, b = x + begin * dx, x + end * dx
    return min(a, b), max(a, b)


@compiled
def _fill(
    x: Floats, y: Floats, dx: Floats, dy: Floats, west: float, south: float, side: float, columns: int, rows: int
) -> tuple[Ints, Ints]:
    """Return where the segments of each cell begin, and the segments."""
    first, n_cells = np.zeros(columns * rows + 1, np.int32), np.zeros(len(x), np.int32)
    # The cells of every segment, one segment after another; it grows as it must.
    cells, total = np.empty(2 * len(x) + columns, np.int32), 0
    for i in range(len(x)):
        low, high = min(y[i], y[i] + dy[i]) - south, max(y[i], y[i] + dy[i]) - south
        begin, before = max(0, int((low - _SLACK_M) / side)), total
        for row in range(begin, min(rows - 1, int((high + _SLACK_M) / side)) + 1):
            if total + columns > len(cells):
                cells = np.concatenate((cells, np.empty(len(cells) + columns, np.int32)))
            bottom = south + row * side
            a, b = _columns_of(x[i], y[i], dx[i], dy[i], bottom - _SLACK_M, bottom + side + _SLACK_M)
            left = max(0, int((a - west - _SLACK_M) / side))
            for column in range(left, min(columns - 1, int((b - west + _SLACK_M) / side)) + 1):
                cells[total] = row * columns + column
                first[cells[total]] += 1
                total += 1
        n_cells[i] = total - before
    # From the last of every cell to the first: what is then left of the ends of the cells is where they begin.
    for cell in range(1, len(first)):
        first[cell] += first[cell - 1]
    segment, at = np.empty(total, np.int32), total
    for i in range(len(x) - 1, -1, -1):
        for _ in range(n_cells[i]):
            at -= 1
            first[cells[at]] -= 1
            segment[first[cells[at]]] = i
    return first, segment


@compiled
def nearest_segments(  # noqa: C901, PLR0912 - one search in nested loops, as compiled code is
    px: Floats, py: Floats, max_m: float, segments: Any, line: Ints, grid: Any, tie_m: float, bend_tie_m: float
) -> tuple[Index, Floats]:
    """Return the nearest segment of every point within ``max_m`` and the metres to it; -1 and NaN where there is none.

    Parameters
    ----------
    px, py
        The points.
    max_m
        How far a segment may lie.
    segments
        Of every segment x and y, dx, dy, and the square of its length (1 where it has none).
    line
        The line of every segment.
    grid
        The segments by cell.
    tie_m, bend_tie_m
        Of lines whose distances differ by at most ``tie_m`` the first counts, and of its segments that differ by at
        most ``bend_tie_m`` the first.
    """
    x, y, dx, dy, square = segments
    first, of_cell, west, south, side, columns, rows = grid
    nearest, metres = np.full(len(px), -1, np.intp), np.full(len(px), np.nan)
    # A segment may be seen in several cells; that changes nothing.
    seen, away = np.empty(len(of_cell), np.int32), np.empty(len(of_cell), np.float64)
    for point in range(len(px)):
        east, north = px[point] - west, py[point] - south
        # Of a point far outside the grid whole rows of it would be looked through for nothing.
        outside = max(-east, east - columns * side, -north, north - rows * side)
        if outside - 2 * _SLACK_M > max_m:
            continue
        column, row = int(np.floor(east / side)), int(np.floor(north / side))
        # The first ring that touches the grid, and the last that does.
        ring = max(0, -column, column - columns + 1, -row, row - rows + 1)
        last = max(column, columns - 1 - column, row, rows - 1 - row)
        best, total = np.inf, 0
        while ring <= last:
            low, high = max(0, row - ring), min(rows - 1, row + ring)
            for r in range(low, high + 1):
                # Of the rows in between only the two outermost columns are new.
                whole = r in (row - ring, row + ring)
                left, right = column - ring, column + ring
                if whole:
                    left, right = max(0, left), min(columns - 1, right)
                for c in range(left, right + 1, 1 if whole else 2 * ring):
                    if c < 0 or c >= columns:
                        continue
                    cell = r * columns + c
                    for at in range(first[cell], first[cell + 1]):
                        i = of_cell[at]
                        dot = (px[point] - x[i]) * dx[i] + (py[point] - y[i]) * dy[i]
                        share = min(max(dot / square[i], 0.0), 1.0)
                        gap_x, gap_y = x[i] + share * dx[i] - px[point], y[i] + share * dy[i] - py[point]
                        if gap_x * gap_x + gap_y * gap_y > (best + 2 * tie_m) ** 2 * (1 + 1e-12):
                            continue
                        seen[total], away[total] = i, np.hypot(gap_x, gap_y)
                        best = min(best, away[total])
                        total += 1
            edge = (
                min(
                    east - (column - ring) * side,
                    (column + ring + 1) * side - east,
                    north - (row - ring) * side,
                    (row + ring + 1) * side - north,
                )
                - 2 * _SLACK_M
            )
            if best + tie_m < edge or edge > max_m:
                break
            ring += 1
        if not best <= max_m:
            continue
        on_line = -1
        for i in range(total):
            if away[i] <= best + tie_m and (on_line < 0 or line[seen[i]] < on_line):
                on_line = line[seen[i]]
        least = np.inf
        for i in range(total):
            if line[seen[i]] == on_line:
                least = min(least, away[i])
        for i in range(total):
            if line[seen[i]] == on_line and away[i] <= least + bend_tie_m and not 0 <= nearest[point] < seen[i]:
                nearest[point] = seen[i]
        metres[point] = best
    return nearest, metres
