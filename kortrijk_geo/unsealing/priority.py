"""What is known of every patch: its water and surroundings, and by the criteria its priority and opportunity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.engine.rasters import values_at
from kortrijk_geo.unsealing.curve_numbers import GROUPS
from kortrijk_geo.unsealing.options import storm_key
from kortrijk_geo.unsealing.rules import AXES, MOST
from kortrijk_geo.unsealing.samples import SoilGroups, mean_within
from kortrijk_geo.unsealing.survey import OTHER, ROAD
from kortrijk_geo.unsealing.water import avoided_mm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.unsealing.options import Chosen
    from kortrijk_geo.unsealing.rules import Criteria, Criterion

_CHUNK = 5_000


def describe_patches(
    city: City, patches: gpd.GeoDataFrame, sealed: pd.DataFrame, chosen: Chosen, grid: Grid
) -> gpd.GeoDataFrame:
    """Add to every patch its water, what surrounds it, its scores, priority and opportunity.

    ``avoided_runoff_<storm>_m3`` is the cautious figure where the soil is not known, ``..._high_m3`` the high one.
    """
    points = shapely.point_on_surface(patches.geometry.to_numpy())
    x, y = shapely.get_x(points), shapely.get_y(points)
    soil = SoilGroups(city.raster("soil_group") if city.has("soil_group") else None, grid).at(x, y)
    known = patches.drop(columns="geometry").assign(soil_group=np.array([None, *GROUPS], dtype=object)[soil])
    for storm in chosen.all_storms_mm:
        low, high = (_avoided_m3(patches, soil, storm, chosen, high=high) for high in (False, True))
        known[f"avoided_runoff_{storm_key(storm)}_m3"] = low
        known[f"avoided_runoff_{storm_key(storm)}_high_m3"] = high
    m2 = known["m2"].to_numpy(dtype=float)
    at_60 = known["avoided_runoff_60mm_m3"].to_numpy(dtype=float) / m2 * 1000
    known["avoided_runoff_60mm_mm"] = np.where(soil > 0, at_60, np.nan)
    known["heat_above_mean_c"] = np.nan
    if city.has("surface_temperature"):
        heat = city.raster("surface_temperature")
        known["heat_above_mean_c"] = values_at(heat, x, y) - mean_within(heat, city.boundary.geometry.to_numpy())
    known["residents_near"] = np.nan
    if chosen.criteria.near_m is not None and city.has("homes"):
        known["residents_near"] = residents_near(points, city.homes, radius_m=chosen.criteria.near_m)
    known["area_sealed_share"] = known["area_id"].map(sealed["sealed_share"]).to_numpy(dtype=float)
    scored = pd.concat([known, score_patches(known, chosen.criteria)], axis=1)
    return gpd.GeoDataFrame(scored, geometry=patches.geometry.to_numpy(), crs=patches.crs)


def _avoided_m3(
    patches: pd.DataFrame, soil: NDArray[np.uint8], storm_mm: float, chosen: Chosen, *, high: bool
) -> NDArray[np.float64]:
    table, after = chosen.curve_numbers.known(high=high)
    code = np.where(patches["surface"] == "road", ROAD, OTHER)
    depth = avoided_mm(storm_mm, table[code, soil], after[soil], initial_abstraction=chosen.initial_abstraction)
    return np.asarray(depth * patches["m2"].to_numpy(dtype=float) / 1000)


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
    scores: dict[str, NDArray[np.float64] | pd.Series] = {}
    for axis in AXES:
        total, weight = np.zeros(len(patches)), np.zeros(len(patches))
        for criterion in criteria.of(axis):
            points = criterion_scores(patches[criterion.measure], criterion)
            scores[f"score_{criterion.id}"] = points
            total += criterion.weight * np.nan_to_num(points)
            weight += criterion.weight * np.isfinite(points)
        scores[axis] = np.divide(total, weight, out=np.full(len(patches), np.nan), where=weight > 0)
    for axis in AXES:
        scores[f"{axis}_class"] = _classes(np.asarray(scores[axis]), criteria)
    scores["score"] = np.asarray(scores["priority"]) * np.asarray(scores["opportunity"]) / MOST**2
    scores["score_class"] = _classes(np.sqrt(np.asarray(scores["score"])) * MOST, criteria)
    return pd.DataFrame(scores, index=patches.index)


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


def residents_near(points: NDArray[np.object_], homes: gpd.GeoDataFrame, *, radius_m: float) -> NDArray[np.float64]:
    """Inhabitants within a radius of each point; NaN where those of a home within it are not known."""
    residents = homes["residents"].to_numpy(dtype=float)
    tree = shapely.STRtree(homes.geometry.to_numpy())
    total = np.zeros(len(points))
    for start in range(0, len(points), _CHUNK):
        part = points[start : start + _CHUNK]
        point, home = tree.query(part, predicate="dwithin", distance=radius_m)
        # A sum with NaN is NaN: unknown stays unknown.
        total[start : start + len(part)] = np.bincount(point, residents[home], minlength=len(part))
    return total
