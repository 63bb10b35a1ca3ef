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
import pandas as pd
import shapely
from rasterio.windows import Window

from kortrijk_geo.engine.scanline import Scan
from kortrijk_geo.trees.plantable import strip_rows
from kortrijk_geo.trees.rings import lines_along, sample_rings
from kortrijk_geo.trees.rules import OWNERS, UNKNOWN_OWNER, owner_places, owners_of
from kortrijk_geo.trees.tally import look_under

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from kortrijk_geo.trees.cover import CoverFiles
    from kortrijk_geo.trees.rings import Samples
    from kortrijk_geo.trees.rules import Owner, PlantingRules

_LINE_COLUMNS = ("parcel_id", "owner", "area_id", "m")
# Samples worked on at a time.
_PORTION = 500_000


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
    # The prepared one first: GEOS looks at no other.
    parcels = parcels[shapely.intersects(boundary, parcels.geometry.to_numpy())]
    look = _Look(files, areas, boundary, parcels)
    mine = parcels[parcels["owner"].isin(rules.hedge.owners)]
    by_owner = {name: np.zeros(len(areas) + 1) for name in rules.hedge.owners}
    existing, lines = np.zeros(len(areas) + 1), []
    opens, sharing = _codes(rules, "plant"), _among(rules.hedge.owners)
    owner_of = owners_of(mine)
    for rows in _portions(mine.geometry.to_numpy(), rules.hedge.step_m):
        portion = mine.iloc[rows]
        ring = sample_rings(portion.geometry.to_numpy(), step_m=rules.hedge.step_m, aside_m=aside_m)
        # Those just inside, and those just outside.
        at = look.at(np.vstack([ring.inside, ring.outside]))
        half = len(ring.weight_m)
        code, area, beyond = at.code[:half], at.area[:half], at.owner[half:]
        metres = ring.weight_m * np.where(sharing[beyond], 0.5, 1.0)
        stands = at.canopy[:half] | at.canopy[half:] | _near(constraints, rules, ring, portion)
        fits = opens[code] & ~stands
        place = owner_of[rows][ring.shape] * np.int64(len(areas) + 2) + area
        sums = np.bincount(place, metres * fits, len(OWNERS) * (len(areas) + 2)).reshape(len(OWNERS), -1)[:, 1:]
        for name, number in zip(by_owner, owner_places(by_owner), strict=True):
            by_owner[name] += sums[number]
        existing += _sums(area, metres * (opens[code] & stands), len(areas))
        lines.append(_lines(ring, fits & (area > 0), metres, area, rows, len(areas) + 2))
    facades = unknown
    if buildings is not None:
        facades = _facades(look, rules, buildings.geometry.to_numpy(), boundary, aside_m, len(areas))
    return Hedges(by_owner, existing, facades, _table(lines, mine, areas))


def _portions(shapes: NDArray[np.object_], step_m: float) -> list[NDArray[np.intp]]:
    """Divide shapes, from north to south, in portions of about so many samples as fit in memory with ease."""
    order = np.argsort(-shapely.bounds(shapes).reshape(-1, 4)[:, 3], kind="stable")
    samples = np.cumsum(shapely.length(shapes)[order]) / step_m
    cuts = np.flatnonzero(np.diff(samples // _PORTION)) + 1
    return [rows for rows in np.split(order, cuts) if len(rows)]


def _facades(
    look: _Look,
    rules: PlantingRules,
    walls: NDArray[np.object_],
    boundary: shapely.Geometry,
    aside_m: float,
    areas: int,
) -> NDArray[np.float64]:
    """Metres of wall with room for a facade garden, per area."""
    walls = walls[shapely.intersects(boundary, walls)]
    before = _codes(rules, "plant") | _codes(rules, "unseal")
    facades = np.zeros(areas + 1)
    for rows in _portions(walls, rules.hedge.step_m):
        wall = sample_rings(walls[rows], step_m=rules.hedge.step_m, aside_m=aside_m)
        at = look.at(wall.outside)
        room = before[at.code] & _among(rules.hedge.facade_owners)[at.owner]
        facades += _sums(at.area, wall.weight_m * room, areas)
    return facades


def _near(
    constraints: gpd.GeoDataFrame | None, rules: PlantingRules, ring: Samples, parcels: gpd.GeoDataFrame
) -> NDArray[np.bool_]:
    """Tell which samples lie at a hedge that the pack knows."""
    near = np.zeros(len(ring.weight_m), dtype=bool)
    if constraints is None:
        return near
    hedges = constraints[constraints["kind"].isin(rules.hedge.existing_kinds)].geometry.to_numpy()
    if not len(hedges):
        return near
    tree, within_m = shapely.STRtree(hedges), rules.hedge.existing_within_m
    # Parcels first: points are made only on the boundaries of those that have a hedge near. A millimetre more, since
    # a sample lies on the boundary but for rounding.
    has = np.zeros(len(parcels), dtype=bool)
    has[tree.query(parcels.geometry.to_numpy(), predicate="dwithin", distance=within_m + 1e-3)[0]] = True
    samples = np.flatnonzero(has[ring.shape])
    points = shapely.points((ring.inside[samples] + ring.outside[samples]) / 2)
    near[samples[tree.query(points, predicate="dwithin", distance=within_m)[0]]] = True
    return near


def _lines(
    ring: Samples,
    fits: NDArray[np.bool_],
    metres: NDArray[np.float64],
    area: NDArray[np.int32],
    rows: NDArray[np.intp],
    areas: int,
) -> pd.DataFrame:
    """Draw the samples that fit, those of one parcel and area as one row; ``key`` numbers parcel and area."""
    key = np.where(fits, rows[ring.shape] * areas + area, -1)
    lines, line_key = lines_along(ring, key)
    known, row = np.unique(key[fits], return_inverse=True)
    metres_of = np.bincount(row, metres[fits], len(known))
    order = np.argsort(line_key, kind="stable")
    lines, place = lines[order], np.searchsorted(known, line_key[order])
    shapes = np.array([], dtype=object)
    if len(known):
        shapes = np.asarray(shapely.multilinestrings(lines, indices=place), dtype=object)
        single = np.bincount(place) == 1
        shapes[single] = lines[single[place]]
    return pd.DataFrame({"key": known, "m": metres_of, "geometry": shapes})


def _table(lines: list[pd.DataFrame], parcels: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Name parcel, owner and area of the lines, in the order of the parcels."""
    drawn = pd.concat(lines).sort_values("key") if lines else pd.DataFrame({"key": [], "m": [], "geometry": []})
    parcel, place = np.divmod(drawn["key"].to_numpy(np.int64), len(areas) + 2)
    ids = np.array([*areas["area_id"], None], dtype=object)
    table = {
        "parcel_id": parcels["parcel_id"].to_numpy(dtype=object)[parcel],
        "owner": parcels["owner"].to_numpy(dtype=object)[parcel],
        "area_id": ids[place - 1],
        "m": drawn["m"].to_numpy(float),
    }
    return gpd.GeoDataFrame(table, geometry=drawn["geometry"].to_numpy(dtype=object), crs=areas.crs)


def _sums(area: NDArray[np.int32], metres: NDArray[np.float64], areas: int) -> NDArray[np.float64]:
    """Sum per area, and over the ground in no area; what lies outside the study area is left out."""
    return np.asarray(np.bincount(area, metres, areas + 2)[1:], dtype=float)


def _among(owners: Iterable[Owner]) -> NDArray[np.bool_]:
    table = np.zeros(len(OWNERS), dtype=bool)
    table[list(owner_places(owners))] = True
    return table


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
    area: NDArray[np.int32]
    owner: NDArray[np.uint8]
    canopy: NDArray[np.bool_]


class _Look:
    """Reads what is under points."""

    def __init__(
        self, files: CoverFiles, areas: gpd.GeoDataFrame, boundary: shapely.Geometry, parcels: gpd.GeoDataFrame
    ) -> None:
        self._files = files
        self._boundary = Scan(np.array([boundary], dtype=object), files.grid)
        self._areas = Scan(areas.geometry.to_numpy(), files.grid)
        self._numbers = np.arange(1, len(areas) + 1, dtype=np.int32)
        self._parcels = Scan(parcels.geometry.to_numpy(), files.grid)
        # As the difference to unknown, modulo 256: 0 is what paint leaves where no parcel lies.
        self._owners = owners_of(parcels) - np.uint8(UNKNOWN_OWNER)

    def at(self, xy: NDArray[np.float64]) -> _At:
        grid = self._files.grid
        at = _At(
            code=np.zeros(len(xy), dtype=np.uint8),
            area=np.zeros(len(xy), dtype=np.int32),
            owner=np.full(len(xy), UNKNOWN_OWNER, dtype=np.uint8),
            canopy=np.zeros(len(xy), dtype=bool),
        )
        if not len(xy):
            return at
        x, y = xy.T
        columns, rows, _ = grid.places(np.array([x.min(), x.max()]), np.array([y.max(), y.min()]))
        left, last_column = max(int(columns[0]), 0), min(int(columns[1]), grid.width - 1)
        first_row, last_row = max(int(rows[0]), 0), min(int(rows[1]), grid.height - 1)
        if left > last_column:
            return at
        a, _, west, _, e, north = tuple(grid.transform)[:6]
        high = strip_rows(grid)
        tops = range(first_row, last_row + 1, high)
        # The points of each strip, found once: a portion has many strips.
        strip = np.clip(((xy[:, 1] - north) / e - first_row) // high, -1, len(tops)).astype(np.int16)
        order = np.argsort(strip, kind="stable")
        cuts = np.searchsorted(strip[order], np.arange(len(tops) + 1))
        with self._files.opened() as reader:
            for number, top in enumerate(tops):
                window = Window(left, top, last_column + 1 - left, min(high, last_row + 1 - top))
                cover = reader.read(window)
                area = self._areas.painted(self._numbers, window)
                city = self._boundary.painted(np.array([True]), window)
                owner = self._parcels.painted(self._owners, window)
                pixels = cover.codes, area, city, owner, cover.canopy
                under = at.code, at.area, at.owner, at.canopy
                here = order[cuts[number] : cuts[number + 1]]
                none = len(self._numbers) + 1, UNKNOWN_OWNER
                look_under(xy, here, (west, north, a, e), (top, left), pixels, none, under)
        return at
