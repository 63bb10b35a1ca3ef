"""The timetable of a pack: lines, trips and calls at stops of one or several feeds, with the days on which they run.

It stands beside the vector layers as arrays (NumPy's NPZ), for a city has millions of calls and no use for them in a
GIS; all arrays are plain numbers and text. Days are numbers of `datetime.date.toordinal`, times are seconds since the
beginning of the day of service (beyond 86,400 for the night after it).
"""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from kortrijk_geo.errors import DataError, OptionError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.str_]

TUESDAY = 1
FORBIDDEN = -1  # seconds of a change that a feed says is not possible


@dataclass(frozen=True)
class Timetable:
    """Whole trips that call in or near the study area.

    Parameters
    ----------
    feed, feed_from, feed_to
        Name of each feed, and the first and last day of its validity.
    feed_exceptions_to
        The last day of which a feed says that service differs (holidays, school holidays); 0 without any.
    stop_id, stop_name, stop_feed
        Of each stop; the id begins with the feed, so that those of two feeds are never one.
    stop_x, stop_y
        In the CRS of the pack, m; NaN where the feed has no place for it.
    stop_station
        Number of the station that a platform belongs to, -1 for none.
    line_id, line_name, line_kind
        Of each line; the kind is GTFS's ``route_type`` (0 tram, 2 train, 3 bus).
    service_first, service_last, service_weekdays, service_feed
        Days between which each service runs, and on which days of the week (bit 0 is Monday).
    exception_service, exception_day, exception_runs
        Days on which a service runs, or does not, whatever its week says.
    trip_id, trip_line, trip_service, trip_sign, trip_first
        Of each trip; its calls are rows ``trip_first[i]`` to ``trip_first[i + 1]``.
    call_stop, call_arrives_s, call_leaves_s, call_boards, call_alights
        Of each call, in the order of the trip.
    change_from, change_to, change_s
        Pairs of stops with the least time for a change between them, s; `FORBIDDEN` where none is possible.
    """

    feed: Texts
    feed_from: Ints
    feed_to: Ints
    feed_exceptions_to: Ints
    stop_id: Texts
    stop_name: Texts
    stop_feed: Ints
    stop_x: Floats
    stop_y: Floats
    stop_station: Ints
    line_id: Texts
    line_name: Texts
    line_kind: Ints
    service_first: Ints
    service_last: Ints
    service_weekdays: Ints
    service_feed: Ints
    exception_service: Ints
    exception_day: Ints
    exception_runs: Flags
    trip_id: Texts
    trip_line: Ints
    trip_service: Ints
    trip_sign: Texts
    trip_first: Ints
    call_stop: Ints
    call_arrives_s: Ints
    call_leaves_s: Ints
    call_boards: Flags
    call_alights: Flags
    change_from: Ints
    change_to: Ints
    change_s: Ints

    @property
    def n_stops(self) -> int:
        """Number of stops."""
        return len(self.stop_id)

    def services_on(self, day: dt.date) -> Flags:
        """Whether each service runs on a day."""
        number = day.toordinal()
        runs = (
            (self.service_first <= number)
            & (number <= self.service_last)
            & ((self.service_weekdays >> day.weekday()) & 1 == 1)
        )
        that_day = self.exception_day == number
        runs[self.exception_service[that_day]] = self.exception_runs[that_day]
        return np.asarray(runs)

    def trips_on(self, day: dt.date) -> npt.NDArray[np.intp]:
        """Return the trips of a day of service, those that end in the night after it whole."""
        return np.flatnonzero(self.services_on(day)[self.trip_service])

    def lines_called(self, names: Sequence[str]) -> Ints:
        """Return the lines of these names or ids, of every feed.

        Raises
        ------
        OptionError
            When no line is called so; the message names the nearest.
        """
        found = []
        for name in names:
            rows = np.flatnonzero((self.line_name == name) | (self.line_id == name))
            if not len(rows):
                hint = did_you_mean(name, self.line_name.tolist(), otherwise="the lines are")
                raise OptionError(f"the timetable has no line {name!r}{hint}")
            found.append(rows)
        return np.unique(np.concatenate([np.zeros(0, np.int64), *found])).astype(np.int32)

    def of_trips(self, trips: npt.NDArray[np.intp]) -> Self:
        """Return the timetable with these trips only, in this order; a trip named twice is there twice."""
        lengths = np.diff(self.trip_first)[trips]
        first = np.concatenate([[0], np.cumsum(lengths)])
        calls = np.repeat(self.trip_first[trips] - first[:-1], lengths) + np.arange(first[-1])
        arrays = {
            field.name: getattr(self, field.name)[rows]
            for kind, rows in (("trip_", trips), ("call_", calls))
            for field in fields(self)
            if field.name.startswith(kind) and field.name != "trip_first"
        }
        return replace(self, **arrays, trip_first=first.astype(np.int32))

    def of_feeds(self, feeds: npt.NDArray[np.intp]) -> Self:
        """Return the timetable with what is of these feeds only, by their numbers in order."""
        stops, services = (np.flatnonzero(np.isin(of, feeds)) for of in (self.stop_feed, self.service_feed))
        some = self.of_trips(np.flatnonzero(np.isin(self.trip_service, services)))
        lines = np.unique(some.trip_line)
        kept = {
            "feed": feeds,
            "stop": stops,
            "line": lines,
            "service": services,
            "exception": np.flatnonzero(np.isin(self.exception_service, services)),
            "change": np.flatnonzero(np.isin(self.change_from, stops) & np.isin(self.change_to, stops)),
        }
        arrays = {
            field.name: getattr(some, field.name)[kept[kind]]
            for field in fields(self)
            if (kind := field.name.partition("_")[0]) in kept
        }
        some = replace(some, **arrays)
        numbers: dict[str, Any] = {"feed": feeds, "stop_id": stops, "line_id": lines, "service_first": services}
        renumbered = {
            name: np.searchsorted(numbers[whose], getattr(some, name)).astype(np.int32)
            for name, whose in _POINT_AT.items()
            if whose in numbers
        }
        return replace(some, **renumbered)

    def bare_stop_ids(self) -> list[str]:
        """Return the id of each stop as its feed has it, without the name of the feed in front."""
        of = self.feed[self.stop_feed].tolist()
        return [stop[len(feed) + 1 :] for stop, feed in zip(self.stop_id.tolist(), of, strict=True)]

    def valid(self) -> tuple[dt.date, dt.date] | None:
        """Return the first and last day inside the validity of all feeds; None when there is none."""
        first, last = int(self.feed_from.max()), int(self.feed_to.min())
        return (dt.date.fromordinal(first), dt.date.fromordinal(last)) if first <= last else None

    def trips_by_day(self, first: dt.date, last: dt.date, step: int = 1) -> dict[dt.date, int]:
        """Return how many trips run on each day from ``first`` to ``last``."""
        per_service = np.bincount(self.trip_service, minlength=len(self.service_first))
        days = (dt.date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1, step))
        return {day: int(per_service[self.services_on(day)].sum()) for day in days}

    def busiest_tuesday(self) -> dt.date:
        """Return the Tuesday with most trips inside the validity of all feeds; of equals the first.

        A feed knows its exceptions (holidays, works) best for the days soon after it was made.

        Raises
        ------
        DataError
            When there is none, or nothing runs on any.
        """
        span = self.valid()
        if span is None:
            told = "; ".join(f"{name} {a} - {b}" for name, a, b in zip(self.feed, *self._validity(), strict=True))
            raise DataError(f"no day lies inside the validity of all feeds of the timetable ({told}); name a day")
        first = span[0] + dt.timedelta((TUESDAY - span[0].weekday()) % 7)
        trips = self.trips_by_day(first, span[1], 7)
        if not any(trips.values()):
            raise DataError(f"nothing runs on any Tuesday from {span[0]} to {span[1]}; name a day")
        return max(trips, key=lambda day: (trips[day], -day.toordinal()))

    def _validity(self) -> tuple[list[dt.date], list[dt.date]]:
        return tuple([dt.date.fromordinal(int(day)) for day in days] for days in (self.feed_from, self.feed_to))  # type: ignore[return-value]

    def write(self, path: Path) -> None:
        """Write the arrays; equal timetables give equal bytes."""
        with path.open("wb") as stream:
            np.savez_compressed(stream, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote.

        Raises
        ------
        DataError
            When the file is none, or its arrays do not belong together.
        """
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                table = cls(**{field.name: arrays[field.name] for field in fields(cls)})
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise DataError(f"{path}: is no timetable of a pack ({error}); build the pack again") from error
        table.check(str(path))
        return table

    def check(self, origin: str) -> None:
        """Raise `DataError` unless the arrays belong together."""
        groups: dict[str, set[Any]] = {}
        for field in fields(self):
            if field.name != "trip_first":
                groups.setdefault(field.name.partition("_")[0], set()).add(getattr(self, field.name).shape)
        uneven = [name for name, shapes in groups.items() if len(shapes) > 1]
        sizes = {"stop": len(self.stop_id), "service": len(self.service_first), "line": len(self.line_id)}
        points = {
            "call_stop": "stop", "change_from": "stop", "change_to": "stop", "trip_line": "line",
            "trip_service": "service", "exception_service": "service",
        }  # fmt: skip
        for name, whose in points.items():
            rows = getattr(self, name)
            if len(rows) and not (rows.min() >= 0 and rows.max() < sizes[whose]):
                uneven.append(name)
        first = self.trip_first
        if len(first) != len(self.trip_id) + 1 or first[0] != 0 or first[-1] != len(self.call_stop):
            uneven.append("trip_first")
        if uneven or (np.diff(first) < 2).any():
            raise DataError(f"{origin}: arrays of the timetable do not belong together; build the pack again")


# Which other rows the numbers in an array are of, so that they are raised by how many came before.
_POINT_AT = {
    "stop_feed": "feed", "stop_station": "station", "service_feed": "feed", "exception_service": "service_first",
    "trip_line": "line_id", "trip_service": "service_first", "trip_first": "call_stop", "call_stop": "stop_id",
    "change_from": "stop_id", "change_to": "stop_id",
}  # fmt: skip


def together(tables: Sequence[Timetable]) -> Timetable:
    """Put the timetables of several feeds together: what is of one feed stays its own, by its number and its id."""
    arrays: dict[str, list[Any]] = {name: [] for name in vars(tables[0])}
    before: dict[str, int] = {}
    for number, table in enumerate(tables):
        for name, values in vars(table).items():
            raised = values
            if name in _POINT_AT:
                raised = np.where(values < 0, values, values + before.get(_POINT_AT[name], 0)).astype(np.int32)
            if name == "trip_first" and number:
                raised = raised[1:]
            arrays[name].append(raised)
        for name in ("feed", "service_first", "line_id", "call_stop", "stop_id"):
            before[name] = before.get(name, 0) + len(getattr(table, name))
        before["station"] = before.get("station", 0) + int(table.stop_station.max(initial=-1)) + 1
    return Timetable(**{name: np.concatenate(parts) for name, parts in arrays.items()})
