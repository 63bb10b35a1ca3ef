"""Curve numbers per land cover and soil group, from ``curve_numbers.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from kortrijk_geo.errors import did_you_mean
from kortrijk_geo.pack.layers import BBK_CODES
from kortrijk_geo.rules import Id, Items, OneOf, Rules, Sourced, Tables, Text, Whole, read_rules
from kortrijk_geo.unsealing.rules import HERE, Part, SizeAboveZero, Version

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GROUPS = ("A", "B", "C", "D")
WATER = 5
Group = Annotated[str, OneOf(GROUPS)]


class Soil(Sourced):
    """Soil group that stands for an unknown one in the cautious and in the high figure."""

    unknown: Group
    unknown_high: Group


class InitialAbstraction(Sourced):
    """Share of the retention that is held back before runoff starts (lambda)."""

    share: Part


class Unsealed(Sourced):
    """The land cover that replaces sealing."""

    cover: Text


class Cover(Sourced):
    """Curve numbers for the soil groups A-D of some land-cover codes."""

    id: Id
    codes: Annotated[tuple[Annotated[int, Whole(1, len(BBK_CODES))], ...], Items()]
    curve_numbers: Annotated[tuple[SizeAboveZero, ...], Items(twice=True)]

    def model_post_init(self, _: Any) -> None:
        """Refuse what are not four curve numbers."""
        if len(self.curve_numbers) != len(GROUPS) or max(self.curve_numbers) > 100:
            raise ValueError("curve_numbers: needs four curve numbers above 0 and up to 100, for the soil groups A-D")


class CurveNumbers(Rules):
    """Curve numbers by land-cover code and soil group."""

    version: Version
    groups: Annotated[tuple[Group, ...], Items()]
    soil: Soil
    initial_abstraction: InitialAbstraction
    unsealed: Unsealed = Field(alias="after")
    covers: Annotated[dict[str, Cover], Tables("id")] = Field(alias="cover")

    def model_post_init(self, _: Any) -> None:
        """Refuse groups in another order, and a land cover with no curve numbers, or with two."""
        if self.groups != GROUPS:
            raise ValueError("groups must be A, B, C, D in this order")
        if self.unsealed.cover not in self.covers:
            hint = did_you_mean(self.unsealed.cover, self.covers)
            raise ValueError(f"after.cover: {self.unsealed.cover!r} must be one of {', '.join(self.covers)}{hint}")
        codes = [code for cover in self.covers.values() for code in cover.codes]
        twice = [code for place, code in enumerate(codes) if code in codes[:place]]
        if twice:
            raise ValueError(f"cover: land cover {twice[0]} already has curve numbers")
        missing = [str(code) for code in BBK_CODES if code != WATER and code not in codes]
        if missing:
            raise ValueError(f"cover: land cover {', '.join(missing)} has no curve numbers")

    @property
    def table(self) -> Floats:
        """Curve numbers, shape (15, 5): row is the land-cover code, column the soil group (0 unknown, 1-4 = A-D).

        NaN for water and no data, of which no runoff is computed, and for an unknown soil group: see `known`.
        """
        table = np.full((len(BBK_CODES) + 1, len(GROUPS) + 1), np.nan)
        for cover in self.covers.values():
            table[list(cover.codes), 1:] = cover.curve_numbers
        return table

    @property
    def after(self) -> Floats:
        """Curve numbers of the ground that replaces sealing, shape (5,)."""
        return np.array([np.nan, *self.covers[self.unsealed.cover].curve_numbers])

    @property
    def sourced(self) -> tuple[Sourced, ...]:
        """The tables, with where they come from."""
        return (self.soil, self.initial_abstraction, self.unsealed, *self.covers.values())

    def known(self, *, high: bool) -> tuple[Floats, Floats]:
        """Return table and after with the unknown soil group filled in, with the cautious or the high choice."""
        stand_in = GROUPS.index(self.soil.unknown_high if high else self.soil.unknown) + 1
        table, after = self.table, self.after
        table[:, 0], after[0] = table[:, stand_in], after[stand_in]
        return table, after


def load_curve_numbers(path: str | Path | None = None) -> CurveNumbers:
    """Read the curve numbers, those of the package unless a file is named; `DataError` names file and key."""
    return read_rules(CurveNumbers, path or HERE / "curve_numbers.toml")
