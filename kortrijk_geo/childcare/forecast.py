"""The municipal forecast as data: growth scenarios, the city's targets, planned places; read from ``forecast.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo import strict_toml as toml
from kortrijk_geo.errors import OptionError, did_you_mean

if TYPE_CHECKING:
    import datetime as dt


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
            hint = did_you_mean(name, self.scenarios, otherwise="the scenarios are")
            raise OptionError(f"there is no scenario {name!r}{hint}")
        return self.scenarios[name]


@cache
def forecast() -> Forecast:
    """Return the package's forecast: Kortrijk's published figures."""
    return read_forecast(Path(__file__).with_name("forecast.toml"))


def read_forecast(path: Path) -> Forecast:
    """Read a forecast file, in the form of ``forecast.toml``.

    Raises
    ------
    MissingFileError
        When it does not exist.
    DataError
        When a key is missing, unknown or of the wrong kind; the message names file and key.
    """
    top = toml.open_table(path)
    found = Forecast(
        scenarios=toml.by_key(map(_scenario, top.tables("scenario", needed=True)), "id", top.name("scenario")),
        targets=tuple(sorted(map(_target, top.tables("target")), key=lambda one: one.year)),
        planned=tuple(map(_planned, top.tables("planned"))),
    )
    top.done()
    return found


def _scenario(table: toml.Table) -> Scenario:
    years, values = toml.series(table, toml.number(1e-9))
    return Scenario(
        id=table.take("id", toml.identifier),
        label=table.take("label", toml.text),
        years=years,
        values=values,
        **vars(toml.origin(table)),
    )


def _target(table: toml.Table) -> Target:
    return Target(
        year=table.take("year", toml.year),
        extra_places=table.take("extra_places", toml.whole(0, 1_000_000)),
        source=table.take("source", toml.text),
    )


def _planned(table: toml.Table) -> Planned:
    return Planned(
        name=table.take("name", toml.text),
        match=table.take("match", toml.text).casefold(),
        places=table.take("places", toml.whole(1, 1_000_000)),
        standing=table.take("standing", toml.one_of("decided", "under study")),
        opens=table.take_or("opens", toml.day, None),
        area_id=table.take_or("area_id", toml.text, None),
        source=table.take("source", toml.text),
    )
