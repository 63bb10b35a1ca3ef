"""The third switch of page ``bereik``: how long every home takes with bus and train, beside walking and cycling.

The categories of the page are measured, and those of the city that one rides to. What the other modes have measured is
not measured again: homes, places and streets are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.transit import SHARES, TransitNetwork
from kortrijk_geo.engine.transit.walks import NEVER, endless, walk_seconds
from kortrijk_geo.reach.facilities import find_facilities
from kortrijk_geo.reach.times import rows_on_streets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from kortrijk_geo.capacity.ride import Ride
    from kortrijk_geo.capacity.transit import Origins
    from kortrijk_geo.engine.places import Places
    from kortrijk_geo.engine.streets import StreetGraph
    from kortrijk_geo.engine.transit.travel import Profile
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.options import Chosen, Riding
    from kortrijk_geo.reach.rules import Mode
    from kortrijk_geo.reach.times import ModeTimes

# What all categories of the page are called in names of columns, and all those of the city.
ALL, ALL_OF_CITY = "all", "all_of_city"
# The layer of the result with the places of the latter.
CITY_PLACES = "city_places"


@dataclass(frozen=True)
class Metres:
    """Of one set of categories (columns): how far homes and stops are from the nearest place, and what is known.

    Parameters
    ----------
    home_m, stop_m
        On foot; NaN for no way. Of stops those with a place, within the walk to a stop.
    cycle_m
        From homes, by bicycle; None where that is not measured.
    available
        Whether anything is known of the category; see `kortrijk_geo.reach.times.ModeTimes`.
    """

    home_m: np.ndarray
    stop_m: np.ndarray
    cycle_m: np.ndarray | None
    available: np.ndarray

    def beside(self, other: Metres) -> Metres:
        """Return both sets as one."""
        both = None if self.cycle_m is None or other.cycle_m is None else np.hstack([self.cycle_m, other.cycle_m])
        return Metres(
            np.hstack([self.home_m, other.home_m]), np.hstack([self.stop_m, other.stop_m]), both,
            np.concatenate([self.available, other.available]),
        )  # fmt: skip


@dataclass(frozen=True)
class Rides:
    """Seconds from homes (rows) to the nearest place of each category (columns), infinite for no way.

    Parameters
    ----------
    net
        The rides of the day.
    origins
        Homes on the streets, with the walks from each to the stops near it.
    keys, labels
        Of the categories: those of the page, then those of the city.
    n_page
        How many are of the page.
    minutes
        The limit that counts for each.
    metres
        On foot and by bicycle.
    median_s, p90_s
        By public transport, or on foot where that is quicker: what half, and nine in ten, of all departures take at
        most.
    any_s
        By whichever is quickest, the bicycle too; None where that is not measured.
    facilities
        The places of the categories of the city.
    """

    net: TransitNetwork
    origins: Origins
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    n_page: int
    minutes: tuple[int, ...]
    metres: Metres
    median_s: np.ndarray
    p90_s: np.ndarray
    any_s: np.ndarray | None
    facilities: Facilities

    @property
    def placed(self) -> np.ndarray:
        """Whether each home lies near enough to a street."""
        placed: np.ndarray = self.origins.places.placed
        return placed

    @property
    def ways(self) -> dict[str, np.ndarray]:
        """Seconds by way to get there."""
        quickest = {} if self.any_s is None else {"any": self.any_s}
        return {"transit": self.median_s, "transit90": self.p90_s, **quickest}

    @property
    def sets(self) -> dict[str, slice]:
        """Which columns are the categories of the page, and which those of the city; no set that is empty."""
        both = {ALL: slice(0, self.n_page), ALL_OF_CITY: slice(self.n_page, len(self.keys))}
        return {key: columns for key, columns in both.items() if self.keys[columns]}

    def known(self, key: str) -> np.ndarray:
        """Return the columns of a set of which anything is known."""
        columns = self.sets[key]
        known: np.ndarray = np.flatnonzero(self.metres.available[columns]) + columns.start
        return known

    def absent(self, key: str) -> list[str]:
        """Return the labels of a set of which nothing is known."""
        columns = self.sets[key]
        return [self.labels[i] for i in range(columns.start, columns.stop) if not self.metres.available[i]]

    @cached_property
    def seconds(self) -> dict[str, dict[str, np.ndarray]]:
        """By way the seconds to all of each set, and to each category, of which anything is known."""
        return {way: self._by_category(taken) for way, taken in self.ways.items()}

    def _by_category(self, taken: np.ndarray) -> dict[str, np.ndarray]:
        singles = {key: taken[:, i] for i, key in enumerate(self.keys) if self.metres.available[i]}
        return {**{key: taken[:, self.known(key)].max(axis=1) for key in self.sets if len(self.known(key))}, **singles}

    def limit(self, key: str) -> int:
        """Return the minutes that count for a category, or for all of a set."""
        return self.minutes[self.sets[key].start if key in self.sets else self.keys.index(key)]

    def reached(self, ride: Ride) -> dict[str, np.ndarray]:
        """Return by set who has all of it within its limit with another slack or speed on foot, by the same rides.

        Only homes that it hangs on are asked: not who is there on foot in time, nor who lacks a place already.
        """
        net, limits_s = self.net.walked_otherwise(ride), {key: self.limit(key) * 60 for key in self.sets}
        same = ride.walk_m_per_min == self.net.ride.walk_m_per_min
        walks = (self.origins if same else net.leaving_from(self.origins.places)).walks
        walk_s = walk_seconds(self.metres.home_m, ride.walk_m_per_min)
        stop_s = walk_seconds(self.metres.stop_m, ride.walk_m_per_min)
        reached = {key: self.placed.copy() for key in self.sets if len(self.known(key))}
        for key, has_all in reached.items():
            for column in self.known(key):
                rows = np.flatnonzero(has_all & (walk_s[:, column] > limits_s[key]))
                profile, direct_s = _profile_to(net, stop_s[:, column]), walk_s[rows, column]
                taken_s = profile.at_shares(walks.of_origins(rows), direct_s, ride.window, (0.5,))[:, 0]
                has_all[rows] = taken_s <= limits_s[key]
        return reached


def measure_rides(
    city: City,
    homes: gpd.GeoDataFrame,
    facilities: Facilities,
    measured: Sequence[ModeTimes],
    graphs: Mapping[Mode, StreetGraph],
    net: TransitNetwork,
    chosen: Chosen,
    riding: Riding,
) -> Rides:
    """Measure the categories of the page and those of the city.

    Parameters
    ----------
    city, homes
        The pack, and its homes in the study area.
    facilities
        Places of the categories of the page.
    measured, graphs
        What the other modes measured, and the streets of each.
    net, chosen, riding
        The rides, and the options.
    """
    of_city = find_facilities(city, riding.places, max_snap_m=chosen.max_snap_m)
    by_mode = {times.mode: times for times in measured}
    walk, cycle = by_mode.get("walk"), by_mode.get("cycle")
    places = net.graph.place(homes, **chosen.snap) if walk is None else walk.at_home
    origins = net.leaving_from(places)
    points = net.place(facilities.frame) if walk is None else walk.at_facility
    page = _metres(
        net, places, facilities, points, chosen.categories.keys, None if walk is None else walk.metres,
        None if cycle is None else cycle.metres,
    )  # fmt: skip
    points = net.place(of_city.frame)
    ridden = None if cycle is None else _cycled(graphs["cycle"], cycle.at_home, of_city, riding.places.keys, chosen)
    metres = page.beside(_metres(net, places, of_city, points, riding.places.keys, None, ridden))
    median_s, p90_s = _seconds(net, origins, metres, shares=SHARES)
    any_s = None
    if metres.cycle_m is not None:
        any_s = np.minimum(median_s, endless(walk_seconds(metres.cycle_m, chosen.speeds_m_per_min["cycle"])))
    n_page, n_city = len(chosen.categories.keys), len(riding.places.keys)
    return Rides(
        net=net, origins=origins, keys=(*chosen.categories.keys, *riding.places.keys),
        labels=(*chosen.categories.labels.values(), *riding.places.labels.values()), n_page=n_page,
        minutes=(*[chosen.minutes] * n_page, *[riding.minutes] * n_city), metres=metres, median_s=median_s,
        p90_s=p90_s, any_s=any_s, facilities=of_city,
    )  # fmt: skip


def _metres(
    net: TransitNetwork,
    homes: Places,
    facilities: Facilities,
    points: Places,
    keys: Sequence[str],
    walked_m: np.ndarray | None,
    cycled_m: np.ndarray | None,
) -> Metres:
    """Measure one set of categories; ``walked_m`` and ``cycled_m`` are what is measured already."""
    stops = net.stops.places
    home_m = np.full((len(homes), len(keys)), np.nan) if walked_m is None else walked_m
    stop_m = np.full((len(stops), len(keys)), np.nan)
    available = np.zeros(len(keys), bool)
    for column, key in enumerate(keys):
        rows, available[column] = rows_on_streets(key, facilities, points)
        if not len(rows):
            continue
        stop_m[:, column] = net.graph.nearest(stops, points[rows], net.to_stop_m)[1]
        if walked_m is None:
            home_m[:, column] = net.graph.nearest(homes, points[rows])[1]
    return Metres(home_m, stop_m, cycled_m, available)


def _cycled(
    graph: StreetGraph, homes: Places, facilities: Facilities, keys: Sequence[str], chosen: Chosen
) -> np.ndarray:
    points = graph.place(facilities.frame, **chosen.snap)
    metres = np.full((len(homes), len(keys)), np.nan)
    for column, key in enumerate(keys):
        rows, _ = rows_on_streets(key, facilities, points)
        if len(rows):
            metres[:, column] = graph.nearest(homes, points[rows])[1]
    return metres


def _seconds(
    net: TransitNetwork, origins: Origins, metres: Metres, *, shares: Sequence[float]
) -> tuple[np.ndarray, ...]:
    """Return for each share of departures the seconds of homes (rows) to categories (columns)."""
    ride = net.ride
    walk_s = walk_seconds(metres.home_m, ride.walk_m_per_min)
    stop_s = walk_seconds(metres.stop_m, ride.walk_m_per_min)
    taken = np.full((len(shares), *walk_s.shape), np.inf)
    for column in np.flatnonzero(metres.available):
        direct_s = np.ascontiguousarray(walk_s[:, column])
        taken[:, :, column] = endless(
            _profile_to(net, stop_s[:, column]).at_shares(origins.walks, direct_s, ride.window, shares)
        ).T
    return tuple(taken)


def _profile_to(net: TransitNetwork, stop_s: np.ndarray) -> Profile:
    """Scan the day from places so many seconds on foot from the stops that have a place on the streets."""
    to_place_s = np.full(len(net.stops.footpaths), NEVER, np.int32)
    to_place_s[net.stops.rows] = stop_s
    return net.profile_of(to_place_s)
