"""Rings of polygons in samples a few metres apart: where each lies, and the lines that neighbouring samples make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine.compiled import compiled
from kortrijk_geo.ring_points import ring_points

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Samples:
    """Points on rings, ``weight_m`` apart.

    Parameters
    ----------
    inside, outside
        Spots just inside and just outside.
    weight_m
        Length of ring that each sample stands for.
    shape
        Number of the shape of each sample.
    edge
        Edge of each sample; the samples of an edge, and the edges of a ring, follow each other.
    start, along
        Where each edge begins, and where it ends from there.
    ring
        Ring of each edge.
    """

    inside: Floats
    outside: Floats
    weight_m: Floats
    shape: Ints
    edge: Ints
    start: Floats
    along: Floats
    ring: Ints


def sample_rings(shapes: npt.NDArray[np.object_], *, step_m: float, aside_m: float) -> Samples:
    """Sample the rings of polygons about every ``step_m``; the weights add to the length of the rings."""
    # Of one ring is most of a city; the others are turned by GEOS, which copies them.
    several = shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON
    several |= shapely.get_num_interior_rings(shapes) > 0
    if several.any():
        shapes = shapes.copy()
        shapes[several] = shapely.orient_polygons(shapes[several])
    points, ring, shape_of = ring_points(shapes)
    _turn(points, ring, ~several[shape_of])
    first = np.flatnonzero(ring[1:] == ring[:-1])
    start, along = points[first], points[first + 1] - points[first]
    length = np.hypot(*along.T)
    first, start, along, length = (of_edges[length > 0] for of_edges in (first, start, along, length))
    count = np.maximum(1, np.round(length / step_m)).astype(np.int64)
    inside, outside = _spots(start, along, length, count, aside_m)
    edge = np.repeat(np.arange(len(first)), count)
    shape = shape_of[first]
    return Samples(inside, outside, (length / count)[edge], shape[edge], edge, start, along, ring[first])


def lines_along(ring: Samples, key: Ints) -> tuple[npt.NDArray[np.object_], Ints]:
    """Return lines along samples that follow each other with one key of 0 or more, and the key of each.

    A line bends only where its ring does.
    """
    count = np.bincount(ring.edge, minlength=len(ring.start))
    xy, line, keys = _runs(ring.edge, ring.ring, ring.start, ring.along, count, np.cumsum(count) - count, key)
    if not len(keys):
        return np.array([], dtype=object), keys
    return np.asarray(shapely.linestrings(xy, indices=line), dtype=object), keys


@compiled
def _turn(points: Floats, ring: Ints, alone: Flags) -> None:
    """Let the rings that are alone run with what they enclose to their left, in place."""
    begin = 0
    while begin < len(ring):
        end, twice_m2 = begin + 1, 0.0
        while end < len(ring) and ring[end] == ring[begin]:
            # From the first point, as the products of whole coordinates lose the surface of a small ring.
            x, y = points[end - 1, 0] - points[begin, 0], points[end - 1, 1] - points[begin, 1]
            twice_m2 += x * (points[end, 1] - points[begin, 1]) - (points[end, 0] - points[begin, 0]) * y
            end += 1
        if alone[begin] and twice_m2 < 0:
            points[begin:end] = points[begin:end][::-1].copy()
        begin = end


@compiled
def _spots(start: Floats, along: Floats, length: Floats, count: Ints, aside_m: float) -> tuple[Floats, Floats]:
    """Spots beside the middle of each sample; rings are turned so that the polygon lies to their left."""
    inside, outside = np.empty((count.sum(), 2)), np.empty((count.sum(), 2))
    sample = 0
    for edge in range(len(count)):
        across, down = along[edge, 0] / count[edge], along[edge, 1] / count[edge]
        left, up = -along[edge, 1] / length[edge] * aside_m, along[edge, 0] / length[edge] * aside_m
        for number in range(count[edge]):
            x = start[edge, 0] + across * number + across / 2
            y = start[edge, 1] + down * number + down / 2
            inside[sample, 0], inside[sample, 1] = x + left, y + up
            outside[sample, 0], outside[sample, 1] = x - left, y - up
            sample += 1
    return inside, outside


@compiled
def _end(begin: int, ring: Ints, edge: Ints) -> int:
    """Return the sample after the last of the ring that begins here."""
    end = begin
    while end < len(edge) and ring[edge[end]] == ring[edge[begin]]:
        end += 1
    return end


@compiled
def _first(begin: int, end: int, key: Ints) -> int:
    """Return where to begin on a ring, so that no line is cut where the ring happens to start."""
    before = key[end - 1]
    for sample in range(begin, end):
        if key[sample] != before:
            return sample
        before = key[sample]
    return begin


@compiled
def _runs(
    edge: Ints, ring: Ints, start: Floats, along: Floats, count: Ints, first_of: Ints, key: Ints
) -> tuple[Floats, Ints, Ints]:
    """Coordinates of the lines, the line of each, and the key of each line."""
    samples = len(edge)
    xy, line = np.empty((2 * samples + len(start), 2)), np.empty(2 * samples + len(start), dtype=np.int64)
    keys = np.empty(samples, dtype=np.int64)
    points = lines = begin = 0
    while begin < samples:
        end = _end(begin, ring, edge)
        sample, last = _first(begin, end, key), -1
        for step in range(end - begin):
            mine, following = edge[sample], sample + 1 if sample + 1 < end else begin
            number = sample - first_of[mine]
            opens = step == 0 or key[sample] != last
            if key[sample] >= 0 and (opens or number == 0):
                if opens:
                    keys[lines] = key[sample]
                    lines += 1
                for axis in range(2):
                    xy[points, axis] = start[mine, axis] + along[mine, axis] / count[mine] * number
                line[points] = lines - 1
                points += 1
            if key[sample] >= 0 and (step == end - begin - 1 or key[following] != key[sample]):
                # The next corner itself where there is one, so that lines close.
                final = number == count[mine] - 1
                for axis in range(2):
                    to = start[mine, axis] + along[mine, axis] / count[mine] * (number + 1)
                    xy[points, axis] = start[edge[following], axis] if final else to
                line[points] = lines - 1
                points += 1
            last = key[sample]
            sample = following
        begin = end
    return xy[:points].copy(), line[:points].copy(), keys[:lines].copy()
