"""The Dutch remarks of reach: how it is measured, what is unknown, left out or assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.privacy import is_few
from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.text.dutch import HOW, decimal_text, list_text
from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.figures import Weighing, Who
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import CategorySet
    from kortrijk_geo.reach.times import ModeTimes

WHO: dict[Who, str] = {"residents": "Inwoners", "dwellings": "Woningen", "homes": "Woonadressen"}
_MOST_NAMES = 8


def method_text(who: Who, chosen: Chosen) -> str:
    """Say how reach is measured."""
    minutes = chosen.minutes
    speeds = " en ".join(
        f"{HOW[mode]} {decimal_text(chosen.speeds_m_per_min[mode] * KM_PER_H, 1)} km/u"
        f" ({decimal_text(chosen.limit_m(mode, minutes), 0)} m in {minutes} minuten)"
        for mode in chosen.modes
    )
    return (
        "Voor elke woning is de kortste weg langs de straten berekend naar de dichtstbijzijnde plaats van elke soort,"
        f" de afstand van woning en plaats tot hun straat inbegrepen. Snelheid: {speeds}. Wie verder dan"
        f" {chosen.max_snap_m:g} m van een straat woont, is onbekend en telt niet mee. Openbaar groen wordt"
        f" betreden waar een straat of pad de rand kruist. Aandelen zijn gewogen met het aantal {WHO[who].lower()}."
        f" Nabijheidstijd en F15: gemiddelde tijd naar de {chosen.proximity_places} dichtstbijzijnde plaatsen van negen"
        " soorten (Bruno et al. 2024), hier per woning."
    )


def notes(
    city: City,
    homes: gpd.GeoDataFrame,
    chosen: Chosen,
    *,
    facilities: Facilities,
    for_proximity: Facilities | None,
    weighing: Weighing,
    measured: list[ModeTimes],
) -> list[str]:
    """Return the remarks on what is unknown, left out or assumed, with counts."""
    counted = _places(facilities, chosen.categories)
    remarks: list[str] = [Detail(f"Aantal gebruikte plaatsen in het hele pakket, rand inbegrepen: {counted}.")]
    if for_proximity is not None and chosen.proximity_categories is not None and for_proximity is not facilities:
        places = _places(for_proximity, chosen.proximity_categories)
        remarks.append(Detail(f"Plaatsen voor nabijheidstijd, in het hele pakket: {places}."))
    if weighing.who != "residents":
        remarks.append(
            "Het pakket kent geen inwoners per woning: alle aandelen, medianen en tijden gaan over"
            f" {WHO[weighing.who].lower()}, niet over inwoners."
        )
    remarks += _unknown_areas(city, weighing)
    remarks += _not_located(city, homes, weighing)
    for times in measured:
        remarks += _mode_notes(city, homes, facilities, times, chosen)
    return remarks


def _places(facilities: Facilities, categories: CategorySet) -> str:
    counts = facilities.place_counts()
    return ", ".join(f"{name} {decimal_text(counts.get(key, 0), 0)}" for key, name in categories.labels.items())


def _unknown_areas(city: City, weighing: Weighing) -> list[str]:
    remarks = []
    if weighing.unknown.any():
        remarks.append(
            f"Gebieden waar het aantal {WHO[weighing.who].lower()} van sommige woningen onbekend is:"
            f" {_names(city, weighing.unknown)}. Hun cijfers zijn onbekend en tellen niet mee in dat van de stad."
        )
    if weighing.empty.any():
        remarks.append(f"Gebieden zonder woningen in de gegevens, cijfers onbekend: {_names(city, weighing.empty)}.")
    return remarks


def _names(city: City, which: np.ndarray) -> str:
    return list_text(city.areas["name"].to_numpy()[which].tolist(), _MOST_NAMES)


def _not_located(city: City, homes: gpd.GeoDataFrame, weighing: Weighing) -> list[str]:
    if weighing.who != "residents" or "population" not in city.boundary.columns:
        return []
    lost = float(city.boundary["population"].iloc[0]) - float(homes["residents"].sum())
    if not lost >= 0.5:
        return []
    return [f"{decimal_text(lost, 0)} inwoners van de stad zijn aan geen woning toegewezen en tellen nergens mee."]


def _mode_notes(
    city: City, homes: gpd.GeoDataFrame, facilities: Facilities, times: ModeTimes, chosen: Chosen
) -> list[str]:
    how, names = HOW[times.mode], chosen.categories.labels
    remarks = []
    absent = times.without_data(names.values())
    if absent:
        remarks.append(
            f"Geen gegevens {how} over {', '.join(absent)}: het aandeel daarvan is onbekend, en 'alle voorzieningen'"
            " gaat over de andere."
        )
    counts = facilities.place_counts()
    nowhere = [name for key, name in times.with_data(names.items()) if not counts.get(key)]
    if nowhere:
        remarks.append(
            f"Nergens in het pakket, volgens een bron die alle plaatsen van die soort kent: {', '.join(nowhere)}."
            f" Niemand bereikt ze {how}, en niemand heeft dus 'alle voorzieningen'."
        )
    if (~times.placed).any():
        remarks.append(
            f"Woonpunten verder dan {chosen.max_snap_m:g} m van een straat ({how}):"
            f" {_count(homes, ~times.placed, chosen)}. Hun bereik is onbekend, zij tellen in geen aandeel mee."
        )
    no_way = np.isinf(times.trip_m).any(axis=1)
    if no_way.any():
        remarks.append(
            f"Woonpunten die {how} over de straten van het pakket geen weg hebben naar minstens één soort voorziening:"
            f" {_count(homes, no_way, chosen)}. Die soort geldt daar als niet bereikt."
        )
    lost = ~times.at_facility.placed
    if lost.any():
        remarks.append(
            Detail(
                f"Punten van voorzieningen verder dan {chosen.max_snap_m:g} m van een straat, {how} niet gebruikt:"
                f" {_by_kind(facilities, lost, names)}."
            )
        )
    remarks += _loose_ends(homes, facilities, times, chosen)
    limit_m = chosen.limit_m(times.mode, chosen.minutes)
    if 0 < city.info.buffer_m < limit_m:
        remarks.append(
            f"Het pakket reikt {decimal_text(city.info.buffer_m, 0)} m buiten de stad, minder dan de"
            f" {decimal_text(limit_m, 0)} m die men {how} in {chosen.minutes} minuten aflegt: aan de rand kan een"
            " voorziening buiten het pakket ontbreken."
        )
    return [*remarks, *_proximity_notes(homes, times, chosen)]


def _loose_ends(homes: gpd.GeoDataFrame, facilities: Facilities, times: ModeTimes, chosen: Chosen) -> list[str]:
    """Tell what was moved from a loose end of street to the largest part of the network, and what stays on one."""
    how, names = HOW[times.mode], chosen.categories.labels
    at_home, at_facility = times.at_home, times.at_facility
    remarks: list[str] = []
    loose = f"een los stuk straat (zonder weg {how} heen en terug naar de rest van het stratennet)"
    if at_home.moved.any() or at_facility.moved.any():
        places = _by_kind(facilities, at_facility.moved, names)
        text = (
            f"Het dichtst bij {loose}, en daarom aan de dichtste straat van het net zelf gelegd: woonpunten"
            f" {_count(homes, at_home.moved, chosen)}, punten van voorzieningen"
            f" {decimal_text(int(at_facility.moved.sum()), 0)}{f' ({places})' if places else ''}."
        )
        remarks.append(Detail(text))
    if at_home.off_largest.any():
        remarks.append(f"Woonpunten die op {loose} blijven liggen: {_count(homes, at_home.off_largest, chosen)}.")
    if at_facility.off_largest.any():
        remarks.append(
            f"Punten van voorzieningen die op {loose} blijven liggen, en die dus wellicht niemand van elders bereikt:"
            f" {_by_kind(facilities, at_facility.off_largest, names)}."
        )
    return remarks


def _by_kind(facilities: Facilities, which: np.ndarray, names: dict[str, str]) -> str:
    """Count the points by kind of place: "apotheek 2, school 1"."""
    counts = facilities.frame["category"][which].value_counts()
    return ", ".join(f"{name} {counts[key]}" for key, name in names.items() if key in counts.index)


def _proximity_notes(homes: gpd.GeoDataFrame, times: ModeTimes, chosen: Chosen) -> list[str]:
    wanted = chosen.proximity_categories
    if wanted is None or times.proximity_minutes is None:
        return []
    how, k = HOW[times.mode], chosen.proximity_places
    if times.too_few:
        parts = ", ".join(f"{wanted.labels[key]} {count}" for key, count in times.too_few.items())
        text = (
            f"De nabijheidstijd {how} is onbekend: zij vraagt {k} plaatsen van elke soort en het pakket heeft er"
            f" minder ({parts})."
        )
        return [text]
    unknown = np.isnan(times.proximity_minutes) & times.placed
    if not unknown.any():
        return []
    text = f"Woonpunten die {how} geen {k} plaatsen van elke soort bereiken: {_count(homes, unknown, chosen)}"
    return [f"{text}. Zij tellen niet mee in de nabijheidstijd."]


def _count(homes: gpd.GeoDataFrame, which: np.ndarray, chosen: Chosen) -> str:
    """Return how many homes, and how many inhabitants where these are known and not few."""
    residents, n_homes = homes["residents"].to_numpy(float)[which], decimal_text(int(which.sum()), 0)
    if not len(residents) or np.isnan(residents).any():
        return n_homes
    people = float(residents.sum())
    few = bool(is_few(np.array(people), chosen.least_people))
    return f"{n_homes} ({f'minder dan {chosen.least_people}' if few else decimal_text(people, 0)} inwoners)"
