"""Allocation: which areas take the next social dwellings: vacant ones first, under caps, near services, spread."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.housing.allocation_limits import most_of, nearness_of, vacant_of, weights_of
from kortrijk_geo.housing.allocation_program import Answer, Question, solve
from kortrijk_geo.housing.columns import allocation_columns
from kortrijk_geo.housing.concentration import dissimilarity, gini, isolation, usable
from kortrijk_geo.housing.counts import Counts, Level, read_counts
from kortrijk_geo.housing.density import location_quotient, social_per_100_households
from kortrijk_geo.housing.growth import Growth, project_growth
from kortrijk_geo.housing.norms import Norms, norms
from kortrijk_geo.results import Figure, ThemeResult
from kortrijk_geo.text.dutch import count_text, names_text
from kortrijk_geo.text.remarks import Detail, about
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.pack.city import City

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Allocation:
    """Which area takes how many dwellings.

    Parameters
    ----------
    table
        One row per area, index ``area_id``: ``name``, ``social_dwellings``, ``households_private``,
        ``social_per_100_households``, ``location_quotient`` (now), ``relet_dwellings`` (vacant ones let again),
        ``most_new_dwellings`` (the cap), ``new_dwellings``, ``nearness`` (0-1), and with ``_after`` the counts, density
        and quotient of then. Areas with unknown or impossible counts take none, and are unknown after too.
    relet, new
        Dwellings let again, where that was asked, and newly built: those that were asked.
    year
        Year of the households after.
    before, after
        Indices over the areas that take part: ``dissimilarity``, ``isolation``, ``gini``, ``social_per_100_households``
        (of the whole city).
    weights
        Weight of each aim, together 1.
    worth
        Per aim: ``worth``, ``worst`` and ``best`` of the new dwellings (see `kortrijk_geo.housing.allocation_program`).
    notes
        Dutch sentences: everything the plan rests on.
    """

    table: pd.DataFrame
    relet: int
    new: int
    year: int
    before: dict[str, float]
    after: dict[str, float]
    weights: dict[str, float]
    worth: dict[str, dict[str, float]]
    notes: list[str]

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values; unknown is None."""
        values = {key: plain(value) for key, value in vars(self).items() if key != "table"}
        return {**values, "areas": [plain(row) for row in self.table.reset_index().to_dict("records")]}


def allocate(
    city: City,
    dwellings: int | None = None,
    *,
    level: Level = "areas",
    vacant: int | Mapping[str, int] | Literal[True] | None = None,
    caps: Mapping[str, int] | None = None,
    most_per_100_households: float | None = None,
    most_share_per_area: float | None = None,
    weight_concentration: float | None = None,
    weight_nearness: float | None = None,
    reach: ThemeResult | None = None,
    mode: str | None = None,
    year: int | None = None,
    households: Mapping[int, float] | None = None,
    fixed_households: bool = False,
    base_year: int | None = None,
    rules: Norms | None = None,
    counts: Counts | None = None,
) -> Allocation:
    """Say which areas take the next social dwellings.

    The dwellings are new: a vacant one that is let again is none of them. Where that is asked, the vacant ones are let
    again first, where they stand, beside the new ones. These go where the weighted sum
    of two aims is largest: less concentration (the isolation index of then), and nearness (the share of an area's
    inhabitants with everything within 15 minutes, from the reach result). Households grow as in
    `kortrijk_geo.housing.growth.project_growth`, in each area as in the city.

    Parameters
    ----------
    city
        A pack with the layer of ``level``.
    dwellings
        How many new ones; None for the city's own target.
    vacant
        Vacant social dwellings that are let again as well: a number (spread over the areas as their social dwellings
        are), a number per area id, or True for the package's figure of the municipality; None for none.
    caps
        Most new dwellings per area id, in place of the two limits that follow.
    most_per_100_households
        No area gets new dwellings beyond this density. None for the package's.
    most_share_per_area
        No area gets more than this share (0-1) of the new dwellings. None for the package's.
    weight_concentration, weight_nearness
        Weights of the aims, from 0. None for the package's. Without ``reach`` only concentration counts.
    reach
        Result of the reach theme for the same areas.
    mode
        ``walk`` or ``cycle``; None for the first of the reach result.
    year, households, fixed_households, base_year
        See `project_growth`.
    rules
        Limits, weights, targets and forecasts in place of the package's.
    counts
        Counts, when the caller has them.

    Raises
    ------
    OptionError
        When an option cannot be used, or the areas cannot take the dwellings.
    DataError
        When no area has known counts, or the reach result lacks figures.
    """
    rules = norms() if rules is None else rules
    counted = counts if counts is not None else read_counts(city, level=level)
    ahead = project_growth(
        city, extra_dwellings=dwellings, year=year, households=households, fixed_households=fixed_households,
        base_year=base_year, rules=rules, counts=counted,
    )  # fmt: skip
    frame = counted.frame
    takes = usable(frame["social_dwellings"].to_numpy(), frame["households_private"].to_numpy())
    near, near_note = nearness_of(frame.index, reach, mode)
    weighed = bool(np.isfinite(near).any())
    takes &= np.isfinite(near) if weighed else True
    if not takes.any():
        raise DataError(f"{city.folder}: no area has known counts to allocate dwellings by")
    place = np.flatnonzero(takes)
    now, homes = (frame[column].to_numpy()[place] for column in ("social_dwellings", "households_private"))
    then = homes * ahead.households_ratio
    stock, stock_note = vacant_of(city, vacant, frame.index, place, now, rules)
    weights = weights_of(weight_concentration, weight_nearness, rules.allocation, with_reach=weighed)
    nearness = near[place] if weighed else None
    again, relet, new = stock, int(stock.sum()), ahead.extra_dwellings
    limits = caps, most_per_100_households, most_share_per_area
    most, cap_note = most_of(new, now + again, then, frame.index[place], *limits, rules.allocation)
    answer = solve(Question(new, most, now + again, then, nearness), weights)
    table = _table(counted, place, again=again, most=most, answer=answer, then=then, near=near, ahead=ahead)
    left_out = frame["name"].to_numpy()[~takes]
    stock_text = Detail(stock_note.format(relet=count_text(relet), new=count_text(new)))
    notes = [*ahead.notes, stock_text, cap_note, near_note]
    notes.append(
        Detail(
            "In elk gebied groeien de huishoudens even snel als in de stad; het plan kent geen bouwgronden: de"
            " bovengrens per gebied komt in de plaats daarvan."
        )
    )
    if len(left_out):
        notes.append(
            f"Krijgen geen woningen omdat hun dichtheid of nabijheid onbekend is: {names_text(list(left_out))}."
        )
    return Allocation(
        table=table,
        relet=relet,
        new=new,
        year=ahead.year,
        before=_indices(now, homes, ahead.per_100_now),
        after=_indices(now + again + answer.placed, then, 100 * (ahead.social_then + relet) / ahead.households_then),
        weights={"concentration": weights.concentration, "nearness": weights.nearness},
        worth=_worth(answer),
        notes=notes,
    )


def with_allocation(result: ThemeResult, plan: Allocation, rules: Norms | None = None) -> ThemeResult:
    """Return a result of `analyse` with the plan in its areas, city, labels, headlines and notes.

    ``rules`` are those that the plan was made by; None for the package's.

    Raises
    ------
    OptionError
        When plan and result are not about the same areas.
    """
    if not result.areas.index.equals(plan.table.index):
        raise OptionError("the allocation and the result are not about the same areas; use one level for both")
    after = [str(column) for column in plan.table if str(column).endswith("_after")]
    added = ["relet_dwellings", "new_dwellings", "most_new_dwellings", *after]
    kept = result.areas.drop(columns="geometry")
    areas = gpd.GeoDataFrame(
        pd.concat([kept, plan.table[added]], axis=1), geometry=result.areas.geometry, crs=result.areas.crs
    )
    whole = {
        **result.city,
        "relet_dwellings": plan.relet,
        "new_dwellings": plan.new,
        "social_dwellings_after": result.city["social_dwellings"] + plan.relet + plan.new,
        **{f"{key}_after": value for key, value in plan.after.items()},
    }
    figure = Figure(
        "dissimilarity_after",
        f"Ongelijke spreiding in {plan.year} met het voorstel (0 is gelijk)",
        plan.after["dissimilarity"],
        "aandeel",
        source=(rules or norms()).allocation.origin.source,
    )
    options = {**result.options, "allocation": {"weights": plan.weights, "worth": plan.worth, "before": plan.before}}
    return replace(
        result,
        areas=areas,
        city=whole,
        columns=[*result.columns, *allocation_columns(plan.year, result.columns)],
        headlines=[*result.headlines, figure],
        options=options,
        notes=[*result.notes, *(about("Voorstel", note) for note in plan.notes if note not in result.notes)],
    )


def _table(
    counts: Counts, place: npt.NDArray[np.intp], *, again: Ints, most: Ints, answer: Answer, then: Floats, near: Floats,
    ahead: Growth,
) -> pd.DataFrame:  # fmt: skip
    table = pd.DataFrame(counts.frame.drop(columns="geometry"))
    city = {"city_social": counts.city["social_dwellings"], "city_households": counts.city["households_private"]}
    social, homes = table["social_dwellings"].to_numpy(), table["households_private"].to_numpy()
    table["social_per_100_households"] = social_per_100_households(social, homes)
    table["location_quotient"] = location_quotient(social, homes, **city)

    def put(values: npt.NDArray[Any], elsewhere: float) -> Floats:
        column = np.full(len(table), elsewhere)
        column[place] = values
        return column

    for name, values in (
        ("relet_dwellings", again), ("most_new_dwellings", most), ("new_dwellings", answer.placed),
    ):  # fmt: skip
        table[name] = put(values, 0.0)
    table["nearness"] = near
    after = put(social[place] + again + answer.placed, math.nan)
    homes_after = put(then, math.nan)
    table["social_dwellings_after"] = after
    table["households_private_after"] = homes_after
    table["social_per_100_households_after"] = social_per_100_households(after, homes_after)
    table["location_quotient_after"] = location_quotient(
        after, homes_after, city_social=ahead.social_then + again.sum(), city_households=ahead.households_then
    )
    return table


def _indices(social: Floats, households: Floats, rate: float) -> dict[str, float]:
    return {
        "dissimilarity": dissimilarity(social, households),
        "isolation": isolation(social, households),
        "gini": gini(social, households),
        "social_per_100_households": rate,
    }


def _worth(answer: Answer) -> dict[str, dict[str, float]]:
    worst, best = answer.isolation_range
    goals = {"isolation": {"worth": answer.isolation, "worst": worst, "best": best}}
    if answer.nearness is not None and answer.nearness_range is not None:
        far, close = answer.nearness_range
        goals["nearness"] = {"worth": answer.nearness, "worst": far, "best": close}
    return goals
