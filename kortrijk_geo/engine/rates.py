"""Places per 100 children: which locations count on a date, in which area they lie, and how far an area is from a norm.

Rate = licensed places / children aged 0, 1 and 2 x 100 (Opgroeien). Unknown places make the area's places unknown,
never 0. Comparisons with a norm and rounding to whole places are exact: no float decides about money.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

# Sums of counts spread over homes carry float dust; a millionth of a child is far below it and far above any count.
_DIGITS = 6


def area_of(points: gpd.GeoDataFrame | gpd.GeoSeries, areas: gpd.GeoDataFrame, *, key: str = "area_id") -> pd.Series:
    """Find the area in which each point lies.

    Parameters
    ----------
    points
        Points, in the CRS of ``areas``.
    areas
        Polygons with the column ``key``.
    key
        Column with the id of the area: ``area_id``, ``subarea_id`` or ``district_id``.

    Returns
    -------
    pandas.Series
        Ids, in order and index of ``points``; None outside every area. A point on the border of several areas counts
        once, in the one with the lowest id, so that sums over areas are kept.
    """
    ordered = areas.sort_values(key, ignore_index=True)
    area_ids = pd.Series(None, index=points.index, dtype="object", name=key)
    point, area = ordered.sindex.query(points.geometry, predicate="intersects")
    pairs = pd.DataFrame({"point": point, "area": area}).sort_values(["point", "area"]).drop_duplicates("point")
    area_ids.iloc[pairs["point"].to_numpy()] = ordered[key].iloc[pairs["area"].to_numpy()].to_numpy(dtype="object")
    return area_ids


def existing_on(childcare: pd.DataFrame, on: date) -> pd.Series:
    """Tell which locations exist at the end of the day ``on``.

    A location exists when it has opened (``opens`` on or before the day, or unknown), has not closed (``closes`` after
    the day, or unknown) and its ``standing`` is existing; a licensed location without standing is existing.

    Returns
    -------
    pandas.Series
        True or False, in order and index of ``childcare``.
    """
    day = on.isoformat()
    opens, closes, standing = (
        childcare[column] if column in childcare.columns else pd.Series(None, index=childcare.index, dtype="str")
        for column in ("opens", "closes", "standing")
    )
    opened = opens.isna() | (opens <= day).fillna(False)
    closed = (closes <= day).fillna(False) & closes.notna()
    return (opened & ~closed & standing.fillna("existing").eq("existing")).astype("bool")


def places_by_area(
    childcare: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, on: date, key: str = "area_id"
) -> pd.DataFrame:
    """Count the places of every area on a date.

    Parameters
    ----------
    childcare
        Layer ``childcare``, in the CRS of ``areas``.
    areas
        Layer ``areas``, ``subareas`` or ``districts``.
    on
        Day of the count; see `existing_on`.
    key
        Column with the id of the area.

    Returns
    -------
    pandas.DataFrame
        One row per area, in the order of ``areas``, index ``key``. Float columns (places, NaN where a location in the
        area does not tell them): ``places``, ``places_group``, ``places_family``, ``income_related_places``. Int
        columns (locations counted): ``locations``, ``unknown_places`` (no capacity known), ``unknown_opens`` (opening
        date unknown, taken as existing). An area without locations has 0 places. Locations outside every area count
        nowhere; `area_of` finds them.
    """
    now = childcare[existing_on(childcare, on)]
    rows = pd.DataFrame({"area": area_of(now, areas, key=key).to_numpy(dtype="object")})
    for column in ("places", "income_related_places"):
        rows[column] = now[column].to_numpy(dtype="float64") if column in now.columns else np.nan
    for kind in ("group", "family"):
        # What is of another kind adds nothing to this kind, whether or not its places are known.
        rows[f"places_{kind}"] = np.where((now["kind"] == kind).to_numpy(dtype="bool"), rows["places"], 0.0)
    rows["locations"] = 1
    rows["unknown_places"] = rows["places"].isna().astype("int64")
    opens = now["opens"].isna() if "opens" in now.columns else pd.Series(True, index=now.index)
    rows["unknown_opens"] = opens.to_numpy(dtype="int64")
    inside = rows[rows["area"].notna()]
    summed = ["places", "places_group", "places_family", "income_related_places"]
    counted = ["locations", "unknown_places", "unknown_opens"]
    unknown = inside[summed].isna().groupby(inside["area"]).any()
    places = inside.groupby("area")[summed].sum().mask(unknown)
    counts = inside.groupby("area")[counted].sum()
    ids = pd.Index(areas[key], name=key)
    return places.reindex(ids, fill_value=0.0).astype("float64").join(counts.reindex(ids, fill_value=0).astype("int64"))


def exact_rate(places: float, children: float) -> Fraction | None:
    """Places per 100 children without rounding; None when either is unknown or there are no children."""
    if not (math.isfinite(places) and math.isfinite(children)) or children <= 0:
        return None
    return _exact(places) * 100 / _exact(children)


def exact_shortage(places: float, children: float, norm: float) -> int | None:
    """Whole places short of ``norm`` places per 100 children, rounded up, at least 0; None when unknown."""
    if not (math.isfinite(places) and math.isfinite(children)):
        return None
    return max(0, math.ceil(_exact(norm) * _exact(children) / 100 - _exact(places)))


def rate(places: Iterable[float], children: Iterable[float]) -> NDArray[np.float64]:
    """Places per 100 children of many areas; NaN when either is unknown or there are no children."""
    pairs = zip(places, children, strict=True)
    return np.array([_number(exact_rate(p, c)) for p, c in pairs], dtype="float64")


def shortage(places: Iterable[float], children: Iterable[float], norm: float) -> NDArray[np.float64]:
    """Whole places that many areas are short of the norm: max(0, norm x children / 100 - places), rounded up.

    NaN when places or children are unknown; an area without children is short of nothing.
    """
    pairs = zip(places, children, strict=True)
    return np.array([_number(exact_shortage(p, c, norm)) for p, c in pairs], dtype="float64")


def below_norm(places: Iterable[float], children: Iterable[float], norm: float) -> pd.arrays.BooleanArray:
    """Whether the rate of many areas is below the norm, exactly; NA when the rate is unknown."""
    limit = _exact(norm)
    rates = (exact_rate(p, c) for p, c in zip(places, children, strict=True))
    values = [pd.NA if value is None else value < limit for value in rates]
    return pd.array(values, dtype="boolean")


def _exact(value: float) -> Fraction:
    return Fraction(round(value * 10**_DIGITS), 10**_DIGITS)


def _number(value: Fraction | int | None) -> float:
    return math.nan if value is None else float(value)
