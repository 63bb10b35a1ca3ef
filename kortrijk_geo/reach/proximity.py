"""Proximity time and F15 as Bruno, Melo, Campanelli and Loreto define them (Nature Cities 1, 633-641, 2024).

Per home and category the mean time to the 20 nearest places; the proximity time is the mean over the nine categories;
F15 is the share of inhabitants whose proximity time is at most 15 minutes. The article computes on hexagons, this is
per home. Where a home reaches fewer than 20 places of a category, the mean over those few would flatter, for the
missing ones are farther still: the proximity time of that home is then unknown (NaN), and a note names the category.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.engine.streets import StreetGraph
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.settings import Mode, Options


def proximity_minutes(
    graph: StreetGraph, homes: gpd.GeoDataFrame, facilities: Facilities, mode: Mode, options: Options
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
    total = np.zeros(len(homes))
    for key in keys:
        rows = facilities.rows(key)
        _, place = np.unique(facilities.frame["place_id"].to_numpy()[rows], return_inverse=True)
        asked = k
        while True:
            facility, metres = graph.k_nearest(origins, points[rows], min(asked, len(rows)))
            nearest = distinct_nearest(np.where(facility >= 0, place[facility], -1), metres, k)
            short = np.isnan(nearest[:, -1]) & ~np.isnan(metres[:, -1])
            if asked >= len(rows) or not short.any():
                break
            asked *= 2
        total += nearest.mean(axis=1)
    return total / len(keys) / options.speeds_m_per_min[mode], {}


def distinct_nearest(place: np.ndarray, metres: np.ndarray, k: int) -> np.ndarray:
    """Return per row the distances to the ``k`` nearest distinct places, ascending, NaN where there are fewer.

    Parameters
    ----------
    place
        (n, m) place numbers in order of distance, -1 for none; a place may stand several times (its entrances).
    metres
        (n, m) their distances, ascending, NaN for none.
    k
        How many places.
    """
    order = np.argsort(place, axis=1, kind="stable")
    sorted_place = np.take_along_axis(place, order, axis=1)
    first = np.ones(place.shape, bool)
    first[:, 1:] = sorted_place[:, 1:] != sorted_place[:, :-1]
    keep = np.zeros(place.shape, bool)
    np.put_along_axis(keep, order, first & (sorted_place >= 0), axis=1)
    kept = np.sort(np.where(keep, metres, np.nan), axis=1)[:, :k]
    missing = k - kept.shape[1]
    return np.pad(kept, ((0, 0), (0, max(missing, 0))), constant_values=np.nan)
