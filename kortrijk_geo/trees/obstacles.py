"""What the rules take away in one city: buffered shapes by rule and size class, and codes to keep away from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.engine.morphology import grown
from kortrijk_geo.engine.surfaces import Exclusion, buffered
from kortrijk_geo.trees.rules import OWNERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.trees.cover import Cover
    from kortrijk_geo.trees.rules import Rule, Rules


@dataclass(frozen=True)
class _Burn:
    """Shapes of several rules that are burnt together: for these size classes, on the land of these owners."""

    sizes: frozenset[int]
    owners: tuple[int, ...]
    numbers: NDArray[np.int32]
    exclusion: Exclusion


@dataclass(frozen=True)
class _Near:
    """Codes (or canopy) from which a rule keeps away."""

    number: int
    sizes: frozenset[int]
    owners: tuple[int, ...]
    codes: tuple[int, ...]
    canopy: bool
    distance_m: float


class Obstacles:
    """All that the rules take away, to be asked window by window.

    Parameters
    ----------
    rules
        The planting rules.
    layers
        Layers of the city by name, in one CRS in metres; a rule about a layer that is not here has no shapes.

    Attributes
    ----------
    without_source
        Rules that found neither layer nor codes, or no row of their kinds: they took nothing.
    unknown_crowns
        Number of trees whose crown is unknown, kept clear with the crown that the rules assume.
    """

    def __init__(self, rules: Rules, layers: Mapping[str, gpd.GeoDataFrame]) -> None:
        self._rules = rules
        self.without_source: list[Rule] = []
        self.unknown_crowns = 0
        taken: dict[tuple[frozenset[int], tuple[int, ...]], dict[int, NDArray[np.object_]]] = {}
        self._near: list[_Near] = []
        for number, rule in enumerate(rules.rules, start=1):
            shapes, extra_m = self._shapes(rule, layers)
            use_codes = bool(rule.codes or rule.canopy) and not (rule.codes_without_layer and rule.layer in layers)
            if not len(shapes) and not use_codes:
                self.without_source.append(rule)
            for distance in sorted(set(rule.distances_m)):
                sizes = frozenset(i for i, one in enumerate(rule.distances_m) if one == distance)
                if len(shapes):
                    taken.setdefault((sizes, rule.owners), {})[number] = buffered(shapes, extra_m + distance)
                if use_codes:
                    self._near.append(_Near(number, sizes, rule.owners, rule.codes, rule.canopy, distance))
        self._burns = [
            _Burn(sizes, owners, np.array([0, *found], dtype=np.int32), Exclusion(list(found.values())))
            for (sizes, owners), found in taken.items()
        ]

    def reach_m(self) -> float:
        """How far the rules look around a pixel in the land cover, metres."""
        return max((near.distance_m for near in self._near), default=0.0)

    def reasons(
        self, cover: Cover, owner: NDArray[np.uint8], grid: Grid, window: Window, *, halo_px: int
    ) -> list[NDArray[np.int32]]:
        """Return for every size class the number (from 1) of the first rule that takes each pixel, 0 for none.

        Parameters
        ----------
        cover
            Pixels of the window with its halo, which must be at least `reach_m` plus one pixel.
        owner
            Owner of each pixel of the window, without halo.
        grid, window, halo_px
            Where the pixels lie.
        """
        none = len(self._rules.rules) + 1
        first = [np.full(owner.shape, none, dtype=np.int32) for _ in self._rules.sizes]
        for burn in self._burns:
            hit = burn.numbers[burn.exclusion.reasons(grid, window)]
            _take(first, np.where(hit > 0, hit, none), burn, owner, none)
        inner = (slice(halo_px, -halo_px or None),) * 2
        for near in self._near:
            source = cover.canopy if near.canopy else _among(near.codes)[cover.codes]
            # What stands on a pixel reaches half a pixel beyond its centre.
            radius_m = near.distance_m + max(grid.pixel_m) / 2 if near.distance_m else 0.0
            hit = grown(source, radius_m, pixel_m=grid.pixel_m)[inner]
            _take(first, np.where(hit, np.int32(near.number), np.int32(none)), near, owner, none)
        for reasons in first:
            reasons[reasons == none] = 0
        return first

    def _shapes(
        self, rule: Rule, layers: Mapping[str, gpd.GeoDataFrame]
    ) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
        """Return the shapes that a rule is about, and what is added to its distance for each."""
        if rule.layer is None or rule.layer not in layers:
            return np.array([], dtype=object), np.array([])
        frame = layers[rule.layer]
        if rule.kinds:
            frame = frame[frame["kind"].isin(rule.kinds)]
        if rule.measure_from == "boundary" and rule.owners and "owner" in frame.columns:
            frame = frame[frame["owner"].isin([OWNERS[one] for one in rule.owners])]
        shapes = frame.geometry.to_numpy()
        if rule.measure_from == "boundary":
            shapes = shapely.boundary(shapes)
        extra = np.where(shapely.get_dimensions(shapes) == 1, rule.half_width_m, 0.0)
        if rule.measure_from == "crown":
            crown = frame["crown_m2"].to_numpy(float) if "crown_m2" in frame.columns else np.full(len(frame), np.nan)
            self.unknown_crowns += int(np.isnan(crown).sum())
            extra = np.sqrt(np.where(np.isnan(crown), self._rules.unknown_crown_m2, crown) / np.pi)
        return shapes, extra


def _take(
    first: list[NDArray[np.int32]],
    numbers: NDArray[np.int32],
    taker: _Burn | _Near,
    owner: NDArray[np.uint8],
    none: int,
) -> None:
    if taker.owners:
        numbers = np.where(_among(taker.owners)[owner], numbers, np.int32(none))
    for size in taker.sizes:
        np.minimum(first[size], numbers, out=first[size])


def _among(values: tuple[int, ...]) -> NDArray[np.bool_]:
    table = np.zeros(256, dtype=bool)
    table[list(values)] = True
    return table
