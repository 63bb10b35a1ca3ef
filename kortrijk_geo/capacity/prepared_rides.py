"""Rides from homes to places of several kinds, kept: a changed timetable works out anew only what it touches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from kortrijk_geo.capacity.transit import SHARES, Origins, TransitNetwork, hops_on, refuse_far, stops_of
from kortrijk_geo.engine.transit.changed import changed_stops, homes_near
from kortrijk_geo.engine.transit.walks import NEVER, Walks, to_nearest, to_stops
from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from kortrijk_geo.capacity.timetable_change import TimetableChange
    from kortrijk_geo.engine.places import Places
    from kortrijk_geo.engine.transit.travel import Profile
    from kortrijk_geo.pack.timetable import Timetable

    Ints = npt.NDArray[np.int32]
    Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Rides:
    """Rides to the nearest place of one kind.

    Parameters
    ----------
    places
        Those on a street.
    to_place_s
        On foot from every stop to the nearest.
    profile
        Of the scan of the day.
    walk_s
        On foot from every home, the whole way; `NEVER` for none.
    taken_s
        (homes, shares of departures), see `kortrijk_geo.capacity.transit.SHARES`.
    """

    places: Places
    to_place_s: Ints
    profile: Profile
    walk_s: Ints
    taken_s: Ints


@dataclass(frozen=True)
class PreparedRides:
    """Homes, a network and the rides to places of several kinds; make it with `of`."""

    net: TransitNetwork
    origins: Origins
    kinds: tuple[Rides, ...]

    @classmethod
    def of(cls, net: TransitNetwork, origins: Origins, places: Sequence[Places]) -> Self:
        """Measure the rides to the places of each kind."""
        kinds = []
        for each in places:
            there = each[np.flatnonzero(each.placed)]
            walk_s = to_nearest(net.graph, origins.places, there, np.inf, net.ride.walk_m_per_min)
            to_place_s = net.stops.to_nearest(net.graph, there, net.to_stop_m, net.ride.walk_m_per_min)
            profile = net.profile_of(to_place_s)
            taken_s = profile.at_shares(origins.walks, walk_s, net.ride.window, SHARES)
            kinds.append(Rides(there, to_place_s, profile, walk_s, taken_s))
        return cls(net, origins, tuple(kinds))

    def changed(self, change: TimetableChange) -> Self:
        """Return the rides by a changed timetable of the pack, equal to those measured anew; errors as the change's."""
        net = self.net
        if net.ride.change:
            raise OptionError("these rides are of a changed timetable already; prepare the pack as it is")
        ride, timetable = replace(net.ride, change=change), change.apply(net.pack_timetable, net.day)
        other = _other_stops(net.timetable, timetable)
        stops, origins = net.stops, self.origins
        if len(other) or timetable.n_stops > net.timetable.n_stops:
            stops = stops_of(net.graph, timetable, ride)
            refuse_far(stops, timetable, change.moved_rows(net.pack_timetable), ride)
            walks = to_stops(
                net.graph, origins.places, _at(stops.places, stops.rows, other), net.to_stop_m, ride.walk_m_per_min
            )
            origins = replace(origins, walks=_with_walks(origins.walks, other, walks))
        hops, trip = hops_on(timetable, net.day, ride)
        after = replace(net, timetable=timetable, stops=stops, ride=ride, hops=hops, trip=trip)
        return replace(
            self,
            net=after,
            origins=origins,
            kinds=tuple(self._after(rides, after, origins, other) for rides in self.kinds),
        )

    def _after(self, rides: Rides, net: TransitNetwork, origins: Origins, other: Rows) -> Rides:
        """Return the rides of one kind by another network in which ``other`` stops are new or lie elsewhere."""
        to_place_s = rides.to_place_s
        if net.stops is not self.net.stops:
            to_place_s = np.full(net.timetable.n_stops, NEVER, np.int32)
            to_place_s[: len(rides.to_place_s)] = rides.to_place_s
            to_place_s[other] = to_nearest(
                net.graph, _at(net.stops.places, net.stops.rows, other), rides.places, net.to_stop_m,
                net.ride.walk_m_per_min,
            )  # fmt: skip
        profile = net.profile_of(to_place_s)
        touched = changed_stops(rides.profile, profile)
        touched[other] = True
        homes = homes_near(origins.walks, profile, touched, rides.walk_s)
        was_there = touched[: len(rides.to_place_s)]
        homes |= homes_near(self.origins.walks, rides.profile, was_there, rides.walk_s)
        rows, taken_s = np.flatnonzero(homes), rides.taken_s.copy()
        taken_s[rows] = profile.at_shares(origins.walks.of_origins(rows), rides.walk_s[rows], net.ride.window, SHARES)
        return replace(rides, to_place_s=to_place_s, profile=profile, taken_s=taken_s)


def _other_stops(before: Timetable, after: Timetable) -> Rows:
    """Return the stops that lie elsewhere, or are new and have a place."""
    n = before.n_stops
    same = np.zeros(after.n_stops, bool)
    same[:n] = (before.stop_x == after.stop_x[:n]) & (before.stop_y == after.stop_y[:n])
    return np.flatnonzero(~same & np.isfinite(after.stop_x) & np.isfinite(after.stop_y))


def _at(places: Places, rows: Ints, stops: Rows) -> Places:
    """Return the places of these stops, all of which have one."""
    return places[np.searchsorted(rows, stops)]


def _with_walks(walks: Walks, stops: Rows, others: Walks) -> Walks:
    """Return walks from homes with those to some stops, by their number in ``stops``, in place of what they were."""
    gone = np.isin(walks.stop, stops)
    kept = np.flatnonzero(~gone)
    origin = walks.origin[kept]
    counts = np.bincount(origin, minlength=len(walks)) + np.diff(others.first)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    stop, walk_s = np.empty(first[-1], np.int32), np.empty(first[-1], np.int32)
    at = np.arange(len(kept)) + others.first[origin]
    stop[at], walk_s[at] = walks.stop[kept], walks.walk_s[kept]
    free = np.ones(len(stop), bool)
    free[at] = False
    stop[free], walk_s[free] = stops[others.stop], others.walk_s
    return Walks(first, stop, walk_s)
