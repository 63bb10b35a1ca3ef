"""Rows of a table that are totals of others: added up with their parts they count everything twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.report import YEARS, named
from kortrijk_geo.ingest.tables import code_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
# Words that stand for all of a category among its parts; a letter T alone does so only among words for the sexes.
_ALL = frozenset({
    "_t", "tot", "all", "alle", "allen", "allemaal", "beide", "beiden", "both", "samen", "mv", "vm", "mf", "fm", "hf",
    "m+v", "v+m", "m/v", "v/m", "m&v", "m en v", "m + v", "man+vrouw", "man/vrouw", "mannen en vrouwen", "both sexes",
    "tous", "toutes", "les deux", "alle geslachten", "beide geslachten", "all ages", "alle leeftijden", "iedereen",
})  # fmt: skip
_LETTERS_OF_ALL = frozenset({"t", "tot"})
_SEXES = frozenset({
    "m", "v", "f", "w", "h", "x", "u", "man", "vrouw", "mannen", "vrouwen", "male", "female", "homme", "femme",
    "hommes", "femmes", "jongen", "meisje", "jongens", "meisjes", "onbekend", "unknown", "1", "2",
})  # fmt: skip
# A subtotal without a name is one of three parts and more that are not 0, and no sum of a few small numbers by chance.
LEAST_PARTS, LEAST_SUM = 3, 100.0
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
    totals = kept & False
    by_name = groups.map(is_total).astype(bool) if said else totals
    for find in (_called_so, _called_all, _adding_up, _of_a_category, _under_their_parts):
        # Below a total by one column there may be those by another; only what is called so is sure enough there.
        if totals.any() and (not said or find in {_adding_up, _under_their_parts}):
            continue
        left = ~totals
        more = find(rows[left], values[left], groups[left], part) | (by_name[left] & (find is _called_so))
        if said and more.any():
            one_level = find in {_called_all, _of_a_category}
            _refuse_lost_parts(values[left], groups[left], more, one_level=one_level, name=name)
        totals[more.index[more]] = True
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


def _called_so(rows: pd.DataFrame, _: pd.DataFrame, groups: pd.Series, __: Part) -> pd.Series:
    """Find rows called a total beside others of their group that are not; where all are, one was chosen on purpose."""
    called = pd.Series(False, index=rows.index)
    for column in rows.columns:
        called |= rows[column].map(lambda cell: isinstance(cell, str) and is_total(cell)).astype(bool)
    return called & ~called.groupby(groups.to_numpy()).transform("all")


def _adding_up(_: pd.DataFrame, values: pd.DataFrame, groups: pd.Series, __: Part) -> pd.Series:
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
    categories = _categories(rows, part)
    for column, cells in categories.items():
        # A label of the category itself goes along with it.
        others = [other for name, other in categories.items() if name != column and not _follows(other, cells)]
        alike = pd.Series(list(zip(groups, *others, strict=True)), index=groups.index)
        fits = _adding_up(rows, values, alike, part)
        if len(set(alike[fits])) > 1 and len(set(cells[fits])) == 1:
            return fits
    return pd.Series(False, index=rows.index)


def _called_all(rows: pd.DataFrame, values: pd.DataFrame, groups: pd.Series, part: Part) -> pd.Series:
    """Find rows of a category called all of it, such as T among M and V, also where one of its parts is not there."""
    for cells in _categories(rows, part).values():
        words = cells.str.casefold()
        called = words.isin(_ALL)
        if set(words[~words.isin(_LETTERS_OF_ALL)]) <= _SEXES:
            called |= words.isin(_LETTERS_OF_ALL)
        called &= ~called.groupby(groups.to_numpy()).transform("all")
        # What is less than one of the others is not all of them.
        most = values.where(~called).groupby(groups.to_numpy()).transform("max")
        least = values.where(called).groupby(groups.to_numpy()).transform("sum", min_count=1)
        if called.any() and not (least < most * (1 - EQUAL)).any(axis=None):
            return called
    return pd.Series(False, index=rows.index)


def _under_their_parts(_: pd.DataFrame, values: pd.DataFrame, groups: pd.Series, __: Part) -> pd.Series:
    """Find subtotals without a name: rows that are, in every column, the sum of three or more rows just above them.

    Chance makes such rows too. So it must be at least half of the rows that are such sums or their parts, or two
    columns and more that agree.
    """
    totals = pd.Series(False, index=values.index)
    covered = 0
    for _, block in values.groupby(groups.to_numpy(), sort=False):
        below, parts = _subtotals(block.to_numpy(dtype=float))
        totals[block.index[below]] = True
        covered += parts
    several = (values[totals].abs() >= LEAST_SUM).all().sum() > 1
    if not several and covered < SHARE_OF_GROUPS * len(values):
        totals[:] = False
    kept = values[~totals]
    last = len(values) - 1
    if totals.any() and not totals.iloc[last] and groups.nunique() == 1:
        # Below the subtotals there may be the total of all.
        rest = kept.iloc[:-1].sum()
        totals.iloc[last] = bool(((kept.iloc[-1] - rest).abs() <= EQUAL * rest.abs()).all())
    return totals


def _subtotals(numbers: NDArray[np.float64]) -> tuple[list[int], int]:
    """Return the places of the rows that are the sum of those just above them, and how many rows are such or parts."""
    below: list[int] = []
    covered = 0
    start = 0
    sums = np.vstack([np.zeros(numbers.shape[1]), np.cumsum(np.nan_to_num(numbers), axis=0)])
    unknown = np.isnan(numbers).any(axis=1)
    for place, row in enumerate(numbers):
        if unknown[place]:
            start = place + 1
            continue
        if row.sum() < LEAST_SUM or place - start < LEAST_PARTS:
            continue
        # Numbers are not negative, so that sums over more rows are larger, and one beginning at most can fit.
        whole = sums[start : place + 1].sum(axis=1)
        first = start + int(np.searchsorted(whole, whole[-1] - row.sum() * (1 + EQUAL)))
        parts = numbers[first:place]
        enough = int((parts.sum(axis=1) > 0).sum()) >= LEAST_PARTS
        if enough and (np.abs(parts.sum(axis=0) - row) <= EQUAL * np.abs(row)).all():
            below.append(place)
            covered += place - first + 1
            start = place + 1
    return below, covered


def _refuse_lost_parts(
    values: pd.DataFrame, groups: pd.Series, totals: pd.Series, *, one_level: bool, name: str
) -> None:
    """Refuse to leave out a total of which not all parts are there: what stays would be too little.

    Where totals of several levels may stand in a group, only one that is alone there can be compared.
    """
    keys = groups.to_numpy()
    count = totals.groupby(keys).sum()
    whole = values[totals].groupby(keys[totals]).sum(min_count=1)
    parts = values[~totals].groupby(keys[~totals]).agg(lambda column: column.sum(skipna=False))
    size = (~totals).groupby(keys).sum()
    lacking = whole - parts
    # Parts may be rounded each for itself.
    comparable = count > 0 if one_level else count == 1
    lacking = lacking.loc[lacking.index.isin(comparable.index[comparable])]
    short = lacking.gt(size.reindex(lacking.index), axis=0)
    if short.any(axis=None):
        group = short.index[short.any(axis=1)][0]
        column = short.columns[short.loc[group]][0]
        row = groups.index[(keys == group) & totals.to_numpy()][0]
        raise DataError(
            f"{name}: row {row} is a total, but without it {parts.loc[group, column]:,.0f} of"
            f" {whole.loc[group, column]:,.0f} {column} are left, so parts are missing; choose the totals themselves"
            " with where = {...}"
        )


def _categories(rows: pd.DataFrame, part: Part) -> dict[str, pd.Series]:
    added = [name for source in part.options["columns"].values() for name in _names(source)]
    texts = {column: code_text(rows[column]).fillna("") for column in rows.columns if column not in added}
    return {column: cells for column, cells in texts.items() if 2 <= cells.nunique() <= CATEGORIES}


def _names(source: str | list[str] | dict[str, list[str]]) -> list[str]:
    if isinstance(source, dict):
        return source["sum_of"]
    return [source] if isinstance(source, str) else source


def _follows(other: pd.Series, cells: pd.Series) -> bool:
    return len(set(zip(cells, other, strict=True))) == len(set(cells))
