"""The options of a ride by public transport, for every command that takes it as a mode."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City

DayOption: TypeAlias = Annotated[
    str | None, typer.Option("--day", metavar="YYYY-MM-DD", help="Of transit: the day. Default the busiest Tuesday.")
]
FromTimeOption: TypeAlias = Annotated[
    str | None, typer.Option("--from-time", metavar="HH:MM", help="Of transit: first departure.")
]
ToTimeOption: TypeAlias = Annotated[
    str | None, typer.Option("--to-time", metavar="HH:MM", help="Of transit: until before this time.")
]
SlackOption: TypeAlias = Annotated[
    int | None, typer.Option("--slack", help="Of transit: seconds at the stop before a departure.")
]
WithoutLineOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--without-line", help="Of transit: without this line (name or id); more than once."),
]


def ride_options(
    day: str | None, from_time: str | None, to_time: str | None, slack: int | None, without_line: list[str] | None
) -> dict[str, Any]:
    """Return what was asked of a ride as `kortrijk_geo.capacity.ride.RideOptions`."""
    try:
        on = None if day is None else dt.date.fromisoformat(day)
    except ValueError as error:
        raise typer.BadParameter(f"{day!r} is not a date; write YYYY-MM-DD, for instance 2026-11-24") from error
    return {
        "day": on, "from_time": from_time, "to_time": to_time, "slack_s": slack,
        "without_lines": tuple(without_line or ()),
    }  # fmt: skip


def check_day(city: City, day: dt.date | None) -> None:
    """Refuse a day on which nothing runs, before anything is computed; `OptionError` tells how far each feed goes."""
    from kortrijk_geo.engine.transit.day import refuse_idle
    from kortrijk_geo.pack.layers import TIMETABLE

    if day is not None and city.has(TIMETABLE):
        refuse_idle(city.timetable(), day)
