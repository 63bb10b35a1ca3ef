"""The kinds of service as data: who needs one, which places serve it, norms and targets; and the people to come."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from kortrijk_geo.capacity.ride import MinutesOfTrip, TransitRules  # noqa: TC001 - pydantic reads it
from kortrijk_geo.capacity.rules import CatchmentRules
from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.rules import (
    AboveZero,
    Id,
    Items,
    Local,
    Number,
    OtherValues,
    Rules,
    Sourced,
    Tables,
    Text,
    Whole,
    Year,
    read_rules,
)
from kortrijk_geo.rules.tags import Assumed, SomeRules  # noqa: TC001 - pydantic reads them

_HERE = Path(__file__).parent
# The years that are looked ahead to: those of the city's own targets.
YEARS = (2030, 2040)
PER_100 = "per 100 people"
EVERYBODY = "residents"
People = Literal["children_0_2", "age_3_5", "age_6_11", "age_12_17", "age_65_79", "age_80_plus", "residents"]


# ---- services.toml


class Capacity(Rules):
    """What the places of a kind can hold: the column of their layer, the unit (English, as of norms), and in Dutch."""

    column: Id = "capacity"
    unit: Text
    label: Text


class Norm(Sourced):
    """So much capacity is wanted per 100 of the people who need it; ``unit`` must be that of the kind."""

    value: Annotated[float, Number(0, 100_000, above=True)]
    unit: Text
    label: Text = "norm"


class Target(Local):
    """So much capacity more than in the base year is wanted by a year.

    ``base`` is the capacity of the base year; where it is not published, that of a pack of no later year counts.
    ``scope`` "region" is a target of several cities together: it is told, and no city is held against it.
    """

    year: Year
    extra: AboveZero
    base_year: Year
    base: Annotated[float, Number(0)] | None = None
    scope: Literal["city", "region"] = "city"


class Kind(Local):
    """One kind of service.

    Parameters
    ----------
    id, label, plural, short
        English id (part of column names), and what one and several of them are called in Dutch; ``short`` where a
        table has little room, else the label.
    people, people_label
        The columns of ages of those who need it, or ``residents`` for everybody; and what these are called.
    layer
        The layer whose rows are its places: ``amenities`` by their tags, others by the texts of their columns.
    rules, exclude, assumed
        Which rows are its places.
    capacity
        What a place of it can hold; without it places have no size, and only their number and reach are told.
    mode, minutes
        Beyond so many minutes by this mode a home is without reach; None for the minutes of ``[limit]``.
    transit_minutes
        The same by public transport; None for the minutes of ``transit.toml``.
    norm, targets
        What is wanted, where that is known.
    """

    id: Id
    label: Text
    plural: Text
    short: Text = ""
    people: Annotated[tuple[People, ...], Items()]
    people_label: Text
    layer: Literal["amenities", "childcare", "city_sites"] = "amenities"
    rules: SomeRules = ()
    exclude: SomeRules = ()
    assumed: Assumed | None = None
    capacity: Capacity | None = None
    mode: Literal["walk", "cycle"] = "walk"
    minutes: Annotated[int, Whole(1, 120)] | None = None
    transit_minutes: MinutesOfTrip | None = None
    norm: Norm | None = None
    targets: Annotated[tuple[Target, ...], Tables("year")] = Field(default=(), alias="target")

    def model_post_init(self, _: Any) -> None:
        """Refuse a kind without places, and a norm that is not in its unit."""
        if not self.rules and self.layer == "amenities":
            raise ValueError("rules is missing; give at least one rule, or another layer")
        if EVERYBODY in self.people and len(self.people) > 1:
            raise ValueError(f"people: {EVERYBODY} are everybody, beside which no age can stand")
        if self.capacity is None and (self.norm or self.targets):
            raise ValueError("capacity is missing; a norm or target of a kind needs what its places hold")
        if self.norm is not None and self.capacity is not None and self.norm.unit != self.norm_unit:
            raise ValueError(f"norm.unit: {self.norm.unit!r} is not the unit of this kind; write {self.norm_unit!r}")

    @property
    def key(self) -> str:
        """Its id, as the category that a pack may give."""
        return self.id

    def in_year(self, year: int | None) -> Kind:
        """Return the kind with its people called those of a year; None is today, and says nothing."""
        if year is None:
            return self
        return self.model_copy(update={"people_label": f"{self.people_label} in {year}"})

    @property
    def norm_unit(self) -> str:
        """In what a norm of it is written; empty where its places have no size."""
        return f"{self.capacity.unit} {PER_100}" if self.capacity else ""


class BlindSpots(Sourced):
    """How homes without reach are put together to blind spots (DBSCAN, Ester et al. 1996), and which are told."""

    neighbour_m: AboveZero
    core_people: AboveZero
    least_people: AboveZero


class Small(Sourced):
    """With fewer people than this a count is not published."""

    people: Annotated[int, Whole(0, 1_000)]


class Services(CatchmentRules):
    """The whole of ``services.toml``."""

    version: Text
    sensitivity: OtherValues | None = None
    slower_walk: OtherValues | None = None
    blind_spots: BlindSpots
    small: Small
    kinds: Annotated[tuple[Kind, ...], Tables("id", least=1, named=True)] = Field(alias="kind")

    def limit_m(self, kind: Kind, mode: str) -> float:
        """Return the longest trip to a kind of service, m."""
        return self.m_per_min[mode] * self.minutes(kind)

    def minutes(self, kind: Kind) -> float:
        """Return the minutes beyond which a home is without reach of a kind."""
        return self.limit.minutes if kind.minutes is None else kind.minutes

    def ride_minutes(self, kind: Kind, transit: TransitRules) -> int:
        """Return the minutes by public transport beyond which a home is without reach of a kind."""
        return transit.limit.minutes if kind.transit_minutes is None else kind.transit_minutes

    def find(self, name: str) -> Kind:
        """Return the kind that is called so, by its id or its Dutch name; `OptionError` names those that there are."""
        called = name.casefold()
        for kind in self.kinds:
            if called in {kind.id, *(text.casefold() for text in (kind.label, kind.plural, kind.short) if text)}:
                return kind
        ids = [kind.id for kind in self.kinds]
        raise OptionError(f"there is no kind of service {name!r}{did_you_mean(name, ids, otherwise='the kinds are')}")


@cache
def _services() -> Services:
    return read_rules(Services, _HERE / "services.toml")


def load_services(path: str | Path | None = None) -> Services:
    """Return the package's kinds, or those of a file like ``services.toml``; errors as `read_rules`."""
    return _services() if path is None else read_rules(Services, path)


# ---- forecast.toml


class Growth(Local):
    """People of some ages in several years: their number (``values``), or how many come on top (``added``).

    Between the years straight lines. Of ``added`` the number itself is not published, and nothing is known before the
    first year.
    """

    id: Id
    label: Text
    people: Annotated[tuple[People, ...], Items()]
    years: Annotated[tuple[Year, ...], Items(ascending=True, least=2)]
    values: Annotated[tuple[AboveZero, ...], Items(twice=True, least=2)] | None = None
    added: Annotated[tuple[float, ...], Items(twice=True, least=2)] | None = None

    def model_post_init(self, _: Any) -> None:
        """Refuse a forecast that does not say one thing for each of its years."""
        if (self.values is None) == (self.added is None):
            raise ValueError("give values or added, one of them")
        if len(self.values or self.added or ()) != len(self.years):
            raise ValueError(f"{'values' if self.values else 'added'}: needs one value per year")

    def people_in(self, year: int, today: float, base_year: int) -> float:
        """Return the people of a year, from those of the base year; NaN where the forecast does not reach so far.

        A base before the first year of ``values`` is taken as that year.
        """
        if self.values is not None:
            base = max(base_year, self.years[0])
            if not base <= year <= self.years[-1]:
                return float("nan")
            before, then = np.interp([base, year], self.years, self.values)
            return today * float(then / before)
        if not self.years[0] <= base_year <= year <= self.years[-1]:
            return float("nan")
        before, then = np.interp([base_year, year], self.years, self.added or ())
        return today + float(then - before)


class Forecast(Rules):
    """The whole of ``forecast.toml``."""

    version: Text
    groups: Annotated[tuple[Growth, ...], Tables("id")] = Field(default=(), alias="group")

    def of(self, people: tuple[str, ...], nis_code: str) -> Growth | None:
        """Return the forecast of exactly these ages of a municipality; None where there is none."""
        wanted = set(people)
        return next((one for one in self.groups if set(one.people) == wanted and one.nis_code in {"", nis_code}), None)

    def touching(self, people: tuple[str, ...], nis_code: str) -> list[Growth]:
        """Return all that is published of groups that hold some of these ages."""
        return [one for one in self.groups if one.nis_code in {"", nis_code} and set(one.people) & set(people)]


@cache
def _forecast() -> Forecast:
    return read_rules(Forecast, _HERE / "forecast.toml")


def load_forecast(path: str | Path | None = None) -> Forecast:
    """Return the package's forecast, or that of a file like ``forecast.toml``; errors as `read_rules`."""
    return _forecast() if path is None else read_rules(Forecast, path)
