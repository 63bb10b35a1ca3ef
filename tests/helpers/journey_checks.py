"""What holds of every journey, whatever its day: the legs follow one another and are walks and rides that exist."""

from __future__ import annotations

import numpy as np

from kortrijk_geo.engine.transit.journey import DOOR, ON_FOOT


def check_legs(journey, hops, footpaths, walks, to_place_s, direct_s, slack_s) -> None:
    """Assert that one can go so.

    Parameters
    ----------
    hops
        (from stop, to stop, leaves, arrives, trip, boards, alights) of each, those of one trip in their order.
    footpaths, walks
        Of every stop, and from the origin, a dict of stops and seconds.
    to_place_s, direct_s
        Of every stop, and from the origin, the seconds to the place.
    """
    at, now, before = DOOR, journey.leaves_s, None
    for leg in journey.legs:
        assert leg.from_stop == at
        if leg.trip == ON_FOOT:
            assert leg.leaves_s == now
            assert leg.seconds == _walk_s(leg, footpaths, walks, to_place_s, direct_s)
            assert before != ON_FOOT, "two walks are one"
        else:
            ready_s = now + (0 if before == ON_FOOT else footpaths[at][at])
            assert ready_s + slack_s <= leg.leaves_s
            _check_ride(leg, hops)
        at, now, before = leg.to_stop, leg.arrives_s, leg.trip
    assert at == DOOR
    rides = [leg.trip for leg in journey.legs if leg.trip != ON_FOOT]
    assert len(set(rides)) == len(rides), "rides with one vehicle are one"


def _walk_s(leg, footpaths, walks, to_place_s, direct_s):
    if leg.from_stop == DOOR:
        return direct_s if leg.to_stop == DOOR else walks[leg.to_stop]
    return to_place_s[leg.from_stop] if leg.to_stop == DOOR else footpaths[leg.from_stop][leg.to_stop]


def _check_ride(leg, hops) -> None:
    of_trip = [hop for hop in hops if hop[4] == leg.trip]
    boards = [i for i, hop in enumerate(of_trip) if hop[0] == leg.from_stop and hop[2] == leg.leaves_s and hop[5]]
    alights = [i for i, hop in enumerate(of_trip) if hop[1] == leg.to_stop and hop[3] == leg.arrives_s and hop[6]]
    assert boards
    assert alights
    assert min(boards) <= max(alights)


def rows_of(hops):
    """Return `Hops` as rows, those of one trip in their order."""
    order = np.argsort(hops.trip, kind="stable")
    return list(zip(*(column[order].tolist() for column in hops.arrays), strict=True))


def walks_of(walks, origin):
    """Return the walks of one origin as a dict of stops and seconds."""
    some = slice(walks.first[origin], walks.first[origin + 1])
    return dict(zip(walks.stop[some].tolist(), walks.walk_s[some].tolist(), strict=True))
