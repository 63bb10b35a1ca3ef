"""Addresses of the demo: every building of the city has a number on its street, odd on the left and even on the right.

No random choice is made here, so that the rest of the demo does not depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.demo.boundaries import CRS
from kortrijk_geo.demo.courses import find_courses
from kortrijk_geo.demo.people import sector_of
from kortrijk_geo.demo.street_names import invent_names, main_roads
from kortrijk_geo.demo.zones import CENTRE

if TYPE_CHECKING:
    from kortrijk_geo.demo.boundaries import Boundaries
    from kortrijk_geo.demo.courses import Courses
    from kortrijk_geo.demo.figures import Figures
    from kortrijk_geo.demo.plan import Plan

_PATHS = ("track", "cycleway", "footway", "path")
# A corner house at a street where fewer buildings than this stand belongs to the next street within so many metres.
_LEAST_BUILDINGS = 4
_NEXT_STREET_M = 35.0
# A building deep in its land has its number at the gate, at most so far from the street.
_GATE_M = 50.0


def make_addresses(
    streets: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, areas: Boundaries, plan: Plan, fig: Figures
) -> gpd.GeoDataFrame:
    """Make the layer ``addresses`` of the city: one row per building, by street and number.

    Parameters
    ----------
    streets, buildings
        Layers of the pack.
    """
    point = shapely.point_on_surface(buildings.geometry.to_numpy())
    sector = sector_of(point, areas)
    point, sector = point[sector >= 0], sector[sector >= 0]
    walk = streets[streets["walk"]].reset_index(drop=True)
    road = main_roads(walk, plan)
    group = np.where(road != "", road, np.where(walk["kind"].isin(_PATHS), "path", "street"))
    centre = next(row["point"] for row in fig.wijken if row["code"] == CENTRE)
    courses = find_courses(walk.geometry.to_numpy(), group, shapely.Point(centre))
    piece = streets_of(point, courses)
    metres, left = courses.place(point, piece)
    doors = pd.DataFrame({"course": courses.course[piece], "road": road[piece], "kind": walk["kind"].to_numpy()[piece]})
    doors[["x", "y"]] = shapely.get_coordinates(point)
    doors["street"] = doors["course"].map(_names(doors))
    doors["house_number"] = house_numbers(doors["course"].to_numpy(), metres, left)
    postcode = {row["code"]: row["postcode"] for row in fig.districts}
    doors["postcode"] = areas.sectors["district_id"].map(postcode).to_numpy()[sector]
    away = shapely.shortest_line(courses.lines[piece], point)
    doors["point"] = shapely.line_interpolate_point(away, np.minimum(shapely.length(away), _GATE_M))
    doors = doors.sort_values(["street", "house_number"], kind="stable")
    return gpd.GeoDataFrame(
        {
            "address_id": [f"a{number:05d}" for number in range(len(doors))],
            "street": doors["street"].to_numpy(),
            "house_number": doors["house_number"].astype(str).to_numpy(),
            "postcode": doors["postcode"].to_numpy(),
            "municipality": fig.published["municipality"],
        },
        geometry=doors["point"].to_numpy(),
        crs=CRS,
    )


def streets_of(points: np.ndarray, courses: Courses) -> np.ndarray:
    """Index of the street piece that each building stands at: the nearest, but see ``_LEAST_BUILDINGS``."""
    piece = shapely.STRtree(courses.lines).query_nearest(points, all_matches=False)[1]
    built = np.bincount(courses.course[piece], minlength=courses.course.max() + 1) >= _LEAST_BUILDINGS
    alone = np.flatnonzero(~built[courses.course[piece]])
    other = np.flatnonzero(built[courses.course])
    near, next_street = shapely.STRtree(courses.lines[other]).query_nearest(
        points[alone], max_distance=_NEXT_STREET_M, all_matches=False
    )
    piece[alone[near]] = other[next_street]
    return np.asarray(piece)


def _names(doors: pd.DataFrame) -> dict[int, str]:
    """Name of each street by its index; of several streets on one main road the most built one keeps its name."""
    streets = doors.groupby("course").agg(
        road=("road", "first"), kind=("kind", "first"), buildings=("kind", "size"), x=("x", "mean"), y=("y", "mean")
    )
    by_size = streets.sort_values("buildings", ascending=False, kind="stable")
    main = by_size[by_size["road"] != ""].drop_duplicates("road")["road"]
    rest = streets.drop(main.index)
    along = gpd.GeoSeries.from_xy(rest["x"], rest["y"], crs=CRS).hilbert_distance()
    invented = invent_names(rest["kind"].to_numpy(), rest["buildings"].to_numpy(), along.to_numpy())
    return {**main.to_dict(), **dict(zip(rest.index, invented, strict=True))}


def house_numbers(course: np.ndarray, metres: np.ndarray, left: np.ndarray) -> np.ndarray:
    """House numbers that ascend along each side of a street: odd on the left, even on the right."""
    order = np.lexsort((metres, left, course))
    row = pd.DataFrame({"course": course[order], "left": left[order]})
    number = np.empty(len(order), dtype=int)
    number[order] = 2 * row.groupby(["course", "left"]).cumcount().to_numpy() + np.where(row["left"], 1, 2)
    return number
