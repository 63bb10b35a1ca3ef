"""What the desk can say of a place and an application without a dossier: surroundings, advice, what if."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from kortrijk_geo.desk.location import Finder
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.premium.amounts import sum_in
from kortrijk_geo.premium.application import Application
from kortrijk_geo.premium.conditions import check_conditions
from kortrijk_geo.premium.figures import reference_date
from kortrijk_geo.premium.place import areas_at, inside_city, key_of
from kortrijk_geo.premium.rulebooks import holding_on, rulebooks_for

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from kortrijk_geo.desk.dossiers import Desk
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.place import AreaCount


@dataclass(frozen=True)
class Surroundings:
    """What lies at and around a place.

    ``area`` is None outside the city; ``other`` is the nearest area across a border, ``border_m`` how far that is.
    The sums are those of an application, None where there is none or it cannot be computed.
    """

    area: AreaCount | None
    reference_date: dt.date
    other: AreaCount | None
    border_m: float | None
    city_border_m: float
    here_eur: Decimal | None = None
    there_eur: Decimal | None = None


class Counsel:
    """What the desk knows of one city: counted once per rulebook and day, and the places in it.

    Parameters
    ----------
    desk
        The desk, with the figures of the city.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk, self.pack = desk, desk.pack
        self.city = self.pack.city
        self.finder = Finder(self.city)
        self.streets = self.city.layer("streets") if self.city.has("streets") else None
        self.drawn: tuple[tuple[str, dt.date] | None, bytes] = (None, b"")  # the map of the areas, for whom, as JSON

    @property
    def books(self) -> tuple[Rulebook, ...]:
        """The rulebooks of the city that decide now; none where none is of its municipality."""
        try:
            return rulebooks_for(self.city, self.desk.books())
        except (DataError, OptionError):
            return ()

    def warm(self, day: dt.date) -> None:
        """Count and draw once what the first advice of a day asks."""
        if not self.books:
            return
        book = self.book_on(day)
        middle = self.city.boundary.geometry.iloc[0].representative_point()
        self.pack.outlines(book)
        self.pack.figures(book, Application(book.kinds[0], 1, 0, middle.x, middle.y, day))

    def book_on(self, day: dt.date) -> Rulebook:
        """Return a rulebook that holds on a day, else the last one: to show counts by, not to decide with."""
        return (holding_on(self.books, day) or [self.books[-1]])[-1]

    def counts(self, book: Rulebook, day: dt.date) -> dict[str, AreaCount]:
        """Count every area as for an application of a day."""
        on = day if book.reference_day is None else book.reference_day.before(day)
        return self.pack.counts(book, on, day.year)

    def surroundings(
        self, x: float, y: float, book: Rulebook, day: dt.date, application: Application | None = None
    ) -> Surroundings:
        """Return what lies at and around a point, and with an application what it would get on both sides."""
        on = day if book.reference_day is None else book.reference_day.before(day)
        if application is not None:
            on = reference_date(book, application)
        counts, areas, key = self.pack.counts(book, on, day.year), self.pack.areas(book), key_of(book.area_unit)
        inside = inside_city(self.city, x, y)
        here = areas_at(areas, key, x, y) if inside else []
        point = shapely.Point(x, y)
        end = float(shapely.distance(point, self.city.boundary.geometry.iloc[0].boundary))
        if not here:
            return Surroundings(None, on, None, None, end)
        distances = shapely.distance(areas["geometry"], point)
        others = sorted(
            (float(distance), str(one))
            for one, distance in zip(areas[key], distances, strict=True)
            if str(one) != here[0]
        )
        area, other = counts[here[0]], counts[others[0][1]] if others else None
        border = others[0][0] if others else None
        if application is None:
            return Surroundings(area, on, other, border, end)
        facts = {one.condition.id: one for one in check_conditions(book, application, inside=True, area=area)}
        there = None if other is None else sum_in(book, application, other, facts)
        return Surroundings(area, on, other, border, end, sum_in(book, application, area, facts), there)
