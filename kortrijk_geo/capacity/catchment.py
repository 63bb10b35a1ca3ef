"""Catchments: how much capacity per 100 people the people of every home can reach, borders of areas or not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.capacity.network import decay_of
from kortrijk_geo.engine.catchment import in_reach, two_step, weighted_mean, weighted_mean_bounds
from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.capacity.network import Network
    from kortrijk_geo.capacity.rules import CatchmentRules
    from kortrijk_geo.engine.catchment import TwoStep
    from kortrijk_geo.engine.places import Places

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[Any]
Method = Literal["e2sfca", "2sfca", "ratio"]
METHODS: tuple[Method, ...] = ("e2sfca", "2sfca", "ratio")


@dataclass(frozen=True)
class Bounds:
    """Least and most capacity per 100 people, per home, per area and of the city, as in `Catchment`.

    They are equal where all that counts is known; infinite where nothing tells how much capacity there is at most.
    """

    homes: tuple[Floats, Floats]
    areas: tuple[pd.Series, pd.Series]
    city: tuple[float, float]


@dataclass(frozen=True)
class Catchment:
    """Capacity per 100 people that homes can reach; unknown (NaN) where unknown people or capacity count in it.

    Parameters
    ----------
    mode, method, decay, limit_m
        As asked for; ``decay`` is empty where the method has none.
    homes
        Per home of the pack, in its order: capacity per 100 people; NaN where the home is not on a street.
    areas
        Per area, index ``area_id``: mean over its homes, weighted by people; NaN where nobody is known.
    city
        The same for the whole study area.
    locations
        Per location that has capacity and is on a street, with the index of the locations: ``capacity``,
        ``people_in_reach`` (weighted by the decay) and ``capacity_per_100_people`` of its catchment (NaN where there
        are none).
    on_street
        The locations of which the capacity is known, on the streets.
    bounds
        Between which numbers each of them lies.
    known_share
        People of the study area whose home is on a street, as a share of all that are known there.
    notes
        Dutch remarks of who asked.
    """

    mode: str
    method: str
    decay: str
    limit_m: float
    homes: Floats
    areas: pd.Series
    city: float
    locations: pd.DataFrame
    on_street: Places
    bounds: Bounds
    known_share: float
    notes: list[str] = field(default_factory=list)

    @property
    def bounded(self) -> bool:
        """Whether of any home, area or the city only bounds are known."""
        pairs = (self.bounds.homes, self.bounds.areas, self.bounds.city)
        return any(bool((~_equal(np.asarray(low), np.asarray(high)) & np.isfinite(low)).any()) for low, high in pairs)


def check_method(method: str) -> None:
    """Raise `OptionError` when there is no such method."""
    if method not in METHODS:
        raise OptionError.of_choice("method", method, METHODS)


def catchment(
    net: Network,
    locations: gpd.GeoDataFrame,
    capacity: str,
    *,
    area: Ints,
    ids: pd.Index,
    limit_m: float,
    rules: CatchmentRules,
    method: Method = "e2sfca",
    decay: str = "steps",
) -> Catchment:
    """Measure the capacity per 100 people that the people of every home can reach.

    Methods, all over streets with both snap distances included, trips going from home to location:

    ``e2sfca``
        Enhanced two-step floating catchment area (Luo and Qi 2009): R_j = S_j / sum_i P_i w(d_ij) and
        A_i = sum_j R_j w(d_ij), times 100; capacity is shared by all people in reach, near ones more than far ones.
    ``2sfca``
        The same with weight 1 up to the limit.
    ``ratio``
        Plain: all capacity within the limit of a home per 100 people within the limit of that home. Takes longer, as
        every home with people is a start of its own.

    A home of which the people are unknown has between none and as many as `people_bounds` says. More people never
    leave more capacity for one, so the least and the most of a home are those with the most and with the fewest people
    everywhere; of a mean, those with the weights that make it least and most. The bounds of a mean hold, and may be
    wider than what can be at once. A location of unknown capacity has any from 0.

    Parameters
    ----------
    net
        The streets with the homes, and the people in them; those outside the study area count.
    locations, capacity
        All locations that count, those outside the study area too, with the column of their capacity; NaN is unknown.
    area, ids
        Row of the area per home, -1 outside the study area; and the ids of the areas. See `home_groups`.
    limit_m
        Longest trip; see `reach_m`.
    rules
        How much less capacity counts the farther it is.
    method, decay
        ``decay`` is ``steps`` or ``gaussian``, of ``e2sfca`` only.

    Raises
    ------
    OptionError
        When method or decay cannot be used.
    DataError
        When a capacity is negative.
    """
    check_method(method)
    sized = locations[capacity].notna().to_numpy(dtype=bool)
    usable = locations[sized]
    on_street = net.place(usable.geometry)
    supply = np.where(on_street.placed, usable[capacity].to_numpy(dtype="float64"), 0.0)
    pairs = net.graph.within(on_street, net.places, limit_m)
    weigh = decay_of(rules, "flat" if method != "e2sfca" else decay, limit_m)

    def share_out(people: Floats) -> tuple[TwoStep, Floats]:
        """Return the two steps, and per home the capacity per 100 people, with so many people in each home."""
        both = two_step(pairs.facility, pairs.origin, pairs.metres, supply=supply, demand=people, decay=weigh)
        if method != "ratio":
            return both, np.where(net.places.placed, 100 * both.per_origin, np.nan)
        near = in_reach(pairs.facility, pairs.origin, supply, len(net.places))
        ratio = 100 * _per_person(near, _people_near(net, limit_m, people))
        return both, np.where(net.places.placed, ratio, np.nan)

    few, most = share_out(net.people)
    many, least = share_out(net.demand.most) if net.demand.unknown.any() else (few, most)
    # Capacity that only homes without a known person have in reach is shared by nobody known: there is no most.
    endless = (few.demand_in_reach <= 0) & (many.demand_in_reach > 0) & (supply > 0)
    uncounted = _near(net, locations[~sized], limit_m)
    most = np.where(uncounted, np.inf, most)
    most[pairs.origin[endless[pairs.facility]]] = np.inf
    shared = None if method == "ratio" else _Shared(pairs.origin, pairs.facility, supply, uncounted)
    areas = _mean(net, (least, most), area, len(ids), shared)
    whole = _mean(net, (least, most), np.where(net.inside, 0, -1), 1, shared)
    table = pd.DataFrame(
        {
            "capacity": supply,
            "people_in_reach": _if_equal(few.demand_in_reach, many.demand_in_reach),
            "capacity_per_100_people": 100 * _if_equal(few.per_facility, many.per_facility),
        },
        index=usable.index,
    )[on_street.placed]
    return Catchment(
        mode=net.mode, method=method, decay=decay if method == "e2sfca" else "", limit_m=limit_m,
        homes=_if_equal(most, least), areas=pd.Series(areas.value, index=ids), city=float(whole.value[0]),
        locations=table, on_street=on_street,
        bounds=Bounds(
            (least, most),
            (pd.Series(areas.least, index=ids), pd.Series(areas.most, index=ids)),
            (float(whole.least[0]), float(whole.most[0])),
        ),
        known_share=_known_share(net),
    )  # fmt: skip


@dataclass(frozen=True)
class _Mean:
    """Mean per group: its value where that is known, and its bounds."""

    value: Floats
    least: Floats
    most: Floats


@dataclass(frozen=True)
class _Shared:
    """Pairs of homes and locations, the capacity shared out over them, and which homes also reach capacity unknown."""

    home: Ints
    location: Ints
    capacity: Floats
    uncounted: npt.NDArray[np.bool_]

    def most(self, net: Network, group: npt.NDArray[np.int64], groups: int) -> Floats:
        """Return the highest mean per group: its people get no more than all capacity that they have in reach."""
        there = (group >= 0) & (net.demand.most > 0)
        used = there[self.home]
        locations = max(len(self.capacity), 1)
        area, location = np.divmod(np.unique(group[self.home[used]] * locations + self.location[used]), locations)
        capacity = np.bincount(area, weights=self.capacity[location], minlength=groups)
        people = np.bincount(group[there], weights=net.people[there], minlength=groups)
        most: Floats = np.divide(100 * capacity, people, out=np.full(groups, np.inf), where=people > 0)
        most[group[there & self.uncounted]] = np.inf
        return most


def _mean(
    net: Network, values: tuple[Floats, Floats], group: npt.NDArray[np.int64], groups: int, shared: _Shared | None
) -> _Mean:
    """Mean of the homes of every group, weighted by their people."""
    least, most = weighted_mean_bounds(values, (net.people, net.demand.most), group, groups)
    value = np.where(_equal(least, most), weighted_mean(values[1], net.people, group, groups), np.nan)
    # Where all is known the bounds are the number itself, and the pairs need not be gone through.
    if shared is not None and not (_equal(least, most) | np.isnan(most)).all():
        most = np.where(_equal(least, most), most, np.minimum(most, shared.most(net, group, groups)))
    return _Mean(value, least, most)


def _equal(least: Floats, most: Floats) -> npt.NDArray[np.bool_]:
    """Whether two bounds are one number, but for float dust."""
    return np.asarray(np.isclose(least, most, rtol=1e-9, atol=0), dtype=bool)


def _if_equal(few: Floats, many: Floats) -> Floats:
    known: Floats = np.where(_equal(few, many), few, np.nan)
    return known


def _near(net: Network, unsized: gpd.GeoDataFrame, limit_m: float) -> npt.NDArray[np.bool_]:
    """Whether each home has a location in reach of which nobody tells the capacity."""
    near = np.zeros(len(net.places), dtype=bool)
    if len(unsized):
        near[net.graph.within(net.place(unsized.geometry), net.places, limit_m).origin] = True
    return near


def _known_share(net: Network) -> float:
    """People inside the study area whose home is on a street, of all that are known there."""
    known = float(net.living.least[net.inside].sum())
    return float(net.people[net.inside].sum()) / known if known > 0 else math.nan


def _people_near(net: Network, limit_m: float, people: Floats) -> Floats:
    """People within the limit of every home, those of the home included, batch by batch in bounded memory."""
    with_people = np.flatnonzero(people > 0)
    near = np.zeros(len(net.places))
    for batch in net.graph.within_batches(net.places[with_people], net.places, limit_m):
        near += np.bincount(batch.origin, weights=people[with_people][batch.facility], minlength=len(near))
    return near


def _per_person(capacity: Floats, people: Floats) -> Floats:
    ratio: Floats = np.divide(capacity, people, out=np.full(len(capacity), np.nan), where=people > 0)
    return np.where((capacity <= 0) & (people <= 0), 0.0, ratio)
