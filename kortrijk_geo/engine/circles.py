"""The largest circle that fits in each outline of pixels: the search of GEOS, over the sides of many outlines at once.

Square cells are looked at in the order of how large a circle in them could be, and cut in four as long as that is
larger by more than the tolerance than the largest that was seen.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine.compiled import compiled
from kortrijk_geo.ring_points import ring_points

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SQRT2 = math.sqrt(2.0)
# GEOS gives up after so many cells, and as many more for each factor of e between the outline and the tolerance.
_CELLS = 2_000
_RECTANGLE = 4  # sides


def inscribed_radii(polygons: npt.NDArray[np.object_], tolerance: Floats) -> Floats:
    """Return the radius of the largest circle in each polygon, as near to it as ``tolerance`` asks.

    Polygons of four sides, of which GEOS knows the circle, and those with a side that runs along no axis are left to
    it; the answers of the others equal its own.
    """
    xy, ring, polygon = ring_points(polygons)
    start = np.flatnonzero(ring[1:] == ring[:-1])
    of = polygon[start]
    low, high = np.minimum(xy[start], xy[start + 1]), np.maximum(xy[start], xy[start + 1])
    sides = low[:, 0].copy(), low[:, 1].copy(), high[:, 0].copy(), high[:, 1].copy()
    first = np.searchsorted(of, np.arange(len(polygons) + 1))
    inside = shapely.get_coordinates(shapely.point_on_surface(polygons))
    other = np.diff(first) <= _RECTANGLE
    other[of[(xy[start] != xy[start + 1]).all(axis=1)]] = True
    radii = np.empty(len(polygons))
    radii[~other] = _radii(np.flatnonzero(~other), first, sides, inside, tolerance)
    radii[other] = shapely.length(shapely.maximum_inscribed_circle(polygons[other], tolerance=tolerance[other]))
    return radii


@compiled
def _away(x: float, y: float, west: Floats, south: Floats, east: Floats, north: Floats) -> float:
    """Distance of a point to the nearest side, below 0 outside the outline."""
    least, inside = np.inf, False
    for side in range(len(west)):
        across = max(west[side] - x, x - east[side], 0.0)
        down = max(south[side] - y, y - north[side], 0.0)
        least = min(least, across * across + down * down)
        # Only sides that run north lie beyond more than one y.
        inside ^= south[side] <= y < north[side] and x < west[side]
    return math.sqrt(least) if inside else -math.sqrt(least)


@compiled
def _rise(heap: Ints, place: int, cell: int, most: Floats) -> None:
    """Put a cell in the heap at a place or above it."""
    above = (place - 1) // 2
    while place > 0 and most[heap[above]] < most[cell]:
        heap[place] = heap[above]
        place, above = above, (above - 1) // 2
    heap[place] = cell


@compiled
def _take(heap: Ints, size: int, most: Floats) -> int:
    """Take the cell that promises most off a heap of some size; of equals the one that the queue of C++ would take."""
    taken: int = heap[0]
    last, place, below = heap[size - 1], 0, 2
    while below < size - 1:
        if most[heap[below]] < most[heap[below - 1]]:
            below -= 1
        heap[place] = heap[below]
        place, below = below, 2 * below + 2
    if below == size - 1:
        heap[place] = heap[below - 1]
        place = below - 1
    if size > 1:
        _rise(heap, place, last, most)
    return taken


@compiled
def _radii(
    polygons: Ints, first: Ints, sides: tuple[Floats, Floats, Floats, Floats], inside: Floats, tolerance: Floats
) -> Floats:
    """Search each of some outlines: the sides of one stand from ``first`` on, and ``inside`` is a point in it."""
    radii = np.empty(len(polygons))
    cells, most, heap = np.empty((4_096, 4)), np.empty(4_096), np.empty(4_096, dtype=np.int64)
    for place, polygon in enumerate(polygons):
        begin, end = first[polygon], first[polygon + 1]
        west, south, east, north = (
            sides[0][begin:end], sides[1][begin:end], sides[2][begin:end], sides[3][begin:end],
        )  # fmt: skip
        wide, high = east.max() - west.min(), north.max() - south.min()
        x, y = (west.min() + east.max()) / 2, (south.min() + north.max()) / 2
        half = max(wide, high) / 2
        away = _away(x, y, west, south, east, north)
        cells[0, 0], cells[0, 1], cells[0, 2], cells[0, 3], most[0] = x, y, half, away, away + half * _SQRT2
        heap[0] = 0
        size = count = 1
        best = _away(inside[polygon, 0], inside[polygon, 1], west, south, east, north)
        left = _CELLS * (1 + max(1, int(math.log(math.hypot(wide, high) / tolerance[polygon]))))
        while size > 0 and left > 0:
            cell = _take(heap, size, most)
            size, left = size - 1, left - 1
            if most[cell] < best:
                break
            best = max(best, cells[cell, 3])
            if most[cell] - best <= tolerance[polygon]:
                continue
            if count + 4 > len(cells):
                cells, most = np.concatenate((cells, cells)), np.concatenate((most, most))
                heap = np.concatenate((heap, heap))
            half = cells[cell, 2] / 2
            for quarter in range(4):
                x = cells[cell, 0] + (half if quarter % 2 else -half)
                y = cells[cell, 1] + (half if quarter > 1 else -half)
                away = _away(x, y, west, south, east, north)
                cells[count, 0], cells[count, 1], cells[count, 2], cells[count, 3] = x, y, half, away
                most[count] = away + half * _SQRT2
                _rise(heap, size, count, most)
                size, count = size + 1, count + 1
        radii[place] = best
    return radii
