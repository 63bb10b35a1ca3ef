"""Need at one spot, 0-100: lack of canopy around it, people around it, heat; every part is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.rasters import values_at
from kortrijk_geo.trees.equity import scaled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.rules import NeedRules
    from kortrijk_geo.trees.surroundings import Cells


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
    canopy = cells.at(cells.canopy_within(need.thirty.within_m, least_known=need.known.least_share), x, y)
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
    found: NDArray[np.float64] = np.divide(
        (np.nan_to_num(table) * weight).sum(axis=1), total, out=np.full(len(table), np.nan), where=total > 0
    )
    return found


def _people(
    city: City, cells: Cells, need: NeedRules, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    if not city.has("homes"):
        return np.full(len(x), np.nan)
    homes = city.homes
    for column, full in (("residents", need.spot.full_people), ("dwellings", need.spot.full_dwellings)):
        weight = homes[column].to_numpy(float)
        if not np.isnan(weight).any() and len(weight):
            sums = cells.sum_within(
                homes.geometry.x.to_numpy(), homes.geometry.y.to_numpy(), weight, need.spot.people_within_m
            )
            return np.clip(cells.at(sums, x, y) / full, 0, 1)
    return np.full(len(x), np.nan)
