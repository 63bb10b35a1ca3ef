"""How long every home takes to the nearest place of every category by public transport, on foot and by bicycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.engine.transit.day import hops_of
from kortrijk_geo.engine.transit.stops import Stops
from kortrijk_geo.engine.transit.travel import profile_to
from kortrijk_geo.engine.transit.walks import NEVER, to_nearest
from kortrijk_geo.reach.times import is_known

if TYPE_CHECKING:
    import datetime as dt

    import geopandas as gpd

    from kortrijk_geo.pack.timetable import Timetable
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.transit_options import TransitChosen

# Half of all departures take at most the first, nine in ten at most the second.
SHARES = (0.5, 0.9)


@dataclass(frozen=True)
class TransitTimes:
    """Seconds from homes (rows) to the nearest place of each category (columns); infinite for no way.

    Parameters
    ----------
    median_s, p90_s
        By public transport, or on foot where that is quicker: what half, and nine in ten, of all departures take at
        most.
    walk_s, cycle_s
        On foot, and by bicycle, the whole way.
    available
        Whether anything is known of the category; see `kortrijk_geo.reach.times.ModeTimes`.
    placed
        Whether each home lies near enough to a street.
    day, trips
        The day, and how many trips of the timetable run on it.
    departures_per_hour
        Of each stop of the timetable, in the window.
    """

    median_s: np.ndarray
    p90_s: np.ndarray
    walk_s: np.ndarray
    cycle_s: np.ndarray
    available: np.ndarray
    placed: np.ndarray
    day: dt.date
    trips: int
    departures_per_hour: np.ndarray

    @property
    def any_s(self) -> np.ndarray:
        """By whichever is quickest to each place: on foot, by bicycle or by public transport (half of departures)."""
        quickest: np.ndarray = np.minimum(self.median_s, self.cycle_s)
        return quickest


def measure_transit(
    streets: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    facilities: Facilities,
    timetable: Timetable,
    chosen: TransitChosen,
) -> TransitTimes:
    """Measure every category; errors as `hops_of` and `Timetable.busiest_tuesday`."""
    day, window, walk = chosen.day_in(timetable), chosen.window, chosen.walk_m_per_min
    hops, trip = hops_of(timetable, day, window.from_s, window.to_s)
    cut = np.isin(timetable.trip_line, timetable.lines_called(chosen.without_lines))
    if cut.any():
        hops = hops.where(~cut[trip[hops.trip]])
    graph = StreetGraph.from_streets(streets)
    origins, points = (graph.place(frame, **chosen.snap) for frame in (homes, facilities.frame))
    stops = Stops.of(
        graph, timetable, speed_m_per_min=walk, footpath_m=chosen.rules.walk.between_stops_m, slack_s=chosen.slack_s,
        max_snap_m=chosen.max_snap_m,
    )  # fmt: skip
    to_stop_m = chosen.rules.walk.to_stop_m
    walks = stops.walks_from(graph, origins, to_stop_m, walk)
    by_bicycle = StreetGraph.from_streets(streets, "cycle")
    cyclists, parked = (by_bicycle.place(frame, **chosen.snap) for frame in (homes, facilities.frame))
    keys = chosen.categories.keys
    quantiles = np.full((len(SHARES), len(homes), len(keys)), NEVER, np.int32)
    walk_s, cycle_s = (np.full((len(homes), len(keys)), NEVER, np.int32) for _ in range(2))
    available = np.zeros(len(keys), bool)
    for column, key in enumerate(keys):
        everywhere = facilities.rows(key)
        rows = everywhere[points.placed[everywhere]]
        available[column] = is_known(key, len(everywhere), len(rows), facilities)
        if not len(rows):
            continue
        places = points[rows]
        walk_s[:, column] = to_nearest(graph, origins, places, np.inf, walk)
        parkings = parked[everywhere[parked.placed[everywhere]]]
        cycle_s[:, column] = to_nearest(by_bicycle, cyclists, parkings, np.inf, chosen.cycle_m_per_min)
        profile = profile_to(
            hops, stops.footpaths, stops.to_nearest(graph, places, to_stop_m, walk), slack_s=chosen.slack_s,
            from_s=window.from_s,
        )  # fmt: skip
        quantiles[:, :, column] = profile.at_shares(walks, walk_s[:, column], window, SHARES).T
    inside = hops.boards & (hops.leaves_s < window.to_s)
    departures_per_hour = (
        np.bincount(hops.from_stop[inside], minlength=timetable.n_stops) * 3600 / (window.to_s - window.from_s)
    )
    median_s, p90_s, on_foot_s, by_bicycle_s = (
        np.where(values == NEVER, np.inf, values) for values in (*quantiles, walk_s, cycle_s)
    )
    trips = int((~cut[timetable.trips_on(day)]).sum())
    return TransitTimes(
        median_s, p90_s, on_foot_s, by_bicycle_s, available, origins.placed, day, trips, departures_per_hour
    )
