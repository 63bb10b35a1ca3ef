"""The Dutch remarks of childcare: how it is counted, what is unknown, left out or assumed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kortrijk_geo.childcare.rules import catchment_rules
from kortrijk_geo.text.dutch import HOW, brief_number, date_text, names_text
from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Mapping, Sequence

    import geopandas as gpd

    from kortrijk_geo.capacity.network import Network
    from kortrijk_geo.childcare.rules import Norm, Scenario, SeriesBreak
    from kortrijk_geo.engine.places import Places
    from kortrijk_geo.pack.city import City

WHOSE_FORECAST = (
    "Let op: het pakket noemt geen gemeente (NIS-code); de raming, de doelen en de geplande plaatsen uit het"
    " ramingsbestand kunnen die van een andere gemeente zijn."
)
OBJECTIVES: dict[str, str] = {
    "children_to_norm": "zoveel mogelijk kinderen (deels) op de norm gebracht, naar bereik",
    "children_over_norm": "zoveel mogelijk kinderen die volledig op de norm komen, naar bereik",
    "area_shortage": "het kleinste totale tekort van de gebieden",
    "worst_off": "het gebied met het minste bereik zo hoog mogelijk",
}


def day_notes(city: City, day: dt.date | None, broken: SeriesBreak, *, on: dt.date | None) -> list[str]:
    """Say that the day of the count is unknown, that of another layer, or in a break of the source's series.

    ``on`` is the day that was asked for, None when the pack's own is taken.
    """
    if day is None:
        return [
            "Het pakket zegt niet op welke dag de plaatsen geteld zijn; geen enkele locatie opent of sluit op een dag."
        ]
    notes = [break_note(broken)] if in_break(city, day, broken) else []
    record = city.info.layers.get("childcare")
    if record is not None and record.reference_date.strip() == "" and on is None:
        notes.append(f"De kinderopvang heeft geen eigen peildatum; geteld is op die van de gebieden, {date_text(day)}.")
    return notes


def in_break(city: City, day: dt.date | None, broken: SeriesBreak) -> bool:
    """Whether a pack's places on a day are of the source and the years of which the series is broken."""
    record = city.info.layers.get("childcare")
    of_source = record is not None and broken.source.casefold() in record.source.casefold()
    return day is not None and of_source and broken.covers(day.year)


def break_note(broken: SeriesBreak) -> str:
    """Tell the break of a series: which years, what is wrong with them, who says so."""
    return f"Reeksbreuk {broken.first_year}-{broken.last_year}: {broken.text} Bron: {broken.source}."


def not_located(children: float) -> list[str]:
    """Say how many children of the city are in no area."""
    if not (math.isfinite(children) and children > 0):
        return []
    return [f"{children:.0f} kinderen zijn niet te lokaliseren: zij tellen in de stad en in geen gebied."]


def small_notes(areas: pd.DataFrame, least: int) -> list[str]:
    """Name the areas with so few children that a rate says little."""
    few = areas.loc[areas["few_children"].fillna(value=False).to_numpy(dtype=bool), "name"]
    if not len(few):
        return []
    text = (
        f"Minder dan {least} kinderen van 0 tot 2 jaar, waar één plaats meer dan {brief_number(100 / least)} per 100 is"
        f" ({len(few)}): {names_text(list(few))}."
    )
    return [text]


def catchment_notes(net: Network, locations: gpd.GeoDataFrame, at_location: Places) -> list[str]:
    """Say what a catchment leaves out, what it moved, and whether the surroundings count.

    ``at_location`` are the locations that are counted and have places.
    """
    homes, at_home = net.homes, net.places
    how, most = f"Bereik {HOW[net.mode]}", f"{catchment_rules().snap.max_m:g} m"
    inside = homes["area_id"].notna().to_numpy()
    lost = inside & ~at_home.placed
    off_street = int((~at_location.placed).sum())
    children = homes["children_0_2"].to_numpy(dtype="float64")
    unknown = np.isnan(children)
    unsized = int((locations["counted"] & locations["places"].isna()).sum())
    notes = []
    if lost.any():
        notes.append(
            f"{how}: {int(lost.sum())} woonpunten met {np.nansum(children[lost]):.0f} kinderen liggen verder dan"
            f" {most} van een straat en hebben geen bekend bereik."
        )
    if unknown.any():
        notes.append(
            f"{how}: van {int(unknown.sum())} woonpunten is het aantal kinderen onbekend"
            f" ({int((unknown & ~inside).sum())} buiten het studiegebied). Waar zij meetellen, staat het bereik tussen"
            " twee grenzen: zonder kinderen daar, en met zoveel als in het gebied met de meeste (aanname:"
            f" hoogstens {net.demand.assumed})."
        )
    if unsized:
        notes.append(
            f"{how}: van {unsized} locaties zonder bekend aantal plaatsen tellen geen plaatsen mee; wie ze in bereik"
            " heeft, heeft minstens het getoonde bereik."
        )
    if off_street:
        notes.append(
            Detail(f"{how}: {off_street} locaties liggen verder dan {most} van een straat en tellen niet mee.")
        )
    loose = "een los stuk straat (zonder weg heen en terug naar de rest van het stratennet)"
    moved, staying = (
        f"{int(homes_so.sum())} woonpunten en {int(locations_so.sum())} locaties"
        if homes_so.any() or locations_so.any()
        else ""
        for homes_so, locations_so in (
            (at_home.moved, at_location.moved),
            (at_home.off_largest, at_location.off_largest),
        )
    )
    if moved:
        notes.append(
            Detail(f"{how}: {moved} liggen het dichtst bij {loose}; voor hen telt de dichtste straat van het net zelf.")
        )
    if staying:
        notes.append(Detail(f"{how}: {staying} blijven op {loose} liggen."))
    if inside.all():
        notes.append(
            f"{how}: het pakket kent geen woningen buiten het studiegebied; kinderen van daar tellen niet mee,"
            " aan de rand is het bereik te gunstig."
        )
    if locations["area_id"].notna().all():
        notes.append(f"{how}: het pakket kent geen opvang buiten het studiegebied; die telt dus niet mee.")
    return notes


def outlook_notes(norm: Norm, scenario: Scenario, base: int, years: Sequence[int], *, by_dwellings: bool) -> list[str]:
    """Say what an outlook from the year ``base`` rests on."""
    how = "naar de nieuwe woningen per gebied" if by_dwellings else "naar verhouding van de kinderen van vandaag"
    wanted = f"{brief_number(norm.places_per_100_children)} plaatsen per 100 kinderen ({norm.label})"
    return [
        scenario_note(scenario, base, years),
        Detail(f"Aanname: de groei is over de gebieden verdeeld {how}, rechtlijnig tussen de jaren van de raming."),
        f"Aanname: bestaande plaatsen blijven, behalve waar een sluitingsdatum bekend is; de norm is {wanted}.",
    ]


def scenario_note(scenario: Scenario, base: int, years: Sequence[int]) -> str:
    """Say by what the children grow from the year ``base`` on, and by how much."""
    growth = ", ".join(f"{year}: {brief_number(round(100 * (scenario.growth(base, year) - 1), 1))} %" for year in years)
    return (
        f"Aanname: de kinderen van 0 tot 2 jaar groeien met {scenario.label} ({scenario.source}, {scenario.date});"
        f" groei sinds {base}: {growth}. {scenario.standing.capitalize()}."
    )


def decided_notes(plans: pd.DataFrame, counted: pd.DataFrame, year: int | None, *, decided: bool) -> list[str]:
    """Name the decided places that count, and those that do not.

    ``plans`` are all decided locations, ``counted`` those of them that are taken as there.
    """
    when = f" tegen {year}" if year is not None else ""
    notes = []
    if len(counted):
        notes.append(f"Besliste plaatsen tellen mee als bestaand{when}: {names_text(_plan_texts(counted))}.")
    left_out = plans.drop(index=counted.index)
    if len(left_out):
        why = f"opent niet{when} of zonder datum" if decided else "op vraag"
        notes.append(f"Besliste plaatsen die niet meetellen ({why}): {names_text(_plan_texts(left_out))}.")
    return notes


def _plan_texts(plans: pd.DataFrame) -> list[str]:
    rows = plans.to_dict("records")
    return [f"{row['name']} ({_places_text(row)}, {_day_text(row, 'datum onbekend')})" for row in rows]


def _places_text(row: Mapping[Hashable, Any]) -> str:
    return f"{'onbekend aantal' if pd.isna(row['places']) else format(row['places'], '.0f')} plaatsen"


def _day_text(row: Mapping[Hashable, Any], undated: str) -> str:
    return f"opent {date_text(row['opens'])}" if pd.notna(row["opens"]) else undated


def planned_notes(planned: pd.DataFrame) -> list[str]:
    """Name the planned places one by one."""
    standing = {"decided": "beslist", "under study": "in onderzoek"}
    undated = "datum onbekend, telt in geen jaar mee"
    return [
        Detail(f"Gepland: {row['name']}, {_places_text(row)}, {standing[row['standing']]}, {_day_text(row, undated)}.")
        for row in planned.to_dict("records")
    ]


def target_notes(targets: Sequence[Mapping[str, Any]]) -> list[str]:
    """Hold the outlook against the targets of the city."""

    def needed(target: Mapping[str, Any]) -> str:
        value = target["needed_extra_places"]
        return "onbekend" if value is None else f"{value:+.0f}"

    return [
        f"Tegen {target['year']} zijn volgens deze raming {needed(target)} plaatsen nodig voor de norm in de stad als"
        f" geheel; het doel van de stad is +{target['target_extra_places']} ({target['source']})."
        for target in targets
    ]
