"""Buffered features, means of blocks of pixels, and the disc by which shares within a radius are reckoned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def buffered(shapes: NDArray[np.object_], distance_m: NDArray[np.float64] | float) -> NDArray[np.object_]:
    """Buffer each feature by its own distance; one burn of the buffers then replaces a distance transform.

    Raises
    ------
    OptionError
        When a distance is negative or not a number.
    """
    grown = shapely.buffer(shapes, checked_distances(distance_m, len(shapes)), quad_segs=4)
    return grown[~shapely.is_empty(grown)]


def checked_distances(distance_m: NDArray[np.float64] | float, shapes: int) -> NDArray[np.float64]:
    """Return a distance for each of so many shapes.

    Raises
    ------
    OptionError
        When one is negative or not a number.
    """
    distances = np.broadcast_to(np.asarray(distance_m, dtype="float64"), shapes)
    if not (distances >= 0).all():
        raise OptionError(
            f"a distance of {distances[~(distances >= 0)][0]} m cannot be kept; distances are 0 m or more"
        )
    return distances


def block_means(mask: NDArray[np.bool_], factor: int) -> NDArray[np.float32]:
    """Return the share of True in square blocks of ``factor`` pixels; edge blocks have the pixels that are there."""
    from kortrijk_geo.engine.pixel_loops import block_counts

    rows, columns = mask.shape
    tall = np.diff([*range(0, rows, factor), rows])
    wide = np.diff([*range(0, columns, factor), columns])
    return np.asarray(block_counts(mask, factor) / np.outer(tall, wide), dtype=np.float32)


def disc(radius_m: float, cell_m: float) -> NDArray[np.float32]:
    """Return the weights of a disc on square cells: the share of each cell within the radius (16 x 16 points)."""
    reach = int(np.ceil(radius_m / cell_m + 0.5))
    fine = (np.arange((2 * reach + 1) * 16) + 0.5) / 16 - reach - 0.5
    inside = np.hypot(fine[:, None], fine[None, :]) * cell_m <= radius_m
    return block_means(inside, 16)
