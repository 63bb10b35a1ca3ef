"""Green, trees, water and constraints of the demo, as layers of the pack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.demo.boundaries import CRS
from kortrijk_geo.demo.shapes import bend, box_axes, largest_polygons, quads, rounded

if TYPE_CHECKING:
    from kortrijk_geo.demo.fabric import Fabric
    from kortrijk_geo.demo.plan import Plan

_TREES_PER_HA = {"park": 55.0, "cemetery": 35.0, "golf_course": 14.0, "nature_reserve": 22.0}
_LITTLE_GREEN = {"pocket_park": "park", "allotments": "allotments", "wood": "wood"}
_PITCH_M = (100.0, 64.0)
_ROW_M = 13.0
_PLANTED = {
    "primary": 0.5,
    "secondary": 0.5,
    "tertiary": 0.35,
    "residential": 0.22,
    "unclassified": 0.08,
    "cycleway": 0.3,
}


def make_water(plan: Plan, bones: dict[str, Any], domain: shapely.Geometry) -> gpd.GeoDataFrame:
    """Rivers, canals and ponds as polygons, streams as lines."""
    courses = plan.of("water")
    lines = bend(np.array([course.line for course in courses]), plan.warp)
    wet = [shapely.buffer(line, course.width_m / 2) for line, course in zip(lines, courses, strict=True)]
    # The canal ends where the river begins, so that no surface counts twice.
    wet[1:] = [shapely.difference(shape, wet[0]) for shape in wet[1:]]
    ponds = bend(np.array([pond.shape for pond in plan.ponds]), plan.warp)
    streams = [shapely.LineString(rounded(np.array(row["points"], dtype=float))) for row in bones["stream"]]
    shapes = shapely.intersection(np.array([*wet, *ponds, *streams]), domain)
    return gpd.GeoDataFrame(
        {
            "kind": [*(course.kind for course in courses), *("pond" for _ in ponds), *("stream" for _ in streams)],
            "name": [
                *(course.name for course in courses),
                *(pond.name for pond in plan.ponds),
                *(row["name"] for row in bones["stream"]),
            ],
        },
        geometry=shapes,
        crs=CRS,
    )


def make_constraints(plan: Plan, bones: dict[str, Any], domain: shapely.Geometry) -> gpd.GeoDataFrame:
    """Railways, motorways, a power line and a gas pipe, as lines."""
    courses = plan.of("rail", "motorway", "trunk")
    kinds = ["rail" if course.group == "rail" else "motorway" for course in courses]
    lines = list(bend(np.array([course.line for course in courses]), plan.warp))
    names = [course.name for course in courses]
    for kind in ("power", "gas"):
        kinds.append(kind)
        names.append(bones[kind]["name"])
        lines.append(shapely.LineString(bones[kind]["points"]))
    return gpd.GeoDataFrame(
        {"kind": kinds, "name": names}, geometry=shapely.intersection(np.array(lines), domain), crs=CRS
    )


def make_green(plan: Plan, fabric: Fabric, water: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Parks, woods, little parks and sports fields; ponds are taken out."""
    ponds = shapely.union_all(water.geometry.to_numpy()[(water["kind"] == "pond").to_numpy()])
    whole = shapely.buffer(bend(np.array([outline.shape for outline in plan.greens]), plan.warp), -5.0)
    large = gpd.GeoDataFrame(
        {
            "kind": [outline.kind for outline in plan.greens],
            "public": [outline.public for outline in plan.greens],
            "name": [outline.name for outline in plan.greens],
        },
        geometry=shapely.difference(whole, ponds),
        crs=CRS,
    )
    little = fabric.rest[fabric.rest["use"].isin(_LITTLE_GREEN)].sort_values("use", kind="stable")
    kind = little["use"].map(_LITTLE_GREEN)
    number = little.groupby("use").cumcount() + 1
    pocket = gpd.GeoDataFrame(
        {
            "kind": kind.to_numpy(),
            "public": (kind == "park").to_numpy(),
            "name": [f"Buurtpark {n}" if k == "park" else None for k, n in zip(kind, number, strict=True)],
        },
        geometry=little["lot"].to_numpy(),
        crs=CRS,
    )
    sport = fabric.lots[fabric.lots["kind"] == "sport"]
    fields = _pitches(sport["lot"].to_numpy(), sport["building"].to_numpy())
    pitch = gpd.GeoDataFrame(
        {"kind": "pitch", "public": True, "name": None}, index=range(len(fields)), geometry=fields, crs=CRS
    )
    green = gpd.GeoDataFrame(pd.concat([large, pocket, pitch], ignore_index=True), crs=CRS)
    green.insert(0, "green_id", [f"g{number:04d}" for number in range(len(green))])
    return green


def _pitches(blocks: np.ndarray, buildings: np.ndarray) -> np.ndarray:
    centre, along, length, width = box_axes(blocks)
    half = np.minimum(np.array([_PITCH_M]), 0.8 * np.column_stack([length, width])) / 2
    field = shapely.intersection(quads(centre, along, -half, half), shapely.buffer(blocks, -4))
    field = shapely.difference(field, shapely.buffer(buildings, 4))
    pitches = largest_polygons(field, least_m2=500)
    return np.asarray(pitches[[shape is not None for shape in pitches]])


def make_trees(
    streets: gpd.GeoDataFrame,
    green: gpd.GeoDataFrame,
    lots: pd.DataFrame,
    buildings: np.ndarray,
    water: np.ndarray,
    city: shapely.Geometry,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Trees along streets, in parks and in gardens of the city; woods are in the land cover, not tree by tree.

    Parameters
    ----------
    buildings, water
        No tree stands in them, nor on a carriageway.
    """
    xy = np.vstack([_along_streets(streets, rng), _in_green(green, rng), _in_gardens(lots, rng)])
    shapely.prepare(city)
    xy = xy[shapely.contains_xy(city, xy[:, 0], xy[:, 1])]
    points = np.asarray(shapely.points(np.round(xy, 2)))
    stand = shapely.STRtree(points)
    blocked = stand.query(np.concatenate([buildings, water]), predicate="intersects")[1]
    road, on_road = streets.geometry.to_numpy(), streets["width_m"].to_numpy() / 2 + 0.4
    crossed = stand.query(road, predicate="dwithin", distance=on_road)[1]
    points = np.delete(points, np.unique(np.concatenate([blocked, crossed])))
    crown = np.round(np.clip(rng.lognormal(3.45, 0.65, len(points)), 3, 160), 1)
    height = np.round(np.clip(1.9 * np.sqrt(crown) * rng.uniform(0.75, 1.25, len(points)), 3, 28), 1)
    return gpd.GeoDataFrame(
        {"tree_id": [f"t{number:05d}" for number in range(len(points))], "crown_m2": crown, "height_m": height},
        geometry=points,
        crs=CRS,
    )


def _along_streets(streets: gpd.GeoDataFrame, rng: np.random.Generator) -> np.ndarray:
    chance = streets["kind"].map(_PLANTED).fillna(0.0).to_numpy()
    chosen = streets[rng.random(len(streets)) < chance]
    lines, width = chosen.geometry.to_numpy(), chosen["width_m"].to_numpy()
    side = rng.choice([-1.0, 1.0], len(lines))
    count = np.maximum((shapely.length(lines) - 24) / _ROW_M, 0).astype(int)
    line = np.repeat(np.arange(len(lines)), count)
    at = 12 + (np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)) * _ROW_M
    foot = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], at))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], at + 2.0))
    step = (ahead - foot) / np.maximum(np.hypot(*(ahead - foot).T), 1e-9)[:, None]
    away = (width[line] / 2 + 1.6) * side[line]
    aside = np.column_stack([-step[:, 1], step[:, 0]]) * away[:, None]
    return np.asarray(foot + aside + rng.normal(0, 0.25, foot.shape))


def _in_green(green: gpd.GeoDataFrame, rng: np.random.Generator) -> np.ndarray:
    points = [np.empty((0, 2))]
    for shape, kind in zip(green.geometry, green["kind"], strict=True):
        density = _TREES_PER_HA.get(kind, 0.0)
        left, bottom, right, top = shape.bounds
        tries = rng.poisson(density * (right - left) * (top - bottom) / 1e4)
        xy = np.column_stack([rng.uniform(left, right, tries), rng.uniform(bottom, top, tries)])
        points.append(xy[shapely.contains_xy(shape, xy[:, 0], xy[:, 1])])
    return np.vstack(points)


def _in_gardens(lots: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Place trees at the far end of some gardens: away from the building, seen from the lot's middle."""
    chance = lots["kind"].map({"house": 0.6, "ribbon": 1.0, "flats": 0.5, "school": 1.0, "business": 0.4}).fillna(0.0)
    chosen = lots[(rng.random(len(lots)) < chance) & lots["building"].notna()]
    middle = shapely.get_coordinates(shapely.centroid(chosen["lot"].to_numpy()))
    house = shapely.get_coordinates(shapely.centroid(chosen["building"].to_numpy()))
    return middle + (middle - house) * rng.uniform(0.5, 1.2, (len(chosen), 1)) + rng.normal(0, 1.5, middle.shape)
