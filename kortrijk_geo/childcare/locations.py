"""Which childcare locations can be believed, and what a reader must know of the others: nothing is dropped silently."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.childcare.rules import norms
from kortrijk_geo.engine.rates import area_of, existing_on
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack import childcare as counts
from kortrijk_geo.text.dutch import date_text, decimal_text

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.pack.childcare import MostPlaces
    from kortrijk_geo.pack.city import City

COLUMNS = (
    "location_id", "name", "kind", "places", "income_related_places", "opens", "closes", "standing",
    "area_id", "counted", "remark",
)  # fmt: skip


def count_day(city: City) -> dt.date | None:
    """Day on which the pack's childcare locations are counted; of a year its 31 December, None is unknown.

    Raises
    ------
    DataError
        When the reference date of the pack is no date.
    """
    return city.reference_day("childcare", "areas")


def read_locations(
    city: City, on: dt.date | None, believed: MostPlaces | None = None
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Read the childcare locations, check them, and say what a reader must know.

    Parameters
    ----------
    city
        A pack with the layers ``childcare`` and ``areas``.
    on
        Day of the count; None where the pack tells none, which will do as long as no location has dates.
    believed
        The most places of one location that can be believed; None for those of the package's norms.

    Returns
    -------
    locations, notes
        All locations with the columns of `COLUMNS`: ``area_id`` (None outside every area), ``counted`` (exists on the
        day), ``remark`` (Dutch; empty when there is none). Places that cannot be believed are unknown (NaN). The
        Dutch notes count what is unknown, unbelievable, double, outside every area, or not there on the day.

    Raises
    ------
    DataError
        When the day is unknown, and a location opens or closes on a day: whether it counts cannot be told then.
    """
    most = believed or norms().plausible
    unbelieved = _unbelievable(city.childcare, most)
    locations = counts.believed(city.childcare, most)
    for column in ("opens", "closes", "standing"):
        if column not in locations.columns:
            locations[column] = pd.Series(None, index=locations.index, dtype="str")
    if on is None:
        _refuse_dates(city, locations)
    locations["area_id"] = area_of(locations, city.areas)
    locations["counted"] = existing_on(locations, on or dt.date.max)
    remarks = [
        unbelieved,
        *_unknown(locations, unbelieved.rows),
        _twice(locations),
        *_outside(locations, city),
    ]
    beside: list[list[str]] = [[] for _ in range(len(locations))]
    for remark in remarks:
        for row in remark.rows:
            beside[row].append(remark.text)
    locations["remark"] = ["; ".join(texts) for texts in beside]
    notes = [_note(remark, locations["name"]) for remark in remarks if len(remark.rows)]
    return locations[[*COLUMNS, "geometry"]], [*notes, *_not_there(locations, on)]


def _refuse_dates(city: City, locations: gpd.GeoDataFrame) -> None:
    """Refuse locations that open or close when nobody told the day of the count: a creche of 2027 is not there yet."""
    existing = locations["standing"].fillna("existing") == "existing"
    dated = locations[existing & (locations["opens"].notna() | locations["closes"].notna())]
    if dated.empty:
        return
    texts = [
        f"{name} ({', '.join(f'{verb} {day}' for verb, day in days if pd.notna(day))})"
        for name, *days in (
            (row.name_, ("opens", row.opens), ("closes", row.closes))
            for row in dated.rename(columns={"name": "name_"}).head(3).itertuples()
        )
    ]
    more = f" and {len(dated) - 3} more" if len(dated) > 3 else ""
    raise DataError(
        f"{city.folder}, layer childcare: has no reference_date, so it cannot be told whether"
        f" {', '.join(texts)}{more} counted; add reference_date to the layer in the recipe and build the pack again,"
        " or give the day of the count (on)"
    )


@dataclass(frozen=True)
class _Remark:
    """What stands beside some rows, and the note on all of them together; ``places`` are the numbers they had."""

    rows: np.ndarray
    text: str
    note: str
    places: str = ""


def _unbelievable(locations: gpd.GeoDataFrame, most: MostPlaces) -> _Remark:
    rows = np.flatnonzero(counts.unbelievable(locations, most))
    return _Remark(
        rows,
        "ongeloofwaardig aantal plaatsen",
        "{n} met een ongeloofwaardig aantal plaatsen ({places}): {hun} plaatsen gelden als onbekend",
        ", ".join(f"{places:.0f}" for places in locations["places"].iloc[rows]),
    )


def _unknown(locations: gpd.GeoDataFrame, unbelievable: np.ndarray) -> list[_Remark]:
    """Only what counts in an area makes the places of that area unknown."""
    rows = np.setdiff1d(np.flatnonzero(locations["places"].isna().to_numpy()), unbelievable)
    counts_there = (locations["counted"] & locations["area_id"].notna()).to_numpy(bool)[rows]
    text = "aantal plaatsen onbekend"
    return [
        _Remark(
            rows[counts_there], text,
            "{n} zonder bekend aantal plaatsen: in {hun} gebied is het aantal plaatsen onbekend",
        ),
        _Remark(
            rows[~counts_there], text,
            "{n} zonder bekend aantal plaatsen, niet in gebruik of buiten alle gebieden: {telt} in geen gebied mee",
        ),
    ]  # fmt: skip


def _twice(locations: gpd.GeoDataFrame) -> _Remark:
    keys = pd.DataFrame(
        {
            "name": locations["name"].fillna("").str.casefold().str.strip(),
            "kind": locations["kind"],
            "x": locations.geometry.x.round(),
            "y": locations.geometry.y.round(),
        }
    )
    rows = np.flatnonzero(keys.duplicated(keep="first").to_numpy())
    note = "{n} met dezelfde naam, soort en plek als een vorige: mogelijk dubbel, beide tellen mee"
    return _Remark(rows, "mogelijk dubbel", note)


def _outside(locations: gpd.GeoDataFrame, city: City) -> list[_Remark]:
    box = shapely.box(*city.boundary.total_bounds).buffer(max(city.info.buffer_m, 1.0), join_style="mitre")
    nowhere = locations["area_id"].isna().to_numpy()
    origin = (locations.geometry.x.to_numpy() == 0) & (locations.geometry.y.to_numpy() == 0)
    far = nowhere & ~shapely.intersects(box, locations.geometry.to_numpy())
    return [
        _Remark(np.flatnonzero(origin), "ligt op (0, 0)", "{n} op het punt (0, 0): {telt} in geen gebied"),
        _Remark(
            np.flatnonzero(far & ~origin),
            "ligt ver buiten het pakket",
            "{n} ver buiten het pakket: {telt} in geen gebied; kijk de coördinaten na",
        ),
        _Remark(
            np.flatnonzero(nowhere & ~far & ~origin),
            "buiten het studiegebied",
            "{n} buiten alle gebieden: {telt} in geen gebied, wel in het bereik van wie dichtbij woont",
        ),
    ]


def _not_there(locations: gpd.GeoDataFrame, on: dt.date | None) -> list[str]:
    absent = int((~locations["counted"]).sum())
    if not absent:
        return []
    when = f" op {date_text(on)}" if on else ""
    text = "{n} niet in gebruik{when} (gepland, nog niet open of gesloten): {telt} niet mee."
    return [_counted(text, absent, when=when)]


def _note(remark: _Remark, names: pd.Series) -> str:
    shown = ", ".join(map(str, names.iloc[remark.rows[:3]])) + (" ..." if len(remark.rows) > 3 else "")
    return f"{_counted(remark.note, len(remark.rows), places=remark.places)} ({shown})."


def _counted(text: str, count: int, **others: str) -> str:
    """Fill in the number of locations, and the words that go with one or with more."""
    if count == 1:
        return text.format(n="1 locatie", telt="telt", hun="haar", **others)
    return text.format(n=f"{decimal_text(count, 0)} locaties", telt="tellen", hun="hun", **others)
