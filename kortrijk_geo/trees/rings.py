"""Rings of polygons in samples a few metres apart: where each lies, and the lines that neighbouring samples make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine.compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(ring[1:] == ring[:-1])
    start, along = points[first], points[first + 1] - points[first]
    length = np.hypot(*along.T)
    first, start, along, length = (of_edges[length > 0] for of_edges in (first, start, along, length))
    count = np.maximum(1, np.round(length / step_m)).astype(np.int64)
    inside, outside = _spots(start, along, length, count, aside_m)
    edge = np.repeat(np.arange(len(first)), count)
    shape = owner[part[ring[first]]]
    return Samples(inside, outside, (length / count)[edge], shape[edge], edge, start, along, ring[first])


def lines_along(ring: Samples, key: Ints) -> tuple[npt.NDArray[np.object_], Ints]:
    """Return lines along samples that follow each other with one key of 0 or more, and the key of each.

    A line bends only where its ring does.
    """
    xy, line, keys = _runs(ring.edge, ring.ring, ring.start, ring.along, key)
    if not len(keys):
        return np.array([], dtype=object), keys
    return np.asarray(shapely.linestrings(xy, indices=line), dtype=object), keys


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
def _runs(edge: Ints, ring: Ints, start: Floats, along: Floats, key: Ints) -> tuple[Floats, Ints, Ints]:
    """Coordinates of the lines, the line of each, and the key of each line."""
    samples = len(edge)
    xy, line = np.empty((2 * samples + len(start), 2)), np.empty(2 * samples + len(start), dtype=np.int64)
    keys = np.empty(samples, dtype=np.int64)
    count = np.bincount(edge, minlength=len(start))
    first_of = np.cumsum(count) - count
    points = lines = begin = 0
    while begin < samples:
        end = begin
        while end < samples and ring[edge[end]] == ring[edge[begin]]:
            end += 1
        # A ring is walked from where a line begins, so that none is cut where the ring happens to start.
        first = begin
        for sample in range(begin, end):
            if key[sample] != key[sample - 1 if sample > begin else end - 1]:
                first = sample
                break
        last = -1
        for step in range(end - begin):
            sample = first + step if first + step < end else first + step - (end - begin)
            mine, number = edge[sample], sample - first_of[edge[sample]]
            if key[sample] >= 0:
                opens = step == 0 or key[sample] != last
                if opens:
                    keys[lines] = key[sample]
                    lines += 1
                if opens or number == 0:
                    xy[points] = start[mine] + along[mine] / count[mine] * number
                    line[points] = lines - 1
                    points += 1
                following = sample + 1 if sample + 1 < end else begin
                if step == end - begin - 1 or key[following] != key[sample]:
                    final = number == count[mine] - 1
                    xy[points] = (
                        start[edge[following]] if final else start[mine] + along[mine] / count[mine] * (number + 1)
                    )
                    line[points] = lines - 1
                    points += 1
            last = key[sample]
        begin = end
    return xy[:points].copy(), line[:points].copy(), keys[:lines].copy()
