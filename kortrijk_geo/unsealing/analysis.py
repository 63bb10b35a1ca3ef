"""The unsealing theme: what is sealed, what of it could go, what rain that keeps, where first, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.cache import kept
from kortrijk_geo.engine.rasters import grid_of
from kortrijk_geo.figure import too_little, too_little_of
from kortrijk_geo.mapping.definitions import defined_by
from kortrijk_geo.methods import methods_of
from kortrijk_geo.options import takes
from kortrijk_geo.pack.published import published_figures
from kortrijk_geo.results import Source, ThemeResult, tells_own_rules
from kortrijk_geo.unsealing.columns import DEFINED_BY, OWNERS, columns, known_share_of_ground
from kortrijk_geo.unsealing.headlines import headlines
from kortrijk_geo.unsealing.notes import method_changes, notes
from kortrijk_geo.unsealing.options import Chosen, Options, choose, plan_question, storm_key
from kortrijk_geo.unsealing.plan import make_plan
from kortrijk_geo.unsealing.potential import find_patches
from kortrijk_geo.unsealing.priority import describe_patches
from kortrijk_geo.unsealing.reserve import demand, reserved_ground
from kortrijk_geo.unsealing.rules import SURFACES
from kortrijk_geo.unsealing.sealed import SEALED, sealed_areas, trend
from kortrijk_geo.unsealing.sensitivity import sensitivities
from kortrijk_geo.unsealing.survey import REASONS, survey
from kortrijk_geo.unsealing.water import runoff_m3

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.unsealing.plan import Plan
    from kortrijk_geo.unsealing.reserve import Demand
    from kortrijk_geo.unsealing.rules import Target
    from kortrijk_geo.unsealing.survey import Survey

    Floats = NDArray[np.float64]

# Told only where nearly all ground is known: what a sparse map draws is mostly what is sealed.
_SHARES = ("sealed_share", "sealed_share_after")
# Columns that depend on which patches count.
_OF_PATCHES = (
    "removable_", "avoided_", "runoff_after_", "sealed_after", "sealed_share_after", "infiltration_", "patches",
)  # fmt: skip


@dataclass(repr=False)
class UnsealingResult(ThemeResult):
    """A `ThemeResult` with the checked options that its page tells of.

    ``narrowest_m`` is the width below which a patch drops out on this map: the least of the rules in whole pixels.
    """

    chosen: Chosen = field(kw_only=True)
    narrowest_m: float = field(kw_only=True)


@takes(Options)
@kept
@defined_by(DEFINED_BY, __file__)
@tells_own_rules("rules", "curve_numbers", "criteria", "costs", "regulation")
def analyse(city: City, **options: Unpack[Options]) -> UnsealingResult:
    """Measure sealed ground, what of it could go, and what that brings.

    Parameters
    ----------
    city
        A pack with layer ``areas`` and raster ``land_cover``. ``parcels``, ``buildings``, ``streets``, ``homes`` and
        the rasters ``soil_group`` and ``surface_temperature`` are used where it has them; notes say what is missing.
    **options
        See `kortrijk_geo.unsealing.Options`.

    Returns
    -------
    UnsealingResult
        ``areas`` and ``city`` as the outside contract says, and more; layers ``patches`` (ground that could go; what
        is not ``counted`` has an unknown use and is in no figure),
        ``plan`` (which patches, best first, with running totals; when there is a target or budget) and ``parcels``
        (where the pack has them).

    Raises
    ------
    MissingLayerError
        When the pack lacks areas or land cover.
    DataError
        When the land cover holds unknown codes or no data, or a file with rules is wrong.
    OptionError
        When an option has a value that cannot be used.
    """
    chosen = choose(**options)
    city.require("areas", "land_cover", theme="Unsealing")
    target = chosen.rules.targets.get(city.info.nis_code)
    raster = city.raster("land_cover")
    grid = grid_of(raster)
    narrowest_m = max(chosen.rules.patch.width_px(side) * side for side in grid.pixel_m)
    sealed = sealed_areas(raster, city.areas, key="area_id")
    ground = survey(
        raster,
        city.areas.geometry.to_numpy(),
        city.parcels.geometry.to_numpy() if city.has("parcels") else np.array([], dtype=object),
        reserved_ground(city, chosen.rules, pixel_m=max(grid.pixel_m)),
        chosen.rules,
        soil=city.raster("soil_group") if city.has("soil_group") else None,
        strip_rows=chosen.strip_rows,
    )
    needed = demand(city, chosen.rules)
    bare_patches, stays = find_patches(city, ground, needed, chosen.rules)
    patches = describe_patches(city, bare_patches, sealed, chosen, grid)
    areas = _area_table(city, sealed, ground, stays, patches, chosen)
    if chosen.earlier is not None:
        areas = areas.join(trend(sealed, chosen.earlier, city.areas, key="area_id"))
        if method_changes(city, chosen):
            areas[["sealed_change_m2", "sealed_change_share"]] = np.nan
    whole, known = _city_figures(areas, chosen)
    plan = _plan(patches, chosen, target)
    meanings = columns(chosen)
    layers = {"patches": _with_rank(patches, plan)}
    if plan is not None:
        layers["plan"] = plan.patches
    if city.has("parcels"):
        layers["parcels"] = _parcel_table(city, ground, gpd.GeoDataFrame(patches[patches["counted"]]), needed)
    figures = headlines(city, whole, known, plan, chosen, target, tells_uses=ground.tells_uses)
    return UnsealingResult(
        theme="unsealing",
        page="ontharding",
        pack=city.name,
        areas=_with_shapes(city, _where_enough(areas)),
        city=whole,
        headlines=[*figures, *published_figures(city, "unsealing", figures)],
        sensitivity=sensitivities(patches, figures, chosen),
        columns=meanings,
        layers=layers,
        context=city.context(),
        sources=_sources(city, chosen),
        options={
            **chosen.record(),
            "narrowest_m": narrowest_m,
            "land_cover_method": methods_of(city.sources("land_cover")),
            "plan": None if plan is None else plan.record(),
        },
        notes=notes(city, chosen, areas, ground, needed, patches, plan),
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        nis_code=city.info.nis_code,
        chosen=chosen,
        narrowest_m=narrowest_m,
    )


def _area_table(
    city: City,
    sealed: pd.DataFrame,
    ground: Survey,
    stays: dict[str, Floats],
    patches: gpd.GeoDataFrame,
    chosen: Chosen,
) -> pd.DataFrame:
    """Return the figures per area, index ``area_id``: contract columns first; unknown where the ground is not known."""
    ids = pd.Index(city.areas["area_id"], name="area_id")
    counted = patches["counted"]
    sums = _sums(patches[counted], ids)
    removable, unknown_use = sums("m2"), _sums(patches[~counted], ids)("m2")
    road = (patches["surface"] == "road")[counted]
    ground_m2 = sealed[["sealed_m2", "unsealed_m2", "water_m2"]].sum(axis=1, skipna=False).to_numpy()
    after_m2 = sealed["sealed_m2"].to_numpy() - removable
    storms = {storm_key(storm): storm for storm in chosen.all_storms_mm}
    avoided = {f"avoided_runoff_{key}_m3": sums(f"avoided_runoff_{key}_m3") for key in storms}
    runoff = {}
    for key, storm in storms.items():
        runoff[f"runoff_{key}_m3"] = before = _runoff_before(ground, storm, chosen)
        runoff[f"runoff_after_{key}_m3"] = before - avoided[f"avoided_runoff_{key}_m3"]
    values = {
        "sealed_m2": sealed["sealed_m2"].to_numpy(),
        "sealed_share": sealed["sealed_share"].to_numpy(),
        "removable_m2": removable,
        **avoided,
        **{f"avoided_runoff_{key}_high_m3": sums(f"avoided_runoff_{key}_high_m3") for key in storms},
        **{name: sealed[name].to_numpy() for name in sealed.columns[2:]},
        "sealed_after_m2": after_m2,
        "sealed_share_after": after_m2 / ground_m2,
        **{f"removable_{owner}_m2": sums("m2", (patches["owner"] == owner)[counted]) for owner in OWNERS},
        **{f"removable_{name}_sealed_m2": sums("m2", (patches["surface"] == name)[counted]) for name in SURFACES},
        "unknown_use_m2": unknown_use,
        **{
            f"stays_{reason}_m2": ground.stays_m2[:, number] + stays.get(reason, 0.0)
            for number, reason in REASONS.items()
        },
        "stays_kept_m2": stays["kept"],
        "stays_small_m2": stays["small"],
        **runoff,
        "infiltration_2023_m3": chosen.regulation.infiltration_m3(removable),
        "infiltration_2023_m2": chosen.regulation.infiltration_m2(removable),
        "patches": sums(None),
    }
    table = pd.DataFrame(values, index=ids)
    if not ground.tells_uses:
        # All sealed ground is "other" then: the split is not known, and a use is not 0.
        table[[f"sealed_{use}_m2" for use in SEALED]] = np.nan
    measured = [name for name in table.columns if name != "unknown_m2"]
    table.loc[sealed["sealed_share"].isna().to_numpy(), measured] = np.nan
    # Where no use is known, what can go is not 0: it is unknown.
    nothing_known = (unknown_use > 0) & (sums("m2", ~road) == 0)
    table.loc[nothing_known, [name for name in measured if name.startswith(_OF_PATCHES)]] = np.nan
    too_little = table["unknown_m2"] > (1 - chosen.rules.accuracy.least_known_share) * (ground_m2 + table["unknown_m2"])
    table.loc[too_little, list(_SHARES)] = np.nan
    # That nothing was found on the ground that is known does not make it 0 on the rest.
    found_none = too_little.to_numpy() & (table["patches"] == 0).to_numpy()
    table.loc[found_none, [name for name in measured if name.startswith(_OF_PATCHES)]] = np.nan
    return table


def _runoff_before(ground: Survey, storm_mm: float, chosen: Chosen) -> Floats:
    """Runoff of each area as it is, m3: of every surface on every soil by itself, then summed; water is left out."""
    table, _ = chosen.curve_numbers.known(high=False)
    volume = runoff_m3(ground.cover_m2, storm_mm, table.T[None], initial_abstraction=chosen.initial_abstraction)
    return np.asarray(np.nansum(volume, axis=(1, 2)))


def _where_enough(areas: pd.DataFrame) -> pd.DataFrame:
    """Return the areas without the sums over ground of which less than half is known; they say nothing of the whole."""
    enough, hardly = areas.copy(), too_little_of(known_share_of_ground(areas))
    enough.loc[hardly, [name for name in areas.columns if name != "unknown_m2"]] = np.nan
    return enough


def _city_figures(areas: pd.DataFrame, chosen: Chosen) -> tuple[dict[str, Any], float]:
    """Sum the areas, and return the share of the ground that is known; shares are of the summed ground.

    Areas that are not known are left out. Where less than half is known, nothing but that is told.
    """
    city: dict[str, Any] = {name: float(areas[name].sum(min_count=1)) for name in areas.columns}
    known_m2 = city["sealed_m2"] + city["unsealed_m2"] + city["water_m2"]
    enough = known_m2 >= chosen.rules.accuracy.least_known_share * (known_m2 + city["unknown_m2"])
    city["sealed_share"] = city["sealed_m2"] / known_m2 if enough else float("nan")
    city["sealed_share_after"] = city["sealed_after_m2"] / known_m2 if enough else float("nan")
    if "sealed_change_share" in areas.columns:
        both = areas["sealed_change_m2"].notna()
        ground = areas.loc[both, ["sealed_m2", "unsealed_m2", "water_m2"]].sum().sum()
        city["sealed_change_share"] = city["sealed_change_m2"] / ground if ground else float("nan")
    whole_m2 = float(np.nansum([known_m2, city["unknown_m2"]]))
    known_share = float(np.nan_to_num(known_m2)) / whole_m2 if whole_m2 > 0 else float("nan")
    if too_little(known_share):
        city = {name: value if name == "unknown_m2" else float("nan") for name, value in city.items()}
    return city, known_share


def _parcel_table(city: City, ground: Survey, patches: gpd.GeoDataFrame, needed: Demand) -> gpd.GeoDataFrame:
    """Return every parcel with its sealed ground and what of it could go; unknown where its use is."""
    parcels = city.parcels
    sealed = sealed_areas(city.raster("land_cover"), parcels, key="parcel_id")
    if not ground.tells_uses:
        sealed[[f"sealed_{use}_m2" for use in SEALED]] = np.nan
    removable = patches.groupby("parcel_id")["m2"].sum()
    table = {
        "parcel_id": parcels["parcel_id"].to_numpy(),
        "owner": parcels["owner"].to_numpy(),
        "m2": parcels.geometry.area.to_numpy(),
        **{name: sealed[name].to_numpy() for name in sealed.columns},
        "removable_m2": parcels["parcel_id"]
        .map(removable)
        .fillna(0.0)
        .where(sealed["sealed_share"].notna().to_numpy() & np.isfinite(needed.kept_share)),
    }
    return gpd.GeoDataFrame(table, geometry=parcels.geometry.to_numpy(), crs=parcels.crs)


def _sums(patches: pd.DataFrame, ids: pd.Index) -> Any:
    """Return a function that sums a column of the patches per area (None counts them), where a condition holds."""
    area = ids.get_indexer(pd.Index(patches["area_id"]))

    def sums(column: str | None, where: pd.Series | None = None) -> Floats:
        rows = np.ones(len(patches), dtype=bool) if where is None else where.to_numpy(dtype=bool)
        values = np.ones(len(patches)) if column is None else patches[column].to_numpy(dtype=float)
        return np.bincount(area[rows], values[rows], minlength=len(ids)).astype(float)

    return sums


def _plan(patches: gpd.GeoDataFrame, chosen: Chosen, target: Target | None) -> Plan | None:
    question = plan_question(chosen, target)
    if question is None or (len(patches) and not patches["counted"].any()):
        return None
    patches = gpd.GeoDataFrame(patches[patches["counted"]])
    m3: Floats = patches[f"avoided_runoff_{storm_key(chosen.rules.plan.rain_mm)}_m3"].to_numpy(dtype=float)
    return make_plan(patches, m3=m3, costs=chosen.costs, exact_most=chosen.rules.plan.exact_most_patches, **question)


def _with_rank(patches: gpd.GeoDataFrame, plan: Plan | None) -> gpd.GeoDataFrame:
    if plan is None:
        return patches
    rank = plan.patches.set_index("patch_id")["rank"]
    ranked = patches.assign(plan_rank=patches["patch_id"].map(rank).astype(float))
    return ranked[[*(name for name in ranked.columns if name != "geometry"), "geometry"]]


def _with_shapes(city: City, areas: pd.DataFrame) -> gpd.GeoDataFrame:
    ids = city.areas.set_index("area_id")
    return gpd.GeoDataFrame(pd.concat([ids[["name"]], areas, ids[["geometry"]]], axis=1), crs=city.crs)


def _sources(city: City, chosen: Chosen) -> list[Source]:
    used = ("areas", "land_cover", "parcels", "buildings", "streets", "homes", "soil_group", "surface_temperature")
    rules = (*chosen.rules.sourced, *chosen.curve_numbers.sourced, *chosen.criteria.criteria, chosen.regulation)
    return list(dict.fromkeys([*city.sources(*used), *(Source(table.source, table.date) for table in rules)]))
