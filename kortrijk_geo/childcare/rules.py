"""The rules of childcare as typed models: norms, the forecast, the numbers of a catchment, candidates."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from kortrijk_geo.capacity.rules import CatchmentRules
from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.pack.childcare import MostPlaces, Small, most_places, small_area
from kortrijk_geo.rules import (
    Day,
    Id,
    Items,
    Number,
    OtherValues,
    Rules,
    Series,
    Sourced,
    Tables,
    Text,
    Whole,
    Year,
    read_rules,
)
from kortrijk_geo.rules.norms import AnyNorm, NormSet

_HERE = Path(__file__).parent
_BY_YEAR = AfterValidator(lambda rows: tuple(sorted(rows, key=attrgetter("year"))))


# ---- norms.toml


class Norm(AnyNorm):
    """So many places per 100 children aged 0-2 are wanted; ``affordable`` cites what it says of their price."""

    places_per_100_children: Annotated[float, Number(0.1, 1000)]
    affordable: str = ""

    def _elsewhere(self) -> dict[str, str]:
        return {**super()._elsewhere(), "affordable": ""}


class Estimate(Sourced):
    """For sources that only know children aged 0 to 4."""

    children_0_2_per_child_0_4: Annotated[float, Number(0.01, 1)]


class SeriesBreak(Rules):
    """Years whose counts cannot be held against those of other years.

    ``places_too_many`` is what the source counts too many in those years, of one ``kind`` of childcare, in the whole
    of the region that it counts; None is unknown.
    """

    first_year: Year
    last_year: Year
    places_too_many: Annotated[int, Whole(1, 1_000_000)] | None = None
    kind: Literal["group", "family"] | None = None
    text: Text
    source: Text

    def covers(self, year: int) -> bool:
        """Whether the counts of a year are such."""
        return self.first_year <= year <= self.last_year


class Published(Rules):
    """A published figure of the city for 31 December of a year; None is not published."""

    year: Year
    places_per_100_children: Annotated[float, Number(0, 1000)]
    places: Annotated[int, Whole(0, 10_000_000)] | None = None
    children_0_2: Annotated[int, Whole(0, 10_000_000)] | None = None
    source: Text


class Norms(NormSet[Norm]):
    """The whole of ``norms.toml``."""

    wanted = "places_per_100_children"
    unit = "places per 100 children"
    most = 1000
    estimate: Estimate
    plausible: MostPlaces = Field(default_factory=most_places)
    small: Small = Field(default_factory=small_area)
    series_break: SeriesBreak
    sensitivity: OtherValues | None = None
    published: Annotated[tuple[Published, ...], Tables(), _BY_YEAR] = ()


@cache
def norms() -> Norms:
    """Return the package's norms."""
    return read_rules(Norms, _HERE / "norms.toml")


def load_norms(path: str | Path | None = None) -> Norms:
    """Return the package's norms, or those of a file like ``norms.toml``; errors as `kortrijk_geo.rules.read_rules`."""
    return norms() if path is None else read_rules(Norms, path)


# ---- forecast.toml, or a forecast file of a user's own


class Scenario(Series):
    """One forecast: values in some years, straight lines between them."""

    id: Id
    label: Text
    values: Annotated[tuple[Annotated[float, Number(1e-9)], ...], Items(twice=True)]

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


class Target(Rules):
    """So many places more than in the base year are wanted by 31 December of a year."""

    year: Year
    extra_places: Annotated[int, Whole(0, 1_000_000)]
    source: Text


class Planned(Rules):
    """Planned places that a pack may not know; ``opens`` is None when the date is unknown."""

    name: Text
    match: Annotated[Text, AfterValidator(str.casefold)]
    places: Annotated[int, Whole(1, 1_000_000)]
    standing: Literal["decided", "under study"]
    opens: Day | None = None
    area_id: Text | None = None
    source: Text


class Forecast(Rules):
    """The whole of a forecast file; ``nis_code`` says whose it is, where it is that of one municipality."""

    nis_code: Text = ""
    scenarios: Annotated[dict[str, Scenario], Tables("id", least=1)] = Field(alias="scenario")
    targets: Annotated[tuple[Target, ...], Tables(), _BY_YEAR] = Field((), alias="target")
    planned: Annotated[tuple[Planned, ...], Tables()] = ()

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
    return read_rules(Forecast, _HERE / "forecast.toml")


# ---- catchment.toml


@cache
def catchment_rules() -> CatchmentRules:
    """Return the package's rules of a catchment."""
    return read_rules(CatchmentRules, _HERE / "catchment.toml")
