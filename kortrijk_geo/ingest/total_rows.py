"""Rows of a table that are totals of others: added up with their parts they count everything twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.report import YEARS, named
from kortrijk_geo.ingest.tables import code_text

if TYPE_CHECKING:
    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings

# Of a few small numbers one is the sum of the others by chance; of a table with totals it is so in most of its groups.
SHARE_OF_GROUPS = 0.5
EQUAL = 1e-9
# A column of more values than these is no category of which one is the total.
CATEGORIES = 100
# A column of the year that a count is of; years of birth are no such years.
_YEAR = re.compile(
    r"(peil|referentie|tel)?jaar(tal)?|(reference[ _])?year|ann[ée]e|peildatum|periode|period", re.IGNORECASE
)
_TOTAL = re.compile(
    r"((alg(emeen|\.)?|sub|eind|grand|sous|gesamt)[ -]?)?"
    r"((tota+l(e|en)?|totaux|tot\.)(\W.*)?|summe|som|insgesamt|ensemble)",
    re.IGNORECASE | re.DOTALL,
)


def is_total(text: str | None) -> bool:
    """Whether a text is a word for a total.

    Examples
    --------
    >>> [is_total(text) for text in ("Totaal", "Algemeen totaal:", "SUBTOTAL", "Tot. noord", "Totaalplan")]
    [True, True, True, True, False]
    """
    return text is not None and _TOTAL.fullmatch(text.strip(" :*")) is not None


def without_totals(
    rows: pd.DataFrame, values: pd.DataFrame, groups: pd.Series, part: Part, *, name: str, findings: Findings
) -> pd.Series:
    """Tell which rows are to be added up: those that are no totals of others.

    Parameters
    ----------
    rows
        Rows of the table, as read: a word such as Totaal may stand in any of its columns.
    values
        Their numbers that are added up.
    groups
        What is added up together: the key of each row.
    part
        Table of the recipe, which may say ``without_totals``.

    Raises
    ------
    DataError
        When rows are totals of others and the recipe does not say what they are.
    """
    said = part.get("without_totals")
    kept = pd.Series(True, index=rows.index)
    if said is False:
        return kept
    totals = _called_so(rows, groups)
    if said:
        totals |= groups.map(is_total).astype(bool)
    if not totals.any():
        totals = _adding_up(values, groups)
    if not totals.any():
        totals = _of_a_category(rows, values, groups, part)
    if said and not totals.any():
        findings.add("warning", part.layer, f"{name}: without_totals = true, but no row is a total of others")
    if said or not totals.any():
        count = int(totals.sum())
        if count:
            message = f"{name}: {count:,} rows that are totals of others left out (row {named(totals.index[totals])})"
            findings.add("info", part.layer, message, count)
        return ~totals
    row = totals.index[totals][0]
    cells = named((text for text in code_text(rows.loc[row]) if text), 4)
    raise DataError(
        f"{name}: row {row} ({cells}) is a total of other rows, which would be counted twice"
        f" ({int(totals.sum()):,} such rows: {named(totals.index[totals])}); choose rows with where = {{...}},"
        " or say without_totals = true to leave them out (false if they are no totals)"
    )


def tell_years(rows: pd.DataFrame, groups: pd.Series, part: Part, *, name: str, findings: Findings) -> None:
    """Warn when rows that are added up differ in the year that they are of: people of two years are no sum."""
    for column in rows.columns:
        if not _YEAR.fullmatch(str(column).strip()):
            continue
        years = code_text(rows[column]).fillna("")
        if len(set(zip(groups, years, strict=True))) > len(set(groups)):
            several = sorted(set(years))
            message = f"{name}: rows of {len(several):,} {YEARS} ({column} {named(several, 3)})"
            remedy = f'choose one with where = {{ "{column}" = "{several[-1]}" }}'
            findings.add("warning", part.layer, f"{message}; {remedy}", len(rows))


def _called_so(rows: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Find rows called a total beside others of their group that are not; where all are, one was chosen on purpose."""
    called = pd.Series(False, index=rows.index)
    for column in rows.columns:
        called |= rows[column].map(lambda cell: isinstance(cell, str) and is_total(cell)).astype(bool)
    return called & ~called.groupby(groups.to_numpy()).transform("all")


def _adding_up(values: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Find in groups of three rows and more the one that is the sum of the others, in every column that is known."""
    keys = pd.Series(pd.factorize(groups)[0], index=values.index)
    size = keys.map(keys.value_counts())
    sums = values.groupby(keys).transform("sum")
    comparable = values.notna().groupby(keys).transform("all") & (sums > 0)
    equal = ((2 * values - sums).abs() <= EQUAL * sums) | ~comparable
    large: pd.Series[bool] = (size >= 3) & comparable.any(axis=1)
    fits: pd.Series[bool] = large & equal.all(axis=1)
    if keys[fits].nunique() < SHARE_OF_GROUPS * keys[large].nunique():
        return pd.Series(False, index=values.index)
    # Of two rows that are both half of all there is, only one can be the total.
    again = keys[fits].duplicated(keep="last").reindex(values.index, fill_value=False)
    return fits & ~again


def _of_a_category(rows: pd.DataFrame, values: pd.DataFrame, groups: pd.Series, part: Part) -> pd.Series:
    """Find the value of a category, such as T of the sexes, that is the sum of the others in whatever other columns."""
    added = [name for source in part.options["columns"].values() for name in _names(source)]
    texts = {column: code_text(rows[column]).fillna("") for column in rows.columns if column not in added}
    categories = {column: cells for column, cells in texts.items() if 2 <= cells.nunique() <= CATEGORIES}
    for column, cells in categories.items():
        # A label of the category itself goes along with it.
        others = [other for name, other in categories.items() if name != column and not _follows(other, cells)]
        alike = pd.Series(list(zip(groups, *others, strict=True)), index=groups.index)
        fits = _adding_up(values, alike)
        if len(set(alike[fits])) > 1 and len(set(cells[fits])) == 1:
            return fits
    return pd.Series(False, index=rows.index)


def _names(source: str | list[str] | dict[str, list[str]]) -> list[str]:
    if isinstance(source, dict):
        return source["sum_of"]
    return [source] if isinstance(source, str) else source


def _follows(other: pd.Series, cells: pd.Series) -> bool:
    return len(set(zip(cells, other, strict=True))) == len(set(cells))
