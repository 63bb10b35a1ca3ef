"""Where trees are needed first: the Tree Equity Score of areas, and the need at one spot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kortrijk_geo.engine.rasters import values_at
from kortrijk_geo.trees.columns import ratio
from kortrijk_geo.trees.rules import HEAT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.columns import Values
    from kortrijk_geo.trees.options import Chosen
    from kortrijk_geo.trees.rules import Equity, Indicator, NeedRules
    from kortrijk_geo.trees.surroundings import Cells


def canopy_goal(people_per_km2: NDArray[np.float64], equity: Equity) -> NDArray[np.float64]:
    """Share of canopy an area should have: the goal times the factor of its density (a limit is in the class above)."""
    limits = [limit for limit, _ in equity.density]
    factors = np.array([*(factor for _, factor in equity.density), equity.density_above])
    goal = equity.goal_share * factors[np.searchsorted(limits, people_per_km2, side="right")]
    return np.where(np.isnan(people_per_km2), np.nan, goal)


def gap_share(canopy: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of canopy that is lacking to the goal, 0 or more."""
    return np.maximum(0.0, goal - canopy)


def scaled(
    values: NDArray[np.float64], bounds: Sequence[float], *, low_needs_more: bool = False
) -> NDArray[np.float64]:
    """Bring values to 0-1 between two bounds (more is more need), clipped: with frozen bounds years are comparable."""
    low, high = bounds
    need = np.clip((values - low) / (high - low), 0.0, 1.0)
    return 1.0 - need if low_needs_more else need


def equity_score(gap: NDArray[np.float64], need: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tree Equity Score = 100 (1 - gap x E), with gap over the largest gap and E the mean indicator, both 0-1."""
    return 100.0 * (1.0 - gap * need)


def bounds_of(
    gap: NDArray[np.float64], indicators: Mapping[str, NDArray[np.float64]], frozen: Mapping[str, Sequence[float]]
) -> dict[str, list[float]]:
    """Return the bounds of the gap and of each indicator: those frozen, else least and largest value among the areas.

    What is nowhere known, or everywhere the same, has no bounds.
    """
    bounds = {}
    for name, values in {"gap": gap, **indicators}.items():
        known = values[np.isfinite(values)]
        if name in frozen:
            bounds[name] = [float(value) for value in frozen[name]]
        elif len(known) and name == "gap":
            bounds[name] = [0.0, float(known.max())]
        elif len(known) and known.min() < known.max():
            bounds[name] = [float(known.min()), float(known.max())]
    return bounds


def weighted_need(
    indicators: Sequence[Indicator], values: Mapping[str, NDArray[np.float64]], bounds: Mapping[str, Sequence[float]]
) -> tuple[NDArray[np.float64] | None, dict[str, NDArray[np.float64]]]:
    """Return E, the weighted mean of the indicators that have bounds, and each of them brought to 0-1.

    E is None when no indicator can be used; it is NaN for an area of which one of them is unknown.
    """
    parts = {
        indicator.id: scaled(values[indicator.id], bounds[indicator.id], low_needs_more=indicator.more_need == "low")
        for indicator in indicators
        if indicator.id in bounds
    }
    if not parts:
        return None, parts
    weights = np.array([indicator.weight for indicator in indicators if indicator.id in bounds])
    return np.average(np.column_stack(list(parts.values())), axis=1, weights=weights), parts


def people_per_km2(areas: gpd.GeoDataFrame, homes: gpd.GeoDataFrame | None) -> NDArray[np.float64]:
    """People per km2 of every area: its population, else the sum of its homes' residents; NaN when neither is known."""
    people = areas["population"].to_numpy(float) if "population" in areas.columns else np.full(len(areas), np.nan)
    if homes is not None and np.isnan(people).any():
        sums = homes.groupby("area_id")["residents"].agg(lambda residents: residents.sum(skipna=False))
        people = np.where(np.isnan(people), sums.reindex(areas["area_id"]).to_numpy(float), people)
    return np.asarray(people / _square_km(areas))


def equity_columns(
    areas: gpd.GeoDataFrame,
    canopy: NDArray[np.float64],
    density: NDArray[np.float64],
    heat: NDArray[np.float64],
    chosen: Chosen,
) -> tuple[Values, dict[str, list[float]]]:
    """Return goal, gap, every indicator, its part of 0-1 and the score per area, and the bounds.

    The city's score is the mean of its areas weighted by people, unknown where one area's is; its other values are
    unknown here.
    """
    equity, unknown = chosen.need.equity, np.full(len(areas), np.nan)
    indicators = {
        indicator.id: heat
        if indicator.of == HEAT
        else _numbers(areas, indicator.of)
        if indicator.per is None
        else ratio(_numbers(areas, indicator.of), _numbers(areas, indicator.per))
        for indicator in equity.indicators
    }
    goal = canopy_goal(density, equity)
    gap = gap_share(canopy, goal)
    bounds = bounds_of(gap, indicators, chosen.bounds)
    need, parts = weighted_need(equity.indicators, indicators, bounds)
    need = unknown if need is None else need
    relative = unknown
    if "gap" in bounds:
        low, high = bounds["gap"]
        # Nobody lacks anything: nobody has a gap.
        relative = np.where(np.isnan(gap), np.nan, 0.0) if high <= low else np.clip((gap - low) / (high - low), 0, 1)
    score = equity_score(relative, need)
    km2 = _square_km(areas)
    people = density * km2
    of_areas = {
        "people_per_km2": density,
        "canopy_goal_share": goal,
        "canopy_gap_share": gap,
        **{f"indicator_{name}": values for name, values in indicators.items()},
        **{f"need_{name}": parts.get(name, unknown) for name in indicators},
        "need_mean": need,
    }
    values = {name: np.append(column, np.nan) for name, column in of_areas.items()}
    values["people_per_km2"][-1] = people.sum() / km2.sum()
    values["tree_equity_score"] = np.append(score, ratio((score * people).sum(), people.sum()))
    return values, bounds


def _square_km(areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    return np.asarray(areas.geometry.area.to_numpy() / 1e6, dtype=float)


def _numbers(areas: gpd.GeoDataFrame, column: str) -> NDArray[np.float64]:
    if column not in areas.columns:
        return np.full(len(areas), np.nan)
    return np.asarray(pd.to_numeric(areas[column]).astype("Float64").to_numpy(dtype=float, na_value=np.nan))


def spot_need(
    city: City,
    points: gpd.GeoSeries,
    cells: Cells,
    need: NeedRules,
    *,
    heat_bounds: Sequence[float] | None,
) -> dict[str, NDArray[np.float64]]:
    """Return ``need`` (0-100) at points, and its parts (0-1, NaN where unknown).

    Parameters
    ----------
    city
        The pack: homes tell the people, ``surface_temperature`` the heat.
    points
        Spots, in the pack's CRS.
    cells
        Canopy around a spot.
    need
        Weights and scales.
    heat_bounds
        Temperatures that are 0 and 1; None when heat is not known.
    """
    x, y = points.x.to_numpy(float), points.y.to_numpy(float)
    goal = need.thirty.least_share
    canopy = cells.canopy_at(x, y, need.thirty.within_m, least_known=need.known.least_share)
    parts = {"need_canopy": np.clip((goal - canopy) / goal, 0, 1) if goal > 0 else np.full(len(x), np.nan)}
    parts["need_people"] = _people(city, cells, need, x, y)
    parts["need_heat"] = (
        np.full(len(x), np.nan)
        if heat_bounds is None
        else scaled(values_at(city.raster("surface_temperature"), x, y), heat_bounds)
    )
    spot = need.spot
    return {
        "need": 100 * mean_of_known(parts, (spot.canopy_weight, spot.people_weight, spot.heat_weight)),
        **parts,
    }


def mean_of_known(parts: Mapping[str, NDArray[np.float64]], weights: Sequence[float]) -> NDArray[np.float64]:
    """Weighted mean of the parts that are known at each spot; NaN where none is."""
    table = np.column_stack(list(parts.values()))
    weight = np.where(np.isnan(table), 0.0, np.asarray(weights, dtype=float))
    total = weight.sum(axis=1)
    return ratio((np.nan_to_num(table) * weight).sum(axis=1), total)


def _people(
    city: City, cells: Cells, need: NeedRules, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    if not city.has("homes"):
        return np.full(len(x), np.nan)
    homes = city.homes
    for column, full in (("residents", need.spot.full_people), ("dwellings", need.spot.full_dwellings)):
        weight = homes[column].to_numpy(float)
        if not np.isnan(weight).any() and len(weight):
            living = np.column_stack([homes.geometry.x, homes.geometry.y])
            return np.clip(cells.sum_at(x, y, living, weight, need.spot.people_within_m) / full, 0, 1)
    return np.full(len(x), np.nan)
