"""Kortrijk's wijk codes: letters before 2025 (34022WA), digits since (34022W05); and sectors that changed parent."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
from pydantic import Field

from kortrijk_geo.errors import DataError
from kortrijk_geo.rules import Items, Rules, Sourced, Tables, Text, read_rules

if TYPE_CHECKING:
    import numpy as np


class Wijk(Rules):
    """A wijk by its code before 2025 and since."""

    old: Text
    new: Text
    name: Text


class WijkCodes(Sourced):
    """Old code to new code, and the codes of whoever cannot be located."""

    nis_code: Text
    not_located: Annotated[tuple[Text, ...], Items()]
    wijken: Annotated[tuple[Wijk, ...], Tables()] = Field((), alias="wijk")

    def model_post_init(self, _: Any) -> None:
        """Refuse a code that is of two wijken."""
        for key in ("old", "new"):
            if len({getattr(wijk, key) for wijk in self.wijken}) < len(self.wijken):
                raise ValueError(f"wijk: a code in {key} stands there twice")

    @cached_property
    def current(self) -> dict[str, str]:
        """New code of each old one."""
        return {wijk.old: wijk.new for wijk in self.wijken}

    @cached_property
    def names(self) -> dict[str, str]:
        """Name of each new code."""
        return {wijk.new: wijk.name for wijk in self.wijken}


@cache
def wijk_codes() -> WijkCodes:
    """Return the package's table of codes."""
    return read_wijk_codes(Path(__file__).with_name("wijk_codes.toml"))


def read_wijk_codes(path: Path) -> WijkCodes:
    """Read a file as ``wijk_codes.toml``; `DataError` names file and key of what is wrong."""
    return read_rules(WijkCodes, path)


def current_codes(codes: pd.Series, *, where: str) -> pd.Series:
    """Return wijk codes with the old ones of Kortrijk (before 2025) replaced by those of today; others stay.

    Parameters
    ----------
    codes
        Codes as text; capitals and spaces around them make no difference.
    where
        File and column, for messages.

    Raises
    ------
    DataError
        When a code is empty; when a code looks like an old one of Kortrijk but is none; when one wijk stands there
        under its old and under its new code.
    """
    mapped, letters = _renewed(codes, where)
    both = sorted(set(mapped[letters]) & set(mapped[~letters]))
    if both:
        old = next(old for old, new in wijk_codes().current.items() if new == both[0])
        raise DataError(f"{where}: wijk {both[0]} stands there twice, also under its old code {old}; keep one of them")
    return mapped


def current_codes_by_row(codes: pd.Series, *, where: str) -> pd.Series:
    """Return `current_codes` for a column in which a code may stand on many rows, under its old and its new form."""
    return _renewed(codes, where)[0]


def _renewed(codes: pd.Series, where: str) -> tuple[pd.Series, np.ndarray]:
    """Return the codes of today, and which rows had an old one."""
    known = wijk_codes()
    tidy = codes.astype("string").str.strip().str.upper()
    if tidy.isna().any() or (tidy == "").any():
        raise DataError(f"{where}: row {tidy.index[(tidy.isna() | (tidy == '')).to_numpy(bool)][0]} has no code")
    letters = tidy.str.fullmatch(known.nis_code + "W[A-Z]").to_numpy(bool)
    strange = tidy[letters & ~tidy.isin(known.current).to_numpy(bool)]
    if len(strange):
        raise DataError(
            f"{where}: {strange.iloc[0]} in row {strange.index[0]} is no wijk of Kortrijk; the old codes run from"
            f" {min(known.current)} to {max(known.current)}"
        )
    return tidy.map(lambda code: known.current.get(code, code)).astype("object"), letters


def changed_parents(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare which area each sector belongs to in two tables, old wijk codes and new ones taken as the same.

    Parameters
    ----------
    before, after
        Columns ``sector_id`` and ``area_id``; an empty ``area_id`` is a sector of no area.

    Returns
    -------
    pandas.DataFrame
        One row per sector that is in both and belongs elsewhere: ``sector_id``, ``before``, ``after`` (None for none).

    Raises
    ------
    DataError
        When a sector stands twice in one table.
    """
    parents = []
    for table, what in ((before, "before"), (after, "after")):
        twice = table["sector_id"][table["sector_id"].duplicated()]
        if len(twice):
            raise DataError(f"table {what}: sector {twice.iloc[0]} stands there twice")
        known = table["area_id"].notna()
        area = pd.Series(None, index=table.index, dtype="object")
        area[known] = current_codes_by_row(table.loc[known, "area_id"], where=f"table {what}, area_id")
        parents.append(pd.Series(area.to_numpy(), index=table["sector_id"].to_numpy(), name=what))
    both = pd.concat(parents, axis=1, join="inner")
    both = both.astype("object").where(both.notna(), None)
    moved = both[[old != new for old, new in zip(both["before"], both["after"], strict=True)]]
    return moved.rename_axis("sector_id").reset_index()
