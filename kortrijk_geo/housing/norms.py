"""Norms, targets, forecasts and technical choices of social housing, read from ``norms.toml``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.strict_toml import Table, identifier, many, number, open_table, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_YEAR = whole(1900, 2200)
_MANY_DWELLINGS = whole(1, 10_000_000)
N = TypeVar("N", "Target", "Vacancy", "Households")


@dataclass(frozen=True)
class Origin:
    """Where a number comes from, of which date, and how firm it is."""

    source: str
    date: str
    standing: str


@dataclass(frozen=True)
class Norm:
    """So many social dwellings per 100 private households are wanted."""

    id: str
    label: str
    dwellings_per_100_households: float
    origin: Origin


@dataclass(frozen=True)
class Target:
    """So many social dwellings more than ``base_dwellings`` (end of ``base_year``) are wanted by end ``year``."""

    nis_code: str
    extra_dwellings: int
    year: int
    base_year: int
    base_dwellings: int
    origin: Origin


@dataclass(frozen=True)
class Vacancy:
    """Structurally vacant social dwellings of a municipality."""

    nis_code: str
    dwellings: int
    origin: Origin


@dataclass(frozen=True)
class Households:
    """Private households per year, straight lines between the years."""

    nis_code: str
    years: tuple[int, ...]
    values: tuple[float, ...]
    origin: Origin

    def at(self, year: int) -> float:
        """Private households at the end of a year; `OptionError` when the forecast does not cover it."""
        if not self.years[0] <= year <= self.years[-1]:
            raise OptionError(
                f"the household forecast runs from {self.years[0]} to {self.years[-1]}, not to {year};"
                " give households that cover it, or ask for fixed households"
            )
        return float(np.interp(year, self.years, self.values))


@dataclass(frozen=True)
class Clusters:
    """How clusters are looked for."""

    least_areas: int
    permutations: int
    alpha: float
    neighbour_m: float
    seed: int
    origin: Origin


@dataclass(frozen=True)
class Chance:
    """How the dissimilarity that chance alone gives is drawn."""

    draws: int
    seed: int
    origin: Origin


@dataclass(frozen=True)
class Kernel:
    """The smooth density surface."""

    bandwidth_m: float
    cell_m: float
    bands_per_km2: tuple[float, ...]
    origin: Origin


@dataclass(frozen=True)
class AllocationRules:
    """Limits and weights of an allocation when the user gives none."""

    most_per_100_households: float
    most_share_per_area: float
    weight_concentration: float
    weight_nearness: float
    origin: Origin


@dataclass(frozen=True)
class Norms:
    """The whole of ``norms.toml``."""

    norms: dict[str, Norm]
    default: str
    reference: str
    targets: dict[str, Target]
    vacancies: dict[str, Vacancy]
    households: dict[str, Households]
    small_households: int
    clusters: Clusters
    chance: Chance
    kernel: Kernel
    allocation: AllocationRules


@cache
def norms() -> Norms:
    """Return the package's norms."""
    return read_norms(Path(__file__).with_name("norms.toml"))


def read_norms(path: Path) -> Norms:
    """Read a file as ``norms.toml``.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When a key is missing, unknown or of the wrong kind; the message names file and key.
    """
    top = open_table(path)
    found = [_norm(table) for table in top.tables("norm")]
    known = {norm.id: norm for norm in found}
    if len(known) < len(found):
        raise DataError(f"{top.where}: norm: two norms have the same id")
    default = top.table("default")
    chosen = [default.take(key, identifier) for key in ("norm", "reference")]
    for key, name in zip(("norm", "reference"), chosen, strict=True):
        if name not in known:
            raise DataError(f"{default.name(key)}: there is no norm {name!r}; the norms are {', '.join(known)}")
    small = top.table("small")
    result = Norms(
        norms=known,
        default=chosen[0],
        reference=chosen[1],
        targets=_by_city(top, "target", (_target(table) for table in top.tables("target"))),
        vacancies=_by_city(top, "vacancy", (_vacancy(table) for table in top.tables("vacancy"))),
        households=_by_city(top, "households", (_households(table) for table in top.tables("households"))),
        small_households=small.take("households", whole(1, 100_000)),
        clusters=_clusters(top.table("clusters")),
        chance=_chance(top.table("chance")),
        kernel=_kernel(top.table("kernel")),
        allocation=_allocation(top.table("allocation")),
    )
    _origin(small)
    for table in (top, default, small):
        table.done()
    return result


def find_norm(value: float | str | None, *, reference: bool = False) -> Norm:
    """Return the norm that a caller means: an id, a number of dwellings per 100 households, or None for the default.

    Raises
    ------
    OptionError
        When there is no such norm, or the number is not above 0 and at most 100.
    """
    known = norms()
    if value is None:
        return known.norms[known.reference if reference else known.default]
    if isinstance(value, str):
        if value not in known.norms:
            raise OptionError(f"there is no norm {value!r}; the norms are {', '.join(known.norms)}, or give a number")
        return known.norms[value]
    if isinstance(value, bool) or not math.isfinite(value) or not 0 < value <= 100:
        raise OptionError(f"the norm is {value!r}, must be a number of dwellings per 100 households above 0, up to 100")
    same = [norm for norm in known.norms.values() if norm.dwellings_per_100_households == value]
    given = Origin("opgegeven door de gebruiker", "", "optie")
    return same[0] if same else Norm("given", "Opgegeven norm", float(value), given)


def _origin(table: Table) -> Origin:
    return Origin(table.take("source", text), table.take("date", text), table.take("standing", text))


def _by_city(top: Table, key: str, entries: Iterable[N]) -> dict[str, N]:
    found: dict[str, N] = {}
    for entry in entries:
        if entry.nis_code in found:
            raise DataError(f"{top.name(key)}: municipality {entry.nis_code} stands there twice")
        found[entry.nis_code] = entry
    return found


def _norm(table: Table) -> Norm:
    norm = Norm(
        table.take("id", identifier),
        table.take("label", text),
        table.take("dwellings_per_100_households", number(0.1, 100)),
        _origin(table),
    )
    table.done()
    return norm


def _target(table: Table) -> Target:
    target = Target(
        nis_code=table.take("nis_code", text),
        extra_dwellings=table.take("extra_dwellings", _MANY_DWELLINGS),
        year=table.take("year", _YEAR),
        base_year=table.take("base_year", _YEAR),
        base_dwellings=table.take("base_dwellings", _MANY_DWELLINGS),
        origin=_origin(table),
    )
    table.done()
    if target.year <= target.base_year:
        raise DataError(f"{table.name('year')}: {target.year} must come after base_year {target.base_year}")
    return target


def _vacancy(table: Table) -> Vacancy:
    vacancy = Vacancy(table.take("nis_code", text), table.take("dwellings", _MANY_DWELLINGS), _origin(table))
    table.done()
    return vacancy


def _households(table: Table) -> Households:
    forecast = Households(
        nis_code=table.take("nis_code", text),
        years=table.take("years", many(_YEAR)),
        values=table.take("values", _numbers(1)),
        origin=_origin(table),
    )
    table.done()
    if len(forecast.years) != len(forecast.values) or len(forecast.years) < 2:
        raise DataError(f"{table.name('values')}: needs one value per year, and at least two years")
    if any(late <= early for early, late in pairwise(forecast.years)):
        raise DataError(f"{table.name('years')}: must ascend")
    return forecast


def _clusters(table: Table) -> Clusters:
    clusters = Clusters(
        least_areas=table.take("least_areas", whole(4, 1000)),
        permutations=table.take("permutations", whole(99, 999_999)),
        alpha=table.take("alpha", number(1e-6, 0.5)),
        neighbour_m=table.take("neighbour_m", number(0, 100)),
        seed=table.take("seed", whole(0, 2**31)),
        origin=_origin(table),
    )
    table.done()
    return clusters


def _chance(table: Table) -> Chance:
    chance = Chance(table.take("draws", whole(10, 100_000)), table.take("seed", whole(0, 2**31)), _origin(table))
    table.done()
    return chance


def _kernel(table: Table) -> Kernel:
    kernel = Kernel(
        bandwidth_m=table.take("bandwidth_m", number(1, 10_000)),
        cell_m=table.take("cell_m", number(1, 1_000)),
        bands_per_km2=table.take("bands_per_km2", _numbers(1e-9)),
        origin=_origin(table),
    )
    table.done()
    if any(high <= low for low, high in pairwise(kernel.bands_per_km2)):
        raise DataError(f"{table.name('bands_per_km2')}: must ascend")
    return kernel


def _allocation(table: Table) -> AllocationRules:
    rules = AllocationRules(
        most_per_100_households=table.take("most_per_100_households", number(0.1, 100)),
        most_share_per_area=table.take("most_share_per_area", number(0.001, 1)),
        weight_concentration=table.take("weight_concentration", number(0, 1)),
        weight_nearness=table.take("weight_nearness", number(0, 1)),
        origin=_origin(table),
    )
    table.done()
    return rules


def _numbers(lowest: float) -> Callable[[object, str], tuple[float, ...]]:
    read_one = number(lowest)

    def read(value: object, where: str) -> tuple[float, ...]:
        if not isinstance(value, list) or not value:
            raise DataError(f"{where}: {value!r} is not an array of numbers")
        return tuple(read_one(one, where) for one in value)

    return read
