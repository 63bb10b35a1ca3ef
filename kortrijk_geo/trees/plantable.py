"""Plantable space: every pixel of the study area told, window by window, by area, owner and size class.

Invariants: plantable ground is unsealed ground; an obstacle more never adds any; for every size class the outcomes of an
area add to its surface; windows of any size give the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.engine.rasters import WINDOW_PX, write_raster
from kortrijk_geo.engine.zonal import burn
from kortrijk_geo.trees.obstacles import Obstacles
from kortrijk_geo.trees.outcomes import KINDS, Outcomes
from kortrijk_geo.trees.rules import OWNERS, UNKNOWN_OWNER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.trees.cover import Cover, CoverFiles, CoverReader
    from kortrijk_geo.trees.rules import Rules

# A planting code holds two bits per size class (0 none, 1 plantable, 2 permission, 3 pit) and a bit for unsealed ground.
SOFT_BIT = 64
_BITS = 2
_PLANTING = {"plantable": 1, "permission": 2, "pit": 3}


@dataclass
class Tally:
    """Pixels counted; the first axis of every array is the area, its last row the ground of the city in no area.

    Parameters
    ----------
    outcomes
        Per size class: area x owner x outcome.
    best
        Area x owner x kind, the best that any size class finds (plantable, then permission, then pit).
    known, land, canopy, soft
        Per area: pixels known, land, under a crown, unsealed.
    pixel_m2
        Surface of a pixel.
    """

    outcomes: NDArray[np.int64]
    best: NDArray[np.int64]
    known: NDArray[np.int64]
    land: NDArray[np.int64]
    canopy: NDArray[np.int64]
    soft: NDArray[np.int64]
    pixel_m2: float
    lock: Lock = field(default_factory=Lock, repr=False)


class PlantingGround:
    """The rules laid over the ground of one city.

    Parameters
    ----------
    files
        Land cover and canopy.
    rules
        Planting rules.
    layers
        Layers that rules are about, and ``parcels`` for the owners.
    areas
        Areas, in the CRS of the land cover.
    boundary
        The study area.
    """

    def __init__(
        self,
        files: CoverFiles,
        rules: Rules,
        layers: Mapping[str, gpd.GeoDataFrame],
        *,
        areas: gpd.GeoDataFrame,
        boundary: shapely.Geometry,
    ) -> None:
        self.files = files
        self.rules = rules
        self.outcomes = Outcomes(rules)
        self.obstacles = Obstacles(rules, layers)
        self._areas = areas.geometry.to_numpy()
        self._boundary = np.array([boundary], dtype=object)
        parcels = layers.get("parcels")
        self._parcels = np.array([], dtype=object) if parcels is None else parcels.geometry.to_numpy()
        owners = [] if parcels is None else parcels["owner"].map(OWNERS.index).to_list()
        # 0 is what burn leaves where no parcel lies.
        self._owners = np.array(owners, dtype=np.int32) + 1
        self._boxes = shapely.bounds(self._parcels).reshape(-1, 4)
        side = self.outcomes.side_px(files.grid.pixel_m)
        self._halo_px = math.ceil(self.obstacles.reach_m() / min(files.grid.pixel_m)) + 1 + side

    def new_tally(self) -> Tally:
        """Return a tally of nothing."""
        areas, owners, sizes = len(self._areas) + 1, len(OWNERS), len(self.rules.sizes)
        return Tally(
            outcomes=np.zeros((sizes, areas, owners, len(self.outcomes.all)), dtype=np.int64),
            best=np.zeros((areas, owners, len(KINDS)), dtype=np.int64),
            known=np.zeros(areas, dtype=np.int64),
            land=np.zeros(areas, dtype=np.int64),
            canopy=np.zeros(areas, dtype=np.int64),
            soft=np.zeros(areas, dtype=np.int64),
            pixel_m2=self.files.grid.pixel_m2,
        )

    def measure(self, out: Path, *, window_px: int = WINDOW_PX, threads: int = 2) -> Tally:
        """Count every pixel of the study area and write the planting codes (see `verdicts`) to a raster."""
        tally = self.new_tally()

        def compute(window: Window) -> NDArray[np.uint8]:
            with self.files.opened() as reader:
                return self._window(reader, window, tally)

        write_raster(out, self.files.grid, compute, dtype="uint8", nodata=None, window_px=window_px, threads=threads)
        return tally

    def owner(self, window: Window) -> NDArray[np.uint8]:
        """Return the owner of each pixel of a window, as its place in `OWNERS`; unknown where no parcel lies."""
        west, south, east, north = _bounds(self.files.grid, window)
        boxes = self._boxes
        near = (boxes[:, 2] > west) & (boxes[:, 0] < east) & (boxes[:, 3] > south) & (boxes[:, 1] < north)
        burnt = burn(self._parcels[near], self._owners[near], self.files.grid, window)
        return np.where(burnt == 0, UNKNOWN_OWNER, burnt - 1).astype(np.uint8)

    def told(self, reader: CoverReader, window: Window) -> tuple[Cover, NDArray[np.uint8], list[NDArray[np.uint8]]]:
        """Return cover, owner and the outcome per size class of the pixels of a window."""
        halo = self._halo_px
        wide = reader.read(window, halo_px=halo)
        owner = self.owner(window)
        reasons = self.obstacles.reasons(wide, owner, self.files.grid, window, halo_px=halo)
        inner = (slice(halo, -halo),) * 2
        narrow = self.outcomes.narrow(wide.codes, pixel_m=self.files.grid.pixel_m)[inner]
        cover = type(wide)(wide.codes[inner], wide.known[inner], wide.land[inner], wide.canopy[inner])
        return cover, owner, [self.outcomes.of(cover.codes, one, narrow) for one in reasons]

    def _window(self, reader: CoverReader, window: Window, tally: Tally) -> NDArray[np.uint8]:
        grid = self.files.grid
        city = burn(self._boundary, np.array([1]), grid, window) > 0
        if not city.any():
            return np.zeros(city.shape, dtype=np.uint8)
        cover, owner, outcomes = self.told(reader, window)
        areas = len(self._areas)
        # Ground of the city that is in no area is counted in a row of its own, so that the parts are the whole.
        area = burn(self._areas, np.arange(1, areas + 1), grid, window)[city] - 1
        area[area < 0] = areas
        soft = self.outcomes.soft(cover.codes)
        code = np.where(soft, np.uint8(SOFT_BIT), np.uint8(0))
        best = np.zeros(city.shape, dtype=np.uint8)
        counts = []
        place = area.astype(np.int64) * len(OWNERS) + owner[city]
        for size, outcome in enumerate(outcomes):
            kind = self.outcomes.kind[outcome]
            code |= _PLANTING_OF[kind] << np.uint8(_BITS * size)
            best = np.maximum(best, _RANK[kind])
            counts.append(_count(place, outcome[city], tally.outcomes.shape[1:]))
        code[~city] = 0
        kinds = _count(place, _KIND_OF_RANK[best[city]], tally.best.shape)
        with tally.lock:
            for size, one in enumerate(counts):
                tally.outcomes[size] += one
            tally.best += kinds
            for name, mask in (("known", cover.known), ("land", cover.land), ("canopy", cover.canopy), ("soft", soft)):
                getattr(tally, name)[:] += np.bincount(area[mask[city]], minlength=areas + 1)
        return code


def verdicts(codes: NDArray[np.uint8], size: int, kinds: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell where the planting codes allow a tree of a size class on ground of these kinds."""
    wanted = np.zeros(4, dtype=bool)
    wanted[[_PLANTING[kind] for kind in kinds]] = True
    return wanted[(codes >> np.uint8(_BITS * size)) & np.uint8(3)]


def planting_kind(codes: NDArray[np.uint8], size: int) -> NDArray[np.object_]:
    """Return the kind of ground (plantable, permission, pit) under planting codes."""
    names = np.array([None, *_PLANTING], dtype=object)
    return names[(codes >> np.uint8(_BITS * size)) & np.uint8(3)]


def _count(place: NDArray[np.int64], value: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.int64]:
    return np.bincount(place * shape[-1] + value, minlength=math.prod(shape)).reshape(shape)


def _bounds(grid: Grid, window: Window) -> tuple[float, float, float, float]:
    transform = grid.window_transform(window)
    west, north = transform.c, transform.f
    return west, north + window.height * transform.e, west + window.width * transform.a, north


_PLANTING_OF = np.array([_PLANTING.get(kind, 0) for kind in KINDS], dtype=np.uint8)
# From worst to best; the best of the size classes decides what a pixel is good for.
_ORDER = ("unknown", "excluded", "pit", "permission", "plantable")
_RANK = np.array([_ORDER.index(kind) for kind in KINDS], dtype=np.uint8)
_KIND_OF_RANK = np.array([KINDS.index(kind) for kind in _ORDER], dtype=np.uint8)  # type: ignore[arg-type]
