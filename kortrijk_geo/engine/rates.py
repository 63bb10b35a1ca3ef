"""Places per 100 children: which locations count on a date, in which area they lie, and how far an area is from a norm.

Rate = licensed places / children aged 0, 1 and 2 x 100 (Opgroeien). Unknown places make the area's places unknown,
never 0. Comparisons with a norm and rounding to whole places are exact: no float decides about money.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.text.dates import last_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

# Sums of counts spread over homes carry float dust; a millionth of a child is far below it and far above any count.
_DIGITS = 6


class Table(Protocol):
    """Columns of a layer by name: a frame of pandas, or `kortrijk_geo.pack.rows.Rows`."""

    def __contains__(self, name: object, /) -> bool:
        """Whether there is such a column."""

    def __getitem__(self, name: str, /) -> Any:
        """Return a column."""

    def __len__(self) -> int:
        """Return the number of rows."""


class PlaceCount(NamedTuple):
    """What an area counts on a day, see `places_by_area`."""

    places: float = 0.0
    places_group: float = 0.0
    places_family: float = 0.0
    income_related_places: float = 0.0
    locations: int = 0
    unknown_places: int = 0
    unknown_opens: int = 0


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
    import pandas as pd

    ids = areas_at_points(points.geometry.to_numpy(), areas.geometry.to_numpy(), areas[key])
    return pd.Series(ids, index=points.index, dtype="object", name=key)


def areas_at_points(points: Any, areas: Any, ids: Any) -> NDArray[np.object_]:
    """Return the id of the area in which each point lies, as `area_of`, of arrays of geometries."""
    names = np.asarray(ids, dtype=object)
    order = np.argsort(names, kind="stable")
    point, area = shapely.STRtree(np.asarray(areas, dtype=object)[order]).query(points, predicate="intersects")
    first = np.full(len(points), len(order))
    np.minimum.at(first, point, area)
    with_none: NDArray[np.object_] = np.concatenate([names[order], np.full(1, None)])[first]
    return with_none


def existing_on(childcare: pd.DataFrame, on: date) -> pd.Series:
    """Tell which locations exist at the end of the day ``on``.

    A location exists when it has opened (``opens`` on or before the day, or unknown), has not closed (``closes`` after
    the day, or unknown) and its ``standing`` is existing; a licensed location without standing is existing. Of a date
    that is a year or a month its last day counts.

    Returns
    -------
    pandas.Series
        True or False, in order and index of ``childcare``.

    Raises
    ------
    DataError
        When an opening or closing date is no date.
    """
    import pandas as pd

    return pd.Series(_existing(childcare, on), index=childcare.index, dtype="bool")


def by_day(dates: pd.Series, on: date) -> pd.Series:
    """Tell which dates (days, months or years as text) have come at the end of the day ``on``; an unknown one has not.

    Raises
    ------
    DataError
        When a text is no date.
    """
    import pandas as pd

    return pd.Series(_come(_texts(dates), on, str(dates.name or "a date")), index=dates.index, dtype="bool")


def _existing(childcare: Table, on: date) -> NDArray[np.bool_]:
    opens, closes, standing = (
        _texts(childcare[name]) if name in childcare else np.full(len(childcare), None)
        for name in ("opens", "closes", "standing")
    )
    opened = (opens == None) | _come(opens, on, "opens")  # noqa: E711 - of each
    existing = (standing == None) | (standing == "existing")  # noqa: E711
    return np.asarray(opened & ~_come(closes, on, "closes") & existing, dtype=bool)


def _come(dates: NDArray[np.object_], on: date, name: str) -> NDArray[np.bool_]:
    days = {}
    for text in dict.fromkeys(dates[dates != None]):  # noqa: E711
        try:
            days[text] = last_day(text)
        except ValueError as error:
            raise DataError(
                f"layer childcare: {name} is {text!r}, must be a date YYYY-MM-DD, a month"
                " YYYY-MM or a year; correct it in the source"
            ) from error
    return np.array([text is not None and days[text] <= on for text in dates], dtype=bool)


def _texts(values: Any) -> NDArray[np.object_]:
    """Return a column as texts, None where unknown."""
    array = np.asarray(values, dtype=object)
    # What is unknown is None, NaN or NA, none of which is a text.
    return np.array([str(value) if _known(value) else None for value in array], dtype=object)


def _known(value: Any) -> bool:
    return value is not None and (isinstance(value, str) or bool(value == value))  # noqa: PLR0124 - NaN is not itself


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
    import pandas as pd

    counts = count_places(childcare, areas, on=on, key=key)
    return pd.DataFrame(counts, index=pd.Index(areas[key], name=key), columns=PlaceCount._fields)


def count_places(childcare: Table, areas: Table, *, on: date, key: str = "area_id") -> list[PlaceCount]:
    """Count the places of every area on a date, in the order of ``areas``; as `places_by_area`."""
    inside = areas_at_points(np.asarray(childcare["geometry"]), areas["geometry"], areas[key])
    rows = np.flatnonzero(_existing(childcare, on) & (inside != None))  # noqa: E711 - of each
    kinds = np.asarray(childcare["kind"], dtype=object)[rows]
    places, income_related = (
        np.asarray(childcare[name], dtype="float64")[rows] if name in childcare else np.full(len(rows), np.nan)
        for name in ("places", "income_related_places")
    )
    opens = _texts(childcare["opens"])[rows] if "opens" in childcare else np.full(len(rows), None)
    summed = [
        places,
        # What is of another kind adds nothing to this kind, whether or not its places are known.
        np.where(kinds == "group", places, 0.0),
        np.where(kinds == "family", places, 0.0),
        income_related,
    ]
    counted = [np.ones(len(rows)), np.isnan(places), opens == None]  # noqa: E711
    ids = np.asarray(areas[key], dtype=object)
    number = {area_id: place for place, area_id in enumerate(ids)}
    at = np.array([number[area_id] for area_id in inside[rows]], dtype=np.int64)
    sums = [np.bincount(at, weights=values, minlength=len(ids)) for values in (*summed, *counted)]
    floats, ints = zip(*sums[: len(summed)], strict=True), zip(*sums[len(summed) :], strict=True)
    return [PlaceCount._make([*map(float, some), *map(int, more)]) for some, more in zip(floats, ints, strict=True)]


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
    import pandas as pd

    limit = _exact(norm)
    rates = (exact_rate(p, c) for p, c in zip(places, children, strict=True))
    values = [pd.NA if value is None else value < limit for value in rates]
    return pd.array(values, dtype="boolean")


def _exact(value: float) -> Fraction:
    return Fraction(round(value * 10**_DIGITS), 10**_DIGITS)


def _number(value: Fraction | int | None) -> float:
    return math.nan if value is None else float(value)
