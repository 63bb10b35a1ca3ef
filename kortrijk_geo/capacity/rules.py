"""The rules of catchments and of candidates as typed models; the numbers of a catchment are those of each theme."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import model_validator

from kortrijk_geo.rules import AboveZero, FromZero, Items, Local, Number, Rules, Sourced, Text, Whole, read_rules

_HERE = Path(__file__).parent
KM_PER_H = 0.06  # of a metre per minute

# ---- catchment.toml


class Limit(Local):
    """How long a trip may take."""

    minutes: Annotated[float, Number(1, 600)]


class Speed(Sourced):
    """How fast people go."""

    walk_m_per_min: Annotated[float, Number(1, 5000)]
    cycle_m_per_min: Annotated[float, Number(1, 5000)]


class Snap(Sourced):
    """How far from a street a home or location may lie."""

    max_m: Annotated[float, Number(0.1, 10_000)]


class Steps(Sourced):
    """The decay in steps: a weight for each share of the limit, the last of which is the limit itself."""

    shares: Annotated[tuple[AboveZero, ...], Items(ascending=True)]
    weights: Annotated[tuple[FromZero, ...], Items(twice=True)]

    @model_validator(mode="after")
    def _reach_the_limit(self) -> Self:
        if len(self.shares) != len(self.weights) or self.shares[-1] != 1:
            raise ValueError("shares: needs one weight per share, and 1.0 as the last share")
        return self


class Gaussian(Sourced):
    """The smooth decay; its width is a share of the limit."""

    width_share: Annotated[float, Number(0.01, 10)]


class CatchmentRules(Rules):
    """The whole of ``catchment.toml``."""

    limit: Limit
    speed: Speed
    snap: Snap
    steps: Steps
    gaussian: Gaussian

    @property
    def m_per_min(self) -> dict[str, float]:
        """Speed by mode."""
        return {"walk": self.speed.walk_m_per_min, "cycle": self.speed.cycle_m_per_min}


# ---- candidates.toml


class CandidateList(Sourced):
    """Buildings by use and amenities by category that are candidates of one kind."""

    label: Text
    uses: Annotated[tuple[Text, ...], Items()]
    categories: Annotated[tuple[Text, ...], Items()]


class Grid(Sourced):
    """A point every so many metres."""

    label: Text
    step_m: Annotated[float, Number(10, 100_000)]


class SamePlace(Sourced):
    """A building and an amenity nearer than this are one candidate."""

    within_m: Annotated[float, Number(0, 1000)]


class DemandCells(Sourced):
    """Cells in which homes are gathered: the smallest that give no more than ``most_points``."""

    most_points: Annotated[int, Whole(1, 100_000)]
    cells_m: Annotated[tuple[Annotated[float, Number(1, 1_000_000)], ...], Items()]


class CandidateRules(Rules):
    """The whole of ``candidates.toml``."""

    public_buildings: CandidateList
    schools: CandidateList
    grid: Grid
    same_place: SamePlace
    demand: DemandCells


@cache
def candidate_rules() -> CandidateRules:
    """Return the package's rules for candidates."""
    return read_rules(CandidateRules, _HERE / "candidates.toml")
