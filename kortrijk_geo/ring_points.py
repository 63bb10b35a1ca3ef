"""The points of polygons, ring by ring, as arrays: taking polygons apart copies them, which most need not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ring_points(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the points of all rings of polygons, possibly in parts, in their order; ring and shape of each point."""
    whole = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    whole &= shapely.get_num_interior_rings(shapes) == 0
    if whole.all():
        points, shape = shapely.get_coordinates(shapes, return_index=True)
        return points, shape, shape
    parts, owner = shapely.get_parts(shapes[~whole], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    alone, of_alone = shapely.get_coordinates(shapes[whole], return_index=True)
    shape = np.concatenate([np.flatnonzero(whole)[of_alone], np.flatnonzero(~whole)[owner[part[ring]]]])
    order = np.argsort(shape, kind="stable")
    ring = np.concatenate([of_alone, ring + np.count_nonzero(whole)])[order]
    numbers = np.cumsum(np.diff(ring, prepend=ring[:1]) != 0)
    return np.concatenate([alone, points])[order], numbers, shape[order]
