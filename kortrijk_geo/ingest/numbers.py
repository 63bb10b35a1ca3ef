"""Numbers from cells: decimal comma or point, thousands, unknown markers; nothing is guessed that could be two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.tables import find_column
from kortrijk_geo.pack.layers import AGES

if TYPE_CHECKING:
    from collections.abc import Collection

    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.tables import TableFormat
    from kortrijk_geo.pack.layers import Column

_PLAIN = re.compile(r"[+-]?\d+")
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?:\D|$))")
_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?"),
    ".": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"),
}
# Nothing that is counted or measured in a city comes near; beyond, a number is no longer exact.
LARGEST = 1e15
# What a spreadsheet has worked out may miss a whole number by its last digits.
ROUNDING = 1e-6
_WHOLE = frozenset(
    {"inhabitants", "private households", "children aged 0, 1 and 2", "dwellings", *(age.unit for age in AGES.values())}
)
# Tags of OpenStreetMap are whatever someone wrote; what they give is an estimate.
_TAGGED = frozenset({"osm", "overpass", "graphml"})
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
    whole: str = "",
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
    whole
        Unit of what is counted, when only whole numbers can be right.

    Raises
    ------
    DataError
        When a cell is no number, negative, too large, a fraction of what is whole, or could be two numbers
        (``1.234`` with no decimal sign given).
    """
    typed = cells.map(lambda cell: isinstance(cell, (int, float, np.number)) and not isinstance(cell, bool)).astype(
        bool
    )
    texts = cells.where(~typed, "").map(_text)
    nothing = ~typed & texts.isin({"", *unknown})
    result = pd.Series(np.nan, index=cells.index, dtype="float64")
    if typed.any():
        result[typed] = cells[typed].map(_float).astype("float64")
    written = texts[~typed & ~nothing]
    if len(written):
        result[written.index] = _parse(written, decimal, where)
    large = result.abs() > LARGEST
    if large.any():
        shown = str(cells[large].iloc[0])[:40]
        raise DataError(f"{where}: row {result.index[large][0]} has {shown}, which is too large to be right")
    if not negative and (result < 0).any():
        row = result.index[result < 0][0]
        raise DataError(
            f"{where}: row {row} has {cells[row]}, which is negative"
            f" ({int((result < 0).sum())} such rows); leave an unknown value empty"
        )
    if whole:
        result = _whole(result, texts, where, whole)
    return Numbers(result, int(result.isna().sum()))


def column_numbers(
    frame: pd.DataFrame,
    source: str | list[str] | dict[str, list[str]],
    spec: Column,
    part: Part,
    fmt: TableFormat,
    *,
    name: str,
    target: str,
) -> Numbers:
    """Return the numbers of a column of the file, or of the columns that ``sum_of`` names, added up.

    Unknown plus known is unknown.

    Raises
    ------
    DataError
        As `find_column` and `to_numbers`, and when ``sum_of`` comes to one column twice.
    """
    where = f"{name}, columns.{target}"
    wanted = source["sum_of"] if isinstance(source, dict) else [source]
    columns = [find_column(frame, name, where=where) for name in wanted]
    if len(set(columns)) < len(columns):
        raise DataError(f"{where}: sum_of comes to one column twice: {', '.join(columns)}")
    whole = whole_unit(spec, part)
    parts = [
        to_numbers(
            frame[column], where=f"{name}, column {column}", decimal=fmt.decimal, unknown=fmt.unknown, whole=whole
        ).series
        for column in columns
    ]
    total = pd.concat(parts, axis=1).sum(axis=1, skipna=False)
    return Numbers(total, int(total.isna().sum()))


def whole_unit(spec: Column, part: Part) -> str:
    """Return the unit of a column that counts what is whole; nothing where it does not, or fractions are estimates."""
    counts = spec.kind == "count" or spec.unit in _WHOLE
    # Homes of a GIS file are what another spread over them: its numbers are numbers, and no text that can be misread.
    spread = part.layer == "homes" and part.reader == "vector"
    return spec.unit if counts and not spread and not part.get("estimate") and part.reader not in _TAGGED else ""


def _whole(numbers: pd.Series, texts: pd.Series, where: str, unit: str) -> pd.Series:
    rounded = numbers.round()
    broken = (numbers - rounded).abs() > ROUNDING
    if broken.any():
        row = numbers.index[broken][0]
        # "1.111" is 1111 where the dot marks thousands; "1.111,5" is a fraction in either way.
        other = next(
            (sign for sign in _GROUPED if sign not in texts[row] and _GROUPED[sign].fullmatch(texts[row])), None
        )
        mark = {",": "dot", ".": "comma"}.get(other or "")
        hint = f'if the {mark} marks thousands, say decimal = "{other}"; ' if mark else ""
        raise DataError(
            f"{where}: row {row} has {texts[row] or numbers[row]}, no whole number of {unit}"
            f" ({int(broken.sum()):,} such rows); {hint}if fractions are estimates, say estimate = true"
        )
    return rounded


def _float(cell: Any) -> float:
    try:
        return float(cell)
    except OverflowError:
        return float("inf")


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
            f" ({int((~good).sum())} such rows); {_remedy(tidy[row], texts[row])}"
        )
    thousands = "." if sign == "," else ","
    return tidy.map(lambda text: float(text.replace(thousands, "").replace(sign, ".")))


def _remedy(tidy: str, text: str) -> str:
    fits = next((sign for sign in _DECIMAL if _DECIMAL[sign].fullmatch(tidy) or _GROUPED[sign].fullmatch(tidy)), None)
    return (
        f'say decimal = "{fits}" if so it is meant' if fits else f'if it means unknown, say unknown = ["{text[:20]}"]'
    )


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
