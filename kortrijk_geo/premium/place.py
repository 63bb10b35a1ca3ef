"""Where a point lies: in the city or not, in which areas, and how many places and children those areas count."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.premium.terms import applies

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.form import Rulebook

# Coordinates are kept to the centimetre: nearer to a border than that, a point is on it.
BORDER_M = 0.01
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True)
class AreaCount:
    """An area: its children aged 0-2, its places, its rate against the norm; None is unknown.

    ``places_date`` and ``children_date`` are those of the pack's own records, empty where it tells none: not the day
    that the rules ask for, on which ``places`` counts what existed then.
    """

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
    places_date: str
    children_date: str
    listed: bool | None = None
    lowest: bool | None = None

    def is_(self, when: str) -> bool | None:
        """Whether the area is what a rulebook asks, as "below norm" or "listed"; None where that is unknown."""
        flags = {"below_norm": self.below_norm, "vulnerable": self.vulnerable}
        return applies(when, **flags, listed=self.listed, lowest=self.lowest)


def key_of(unit: str) -> str:
    """Name of the id column of the layer ``areas``, ``subareas`` or ``districts``."""
    key = LAYERS[unit].key
    assert key is not None
    return key


def inside_city(city: City, x: float, y: float) -> bool:
    """Whether a point (pack's CRS, metres) lies in the study area or on its border."""
    return bool(shapely.dwithin(city.boundary.geometry.iloc[0], shapely.Point(x, y), BORDER_M))


def check_location(city: City, x: float, y: float) -> None:
    """Refuse a point that lies outside everything the pack knows: it says nothing of an application.

    Raises
    ------
    DataError
        With both readings, as metres in the pack's CRS and as degrees, and the one that lies in the pack.
    """
    box = _known_land(city)
    if shapely.covers(box, shapely.Point(x, y)):
        return
    left, bottom, right, top = box.bounds
    message = (
        f"x {x:g}, y {y:g}: as metres in {city.crs} this point lies outside the layers of the pack {city.name}"
        f" (x {left:.0f} to {right:.0f}, y {bottom:.0f} to {top:.0f})"
    )
    raise DataError(f"{message}; {_other_reading(city, box, x, y)}")


def _other_reading(city: City, box: shapely.Polygon, x: float, y: float) -> str:
    from pyproj import Transformer

    to_pack = Transformer.from_crs("EPSG:4326", city.crs, always_xy=True)
    degrees = [(lon, lat) for lon, lat in ((x, y), (y, x)) if abs(lon) <= 180 and abs(lat) <= 90]
    read = [(lon, lat, *to_pack.transform(lon, lat)) for lon, lat in degrees]
    read.sort(key=lambda one: not shapely.covers(box, shapely.Point(*one[2:])))
    for lon, lat, px, py in read:
        said = f"as longitude {lon:g} and latitude {lat:g} in degrees it would be x {px:.0f}, y {py:.0f}"
        if shapely.covers(box, shapely.Point(px, py)):
            return f"{said}, in the pack: did you mean --x {px:.0f} --y {py:.0f}?"
        return f"{said}, outside the pack too; check the coordinates, or give --address"
    if shapely.covers(box, shapely.Point(y, x)):
        return (
            f"as degrees it is no place; with x and y exchanged it lies in the pack: did you mean --x {y:g} --y {x:g}?"
        )
    return "as degrees it is no place either; check the coordinates, or give --address"


def _known_land(city: City) -> shapely.Polygon:
    """Return the box of the study area and the surroundings that the pack was built with."""
    left, bottom, right, top = city.boundary.total_bounds
    around = max(city.info.buffer_m, 1.0)
    box: shapely.Polygon = shapely.box(left - around, bottom - around, right + around, top + around)
    return box


def areas_at(areas: gpd.GeoDataFrame, key: str, x: float, y: float) -> list[str]:
    """Ids of the areas in which a point lies, several when it lies on their border, in order of id."""
    found = areas.sindex.query(shapely.Point(x, y), predicate="dwithin", distance=BORDER_M)
    return sorted(str(areas[key].iloc[position]) for position in found)


def areas_of(city: City, book: Rulebook) -> gpd.GeoDataFrame:
    """Return the areas that decide, with their id and name: those of the area unit, the groups of them as one."""
    areas, key = city.layer(book.area_unit), key_of(book.area_unit)
    if not book.area_groups:
        return areas
    group_of = _groups(areas, key, book)
    names = {group.id: group.name for group in book.area_groups}
    shapes = areas[[key, "name", "geometry"]].copy()
    shapes[key] = [group_of.get(str(one), str(one)) for one in areas[key]]
    shapes["name"] = [names.get(one, name) for one, name in zip(shapes[key], areas["name"], strict=True)]
    return shapes.dissolve(by=key, as_index=False, sort=False)


def members_of(city: City, book: Rulebook, area_id: str) -> list[str]:
    """Return the areas of the area unit that a deciding area holds: itself, or those of the group."""
    areas, key = city.layer(book.area_unit), key_of(book.area_unit)
    group_of = _groups(areas, key, book)
    return [str(one) for one in areas[key] if group_of.get(str(one), str(one)) == area_id]


def _groups(areas: gpd.GeoDataFrame, key: str, book: Rulebook) -> dict[str, str]:
    group_of: dict[str, str] = {}
    for group in book.area_groups:
        for one in _ids(areas, key, group.areas, f"{book.file}: area_groups: {group.id}"):
            if one in group_of:
                raise DataError(f"{book.file}: area_groups: {one} is in {group_of[one]} and in {group.id}")
            group_of[one] = group.id
    return group_of


def _ids(areas: gpd.GeoDataFrame, key: str, texts: Sequence[str], where: str) -> list[str]:
    """Return the ids of areas that a rulebook writes by id or name; `DataError` for one that the pack lacks."""
    known = {str(name).casefold(): str(one) for one, name in zip(areas[key], areas["name"], strict=True)}
    known |= {str(one).casefold(): str(one) for one in areas[key]}
    for text in texts:
        if text.casefold() not in known:
            raise DataError(f"{where}: the pack has no area {text!r} in its layer {areas.attrs.get('layer', key)}")
    return [known[text.casefold()] for text in texts]


def count_areas(city: City, book: Rulebook, on: dt.date, year: int | None = None) -> dict[str, AreaCount]:
    """Count every area of the rulebook's area unit on a day; by area id, in the order of the layer.

    Parameters
    ----------
    on
        The day of the counts.
    year
        The calendar year whose list of areas holds; that of ``on`` where none is told.

    Raises
    ------
    MissingLayerError
        When the pack lacks the layer of the area unit, or ``childcare``.
    DataError
        When the rulebook names an area that the pack lacks.
    """
    from kortrijk_geo.engine.rates import exact_rate, places_by_area
    from kortrijk_geo.pack.childcare import believed, children_by_area

    city.require(book.area_unit, "childcare", theme="The childcare premium")
    areas, key = city.layer(book.area_unit), key_of(book.area_unit)
    places = places_by_area(believed(city.childcare), areas, on=on, key=key).to_dict("records")
    children_0_2 = children_by_area(city, book.area_unit)
    dates = {
        "places_date": record_date(city, "childcare"),
        "children_date": record_date(city, children_0_2.layer, "children_0_2"),
    }
    group_of = _groups(areas, key, book)
    names = {group.id: group.name for group in book.area_groups}
    rows: dict[str, list[dict[str, Any]]] = {}
    for row, place, children in zip(areas.to_dict("records"), places, children_0_2.counts, strict=True):
        area_id = group_of.get(str(row[key]), str(row[key]))
        about = {"name": str(row["name"]), "children": children, "vulnerable": _flag(row.get("vulnerable"))}
        rows.setdefault(area_id, []).append({**{str(name): value for name, value in place.items()}, **about})
    rates = {area_id: exact_rate(_sum(parts, "places"), _sum(parts, "children")) for area_id, parts in rows.items()}
    listed = _listed(areas, key, book, on.year if year is None else year)
    return {
        area_id: AreaCount(
            area_id=area_id,
            name=names.get(area_id, parts[0]["name"]),
            children_0_2=_known(_sum(parts, "children")),
            places=_known(_sum(parts, "places")),
            places_per_100_children=None if (rate := rates[area_id]) is None else float(rate),
            below_norm=None if rate is None else _below(rate, book),
            vulnerable=_agreed([part["vulnerable"] for part in parts]),
            locations=int(_sum(parts, "locations")),
            unknown_places=int(_sum(parts, "unknown_places")),
            unknown_opens=int(_sum(parts, "unknown_opens")),
            listed=None if listed is None else area_id in {group_of.get(one, one) for one in listed},
            lowest=_lowest(area_id, rates, book),
            **dates,
        )
        for area_id, parts in rows.items()
    }


def _sum(parts: Sequence[Mapping[str, Any]], name: str) -> float:
    return float(sum(part[name] for part in parts))


def _agreed(flags: Sequence[bool | None]) -> bool | None:
    """Return what all parts of an area are; None where they differ or one is unknown."""
    return flags[0] if len(set(flags)) == 1 else None


def _listed(areas: gpd.GeoDataFrame, key: str, book: Rulebook, year: int) -> set[str] | None:
    """Return the areas on the list of a year; None where no list is of that year."""
    lists = [one for one in book.listed_areas if one.year in {None, year}]
    if not lists:
        return None
    return {one for names in lists for one in _ids(areas, key, names.areas, f"{book.file}: listed_areas")}


def _lowest(area_id: str, rates: Mapping[str, Fraction | None], book: Rulebook) -> bool | None:
    """Whether an area is among those with the lowest rates; None where an unknown rate may decide."""
    own = rates[area_id]
    if book.lowest_areas is None or own is None:
        return None
    lower = sum(rate is not None and rate < own for rate in rates.values())
    if lower >= book.lowest_areas:
        return False
    return True if lower + sum(rate is None for rate in rates.values()) < book.lowest_areas else None


def record_date(city: City, layer: str, column: str = "") -> str:
    """Return the day of a layer's record, or of one of its columns; empty where none, of a year its 31 December."""
    record = city.info.layers.get(layer)
    text = "" if record is None else record.date_of(column)
    return f"{text}-12-31" if _YEAR.fullmatch(text) else text


def _below(rate: Fraction, book: Rulebook) -> bool | None:
    if book.norm_places_per_100 is None:
        return None
    norm = Fraction(book.norm_places_per_100)
    return rate < norm if book.norm_rule == "below" else rate <= norm


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _flag(value: object) -> bool | None:
    return bool(value) if isinstance(value, (bool, np.bool_)) else None
