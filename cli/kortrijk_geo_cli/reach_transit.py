"""Points by public transport, as kortrijk-geo reach asks for them: who comes to one, and the route between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from kortrijk_geo_cli.common import open_or_build, print_json, print_notes, print_table
from kortrijk_geo_cli.timetable_change import read_added

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kortrijk_geo.pack.city import City

    Point = tuple[float, float]


@dataclass(frozen=True)
class PointsAsked:
    """A point, or two with the time when one leaves (None: every minute of the window); the limit in minutes."""

    start: Point
    end: Point | None
    at: str | None
    minutes: int | None


def points_asked(start: str | None, end: str | None, at: str | None, minutes: int | None) -> PointsAsked:
    """Read ``--from``, ``--to`` and ``--at``, which belong together."""
    if start is None:
        raise typer.BadParameter("--to and --at are said with --from, the point where one leaves")
    if at is not None and end is None:
        raise typer.BadParameter("--at is said with --to: of a route, not of who lives within reach")
    if end is not None and minutes is not None:
        raise typer.BadParameter("--minutes is not said with --to: a route takes as long as it takes")
    return PointsAsked(typed_point(start), None if end is None else typed_point(end), at, minutes)


def typed_point(text: str) -> Point:
    """Read a point as it is typed: X,Y."""
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a point; write X,Y, for instance 72133,169304") from error
    return x, y


def answer_of_points(
    pack: Path, asked: PointsAsked, options: dict[str, Any], plans: Sequence[Path], *, as_json: bool
) -> None:
    """Print who comes to the point, or the route from it to the other."""
    from kortrijk_geo.reach.transit_options import choose_transit

    choose_transit(**options)
    city = open_or_build(pack)
    options = {**options, "added_trips": read_added(city, plans)}
    about = {"pack": city.name, "synthetic": city.synthetic}
    if asked.end is None:
        _who_comes(city, asked, options, about, as_json=as_json)
        return
    from kortrijk_geo.reach import route

    way = route(city, asked.start, asked.end, asked.at, **options)
    if as_json:
        print_json({**about, **way.to_json()})
        return
    print_table(f"{city.name}: van {_text(asked.start)} naar {_text(asked.end)} met bus en trein", [], [])
    print_notes(way.words)
    typer.echo()
    print_notes(way.notes)


def _who_comes(
    city: City, asked: PointsAsked, options: dict[str, Any], about: dict[str, Any], *, as_json: bool
) -> None:
    from kortrijk_geo.reach import reach_by_transit

    minutes = None if asked.minutes is None else [asked.minutes]
    reaches = reach_by_transit(city, *asked.start, minutes=minutes, **options)
    if as_json:
        print_json({**about, "from": list(asked.start), "reach": [reached.to_json() for reached in reaches]})
        return
    reaches = [reached.published() for reached in reaches]
    print_table(
        f"{city.name}: wie met bus en trein naar {_text(asked.start)} komt, bij de helft van de vertrekken",
        ["minuten", "inwoners", "kinderen 0-2", "woningen", "huishoudens"],
        [[f.minutes, f.residents, f.children_0_2, f.dwellings, f.households] for f in reaches],
    )
    print_notes(dict.fromkeys(note for f in reaches for note in f.notes))


def _text(point: Point) -> str:
    return f"{point[0]:g},{point[1]:g}"
