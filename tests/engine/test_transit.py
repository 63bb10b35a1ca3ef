"""Trips by public transport: closed forms, random days against Dijkstra over all events, and what always holds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from transit_days import as_walks, days, table
from transit_oracle import NEVER, Day

from kortrijk_geo.engine.transit.hops import Hops
from kortrijk_geo.engine.transit.travel import Window, profile_to
from kortrijk_geo.engine.transit.walks import Walks, walk_seconds
from kortrijk_geo.errors import DataError, OptionError

MIN, HOUR = 60, 3600
SEVEN = 7 * HOUR


def at_stops(n: int) -> Walks:
    """Footpaths of stops that are not near one another."""
    return Walks.of(range(n), range(n), [0] * n, n)


def line(trips) -> Hops:
    """Hops of trips, each a list of (stop, seconds)."""
    rows = [
        (a, b, leaves, arrives, number)
        for number, trip in enumerate(trips)
        for (a, leaves), (b, arrives) in itertools.pairwise(trip)
    ]
    return Hops.of(*zip(*rows, strict=True))


def minutes(hops, to_place_s, walks, window, *, direct_s=NEVER, slack_s=60, footpaths=None):
    """Minutes of one home, per departure."""
    paths = footpaths or at_stops(len(to_place_s))
    profile = profile_to(hops, paths, np.array(to_place_s, np.int32), slack_s=slack_s, from_s=window.from_s)
    origins = Walks.of([0] * len(walks), list(walks), list(walks.values()), 1)
    return (profile.every_departure(origins, np.array([direct_s], np.int32), window)[0] / MIN).tolist()


def test_a_line_every_20_minutes_takes_31_to_50_minutes():
    """10 min on foot, a ride of 10 and 10 on foot, and a wait of 1 to 20 minutes: the slack is a minute."""
    hops = line([[(0, SEVEN + k * 20 * MIN), (1, SEVEN + (k * 20 + 10) * MIN)] for k in range(8)])
    window = Window(SEVEN, SEVEN + HOUR)
    taken = minutes(hops, [NEVER, 10 * MIN], {0: 10 * MIN}, window)
    assert (min(taken), max(taken)) == (31, 50)
    assert sorted(taken) == sorted(list(range(31, 51)) * 3)
    assert taken[:11] == [40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 50]
    profile = profile_to(hops, at_stops(2), np.array([NEVER, 600], np.int32), from_s=SEVEN)
    median, ninth = profile.at_shares(Walks.of([0], [0], [600], 1), np.array([NEVER]), window, (0.5, 0.9))[0]
    assert (median, ninth) == (40 * MIN, 48 * MIN)


def test_a_crossing_of_two_lines_waits_for_the_second():
    """Headways of 20 minutes, the second line 5 minutes after the first is there: 0 to 19 minutes more of the first."""
    first = [[(0, SEVEN + k * 20 * MIN), (1, SEVEN + (k * 20 + 10) * MIN)] for k in range(8)]
    second = [[(2, SEVEN + (k * 20 + 15) * MIN), (3, SEVEN + (k * 20 + 25) * MIN)] for k in range(8)]
    hops, window = line([*first, *second]), Window(SEVEN, SEVEN + HOUR)

    def taken(walk_s):
        paths = Walks.of([0, 1, 1, 2, 3], [0, 1, 2, 2, 3], [0, 0, walk_s, 0, 0], 4)
        return minutes(hops, [NEVER, NEVER, NEVER, 0], {0: 0}, window, footpaths=paths)

    assert (min(taken(240)), max(taken(240))) == (26, 45)
    assert (min(taken(241)), max(taken(241))) == (46, 65), "a second too late for the slack is a headway later"


def test_who_is_overtaken_takes_the_later_vehicle():
    """The bus of 07:05 arrives at 07:50, the express of 07:06 at 07:41: 41 minutes from 07:00, 37 from 07:04."""
    hops = line([[(0, SEVEN + 5 * MIN), (1, SEVEN + 50 * MIN)], [(0, SEVEN + 6 * MIN), (1, SEVEN + 41 * MIN)]])
    taken = minutes(hops, [NEVER, 0], {0: 0}, Window(SEVEN, SEVEN + 7 * MIN))
    assert taken[:5] == [41, 40, 39, 38, 37]
    assert taken[5] == 36
    assert taken[6] == NEVER / MIN, "after the last bus there is no way"


def test_walking_all_the_way_is_taken_where_it_is_quicker():
    hops = line([[(0, SEVEN + 20 * MIN), (1, SEVEN + 25 * MIN)]])
    taken = minutes(hops, [NEVER, 0], {0: 0}, Window(SEVEN, SEVEN + 22 * MIN), direct_s=12 * MIN)
    assert taken == [12] * 14 + [11, 10, 9, 8, 7, 6] + [12, 12]


def test_boarding_and_alighting_can_be_forbidden():
    trip = ([0, 1], [1, 2], [SEVEN, SEVEN + 300], [SEVEN + 300, SEVEN + 600], [0, 0])
    window = Window(SEVEN - 120, SEVEN - 60)
    place = [NEVER, 0, 0]
    free = minutes(Hops.of(*trip), place, {0: 0}, window)
    staying = minutes(Hops.of(*trip, alights=[False, True]), place, {0: 0}, window)
    closed = minutes(Hops.of(*trip, boards=[False, True]), place, {0: 0}, window)
    assert (free, staying, closed) == ([7], [12], [NEVER / MIN])


def test_a_trip_that_runs_back_or_jumps_is_refused():
    with pytest.raises(DataError, match="back in time"):
        Hops.of([0], [1], [100], [99], [0])
    with pytest.raises(DataError, match="back in time"):
        Hops.of([0, 1], [1, 2], [0, 50], [60, 70], [0, 0])
    with pytest.raises(DataError, match="does not go on"):
        Hops.of([0, 2], [1, 3], [0, 70], [60, 80], [0, 0])


@pytest.mark.parametrize("slack", [0, -1, 1.5, True, 4000])
def test_a_slack_that_hangs_on_the_order_of_the_file_is_refused(slack):
    with pytest.raises(OptionError, match="slack_s must be whole seconds from 1"):
        profile_to(line([[(0, 0), (1, 0)]]), at_stops(2), np.array([NEVER, 0]), slack_s=slack)


def test_a_window_without_departures_and_another_scan_are_refused():
    with pytest.raises(OptionError, match="are none"):
        Window(SEVEN, SEVEN)
    profile = profile_to(line([[(0, SEVEN), (1, SEVEN)]]), at_stops(2), np.array([NEVER, 0]), from_s=SEVEN)
    with pytest.raises(OptionError, match="scanned from"):
        profile.every_departure(Walks.of([0], [0], [0], 1), np.array([NEVER]), Window(0, 60))


def test_walks_are_rounded_up_to_whole_seconds():
    assert walk_seconds(np.array([80.0, 80.1, 333.0, 0.0, np.nan]), 80.0).tolist() == [60, 61, 250, 0, NEVER]
    assert walk_seconds(np.array([0.1 + 0.2]), 18.0).tolist() == [1], "the last digits of a sum are no second"


@settings(max_examples=150)
@given(days())
def test_every_departure_equals_dijkstra_over_all_events(day):
    hops, footpaths, to_place, homes, slack_s = day
    window = Window(100, 900, 40)
    places = np.array(to_place, np.int32)
    profile = profile_to(table(hops), as_walks(footpaths), places, slack_s=slack_s, from_s=window.from_s)
    walks, direct_s = as_walks([walks for walks, _ in homes]), np.array([direct for _, direct in homes], np.int32)
    taken = profile.every_departure(walks, direct_s, window)
    oracle = Day(hops, footpaths, to_place, slack_s)
    leave = np.arange(window.from_s, window.to_s, window.step_s)
    expected = [[oracle.seconds(int(at), *home) for at in leave] for home in homes]
    np.testing.assert_array_equal(taken, expected)
    for row, direct in zip(taken.astype(np.int64), direct_s, strict=True):
        assert (row <= direct).all(), "never slower than walking"
        there = np.where(row == NEVER, 2**40, row + leave)
        assert (np.diff(there) >= 0).all(), "a later departure never arrives earlier"
    ranks = profile.at_shares(walks, direct_s, window, (0.05, 0.5, 0.9, 1))
    np.testing.assert_array_equal(ranks, np.sort(taken, axis=1)[:, [0, 9, 17, 19]])


@settings(max_examples=60)
@given(days(), days())
def test_added_trips_never_make_it_worse_and_taking_them_out_gives_the_same(day, other):
    hops, footpaths, to_place, homes, slack_s = day
    n, trips = len(to_place), 1 + max((hop[4] for hop in hops), default=-1)
    more = [(hop[0] % n, hop[1] % n, *hop[2:4], hop[4] + trips, *hop[5:]) for hop in other[0]]
    walks, direct_s = as_walks([walks for walks, _ in homes]), np.array([direct for _, direct in homes], np.int32)

    def taken(hops):
        profile = profile_to(hops, as_walks(footpaths), np.array(to_place, np.int32), slack_s=slack_s)
        return profile.every_departure(walks, direct_s, Window(0, 900))

    before, after = taken(table(hops)), taken(table([*hops, *more]))
    assert (after <= before).all()
    back = table([*hops, *more]).without(range(trips, trips + len(more) + 1))
    np.testing.assert_array_equal(taken(back), before)
