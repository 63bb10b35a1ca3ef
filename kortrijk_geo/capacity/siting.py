"""Where new capacity does most good: the question that people, capacity and candidates make, and the search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.capacity.candidates import check_candidates
from kortrijk_geo.capacity.demand_points import Demand, Gains, area_gains, gather, measure_gains, point_means
from kortrijk_geo.engine.rates import area_of
from kortrijk_geo.engine.siting import Limits, Plan, Rows, best_worst, most_filled, most_gain, most_gain_then
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.options import check_whole, check_year
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import geopandas as gpd
    from scipy import sparse

    from kortrijk_geo.capacity.network import Network

Floats = npt.NDArray[np.float64]
Objective = Literal["to_norm", "over_norm", "area_shortage", "worst_off"]
# Farther apart than this two sites are not in one city.
MOST_METRES = 1_000_000
# Share of what is at stake that may be given to deciding between plans that are otherwise equal.
_TIE = 2e-4


@dataclass(frozen=True)
class Wishes:
    """What is to be built, and the limits: all ``places``, in units of so many; None is no limit."""

    places: int
    unit: int
    max_sites: int | None = None
    min_distance_m: float = 0.0
    max_places_per_site: int | None = None

    def check(self, candidates: str | Path | gpd.GeoDataFrame, years: Sequence[int] = ()) -> None:
        """Refuse what is wrong in itself, before a pack is read.

        Raises
        ------
        OptionError
            When a number cannot be used, or the places cannot be made of whole units.
        MissingFileError
            As `check_candidates`.
        """
        for name in ("places", "unit", "max_sites", "max_places_per_site"):
            if getattr(self, name) is not None:
                check_whole(name, getattr(self, name), least=1)
        for year in years:
            check_year("year", year)
        if len(set(years)) < len(years):
            raise OptionError(f"years is {list(years)}, must name each year once")
        if self.places % self.unit:
            below, above = self.places // self.unit * self.unit, (self.places // self.unit + 1) * self.unit
            raise OptionError(
                f"{self.places} places cannot be made of units of {self.unit}; ask {below or above} or {above} places"
            )
        if not (is_finite(self.min_distance_m) and 0 <= self.min_distance_m <= MOST_METRES):
            raise OptionError(
                f"min_distance_m is {self.min_distance_m!r}, must be a number of metres from 0 to {MOST_METRES:,}"
            )
        check_candidates(candidates)


@dataclass(frozen=True)
class Words:
    """The Dutch words of the remarks: ``kinderen``, and ``geen kind``."""

    whom: str
    nobody: str


@dataclass(frozen=True)
class Situation:
    """How it is before the new capacity.

    Parameters
    ----------
    areas
        One row per area, index ``area_id``, with ``name`` and geometry.
    area
        Row of the area of each home of the network; -1 outside the study area.
    homes
        Capacity per 100 people in reach of each home; NaN outside the study area and off the streets. Where it is only
        bounded, the most: what the people and capacity that are known give.
    rates, short
        Its mean per area, and the capacity that each area is short of; NaN unknown.
    norm
        Capacity per 100 people up to which more does good.
    limit_m, decay
        As of the catchment.
    """

    areas: gpd.GeoDataFrame
    area: npt.NDArray[np.int64]
    homes: Floats
    rates: Floats
    short: Floats
    norm: float
    limit_m: float
    decay: Callable[[Floats], Floats]


@dataclass(frozen=True)
class Question:
    """What is asked: the capacity and people that are there, the candidates, what each of them adds, the limits."""

    there: Situation
    net: Network
    candidates: gpd.GeoDataFrame
    demand: Demand
    gains: Gains
    limits: Limits
    unit: int
    words: Words

    @property
    def size(self) -> dict[str, float]:
        """Sizes of the question."""
        return {
            "candidates": self.limits.candidates,
            "demand_points": len(self.demand.people),
            "cell_m": self.demand.cell_m,
        }


def ask(
    net: Network, there: Situation, spots: gpd.GeoDataFrame, wishes: Wishes, words: Words
) -> tuple[Question, list[str]]:
    """Return the question, and Dutch notes on the candidates and people that take no part."""
    demand = gather(net, there.area)
    gains = measure_gains(
        net, net.place(spots.geometry), demand, limit_m=there.limit_m, decay=there.decay,
        below=np.nan_to_num(there.homes, nan=np.inf) < there.norm,
    )  # fmt: skip
    useful = np.flatnonzero(gains.people_in_reach > 0)
    notes = []
    if net.demand.unknown.any():
        notes.append(
            f"De plekken zijn gekozen voor de {words.whom} die bekend zijn; woonpunten zonder aantal tellen niet mee."
        )
    if len(useful) < len(spots):
        notes.append(
            f"{len(spots) - len(useful)} kandidaten hebben {words.nobody} in bereik (of liggen te ver van een straat)"
            " en vallen weg."
        )
    kept = spots.iloc[useful].reset_index(drop=True)
    most = np.nan_to_num(kept["max_places"].to_numpy(dtype="float64"), nan=np.inf)
    room = np.minimum(most, wishes.max_places_per_site or np.inf)
    capacity = np.floor(np.minimum(room, wishes.places) / wishes.unit).astype(np.int64)
    points = np.stack([kept.geometry.x.to_numpy(), kept.geometry.y.to_numpy()], axis=1).reshape(-1, 2)
    limits = Limits(wishes.places // wishes.unit, points, capacity, wishes.max_sites, float(wishes.min_distance_m))
    reached = Gains(gains.points[:, useful], gains.people_in_reach[useful], gains.people_below_in_reach[useful])
    return Question(there, net, kept, demand, reached, limits, wishes.unit, words), notes


def solve(question: Question, objective: Objective, time_limit_s: float) -> tuple[Plan, list[str]]:
    """Return the best plan by an objective, and Dutch notes on how it was found."""
    there = question.there
    room = np.maximum(0.0, there.norm - point_means(there.homes, question.net, question.demand))
    per_unit = question.gains.points * question.unit
    people = question.demand.people
    if objective == "to_norm":
        return most_gain(per_unit, room, people / there.norm, question.limits, time_limit_s=time_limit_s), []
    if objective == "over_norm":
        return most_filled(
            per_unit, room, np.where(room > 0, people, 0.0), question.limits, time_limit_s=time_limit_s
        ), []
    if objective == "area_shortage":
        return _least_shortage(question, Rows(per_unit, room, people / there.norm), time_limit_s)
    return _best_worst(question, _tie_breaker(per_unit, room, people), time_limit_s)


def _tie_breaker(per_unit: sparse.csc_array, room: Floats, people: Floats) -> Floats:
    """Gain by catchment of the first unit at each candidate, the best being 1."""
    worth = np.minimum(per_unit.data, room[per_unit.indices]) * people[per_unit.indices]
    owner = np.repeat(np.arange(per_unit.shape[1]), np.diff(per_unit.indptr))
    gain = np.bincount(owner, weights=worth, minlength=per_unit.shape[1]).astype(np.float64)
    best = max(float(gain.max(initial=0.0)), 1e-12)
    return np.divide(gain, best, dtype=np.float64)


def _least_shortage(question: Question, by_catchment: Rows, time_limit_s: float) -> tuple[Plan, list[str]]:
    from scipy import sparse

    areas, short = question.there.areas, question.there.short
    inside = area_of(question.candidates, areas.reset_index())
    row = areas.index.get_indexer(pd.Index(inside))
    used = np.flatnonzero(row >= 0)
    amounts = np.full(len(used), float(question.unit))
    gain = sparse.csc_array((amounts, (row[used], used)), shape=(len(areas), len(row)))
    by_area = Rows(gain, np.nan_to_num(short), np.ones(len(areas)))
    plan, proven = most_gain_then(by_area, by_catchment, question.limits, time_limit_s=time_limit_s)
    unknown = areas["name"][np.isnan(short)].tolist()
    notes = [f"Van {', '.join(unknown)} is het tekort onbekend: deze gebieden tellen niet mee in de keuze."]
    open_tie = (
        "Van de plannen met hetzelfde tekort is dit het beste dat binnen de tijd gevonden werd naar bereik; dat er geen"
        " beter is, is niet bewezen."
    )
    return plan, [*(notes if unknown else []), *([] if proven else [open_tie])]


def _best_worst(question: Question, tie: Floats, time_limit_s: float) -> tuple[Plan, list[str]]:
    areas, now = question.there.areas, question.there.rates
    gain = area_gains(question.gains, question.demand, len(areas)) * question.unit
    liftable = np.zeros(len(areas), dtype=bool)
    liftable[gain.indices[gain.data > 0]] = True
    rows = np.flatnonzero(liftable & np.isfinite(now))
    if not len(rows):
        raise DataError("no candidate has anybody of any area in reach; choose other candidates")
    stake = max(1.0, now[rows].min()) * _TIE / question.limits.units
    plan = best_worst(gain[rows], now[rows], question.limits, bonus=tie * stake, time_limit_s=time_limit_s)
    left = areas["name"][np.isfinite(now) & ~liftable].tolist()
    whom = question.words.whom
    notes = [f"Geen kandidaat heeft {whom} van {', '.join(left)} in bereik: deze gebieden tellen niet mee in de keuze."]
    return plan, notes if left else []
