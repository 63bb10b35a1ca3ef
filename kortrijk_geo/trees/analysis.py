"""The trees theme: where a tree can stand, how many places that gives, and where they are needed first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.cache import kept
from kortrijk_geo.engine.memory import give_back
from kortrijk_geo.errors import OptionError
from kortrijk_geo.figure import too_little_of
from kortrijk_geo.mapping.definitions import defined_by
from kortrijk_geo.methods import methods_of
from kortrijk_geo.options import takes
from kortrijk_geo.pack.gate import rests_on
from kortrijk_geo.results import Source, ThemeResult, tells_own_rules
from kortrijk_geo.scratch import scratch_folder
from kortrijk_geo.trees.columns import DEFINED_BY, RESTS, columns, with_city
from kortrijk_geo.trees.cover import CoverFiles
from kortrijk_geo.trees.equity import equity_columns, people_per_km2, spot_need
from kortrijk_geo.trees.explain import rule_layers
from kortrijk_geo.trees.headlines import headlines
from kortrijk_geo.trees.heat import area_means
from kortrijk_geo.trees.hedges import Hedges, measure_hedges
from kortrijk_geo.trees.homes import home_columns, measure_homes
from kortrijk_geo.trees.notes import notes
from kortrijk_geo.trees.options import Chosen, Options, choose
from kortrijk_geo.trees.plantable import Planting, PlantingGround, ground_columns, plantable_picture, reasons_table
from kortrijk_geo.trees.rules import HEAT
from kortrijk_geo.trees.sensitivity import sensitivities
from kortrijk_geo.trees.sites import find_sites, site_columns
from kortrijk_geo.trees.surroundings import make_cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.columns import Values
    from kortrijk_geo.trees.surroundings import Cells

_LAYERS = ("areas", "homes", "buildings", "parcels", "trees", "green", "streets", "water", "constraints")
_RASTERS = ("land_cover", "green_cover", "surface_temperature")
# Codes of the land cover that tell buildings and roads from other sealed ground.
_BUILDING, _ROAD, _OTHER_SEALED = 1, 2, 3

# Sums over the ground that is known: where that is less than half, they say nothing of the whole.
_SUMS = ("tree_sites", "plantable_", "permission_m2", "pit_m2", "unsealed_m2", "hedge_", "facade_garden_m")


@dataclass(repr=False)
class TreesResult(ThemeResult):
    """A `ThemeResult` with the checked options that its page tells of."""

    chosen: Chosen = field(kw_only=True)


@takes(Options)
@kept
@defined_by(DEFINED_BY, __file__)
@tells_own_rules("rules", "need")
@rests_on(RESTS)
def analyse(city: City, **options: Unpack[Options]) -> TreesResult:
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
    TreesResult
        ``areas`` and ``city`` as the outside contract says; layers ``sites`` (points), ``homes`` (3-30-300 of each),
        ``hedges`` (lines with room for one, by parcel) and ``reasons`` (table: m2 by size class, area and what became
        of it); picture ``plantable``.

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
    with files.few_blocks():
        planting = _plant(city, files, chosen)
        cells = make_cells(files, city.boundary.geometry.iloc[0], cell_m=chosen.need.known.cell_m)
        heat, hedges = _heat(city), _hedges(city, files, chosen)
    give_back()
    ground = ground_columns(
        planting.tally, planting.outcomes, chosen, pits_known=planting.pits_known, owners_known=city.has("parcels")
    )
    canopy = ground["canopy_share"][:-1]
    density = people_per_km2(city.areas, city.homes if city.has("homes") else None)
    homes = measure_homes(
        city,
        chosen.need,
        files,
        cells,
        area_canopy=canopy,
        people_per_km2=density,
        assumed_crown_m2=chosen.assumed_crown_m2,
        snap_to=chosen.snap_to,
    )
    equity, bounds = equity_columns(city.areas, canopy, density, heat[:-1], chosen)
    values = {
        **ground,
        **site_columns(planting.sites, city.areas, chosen, owners_known=city.has("parcels")),
        **home_columns(homes, len(city.areas), chosen.need),
        **equity,
        "surface_temperature_c": heat,
        **_hedge_columns(hedges),
    }
    share = ground["land_cover_known_share"]
    values |= {
        name: np.where(too_little_of(share), np.nan, column)
        for name, column in values.items()
        if name.startswith(_SUMS)
    }
    whole = {name: float(column[-1]) for name, column in values.items()}
    if homes is not None and homes.few_trees and not homes.one_number:
        whole["homes_meeting_3_30_300_share"] = np.nan  # of trees that are hardly mapped even a few per cent is a bound
    figures = headlines(whole, chosen, city, homes)
    return TreesResult(
        theme="trees",
        page="bomen",
        pack=city.name,
        areas=_table(city, values),
        city=whole,
        headlines=figures,
        sensitivity=sensitivities(homes, figures, chosen.need),
        columns=columns(chosen),
        layers={
            "sites": _with_need(city, planting.sites, cells, chosen, bounds if np.isfinite(heat).any() else {}),
            **({} if homes is None else {"homes": homes.frame}),
            **({"hedges": hedges.lines} if len(hedges.lines) else {}),
            "reasons": reasons_table(planting.tally, planting.outcomes, city.areas, chosen),
        },
        pictures={"plantable": planting.picture},
        context=city.context(),
        sources=[*city.sources(*_LAYERS, *_RASTERS), *_rule_sources(chosen)],
        options={
            **_record(chosen, bounds),
            "land_cover_method": methods_of(city.sources("land_cover")),
            "snap_to": chosen.snap_to,
            "canopy_raster": "green_cover" if city.has("green_cover") else "land_cover",
        },
        notes=notes(city, chosen, planting, homes, hedges, bounds),
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        nis_code=city.info.nis_code,
        chosen=chosen,
    )


def _plant(city: City, files: CoverFiles, chosen: Chosen) -> Planting:
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
    return Planting(ground.outcomes, ground.obstacles.applied, tally, sites, picture, pits_known)


def _heat(city: City) -> NDArray[np.float64]:
    """Mean surface temperature of every area and of the city; NaN where unknown."""
    if not city.has("surface_temperature"):
        return np.full(len(city.areas) + 1, np.nan)
    raster = city.raster("surface_temperature")
    return np.concatenate([area_means(raster, city.areas), area_means(raster, city.boundary)])


def _hedges(city: City, files: CoverFiles, chosen: Chosen) -> Hedges:
    return measure_hedges(
        files,
        chosen.rules,
        areas=city.areas,
        boundary=city.boundary.geometry.iloc[0],
        parcels=city.parcels if city.has("parcels") else None,
        buildings=city.buildings if city.has("buildings") else None,
        constraints=city.constraints if city.has("constraints") else None,
    )


def _hedge_columns(hedges: Hedges) -> Values:
    return {
        "hedge_m": with_city(hedges.all),
        **{f"hedge_{owner}_m": with_city(metres) for owner, metres in hedges.by_owner.items()},
        "hedge_existing_m": with_city(hedges.existing),
        "facade_garden_m": with_city(hedges.facade_gardens),
    }


def _with_need(
    city: City, sites: gpd.GeoDataFrame, cells: Cells, chosen: Chosen, bounds: dict[str, list[float]]
) -> gpd.GeoDataFrame:
    """Return the sites with their need and its parts; without bounds of the heat that part is unknown."""
    indicators = [indicator.id for indicator in chosen.need.equity.indicators if indicator.of == HEAT]
    heat_bounds = next((bounds[name] for name in indicators if name in bounds), None)
    needs = spot_need(city, sites.geometry, cells, chosen.need, heat_bounds=heat_bounds)
    return sites.assign(**needs)[[*(name for name in sites.columns if name != "geometry"), *needs, "geometry"]]


def _table(city: City, values: Values) -> gpd.GeoDataFrame:
    areas = city.areas.set_index("area_id")
    table = pd.DataFrame({name: column[:-1] for name, column in values.items()}, index=areas.index)
    return gpd.GeoDataFrame(pd.concat([areas[["name"]], table, areas[["geometry"]]], axis=1), crs=city.crs)


def _rule_sources(chosen: Chosen) -> list[Source]:
    """Return the sources of the methods; those of every single rule are in the options."""
    need = chosen.need
    return [
        Source(f"{chosen.rules.title}, versie {chosen.rules.version}"),
        *dict.fromkeys(Source(origin.source) for origin in (need.three.origin, need.thirty.origin, need.equity.origin)),
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
        "equity_weights": {indicator.id: indicator.weight for indicator in need.equity.indicators},
        "bounds": bounds,
        "spot_weights": [need.spot.canopy_weight, need.spot.people_weight, need.spot.heat_weight],
        "target_trees": chosen.target_trees,
        "target_hedge_m": chosen.target_hedge_m,
    }
