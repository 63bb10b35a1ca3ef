"""The Dutch remarks of services: how it is measured, what is unknown, assumed, or told without a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.capacity.ride_notes import ride_method, ride_notes
from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.figure import coverage
from kortrijk_geo.services.columns import capital
from kortrijk_geo.services.reached import MODES
from kortrijk_geo.text.dutch import HOW, brief_number, count_text, decimal_text, list_text
from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.capacity.transit import TransitNetwork
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.services.measured import Homes, Measured
    from kortrijk_geo.services.rules import Forecast, Services

_MOST_NAMES = 10


def method_text(rules: Services, options: Mapping[str, Any]) -> str:
    """Say how services are measured; by public transport too, where the options of the result tell of it."""
    speeds = " en ".join(
        f"{HOW[mode]} {decimal_text(rules.m_per_min[mode] * KM_PER_H, 1)} km/u"
        f" ({decimal_text(rules.m_per_min[mode] * rules.limit.minutes, 0)} m in"
        f" {brief_number(rules.limit.minutes)} minuten)"
        for mode in rules.m_per_min
    )
    spots = rules.blind_spots
    return (
        "Voor elke woning is de kortste weg langs de straten berekend naar de dichtste plaats van elke soort, ook over"
        f" de stadsgrens, de afstand van woning en plaats tot hun straat inbegrepen. Snelheid: {speeds}. Aandelen en"
        " aantallen zijn van de mensen die de voorziening nodig hebben. Wat mensen binnen bereik hebben (E2SFCA, Luo en"
        " Qi 2009): elke plaats wordt gedeeld door wie ze kan bereiken, dichtbij zwaarder dan veraf, en elke woning"
        " telt op wat ze zo krijgt. Een blinde vlek is een groep woningen zonder bereik die hoogstens"
        f" {brief_number(spots.neighbour_m)} m van elkaar liggen, met samen minstens"
        f" {brief_number(spots.least_people)} mensen (DBSCAN, Ester e.a. 1996; een kern telt minstens"
        f" {brief_number(spots.core_people)} mensen binnen die afstand). Een tekort staat er alleen waar een norm met"
        " bron bekend is; het rekent met de capaciteit van vandaag. Wat de stad beloofde erbij te zetten, staat apart:"
        " dat is haar doel, en geen gemeten tekort."
    ) + (f" Met bus en trein: {ride_method(options)}" if "transit_minutes" in options else "")


def of_rides(measured: Sequence[Measured], rules: Services, net: TransitNetwork | None) -> list[str]:
    """Return the remarks on reach by public transport, where that is measured: its own limit, and the day."""
    if net is None:
        return []
    by_minutes: dict[int, list[Measured]] = {}
    for one in measured:
        if one.rides is not None:
            by_minutes.setdefault(one.rides.minutes, []).append(one)
    usual = max(by_minutes, key=lambda minutes: len(by_minutes[minutes]))
    others = [f"{minutes} minuten voor {_names(some)}" for minutes, some in by_minutes.items() if minutes != usual]
    limit = (
        f"Met bus en trein is binnen bereik wie bij minstens de helft van de vertrekken hoogstens {usual} minuten"
        f" onderweg is{f' ({list_text(others, _MOST_NAMES)})' if others else ''}, te voet en met de fiets hoogstens"
        f" {brief_number(rules.limit.minutes)} minuten, tenzij anders bij de soort staat: de aandelen zijn niet met"
        " elkaar te vergelijken alsof het één grens was. Voorzieningen buiten het pakket tellen niet mee, ook als een"
        " rit ernaartoe gaat."
    )
    return [limit, *ride_notes(net)]


def notes(city: City, homes: Homes, measured: Sequence[Measured], rules: Services, forecast: Forecast) -> list[str]:
    """Return the remarks, with counts."""
    return [
        *_unknown(measured),
        *_of_others(measured),
        *_of_a_part(homes, measured),
        *_capacity(measured),
        *_off_street(homes, measured),
        *_without_norm(measured),
        *_targets(city, measured),
        *_ahead(city, measured, forecast),
        *(note for one in measured for note in one.locations.notes),
        *_in_spots(measured, rules),
        *_of_which_places(city, measured),
        *_details(measured, rules),
    ]


def _names(measured: Sequence[Measured]) -> str:
    return list_text([one.kind.plural for one in measured], _MOST_NAMES)


def _unknown(measured: Sequence[Measured]) -> list[str]:
    unknown = [one for one in measured if not one.locations.known]
    if not unknown:
        return []
    text = (
        f"Onbekend, want het pakket kent er geen en geen bron zegt dat er geen zijn: {_names(unknown)}. Dat er geen op"
        " de kaart staan, zegt dus niet dat er geen zijn."
    )
    return [text]


def _of_others(measured: Sequence[Measured]) -> list[str]:
    """Say of whom reach is told where those who need a kind are not known per home."""
    texts = []
    for label in dict.fromkeys(one.weights.label for one in measured if not one.weights.of_kind):
        others = [one for one in measured if not one.weights.of_kind and one.weights.label == label]
        people = list(dict.fromkeys(one.kind.people_label for one in others))
        texts.append(
            f"Waar {list_text(people, _MOST_NAMES)} wonen, is onbekend: het bereik van {_names(others)} is geteld in"
            f" {label}, en plaatsen per 100 zijn onbekend. Lever inwoners naar leeftijd (kortrijk-geo pack template"
            " ages)."
        )
    return texts


def _of_a_part(homes: Homes, measured: Sequence[Measured]) -> list[str]:
    """Say of how many homes the people are unknown, where that leaves the reach of the city unknown."""
    least, inside, texts = coverage().whole_share, homes.area >= 0, []
    parts = [one for one in measured if one.locations.known and one.tallies["walk"].known_share[-1] < least]
    for label in dict.fromkeys(one.weights.label for one in parts):
        of_label = [one for one in parts if one.weights.label == label]
        if unknown := int((inside & np.isnan(of_label[0].weights.people)).sum()):
            texts.append(
                f"Van {count_text(unknown)} woningen is niet bekend hoeveel {label} er wonen. Een aandeel van de"
                f" anderen zou doorgaan voor dat van de stad, dus is het bereik van de hele stad onbekend:"
                f" {_names(of_label)}."
            )
    return texts


def _capacity(measured: Sequence[Measured]) -> list[str]:
    texts = []
    sized = [one for one in measured if one.kind.capacity is not None and len(one.locations.frame)]
    none = [one for one in sized if one.locations.frame["capacity"].isna().all()]
    if none:
        texts.append(
            f"Hoeveel plaatsen ze hebben, is van geen enkele bekend: {_names(none)}. Daarvan staan alleen aantal en"
            " bereik op de kaart, geen plaatsen per 100."
        )
    for one in sized:
        missing = int(one.locations.frame["capacity"].isna().sum())
        if one not in none and missing:
            texts.append(
                f"Van {missing} van de {len(one.locations.frame)} {one.kind.plural} is het aantal"
                f" {one.kind.capacity.label if one.kind.capacity else ''} onbekend: een wijk met zo een is dat ook, en"
                " wat mensen binnen bereik hebben, is onbekend waar zo een in de buurt ligt."
            )
    return texts


def _off_street(homes: Homes, measured: Sequence[Measured]) -> list[str]:
    trips = measured[0].trips["walk"] if measured else None
    if trips is None:
        return []
    texts = []
    inside = homes.area >= 0
    known = next((one.trips["walk"].known for one in measured if one.locations.known), None)
    if known is not None and (off := int((inside & ~known).sum())):
        texts.append(f"Woningen te ver van een straat om iets over te zeggen: {count_text(off)}; ze tellen niet mee.")
    unreached = [
        (one, int((inside & np.isinf(one.trips["walk"].metres)).sum())) for one in measured if len(one.locations.frame)
    ]
    stuck = max((count for _, count in unreached), default=0)
    if stuck:
        texts.append(
            f"Woningen vanwaar te voet geen weg naar een voorziening leidt: tot {count_text(stuck)}; ze gelden als"
            " zonder bereik."
        )
    return texts


def _without_norm(measured: Sequence[Measured]) -> list[str]:
    """Name the kinds without a verdict, and say what norm a user may give."""
    sized = [one for one in measured if one.kind.capacity is not None and one.kind.norm is None]
    if not sized:
        return []
    units = [
        f"{unit!r} voor {_names([one for one in sized if one.kind.norm_unit == unit])}"
        for unit in dict.fromkeys(one.kind.norm_unit for one in sized)
    ]
    text = (
        f"Geen norm met bron bekend voor {_names(sized)}: de kaart toont aanbod, bereik en groei, geen oordeel per"
        " wijk. Wie een norm heeft, zet ze met haar bron in een eigen bestand (kortrijk-geo services --services, tabel"
        f" kind.norm), in {list_text(units, _MOST_NAMES, '; ')}."
    )
    return [text]


def _targets(city: City, measured: Sequence[Measured]) -> list[str]:
    texts = []
    for one in measured:
        unit = one.kind.capacity.label if one.kind.capacity else "plaatsen"
        for target in one.kind.targets:
            here = target.nis_code in {"", city.info.nis_code}
            if here and target.scope == "region":
                texts.append(
                    f"{capital(one.kind.plural)}: in de regio zijn tegen {target.year} {count_text(target.extra)} extra"
                    f" {unit} nodig ({target.source}). Welk deel voor deze stad is, is niet gepubliceerd: er staat geen"
                    " tekort van de stad bij."
                )
        texts += [
            f"{capital(one.kind.plural)}: wat van het doel tegen {aim.year} nog te doen is, is onbekend, want"
            f" {aim.why}."
            for aim in one.aims
            if aim.why
        ]
    return texts


def _ahead(city: City, measured: Sequence[Measured], forecast: Forecast) -> list[str]:
    nis_code = city.info.nis_code
    unknown = [one for one in measured if not all(np.isfinite(later[-1]) for later in one.supply.later.values())]
    texts = []
    if unknown:
        people = list(dict.fromkeys(one.kind.people_label for one in unknown))
        texts.append(
            f"Hoeveel er in 2030 en 2040 zijn, is van deze groepen niet bekend: {list_text(people, _MOST_NAMES)}."
        )
    day = city.reference_day("areas")
    told = [one for one in measured if one not in unknown]
    if told and day is not None:
        bases = {growth.years[0] for one in told if (growth := forecast.of(one.kind.people, nis_code)) is not None}
        first = max(bases, default=day.year)
        early = f"; die telling geldt als die van {first}" if day.year < first else ""
        texts.append(
            f"Wat van de groei gepubliceerd is, is toegepast op de telling van dit pakket ({day.year}{early}), niet op"
            " de afgeronde aantallen van de bron; tussen de gepubliceerde jaren op een rechte lijn, in hele mensen."
        )
    if any(one.kind.norm for one in measured):
        texts.append(
            "Een vooruitzicht van de stad is over de wijken verdeeld alsof elke wijk even sterk groeit: een raming."
        )
    return texts


def _in_spots(measured: Sequence[Measured], rules: Services) -> list[str]:
    """Say how many of the people beyond reach live in a blind spot; the others live too scattered to be one."""
    parts, least = [], rules.small.people
    for one in measured:
        beyond, inside = one.tallies[one.kind.mode].people[-1], sum(spot.people for spot in one.spots)
        scattered = round(beyond - inside) if np.isfinite(beyond) else 0
        if inside > 0 and scattered >= least:
            whom = f"{count_text(round(inside))} van {count_text(round(beyond))} {one.weights.label}"
            parts.append(f"{one.kind.plural} {whom}")
    if not parts:
        return []
    text = (
        "Van wie zonder bereik woont, ligt maar een deel in een blinde vlek; de anderen wonen te verspreid:"
        f" {list_text(parts, _MOST_NAMES, '; ')}."
    )
    return [text]


def _of_which_places(city: City, measured: Sequence[Measured]) -> list[str]:
    """Say that the buildings of the city are not counted, where the pack has them and another page counts them."""
    if not city.has("city_sites") or all(one.kind.layer == "city_sites" for one in measured):
        return []
    text = (
        "Geteld zijn de voorzieningen van het pakket (laag amenities), van wie ze ook zijn. Gebouwen en gronden van de"
        " stad die alleen in haar eigen lijst staan (laag city_sites), tellen hier niet mee; op de pagina"
        " Stadspatrimonium wel, waardoor daar minder mensen zonder bereik zijn, bijvoorbeeld van een ontmoetingsplaats"
        " of sport. Het bereik van deze pagina is dus een ondergrens van wie iets in de buurt heeft."
    )
    return [text]


def _details(measured: Sequence[Measured], rules: Services) -> list[str]:
    counts = [f"{one.kind.plural} {len(one.locations.frame)}" for one in measured]
    texts = [f"Aantal plaatsen in het hele pakket, rand inbegrepen: {', '.join(counts)}."]
    for mode in MODES:
        how = HOW[mode]
        off = [(one.kind.plural, one.trips[mode].unplaced) for one in measured if one.trips[mode].unplaced]
        if off:
            listed = ", ".join(f"{plural} {count}" for plural, count in off)
            texts.append(
                f"Plaatsen verder dan {brief_number(rules.snap.max_m)} m van een straat, die {how} niemand bereikt:"
                f" {listed}."
            )
    return [Detail(text) for text in texts]
