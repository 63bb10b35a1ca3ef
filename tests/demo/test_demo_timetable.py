"""The buses and trains of the demo: along its streets, opposite stops, marked as invented; all else as it was."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
import shapely

from kortrijk_geo.demo.bus_routes import Roads, make_routes
from kortrijk_geo.demo.timetable import rules
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.timetable import check_timetable

# Digests of the layers before the demo had a timetable: its random numbers are its own.
BEFORE = {
    "homes": "59e44388320455cd2c43eba90ec74a065ccb38bbddb40e3f7efad8ede4ff08fe",
    "streets": "fbc5f2eacb31435f670688365a7c8a3296df20f4315b9658c4b787574db5eaae",
    "amenities": "970b8f6fa0c6963d63145eff7fdc825ad9e46c937b6379eb403586ac1f0a60c8",
    "trees": "95c9442171eb073fa0ee0d41818b22cba70897d53aded514fb847ed712829880",
    "city_sites": "fe66e7e86aa2b0f4af9f561553ba8557575fe285cdc3c8c59a149349f631c8f1",
    "land_cover": "1a223c406fc18db84e897ac61f085ec6085325f7e80b702cdb5034fb97b40f82",
}
TUESDAY, SATURDAY, SUNDAY = dt.date(2026, 3, 3), dt.date(2026, 3, 7), dt.date(2026, 3, 8)


@pytest.fixture(scope="module")
def timetable(demo):
    return demo.timetable()


def calls_of(timetable, trip):
    return slice(timetable.trip_first[trip], timetable.trip_first[trip + 1])


def test_the_rest_of_the_city_is_what_it_was(demo):
    assert {name: demo.info.recorded[name] for name in BEFORE} == BEFORE


def test_it_is_marked_as_invented(demo, timetable):
    record = demo.info.rasters["timetable"]
    assert record.synthetic
    assert "verzonnen" in record.source
    assert timetable.feed.tolist() == ["verzonnen"]
    assert all(stop.startswith("verzonnen:") for stop in timetable.stop_id)


def test_the_check_finds_nothing_to_look_at(demo, timetable):
    findings = Findings()
    check_timetable(demo, findings, area=demo.boundary.geometry.iloc[0])
    assert [finding.message for finding in findings.items if finding.level != "info"] == []
    assert {finding.code for finding in findings.items} != set()
    assert "other" not in {finding.code for finding in findings.items}


def test_a_sunday_has_least_and_a_holiday_is_a_sunday(timetable):
    trips = timetable.trips_by_day(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert trips[TUESDAY] > 2 * trips[SUNDAY] > 0
    assert trips[TUESDAY] > trips[SATURDAY] > trips[SUNDAY]
    for holiday in rules()["days"]["holidays"]:
        assert trips[dt.date.fromisoformat(holiday)] == trips[SUNDAY], holiday
    assert timetable.valid() == (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def test_night_buses_leave_after_midnight_of_saturday(timetable):
    def leaves_last(day):
        return int(timetable.call_leaves_s[timetable.trip_first[timetable.trips_on(day)]].max())

    assert leaves_last(SATURDAY) > 25 * 3600
    assert leaves_last(TUESDAY) < 25 * 3600


def test_every_line_drives_both_ways_and_stops_opposite(timetable):
    """On a street of the city a stop lies 5 to 25 m from its opposite: the carriageway and a little."""
    bus = timetable.line_kind[timetable.trip_line] == 3
    for line in np.flatnonzero(timetable.line_kind == 3):
        courses = {
            tuple(timetable.stop_id[timetable.call_stop[calls_of(timetable, trip)]].tolist())
            for trip in np.flatnonzero((timetable.trip_line == line) & bus)
        }
        assert len(courses) == 2
        there, back = sorted(courses)
        assert [stop[:-1] for stop in there] == [stop[:-1] for stop in back[::-1]]
        assert not set(there) & set(back)
    sides = [np.flatnonzero(np.char.endswith(timetable.stop_id, side)) for side in ("a", "b")]
    sides = [side[np.argsort(timetable.stop_id[side])] for side in sides]
    away = np.hypot(*(timetable.stop_x[sides[0]] - timetable.stop_x[sides[1]],
                      timetable.stop_y[sides[0]] - timetable.stop_y[sides[1]]))  # fmt: skip
    assert ((away > 5) & (away < 25)).all()


def test_stops_stand_at_streets_that_one_may_walk_on(demo, timetable):
    bus = np.char.endswith(timetable.stop_id, "a") | np.char.endswith(timetable.stop_id, "b")
    lines = demo.streets.geometry[demo.streets["walk"]].to_numpy()
    points = shapely.points(timetable.stop_x, timetable.stop_y)[bus]
    away = shapely.distance(points, lines[shapely.STRtree(lines).nearest(points)])
    assert away.max() < 10


def test_times_rise_along_every_trip_and_buses_are_no_faster_than_traffic(timetable):
    inside = np.ones(len(timetable.call_stop) - 1, bool)
    inside[timetable.trip_first[1:-1] - 1] = False
    seconds = (timetable.call_arrives_s[1:] - timetable.call_leaves_s[:-1])[inside]
    x, y = (np.diff(place[timetable.call_stop])[inside] for place in (timetable.stop_x, timetable.stop_y))
    assert (seconds > 0).all()
    of_trip = np.repeat(timetable.trip_line, np.diff(timetable.trip_first))
    bus = timetable.line_kind[of_trip][:-1][inside] == 3
    assert (np.hypot(x, y) / seconds)[bus].max() * 3.6 < 40


@pytest.fixture(scope="module")
def roads(demo):
    return Roads.of(demo.streets, rules()["roads"])


def test_a_way_follows_large_roads_and_never_turns_back(demo, roads):
    ends = [(72133, 169304), (69900, 171533), (67220, 170860)]  # Centrum, Heule, Gullegem
    way = roads.way(ends)
    points = shapely.get_coordinates(way).tolist()
    assert all(a != b for a, b in pairwise(points))
    assert all(a != b for a, b in zip(points, points[2:], strict=False))
    large = demo.streets[demo.streets["kind"].isin(["primary", "secondary", "tertiary"])].union_all()
    assert shapely.intersection(way, large.buffer(0.1)).length > 0.9 * way.length


def test_lines_on_one_street_share_their_stops(roads):
    centre, heule, beyond = (72133, 169304), (69900, 171533), (69116, 173099)
    (first, second), sites = make_routes(roads, [[centre, heule, beyond], [heule, centre]], apart_m=425.0, beside_m=1.5)
    assert set(second.sites) <= set(first.sites)
    assert len(sites) == len(first.sites)
    shared = [first.sites.index(site) for site in second.sites]
    assert shared == sorted(shared, reverse=True)
    assert not any(
        a == b for a, b in zip(second.forward, [first.forward[at] for at in shared], strict=True)
    )  # the other way, so at the other side
    assert 300 < np.diff(first.metres).min() <= np.diff(first.metres).max() < 600
