"""Masks grown by a distance and opened by a square: exact, and the same in windows as in the whole.

Invariants: growing never loses a pixel; opening never wins one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.pixel_loops import grow_mask, open_mask
from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Distances are compared to a micrometre, so that 2 m is within 2 m on a grid of 0.1 m.
TOLERANCE_M = 1e-6


def row_spans(radius_m: float, pixel_m: tuple[float, float], *, within: bool = True) -> list[int]:
    """Return for each row 0, 1, 2 ... below a pixel how many columns on either side lie within the radius.

    Parameters
    ----------
    radius_m
        Distance between pixel centres, metres.
    pixel_m
        Width and height of a pixel, metres.
    within
        Whether a pixel at exactly the radius belongs to it.

    Returns
    -------
    list of int
        Columns per row; rows without any are left out.
    """
    if not (math.isfinite(radius_m) and radius_m >= 0):
        raise OptionError(f"a radius of {radius_m} m cannot be used; it must be 0 m or more")
    limit = radius_m + (TOLERANCE_M if within else -TOLERANCE_M)
    across, down = pixel_m
    spans: list[int] = []
    while (rest := limit**2 - (len(spans) * down) ** 2) >= 0 and limit >= 0:
        spans.append(math.floor(math.sqrt(rest) / across))
    return spans


def grown(mask: NDArray[np.bool_], radius_m: float, *, pixel_m: tuple[float, float]) -> NDArray[np.bool_]:
    """Return the pixels whose centre lies within ``radius_m`` of the centre of a True pixel.

    A window needs a halo of the radius.
    """
    return grow_mask(mask, np.array(row_spans(radius_m, pixel_m)))


def opened(mask: NDArray[np.bool_], side_px: int, across_px: int | None = None) -> NDArray[np.bool_]:
    """Keep the pixels that lie in a wholly True square of ``side_px`` pixels, or so many rows by ``across_px`` columns.

    A window needs that halo.
    """
    return open_mask(mask, side_px, across_px or side_px)
