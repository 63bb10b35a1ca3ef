"""A small GTFS feed in Lambert 72 around (72,000, 168,000): three stops on a line and a bus, tables as text."""

from __future__ import annotations

import zipfile
from pathlib import Path

from pyproj import Transformer
from shapely import box

CRS = "EPSG:31370"
NEAR = box(71_000, 167_000, 73_000, 169_000)
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def stop(stop_id: str, x: float, y: float = 168_000, rest: str = "") -> str:
    """A row of ``stops.txt``."""
    lon, lat = _TO_DEGREES.transform(x, y)
    return f"{stop_id},Halte {stop_id},{lat:.7f},{lon:.7f}{rest}"


STOPS = ["stop_id,stop_name,stop_lat,stop_lon", stop("a", 71_500), stop("b", 72_000.05), stop("c", 75_500)]
TABLES = {
    "agency.txt": ["agency_id,agency_name,agency_url,agency_timezone", "1,Bus,http://bus.invalid,Europe/Brussels"],
    "stops.txt": STOPS,
    "routes.txt": ["route_id,agency_id,route_short_name,route_long_name,route_type", "r,1,4,Station - Rand,3"],
    "calendar.txt": [
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
        "week,1,1,1,1,1,0,0,20261101,20261231",
    ],
    "trips.txt": ["route_id,service_id,trip_id,trip_headsign", "r,week,t1,Rand"],
    "stop_times.txt": [
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
        "t1,07:00:00,07:00:00,a,1", "t1,07:05:00,07:06:00,b,2", "t1,07:20:00,07:20:00,c,3",
    ],
}  # fmt: skip


def write_feed(path: Path, *, leave_out: tuple[str, ...] = (), **changed: list[str] | str | bytes) -> Path:
    """Write the feed with some tables (``stops`` for ``stops.txt``) replaced by lines, or by text or bytes as given."""
    tables = {**TABLES, **{f"{name}.txt": lines for name, lines in changed.items()}}
    with zipfile.ZipFile(path, "w") as archive:
        for name, lines in tables.items():
            if name not in leave_out:
                archive.writestr(name, "\n".join(lines) + "\n" if isinstance(lines, list) else lines)
    return path
