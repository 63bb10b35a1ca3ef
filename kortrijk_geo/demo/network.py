"""The streets layer of the demo: one connected network, cut at junctions, with who may use what in which direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.demo.boundaries import CRS
from kortrijk_geo.demo.shapes import bend, distinct
from kortrijk_geo.demo.zones import CORE, URBAN

if TYPE_CHECKING:
    from kortrijk_geo.demo.plan import Plan
    from kortrijk_geo.demo.zones import Zones

# Carriageway in metres; from the most important kind to the least.
WIDTH_M = {
    "motorway": 26.0,
    "trunk": 17.0,
    "primary": 9.5,
    "secondary": 8.5,
    "tertiary": 7.0,
    "unclassified": 5.5,
    "residential": 5.8,
    "living_street": 5.0,
    "pedestrian": 7.0,
    "service": 4.5,
    "track": 3.0,
    "cycleway": 2.6,
    "footway": 2.0,
    "path": 1.5,
}
_NO_WALK = ("motorway", "trunk")
_NO_CYCLE = ("motorway", "trunk", "footway")


def connected(lines: np.ndarray, kind: np.ndarray) -> gpd.GeoDataFrame:
    """Keep the largest connected network, cut at its junctions only; columns ``kind`` and geometry."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first, last = line_ends(lines)
    count = max(first.max(), last.max()) + 1
    label = connected_components(coo_array((np.ones(len(lines)), (first, last)), shape=(count, count)))[1]
    keep = label[first] == np.bincount(label[first]).argmax()
    return _junction_to_junction(lines[keep], kind[keep])


def _junction_to_junction(lines: np.ndarray, kind: np.ndarray) -> gpd.GeoDataFrame:
    """Join pieces that meet where nothing else does and are of one kind."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.concatenate(line_ends(lines))
    piece = np.tile(np.arange(len(lines)), 2)
    order = np.lexsort((piece, ends))
    node, piece = ends[order], piece[order]
    degree = np.bincount(node)
    first = np.flatnonzero((degree[node] == 2) & np.append(node[1:] == node[:-1], False))
    before, two = piece[first], piece[first + 1]
    alike = kind[before] == kind[two]
    graph = coo_array((np.ones(alike.sum()), (before[alike], two[alike])), shape=(len(lines), len(lines)))
    chain = connected_components(graph, directed=False)[1]
    order = np.argsort(chain, kind="stable")
    start = np.searchsorted(chain[order], np.arange(chain.max() + 1))
    joined = shapely.line_merge(shapely.multilinestrings(lines[order], indices=chain[order]))
    pieces, owner = shapely.get_parts(joined, return_index=True)
    return gpd.GeoDataFrame({"kind": kind[order[start]][owner]}, geometry=pieces, crs=CRS)


def line_ends(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the nodes at both ends of each line."""
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, index)) for index in (0, -1)])
    number = distinct(ends)[1]
    return number[: len(lines)], number[len(lines) :]


def street_layer(
    local: gpd.GeoDataFrame, plan: Plan, zones: Zones, domain: shapely.Polygon, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Make the layer of the pack from the local network and the motorways, which no other street meets."""
    fast = plan.of("motorway", "trunk")
    through = gpd.GeoDataFrame(
        {"kind": [course.kind for course in fast]},
        geometry=bend(shapely.intersection(np.array([course.line for course in fast]), domain), plan.warp),
        crs=CRS,
    )
    streets = gpd.GeoDataFrame(pd.concat([local, through], ignore_index=True), crs=CRS)
    streets.insert(0, "street_id", [f"s{number:05d}" for number in range(len(streets))])
    kind = streets["kind"].to_numpy()
    streets["walk"] = ~np.isin(kind, _NO_WALK)
    cycle = ~np.isin(kind, _NO_CYCLE)
    streets["cycle_forward"] = cycle
    streets["cycle_backward"] = cycle & ~_one_way(streets, cycle, zones, rng)
    streets["width_m"] = [WIDTH_M[value] for value in kind]
    return streets


def _one_way(streets: gpd.GeoDataFrame, cycle: np.ndarray, zones: Zones, rng: np.random.Generator) -> np.ndarray:
    """Pick streets of the town that bicycles ride one way, such that every street can still be reached and left."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    lines = streets.geometry.to_numpy()
    first, last = line_ends(lines)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    town = np.isin(zones.grid.look_up(zones.zone, middle), (CORE, URBAN))
    one_way = town & cycle & (streets["kind"] == "residential").to_numpy() & (rng.random(len(lines)) < 0.12)
    one_way &= first != last
    count = max(first.max(), last.max()) + 1
    for _ in range(20):
        both = cycle & ~one_way
        rows = np.concatenate([first[cycle], last[both]])
        columns = np.concatenate([last[cycle], first[both]])
        graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(count, count))
        label = connected_components(graph, directed=True, connection="strong")[1]
        apart = one_way & (label[first] != label[last])
        if not apart.any():
            break
        one_way &= ~apart
    return np.asarray(one_way)
