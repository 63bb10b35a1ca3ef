"""A first choice of sites: the best unit again and again, then units moved while that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

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


def undominated(columns: sparse.csc_array, bonus: Floats, limits: Limits) -> Ints:
    """Candidates that no other candidate beats: as high or higher on every row, with room for all units.

    Leaving out the others loses no better plan when it does not matter which sites are near each other: their units do
    at least as much at the candidate that beats them. Of equal candidates the one with the highest bonus stays.
    """
    everyone = np.arange(limits.candidates)
    if limits.min_distance_m > 0:
        return everyone
    # Gains that differ by rounding only are equal.
    gain = np.round(columns.toarray().T / max(columns.data.max(initial=0.0), 1e-12), 12)
    order = np.lexsort((everyone, -bonus, -gain.sum(axis=1)))
    kept = np.empty(0, dtype=np.int64)
    for j in order:
        rivals = kept[limits.ceiling[kept] >= limits.units]
        if not (gain[rivals] >= gain[j]).all(axis=1).any():
            kept = np.append(kept, j)
    return np.sort(kept)
