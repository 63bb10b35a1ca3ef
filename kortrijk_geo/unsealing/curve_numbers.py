"""Curve numbers per land cover and soil group, from ``curve_numbers.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo import strict_toml as read
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.layers import BBK_CODES
from kortrijk_geo.unsealing.reading import HERE, above_zero, open_table, origin, share

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FILE = HERE / "curve_numbers.toml"
GROUPS = ("A", "B", "C", "D")
WATER = 5


@dataclass(frozen=True)
class CurveNumbers:
    """Curve numbers by land-cover code and soil group.

    Parameters
    ----------
    table
        Shape (15, 5): row is the land-cover code, column the soil group (0 unknown, 1-4 = A-D). NaN for water and no
        data, of which no runoff is computed, and for an unknown soil group: see `known`.
    after
        Shape (5,): curve numbers of the ground that replaces sealing.
    unknown, unknown_high
        Soil group (1-4) that stands for an unknown one in the cautious and in the high figure.
    initial_abstraction
        Share of the retention that is held back before runoff starts (lambda).
    """

    table: NDArray[np.float64]
    after: NDArray[np.float64]
    after_cover: str
    unknown: int
    unknown_high: int
    initial_abstraction: float
    origins: dict[str, read.Origin]

    def known(self, *, high: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return table and after with the unknown soil group filled in, with the cautious or the high choice."""
        stand_in = self.unknown_high if high else self.unknown
        table, after = self.table.copy(), self.after.copy()
        table[:, 0], after[0] = table[:, stand_in], after[stand_in]
        return table, after


def load_curve_numbers(path: Path | None = None) -> CurveNumbers:
    """Read the curve numbers, those of the package unless a file is named; `DataError` names file and key."""
    top = open_table(path or FILE)
    if top.take("groups", read.many(read.one_of(*GROUPS))) != GROUPS:
        raise DataError(f"{top.where}: groups must be A, B, C, D in this order")
    soil, initial, after = top.table("soil"), top.table("initial_abstraction"), top.table("after")
    origins = {"soil": origin(soil), "initial_abstraction": origin(initial), "after": origin(after)}
    table = np.full((len(BBK_CODES) + 1, len(GROUPS) + 1), np.nan)
    covers: dict[str, NDArray[np.float64]] = {}
    for cover in top.tables("cover"):
        name = cover.take("id", read.identifier)
        numbers = cover.take("curve_numbers", _curve_numbers)
        for code in cover.take("codes", read.many(read.whole(1, len(BBK_CODES)))):
            if not np.isnan(table[code, 1]):
                raise DataError(f"{cover.where}: land cover {code} already has curve numbers")
            table[code, 1:] = numbers
        covers[name] = np.array([np.nan, *numbers])
        origins[f"cover {name}"] = origin(cover)
    missing = [str(code) for code in BBK_CODES if code != WATER and np.isnan(table[code, 1])]
    if missing:
        raise DataError(f"{top.where}: land cover {', '.join(missing)} has no curve numbers")
    group = read.one_of(*GROUPS)
    after_cover = after.take("cover", read.one_of(*covers))
    found = CurveNumbers(
        table=table,
        after=covers[after_cover],
        after_cover=after_cover,
        unknown=GROUPS.index(soil.take("unknown", group)) + 1,
        unknown_high=GROUPS.index(soil.take("unknown_high", group)) + 1,
        initial_abstraction=initial.take("share", share),
        origins=origins,
    )
    top.done()
    return found


def _curve_numbers(value: object, where: str) -> tuple[float, ...]:
    found = read.array(above_zero)(value, where)
    if len(found) != len(GROUPS) or max(found) > 100:
        raise DataError(f"{where}: needs four curve numbers above 0 and up to 100, for the soil groups A-D")
    return found
