"""Outlines of pixels that hang together: each group of one key whose pixels touch by their sides is one polygon.

Outlines run along the sides of pixels and bend only at corners. Rings never cross; two may touch at a corner, where
pixels meet diagonally, so that every polygon is valid.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine.compiled import compiled

Ints = npt.NDArray[np.int64]
Image = npt.NDArray[np.int64]
Labels = npt.NDArray[np.int32]


def outlines(keys: Image, *, top: int = 0, left: int = 0) -> tuple[Ints, npt.NDArray[np.object_]]:
    """Outline the groups of pixels of one key of 0 or more.

    Parameters
    ----------
    keys
        Key of each pixel; below 0 a pixel is in no group.
    top, left
        Row and column of the first pixel in a larger image.

    Returns
    -------
    tuple of numpy.ndarray
        Key and polygon of each group, in columns and rows of the larger image; rows count down from 0, as y does.
    """
    labels, key = _label(keys)
    if not len(key):
        return key, np.array([], dtype=object)
    xy, ends, label, area = _trace(labels)
    # Of each group the ring around it, which alone has a positive surface, and then its holes.
    order = np.lexsort((area < 0, label))
    starts = np.concatenate([[0], ends[:-1]])
    lengths = (ends - starts)[order]
    begins = np.cumsum(lengths) - lengths
    xy = xy[np.arange(lengths.sum()) + np.repeat(starts[order] - begins, lengths)]
    rings = np.bincount(label, minlength=len(key) + 1)[1:]
    offsets = np.append(0, np.cumsum(lengths)), np.append(0, np.cumsum(rings))
    xy += left, top
    polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy * (1.0, -1.0), offsets)
    return key, np.asarray(polygons, dtype=object)


@compiled
def _root(parent: Labels, label: int) -> int:
    while parent[label] != label:
        parent[label] = parent[parent[label]]
        label = parent[label]
    return label


@compiled
def _label(keys: Image) -> tuple[Labels, Ints]:
    """Give groups numbers from 1, 0 for none, in an image with one pixel more on every side; and the key of each."""
    height, width = keys.shape
    labels = np.zeros((height + 2, width + 2), dtype=np.int32)
    parent, number = np.zeros((keys >= 0).sum() + 1, dtype=np.int32), 0
    for row in range(height):
        for column in range(width):
            key = keys[row, column]
            if key < 0:
                continue
            above = _root(parent, labels[row, column + 1]) if row > 0 and keys[row - 1, column] == key else 0
            before = _root(parent, labels[row + 1, column]) if column > 0 and keys[row, column - 1] == key else 0
            if above == 0 and before == 0:
                number += 1
                parent[number] = labels[row + 1, column + 1] = number
            elif above == 0 or before == 0:
                labels[row + 1, column + 1] = above + before
            else:
                labels[row + 1, column + 1] = parent[max(above, before)] = min(above, before)
    return labels, _in_order(keys, labels, parent, number)


@compiled
def _in_order(keys: Image, labels: Labels, parent: Labels, number: int) -> Ints:
    """Put the groups in the order of their first pixel, in place, and return the key of each."""
    final, groups = np.zeros(number + 1, dtype=np.int32), 0
    key_of = np.empty(number, dtype=np.int64)
    for row in range(keys.shape[0]):
        for column in range(keys.shape[1]):
            if keys[row, column] >= 0:
                root = _root(parent, labels[row + 1, column + 1])
                if final[root] == 0:
                    key_of[groups] = keys[row, column]
                    groups += 1
                    final[root] = groups
                labels[row + 1, column + 1] = final[root]
    return key_of[:groups].copy()


@compiled
def _ahead(labels: Labels, x: int, y: int, across: int, down: int) -> tuple[int, int]:
    """Return the groups ahead of a corner that a walk reached: to the right and to the left of its way."""
    if across == 1:
        return labels[y, x], labels[y - 1, x]
    if across == -1:
        return labels[y - 1, x - 1], labels[y, x - 1]
    if down == 1:
        return labels[y, x - 1], labels[y, x]
    return labels[y - 1, x], labels[y - 1, x - 1]


@compiled
def _close(walk: Labels, first: int, corners: int, met: Labels, xy: Labels, points: int) -> int:
    """Write the ring from a corner of the walk on, forget its later corners, and return twice its surface."""
    area = 0
    for corner in range(first, corners):
        after = corner + 1 if corner + 1 < corners else first
        area += np.int64(walk[corner, 0]) * walk[after, 1] - np.int64(walk[after, 0]) * walk[corner, 1]
        xy[points + corner - first] = walk[corner] - 1
        if corner > first:
            met[walk[corner, 1], walk[corner, 0]] = -1
    xy[points + corners - first] = walk[first] - 1
    return area


@compiled
def _trace(labels: Labels) -> tuple[Labels, Ints, Ints, Ints]:
    """Coordinates of all rings, where each ends, its group, and twice its surface, below 0 for holes."""
    # Every ring has a side with its group below and none of it above; there it is begun, and marked as walked. It has
    # at most four corners for each such side.
    sides = ((labels[1:] > 0) & (labels[1:] != labels[:-1])).sum()
    walked = np.zeros(labels.shape, dtype=np.bool_)
    # Where in the walk a corner was met; one met again closes a ring of its own.
    met = np.full(labels.shape, -1, dtype=np.int32)
    walk, xy = np.empty((4 * sides, 2), dtype=np.int32), np.empty((5 * sides, 2), dtype=np.int32)
    ends, of, areas = np.empty(sides, np.int64), np.empty(sides, np.int64), np.empty(sides, np.int64)
    points = rings = 0
    for top, left in zip(*np.nonzero((labels[1:] > 0) & (labels[1:] != labels[:-1]))):  # noqa: B905 - numba knows no strict
        if walked[top + 1, left]:
            continue
        # East first, the group to the right; (x, y) is the corner that the walk stands on.
        label, x, y, across, down, corners, turned = labels[top + 1, left], left, top + 1, 1, 0, 0, True
        while True:
            if turned and met[y, x] < 0:
                walk[corners, 0], walk[corners, 1] = x, y
                met[y, x] = corners
                corners += 1
            elif turned:
                first = met[y, x]
                areas[rings] = _close(walk, first, corners, met, xy, points)
                points += corners - first + 1
                ends[rings], of[rings] = points, label
                rings += 1
                corners = first + 1
                if first == 0 and across == 1:
                    met[y, x] = -1
                    break
            if across == 1:
                walked[y, x] = True
            x, y = x + across, y + down
            right, beside = _ahead(labels, x, y, across, down)
            turned = right != label or beside == label
            if right != label:
                across, down = -down, across
            elif beside == label:
                across, down = down, -across
    return xy[:points].copy(), ends[:rings].copy(), of[:rings].copy(), areas[:rings].copy()
