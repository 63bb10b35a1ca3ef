"""What the rules take away in one city: buffered shapes by rule and size class, and codes to keep away from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.engine.morphology import row_spans
from kortrijk_geo.engine.pixel_loops import Marking, mark_near, mark_spans, runs_of, values_there
from kortrijk_geo.engine.scanline import GrownScan
from kortrijk_geo.trees.rules import owner_places

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.engine.pixel_loops import Runs
    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.trees.cover import Cover
    from kortrijk_geo.trees.rules import PlantingRules, Rule


@dataclass(frozen=True)
class _Take:
    """What one rule takes for some size classes: shapes, or the surroundings of codes or canopy."""

    number: int
    sizes: frozenset[int]
    owners: tuple[int, ...]
    scan: GrownScan | None = None
    codes: tuple[int, ...] = ()
    canopy: bool = False
    distance_m: float = 0.0


@dataclass
class Applied:
    """What the rules found in a city.

    Parameters
    ----------
    without_source
        Rules that found neither layer nor codes, or no row of their kinds: they took nothing.
    with_shapes
        Rules that found shapes in a layer.
    unknown_crowns
        Number of trees whose crown is unknown, kept clear with the crown that the rules assume.
    """

    without_source: list[Rule] = field(default_factory=list)
    with_shapes: list[Rule] = field(default_factory=list)
    unknown_crowns: int = 0


class Obstacles:
    """All that the rules take away, to be asked strip by strip.

    Parameters
    ----------
    rules
        The planting rules.
    layers
        Layers of the city by name, in one CRS in metres; a rule about a layer that is not here has no shapes.
    grid
        The pixels they are burnt on.
    """

    def __init__(self, rules: PlantingRules, layers: Mapping[str, gpd.GeoDataFrame], grid: Grid) -> None:
        self._rules = rules
        self._grid = grid
        self.applied = Applied()
        self._takes: list[_Take] = []
        for number, rule in enumerate(rules.rules, start=1):
            shapes, extra_m = self._shapes(rule, layers)
            if len(shapes):
                self.applied.with_shapes.append(rule)
            use_codes = bool(rule.codes or rule.canopy) and not (rule.codes_without_layer and rule.layer in layers)
            if not len(shapes) and not use_codes:
                self.applied.without_source.append(rule)
            owners = owner_places(rule.owners)
            for distance in sorted(set(rule.distances_m)):
                sizes = frozenset(i for i, of_size in enumerate(rule.distances_m) if of_size == distance)
                if len(shapes):
                    scan = GrownScan(shapes, extra_m + distance, grid)
                    self._takes.append(_Take(number, sizes, owners, scan=scan))
                if use_codes:
                    near = _Take(number, sizes, owners, None, rule.codes, rule.canopy, distance)
                    self._takes.append(near)
        # Burnt from the last rule to the first, so that the first stays visible.
        self._takes.sort(key=lambda take: -take.number)

    def reach_m(self) -> float:
        """How far the rules look around a pixel in the land cover, metres."""
        return max((take.distance_m for take in self._takes if take.scan is None), default=0.0)

    def reasons(self, cover: Cover, owner: NDArray[np.uint8], strip: Window, *, halo_px: int) -> NDArray[np.uint8]:
        """Return for every size class the number (from 1) of the first rule that takes each pixel, 0 for none.

        Parameters
        ----------
        cover
            Pixels of a strip of the grid with its halo, which must be at least `reach_m` plus one pixel.
        owner
            Owner of each pixel of the strip, without halo.
        strip
            Where it lies on the grid.
        halo_px
            Width of the halo.
        """
        first = np.zeros((len(self._rules.sizes), *owner.shape), dtype=np.uint8)
        here = values_there(cover.codes)
        # The distances of one rule look at the same pixels.
        runs: dict[tuple[int, ...] | None, Runs] = {}
        for take in self._takes:
            sizes = np.array(sorted(take.sizes))
            owners = _among(take.owners or tuple(range(256)))
            marking = Marking(take.number, sizes, owner, owners, not take.owners, first)
            if take.scan is not None:
                spans = take.scan.unordered(int(strip.row_off), len(owner), int(strip.col_off), owner.shape[1])
                mark_spans(spans.row, spans.start, spans.stop, marking)
            elif take.canopy or here[list(take.codes)].any():
                key = None if take.canopy else take.codes
                if key not in runs:
                    source = cover.canopy.view(np.uint8) if take.canopy else cover.codes
                    runs[key] = runs_of(source, _among((1,) if take.canopy else take.codes))
                # What stands on a pixel reaches half a pixel beyond its centre.
                radius_m = take.distance_m + max(self._grid.pixel_m) / 2 if take.distance_m else 0.0
                reach = np.array(row_spans(radius_m, self._grid.pixel_m))
                mark_near(runs[key], reach, halo_px, marking)
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
            frame = frame[frame["owner"].isin(rule.owners)]
        shapes = frame.geometry.to_numpy()
        if rule.measure_from == "boundary":
            shapes = shapely.boundary(shapes)
        extra = np.where(shapely.get_dimensions(shapes) == 1, rule.half_width_m, 0.0)
        if rule.measure_from == "crown":
            crown = frame["crown_m2"].to_numpy(float) if "crown_m2" in frame.columns else np.full(len(frame), np.nan)
            self.applied.unknown_crowns += int(np.isnan(crown).sum())
            extra = np.sqrt(np.where(np.isnan(crown), self._rules.unknown_crown.crown_m2, crown) / np.pi)
        return shapes, extra


def _among(values: tuple[int, ...]) -> NDArray[np.bool_]:
    table = np.zeros(256, dtype=bool)
    table[list(values)] = True
    return table
