"""The buses of Las Palmas: samples equal Dijkstra over all events of the day; what always holds, holds of all."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from transit_oracle import NEVER, Day

from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.engine.transit.day import hops_of
from kortrijk_geo.engine.transit.stops import Stops
from kortrijk_geo.engine.transit.travel import Window, profile_to
from kortrijk_geo.engine.transit.walks import to_nearest
from kortrijk_geo.errors import OptionError

pytestmark = pytest.mark.real
TUESDAY = dt.date(2023, 2, 21)
WALK = 80.0
WINDOW = Window(27_000, 32_400)  # 07:30-09:00


def test_samples_equal_dijkstra_over_all_events(las_palmas):
    timetable = las_palmas.timetable()
    hops, _ = hops_of(timetable, TUESDAY, WINDOW.from_s, WINDOW.to_s)
    assert len(hops) > 50_000
    assert (hops.arrives_s == hops.leaves_s).sum() > 100, "hops of no time, where the order of the file could tell"
    graph = StreetGraph.from_streets(las_palmas.streets)
    stops = Stops.of(graph, timetable, speed_m_per_min=WALK, footpath_m=300.0, slack_s=60)
    homes = graph.place(las_palmas.homes)
    walks = stops.walks_from(graph, homes, 1200.0, WALK)
    amenities = las_palmas.amenities
    for kind in ("university", "hospital"):
        places = graph.place(amenities[amenities["tags"].str.contains(f'"{kind}"')].geometry)
        assert len(places) > 2
        at_stop = stops.to_nearest(graph, places, 1200.0, WALK)
        direct_s = to_nearest(graph, homes, places, np.inf, WALK)
        profile = profile_to(hops, stops.footpaths, at_stop, from_s=WINDOW.from_s)
        taken = profile.every_departure(walks, direct_s, WINDOW)
        leave = np.arange(WINDOW.from_s, WINDOW.to_s, 60)
        assert (taken <= direct_s[:, None]).all(), "never slower than walking"
        assert (np.diff(taken.astype(np.int64) + leave, axis=1) >= 0).all(), "a later departure is never there earlier"
        gains = (taken < direct_s[:, None]).mean()
        assert gains > 0.02, f"{kind}: some go by bus"
        shares = profile.at_shares(walks, direct_s, WINDOW, (0.5, 0.9))
        np.testing.assert_array_equal(shares, np.sort(taken, axis=1)[:, [44, 80]])
        _check_samples(hops, stops, at_stop, walks, direct_s, taken, leave)


def _check_samples(hops, stops, at_stop, walks, direct_s, taken, leave):
    def walks_of(rows, i):
        some = slice(rows.first[i], rows.first[i + 1])
        return dict(zip(rows.stop[some].tolist(), rows.walk_s[some].tolist(), strict=True))

    trips = np.argsort(hops.trip, kind="stable")
    columns = (hops.from_stop, hops.to_stop, hops.leaves_s, hops.arrives_s, hops.trip, hops.boards, hops.alights)
    rows = list(zip(*(column[trips].tolist() for column in columns), strict=True))
    paths = [walks_of(stops.footpaths, i) for i in range(len(at_stop))]
    day = Day(rows, paths, at_stop.tolist(), 60, WINDOW.from_s)
    random = np.random.default_rng(21)
    differ = 0
    for home in random.choice(np.flatnonzero(np.diff(walks.first) > 0), 60, replace=False).tolist():
        for minute in random.choice(90, 2, replace=False).tolist():
            expected = day.seconds(int(leave[minute]), walks_of(walks, home), int(direct_s[home]))
            differ += expected != int(taken[home, minute])
            assert expected != NEVER
    assert differ == 0


def test_the_day_with_most_service_and_a_day_without_any(las_palmas):
    timetable = las_palmas.timetable()
    assert timetable.busiest_tuesday().weekday() == 1
    assert timetable.feed_exceptions_to.tolist() == [dt.date(2022, 12, 26).toordinal()]
    with pytest.raises(OptionError, match="no service on 2026-11-24"):
        hops_of(timetable, dt.date(2026, 11, 24))
