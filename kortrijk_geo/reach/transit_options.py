"""The options of reach by public transport, and its rules: day and window, how far one walks, how long one waits."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, Unpack

from pydantic import AfterValidator

from kortrijk_geo.engine.places import SnapTo, check_snap_to
from kortrijk_geo.engine.transit.travel import Window
from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import Option, above_zero, check_whole, takes
from kortrijk_geo.reach.rules import CategorySet, MinutesOfTrip, Mode, Settings, load_categories, load_settings
from kortrijk_geo.rules import AboveZero, Items, Rules, Sourced, Text, Whole, read_rules

if TYPE_CHECKING:
    from kortrijk_geo.pack.timetable import Timetable

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")


def seconds_of(clock: str) -> int:
    """Return the seconds since midnight of a time as 07:30; `ValueError` where it is none."""
    if not isinstance(clock, str) or not _CLOCK.fullmatch(clock):
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


class TransitRules(Rules):
    """The whole of ``transit.toml``."""

    version: Text
    window: WindowRule
    limit: TransitLimit
    walk: WalkRule
    slack: SlackRule


def load_transit_rules(path: str | Path | None = None) -> TransitRules:
    """Read the package's ``transit.toml``, or a file like it; errors as `kortrijk_geo.rules.read_rules`."""
    return read_rules(TransitRules, Path(__file__).with_name("transit.toml") if path is None else path)


class TransitOptions(TypedDict, total=False):
    """The options of `kortrijk_geo.reach.analyse_transit`."""

    rules: Annotated[str | Path | None, Option("TOML file instead of the package's ``transit.toml``.")]
    settings: Annotated[str | Path | None, Option("TOML file instead of the package's ``settings.toml``.")]
    categories: Annotated[
        str | Path, Option('"city", "default", "bruno2024", or the path of a TOML file like them.', "city")
    ]
    day: Annotated[
        dt.date | None, Option("The day (None: the Tuesday with most service inside the validity of all feeds).")
    ]
    from_time: Annotated[str | None, Option("First departure, HH:MM (None: transit.toml).")]
    to_time: Annotated[str | None, Option("Until before this time, HH:MM (None: transit.toml).")]
    minutes: Annotated[int | None, Option("The limit that counts (None: transit.toml).", unit="minutes")]
    slack_s: Annotated[int | None, Option("Seconds at the stop before a departure (None: transit.toml).", unit="s")]
    without_lines: Annotated[
        Sequence[str], Option("Lines, by name or id, that are taken out of the timetable: what a cut would do.", ())
    ]
    walk_m_per_min: Annotated[float | None, Option("Walking speed (None: settings.toml).", unit="m/min")]
    cycle_m_per_min: Annotated[float | None, Option("Cycling speed (None: settings.toml).", unit="m/min")]
    max_snap_m: Annotated[
        float | None, Option("How far a home, place or stop may lie from a street (None: settings.toml).", unit="m")
    ]
    snap_to: Annotated[SnapTo, Option('Onto the "largest" part of the network, or "any" street.', "largest")]


@dataclass(frozen=True)
class TransitChosen:
    """The options of one analysis, checked, with what was not given."""

    rules: TransitRules
    settings: Settings
    categories: CategorySet
    day: dt.date | None
    from_time: str
    to_time: str
    window: Window
    minutes: int
    slack_s: int
    without_lines: tuple[str, ...]
    walk_m_per_min: float
    cycle_m_per_min: float
    max_snap_m: float
    snap_to: SnapTo

    @property
    def all_minutes(self) -> tuple[int, ...]:
        """The limit that counts first, then the others ascending."""
        return (self.minutes, *sorted({*self.rules.limit.other_minutes, self.rules.limit.minutes} - {self.minutes}))

    @property
    def snap(self) -> dict[str, Any]:
        """How points are placed on the streets."""
        return {"max_snap_m": self.max_snap_m, "snap_to": self.snap_to}

    def day_in(self, timetable: Timetable) -> dt.date:
        """Return the day that is meant; errors as `Timetable.busiest_tuesday`."""
        return timetable.busiest_tuesday() if self.day is None else self.day

    def record(self, day: dt.date) -> dict[str, Any]:
        """Return the options as plain values, for ``ThemeResult.options``."""
        return {
            "modes": ["transit"],
            "categories": self.categories.name,
            "categories_file": Path(self.categories.name).name,
            "categories_version": self.categories.version,
            "day": day.isoformat(),
            "from_time": self.from_time,
            "to_time": self.to_time,
            "minutes": self.minutes,
            "other_minutes": list(self.all_minutes[1:]),
            "slack_s": self.slack_s,
            "without_lines": list(self.without_lines),
            "to_stop_m": self.rules.walk.to_stop_m,
            "between_stops_m": self.rules.walk.between_stops_m,
            "walk_m_per_min": self.walk_m_per_min,
            "cycle_m_per_min": self.cycle_m_per_min,
            **self.snap,
        }


@takes(TransitOptions)
def choose_transit(**options: Unpack[TransitOptions]) -> TransitChosen:
    """Check the options of an analysis by public transport.

    Parameters
    ----------
    **options
        See `TransitOptions`.

    Raises
    ------
    OptionError
        When a value cannot be used.
    MissingFileError, DataError
        When a file of rules does not exist or breaks its contract.
    """
    rules, settings = load_transit_rules(options["rules"]), load_settings(options["settings"])
    times = [
        given if given is not None else own
        for given, own in (
            (options["from_time"], rules.window.from_time),
            (options["to_time"], rules.window.to_time),
        )
    ]
    try:
        begin, end = map(seconds_of, times)
    except ValueError as error:
        raise OptionError(f"from_time, to_time: {error}") from error
    if begin >= end:
        raise OptionError(f"to_time {times[1]} must lie after from_time {times[0]}, on the same day")
    minutes = rules.limit.minutes if options["minutes"] is None else options["minutes"]
    check_whole("minutes", minutes, least=1, most=120)
    slack_s = rules.slack.seconds if options["slack_s"] is None else options["slack_s"]
    check_whole("slack_s", slack_s, least=1, most=3600)
    day = options["day"]
    if day is not None and not isinstance(day, dt.date):
        raise OptionError(f"day is {day!r}, must be a date")
    asked: dict[Mode, float | None] = {"walk": options["walk_m_per_min"], "cycle": options["cycle_m_per_min"]}
    speeds = {
        mode: settings.speed.of(mode).m_per_min if value is None else above_zero(f"{mode}_m_per_min", value, 10_000)
        for mode, value in asked.items()
    }
    snap = options["max_snap_m"]
    return TransitChosen(
        rules=rules, settings=settings, categories=load_categories(options["categories"]), day=day,
        from_time=times[0], to_time=times[1], window=Window(begin, end), minutes=int(minutes), slack_s=int(slack_s),
        without_lines=_lines(options["without_lines"]),
        walk_m_per_min=speeds["walk"], cycle_m_per_min=speeds["cycle"],
        max_snap_m=settings.snap.max_m if snap is None else above_zero("max_snap_m", snap, 1_000_000),
        snap_to=check_snap_to(options["snap_to"]),
    )  # fmt: skip


def _lines(names: object) -> tuple[str, ...]:
    if isinstance(names, str) or not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise OptionError(f"without_lines must be a list of names of lines, found {names!r}")
    return tuple(dict.fromkeys(names))
