"""Which childcare locations can be believed, and what a reader must know of the others: nothing is dropped silently."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.childcare.rules import norms
from kortrijk_geo.engine.rates import area_of, existing_on
from kortrijk_geo.errors import DataError
from kortrijk_geo.text.dutch import date_text, decimal_text

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.childcare.rules import MostPlaces
    from kortrijk_geo.pack.city import City

_YEAR = re.compile(r"\d{4}")
COLUMNS = (
    "location_id", "name", "kind", "places", "income_related_places", "opens", "closes", "standing",
    "area_id", "counted", "remark",
)  # fmt: skip


def count_day(city: City) -> dt.date | None:
    """Day on which the pack's childcare locations are counted; a year alone means its 31 December, None is unknown.

    Raises
    ------
    DataError
        When the reference date of the pack is no date.
    """
    for name in ("childcare", "areas"):
        record = city.info.layers.get(name)
        if record is not None and record.reference_date.strip():
            return _day(record.reference_date.strip(), f"{city.folder}, layer {name}")
    return None


def read_locations(
    city: City, on: dt.date | None, believed: MostPlaces | None = None
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Read the childcare locations, check them, and say what was found.

    Parameters
    ----------
    city
        A pack with the layers ``childcare`` and ``areas``.
    on
        Day of the count; None counts what exists without looking at dates.
    believed
        The most places of one location that can be believed; None for those of the package's norms.

    Returns
    -------
    locations, notes
        All locations with the columns of `COLUMNS`: ``area_id`` (None outside every area), ``counted`` (exists on the
        day), ``remark`` (Dutch; empty when there is none). Places that cannot be believed are unknown (NaN). The
        Dutch notes count what is unknown, unbelievable, double, outside every area, or not there on the day.
    """
    found = city.childcare.copy()
    for column in ("places", "income_related_places"):
        if column not in found.columns:
            found[column] = np.nan
    for column in ("opens", "closes", "standing"):
        if column not in found.columns:
            found[column] = pd.Series(None, index=found.index, dtype="str")
    found["area_id"] = area_of(found, city.areas)
    found["counted"] = existing_on(found, on or dt.date.max)
    remarks: dict[int, list[str]] = {}
    notes = [
        *_unbelievable(found, remarks, believed or norms().plausible),
        *_unknown(found, remarks),
        *_twice(found, remarks),
        *_outside(found, city, remarks),
        *_not_there(found, on),
    ]
    found["remark"] = ["; ".join(remarks.get(row, ())) for row in range(len(found))]
    return found[[*COLUMNS, "geometry"]], notes


def _unbelievable(found: gpd.GeoDataFrame, remarks: dict[int, list[str]], believed: MostPlaces) -> list[str]:
    most = found["kind"].map({"group": believed.group, "family": believed.family})
    bad = np.flatnonzero((found["places"] > most).to_numpy(dtype=bool))
    given = {int(row): f"{found['places'].iloc[row]:.0f}" for row in bad}
    found.loc[found.index[bad], ["places", "income_related_places"]] = np.nan
    text = "{n} met een ongeloofwaardig aantal plaatsen ({places}): {hun} plaatsen gelden als onbekend"
    return _noted(found, bad, remarks, text, "ongeloofwaardig aantal plaatsen", given)


def _unknown(found: gpd.GeoDataFrame, remarks: dict[int, list[str]]) -> list[str]:
    unknown = np.flatnonzero(found["places"].isna().to_numpy())
    bad = np.array([row for row in unknown if row not in remarks], dtype=np.int64)
    text = "{n} zonder bekend aantal plaatsen: in {hun} gebied is het aantal plaatsen onbekend"
    return _noted(found, bad, remarks, text, "aantal plaatsen onbekend")


def _twice(found: gpd.GeoDataFrame, remarks: dict[int, list[str]]) -> list[str]:
    keys = pd.DataFrame(
        {
            "name": found["name"].fillna("").str.casefold().str.strip(),
            "kind": found["kind"],
            "x": found.geometry.x.round(),
            "y": found.geometry.y.round(),
        }
    )
    bad = np.flatnonzero(keys.duplicated(keep="first").to_numpy())
    text = "{n} met dezelfde naam, soort en plek als een vorige: mogelijk dubbel, beide tellen mee"
    return _noted(found, bad, remarks, text, "mogelijk dubbel")


def _outside(found: gpd.GeoDataFrame, city: City, remarks: dict[int, list[str]]) -> list[str]:
    box = shapely.box(*city.boundary.total_bounds).buffer(max(city.info.buffer_m, 1.0), join_style="mitre")
    nowhere = found["area_id"].isna().to_numpy()
    origin = (found.geometry.x.to_numpy() == 0) & (found.geometry.y.to_numpy() == 0)
    far = nowhere & ~shapely.intersects(box, found.geometry.to_numpy())
    return [
        *_noted(
            found, np.flatnonzero(origin), remarks, "{n} op het punt (0, 0): {telt} in geen gebied", "ligt op (0, 0)"
        ),
        *_noted(
            found, np.flatnonzero(far & ~origin), remarks,
            "{n} ver buiten het pakket: {telt} in geen gebied; kijk de coördinaten na", "ligt ver buiten het pakket",
        ),
        *_noted(
            found, np.flatnonzero(nowhere & ~far & ~origin), remarks,
            "{n} buiten alle gebieden: {telt} in geen gebied, wel in het bereik van wie dichtbij woont",
            "buiten het studiegebied",
        ),
    ]  # fmt: skip


def _not_there(found: gpd.GeoDataFrame, on: dt.date | None) -> list[str]:
    absent = found[~found["counted"]]
    if absent.empty:
        return []
    when = f" op {date_text(on)}" if on else ""
    text = "{n} niet in gebruik{when} (gepland, nog niet open of gesloten): {telt} niet mee."
    return [_told(text, len(absent), when=when)]


def _noted(
    found: gpd.GeoDataFrame,
    rows: np.ndarray,
    remarks: dict[int, list[str]],
    text: str,
    remark: str,
    places: dict[int, str] | None = None,
) -> list[str]:
    if not len(rows):
        return []
    for row in rows:
        remarks.setdefault(int(row), []).append(remark)
    names = [str(found["name"].iloc[row]) for row in rows[:3]]
    shown = ", ".join(names) + (" ..." if len(rows) > 3 else "")
    given = ", ".join((places or {}).values())
    return [f"{_told(text, len(rows), places=given)} ({shown})."]


def _told(text: str, count: int, **others: str) -> str:
    """Fill in the number of locations, and the words that go with one or with more."""
    if count == 1:
        return text.format(n="1 locatie", telt="telt", hun="haar", **others)
    return text.format(n=f"{decimal_text(count, 0)} locaties", telt="tellen", hun="hun", **others)


def _day(text: str, where: str) -> dt.date:
    try:
        return dt.date(int(text), 12, 31) if _YEAR.fullmatch(text) else dt.date.fromisoformat(text)
    except ValueError as error:
        raise DataError(
            f"{where}: reference date {text!r} is neither a year nor a date YYYY-MM-DD; correct it in the recipe"
        ) from error
