"""A bus along a street of a tiny city, and what it does for a home by hand: one ride, no change."""

from __future__ import annotations

import math
from pathlib import Path

from pyproj import Transformer
from small_feed import TABLES, write_feed
from tiny_city import NORTH, WEST

from kortrijk_geo.pack.city import City

_DEGREES = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True)
SLACK_S = 60


def with_bus(city: City, folder: Path, start: tuple[float, float], end: tuple[float, float], *, every: int, ride: int,
             hours: tuple[int, ...] = (6, 7, 8, 9), days: str = "1,1,1,1,1,0,0") -> City:  # fmt: skip
    """Return the city with a bus from ``start`` to ``end`` every so many minutes on weekdays, that rides so many."""
    rows = []
    for name, (x, y) in (("van", start), ("naar", end)):
        lon, lat = _DEGREES.transform(WEST + x, NORTH - y)
        rows.append(f"{name},Halte {name},{lat:.10f},{lon:.10f}")
    times, trips = [TABLES["stop_times.txt"][0]], [TABLES["trips.txt"][0]]
    for minute in (60 * hour + each for hour in hours for each in range(0, 60, every)):
        trip, (leaves, arrives) = f"t{minute}", (f"{m // 60:02d}:{m % 60:02d}:00" for m in (minute, minute + ride))
        trips.append(f"r,week,{trip},Verder")
        times += [f"{trip},{leaves},{leaves},van,1", f"{trip},{arrives},{arrives},naar,2"]
    folder.mkdir(parents=True, exist_ok=True)
    feed = write_feed(
        folder / "bus.zip", stops=["stop_id,stop_name,stop_lat,stop_lon", *rows], stop_times=times, trips=trips,
        calendar=[TABLES["calendar.txt"][0], f"week,{days},20261101,20261231"],
    )  # fmt: skip
    return city.add("gtfs", feed, folder / "riding", source="Bus", date="2026-11-01")


def median_s(*, to_stop_m: float, from_stop_m: float, on_foot_m: float, every: int, ride: int, departures: int) -> int:
    """Seconds that half of the departures, from a whole hour on, take at most, at 80 m/min."""
    to_s, from_s, foot_s = (math.ceil(m * 60 / 80 - 1e-6) if math.isfinite(m) else math.inf
                            for m in (to_stop_m, from_stop_m, on_foot_m))  # fmt: skip
    taken = []
    for leave in range(0, departures * 60, 60):
        waits = leave + to_s + SLACK_S
        bus = math.ceil(waits / (every * 60)) * every * 60 if math.isfinite(waits) else math.inf
        taken.append(min(bus + ride * 60 + from_s - leave, foot_s))
    return sorted(taken)[math.ceil(departures / 2) - 1]
