"""Totals that are known for the city and for no part of it, spread in proportion to what is: estimates, marked so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.ages import DUTCH_AGES
from kortrijk_geo.pack.layers import DUTCH_NAMES
from kortrijk_geo.text.dutch import count_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from kortrijk_geo.ingest.report import Findings

# By layer, the columns that are estimates, each with how it was made.
Estimates = dict[str, dict[str, str]]
_NAMES = {"households_private": "private huishoudens", "population": "inwoners", **DUTCH_AGES}


def spread_totals(
    spread: Mapping[str, str],
    frames: dict[str, pd.DataFrame],
    totals: Mapping[str, float],
    *,
    table: str,
    findings: Findings,
) -> Estimates:
    """Spread totals of the city over its statistical sectors and areas; write them into these frames.

    The finest layer that knows the weight of all its rows is dealt whole persons by largest remainder (Hare quota), so
    that the city's total is kept exactly; an area gets the sum of its sectors.

    Parameters
    ----------
    spread
        By column that is spread, the column of its weights.
    frames
        Layers made so far; ``areas``, and ``subareas`` where the recipe has them, get the column.
    totals
        What is known of the city.
    table
        Place in the recipe, for messages.

    Returns
    -------
    dict
        By layer and column, how the estimate was made, in Dutch.

    Raises
    ------
    DataError
        When the total is not known, an area already knows the column, or the weights are not all known.
    """
    estimates: Estimates = {}
    for column, weight in spread.items():
        total = totals.get(column, np.nan)
        if not np.isfinite(total) or total != int(total):
            raise DataError(f"{table}: {column} of the city is not known as a whole number, so it cannot be spread")
        known = [name for name in ("areas", "subareas") if _knows(frames.get(name), column)]
        if known:
            raise DataError(f"{table}: {column} is known for {named(known)}; spread only what is known for the city")
        base = next((name for name in ("subareas", "areas") if _has_all(frames.get(name), weight)), None)
        if base is None:
            raise DataError(f"{table}: {weight} of areas and subareas is not known for every row: no weights")
        rows = frames[base]
        parts = largest_remainder(int(total), rows[weight].to_numpy(dtype=np.float64))
        frames[base] = rows.assign(**{column: parts})
        if base == "subareas":
            sums = pd.Series(parts, index=rows["parent_id"].to_numpy()).groupby(level=0).sum()
            areas = frames["areas"]
            frames["areas"] = areas.assign(**{column: areas["area_id"].map(sums).fillna(0.0).to_numpy(dtype=float)})
        how = (
            f"raming: {count_text(total)} {_NAMES[column]} in de hele stad, verdeeld over de {DUTCH_NAMES[base]} naar"
            f" {_NAMES[weight]}"
        )
        for name in dict.fromkeys((base, "areas")):
            estimates.setdefault(name, {})[column] = how
        findings.add(
            "warning", "areas",
            f"{column} is known for the city alone ({int(total):,}): spread over {base} by {weight}, an estimate",
            int(total),
        )  # fmt: skip
    return estimates


def sum_subareas(columns: Iterable[str], frames: dict[str, pd.DataFrame], *, table: str, findings: Findings) -> None:
    """Give areas the sums of what their statistical sectors count; of an area with an unknown sector it is unknown.

    Raises
    ------
    DataError
        When there are no subareas, they do not count this, or the areas already do.
    """
    for column in columns:
        if "subareas" not in frames or column not in frames["subareas"].columns:
            raise DataError(f"{table}: sum_of_subareas: the layer subareas has no {column}")
        if _knows(frames["areas"], column):
            raise DataError(f"{table}: sum_of_subareas: the areas already have {column}; leave one out")
        parts, areas = frames["subareas"], frames["areas"]
        sums = parts.groupby("parent_id")[column].sum(min_count=1)
        sums[parts.loc[parts[column].isna(), "parent_id"].unique()] = np.nan
        frames["areas"] = areas.assign(**{column: areas["area_id"].map(sums).to_numpy(dtype=float)})
        findings.add("info", "areas", f"{column} of areas is the sum of their subareas", len(areas))


def largest_remainder(total: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Deal a whole number in proportion to weights: what is due rounded down, the rest to the largest remainders.

    Of equal remainders the first row gets it (Hamilton's method, Hare quota).

    Raises
    ------
    DataError
        When no weight is above zero while there is something to deal.
    """
    if total and not weights.sum() > 0:
        raise DataError(f"{total:,} cannot be spread: all weights are 0")
    due = total * weights / weights.sum() if total else np.zeros(len(weights))
    dealt = np.floor(due)
    rest = total - int(dealt.sum())
    dealt[np.argsort(dealt - due, kind="stable")[:rest]] += 1
    return dealt


def _knows(frame: pd.DataFrame | None, column: str) -> bool:
    return frame is not None and column in frame.columns and bool(frame[column].notna().any())


def _has_all(frame: pd.DataFrame | None, column: str) -> bool:
    return frame is not None and column in frame.columns and bool(frame[column].notna().all())
