"""The unsealing theme: what is sealed, what of it could go, what rain that keeps, where first, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import geopandas as gpd
import pandas as pd

from kortrijk_geo.engine.rasters import grid_of
from kortrijk_geo.options import takes
from kortrijk_geo.results import Figure, Source, ThemeResult, tells_own_rules
from kortrijk_geo.text.dutch import decimal_text
from kortrijk_geo.unsealing import texts
from kortrijk_geo.unsealing.figures import area_table, city_figures, describe_patches, parcel_table
from kortrijk_geo.unsealing.options import Options, choose, plan_question, storm_key
from kortrijk_geo.unsealing.plan import make_plan
from kortrijk_geo.unsealing.potential import find_patches
from kortrijk_geo.unsealing.reserve import demand, reserved_ground
from kortrijk_geo.unsealing.sealed import sealed_areas, trend
from kortrijk_geo.unsealing.survey import survey

if TYPE_CHECKING:
    import numpy as np

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.unsealing.options import Chosen
    from kortrijk_geo.unsealing.plan import Plan
    from kortrijk_geo.unsealing.rules import Target


@takes(Options)
@tells_own_rules("rules", "curve_numbers", "criteria", "costs", "regulation")
def analyse(city: City, **options: Unpack[Options]) -> ThemeResult:
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
    ThemeResult
        ``areas`` and ``city`` as the outside contract says, and more; layers ``patches`` (removable ground),
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
    raster = city.raster("land_cover")
    grid = grid_of(raster)
    sealed = sealed_areas(raster, city.areas, key="area_id")
    parcels = city.parcels.geometry.to_numpy() if city.has("parcels") else gpd.GeoSeries([]).to_numpy()
    reserved = reserved_ground(city, chosen.rules, pixel_m=max(grid.pixel_m))
    ground = survey(
        raster,
        city.areas.geometry.to_numpy(),
        parcels,
        reserved,
        chosen.rules,
        soil=city.raster("soil_group") if city.has("soil_group") else None,
        strip_rows=chosen.strip_rows,
    )
    needed = demand(city, chosen.rules)
    found, stays = find_patches(city, ground, needed, chosen.rules)
    patches = describe_patches(city, found, sealed, chosen, grid)
    areas = area_table(city, sealed, ground, stays, patches, chosen)
    if chosen.earlier is not None:
        areas = areas.join(trend(sealed, chosen.earlier, city.areas, key="area_id"))
    whole = city_figures(areas, chosen)
    target = chosen.rules.targets.get(city.info.nis_code)
    plan = _plan(patches, chosen, target)
    layers = {"patches": _with_rank(patches, plan)}
    if plan is not None:
        layers["plan"] = plan.patches
    if city.has("parcels"):
        layers["parcels"] = parcel_table(city, ground, patches)
    context = texts.Told(city, chosen, areas, whole, ground, needed, patches, plan, target)
    labels = texts.labels(chosen)
    return ThemeResult(
        theme="unsealing",
        page="ontharding",
        pack=city.name,
        areas=_with_shapes(city, areas),
        city=whole,
        headlines=_headlines(whole, plan, chosen, target),
        labels={key: labels[key] for key in ("name", *areas.columns)},
        layers=layers,
        context=city.context(),
        sources=_sources(city, chosen),
        options={**chosen.record(), **texts.plan_record(plan)},
        notes=texts.notes(context),
        pack_digest=city.digest,
        synthetic=city.synthetic,
        nis_code=city.info.nis_code,
    )


def _plan(patches: gpd.GeoDataFrame, chosen: Chosen, target: Target | None) -> Plan | None:
    question = plan_question(chosen, target)
    if question is None:
        return None
    m3: np.ndarray = patches[f"avoided_runoff_{storm_key(chosen.rules.plan.rain_mm)}_m3"].to_numpy(dtype=float)
    return make_plan(patches, m3=m3, costs=chosen.costs, exact_most=chosen.rules.plan.exact_most_patches, **question)


def _with_rank(patches: gpd.GeoDataFrame, plan: Plan | None) -> gpd.GeoDataFrame:
    if plan is None:
        return patches
    rank = plan.patches.set_index("patch_id")["rank"]
    told = patches.assign(plan_rank=patches["patch_id"].map(rank).astype(float))
    return told[[*(name for name in told.columns if name != "geometry"), "geometry"]]


def _with_shapes(city: City, areas: pd.DataFrame) -> gpd.GeoDataFrame:
    ids = city.areas.set_index("area_id")
    return gpd.GeoDataFrame(pd.concat([ids[["name"]], areas, ids[["geometry"]]], axis=1), crs=city.crs)


def _sources(city: City, chosen: Chosen) -> list[Source]:
    used = ("areas", "land_cover", "parcels", "buildings", "streets", "homes", "soil_group", "surface_temperature")
    rules = (*chosen.rules.sourced, *chosen.curve_numbers.sourced, *chosen.criteria.criteria, chosen.regulation)
    return list(dict.fromkeys([*city.sources(*used), *(Source(table.source, table.date) for table in rules)]))


def _headlines(whole: dict[str, Any], plan: Plan | None, chosen: Chosen, target: Target | None) -> list[Figure]:
    map_source = chosen.rules.accuracy.source
    wanted = chosen.target_m2 if chosen.target_m2 is not None else None if target is None else target.m2
    by = "" if target is None or chosen.target_m2 is not None else target.source
    rules_source = chosen.rules.access.source
    runoff = chosen.curve_numbers.initial_abstraction.source
    told = texts.labels(chosen)
    figures = [
        Figure("sealed_share", told["sealed_share"], whole["sealed_share"], "aandeel", source=map_source),
        Figure("removable_m2", told["removable_m2"], whole["removable_m2"], "m²", source=rules_source),
    ]
    if plan is not None:
        # The target goes with the plan: what could go is not what will, and a plan is not yet work done.
        reached = float(plan.patches["m2"].sum())
        label = f"Plan, nog niet uitgevoerd: ontharding van {decimal_text(len(plan.patches), 0)} vlakken"
        figures.append(Figure("plan_m2", label, reached, "m²", wanted, by))
    figures += [
        Figure(key, told[key], whole[key], "m³", source=runoff)
        for key in ("avoided_runoff_60mm_m3", "avoided_runoff_20mm_m3")
    ]
    figures.append(Figure("sealed_m2", told["sealed_m2"], whole["sealed_m2"], "m²", source=map_source))
    return figures
