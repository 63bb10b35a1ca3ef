"""The 3 of 3-30-300: crowns near a home, counted in the layer of trees, and bounded by the map of crowns.

An inventory holds every tree. Any other layer of trees (of OpenStreetMap, of streets only) gives a lower bound: three
crowns in it are three crowns, but less may be less mapped. Then the map of crowns, on which every tree is drawn but
none can be told from its neighbour, gives the upper bound: where less canopy lies than so many crowns cover, they are
not there. Crowns that overlap count once on that map.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from kortrijk_geo.engine.spacing import count_around
from kortrijk_geo.trees.plantable import strip_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.cover import CoverFiles
    from kortrijk_geo.trees.rules import Three

TOLERANCE_M = 1e-6
# A map shows a crown where that is at least so many pixels across.
_PIXELS_ACROSS = 2


def crowns_near(
    city: City, x: NDArray[np.float64], y: NDArray[np.float64], three: Three, assumed_crown_m2: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count around each point the crowns that are large enough, and the trees of which the crown is unknown.

    Both are NaN when the pack has no layer of trees.
    """
    if not city.has("trees"):
        return np.full(len(x), np.nan), np.full(len(x), np.nan)
    trees = city.trees
    crown = trees["crown_m2"].to_numpy(float) if "crown_m2" in trees.columns else np.full(len(trees), np.nan)
    if assumed_crown_m2 is not None:
        crown = np.where(np.isnan(crown), assumed_crown_m2, crown)
    xy = np.column_stack([trees.geometry.x, trees.geometry.y])
    counts = []
    for chosen in (crown >= three.least_crown_m2, np.isnan(crown)):
        if chosen.any():
            trees_near = cKDTree(xy[chosen]).query_ball_point(
                np.column_stack([x, y]), three.within_m + TOLERANCE_M, return_length=True
            )
            counts.append(np.asarray(trees_near, dtype=float))
        else:
            counts.append(np.zeros(len(x)))
    return counts[0], counts[1]


def at_least_crowns(crowns: NDArray[np.float64], unknown: NDArray[np.float64], least: int) -> NDArray[np.float64]:
    """Tell 1 where enough crowns are known, 0 where even the unknown ones would not be enough, NaN between."""
    enough = np.where(crowns >= least, 1.0, np.where(crowns + unknown < least, 0.0, np.nan))
    return np.where(np.isnan(crowns), np.nan, enough)


def canopy_m2_near(
    files: CoverFiles, x: NDArray[np.float64], y: NDArray[np.float64], three: Three, *, least_known: float
) -> NDArray[np.float64]:
    """Measure the canopy that crowns within the distance of 3-30-300 can cover, m2, a crown's radius beyond it.

    NaN where less than ``least_known`` of the ground is known, and everywhere on a map too coarse for such a crown.
    """
    grid = files.grid
    radius_m = math.sqrt(three.least_crown_m2 / math.pi)
    canopy_m2 = np.full(len(x), np.nan)
    if max(grid.pixel_m) * _PIXELS_ACROSS > 2 * radius_m:
        return canopy_m2
    reach_m = three.within_m + radius_m
    halo_px = math.ceil(reach_m / min(grid.pixel_m))
    column, row, inside = grid.places(x, y)
    everything = np.pi * reach_m**2 / grid.pixel_m2
    with files.opened() as reader:
        for strip in grid.strips(strip_rows(grid)):
            top = int(strip.row_off)
            here = np.flatnonzero(inside & (row >= top) & (row < top + strip.height))
            if not len(here):
                continue
            cover = reader.read(strip, halo_px=halo_px)
            points = (row[here] - top + halo_px, column[here] + halo_px)
            known = count_around(cover.known, points, reach_m, pixel_m=grid.pixel_m)
            counted = count_around(cover.canopy, points, reach_m, pixel_m=grid.pixel_m) * grid.pixel_m2
            canopy_m2[here] = np.where(known >= least_known * everything, counted, np.nan)
    return canopy_m2


def too_little_canopy(canopy_m2: NDArray[np.float64], three: Three) -> NDArray[np.bool_]:
    """Tell where the canopy is less than the crowns of 3-30-300 cover; not where it is unknown."""
    return np.asarray(canopy_m2 < three.least_crowns * three.least_crown_m2)
