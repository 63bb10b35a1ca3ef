"""The timetable of a pack, made of feeds as a recipe names them, and checked."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.errors import DataError, KortrijkGeoError, MissingFileError
from kortrijk_geo.ingest.files import locate
from kortrijk_geo.ingest.gtfs import read_feeds
from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.layers import TIMETABLE
from kortrijk_geo.pack.timetable import together

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.pack.timetable import Timetable

# A stop farther from any street that one may walk on cannot be walked to; as `reach` places homes and places.
FAR_M = 100.0
# Stops with one id that lie nearer than this are one: in another month a stop may stand across the street.
SAME_STOP_M = 100.0
_WEEK = 7


def make_timetable(part: Part, shop: Workshop, out: Path) -> None:
    """Read the feeds of the table ``[timetable]`` of a recipe, and write the timetable of the pack.

    Raises
    ------
    MissingFileError, DataError
        Naming the feed and its table.
    """
    names = part.options["file"]
    files = [locate(shop.files, name, table=part.table) for name in (names if isinstance(names, list) else [names])]
    assert shop.extent is not None, "the study area is read before the timetable"
    read_feeds(files, shop.extent, shop.recipe.crs, shop.findings).write(out)


def read_plan(files: Sequence[Path], city: City, findings: Findings) -> Timetable:
    """Read feeds of a plan beside the timetable of a pack, as `make_timetable` would: ``added_trips`` of a ride.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it is no feed, or none of its trips calls in the study area or its buffer.
    """
    for file in files:
        if not file.is_file():
            raise MissingFileError(f"{file}: there is no such file")
    boundary = shapely.union_all(city.boundary.geometry.to_numpy())
    return read_feeds(files, boundary.buffer(city.info.buffer_m), city.crs, findings)


def staying_feeds(before: Timetable, new: Timetable, file: str, findings: Findings) -> Timetable | None:
    """Return what stays of the timetable of a pack beside a feed that is added, and tell it; None when nothing does.

    A feed of the same name is replaced, and so is one with most of its stops the same (id and place): that is the
    same feed of another month, under another name.

    Raises
    ------
    DataError
        When a feed of this name has other stops: another feed, which would be lost.
    """
    name = str(new.feed[0])
    stays = []
    for number, feed in enumerate(before.feed.tolist()):
        known = before.of_feeds(np.array([number], np.intp))
        same, most = _stops_in_both(known, new), max(known.n_stops, new.n_stops)
        if feed == name and not same:
            raise DataError(
                f"{file}: the pack has a feed {feed} with other stops already, which this one would replace; to keep"
                f" both, give the file another name (DeLijn.zip, NMBS.zip)"
            )
        trips = len(known.trip_id)
        if feed == name or same > most / 2:
            findings.add(
                "warning", TIMETABLE, f"feed {feed} of the pack, with {trips:,} trips, is replaced by {name}:"
                f" {same:,} of {most:,} stops are the same", trips,
            )  # fmt: skip
        else:
            findings.add(
                "info", TIMETABLE, f"feed {feed} of the pack, with {trips:,} trips, stays beside {name}", trips
            )
            stays.append(number)
    if not stays:
        return None
    stay = before.of_feeds(np.array(stays, np.intp))
    try:
        together([stay, new]).busiest_tuesday()
    except DataError as error:
        findings.add("warning", TIMETABLE, str(error))
    return stay


def _stops_in_both(one: Timetable, other: Timetable) -> int:
    """Count the stops of two feeds with one id and one place."""
    places = dict(zip(one.bare_stop_ids(), zip(one.stop_x.tolist(), one.stop_y.tolist(), strict=True), strict=True))
    at = zip(other.bare_stop_ids(), other.stop_x.tolist(), other.stop_y.tolist(), strict=True)
    return sum(
        stop in places and not math.hypot(places[stop][0] - x, places[stop][1] - y) > SAME_STOP_M for stop, x, y in at
    )


def check_timetable(city: City, findings: Findings, *, area: BaseGeometry | None) -> None:
    """Say whether the timetable can be read, how far its days go, what runs when, and what in it is in doubt."""
    try:
        timetable = city.timetable()
    except KortrijkGeoError as error:
        findings.add("error", TIMETABLE, str(error))
        return
    for i, name in enumerate(timetable.feed.tolist()):
        first, last = (dt.date.fromordinal(int(days[i])) for days in (timetable.feed_from, timetable.feed_to))
        trips = int((timetable.service_feed[timetable.trip_service] == i).sum())
        findings.add("info", TIMETABLE, f"feed {name} is valid from {first} to {last} and has {trips:,} trips", trips)
    try:
        day = timetable.busiest_tuesday()
    except KortrijkGeoError as error:
        findings.add("warning", TIMETABLE, str(error))
    else:
        _say_week(timetable, day, findings)
        _say_twins(timetable, day, findings)
    if area is not None and city.has("streets"):
        _say_far_stops(timetable, city, area, findings)


def _say_week(timetable: Timetable, day: dt.date, findings: Findings) -> None:
    """Say what runs on each day of the week of a day."""
    monday = day - dt.timedelta(day.weekday())
    trips = timetable.trips_by_day(monday, monday + dt.timedelta(_WEEK - 1))
    counts = ", ".join(f"{date}: {count}" for date, count in trips.items())
    findings.add("info", TIMETABLE, f"trips by day in the week with the Tuesday of most service: {counts}")
    idle = [str(date) for date, count in trips.items() if not count]
    if idle:
        findings.add("warning", TIMETABLE, f"{len(idle):,} days of that week have no service: {named(idle)}", len(idle))


def _say_twins(timetable: Timetable, day: dt.date, findings: Findings) -> None:
    """Say which trips of a day call at the same places at the same times as another: a feed given twice."""
    seen: dict[bytes, int] = {}
    twins = []
    place = np.round(np.column_stack([timetable.stop_x, timetable.stop_y]), 0)
    first = timetable.trip_first
    for trip in timetable.trips_on(day).tolist():
        rows = slice(first[trip], first[trip + 1])
        times = timetable.call_arrives_s[rows].tobytes() + timetable.call_leaves_s[rows].tobytes()
        key = place[timetable.call_stop[rows]].tobytes() + times
        if key in seen:
            twins.append(str(timetable.trip_id[trip]))
        seen.setdefault(key, trip)
    if twins:
        findings.add(
            "warning", TIMETABLE, f"{len(twins):,} trips on {day} are the same as another, as if a feed came twice:"
            f" {named(twins)}", len(twins), twins,
        )  # fmt: skip


def _say_far_stops(timetable: Timetable, city: City, area: BaseGeometry, findings: Findings) -> None:
    """Say which stops inside the study area nobody can walk to."""
    streets = city.streets
    lines = streets.geometry.to_numpy()[streets["walk"].to_numpy(bool)]
    inside = np.flatnonzero(shapely.contains_xy(area, timetable.stop_x, timetable.stop_y))
    if not len(lines) or not len(inside):
        return
    points = shapely.points(timetable.stop_x[inside], timetable.stop_y[inside])
    tree = shapely.STRtree(lines)
    away = shapely.distance(points, lines[tree.nearest(points)])
    far = timetable.stop_id[inside[away > FAR_M]].tolist()
    if far:
        findings.add(
            "warning", TIMETABLE, f"{len(far):,} of {len(inside):,} stops in the study area lie more than"
            f" {FAR_M:.0f} m from any street, so that nobody walks there: {named(far)}", len(far), far,
        )  # fmt: skip
