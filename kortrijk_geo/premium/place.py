"""Where a point lies: in the city or not, in which areas, and how many places and children those areas count."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.engine.rates import exact_rate, places_by_area
from kortrijk_geo.pack.layers import LAYERS

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.rulebooks import Rulebook

# Coordinates are kept to the centimetre: nearer to a border than that, a point is on it.
BORDER_M = 0.01


@dataclass(frozen=True)
class AreaCount:
    """An area on the reference date: its children aged 0-2, its places, its rate against the norm; None is unknown."""

    area_id: str
    name: str
    children_0_2: float | None
    places: float | None
    places_per_100_children: float | None
    below_norm: bool | None
    vulnerable: bool | None
    locations: int
    unknown_places: int
    unknown_opens: int


def key_of(unit: str) -> str:
    """Name of the id column of the layer ``areas``, ``subareas`` or ``districts``."""
    key = LAYERS[unit].key
    assert key is not None
    return key


def inside_city(city: City, x: float, y: float) -> bool:
    """Whether a point (pack's CRS, metres) lies in the study area or on its border."""
    return bool(shapely.dwithin(city.boundary.geometry.iloc[0], shapely.Point(x, y), BORDER_M))


def areas_at(areas: gpd.GeoDataFrame, key: str, x: float, y: float) -> list[str]:
    """Ids of the areas in which a point lies, several when it lies on their border, in order of id."""
    found = areas.sindex.query(shapely.Point(x, y), predicate="dwithin", distance=BORDER_M)
    return sorted(str(areas[key].iloc[position]) for position in found)


def count_areas(city: City, book: Rulebook, on: dt.date) -> dict[str, AreaCount]:
    """Count every area of the rulebook's area unit on a day; by area id, in the order of the layer.

    Raises
    ------
    MissingLayerError
        When the pack lacks the layer of the area unit, or ``childcare``.
    """
    city.require(book.area_unit, "childcare", theme="The childcare premium")
    areas, key = city.layer(book.area_unit), key_of(book.area_unit)
    places = places_by_area(city.childcare, areas, on=on, key=key)
    counts = {}
    for row, place in zip(areas.to_dict("records"), places.to_dict("records"), strict=True):
        children = row.get("children_0_2", math.nan)
        rate = exact_rate(place["places"], children)
        counts[str(row[key])] = AreaCount(
            area_id=str(row[key]),
            name=str(row["name"]),
            children_0_2=_known(children),
            places=_known(place["places"]),
            places_per_100_children=None if rate is None else float(rate),
            below_norm=None if rate is None else _below(rate, book),
            vulnerable=_flag(row.get("vulnerable")),
            locations=int(place["locations"]),
            unknown_places=int(place["unknown_places"]),
            unknown_opens=int(place["unknown_opens"]),
        )
    return counts


def _below(rate: Fraction, book: Rulebook) -> bool:
    norm = Fraction(book.norm_places_per_100)
    return rate < norm if book.norm_rule == "below" else rate <= norm


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _flag(value: object) -> bool | None:
    return bool(value) if isinstance(value, (bool, np.bool_)) else None
