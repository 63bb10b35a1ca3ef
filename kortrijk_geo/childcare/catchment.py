"""Catchments: how many places per 100 children the children of every home can reach, borders of areas or not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.childcare.demand import Demand, demand_bounds
from kortrijk_geo.childcare.gaps import KEYS, Level, check_level
from kortrijk_geo.childcare.locations import count_day, read_locations
from kortrijk_geo.childcare.notes import catchment_notes
from kortrijk_geo.childcare.rules import catchment_rules
from kortrijk_geo.engine.catchment import (
    gaussian,
    in_reach,
    steps,
    two_step,
    weighted_mean,
    weighted_mean_bounds,
)
from kortrijk_geo.engine.rates import area_of
from kortrijk_geo.engine.streets import Mode, StreetGraph
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    import geopandas as gpd

    from kortrijk_geo.engine.catchment import TwoStep
    from kortrijk_geo.engine.places import Places
    from kortrijk_geo.pack.city import City

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[Any]
Method = Literal["e2sfca", "2sfca", "ratio"]
METHODS: tuple[Method, ...] = ("e2sfca", "2sfca", "ratio")
DECAYS = ("steps", "gaussian")
# Nobody brings a child further than two hours.
MOST_MINUTES = 120


@dataclass(frozen=True)
class Network:
    """The streets of one mode with the homes on them: what takes long and serves several questions.

    Parameters
    ----------
    mode
        ``walk`` or ``cycle``.
    graph
        The streets.
    homes
        All homes of the pack, those outside the study area too.
    places
        The homes on the streets.
    children
        Children aged 0-2 per home that can be on their way: 0 where unknown or where the home is not on a street.
    demand
        The fewest (``children``) and the most children that can be on their way; see `demand_bounds`.
    """

    mode: Mode
    graph: StreetGraph
    homes: gpd.GeoDataFrame
    places: Places
    children: Floats
    demand: Demand


@dataclass(frozen=True)
class Bounds:
    """Least and most places per 100 children, per home, per area and of the city, as in `Catchment`.

    They are equal where all that counts is known; infinite where nothing tells how many places there are at most.
    """

    homes: tuple[Floats, Floats]
    areas: tuple[pd.Series, pd.Series]
    city: tuple[float, float]


@dataclass(frozen=True)
class Catchment:
    """Places per 100 children that homes can reach; unknown (NaN) where unknown children or places count in it.

    Parameters
    ----------
    mode, method, decay, limit_m
        As asked for.
    homes
        Per home of the pack, in its order: places per 100 children; NaN where the home is not on a street.
    areas
        Per area, index ``area_id``: mean over its homes, weighted by children; NaN where no child is known.
    city
        The same for the whole study area.
    locations
        Per location that has places and is on a street, index ``location_id``: ``places``, ``children_in_reach``
        (weighted by the decay) and ``places_per_100_children`` of its catchment (NaN where there are none).
    notes
        Dutch remarks: what is left out, and whether the surroundings count.
    bounds
        Between which numbers each of them lies.
    known_share
        Children of the study area whose home is on a street, as a share of all that are known there.
    """

    mode: str
    method: str
    decay: str
    limit_m: float
    homes: Floats
    areas: pd.Series
    city: float
    locations: pd.DataFrame
    notes: list[str]
    bounds: Bounds
    known_share: float

    @property
    def bounded(self) -> bool:
        """Whether of any home, area or the city only bounds are known."""
        pairs = (self.bounds.homes, self.bounds.areas, self.bounds.city)
        return any(bool((~_equal(np.asarray(low), np.asarray(high)) & np.isfinite(low)).any()) for low, high in pairs)


def network(city: City, mode: Mode = "walk") -> Network:
    """Put the homes of a city on the streets of a mode.

    Raises
    ------
    MissingLayerError
        When the pack lacks homes or streets.
    DataError
        When no home has a child aged 0-2.
    """
    city.require("homes", "streets", theme="The catchment of childcare")
    graph = StreetGraph.from_streets(city.streets, mode)
    places = graph.place(city.homes.geometry, catchment_rules().snap.max_m)
    demand = demand_bounds(city.homes)
    least, most = (np.where(places.placed, side, 0.0) for side in (demand.least, demand.most))
    on_street = Demand(least, most, demand.assumed)
    if not on_street.least.sum() > 0:
        raise DataError(
            f"{city.folder}, layer homes: no home on a street has a child aged 0-2 (column children_0_2);"
            " add counts of children to the recipe and build the pack again"
        )
    return Network(mode, graph, city.homes, places, on_street.least, on_street)


def reach_m(mode: str, *, minutes: float | None = None, limit_m: float | None = None) -> float:
    """Longest trip of a mode in metres; `OptionError` when mode, minutes or metres cannot be used."""
    known = catchment_rules()
    if mode not in known.m_per_min:
        raise OptionError.of_choice("mode", mode, known.m_per_min)
    if minutes is not None and limit_m is not None:
        raise OptionError("give minutes or limit_m, not both")
    if minutes is not None and is_finite(minutes) and minutes > MOST_MINUTES:
        raise OptionError(f"minutes must be at most {MOST_MINUTES}, found {minutes:g}")
    trip_minutes = known.limit.minutes if minutes is None else minutes
    limit = limit_m if limit_m is not None else known.m_per_min[mode] * trip_minutes
    if isinstance(limit, bool) or not math.isfinite(limit) or limit <= 0:
        raise OptionError(f"the longest trip is {limit!r} m, must be a number above 0")
    return float(limit)


def decay_of(name: str, limit_m: float) -> Callable[[Floats], Floats]:
    """Return the decay ``steps``, ``gaussian`` or ``flat`` (weight 1) up to a limit."""
    known = catchment_rules()
    if name == "steps":
        return steps([share * limit_m for share in known.steps.shares], known.steps.weights)
    if name == "gaussian":
        return gaussian(known.gaussian.width_share * limit_m, limit_m)
    if name == "flat":
        return steps([limit_m], [1.0])
    raise OptionError.of_choice("decay", name, DECAYS)


def check_method(method: str) -> None:
    """Raise `OptionError` when there is no such method."""
    if method not in METHODS:
        raise OptionError.of_choice("method", method, METHODS)


def measure_catchment(
    city: City,
    *,
    mode: Mode = "walk",
    method: Method = "e2sfca",
    decay: str = "steps",
    minutes: float | None = None,
    limit_m: float | None = None,
    level: Level = "areas",
    on: dt.date | None = None,
    locations: gpd.GeoDataFrame | None = None,
    net: Network | None = None,
) -> Catchment:
    """Measure the places per 100 children that the children of every home can reach.

    Methods, all over streets with both snap distances included, trips going from home to childcare:

    ``e2sfca``
        Enhanced two-step floating catchment area (Luo and Qi 2009): R_j = S_j / sum_i P_i w(d_ij) and
        A_i = sum_j R_j w(d_ij), times 100; places are shared by all children in reach, near ones more than far ones.
    ``2sfca``
        The same with weight 1 up to the limit.
    ``ratio``
        Plain: all places within the limit of a home per 100 children within the limit of that home. Takes longer, as
        every home with children is a start of its own.

    A home of which the children are unknown has between none and as many as `demand_bounds` says. More children never
    leave more places for a child, so the least and the most of a home are those with the most and with the fewest
    children everywhere; of a mean, those with the weights that make it least and most. The bounds of a mean hold, and
    may be wider than what can be at once. A location without known places has any number of them from 0.

    Parameters
    ----------
    city
        A pack with layers ``homes``, ``streets``, ``childcare`` and ``areas``. Homes and childcare outside the study
        area count.
    mode
        ``walk`` or ``cycle``.
    method, decay
        ``decay`` is ``steps`` or ``gaussian``, of ``e2sfca`` only; see ``catchment.toml``.
    minutes, limit_m
        Longest trip, in minutes at the mode's speed or in metres; None for the 15 minutes of ``catchment.toml``.
    level
        Layer of the areas for the means.
    on
        Day of the count; None for the pack's reference date.
    locations
        Locations as `read_locations` gives them, when the caller has them.
    net
        The streets with the homes on them, when the caller has them.

    Raises
    ------
    MissingLayerError
        When the pack lacks a layer.
    OptionError
        When an option has a value that cannot be used.
    """
    check_method(method)
    check_level(level)
    city.require("childcare", "areas", level, theme="The catchment of childcare")
    net = net or network(city, mode)
    if net.mode != mode:
        raise OptionError(f"the streets given are for mode {net.mode!r}, the question is for {mode!r}")
    limit = reach_m(mode, minutes=minutes, limit_m=limit_m)
    if locations is None:
        locations, _ = read_locations(city, on or count_day(city))
    usable = locations[locations["counted"] & locations["places"].notna()]
    on_street = net.graph.place(usable.geometry, catchment_rules().snap.max_m)
    supply = np.where(on_street.placed, usable["places"].to_numpy(dtype="float64"), 0.0)
    pairs = net.graph.within(on_street, net.places, limit)
    weigh = decay_of("flat" if method != "e2sfca" else decay, limit)

    def share_out(children: Floats) -> tuple[TwoStep, Floats]:
        """Return the two steps, and per home the places per 100 children, with so many children in each home."""
        both = two_step(pairs.facility, pairs.origin, pairs.metres, supply=supply, demand=children, decay=weigh)
        if method != "ratio":
            return both, np.where(net.places.placed, 100 * both.per_origin, np.nan)
        places = in_reach(pairs.facility, pairs.origin, supply, len(net.places))
        return both, np.where(net.places.placed, 100 * _per_child(places, _children_near(net, limit, children)), np.nan)

    few, most_places = share_out(net.children)
    many, least_places = share_out(net.demand.most) if net.demand.unknown.any() else (few, most_places)
    # Places that only homes without a known child have in reach are shared by nobody known: there is no most.
    endless = (few.demand_in_reach <= 0) & (many.demand_in_reach > 0) & (supply > 0)
    uncounted = _near_unknown_places(net, locations, limit)
    most_places = np.where(uncounted, np.inf, most_places)
    most_places[pairs.origin[endless[pairs.facility]]] = np.inf
    shared = None if method == "ratio" else _Shared(pairs.origin, pairs.facility, supply, uncounted)
    values, inside = (least_places, most_places), net.homes["area_id"].notna().to_numpy()
    ids = pd.Index(city.layer(level)[KEYS[level]], name="area_id")
    areas = _mean(net, values, home_groups(city, net.homes, level), len(ids), shared)
    whole = _mean(net, values, np.where(inside, 0, -1), 1, shared)
    table = pd.DataFrame(
        {
            "places": supply,
            "children_in_reach": _if_equal(few.demand_in_reach, many.demand_in_reach),
            "places_per_100_children": 100 * _if_equal(few.per_facility, many.per_facility),
        },
        index=pd.Index(usable["location_id"], name="location_id"),
    )[on_street.placed]
    notes = catchment_notes(
        net.mode, net.homes, net.places.placed, net.demand, locations, int((~on_street.placed).sum())
    )
    return Catchment(
        mode=mode,
        method=method,
        decay=decay if method == "e2sfca" else "",
        limit_m=limit,
        homes=_if_equal(most_places, least_places),
        areas=pd.Series(areas.value, index=ids),
        city=float(whole.value[0]),
        locations=table,
        notes=notes,
        bounds=Bounds(
            (least_places, most_places),
            (pd.Series(areas.least, index=ids), pd.Series(areas.most, index=ids)),
            (float(whole.least[0]), float(whole.most[0])),
        ),
        known_share=_known_share(net),
    )


def home_groups(city: City, homes: gpd.GeoDataFrame, level: Level) -> npt.NDArray[np.int64]:
    """Row of the area in which each home lies; -1 outside the study area."""
    key = KEYS[level]
    ids = homes["area_id"] if level == "areas" else area_of(homes, city.layer(level), key=key)
    rows: npt.NDArray[np.int64] = pd.Index(city.layer(level)[key]).get_indexer(pd.Index(ids)).astype(np.int64)
    return rows


@dataclass(frozen=True)
class _Mean:
    """Mean per group: its value where that is known, and its bounds."""

    value: Floats
    least: Floats
    most: Floats


@dataclass(frozen=True)
class _Shared:
    """Pairs of homes and locations, the places shared out over them, and which homes also reach uncounted places."""

    home: Ints
    location: Ints
    places: Floats
    uncounted: npt.NDArray[np.bool_]

    def most(self, net: Network, group: npt.NDArray[np.int64], groups: int) -> Floats:
        """Return the highest mean per group: its children get no more than all places that they have in reach."""
        there = (group >= 0) & (net.demand.most > 0)
        used = there[self.home]
        pairs = np.unique(np.stack([group[self.home[used]], self.location[used]], axis=1), axis=0)
        places = np.bincount(pairs[:, 0], weights=self.places[pairs[:, 1]], minlength=groups)
        children = np.bincount(group[there], weights=net.children[there], minlength=groups)
        most: Floats = np.divide(100 * places, children, out=np.full(groups, np.inf), where=children > 0)
        most[group[there & self.uncounted]] = np.inf
        return most


def _mean(
    net: Network, values: tuple[Floats, Floats], group: npt.NDArray[np.int64], groups: int, shared: _Shared | None
) -> _Mean:
    """Mean of the homes of every group, weighted by their children."""
    least, most = weighted_mean_bounds(values, (net.children, net.demand.most), group, groups)
    value = np.where(_equal(least, most), weighted_mean(values[1], net.children, group, groups), np.nan)
    if shared is not None:
        most = np.where(_equal(least, most), most, np.minimum(most, shared.most(net, group, groups)))
    return _Mean(value, least, most)


def _equal(least: Floats, most: Floats) -> npt.NDArray[np.bool_]:
    """Whether two bounds are one number, but for float dust."""
    return np.asarray(np.isclose(least, most, rtol=1e-9, atol=0), dtype=bool)


def _if_equal(few: Floats, many: Floats) -> Floats:
    known: Floats = np.where(_equal(few, many), few, np.nan)
    return known


def _near_unknown_places(net: Network, locations: gpd.GeoDataFrame, limit_m: float) -> npt.NDArray[np.bool_]:
    """Whether each home has a location in reach of which nobody tells the places."""
    near = np.zeros(len(net.places), dtype=bool)
    unsized = locations[locations["counted"] & locations["places"].isna()]
    if len(unsized):
        on_street = net.graph.place(unsized.geometry, catchment_rules().snap.max_m)
        near[net.graph.within(on_street, net.places, limit_m).origin] = True
    return near


def _known_share(net: Network) -> float:
    """Children inside the study area whose home is on a street, of all that are known there."""
    inside = net.homes["area_id"].notna().to_numpy()
    known = float(net.homes["children_0_2"][inside].sum())
    return float(net.children[inside].sum()) / known if known > 0 else math.nan


def _children_near(net: Network, limit_m: float, children: Floats) -> Floats:
    """Children within the limit of every home, those of the home included, batch by batch in bounded memory."""
    with_children = np.flatnonzero(children > 0)
    near = np.zeros(len(net.places))
    for batch in net.graph.within_batches(net.places[with_children], net.places, limit_m):
        near += np.bincount(batch.origin, weights=children[with_children][batch.facility], minlength=len(near))
    return near


def _per_child(places: Floats, children: Floats) -> Floats:
    ratio: Floats = np.divide(places, children, out=np.full(len(places), np.nan), where=children > 0)
    return np.where((places <= 0) & (children <= 0), 0.0, ratio)
