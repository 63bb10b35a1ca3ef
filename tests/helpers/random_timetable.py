"""Random timetables on the streets of the small city of tests/reach: lines both ways, stations, changes, services."""

from __future__ import annotations

import datetime as dt

import numpy as np

from kortrijk_geo.pack.timetable import FORBIDDEN, Timetable

DAY = dt.date(2026, 11, 24)
FIRST, LAST = (day.toordinal() for day in (dt.date(2026, 11, 1), dt.date(2026, 12, 31)))
# Along the streets, m from the corner of the city.
PLACES = [(x, 0) for x in range(0, 1_601, 100)] + [(400, y) for y in (100, 200, 300, 400)]
NIGHT_S = 86_400


def _ints(values):
    return np.array(values, np.int32)


def random_timetable(random, corner, *, feed="bus", lines=3, lattice_min=10):
    """A timetable whose trips leave on a lattice of minutes; ``random`` is a generator of numpy."""
    n_stops = int(random.integers(3, 8))
    at = [PLACES[i] for i in random.choice(len(PLACES), n_stops, replace=False)]
    trips, calls = [], []
    for line in range(lines):
        stops = random.choice(n_stops, int(random.integers(2, min(n_stops, 5) + 1)), replace=False).tolist()
        for pattern in (stops, stops[::-1]):
            first = int(random.integers(0, 4)) * lattice_min
            for _ in range(int(random.integers(1, 7))):
                now = 6 * 3600 + 2700 + first * 60
                service = int(random.integers(0, 3))
                # Those of the day before that run on into this one are the same trips a day later.
                trips.append((line, service, now + NIGHT_S * (service == 2)))
                rows = []
                for stop in pattern:
                    arrives, leaves = now, now + (int(random.choice([0, 0, 20])) if rows else 0)
                    rows.append((stop, arrives, leaves, bool(random.random() < 0.9), bool(random.random() < 0.9)))
                    now = leaves + int(random.choice([0, 40, 60, 150]))
                late = NIGHT_S * (service == 2)
                calls.append([(stop, at + late, on + late, *may) for stop, at, on, *may in rows])
                first += int(random.integers(1, 4)) * lattice_min
    pairs = random.choice(n_stops, (3, 2))
    pairs = np.unique(pairs, axis=0)
    flat = [call for rows in calls for call in rows]
    station = np.where(random.random(n_stops) < 0.3, 0, -1)
    table = Timetable(
        feed=np.array([feed]), feed_from=_ints([FIRST]), feed_to=_ints([LAST]), feed_exceptions_to=_ints([0]),
        stop_id=np.array([f"{feed}:s{i}" for i in range(n_stops)]),
        stop_name=np.array([f"Halte {i}" for i in range(n_stops)]), stop_feed=_ints([0] * n_stops),
        stop_x=np.array([corner[0] + x for x, _ in at], float), stop_y=np.array([corner[1] + y for _, y in at], float),
        stop_station=_ints(station),
        line_id=np.array([f"{feed}:r{i}" for i in range(lines)]), line_name=np.array([f"{i}" for i in range(lines)]),
        line_kind=_ints([3] * lines),
        # On working days, on this Tuesday by exception, and on the Monday before it, deep into the night.
        service_first=_ints([FIRST] * 3), service_last=_ints([LAST] * 3), service_weekdays=_ints([0b11111, 0, 0b1]),
        service_feed=_ints([0] * 3),
        exception_service=_ints([1]), exception_day=_ints([DAY.toordinal()]), exception_runs=np.array([True]),
        trip_id=np.array([f"{feed}:t{i}" for i in range(len(trips))]), trip_line=_ints([each[0] for each in trips]),
        trip_service=_ints([each[1] for each in trips]), trip_sign=np.array(["Rand"] * len(trips)),
        trip_first=_ints(np.concatenate([[0], np.cumsum([len(rows) for rows in calls])])),
        call_stop=_ints([call[0] for call in flat]), call_arrives_s=_ints([call[1] for call in flat]),
        call_leaves_s=_ints([call[2] for call in flat]), call_boards=np.array([call[3] for call in flat]),
        call_alights=np.array([call[4] for call in flat]),
        change_from=_ints(pairs[:, 0]), change_to=_ints(pairs[:, 1]),
        change_s=_ints(random.choice([FORBIDDEN, 0, 120], len(pairs))),
    )  # fmt: skip
    table.check("random")
    return table


def running_lines(table, day=DAY):
    """Names of the lines that run on a day."""
    return sorted(set(table.line_name[table.trip_line[table.trips_on(day)]].tolist()))
