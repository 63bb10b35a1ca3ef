"""Catchments: how many places per 100 children the children of every home can reach, borders of areas or not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.childcare.gaps import KEYS, Level, check_level
from kortrijk_geo.childcare.locations import count_day, read_locations
from kortrijk_geo.childcare.notes import catchment_notes
from kortrijk_geo.childcare.rules import catchment_rules
from kortrijk_geo.engine.catchment import gaussian, in_reach, steps, two_step, weighted_mean
from kortrijk_geo.engine.rates import area_of
from kortrijk_geo.engine.streets import Mode, StreetGraph
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    import geopandas as gpd

    from kortrijk_geo.engine.places import Places, SnapTo
    from kortrijk_geo.pack.city import City

Floats = npt.NDArray[np.float64]
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
    snap_to
        Which streets homes and childcare are put on, see `StreetGraph.place`.
    """

    mode: Mode
    graph: StreetGraph
    homes: gpd.GeoDataFrame
    places: Places
    children: Floats
    snap_to: SnapTo = "largest"

    def place(self, points: gpd.GeoDataFrame | gpd.GeoSeries) -> Places:
        """Put points on the streets as the homes are."""
        return self.graph.place(points, catchment_rules().snap.max_m, snap_to=self.snap_to)


@dataclass(frozen=True)
class Catchment:
    """Places per 100 children that homes can reach.

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


def network(city: City, mode: Mode = "walk", *, snap_to: SnapTo = "largest") -> Network:
    """Put the homes of a city on the streets of a mode; for ``snap_to`` see `StreetGraph.place`.

    Raises
    ------
    MissingLayerError
        When the pack lacks homes or streets.
    DataError
        When no home has a child aged 0-2.
    """
    city.require("homes", "streets", theme="The catchment of childcare")
    graph = StreetGraph.from_streets(city.streets, mode)
    places = graph.place(city.homes.geometry, catchment_rules().snap.max_m, snap_to=snap_to)
    known = city.homes["children_0_2"].notna().to_numpy() & places.placed
    children = np.where(known, city.homes["children_0_2"].to_numpy(dtype="float64"), 0.0)
    if not children.sum() > 0:
        raise DataError(
            f"{city.folder}, layer homes: no home on a street has a child aged 0-2 (column children_0_2);"
            " add counts of children to the recipe and build the pack again"
        )
    return Network(mode, graph, city.homes, places, children, snap_to)


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
        The streets with the homes on them, when the caller has them; None puts them on as `network` does.

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
    on_street = net.place(usable.geometry)
    supply = np.where(on_street.placed, usable["places"].to_numpy(dtype="float64"), 0.0)
    pairs = net.graph.within(on_street, net.places, limit)
    weigh = decay_of("flat" if method != "e2sfca" else decay, limit)
    steps = two_step(pairs.facility, pairs.origin, pairs.metres, supply=supply, demand=net.children, decay=weigh)
    if method == "ratio":
        values = _per_child(in_reach(pairs.facility, pairs.origin, supply, len(net.places)), _children_near(net, limit))
    else:
        values = steps.per_origin
    per_home = np.where(net.places.placed, 100 * values, np.nan)
    areas, whole = _means(city, net, per_home, level)
    table = pd.DataFrame(
        {
            "places": supply,
            "children_in_reach": steps.demand_in_reach,
            "places_per_100_children": 100 * steps.per_facility,
        },
        index=pd.Index(usable["location_id"], name="location_id"),
    )[on_street.placed]
    notes = catchment_notes(net.mode, net.homes, net.places, locations, on_street)
    return Catchment(mode, method, decay if method == "e2sfca" else "", limit, per_home, areas, whole, table, notes)


def home_groups(city: City, homes: gpd.GeoDataFrame, level: Level) -> npt.NDArray[np.int64]:
    """Row of the area in which each home lies; -1 outside the study area."""
    key = KEYS[level]
    ids = homes["area_id"] if level == "areas" else area_of(homes, city.layer(level), key=key)
    rows: npt.NDArray[np.int64] = pd.Index(city.layer(level)[key]).get_indexer(pd.Index(ids)).astype(np.int64)
    return rows


def _means(city: City, net: Network, per_home: Floats, level: Level) -> tuple[pd.Series, float]:
    layer = city.layer(level)
    rows = home_groups(city, net.homes, level)
    means = weighted_mean(per_home, net.children, rows, len(layer))
    inside = np.where(net.homes["area_id"].notna().to_numpy(), 0, -1)
    whole = weighted_mean(per_home, net.children, inside, 1)[0]
    return pd.Series(means, index=pd.Index(layer[KEYS[level]], name="area_id")), float(whole)


def _children_near(net: Network, limit_m: float) -> Floats:
    """Children within the limit of every home, those of the home included, batch by batch in bounded memory."""
    with_children = np.flatnonzero(net.children > 0)
    near = np.zeros(len(net.places))
    for batch in net.graph.within_batches(net.places[with_children], net.places, limit_m):
        near += np.bincount(batch.origin, weights=net.children[with_children][batch.facility], minlength=len(near))
    return near


def _per_child(places: Floats, children: Floats) -> Floats:
    ratio: Floats = np.divide(places, children, out=np.full(len(places), np.nan), where=children > 0)
    return np.where((places <= 0) & (children <= 0), 0.0, ratio)
