"""Changes of a timetable, as an exercise: a line out, a line more or less often, a stop moved, trips of a plan added.

Each is a pure function from a timetable to another. Lines are changed first, then stops, and the trips of a plan come
on top, as the plan has them: so the order in which changes were asked is of no matter.

A line every so many minutes: on the day that is measured, and the days before and after it, whose night and early trips
reach into it. Trips of a line with one sequence of stops are a pattern; its first and its last trip of the day stay,
and between them one leaves every so many minutes after the first. Who left at such a minute already still does, as it
was; any other leaves as the last trip before it did, with its running times: at the peak those of the peak. Hence a
shorter headway on which all old departures lie never makes anyone later.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import check_whole
from kortrijk_geo.pack.timetable import Timetable, together
from kortrijk_geo.text.dutch import decimal_text, list_text
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Ints = npt.NDArray[np.int32]
    Rows = npt.NDArray[np.intp]

LONGEST_HEADWAY = 720  # minutes
_MOST_LIKELY = 5  # stops that are named to who names one that is not there
_EVERY_DAY = 0b1111111
# Days whose trips may reach into the one that is measured.
_AROUND = (-1, 0, 1)


@dataclass(frozen=True)
class TimetableChange:
    """What is changed in a timetable; make it with `of`, which checks what can be checked without the timetable.

    Parameters
    ----------
    without_lines
        Names or ids of lines that do not run.
    headways
        Minutes between two trips, by name or id of the line.
    moved_stops
        Where stops come to lie, m, by their id (with its feed in front, or without where no other feed has it).
    added_trips
        The timetable of a plan, whose trips run too.
    """

    without_lines: tuple[str, ...] = ()
    headways: tuple[tuple[str, int], ...] = ()
    moved_stops: tuple[tuple[str, tuple[float, float]], ...] = ()
    added_trips: Timetable | None = None

    @classmethod
    def of(
        cls,
        without_lines: Sequence[str] = (),
        headways: Mapping[str, int] | None = None,
        moved_stops: Mapping[str, tuple[float, float]] | None = None,
        added_trips: Timetable | None = None,
    ) -> TimetableChange:
        """Check the options of a change; `OptionError` when a value cannot be used."""
        out = _names_of(without_lines)
        for line, minutes in (headways or {}).items():
            check_whole(f"the headway of line {line}", minutes, least=1, most=LONGEST_HEADWAY)
            if line in out:
                raise OptionError(f"line {line!r} is taken out, and runs every {minutes} minutes; it is one of the two")
        for stop, at in (moved_stops or {}).items():
            if len(tuple(at)) != 2 or not all(map(is_finite, at)):
                raise OptionError(f"stop {stop!r} moves to {at!r}, which is no point x, y in the CRS of the pack")
        if added_trips is not None and not isinstance(added_trips, Timetable):
            raise OptionError("added_trips is no timetable; read a plan with kortrijk_geo.ingest.timetable.read_plan")
        return cls(
            out,
            tuple((line, int(minutes)) for line, minutes in (headways or {}).items()),
            tuple((stop, (float(x), float(y))) for stop, (x, y) in (moved_stops or {}).items()),
            added_trips,
        )

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(self.without_lines or self.headways or self.moved_stops) or self.added_trips is not None

    def apply(self, timetable: Timetable, day: dt.date) -> Timetable:
        """Return the timetable as it then is on a day; nothing to change gives the timetable itself.

        Raises
        ------
        OptionError
            When the timetable has no such line or stop (the message names the nearest), a line that is changed does
            not run on the day, or nothing of the plan does.
        """
        changed = timetable
        out = [running_line(timetable, name, day) for name in self.without_lines]
        often = [(running_line(timetable, name, day), minutes) for name, minutes in self.headways]
        touched = np.concatenate([np.zeros(0, np.int32), *out, *(lines for lines, _ in often)])
        if len(np.unique(touched)) < len(touched):
            raise OptionError("a line is changed twice, once by its name and once by its id; change a line once")
        if out:
            changed = without_lines(changed, np.concatenate(out))
        for lines, minutes in often:
            changed = with_headway(changed, lines, minutes, day)
        if self.moved_stops:
            rows = self.moved_rows(timetable).tolist()
            for number, row in enumerate(rows):
                if row in rows[:number]:
                    names = [stop for (stop, _), other in zip(self.moved_stops, rows, strict=True) if other == row]
                    raise OptionError(f"{' and '.join(names)} are one stop, which is moved twice; move a stop once")
            changed = with_moved_stops(changed, dict(zip(rows, (at for _, at in self.moved_stops), strict=True)))
        if self.added_trips is not None:
            changed = with_trips(changed, self.added_trips, day)
        return changed

    def moved_rows(self, timetable: Timetable) -> Ints:
        """Return the stops of the timetable that move; errors as `apply`."""
        return np.array([stop_row(timetable, stop) for stop, _ in self.moved_stops], np.int32)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is changed, in Dutch, one after another."""
        lines = [f"zonder lijn {_and(self.without_lines)}"] if self.without_lines else []
        headways = [
            f"lijn {line} {'elke minuut' if minutes == 1 else f'om de {minutes} minuten'}"
            for line, minutes in self.headways
        ]
        stops = [f"halte {stop} verplaatst" for stop, _ in self.moved_stops]
        plan = self.added_trips
        added = [] if plan is None else [f"met de ritten van {_and(plan.feed.tolist())} erbij"]
        return (*lines, *headways, *stops, *added)

    def __str__(self) -> str:
        """Tell in Dutch what is changed: ``lijn 4 om de 10 minuten``."""
        return ", ".join(self.sentences)

    def record(self) -> dict[str, Any]:
        """Return what is changed, as one types it, for ``ThemeResult.options``."""
        plan = self.added_trips
        every: dict[str, Any] = {
            "headways": [f"{line}={minutes}" for line, minutes in self.headways],
            "moved_stops": [f"{stop}={x:.15g},{y:.15g}" for stop, (x, y) in self.moved_stops],
            "added_trips": [] if plan is None else plan.feed.tolist(),
        }
        return {"without_lines": list(self.without_lines), **{key: value for key, value in every.items() if value}}

    def remarks(self, before: Timetable, after: Timetable, day: dt.date) -> Iterator[str]:
        """Tell what a reader must know of the change, in Dutch."""
        if not self:
            return
        said = str(self)
        yield f"{said[:1].upper()}{said[1:]}: een denkoefening, de dienstregeling zelf is niet veranderd."
        for line, minutes in self.headways:
            counts = [int(np.isin(each.trip_line[each.trips_on(day)], before.lines_called([line])).sum())
                      for each in (before, after)]  # fmt: skip
            yield (
                f"Lijn {line} om de {minutes} min: {decimal_text(counts[0], 0)} ritten worden"
                f" {decimal_text(counts[1], 0)}. De eerste en de laatste rit van de dag blijven, van elke richting en"
                " elk traject; een nieuwe rit duurt even lang als de vorige rit op dat traject, in de spits dus zo"
                " lang als in de spits."
            )
        if self.moved_stops:
            names = [f"halte {after.stop_name[row]}" for row in self.moved_rows(before)]
            yield (
                f"{'Verplaatst' if len(names) > 1 else 'Verplaatst is'}: {list_text(names, 8)}. De ritten en hun uren"
                " blijven; overstappen kan er over de straten, niet langer binnen een station of zoals de"
                " dienstregeling zelf zegt."
            )


def running_line(timetable: Timetable, name: str, day: dt.date) -> Ints:
    """Return the lines of this name or id; `OptionError` when there is none, or none runs on the day."""
    rows = timetable.lines_called([name])
    if not np.isin(timetable.trip_line[timetable.trips_on(day)], rows).any():
        raise OptionError(f"line {name!r} does not run on {day:%Y-%m-%d}, so that nothing would change")
    return rows


def stop_row(timetable: Timetable, stop: str) -> int:
    """Return the number of a stop by its id; `OptionError` when there is none, or several feeds have it."""
    own = np.char.add(np.char.add(timetable.feed[timetable.stop_feed], ":"), stop)
    rows = np.flatnonzero((timetable.stop_id == stop) | (timetable.stop_id == own))
    if len(rows) == 1:
        return int(rows[0])
    if len(rows):
        ids = ", ".join(timetable.stop_id[rows].tolist())
        raise OptionError(f"several feeds have a stop {stop!r}; name it with its feed: {ids}")
    raise OptionError(f"the timetable has no stop {stop!r}{_likely(timetable, stop)}")


def without_lines(timetable: Timetable, lines: Ints) -> Timetable:
    """Return the timetable without any trip of these lines."""
    return timetable.of_trips(np.flatnonzero(~np.isin(timetable.trip_line, lines)))


def with_headway(timetable: Timetable, lines: Ints, minutes: int, day: dt.date) -> Timetable:
    """Return the timetable with these lines every so many minutes on a day and those beside it; see the module."""
    numbers = [day.toordinal() + step for step in _AROUND]
    own = np.isin(timetable.trip_line, lines)
    changed = _not_on(timetable, np.flatnonzero(own), numbers)
    sources, shifts, services = [], [], []
    service = len(changed.service_first)
    for number in numbers:
        trips = timetable.trips_on(dt.date.fromordinal(number))
        trips = trips[own[trips]]
        for pattern in _patterns(timetable, trips):
            source, shift = _every(timetable, pattern, minutes * 60)
            sources.append(source)
            shifts.append(shift)
            services.append(np.full(len(source), service))
        service += 1
    every = np.concatenate([np.arange(len(timetable.trip_id)), *sources]).astype(np.intp)
    shift = np.concatenate([np.zeros(len(timetable.trip_id), np.int32), *shifts])
    changed = changed.of_trips(every)
    by_call = np.repeat(shift, np.diff(changed.trip_first)).astype(np.int32)
    new = np.concatenate(services).astype(np.int32)
    feed = timetable.service_feed[timetable.trip_service[own]][:1]
    return replace(
        changed,
        trip_service=np.concatenate([changed.trip_service[: len(timetable.trip_id)], new]),
        call_arrives_s=changed.call_arrives_s + by_call,
        call_leaves_s=changed.call_leaves_s + by_call,
        service_first=np.append(changed.service_first, numbers).astype(np.int32),
        service_last=np.append(changed.service_last, numbers).astype(np.int32),
        service_weekdays=np.append(changed.service_weekdays, [_EVERY_DAY] * len(numbers)).astype(np.int32),
        service_feed=np.append(changed.service_feed, np.repeat(feed, len(numbers))).astype(np.int32),
    )


def with_moved_stops(timetable: Timetable, places: Mapping[int, tuple[float, float]]) -> Timetable:
    """Return the timetable with stops, by number, elsewhere; one that stays where it is stays as it is.

    What moves is no platform of its station any more, and what its feed says of changes with other stops is void: both
    are of the old place.
    """
    x, y, station = timetable.stop_x.copy(), timetable.stop_y.copy(), timetable.stop_station.copy()
    rows = np.array([row for row, at in places.items() if (x[row], y[row]) != at], np.int32)
    for row in rows.tolist():
        x[row], y[row] = places[row]
        station[row] = -1
    a, b = timetable.change_from, timetable.change_to
    kept = (a == b) | ~(np.isin(a, rows) | np.isin(b, rows))
    return replace(
        timetable, stop_x=x, stop_y=y, stop_station=station, change_from=a[kept], change_to=b[kept],
        change_s=timetable.change_s[kept],
    )  # fmt: skip


def with_trips(timetable: Timetable, plan: Timetable, day: dt.date) -> Timetable:
    """Return the timetable with the trips of a plan; `OptionError` when none runs on the day, or a feed is in both."""
    if twice := sorted(set(timetable.feed.tolist()) & set(plan.feed.tolist())):
        raise OptionError(f"the timetable has a feed {twice[0]!r} already; give the file of the plan another name")
    if not len(plan.trips_on(day)):
        span = plan.valid()
        days = "" if span is None else f"; it is valid from {span[0]} to {span[1]}"
        raise OptionError(f"the plan {', '.join(plan.feed.tolist())} has no service on {day:%Y-%m-%d}{days}")
    return together([timetable, plan])


def _names_of(names: object) -> tuple[str, ...]:
    from collections.abc import Sequence

    if isinstance(names, str) or not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise OptionError(f"without_lines must be a list of names of lines, found {names!r}")
    return tuple(dict.fromkeys(names))


def _and(names: Sequence[str]) -> str:
    return " en ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _likely(timetable: Timetable, text: str) -> str:
    """Return the end of a message about a stop that is not there: those of which the id or the name is near."""
    ids = timetable.stop_id.tolist()
    rows: dict[str, list[int]] = {}
    for words in (ids, timetable.bare_stop_ids(), timetable.stop_name.tolist()):
        for row, word in enumerate(words):
            rows.setdefault(word.casefold(), []).append(row)
    near = [row for word in get_close_matches(text.casefold(), rows, n=_MOST_LIKELY) for row in rows[word]]
    part = [row for word, of in rows.items() if len(text) > 2 and text.casefold() in word for row in of]
    if not (likely := list(dict.fromkeys([*near, *part]))[:_MOST_LIKELY]):
        return "; a stop is named by its id, as stops.txt of its feed has it (layer stops of page bereik_ov)"
    return f"; did you mean {', '.join(f'{ids[row]} ({timetable.stop_name[row]})' for row in likely)}?"


def _patterns(timetable: Timetable, trips: Rows) -> list[Rows]:
    """Return trips by line and sequence of stops, each by departure."""
    first = timetable.trip_first
    patterns: dict[tuple[int, bytes], list[int]] = {}
    departs = timetable.call_leaves_s[first[trips]]
    for trip in trips[np.argsort(departs, kind="stable")].tolist():
        stops = timetable.call_stop[first[trip] : first[trip + 1]].tobytes()
        patterns.setdefault((int(timetable.trip_line[trip]), stops), []).append(trip)
    return [np.array(rows, np.intp) for rows in patterns.values()]


def _every(timetable: Timetable, pattern: Rows, headway_s: int) -> tuple[Rows, Ints]:
    """Return the trips of a pattern every so many seconds: which old one each is, and how much later it leaves."""
    departs = timetable.call_leaves_s[timetable.trip_first[pattern]]
    times = np.append(np.arange(departs[0], departs[-1], headway_s), departs[-1])
    stay = np.flatnonzero(np.isin(departs, times))
    times = np.setdiff1d(times, departs)
    before = np.searchsorted(departs, times, side="right") - 1
    shift = np.concatenate([np.zeros(len(stay), np.int32), times - departs[before]])
    return pattern[np.concatenate([stay, before])], shift.astype(np.int32)


def _not_on(timetable: Timetable, trips: Rows, days: Sequence[int]) -> Timetable:
    """Return the timetable with these trips not running on some days: their services get a twin with exceptions."""
    services = np.unique(timetable.trip_service[trips])
    twin = np.full(len(timetable.service_first), -1, np.int32)
    twin[services] = len(twin) + np.arange(len(services))
    trip_service = timetable.trip_service.copy()
    trip_service[trips] = twin[trip_service[trips]]
    copied = np.flatnonzero(np.isin(timetable.exception_service, services) & ~np.isin(timetable.exception_day, days))
    off = np.repeat(twin[services], len(days))
    grown: dict[str, Any] = {
        field.name: np.append(values := getattr(timetable, field.name), values[services])
        for field in fields(timetable)
        if field.name.startswith("service_")
    }
    return replace(
        timetable,
        trip_service=trip_service,
        exception_service=np.concatenate(
            [timetable.exception_service, twin[timetable.exception_service[copied]], off]
        ).astype(np.int32),
        exception_day=np.concatenate(
            [timetable.exception_day, timetable.exception_day[copied], np.tile(days, len(services))]
        ).astype(np.int32),
        exception_runs=np.concatenate(
            [timetable.exception_runs, timetable.exception_runs[copied], np.zeros(len(off), bool)]
        ),
        **grown,
    )
