"""From seconds per home to the figures of areas, city and homes of the third switch of page ``bereik``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.figure import too_little_of
from kortrijk_geo.reach.figures import (
    QUANTILES,
    ascending,
    known_share,
    missing_most,
    of_areas_and_city,
    unless,
    weighted_quantiles,
    weighted_share,
)
from kortrijk_geo.reach.transit_switch import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from kortrijk_geo.reach.figures import Weighing
    from kortrijk_geo.reach.options import Riding
    from kortrijk_geo.reach.transit_switch import Rides

# Which quantiles over homes are told of each way.
_QUANTILES_OF = {"transit": ("median", "p90"), "transit90": ("median",)}


def ride_figures(weighing: Weighing, rides: Rides, riding: Riding) -> dict[str, tuple[np.ndarray, Any]]:
    """Return by column name the values per area and the value of the whole study area; unknown as on foot."""
    orders = {way: {key: ascending(seconds) for key, seconds in rides.seconds[way].items()} for way in _QUANTILES_OF}
    return of_areas_and_city(
        weighing, lambda group, expected: _of_groups(weighing.weights, group, expected, rides, riding, orders)
    )


def limits(key: str, rides: Rides, riding: Riding) -> list[int]:
    """Return the minutes within which a category is counted: the limit that counts first, then the others."""
    return [rides.limit(key), *sorted(riding.all_minutes - {rides.limit(key)})]


def _of_groups(
    weights: np.ndarray,
    group: np.ndarray,
    expected: np.ndarray,
    rides: Rides,
    riding: Riding,
    orders: Mapping[str, Mapping[str, np.ndarray]],
) -> dict[str, np.ndarray]:
    groups, counted = len(expected), np.where(rides.placed, weights, 0.0)
    nothing = np.full(groups, np.nan)
    figures: dict[str, np.ndarray] = {}
    for way in rides.ways:
        taken = rides.seconds[way]
        for key in (*rides.sets, *rides.keys):
            for minutes in limits(key, rides, riding) if way == "transit" else [rides.limit(key)]:
                share = weighted_share(taken[key] <= minutes * 60, counted, group, groups) if key in taken else nothing
                figures[f"share_{key}_{way}_{minutes}"] = share
    for way, names in _QUANTILES_OF.items():
        asked = [QUANTILES[name] for name in names]
        found = {
            key: weighted_quantiles(seconds / 60, counted, group, groups, asked, order=orders[way][key])
            for key, seconds in rides.seconds[way].items()
        }
        for nth, name in enumerate(names):
            for key in (*rides.sets, *rides.keys):
                values = found[key][nth] if key in found else nothing
                figures[f"{name}_minutes_{key}_{way}"] = np.where(np.isinf(values), np.nan, values)
    columns = rides.sets[ALL]
    shares = [figures[f"share_{key}_transit_{rides.limit(key)}"] for key in rides.keys[columns]]
    worst = missing_most(np.column_stack(shares))
    figures["missing_most_transit"] = _names(worst, rides.keys[columns], None)
    figures["missing_most_label_transit"] = _names(worst, rides.labels[columns], "geen")
    known = known_share(counted, group, expected)
    few = too_little_of(known)
    return {**{name: unless(few, values) for name, values in figures.items()}, "known_share_transit": known}


def _names(index: np.ndarray, names: tuple[str, ...], none: str | None) -> np.ndarray:
    return np.array([names[i] if i >= 0 else none if i == -1 else None for i in index], dtype=object)


def with_ride_columns(homes: gpd.GeoDataFrame, rides: Rides) -> gpd.GeoDataFrame:
    """Return layer ``homes`` of the result with the minutes at half of all departures, NaN for no way or unknown."""
    columns = {}
    for key, seconds in rides.seconds["transit"].items():
        columns[f"transit_minutes_{key}"] = np.where(np.isinf(seconds) | ~rides.placed, np.nan, seconds / 60)
    geometry = homes.geometry.name
    return homes.assign(**columns)[[*homes.columns.drop(geometry), *columns, geometry]]
