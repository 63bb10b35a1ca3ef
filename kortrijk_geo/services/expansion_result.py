"""The result of an expansion of services: the sites, and the figures before and after side by side."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from kortrijk_geo.capacity.phases import gap_figure, phase_notes, plan_options, with_known_worth, worth_figures
from kortrijk_geo.pack.gate import Rests, through_gate
from kortrijk_geo.results import Figure
from kortrijk_geo.services.columns import capital, minutes_text, rests_of
from kortrijk_geo.services.earlier import place_numbers
from kortrijk_geo.services.reached import MODES
from kortrijk_geo.text.dutch import HOW
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from kortrijk_geo.capacity.phases import Phase
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import Column
    from kortrijk_geo.services.analysis import ServicesResult
    from kortrijk_geo.services.rules import Kind, Services

OBJECTIVES: dict[str, str] = {
    "to_norm": "zoveel mogelijk mensen (deels) op het peil gebracht, naar bereik",
    "over_norm": "zoveel mogelijk mensen die volledig op het peil komen, naar bereik",
    "area_shortage": "het kleinste totale tekort van de gebieden",
    "worst_off": "het gebied met het minste bereik zo hoog mogelijk",
}
_AFTER = "met de nieuwe plaatsen"


def before_and_after(
    city: City,
    before: ServicesResult,
    after: ServicesResult,
    phases: Sequence[Phase],
    *,
    asked: dict[str, Any],
    notes: list[str],
    together: float,
    growths: Sequence[float],
) -> ServicesResult:
    """Lay the results without and with the new places side by side, and let them through the gate of ``city``.

    ``together`` is what all new places are worth to the people of the last year; ``growths`` are, of each phase, how
    many times the people of today its people are.
    """
    kind = before.kinds[0]
    rules = _hiding(before.rules, growths)
    changed = [column for column in before.columns if column.name in _changed(kind)]
    areas, whole = before.areas.copy(), dict(before.city)
    for column in changed:
        areas.insert(len(areas.columns) - 1, f"{column.name}_after", after.areas[column.name])
        whole[f"{column.name}_after"] = after.city[column.name]
    sites = _public_sites(pd.concat([phase.sites for phase in phases], ignore_index=True), rules.small.people)
    unit = kind.capacity.label if kind.capacity else ""
    how = phase_notes(phases, asked, OBJECTIVES[asked["objective"]], unit)
    result = replace(
        before,
        areas=areas,
        city=whole,
        columns=[*before.columns, *map(_after, changed)],
        headlines=[*_figures(phases, asked, before, after, sites, together), *before.headlines],
        layers={**before.layers, "sites": sites},
        options={**before.options, **asked, **plan_options(phases)},
        rules=rules,
        notes=[*how, *notes, *before.notes],
        # The people of a year and what is decided are assumptions that the notes tell, no change of the pack.
        pack_digest=city.digest,
        proof=city.proof,
    )
    if asked["years"]:
        result = _of_that_year(result, kind)
    return with_known_worth(through_gate(result, city, _rests(kind)), phases)


def _hiding(rules: Services, growths: Sequence[float]) -> Services:
    """Return the rules with the least number of people that is published as many times larger as the people are.

    So what is hidden are few people of today: whoever divides a count by the growth, which is published, finds no
    fewer either.
    """
    least = math.ceil(rules.small.people * max(1.0, *growths))
    return rules.model_copy(update={"small": rules.small.model_copy(update={"people": least})})


def _public_sites(sites: gpd.GeoDataFrame, least: int) -> gpd.GeoDataFrame:
    """Return the sites with one id per location, and whole people; few of them, or few besides them, are unknown."""
    reach, below = sites["people_in_reach"].round(), sites["people_below_norm_in_reach"].round()
    rest = reach - below
    return sites.assign(
        site_id=[f"nieuw-{number + 1}" for number in place_numbers(sites)],
        people_in_reach=reach.mask(reach < least),
        people_below_norm_in_reach=below.mask((below < least) | (rest > 0) & (rest < least)),
    )


def _changed(kind: Kind) -> set[str]:
    """Return the columns that new places change."""
    names = {f"{name}_{kind.id}" for name in ("locations", "capacity", "per_100", "short")}
    ends = [f"{kind.id}_{mode}" for mode in MODES]
    return names | {f"{name}_{end}" for name in ("catchment", "share_beyond", "people_beyond") for end in ends}


def _after(column: Column) -> Column:
    short = f"{column.short}, {_AFTER}" if column.short else column.short
    label = f"{column.label}, {_AFTER}"
    return replace(
        column, name=f"{column.name}_after", label=label, short=short, group=capital(_AFTER) if column.group else ""
    )


def _of_that_year(result: ServicesResult, kind: Kind) -> ServicesResult:
    """Tell people in whole numbers, and leave out what looks ahead from today, which would do so twice."""
    ahead = [name for name in result.areas.columns if name.startswith(f"short_{kind.id}_20")]
    own = {
        name
        for name in result.city
        if name.startswith(tuple(f"{start}_{kind.id}_20" for start in ("people", "short", "promised")))
    }
    starts = (f"people_{kind.id}", f"people_beyond_{kind.id}")
    counts = [name for name in result.areas.columns if name.startswith(starts)]
    whole = {name: round(value, 0) if name in counts else value for name, value in result.city.items()}
    return replace(
        result,
        areas=result.areas.assign(**{name: result.areas[name].round() for name in counts}).drop(columns=ahead),
        columns=[column for column in result.columns if column.name not in ahead],
        city={name: value for name, value in whole.items() if name not in own},
        headlines=[figure for figure in result.headlines if figure.key not in own],
        ahead=result.ahead.iloc[:0],
    )


def _rests(kind: Kind) -> dict[str, tuple[Rests, ...]]:
    """Return what the figures rest on: before and after, at the sites, and of the objective."""
    rests = rests_of([kind])
    at_home = rests[f"catchment_{kind.id}_*"]
    at_sites = tuple(replace(rest, everywhere=True) for rest in at_home)
    return {
        **rests,
        f"per_100_{kind.id}_after": rests[f"per_100_{kind.id}"],
        **dict.fromkeys(("people_in_reach", "people_below_norm_in_reach"), at_sites),
        "objective_value*": at_home,
    }


def _figures(
    phases: Sequence[Phase],
    asked: dict[str, Any],
    before: ServicesResult,
    after: ServicesResult,
    sites: gpd.GeoDataFrame,
    together: float,
) -> list[Figure]:
    kind, by = before.kinds[0], asked["mode"]
    unit = kind.capacity.label if kind.capacity else ""
    whom = kind.people_label
    people = before.rules.find(kind.id).people_label  # those of each year
    units = {
        "to_norm": f"{people} (deels meegeteld)",
        "over_norm": people,
        "area_shortage": f"{unit} minder tekort",
        "worst_off": f"{unit} per 100 {people} in het zwakste gebied",
    }
    reach, within = f"catchment_{kind.id}_{by}", f"{minutes_text(before.rules, kind)} {HOW[by]}"
    when = ", vandaag" if phases[-1].year is None else ""
    label = f"{capital(unit)} per 100 {whom} binnen {within}, gemiddeld{when}"
    beyond = f"share_beyond_{kind.id}_{by}"
    told = next((figure for figure in after.headlines if figure.key == beyond), None)
    return [
        Figure("new_places", f"Rekenvoorbeeld: nieuwe {unit} in {kind.plural}", float(sites["places"].sum()), unit),
        Figure("new_sites", "Plekken voor het nieuwe aanbod", float(sites["site_id"].nunique()), "plekken"),
        *_worth_figures(phases, asked["objective"], units[asked["objective"]], unit, together),
        Figure(reach, f"{label}, zonder de nieuwe", plain(before.city[reach]), f"{unit} per 100 {whom}"),
        Figure(f"{reach}_after", f"{label}, erna", plain(after.city[reach]), f"{unit} per 100 {whom}"),
        *([replace(told, key=f"{beyond}_after", label=f"{told.label}, {_AFTER}")] if told is not None else []),
        gap_figure(phases),
    ]


def _worth_figures(
    phases: Sequence[Phase], objective: str, worth_unit: str, unit: str, together: float
) -> list[Figure]:
    """Return what the plan of every year is worth, and all together: each year's is of its own people and places."""
    goal, figures = OBJECTIVES[objective], worth_figures(phases, OBJECTIVES[objective], worth_unit)
    if len(phases) == 1 or objective == "worst_off":
        return figures
    earlier = ""
    for number, phase in enumerate(phases):
        text = f"Doel: {goal} (enkel de {phase.sites['places'].sum()} {unit} van {phase.year}{earlier})"
        reason = f"telt niet op met andere jaren: gerekend met de mensen van {phase.year}"
        figures[number] = replace(figures[number], label=text, reason=reason)
        earlier = f", bovenop die van {phase.year}"
    places = sum(int(phase.sites["places"].sum()) for phase in phases)
    label = f"Doel: {goal} (alle {places} {unit} samen, mensen van {phases[-1].year})"
    return [Figure("objective_value_together", label, plain(together), worth_unit), *figures]
