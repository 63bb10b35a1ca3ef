"""Journeys of Las Palmas, leg by leg: each takes what the scan of all departures says, and can be gone."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from journey_checks import check_legs, rows_of, walks_of

from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.engine.transit.day import hops_of
from kortrijk_geo.engine.transit.journey import journey_to
from kortrijk_geo.engine.transit.stops import Stops
from kortrijk_geo.engine.transit.travel import Window, profile_to
from kortrijk_geo.engine.transit.walks import Walks, to_nearest

pytestmark = pytest.mark.real
TUESDAY = dt.date(2023, 2, 21)
WALK = 80.0
WINDOW = Window(27_000, 32_400)  # 07:30-09:00


def test_two_hundred_journeys_take_what_the_scan_says(las_palmas):
    timetable = las_palmas.timetable()
    hops, _ = hops_of(timetable, TUESDAY, WINDOW.from_s, WINDOW.to_s)
    graph = StreetGraph.from_streets(las_palmas.streets)
    stops = Stops.of(graph, timetable, speed_m_per_min=WALK, footpath_m=300.0, slack_s=60)
    homes = graph.place(las_palmas.homes)
    hospital = graph.place(las_palmas.amenities[las_palmas.amenities["tags"].str.contains('"hospital"')].geometry)[:1]
    walks, to_place_s = stops.walks_from(graph, homes, 1200.0, WALK), stops.to_nearest(graph, hospital, 1200.0, WALK)
    direct_s = to_nearest(graph, homes, hospital, np.inf, WALK)
    profile = profile_to(hops, stops.footpaths, to_place_s, slack_s=60, from_s=WINDOW.from_s)
    taken = profile.every_departure(walks, direct_s, WINDOW)
    random, rows, rides = np.random.default_rng(4), rows_of(hops), []
    paths = [walks_of(stops.footpaths, i) for i in range(len(to_place_s))]
    for home in random.choice(np.flatnonzero(homes.placed), 100, replace=False).tolist():
        own = walks_of(walks, home)
        for minute in random.choice(90, 2, replace=False).tolist():
            leaves_s, direct = WINDOW.from_s + minute * 60, int(direct_s[home])
            near = Walks.of([0] * len(own), list(own), list(own.values()), 1)
            journey = journey_to(hops, stops.footpaths, near, to_place_s, direct, leaves_s, slack_s=60)
            assert journey.seconds == taken[home, minute]
            check_legs(journey, rows, paths, own, to_place_s.tolist(), direct, 60)
            rides.append(journey.rides)
    assert set(rides) >= {0, 1, 2}, "on foot, without a change and with one"
