"""The limits on a choice of sites: how many units, how many sites, how far apart; and which one makes it impossible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint
from scipy.spatial import KDTree

from kortrijk_geo.engine.solver import milp
from kortrijk_geo.errors import DataError, OptionError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Limits:
    """What a choice of sites must keep to.

    Parameters
    ----------
    units
        Units to place, all of them.
    points
        Candidates, (n, 2), m.
    capacity
        Most units per candidate, (n,), whole numbers.
    max_sites
        Most sites with at least one unit; None is no limit.
    min_distance_m
        Chosen sites lie at least this far apart, in a straight line; 0 is no limit.
    """

    units: int
    points: Floats
    capacity: Ints
    max_sites: int | None = None
    min_distance_m: float = 0.0

    def __post_init__(self) -> None:
        if self.units < 1:
            raise OptionError(f"units to place is {self.units}, must be at least 1")
        if self.max_sites is not None and self.max_sites < 1:
            raise OptionError(f"max_sites is {self.max_sites}, must be at least 1")
        if not (np.isfinite(self.min_distance_m) and self.min_distance_m >= 0):
            raise OptionError(f"min_distance_m is {self.min_distance_m}, must be a number of metres from 0")
        if self.points.shape != (len(self.capacity), 2) or not np.isfinite(self.points).all():
            raise DataError("candidates: every candidate needs one capacity and a point with two known coordinates")
        if (self.capacity < 0).any():
            raise DataError(f"candidates: the capacity in row {int(np.argmax(self.capacity < 0))} is negative")

    @property
    def candidates(self) -> int:
        """Number of candidates."""
        return len(self.capacity)

    @property
    def ceiling(self) -> Ints:
        """Most units that each candidate can get: its capacity, and never more than there are."""
        return np.minimum(self.capacity, self.units)

    @property
    def by_site(self) -> bool:
        """Whether it matters which candidates are used at all, next to how many units they get."""
        return self.min_distance_m > 0 or (self.max_sites is not None and self.max_sites < self.units)

    def keep(self, rows: npt.NDArray[Any]) -> Limits:
        """Return the same limits for some of the candidates."""
        return replace(self, points=self.points[rows], capacity=self.capacity[rows])

    def conflicts(self) -> Ints:
        """Pairs (first, second) of candidates that lie too near to each other to be chosen both."""
        if self.min_distance_m <= 0 or self.candidates < 2:
            return np.empty((0, 2), dtype=np.int64)
        pairs = KDTree(self.points).query_pairs(self.min_distance_m, output_type="ndarray").astype(np.int64)
        apart = np.linalg.norm(self.points[pairs[:, 0]] - self.points[pairs[:, 1]], axis=1)
        near: Ints = pairs[apart < self.min_distance_m]
        return near

    def cliques(self) -> sparse.csr_array:
        """Rows of candidates of which one can be chosen: each candidate with its conflicts in one small cell.

        Candidates in one square cell with a diagonal of the minimum distance exclude each other, so a candidate and
        all its conflicts in such a cell do too: far fewer rows, and a tighter relaxation, than one row per pair.
        """
        pairs = self.conflicts()
        if not len(pairs):
            return sparse.csr_array((0, self.candidates))
        both = np.concatenate([pairs, pairs[:, ::-1]])
        cells = np.floor(self.points / (self.min_distance_m / np.sqrt(2))).astype(np.int64)
        _, cell = np.unique(cells, axis=0, return_inverse=True)
        keys = np.stack([both[:, 0], cell.reshape(-1)[both[:, 1]]], axis=1)
        groups, row = np.unique(keys, axis=0, return_inverse=True)
        columns = np.concatenate([both[:, 1], groups[:, 0]])
        lines = np.concatenate([row.reshape(-1), np.arange(len(groups))])
        return sparse.csr_array((np.ones(len(lines)), (lines, columns)), shape=(len(groups), self.candidates))


def check_possible(limits: Limits, *, unit_name: str = "units", time_limit_s: float = 30.0) -> None:
    """Raise `OptionError`, saying which limit binds and what would fit, unless all units can be placed."""
    total = int(limits.capacity.sum())
    wanted = limits.units
    if not limits.candidates:
        raise OptionError(f"no candidate is left to place {wanted} {unit_name} on; widen the candidates")
    if total < wanted:
        raise OptionError(
            f"too few candidates: {limits.candidates} candidates hold {total} {unit_name} together, {wanted} are asked;"
            " widen the candidates or allow more per site"
        )
    if limits.max_sites is not None:
        fullest = int(np.sort(limits.capacity)[::-1][: limits.max_sites].sum())
        if fullest < wanted:
            raise OptionError(
                f"the limit of {limits.max_sites} sites binds: the {limits.max_sites} largest candidates hold {fullest}"
                f" {unit_name}, {wanted} are asked; allow more sites or more per site"
            )
    if limits.min_distance_m <= 0 or _fits_simply(limits):
        return
    most = _most_units(limits, time_limit_s)
    if most < wanted:
        sites = "" if limits.max_sites is None else f" and {limits.max_sites} sites"
        raise OptionError(
            f"the minimum distance of {limits.min_distance_m:g} m binds: with it{sites} at most {most} {unit_name} fit,"
            f" {wanted} are asked; lower the distance, widen the candidates or allow more per site"
        )


def _fits_simply(limits: Limits) -> bool:
    """Whether filling the largest candidate first, then the next that is far enough, and so on, places all units."""
    order = np.argsort(-limits.capacity, kind="stable")
    taken: list[int] = []
    left = limits.units
    for j in order:
        if left <= 0 or (limits.max_sites is not None and len(taken) >= limits.max_sites):
            break
        gaps = np.linalg.norm(limits.points[taken] - limits.points[j], axis=1)
        if limits.capacity[j] > 0 and (not taken or gaps.min() >= limits.min_distance_m):
            taken.append(int(j))
            left -= int(limits.capacity[j])
    return left <= 0


def _most_units(limits: Limits, time_limit_s: float) -> int:
    n = limits.candidates
    rows = [LinearConstraint(limits.cliques(), -np.inf, 1)]
    if limits.max_sites is not None:
        rows.append(LinearConstraint(np.ones((1, n)), 0, limits.max_sites))
    result = milp(
        -limits.ceiling.astype(float),
        constraints=rows,
        bounds=Bounds(0, 1),
        integrality=np.ones(n, dtype=np.int64),
        options={"time_limit": time_limit_s},
    )
    if result.status == 0:
        return round(-float(result.fun))
    bound = getattr(result, "mip_dual_bound", None)
    if bound is None:
        raise OptionError(
            f"it could not be told within {time_limit_s:g} s whether {limits.units} units fit at a minimum distance of"
            f" {limits.min_distance_m:g} m; lower the distance or the number of candidates"
        )
    # The time limit came before the proof: what may still fit is not called impossible.
    return int(np.floor(-float(bound) + 1e-6))
