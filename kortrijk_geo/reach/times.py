"""How far every home is from the places of every category, on foot or by bicycle, and its proximity time.

Proximity time and F15 are as Bruno, Melo, Campanelli and Loreto define them (Nature Cities 1, 633-641, 2024): per home
and category the mean time to the 20 nearest places; the proximity time is the mean over the nine categories; F15 is the
share of inhabitants whose proximity time is at most 15 minutes. The article computes on hexagons, this is per home.
Where a home reaches fewer than 20 places of a category, the mean over those few would flatter, for the missing ones are
farther still: the proximity time of that home is then unknown (NaN), and a note names the category.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from kortrijk_geo.engine.streets import Places, StreetGraph
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode

T = TypeVar("T")
# Distances are compared with limits to a micrometre, so that sums of coordinates that should be 1,200 m are.
TOLERANCE_M = 1e-6


@dataclass(frozen=True)
class ModeTimes:
    """Distances of one mode; rows are homes, columns the categories in the order of the set.

    Parameters
    ----------
    metres
        To the nearest place, both snap distances included; NaN where the home cannot be placed or no place is reached.
    counts
        Distinct places within the limit; NaN where the home cannot be placed or nothing is known about the category.
    at_home
        The homes on the streets; those farther than the snap limit are not placed.
    available
        Whether anything is known about the category: the pack has a placed point for it, or its source covers it and
        has none, so that nobody reaches one.
    at_facility
        The facility points on the streets.
    proximity_minutes
        Proximity time per home, NaN unknown; None when it was not asked for.
    too_few
        Number of distinct places by category, where too few make proximity time unknown.
    """

    mode: Mode
    metres: np.ndarray
    counts: np.ndarray
    at_home: Places
    available: np.ndarray
    at_facility: Places
    proximity_minutes: np.ndarray | None = None
    too_few: dict[str, int] = field(default_factory=dict)

    @property
    def placed(self) -> np.ndarray:
        """Whether each home lies near enough to a street to say anything about it."""
        return self.at_home.placed

    def with_data(self, names: Iterable[T]) -> list[T]:
        """Return those of ``names``, one per category, about whose category anything is known: those that count."""
        return [name for name, known in zip(names, self.available, strict=True) if known]

    def without_data(self, names: Iterable[str]) -> list[str]:
        """Return those of ``names``, one per category, about whose category nothing is known."""
        return [name for name, known in zip(names, self.available, strict=True) if not known]

    @cached_property
    def trip_m(self) -> np.ndarray:
        """``metres`` with infinity for a placed home that reaches no place, NaN only for what is unknown."""
        no_way = np.isnan(self.metres) & self.placed[:, None] & self.available[None, :]
        trips: np.ndarray = np.where(no_way, np.inf, self.metres)
        return trips


def measure(
    graph: StreetGraph,
    homes: gpd.GeoDataFrame,
    facilities: Facilities,
    for_proximity: Facilities | None,
    chosen: Chosen,
) -> ModeTimes:
    """Measure one mode: nearest place and number of places within the limit, per home and category.

    Trips go from the home to the place; by bicycle that matters in one-way streets.

    Parameters
    ----------
    graph
        The streets of the whole pack that the mode may use.
    homes
        Points; every row is an origin.
    facilities
        Places of all categories.
    for_proximity
        Places of ``chosen.proximity_categories``; None leaves proximity time out.
    chosen
        Speed, limit and snap limit.
    """
    mode = graph.mode
    origins = graph.place(homes, **chosen.snap)
    points = graph.place(facilities.frame, **chosen.snap)
    limit_m = chosen.limit_m(mode, chosen.minutes)
    metres, counts, available = nearest_of_kinds(graph, origins, facilities, points, chosen.categories.keys, limit_m)
    times = ModeTimes(mode, metres, counts, origins, available, points)
    if for_proximity is None:
        return times
    minutes, too_few = _proximity(graph, origins, for_proximity, mode, chosen)
    return replace(times, proximity_minutes=minutes, too_few=too_few)


def nearest_of_kinds(
    graph: StreetGraph, origins: Places, facilities: Facilities, points: Places, keys: Sequence[str], limit_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ``metres``, ``counts`` and ``available`` of `ModeTimes`, with a column for each category of ``keys``."""
    metres = np.full((len(origins), len(keys)), np.nan)
    counts = np.full((len(origins), len(keys)), np.nan)
    available = np.zeros(len(keys), bool)
    place_ids = facilities.frame["place_id"].to_numpy()
    for column, key in enumerate(keys):
        rows, available[column] = rows_on_streets(key, facilities, points)
        if available[column]:
            counts[origins.placed, column] = 0
        if not len(rows):
            continue
        metres[:, column] = graph.nearest(origins, points[rows])[1]
        count = count_places(graph, origins, points[rows], place_ids[rows], limit_m)
        counts[:, column] = np.where(origins.placed, count, np.nan)
    return metres, counts, available


def rows_on_streets(key: str, facilities: Facilities, points: Places) -> tuple[np.ndarray, bool]:
    """Return the points of a category that are on a street, and whether anything is known of it; see ``available``."""
    everywhere = facilities.rows(key)
    rows = everywhere[points.placed[everywhere]]
    return rows, is_known(key, len(everywhere), len(rows), facilities)


def is_known(key: str, points: int, placed: int, facilities: Facilities) -> bool:
    """Whether anything is known of a category with so many points, so many on a street; see ``available``."""
    return placed > 0 or (not points and key in facilities.covered)


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
    return graph.counts_within(points, origins, limit_m + TOLERANCE_M, place=place.astype(np.int32))


def _proximity(
    graph: StreetGraph, origins: Places, facilities: Facilities, mode: Mode, chosen: Chosen
) -> tuple[np.ndarray, dict[str, int]]:
    """Return the proximity time of every home, minutes, and the categories that too few places make unknown."""
    k, counts = chosen.proximity_places, facilities.place_counts()
    keys = chosen.proximity_categories.keys if chosen.proximity_categories else ()
    too_few = {key: counts.get(key, 0) for key in keys if counts.get(key, 0) < k}
    if too_few:
        return np.full(len(origins), np.nan), too_few
    points = graph.place(facilities.frame, **chosen.snap)
    place_ids = facilities.frame["place_id"].to_numpy()
    total = np.zeros(len(origins))
    for key in keys:
        rows, _ = rows_on_streets(key, facilities, points)
        total += nearest_places(graph, origins, points[rows], place_ids[rows], k).mean(axis=1)
    return total / len(keys) / chosen.speeds_m_per_min[mode], {}


def nearest_places(graph: StreetGraph, origins: Places, points: Places, place_ids: np.ndarray, k: int) -> np.ndarray:
    """Return (n, k) metres from each origin to its ``k`` nearest distinct places, ascending, NaN where there are fewer.

    A place counts once, at its nearest entrance. NaN everywhere when there are fewer than ``k`` places at all.
    """
    ids, place = np.unique(place_ids, return_inverse=True)
    if len(ids) < k:
        return np.full((len(origins), k), np.nan)
    return graph.k_nearest(origins, points, k, place=place.astype(np.int32))[1]
