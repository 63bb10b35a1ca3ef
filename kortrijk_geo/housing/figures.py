"""The columns of the areas and of the city, and the indices of concentration: one place that knows their names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.housing import texts
from kortrijk_geo.housing.concentration import (
    dissimilarity,
    dissimilarity_by_chance,
    gini,
    isolation,
    isolation_adjusted,
    usable,
)
from kortrijk_geo.housing.density import (
    below_norm,
    bounds,
    contradictory,
    dwellings_to_norm,
    location_quotient,
    per_km2,
    social_per_100_households,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.housing.counts import Counts
    from kortrijk_geo.housing.norms import Chance, Norm, Norms


@dataclass(frozen=True)
class Against:
    """What densities are held against, and how unknown counts are read."""

    rules: Norms
    norm: Norm
    reference: Norm
    suppressed_below: int | None

    @property
    def limits(self) -> tuple[float, float]:
        """The norm and the reference norm, dwellings per 100 households."""
        return self.norm.dwellings_per_100_households, self.reference.dwellings_per_100_households


def area_figures(counts: Counts, against: Against) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the columns of every area, and the same of the whole city."""
    frame = counts.frame
    columns = _columns(frame["name"].to_numpy(), frame, frame.geometry.area.to_numpy(), counts.city, against)
    areas = gpd.GeoDataFrame(columns, geometry=frame.geometry, crs=frame.crs)
    one = pd.DataFrame([counts.city])
    # The surface of the city is that of its areas: the boundary may be drawn in another detail.
    whole = _columns(np.array(["stad"]), one, np.array([frame.geometry.area.sum()]), counts.city, against)
    return areas, {str(key): values.iloc[0] for key, values in whole.items() if key not in {"name", "small_area"}}


def _columns(
    names: Any, counts: pd.DataFrame, area_m2: np.ndarray, whole: Mapping[str, float], against: Against
) -> pd.DataFrame:
    social, homes = counts["social_dwellings"].to_numpy(), counts["households_private"].to_numpy()
    rate = social_per_100_households(social, homes)
    low, high = bounds(social, homes, suppressed_below=against.suppressed_below)
    below = [below_norm(low, high, limit) for limit in against.limits]
    wrong = contradictory(social, homes)
    found = pd.DataFrame({"name": names}, index=counts.index)
    found["social_dwellings"], found["households_private"] = social, homes
    found["social_per_100_households"] = rate
    found["location_quotient"] = location_quotient(
        social, homes, city_social=whole["social_dwellings"], city_households=whole["households_private"]
    )
    total = whole["social_dwellings"]
    found["share_social_dwellings"] = social / total if total > 0 else np.nan
    found["social_per_km2"] = per_km2(social, area_m2)
    found["dwellings_to_norm"] = dwellings_to_norm(social, homes, against.limits[0])
    found["below_norm"], found["below_reference_norm"] = below
    known = [
        [None if unknown else bool(flag) for flag, unknown in zip(flags, flags.isna(), strict=True)] for flags in below
    ]
    found["status"] = [
        texts.status(
            rate[i], households=homes[i], contradicts=bool(wrong[i]), below=(known[0][i], known[1][i]),
            limits=against.limits,
        )
        for i in range(len(found))
    ]  # fmt: skip
    found["small_area"] = pd.array(
        [pd.NA if math.isnan(one) else bool(one < against.rules.small.households) for one in homes], dtype="boolean"
    )
    return found


def concentration_figures(areas: pd.DataFrame, chance: Chance) -> dict[str, float]:
    """Return the indices over the areas with known counts; NaN where there is none."""
    social, homes = areas["social_dwellings"].to_numpy(), areas["households_private"].to_numpy()
    keep = usable(social, homes)
    if not keep.any():
        return dict.fromkeys(
            ("dissimilarity", "dissimilarity_by_chance", "isolation", "isolation_adjusted", "gini"), math.nan
        )
    social, homes = social[keep], homes[keep]
    return {
        "dissimilarity": dissimilarity(social, homes),
        "dissimilarity_by_chance": dissimilarity_by_chance(social, homes, draws=chance.draws, seed=chance.seed),
        "isolation": isolation(social, homes),
        "isolation_adjusted": isolation_adjusted(social, homes),
        "gini": gini(social, homes),
    }
