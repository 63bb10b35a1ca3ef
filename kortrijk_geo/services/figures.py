"""From what is measured to the figures of areas and city, the headlines, and what these hang on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.figure import SHARE, coverage, with_own
from kortrijk_geo.results import Figure, Sensitivity
from kortrijk_geo.services.columns import capital, norm_text, within_text
from kortrijk_geo.services.reached import MODES, tally
from kortrijk_geo.services.rules import EVERYBODY, YEARS
from kortrijk_geo.text.dutch import HOW, UNKNOWN, count_text, decimal_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.capacity.ride import TransitRules
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.services.measured import Homes, Measured
    from kortrijk_geo.services.reached import ReachMode, Rides, Trips, Weights
    from kortrijk_geo.services.rules import Forecast, Services


def figures_of(one: Measured) -> dict[str, np.ndarray]:
    """Return the figures of a kind by column: a number per area and, last, that of the city."""
    kind, supply = one.kind, one.supply
    columns: dict[str, np.ndarray] = {}
    for mode in one.tallies:
        columns[f"share_beyond_{kind.id}_{mode}"] = one.tallies[mode].share
        columns[f"people_beyond_{kind.id}_{mode}"] = one.tallies[mode].people
    columns[f"people_{kind.id}"] = supply.people
    columns[f"locations_{kind.id}"] = supply.locations
    if kind.capacity is None:
        return columns
    columns[f"capacity_{kind.id}"] = supply.capacity
    columns[f"per_100_{kind.id}"] = supply.per_100
    nothing = np.full(len(supply.people), np.nan)
    for mode in MODES:
        reached = one.catchments.get(mode)
        known = nothing if reached is None else np.append(reached.areas.to_numpy(), reached.city)
        columns[f"catchment_{kind.id}_{mode}"] = known
    if kind.norm is not None:
        columns[f"short_{kind.id}"] = supply.short(kind.norm.value)
        columns |= {f"short_{kind.id}_{year}": supply.short_in(year, kind.norm.value) for year in YEARS}
    return columns


def of_the_city(one: Measured) -> dict[str, Any]:
    """Return the figures of a kind that only the whole city has: people to come, and what its targets leave to do."""
    kind = one.kind
    figures = {f"people_{kind.id}_{year}": _whole(later[-1]) for year, later in one.supply.later.items()}
    return figures | {f"promised_{kind.id}_{aim.year}": aim.short for aim in one.aims}


def _whole(people: float) -> float:
    """Return people in a whole number, NaN where they are unknown: a forecast knows no parts of people."""
    return float(np.round(people))


def headlines(city: City, measured: Sequence[Measured], rules: Services) -> list[Figure]:
    """Return what a council member should read first: the worst reach, shortages by a norm, promises, other reach."""
    reach = [_beyond(city, one, rules) for one in measured]
    known = [figure for figure in reach if figure.value is not None]
    worst = [max(known, key=lambda figure: figure.value or 0.0)] if known else []
    rest = (figure for figure in reach if figure not in worst)
    return [*worst, *_by_ride(city, measured, rules), *_short(measured), *_promised(measured), *rest]


def _by_ride(city: City, measured: Sequence[Measured], rules: Services) -> list[Figure]:
    """Return the worst reach by public transport, where that is measured."""
    reach = [_beyond(city, one, rules, "transit") for one in measured if one.rides is not None]
    known = [figure for figure in reach if figure.value is not None]
    return [max(known, key=lambda figure: figure.value or 0.0)] if known else reach[:1]


def _beyond(city: City, one: Measured, rules: Services, by: ReachMode | None = None) -> Figure:
    kind, mode = one.kind, by or one.kind.mode
    counted = one.tallies[mode]
    layers = ("homes", "streets", kind.layer, *(("timetable",) if mode == "transit" else ()))
    known_share = float(counted.known_share[-1])
    return Figure(
        f"share_beyond_{kind.id}_{mode}",
        f"{capital(one.weights.label)} verder dan {within_text(one, rules, mode)} {HOW[mode]} van een {kind.label}",
        plain(counted.share[-1]), SHARE, source=city.source_text(*layers),
        known_share=known_share if np.isfinite(known_share) else None, known_of=one.weights.label,
        reason=_why_unknown(one, known_share),
    )  # fmt: skip


def _why_unknown(one: Measured, known_share: float) -> str:
    """Say why the reach of the whole city is not told: of a part of the people it would pass for that of all."""
    if not one.locations.known:
        return f"het pakket kent geen {one.kind.plural}"
    if not np.isfinite(known_share) or known_share >= coverage().whole_share:
        return ""
    per_cent = decimal_text(math.floor(100 * known_share), 0)
    return (
        f"slechts van {per_cent} % van de {one.weights.label} is het bekend, en wie ontbreekt, kan er anders voor staan"
    )


def _short(measured: Sequence[Measured]) -> list[Figure]:
    """Return what the city is short of the norms that a user gave, now and with the people to come."""
    figures = []
    for one in measured:
        kind, norm = one.kind, one.kind.norm
        if norm is None or kind.capacity is None:
            continue
        unit = kind.capacity.label
        of_year = {"": one.supply.short(norm.value)}
        of_year |= {f"_{year}": one.supply.short_in(year, norm.value) for year in YEARS}
        for end, short in of_year.items():
            when = f" in {end[1:]} (raming), met wat er vandaag is" if end else ""
            figures.append(
                Figure(
                    f"short_{kind.id}{end}", f"{capital(unit)} te kort{when}: {kind.plural}", plain(short[-1]), unit,
                    source=norm.source, definition=f"norm: {norm_text(kind)}",
                    reason="" if np.isfinite(short[-1]) else "capaciteit of mensen zijn niet bekend",
                )
            )  # fmt: skip
    return figures


def _promised(measured: Sequence[Measured]) -> list[Figure]:
    """Return what the city promised to add and what there is now: no shortage that anybody measured."""
    figures = []
    for one in measured:
        unit = one.kind.capacity.label if one.kind.capacity else ""
        targets = {target.year: target for target in one.kind.targets}
        now = float(one.supply.capacity[-1])
        today = f"nu {count_text(now)}" if np.isfinite(now) else "hoeveel er nu zijn, is onbekend"
        for aim in one.aims:
            target = targets[aim.year]
            figures.append(
                Figure(
                    f"promised_{one.kind.id}_{aim.year}",
                    f"Extra {unit} in {one.kind.plural} tegen {aim.year}, doel van de stad",
                    plain(aim.short), unit, source=target.source, reason=aim.why or today,
                    definition=f"doel: {target.extra:g} {unit} meer dan in {target.base_year}",
                )
            )  # fmt: skip
    return figures


def ride_sensitivities(
    figures: Sequence[Figure], measured: Sequence[Measured], homes: Homes, transit: TransitRules
) -> list[Sensitivity]:
    """Return what the reach by public transport that is told first would be at the other limits of the rules."""
    outcomes, group = [], np.where(homes.area >= 0, 0, -1)
    told = {figure.key for figure in figures if figure.value is not None}
    for one in measured:
        key = f"share_beyond_{one.kind.id}_transit"
        if one.rides is None or key not in told:
            continue

        def share(minutes: float, weights: Weights = one.weights, rides: Rides = one.rides) -> float | None:
            beyond = tally(weights.people, rides.known, rides.beyond_minutes(minutes), group, 1)
            part: float | None = plain(beyond.share[0])
            return part

        limits = with_own(transit.limit.other_minutes, one.rides.minutes)
        at = tuple((minutes, share(minutes)) for minutes in limits)
        label = f"Grens {HOW['transit']}"
        outcomes.append(Sensitivity(key, "transit_minutes", label, "minuten", at, SHARE, transit.limit.source))
    return outcomes


def sensitivities(
    figures: Sequence[Figure], measured: Sequence[Measured], homes: Homes, rules: Services
) -> list[Sensitivity]:
    """Return what the reach of each kind would be at other limits, and at the speed of those who walk slower."""
    known = {figure.key for figure in figures if figure.value is not None}
    outcomes, group = [], np.where(homes.area >= 0, 0, -1)
    for one in measured:
        kind, mode, trips = one.kind, one.kind.mode, one.trips[one.kind.mode]
        key = f"share_beyond_{kind.id}_{mode}"
        if key not in known:
            continue

        def share(limit_m: float, weights: Weights = one.weights, trips: Trips = trips) -> float | None:
            beyond: float | None = plain(tally(weights.people, trips.known, trips.beyond_m(limit_m), group, 1).share[0])
            return beyond

        minutes, speed = rules.minutes(kind), rules.m_per_min[mode]
        if rules.sensitivity is not None:
            limits = with_own(rules.sensitivity.values, minutes)
            at = tuple((value, share(value * speed)) for value in limits)
            source = rules.sensitivity.source
            outcomes.append(Sensitivity(key, "minutes", f"Grens {HOW[mode]}", "minuten", at, SHARE, source))
        if rules.slower_walk is not None and mode == "walk" and EVERYBODY not in kind.people:
            speeds = with_own(rules.slower_walk.values, speed * KM_PER_H)
            at = tuple((value, share(value / KM_PER_H * minutes)) for value in speeds)
            source = rules.slower_walk.source
            outcomes.append(Sensitivity(key, "walk_m_per_min", "Snelheid te voet", "km/u", at, SHARE, source))
    return outcomes


@dataclass(frozen=True)
class Ahead:
    """A row of the look ahead: what is published of the people to come, and what the city promised."""

    kind: str
    people: str
    now: float
    in_2030: float
    in_2040: float
    locations: float
    capacity: float | str
    unit: str
    foreseen: str
    promised: str


def look_ahead(measured: Sequence[Measured], forecast: Forecast, nis_code: str) -> pd.DataFrame:
    """Return, kind by kind, people and capacity of the city now, people later, and what was foreseen and promised."""
    rows = []
    for one in measured:
        unit = one.kind.capacity.label if one.kind.capacity else ""
        promised = "; ".join(
            f"{target.extra:g} {unit} meer tegen {target.year}{' (regio)' if target.scope == 'region' else ''}"
            for target in one.kind.targets
            if target.nis_code in {"", nis_code}
        )
        foreseen = "; ".join(growth.label for growth in forecast.touching(one.kind.people, nis_code))
        in_2030, in_2040 = (_whole(one.supply.later[year][-1]) for year in YEARS)
        rows.append(
            Ahead(
                kind=capital(one.kind.plural), people=one.kind.people_label, now=float(one.supply.people[-1]),
                in_2030=in_2030, in_2040=in_2040, locations=float(one.supply.locations[-1]),
                # Of a kind that has no capacity none is unknown.
                capacity=float(one.supply.capacity[-1]) if unit else "-", unit=unit or "-",
                foreseen=foreseen or UNKNOWN, promised=promised or "-",
            )
        )  # fmt: skip
    return pd.DataFrame([vars(row) for row in rows], columns=list(Ahead.__dataclass_fields__))
