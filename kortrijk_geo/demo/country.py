"""Open land: ribbons of houses along country roads, and fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.demo.shapes import quads
from kortrijk_geo.demo.subdivide import cut_blocks

if TYPE_CHECKING:
    from kortrijk_geo.demo.field import Waves

_PITCH_M = 27.0
_FIELD_M = (150.0, 330.0)


@dataclass(frozen=True)
class Ribbon:
    """Lots along country roads: index of the block, lot and building polygons, sealed drive."""

    block: np.ndarray
    lot: np.ndarray
    building: np.ndarray
    drive: np.ndarray


def make_ribbon(
    blocks: np.ndarray, chance: np.ndarray, roads: np.ndarray, rough: Waves, rng: np.random.Generator
) -> Ribbon:
    """Place houses along the edges of open blocks that lie on a road.

    Parameters
    ----------
    blocks
        Polygons, streets taken off.
    chance
        Share of the places along each block's edge that is used where ribbons grow.
    roads
        Streets for cars.
    rough
        Field that decides where ribbons grow (above 0).
    """
    rings = shapely.get_exterior_ring(shapely.normalize(blocks))
    places = (shapely.length(rings) / _PITCH_M).astype(int)
    block = np.repeat(np.arange(len(blocks)), places)
    along_m = (np.arange(len(block)) - np.repeat(np.cumsum(places) - places, places) + 0.5) * _PITCH_M
    used = rng.random(len(block)) < chance[block]
    block, along_m = block[used], along_m[used]
    foot = shapely.get_coordinates(shapely.line_interpolate_point(rings[block], along_m))
    grows = rough.at(foot[:, 0], foot[:, 1]) > 0
    point = shapely.points(foot[grows])
    grows[grows] = shapely.dwithin(point, roads[shapely.STRtree(roads).nearest(point)], 11.0)
    block, along_m, foot = block[grows], along_m[grows], foot[grows]
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(rings[block], along_m + 2.0))
    axis = ahead - foot
    axis /= np.maximum(np.hypot(*axis.T), 1e-9)[:, None]
    # Normalised rings run clockwise: the block lies at the right hand, so the axis is turned round.
    axis = -axis
    size = len(block)
    ones = np.ones(size)
    lot = quads(
        foot, axis, np.column_stack([-11.5 * ones, 0 * ones]), np.column_stack([11.5 * ones, rng.uniform(38, 55, size)])
    )
    near = rng.uniform(6, 12, size)
    half, deep = rng.uniform(4.5, 7.5, size), rng.uniform(8.5, 12.5, size)
    building = quads(foot, axis, np.column_stack([-half, near]), np.column_stack([half, near + deep]))
    drive = quads(foot, axis, np.column_stack([half - 3.5, -1 * ones]), np.column_stack([half, near]))
    within = shapely.intersection(lot, blocks[block])
    fits = shapely.area(within) > 0.97 * shapely.area(lot)
    fits &= shapely.covered_by(building, blocks[block])
    keep = np.flatnonzero(fits)
    keep = keep[_apart(lot[keep])]
    keep = keep[shapely.get_type_id(within[keep]) == 3]
    return Ribbon(block[keep], within[keep], building[keep], drive[keep])


def _apart(shapes: np.ndarray) -> np.ndarray:
    """Tell which shapes stay when of two that overlap the later goes."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = first < second
    stays = np.ones(len(shapes), dtype=bool)
    for earlier, later in sorted(zip(first[pair].tolist(), second[pair].tolist(), strict=True)):
        if stays[earlier]:
            stays[later] = False
    return stays


def make_fields(blocks: np.ndarray, ribbon: Ribbon, rng: np.random.Generator) -> np.ndarray:
    """Divide what the ribbons leave of open blocks into fields."""
    rest = blocks.copy()
    taken = np.unique(ribbon.block)
    order = np.argsort(ribbon.block, kind="stable")
    lots = shapely.multipolygons(ribbon.lot[order], indices=np.searchsorted(taken, ribbon.block[order]))
    rest[taken] = shapely.difference(blocks[taken], shapely.buffer(lots, 0))
    pieces = shapely.get_parts(rest)
    pieces = pieces[shapely.area(pieces) > 1]

    def limits(blocks: np.ndarray) -> np.ndarray:
        return np.tile(_FIELD_M, (len(blocks), 1))

    return cut_blocks(pieces, limits, rng)[0]
