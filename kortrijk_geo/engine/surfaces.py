"""Surfaces from surfaces: what buffered features exclude, distances up to a limit, and shares within a radius.

Invariants: adding an obstacle never frees a pixel; a tile without obstacles is infinitely far from them; the shares of
all classes within a circle add to 1; a uniform raster gives 1 up to its very corners, since only valid land counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy import ndimage, signal

from kortrijk_geo.engine.zonal import burn
from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.engine.rasters import Grid


def buffered(shapes: NDArray[np.object_], distance_m: NDArray[np.float64] | float) -> NDArray[np.object_]:
    """Buffer each feature by its own distance; one burn of the buffers then replaces a distance transform.

    Raises
    ------
    OptionError
        When a distance is negative or not a number.
    """
    distances = np.broadcast_to(np.asarray(distance_m, dtype="float64"), len(shapes))
    if not (distances >= 0).all():
        raise OptionError(
            f"a distance of {distances[~(distances >= 0)][0]} m cannot be kept; distances are 0 m or more"
        )
    grown = shapely.buffer(shapes, distances, quad_segs=4)
    return grown[~shapely.is_empty(grown)]


class Exclusion:
    """Rules that take ground away, burnt window by window, each pixel with the first rule that took it.

    Parameters
    ----------
    rules
        For each rule, in order of precedence, its shapes (already buffered, metres).
    """

    def __init__(self, rules: Sequence[NDArray[np.object_]]) -> None:
        # The first rule is burnt last and so stays visible.
        self._shapes = np.concatenate([*reversed(list(rules)), np.array([], dtype=object)])
        numbers = [np.full(len(shapes), number) for number, shapes in enumerate(rules, start=1)]
        self._numbers = np.concatenate([*reversed(numbers), np.array([], dtype=np.int64)]).astype(np.int64)
        self._bounds = shapely.bounds(self._shapes).reshape(-1, 4)

    def reasons(self, grid: Grid, window: Window) -> NDArray[np.int32]:
        """Return for each pixel of the window the number (from 1) of the first rule that takes it, 0 for none."""
        transform = grid.window_transform(window)
        west, north = transform.c, transform.f
        east, south = west + window.width * transform.a, north + window.height * transform.e
        bounds = self._bounds
        inside = (bounds[:, 2] > west) & (bounds[:, 0] < east) & (bounds[:, 3] > south) & (bounds[:, 1] < north)
        return burn(self._shapes[inside], self._numbers[inside], grid, window)


def distance_to(mask: NDArray[np.bool_], *, pixel_m: tuple[float, float], limit_m: float) -> NDArray[np.float32]:
    """Distance from each pixel centre to the nearest True pixel centre; infinity beyond ``limit_m`` or where none is.

    Parameters
    ----------
    mask
        True where the feature is; a window needs a halo of ``limit_m``.
    pixel_m
        Width and height of a pixel in metres.
    limit_m
        Distances beyond are infinite, so that windows and whole agree.
    """
    if not mask.any():  # scipy would measure to a pixel that is not there
        return np.full(mask.shape, np.inf, dtype=np.float32)
    metres = ndimage.distance_transform_edt(~mask, sampling=(pixel_m[1], pixel_m[0])).astype(np.float32)
    metres[metres > limit_m] = np.inf
    return metres


def block_means(values: NDArray[np.generic], factor: int) -> NDArray[np.float32]:
    """Average square blocks of ``factor`` pixels; edge blocks average the pixels they have."""
    rows, columns = values.shape
    down = -(-rows // factor)
    across = -(-columns // factor)
    if (rows, columns) == (down * factor, across * factor):
        blocks = values.reshape(down, factor, across, factor)
        return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32))
    sums = np.add.reduceat(
        np.add.reduceat(values.astype(np.float32), np.arange(0, rows, factor), axis=0),
        np.arange(0, columns, factor),
        axis=1,
    )
    tall = np.diff([*range(0, rows, factor), rows])
    wide = np.diff([*range(0, columns, factor), columns])
    return np.asarray(sums / np.outer(tall, wide), dtype=np.float32)


def disc(radius_m: float, cell_m: float) -> NDArray[np.float32]:
    """Return the weights of a disc on square cells: the share of each cell within the radius (16 x 16 points)."""
    reach = int(np.ceil(radius_m / cell_m + 0.5))
    fine = (np.arange((2 * reach + 1) * 16) + 0.5) / 16 - reach - 0.5
    inside = (np.hypot(fine[:, None], fine[None, :]) * cell_m <= radius_m).astype(np.float32)
    return block_means(inside, 16)


def shares_within(
    values: NDArray[np.float32], valid: NDArray[np.float32], *, radius_m: float, cell_m: float
) -> NDArray[np.float32]:
    """Share of the valid surface within a radius that has the value, for every cell.

    Parameters
    ----------
    values
        Share (0-1) of each cell that has the class, for instance `block_means` of a mask.
    valid
        Share (0-1) of each cell that counts at all (land, not water or no data); ``values`` is at most ``valid``.
    radius_m, cell_m
        Radius of the circle, side of a cell.

    Returns
    -------
    numpy.ndarray
        Shares 0-1; NaN where nothing within the radius counts.
    """
    kernel = disc(radius_m, cell_m)
    have = signal.oaconvolve(values, kernel, mode="same")
    count = signal.oaconvolve(valid, kernel, mode="same")
    # Convolution by Fourier transform leaves dust of about 1e-6 of the kernel's sum.
    counts = count > 1e-4 * float(kernel.sum())
    share = np.full(values.shape, np.nan, dtype=np.float32)
    np.divide(have, count, out=share, where=counts)
    return np.clip(share, 0, 1, out=share)
