"""Priority and opportunity of every patch: the table of criteria applied to what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.unsealing.rules import AXES, MOST

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.unsealing.rules import Criteria, Criterion

NEAR_M = 100.0
_CHUNK = 5_000


def score_patches(patches: pd.DataFrame, criteria: Criteria) -> pd.DataFrame:
    """Score patches on every criterion and both axes.

    Parameters
    ----------
    patches
        With a column for every measure of the criteria; NaN or None is unknown.
    criteria
        From `kortrijk_geo.unsealing.rules.load_criteria`.

    Returns
    -------
    pandas.DataFrame
        Same rows: ``score_<criterion>`` (1-5), ``priority`` and ``opportunity`` (weighted mean, 1-5, of the criteria
        that are known; NaN when none is), ``priority_class`` and ``opportunity_class`` (Dutch), ``score``: priority
        x opportunity as a share of the most that is possible, and ``score_class`` of their geometric mean.
    """
    found: dict[str, NDArray[np.float64] | pd.Series] = {}
    for axis in AXES:
        total, weight = np.zeros(len(patches)), np.zeros(len(patches))
        for criterion in criteria.of(axis):
            scores = criterion_scores(patches[criterion.measure], criterion)
            found[f"score_{criterion.id}"] = scores
            total += criterion.weight * np.nan_to_num(scores)
            weight += criterion.weight * np.isfinite(scores)
        found[axis] = np.divide(total, weight, out=np.full(len(patches), np.nan), where=weight > 0)
    for axis in AXES:
        found[f"{axis}_class"] = _classes(np.asarray(found[axis]), criteria)
    found["score"] = np.asarray(found["priority"]) * np.asarray(found["opportunity"]) / MOST**2
    found["score_class"] = _classes(np.sqrt(np.asarray(found["score"])) * MOST, criteria)
    return pd.DataFrame(found, index=patches.index)


def criterion_scores(values: pd.Series, criterion: Criterion) -> NDArray[np.float64]:
    """Score values on one criterion: by class (a value on a limit is in the class above it) or by text; NaN unknown."""
    if criterion.texts:
        return np.asarray(values.map(criterion.texts), dtype=np.float64)
    numbers = values.to_numpy(dtype=float)
    scores = np.array(criterion.scores, dtype=float)[np.digitize(numbers, criterion.bounds)]
    return np.where(np.isnan(numbers), np.nan, scores)


def _classes(values: NDArray[np.float64], criteria: Criteria) -> pd.Series:
    labels = np.array([*criteria.classes.labels, None], dtype=object)
    place = np.where(np.isnan(values), len(criteria.classes.labels), np.digitize(values, criteria.classes.bounds))
    return pd.Series(labels[place], dtype=object)


def residents_near(
    points: NDArray[np.object_], homes: gpd.GeoDataFrame, *, radius_m: float = NEAR_M
) -> NDArray[np.float64]:
    """Inhabitants within a radius of each point; NaN where those of a home within it are not known."""
    residents = homes["residents"].to_numpy(dtype=float)
    tree = shapely.STRtree(homes.geometry.to_numpy())
    found = np.zeros(len(points))
    for start in range(0, len(points), _CHUNK):
        part = points[start : start + _CHUNK]
        point, home = tree.query(part, predicate="dwithin", distance=radius_m)
        # A sum with NaN is NaN: unknown stays unknown.
        found[start : start + len(part)] = np.bincount(point, residents[home], minlength=len(part))
    return found
