"""Metres of hedge and of facade garden: a simple measure, a sample every few metres along boundaries and walls.

A hedge: on the boundary of a parcel with open ground just behind it; a boundary that two such parcels share counts
half for each, so once. A facade garden: along a wall with public or unparcelled ground just before it that is open or
could be unsealed. Nothing is said about sight, height, doors or gates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from rasterio.windows import Window

from kortrijk_geo.engine.scanline import Scan, paint
from kortrijk_geo.trees.plantable import strip_rows
from kortrijk_geo.trees.rules import OWNERS, UNKNOWN_OWNER, owner_places

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.trees.cover import CoverFiles
    from kortrijk_geo.trees.rules import PlantingRules


@dataclass(frozen=True)
class Samples:
    """Points on rings, ``weight_m`` apart: a spot just inside and one just outside, and the number of the shape."""

    inside: NDArray[np.float64]
    outside: NDArray[np.float64]
    weight_m: NDArray[np.float64]
    shape: NDArray[np.intp]


def sample_rings(shapes: NDArray[np.object_], *, step_m: float, aside_m: float) -> Samples:
    """Sample the rings of polygons about every ``step_m``; the weights add to the length of the rings."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(ring[1:] == ring[:-1])
    start, along = points[first], points[first + 1] - points[first]
    length = np.hypot(*along.T)
    first, start, along, length = (of_edges[length > 0] for of_edges in (first, start, along, length))
    count = np.maximum(1, np.round(length / step_m)).astype(np.int64)
    edge = np.repeat(np.arange(len(first)), count)
    number = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    spot = start[edge] + along[edge] * ((number + 0.5) / count[edge])[:, None]
    # Rings are turned so that the polygon lies to their left.
    left = np.column_stack([-along[:, 1], along[:, 0]])[edge] / length[edge][:, None] * aside_m
    return Samples(spot + left, spot - left, (length / count)[edge], owner[part[ring[first[edge]]]])


def hedge_metres(
    files: CoverFiles,
    rules: PlantingRules,
    *,
    areas: gpd.GeoDataFrame,
    boundary: shapely.Geometry,
    parcels: gpd.GeoDataFrame | None,
    buildings: gpd.GeoDataFrame | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Measure metres of hedge and of facade garden per area; the last value is ground in no area.

    NaN without parcels (hedges), or without parcels or buildings (facade gardens).
    """
    nothing = np.full(len(areas) + 1, np.nan)
    if parcels is None:
        return nothing, nothing.copy()
    # Far enough to be on the pixel beside the line, and on no other line.
    aside_m = max(0.5, 0.75 * max(files.grid.pixel_m))
    shapely.prepare(boundary)
    parcels = parcels[shapely.intersects(parcels.geometry.to_numpy(), boundary)]
    look = _Look(files, areas, boundary, parcels)
    wanted = parcels["owner"].isin(rules.hedge.owners).to_numpy()
    ring = sample_rings(parcels.geometry.to_numpy()[wanted], step_m=rules.hedge.step_m, aside_m=aside_m)
    spots = [ring.inside, ring.outside]
    wall = None
    if buildings is not None:
        walls = buildings.geometry.to_numpy()
        walls = walls[shapely.intersects(walls, boundary)]
        wall = sample_rings(walls, step_m=rules.hedge.step_m, aside_m=aside_m)
        spots.append(wall.outside)
    cuts = np.cumsum([len(spot) for spot in spots])
    at = look.at(np.vstack(spots))
    code, area, owner = np.split(at[0], cuts), np.split(at[1], cuts), np.split(at[2], cuts)
    opens = _codes(rules, "plant")
    shared = np.isin(owner[1], owner_places(rules.hedge.owners))
    hedges = _sums(area[0], ring.weight_m * opens[code[0]] * np.where(shared, 0.5, 1.0), len(areas))
    if wall is None:
        return hedges, nothing
    fits = (opens | _codes(rules, "unseal"))[code[2]] & np.isin(owner[2], owner_places(rules.hedge.facade_owners))
    return hedges, _sums(area[2], wall.weight_m * fits, len(areas))


def _sums(area: NDArray[np.int64], metres: NDArray[np.float64], areas: int) -> NDArray[np.float64]:
    """Sum per area, and over the ground in no area; what lies outside the study area is left out."""
    return np.asarray(np.bincount(area, metres, areas + 2)[1:], dtype=float)


def _codes(rules: PlantingRules, effect: str) -> NDArray[np.bool_]:
    table = np.zeros(256, dtype=bool)
    table[[code for ground in rules.grounds if ground.effect == effect for code in ground.codes]] = True
    return table


class _Look:
    """Land cover code, area and owner under points.

    Areas count from 1; 0 is outside the study area or the raster, one more than the areas is ground in no area.
    """

    def __init__(
        self, files: CoverFiles, areas: gpd.GeoDataFrame, boundary: shapely.Geometry, parcels: gpd.GeoDataFrame
    ) -> None:
        self._files = files
        self._boundary = Scan(np.array([boundary], dtype=object), files.grid)
        self._areas = Scan(areas.geometry.to_numpy(), files.grid)
        self._numbers = np.arange(1, len(areas) + 1)
        self._parcels = Scan(parcels.geometry.to_numpy(), files.grid)
        self._owners = np.array([OWNERS.index(owner) + 1 for owner in parcels["owner"]], dtype=np.int64)

    def at(self, xy: NDArray[np.float64]) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
        grid = self._files.grid
        column, row, inside = grid.places(xy[:, 0], xy[:, 1])
        code = np.zeros(len(xy), dtype=np.uint8)
        area, owner = np.zeros(len(xy), dtype=np.int64), np.full(len(xy), UNKNOWN_OWNER)
        order = np.argsort(row, kind="stable")
        with self._files.opened() as reader:
            for strip in grid.strips(strip_rows(grid)):
                top, size = int(strip.row_off), (int(strip.height), grid.width)
                first, last = np.searchsorted(row[order], [top, top + size[0]])
                here = order[first:last]
                here = here[inside[here]]
                if not len(here):
                    continue
                place = (row[here] - top) * grid.width + column[here]
                code[here] = reader.read(Window(0, top, size[1], size[0])).codes.ravel()[place]
                area_here = paint(self._areas.spans(top, size[0]), self._numbers, size)[place]
                city = paint(self._boundary.spans(top, size[0]), np.array([1]), size)[place]
                area[here] = np.where(area_here == 0, len(self._numbers) + 1, area_here) * city
                burnt = paint(self._parcels.spans(top, size[0]), self._owners, size)[place]
                owner[here] = np.where(burnt == 0, UNKNOWN_OWNER, burnt - 1)
        return code, area, owner
