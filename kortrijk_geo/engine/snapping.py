"""Find the nearest point on any street for many points at once, exactly.

Compiled code searches on a grid of cells (`grid`). For one question in a fresh process, for which that takes too long
to load, numpy does the same (`cells`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine import cells

if TYPE_CHECKING:
    from kortrijk_geo.engine.grid import Grid

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

# Positions along a street closer than this are the same: coordinates of some 10^6 m carry about 10^-9 m.
SAME_M = 1e-7
# Streets whose distances differ by less are equally near.
_TIE_M = 1e-9
# Of one street's segments that tie the first wins; 10^-10 m farther may be 10^-4 m further along round a bend.
_BEND_TIE_M = 1e-14
_DECIMALS = 7
# Points are taken by squares of this side.
_NEIGHBOURS_M = 32.0
# There are fewer squares in a row of them.
_MANY = 2.0**21


@dataclass(frozen=True)
class Snapped:
    """Nearest street of each point: its row (-1 when too far), position along it, distance, coordinates."""

    street: Ints
    along_m: Floats
    distance_m: Floats
    xy: Floats

    def __getitem__(self, rows: Index | npt.NDArray[np.bool_]) -> Snapped:
        """Return the answers of these rows."""
        return Snapped(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def with_rows(self, rows: Index, others: Snapped) -> Snapped:
        """Return these answers with those of ``rows`` replaced by ``others``."""
        arrays = {f.name: getattr(self, f.name).copy() for f in fields(self)}
        for name, values in arrays.items():
            values[rows] = getattr(others, name)
        return Snapped(**arrays)


class Snapper:
    """Nearest points on lines.

    Parameters
    ----------
    lines
        LineStrings; an answer's ``street`` is a row of this array.
    rows
        Those that points may be snapped to; None for all.
    compiled
        Whether compiled code searches.
    """

    def __init__(self, lines: npt.NDArray[np.object_], rows: Index | None = None, *, compiled: bool = True) -> None:
        self._compiled = compiled
        xy, line = shapely.get_coordinates(lines if rows is None else lines[rows], return_index=True)
        line = line if rows is None else rows[line]
        begin = np.flatnonzero(line[1:] == line[:-1])
        x, y = xy.T.copy()
        self._x, self._y = x[begin], y[begin]
        self._dx, self._dy = x[begin + 1] - self._x, y[begin + 1] - self._y
        self._length = np.hypot(self._dx, self._dy)
        # A segment without length has its only point at share 0 / 1.
        self._square = np.where(self._length > 0, self._dx**2 + self._dy**2, 1.0)
        self._line = line[begin].astype(np.int32)
        self.line_length_m: Floats = shapely.length(lines)
        self._along = _since(self._length, self._line)

    def snap(self, xy: Floats, max_m: float) -> Snapped:
        """Snap points (n, 2) to the nearest point on a line within ``max_m``; of equals the first line wins."""
        turn = by_neighbourhood(xy, _NEIGHBOURS_M)
        if not len(self._line):
            return self._describe(xy, turn, np.full(len(xy), -1, np.intp), np.full(len(xy), np.nan))
        return self._describe(xy, turn, *self._nearest(xy[turn], max_m))

    @cached_property
    def _grid(self) -> Grid:
        from kortrijk_geo.engine.grid import grid_of

        return grid_of(self._x, self._y, self._dx, self._dy)

    def _nearest(self, xy: Floats, max_m: float) -> tuple[Index, Floats]:
        px, py = xy.T.copy()
        segments = self._x, self._y, self._dx, self._dy, self._square
        if self._compiled:
            from kortrijk_geo.engine import grid

            return grid.nearest_segments(px, py, max_m, segments, self._line, self._grid, _TIE_M, _BEND_TIE_M)
        return cells.nearest_segments(px, py, max_m, segments, self._line, _TIE_M, _BEND_TIE_M)

    def _describe(self, xy: Floats, turn: Index, segment: Index, distance: Floats) -> Snapped:
        """Return the answers of the points from the segment and the distance of each as they were taken in ``turn``."""
        hit = np.flatnonzero(segment >= 0)
        point, at = turn[hit], segment[hit]
        x, y, dx, dy, line = self._x[at], self._y[at], self._dx[at], self._dy[at], self._line[at]
        # Position along the segment, 0-1, of the point on it nearest to each.
        dot = (xy[point, 0] - x) * dx + (xy[point, 1] - y) * dy
        share = np.clip(dot / self._square[at], 0.0, 1.0)
        whole = self.line_length_m[line]
        along = np.minimum(np.round(self._along[at] + share * self._length[at], _DECIMALS), whole)
        street = np.full(len(xy), -1, np.int32)
        street[point] = line
        along_m, distance_m, foot = np.full(len(xy), np.nan), np.full(len(xy), np.nan), np.full((len(xy), 2), np.nan)
        along_m[point] = np.where(whole - along <= SAME_M, whole, along)
        distance_m[point] = distance[hit]
        foot[point, 0], foot[point, 1] = x + share * dx, y + share * dy
        return Snapped(street, along_m, distance_m, foot)


def by_neighbourhood(xy: Floats, side_m: float) -> Index:
    """Return an order of points (n, 2) by squares of ``side_m``, row by row; in one square as they are given.

    What is near a point is then still in the processor's cache for the next one. No answer depends on it.
    """
    return np.argsort(np.floor(xy[:, 1] / side_m) * _MANY + np.floor(xy[:, 0] / side_m), kind="stable")


def _since(values: Floats, group: npt.NDArray[Any]) -> Floats:
    """Sum of the values before each one in its group; groups stand together."""
    before = np.cumsum(values) - values
    first = np.flatnonzero(np.diff(group, prepend=-1))
    since: Floats = before - np.repeat(before[first], np.diff(first, append=len(group)))
    return since
