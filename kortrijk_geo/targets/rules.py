"""The city's targets as data, read strictly from ``targets.toml``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from kortrijk_geo import strict_toml as toml
from kortrijk_geo.errors import DataError
from kortrijk_geo.strict_toml import UNKNOWN, Table, by_key, day, flag, identifier, number, one_of, origin, share, text

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
NOT_MEASURED = "not measured by this toolkit"
STANDING = "standing"
SHARE = "aandeel"
THEMES = ("reach", "childcare", "trees", "unsealing", "housing")
By = dt.date | Literal["standing", "unknown"]
_any_number = number(-1e15, 1e15)


@dataclass(frozen=True)
class Point:
    """A figure on a day: published by somebody, or found by a run of this toolkit."""

    date: dt.date
    value: float
    source: str
    published: bool = True


@dataclass(frozen=True)
class Undated:
    """A figure of this run's data, of which nobody told the day."""

    value: float
    source: str
    date: None = None


@dataclass(frozen=True)
class Column:
    """A column of the city row (and of the areas) of a theme's result; ``label`` is Dutch."""

    theme: str
    column: str
    label: str = ""


@dataclass(frozen=True)
class Target:
    """One promise of the city.

    Parameters
    ----------
    key, label, subject
        English name; Dutch label; Dutch heading under which it stands.
    goal, unit
        The number promised, None when none was; its Dutch unit, "aandeel" for a share of 0-1.
    reduce
        Whether the goal is reached from above.
    change
        Whether what was added to ``baseline`` is held against the goal, instead of the figure itself.
    by
        Last day; "standing" when it holds now and stays, "unknown" when no date was published.
    baseline
        Where the count began, as a point in the goal's own measure (for a change: 0); None when unknown.
    baseline_level
        The figure on that day (for a change: what the figure was), None when unknown.
    measured, area_goal
        The figure of a theme that measures it, None when no theme does; whether the goal holds per area too.
    possible
        What a map finds room for; no progress.
    published
        Published figures in the goal's own measure, oldest first.
    source, date, standing, remark
        Who promised it, when, what it is worth, and what a reader must know.
    """

    key: str
    label: str
    subject: str
    goal: float | None
    unit: str
    reduce: bool
    change: bool
    by: By
    baseline: Point | None
    baseline_level: float | None
    measured: Column | None
    area_goal: bool
    possible: Column | None
    published: tuple[Point, ...]
    source: str
    date: str
    standing: str
    remark: str


@dataclass(frozen=True)
class Targets:
    """All targets of a city; a pace over less than ``least_days`` days is not told."""

    city: str
    nis_code: str
    least_days: int
    targets: tuple[Target, ...]


def load_targets(path: Path | None = None) -> Targets:
    """Read a file as ``targets.toml``; by default the package's own, Kortrijk's.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When a key is missing, unknown or of the wrong kind; the message names file and key.
    """
    top = toml.open_table(path or Path(__file__).with_name("targets.toml"))
    city, pace = top.table("city"), top.table("pace")
    found = by_key(map(_target, top.tables("target", needed=True)), "key", top.name("target"))
    result = Targets(
        city=city.take("name", text),
        nis_code=city.take("nis_code", text),
        least_days=pace.take("least_days", toml.whole(1, 3_650)),
        targets=tuple(found.values()),
    )
    origin(pace)
    top.done()
    return result


def _target(table: Table) -> Target:
    unit = table.take("unit", text)
    change = table.take("counted", one_of("level", "change")) == "change"
    reduce = table.take("direction", one_of("at_least", "reduce")) == "reduce"
    if change and reduce:
        raise DataError(f"{table.name('counted')}: a change can only be counted towards a goal of at_least")
    value = share if unit == SHARE else _any_number
    level = table.take("baseline", _or_unknown(value))
    baseline: Point | None = None
    promised = origin(table)
    if level is not None:
        baseline = Point(table.take("baseline_date", _day), 0.0 if change else level, promised.source)
    elif table.has("baseline_date"):
        raise DataError(f"{table.name('baseline_date')}: stands there although the baseline is unknown; leave it out")
    if change and level is None:
        raise DataError(f"{table.name('baseline')}: a change must be counted from a baseline that is known")
    measured = table.take("measured", _measured)
    return Target(
        key=table.take("key", identifier),
        label=table.take("label", text),
        subject=table.take("subject", text),
        goal=table.take("goal", _or_unknown(value)),
        unit=unit,
        reduce=reduce,
        change=change,
        by=table.take("by", _by),
        baseline=baseline,
        baseline_level=level,
        measured=measured,
        area_goal=table.take("area_goal", flag) if measured else False,
        possible=table.take_or("possible", _possible, None),
        published=_published(table, value),
        remark=table.take_or("remark", text, ""),
        **vars(promised),
    )


def _published(table: Table, value: Callable[[object, str], float]) -> tuple[Point, ...]:
    found = [
        Point(one.take("date", _day), one.take("value", value), one.take("source", text))
        for one in table.tables("published")
    ]
    days = [point.date for point in found]
    if len(set(days)) < len(days):
        raise DataError(f"{table.name('published')}: two figures are of the same date")
    return tuple(sorted(found, key=lambda point: point.date))


def _or_unknown(read: Callable[[object, str], T]) -> Callable[[object, str], T | None]:
    def either(value: object, where: str) -> T | None:
        return None if value == UNKNOWN else read(value, where)

    return either


def _day(value: object, where: str) -> dt.date:
    """Read a date, or a year, which means its last day."""
    return dt.date(toml.year(value, where), 12, 31) if isinstance(value, int) else day(value, where)


def _by(value: object, where: str) -> By:
    if value == STANDING:
        return "standing"
    if isinstance(value, str) and value != UNKNOWN:
        raise DataError(f'{where}: {value!r} must be a year, a date, "{STANDING}" or "{UNKNOWN}"')
    return "unknown" if value == UNKNOWN else _day(value, where)


def _measured(value: object, where: str) -> Column | None:
    if value == NOT_MEASURED:
        return None
    if isinstance(value, str):
        raise DataError(f'{where}: {value!r} must be a table of theme and column, or "{NOT_MEASURED}"')
    table = Table(value, where)
    found = Column(table.take("theme", one_of(*THEMES)), table.take("column", identifier))
    table.done()
    return found


def _possible(value: object, where: str) -> Column:
    table = Table(value, where)
    found = Column(table.take("theme", one_of(*THEMES)), table.take("column", identifier), table.take("label", text))
    table.done()
    return found
