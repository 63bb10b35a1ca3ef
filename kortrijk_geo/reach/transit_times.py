"""How long every home takes to the nearest place of every category by public transport, on foot and by bicycle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.transit import SHARES
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.engine.transit.walks import endless, to_nearest
from kortrijk_geo.reach.times import rows_on_streets

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.capacity.transit import TransitNetwork
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.transit_options import TransitChosen


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
    """

    median_s: np.ndarray
    p90_s: np.ndarray
    walk_s: np.ndarray
    cycle_s: np.ndarray
    available: np.ndarray
    placed: np.ndarray

    @property
    def any_s(self) -> np.ndarray:
        """By whichever is quickest to each place: on foot, by bicycle or by public transport (half of departures)."""
        quickest: np.ndarray = np.minimum(self.median_s, self.cycle_s)
        return quickest


def measure_transit(
    streets: gpd.GeoDataFrame,
    homes: gpd.GeoDataFrame,
    facilities: Facilities,
    net: TransitNetwork,
    chosen: TransitChosen,
) -> TransitTimes:
    """Measure every category."""
    origins, points = net.leaving(homes), net.place(facilities.frame)
    by_bicycle = StreetGraph.from_streets(streets, "cycle")
    cyclists, parked = (by_bicycle.place(frame, **chosen.ride.snap) for frame in (homes, facilities.frame))
    keys = chosen.categories.keys
    quantiles = np.full((len(SHARES), len(homes), len(keys)), np.inf)
    walk_s, cycle_s = (np.full((len(homes), len(keys)), np.inf) for _ in range(2))
    available = np.zeros(len(keys), bool)
    for column, key in enumerate(keys):
        rows, available[column] = rows_on_streets(key, facilities, points)
        if not len(rows):
            continue
        taken_s, walk_s[:, column] = net.seconds_to(origins, points[rows])
        quantiles[:, :, column] = taken_s.T
        parkings = parked[rows_on_streets(key, facilities, parked)[0]]
        ridden_s = to_nearest(by_bicycle, cyclists, parkings, np.inf, chosen.cycle_m_per_min)
        cycle_s[:, column] = endless(ridden_s)
    return TransitTimes(quantiles[0], quantiles[1], walk_s, cycle_s, available, origins.places.placed)
