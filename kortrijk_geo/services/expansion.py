"""Where new capacity of a kind of service does most good: found exactly, year after year, with before and after."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.capacity.candidates import find_candidates
from kortrijk_geo.capacity.catchment import catchment
from kortrijk_geo.capacity.network import decay_of, home_groups, network
from kortrijk_geo.capacity.phases import choose
from kortrijk_geo.capacity.siting import Situation, Wishes, Words, ask
from kortrijk_geo.capacity.worth import gained, on_homes
from kortrijk_geo.engine.places import check_snap_to
from kortrijk_geo.engine.rates import shortage
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.options import check_year
from kortrijk_geo.services.analysis import ungated
from kortrijk_geo.services.decided import (
    base_year,
    by_year,
    grown,
    growth_note,
    growth_to,
    read_decided,
    with_places,
)
from kortrijk_geo.services.earlier import left_to, locations_of
from kortrijk_geo.services.expansion_result import OBJECTIVES, before_and_after
from kortrijk_geo.services.options import Options
from kortrijk_geo.services.reached import MODES
from kortrijk_geo.services.rules import YEARS, load_forecast, load_services
from kortrijk_geo.services.supply import count_supply
from kortrijk_geo.text.dutch import brief_number
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from kortrijk_geo.capacity.network import Network
    from kortrijk_geo.capacity.siting import Objective, Question
    from kortrijk_geo.engine.places import SnapTo
    from kortrijk_geo.engine.streets import Mode
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.services.analysis import ServicesResult
    from kortrijk_geo.services.rules import Forecast, Kind, Services


def expand(
    city: City,
    kind: str,
    *,
    places: int = 100,
    unit: int = 10,
    year: int | None = None,
    places_first: int | None = None,
    candidates: str | Path | gpd.GeoDataFrame = "public buildings",
    objective: Objective = "to_norm",
    mode: Mode | None = None,
    norm: float | None = None,
    max_sites: int | None = None,
    min_distance_m: float = 0.0,
    max_places_per_site: int | None = None,
    decided: str | Path | gpd.GeoDataFrame | None = None,
    services: str | Path | None = None,
    forecast: str | Path | None = None,
    grid_step_m: float | None = None,
    snap_to: SnapTo = "largest",
    time_limit_s: float = 60.0,
) -> ServicesResult:
    """Choose where new capacity of a kind goes; what exists stays as it is, what is decided counts as existing.

    Parameters
    ----------
    city
        A pack as for `analyse`, with people by age in ``homes`` and the layers of the candidates.
    kind
        A kind of which the places have a capacity, by its id or Dutch name.
    places, unit
        Capacity to add, all of it, in units of so much.
    year, places_first
        Year in whose people, by the forecast, it should do its good; None is today. A year after 2030 is reached in two
        steps: ``places_first`` are chosen for 2030 and stay when the others are; None for as many whole units as a
        straight line from the year of the pack gives. Where nothing is published of 2030, all are of the year.
    candidates, grid_step_m
        ``public buildings``, ``schools``, ``grid``, a GeoDataFrame or a file; see `find_candidates`.
    objective
        ``to_norm``: sum over people of the part of the norm they gain by catchment (E2SFCA of ``mode``); exact.
        ``over_norm``: people whose catchment reaches the norm, all or nothing. ``area_shortage``: smallest sum of what
        areas are short of the norm. ``worst_off``: highest lowest catchment mean of the areas.
    mode
        ``walk`` or ``cycle``; None for that of the kind.
    norm
        Capacity per 100 people; None for the norm of the kind. Where it has none: as much as the city then has per 100
        people, the new capacity included, which is what an even spread would give each of them.
    max_sites, min_distance_m, max_places_per_site
        Most sites, smallest straight distance between two of them, and most new capacity on one; of all years together.
    decided
        Points or a file with ``name``, ``capacity`` and ``opens``: what counts as existing from its year on.
    services, forecast, snap_to
        See `analyse`.
    time_limit_s
        Longest search of a year; a plan not proven best by then says ``heuristic`` and its gap.

    Returns
    -------
    ServicesResult
        That of `analyse` for the kind, with in ``areas`` and ``city`` columns ``<column>_after``, and in ``layers``
        ``sites``: ``site_id``, ``name``, ``origin``, ``area_id``, ``units``, ``places``, ``people_in_reach``,
        ``people_below_norm_in_reach``, and ``year``; a site that grows in a later year has a row of each with one
        ``site_id``. People are those of the year in whole numbers, unknown where today they are few. Before and after
        are of the last year, measured anew with the new places in the pack. ``options["plan"]`` holds objective, value,
        bound, gap, method, seconds and sizes of the last year, ``options["phases"]`` those of each; ``value_on_homes``
        and ``gap_on_homes`` are not of the points in which homes were gathered.

    Raises
    ------
    OptionError
        When an option cannot be used, nothing is published of the year, or no plan keeps to the limits.
    DataError
        When nobody's age is known per home, no capacity is known, or there is no candidate.
    MissingLayerError, CrsError, MissingFileError
        As in `analyse` and `find_candidates`.
    """
    wishes = Wishes(places, unit, max_sites, min_distance_m, max_places_per_site)
    check_question(
        kind, wishes, candidates, year=year, places_first=places_first, objective=objective, mode=mode, norm=norm,
        services=services, forecast=forecast, snap_to=snap_to,
    )  # fmt: skip
    rules, outlook = load_services(services), load_forecast(forecast)
    asked_kind = rules.find(kind)
    by = mode or asked_kind.mode
    spots, label, notes = find_candidates(city, candidates, grid_step_m=grid_step_m)
    plans = read_decided(city, decided)
    options = Options(kind=asked_kind.id, services=services, forecast=forecast, snap_to=snap_to, modes=MODES)
    people = _people_today(city, asked_kind, outlook)
    budget = _by_year(city, asked_kind, outlook, wishes, people=people, year=year, first=places_first)
    thens: list[_Then] = []
    questions: list[Question] = []

    def pose(then_year: int | None, earlier: list[gpd.GeoDataFrame]) -> tuple[Question, list[str]]:
        """Ask where the places of a year do most good, those of the years before in place."""
        growth = 1.0 if then_year is None else growth_to(city, asked_kind, outlook, then_year, people)
        there, remarks = by_year(plans, then_year)
        if then_year is not None:
            remarks.append(growth_note(asked_kind, outlook, city.info.nis_code, growth, then_year))
        coming = with_places(grown(city, asked_kind, growth), asked_kind, there)
        then = _Then(coming, options, asked_kind.in_year(then_year), rules, by, norm, remarks, then_year, growth)
        thens.append(then)
        left, still = left_to(spots, replace(wishes, places=budget[then_year]), earlier)
        question, dropped = ask(then.net, then.situation(earlier, still.places), left, still, then.words)
        questions.append(question)
        return question, dropped

    phases = choose([*budget], pose, objective, areas=city.areas, time_limit_s=time_limit_s)
    then, chosen = thens[-1], [phase.sites for phase in phases]
    reached = [each.situation(chosen[: number + 1], 0) for number, each in enumerate(thens)]
    phases = [
        replace(phase, worth=on_homes(question, after, objective, phase.plan.bound))
        for phase, question, after in zip(phases, questions, reached, strict=True)
    ]
    asked = {
        "places": places, "unit": unit, "candidates": label, "objective": objective, "mode": by,
        "level_per_100": then.level(sum(budget.values())), "max_sites": max_sites, "min_distance_m": min_distance_m,
        "max_places_per_site": max_places_per_site, "years": [] if year is None else [*budget],
    }  # fmt: skip
    return before_and_after(
        city, then.before, then.measure(chosen), phases, asked=asked, notes=[*then.notes, *then.level_notes, *notes],
        together=gained(then.situation([], sum(budget.values())), reached[-1], then.net.people, objective),
        growths=[each.growth for each in thens],
    )  # fmt: skip


def check_question(
    kind: str,
    wishes: Wishes,
    candidates: str | Path | gpd.GeoDataFrame,
    *,
    year: int | None,
    places_first: int | None,
    objective: str,
    mode: str | None,
    norm: float | None,
    services: str | Path | None,
    forecast: str | Path | None,
    snap_to: str,
) -> None:
    """Refuse an option of `expand` that is wrong in itself, before a pack is read; errors as there."""
    wishes.check(candidates)
    if year is not None:
        check_year("year", year)
    if places_first is not None:
        if year is None:
            raise OptionError("places_first is of a year before the one asked; give the year too")
        if isinstance(places_first, bool) or not 0 <= places_first <= wishes.places or places_first % wishes.unit:
            raise OptionError(
                f"places_first is {places_first!r}, must be a number of whole units of {wishes.unit}, from 0 to"
                f" {wishes.places}"
            )
    if objective not in OBJECTIVES:
        raise OptionError.of_choice("objective", objective, OBJECTIVES)
    rules = load_services(services)
    asked = rules.find(kind)
    if asked.capacity is None:
        raise OptionError(f"places of the kind {asked.id} have no capacity, so none can be added; see sites choose")
    if asked.layer != "amenities":
        raise OptionError(f"the kind {asked.id} has its places in the layer {asked.layer}; only amenities can be added")
    if mode is not None and mode not in rules.m_per_min:
        raise OptionError.of_choice("mode", mode, rules.m_per_min)
    if norm is not None and not (is_finite(norm) and norm > 0):
        raise OptionError(f"norm is {norm!r}, must be a number above 0: {asked.norm_unit}")
    load_forecast(forecast)
    check_snap_to(snap_to)


def _people_today(city: City, kind: Kind, forecast: Forecast) -> float:
    """Return the people of the city that need a kind; NaN unknown."""
    from kortrijk_geo.services.locations import read_locations

    return float(count_supply(city, kind, read_locations(city, [kind])[kind.id], forecast).people[-1])


def _by_year(
    city: City, kind: Kind, forecast: Forecast, wishes: Wishes, *, people: float, year: int | None, first: int | None
) -> dict[int | None, int]:
    """Return how many places are chosen for each year, ascending; together all of them."""
    if year is None:
        return {None: wishes.places}
    if not math.isfinite(growth_to(city, kind, forecast, year, people)):
        raise OptionError(
            f"nothing is published of {kind.people_label} from {base_year(city)} to {year} (or the pack does not count"
            " them): leave out year, or give a forecast of your own"
        )
    base, budget, done = base_year(city), {}, 0
    steps = [then for then in YEARS[:1] if base < then < year]
    for then in [step for step in steps if math.isfinite(growth_to(city, kind, forecast, step, people))]:
        line = (then - base) / (year - base) * wishes.places
        done = first if first is not None else round(line / wishes.unit) * wishes.unit
        budget[then] = done
    budget[year] = wishes.places - done
    return {then: number for then, number in budget.items() if number}


@dataclass(frozen=True)
class _Then:
    """A city as it will be in a year, and how a kind is measured there; ``notes`` say what is assumed."""

    city: City
    options: Options
    kind: Kind
    rules: Services
    mode: Mode
    norm: float | None
    notes: list[str]
    year: int | None
    growth: float

    @property
    def words(self) -> Words:
        """The Dutch words of the remarks."""
        return Words(self.kind.people_label, f"geen {self.kind.people_label}")

    @cached_property
    def net(self) -> Network:
        """The homes on the streets, with the people who need the kind; `DataError` where nobody's age is known."""
        net = network(
            self.city, self.mode, self.kind.people, self.kind.people_label, snap_m=self.rules.snap.max_m,
            snap_to=self.options["snap_to"], theme="The expansion of services",
        )  # fmt: skip
        if not net.people.sum() > 0:
            raise DataError(
                f"{self.city.folder}, layer homes: no home on a street counts {' + '.join(self.kind.people)}; add"
                " people by age to the pack (kortrijk-geo pack add ages)"
            )
        return net

    @cached_property
    def before(self) -> ServicesResult:
        """The city without new places, before the gate."""
        return ungated(self.city, self.options, self.year)[0]

    def measure(self, sites: Sequence[gpd.GeoDataFrame]) -> ServicesResult:
        """Measure the city with new places at these sites, before the gate."""
        return ungated(self._with(sites), self.options, self.year)[0]

    def _with(self, sites: Sequence[gpd.GeoDataFrame]) -> City:
        if not sites:
            return self.city
        return with_places(self.city, self.kind, locations_of(pd.concat(sites)))

    def level(self, places: int) -> float:
        """Return up to how much per 100 people more does good: the norm, else what an even spread would give.

        Raises
        ------
        DataError
            When there is no norm, and the capacity or the people of the city are not all known.
        """
        if self.norm is not None:
            return float(self.norm)
        if self.kind.norm is not None:
            return self.kind.norm.value
        there = self.before.city
        people, capacity = (float(there[f"{name}_{self.kind.id}"]) for name in ("people", "capacity"))
        if not (people > 0 and math.isfinite(capacity)):
            raise DataError(
                f"{self.city.folder}: people or capacity of {self.kind.plural} in the city are not all known, so there"
                " is no mean to hold places against; complete them (amenities.capacity), or give a norm"
            )
        return 100 * (capacity + places) / people

    @property
    def level_notes(self) -> list[str]:
        """Say against what is held, and of what the capacity is unknown."""
        frame = self.before.layers["locations"]
        unknown = int(frame["capacity"].isna().sum())
        dark = (
            f"Van {unknown} van de {len(frame)} {self.kind.plural} is de capaciteit onbekend: wie er een binnen bereik"
            " heeft, telt in de keuze alsof het peil er al gehaald is."
        )
        return [self._level_note, *([dark] if unknown else [])]

    @property
    def _level_note(self) -> str:
        unit = f"{self.kind.capacity.label if self.kind.capacity else ''} per 100 {self.kind.people_label}"
        if self.norm is not None:
            return f"De plekken zijn gekozen tot een norm die gevraagd werd: {brief_number(self.norm)} {unit}."
        if self.kind.norm is not None:
            return f"De plekken zijn gekozen tot {self.kind.norm.label}: {brief_number(self.kind.norm.value)} {unit}."
        return (
            f"Voor {self.kind.plural} is geen norm bekend: elke plek is gewogen tegen wat iedereen zou hebben als de"
            f" {unit} van de hele stad, de nieuwe erbij, gelijk verdeeld waren. Dat is een rekenmaat, geen norm."
        )

    def situation(self, earlier: Sequence[gpd.GeoDataFrame], places: int) -> Situation:
        """Return how it is with the places of earlier years, when so many more are added."""
        from kortrijk_geo.services.locations import read_locations

        net, city = self.net, self._with(earlier)
        locations = read_locations(city, [self.kind])[self.kind.id]
        if not locations.known or (len(locations.frame) and locations.frame["capacity"].isna().all()):
            raise DataError(
                f"{city.folder}: of no {self.kind.id} the capacity is known; add it to the amenities (column capacity)"
            )
        area = home_groups(city, net.homes, "areas")
        limit = self.rules.limit_m(self.kind, self.mode)
        reached = catchment(
            net, locations.frame, "capacity", area=area, ids=pd.Index(city.areas["area_id"], name="area_id"),
            limit_m=limit, rules=self.rules,
        )  # fmt: skip
        done = sum(int(sites["places"].sum()) for sites in earlier)
        level = self.level(done + places)
        supply = count_supply(city, self.kind, locations, load_forecast(self.options["forecast"]))
        return Situation(
            areas=city.areas.set_index("area_id"),
            area=area,
            homes=np.where(area >= 0, reached.bounds.homes[1], np.nan),
            rates=reached.areas.to_numpy(dtype="float64"),
            short=shortage(supply.capacity[:-1], supply.people[:-1], level),
            norm=level,
            limit_m=limit,
            decay=decay_of(self.rules, "steps", limit),
        )
