"""The trees theme: where a tree can stand, how many places that gives, and where they are needed first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.engine.zonal import disjoint_groups
from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import takes
from kortrijk_geo.results import Figure, Source, ThemeResult
from kortrijk_geo.scratch import scratch_folder
from kortrijk_geo.trees import figures, texts
from kortrijk_geo.trees.cover import CoverFiles
from kortrijk_geo.trees.explain import rule_layers
from kortrijk_geo.trees.heat import area_means
from kortrijk_geo.trees.hedges import hedge_metres
from kortrijk_geo.trees.homes import measure_homes
from kortrijk_geo.trees.options import Options, choose
from kortrijk_geo.trees.overlay import plantable_picture
from kortrijk_geo.trees.plantable import PlantingGround
from kortrijk_geo.trees.sites import find_sites
from kortrijk_geo.trees.spots import spot_need
from kortrijk_geo.trees.surroundings import make_cells

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import Picture
    from kortrijk_geo.trees.figures import Columns
    from kortrijk_geo.trees.homes import HomesMeasured
    from kortrijk_geo.trees.obstacles import Applied
    from kortrijk_geo.trees.options import Chosen
    from kortrijk_geo.trees.outcomes import Outcomes
    from kortrijk_geo.trees.plantable import Tally
    from kortrijk_geo.trees.surroundings import Cells

_LAYERS = ("areas", "homes", "buildings", "parcels", "trees", "green", "streets", "water", "constraints")
_RASTERS = ("land_cover", "green_cover", "surface_temperature")
# Codes of the land cover that tell buildings and roads from other sealed ground.
_BUILDING, _ROAD, _OTHER_SEALED = 1, 2, 3
# Slivers between digitised boundaries are no overlap.
_OVERLAP_M2 = 1000.0


@dataclass(frozen=True)
class _Planting:
    """What the rules left: outcomes and their count, what the rules found, the sites, the picture."""

    outcomes: Outcomes
    applied: Applied
    tally: Tally
    sites: gpd.GeoDataFrame
    picture: Picture
    pits_known: bool


@takes(Options)
def analyse(city: City, **options: Unpack[Options]) -> ThemeResult:
    """Measure plantable space, choose sites for trees, and tell where they are needed first.

    Every square metre of the study area is told by `kortrijk_geo.trees.outcomes.Outcomes`: plantable, plantable with
    permission, a pit that needs unsealing, or taken by a rule. Canopy is measured on ``green_cover`` where the pack
    has it, else on the land cover. What a pack does not hold is unknown, never 0.

    Parameters
    ----------
    city
        A pack with ``areas`` and raster ``land_cover``; homes, streets, green, trees, parcels, buildings, water,
        constraints, ``green_cover`` and ``surface_temperature`` are used when it has them.
    **options
        See `kortrijk_geo.trees.Options`.

    Returns
    -------
    ThemeResult
        ``areas`` and ``city`` as the outside contract says; layers ``sites`` (points), ``homes`` (3-30-300 of each)
        and ``reasons`` (table: m2 by size class, area and what became of it); picture ``plantable``.

    Raises
    ------
    MissingLayerError
        When the pack lacks the land cover.
    DataError, CrsError
        When a raster, a layer or a rules file is wrong.
    OptionError
        When an option has a value that cannot be used.
    """
    chosen = choose(city.info.nis_code, **options)
    files = CoverFiles.of(city)
    planting = _plant(city, files, chosen)
    need = chosen.need
    ground = figures.ground_columns(
        planting.tally,
        planting.outcomes,
        chosen,
        pits_known=planting.pits_known,
        owners_known=city.has("parcels"),
    )
    cells = make_cells(files, city.boundary.geometry.iloc[0], cell_m=need.known.cell_m)
    density = figures.people_per_km2(city.areas, city.homes if city.has("homes") else None)
    canopy = ground["canopy_share"][:-1]
    measured = measure_homes(
        city, need, cells, area_canopy=canopy, people_per_km2=density, assumed_crown_m2=chosen.assumed_crown_m2
    )
    heat = np.full(len(city.areas) + 1, np.nan)
    if city.has("surface_temperature"):
        temperature = city.raster("surface_temperature")
        heat = np.concatenate([area_means(temperature, city.areas), area_means(temperature, city.boundary)])
    scores, bounds = figures.equity_columns(
        canopy, density, figures.square_km(city.areas), figures.indicator_values(city.areas, need, heat[:-1]), chosen
    )
    columns = {
        **ground,
        **figures.site_columns(planting.sites, city.areas, chosen),
        **figures.home_columns(measured, len(city.areas), need),
        **scores,
        "surface_temperature_c": heat,
        **_hedges(city, files, chosen),
    }
    sites = _with_need(city, planting.sites, cells, chosen, bounds, heat_known=bool(np.isfinite(heat).any()))
    return _result(city, chosen, columns, planting, sites=sites, measured=measured, bounds=bounds)


def _plant(city: City, files: CoverFiles, chosen: Chosen) -> _Planting:
    boundary = city.boundary.geometry.iloc[0]
    ground = PlantingGround(files, chosen.rules, rule_layers(city, chosen.rules), areas=city.areas, boundary=boundary)
    with scratch_folder() as folder:
        codes = folder / "planting.tif"
        tally = ground.measure(codes)
        there = tally.codes.sum(axis=0) > 0
        pits_known = bool(there[_BUILDING] or there[_ROAD] or not there[_OTHER_SEALED])
        if "pit" in chosen.plant_on and not pits_known:
            raise OptionError(
                f"plant_on: {files.land_cover} does not tell buildings and roads from other sealed ground, so pits are"
                " not known; leave 'pit' out"
            )
        sites = find_sites(
            codes,
            files.grid,
            chosen.rules,
            areas=city.areas,
            parcels=city.parcels if city.has("parcels") else None,
            kinds=chosen.plant_on,
        )
        picture = plantable_picture(codes, files.grid, chosen.rules)
    return _Planting(ground.outcomes, ground.obstacles.applied, tally, sites, picture, pits_known)


def _hedges(city: City, files: CoverFiles, chosen: Chosen) -> Columns:
    hedges, facades = hedge_metres(
        files,
        chosen.rules,
        areas=city.areas,
        boundary=city.boundary.geometry.iloc[0],
        parcels=city.parcels if city.has("parcels") else None,
        buildings=city.buildings if city.has("buildings") else None,
    )
    return {"hedge_m": figures.with_city(hedges), "facade_garden_m": figures.with_city(facades)}


def _with_need(
    city: City,
    sites: gpd.GeoDataFrame,
    cells: Cells,
    chosen: Chosen,
    bounds: dict[str, list[float]],
    *,
    heat_known: bool,
) -> gpd.GeoDataFrame:
    """Return the sites with their need and its parts."""
    ids = [one.id for one in chosen.need.equity.indicators if one.of == "surface_temperature"]
    heat_bounds = next((bounds[one] for one in ids if one in bounds), None) if heat_known else None
    found = spot_need(city, sites.geometry, cells, chosen.need, heat_bounds=heat_bounds)
    return sites.assign(**found)[[*(c for c in sites.columns if c != "geometry"), *found, "geometry"]]


def _result(
    city: City,
    chosen: Chosen,
    columns: Columns,
    planting: _Planting,
    *,
    sites: gpd.GeoDataFrame,
    measured: HomesMeasured | None,
    bounds: dict[str, list[float]],
) -> ThemeResult:
    areas = city.areas.set_index("area_id")
    values = pd.DataFrame({name: one[:-1] for name, one in columns.items()}, index=areas.index)
    table = gpd.GeoDataFrame(pd.concat([areas[["name"]], values, areas[["geometry"]]], axis=1), crs=city.crs)
    whole = {name: float(one[-1]) for name, one in columns.items()}
    names = texts.labels(chosen)
    tally = planting.tally
    found = texts.Found(
        applied=planting.applied,
        codes_in_city=frozenset(np.flatnonzero(tally.codes.sum(axis=0)).tolist()),
        known_share=whole["land_cover_known_share"],
        ground_in_no_area_m2=float(tally.codes[-1].sum() * tally.pixel_m2),
        areas_overlap=len(disjoint_groups(city.areas.geometry.to_numpy(), tolerance_m2=_OVERLAP_M2)) > 1,
        pits_known=planting.pits_known,
        homes=measured,
        bounds=bounds,
        sites=len(sites),
    )
    layers: dict[str, Any] = {"sites": sites}
    if measured is not None:
        layers["homes"] = measured.frame
    layers["reasons"] = figures.reasons_table(tally, planting.outcomes, city.areas, chosen)
    return ThemeResult(
        theme="trees",
        page="bomen",
        pack=city.name,
        areas=table,
        city=whole,
        headlines=_headlines(whole, names, chosen, city),
        labels={name: names[name] for name in ("name", *columns)},
        layers=layers,
        pictures={"plantable": planting.picture},
        context=city.context(),
        sources=[*city.sources(*_LAYERS, *_RASTERS), *_rule_sources(chosen)],
        options=_record(chosen, bounds),
        notes=texts.notes(city, chosen, found),
        pack_digest=city.digest,
        synthetic=city.synthetic,
        nis_code=city.info.nis_code,
    )


def _headlines(whole: dict[str, float], names: dict[str, str], chosen: Chosen, city: City) -> list[Figure]:
    target = chosen.rules.target_of(city.info.nis_code)
    source = target.origin.source if target else ""
    cover = "; ".join(str(one) for one in city.sources("land_cover"))
    need = chosen.need
    # Room for trees is no planted tree: the city's number stands in the label, not as a goal that the room meets.
    to_plant = {
        "tree_sites": texts.to_plant(chosen.target_trees, target.trees if target else None, target),
        "hedge_m": texts.to_plant(chosen.target_hedge_m, target.hedge_m if target else None, target),
    }
    wanted: list[tuple[str, str, float | None, str]] = [
        ("tree_sites", "plaatsen", None, source),
        ("plantable_m2", "m²", None, cover),
        ("canopy_share", "aandeel", need.thirty.least_share, need.thirty.origin.source),
        ("homes_meeting_3_30_300_share", "aandeel", None, need.three.origin.source),
        ("tree_equity_score", "van 100", None, need.equity.origin.source),
        ("hedge_m", "m", None, source),
    ]
    return [
        Figure(
            key,
            names[key] + to_plant.get(key, ""),
            whole[key] if np.isfinite(whole[key]) else None,
            unit,
            goal,
            origin,
        )
        for key, unit, goal, origin in wanted
    ]


def _rule_sources(chosen: Chosen) -> list[Source]:
    """Return the sources of the methods; those of every single rule are in the options."""
    need = chosen.need
    return [
        Source(f"{chosen.rules.title}, versie {chosen.rules.version}"),
        *dict.fromkeys(Source(one.source) for one in (need.three.origin, need.thirty.origin, need.equity.origin)),
    ]


def _record(chosen: Chosen, bounds: dict[str, list[float]]) -> dict[str, Any]:
    rules, need = chosen.rules, chosen.need
    return {
        "rules_version": rules.version,
        "need_version": need.version,
        "distances_m": {rule.id: list(rule.distances_m) for rule in rules.rules},
        "effects": {rule.id: rule.effect for rule in rules.rules},
        "rule_sources": {
            rule.id: f"{rule.origin.source}; {rule.origin.date}; {rule.origin.standing}" for rule in rules.rules
        },
        "size_labels": {size.id: size.label for size in rules.sizes},
        "spacing_m": {size.id: size.spacing_m for size in rules.sizes},
        "plant_on": list(chosen.plant_on),
        "assumed_crown_m2": chosen.assumed_crown_m2,
        "three": [need.three.least_crowns, need.three.least_crown_m2, need.three.within_m],
        "thirty": [need.thirty.least_share, need.thirty.within_m, need.thirty.measured_in],
        "three_hundred": [need.three_hundred.max_m, need.three_hundred.min_ha, need.three_hundred.min_ha_dense],
        "equity_weights": {one.id: one.weight for one in need.equity.indicators},
        "bounds": bounds,
        "spot_weights": [need.spot.canopy_weight, need.spot.people_weight, need.spot.heat_weight],
        "target_trees": chosen.target_trees,
        "target_hedge_m": chosen.target_hedge_m,
    }
