"""One journey by public transport, leg by leg: from one door, at one moment, to the nearest place.

It goes forward in time, where `kortrijk_geo.engine.transit.scan` goes backward over all departures at once, and takes
exactly as long. Of all journeys that arrive first it is one with fewest rides (walking all the way has none), of those
one least on foot, and of those always the same. Plain Python: for one question, compiled code takes longer to load than
the scan takes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.transit.walks import NEVER

if TYPE_CHECKING:
    from kortrijk_geo.engine.transit.hops import Hops
    from kortrijk_geo.engine.transit.walks import Walks

Ints = npt.NDArray[np.int32]
Row = tuple[int, int, int, int, int, bool, bool]

# Where a leg begins or ends that is no stop: the home, or the place; and the trip of a leg on foot.
DOOR = -1
ON_FOOT = -1


@dataclass(frozen=True)
class Leg:
    """A walk, or a ride with one vehicle.

    Parameters
    ----------
    from_stop, to_stop
        Stops, `DOOR` for the home or the place.
    leaves_s, arrives_s
        Seconds since the beginning of the day.
    trip
        Of the hops, `ON_FOOT` for a walk.
    """

    from_stop: int
    to_stop: int
    leaves_s: int
    arrives_s: int
    trip: int = ON_FOOT

    @property
    def seconds(self) -> int:
        """How long it takes."""
        return self.arrives_s - self.leaves_s


@dataclass(frozen=True)
class Journey:
    """From door to door, left at ``leaves_s``: a walk, rides, walks between them, a walk; between legs one waits."""

    leaves_s: int
    legs: tuple[Leg, ...]

    @property
    def arrives_s(self) -> int:
        """When one is there."""
        return self.legs[-1].arrives_s

    @property
    def seconds(self) -> int:
        """How long it takes, with all waiting at stops."""
        return self.arrives_s - self.leaves_s

    @property
    def rides(self) -> int:
        """With how many vehicles; 0 on foot."""
        return sum(leg.trip != ON_FOOT for leg in self.legs)

    @property
    def walk_s(self) -> int:
        """How much of it is on foot."""
        return sum(leg.seconds for leg in self.legs if leg.trip == ON_FOOT)


class _Ride(NamedTuple):
    """Aboard a vehicle: on foot so far, row of the hop that was boarded, row of the last hop, and how one came."""

    walked_s: int
    boarded: int
    last: int
    came: _Came


class _Came(NamedTuple):
    """At a stop: from when one is there, on foot so far, the seconds of the last walk, and the ride before it."""

    ready_s: int
    walked_s: int
    walk_s: int
    ride: _Ride | None


@dataclass(frozen=True)
class _Question:
    """The hops that can still be boarded, as rows, and the walks around them."""

    rows: list[Row]
    paths: tuple[list[int], list[int], list[int]]
    to_place_s: list[int]
    slack_s: int
    leaves_s: int
    starts: list[tuple[int, int]]

    def onward(self, stop: int) -> zip[tuple[int, int]]:
        """Return the stops to which one may change at a stop, and the seconds to each."""
        first, near, walk_s = self.paths
        some = slice(first[stop], first[stop + 1])
        return zip(near[some], walk_s[some], strict=True)


def journey_to(
    hops: Hops,
    footpaths: Walks,
    walks: Walks,
    to_place_s: Ints,
    direct_s: int,
    leaves_s: int,
    *,
    slack_s: int,
) -> Journey | None:
    """Return the journey of one origin that leaves at a moment; None where there is no way.

    Parameters
    ----------
    hops, footpaths, to_place_s, slack_s
        As `kortrijk_geo.engine.transit.travel.profile_to` takes them.
    walks
        From the one origin to stops.
    direct_s
        Seconds from it to the nearest place on foot, `NEVER` for none.
    leaves_s
        When it leaves.
    """
    on_foot_s = int(NEVER) if direct_s == NEVER else leaves_s + int(direct_s)
    begin = int(np.searchsorted(hops.leaves_s, leaves_s + slack_s))
    end = int(np.searchsorted(hops.leaves_s, on_foot_s))  # what leaves later is of no use
    asked = _Question(
        rows=list(zip(*(column[begin:end].tolist() for column in hops.arrays), strict=True)),
        paths=(footpaths.first.tolist(), footpaths.stop.tolist(), footpaths.walk_s.tolist()),
        to_place_s=to_place_s.tolist(),
        slack_s=slack_s,
        leaves_s=leaves_s,
        starts=list(zip(walks.stop.tolist(), walks.walk_s.tolist(), strict=True)),
    )
    arrival_s = _earliest(asked, on_foot_s)
    if arrival_s == NEVER:
        return None
    if arrival_s == on_foot_s:
        return Journey(leaves_s, (Leg(DOOR, DOOR, leaves_s, arrival_s),))
    return _told(asked, _fewest(asked, arrival_s), arrival_s)


def _earliest(asked: _Question, best_s: int) -> int:
    """Return when one arrives first, ``best_s`` at the latest: the plain connection scan."""
    ready_s = defaultdict(lambda: int(NEVER), {stop: asked.leaves_s + walk_s for stop, walk_s in asked.starts})
    aboard = set()
    for start, end, leaves_s, arrives_s, trip, boards, alights in asked.rows:
        if leaves_s >= best_s:
            break
        if trip not in aboard:
            if not boards or ready_s[start] + asked.slack_s > leaves_s:
                continue
            aboard.add(trip)
        if alights:
            if (to_place_s := asked.to_place_s[end]) != NEVER:
                best_s = min(best_s, arrives_s + to_place_s)
            for stop, walk_s in asked.onward(end):
                ready_s[stop] = min(ready_s[stop], arrives_s + walk_s)
    return best_s


def _fewest(asked: _Question, arrival_s: int) -> _Ride:
    """Return the last ride of those that arrive then: with fewest rides, and of these least on foot."""
    came = defaultdict(list)
    for stop, walk_s in asked.starts:
        came[stop].append(_Came(asked.leaves_s + walk_s, walk_s, walk_s, None))
    onward: dict[int, list[_Came]] = came
    while onward:
        last, onward = _one_ride_more(asked, onward, arrival_s)
        if last is not None:
            return last
    raise RuntimeError(f"no ride arrives at {arrival_s} s, where the scan found one")


def _one_ride_more(
    asked: _Question, came: dict[int, list[_Came]], arrival_s: int
) -> tuple[_Ride | None, dict[int, list[_Came]]]:
    """Ride from where one came: the best last ride that arrives in time, and where one comes with one ride more."""
    ready_s, least = {}, {}
    for stop, ways in came.items():
        least[stop] = _least_walked(ways)
        ready_s[stop] = [way.ready_s for way in least[stop]]
    aboard: dict[int, _Ride] = {}
    onward, last, last_s = defaultdict(list), None, int(NEVER)
    for row, (start, end, leaves_s, arrives_s, trip, boards, alights) in enumerate(asked.rows):
        if leaves_s > arrival_s:  # a hop of no time may leave when one arrives
            break
        if boards and start in least and (n := bisect_right(ready_s[start], leaves_s - asked.slack_s)):
            way = least[start][n - 1]
            if trip not in aboard or way.walked_s < aboard[trip].walked_s:
                aboard[trip] = _Ride(way.walked_s, row, row, way)
        if not alights or trip not in aboard:
            continue
        ride = aboard[trip]._replace(last=row)
        to_place_s = asked.to_place_s[end]
        if to_place_s != NEVER and arrives_s + to_place_s == arrival_s and ride.walked_s + to_place_s < last_s:
            last, last_s = ride, ride.walked_s + to_place_s
        for stop, walk_s in asked.onward(end):
            if arrives_s + walk_s < arrival_s:
                onward[stop].append(_Came(arrives_s + walk_s, ride.walked_s + walk_s, walk_s, ride))
    return last, onward


def _least_walked(ways: list[_Came]) -> list[_Came]:
    """Return the ways to a stop by when one is there, without those that walk no less than an earlier one."""
    kept: list[_Came] = []
    for way in sorted(ways, key=lambda way: way[:2]):
        if not kept or way.walked_s < kept[-1].walked_s:
            kept.append(way)
    return kept


def _told(asked: _Question, last: _Ride, arrival_s: int) -> Journey:
    """Return the legs that end with a ride, and the walk after it."""
    legs, ride, to_stop, until_s = [], last, DOOR, arrival_s
    while True:
        first, final = asked.rows[ride.boarded], asked.rows[ride.last]
        legs += _walk(final[1], to_stop, final[3], until_s)
        legs.append(Leg(first[0], final[1], first[2], final[3], first[4]))
        to_stop, until_s = first[0], ride.came.ready_s
        if ride.came.ride is None:
            legs += _walk(DOOR, to_stop, asked.leaves_s, until_s)
            return Journey(asked.leaves_s, tuple(reversed(legs)))
        ride = ride.came.ride


def _walk(from_stop: int, to_stop: int, leaves_s: int, arrives_s: int) -> list[Leg]:
    """Return a walk as a leg; none for one who stays at a stop."""
    stays = from_stop == to_stop and arrives_s == leaves_s
    return [] if stays else [Leg(from_stop, to_stop, leaves_s, arrives_s)]
