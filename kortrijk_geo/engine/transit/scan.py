"""The scan over the hops of a day, and what it gives every home, as compiled array code.

It is the profile connection scan of Dibbelt, Pajor, Strasser and Wagner (Connection Scan Algorithm, ACM JEA 23, 2018),
from the places backward, with walks between stops: hops are taken from the last that leaves to the first. Of each stop
it keeps a stack of pairs (be there by, arrive at a place at), both falling: who comes later than the first must take an
entry that was put there before. As a hop is boarded at least a second after one is at its stop (``slack_s``), all that
may follow it was taken before it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled
from kortrijk_geo.engine.transit.walks import NEVER as _NEVER

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER = int(_NEVER)


@compiled
def scan(  # noqa: C901 - one search in nested loops, as compiled code is
    hops: Any, footpaths: Any, begins: Ints, to_place_s: Ints, slack_s: int, n_trips: int, from_s: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the entries of all stops: how many and the shortest of each, by when to be there and when one arrives.

    Parameters
    ----------
    hops, footpaths
        Arrays of `Hops` and of `Walks` between stops.
    begins
        Where the stack of each stop begins: it has room for every hop that one may board there.
    to_place_s
        Seconds on foot from each stop to the nearest place.
    slack_s
        How long before a vehicle leaves one must be at its stop, from 1.
    n_trips
        Number of trips.
    from_s
        Hops that leave earlier are of no use.
    """
    from_stop, to_stop, leaves_s, arrives_s, trip, boards, alights = hops
    first, near, walk_s = footpaths
    count = np.zeros(len(to_place_s), np.int32)
    ready_s, arrival_s = np.empty(begins[-1], np.int32), np.empty(begins[-1], np.int32)
    aboard, shortest_s = np.full(n_trips, NEVER, np.int32), np.full(len(to_place_s), NEVER, np.int32)
    for hop in range(len(trip) - 1, -1, -1):
        if leaves_s[hop] < from_s:
            break
        best = aboard[trip[hop]]
        if alights[hop]:
            stop, at = to_stop[hop], arrives_s[hop]
            if to_place_s[stop] != NEVER:
                best = min(best, at + to_place_s[stop])
            for path in range(first[stop], first[stop + 1]):
                onward = near[path]
                bottom, entry = begins[onward], begins[onward] + count[onward] - 1
                while entry >= bottom and ready_s[entry] < at + walk_s[path]:
                    entry -= 1
                if entry >= bottom:
                    best = min(best, arrival_s[entry])
        aboard[trip[hop]] = best
        if boards[hop] and best != NEVER:
            stop, by = from_stop[hop], leaves_s[hop] - slack_s
            top = begins[stop] + count[stop] - 1
            if count[stop] == 0 or best < arrival_s[top]:
                if count[stop] == 0 or ready_s[top] != by:
                    top += 1
                    count[stop] += 1
                ready_s[top], arrival_s[top] = by, best
                shortest_s[stop] = min(shortest_s[stop], best - by)
    return count, shortest_s, ready_s, arrival_s


@compiled
def _by_minute(home: int, walks: Any, stacks: Any, window: Any, direct_s: int, taken_s: Ints) -> None:
    """Fill ``taken_s`` with the seconds from a home to a place, of each departure of the window."""
    first, near, walk_s = walks
    begins, count, shortest_s, ready_s, arrival_s = stacks
    from_s, step_s = window
    n = len(taken_s)
    taken_s[:] = NEVER
    for path in range(first[home], first[home + 1]):
        stop = near[path]
        if walk_s[path] + np.int64(shortest_s[stop]) >= direct_s:  # no trip by this stop is quicker than walking
            continue
        bottom, end = begins[stop], begins[stop] + count[stop]
        there_s = from_s + walk_s[path]
        # The last entry that the last departure catches, by halves; without any, the first of all.
        low, high = bottom, end
        while low < high:
            middle = (low + high) >> 1
            if ready_s[middle] >= there_s + (n - 1) * step_s:
                low = middle + 1
            else:
                high = middle
        for entry in range(max(low - 1, bottom), end):
            spare_s = ready_s[entry] - there_s
            if spare_s < 0:
                break
            last = min(spare_s // step_s, n - 1)
            taken_s[last] = min(taken_s[last], arrival_s[entry])
    arrival = NEVER
    for minute in range(n - 1, -1, -1):
        arrival = min(arrival, taken_s[minute])
        taken_s[minute] = direct_s if arrival == NEVER else min(arrival - from_s - minute * step_s, direct_s)


@compiled
def every_departure(walks: Any, stacks: Any, window: Any, direct_s: Ints, n: int) -> Ints:
    """Return the seconds from each home to a place for each of ``n`` departures; see `ranked`."""
    taken_s = np.empty((len(direct_s), n), np.int32)
    for home in range(len(direct_s)):
        _by_minute(home, walks, stacks, window, direct_s[home], taken_s[home])
    return taken_s


@compiled
def _at_rank(values: Ints, rank: int) -> int:
    """Return the value that is the ``rank``-th from below (from 1), by halving the range of values."""
    low, high = values.min(), values.max()
    while low < high:
        middle, count = low + ((high - low) >> 1), 0
        for value in values:
            count += value <= middle
        if count >= rank:
            high = middle
        else:
            low = middle + 1
    return int(low)


@compiled
def ranked(walks: Any, stacks: Any, window: Any, direct_s: Ints, n: int, ranks: Ints) -> Ints:
    """Return of each home the seconds at these ranks of all its departures, the shortest being rank 1.

    Parameters
    ----------
    walks
        Arrays of `Walks` from homes to stops.
    stacks
        Where the stack of each stop begins, and the results of `scan`.
    window
        First departure and the seconds from one to the next.
    direct_s
        Seconds from each home to the nearest place on foot.
    n
        Number of departures.
    ranks
        From 1 to ``n``.
    """
    taken_s, result = np.empty(n, np.int32), np.empty((len(direct_s), len(ranks)), np.int32)
    for home in range(len(direct_s)):
        _by_minute(home, walks, stacks, window, direct_s[home], taken_s)
        for i in range(len(ranks)):
            result[home, i] = _at_rank(taken_s, ranks[i])
    return result


@compiled
def mark_homes_within(
    hops: Any, footpaths: Any, begins: Ints, slack_s: int, n_trips: int, places: Any, walks: Any, window: Any, n: int,
    limit_s: int, rank: int, within: Flags,
) -> None:  # fmt: skip
    """Mark in ``within`` (places, homes) who arrives within a limit at ``rank`` of ``n`` departures; place by place.

    Parameters
    ----------
    hops, footpaths, begins, slack_s, n_trips
        As of `scan`.
    places
        Arrays of `Walks` from each place to the stops near it.
    walks, window
        As of `ranked`.
    limit_s
        Of the trip from door to door.
    rank
        At so many departures the trip takes no longer.
    within
        Marked already are the homes within the limit on foot, which are left as they are.
    """
    place_first, near, near_s = places
    first, stop, walk_s = walks
    taken_s, to_place_s = np.empty(n, np.int32), np.empty(len(begins) - 1, np.int32)
    for place in range(len(within)):
        to_place_s[:] = NEVER
        for path in range(place_first[place], place_first[place + 1]):
            to_place_s[near[path]] = near_s[path]
        count, shortest_s, ready_s, arrival_s = scan(hops, footpaths, begins, to_place_s, slack_s, n_trips, window[0])
        stacks = (begins, count, shortest_s, ready_s, arrival_s)
        for home in range(len(first) - 1):
            path, end = first[home], first[home + 1]
            while path < end and walk_s[path] + np.int64(shortest_s[stop[path]]) > limit_s:
                path += 1
            if path == end or within[place, home]:  # no trip at all is short enough, or every one on foot
                continue
            _by_minute(home, walks, stacks, window, limit_s + 1, taken_s)
            within[place, home] = (taken_s <= limit_s).sum() >= rank
