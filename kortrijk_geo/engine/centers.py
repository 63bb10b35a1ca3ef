"""The p-center with what is there already: the least distance within which p sites have every row, by bisection."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from kortrijk_geo.engine.coverage import Coverage
from kortrijk_geo.engine.solver import milp

Metres = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_FIRST_ROWS = 20  # rows of the first covering question
_MORE_ROWS = 5  # rows added where a set leaves some beyond the distance
_IMPOSSIBLE = 2  # the status of HiGHS, as scipy gives it, when no solution keeps to the rows


@dataclass(frozen=True)
class Center:
    """A set of sites, and the distance that no set can beat."""

    sites: Ints
    lowest: float


def search(cost: Metres, without: Metres, count: int, time_limit_s: float) -> Center:
    """Find the ``count`` candidates whose farthest row is nearest.

    The least worst distance is one of the distances that there are. Whether so many sites have all rows within a
    distance is a covering question: no means that it is at least the next distance, yes that it is at most the worst
    distance of the set that was found. The question is asked of few rows first, and of those that its answer leaves
    beyond the distance as well, until the answer holds for all: what is impossible for some rows is so for all.

    Parameters
    ----------
    cost
        Distance of row and candidate, at most ``without``; infinite where there is no way.
    without
        Distance of every row without any candidate.
    count
        Sites of the set, from 1 and below the number of candidates.
    time_limit_s
        Longest search; then the set is the best found so far.

    References
    ----------
    Minieka, E. (1970). The m-center problem. SIAM Review 12(1), 138-139.
    Chen, D., Chen, R. (2009). New relaxation-based algorithms for the optimal solution of the continuous and discrete
    p-center problems. Computers & Operations Research 36(5), 1646-1655.
    """
    began = time.monotonic()
    best_of_row = np.minimum(without, cost.min(axis=1))
    low = float(best_of_row.max())
    sites, asked = _farthest_first(cost, without, count)
    asked = np.union1d(asked, np.argsort(-best_of_row, kind="stable")[:_FIRST_ROWS])
    high = _worst(cost, without, sites)
    longest = float(np.max(cost, initial=0.0, where=np.isfinite(cost)))
    values: Metres | None = None
    while low < high and (left := time_limit_s - (time.monotonic() - began)) > 0:
        # Within a metre the range is that of the distances that there are; without end it is cut at the longest first.
        if values is None and high - low < 1.0:
            values = np.unique(cost[(cost >= low) & (cost <= high)])
        middle = (low + high) / 2 if np.isfinite(high) else longest
        if values is not None:
            middle = float(values[(len(values) - 1) // 2])
        other, decided, asked = _within(cost, without, middle, count, asked, left)
        if other is not None:
            sites, high = other, _worst(cost, without, other)
        elif not decided or middle == longest:
            break
        else:
            low = middle
        if values is not None:
            values = values[values <= high] if other is not None else values[values > middle]
            low = float(values[0])
    return Center(np.sort(sites), min(low, high))


def _worst(cost: Metres, without: Metres, sites: Ints) -> float:
    return float(np.minimum(without, cost[:, sites].min(axis=1)).max())


def _farthest_first(cost: Metres, without: Metres, count: int) -> tuple[Ints, Ints]:
    """Give the row that is farthest its nearest candidate, again and again; the set and these rows."""
    sites: list[int] = []
    rows: list[int] = []
    away = without.copy()
    for _ in range(count):
        rows.append(int(np.argmax(away)))
        costs = cost[rows[-1]].copy()
        costs[sites] = np.inf
        free = np.setdiff1d(np.arange(len(costs)), sites)
        sites.append(int(free[np.argmin(costs[free])]))
        away = np.minimum(away, cost[:, sites[-1]])
    return np.array(sites, dtype=np.int64), np.array(rows, dtype=np.int64)


def _within(
    cost: Metres, without: Metres, metres: float, count: int, rows: Ints, time_limit_s: float
) -> tuple[Ints | None, bool, Ints]:
    """Look for ``count`` candidates that have every row within ``metres``.

    Returns
    -------
    sites, decided, rows
        The set, or None; whether it was decided (with None: that no set has them all); the rows that were asked about.
    """
    began = time.monotonic()
    while True:
        left = time_limit_s - (time.monotonic() - began)
        if left <= 0:
            return None, False, rows
        open_rows = rows[without[rows] > metres]
        reach = cost[open_rows] <= metres
        if not reach.any(axis=1).all():
            return None, True, rows
        small = Coverage.of(reach, np.ones(len(open_rows))).reduced(count)
        chosen, decided = _cover_all(small, count, left)
        if chosen is None:
            return None, decided, rows
        away = np.minimum(without, cost[:, chosen].min(axis=1))
        beyond = np.flatnonzero(away > metres)
        if not len(beyond):
            return chosen, True, rows
        rows = np.union1d(rows, beyond[np.argsort(-away[beyond], kind="stable")[:_MORE_ROWS]])


def _cover_all(small: Coverage, count: int, time_limit_s: float) -> tuple[Ints | None, bool]:
    """Look for ``count`` candidates that cover all rows; whether it was decided."""
    n, candidates = small.reach.shape
    if n == 0:
        return small.candidates[:count], True
    result = milp(
        np.zeros(candidates),
        constraints=[
            LinearConstraint(sparse.csr_array(small.reach.astype(float)), 1, np.inf),
            LinearConstraint(sparse.csr_array(np.ones((1, candidates))), count, count),
        ],
        bounds=Bounds(0, 1),
        integrality=np.ones(candidates),
        options={"time_limit": time_limit_s},
    )
    if result.x is None:
        return None, result.status == _IMPOSSIBLE
    return small.candidates[np.argsort(-result.x, kind="stable")[:count]], True
