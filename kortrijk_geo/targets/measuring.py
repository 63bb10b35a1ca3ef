"""Which figures a run knows of a target: what its theme measured, what was published, what earlier runs found."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

from kortrijk_geo.figure import wording
from kortrijk_geo.mapping.definitions import differing
from kortrijk_geo.targets.progress import gap_to
from kortrijk_geo.targets.rules import Point
from kortrijk_geo.targets.state import AreaState
from kortrijk_geo.text.dutch import UNKNOWN, date_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kortrijk_geo.results import Figure, ThemeResult
    from kortrijk_geo.targets.history import Measurement, Run
    from kortrijk_geo.targets.rules import Column, Target, Undated


def figure_day(column: Column, result: ThemeResult, measured_on: Mapping[str, dt.date]) -> dt.date | None:
    """Return the day of a theme's figure: as told, else the theme's own option ``on``, else the latest day of its data.

    Its data are those that the figure's headline names, for a page may rest on more (a timetable, beside what one walks
    to); without a headline all data of the theme. Data come under a licence: the dates of norms and methods count only
    where no source has one. None is unknown.
    """
    if column.theme in measured_on:
        return measured_on[column.theme]
    option_day = _day(result.options.get("on"))
    if option_day is not None:
        return option_day
    data = [source for source in result.sources if source.licence] or result.sources
    figure = _headline(column, result)
    named = [] if figure is None else [source for source in data if str(source) in figure.source.split("; ")]
    return max((day for source in named or data if (day := _day(source.date)) is not None), default=None)


def city_figure(column: Column, result: ThemeResult) -> tuple[float | None, bool]:
    """Return the city's figure and whether the result has it at all: from its city row, else from its headlines."""
    if column.column in result.city:
        return _number(result.city[column.column]), True
    for figure in result.headlines:
        if figure.key == column.column:
            return _number(figure.value), True
    return None, False


def _headline(column: Column, result: ThemeResult) -> Figure | None:
    return next((one for one in result.headlines if one.key == column.column), None)


def covered(column: Column, result: ThemeResult) -> dict[str, Any]:
    """Return ``known_share`` and ``known_of`` of a theme's figure."""
    figure = _headline(column, result)
    return {} if figure is None else {"known_share": figure.known_share, "known_of": figure.known_of}


def how_known(column: Column, result: ThemeResult) -> list[str]:
    """Say what a theme tells of a figure that it has only bounds of, or that is about a part; bounds meet no goal."""
    figure = _headline(column, result)
    if figure is None:
        return []
    written = wording(figure)
    if written.covers:
        return [f"Het cijfer is {written.covers}."]
    return [f"Wel bekend: {written}."] if written.value != UNKNOWN and figure.value is None else []


def in_goals_measure(target: Target, level: float) -> float:
    """Return a theme's figure as the goal counts it: itself, or what was added to the baseline."""
    if not target.change:
        return level
    assert target.baseline_level is not None
    return level - target.baseline_level


def definition_of(column: Column, result: ThemeResult) -> str:
    """Return what a theme's figure counts, as far as options or the method of a source change that."""
    described = [*((each.name, each.definition) for each in result.columns)]
    described += [(figure.key, figure.definition) for figure in result.headlines]
    return next((definition for name, definition in described if name == column.column and definition), "")


def otherwise_defined(target: Target, runs: Iterable[Run], on: dt.date, definition: str) -> list[str]:
    """Tell that earlier measurements are no part of a trend, since they counted something else."""
    there = [run.figures[target.key] for run in runs if target.key in run.figures and run.on <= on]
    others = dict.fromkeys(each.definition for each in there if _differs(each, definition))
    return [
        f"Eerdere metingen zijn anders bepaald ({differing(other, definition) or 'niet gezet'}; nu:"
        f" {differing(definition, other) or 'niet gezet'}): zij tellen niet mee in verloop en tempo."
        for other in others
    ]


def _differs(measurement: Measurement, definition: str) -> bool:
    return bool(measurement.definition and definition) and measurement.definition != definition


def earlier_points(target: Target, runs: Iterable[Run], on: dt.date, definition: str = "") -> list[Point]:
    """Return what earlier runs measured of a target, in the goal's measure; of equal days the latest run.

    What they measured by another definition is left out: see `otherwise_defined`.
    """
    by_day: dict[dt.date, Point] = {}
    for run in runs:
        measurement = run.figures.get(target.key)
        if measurement is None or _differs(measurement, definition):
            continue
        if measurement.value is not None and run.on <= on:
            value = in_goals_measure(target, measurement.value)
            by_day[measurement.date] = Point(
                measurement.date, value, f"meting van {date_text(run.on.isoformat())}", published=False
            )
    return list(by_day.values())


def trend_of(published: Iterable[Point], earlier: Iterable[Point], now: Point | Undated | None) -> tuple[Point, ...]:
    """Return all figures up to now, oldest first; of one day a measured one, and now itself, go before."""
    last = now if isinstance(now, Point) else None
    by_day = {point.date: point for point in [*published, *earlier, *([last] if last else [])]}
    return tuple(by_day[day] for day in sorted(by_day) if last is None or day <= last.date)


def area_states(target: Target, result: ThemeResult) -> tuple[AreaState, ...]:
    """Return the theme's figure of every area; none when its areas lack the column."""
    assert target.measured is not None
    column = target.measured.column
    if column not in result.areas.columns:
        return ()
    states = []
    # The targets are published with their areas.
    areas = result.published().areas
    for area_id, name, raw in zip(areas.index, areas["name"], areas[column], strict=True):
        value = _number(raw)
        gap = None
        if value is not None and target.area_goal and target.goal is not None:
            gap = gap_to(target.goal, value, reduce=target.reduce)
        text = str(area_id) if plain(name) is None else str(name)
        states.append(AreaState(str(area_id), text, value, gap, None if gap is None else gap <= 0))
    return tuple(states)


def _day(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _number(value: Any) -> float | None:
    known = plain(value)
    if isinstance(known, (int, float)) and not isinstance(known, bool) and math.isfinite(known):
        return float(known)
    return None
