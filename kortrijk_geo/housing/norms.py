"""Norms, targets, forecasts and technical choices of social housing, read from ``norms.toml``."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.rules import Id, Items, Number, Rules, Series, Share, Sourced, Tables, Text, Whole, Year, read_rules

Dwellings = Annotated[int, Whole(1, 10_000_000)]
Per100 = Annotated[float, Number(0.1, 100)]
Seed = Annotated[int, Whole(0, 2**31)]
# Origin of what the user gave, which is no rule of a file and has no date.
GIVEN: dict[str, Any] = {"source": "opgegeven door de gebruiker", "date": "", "standing": "optie"}


class Norm(Sourced):
    """So many social dwellings per 100 private households are wanted."""

    id: Id
    label: Text
    dwellings_per_100_households: Per100


class Target(Sourced):
    """So many social dwellings more than ``base_dwellings`` (end of ``base_year``) are wanted by end ``year``."""

    nis_code: Text
    extra_dwellings: Dwellings
    year: Year
    base_year: Year
    base_dwellings: Dwellings

    def model_post_init(self, _: Any) -> None:
        """Refuse an end before the beginning."""
        if self.year <= self.base_year:
            raise ValueError(f"year: {self.year} must come after base_year {self.base_year}")


class Vacancy(Sourced):
    """Structurally vacant social dwellings of a municipality."""

    nis_code: Text
    dwellings: Dwellings


class Households(Series):
    """Private households per year, straight lines between the years."""

    nis_code: Text
    values: Annotated[tuple[Annotated[float, Number(1)], ...], Items(twice=True, least=2)]

    def at(self, year: int) -> float:
        """Private households at the end of a year; `OptionError` when the forecast does not cover it."""
        if not self.years[0] <= year <= self.years[-1]:
            raise OptionError(
                f"the household forecast runs from {self.years[0]} to {self.years[-1]}, not to {year};"
                " give households that cover it, or ask for fixed households"
            )
        return float(np.interp(year, self.years, self.values))


class Default(Rules):
    """Ids of the norms that are taken when the user names none."""

    norm: Text
    reference: Text


class Small(Sourced):
    """With fewer private households an area is small."""

    households: Annotated[int, Whole(1, 100_000)]


class Clusters(Sourced):
    """How clusters are looked for."""

    least_areas: Annotated[int, Whole(4, 1000)]
    permutations: Annotated[int, Whole(99, 999_999)]
    alpha: Annotated[float, Number(1e-6, 0.5)]
    neighbour_m: Annotated[float, Number(0, 100)]
    seed: Seed


class Chance(Sourced):
    """How the dissimilarity that chance alone gives is drawn."""

    draws: Annotated[int, Whole(10, 100_000)]
    seed: Seed


class Kernel(Sourced):
    """The smooth density surface."""

    bandwidth_m: Annotated[float, Number(1, 10_000)]
    cell_m: Annotated[float, Number(1, 1_000)]
    bands_per_km2: Annotated[tuple[Annotated[float, Number(1e-9)], ...], Items(ascending=True)]


class AllocationRules(Sourced):
    """Limits and weights of an allocation when the user gives none."""

    most_per_100_households: Per100
    most_share_per_area: Annotated[float, Number(0.001, 1)]
    weight_concentration: Share
    weight_nearness: Share


class Norms(Rules):
    """The whole of ``norms.toml``."""

    norms: Annotated[dict[str, Norm], Tables("id")] = Field({}, alias="norm")
    default: Default
    targets: Annotated[dict[str, Target], Tables("nis_code")] = Field({}, alias="target")
    vacancies: Annotated[dict[str, Vacancy], Tables("nis_code")] = Field({}, alias="vacancy")
    households: Annotated[dict[str, Households], Tables("nis_code")] = Field({})
    small: Small
    clusters: Clusters
    chance: Chance
    kernel: Kernel
    allocation: AllocationRules

    def model_post_init(self, _: Any) -> None:
        """Refuse defaults that are no norm."""
        for key, norm in self.default:
            if norm not in self.norms:
                hint = did_you_mean(norm, self.norms)
                raise ValueError(f"default.{key}: {norm!r} must be one of {', '.join(self.norms)}{hint}")


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
    return read_rules(Norms, path)


def find_norm(value: float | str | None, *, reference: bool = False) -> Norm:
    """Return the norm that a caller means: an id, a number of dwellings per 100 households, or None for the default.

    Raises
    ------
    OptionError
        When there is no such norm, or the number is not above 0 and at most 100.
    """
    known = norms()
    if value is None:
        return known.norms[known.default.reference if reference else known.default.norm]
    if isinstance(value, str):
        if value not in known.norms:
            hint = did_you_mean(value, known.norms, otherwise="the norms are")
            raise OptionError(f"there is no norm {value!r}{hint}; a number may be given too")
        return known.norms[value]
    if isinstance(value, bool) or not math.isfinite(value) or not 0 < value <= 100:
        raise OptionError(f"the norm is {value!r}, must be a number of dwellings per 100 households above 0, up to 100")
    same = [norm for norm in known.norms.values() if norm.dwellings_per_100_households == value]
    if same:
        return same[0]
    return Norm.model_construct(id="given", label="Opgegeven norm", dwellings_per_100_households=float(value), **GIVEN)
