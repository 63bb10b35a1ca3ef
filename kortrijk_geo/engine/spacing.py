"""Points in a mask that keep their distance: the first free pixel, row by row, then the next that is far enough.

Which pixels are chosen depends only on the mask and the distance: strips of rows, each told of the points chosen
before, give the same points as the whole mask at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.morphology import row_spans
from kortrijk_geo.engine.pixel_loops import clear_spans, count_within, thin_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

Points = tuple["NDArray[np.int64]", "NDArray[np.int64]"]


def spaced_points(mask: NDArray[np.bool_], spacing_m: float, *, pixel_m: tuple[float, float]) -> Points:
    """Choose pixels so that no two centres are nearer than ``spacing_m`` and no True pixel further off could be added.

    Parameters
    ----------
    mask
        True where a point may stand. For a strip of a larger mask, first `clear_around` the points above it.
    spacing_m
        Least distance between the centres of two chosen pixels.
    pixel_m
        Width and height of a pixel.

    Returns
    -------
    tuple of numpy.ndarray
        Rows and columns of the chosen pixels, in the order of the raster.
    """
    spans = row_spans(spacing_m, pixel_m, within=False) or [0]
    chosen = mask.copy()
    thin_out(chosen, np.array(spans))
    return np.divmod(np.flatnonzero(chosen), chosen.shape[1])


def clear_around(mask: NDArray[np.bool_], points: Points, distance_m: float, *, pixel_m: tuple[float, float]) -> None:
    """Set the pixels nearer than ``distance_m`` to a point to False, in place; points may lie outside the mask."""
    clear_spans(mask, *points, np.array(row_spans(distance_m, pixel_m, within=False), dtype=np.int64))


def count_around(
    mask: NDArray[np.bool_], points: Points, radius_m: float, *, pixel_m: tuple[float, float]
) -> NDArray[np.int64]:
    """Count the True pixels within ``radius_m`` of each point; what lies outside the mask is False."""
    return count_within(mask, *points, np.array(row_spans(radius_m, pixel_m)))
