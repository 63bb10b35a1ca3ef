"""Masks grown by a distance and opened by a square, by shifting: exact, and the same in windows as in the whole.

Invariants: growing never loses a pixel; opening never wins one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

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

    A window needs a halo of the radius. The work grows with the radius in pixels, not with its square.
    """
    spans = row_spans(radius_m, pixel_m)
    result = np.zeros_like(mask)
    wide = mask.copy()
    width = 0
    # From the outermost row, which is narrowest, inwards: each row's band is the former one, made wider.
    for row in reversed(range(len(spans))):
        for step in range(width + 1, spans[row] + 1):
            if step < mask.shape[1]:
                wide[:, step:] |= mask[:, :-step]
                wide[:, :-step] |= mask[:, step:]
        width = max(width, spans[row])
        if row == 0:
            result |= wide
        elif row < mask.shape[0]:
            result[row:] |= wide[:-row]
            result[:-row] |= wide[row:]
    return result


def opened(mask: NDArray[np.bool_], side_px: int) -> NDArray[np.bool_]:
    """Keep the pixels that lie in a square of ``side_px`` pixels that is wholly True; a window needs that halo."""
    if side_px <= 1:
        return mask.copy()
    squares = _run(_run(mask, side_px, axis=0), side_px, axis=1)
    result = np.zeros_like(mask)
    spread = np.zeros_like(mask)
    for step in range(side_px):
        spread[step:] |= squares[: len(squares) - step]
    for step in range(side_px):
        result[:, step:] |= spread[:, : spread.shape[1] - step]
    return result


def _run(mask: NDArray[np.bool_], length: int, *, axis: int) -> NDArray[np.bool_]:
    """Tell where a run of ``length`` True pixels begins along the axis."""
    along = np.moveaxis(mask, axis, 0)
    starts = along.copy()
    for step in range(1, length):
        starts[: max(len(along) - step, 0)] &= along[step:]
        starts[max(len(along) - step, 0) :] = False
    return np.moveaxis(starts, 0, axis)
