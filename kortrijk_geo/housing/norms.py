"""Norms, targets, forecasts and technical choices of social housing, read from ``norms.toml``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from kortrijk_geo import strict_toml as toml
from kortrijk_geo.errors import DataError, OptionError, did_you_mean
from kortrijk_geo.strict_toml import Origin, Table, by_key, number, origin, whole

_MANY_DWELLINGS = whole(1, 10_000_000)


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
    top = toml.open_table(path)
    known = by_key(map(_norm, top.tables("norm")), "id", top.name("norm"))
    default, small = top.table("default"), top.table("small")
    result = Norms(
        norms=known,
        default=default.take("norm", toml.one_of(*known)),
        reference=default.take("reference", toml.one_of(*known)),
        targets=by_key(map(_target, top.tables("target")), "nis_code", top.name("target")),
        vacancies=by_key(map(_vacancy, top.tables("vacancy")), "nis_code", top.name("vacancy")),
        households=by_key(map(_households, top.tables("households")), "nis_code", top.name("households")),
        small_households=small.take("households", whole(1, 100_000)),
        clusters=_clusters(top.table("clusters")),
        chance=_chance(top.table("chance")),
        kernel=_kernel(top.table("kernel")),
        allocation=_allocation(top.table("allocation")),
    )
    origin(small)
    top.done()
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
            hint = did_you_mean(value, known.norms, otherwise="the norms are")
            raise OptionError(f"there is no norm {value!r}{hint}; a number may be given too")
        return known.norms[value]
    if isinstance(value, bool) or not math.isfinite(value) or not 0 < value <= 100:
        raise OptionError(f"the norm is {value!r}, must be a number of dwellings per 100 households above 0, up to 100")
    same = [norm for norm in known.norms.values() if norm.dwellings_per_100_households == value]
    given = Origin("opgegeven door de gebruiker", "", "optie")
    return same[0] if same else Norm("given", "Opgegeven norm", float(value), given)


def _norm(table: Table) -> Norm:
    return Norm(
        table.take("id", toml.identifier),
        table.take("label", toml.text),
        table.take("dwellings_per_100_households", number(0.1, 100)),
        origin(table),
    )


def _target(table: Table) -> Target:
    target = Target(
        nis_code=table.take("nis_code", toml.text),
        extra_dwellings=table.take("extra_dwellings", _MANY_DWELLINGS),
        year=table.take("year", toml.year),
        base_year=table.take("base_year", toml.year),
        base_dwellings=table.take("base_dwellings", _MANY_DWELLINGS),
        origin=origin(table),
    )
    if target.year <= target.base_year:
        raise DataError(f"{table.name('year')}: {target.year} must come after base_year {target.base_year}")
    return target


def _vacancy(table: Table) -> Vacancy:
    return Vacancy(table.take("nis_code", toml.text), table.take("dwellings", _MANY_DWELLINGS), origin(table))


def _households(table: Table) -> Households:
    return Households(table.take("nis_code", toml.text), *toml.series(table, number(1)), origin(table))


def _clusters(table: Table) -> Clusters:
    return Clusters(
        least_areas=table.take("least_areas", whole(4, 1000)),
        permutations=table.take("permutations", whole(99, 999_999)),
        alpha=table.take("alpha", number(1e-6, 0.5)),
        neighbour_m=table.take("neighbour_m", number(0, 100)),
        seed=table.take("seed", whole(0, 2**31)),
        origin=origin(table),
    )


def _chance(table: Table) -> Chance:
    return Chance(table.take("draws", whole(10, 100_000)), table.take("seed", whole(0, 2**31)), origin(table))


def _kernel(table: Table) -> Kernel:
    return Kernel(
        bandwidth_m=table.take("bandwidth_m", number(1, 10_000)),
        cell_m=table.take("cell_m", number(1, 1_000)),
        bands_per_km2=table.take("bands_per_km2", toml.ascending(number(1e-9))),
        origin=origin(table),
    )


def _allocation(table: Table) -> AllocationRules:
    return AllocationRules(
        most_per_100_households=table.take("most_per_100_households", number(0.1, 100)),
        most_share_per_area=table.take("most_share_per_area", number(0.001, 1)),
        weight_concentration=table.take("weight_concentration", toml.share),
        weight_nearness=table.take("weight_nearness", toml.share),
        origin=origin(table),
    )
