"""What the reach of the city's sites would be for who walks slower: the same distances, other limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.rules import KM_PER_H
from kortrijk_geo.figure import SHARE, Figure, of_known, with_own
from kortrijk_geo.results import Sensitivity
from kortrijk_geo.sites.measure import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from kortrijk_geo.sites.measure import ModeReach
    from kortrijk_geo.sites.options import Chosen
    from kortrijk_geo.sites.people import People


def sensitivities(
    figures: Sequence[Figure], homes: gpd.GeoDataFrame, people: People, measured: Sequence[ModeReach], chosen: Chosen
) -> list[Sensitivity]:
    """Return the share that has a public site of the city within reach on foot, at the speeds of the settings."""
    rules = chosen.settings.sensitivity
    times = next((times for times in measured if times.mode == "walk"), None)
    if rules is None or times is None or times.to_site_m is None:
        return []
    to_site_m = times.to_site_m
    residents = people.counts[:, 0]
    # As for the headline: an area with a home of unknown inhabitants does not count.
    unknown = homes["area_id"].isin(homes["area_id"][np.isnan(residents)]).to_numpy()
    weights = np.where(unknown | ~times.at_home.placed, 0.0, np.nan_to_num(residents))
    if not weights.sum() > 0:
        return []

    def share(km_per_h: float) -> float:
        limit_m = km_per_h / KM_PER_H * chosen.minutes + TOLERANCE_M
        return float(weights[to_site_m <= limit_m].sum() / weights.sum())

    speeds = with_own(rules.walk_km_per_h, chosen.speeds_m_per_min["walk"] * KM_PER_H)
    at = tuple((speed, share(speed)) for speed in speeds)
    band = Sensitivity("share_any_site_walk", "walk_m_per_min", "Snelheid te voet", "km/u", at, SHARE, rules.source)
    return of_known([band], figures)
