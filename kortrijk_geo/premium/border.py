"""How near a location lies to another area or to the end of the city, and what it would get there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from kortrijk_geo.premium.amounts import sum_in
from kortrijk_geo.rules import Number, Rules, Sourced, read_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.figures import NearArea
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
    """What lies across a border: ``area`` is None outside the city, where ``total_eur`` is None as nothing is given.

    ``distance_m`` is None where it was not kept: it is then at most that from which a border is told.
    """

    area: AreaCount | None
    distance_m: float | None
    total_eur: Decimal | None


def neighbours(
    near: Sequence[NearArea],
    book: Rulebook,
    application: Application,
    area: AreaCount,
    facts: Mapping[str, ConditionOutcome],
) -> tuple[Neighbour, ...]:
    """Return what lies near a location beside its own ``area``, and what the application would get there.

    Parameters
    ----------
    near
        From `kortrijk_geo.premium.figures.PackFigures`.
    facts
        The conditions by id, as they were answered.
    """
    return tuple(
        Neighbour(one.area, one.distance_m, None if one.area is None else sum_in(book, application, one.area, facts))
        for one in near
        if one.area is None or one.area.area_id != area.area_id
    )
