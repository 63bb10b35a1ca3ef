"""The result of an expansion of services: the sites, and the figures before and after side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from kortrijk_geo.capacity.phases import HOW, gap_figure, phase_notes, plan_options, with_known_worth, worth_figures
from kortrijk_geo.pack.gate import Rests, through_gate
from kortrijk_geo.results import Figure
from kortrijk_geo.services.columns import capital, minutes_text, rests_of
from kortrijk_geo.services.reached import MODES
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.capacity.phases import Phase
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import Column
    from kortrijk_geo.services.analysis import ServicesResult
    from kortrijk_geo.services.rules import Kind

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
) -> ServicesResult:
    """Lay the results without and with the new places side by side, and let them through the gate of ``city``."""
    kind = before.kinds[0]
    changed = [column for column in before.columns if column.name in _changed(kind)]
    areas, whole = before.areas.copy(), dict(before.city)
    for column in changed:
        areas.insert(len(areas.columns) - 1, f"{column.name}_after", after.areas[column.name])
        whole[f"{column.name}_after"] = after.city[column.name]
    sites = gpd.GeoDataFrame(pd.concat([phase.sites for phase in phases], ignore_index=True), crs=city.crs)
    unit = kind.capacity.label if kind.capacity else ""
    how = phase_notes(phases, asked, OBJECTIVES[asked["objective"]], unit)
    result = replace(
        before,
        areas=areas,
        city=whole,
        columns=[*before.columns, *map(_after, changed)],
        headlines=[*_figures(phases, asked, before, after, sites), *before.headlines],
        layers={**before.layers, "sites": sites},
        options={**before.options, **asked, **plan_options(phases)},
        notes=[*how, *notes, *before.notes],
        # The people of a year and what is decided are assumptions that the notes tell, no change of the pack.
        pack_digest=city.digest,
        proof=city.proof,
    )
    if asked["years"]:
        result = _of_that_year(result, kind)
    return with_known_worth(through_gate(result, city, _rests(kind)), phases)


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
    """Leave out what looks ahead from today: figures and look ahead of a result of a later year would do so twice."""
    ahead = [name for name in result.areas.columns if name.startswith(f"short_{kind.id}_20")]
    own = {name for name in result.city if name.startswith((f"people_{kind.id}_20", f"short_{kind.id}_20"))}
    return replace(
        result,
        areas=result.areas.drop(columns=ahead),
        columns=[column for column in result.columns if column.name not in ahead],
        city={name: value for name, value in result.city.items() if name not in own},
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
) -> list[Figure]:
    kind, by = before.kinds[0], asked["mode"]
    unit = kind.capacity.label if kind.capacity else ""
    year = phases[-1].year
    when = "vandaag" if year is None else f"in {year}"
    whom = kind.people_label
    units = {
        "to_norm": f"{whom} (deels meegeteld)",
        "over_norm": whom,
        "area_shortage": f"{unit} minder tekort",
        "worst_off": f"{unit} per 100 {whom} in het zwakste gebied",
    }
    reach, within = f"catchment_{kind.id}_{by}", f"{minutes_text(before.rules, kind)} {HOW[by]}"
    label = f"{capital(unit)} per 100 {whom} binnen {within}, gemiddeld, {when}"
    beyond = f"share_beyond_{kind.id}_{by}"
    told = next((figure for figure in after.headlines if figure.key == beyond), None)
    return [
        Figure("new_places", f"Nieuwe {unit}: {kind.plural}", float(sites["places"].sum()), unit),
        Figure("new_sites", "Plekken voor het nieuwe aanbod", float(len(sites["geometry"].unique())), "plekken"),
        *worth_figures(phases, OBJECTIVES[asked["objective"]], units[asked["objective"]]),
        Figure(reach, f"{label}, zonder de nieuwe", plain(before.city[reach]), f"{unit} per 100 {whom}"),
        Figure(f"{reach}_after", f"{label}, erna", plain(after.city[reach]), f"{unit} per 100 {whom}"),
        *([replace(told, key=f"{beyond}_after", label=f"{told.label}, {_AFTER}")] if told is not None else []),
        gap_figure(phases),
    ]
