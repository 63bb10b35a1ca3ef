"""One journey by public transport: as long as the scan of all departures says, and one that can be gone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from journey_checks import check_legs
from transit_days import as_walks, days, table
from transit_oracle import NEVER, Day

from kortrijk_geo.engine.transit.hops import Hops
from kortrijk_geo.engine.transit.journey import DOOR, ON_FOOT, Leg, journey_to
from kortrijk_geo.engine.transit.travel import Window, profile_to
from kortrijk_geo.engine.transit.walks import Walks

MIN = 60


def ride(trips, *, to_place, walks, leaves_s=0, direct_s=NEVER, footpaths=None, slack_s=60):
    """The journey over trips, each a list of (stop, seconds)."""
    rows = [(a, b, t, u, number) for number, trip in enumerate(trips) for (a, t), (b, u) in pairwise(trip)]
    paths = as_walks(footpaths or [{i: 0} for i in range(len(to_place))])
    hops, places = Hops.of(*zip(*rows, strict=True)), np.array(to_place, np.int32)
    return journey_to(hops, paths, as_walks([walks]), places, direct_s, leaves_s, slack_s=slack_s)


def test_a_journey_with_a_change_tells_its_legs():
    """Walk 3 min, ride by a stop to the next, walk 2 min to another stop, ride, walk 4 min."""
    first = [(0, 5 * MIN), (1, 8 * MIN), (2, 12 * MIN)]
    second = [(3, 15 * MIN), (4, 20 * MIN)]
    taken = ride(
        [first, second], to_place=[NEVER] * 4 + [4 * MIN], walks={0: 3 * MIN},
        footpaths=[{0: 0}, {1: 0}, {2: 0, 3: 2 * MIN}, {3: 0}, {4: 0}],
    )  # fmt: skip
    assert taken.legs == (
        Leg(DOOR, 0, 0, 3 * MIN, ON_FOOT), Leg(0, 2, 5 * MIN, 12 * MIN, 0), Leg(2, 3, 12 * MIN, 14 * MIN, ON_FOOT),
        Leg(3, 4, 15 * MIN, 20 * MIN, 1), Leg(4, DOOR, 20 * MIN, 24 * MIN, ON_FOOT),
    )  # fmt: skip
    assert (taken.seconds, taken.rides, taken.walk_s) == (24 * MIN, 2, 9 * MIN)


def test_of_equal_arrivals_fewest_changes_then_least_on_foot_and_walking_before_all():
    slow, quick, on = [(0, 2 * MIN), (2, 20 * MIN)], [(0, 2 * MIN), (1, 5 * MIN)], [(1, 8 * MIN), (2, 20 * MIN)]
    for trips in ([slow, quick, on], [quick, on, slow]):
        taken = ride(trips, to_place=[NEVER, NEVER, 0], walks={0: 0})
        assert (taken.arrives_s, taken.rides) == (20 * MIN, 1)
    through = [(0, 6 * MIN), (1, 9 * MIN), (2, 20 * MIN)]
    nearest = ride([through], to_place=[NEVER, NEVER, 0], walks={0: 4 * MIN, 1: MIN})
    assert [leg.to_stop for leg in nearest.legs] == [1, 2, DOOR], (
        "the same vehicle is boarded where one walks least to it"
    )
    assert ride([slow], to_place=[NEVER, NEVER, 0], walks={0: 0}, direct_s=20 * MIN).rides == 0


def test_without_a_way_there_is_no_journey_and_after_the_last_vehicle_one_walks():
    trip = [[(0, 2 * MIN), (1, 5 * MIN)]]
    assert ride(trip, to_place=[NEVER, 0], walks={0: 0}, leaves_s=MIN).rides == 1
    assert ride(trip, to_place=[NEVER, 0], walks={0: 0}, leaves_s=MIN + 1) is None
    assert ride(trip, to_place=[NEVER, NEVER], walks={0: 0}) is None
    walked = ride(trip, to_place=[NEVER, 0], walks={0: 0}, leaves_s=MIN + 1, direct_s=900)
    assert walked.legs == (Leg(DOOR, DOOR, MIN + 1, MIN + 901),)
    assert ride(trip, to_place=[NEVER, 0], walks={}, direct_s=0).seconds == 0


@settings(max_examples=60)
@given(days())
def test_every_journey_takes_what_the_scan_says_and_no_more_rides_or_walking_than_dijkstra(day):
    hops, footpaths, to_place, homes, slack_s = day
    places, window = np.array(to_place, np.int32), Window(100, 900, 80)
    walks, direct_s = as_walks([walks for walks, _ in homes]), np.array([direct for _, direct in homes], np.int32)
    paths, oracle = as_walks(footpaths), Day(hops, footpaths, to_place, slack_s)
    day_of_hops = table(hops)
    profile = profile_to(day_of_hops, paths, places, slack_s=slack_s, from_s=window.from_s)
    taken = profile.every_departure(walks, direct_s, window)
    for home, (near, direct) in enumerate(homes):
        own = Walks(walks.first[home : home + 2] - walks.first[home], *(
            rows[walks.first[home] : walks.first[home + 1]] for rows in (walks.stop, walks.walk_s)
        ))  # fmt: skip
        for number, leaves_s in enumerate(range(window.from_s, window.to_s, window.step_s)):
            journey = journey_to(day_of_hops, paths, own, places, direct, leaves_s, slack_s=slack_s)
            best = oracle.best(leaves_s, near, direct)
            if journey is None:
                assert (taken[home, number], best) == (NEVER, None)
                continue
            assert (journey.seconds, journey.rides, journey.walk_s) == (taken[home, number], *best[1:])
            check_legs(journey, hops, footpaths, near, to_place, direct, slack_s)
