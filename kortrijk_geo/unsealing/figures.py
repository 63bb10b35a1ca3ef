"""The columns of ``areas``, ``city``, ``patches`` and ``parcels``: one place that knows their names and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.engine.rasters import values_at
from kortrijk_geo.unsealing.curve_numbers import GROUPS
from kortrijk_geo.unsealing.options import storm_key
from kortrijk_geo.unsealing.potential import OWNERS
from kortrijk_geo.unsealing.priority import residents_near, score_patches
from kortrijk_geo.unsealing.samples import SoilGroups, mean_within
from kortrijk_geo.unsealing.sealed import SEALED, sealed_areas
from kortrijk_geo.unsealing.survey import OTHER, REASONS, ROAD
from kortrijk_geo.unsealing.water import avoided_mm, runoff_m3

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.unsealing.options import Chosen
    from kortrijk_geo.unsealing.survey import Survey

    Floats = NDArray[np.float64]

# Told only where nearly all ground is known: what a sparse map draws is mostly what is sealed.
_SHARES = ("sealed_share", "sealed_share_after")


def describe_patches(
    city: City, patches: gpd.GeoDataFrame, sealed: pd.DataFrame, chosen: Chosen, grid: Grid
) -> gpd.GeoDataFrame:
    """Add to every patch its water, what surrounds it, its scores, priority and opportunity.

    ``avoided_runoff_<storm>_m3`` is the cautious figure where the soil is not known, ``..._high_m3`` the high one.
    """
    points = shapely.point_on_surface(patches.geometry.to_numpy())
    x, y = shapely.get_x(points), shapely.get_y(points)
    soil = SoilGroups(city.raster("soil_group") if city.has("soil_group") else None, grid).at(x, y)
    told = patches.drop(columns="geometry").assign(soil_group=np.array([None, *GROUPS], dtype=object)[soil])
    for storm in chosen.all_storms_mm:
        low, high = (_avoided(patches, soil, storm, chosen, high=high) for high in (False, True))
        told[f"avoided_runoff_{storm_key(storm)}_m3"] = low
        told[f"avoided_runoff_{storm_key(storm)}_high_m3"] = high
    m2 = told["m2"].to_numpy(dtype=float)
    at_60 = told["avoided_runoff_60mm_m3"].to_numpy(dtype=float) / m2 * 1000
    told["avoided_runoff_60mm_mm"] = np.where(soil > 0, at_60, np.nan)
    told["heat_above_mean_c"] = np.nan
    if city.has("surface_temperature"):
        heat = city.raster("surface_temperature")
        told["heat_above_mean_c"] = values_at(heat, x, y) - mean_within(heat, city.boundary.geometry.to_numpy())
    told["residents_100m"] = residents_near(points, city.homes) if city.has("homes") else np.nan
    told["area_sealed_share"] = told["area_id"].map(sealed["sealed_share"]).to_numpy(dtype=float)
    scored = pd.concat([told, score_patches(told, chosen.criteria)], axis=1)
    return gpd.GeoDataFrame(scored, geometry=patches.geometry.to_numpy(), crs=patches.crs)


def _avoided(patches: pd.DataFrame, soil: NDArray[np.uint8], storm_mm: float, chosen: Chosen, *, high: bool) -> Floats:
    table, after = chosen.curve_numbers.known(high=high)
    code = np.where(patches["surface"] == "road", ROAD, OTHER)
    depth = avoided_mm(storm_mm, table[code, soil], after[soil], initial_abstraction=chosen.initial_abstraction)
    return np.asarray(depth * patches["m2"].to_numpy(dtype=float) / 1000)


def area_table(
    city: City,
    sealed: pd.DataFrame,
    ground: Survey,
    stays: dict[str, Floats],
    patches: gpd.GeoDataFrame,
    chosen: Chosen,
) -> pd.DataFrame:
    """Return the figures per area, index ``area_id``: contract columns first; unknown where the ground is not known."""
    ids = pd.Index(city.areas["area_id"], name="area_id")
    known = sealed["sealed_share"].notna().to_numpy()
    sums = _sums(patches, ids)
    removable = sums("m2")
    columns: dict[str, Any] = {
        "sealed_m2": sealed["sealed_m2"].to_numpy(),
        "sealed_share": sealed["sealed_share"].to_numpy(),
        "removable_m2": removable,
    }
    for storm in chosen.all_storms_mm:
        name = f"avoided_runoff_{storm_key(storm)}"
        columns[f"{name}_m3"] = sums(f"{name}_m3")
    for storm in chosen.all_storms_mm:
        name = f"avoided_runoff_{storm_key(storm)}_high_m3"
        columns[name] = sums(name)
    for name in sealed.columns[2:]:
        columns[name] = sealed[name].to_numpy()
    columns["sealed_after_m2"] = columns["sealed_m2"] - removable
    ground_m2 = sealed[["sealed_m2", "unsealed_m2", "water_m2"]].sum(axis=1, skipna=False).to_numpy()
    columns["sealed_share_after"] = columns["sealed_after_m2"] / ground_m2
    for owner in OWNERS:
        columns[f"removable_{owner}_m2"] = sums("m2", patches["owner"] == owner)
    for surface in ("other", "road"):
        columns[f"removable_{surface}_sealed_m2"] = sums("m2", patches["surface"] == surface)
    for number, reason in REASONS.items():
        columns[f"stays_{reason}_m2"] = ground.stays_m2[:, number] + stays.get(reason, 0.0)
    columns["stays_kept_m2"], columns["stays_small_m2"] = stays["kept"], stays["small"]
    for storm in chosen.all_storms_mm:
        before = runoff_before(ground, storm, chosen)
        columns[f"runoff_{storm_key(storm)}_m3"] = before
        columns[f"runoff_after_{storm_key(storm)}_m3"] = before - columns[f"avoided_runoff_{storm_key(storm)}_m3"]
    columns["infiltration_2023_m3"] = chosen.regulation.infiltration_m3(removable)
    columns["infiltration_2023_m2"] = chosen.regulation.infiltration_m2(removable)
    columns["patches"] = sums(None)
    table = pd.DataFrame(columns, index=ids)
    if not tells_uses(ground):
        # All sealed ground is "other" then: the split is not known, and a use is not 0.
        table[[f"sealed_{use}_m2" for use in SEALED]] = np.nan
    measured = [name for name in table.columns if name != "unknown_m2"]
    table.loc[~known, measured] = np.nan
    too_little = table["unknown_m2"] > (1 - chosen.rules.accuracy.least_known_share) * (ground_m2 + table["unknown_m2"])
    table.loc[too_little, list(_SHARES)] = np.nan
    return table


def tells_uses(ground: Survey) -> bool:
    """Whether the land cover tells buildings or roads from other sealed ground, as far as there is any."""
    cover = ground.cover_m2.sum(axis=(0, 1))
    return bool(cover[SEALED["building"]] > 0 or cover[SEALED["road"]] > 0 or cover[SEALED["other"]] == 0)


def runoff_before(ground: Survey, storm_mm: float, chosen: Chosen) -> Floats:
    """Runoff of each area as it is, m3: of every surface on every soil by itself, then summed; water is left out."""
    table, _ = chosen.curve_numbers.known(high=False)
    volume = runoff_m3(ground.cover_m2, storm_mm, table.T[None], initial_abstraction=chosen.initial_abstraction)
    return np.asarray(np.nansum(volume, axis=(1, 2)))


def city_figures(areas: pd.DataFrame, chosen: Chosen) -> dict[str, Any]:
    """Sum the areas; shares are of the summed ground. Areas that are not known are left out."""
    city: dict[str, Any] = {name: float(areas[name].sum(min_count=1)) for name in areas.columns}
    known_m2 = city["sealed_m2"] + city["unsealed_m2"] + city["water_m2"]
    enough = known_m2 >= chosen.rules.accuracy.least_known_share * (known_m2 + city["unknown_m2"])
    city["sealed_share"] = city["sealed_m2"] / known_m2 if enough else float("nan")
    city["sealed_share_after"] = city["sealed_after_m2"] / known_m2 if enough else float("nan")
    if "sealed_change_share" in areas.columns:
        both = areas["sealed_change_m2"].notna()
        ground = areas.loc[both, ["sealed_m2", "unsealed_m2", "water_m2"]].sum().sum()
        city["sealed_change_share"] = city["sealed_change_m2"] / ground if ground else float("nan")
    return city


def parcel_table(city: City, ground: Survey, patches: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return every parcel with its sealed ground and what of it could go."""
    parcels = city.parcels
    sealed = sealed_areas(city.raster("land_cover"), parcels, key="parcel_id")
    if not tells_uses(ground):
        sealed[[f"sealed_{use}_m2" for use in SEALED]] = np.nan
    removable = patches.groupby("parcel_id")["m2"].sum()
    told = {
        "parcel_id": parcels["parcel_id"].to_numpy(),
        "owner": parcels["owner"].to_numpy(),
        "m2": parcels.geometry.area.to_numpy(),
        **{name: sealed[name].to_numpy() for name in sealed.columns},
        "removable_m2": parcels["parcel_id"]
        .map(removable)
        .fillna(0.0)
        .where(sealed["sealed_share"].notna().to_numpy()),
    }
    return gpd.GeoDataFrame(told, geometry=parcels.geometry.to_numpy(), crs=parcels.crs)


def _sums(patches: pd.DataFrame, ids: pd.Index) -> Any:
    """Return a function that sums a column of the patches per area (None counts them), where a condition holds."""
    area = ids.get_indexer(pd.Index(patches["area_id"]))

    def sums(column: str | None, where: pd.Series | None = None) -> Floats:
        rows = np.ones(len(patches), dtype=bool) if where is None else where.to_numpy(dtype=bool)
        values = np.ones(len(patches)) if column is None else patches[column].to_numpy(dtype=float)
        return np.bincount(area[rows], values[rows], minlength=len(ids)).astype(float)

    return sums
