"""Timetables in GTFS, one or several feeds, made into the timetable of a pack: what is wrong in them is told, counted.

The trips that call at a stop in or near the study area are kept, whole, for one changes outside it too. The readers
partridge and gtfs-kit do not fit: they hold whole tables as text (De Lijn's stop_times.txt has 1.7 GB), where this one
leaves out first what is elsewhere; and blank times, flexible trips and faults would still have to be judged here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.gtfs_calls import Calls, any_of, numbers_of, whole
from kortrijk_geo.ingest.gtfs_days import read_days
from kortrijk_geo.ingest.gtfs_tables import Feed, opened, stripped
from kortrijk_geo.ingest.gtfs_times import faults, fill_in, seconds_of
from kortrijk_geo.ingest.gtfs_useless import elsewhere, none_usable
from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.timetable import FORBIDDEN, Timetable, together

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.report import Findings, Level

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LAYER = "timetable"
_STATION = "1"  # of location_type
_LEAST, _NONE = "2", "3"  # of transfer_type: takes some time at least, is not possible
# Ways in which a trip cannot be used, each with what is said of it.
_UNUSABLE = {
    "service": "trips have a service without days, left out",
    "flex": "trips are flexible, without times at stops, left out",
    "stop": "trips call at a stop that stops.txt lacks, left out",
    "twice": "trips have two calls with one stop_sequence, left out",
    "single": "trips have one call only, left out",
    "wrong": "trips have a time that is none, left out",
    "blank": "trips have no first or last time, left out",
    "backward": "trips run backward in time, left out",
}


def read_feeds(files: Sequence[Path], near: BaseGeometry, crs: str, findings: Findings) -> Timetable:
    """Read the trips of feeds that call inside ``near``, in the CRS of the pack; ids of each feed stay its own.

    Raises
    ------
    DataError
        When a file is no feed, or none of its trips calls there.
    """
    names = [path.name.removesuffix(path.suffix) for path in files]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"two feeds are called {named(twice)}; give their files different names")
    shapely.prepare(near)
    tables = []
    for path, name in zip(files, names, strict=True):
        with opened(path) as feed:
            tables.append(_Reader(feed, name, findings).read(near, crs))
    return together(tables)


@dataclass
class _Reader:
    """Reads one feed."""

    feed: Feed
    name: str
    findings: Findings

    def say(self, level: Level, message: str, count: int = 0, places: Sequence[object] = ()) -> None:
        self.findings.add(level, LAYER, f"{self.name}: {message}", count, places)

    def read(self, near: BaseGeometry, crs: str) -> Timetable:
        """Read the feed; see `read_feeds`."""
        stops = self._stops(crs)
        near_by = stops.index[shapely.contains_xy(near, stops["x"], stops["y"])]
        if near_by.empty:
            raise elsewhere(self.feed, near, crs)
        self.feed.sieve("stop_times.txt", "trip_id", "stop_id", near_by)
        trips, n_all = self._trips_at(set(near_by))
        calls = self._ordered(self._calls(stops.index, trips.index))
        days = read_days(self.feed, sorted(set(trips["service_id"])))
        calls = self._usable(calls, trips, days.known)
        calls = self._timed(calls, stops, trips)
        calls = self._repeated(calls, trips)
        if len(calls.first) < 2:
            heard = [item.message for item in self.findings.items if item.message.startswith(f"{self.name}: ")]
            raise none_usable(self.feed, set(stops.index), set(trips.index), heard)
        if asked := int(calls.asked.sum()):
            self.say(
                "warning", f"{asked:,} calls must be asked for by phone or of the driver, and count as any other", asked
            )
        kept = len(np.unique(calls.trip))
        self.say("info", f"{kept:,} of {n_all:,} trips call in or near the study area and are kept whole", kept)
        for message in days.remarks:
            self.say("warning", message)
        return self._made(calls, stops, trips, days)

    def _stops(self, crs: str) -> pd.DataFrame:
        table = self.feed.table(
            "stops.txt", ["stop_id"], "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"
        )
        if table.empty:
            raise DataError(
                f"{self.feed.path.name}: holds no stops.txt with stops, without which it is no timetable (GTFS)"
            )
        table = self._first_of(table, "stop_id", "stops")
        lat, lon = (pd.to_numeric(table[key], errors="coerce").to_numpy() for key in ("stop_lat", "stop_lon"))
        lat, lon = (np.where((np.abs(lat) > 90) | (np.abs(lon) > 180), np.nan, values) for values in (lat, lon))
        nowhere = (np.abs(lat) < 1e-6) & (np.abs(lon) < 1e-6)  # what stands for no place at all, off Africa
        x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(
            np.where(nowhere, np.nan, lon), np.where(nowhere, np.nan, lat)
        )
        there = np.isfinite(x) & np.isfinite(y)
        table["x"], table["y"] = np.where(there, x, np.nan), np.where(there, y, np.nan)
        table["station"] = table.index.get_indexer(pd.Index(table["parent_station"]))
        of_station = table["x"].isna().to_numpy() & (table["station"] >= 0).to_numpy()
        for key in ("x", "y"):
            values = table[key].to_numpy().copy()
            values[of_station] = values[table["station"].to_numpy()[of_station]]
            table[key] = values
        own = (table["location_type"] == _STATION).to_numpy()
        table.loc[own, "station"] = np.flatnonzero(own)
        return table

    def _first_of(self, table: pd.DataFrame, key: str, what: str) -> pd.DataFrame:
        """Index a table by its ids; of equal ones the first row counts, which is told."""
        again = table[key].duplicated()
        if again.any():
            ids = table.loc[again, key]
            self.say("warning", f"{len(ids):,} {what} have an id that another has, left out: {named(ids)}", len(ids))
        return table[~again].set_index(key)

    def _trips_at(self, stops: set[str]) -> tuple[pd.DataFrame, int]:
        """Return the trips that call at some of these stops, and the number of all."""
        touching: set[str] = set()
        for piece in self.feed.pieces("stop_times.txt", ["trip_id", "stop_id"]):
            codes, ids = pd.factorize(piece["stop_id"])
            here = np.array([str(each).strip() in stops for each in ids], bool)
            touching.update(piece["trip_id"].to_numpy()[here[codes]])
        touching = {str(each).strip() for each in touching}
        columns = ["trip_id", "route_id", "service_id", "trip_headsign"]
        n_all, parts = 0, [pd.DataFrame(columns=columns, dtype=object)]
        for piece in self.feed.pieces("trips.txt", columns[:3], columns[3]):
            n_all += len(piece)
            called = piece["trip_id"].str.strip().isin(touching)
            parts.append(piece[called].apply(lambda column: column.str.strip()))
        table = self._first_of(pd.concat(parts, ignore_index=True), "trip_id", "trips")
        if unknown := sorted(touching - set(table.index)):
            self.say(
                "warning", f"{len(unknown):,} trips of stop_times.txt are not in trips.txt, left out: {named(unknown)}",
                len(unknown), unknown,
            )  # fmt: skip
        return table, n_all

    def _calls(self, stop_ids: pd.Index, trip_ids: pd.Index) -> Calls:
        """Read the calls of these trips."""
        parts = []
        others = (
            "stop_id", "arrival_time", "departure_time", "pickup_type", "drop_off_type", "shape_dist_traveled",
            "start_pickup_drop_off_window", "location_id", "location_group_id",
        )  # fmt: skip
        for piece in self.feed.pieces("stop_times.txt", ["trip_id", "stop_sequence"], *others):
            trip = numbers_of(piece["trip_id"], trip_ids)
            rows = piece[trip >= 0]
            flexible = rows[list(others[-3:])].apply(lambda column: stripped(column) != "").any(axis=1)
            parts.append(
                Calls(
                    trip=trip[trip >= 0],
                    stop=numbers_of(rows["stop_id"], stop_ids),
                    sequence=whole(rows["stop_sequence"]),
                    arrives=seconds_of(rows["arrival_time"]),
                    leaves=seconds_of(rows["departure_time"]),
                    distance=pd.to_numeric(rows["shape_dist_traveled"], errors="coerce").to_numpy(float),
                    boards=(stripped(rows["pickup_type"]) != "1").to_numpy(bool),
                    alights=(stripped(rows["drop_off_type"]) != "1").to_numpy(bool),
                    asked=rows[["pickup_type", "drop_off_type"]].isin(["2", "3"]).any(axis=1).to_numpy(bool),
                    flex=flexible.to_numpy(bool),
                )
            )
        return Calls(
            **{key: np.concatenate([getattr(part, key) for part in parts]) for key in vars(parts[0]) if key != "first"}
        )

    def _ordered(self, calls: Calls) -> Calls:
        return calls.rows(np.lexsort((calls.sequence, calls.trip)))

    def _usable(self, calls: Calls, trips: pd.DataFrame, known_services: set[str]) -> Calls:
        """Leave out the trips that cannot be used whatever their times."""
        of, n = calls.of_trip, len(calls.first) - 1
        number = calls.trip[calls.first[:-1]]
        again = (np.diff(calls.sequence, prepend=-1) == 0) & (np.diff(of, prepend=-1) == 0)
        wrong = {
            "service": ~trips["service_id"].iloc[number].isin(known_services).to_numpy(),
            "flex": any_of(of, calls.flex, n),
            "stop": any_of(of, calls.stop < 0, n),
            "twice": any_of(of, again | (calls.sequence < 0), n),
            "single": np.diff(calls.first) < 2,
        }
        return self._without(calls, wrong, trips)

    def _without(self, calls: Calls, wrong: dict[str, Flags], trips: pd.DataFrame) -> Calls:
        """Leave out trips by what is wrong with each, and tell."""
        number, out = calls.trip[calls.first[:-1]], np.zeros(len(calls.first) - 1, bool)
        for why, flags in wrong.items():
            ids = trips.index[number[flags & ~out]]
            out |= flags
            if len(ids):
                self.say("warning", f"{len(ids):,} {_UNUSABLE[why]}: {named(ids)}", len(ids), list(ids))
        return calls.rows(~out[calls.of_trip])

    def _timed(self, calls: Calls, stops: pd.DataFrame, trips: pd.DataFrame) -> Calls:
        """Fill in blank times, and leave out the trips whose times cannot be."""
        x, y = (stops[key].to_numpy()[calls.stop] for key in ("x", "y"))
        apart = np.hypot(np.diff(x, prepend=np.nan), np.diff(y, prepend=np.nan))
        arrives, leaves, filled = fill_in(calls.first, calls.arrives, calls.leaves, calls.distance, apart)
        if filled.any():
            self.say(
                "info", f"{int(filled.sum()):,} of {len(filled):,} calls have no time and are passed in proportion to"
                " the way between those that have", int(filled.sum()),
            )  # fmt: skip
        timed = replace(calls, arrives=arrives, leaves=leaves)
        return self._without(timed, faults(calls.first, arrives, leaves), trips)

    def _repeated(self, calls: Calls, trips: pd.DataFrame) -> Calls:
        """Run the trips of ``frequencies.txt`` at each of their departures; by itself such a trip does not run."""
        table = self.feed.table("frequencies.txt", ["trip_id", "start_time", "end_time", "headway_secs"], "exact_times")
        trip, numbers = numbers_of(table["trip_id"], trips.index), calls.trip[calls.first[:-1]]
        at = {int(number): i for i, number in enumerate(numbers)}
        start, end, headway = (
            values.tolist()
            for values in (
                seconds_of(table["start_time"]),
                seconds_of(table["end_time"]),
                whole(table["headway_secs"]),
            )
        )
        rows, moved, run, n_runs = [], [], [], 0
        wrong, headway_only, lengths = set(), set(), np.diff(calls.first)
        for i, number in enumerate(trip.tolist()):
            if number not in at:
                continue
            first, length = calls.first[at[number]], lengths[at[number]]
            if start[i] < 0 or end[i] <= start[i] or headway[i] <= 0:
                wrong.add(trips.index[number])
                continue
            if table["exact_times"].iloc[i] != "1":
                headway_only.add(number)
            departures = np.arange(start[i], end[i], headway[i])
            rows.append(np.tile(np.arange(first, first + length), len(departures)))
            moved.append(np.repeat(departures - calls.leaves[first], length))
            run.append(np.repeat(n_runs + np.arange(len(departures)), length))
            n_runs += len(departures)
        if wrong:
            self.say(
                "warning",
                f"{len(wrong):,} trips have a headway, or a window for it, that is none, left out:"
                f" {named(sorted(wrong))}",
                len(wrong),
            )
        if headway_only:
            self.say(
                "warning", f"{len(headway_only):,} trips are known by their headway only; they are taken to leave at"
                " equal times from the first on", len(headway_only),
            )  # fmt: skip
        once = np.flatnonzero(~np.isin(calls.trip, trip))
        if not rows:
            return calls.rows(once) if wrong else calls
        taken = np.concatenate([once, *rows])
        shift = np.concatenate([np.zeros(len(once), np.int64), *moved])
        runs = calls.rows(taken)
        runs.arrives, runs.leaves = runs.arrives + shift, runs.leaves + shift
        numbers_of_runs = np.concatenate([calls.of_trip[once], len(lengths) + np.concatenate(run)])
        starts = np.flatnonzero(np.diff(numbers_of_runs, prepend=-1))
        return replace(runs, first=np.append(starts, len(taken)))

    def _made(self, calls: Calls, stops: pd.DataFrame, trips: pd.DataFrame, days: Any) -> Timetable:
        served = np.unique(calls.stop)
        stop_of = np.full(len(stops), -1)
        stop_of[served] = np.arange(len(served))
        some = stops.iloc[served]
        if (lost := some["x"].isna()).any():
            placeless = list(some.index[lost])
            self.say(
                "warning", f"{len(placeless):,} stops have no place (none, 0,0 or no degrees), so that nobody walks"
                f" there: {named(placeless)}", len(placeless), placeless,
            )  # fmt: skip
        number = calls.trip[calls.first[:-1]]
        of_trips = trips.iloc[number]
        lines = self.feed.table("routes.txt", ["route_id"], "route_short_name", "route_long_name", "route_type")
        lines = lines.drop_duplicates("route_id").set_index("route_id")
        line_ids = sorted(set(of_trips["route_id"]))
        unknown = ~of_trips["route_id"].isin(lines.index)
        if unknown.any():
            ids, count = sorted(set(of_trips["route_id"][unknown])), int(unknown.sum())
            self.say(
                "warning", f"{count:,} trips are of a route that routes.txt lacks, and have no line name:"
                f" {named(ids)}", count, ids,
            )  # fmt: skip
        lines = lines.reindex(line_ids, fill_value="")
        names = lines["route_short_name"].where(lines["route_short_name"] != "", lines["route_long_name"])
        services = {service: i for i, service in enumerate(days.services)}
        change_from, change_to, change_s = self._changes(stops, stop_of)
        return Timetable(
            feed=np.array([self.name]), feed_from=_int32([days.first]), feed_to=_int32([days.last]),
            feed_exceptions_to=_int32([days.exceptions_to]),
            stop_id=_ids(self.name, some.index), stop_name=_texts(some["stop_name"]), stop_feed=_int32(0 * served),
            stop_x=some["x"].to_numpy(float), stop_y=some["y"].to_numpy(float), stop_station=_int32(some["station"]),
            line_id=_ids(self.name, line_ids), line_name=_texts(names), line_kind=_int32(whole(lines["route_type"])),
            service_first=days.service_first, service_last=days.service_last, service_weekdays=days.service_weekdays,
            service_feed=np.zeros(len(services), np.int32),
            exception_service=days.exception_service, exception_day=days.exception_day,
            exception_runs=days.exception_runs,
            trip_id=_ids(self.name, of_trips.index),
            trip_line=_int32(pd.Index(line_ids).get_indexer(pd.Index(of_trips["route_id"]))),
            trip_service=_int32([services[service] for service in of_trips["service_id"]]),
            trip_sign=_texts(of_trips["trip_headsign"]), trip_first=_int32(calls.first),
            call_stop=_int32(stop_of[calls.stop]), call_arrives_s=_int32(calls.arrives),
            call_leaves_s=_int32(calls.leaves), call_boards=calls.boards, call_alights=calls.alights,
            change_from=change_from, change_to=change_to, change_s=change_s,
        )  # fmt: skip

    def _changes(self, stops: pd.DataFrame, stop_of: Ints) -> tuple[npt.NDArray[np.int32], ...]:
        """Read the least times for changes; those of a station hold for all its platforms, what names a pair before."""
        columns = ["from_stop_id", "to_stop_id"]
        others = ("transfer_type", "min_transfer_time", "from_route_id", "to_route_id", "from_trip_id", "to_trip_id")
        table = self.feed.table("transfers.txt", columns, *others)
        special = (table[list(others[2:])] != "").any(axis=1) | table["transfer_type"].isin(["4", "5"])
        if special.any():
            count = int(special.sum())
            self.say("warning", f"{count:,} changes hold for some lines or trips only, and are not followed", count)
        platforms: dict[int, list[int]] = {}
        for row, station in enumerate(stops["station"].tolist()):
            platforms.setdefault(station, []).append(row)
        own = (stops["location_type"] != _STATION).to_numpy()
        plain = table[~special]
        least, kinds = whole(plain["min_transfer_time"]), plain["transfer_type"].tolist()
        ends = [numbers_of(plain[key], stops.index).tolist() for key in columns]
        pairs: dict[tuple[int, int], tuple[bool, int]] = {}
        for kind, seconds, *both in zip(kinds, least.tolist(), *ends, strict=True):
            if kind not in (_LEAST, _NONE) or (kind == _LEAST and seconds < 0) or min(both) < 0:
                continue
            groups = [[at] if own[at] else platforms.get(at, []) for at in both]
            exact = all(own[at] for at in both)
            for a, b in product(*groups):
                pair = (int(stop_of[a]), int(stop_of[b]))
                if min(pair) >= 0 and (exact or not pairs.get(pair, (False, 0))[0]):
                    pairs[pair] = (exact, FORBIDDEN if kind == _NONE else seconds)
        changes = np.array([(*pair, pairs[pair][1]) for pair in sorted(pairs)], np.int32).reshape(-1, 3)
        return tuple(changes.T.copy())


def _int32(values: Any) -> npt.NDArray[np.int32]:
    return np.asarray(values, dtype=np.int32)


def _texts(values: Any) -> npt.NDArray[np.str_]:
    return np.array([str(value) for value in values], dtype=np.str_)


def _ids(feed: str, values: Any) -> npt.NDArray[np.str_]:
    return np.array([f"{feed}:{value}" for value in values], dtype=np.str_)
