"""Proximity time and F15 as Bruno, Melo, Campanelli and Loreto define them (Nature Cities 1, 633-641, 2024).

Per home and category the mean time to the 20 nearest places; the proximity time is the mean over the nine categories;
F15 is the share of inhabitants whose proximity time is at most 15 minutes. The article computes on hexagons, this is
per home. Where a home reaches fewer than 20 places of a category, the mean over those few would flatter, for the
missing ones are farther still: the proximity time of that home is then unknown (NaN), and a note names the category.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.reach.times import TOLERANCE_M

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.engine.streets import Places, StreetGraph
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode

# Distances held at once, places x homes.
_CELLS = 5_000_000


def proximity_minutes(
    graph: StreetGraph, homes: gpd.GeoDataFrame, facilities: Facilities, mode: Mode, options: Chosen
) -> tuple[np.ndarray, dict[str, int]]:
    """Return the proximity time of every home, minutes, and the categories that too few places make unknown.

    Parameters
    ----------
    graph, homes, facilities
        Streets of this mode, origins, and the places of ``options.proximity_categories``.
    mode, options
        Speed, snap limit and number of places.

    Returns
    -------
    tuple
        Minutes per home (NaN unknown), and by category key the number of distinct places, for every category of which
        the pack has fewer than are asked for.
    """
    assert options.proximity_categories is not None
    k = options.proximity_places
    counts = facilities.place_counts()
    keys = options.proximity_categories.keys
    too_few = {key: counts.get(key, 0) for key in keys if counts.get(key, 0) < k}
    if too_few:
        return np.full(len(homes), np.nan), too_few
    origins = graph.place(homes, max_snap_m=options.max_snap_m)
    points = graph.place(facilities.frame, max_snap_m=options.max_snap_m)
    place_ids = facilities.frame["place_id"].to_numpy()
    total = np.zeros(len(homes))
    for key in keys:
        rows = facilities.rows(key)
        rows = rows[points.placed[rows]]
        total += nearest_places(graph, origins, points[rows], place_ids[rows], k).mean(axis=1)
    return total / len(keys) / options.speeds_m_per_min[mode], {}


def nearest_places(graph: StreetGraph, origins: Places, points: Places, place_ids: np.ndarray, k: int) -> np.ndarray:
    """Return (n, k) metres from each origin to its ``k`` nearest distinct places, ascending, NaN where there are fewer.

    A place counts once, at its nearest entrance. The distances to one entrance of each place bound the search: the
    k-th nearest place is never farther than the k-th nearest of those.
    """
    ids, first, place = np.unique(place_ids, return_index=True, return_inverse=True)
    n = len(origins)
    if len(ids) < k:
        return np.full((n, k), np.nan)
    _, metres = graph.k_nearest(origins, points[first], k)
    if len(ids) == len(points):
        return metres
    farthest = metres[:, -1]
    known = np.flatnonzero(np.isfinite(farthest))
    # From near to far, so that the few homes far from everything do not make the search for all others wide.
    for part in _parts(known[np.argsort(farthest[known])], max(1, _CELLS // len(ids))):
        nearest = np.full((len(ids), len(part)), np.inf)
        for batch in graph.within_batches(points, origins[part], float(farthest[part].max()) + TOLERANCE_M):
            np.minimum.at(nearest, (place[batch.facility], batch.origin), batch.metres)
        metres[part] = _least(nearest, k)
    # Homes that the first entrances leave without a bound: seldom any, cut off from the main network.
    for part in _parts(np.flatnonzero(np.isnan(farthest) & origins.placed), max(1, _CELLS // len(points))):
        nearest = np.full((len(ids), len(part)), np.inf)
        point, found = graph.k_nearest(origins[part], points, len(points))
        row, _ = np.nonzero(point >= 0)
        np.minimum.at(nearest, (place[point[point >= 0]], row), found[point >= 0])
        metres[part] = _least(nearest, k)
    return metres


def _least(nearest: np.ndarray, k: int) -> np.ndarray:
    """Return (homes, k) the least of (places, homes) distances, ascending, NaN instead of infinity."""
    least = np.sort(np.partition(nearest, k - 1, axis=0)[:k], axis=0).T
    found: np.ndarray = np.where(np.isinf(least), np.nan, least)
    return found


def _parts(rows: np.ndarray, most: int) -> list[np.ndarray]:
    """Split rows where the last quarter and the last few begin, no part longer than ``most``."""
    edges = {int(len(rows) * share) for share in (0.75, 0.97)} | set(range(0, len(rows), most))
    return [part for part in np.split(rows, sorted(edges - {0})) if len(part)]
