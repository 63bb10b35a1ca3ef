"""The options of a changed timetable, as they are typed: ``--headway 2=10 --move-stop ID=X,Y --add-trips PLAN.zip``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.pack.timetable import Timetable


def typed_changes(
    without_line: Sequence[str] | None, headway: Sequence[str] | None, move_stop: Sequence[str] | None
) -> dict[str, Any]:
    """Return the options of `kortrijk_geo.capacity.ride.RideOptions` that these say."""
    return {
        "without_lines": tuple(without_line or ()),
        "headways": {line: _minutes(line, text) for line, text in _pairs("--headway", headway, "2=10").items()} or None,
        "moved_stops": {stop: _point(stop, text) for stop, text in _pairs("--move-stop", move_stop, "ID=X,Y").items()}
        or None,
    }


def read_added(city: City, files: Sequence[Path]) -> Timetable | None:
    """Read the feeds of a plan, and say what is wrong in them; None without any."""
    if not files:
        return None
    from kortrijk_geo.ingest.report import Findings
    from kortrijk_geo.ingest.timetable import read_plan

    findings = Findings()
    plan = read_plan(files, city, findings)
    for finding in findings.items:
        typer.echo(f"{finding.level}: {finding.message}", err=True)
    return plan


def _pairs(option: str, texts: Sequence[str] | None, example: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts or ():
        name, mark, value = text.rpartition("=")
        if not (mark and name and value):
            raise typer.BadParameter(f"{option} {text!r}: write {example}")
        if name in pairs:
            raise typer.BadParameter(f"{option}: {name} is named twice")
        pairs[name] = value
    return pairs


def _minutes(line: str, text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise typer.BadParameter(f"--headway {line}={text}: {text!r} is no whole number of minutes") from error


def _point(stop: str, text: str) -> tuple[float, float]:
    try:
        x, y = map(float, text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"--move-stop {stop}={text}: {text!r} is no point; write X,Y (pack CRS)") from error
    return x, y
