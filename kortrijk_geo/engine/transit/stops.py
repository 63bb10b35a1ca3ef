"""The stops of a timetable on the streets: which are near one another, and how far the places are from each.

One changes between stops that lie within a footpath of each other over the streets, and between platforms of one
station as the crow flies, for the way through a station is on no map of streets. Where a feed itself says how long a
change takes, or that none is possible, that holds instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine.transit.walks import NEVER, Walks, to_nearest, to_stops, walk_seconds
from kortrijk_geo.pack.timetable import FORBIDDEN

if TYPE_CHECKING:
    from kortrijk_geo.engine.streets import Places, StreetGraph
    from kortrijk_geo.pack.timetable import Timetable

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Stops:
    """Stops on the streets.

    Parameters
    ----------
    places
        Those that have a place, on the streets.
    rows
        Their numbers in the timetable.
    footpaths
        Between all stops of the timetable, with each to itself.
    """

    places: Places
    rows: Ints
    footpaths: Walks

    @classmethod
    def of(
        cls,
        graph: StreetGraph,
        timetable: Timetable,
        *,
        speed_m_per_min: float,
        footpath_m: float,
        slack_s: int,
        max_snap_m: float = 100.0,
    ) -> Self:
        """Put the stops of a timetable on the streets.

        Parameters
        ----------
        graph, timetable
            On foot; in one CRS.
        speed_m_per_min
            Of walking.
        footpath_m
            The longest way between two stops where one changes.
        slack_s
            What is added to every change anyhow, and so is part of the least time that a feed tells.
        max_snap_m
            How far a stop may lie from a street.
        """
        rows = np.flatnonzero(np.isfinite(timetable.stop_x) & np.isfinite(timetable.stop_y)).astype(np.int32)
        places = graph.place(shapely.points(timetable.stop_x[rows], timetable.stop_y[rows]), max_snap_m)
        near = to_stops(graph, places, places, footpath_m, speed_m_per_min)
        a, b = _platforms(timetable)
        apart_m = np.hypot(timetable.stop_x[a] - timetable.stop_x[b], timetable.stop_y[a] - timetable.stop_y[b])
        own = np.arange(timetable.n_stops, dtype=np.int32)
        origin = np.concatenate([rows[near.origin], a, own])
        stop = np.concatenate([rows[near.stop], b, own])
        crow_s = np.where(np.isnan(apart_m), 0, walk_seconds(apart_m, speed_m_per_min))
        walk_s = np.concatenate([near.walk_s, crow_s, np.zeros(len(own), np.int32)])
        # What the feed says of a pair stands in the place of what was found.
        n = np.int64(timetable.n_stops)
        said = timetable.change_from * n + timetable.change_to
        kept = ~np.isin(origin * n + stop, said)
        least_s = np.maximum(timetable.change_s - slack_s, 0)
        possible = timetable.change_s != FORBIDDEN
        footpaths = Walks.of(
            np.concatenate([origin[kept], timetable.change_from[possible]]),
            np.concatenate([stop[kept], timetable.change_to[possible]]),
            np.concatenate([walk_s[kept], least_s[possible]]),
            timetable.n_stops,
        )
        return cls(places, rows, footpaths)

    def to_nearest(self, graph: StreetGraph, places: Places, limit_m: float, speed_m_per_min: float) -> Ints:
        """Return the seconds on foot from every stop of the timetable to its nearest place within ``limit_m``."""
        to_place_s = np.full(len(self.footpaths), NEVER, np.int32)
        to_place_s[self.rows] = to_nearest(graph, self.places, places, limit_m, speed_m_per_min)
        return to_place_s

    def walks_from(self, graph: StreetGraph, origins: Places, limit_m: float, speed_m_per_min: float) -> Walks:
        """Return the walks from each origin to the stops of the timetable within ``limit_m``."""
        near = to_stops(graph, origins, self.places, limit_m, speed_m_per_min)
        return Walks(near.first, self.rows[near.stop], near.walk_s)


def _platforms(timetable: Timetable) -> tuple[Ints, Ints]:
    """Return all pairs of different stops of one station."""
    rows = np.flatnonzero(timetable.stop_station >= 0)
    order = rows[np.argsort(timetable.stop_station[rows], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(timetable.stop_station[order])) + 1)
    pairs = [(a, b) for group in groups for a in group.tolist() for b in group.tolist() if a != b]
    both = np.array(pairs, np.int32).reshape(-1, 2).T
    return both[0], both[1]
