"""Compiled loops that look up and count what becomes of the pixels of a strip; area 0 is outside the city."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Areas = npt.NDArray[np.int32]
Counts = npt.NDArray[np.int64]


@compiled
def look_up(ground: Bytes, table: Bytes, codes: Bytes, reasons: Bytes, narrow: Flags) -> Bytes:
    """Return ``table[ground of the code, rule, narrow]`` of each pixel."""
    outcome = np.empty(codes.shape, dtype=np.uint8)
    for row in range(codes.shape[0]):
        for column in range(codes.shape[1]):
            narrowed = 1 if narrow[row, column] else 0
            outcome[row, column] = table[ground[codes[row, column]], reasons[row, column], narrowed]
    return outcome


@compiled
def look_under(
    xy: npt.NDArray[np.float64], points: npt.NDArray[np.int64], grid: tuple[float, float, float, float],
    corner: tuple[int, int], pixels: Any, none: tuple[int, int], under: Any,
) -> None:  # fmt: skip
    """Write what lies under some of the points: those that are in a window.

    ``grid`` is west and north of the grid, width and (negative) height of a pixel, ``corner`` first row and column of
    the window. ``pixels`` are its codes, areas, city, owners as difference to none, and canopy; ``none`` is
    the number of no area and of no owner, ``under`` the codes, areas, owners and canopy of the points.
    """
    codes, areas, city, owners, canopy = pixels
    code, area, owner, crown = under
    rows, columns = codes.shape
    for point in points:
        row = math.floor((xy[point, 1] - grid[1]) / grid[3]) - corner[0]
        column = math.floor((xy[point, 0] - grid[0]) / grid[2]) - corner[1]
        if 0 <= row < rows and 0 <= column < columns:
            code[point], crown[point] = codes[row, column], canopy[row, column]
            if city[row, column]:
                area[point] = areas[row, column] if areas[row, column] > 0 else none[0]
            owner[point] = (owners[row, column] + none[1]) % 256


@compiled
def count_outcomes(
    area: Areas, owner: Bytes, outcome: Bytes, kind: Bytes, rank: Bytes, planting: Bytes, bits: int,
    counts: Counts, best: Bytes, code: Bytes,
) -> None:  # fmt: skip
    """Count the outcomes of one size class, keep the best rank of each pixel, and write its planting code."""
    for row in range(area.shape[0]):
        for column in range(area.shape[1]):
            place = area[row, column]
            if place > 0:
                became = outcome[row, column]
                counts[place - 1, owner[row, column], became] += 1
                best[row, column] = max(best[row, column], rank[kind[became]])
                code[row, column] |= planting[kind[became]] << bits


@compiled
def count_best(area: Areas, owner: Bytes, best: Bytes, kind_of_rank: Bytes, counts: Counts) -> None:
    """Count the kinds of ground by the best rank that any size class found."""
    for row in range(area.shape[0]):
        for column in range(area.shape[1]):
            if area[row, column] > 0:
                counts[area[row, column] - 1, owner[row, column], kind_of_rank[best[row, column]]] += 1


@compiled
def count_cover(
    area: Areas, codes: Bytes, code_counts: Counts, known: Flags, land: Flags, canopy: Flags, soft: Flags,
    knowns: Counts, lands: Counts, canopies: Counts, softs: Counts,
) -> None:  # fmt: skip
    """Count the codes and the masks of the ground of each area."""
    for row in range(area.shape[0]):
        for column in range(area.shape[1]):
            place = area[row, column] - 1
            if place >= 0:
                code_counts[place, codes[row, column]] += 1
                knowns[place] += known[row, column]
                lands[place] += land[row, column]
                canopies[place] += canopy[row, column]
                softs[place] += soft[row, column]
