"""The municipal forecast as data: growth scenarios, the city's targets, planned places; read from ``forecast.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.childcare.norms import number
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.strict_toml import Table, day, identifier, many, one_of, read_toml, text, whole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

_YEAR = whole(1900, 2200)


@dataclass(frozen=True)
class Scenario:
    """One forecast: values in some years, straight lines between them."""

    id: str
    label: str
    years: tuple[int, ...]
    values: tuple[float, ...]
    source: str
    date: str
    standing: str

    def growth(self, base_year: int, year: int) -> float:
        """Ratio of the value in ``year`` to that in ``base_year``; a base before the first year is taken as the first.

        Raises
        ------
        OptionError
            When ``year`` lies outside the forecast or before the base.
        """
        base = max(base_year, self.years[0])
        if not base <= year <= self.years[-1]:
            raise OptionError(
                f"year {year} lies outside the forecast {self.id!r}, which runs from {base} to {self.years[-1]};"
                " give a forecast file that covers it"
            )
        before, then = np.interp([base, year], self.years, self.values)
        return float(then / before)


@dataclass(frozen=True)
class Target:
    """So many places more than in the base year are wanted by 31 December of a year."""

    year: int
    extra_places: int
    source: str


@dataclass(frozen=True)
class Planned:
    """Planned places that a pack may not know; ``opens`` is None when the date is unknown."""

    name: str
    match: str
    places: int
    standing: str
    opens: dt.date | None
    area_id: str | None
    source: str


@dataclass(frozen=True)
class Forecast:
    """The whole of a forecast file."""

    scenarios: dict[str, Scenario]
    targets: tuple[Target, ...]
    planned: tuple[Planned, ...]

    def scenario(self, name: str | None) -> Scenario:
        """Return one scenario, the first by default; `OptionError` when there is none of that name."""
        if name is None:
            return next(iter(self.scenarios.values()))
        if name not in self.scenarios:
            raise OptionError(f"there is no scenario {name!r}; the scenarios are {', '.join(self.scenarios)}")
        return self.scenarios[name]


@cache
def forecast() -> Forecast:
    """Return the package's forecast: Kortrijk's published figures."""
    with as_file(files("kortrijk_geo.childcare") / "forecast.toml") as path:
        return read_forecast(path)


def read_forecast(path: Path) -> Forecast:
    """Read a forecast file, in the form of ``forecast.toml``.

    Raises
    ------
    MissingFileError
        When it does not exist.
    DataError
        When a key is missing, unknown or of the wrong kind; the message names file and key.
    """
    values, _ = read_toml(Path(path))
    top = Table(values, Path(path).name)
    scenarios = [_scenario(table) for table in top.tables("scenario")]
    found = Forecast(
        scenarios={one.id: one for one in scenarios},
        targets=tuple(sorted((_target(table) for table in top.tables("target")), key=lambda one: one.year)),
        planned=tuple(_planned(table) for table in top.tables("planned")),
    )
    top.done()
    if not scenarios:
        raise DataError(f"{top.where}: scenario: there must be at least one [[scenario]]")
    if len(found.scenarios) < len(scenarios):
        raise DataError(f"{top.where}: scenario: two scenarios have the same id")
    return found


def _scenario(table: Table) -> Scenario:
    one = Scenario(
        id=table.take("id", identifier),
        label=table.take("label", text),
        years=table.take("years", many(_YEAR)),
        values=table.take("values", _values),
        source=table.take("source", text),
        date=table.take("date", text),
        standing=table.take("standing", text),
    )
    table.done()
    if len(one.years) != len(one.values) or len(one.years) < 2:
        raise DataError(f"{table.name('values')}: needs one value per year, and at least two years")
    if any(late <= early for early, late in pairwise(one.years)):
        raise DataError(f"{table.name('years')}: must ascend")
    return one


def _target(table: Table) -> Target:
    one = Target(table.take("year", _YEAR), table.take("extra_places", whole(0, 1_000_000)), table.take("source", text))
    table.done()
    return one


def _planned(table: Table) -> Planned:
    one = Planned(
        name=table.take("name", text),
        match=table.take("match", text).casefold(),
        places=table.take("places", whole(1, 1_000_000)),
        standing=table.take("standing", one_of("decided", "under study")),
        opens=table.take_or("opens", day, None),
        area_id=table.take_or("area_id", text, None),
        source=table.take("source", text),
    )
    table.done()
    return one


def _values(value: object, where: str) -> tuple[float, ...]:
    if not isinstance(value, list) or not value:
        raise DataError(f"{where}: {value!r} is not an array of numbers")
    read: Callable[[object, str], float] = number(1e-9)
    return tuple(read(one, where) for one in value)
