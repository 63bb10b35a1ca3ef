"""Putting the demo city together and writing its pack."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.demo.addresses import make_addresses
from kortrijk_geo.demo.ages import how_estimated, with_ages
from kortrijk_geo.demo.boundaries import CRS, Boundaries, make_boundaries
from kortrijk_geo.demo.care import with_capacity, with_care
from kortrijk_geo.demo.city_sites import make_city_sites
from kortrijk_geo.demo.fabric import Fabric, make_fabric, without_empty_blocks
from kortrijk_geo.demo.field import Warp
from kortrijk_geo.demo.figures import Figures, figures, skeleton, version_note
from kortrijk_geo.demo.landcover import HEAT_STEP_M, STEP_M, make_land_cover, make_soil, make_temperature, write_raster
from kortrijk_geo.demo.layers import area_layers, building_layer, home_layer, parcel_layer
from kortrijk_geo.demo.nature import make_constraints, make_green, make_trees, make_water
from kortrijk_geo.demo.people import settle
from kortrijk_geo.demo.plan import Plan, make_plan
from kortrijk_geo.demo.roles import assign_roles
from kortrijk_geo.demo.services import make_amenities, make_childcare, wanted
from kortrijk_geo.demo.shapes import bend
from kortrijk_geo.demo.streets import make_streets
from kortrijk_geo.demo.timetable import TIMETABLE_SOURCE, make_timetable, timetable_date
from kortrijk_geo.demo.zones import BUFFER_M, Zones, make_zones
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack
from kortrijk_geo.pack.layers import AGES, RASTERS, TIMETABLE
from kortrijk_geo.pack.place import check_place
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from kortrijk_geo.pack.timetable import Timetable

_BENDS = ((1150.0, 45.0), (430.0, 13.0))
_SOURCE = "Synthetische demostad, gekalibreerd op gepubliceerde cijfers"
NAME = "Kortrijk (demo)"
_COUNTED = ("boundary", "areas", "subareas", "districts", "homes")


def build_demo(out: Path) -> PackInfo:
    """Build the synthetic city and write its pack to the folder ``out``; each build gives the same bytes.

    Raises
    ------
    OutputError
        When the folder cannot be written, or holds something else.
    """
    fig = figures()
    check_place(out, PackInfo(name=NAME, crs=CRS, nis_code=fig.published["nis_code"]), ())
    layers, rasters, timetable = _grow(fig)
    record = LayerRecord(
        source=_SOURCE,
        reference_date=fig.published["reference_date"],
        licence="CC0",
        synthetic=True,
        notes=(version_note(fig),),
    )
    with scratch_folder() as scratch:
        paths = {}
        for name, (values, left, top, step_m, nodata) in rasters.items():
            paths[name] = scratch / f"{name}.tif"
            write_raster(paths[name], values, left, top, step_m, nodata)
        paths[TIMETABLE] = scratch / RASTERS[TIMETABLE].file
        timetable.write(paths[TIMETABLE])
        info = PackInfo(
            name=NAME,
            crs=CRS,
            nis_code=fig.published["nis_code"],
            buffer_m=3750.0,
            synthetic=True,
            layers={
                **dict.fromkeys(layers, record),
                **dict.fromkeys(_COUNTED, replace(record, estimates=dict.fromkeys(AGES, how_estimated(fig)))),
                "amenities": replace(record, covers=tuple(sorted(layers["amenities"]["category"].unique()))),
            },
            rasters={
                **{name: replace(record) for name in rasters},
                TIMETABLE: replace(record, source=TIMETABLE_SOURCE, reference_date=timetable_date()),
            },
        )
        return write_pack(out, info, layers, paths)


def _grow(
    fig: Figures,
) -> tuple[Mapping[str, pd.DataFrame], dict[str, tuple[np.ndarray, float, float, float, float]], Timetable]:
    bones = skeleton()
    rng = np.random.default_rng(fig.seed)
    areas = make_boundaries(fig, rng)
    plan = make_plan(fig, bones, Warp.draw(rng, _BENDS), rng)
    zones = _zones(fig, plan, areas, rng)
    around = shapely.convex_hull(areas.city).buffer(BUFFER_M).simplify(30)
    drawing = shapely.Polygon(plan.warp.back(shapely.get_coordinates(shapely.segmentize(around, 200))))
    net = make_streets(plan, zones, drawing, rng)
    special = wanted()["role"]
    role, part, cost = assign_roles(net, zones, fig, special, rng)
    near = shapely.box(*areas.city.bounds).buffer(60)
    fabric = make_fabric(net, role, part, cost, fig, near, rng)
    homes = settle(fabric.lots, areas, fig, rng)
    fabric = without_empty_blocks(fabric, homes["lot"].to_numpy())
    childcare = make_childcare(homes, fig, rng)
    aged = with_ages(homes, fig)
    layers = area_layers(areas, aged, fig)
    layers["homes"] = home_layer(aged, areas)
    layers["streets"] = net.streets
    layers["buildings"] = building_layer(fabric.lots, homes, rng)
    layers["addresses"] = make_addresses(net.streets, layers["buildings"], areas, plan, fig)
    layers["childcare"] = childcare
    water = make_water(plan, bones, around)
    green = make_green(plan, fabric, water)
    places = _places(fabric, green, areas, zones)
    amenities = make_amenities(places, homes, net.streets, tuple(bones["station"]["at"]), childcare, fig, rng)
    layers["amenities"] = with_capacity(with_care(amenities, homes, fig), fig)
    layers["parcels"] = parcel_layer(fabric, homes, green, areas)
    buildings = layers["buildings"].geometry.to_numpy()
    layers["trees"] = make_trees(net.streets, green, fabric.lots, buildings, water.geometry.to_numpy(), areas.city, rng)
    layers["green"], layers["water"] = green, water
    layers["constraints"] = make_constraints(plan, bones, around)
    layers["city_sites"] = make_city_sites(layers, homes, fig)
    canvas = make_land_cover(net, fabric, layers, rng)
    left, _, _, top = canvas.bounds
    rasters = {
        "land_cover": (canvas.codes, left, top, STEP_M, 0),
        "surface_temperature": (make_temperature(canvas, rng), left, top, HEAT_STEP_M, -9999.0),
        "soil_group": (make_soil(canvas, rng), left, top, HEAT_STEP_M, 0),
    }
    return layers, rasters, make_timetable(layers, plan, bones, around, fig)


def _zones(fig: Figures, plan: Plan, areas: Boundaries, rng: np.random.Generator) -> Zones:
    def true(shapes: list[shapely.Geometry] | np.ndarray) -> np.ndarray:
        return bend(np.asarray(shapes), plan.warp)

    keep_free = true([plan.corridor, *(outline.shape for outline in plan.greens)])
    industry = true([outline.shape for outline in plan.industry])
    return make_zones(fig, skeleton(), areas, true(plan.lines("road")), keep_free, industry, rng)


def _places(fabric: Fabric, green: gpd.GeoDataFrame, areas: Boundaries, zones: Zones) -> pd.DataFrame:
    """Blocks with a role of their own, and large parks, as points where amenities can be."""
    parks = green[(green["kind"] == "park") & ~green["name"].fillna("").str.startswith("Buurtpark")]
    pocket = fabric.rest[fabric.rest["use"] == "pocket_park"]
    special = fabric.lots[~fabric.lots["kind"].isin(["house", "flats", "ribbon", "business", "shop"])]
    special = special[special["building"].notna()]
    point = np.concatenate(
        [
            shapely.point_on_surface(special["building"].to_numpy()),
            shapely.point_on_surface(pocket["lot"].to_numpy()),
            shapely.point_on_surface(parks.geometry.to_numpy()),
        ]
    )
    role = [*special["kind"], *["pocket_park"] * len(pocket), *["park"] * len(parks)]
    xy = shapely.get_coordinates(point)
    part = zones.grid.look_up(zones.part, xy)
    part[~shapely.contains_xy(areas.city, xy[:, 0], xy[:, 1])] = -1
    return pd.DataFrame({"role": role, "part": part, "point": point})
