"""Sites of earlier years: what they leave to the next, and that one which grows stays one location."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from kortrijk_geo.capacity.siting import Wishes


def place_numbers(sites: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Return the number of the location of each site, from 0 in the order of choice: one that grew keeps its own."""
    numbers: npt.NDArray[np.int64] = sites.groupby([sites.geometry.to_wkb(), sites["name"]], sort=False).ngroup()
    return np.asarray(numbers, dtype=np.int64)


def locations_of(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the locations that sites of several years make, each once, with ``name`` and ``capacity`` of all years."""
    number = place_numbers(sites)
    first = pd.Series(number).drop_duplicates().index
    capacity = np.bincount(number, weights=sites["places"].to_numpy("float64"))
    return sites.iloc[first][["name", "geometry"]].assign(capacity=capacity).reset_index(drop=True)


def left_to(
    spots: gpd.GeoDataFrame, wishes: Wishes, earlier: Sequence[gpd.GeoDataFrame]
) -> tuple[gpd.GeoDataFrame, Wishes]:
    """Return candidates and wishes as the sites of earlier years leave them: limits are of all years together.

    A site of before may grow, up to its most; it then counts once more towards the most sites of the year.
    """
    if not earlier:
        return spots, wishes
    before = pd.concat(earlier)
    most = spots["max_places"].to_numpy(dtype="float64").copy()
    if wishes.max_places_per_site is not None:
        most = np.fmin(most, wishes.max_places_per_site)
    again, near = np.zeros(len(spots), dtype=bool), np.zeros(len(spots), dtype=bool)
    for point, name, placed in zip(before.geometry, before["name"], before["places"], strict=True):
        metres = spots.geometry.distance(point).to_numpy()
        same = (metres == 0) & (spots["name"] == name).to_numpy()
        most[same] -= placed
        again |= same
        near |= (metres < wishes.min_distance_m) & ~same
    sites_left = None if wishes.max_sites is None else wishes.max_sites - len(before)
    kept = ~near if sites_left is None or sites_left > 0 else again
    still = replace(wishes, max_sites=sites_left if sites_left is None or sites_left > 0 else None)
    return spots.assign(max_places=most)[kept].reset_index(drop=True), still
