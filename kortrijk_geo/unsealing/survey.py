"""One pass over the land cover, strip by strip: which sealed ground could go, which stays and why.

The pass is bounded in memory and gives the same result whatever the height of its strips: strips overlap by as much
as the rules look around, parts are measured in whole pixels, and parts cut by the edge of a strip are joined again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.engine.memory import give_back
from kortrijk_geo.engine.morphology import grown, opened
from kortrijk_geo.engine.outlines import outlines
from kortrijk_geo.engine.rasters import Grid, block_cache, open_raster, read_window
from kortrijk_geo.engine.scanline import GrownScan, Scan, paint
from kortrijk_geo.pack.layers import BBK_CODES
from kortrijk_geo.unsealing.loops import count_ground, part_keys
from kortrijk_geo.unsealing.samples import SoilGroups

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.unsealing.reserve import Reserved
    from kortrijk_geo.unsealing.rules import UnsealingRules

    Shapes = NDArray[np.object_]

BUILDING, ROAD, OTHER = 1, 2, 3
SOILS = 5
# Why other sealed ground stays; 0 is ground that may go.
_WAY, _ACCESS, _FOOTWAY, _NARROW = 1, 2, 3, 4
REASONS = {_WAY: "way", _ACCESS: "access", _FOOTWAY: "footway", _NARROW: "narrow"}
_STRIP_PIXELS = 2_000_000


@dataclass(frozen=True)
class Survey:
    """What the pass found.

    Parameters
    ----------
    cover_m2
        Shape (areas, 5 soil groups, 15 codes): square metres of each land cover on each soil.
    stays_m2
        Shape (areas, reasons): other sealed ground per area that may go (0) or stays, by reason.
    parcel, area, road
        Of each part: row of its parcel (-1 none), row of its area, whether it is road.
    outline
        Polygon of each part, along pixel edges, in the CRS of the land cover.
    m2
        Surface of each part.
    pixel_m
        Shortest side of a pixel.
    """

    cover_m2: NDArray[np.float64]
    stays_m2: NDArray[np.float64]
    parcel: NDArray[np.int64]
    area: NDArray[np.int64]
    road: NDArray[np.bool_]
    outline: Shapes
    m2: NDArray[np.float64]
    pixel_m: float

    @property
    def tells_uses(self) -> bool:
        """Whether the land cover tells buildings or roads from other sealed ground, as far as there is any."""
        cover = self.cover_m2.sum(axis=(0, 1))
        return bool(cover[BUILDING] > 0 or cover[ROAD] > 0 or cover[OTHER] == 0)


def survey(
    land_cover: Path,
    areas: Shapes,
    parcels: Shapes,
    reserved: Reserved,
    rules: UnsealingRules,
    *,
    soil: Path | None = None,
    strip_rows: int | None = None,
) -> Survey:
    """Walk over the land cover once.

    Parameters
    ----------
    land_cover
        Codes of the BBK.
    areas, parcels
        Polygons in its CRS; where some overlap, a pixel belongs to one of them.
    reserved
        Ground that stays, from `kortrijk_geo.unsealing.reserve.reserved_ground`.
    rules
        Widths.
    soil
        Raster of soil groups, None where unknown.
    strip_rows
        Rows of a strip; about two million pixels when not given. Changes memory and time, never the result.
    """
    codes_known, reasons = len(BBK_CODES) + 1, len(REASONS) + 1
    cover = np.zeros((len(areas) + 1, SOILS, codes_known), dtype=np.int64)
    stays = np.zeros((len(areas) + 1, reasons), dtype=np.int64)
    with open_raster(land_cover) as (source, grid):
        rows = strip_rows or max(256, _STRIP_PIXELS // grid.width // 256 * 256)
        sieve, soils = _Sieve(grid, reserved, rules), SoilGroups(soil, grid)
        keys = _Keys(grid, rules.patch.cell_m, len(areas), len(parcels))
        area_scan, parcel_scan = Scan(areas, grid), Scan(parcels, grid)
        cut_parts: list[tuple[NDArray[np.int64], Shapes]] = []
        with block_cache(source, rows):
            for window in area_scan.strips(rows):
                area = _numbers(area_scan, len(areas), window)
                codes, reason, free = sieve.sift(
                    read_window(source, window, halo_px=sieve.halo_px).astype(np.uint8), window
                )
                count_ground(area, soils.strip(window), codes, reason, OTHER, cover, stays)
                parcel = _numbers(parcel_scan, len(parcels), window)
                key_of = keys.of(free, area, parcel, codes, window)
                cut_parts.append(outlines(key_of, top=int(window.row_off), left=int(window.col_off)))
        key, outline = _join(cut_parts, list(range(0, grid.height, rows))[1:])
    give_back()
    parcel_of, area_of, road = keys.parts(key)
    return Survey(
        cover_m2=np.asarray(cover[1:] * grid.pixel_m2, dtype=np.float64),
        stays_m2=np.asarray(stays[1:] * grid.pixel_m2, dtype=np.float64),
        parcel=parcel_of,
        area=area_of,
        road=road,
        outline=shapely.transform(outline, lambda xy: _to_ground(grid, xy)),
        m2=shapely.area(outline) * grid.pixel_m2,
        pixel_m=min(grid.pixel_m),
    )


@dataclass(frozen=True)
class _Keys:
    """How a pixel's parcel, area and kind are one number: pixels of one number that touch are one part."""

    grid: Grid
    cell_m: float
    areas: int
    parcels: int

    def of(
        self,
        free: NDArray[np.bool_],
        area: NDArray[np.int32],
        parcel: NDArray[np.int32],
        codes: NDArray[np.uint8],
        window: Window,
    ) -> NDArray[np.int64]:
        """Return the key of each free pixel of an area, -1 elsewhere.

        Ground without parcel is cut in cells, so that no part spans the city.
        """
        transform = self.grid.window_transform(window)
        west, south, east, _ = self.grid.bounds
        x = np.floor((transform.c + (np.arange(free.shape[1]) + 0.5) * transform.a) / self.cell_m)
        y = np.floor((transform.f + (np.arange(free.shape[0]) + 0.5) * transform.e) / self.cell_m)
        across = int(np.floor(east / self.cell_m) - np.floor(west / self.cell_m)) + 1
        column = (x - np.floor(west / self.cell_m)).astype(np.int64)
        row = ((y - np.floor(south / self.cell_m)) * across).astype(np.int64)
        return part_keys(free, area, parcel, codes, ROAD, row, column, self.parcels, self.areas)

    def parts(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """Return parcel (-1 none), area and road of each key."""
        unit, area = keys // self.areas, keys % self.areas
        parcel = unit // 2
        return np.where(parcel <= self.parcels, parcel - 1, -1), area, (unit % 2).astype(bool)


class _Sieve:
    """Which sealed pixels may go, and why the others stay; widths are rounded up to whole pixels."""

    def __init__(self, grid: Grid, reserved: Reserved, rules: UnsealingRules) -> None:
        across, down = grid.pixel_m
        reach_m = rules.footway.free_m + max(across, down) / 2 if rules.footway.free_m else 0.0
        self._pixel_m, self._footway_m = grid.pixel_m, reach_m
        self._opening = rules.patch.width_px(down), rules.patch.width_px(across)
        self.halo_px = int(reach_m / min(across, down)) + 2 * max(self._opening)
        self._grid = grid
        self._scans = [
            GrownScan(shapes, distance_m, grid)
            for shapes, distance_m in (
                (reserved.ways, reserved.ways_m),
                (reserved.access, 0.0),
                (reserved.road_kept, reserved.road_kept_m),
                (reserved.reach, reserved.reach_m),
            )
        ]

    def sift(
        self, pixels: NDArray[np.uint8], window: Window
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]]:
        """Return codes, reason and whether it may go, for the window without the halo that ``pixels`` have."""
        # Codes that the legend lacks are refused where areas are; outside them they are no data.
        codes = np.where(pixels <= max(BBK_CODES), pixels, np.uint8(0))
        ways, access, kept, near = (self._mask(scan, window) for scan in self._scans)
        road = codes == ROAD
        reason = np.where(ways, np.uint8(_WAY), np.where(access, np.uint8(_ACCESS), np.uint8(0)))
        reason[(reason == 0) & grown(road, self._footway_m, pixel_m=self._pixel_m) & ~road] = _FOOTWAY
        free = ((codes == OTHER) & (reason == 0)) | (road & (reason == 0) & ~kept & near)
        wide = opened(free, *self._opening)
        reason[free & ~wide] = _NARROW
        inner = (slice(self.halo_px, -self.halo_px or None),) * 2
        return codes[inner], reason[inner], wide[inner]

    def _mask(self, scan: GrownScan, window: Window) -> NDArray[np.bool_]:
        """Where the shapes lie, in the window with its halo."""
        halo = self.halo_px
        size = int(window.height) + 2 * halo, int(window.width) + 2 * halo
        spans = scan.spans(int(window.row_off) - halo, size[0], int(window.col_off) - halo, size[1])
        return paint(spans, np.ones(len(scan), dtype=bool), size).reshape(size)


def _numbers(scan: Scan, shapes: int, window: Window) -> NDArray[np.int32]:
    """Return for each pixel of a strip the number (from 1) of the polygon that it lies in, 0 for none."""
    return scan.painted(np.arange(1, shapes + 1, dtype=np.int32), window)


def _join(cut_parts: list[tuple[NDArray[np.int64], Shapes]], seams: list[int]) -> tuple[NDArray[np.int64], Shapes]:
    """Join the parts that a seam between strips cut, and put all in one order, whatever the strips were."""
    keys = np.concatenate([np.zeros(0, dtype=np.int64), *(key for key, _ in cut_parts)])
    parts = np.concatenate([np.array([], dtype=object), *(part for _, part in cut_parts)])
    bounds = shapely.bounds(parts).reshape(-1, 4)
    edge = np.isin(-bounds[:, [1, 3]], seams).any(axis=1)
    joined: list[shapely.Geometry] = []
    owners: list[int] = []
    order = np.flatnonzero(edge)[np.argsort(keys[edge], kind="stable")]
    for group in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1):
        for whole in shapely.get_parts(shapely.union_all(parts[group])) if len(group) else ():
            joined.append(whole)
            owners.append(int(keys[group[0]]))
    keys = np.concatenate([keys[~edge], np.array(owners, dtype=np.int64)])
    parts = shapely.normalize(np.concatenate([parts[~edge], _corners_only(np.array(joined, dtype=object))]))
    west, south, _, north = shapely.bounds(parts).reshape(-1, 4).T
    order = np.lexsort((south, keys, west, -north))
    return keys[order], parts[order]


def _corners_only(polygons: Shapes) -> Shapes:
    """Drop the points between corners that joining leaves on straight edges."""
    if not len(polygons):
        return polygons
    rings, owner = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(np.flatnonzero(np.diff(ring)), len(ring) - 1)
    first = np.append(0, last[:-1] + 1)
    # A ring ends in its first point: the one before that is not the one at the place before it.
    before, after = np.arange(len(xy)) - 1, np.arange(len(xy)) + 1
    before[first], after[last] = last - 1, first + 1
    to, on = xy - xy[before], xy[after] - xy
    bends = to[:, 0] * on[:, 1] != to[:, 1] * on[:, 0]
    bends[last] = False
    # Closed again by its first corner.
    corners = np.bincount(ring[bends], minlength=len(rings))
    ends = np.cumsum(corners)
    xy = np.insert(xy[bends], ends, xy[bends][ends - corners], axis=0)
    offsets = np.append(0, ends + np.arange(1, len(rings) + 1)), np.searchsorted(owner, np.arange(len(polygons) + 1))
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, offsets), dtype=object)


def _to_ground(grid: Grid, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    a, e = grid.transform.a, grid.transform.e
    return np.column_stack([grid.transform.c + xy[:, 0] * a, grid.transform.f - xy[:, 1] * e])
