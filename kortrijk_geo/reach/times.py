"""How far every home is from the places of every category, on foot or by bicycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.streets import StreetGraph

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.engine.streets import Places
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode

# Distances are compared with limits to a micrometre, so that sums of coordinates that should be 1,200 m are.
TOLERANCE_M = 1e-6
# Places per sweep are chosen such that places x homes stays under this: it bounds the memory of one sweep.
_SWEEP_CELLS = 5_000_000


@dataclass(frozen=True)
class ModeTimes:
    """Distances of one mode; rows are homes, columns the categories in the order of the set.

    Parameters
    ----------
    metres
        To the nearest place, both snap distances included; NaN where the home cannot be placed or no place is reached.
    counts
        Distinct places within the limit; NaN where the home cannot be placed or the category has no places.
    snap_m
        From each home to its street; NaN when farther than the snap limit (the home cannot be placed).
    available
        Whether the pack has a placed point for the category; without one nothing is known about it.
    facility_snap_m
        From each facility point to its street; NaN when it cannot be placed.
    """

    mode: Mode
    metres: np.ndarray
    counts: np.ndarray
    snap_m: np.ndarray
    available: np.ndarray
    facility_snap_m: np.ndarray

    @property
    def placed(self) -> np.ndarray:
        """Whether each home lies near enough to a street to say anything about it."""
        placed: np.ndarray = ~np.isnan(self.snap_m)
        return placed

    def trip_m(self) -> np.ndarray:
        """Return ``metres`` with infinity for a placed home that reaches no place, NaN only for what is unknown."""
        no_way = np.isnan(self.metres) & self.placed[:, None] & self.available[None, :]
        trips: np.ndarray = np.where(no_way, np.inf, self.metres)
        return trips


def build_graph(streets: gpd.GeoDataFrame, mode: Mode) -> StreetGraph:
    """Build the street graph of one mode."""
    return StreetGraph.from_streets(streets, mode=mode)


def measure(
    graph: StreetGraph, homes: gpd.GeoDataFrame, facilities: Facilities, mode: Mode, options: Chosen
) -> ModeTimes:
    """Measure one mode: nearest place and number of places within the limit, per home and category.

    Trips go from the home to the place; by bicycle that matters in one-way streets.

    Parameters
    ----------
    graph
        Streets of this mode.
    homes
        Points; every row is an origin.
    facilities
        Places of all categories.
    mode, options
        Speed, limit and snap limit.
    """
    origins = graph.place(homes, max_snap_m=options.max_snap_m)
    points = graph.place(facilities.frame, max_snap_m=options.max_snap_m)
    keys = options.categories.keys
    limit_m = options.limit_m(mode, options.minutes)
    metres = np.full((len(homes), len(keys)), np.nan)
    counts = np.full((len(homes), len(keys)), np.nan)
    available = np.zeros(len(keys), bool)
    place_ids = facilities.frame["place_id"].to_numpy()
    for column, key in enumerate(keys):
        rows = facilities.rows(key)
        rows = rows[points.placed[rows]]
        available[column] = len(rows) > 0
        if not available[column]:
            continue
        metres[:, column] = graph.nearest(origins, points[rows])[1]
        count = count_places(graph, origins, points[rows], place_ids[rows], limit_m)
        counts[:, column] = np.where(origins.placed, count, np.nan)
    return ModeTimes(mode, metres, counts, np.asarray(origins.snap_m), available, np.asarray(points.snap_m))


def count_places(
    graph: StreetGraph, origins: Places, points: Places, place_ids: np.ndarray, limit_m: float
) -> np.ndarray:
    """Count the distinct places within ``limit_m`` of each origin; the entrances of one place count once.

    Parameters
    ----------
    graph
        Where the places lie.
    origins, points
        Homes, and the points of one category (at least one).
    place_ids
        The place that each point belongs to.
    limit_m
        Length of the longest trip, m.
    """
    _, place = np.unique(place_ids, return_inverse=True)
    n_places, n = int(place.max()) + 1, len(origins)
    total = np.zeros(n, np.int64)
    if n_places == len(points):
        for batch in graph.within_batches(points, origins, limit_m + TOLERANCE_M):
            total += np.bincount(batch.origin, minlength=n)
        return total
    order = np.argsort(place, kind="stable")
    step = max(1, _SWEEP_CELLS // max(n, 1))
    for first in range(0, n_places, step):
        begin, end = np.searchsorted(place[order], [first, first + step])
        rows = order[begin:end]
        pairs = graph.within(points[rows], origins, limit_m + TOLERANCE_M)
        reached = np.zeros((min(step, n_places - first), n), bool)
        reached[place[rows][pairs.facility] - first, pairs.origin] = True
        total += reached.sum(axis=0)
    return total
