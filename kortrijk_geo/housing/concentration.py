"""Concentration: how unevenly social dwellings lie over the areas, by the indices of Massey and Denton (1988).

Area i holds ``t_i`` private households, of which ``x_i`` in a social dwelling and ``y_i = t_i - x_i`` in another; X, Y
and T are their sums and ``P = X / T``. Areas with an unknown count, without households, or with more social dwellings
than households must be left out first (`usable`). All indices depend on how fine the areas are: compare like with like.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.errors import DataError
from kortrijk_geo.housing.density import social_per_100_households

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def usable(social: Floats, households: Floats) -> Flags:
    """Whether an area can take part: both counts known, households above 0, no more social dwellings than those."""
    known: Flags = ~np.isnan(social_per_100_households(social, households))
    return known


def dissimilarity(social: Floats, households: Floats) -> float:
    """Dissimilarity index D = 1/2 sum |x_i / X - y_i / Y|, 0-1: the share that would have to move for an even spread.

    Duncan and Duncan 1955. NaN when there is no social dwelling, or nothing else.
    """
    x, y, _ = _groups(social, households)
    if not (x.sum() > 0 and y.sum() > 0):
        return float("nan")
    return float(np.abs(x / x.sum() - y / y.sum()).sum() / 2)


def dissimilarity_by_chance(social: Floats, households: Floats, *, draws: int, seed: int) -> float:
    """Mean dissimilarity when the same social dwellings are dealt out at random over the households.

    Small areas are never even: part of D is chance (Carrington and Troske 1997). Counts are rounded to whole ones.
    """
    x, _, t = _groups(social, households)
    rooms, dealt = np.rint(t).astype(np.int64), round(float(x.sum()))
    if not 0 < dealt < rooms.sum():
        return float("nan")
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(rooms, dealt, size=draws, method="marginals")
    others = rooms - drawn
    return float((np.abs(drawn / dealt - others / others.sum(axis=1, keepdims=True)).sum(axis=1) / 2).mean())


def isolation(social: Floats, households: Floats) -> float:
    """Isolation xPx = sum (x_i / X)(x_i / t_i), P-1: the share of social dwellings a social tenant has around.

    Lieberson 1981. NaN when there is no social dwelling.
    """
    x, _, t = _groups(social, households)
    return float((x * x / t).sum() / x.sum()) if x.sum() > 0 else float("nan")


def isolation_adjusted(social: Floats, households: Floats) -> float:
    """Isolation freed of the group's size, (xPx - P) / (1 - P), 0-1: also the correlation ratio eta squared.

    Bell 1954; White 1986. 0 when every area has the city's share, 1 when areas are all social or not at all.
    """
    x, y, t = _groups(social, households)
    if not (x.sum() > 0 and y.sum() > 0):
        return float("nan")
    share = x.sum() / t.sum()
    return float((isolation(social, households) - share) / (1 - share))


def lorenz(social: Floats, households: Floats) -> pd.DataFrame:
    """Segregation curve of Duncan and Duncan (1955): cumulative share of social dwellings against that of the others.

    Returns
    -------
    pandas.DataFrame
        ``share_others`` and ``share_social`` (0-1), the areas with the smallest social share first, from (0, 0) to
        (1, 1). The largest distance to the diagonal is D, twice the surface between them the Gini index.
    """
    x, y, t = _groups(social, households)
    order = np.argsort(x / t, kind="stable")
    with np.errstate(invalid="ignore"):
        sums = [np.concatenate([[0.0], np.cumsum(part[order])]) / part.sum() for part in (y, x)]
    return pd.DataFrame({"share_others": sums[0], "share_social": sums[1]})


def gini(social: Floats, households: Floats) -> float:
    """Gini index of segregation, 0-1: sum_i sum_j t_i t_j |p_i - p_j| / (2 T^2 P (1 - P)); from `lorenz`."""
    curve = lorenz(social, households)
    return float(1 - 2 * np.trapezoid(curve["share_social"], curve["share_others"]))


def _groups(social: Floats, households: Floats) -> tuple[Floats, Floats, Floats]:
    x, t = np.asarray(social, dtype=float), np.asarray(households, dtype=float)
    if not usable(x, t).all():
        raise DataError("concentration: an area has an unknown or impossible count; leave it out first (see usable)")
    return x, t - x, t
