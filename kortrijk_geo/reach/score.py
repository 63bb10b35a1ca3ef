"""From distances per home to figures per area: shares of inhabitants, quantiles, the category that is missing most.

All functions are on arrays. ``group`` numbers the area of each home from 0; ``weights`` are inhabitants (or dwellings).
A home that cannot be placed on a street is unknown: it is in no numerator and in no denominator. A home on a street
from which no place of a category can be reached does not have that category within any limit.
"""

from __future__ import annotations

import numpy as np

from kortrijk_geo.reach.times import TOLERANCE_M


def within_limit(trip_m: np.ndarray, limit_m: float) -> np.ndarray:
    """Whether each trip is at most ``limit_m`` long (to a micrometre); NaN and infinity are not."""
    return np.asarray(trip_m <= limit_m + TOLERANCE_M)


def weighted_share(hit: np.ndarray, weights: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Return per group the sum of weights where ``hit`` over the sum of all weights; NaN where that sum is 0."""
    total = np.bincount(group, weights, groups)
    part = np.bincount(group, np.where(hit, weights, 0.0), groups)
    share: np.ndarray = np.divide(part, total, out=np.full(groups, np.nan), where=total > 0)
    return share


def weighted_mean(values: np.ndarray, weights: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Return per group the weighted mean; NaN where the weights sum to 0."""
    total = np.bincount(group, weights, groups)
    part = np.bincount(group, values * weights, groups)
    mean: np.ndarray = np.divide(part, total, out=np.full(groups, np.nan), where=total > 0)
    return mean


def weighted_quantile(
    values: np.ndarray, weights: np.ndarray, group: np.ndarray, groups: int, quantile: float
) -> np.ndarray:
    """Return per group the least value that at least ``quantile`` of the weight does not exceed.

    ``values`` may be infinite (not reached), not NaN. The result is NaN where the group has no weight, and infinite
    where so much of the weight does not reach.
    """
    order = np.lexsort((values, group))
    values, weights, group = values[order], weights[order], group[order]
    totals = np.bincount(group, weights, groups)
    before = np.concatenate([[0.0], np.cumsum(totals)])[:-1]
    running = np.cumsum(weights)
    out = np.full(groups, np.nan)
    edges = np.searchsorted(group, np.arange(groups + 1))
    for g in np.flatnonzero(totals > 0):
        inside = slice(edges[g], edges[g + 1])
        # A relative hair, because sums of fractional inhabitants that should be equal differ in the last digit.
        reached = running[inside] - before[g] >= quantile * totals[g] * (1 - 1e-12)
        out[g] = values[inside][np.argmax(reached)]
    return out


def missing_most(shares: np.ndarray) -> np.ndarray:
    """Return per row the column of the least share, the first among equals; -1 if all are 1, -2 if none is known."""
    known = np.where(np.isnan(shares), np.inf, shares)
    worst = known.argmin(axis=1) if known.shape[1] else np.zeros(len(known), int)
    least = known.min(axis=1, initial=np.inf)
    return np.where(np.isinf(least), -2, np.where(least < 1.0, worst, -1))
