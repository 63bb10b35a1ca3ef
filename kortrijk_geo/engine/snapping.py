"""Find the nearest point on any street for many points at once, exactly.

Street segments are cut into pieces of at most `PIECE_M`, whose midpoints go in a k-d tree. A point's nearest street
point lies on a piece whose midpoint is at most half a piece farther away, so the k nearest midpoints hold the answer as
soon as the k-th lies farther than the best distance found plus that half; points for which it does not ask for more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

PIECE_M = 10.0
_FIRST_K = 5
# Candidates looked at together; bounds memory.
_CANDIDATES = 400_000
# Positions along a street closer than this are the same: coordinates of some 10^6 m carry about 10^-9 m.
SAME_M = 1e-7
# Streets whose distances differ by less are equally near.
_TIE_M = 1e-9
# Of one street's segments that tie the first wins; 10^-10 m farther may be 10^-4 m further along round a bend.
_BEND_TIE_M = 1e-14
_NO_LINE = np.iinfo(np.int32).max
_DECIMALS = 7


@dataclass(frozen=True)
class Snapped:
    """Nearest street of each point: its row (-1 when too far), position along it, distance, coordinates."""

    street: Ints
    along_m: Floats
    distance_m: Floats
    xy: Floats


class Snapper:
    """Nearest points on lines.

    Parameters
    ----------
    lines
        LineStrings; an answer's ``street`` is a row of this array.
    """

    def __init__(self, lines: npt.NDArray[np.object_]) -> None:
        xy, line = shapely.get_coordinates(lines, return_index=True)
        inside = line[1:] == line[:-1]
        x, y = xy.T.copy()
        self._x, self._y = x[:-1][inside], y[:-1][inside]
        self._dx, self._dy = np.diff(x)[inside], np.diff(y)[inside]
        self._length = np.hypot(self._dx, self._dy)
        # A segment without length has its only point at share 0 / 1.
        self._square = np.where(self._length > 0, self._dx**2 + self._dy**2, 1.0)
        self._line = line[:-1][inside].astype(np.int32)
        self._line_length = shapely.length(lines)
        self._along = _since(self._length, self._line)
        n_pieces = np.maximum(1.0, np.ceil(self._length / PIECE_M))
        self._segment = np.repeat(np.arange(len(n_pieces)), n_pieces.astype(np.intp))
        part = (_since(np.ones(len(self._segment)), self._segment) + 0.5) / n_pieces[self._segment]
        middle = np.empty((len(part), 2))
        middle[:, 0] = self._x[self._segment] + self._dx[self._segment] * part
        middle[:, 1] = self._y[self._segment] + self._dy[self._segment] * part
        self._tree = cKDTree(middle, balanced_tree=False, compact_nodes=False)
        self._half = PIECE_M / 2

    def snap(self, xy: Floats, max_m: float) -> Snapped:
        """Snap points (n, 2) to the nearest point on a line within ``max_m``; of equals the first line wins."""
        n = len(xy)
        segment = np.full(n, -1, np.intp)
        distance = np.full(n, np.nan)
        todo = np.arange(n)
        k = _FIRST_K
        while len(todo):
            k = min(k, len(self._segment))
            step = max(1, _CANDIDATES // k)
            left = [
                self._try(todo[at : at + step], xy, max_m, k, segment, distance) for at in range(0, len(todo), step)
            ]
            todo = np.concatenate(left)
            k *= 4
        return self._describe(xy, segment, distance)

    def _try(
        self,
        rows: Index,
        xy: Floats,
        max_m: float,
        k: int,
        segment: Index,
        distance: Floats,
    ) -> Index:
        """Fill in the answers that ``k`` candidates prove and return the rows that need more candidates."""
        limit = max_m + self._half + SAME_M
        answer = self._tree.query(xy[rows], k=np.arange(1, k + 1), distance_upper_bound=limit)
        reach, piece = np.asarray(answer[0], np.float64), np.asarray(answer[1], np.intp)
        within = np.isfinite(reach)
        candidate = self._segment[np.where(within, piece, 0)]
        x, y = xy[rows, 0][:, None], xy[rows, 1][:, None]
        share = self._share(x, y, candidate)
        away = np.hypot(
            self._x[candidate] + share * self._dx[candidate] - x, self._y[candidate] + share * self._dy[candidate] - y
        )
        away[~within] = np.inf
        best = away.min(axis=1)
        line = self._line[candidate]
        first = np.where(away <= best[:, None] + _TIE_M, line, _NO_LINE).min(axis=1)
        on_first = np.where(line == first[:, None], away, np.inf)
        least = on_first.min(axis=1, keepdims=True) + _BEND_TIE_M
        chosen = np.where(on_first <= least, candidate, _NO_LINE).min(axis=1)
        proven = ~within[:, -1] | (reach[:, -1] - self._half > best + _TIE_M) | (k == len(self._segment))
        hit = proven & (best <= max_m)
        segment[rows[hit]] = chosen[hit]
        distance[rows[hit]] = best[hit]
        unproven: Index = rows[~proven]
        return unproven

    def _share(self, x: Floats, y: Floats, segment: Index) -> Floats:
        """Position along the segment, 0-1, of the point on it nearest to each of (x, y)."""
        dot = (x - self._x[segment]) * self._dx[segment] + (y - self._y[segment]) * self._dy[segment]
        share: Floats = np.clip(dot / self._square[segment], 0.0, 1.0)
        return share

    def _describe(self, xy: Floats, segment: Index, distance: Floats) -> Snapped:
        hit = segment >= 0
        at = segment[hit]
        share = self._share(xy[hit, 0], xy[hit, 1], at)
        whole = self._line_length[self._line[at]]
        along = np.minimum(np.round(self._along[at] + share * self._length[at], _DECIMALS), whole)
        street = np.full(len(xy), -1, np.int32)
        street[hit] = self._line[at]
        along_m = np.full(len(xy), np.nan)
        along_m[hit] = np.where(whole - along <= SAME_M, whole, along)
        foot = np.full((len(xy), 2), np.nan)
        foot[hit] = np.column_stack([self._x[at] + share * self._dx[at], self._y[at] + share * self._dy[at]])
        return Snapped(street, along_m, distance, foot)


def _since(values: Floats, group: npt.NDArray[Any]) -> Floats:
    """Sum of the values before each one in its group; groups stand together."""
    before = np.cumsum(values) - values
    first = np.flatnonzero(np.diff(group, prepend=-1))
    since: Floats = before - np.repeat(before[first], np.diff(first, append=len(group)))
    return since
