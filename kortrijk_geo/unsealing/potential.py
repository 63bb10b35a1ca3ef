"""From the parts that a survey found to removable patches: width, owner, and what terraces and parking keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.engine.circles import inscribed_radii

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.unsealing.reserve import Demand
    from kortrijk_geo.unsealing.rules import UnsealingRules
    from kortrijk_geo.unsealing.survey import Survey

# Relative error allowed in the circle that fits in a patch.
_CIRCLE = 0.03
_COLUMNS = [
    "patch_id", "area_id", "parcel_id", "owner", "use", "surface", "counted", "m2", "outline_m2", "width_m", "geometry",
]  # fmt: skip


def find_patches(
    city: City, ground: Survey, demand: Demand, rules: UnsealingRules
) -> tuple[gpd.GeoDataFrame, dict[str, NDArray[np.float64]]]:
    """Turn parts into patches.

    A patch is ground of one parcel, area and kind that hangs together; ground without parcel is cut at the grid of
    ``rules.patch.cell_m``. Parts narrower than ``rules.patch`` allows drop out. What the use of a parcel keeps, and its
    dwellings as terrace and parking, has no known place: it is taken off all other sealed ground of the parcel alike
    (off that of the area, for dwellings on no parcel), never below 0. What is then smaller than
    ``rules.patch.least_m2`` drops out. Other sealed ground of which the use is unknown, or has no share in the rules,
    is a patch that does not count (``counted``): how much of it must stay is not known.

    Parameters
    ----------
    city
        For its parcels (owner, use) and areas.
    ground, demand, rules
        From `survey`, `reserve.demand` and `rules`.

    Returns
    -------
    tuple
        The patches (``patch_id``, ``area_id``, ``parcel_id``, ``owner`` ("unknown" without parcel), ``use``,
        ``surface`` ("other" or "road"), ``counted``, ``m2`` that can go, ``outline_m2``, ``width_m``,
        geometry), and per reason (``narrow``, ``kept``, ``small``) the other sealed ground of each area that stays for
        it, m2.
    """
    width = widths_m(ground.outline)
    other = ~ground.road
    areas = len(city.areas)
    least_m = max(rules.patch.least_width_m, rules.patch.least_pixels * ground.pixel_m)
    wide = width >= least_m * (1 - _CIRCLE)
    # Dwellings on no parcel keep ground of their area.
    parcels = len(demand.by_parcel)
    owner_of = np.where(ground.parcel >= 0, ground.parcel, parcels + ground.area)
    counts = wide & other
    candidate = np.bincount(owner_of[counts], ground.m2[counts], minlength=parcels + areas)
    kept = np.concatenate([demand.by_parcel, demand.by_area])
    kept[:parcels] += candidate[:parcels] * np.nan_to_num(demand.kept_share)
    share = np.divide(kept, candidate, out=np.zeros_like(kept), where=candidate > 0).clip(0, 1)
    net = np.where(other, ground.m2 * (1 - share[owner_of]), ground.m2)
    large = net >= max(rules.patch.least_m2, 1e-6)
    reasons = {
        "narrow": np.where(wide, 0.0, ground.m2),
        "kept": np.where(wide, ground.m2 - net, 0.0),
        "small": np.where(wide & ~large, net, 0.0),
    }
    stays = {name: np.bincount(ground.area[other], m2[other], areas).astype(float) for name, m2 in reasons.items()}
    counted = ~other
    counted[ground.parcel >= 0] |= np.isfinite(demand.kept_share)[ground.parcel[ground.parcel >= 0]]
    patches = _frame(city, ground, net, width, np.flatnonzero(wide & large))
    return patches.assign(counted=counted[wide & large])[_COLUMNS], stays


def widths_m(outlines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Diameter of the largest circle that fits in each polygon, m; exact for rectangles, else within 3 %."""
    west, south, east, north = shapely.bounds(outlines).reshape(-1, 4).T
    width = np.minimum(east - west, north - south)
    odd = np.flatnonzero(~np.isclose(shapely.area(outlines), (east - west) * (north - south), rtol=1e-9))
    if len(odd):
        # Outlines of pixels repeat: a circle is sought once for all that are the same but for their place.
        points, of = shapely.get_coordinates(outlines[odd], return_index=True)
        points -= np.column_stack([west, south])[odd][of]
        moved = shapely.set_coordinates(outlines[odd].copy(), points)
        _, first, same = np.unique(shapely.to_wkb(moved), return_index=True, return_inverse=True)
        alike = moved[first]
        # Half the mean width of a long polygon: a cautious size of the circle, to set how finely it is sought.
        half = shapely.area(alike) / shapely.length(alike)
        width[odd] = np.minimum(width[odd], 2 * inscribed_radii(alike, _CIRCLE * half)[same])
    return np.asarray(width)


def _frame(
    city: City, ground: Survey, net: NDArray[np.float64], width: NDArray[np.float64], rows: NDArray[np.intp]
) -> gpd.GeoDataFrame:
    parcel = ground.parcel[rows]
    owned = parcel >= 0
    texts = {"parcel_id": np.full(len(rows), None, dtype=object), "use": np.full(len(rows), None, dtype=object)}
    owner = np.full(len(rows), "unknown", dtype=object)
    if owned.any():
        owner[owned] = city.parcels["owner"].to_numpy(dtype=object)[parcel[owned]]
        for name in ("parcel_id", "use"):
            if name in city.parcels.columns:
                values = city.parcels[name].astype(object).where(city.parcels[name].notna(), None)
                texts[name][owned] = values.to_numpy(dtype=object)[parcel[owned]]
    table = pd.DataFrame(
        {
            "patch_id": [f"o{number:06d}" for number in range(1, len(rows) + 1)],
            "area_id": city.areas["area_id"].to_numpy(dtype=object)[ground.area[rows]],
            "parcel_id": texts["parcel_id"],
            "owner": owner,
            "use": texts["use"],
            "surface": np.where(ground.road[rows], "road", "other"),
            "m2": net[rows],
            "outline_m2": ground.m2[rows],
            "width_m": width[rows],
        }
    )
    return gpd.GeoDataFrame(table, geometry=ground.outline[rows], crs=city.crs)
