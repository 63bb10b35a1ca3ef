"""A GTFS feed of any size, as large as De Lijn's: written in pieces, and read by a process of its own.

Usage: python feed_jobs.py write FEED TRIPS, or python feed_jobs.py read FEED METRES; each prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
import zipfile
from pathlib import Path

import numpy as np

# Of Flanders, in degrees; stops of trips lie along a straight way of some kilometres.
WEST, SOUTH, EAST, NORTH = 2.6, 50.75, 5.8, 51.4
N_STOPS, CALLS, PATTERNS = 36_000, 33, 3_000
_HEADER = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type,shape_dist_traveled\n"


def write_feed(path: Path, n_trips: int, *, seed: int = 21) -> int:
    """Write a feed of so many trips of 33 calls, and return the bytes of its stop_times.txt."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(WEST, EAST, N_STOPS), rng.uniform(SOUTH, NORTH, N_STOPS)
    order = np.lexsort((y, (x * 40).astype(int)))  # stops of one trip lie near each other
    begins = rng.integers(0, N_STOPS - CALLS, PATTERNS)
    stops = [[f"50{order[first + at]:04d}" for at in range(CALLS)] for first in begins.tolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(
            "stops.txt", "stop_id,stop_name,stop_lat,stop_lon\n"
            + "".join(f"50{i:04d},Halte {i},{y[i]:.6f},{x[i]:.6f}\n" for i in range(N_STOPS)),
        )  # fmt: skip
        archive.writestr(
            "routes.txt", "route_id,route_short_name,route_type\n" + "".join(f"r{i},{i},3\n" for i in range(PATTERNS))
        )
        archive.writestr(
            "calendar.txt", "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
            "week,1,1,1,1,1,0,0,20260101,20261231\n",
        )  # fmt: skip
        archive.writestr(
            "trips.txt", "route_id,service_id,trip_id\n"
            + "".join(f"r{i % PATTERNS},week,{_trip(i)}\n" for i in range(n_trips)),
        )  # fmt: skip
        with archive.open("stop_times.txt", "w", force_zip64=True) as table:
            written = table.write(_HEADER.encode())
            for i in range(n_trips):
                trip, leaves = _trip(i), 18_000 + i * 7919 % 64_800
                times = [
                    f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(leaves, leaves + 90 * CALLS, 90)
                ]
                rows = zip(times, stops[i % PATTERNS], range(CALLS), strict=True)
                written += table.write(
                    "".join(f"{trip},{at},{at},{stop},{n},0,0,{n * 412}\n" for at, stop, n in rows).encode()
                )
    return written


def _trip(number: int) -> str:
    return f"week-2026-{number * 7:09d}"


def _peak_mb() -> float:
    return int(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0]) / 1024


def read(path: Path, radius_m: float) -> dict[str, float]:
    """Read what calls near Kortrijk, and return what that took."""
    import shapely

    from kortrijk_geo.ingest.gtfs import read_feeds
    from kortrijk_geo.ingest.report import Findings

    before, begun = _peak_mb(), time.process_time()
    timetable = read_feeds([path], shapely.Point(72_000, 169_000).buffer(radius_m), "EPSG:31370", Findings())
    return {
        "cpu_s": time.process_time() - begun,
        "peak_mb": _peak_mb(),
        "before_mb": before,
        "trips": len(timetable.trip_id),
    }


if __name__ == "__main__":
    job, feed, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    found = {"bytes": write_feed(feed, number)} if job == "write" else read(feed, number)
    sys.stdout.write(json.dumps(found))
