"""The childcare that is coming: a city with the places that are decided, and with the children of a later year."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.childcare.locations import count_day
from kortrijk_geo.childcare.notes import decided_notes, scenario_note
from kortrijk_geo.engine.rates import by_day
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.text.dutch import count_text

if TYPE_CHECKING:
    from kortrijk_geo.childcare.rules import Forecast, Scenario
    from kortrijk_geo.pack.city import City

# Layers that count children; all of them grow alike, so that they agree as much as they did.
_COUNTING = ("boundary", "areas", "subareas", "districts", "sectors", "homes")


@dataclass(frozen=True)
class Coming:
    """A city as it will be.

    Parameters
    ----------
    city
        The city with decided places among its childcare and the children of the year.
    year, on
        The year asked for, None for today; and the day of the count, None for that of the pack.
    growth
        Ratio of its children to those of today.
    definition
        Dutch: what its figures count that is not there today; empty when nothing.
    notes
        Dutch remarks: what is decided, what is not counted, what is assumed.
    """

    city: City
    year: int | None
    on: dt.date | None
    growth: float
    definition: str
    notes: list[str]


def coming_city(
    city: City, year: int | None, *, forecast: Forecast, scenario: Scenario, decided: bool, on: dt.date | None = None
) -> Coming:
    """Return a city with the places decided by the end of a year, and that year's children.

    Parameters
    ----------
    city
        A pack with the layer ``childcare``.
    year
        Its 31 December is asked for; None for the day of the pack, with everything that is decided, whatever its date.
    forecast, scenario
        By which the children grow, in every area and home as in the city.
    decided
        Whether locations with the standing ``decided`` count.
    on
        Day of the count without ``year``; None for that of the pack.

    Raises
    ------
    OptionError
        When the year is not after that of the count, or the forecast does not cover it.
    DataError
        When the pack has no reference date, so no year to grow from.
    """
    growth, day, notes = 1.0, on, []
    if year is not None:
        base = count_day(city)
        if base is None:
            raise DataError(f"{city.folder}: has no reference date, so no year to start from; name it in the recipe")
        if year <= base.year:
            raise OptionError(f"year is {year}, must come after {base.year}, the year of the count")
        growth, day = scenario.growth(base.year, year), dt.date(year, 12, 31)
        notes.append(scenario_note(scenario, base.year, [year]))
    plans = _plans(city)
    counted = plans if decided else plans.iloc[:0]
    if day is not None and year is not None:
        counted = counted[by_day(counted["opens"], day)]
    notes += decided_notes(plans, counted, year, decided=decided)
    if decided:
        notes += _not_on_the_map(city, forecast)
    parts = []
    if len(counted):
        places = counted["places"].sum(skipna=False)
        number = f"{count_text(places)} besliste plaatsen" if math.isfinite(places) else "besliste plaatsen"
        parts.append(f"met {number}")
    if year is not None:
        parts.append(f"met de kinderen van {year} (raming)")
    layers: dict[str, pd.DataFrame] = {}
    if len(counted):
        opened = city.childcare.copy()
        opened.loc[counted.index, "standing"] = "existing"
        opened.loc[counted.index, "opens"] = None
        layers["childcare"] = opened
    if growth != 1:
        layers |= {name: _grown(city.layer(name), growth) for name in _COUNTING if _counts(city, name)}
    return Coming(city.replace(**layers) if layers else city, year, day, growth, ", ".join(parts), notes)


def _plans(city: City) -> pd.DataFrame:
    """Return the decided locations of the pack, with the columns that say which and when."""
    childcare = city.childcare
    frame = pd.DataFrame(childcare.reindex(columns=["name", "places", "opens", "standing"]))
    return frame[frame["standing"].eq("decided").to_numpy(dtype=bool)]


def _not_on_the_map(city: City, forecast: Forecast) -> list[str]:
    """Name the decided places of the forecast that the pack has no place for."""
    if forecast.nis_code not in {"", city.info.nis_code}:
        return []
    names = city.childcare["name"].fillna("").str.casefold()
    return [
        f"Niet meegeteld: {plan.name}, {count_text(plan.places)} plaatsen, beslist ({plan.source}); het pakket kent er"
        " geen locatie van."
        for plan in forecast.planned
        if plan.standing == "decided" and not names.str.contains(plan.match, regex=False).any()
    ]


def _counts(city: City, name: str) -> bool:
    return city.has(name) and "children_0_2" in city.layer(name).columns


def _grown(layer: pd.DataFrame, growth: float) -> pd.DataFrame:
    grown = layer.copy()
    grown["children_0_2"] = layer["children_0_2"].astype("float64") * growth
    return grown
