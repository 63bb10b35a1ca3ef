"""Floating catchments over pairs of facilities and origins: pure array functions that know no theme.

Functions take pairs (facility j, origin i, distance d_ij in metres), as `StreetGraph.within` gives them, and arrays of
supply per facility and demand per origin. Supply and demand are known numbers: the caller leaves out what is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kortrijk_geo.errors import DataError, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[Any]


@dataclass(frozen=True)
class TwoStep:
    """What the two steps give.

    Parameters
    ----------
    per_facility
        R_j, supply per unit of demand in the facility's catchment; NaN where it has supply or not but nobody in reach.
    demand_in_reach
        Weighted demand in the catchment of each facility.
    per_origin
        A_i, supply per unit of demand that an origin can reach; 0 where nothing is in reach.
    """

    per_facility: Floats
    demand_in_reach: Floats
    per_origin: Floats


def steps(limits_m: Sequence[float], weights: Sequence[float]) -> Callable[[Floats], Floats]:
    """Make a decay in steps: weight w_k up to and at the limit k, 0 beyond the last limit.

    Parameters
    ----------
    limits_m
        Ascending limits, m.
    weights
        One weight per limit, from 0.

    Raises
    ------
    OptionError
        When the limits do not ascend, or the weights are not as many or negative.
    """
    ends, values = np.asarray(limits_m, dtype=float), np.asarray(weights, dtype=float)
    if ends.ndim != 1 or not len(ends) or ends.shape != values.shape:
        raise OptionError(f"a decay in steps needs one weight per limit, not {values.size} weights for {ends.size}")
    if not (np.isfinite(ends).all() and (np.diff(ends) > 0).all() and ends[0] > 0):
        raise OptionError(f"the limits of a decay in steps must ascend from above 0 m, found {ends.tolist()}")
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise OptionError(f"the weights of a decay in steps must be numbers from 0, found {values.tolist()}")
    padded = np.append(values, 0.0)

    def weigh(metres: Floats) -> Floats:
        return padded[np.searchsorted(ends, metres, side="left")]

    return weigh


def gaussian(width_m: float, limit_m: float) -> Callable[[Floats], Floats]:
    """Make a decay w(d) = exp(-(d / width)^2 / 2) up to and at the limit, 0 beyond.

    Raises
    ------
    OptionError
        When width or limit is not a number above 0.
    """
    if not (np.isfinite(width_m) and width_m > 0 and limit_m > 0):
        raise OptionError(f"a Gaussian decay needs a width and a limit above 0 m, found {width_m} and {limit_m}")

    def weigh(metres: Floats) -> Floats:
        return np.where(metres <= limit_m, np.exp(-0.5 * np.square(metres / width_m)), 0.0)

    return weigh


def two_step(
    facility: Ints, origin: Ints, metres: Floats, *, supply: Floats, demand: Floats, decay: Callable[[Floats], Floats]
) -> TwoStep:
    """Enhanced two-step floating catchment area (E2SFCA).

    Step 1, per facility j: R_j = S_j / sum_i P_i w(d_ij). Step 2, per origin i: A_i = sum_j R_j w(d_ij).
    With the weight 1 up to one limit this is the plain 2SFCA of Luo and Wang (2003). The supply of every facility with
    demand in reach is shared out whole: sum_i P_i A_i = sum of S_j over facilities with weighted demand above 0.

    Parameters
    ----------
    facility, origin, metres
        One entry per pair within the limit.
    supply
        S_j per facility, from 0.
    demand
        P_i per origin, from 0.
    decay
        Weight of a distance, from `steps` or `gaussian`.

    Raises
    ------
    DataError
        When supply or demand is negative or not a number.

    References
    ----------
    Luo, W., Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial
    accessibility to primary care physicians. Health & Place 15(4), 1100-1107.
    """
    supplied, demanded = _amounts(supply, "supply"), _amounts(demand, "demand")
    weight = decay(np.asarray(metres, dtype=float))
    reached = _sums(facility, demanded[origin] * weight, len(supplied))
    ratio = np.divide(supplied, reached, out=np.full(len(supplied), np.nan), where=reached > 0)
    shared = np.where(np.isfinite(ratio), ratio, 0.0)
    return TwoStep(ratio, reached, _sums(origin, shared[facility] * weight, len(demanded)))


def in_reach(source: Ints, receiver: Ints, amount: Floats, receivers: int) -> Floats:
    """Sum what each receiver has in reach: one entry of ``source`` and ``receiver`` per pair, ``amount`` per source."""
    return _sums(receiver, _amounts(amount, "amount")[source], receivers)


def weighted_mean(values: Floats, weights: Floats, group: Ints, groups: int) -> Floats:
    """Mean of ``values`` per group, weighted; rows without a known value or weight are left out.

    Parameters
    ----------
    values, weights
        One per row; NaN is unknown.
    group
        Number of the group, from 0; rows with -1 belong to none.
    groups
        Number of groups.

    Returns
    -------
    numpy.ndarray
        Per group; NaN where no row with weight above 0 is known.
    """
    used = (group >= 0) & np.isfinite(values) & np.isfinite(weights)
    where, weight = group[used], weights[used]
    total, summed = _sums(where, weight, groups), _sums(where, weight * values[used], groups)
    mean: Floats = np.divide(summed, total, out=np.full(groups, np.nan), where=total > 0)
    return mean


def weighted_mean_bounds(
    values: tuple[Floats, Floats], weights: tuple[Floats, Floats], group: Ints, groups: int
) -> tuple[Floats, Floats]:
    """Least and most that the weighted mean of a group can be, where values and weights lie between two bounds.

    The mean is least with the least values, the most weight on the smallest of them and the least on the others; where
    to part them is the best of all places. Rows with unknown values are left out.

    Parameters
    ----------
    values, weights
        Least and most per row; a value may be infinite, a weight may not.
    group, groups
        As in `weighted_mean`.

    Returns
    -------
    least, most
        Per group; NaN where no row with a weight that can be above 0 is known.
    """
    used = (group >= 0) & np.isfinite(values[0]) & (weights[1] > 0)
    least, most = np.full(groups, np.nan), np.full(groups, np.nan)
    order = np.argsort(group[used], kind="stable")
    rows = np.flatnonzero(used)[order]
    edges = np.searchsorted(group[rows], np.arange(groups + 1))
    for number in np.unique(group[rows]):
        inside = rows[edges[number] : edges[number + 1]]
        pair = weights[0][inside], weights[1][inside]
        least[number] = _least_mean(values[0][inside], *pair)
        most[number] = 0.0 - _least_mean(-values[1][inside], *pair)
    return least, most


def _least_mean(values: Floats, least: Floats, most: Floats) -> float:
    order = np.argsort(values, kind="stable")
    values, least, most = values[order], least[order], most[order]
    if not np.isfinite(values[0]):
        return float(values[0])
    zero = np.zeros(1)
    weight = np.concatenate([zero, np.cumsum(most)]) + np.concatenate([np.cumsum(least[::-1])[::-1], zero])
    summed = np.concatenate([zero, np.cumsum(most * values)])
    summed += np.concatenate([np.cumsum((least * values)[::-1])[::-1], zero])
    return float(np.min(summed[weight > 0] / weight[weight > 0]))


def _sums(index: Ints, amounts: Floats, length: int) -> Floats:
    return np.bincount(index, weights=amounts, minlength=length).astype(np.float64)


def _amounts(values: Floats, what: str) -> Floats:
    amounts = np.asarray(values, dtype=float)
    wrong = ~(np.isfinite(amounts) & (amounts >= 0))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(f"{what} in row {row} is {amounts[row]}, must be a number from 0; leave out what is unknown")
    return amounts
