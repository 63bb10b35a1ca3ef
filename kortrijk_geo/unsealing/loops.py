"""Compiled loops over the pixels of a strip: counting sealed ground, and the key of the part a pixel belongs to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@compiled
def count_ground(area: Numbers, soil: Bytes, codes: Bytes, reason: Bytes, other: int, cover: Ints, stays: Ints) -> None:
    """Count the pixels by area, soil and code, and those of one code by area and reason."""
    for row in range(area.shape[0]):
        for column in range(area.shape[1]):
            code = codes[row, column]
            cover[area[row, column], soil[row, column], code] += 1
            if code == other:
                stays[area[row, column], reason[row, column]] += 1


@compiled
def part_keys(
    free: Flags, area: Numbers, parcel: Numbers, codes: Bytes, road: int,
    cell_row: Ints, cell_column: Ints, parcels: int, areas: int,
) -> Ints:  # fmt: skip
    """Return one number for parcel (or else cell), kind and area of each free pixel of an area, -1 elsewhere."""
    keys = np.full(free.shape, -1, dtype=np.int64)
    for row in range(free.shape[0]):
        for column in range(free.shape[1]):
            if free[row, column] and area[row, column] > 0:
                unit = np.int64(parcel[row, column])
                if unit == 0:
                    unit = cell_row[row] + cell_column[column] + parcels + 1
                kind = 1 if codes[row, column] == road else 0
                keys[row, column] = (unit * 2 + kind) * areas + area[row, column] - 1
    return keys
