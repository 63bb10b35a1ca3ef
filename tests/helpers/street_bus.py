"""A bus along the street of the small city of tests/reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyproj import Transformer
from small_feed import TABLES, write_feed

DEGREES = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True)


def feed(path: Path, small: Any, minutes: tuple[int, ...], *, last: int = 7, ends: str = "20261231") -> Path:
    """A bus from (100, 0) to (1,600, 0) in 5 minutes, at these minutes of every hour from 6 until ``last``."""
    rows = [(name, *DEGREES.transform(small.x0 + x, small.y0)) for name, x in (("west", 100), ("east", 1_600))]
    times, trips = [TABLES["stop_times.txt"][0]], [TABLES["trips.txt"][0]]
    for hour in range(6, last + 1):
        for minute in minutes:
            trip = f"t{hour}{minute:02d}"
            trips.append(f"r,week,{trip},Oost")
            times += [f"{trip},{hour}:{minute:02d}:00,{hour}:{minute:02d}:00,west,1",
                      f"{trip},{hour}:{minute + 5:02d}:00,{hour}:{minute + 5:02d}:00,east,2"]  # fmt: skip
    stops = ["stop_id,stop_name,stop_lat,stop_lon", *(f"{n},Halte {n},{lat:.9f},{lon:.9f}" for n, lon, lat in rows)]
    calendar = [line.replace("20261231", ends) for line in TABLES["calendar.txt"]]
    return write_feed(path, stops=stops, stop_times=times, trips=trips, calendar=calendar)
