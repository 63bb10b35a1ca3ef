"""What a Dutch reader of the reach figures is told: the label of every column, and the remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.text.dutch import decimal_text, list_text

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.figures import Measured, Weighing, Who
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import CategorySet, Mode

WHO: dict[Who, str] = {"residents": "Inwoners", "dwellings": "Woningen", "homes": "Woonadressen"}
HOW: dict[Mode, str] = {"walk": "te voet", "cycle": "met de fiets"}
_QUANTILE = {"median": "Mediane tijd", "p90": "Tijd die 90 % haalt"}
_MOST_NAMES = 8


def labels(who: Who, measured: list[Measured], options: Chosen) -> dict[str, str]:
    """Return the Dutch label of every column of ``areas``, in no particular order."""
    people, names = WHO[who], options.categories.labels
    found = {"population": "Inwoners", "dwellings": "Woningen"}
    for one in measured:
        mode = one.times.mode
        how, every = HOW[mode], everything(one, options)
        for minutes in options.all_minutes:
            within = f"binnen {minutes} minuten {how}"
            found[f"share_all_{mode}_{minutes}"] = f"{people} met {every} {within}"
            found |= {f"share_{key}_{mode}_{minutes}": f"{people} met {name} {within}" for key, name in names.items()}
            found[f"weighted_share_{mode}_{minutes}"] = f"Gewogen deel van de voorzieningen {within}, gemiddeld"
        for quantile, text in _QUANTILE.items():
            found[f"{quantile}_minutes_all_{mode}"] = f"{text} tot {every} {how} (minuten)"
            found |= {
                f"{quantile}_minutes_{key}_{mode}": f"{text} tot {name} {how} (minuten)" for key, name in names.items()
            }
        found[f"missing_most_{mode}"] = f"Sleutel van de voorziening die {how} het meest ontbreekt"
        found[f"missing_most_label_{mode}"] = f"Voorziening die {how} het meest ontbreekt"
        found[f"proximity_minutes_{mode}"] = f"Nabijheidstijd {how} volgens Bruno et al. 2024 (minuten)"
        found[f"f15_{mode}"] = f"{people} met een nabijheidstijd van hoogstens 15 minuten {how} (F15)"
        found[f"counted_{mode}"] = f"{people} waarover de aandelen {how} gaan"
    return found


def everything(one: Measured, options: Chosen) -> str:
    """Return "alle N voorzieningen", with the names of those that have no data and are therefore not among them."""
    names = list(options.categories.labels.values())
    absent = [name for name, there in zip(names, one.times.available, strict=True) if not there]
    if not absent:
        return f"alle {len(names)} voorzieningen"
    return f"alle {len(names) - len(absent)} voorzieningen met gegevens (zonder {', '.join(absent)})"


def notes(
    city: City,
    homes: gpd.GeoDataFrame,
    options: Chosen,
    *,
    found: Facilities,
    for_proximity: Facilities | None,
    weighing: Weighing,
    measured: list[Measured],
) -> list[str]:
    """Return the remarks on what is unknown, left out or assumed, with counts."""
    told = [f"Aantal gebruikte plaatsen in het hele pakket, rand inbegrepen: {_places(found, options.categories)}."]
    if for_proximity is not None and options.proximity_categories is not None and for_proximity is not found:
        places = _places(for_proximity, options.proximity_categories)
        told.append(f"Plaatsen voor nabijheidstijd en F15, in het hele pakket: {places}.")
    if weighing.who != "residents":
        told.append(
            "Het pakket kent geen inwoners per woning: alle aandelen, medianen en tijden gaan over"
            f" {WHO[weighing.who].lower()}, niet over inwoners."
        )
    told += _unknown_areas(city, weighing)
    told += _not_located(city, homes, weighing)
    for one in measured:
        told += _mode_notes(city, homes, found, one, options)
    return told


def _places(found: Facilities, categories: CategorySet) -> str:
    counts = found.place_counts()
    return ", ".join(f"{name} {decimal_text(counts.get(key, 0), 0)}" for key, name in categories.labels.items())


def _unknown_areas(city: City, weighing: Weighing) -> list[str]:
    told = []
    if weighing.unknown.any():
        told.append(
            f"Gebieden waar het aantal {WHO[weighing.who].lower()} van sommige woningen onbekend is:"
            f" {_names(city, weighing.unknown)}. Hun cijfers zijn onbekend en tellen niet mee in dat van de stad."
        )
    if weighing.empty.any():
        told.append(f"Gebieden zonder woningen in de gegevens, cijfers onbekend: {_names(city, weighing.empty)}.")
    return told


def _names(city: City, which: np.ndarray) -> str:
    return list_text(city.areas["name"].to_numpy()[which].tolist(), _MOST_NAMES)


def _not_located(city: City, homes: gpd.GeoDataFrame, weighing: Weighing) -> list[str]:
    if weighing.who != "residents" or "population" not in city.boundary.columns:
        return []
    lost = float(city.boundary["population"].iloc[0]) - float(homes["residents"].sum())
    if not lost >= 0.5:
        return []
    return [f"{decimal_text(lost, 0)} inwoners van de stad zijn aan geen woning toegewezen en tellen nergens mee."]


def _mode_notes(city: City, homes: gpd.GeoDataFrame, found: Facilities, one: Measured, options: Chosen) -> list[str]:
    times = one.times
    how, names = HOW[times.mode], options.categories.labels
    told = []
    absent = [name for name, there in zip(names.values(), times.available, strict=True) if not there]
    if absent:
        told.append(
            f"Geen gegevens {how} over {', '.join(absent)}: het aandeel daarvan is onbekend, en 'alle voorzieningen'"
            " gaat over de andere."
        )
    if (~times.placed).any():
        told.append(
            f"Woonpunten verder dan {options.max_snap_m:g} m van een straat ({how}): {_count(homes, ~times.placed)}."
            " Hun bereik is onbekend, zij tellen in geen aandeel mee."
        )
    no_way = np.isinf(times.trip_m()).any(axis=1)
    if no_way.any():
        told.append(
            f"Woonpunten die {how} over de straten van het pakket geen weg hebben naar minstens één soort voorziening:"
            f" {_count(homes, no_way)}. Die soort geldt daar als niet bereikt."
        )
    lost = np.isnan(times.facility_snap_m)
    if lost.any():
        by_key = found.frame["category"][lost].value_counts()
        parts = ", ".join(f"{names[key]} {by_key[key]}" for key in names if key in by_key.index)
        told.append(
            f"Punten van voorzieningen verder dan {options.max_snap_m:g} m van een straat, {how} niet gebruikt:"
            f" {parts}."
        )
    limit_m = options.limit_m(times.mode, options.minutes)
    if 0 < city.info.buffer_m < limit_m:
        told.append(
            f"Het pakket reikt {decimal_text(city.info.buffer_m, 0)} m buiten de stad, minder dan de"
            f" {decimal_text(limit_m, 0)} m die men {how} in {options.minutes} minuten aflegt: aan de rand kan een"
            " voorziening buiten het pakket ontbreken."
        )
    return [*told, *_proximity_notes(homes, one, options)]


def _proximity_notes(homes: gpd.GeoDataFrame, one: Measured, options: Chosen) -> list[str]:
    wanted = options.proximity_categories
    if wanted is None or one.proximity_minutes is None:
        return []
    how, k = HOW[one.times.mode], options.proximity_places
    if one.too_few:
        parts = ", ".join(f"{wanted.labels[key]} {count}" for key, count in one.too_few.items())
        told = (
            f"Nabijheidstijd en F15 {how} zijn onbekend: zij vragen {k} plaatsen van elke soort en het pakket heeft er"
            f" minder ({parts})."
        )
        return [told]
    unknown = np.isnan(one.proximity_minutes) & one.times.placed
    if not unknown.any():
        return []
    told = f"Woonpunten die {how} geen {k} plaatsen van elke soort bereiken: {_count(homes, unknown)}"
    return [f"{told}. Zij tellen niet mee in nabijheidstijd en F15."]


def _count(homes: gpd.GeoDataFrame, which: np.ndarray) -> str:
    people = homes["residents"].to_numpy(float)[which]
    known = "" if np.isnan(people).any() else f" ({decimal_text(float(people.sum()), 0)} inwoners)"
    return f"{decimal_text(int(which.sum()), 0)}{known}"
