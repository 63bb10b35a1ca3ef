"""What ``need.toml`` says about need: 3-30-300, marks, Tree Equity Score, need at one spot; checked when read."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.strict_toml import Origin, Table, above_zero, identifier, many, one_of, open_table, share, text, whole
from kortrijk_geo.trees.rules import from_zero, origin

Knots = tuple[tuple[float, float], ...]
HEAT = "surface_temperature"


@dataclass(frozen=True)
class Three:
    """At least ``least_crowns`` crowns of ``least_crown_m2`` within ``within_m`` of the home."""

    least_crowns: int
    least_crown_m2: float
    within_m: float
    origin: Origin


@dataclass(frozen=True)
class Thirty:
    """At least ``least_share`` of the land under canopy, within ``within_m`` of the home or in its area."""

    least_share: float
    within_m: float
    measured_in: Literal["radius", "area"]
    origin: Origin


@dataclass(frozen=True)
class ThreeHundred:
    """Public green of ``min_ha`` (``min_ha_dense`` where people live densely) within ``max_m`` along the streets."""

    max_m: float
    min_ha: float
    min_ha_dense: float
    dense_from_per_km2: float
    max_snap_m: float
    max_street_m: float
    kinds: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True)
class Indicator:
    """One indicator of who needs trees: a column of the areas, over the column ``per``; or the mean temperature."""

    id: str
    label: str
    of: str
    per: str | None
    low_needs_more: bool
    weight: float


@dataclass(frozen=True)
class Equity:
    """Tree Equity Score: the goal by density (people per km2 below, factor) and the indicators."""

    goal_share: float
    density: Knots
    density_above: float
    indicators: tuple[Indicator, ...]
    origin: Origin


@dataclass(frozen=True)
class Spot:
    """Weights and scales of the need at one spot."""

    canopy_weight: float
    people_weight: float
    heat_weight: float
    people_within_m: float
    full_people: float
    full_dwellings: float
    origin: Origin


@dataclass(frozen=True)
class NeedRules:
    """The whole of a need file; marks are knots of straight lines."""

    version: str
    three: Three
    thirty: Thirty
    three_hundred: ThreeHundred
    canopy_marks: Knots
    green_marks: Knots
    marks_origin: Origin
    equity: Equity
    spot: Spot
    least_known_share: float
    cell_m: float


def load_need(path: Path | None = None) -> NeedRules:
    """Read a need file, or the package's own.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it breaks its form; the message names file and key.
    """
    top = open_table(path or Path(__file__).with_name("need.toml"))
    marks, known = top.table("marks"), top.table("known")
    found = NeedRules(
        version=top.take("version", text),
        three=_three(top.table("three")),
        thirty=_thirty(top.table("thirty")),
        three_hundred=_three_hundred(top.table("three_hundred")),
        canopy_marks=marks.take("canopy_share", _knots),
        green_marks=marks.take("green_m", _knots),
        marks_origin=origin(marks),
        equity=_equity(top.table("equity")),
        spot=_spot(top.table("spot")),
        least_known_share=known.take("least_share", share),
        cell_m=known.take("cell_m", above_zero),
    )
    origin(known)
    top.done()
    return found


def _three(table: Table) -> Three:
    return Three(
        table.take("least_crowns", whole(1, 1000)),
        table.take("least_crown_m2", from_zero),
        table.take("within_m", above_zero),
        origin(table),
    )


def _thirty(table: Table) -> Thirty:
    return Thirty(
        table.take("least_share", share),
        table.take("within_m", above_zero),
        "radius" if table.take("measured_in", one_of("radius", "area")) == "radius" else "area",
        origin(table),
    )


def _three_hundred(table: Table) -> ThreeHundred:
    return ThreeHundred(
        max_m=table.take("max_m", above_zero),
        min_ha=table.take("min_ha", above_zero),
        min_ha_dense=table.take("min_ha_dense", above_zero),
        dense_from_per_km2=table.take("dense_from_per_km2", above_zero),
        max_snap_m=table.take("max_snap_m", above_zero),
        max_street_m=table.take("max_street_m", above_zero),
        kinds=table.take("kinds", many(text)),
        origin=origin(table),
    )


def _equity(table: Table) -> Equity:
    return Equity(
        goal_share=table.take("goal_share", share),
        density=table.take("density", _knots),
        density_above=table.take("density_above", from_zero),
        indicators=tuple(_indicator(row) for row in table.tables("indicator")),
        origin=origin(table),
    )


def _indicator(table: Table) -> Indicator:
    columns = tuple(LAYERS["areas"].columns)
    return Indicator(
        id=table.take("id", identifier),
        label=table.take("label", text),
        of=table.take("of", one_of(HEAT, *columns)),
        per=table.take_or("per", one_of(*columns), None),
        low_needs_more=table.take("more_need", one_of("high", "low")) == "low",
        weight=table.take("weight", above_zero),
    )


def _spot(table: Table) -> Spot:
    return Spot(
        canopy_weight=table.take("canopy_weight", from_zero),
        people_weight=table.take("people_weight", from_zero),
        heat_weight=table.take("heat_weight", from_zero),
        people_within_m=table.take("people_within_m", above_zero),
        full_people=table.take("full_people", above_zero),
        full_dwellings=table.take("full_dwellings", above_zero),
        origin=origin(table),
    )


def _knots(value: object, where: str) -> Knots:
    if not isinstance(value, list) or not value or not all(isinstance(one, list) and len(one) == 2 for one in value):
        raise DataError(f"{where}: must be a list of pairs, as [[100, 10], [300, 6]]")
    found = tuple((from_zero(x, where), from_zero(y, where)) for x, y in value)
    if any(left[0] >= right[0] for left, right in pairwise(found)):
        raise DataError(f"{where}: the first numbers of the pairs must rise")
    return found
