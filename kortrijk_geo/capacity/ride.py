"""How a ride by public transport is measured: day and window, how far one walks, how long one waits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, get_type_hints

from pydantic import AfterValidator

from kortrijk_geo.capacity.timetable_change import TimetableChange
from kortrijk_geo.engine.transit.travel import Window
from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import Option, check_whole
from kortrijk_geo.pack.timetable import Timetable
from kortrijk_geo.rules import AboveZero, Items, Rules, Sourced, Text, Whole, read_rules

if TYPE_CHECKING:
    from kortrijk_geo.engine.places import SnapTo

# Keys of `RideOptions` that change the timetable.
CHANGES = ("without_lines", "headways", "moved_stops", "added_trips")

MinutesOfTrip = Annotated[int, Whole(1, 120)]
# What a page says that has no rides though the pack has a timetable.
NO_DAY = (
    "Bereik met bus en trein is niet berekend: er is geen dinsdag met ritten binnen de geldigheid van alle bestanden"
    " met dienstregelingen. Vraag een dag met --day."
)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")
# The end of a window may lie in the night after the day, as timetables write it: 24:30 is half past twelve.
_NIGHT = re.compile(r"2[4-9]:[0-5]\d|30:00")


def seconds_of(clock: str, *, night: bool = False) -> int:
    """Return the seconds since midnight of a time as 07:30, of the ``night`` after it 24:30; `ValueError` for none."""
    if not isinstance(clock, str) or not (_CLOCK.fullmatch(clock) or (night and _NIGHT.fullmatch(clock))):
        raise ValueError(f"{clock!r} is no time; write HH:MM, for instance 07:30")
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _clock(text: str) -> str:
    seconds_of(text)
    return text


Clock = Annotated[Text, AfterValidator(_clock)]


class WindowRule(Sourced):
    """Between which times one leaves home, one departure every minute."""

    from_time: Clock
    to_time: Clock


class TransitLimit(Sourced):
    """The limit that counts, and further ones."""

    minutes: MinutesOfTrip
    other_minutes: Annotated[tuple[MinutesOfTrip, ...], Items(twice=True)]


class WalkRule(Sourced):
    """How far one walks to a stop or from it, and between stops where one changes."""

    to_stop_m: AboveZero
    between_stops_m: AboveZero


class SlackRule(Sourced):
    """How long before a vehicle leaves one is at its stop."""

    seconds: Annotated[int, Whole(1, 3600)]


class OtherSlacks(Sourced):
    """With which other slacks the headline is told."""

    seconds: Annotated[tuple[Annotated[int, Whole(1, 3600)], ...], Items()]


class FewPeople(Sourced):
    """Of fewer people than this nothing is published that tells how many they are; see `kortrijk_geo.reach.privacy`."""

    people: Annotated[int, Whole(0, 1_000)]


class TransitRules(Rules):
    """The whole of ``transit.toml``; without ``sensitivity`` no headline has a band of other slacks."""

    version: Text
    window: WindowRule
    limit: TransitLimit
    walk: WalkRule
    slack: SlackRule
    small: FewPeople
    sensitivity: OtherSlacks | None = None


def load_transit_rules(path: str | Path | None = None) -> TransitRules:
    """Read the package's ``transit.toml``, or a file like it; errors as `kortrijk_geo.rules.read_rules`."""
    return read_rules(TransitRules, Path(__file__).with_name("transit.toml") if path is None else path)


def least_people(ride: Ride | None) -> int:
    """Return from how many people on reach may be told, by the rules of a ride or else those of the package."""
    return (load_transit_rules() if ride is None else ride.rules).small.people


class RideOptions(TypedDict, total=False):
    """What can be asked of a ride, in every theme that takes public transport as a mode."""

    transit_rules: Annotated[str | Path | None, Option("TOML file instead of the package's ``transit.toml``.")]
    day: Annotated[
        dt.date | None, Option("The day (None: the Tuesday with most service inside the validity of all feeds).")
    ]
    from_time: Annotated[str | None, Option("First departure, HH:MM (None: transit.toml).")]
    to_time: Annotated[str | None, Option("Until before this time, HH:MM (None: transit.toml).")]
    slack_s: Annotated[int | None, Option("Seconds at the stop before a departure (None: transit.toml).", unit="s")]
    without_lines: Annotated[
        Sequence[str], Option("Lines, by name or id, that are taken out of the timetable: what a cut would do.", ())
    ]
    headways: Annotated[
        Mapping[str, int] | None, Option("Lines, by name or id, that leave every so many minutes.", unit="minutes")
    ]
    moved_stops: Annotated[
        Mapping[str, tuple[float, float]] | None, Option("Where stops, by id, come to lie (CRS of the pack).", unit="m")
    ]
    added_trips: Annotated[
        Timetable | None, Option("A plan whose trips run too, see `kortrijk_geo.ingest.timetable.read_plan`.")
    ]


# What defines a figure of a ride; the day, and the lines that are taken out, are what one compares.
DEFINES_RIDE = ("from_time", "to_time", "slack_s", "to_stop_m", "between_stops_m")


def said_of_rides(options: Mapping[str, Any]) -> list[str]:
    """Return which options of a ride were given: they say nothing where none is measured."""
    return [name for name in get_type_hints(RideOptions) if options.get(name)]


@dataclass(frozen=True)
class Ride:
    """The options of a ride, checked, with what was not given.

    Parameters
    ----------
    rules
        Of ``transit.toml``.
    day
        None for the busiest Tuesday of the timetable.
    from_time, to_time, window
        As asked, and the departures between them.
    slack_s
        How long before a vehicle leaves one is at its stop, s.
    change
        What is changed in the timetable.
    walk_m_per_min, max_snap_m, snap_to
        How people walk, and how points are put on the streets.
    """

    rules: TransitRules
    day: dt.date | None
    from_time: str
    to_time: str
    window: Window
    slack_s: int
    change: TimetableChange
    walk_m_per_min: float
    max_snap_m: float
    snap_to: SnapTo

    @property
    def snap(self) -> dict[str, Any]:
        """How points are placed on the streets, as `kortrijk_geo.engine.streets.StreetGraph.place` takes it."""
        return {"max_snap_m": self.max_snap_m, "snap_to": self.snap_to}

    def day_in(self, timetable: Timetable) -> dt.date:
        """Return the day that is meant; errors as `Timetable.busiest_tuesday`."""
        return timetable.busiest_tuesday() if self.day is None else self.day

    def record(self, day: dt.date) -> dict[str, Any]:
        """Return the options as plain values, for ``ThemeResult.options``."""
        return {
            "day": day.isoformat(),
            "from_time": self.from_time,
            "to_time": self.to_time,
            "slack_s": self.slack_s,
            **self.change.record(),
            "to_stop_m": self.rules.walk.to_stop_m,
            "between_stops_m": self.rules.walk.between_stops_m,
            "walk_m_per_min": self.walk_m_per_min,
            **self.snap,
        }


def choose_ride(options: Mapping[str, Any], *, walk_m_per_min: float, max_snap_m: float, snap_to: SnapTo) -> Ride:
    """Check the options of a ride.

    Parameters
    ----------
    options
        Every key of `RideOptions`; others are of no concern here.
    walk_m_per_min, max_snap_m, snap_to
        As the theme has chosen them.

    Raises
    ------
    OptionError
        When a value cannot be used.
    MissingFileError, DataError
        When the file of rules does not exist or breaks its contract.
    """
    rules = load_transit_rules(options["transit_rules"])
    times = [
        own if options[name] is None else options[name]
        for name, own in (("from_time", rules.window.from_time), ("to_time", rules.window.to_time))
    ]
    try:
        begin, end = seconds_of(times[0]), seconds_of(times[1], night=True)
    except ValueError as error:
        raise OptionError(f"from_time, to_time: {error}") from error
    if begin >= end:
        raise OptionError(
            f"to_time {times[1]} must lie after from_time {times[0]}; a time after midnight is written from 24:00 on,"
            " up to 30:00, for instance 24:30"
        )
    slack_s = rules.slack.seconds if options["slack_s"] is None else options["slack_s"]
    check_whole("slack_s", slack_s, least=1, most=3600)
    day = options["day"]
    if day is not None and not isinstance(day, dt.date):
        raise OptionError(f"day is {day!r}, must be a date")
    change = TimetableChange.of(*(options[name] for name in CHANGES))
    return Ride(
        rules=rules, day=day, from_time=times[0], to_time=times[1], window=Window(begin, end), slack_s=int(slack_s),
        change=change, walk_m_per_min=walk_m_per_min, max_snap_m=max_snap_m, snap_to=snap_to,
    )  # fmt: skip
