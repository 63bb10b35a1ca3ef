"""Plantable space: every pixel of the study area told, strip by strip, by area, owner and size class.

Invariants: plantable ground is unsealed ground; an obstacle more never adds any; for every size class the outcomes of
an area add to its surface; strips of any height give the same.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import rasterio

from kortrijk_geo.engine.memory import give_back
from kortrijk_geo.engine.pixel_loops import translate
from kortrijk_geo.engine.polygons import overlay_png
from kortrijk_geo.engine.rasters import geotiff_profile
from kortrijk_geo.engine.scanline import Scan
from kortrijk_geo.results import Picture
from kortrijk_geo.trees.columns import ratio, with_city
from kortrijk_geo.trees.obstacles import Obstacles
from kortrijk_geo.trees.outcomes import KINDS, Outcomes
from kortrijk_geo.trees.rules import OWNERS, UNKNOWN_OWNER, owners_of
from kortrijk_geo.trees.tally import count_best, count_cover, count_outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import shapely
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.trees.columns import Values
    from kortrijk_geo.trees.cover import Cover, CoverFiles, CoverReader
    from kortrijk_geo.trees.obstacles import Applied
    from kortrijk_geo.trees.options import Chosen
    from kortrijk_geo.trees.rules import PlantingRules

# A planting code holds two bits per size class (0 none, 1 plantable, 2 permission, 3 pit) and one for unsealed ground.
SOFT_BIT = 64
_BITS = 2
_STRIP_PIXELS = 2_000_000
_PLANTING = {"plantable": 1, "permission": 2, "pit": 3}
# Darkest for the largest tree that fits; then what needs someone's agreement, then pits in what is sealed now.
_SIZE_COLOURS = ("#00441b", "#238b45", "#74c476")
_OTHER = (
    ("permission", "met akkoord van gebruiker of beheerder", "#fdd49e"),
    ("pit", "plantput na ontharding", "#c51b7d"),
)
_OPACITY = 215
_SIDE_PX = 2400
_READ_PX = 4000


@dataclass
class Tally:
    """Pixels counted; the first axis of every array is the area, its last row the ground of the city in no area.

    Parameters
    ----------
    outcomes
        Per size class: area x owner x outcome.
    best
        Area x owner x kind, the best that any size class finds (plantable, then permission, then pit).
    codes
        Area x land cover code.
    known, land, canopy, soft
        Per area: pixels known, land, under a crown, unsealed.
    pixel_m2
        Surface of a pixel.
    """

    outcomes: NDArray[np.int64]
    best: NDArray[np.int64]
    codes: NDArray[np.int64]
    known: NDArray[np.int64]
    land: NDArray[np.int64]
    canopy: NDArray[np.int64]
    soft: NDArray[np.int64]
    pixel_m2: float
    lock: Lock = field(default_factory=Lock, repr=False)

    def add(self, other: Tally) -> None:
        """Add what another tally of the same ground counted."""
        for name in ("outcomes", "best", "codes", "known", "land", "canopy", "soft"):
            getattr(self, name)[:] += getattr(other, name)


@dataclass(frozen=True)
class Pixels:
    """The pixels of a strip: cover, owner (place in `OWNERS`), and per size class outcome and rule (0 for none)."""

    cover: Cover
    owner: NDArray[np.uint8]
    outcomes: list[NDArray[np.uint8]]
    reasons: NDArray[np.uint8]


@dataclass(frozen=True)
class Planting:
    """What the rules left: outcomes and their count, what the rules took, the sites, the picture."""

    outcomes: Outcomes
    applied: Applied
    tally: Tally
    sites: gpd.GeoDataFrame
    picture: Picture
    pits_known: bool


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
        rules: PlantingRules,
        layers: Mapping[str, gpd.GeoDataFrame],
        *,
        areas: gpd.GeoDataFrame,
        boundary: shapely.Geometry,
    ) -> None:
        self.files = files
        self.rules = rules
        self.outcomes = Outcomes(rules)
        self.obstacles = Obstacles(rules, layers, files.grid)
        parcels = layers.get("parcels")
        owners = np.zeros(0, dtype=np.uint8) if parcels is None else owners_of(parcels)
        self._owners = owners - np.uint8(UNKNOWN_OWNER)
        self._parcels = None if parcels is None else Scan(parcels.geometry.to_numpy(), files.grid)
        self._area_scan = Scan(areas.geometry.to_numpy(), files.grid)
        self._area_numbers = np.arange(1, len(areas) + 1, dtype=np.int32)
        self._city_scan = Scan(np.array([boundary], dtype=object), files.grid)
        side = max(self.outcomes.sides_px(files.grid.pixel_m))
        self._halo_px = math.ceil(self.obstacles.reach_m() / min(files.grid.pixel_m)) + 1 + side

    def new_tally(self) -> Tally:
        """Return a tally of nothing."""
        areas, owners, sizes = len(self._area_numbers) + 1, len(OWNERS), len(self.rules.sizes)
        return Tally(
            outcomes=np.zeros((sizes, areas, owners, len(self.outcomes.all)), dtype=np.int64),
            best=np.zeros((areas, owners, len(KINDS)), dtype=np.int64),
            codes=np.zeros((areas, 256), dtype=np.int64),
            known=np.zeros(areas, dtype=np.int64),
            land=np.zeros(areas, dtype=np.int64),
            canopy=np.zeros(areas, dtype=np.int64),
            soft=np.zeros(areas, dtype=np.int64),
            pixel_m2=self.files.grid.pixel_m2,
        )

    def measure(self, out: Path, *, strip_px: int | None = None, threads: int = 2) -> Tally:
        """Count every pixel of the study area and write the planting codes (see `verdicts`) to a raster.

        Parameters
        ----------
        out
            GeoTIFF to write, on the grid of the land cover.
        strip_px
            Rows of a strip; by default as many as hold 2 million pixels.
        threads
            Strips computed at the same time.
        """
        tally = self.new_tally()
        strips = self._city_scan.strips(strip_px or strip_rows(self.files.grid))

        def compute(strip: Window) -> tuple[Window, NDArray[np.uint8]]:
            with self.files.opened() as reader:
                return strip, self._strip(reader, strip, tally)

        # What lies outside the study area is not written: it is 0. A file of one run is hardly worth packing.
        profile = geotiff_profile(self.files.grid, dtype="uint8", nodata=None) | {"zlevel": 1}
        with rasterio.open(out, "w", **profile) as target, ThreadPoolExecutor(threads) as pool:
            while batch := list(islice(strips, threads)):
                for strip, codes in pool.map(compute, batch):
                    target.write(codes, 1, window=strip)
        give_back()
        return tally

    def pixels(self, reader: CoverReader, strip: Window) -> Pixels:
        """Tell cover, owner, outcomes and rules of a strip."""
        halo = self._halo_px
        wide = reader.read(strip, halo_px=halo)
        owner = np.full((int(strip.height), int(strip.width)), UNKNOWN_OWNER, dtype=np.uint8)
        if self._parcels is not None:
            # Painted as the difference to unknown, modulo 256: 0 is what paint leaves where no parcel lies.
            owner += self._parcels.painted(self._owners, strip)
        reasons = self.obstacles.reasons(wide, owner, strip, halo_px=halo)
        inner = (slice(halo, -halo),) * 2
        narrow = self.outcomes.narrow(wide.codes, pixel_m=self.files.grid.pixel_m)
        narrow = [np.ascontiguousarray(of_size[inner]) for of_size in narrow]
        cover = wide.inner(halo)
        outcomes = [self.outcomes.of(cover.codes, *taken) for taken in zip(reasons, narrow, strict=True)]
        return Pixels(cover, owner, outcomes, reasons)

    def _strip(self, reader: CoverReader, strip: Window, tally: Tally) -> NDArray[np.uint8]:
        city = self._city_scan.painted(np.array([True]), strip)
        pixels = self.pixels(reader, strip)
        cover = pixels.cover
        # Ground of the city that is in no area is counted in a row of its own, so that the parts are the whole.
        area = self._area_scan.painted(self._area_numbers, strip)
        area[area == 0] = len(self._area_numbers) + 1
        area *= city
        soft = self.outcomes.soft(cover.codes)
        counts = self.new_tally()
        code = np.where(soft & city, np.uint8(SOFT_BIT), np.uint8(0))
        best = np.zeros(city.shape, dtype=np.uint8)
        for number, outcome in enumerate(pixels.outcomes):
            count_outcomes(
                area, pixels.owner, outcome, self.outcomes.kind, _RANK, _PLANTING_OF, _BITS * number,
                counts.outcomes[number], best, code,
            )  # fmt: skip
        count_best(area, pixels.owner, best, _KIND_OF_RANK, counts.best)
        masks = (cover.known, cover.land, cover.canopy, soft)
        count_cover(area, cover.codes, counts.codes, *masks, counts.known, counts.land, counts.canopy, counts.soft)
        with tally.lock:
            tally.add(counts)
        return code


def ground_columns(tally: Tally, outcomes: Outcomes, chosen: Chosen, *, pits_known: bool, owners_known: bool) -> Values:
    """Return canopy and plantable surface; unknown where no pixel of the area is known."""
    m2 = tally.pixel_m2
    known = with_city(tally.known * m2)
    whole = with_city(tally.codes.sum(axis=1) * m2)
    land, canopy = with_city(tally.land * m2), with_city(tally.canopy * m2)
    nothing = known == 0
    share_known = ratio(known, whole)
    enough = share_known >= chosen.need.known.least_share
    goal = chosen.need.thirty.least_share
    best = with_city(tally.best.sum(axis=1) * m2)
    by_owner = with_city(tally.best[:, :, KINDS.index("plantable")] * m2)
    columns = {
        "canopy_share": np.where(enough, ratio(canopy, land), np.nan),
        "plantable_m2": best[:, KINDS.index("plantable")],
    }
    for place, size in enumerate(chosen.rules.sizes):
        fits = tally.outcomes[place].sum(axis=1)[:, outcomes.kind == KINDS.index("plantable")].sum(axis=1)
        columns[f"plantable_size_{size.id}_m2"] = with_city(fits * m2)
    for place, owner in enumerate(OWNERS):
        known_owner = owners_known or place == UNKNOWN_OWNER
        columns[f"plantable_{owner}_m2"] = by_owner[:, place] if known_owner else np.full(len(known), np.nan)
    columns["permission_m2"] = best[:, KINDS.index("permission")]
    columns["pit_m2"] = best[:, KINDS.index("pit")] if pits_known else np.full(len(known), np.nan)
    columns["canopy_m2"] = np.where(enough, canopy, np.nan)
    columns["land_m2"] = np.where(enough, land, np.nan)
    columns["canopy_lacking_to_30_m2"] = np.where(enough, np.maximum(0, goal * land - canopy), np.nan)
    columns["unsealed_m2"] = with_city(tally.soft * m2)
    columns = {name: np.where(nothing, np.nan, values) for name, values in columns.items()}
    columns["land_cover_known_share"] = share_known
    return columns


def reasons_table(tally: Tally, outcomes: Outcomes, areas: gpd.GeoDataFrame, chosen: Chosen) -> pd.DataFrame:
    """Return square metres by size class, area and outcome: for each size class they add to the surface of the area."""
    ids = [*areas["area_id"], None]
    rows = []
    for place, size in enumerate(chosen.rules.sizes):
        m2 = tally.outcomes[place].sum(axis=1) * tally.pixel_m2
        for area, number in zip(*np.nonzero(m2), strict=True):
            outcome = outcomes.all[number]
            rows.append((size.id, ids[area], outcome.id, outcome.label, outcome.kind, float(m2[area, number])))
    return pd.DataFrame(rows, columns=["size_class", "area_id", "reason", "label", "kind", "m2"])


def plantable_picture(codes: Path, grid: Grid, rules: PlantingRules) -> Picture:
    """Draw the planting codes: the largest size class that fits, else ground with permission, else pits."""
    step = max(1, -(-max(grid.width, grid.height) // _READ_PX))
    shape = (max(1, grid.height // step), max(1, grid.width // step))
    with rasterio.open(codes) as source:
        small = source.read(1, out_shape=shape)
    a, _, west, _, e, north = tuple(grid.transform)[:6]
    transform = type(grid.transform)(a * grid.width / shape[1], 0.0, west, 0.0, e * grid.height / shape[0], north)
    sizes = len(rules.sizes)
    drawn = np.zeros(shape, dtype=np.uint8)
    for number, (kind, _, _) in enumerate(_OTHER[::-1]):
        for size in range(sizes):
            drawn[verdicts(small, size, (kind,))] = sizes + len(_OTHER) - number
    for size in reversed(range(sizes)):
        drawn[verdicts(small, size, ("plantable",))] = size + 1
    classes = [
        *((f"plantbaar, {size.label}", _SIZE_COLOURS[place]) for place, size in enumerate(rules.sizes)),
        *((label, colour) for _, label, colour in _OTHER),
    ]
    colours = {number: (*bytes.fromhex(colour[1:]), _OPACITY) for number, (_, colour) in enumerate(classes, start=1)}
    png, bounds = overlay_png(drawn, transform, grid.crs, colours=colours, side_px=_SIDE_PX)
    return Picture(png, bounds, tuple(classes))


def strip_rows(grid: Grid) -> int:
    """Return how many rows of a grid make a strip of about 2 million pixels."""
    return max(64, _STRIP_PIXELS // grid.width // 64 * 64)


def verdicts(codes: NDArray[np.uint8], size: int, kinds: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell where the planting codes allow a tree of a size class on ground of these kinds."""
    wanted = np.isin(np.arange(256) >> _BITS * size & 3, [_PLANTING[kind] for kind in kinds])
    return translate(codes, wanted)


def planting_kind(codes: NDArray[np.uint8], size: int) -> NDArray[np.object_]:
    """Return the kind of ground (plantable, permission, pit) under planting codes."""
    names = np.array([None, *_PLANTING], dtype=object)
    return np.asarray(names[(codes >> np.uint8(_BITS * size)) & np.uint8(3)])


_PLANTING_OF = np.array([_PLANTING.get(kind, 0) for kind in KINDS], dtype=np.uint8)
# From worst to best; the best of the size classes decides what a pixel is good for.
_ORDER = ("unknown", "excluded", "pit", "permission", "plantable")
_RANK = np.array([_ORDER.index(kind) for kind in KINDS], dtype=np.uint8)
_KIND_OF_RANK = np.array([KINDS.index(kind) for kind in _ORDER], dtype=np.uint8)
