"""The nearest street segment of many points in numpy alone, for one question in a fresh process.

Segments are cut into pieces of at most `PIECE_M`, whose midpoints are put in square cells. A point's nearest street
point lies on a piece whose midpoint is at most half a piece farther away, so the nine cells around a point prove an
answer that is nearer than their side less that half; points without one ask larger cells.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Segments = tuple[Floats, Floats, Floats, Floats, Floats]

PIECE_M = 16.0
_FIRST_SIDE_M, _WIDER, _MOST_CELLS = 30.0, 3.0, 1_000
# Candidates looked at together; bounds memory.
_CANDIDATES = 400_000
# Far more than rounding takes, and than what makes two streets equally near.
_SLACK_M = 1e-6
_NONE = np.iinfo(np.int32).max


def nearest_segments(
    px: Floats, py: Floats, max_m: float, segments: Segments, line: Ints, tie_m: float, bend_tie_m: float
) -> tuple[Index, Floats]:
    """Return the nearest segment of each point (-1 for none within ``max_m``) and the metres; as that of `grid`."""
    segment, distance = np.full(len(px), -1, np.intp), np.full(len(px), np.nan)
    owner, x, y = _pieces(px, py, max_m, segments)
    if not len(owner):
        return segment, distance
    span = max(np.ptp(x), np.ptp(y))
    todo, side = np.arange(len(px)), _FIRST_SIDE_M
    while len(todo):
        side = max(side, span / _MOST_CELLS)
        seen_m = side - PIECE_M / 2 - _SLACK_M
        begin, count, order = _around(px[todo], py[todo], x, y, side)
        total = np.cumsum(count.sum(axis=1))
        cuts = [0, *np.searchsorted(total, np.arange(_CANDIDATES, total[-1], _CANDIDATES)).tolist(), len(todo)]
        proven = np.zeros(len(todo), bool)
        for low, high in pairwise(cuts):
            rows = todo[low:high]
            candidate = owner[order[_each(begin[low:high].ravel(), count[low:high].ravel())]]
            each = count[low:high].sum(axis=1)
            best, chosen = _best(px[rows], py[rows], each, candidate, segments, line, tie_m, bend_tie_m)
            proven[low:high] = (best <= seen_m) | (seen_m >= max_m)
            hit = proven[low:high] & (best <= max_m)
            segment[rows[hit]], distance[rows[hit]] = chosen[hit], best[hit]
        todo = todo[~proven]
        side *= _WIDER
    return segment, distance


def _pieces(px: Floats, py: Floats, max_m: float, segments: Segments) -> tuple[Index, Floats, Floats]:
    """Cut the segments that may be within ``max_m`` of any point; return the segment and the midpoint of each piece."""
    x, y, dx, dy, _ = segments
    near, far = np.ones(len(x), bool), max_m + _SLACK_M
    for at, step, points in ((x, dx, px), (y, dy, py)):
        near &= (np.maximum(at, at + step) >= points.min(initial=np.inf) - far) & (
            np.minimum(at, at + step) <= points.max(initial=-np.inf) + far
        )
    some = np.flatnonzero(near)
    n_pieces = np.maximum(1.0, np.ceil(np.hypot(dx[some], dy[some]) / PIECE_M)).astype(np.intp)
    owner = np.repeat(some, n_pieces)
    nth = _each(np.zeros(len(some), np.intp), n_pieces)
    part = (nth + 0.5) / np.repeat(n_pieces, n_pieces)
    return owner, x[owner] + dx[owner] * part, y[owner] + dy[owner] * part


def _around(px: Floats, py: Floats, x: Floats, y: Floats, side: float) -> tuple[Index, Index, Index]:
    """Return, of the three rows of cells around each point, first piece and how many, and the order of the pieces."""
    west, south = x.min(), y.min()
    columns, rows = (int(np.ptp(values) / side) + 5 for values in (x, y))
    cell = (((y - south) / side).astype(np.intp) + 2) * columns + ((x - west) / side).astype(np.intp) + 2
    order = np.argsort(cell, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=columns * rows))])
    column = np.clip(np.floor((px - west) / side), -1, columns - 4).astype(np.intp) + 2
    row = np.clip(np.floor((py - south) / side), -1, rows - 4).astype(np.intp) + 2
    middle = (row[:, None] + np.array([-1, 0, 1])) * columns + column[:, None]
    begin = first[middle - 1]
    return begin, first[middle + 2] - begin, order


def _each(begin: Index, count: Index) -> Index:
    """Return ``begin``, ``begin + 1`` and so on, ``count`` of each."""
    before = np.cumsum(count) - count
    each: Index = np.arange(int(count.sum())) + np.repeat(begin - before, count)
    return each


def _best(
    px: Floats, py: Floats, each: Index, candidate: Index, segments: Segments, line: Ints, tie_m: float, bend_m: float
) -> tuple[Floats, Index]:
    """Return metres and number of the nearest of the candidates, ``each`` of them per point; of equals the first."""
    best, chosen = np.full(len(px), np.inf), np.full(len(px), -1, np.intp)
    some = np.flatnonzero(each)
    if not len(some):
        return best, chosen
    each = each[some]
    begins = np.cumsum(each) - each
    x, y, dx, dy, square = (values[candidate] for values in segments)
    px, py = np.repeat(px[some], each), np.repeat(py[some], each)
    share = np.clip(((px - x) * dx + (py - y) * dy) / square, 0.0, 1.0)
    away = np.hypot(x + share * dx - px, y + share * dy - py)
    least = np.minimum.reduceat(away, begins)
    of_line = line[candidate]
    first = np.minimum.reduceat(np.where(away <= np.repeat(least + tie_m, each), of_line, _NONE), begins)
    on_first = np.where(of_line == np.repeat(first, each), away, np.inf)
    limit = np.minimum.reduceat(on_first, begins) + bend_m
    best[some] = least
    chosen[some] = np.minimum.reduceat(np.where(on_first <= np.repeat(limit, each), candidate, _NONE), begins)
    return best, chosen
