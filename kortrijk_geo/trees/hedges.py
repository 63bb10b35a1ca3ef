"""Room for hedges and facade gardens: a simple measure, a sample every few metres along boundaries and walls.

A hedge: on the boundary of a parcel with open ground just behind it, where no hedge or crown is known to stand; a
boundary that two such parcels share counts half for each, so once. It is a theoretical length, no plan: every boundary
of every garden and field is in it. A facade garden: along a wall with public or unparcelled ground just before it that
is open or could be unsealed. Nothing is said about sight, height, doors or gates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from rasterio.windows import Window

from kortrijk_geo.engine.scanline import Scan, paint
from kortrijk_geo.trees.plantable import strip_rows
from kortrijk_geo.trees.rules import OWNERS, UNKNOWN_OWNER, owner_places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.trees.cover import CoverFiles
    from kortrijk_geo.trees.rules import Owner, PlantingRules

_LINE_COLUMNS = ("parcel_id", "owner", "area_id", "m")


@dataclass(frozen=True)
class Samples:
    """Points on rings, ``weight_m`` apart.

    For each a spot just inside and one just outside, the number of the shape, and the two ends of its piece of ring.
    """

    inside: NDArray[np.float64]
    outside: NDArray[np.float64]
    weight_m: NDArray[np.float64]
    shape: NDArray[np.intp]
    piece: NDArray[np.float64]


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
    step = along[edge] / count[edge][:, None]
    begin = start[edge] + step * number[:, None]
    spot = begin + step / 2
    # Rings are turned so that the polygon lies to their left.
    left = np.column_stack([-along[:, 1], along[:, 0]])[edge] / length[edge][:, None] * aside_m
    shape = owner[part[ring[first[edge]]]]
    return Samples(spot + left, spot - left, (length / count)[edge], shape, np.stack([begin, begin + step], axis=1))


@dataclass(frozen=True)
class Hedges:
    """Metres per area, the ground in no area last; NaN without parcels, of facade gardens also without buildings.

    Parameters
    ----------
    by_owner
        Room for hedges by the owner of the parcel, for each of the owners that the rules name.
    existing
        Boundary that had room, were there no hedge or crown already.
    facade_gardens
        Walls with room for a facade garden.
    lines
        The room for hedges as lines: ``parcel_id``, ``owner``, ``area_id``, ``m`` (half of what two parcels share).
    """

    by_owner: dict[Owner, NDArray[np.float64]]
    existing: NDArray[np.float64]
    facade_gardens: NDArray[np.float64]
    lines: gpd.GeoDataFrame

    @property
    def all(self) -> NDArray[np.float64]:
        """Room for hedges of all owners."""
        return np.asarray(sum(self.by_owner.values()), dtype=float)


def measure_hedges(
    files: CoverFiles,
    rules: PlantingRules,
    *,
    areas: gpd.GeoDataFrame,
    boundary: shapely.Geometry,
    parcels: gpd.GeoDataFrame | None,
    buildings: gpd.GeoDataFrame | None,
    constraints: gpd.GeoDataFrame | None = None,
) -> Hedges:
    """Measure the room for hedges and for facade gardens.

    Parameters
    ----------
    files, rules
        Land cover with canopy, and the rules of hedges.
    areas, boundary
        Areas and study area.
    parcels, buildings
        None where the pack has none.
    constraints
        Layer that holds the hedges that stand already; None where the pack has none.
    """
    unknown = np.full(len(areas) + 1, np.nan)
    if parcels is None:
        nothing = gpd.GeoDataFrame({name: [] for name in _LINE_COLUMNS}, geometry=[], crs=areas.crs)
        return Hedges(dict.fromkeys(rules.hedge.owners, unknown), unknown, unknown, nothing)
    # Far enough to be on the pixel beside the line, and on no other line.
    aside_m = max(0.5, 0.75 * max(files.grid.pixel_m))
    shapely.prepare(boundary)
    parcels = parcels[shapely.intersects(parcels.geometry.to_numpy(), boundary)]
    look = _Look(files, areas, boundary, parcels)
    mine = parcels[parcels["owner"].isin(rules.hedge.owners)]
    ring = sample_rings(mine.geometry.to_numpy(), step_m=rules.hedge.step_m, aside_m=aside_m)
    spots = [ring.inside, ring.outside]
    wall = None
    if buildings is not None:
        walls = buildings.geometry.to_numpy()
        walls = walls[shapely.intersects(walls, boundary)]
        wall = sample_rings(walls, step_m=rules.hedge.step_m, aside_m=aside_m)
        spots.append(wall.outside)
    cuts = np.cumsum([len(spot) for spot in spots])
    at = look.at(np.vstack(spots))
    code, canopy = np.split(at.code, cuts), np.split(at.canopy, cuts)
    area, owner = np.split(at.area, cuts), np.split(at.owner, cuts)
    opens = _codes(rules, "plant")
    metres = ring.weight_m * np.where(np.isin(owner[1], owner_places(rules.hedge.owners)), 0.5, 1.0)
    stands = canopy[0] | canopy[1] | _near(constraints, rules, ring)
    fits = opens[code[0]] & ~stands
    mine_of = mine["owner"].to_numpy(dtype=object)[ring.shape]
    facades = unknown
    if wall is not None:
        before = (opens | _codes(rules, "unseal"))[code[2]]
        before &= np.isin(owner[2], owner_places(rules.hedge.facade_owners))
        facades = _sums(area[2], wall.weight_m * before, len(areas))
    return Hedges(
        by_owner={name: _sums(area[0], metres * fits * (mine_of == name), len(areas)) for name in rules.hedge.owners},
        existing=_sums(area[0], metres * (opens[code[0]] & stands), len(areas)),
        facade_gardens=facades,
        lines=_lines(ring, fits & (area[0] > 0), metres, area[0], mine, areas),
    )


def _near(constraints: gpd.GeoDataFrame | None, rules: PlantingRules, ring: Samples) -> NDArray[np.bool_]:
    """Tell which samples lie at a hedge that the pack knows."""
    near = np.zeros(len(ring.weight_m), dtype=bool)
    if constraints is not None and len(near):
        hedges = constraints[constraints["kind"].isin(rules.hedge.existing_kinds)].geometry.to_numpy()
        points = shapely.points((ring.inside + ring.outside) / 2)
        tree = shapely.STRtree(hedges)
        near[tree.query(points, predicate="dwithin", distance=rules.hedge.existing_within_m)[0]] = True
    return near


def _lines(
    ring: Samples,
    fits: NDArray[np.bool_],
    metres: NDArray[np.float64],
    area: NDArray[np.int64],
    parcels: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Draw the samples that fit, those of one parcel and area as one row."""
    group, row = np.unique(ring.shape[fits] * (len(areas) + 2) + area[fits], return_inverse=True)
    parcel, place = group // (len(areas) + 2), group % (len(areas) + 2) - 1
    order = np.argsort(row, kind="stable")
    pieces = np.asarray(shapely.linestrings(ring.piece[fits][order]), dtype=object)
    ids = np.array([*areas["area_id"], None], dtype=object)
    table = {
        "parcel_id": parcels["parcel_id"].to_numpy(dtype=object)[parcel],
        "owner": parcels["owner"].to_numpy(dtype=object)[parcel],
        "area_id": ids[place],
        "m": np.bincount(row, metres[fits], len(group)),
    }
    shapes = np.array([], dtype=object)
    if len(group):
        shapes = np.asarray(shapely.line_merge(shapely.multilinestrings(pieces, indices=row[order])), dtype=object)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=areas.crs)


def _sums(area: NDArray[np.int64], metres: NDArray[np.float64], areas: int) -> NDArray[np.float64]:
    """Sum per area, and over the ground in no area; what lies outside the study area is left out."""
    return np.asarray(np.bincount(area, metres, areas + 2)[1:], dtype=float)


def _codes(rules: PlantingRules, effect: str) -> NDArray[np.bool_]:
    table = np.zeros(256, dtype=bool)
    table[[code for ground in rules.grounds if ground.effect == effect for code in ground.codes]] = True
    return table


@dataclass(frozen=True)
class _At:
    """Under points: land cover code, area, owner, and whether a crown hangs there.

    Areas count from 1; 0 is outside the study area or the raster, one more than the areas is ground in no area.
    """

    code: NDArray[np.uint8]
    area: NDArray[np.int64]
    owner: NDArray[np.int64]
    canopy: NDArray[np.bool_]


class _Look:
    """Reads what is under points."""

    def __init__(
        self, files: CoverFiles, areas: gpd.GeoDataFrame, boundary: shapely.Geometry, parcels: gpd.GeoDataFrame
    ) -> None:
        self._files = files
        self._boundary = Scan(np.array([boundary], dtype=object), files.grid)
        self._areas = Scan(areas.geometry.to_numpy(), files.grid)
        self._numbers = np.arange(1, len(areas) + 1)
        self._parcels = Scan(parcels.geometry.to_numpy(), files.grid)
        self._owners = np.array([OWNERS.index(owner) + 1 for owner in parcels["owner"]], dtype=np.int64)

    def at(self, xy: NDArray[np.float64]) -> _At:
        grid = self._files.grid
        column, row, inside = grid.places(xy[:, 0], xy[:, 1])
        code, canopy = np.zeros(len(xy), dtype=np.uint8), np.zeros(len(xy), dtype=bool)
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
                cover = reader.read(Window(0, top, size[1], size[0]))
                code[here], canopy[here] = cover.codes.ravel()[place], cover.canopy.ravel()[place]
                area_here = paint(self._areas.spans(top, size[0]), self._numbers, size)[place]
                city = paint(self._boundary.spans(top, size[0]), np.array([1]), size)[place]
                area[here] = np.where(area_here == 0, len(self._numbers) + 1, area_here) * city
                burnt = paint(self._parcels.spans(top, size[0]), self._owners, size)[place]
                owner[here] = np.where(burnt == 0, UNKNOWN_OWNER, burnt - 1)
        return _At(code, area, owner, canopy)
