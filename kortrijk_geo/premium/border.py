"""How near a location lies to another area or to the end of the city, and what it would get there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import shapely

from kortrijk_geo.premium.amounts import sum_in
from kortrijk_geo.premium.place import areas_of, key_of
from kortrijk_geo.rules import Number, Rules, Sourced, read_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.place import AreaCount


class NearBorder(Sourced):
    """From which distance a border is told, m."""

    within_m: Annotated[float, Number(0, 1000)]


class BorderRules(Rules):
    """The whole of ``border.toml``."""

    near: NearBorder


@cache
def border_rules() -> BorderRules:
    """Return the package's rules of borders."""
    return read_rules(BorderRules, Path(__file__).with_name("border.toml"))


@dataclass(frozen=True)
class Neighbour:
    """What lies across a border: ``area`` is None outside the city, where ``total_eur`` is None as nothing is given."""

    area: AreaCount | None
    distance_m: float
    total_eur: Decimal | None


def neighbours(
    city: City,
    book: Rulebook,
    application: Application,
    counts: Mapping[str, AreaCount],
    area: AreaCount,
    facts: Mapping[str, ConditionOutcome],
) -> tuple[Neighbour, ...]:
    """Find what lies near a location beside its own ``area``, nearest first.

    Parameters
    ----------
    counts
        Every area, from `kortrijk_geo.premium.place.count_areas`.
    facts
        The conditions by id, as they were answered.
    """
    point, within = shapely.Point(application.x, application.y), border_rules().near.within_m
    layer = areas_of(city, book)
    found = []
    for position in layer.sindex.query(point, predicate="dwithin", distance=within):
        other = counts[str(layer[key_of(book.area_unit)].iloc[position])]
        if other.area_id != area.area_id:
            distance = float(shapely.distance(point, layer.geometry.iloc[position]))
            found.append(Neighbour(other, round(distance, 2), sum_in(book, application, other, facts)))
    end = float(shapely.distance(point, city.boundary.geometry.iloc[0].boundary))
    if end <= within:
        found.append(Neighbour(None, round(end, 2), None))
    return tuple(sorted(found, key=lambda one: (one.distance_m, "" if one.area is None else one.area.area_id)))
