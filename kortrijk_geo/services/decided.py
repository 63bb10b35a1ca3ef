"""A city as it will be: with the capacity that is decided, and with the people of a later year."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.capacity.candidates import read_points
from kortrijk_geo.errors import CrsError, DataError, OptionError
from kortrijk_geo.services.locations import ADDED
from kortrijk_geo.services.rules import EVERYBODY
from kortrijk_geo.text.dates import last_day
from kortrijk_geo.text.dutch import brief_number, count_text, list_text

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.services.rules import Forecast, Kind

# Layers that count people; all of them grow alike, so that they agree as much as they did.
_COUNTING = ("boundary", "areas", "subareas", "districts", "sectors", "homes")
_MOST_NAMES = 10


def read_decided(city: City, decided: str | Path | gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Read what is decided: points with ``name``, ``capacity`` and ``opens`` (a day or year; empty is not known).

    Raises
    ------
    DataError
        When the file cannot be read, or a capacity or date is none.
    CrsError
        When it does not say where its points lie.
    """
    if decided is None:
        columns = {"name": [], "capacity": np.zeros(0), "opens": []}
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=city.crs))
    where = "decided" if isinstance(decided, gpd.GeoDataFrame) else str(decided)
    layer = decided if isinstance(decided, gpd.GeoDataFrame) else read_points(Path(decided), "decided places")
    if layer.crs is None:
        raise CrsError(f"{where}: has no coordinate reference system; the pack is in {city.crs}")
    layer = layer.to_crs(city.crs).reset_index(drop=True)
    if "capacity" not in layer.columns:
        raise DataError(f"{where}: has no column capacity; write what each decided place will hold")
    capacity = pd.to_numeric(layer["capacity"], errors="coerce").to_numpy(dtype="float64")
    wrong = ~(np.isfinite(capacity) & (capacity >= 0)) | layer.geometry.isna().to_numpy()
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(f"{where}: row {row} needs a geometry and a capacity from 0, found {layer['capacity'][row]}")
    names = layer["name"] if "name" in layer.columns else pd.Series(None, index=layer.index, dtype="object")
    opens = layer["opens"] if "opens" in layer.columns else pd.Series(None, index=layer.index, dtype="object")
    return gpd.GeoDataFrame(
        {
            "name": [f"beslist {row + 1}" if pd.isna(name) else str(name) for row, name in enumerate(names)],
            "capacity": capacity,
            "opens": [_year(value, f"{where}: opens in row {row}") for row, value in enumerate(opens)],
        },
        geometry=layer.geometry.representative_point().to_numpy(),
        crs=city.crs,
    )


def _year(value: object, where: str) -> float:
    """Return the year of a day, a month or a year; NaN where it is not known."""
    if value is None or value == "" or bool(pd.isna(value)):  # type: ignore[call-overload]
        return math.nan
    text = f"{value:.0f}" if isinstance(value, float) else str(value)[:10]
    try:
        return float(last_day(text).year)
    except ValueError as error:
        raise DataError(f"{where} is {value!r}, must be a date YYYY-MM-DD or a year") from error


def by_year(decided: gpd.GeoDataFrame, year: int | None) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return what is open by the end of a year (None: everything, whatever its date), and Dutch notes."""
    there = decided if year is None else decided[decided["opens"] <= year]
    left = decided.drop(index=there.index)
    when = "" if year is None else f" tegen {year}"
    notes = []
    if len(there):
        notes.append(f"Wat beslist is, telt mee als bestaand{when}: {_texts(there)}.")
    if len(left):
        notes.append(f"Beslist, maar niet meegeteld (opent niet{when} of zonder datum): {_texts(left)}.")
    return there, notes


def _texts(places: gpd.GeoDataFrame) -> str:
    rows = zip(places["name"], places["capacity"], strict=True)
    return list_text([f"{name} ({count_text(capacity)})" for name, capacity in rows], _MOST_NAMES)


def growth_to(city: City, kind: Kind, forecast: Forecast, year: int, people: float) -> float:
    """Return how many times the people of today a kind serves in a year; NaN where nothing is published of it.

    Raises
    ------
    OptionError
        When the year is not after that of the pack.
    DataError
        When the pack does not tell of which year it is.
    """
    base = base_year(city)
    if year <= base:
        raise OptionError(f"year is {year}, must come after {base}, the year of the count")
    growth = forecast.of(kind.people, city.info.nis_code)
    return math.nan if growth is None or not people > 0 else growth.people_in(year, people, base) / people


def base_year(city: City) -> int:
    """Return the year of the people of a pack; `DataError` when it does not tell."""
    day = city.reference_day("areas")
    if day is None:
        raise DataError(f"{city.folder}: has no reference date, so no year to start from; name it in the recipe")
    return day.year


def growth_note(kind: Kind, forecast: Forecast, nis_code: str, growth: float, year: int) -> str:
    """Say what is assumed of the people of a year."""
    source = forecast.of(kind.people, nis_code)
    told = f"{source.label} ({source.source})" if source is not None else ""
    change = brief_number(round(100 * (growth - 1), 1))
    return (
        f"Aanname voor {year}: {change} % tegenover vandaag, {told}, in elke wijk en woning even sterk. Dit is een"
        " raming."
    )


def grown(city: City, kind: Kind, growth: float) -> City:
    """Return a city with so many times as many of the people that need a kind, in every area and home."""
    counted = {"residents", "population"} if EVERYBODY in kind.people else set(kind.people)
    layers = {}
    for name in _COUNTING:
        if city.has(name) and (columns := counted & set(city.layer(name).columns)):
            layer = city.layer(name)
            layers[name] = layer.assign(**{column: layer[column].astype("float64") * growth for column in columns})
    return city.replace(**layers) if growth != 1 else city


def with_places(city: City, kind: Kind, places: gpd.GeoDataFrame) -> City:
    """Return a city with new places of a kind, points with ``name`` and ``capacity``, among its amenities."""
    if not len(places):
        return city
    amenities = city.amenities
    start = "nieuw-"
    while amenities["amenity_id"].str.startswith(start).any():
        start = f"_{start}"
    new = gpd.GeoDataFrame(
        {
            "amenity_id": [f"{start}{row}" for row in range(1, len(places) + 1)],
            "category": kind.id,
            "name": places["name"].to_numpy(),
            "tags": json.dumps({ADDED: "yes"}),
            "capacity": places["capacity"].to_numpy(dtype="float64"),
        },
        geometry=places.geometry.to_numpy(),
        crs=city.crs,
    )
    if "capacity" not in amenities.columns:
        amenities = amenities.assign(capacity=np.nan)
    together = pd.concat([amenities, new], ignore_index=True)
    return city.replace(amenities=gpd.GeoDataFrame(together, crs=city.crs))
