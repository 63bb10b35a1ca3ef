"""What the places of a kind hold against the people who need it: per area and city, now and in the years to come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kortrijk_geo.capacity.people import count_people
from kortrijk_geo.engine.rates import rate, shortage
from kortrijk_geo.services.rules import YEARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.services.locations import Locations
    from kortrijk_geo.services.rules import Forecast, Kind

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Supply:
    """People and capacity of a kind; arrays have a number per area and, last, that of the city; NaN is unknown.

    Parameters
    ----------
    people
        Those who need it.
    locations
        Number of places.
    capacity
        What these hold together; unknown where one of them does not tell.
    later
        By year of `YEARS`, the people then; unknown where no forecast tells.
    """

    people: Floats
    locations: Floats
    capacity: Floats
    later: Mapping[int, Floats]

    @property
    def per_100(self) -> Floats:
        """Capacity per 100 people."""
        return rate(self.capacity, self.people)

    def short(self, norm: float) -> Floats:
        """Return the capacity short of a norm per 100 people, now."""
        return shortage(self.capacity, self.people, norm)

    def short_in(self, year: int, norm: float) -> Floats:
        """Return the capacity short of a norm in a year, with the capacity of today."""
        return shortage(self.capacity, self.later[year], norm)


def count_supply(city: City, kind: Kind, locations: Locations, forecast: Forecast) -> Supply:
    """Count people and capacity of a kind.

    Places outside the study area count nowhere here; they do in reach and catchment. That a forecast of the city holds
    for its areas alike is an assumption, which the notes tell.
    """
    areas = city.areas
    people = _people(city, areas, kind)
    row = {area_id: place for place, area_id in enumerate(areas["area_id"])}
    at = np.array([row.get(area_id, -1) for area_id in locations.frame["area_id"]], dtype=np.int64)
    inside = at >= 0

    def by_area(values: Floats) -> Floats:
        sums = np.bincount(at[inside], weights=values[inside], minlength=len(areas)).astype(np.float64)
        return np.append(sums, values[inside].sum())

    nothing = np.full(len(areas) + 1, np.nan)
    number = by_area(np.ones(len(at))) if locations.known else nothing
    holds = locations.known and kind.capacity is not None
    capacity = by_area(locations.frame["capacity"].to_numpy("float64")) if holds else nothing
    return Supply(people, number, capacity, {year: _later(city, kind, people, forecast, year) for year in YEARS})


def _people(city: City, areas: gpd.GeoDataFrame, kind: Kind) -> Floats:
    """Return the people per area, and of the city: as its boundary tells, else the sum where all areas are known."""
    columns = ["population" if name == "residents" else name for name in kind.people]
    per_area = count_people(areas, columns)
    whole = float(count_people(city.boundary, columns)[0])
    return np.append(per_area, whole if math.isfinite(whole) else per_area.sum())


def _later(city: City, kind: Kind, people: Floats, forecast: Forecast, year: int) -> Floats:
    growth = forecast.of(kind.people, city.info.nis_code)
    day = city.reference_day("areas")
    today = people[-1]
    if growth is None or day is None or not today > 0:
        return np.full(len(people), np.nan)
    later: Floats = people * (growth.people_in(year, today, day.year) / today)
    return later


@dataclass(frozen=True)
class Aim:
    """What a target of the city leaves to do: ``short`` is NaN where it is not known, and ``why`` says so in Dutch."""

    year: int
    short: float
    why: str = ""


def aims_of(city: City, kind: Kind, capacity: float) -> list[Aim]:
    """Hold the capacity of a city against its own targets for a kind.

    A target is so much more than in its base year. Where the capacity of that year is not published, that of a pack of
    no later year stands for it; of a later one nobody knows what came in between.
    """
    aims = []
    day = city.reference_day(kind.layer, "areas")
    for target in kind.targets:
        if target.scope != "city" or target.nis_code not in {"", city.info.nis_code}:
            continue
        if target.base is None and day is not None and day.year <= target.base_year:
            aims.append(Aim(target.year, target.extra))
        elif target.base is None:
            why = f"hoeveel er sinds {target.base_year} bij kwamen, is niet bekend"
            aims.append(Aim(target.year, math.nan, why))
        elif math.isfinite(capacity):
            aims.append(Aim(target.year, max(0.0, target.base + target.extra - capacity)))
        else:
            aims.append(Aim(target.year, math.nan, "wat er nu is, is niet bekend"))
    return aims
