"""The p-median with what is there already: a search by interchange and a bound, over all rows and candidates.

A set S of p candidates costs sum_i w_i min(e_i, min over j in S of c_ij): w_i is the weight of row i, c_ij the cost of
serving it from candidate j, e_i its cost without any candidate. With metres that is the mean distance; with 0 where a
candidate covers a row, else 1, it is the weight that stays uncovered. All arrays are known and finite.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Numbers of a block of rows, so that what is computed of it stays near the processor.
_BLOCK = 1 << 16
_ROUNDS = 200
_STEPS = 200
# Share of the prices below which a difference in single precision is no proof.
_DUST = 1e-5
_PATIENCE = 8  # steps without a higher bound after which steps become half as long


@dataclass(frozen=True)
class Served:
    """Rows, and what it costs to serve them.

    Parameters
    ----------
    cost
        c_ij, single precision (rows, candidates).
    weight
        w_i, from 0.
    without
        e_i.
    """

    cost: npt.NDArray[np.float32]
    weight: Floats
    without: Floats

    def total(self, sites: Ints) -> float:
        """Cost of a set, in double precision."""
        return float(self.weight @ self.per_row(sites))

    def per_row(self, sites: Ints) -> Floats:
        """Cost of every row, its weight left out."""
        nearest = self.cost[:, sites].min(axis=1, initial=np.inf)
        least: Floats = np.minimum(self.without, nearest.astype(np.float64))
        return least

    def of(self, candidates: Ints) -> Served:
        """Return the question with some of the candidates."""
        return replace(self, cost=np.ascontiguousarray(self.cost[:, candidates]))

    @cached_property
    def blocks(self) -> list[slice]:
        """Slices of rows."""
        rows, candidates = self.cost.shape
        step = max(1, _BLOCK // max(candidates, 1))
        return [slice(begin, begin + step) for begin in range(0, rows, step)]


def interchange(served: Served, count: int, *, start: Ints | None = None) -> Ints:
    """Search a set of ``count`` candidates: add the best again and again, then exchange one as long as that is cheaper.

    All exchanges of one site of the set for one outside it are weighed at once from the two lowest costs of every row,
    and the best is made. The set found is not proven best; no exchange of a single site improves it.

    Parameters
    ----------
    served
        The question.
    count
        Sites of the set, from 1 to the number of candidates.
    start
        A set of ``count`` to begin with, instead of adding.

    References
    ----------
    Teitz, M. B., Bart, P. (1968). Heuristic methods for estimating the generalized vertex median of a weighted graph.
    Operations Research 16(5), 955-961.
    Whitaker, R. A. (1983). A fast algorithm for the greedy interchange for large-scale clustering and median location
    problems. INFOR 21(2), 95-108.
    """
    sites = _greedy(served, count) if start is None else np.asarray(start, dtype=np.int64)
    so_far = served.total(sites)
    for _ in range(_ROUNDS):
        change = _changes(served, sites)
        change[:, sites] = np.inf
        leaving, entering = np.unravel_index(int(np.argmin(change)), change.shape)
        other = sites.copy()
        other[leaving] = entering
        cost = served.total(other)
        if not cost < so_far * (1 - 1e-9):
            break
        sites, so_far = other, cost
    return np.sort(sites)


def _greedy(served: Served, count: int) -> Ints:
    sites: list[int] = []
    lowest = served.without.copy()
    for _ in range(count):
        saved = np.zeros(served.cost.shape[1])
        for rows in served.blocks:
            less = np.maximum(lowest[rows, None].astype(np.float32) - served.cost[rows], 0)
            saved += served.weight[rows].astype(np.float32) @ less
        saved[sites] = -1.0
        best = int(np.argmax(saved))
        sites.append(best)
        lowest = np.minimum(lowest, served.cost[:, best])
    return np.array(sites, dtype=np.int64)


def _changes(served: Served, sites: Ints) -> Floats:
    """Change of the total when site r of the set makes place for candidate j, for all r and j."""
    costs = np.column_stack([served.cost[:, sites].astype(np.float64), served.without])
    nearest = np.argmin(costs, axis=1)
    two = np.partition(costs, 1, axis=1)[:, :2].astype(np.float32)
    stay = np.zeros((len(sites) + 1, served.cost.shape[1]))
    leave = np.zeros_like(stay)
    for rows in served.blocks:
        cost, first, second = served.cost[rows], two[rows, :1], two[rows, 1:]
        weight = np.zeros((len(sites) + 1, len(cost)), dtype=np.float32)
        weight[nearest[rows], np.arange(len(cost))] = served.weight[rows]
        stay += weight @ np.minimum(cost - first, 0)
        leave += weight @ (np.minimum(cost, second) - first)
    change: Floats = (stay.sum(axis=0) - stay + leave)[:-1]
    return change


@dataclass(frozen=True)
class Bound:
    """What no set can beat.

    Parameters
    ----------
    lowest
        Proven: no set costs less.
    candidates
        The only candidates of which a set can be made that is cheaper than the one known.
    sites
        The cheapest set known after the search.
    """

    lowest: float
    candidates: Ints
    sites: Ints


def bound(served: Served, sites: Ints, *, enough: int = 0) -> Bound:
    """Bound the cost of every set of as many sites, by Lagrangian relaxation and subgradient steps.

    Every row pays a price u_i to be served; at these prices a candidate is worth rho_j = sum_i min(0, w_i c_ij - u_i).
    Whatever the prices up to w_i e_i, no set costs less than sum_i u_i plus the p lowest rho_j, and none that holds
    another candidate j less than that plus rho_j minus the highest of the p: where that is no less than the set known,
    j is left out and the others go on without it. The bound is computed anew in double precision.

    Parameters
    ----------
    served, sites
        The question, and the cheapest set known.
    enough
        Stop when so few candidates are left.

    References
    ----------
    Cornuejols, G., Fisher, M. L., Nemhauser, G. L. (1977). Location of bank accounts to optimize float. Management
    Science 23(8), 789-810.
    Galvao, R. D., ReVelle, C. (1996). A Lagrangean heuristic for the maximal covering location problem. European
    Journal of Operational Research 88(1), 114-123.
    """
    count, known = len(sites), served.total(sites)
    if known == 0:
        return Bound(0.0, sites, sites)
    prices = _Prices.first(served, sites)
    scale, since = 1.5, 0
    low, best = -np.inf, prices
    for _ in range(_STEPS):
        worth = prices.worth()
        chosen = np.argpartition(worth, count - 1)[:count]
        lower = prices.total + float(worth[chosen].sum())
        # A candidate that is chosen has no loss; another one that of the dearest of those chosen.
        loss = np.maximum(worth - worth[chosen].max(), 0.0)
        since += 1
        if lower > low:
            since = 0 if lower > low + 1e-4 * (known - low) else since
            low, best = lower, prices
        trial = np.sort(prices.candidates[chosen])
        if served.total(trial) < known * (1 - 1e-9):
            sites = interchange(served, count, start=trial)
            known = served.total(sites)
        possible = lower + loss < known - _DUST * prices.total
        if possible.sum() <= max(enough, count) or low >= known - _DUST * prices.total:
            prices = prices.keep(possible)
            break
        if scale < 1e-3:
            break
        if since >= _PATIENCE:
            scale, since = scale / 2, 0
        prices = prices.move(scale * max(known - lower, 1e-9 * known), chosen).keep(possible)
    return Bound(_lowest(served, best, count, known), prices.candidates, sites)


def _lowest(served: Served, prices: _Prices, count: int, known: float) -> float:
    """Return the bound of these prices in double precision."""
    worth = np.zeros(len(prices.candidates))
    for rows in served.blocks:
        costs = served.weight[rows, None] * served.cost[rows][:, prices.candidates].astype(np.float64)
        worth += np.minimum(costs - prices.price[rows, None].astype(np.float64), 0.0).sum(axis=0)
    return min(known, float(prices.price.sum(dtype=np.float64) + np.sort(worth)[:count].sum()))


@dataclass(frozen=True)
class _Prices:
    """Prices of the rows, and the candidates that are still looked at.

    ``costs`` are w_i c_ij, ``most`` is w_i e_i; all in single precision.
    """

    costs: npt.NDArray[np.float32]
    most: npt.NDArray[np.float32]
    price: npt.NDArray[np.float32]
    candidates: Ints

    @classmethod
    def first(cls, served: Served, sites: Ints) -> _Prices:
        """Begin with the mean of what a row costs from the set known, and without its nearest site."""
        weight = served.weight.astype(np.float32)
        costs = weight[:, None] * served.cost
        most = (served.weight * served.without).astype(np.float32)
        both = np.sort(np.column_stack([costs[:, sites], most]), axis=1)[:, :2]
        return cls(costs, most, np.minimum(both.mean(axis=1), most), np.arange(served.cost.shape[1]))

    @cached_property
    def total(self) -> float:
        """Sum of the prices."""
        return float(self.price.sum(dtype=np.float64))

    def worth(self) -> Floats:
        """Return rho_j of every candidate."""
        rows, candidates = self.costs.shape
        step, worth = max(1, _BLOCK // candidates), np.zeros(candidates)
        room = np.empty((step, candidates), dtype=np.float32)
        for begin in range(0, rows, step):
            part = self.costs[begin : begin + step]
            less = room[: len(part)]
            np.subtract(part, self.price[begin : begin + step, None], out=less)
            np.minimum(less, 0, out=less)
            worth += less.sum(axis=0)
        return worth

    def move(self, distance: float, chosen: Ints) -> _Prices:
        """Raise the price of the rows that no chosen candidate serves and lower that of those served twice."""
        served = (self.costs[:, chosen] < self.price[:, None]).sum(axis=1)
        slope = 1.0 - served
        # What lies at its highest price and would go higher does not count in the length of the step.
        slope[(slope > 0) & (self.price >= self.most)] = 0
        length = float(slope @ slope)
        if length == 0:
            return self
        price = np.clip(self.price + np.float32(distance / length) * slope.astype(np.float32), 0, self.most)
        return replace(self, price=price)

    def keep(self, possible: npt.NDArray[np.bool_]) -> _Prices:
        """Leave out candidates, once they are enough to pay for the copy."""
        if possible.sum() > 0.8 * len(possible):
            return self
        return replace(self, costs=np.ascontiguousarray(self.costs[:, possible]), candidates=self.candidates[possible])
