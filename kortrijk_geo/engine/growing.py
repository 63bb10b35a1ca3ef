"""Simple shapes grown by a distance, as spans of pixels: what GEOS's buffer covers, without making a polygon of it.

A point, a line, and a polygon without dents are grown as convex pieces: strips along edges, and fans around corners of
as many sides as GEOS gives them. GEOS first takes out dents of less than a hundredth of the distance; shapes with such
a dent or with edges as short, and all others, are left to GEOS.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

POINT, LINE, POLYGON = 0, 1, 3
# Sides of a quarter of a circle, as engine/surfaces.py asks of GEOS, and what GEOS calls a dent, of the distance.
_QUARTER, _DENT = 4, 0.01
# A corner that is no farther off the line between its neighbours is none, metres.
_STRAIGHT_M = 1e-7
# Corners of the largest piece but for those of the shape itself.
_FAN = 4 * _QUARTER + 2


@compiled
def _off_line(x: float, y: float, from_x: float, from_y: float, to_x: float, to_y: float) -> float:
    """Distance of a point to a piece of line."""
    dx, dy = to_x - from_x, to_y - from_y
    square = dx * dx + dy * dy
    share = 0.0 if square == 0 else min(max(((x - from_x) * dx + (y - from_y) * dy) / square, 0.0), 1.0)
    return math.hypot(x - from_x - share * dx, y - from_y - share * dy)


@compiled
def _shortest(xy: Floats) -> float:
    """Length of the shortest piece between two points."""
    shortest = np.inf
    for at in range(1, len(xy)):
        shortest = min(shortest, math.hypot(xy[at, 0] - xy[at - 1, 0], xy[at, 1] - xy[at - 1, 1]))
    return shortest


@compiled
def _corners(xy: Floats, closed: bool) -> Floats:  # noqa: FBT001 - compiled code has no keywords
    """Return the corners of a line or ring, without points on the straight between them; a ring's first one once."""
    count = len(xy) - 1 if closed else len(xy)
    kept = np.empty((count, 2))
    corners = 0
    for at in range(count):
        if not closed and at in (0, count - 1):
            kept[corners] = xy[at]
            corners += 1
            continue
        before = kept[corners - 1] if corners > 0 else xy[count - 1]
        after = xy[(at + 1) % count]
        if _off_line(xy[at, 0], xy[at, 1], before[0], before[1], after[0], after[1]) > _STRAIGHT_M:
            kept[corners] = xy[at]
            corners += 1
    return kept[:corners]


@compiled
def _turns(corners: Floats, closed: bool, dent_m: float) -> tuple[bool, bool, bool]:  # noqa: FBT001
    """Whether a line or ring turns left and right somewhere, and whether it has no dent on either side or spike."""
    left = right = False
    count = len(corners)
    for at in range(0 if closed else 1, count if closed else count - 1):
        before, here, after = corners[at - 1], corners[at], corners[(at + 1) % count]
        dx, dy, ex, ey = here[0] - before[0], here[1] - before[1], after[0] - here[0], after[1] - here[1]
        cross = dx * ey - dy * ex
        left |= cross > 0
        right |= cross < 0
        if _off_line(here[0], here[1], before[0], before[1], after[0], after[1]) < dent_m:
            return left, right, False
        if dx * ex + dy * ey < 0 and abs(cross) < 1e-6 * math.hypot(dx, dy) * math.hypot(ex, ey):
            return left, right, False
    return left, right, True


@compiled
def _fan(piece: Floats, size: int, x: float, y: float, radius: float, begin: float, total: float) -> int:
    """Add to a piece the corners of a fan around (x, y) from one angle on, both sides of it included."""
    sides = max(int(abs(total) / (math.pi / 2 / _QUARTER) + 0.5), 1)
    for side in range(sides + 1):
        angle = begin + total / sides * side
        piece[size, 0], piece[size, 1] = x + radius * math.cos(angle), y + radius * math.sin(angle)
        size += 1
    return size


@compiled
def _turn(dx: float, dy: float, ex: float, ey: float, left: bool) -> float:  # noqa: FBT001
    """Return by how much a way turns, to the left or to the right."""
    total = math.atan2(ey, ex) - math.atan2(dy, dx)
    if left and total < 0:
        return total + 2 * math.pi
    return total - 2 * math.pi if not left and total > 0 else total


@compiled
def _write(
    piece: Floats, size: int, shape: int, pixels: tuple[float, float, float, float], window: Ints, out: Ints,
    spans: int, low: Floats, high: Floats,
) -> int:  # fmt: skip
    """Write the spans of a convex piece, which is brought to pixels of the grid; return how many there are now."""
    for corner in range(size):
        piece[corner, 0] = (piece[corner, 0] - pixels[0]) / pixels[2]
        piece[corner, 1] = (piece[corner, 1] - pixels[1]) / pixels[3]
    top, rows, left, columns = window
    north, south = piece[0, 1], piece[0, 1]
    for corner in range(1, size):
        north, south = min(north, piece[corner, 1]), max(south, piece[corner, 1])
    first = min(max(math.ceil(north - 0.5) - top, 0), rows)
    last = min(max(math.ceil(south - 0.5) - top, 0), rows)
    for row in range(first, last):
        low[row], high[row] = np.inf, -np.inf
    for at in range(size):
        to = at + 1 if at + 1 < size else 0
        upper, lower = (at, to) if piece[at, 1] <= piece[to, 1] else (to, at)
        u, v = piece[upper, 0], piece[upper, 1]
        begin, end = max(math.ceil(v - 0.5) - top, first), min(math.ceil(piece[lower, 1] - 0.5) - top, last)
        if begin < end:
            slope = (piece[lower, 0] - u) / (piece[lower, 1] - v)
            for row in range(begin, end):
                place = u + (row + top + 0.5 - v) * slope
                low[row], high[row] = min(low[row], place), max(high[row], place)
    for row in range(first, last):
        if low[row] > high[row]:
            continue
        start = min(max(math.ceil(low[row] - 0.5) - left, 0), columns)
        stop = min(max(math.ceil(high[row] - 0.5) - left, 0), columns)
        if stop > start:
            out[spans, 0], out[spans, 1], out[spans, 2], out[spans, 3] = row, start, stop, shape
            spans += 1
    return spans


@compiled
def grown_spans(  # noqa: C901, PLR0912, PLR0915 - one pass over shapes, as compiled code is
    kind: Ints, first: Ints, xy: Floats, radius: Floats, pixels: tuple[float, float, float, float], window: Ints
) -> tuple[Ints, Flags]:
    """Return row, start, stop and number of the shape of every span, in no order, and which shapes are in them.

    Parameters
    ----------
    kind
        Of each shape: `POINT`, `LINE` or `POLYGON` (of one ring), or any other.
    first
        Where the points of each begin, and the end.
    xy
        The points.
    radius
        By how much each is grown, metres, above 0.
    pixels
        West and north of the grid, width and (negative) height of a pixel.
    window
        First row, rows, first column and columns that are asked for.
    """
    grown = np.zeros(len(kind), dtype=np.bool_)
    out, spans = np.empty((4096, 4), dtype=np.int64), 0
    low, high = np.empty(window[1]), np.empty(window[1])
    for shape in range(len(kind)):
        points = xy[first[shape] : first[shape + 1]]
        if kind[shape] == POINT:
            grown[shape], corners, closed, left = True, points, False, True
        elif kind[shape] in (LINE, POLYGON) and len(points) > 1:
            closed = points[0, 0] == points[-1, 0] and points[0, 1] == points[-1, 1]
            corners = _corners(points, closed)
            left, right, plain = _turns(corners, closed, _DENT * radius[shape] if kind[shape] == LINE else 0.0)
            enough = len(corners) > (2 if closed else 1) and _shortest(points) >= _DENT * radius[shape]
            grown[shape] = plain and enough and (kind[shape] == LINE or left != right)
        if not grown[shape]:
            continue
        count = len(corners)
        # Every corner and edge of a line is a piece of its own; all others are one.
        pieces = 2 * count if kind[shape] == LINE else 1
        if spans + pieces * window[1] > len(out):
            more = np.empty((2 * len(out) + pieces * window[1], 4), dtype=np.int64)
            more[:spans] = out[:spans]
            out = more
        piece = np.empty((3 * count + _FAN, 2))
        size = 0
        for at in range(count):
            x, y, far = corners[at, 0], corners[at, 1], radius[shape]
            before, after = corners[at - 1], corners[(at + 1) % count]
            dx, dy, ex, ey = x - before[0], y - before[1], after[0] - x, after[1] - y
            ends = kind[shape] == LINE and not closed and at in (0, count - 1)
            to_left = dx * ey - dy * ex > 0
            # To the right of the way where it turns to the left, and the other way round.
            side = -math.pi / 2 if to_left else math.pi / 2
            begin, total = math.atan2(dy, dx) + side, _turn(dx, dy, ex, ey, to_left)
            if kind[shape] == POINT:
                begin, total = 0.0, -2 * math.pi
            elif ends and at == 0:
                begin, total = math.atan2(ey, ex) - math.pi / 2, -math.pi
            elif ends:
                begin, total = math.atan2(dy, dx) + math.pi / 2, -math.pi
            elif kind[shape] == LINE:
                piece[size, 0], piece[size, 1] = x, y
                size += 1
            size = _fan(piece, size, x, y, far, begin, total)
            if kind[shape] != LINE and at + 1 < count:
                continue
            for part in range(2 if kind[shape] == LINE and (closed or at + 1 < count) else 1):
                if part == 1:
                    long = math.hypot(ex, ey)
                    across, up = -ey / long * far, ex / long * far
                    piece[0, 0], piece[0, 1], piece[1, 0], piece[1, 1] = x + across, y + up, x - across, y - up
                    piece[2, 0], piece[2, 1] = after[0] - across, after[1] - up
                    piece[3, 0], piece[3, 1] = after[0] + across, after[1] + up
                    size = 4
                spans = _write(piece, size, shape, pixels, window, out, spans, low, high)
            size = 0
    return out[:spans].copy(), grown
