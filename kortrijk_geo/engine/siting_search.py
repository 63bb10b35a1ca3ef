"""The two helpers of an exact search for sites: a greedy plan improved by interchange, and the linear relaxation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

if TYPE_CHECKING:
    from kortrijk_geo.engine.siting_limits import Limits

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_ROUNDS = 200


class _Search:
    def __init__(self, columns: sparse.csc_array, room: Floats, value: Floats, bonus: Floats, limits: Limits) -> None:
        self.columns, self.room, self.value, self.bonus, self.limits = columns, room, value, bonus, limits
        self.owner = np.repeat(np.arange(limits.candidates), np.diff(columns.indptr))
        pairs = limits.conflicts()
        both = np.concatenate([pairs, pairs[:, ::-1]])
        self.clash = sparse.csr_array(
            (np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(limits.candidates, limits.candidates)
        )

    def marginal(self, units: Ints) -> Floats:
        """Worth of one more unit at every candidate."""
        left = np.maximum(0.0, self.room - self.columns @ units)
        rows = self.columns.indices
        worth = np.minimum(left[rows], self.columns.data) * self.value[rows]
        return np.bincount(self.owner, weights=worth, minlength=self.limits.candidates) + self.bonus

    def allowed(self, units: Ints) -> npt.NDArray[np.bool_]:
        """Which candidates can get one more unit."""
        free = units < self.limits.ceiling
        used = units > 0
        if self.limits.max_sites is not None and used.sum() >= self.limits.max_sites:
            free &= used
        if self.clash.nnz:
            free &= (self.clash @ used.astype(float)) == 0
        return free

    def add_best(self, units: Ints) -> int | None:
        """Candidate that gains most by one more unit; None when none may have one. Ties go to the first."""
        free = self.allowed(units)
        if not free.any():
            return None
        return int(np.argmax(np.where(free, self.marginal(units), -1.0)))


def search(columns: sparse.csc_array, room: Floats, value: Floats, bonus: Floats, limits: Limits) -> Ints | None:
    """Add the best unit again and again, then move single units while that helps.

    Returns
    -------
    numpy.ndarray or None
        Units per candidate; None when the greedy way got stuck on the limits before all units were placed.
    """
    state = _Search(columns, room, value, bonus, limits)
    units = np.zeros(limits.candidates, dtype=np.int64)
    for _ in range(limits.units):
        best = state.add_best(units)
        if best is None:
            return None
        units[best] += 1
    for _ in range(_ROUNDS):
        if not _move_one(state, units):
            break
    return units


def _move_one(state: _Search, units: Ints) -> bool:
    for source in np.flatnonzero(units):
        units[source] -= 1
        marginal = state.marginal(units)
        target = int(np.argmax(np.where(state.allowed(units), marginal, -1.0)))
        if marginal[target] > marginal[source] * (1 + 1e-12) + 1e-12:
            units[target] += 1
            return True
        units[source] += 1
    return False


@dataclass(frozen=True)
class Relaxed:
    """The linear relaxation: its bound, and per candidate how much of it is lost when the candidate gets a unit."""

    bound: float
    loss: Floats

    def may_beat(self, value: float) -> npt.NDArray[Any]:
        """Candidates of which one unit or more does not rule out a plan worth more than ``value``."""
        return np.flatnonzero(self.bound - self.loss > value)


def filled_share(columns: sparse.csc_array, room: Floats) -> sparse.csc_array:
    """Part of each row's room that one unit at each candidate fills, at most all of it.

    Cutting a gain that overshoots its row off at the room changes no whole plan, as no row counts beyond its room, and
    makes the relaxation much tighter: a tenth of a unit that overshoots tenfold no longer fills the row.
    """
    full = np.where(room > 0, room, 1.0)[columns.indices]
    return sparse.csc_array(
        (np.minimum(1.0, columns.data / full), columns.indices, columns.indptr), shape=columns.shape
    )


def relax(columns: sparse.csc_array, room: Floats, value: Floats, bonus: Floats, limits: Limits) -> Relaxed:
    """Solve the linear relaxation of the largest total gain, with its reduced costs.

    For every plan, value <= bound - sum of loss_j over candidates j with at least one unit: the reduced costs of a
    linear program are a valid price for leaving a variable's bound.
    """
    n, rows = limits.candidates, len(room)
    sites = n if limits.by_site else 0
    share = filled_share(columns, room)
    filled = sparse.hstack(
        [-share, sparse.csr_array((rows, sites)), sparse.eye_array(rows, format="csr")], format="csr"
    )
    placed, *others = limits.rows(rows)
    tops = [np.zeros(rows), *(np.full(other.matrix.shape[0], float(other.high)) for other in others)]
    high = np.concatenate([limits.ceiling.astype(float), np.ones(sites), np.where(room > 0, 1.0, 0.0)])
    # The stubs of scipy know no sparse matrix here.
    result = linprog(  # type: ignore[call-overload]
        np.concatenate([-bonus, np.zeros(sites), -value * room]).astype(np.float64),
        A_ub=sparse.vstack([filled, *(other.matrix for other in others)], format="csr"),
        b_ub=np.concatenate(tops),
        A_eq=placed.matrix,
        b_eq=np.array([float(limits.units)]),
        bounds=np.stack([np.zeros(len(high)), high], axis=1),
        method="highs",
    )
    if result.x is None:
        # No bound is known: nothing may be left out.
        return Relaxed(float(value @ room + limits.units * bonus.max(initial=0.0)), np.zeros(n))
    price = np.maximum(0.0, np.asarray(result.lower.marginals))
    loss = price[:n] + (price[n : n + sites] if sites else 0.0)
    return Relaxed(-float(result.fun), loss)
