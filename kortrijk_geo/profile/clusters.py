"""K-means behind two gates: the groups come back in resamples, and stand further apart than those of one cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.preprocessing import StandardScaler

    from kortrijk_geo.profile.rules import ProfileRules


@dataclass(frozen=True)
class Clusters:
    """The best grouping and what it is worth.

    Parameters
    ----------
    mean, scale
        Of every indicator, by which it was standardised.
    centroids
        One row per group, in standardised units, highest on the first indicator first.
    labels
        Group of every row, from 0.
    silhouettes
        Mean silhouette by number of groups tried.
    adjusted_rand
        Mean adjusted Rand index between this grouping and those of bootstrap resamples, over all rows.
    chance
        The silhouette that one cloud of the same size and spread reaches in ``quantile`` of the cases.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    centroids: NDArray[np.float64]
    labels: NDArray[np.int64]
    silhouettes: dict[int, float]
    adjusted_rand: float
    chance: float

    @property
    def silhouette(self) -> float:
        """Mean silhouette of the grouping."""
        return self.silhouettes[len(self.centroids)]


def group(values: NDArray[np.float64], rules: ProfileRules, *, seed: int) -> Clusters | None:
    """Find the groups of rows, and how firm they are.

    Parameters
    ----------
    values
        One row per area, one column per indicator, all known. The result does not depend on the scale of a column;
        rows in another order are the same to k-means only up to its random starts, so give them in a fixed order.
    rules
        Numbers of groups to try, restarts, resamples.
    seed
        Of every random choice.

    Returns
    -------
    Clusters or None
        None when there are too few different rows to make the groups and leave one over.
    """
    from sklearn import config_context
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # Hundreds of fits on a handful of rows: threads would only wait for each other, and looking at all known values and
    # at how scikit-learn is called takes longer than what is asked.
    with threadpool_limits(limits=1), config_context(assume_finite=True, skip_parameter_validation=True):
        return _group(values, StandardScaler(), rules, seed)


def _group(values: NDArray[np.float64], scaler: StandardScaler, rules: ProfileRules, seed: int) -> Clusters | None:
    points = np.asarray(scaler.fit_transform(values), dtype=np.float64)
    tried = {k: _fit(points, k, rules, seed) for k in rules.method.clusters if len(np.unique(points, axis=0)) > k}
    if not tried:
        return None
    silhouettes = {k: _silhouette(points, fit[1]) for k, fit in tried.items()}
    best = max(silhouettes, key=lambda k: (silhouettes[k], -k))
    centroids, labels = tried[best]
    # Highest on the first indicator first, the next ones deciding between equals.
    order = np.lexsort(tuple(-np.round(centroids[:, ::-1].T, 9)))
    rank = np.argsort(order)
    random = np.random.default_rng(seed)
    return Clusters(
        mean=np.asarray(scaler.mean_, dtype=np.float64),
        scale=np.asarray(scaler.scale_, dtype=np.float64),
        centroids=centroids[order],
        labels=rank[labels].astype(np.int64),
        silhouettes=silhouettes,
        adjusted_rand=_stability(points, labels, best, rules, seed, random),
        chance=_chance(points, rules, seed, random),
    )


def nearest(points: NDArray[np.float64], centroids: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the nearest centroid of every row."""
    squared = ((points[:, None, :] - centroids[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(squared.argmin(axis=1), dtype=np.int64)


def _fit(
    points: NDArray[np.float64], k: int, rules: ProfileRules, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    from kortrijk_geo.profile.kmeans import k_means

    return k_means(points, k, restarts=rules.method.restarts, seed=seed)


def _silhouette(points: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    from sklearn.metrics import silhouette_score

    return float(silhouette_score(points, labels))


def _stability(
    points: NDArray[np.float64],
    labels: NDArray[np.int64],
    k: int,
    rules: ProfileRules,
    seed: int,
    random: np.random.Generator,
) -> float:
    """Group resamples of the rows and compare where all rows would then belong with where they do."""
    from sklearn.metrics import adjusted_rand_score

    scores = []
    for _ in range(rules.stability.resamples):
        rows = random.integers(0, len(points), len(points))
        while len(np.unique(points[rows], axis=0)) < k:
            rows = random.integers(0, len(points), len(points))
        centroids, _ = _fit(points[rows], k, rules, seed)
        scores.append(adjusted_rand_score(labels, nearest(points, centroids)))
    return float(np.mean(scores))


def _chance(points: NDArray[np.float64], rules: ProfileRules, seed: int, random: np.random.Generator) -> float:
    """Return the silhouette that the best grouping of one cloud reaches by chance: the higher of two kinds of cloud.

    One is normal with the covariance of the points (Liu et al. 2008), one uniform over their range along their
    principal axes (Tibshirani et al. 2001).
    """
    values, axes = np.linalg.eigh(np.cov(points, rowvar=False, bias=True).reshape(points.shape[1], -1))
    spread = np.sqrt(np.clip(values, 0.0, None))
    along = points @ axes
    low, high = along.min(axis=0), along.max(axis=0)
    normal = (random.standard_normal(points.shape) * spread for _ in range(rules.chance.clouds))
    uniform = (random.uniform(low, high, points.shape) for _ in range(rules.chance.clouds))
    return max(
        float(np.quantile([_best_silhouette(cloud @ axes.T, rules, seed) for cloud in clouds], rules.chance.quantile))
        for clouds in (normal, uniform)
    )


def _best_silhouette(cloud: NDArray[np.float64], rules: ProfileRules, seed: int) -> float:
    points = (cloud - cloud.mean(axis=0)) / cloud.std(axis=0)
    return max(_silhouette(points, _fit(points, k, rules, seed)[1]) for k in rules.method.clusters if len(points) > k)
