"""Numbers from cells: decimal comma or point, thousands, unknown markers; nothing is guessed that could be two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection

_PLAIN = re.compile(r"[+-]?\d+")
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u202f'’](?=\d{3}(?:\D|$))")
_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?"),
    ".": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"),
}
_DECIMAL = {",": re.compile(r"[+-]?\d+(,\d+)?"), ".": re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")}


@dataclass(frozen=True)
class Numbers:
    """A column as numbers, and how many of its cells say that the value is unknown."""

    series: pd.Series
    unknown: int


def to_numbers(
    cells: pd.Series,
    *,
    where: str,
    decimal: str | None = None,
    unknown: Collection[str] = (),
    negative: bool = False,
) -> Numbers:
    """Turn cells into numbers.

    Parameters
    ----------
    cells
        Text, or numbers as a workbook or vector file has them. The index labels name rows in messages.
    where
        File and column, for messages.
    decimal
        ``","`` or ``"."``. When None it is taken from cells that leave no doubt (``12,5``; ``1.234,5``).
    unknown
        Cells that mean unknown; they become NaN, never 0.
    negative
        Whether numbers below 0 are allowed.

    Raises
    ------
    DataError
        When a cell is no number, is negative, or could be two numbers (``1.234`` with no decimal sign given).
    """
    typed = cells.map(lambda cell: isinstance(cell, (int, float, np.number)) and not isinstance(cell, bool)).astype(
        bool
    )
    texts = cells.where(~typed, "").map(_text)
    nothing = ~typed & texts.isin({"", *unknown})
    result = pd.Series(np.nan, index=cells.index, dtype="float64")
    if typed.any():
        result[typed] = cells[typed].astype("float64")
    written = texts[~typed & ~nothing]
    if len(written):
        result[written.index] = _parse(written, decimal, where)
    if np.isinf(result).any():
        raise DataError(f"{where}: row {result.index[np.isinf(result)][0]} is infinite")
    if not negative and (result < 0).any():
        row = result.index[result < 0][0]
        raise DataError(
            f"{where}: row {row} has {cells[row]}, which is negative"
            f" ({int((result < 0).sum())} such rows); leave an unknown value empty"
        )
    return Numbers(result, int(result.isna().sum()))


def _text(cell: Any) -> str:
    return "" if cell is None or cell is pd.NA else str(cell).replace("\u2212", "-").strip()


def _parse(texts: pd.Series, decimal: str | None, where: str) -> pd.Series:
    tidy = texts.map(lambda text: _SPACES.sub("", text))
    sign = decimal or _decimal_of(tidy, where)
    good = tidy.map(lambda text: bool(_DECIMAL[sign].fullmatch(text) or _GROUPED[sign].fullmatch(text)))
    if not good.all():
        row = texts.index[~good][0]
        raise DataError(
            f"{where}: row {row} has {texts[row]!r}, which is not a number with the decimal sign {sign!r}"
            f" ({int((~good).sum())} such rows)"
        )
    thousands = "." if sign == "," else ","
    return tidy.map(lambda text: float(text.replace(thousands, "").replace(sign, ".")))


def _decimal_of(texts: pd.Series, where: str) -> str:
    marked = texts[~texts.map(lambda text: bool(_PLAIN.fullmatch(text)))]
    fits = {
        sign: marked.map(lambda text, s=sign: bool(_DECIMAL[s].fullmatch(text) or _GROUPED[s].fullmatch(text)))
        for sign in (",", ".")
    }
    if marked.empty:
        return "."
    if fits[","].all() and fits["."].all():
        row = marked.index[0]
        raise DataError(
            f"{where}: row {row} has {marked[row]!r}, which can be read in two ways;"
            ' say decimal = "," or decimal = "." in the recipe'
        )
    return "," if fits[","].sum() > fits["."].sum() else "."
