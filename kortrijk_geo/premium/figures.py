"""All that a decision takes from a pack, as one value that can be kept: so a later pack does not change it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import shapely

from kortrijk_geo.pack.gate import differences, require_verified
from kortrijk_geo.premium.border import border_rules
from kortrijk_geo.premium.place import (
    AreaCount,
    areas_at,
    areas_of,
    check_location,
    count_areas,
    inside_city,
    key_of,
    members_of,
)
from kortrijk_geo.premium.sketch import Outlines, draw_outlines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import geopandas as gpd

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.form import Rulebook

K = TypeVar("K")
V = TypeVar("V")
_MOST_KEPT = 64


@dataclass(frozen=True)
class NearArea:
    """An area near a location, or the end of the city where ``area`` is None; a distance of None is not kept, m."""

    area: AreaCount | None
    distance_m: float | None


@dataclass(frozen=True)
class PackFigures:
    """What a pack says of the location of an application, under one rulebook.

    Parameters
    ----------
    pack, pack_digest, synthetic, changes
        Which pack, and what of it is not as it was built.
    reference_date
        Day of the counts.
    inside
        Whether the location lies in the city.
    areas
        The areas in which it lies: several when it lies on their border, in order of id.
    near
        What lies within the distance that is told, nearest first, ``areas`` included.
    children_day, areas_then
        The day of the counts of the children where that is another, and ``areas`` counted on it.
    differences
        By id of ``areas``, where layers of the pack count its children differently: Dutch sentences.
    outlines
        All areas, for the map on a sheet.
    """

    pack: str
    pack_digest: str
    synthetic: bool
    changes: tuple[str, ...]
    reference_date: dt.date
    inside: bool
    areas: tuple[AreaCount, ...]
    near: tuple[NearArea, ...]
    children_day: dt.date | None
    areas_then: tuple[AreaCount, ...]
    differences: Mapping[str, tuple[str, ...]]
    outlines: Outlines

    def without_place(self) -> PackFigures:
        """Return what says nothing of the location but its area: without the distances to borders."""
        return replace(self, near=tuple(replace(one, distance_m=None) for one in self.near))

    def at_distances(self, distances_m: Iterable[float | None]) -> PackFigures:
        """Return them with the distances that `without_place` took away."""
        near = zip(self.near, distances_m, strict=True)
        return replace(self, near=tuple(replace(one, distance_m=distance) for one, distance in near))

    def to_json(self) -> dict[str, Any]:
        """Return a document of plain values; `from_json` gives back an equal value."""
        day = self.children_day
        return {
            **asdict(self),
            "reference_date": self.reference_date.isoformat(),
            "children_day": None if day is None else day.isoformat(),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> PackFigures:
        """Read what `to_json` wrote, also after it went through JSON."""
        day, outlines = document["children_day"], document["outlines"]
        return cls(
            pack=document["pack"],
            pack_digest=document["pack_digest"],
            synthetic=document["synthetic"],
            changes=tuple(document["changes"]),
            reference_date=dt.date.fromisoformat(document["reference_date"]),
            inside=document["inside"],
            areas=tuple(AreaCount(**one) for one in document["areas"]),
            near=tuple(
                NearArea(None if one["area"] is None else AreaCount(**one["area"]), one["distance_m"])
                for one in document["near"]
            ),
            children_day=None if day is None else dt.date.fromisoformat(day),
            areas_then=tuple(AreaCount(**one) for one in document["areas_then"]),
            differences={area_id: tuple(texts) for area_id, texts in document["differences"].items()},
            outlines=Outlines(**{**outlines, "paths": tuple(outlines["paths"]), "ids": tuple(outlines["ids"])}),
        )


class CountedPack:
    """A pack that counts and draws its areas once per rulebook and day, however many applications ask.

    Parameters
    ----------
    city
        The pack; layers ``boundary``, ``childcare`` and the area unit of the rulebooks.
    accept_changed
        Also take a pack that is not proven to be what was built; its changes are told.

    Raises
    ------
    DataError
        When the pack does not verify, unless ``accept_changed``.
    """

    def __init__(self, city: City, *, accept_changed: bool = False) -> None:
        self.city = city
        self.changes = require_verified(city, accept_changed=accept_changed)
        self._counts: dict[tuple[str, dt.date, int], dict[str, AreaCount]] = {}
        self._areas: dict[str, gpd.GeoDataFrame] = {}
        self._outlines: dict[str, Outlines] = {}

    def figures(self, book: Rulebook, application: Application) -> PackFigures:
        """Return what the pack says of an application.

        Raises
        ------
        DataError
            When the location lies outside the pack, or the rulebook names an area that the pack lacks.
        MissingLayerError
            When the pack lacks a layer.
        """
        x, y, on = application.x, application.y, reference_date(book, application)
        inside = inside_city(self.city, x, y)
        check_location(self.city, x, y)
        year = application.year or application.date.year
        counts, areas, key = self.counts(book, on, year), self.areas(book), key_of(book.area_unit)
        found = areas_at(areas, key, x, y) if inside else []
        day = _day_of_children([counts[one] for one in found], on)
        then = {} if day is None else self.counts(book, day, year)
        return PackFigures(
            pack=self.city.name,
            pack_digest=self.city.digest,
            synthetic=self.city.synthetic,
            changes=self.changes,
            reference_date=on,
            inside=inside,
            areas=tuple(counts[one] for one in found),
            near=self._near(book, application, counts) if found else (),
            children_day=day,
            areas_then=tuple(then[one] for one in found if one in then),
            differences={one: self._differences(book, one) for one in found},
            outlines=self.outlines(book),
        )

    def prepare(self, book: Rulebook, day: dt.date) -> None:
        """Count and draw what applications of a day ask for, so that the first need not wait for it."""
        on = day if book.reference_day is None else book.reference_day.before(day)
        counts = self.counts(book, on, day.year)
        children_day = _day_of_children(list(counts.values()), on)
        if children_day is not None:
            self.counts(book, children_day, day.year)
        self.outlines(book)
        if book.area_unit != "districts":
            self._differences(book, next(iter(counts)))

    def counts(self, book: Rulebook, on: dt.date, year: int) -> dict[str, AreaCount]:
        """Count every area on a day, with the lists of a year; see `kortrijk_geo.premium.place.count_areas`."""
        return _once(self._counts, (book.sha256, on, year), lambda: count_areas(self.city, book, on, year))

    def areas(self, book: Rulebook) -> gpd.GeoDataFrame:
        """Return the areas that decide under a rulebook."""
        return _once(self._areas, book.sha256, lambda: areas_of(self.city, book))

    def outlines(self, book: Rulebook) -> Outlines:
        """Return the areas of a rulebook as they are drawn on a sheet."""
        key = key_of(book.area_unit)
        return _once(self._outlines, book.sha256, lambda: draw_outlines(self.areas(book), key))

    def _near(self, book: Rulebook, application: Application, counts: Mapping[str, AreaCount]) -> tuple[NearArea, ...]:
        point, within = shapely.Point(application.x, application.y), border_rules().near.within_m
        areas, found = self.areas(book), []
        for position in areas.sindex.query(point, predicate="dwithin", distance=within):
            area = counts[str(areas[key_of(book.area_unit)].iloc[position])]
            distance = float(shapely.distance(point, areas.geometry.iloc[position]))
            found.append((round(distance, 2), area.area_id, area))
        end = float(shapely.distance(point, self.city.boundary.geometry.iloc[0].boundary))
        near = [NearArea(area, distance) for distance, _, area in found]
        near += [NearArea(None, round(end, 2))] * (end <= within)
        return tuple(sorted(near, key=lambda one: (one.distance_m, "" if one.area is None else one.area.area_id)))

    def _differences(self, book: Rulebook, area_id: str) -> tuple[str, ...]:
        """Say where layers count the children of the wijk of an area differently; a deelgemeente has none."""
        if book.area_unit == "districts":
            return ()
        wijken = members_of(self.city, book, area_id)
        if book.area_unit == "subareas":
            wijken = list(dict.fromkeys(self._wijk_of[one] for one in wijken))
        return tuple(f"{one}." for wijk in wijken for one in self._differing if one.area_id == wijk)

    @cached_property
    def _differing(self) -> tuple[Any, ...]:
        return differences(self.city, ["children_0_2"])

    @cached_property
    def _wijk_of(self) -> dict[str, str]:
        sectors = self.city.layer("subareas")
        return {str(one): str(wijk) for one, wijk in zip(sectors["subarea_id"], sectors["parent_id"], strict=True)}


def _once(kept: dict[K, V], key: K, make: Callable[[], V]) -> V:
    """Return what is kept under a key, or make and keep it: no more than some, whatever years are asked for."""
    value = kept.get(key)
    if value is None:
        value = make()
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[key] = value
    return value


def pack_figures(city: City, book: Rulebook, application: Application, *, accept_changed: bool = False) -> PackFigures:
    """Return what a pack says of one application; for many on the same pack see `CountedPack`."""
    return CountedPack(city, accept_changed=accept_changed).figures(book, application)


def reference_date(book: Rulebook, application: Application) -> dt.date:
    """Return the day of the counts for an application."""
    return application.date if book.reference_day is None else book.reference_day.before(application.date)


def _day_of_children(areas: list[AreaCount], on: dt.date) -> dt.date | None:
    """Return the day of the counts of the children where it is another than asked: figures of two days are no rate."""
    try:
        day = dt.date.fromisoformat(areas[0].children_date) if areas else on
    except ValueError:
        return None
    return None if day == on else day
