"""Norms, targets, forecasts and technical choices of social housing, read from ``norms.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from kortrijk_geo.errors import OptionError
from kortrijk_geo.rules import Items, Number, OtherValues, Series, Share, Sourced, Tables, Text, Whole, Year, read_rules
from kortrijk_geo.rules.norms import AnyNorm, NormSet

Dwellings = Annotated[int, Whole(1, 10_000_000)]
Per100 = Annotated[float, Number(0.1, 100)]
Seed = Annotated[int, Whole(0, 2**31)]


class Norm(AnyNorm):
    """So many social dwellings per 100 private households are wanted."""

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


class Norms(NormSet[Norm]):
    """The whole of ``norms.toml``."""

    wanted = "dwellings_per_100_households"
    unit = "dwellings per 100 households"
    most = 100
    targets: Annotated[dict[str, Target], Tables("nis_code")] = Field({}, alias="target")
    vacancies: Annotated[dict[str, Vacancy], Tables("nis_code")] = Field({}, alias="vacancy")
    households: Annotated[dict[str, Households], Tables("nis_code")] = Field({})
    small: Small
    clusters: Clusters
    chance: Chance
    kernel: Kernel
    allocation: AllocationRules
    sensitivity: OtherValues | None = None


@cache
def norms() -> Norms:
    """Return the package's norms."""
    return read_norms(Path(__file__).with_name("norms.toml"))


def read_norms(path: str | Path | None) -> Norms:
    """Read a file as ``norms.toml``, None for the package's own; errors as `kortrijk_geo.rules.read_rules`."""
    return norms() if path is None else read_rules(Norms, path)
