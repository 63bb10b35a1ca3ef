"""Points in a mask that keep their distance: the first free pixel, row by row, then the next that is far enough.

Which pixels are chosen depends only on the mask and the distance: strips of rows, each told of the points chosen
before, give the same points as the whole mask at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.morphology import row_spans

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
    free = np.ascontiguousarray(mask).view(np.uint8).copy()
    step = spans[0] + 1
    rows: list[int] = []
    columns: list[NDArray[np.int64]] = []
    for row in np.flatnonzero(mask.any(axis=1)).tolist():
        line = free[row].tobytes()
        chosen = []
        column = line.find(1)
        while column >= 0:
            chosen.append(column)
            column = line.find(1, column + step)
        if chosen:
            picked = np.array(chosen, dtype=np.int64)
            rows += [row] * len(chosen)
            columns.append(picked)
            _clear_below(free, row, picked, spans)
    return np.array(rows, dtype=np.int64), np.concatenate([*columns, np.array([], dtype=np.int64)])


def clear_around(mask: NDArray[np.bool_], points: Points, distance_m: float, *, pixel_m: tuple[float, float]) -> None:
    """Set the pixels nearer than ``distance_m`` to a point to False, in place; points may lie outside the mask."""
    rows, columns = points
    height, width = mask.shape
    for row, span in enumerate(row_spans(distance_m, pixel_m, within=False)):
        reach = np.arange(-span, span + 1)
        for place in (rows + row, rows - row) if row else (rows,):
            there = (place >= 0) & (place < height)
            across = columns[there][:, None] + reach
            inside = (across >= 0) & (across < width)
            mask[np.broadcast_to(place[there][:, None], across.shape)[inside], across[inside]] = False


def count_around(
    mask: NDArray[np.bool_], points: Points, radius_m: float, *, pixel_m: tuple[float, float]
) -> NDArray[np.int64]:
    """Count the True pixels within ``radius_m`` of each point; what lies outside the mask is False."""
    rows, columns = points
    height, width = mask.shape
    # Sums along each row turn a span of columns into one difference.
    sums = np.zeros((height, width + 1), dtype=np.int32)
    np.cumsum(mask, axis=1, out=sums[:, 1:])
    total = np.zeros(len(rows), dtype=np.int64)
    for row, span in enumerate(row_spans(radius_m, pixel_m)):
        left = np.clip(columns - span, 0, width)
        right = np.clip(columns + span + 1, 0, width)
        for place in (rows + row, rows - row) if row else (rows,):
            there = (place >= 0) & (place < height)
            total[there] += sums[place[there], right[there]] - sums[place[there], left[there]]
    return total


def _clear_below(free: NDArray[np.uint8], row: int, columns: NDArray[np.int64], spans: list[int]) -> None:
    width = free.shape[1]
    for down, span in enumerate(spans[1:], start=1):
        if row + down >= len(free):
            return
        across = (columns[:, None] + np.arange(-span, span + 1)).ravel()
        free[row + down, across[(across >= 0) & (across < width)]] = 0
