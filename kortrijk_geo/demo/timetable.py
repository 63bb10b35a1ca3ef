"""Buses and trains of the demo: an invented timetable (``timetable.toml``), written as GTFS and read as any feed is."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from kortrijk_geo.demo.boundaries import CRS
from kortrijk_geo.demo.bus_routes import Roads, make_routes
from kortrijk_geo.demo.street_names import main_roads
from kortrijk_geo.ingest.gtfs import read_feeds
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.rules import read_toml
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.demo.bus_routes import XY, Route, Site
    from kortrijk_geo.demo.figures import Figures
    from kortrijk_geo.demo.plan import Plan
    from kortrijk_geo.pack.timetable import Timetable

TIMETABLE_SOURCE = "Synthetische demostad, dienstregeling verzonnen"
FEED = "verzonnen"  # the name of the feed, with which all its ids begin
_STREAM = 5  # random numbers of their own: everything else in the city stays as it is
_STATION = "station"
_BUS, _TRAIN = 3, 2  # of route_type
_WEEK = {"weekday": "1111100", "saturday": "0000010", "sunday": "0000001"}
_SUNDAY = "sunday"
_RUNS, _RUNS_NOT = 1, 2  # of exception_type
# The first departure of a span lies so many minutes after it begins, at most; times are told to so many seconds.
_LATEST_START, _TOLD_S = 10, 10
_MADE = (2026, 1, 1, 0, 0, 0)  # of the files in the archive, so that each build gives the same bytes
_NEAR_ADDRESS_M = 150.0

Rows = list[tuple[Any, ...]]


@cache
def rules() -> dict[str, Any]:
    """Read ``timetable.toml``."""
    table: dict[str, Any] = read_toml(Path(__file__).with_name("timetable.toml"))[0]
    return table


def timetable_date() -> str:
    """Return the first day of the timetable."""
    first: str = rules()["days"]["first"]
    return first


def make_timetable(
    layers: Mapping[str, pd.DataFrame], plan: Plan, bones: Mapping[str, Any], around: BaseGeometry, fig: Figures
) -> Timetable:
    """Invent the timetable of the demo.

    Parameters
    ----------
    layers
        ``streets``, ``areas``, ``addresses`` and ``amenities`` of the demo.
    bones
        The skeleton of the demo, of which the neighbours.
    around
        The study area with its surroundings.
    """
    with scratch_folder() as folder:
        path = folder / f"{FEED}.zip"
        write_feed(path, layers, plan, bones, fig)
        timetable = read_feeds([path], around, CRS, Findings())
    # Places were drawn to 0.1 m: what the way to degrees and back adds differs between machines.
    return replace(timetable, stop_x=timetable.stop_x.round(1), stop_y=timetable.stop_y.round(1))


def write_feed(
    path: Path, layers: Mapping[str, pd.DataFrame], plan: Plan, bones: Mapping[str, Any], fig: Figures
) -> None:
    """Write the invented timetable as a GTFS feed; see `make_timetable`."""
    wanted, rng = rules(), np.random.default_rng([fig.seed, _STREAM])
    amenities = layers["amenities"]
    station = amenities.loc[amenities["category"] == "railway=station", "geometry"].iloc[0]
    places: dict[str, XY] = {row["name"]: tuple(row["point"]) for row in fig.wijken}
    places |= {name: tuple(at[:2]) for name, at in bones["neighbours"].items()}
    places[_STATION] = (station.x, station.y)
    roads = Roads.of(layers["streets"], wanted["roads"])
    via = [[places[at] if isinstance(at, str) else tuple(at) for at in line["via"]] for line in wanted["bus"]]
    routes, sites = make_routes(roads, via, **wanted["stops"])
    trips, calls = _bus_trips(wanted, routes, rng)
    train_stops, train_trips, train_calls = _trains(wanted, places[_STATION], rng)
    names = _names(sites, layers, plan, bones, tuple(roads.xy[roads.crossing(places[_STATION])]))
    days = wanted["days"]
    first, last = (day.replace("-", "") for day in (days["first"], days["last"]))
    tables: dict[str, tuple[str, Iterable[Sequence[Any]]]] = {
        "agency.txt": (
            "agency_id,agency_name,agency_url,agency_timezone",
            [("demo", "Verzonnen vervoer", "https://example.invalid", "Europe/Brussels")],
        ),
        "feed_info.txt": (
            "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date",
            [(wanted["source"], "https://example.invalid", "nl", first, last)],
        ),
        "routes.txt": (
            "route_id,agency_id,route_short_name,route_type",
            [
                (line["name"], "demo", line["name"], kind)
                for table, kind in (("bus", _BUS), ("train", _TRAIN))
                for line in wanted[table]
            ],
        ),
        "stops.txt": (
            "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station",
            [*_bus_stops(sites, names), *train_stops],
        ),
        "trips.txt": ("route_id,service_id,trip_id,trip_headsign,direction_id", _signed(trips, names, train_trips)),
        "stop_times.txt": ("trip_id,arrival_time,departure_time,stop_id,stop_sequence", [*calls, *train_calls]),
        "calendar.txt": (
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            [(service, *week, first, last) for service, week in _WEEK.items()],
        ),
        "calendar_dates.txt": ("service_id,date,exception_type", _holidays(days["holidays"])),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (header, rows) in tables.items():
            text = io.StringIO()
            text.write(header + "\n")
            csv.writer(text, lineterminator="\n").writerows(rows)
            archive.writestr(zipfile.ZipInfo(name, _MADE), text.getvalue(), zipfile.ZIP_DEFLATED)


def _departures(running: Mapping[str, Any], day: str, rng: np.random.Generator) -> list[int]:
    """Return the departures of one direction on a kind of day, s; the same minutes past the hour all day."""
    late = int(rng.integers(0, _LATEST_START + 1))
    return [
        (minute + late) * 60
        for start, end, every in running[day]
        for minute in range(_minute(start), _minute(end), every)
    ]


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _trip_id(line: str, direction: int, day: str, leaves: int) -> str:
    return f"{line}-{direction}-{day}-{_time(leaves)[:5].replace(':', '')}"


def _bus_trips(wanted: Mapping[str, Any], routes: Sequence[Route], rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Return the rows of trips (without headsign) and of their calls."""
    trips: Rows = []
    calls: Rows = []
    for line, route in zip(wanted["bus"], routes, strict=True):
        running = wanted["running"][line["running"]]
        n, metres = len(route.sites), np.array(route.metres)
        for direction in (0, 1):
            order = np.arange(n)[:: -1 if direction else 1]
            along = np.abs(metres[order] - metres[order[0]])
            seconds = (np.round(along * 3.6 / running["km_h"] / _TOLD_S) * _TOLD_S).astype(int).tolist()
            stops = [_stop_id(route.sites[at], right=route.forward[at] != bool(direction)) for at in order.tolist()]
            for day in _WEEK:
                for leaves in _departures(running, day, rng):
                    trip = _trip_id(line["name"], direction, day, leaves)
                    trips.append((line["name"], day, trip, route.sites[order[-1]], direction))
                    calls += [
                        (trip, time := _time(leaves + later), time, stop, number)
                        for number, (stop, later) in enumerate(zip(stops, seconds, strict=True))
                    ]
    return trips, calls


def _trains(wanted: Mapping[str, Any], station: XY, rng: np.random.Generator) -> tuple[Rows, Rows, Rows]:
    """Return the rows of stops, trips and calls of the trains."""
    stops: dict[str, tuple[Any, ...]] = {}
    trips: Rows = []
    calls: Rows = []
    for line in wanted["train"]:
        running, course = wanted["running"][line["running"]], line["stops"]
        for name, at, *_ in course:
            xy = station if at == _STATION else tuple(at)
            stops[name] = (f"t-{name}", f"{name} (trein)", *_degrees([xy])[0], 0, "")
        whole = course[-1][2]
        for direction in (0, 1):
            order = course[::-1] if direction else course
            for day in _WEEK:
                for leaves in _departures(running, day, rng):
                    trip = _trip_id(line["name"], direction, day, leaves)
                    trips.append((line["name"], day, trip, order[-1][0], direction))
                    for number, (name, _, arrives, departs) in enumerate(order):
                        there = (whole - departs, whole - arrives) if direction else (arrives, departs)
                        calls.append((trip, *(_time(leaves + 60 * later) for later in there), f"t-{name}", number))
    return list(stops.values()), trips, calls


def _stop_id(site: int, *, right: bool) -> str:
    return f"h{site:03d}{'ab'[not right]}"


def _bus_stops(sites: Sequence[Site], names: Sequence[str]) -> Rows:
    """Return the rows of stops: of each site itself, and of its two platforms."""
    rows: Rows = []
    for number, (site, name) in enumerate(zip(sites, names, strict=True)):
        whole, *both = _degrees([site.middle, *site.platforms])
        rows.append((f"h{number:03d}", name, *whole, 1, ""))
        rows += [
            (_stop_id(number, right=right), name, *at, 0, f"h{number:03d}")
            for right, at in zip((True, False), both, strict=True)
        ]
    return rows


@cache
def _to_degrees() -> Transformer:
    return Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def _degrees(places: Sequence[XY]) -> list[tuple[str, str]]:
    """Return latitude and longitude of places, to the centimetre."""
    lon, lat = _to_degrees().transform(*np.array(places).T)
    return [(f"{a:.7f}", f"{b:.7f}") for a, b in zip(lat, lon, strict=True)]


def _holidays(days: Sequence[str]) -> Rows:
    """Return the exceptions: on a holiday nothing runs but what runs on Sundays."""
    rows: Rows = []
    for text in days:
        weekday = dt.date.fromisoformat(text).weekday()
        usual = next(service for service, week in _WEEK.items() if week[weekday] == "1")
        if usual != _SUNDAY:
            rows += [(service, text.replace("-", ""), kind) for service, kind in ((usual, _RUNS_NOT), (_SUNDAY, _RUNS))]
    return rows


def _names(
    sites: Sequence[Site], layers: Mapping[str, pd.DataFrame], plan: Plan, bones: Mapping[str, Any], station: XY
) -> list[str]:
    """Name stops by their wijk, or the nearest neighbour outside the city, and their street; no two alike."""
    points = shapely.points([site.middle for site in sites])
    areas, neighbours = layers["areas"], bones["neighbours"]
    outside = shapely.STRtree(shapely.points([at[:2] for at in neighbours.values()])).nearest(points)
    place = np.array(list(neighbours), dtype=object)[outside]
    inside, area = shapely.STRtree(areas["geometry"].to_numpy()).query(points, predicate="intersects")
    place[inside] = areas["name"].to_numpy()[area]
    streets, addresses = layers["streets"], layers["addresses"]
    road = main_roads(streets, plan)[shapely.STRtree(streets["geometry"].to_numpy()).nearest(points)]
    stop, address = shapely.STRtree(addresses["geometry"].to_numpy()).query_nearest(
        points, max_distance=_NEAR_ADDRESS_M, all_matches=False
    )
    nearest = np.full(len(points), "", dtype=object)
    nearest[stop] = addresses["street"].to_numpy()[address]
    hub = int(shapely.STRtree(points).nearest(shapely.Point(station)))
    words = pd.Series(
        [f"{where} {street}".strip() for where, street in zip(place, np.where(road != "", road, nearest), strict=True)]
    )
    words[hub] = "Kortrijk Station"
    number = words.groupby(words).cumcount()
    return [f"{text} {again + 1}" if again else text for text, again in zip(words, number, strict=True)]


def _signed(trips: Rows, names: Sequence[str], trains: Rows) -> Rows:
    """Return the rows of trips with what stands on the front: the last stop."""
    return [*((line, day, trip, names[last], way) for line, day, trip, last, way in trips), *trains]
