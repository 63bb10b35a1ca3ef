"""Rows of a table that are totals of others: added up with their parts they count everything twice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.tables import code_text

if TYPE_CHECKING:
    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings

# Of a few small numbers one is the sum of the others by chance; of a table with totals it is so in most of its groups.
SHARE_OF_GROUPS = 0.5
EQUAL = 1e-9
_TOTAL = re.compile(
    r"((alg(emeen|\.)?|sub|eind|grand|sous|gesamt)[ -]?)?(tota+l(e|en)?|totaux|summe|som|insgesamt|ensemble)",
    re.IGNORECASE,
)


def is_total(text: str | None) -> bool:
    """Whether a text is a word for a total.

    Examples
    --------
    >>> [is_total(text) for text in ("Totaal", "Algemeen totaal:", "SUBTOTAL", "Totaalplan")]
    [True, True, True, False]
    """
    return text is not None and _TOTAL.fullmatch(text.strip(" :.*")) is not None


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


def _called_so(rows: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Find rows called a total beside others of their group that are not; where all are, one was chosen on purpose."""
    called = pd.Series(False, index=rows.index)
    for column in rows.columns:
        called |= rows[column].map(lambda cell: isinstance(cell, str) and is_total(cell)).astype(bool)
    return called & ~called.groupby(groups.to_numpy()).transform("all")


def _adding_up(values: pd.DataFrame, groups: pd.Series) -> pd.Series:
    """Find in groups of three rows and more the one that is the sum of the others, in every column that is known."""
    keys = pd.Series(groups.to_numpy(), index=values.index)
    size = keys.map(keys.value_counts())
    sums = values.groupby(groups.to_numpy()).transform("sum")
    comparable = values.notna().groupby(groups.to_numpy()).transform("all") & (sums > 0)
    equal = ((2 * values - sums).abs() <= EQUAL * sums) | ~comparable
    large: pd.Series[bool] = (size >= 3) & comparable.any(axis=1)
    fits: pd.Series[bool] = large & equal.all(axis=1)
    if keys[fits].nunique() < SHARE_OF_GROUPS * keys[large].nunique():
        return pd.Series(False, index=values.index)
    # Of two rows that are both half of all there is, only one can be the total.
    again = keys[fits].duplicated(keep="last").reindex(values.index, fill_value=False)
    return fits & ~again
