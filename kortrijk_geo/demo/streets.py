"""The street network of the demo: main roads, quays and tracks beside barriers, and the cuts between blocks.

The network is planar by construction: everything is noded together on the drawing board, except motorways and trunk
roads, which meet nothing. Rivers, canals, railways and motorways are crossed on main roads only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.demo.network import WIDTH_M, connected, street_layer
from kortrijk_geo.demo.shapes import bend
from kortrijk_geo.demo.subdivide import cut_blocks
from kortrijk_geo.demo.zones import CORE, INDUSTRY, NEIGHBOUR, OUTSIDE, RURAL, SUBURB, URBAN, Zones

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.demo.plan import Plan

# Short and long side of a block that needs no more cutting, metres, by zone.
_LIMITS = {
    OUTSIDE: (2500.0, 3500.0),
    RURAL: (820.0, 1250.0),
    NEIGHBOUR: (125.0, 300.0),
    SUBURB: (108.0, 290.0),
    URBAN: (88.0, 235.0),
    CORE: (74.0, 165.0),
    INDUSTRY: (260.0, 420.0),
}
# Lines that coincide take the kind of the first.
_RANK = {kind: rank for rank, kind in enumerate((*WIDTH_M, "none"))}
_BUILT = (NEIGHBOUR, SUBURB, URBAN, CORE, INDUSTRY)
_SNAP_M = 0.1
# A block is cut as its built land asks when at least this share of it is built.
_BUILT_SHARE = 0.05


@dataclass(frozen=True)
class Network:
    """The streets and the land between them, both at their true place.

    Parameters
    ----------
    streets
        The layer of the pack.
    faces
        Polygons between all lines.
    zone
        Zone code of each face.
    green
        Index into the plan's greens, -1 where the face is none.
    """

    streets: gpd.GeoDataFrame
    faces: np.ndarray
    zone: np.ndarray
    green: np.ndarray


def make_streets(plan: Plan, zones: Zones, domain: shapely.Polygon, rng: np.random.Generator) -> Network:
    """Grow the network over the domain.

    Parameters
    ----------
    domain
        Polygon on the drawing board; nothing grows outside.
    """
    look = _Look(plan, zones)
    lines, kinds = _framework(plan, look, domain)
    blocks = np.asarray(shapely.get_parts(shapely.polygonize(lines)))
    inside = shapely.point_on_surface(blocks)
    shapely.prepare([domain, plan.corridor])
    open_land = shapely.contains(domain, inside) & ~shapely.contains(plan.corridor, inside)
    green = _green_of(inside, plan)
    leaves_of = blocks[open_land & (green < 0)]
    _, cuts = cut_blocks(leaves_of, look.limits, rng)
    cut_lines, cut_kinds = _kinds_of_cuts(*cuts.trimmed(), look, rng)
    paths = _park_paths(plan, rng)
    lines = np.concatenate([lines, cut_lines, paths])
    kinds = np.concatenate([kinds, cut_kinds, np.full(len(paths), "footway", dtype=object)])
    noded, kind = _noded(lines, kinds)
    streets = connected(bend(noded[kind != "none"], plan.warp), kind[kind != "none"])
    faces = shapely.get_parts(shapely.polygonize(noded))
    inside = shapely.point_on_surface(faces)
    keep = shapely.contains(domain, inside) & ~shapely.contains(plan.corridor, inside)
    faces, inside = faces[keep], inside[keep]
    return Network(
        street_layer(streets, plan, zones, domain, rng),
        bend(faces, plan.warp),
        look.zone(shapely.get_coordinates(inside)),
        _green_of(inside, plan),
    )


class _Look:
    """Looks zones up for points and blocks on the drawing board."""

    def __init__(self, plan: Plan, zones: Zones) -> None:
        self._warp, self._grid, self._zone = plan.warp, zones.grid, zones.zone
        xx, yy = zones.grid.centres()
        built = np.isin(zones.zone, _BUILT)
        centres = plan.warp.back(np.column_stack([xx[built], yy[built]]))
        self._cell_zone = zones.zone[built]
        self._cells = shapely.STRtree(np.asarray(shapely.points(centres)))
        self._cell_m2 = zones.grid.step**2
        self._limits = np.array([_LIMITS[code] for code in range(len(_LIMITS))])

    def zone(self, xy: np.ndarray) -> np.ndarray:
        return self._grid.look_up(self._zone, self._warp(xy))

    def limits(self, blocks: np.ndarray) -> np.ndarray:
        """Return the short and long side that each block may have: what the densest fair share of its land asks."""
        block_limits = self._limits[self.zone(shapely.get_coordinates(shapely.point_on_surface(blocks)))]
        block, cell = self._cells.query(blocks, predicate="contains")
        share = np.bincount(block, minlength=len(blocks)) * self._cell_m2 / shapely.area(blocks)
        asked = share[block] > _BUILT_SHARE
        np.minimum.at(block_limits, block[asked], self._limits[self._cell_zone[cell[asked]]])
        return np.asarray(block_limits)


def _framework(plan: Plan, look: _Look, domain: shapely.Polygon) -> tuple[np.ndarray, np.ndarray]:
    """Collect main roads, lines beside barriers, rings of parks and the edge of the domain, with their kinds."""
    lines: list[shapely.Geometry] = []
    kinds: list[str] = []
    for course in plan.of("road"):
        for piece in shapely.get_parts(shapely.intersection(course.line, domain)):
            lines.append(piece)
            kinds.append(course.kind)
    beside = shapely.get_parts(shapely.boundary(shapely.intersection(plan.corridor, domain.buffer(50))))
    water = shapely.union_all([shapely.buffer(course.line, 80) for course in plan.of("water")])
    shapely.prepare(water)
    for ring in beside:
        pieces = shapely.get_parts(shapely.segmentize(ring, 150.0))
        xy = shapely.get_coordinates(pieces)
        steps = np.asarray(shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)))
        middle = shapely.line_interpolate_point(steps, 0.5, normalized=True)
        built = np.isin(look.zone(shapely.get_coordinates(middle)), _BUILT)
        wet = shapely.contains(water, middle)
        lines += steps.tolist()
        kinds += np.where(built, "residential", np.where(wet, "cycleway", "track")).tolist()
    for outline in plan.greens:
        lines.append(shapely.boundary(outline.shape))
        town = outline.kind in ("park", "cemetery")
        kinds.append("residential" if town else "path")
    lines.append(shapely.boundary(domain))
    kinds.append("none")
    return _noded(np.array(lines), np.array(kinds, dtype=object))


def _noded(lines: np.ndarray, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut lines where they meet, on a fine grid; what lies on the grid already stays where it is."""
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=_SNAP_M))
    return pieces, _carry_over(pieces, lines, kinds)


def _green_of(points: np.ndarray, plan: Plan) -> np.ndarray:
    green = np.full(len(points), -1)
    tree = shapely.STRtree(points)
    for index, outline in enumerate(plan.greens):
        green[tree.query(outline.shape, predicate="contains")] = index
    return green


def _park_paths(plan: Plan, rng: np.random.Generator) -> np.ndarray:
    """Paths through parks and public woods, from edge to edge."""
    paths: list[shapely.Geometry] = []
    for outline in plan.greens:
        if not outline.public:
            continue
        centre = shapely.get_coordinates(shapely.centroid(outline.shape))[0]
        size = np.sqrt(shapely.area(outline.shape))
        first = rng.uniform(0, np.pi)
        for turn in np.arange(2 if size < 300 else 3) * np.pi / (2 if size < 300 else 3):
            foot = centre + rng.normal(0, 0.1 * size, 2)
            away = 3 * size * np.array([np.cos(first + turn), np.sin(first + turn)])
            cut = shapely.intersection(outline.shape, shapely.LineString([foot - away, foot + away]))
            paths += shapely.get_parts(cut).tolist()
    return np.array(paths)


def _kinds_of_cuts(
    lines: np.ndarray, last: np.ndarray, look: _Look, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Kinds for the cuts; some of the last ones end dead, half of those with a footpath as their way on."""
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    zone = look.zone(shapely.get_coordinates(middle))
    chance = rng.random(len(zone))
    length = shapely.length(lines)
    kind = np.full(len(zone), "residential", dtype=object)
    kind[(zone == RURAL) | (zone == OUTSIDE)] = "unclassified"
    rural_last = (zone == RURAL) & last
    kind[rural_last & (chance < 0.45)] = "track"
    kind[rural_last & (chance > 0.9)] = "path"
    kind[zone == INDUSTRY] = "unclassified"
    kind[(zone == CORE) & (chance < 0.12)] = "pedestrian"
    kind[(zone == SUBURB) & last & (chance < 0.15)] = "living_street"
    kind[np.isin(zone, (SUBURB, URBAN)) & last & (chance > 0.96)] = "cycleway"
    dead = last & np.isin(zone, (SUBURB, URBAN, NEIGHBOUR, INDUSTRY)) & (length > 90)
    dead &= (chance > 0.6) & (chance < 0.85)
    rest_m = rng.uniform(22, 45, dead.sum())
    flip = rng.random(dead.sum()) < 0.5
    ends = shapely.get_coordinates(lines[dead]).reshape(dead.sum(), -1, 2)[:, [0, -1]]
    ends = np.where(flip[:, None, None], ends[:, ::-1], ends)
    share = (1 - rest_m / length[dead])[:, None]
    stop = np.round(ends[:, 0] * (1 - share) + ends[:, 1] * share, 1)
    main = shapely.linestrings(np.stack([ends[:, 0], stop], axis=1))
    rest = shapely.linestrings(np.stack([stop, ends[:, 1]], axis=1))
    way_on = np.where(rng.random(dead.sum()) < 0.5, "footway", "none")
    return (
        np.concatenate([lines[~dead], main, rest]),
        np.concatenate([kind[~dead], kind[dead], way_on.astype(object)]),
    )


def _carry_over(pieces: np.ndarray, lines: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Kind of each noded piece: the most important of the lines under its middle."""
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    rank = np.array([_RANK[kind] for kind in kinds])
    line, piece = shapely.STRtree(middle).query(lines, predicate="dwithin", distance=4 * _SNAP_M)
    best = np.full(len(pieces), len(_RANK) - 1)
    np.minimum.at(best, piece, rank[line])
    return np.asarray(np.array(list(_RANK), dtype=object)[best])
