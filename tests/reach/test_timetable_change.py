"""Changes of a timetable: what always holds on random days, hand-made headways, a changed feed, and what is refused."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_timetable import DAY, random_timetable, running_lines
from transit_oracle import Day

from kortrijk_geo.capacity.timetable_change import TimetableChange, stop_row
from kortrijk_geo.capacity.transit import TransitNetwork
from kortrijk_geo.engine.transit.walks import to_nearest
from kortrijk_geo.errors import OptionError
from kortrijk_geo.pack.timetable import FORBIDDEN
from kortrijk_geo.reach.transit_options import choose_transit

SEEDS = st.integers(0, 2**32 - 1)
RANDOM = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def town(small):
    """The streets, homes and places of the small city, and how long every departure takes by a timetable."""

    class Town:
        layers = small.layers()
        corner = (small.x0, small.y0)

        def timetable(self, seed, **options):
            return random_timetable(np.random.default_rng(seed), self.corner, **options)

        def network(self, timetable, **change):
            ride = choose_transit(day=DAY, from_time="07:00", to_time="08:00", snap_to="any", **change).ride
            return TransitNetwork.of(self.layers["streets"], timetable, ride)

        def seconds(self, timetable, **change):
            net = self.network(timetable, **change)
            origins, places = net.leaving(self.layers["homes"]), net.place(self.layers["amenities"])
            walk_s = to_nearest(net.graph, origins.places, places[1:2], np.inf, net.ride.walk_m_per_min)
            return net.profile_to(places[1:2]).every_departure(origins.walks, walk_s, net.ride.window)

    return Town()


def departures(table, day=DAY):
    """Minutes after midnight at which each line leaves its first stops on a day."""
    trips = table.trips_on(day)
    return sorted(
        zip(
            table.line_name[table.trip_line[trips]].tolist(),
            table.call_stop[table.trip_first[trips]].tolist(),
            (table.call_leaves_s[table.trip_first[trips]] / 60).tolist(),
            strict=True,
        )
    )


def day_of(table):
    """What runs on the days that matter, whatever the order of trips and services."""
    days = []
    for step in (-1, 0, 1):
        rows = []
        for trip in table.trips_on(DAY + dt.timedelta(step)).tolist():
            calls = slice(table.trip_first[trip], table.trip_first[trip + 1])
            rows.append((table.line_id[table.trip_line[trip]], table.trip_id[trip], *(
                getattr(table, f"call_{name}")[calls].tobytes()
                for name in ("stop", "arrives_s", "leaves_s", "boards", "alights")
            )))  # fmt: skip
        days.append(sorted(rows))
    station = table.stop_station.tolist()
    platforms = [-1 if number < 0 else station.index(number) for number in station]
    return days, table.stop_x.tolist(), table.stop_y.tolist(), platforms


@RANDOM
@given(SEEDS)
def test_nothing_changed_is_the_same_timetable_and_the_same_figures(town, seed):
    table = town.timetable(seed)
    assert TimetableChange.of().apply(table, DAY) is table
    assert not TimetableChange.of()
    at = {"s0": (float(table.stop_x[0]), float(table.stop_y[0]))}
    stays = TimetableChange.of(moved_stops=at).apply(table, DAY)
    for name, values in vars(table).items():
        np.testing.assert_array_equal(getattr(stays, name), values, err_msg=name)


@RANDOM
@given(SEEDS)
def test_a_line_taken_out_never_makes_anyone_earlier_and_trips_of_a_plan_never_later(town, seed):
    table, plan = town.timetable(seed), town.timetable(seed + 1, feed="plan")
    lines = running_lines(table)
    assume(lines and running_lines(plan))
    whole = town.seconds(table)
    assert (town.seconds(table, without_lines=lines[:1]) >= whole).all()
    more = town.seconds(table, added_trips=plan)
    assert (more <= whole).all()
    every = town.seconds(table, without_lines=lines)
    assert (every >= whole).all()
    if lines == sorted(table.line_name.tolist()):
        assert (every == every[:, :1]).all(), "on foot, at any time"


@RANDOM
@given(SEEDS, st.sampled_from([1, 2, 5, 10]))
def test_a_headway_that_keeps_all_old_departures_never_makes_anyone_later(town, seed, minutes):
    table = town.timetable(seed)
    lines = running_lines(table)
    assume(lines)
    change = TimetableChange.of(headways=dict.fromkeys(lines, minutes))
    after = change.apply(table, DAY)
    after.check("changed")
    assert set(departures(table)) <= set(departures(after)), "the lattice has ten minutes"
    assert (town.seconds(table, headways=dict.fromkeys(lines, minutes)) <= town.seconds(table)).all()


@RANDOM
@given(SEEDS)
def test_the_order_of_changes_is_of_no_matter(town, seed):
    table, plan = town.timetable(seed), town.timetable(seed + 1, feed="plan")
    lines = running_lines(table)
    assume(len(lines) > 1 and running_lines(plan))
    x, y = town.corner
    parts = [
        {"without_lines": lines[:1]}, {"headways": {lines[1]: 7}}, {"moved_stops": {"bus:s0": (x + 50.0, y)}},
        {"added_trips": plan},
    ]  # fmt: skip
    together = TimetableChange.of(**{key: value for part in parts for key, value in part.items()}).apply(table, DAY)
    for order in itertools.permutations(parts[:3]):
        changed = table
        for part in order:
            changed = TimetableChange.of(**part).apply(changed, DAY)
        changed = TimetableChange.of(**parts[3]).apply(changed, DAY)
        assert day_of(changed) == day_of(together)
    # A plan may have a line of the same name: who adds it first names the lines that change by their id.
    first = TimetableChange.of(**parts[3]).apply(table, DAY)
    ids = {"without_lines": [f"bus:r{lines[0]}"], "headways": {f"bus:r{lines[1]}": 7}, **parts[2]}
    assert day_of(TimetableChange.of(**ids).apply(first, DAY)) == day_of(together)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SEEDS)
def test_a_changed_day_equals_dijkstra_over_all_its_events(town, seed):
    table, plan = town.timetable(seed), town.timetable(seed + 1, feed="plan")
    lines = running_lines(table)
    assume(len(lines) > 1 and running_lines(plan))
    x, y = town.corner
    change = {"without_lines": lines[:1], "headways": {lines[1]: 7}, "moved_stops": {"bus:s1": (x + 750.0, y)},
              "added_trips": plan}  # fmt: skip
    net = town.network(table, **change)
    taken = town.seconds(table, **change)
    homes, places = net.leaving(town.layers["homes"]), net.place(town.layers["amenities"])[1:2]
    direct = to_nearest(net.graph, homes.places, places, np.inf, net.ride.walk_m_per_min)
    at_stop = net.stops.to_nearest(net.graph, places, net.to_stop_m, net.ride.walk_m_per_min)

    def walks_of(walks, i):
        some = slice(walks.first[i], walks.first[i + 1])
        return dict(zip(walks.stop[some].tolist(), walks.walk_s[some].tolist(), strict=True))

    order = np.argsort(net.hops.trip, kind="stable")
    rows = list(zip(*(column[order].tolist() for column in net.hops.arrays), strict=True))
    paths = [walks_of(net.stops.footpaths, i) for i in range(len(at_stop))]
    oracle = Day(rows, paths, at_stop.tolist(), net.ride.slack_s, net.ride.window.from_s)
    for home, minute in itertools.product(range(len(direct)), (0, 13, 31, 59)):
        leave_s = net.ride.window.from_s + 60 * minute
        expected = oracle.seconds(leave_s, walks_of(homes.walks, home), int(direct[home]))
        assert taken[home, minute] == expected


def test_between_the_first_and_the_last_trip_one_leaves_every_so_many_minutes_with_the_times_of_the_last_before(town):
    """Trips at 7:00, 7:30 and 8:05, of 10, 20 and 12 minutes: every 15 minutes, and the last one stays."""
    table = town.timetable(3, lines=1)
    table = table.of_trips(np.zeros(3, np.intp))
    first, last = table.trip_first[:-1], table.trip_first[1:] - 1
    leaves, arrives = table.call_leaves_s.copy(), table.call_arrives_s.copy()
    for trip, (at, minutes) in enumerate(((420, 10), (450, 20), (485, 12))):
        n = last[trip] - first[trip] + 1
        times = np.linspace(at * 60, (at + minutes) * 60, n).astype(np.int32)
        leaves[first[trip] : last[trip] + 1] = arrives[first[trip] : last[trip] + 1] = times
    table = replace(table, call_leaves_s=leaves, call_arrives_s=arrives, trip_service=np.zeros(3, np.int32),
                    trip_id=np.array(["bus:a", "bus:b", "bus:c"]))  # fmt: skip
    after = TimetableChange.of(headways={"0": 15}).apply(table, DAY)
    trips = after.trips_on(DAY)
    starts, ends = after.trip_first[trips], after.trip_first[trips + 1] - 1
    at, there = after.call_leaves_s[starts] // 60, after.call_arrives_s[ends] // 60
    rides = sorted(zip(at.tolist(), (there - at).tolist(), strict=True))
    assert rides == [(420, 10), (435, 10), (450, 20), (465, 20), (480, 20), (485, 12)]
    other = DAY + dt.timedelta(7)
    assert [minutes for *_, minutes in departures(after, other)] == [420, 450, 485], "another week is as it was"
    seldom = TimetableChange.of(headways={"0": 60}).apply(table, DAY)
    assert [minutes for *_, minutes in departures(seldom)] == [420, 480, 485]


def test_a_moved_stop_leaves_its_station_and_what_the_feed_says_of_its_changes(town):
    table = town.timetable(5)
    table = replace(
        table, stop_station=np.zeros(table.n_stops, np.int32), change_from=np.array([0, 1, 1, 0], np.int32),
        change_to=np.array([1, 0, 2, 0], np.int32), change_s=np.array([FORBIDDEN, 120, 60, 30], np.int32),
    )  # fmt: skip
    x, y = town.corner
    after = TimetableChange.of(moved_stops={"bus:s0": (x + 50, y)}).apply(table, DAY)
    assert (after.stop_x[0], after.stop_y[0], after.stop_station[0]) == (x + 50, y, -1)
    changes = zip(after.change_from.tolist(), after.change_to.tolist(), after.change_s.tolist(), strict=True)
    assert sorted(changes) == [(0, 0, 30), (1, 2, 60)]
    np.testing.assert_array_equal(after.stop_x[1:], table.stop_x[1:])


def test_what_is_changed_is_told_in_dutch(town):
    plan = town.timetable(1, feed="lijn-9")
    change = TimetableChange.of(["4", "5"], {"2": 10, "3": 1}, {"bus:s0": (1, 2)}, plan)
    assert str(change) == (
        "zonder lijn 4 en 5, lijn 2 om de 10 minuten, lijn 3 elke minuut, halte bus:s0 verplaatst, met de ritten van"
        " lijn-9 erbij"
    )
    assert change.record() == {
        "without_lines": ["4", "5"], "headways": ["2=10", "3=1"], "moved_stops": ["bus:s0=1,2"],
        "added_trips": ["lijn-9"],
    }  # fmt: skip
    assert TimetableChange.of().record() == {"without_lines": []}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"without_lines": ["11"]}, "has no line '11'.*"),
        ({"without_lines": "4"}, "must be a list"),
        ({"headways": {"00": 10}}, "has no line '00'.*'?0"),
        ({"headways": {"0": 0}}, "headway of line 0 is 0, must be a whole number from 1 to 720"),
        ({"headways": {"0": -5}}, "is -5, must be"),
        ({"headways": {"0": "tien"}}, "is 'tien', must be"),
        ({"headways": {"0": 7.5}}, "is 7.5, must be"),
        ({"headways": {"0": 10}, "without_lines": ["0"]}, "it is one of the two"),
        ({"headways": {"0": 10, "bus:r0": 5}}, "once by its name and once by its id"),
        ({"moved_stops": {"bus:s99": (1, 2)}}, "has no stop 'bus:s99'.*bus:s"),
        ({"moved_stops": {"NAME": (1, 2)}}, "has no stop 'NAME'; a stop is named by its id"),
        ({"moved_stops": {"s0": (70_000.0, 168_000.0), "bus:s0": (70_000.0, 168_100.0)}}, "s0 and bus:s0 are one stop"),
        ({"moved_stops": {"s0": (1, float("nan"))}}, "which is no point"),
        ({"moved_stops": {"s0": (110_000.0, 168_000.0)}}, "moved to 110000,168000, farther than 100 m from any street"),
        ({"moved_stops": {"s0": (70_000.0, 168_700.0)}}, "farther than 100 m from any street"),
        ({"added_trips": "plan.zip"}, "is no timetable; read a plan"),
    ],
)
def test_what_cannot_be_is_refused(town, change, message):
    table = town.timetable(5)
    assert running_lines(table)[0] == "0"
    with pytest.raises(OptionError, match=message):
        town.network(table, **change)


def test_a_line_that_does_not_run_and_a_plan_without_service_that_day_are_refused(town):
    table, plan = town.timetable(5), town.timetable(6, feed="plan")
    sunday = replace(table, trip_service=np.where(table.trip_line == 0, 2, 0).astype(np.int32))
    for change in ({"without_lines": ["0"]}, {"headways": {"0": 10}}):
        with pytest.raises(OptionError, match="line '0' does not run on 2026-11-24"):
            town.network(sunday, **change)
    idle = replace(plan, service_weekdays=np.full(3, 0b1000000, np.int32), exception_runs=np.array([False]))
    with pytest.raises(OptionError, match="plan plan has no service on 2026-11-24; it is valid from 2026-11-01"):
        town.network(table, added_trips=idle)
    with pytest.raises(OptionError, match="has a feed 'bus' already"):
        town.network(table, added_trips=town.timetable(7))


def test_a_stop_of_several_feeds_is_named_with_its_feed(town):
    table = TimetableChange.of(added_trips=town.timetable(6, feed="plan")).apply(town.timetable(5), DAY)
    assert table.stop_id[stop_row(table, "plan:s0")] == "plan:s0"
    with pytest.raises(OptionError, match="several feeds have a stop 's0'; name it with its feed: bus:s0, plan:s0"):
        stop_row(table, "s0")


def test_of_many_stops_a_few_likely_ones_are_named_by_id_and_name(town):
    table = town.timetable(5)
    names = np.array([f"Kortrijk Station perron {i}" for i in range(table.n_stops)])
    with pytest.raises(OptionError) as raised:
        town.network(replace(table, stop_name=names), moved_stops={"Station": (70_000.0, 168_000.0)})
    assert "did you mean bus:s0 (Kortrijk Station perron 0)" in str(raised.value)
    assert table.n_stops > 5
    assert str(raised.value).count("perron") == 5
