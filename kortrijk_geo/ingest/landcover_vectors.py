"""What the vectors of a pack say about the ground: shapes per feature, lines as wide as they or their kind are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.engine.zonal import burn
from kortrijk_geo.ingest.report import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.ingest.landcover_rules import Burn, Widths
    from kortrijk_geo.ingest.report import Findings

Shapes = dict[str, "NDArray[np.object_]"]
# Which layers of a pack say something about the ground.
LAYERS_USED = ("buildings", "streets", "water", "constraints", "green", "trees")
_NONE = np.array([], dtype=object)


def ground_shapes(frames: Mapping[str, pd.DataFrame], widths: Widths, *, into: str, findings: Findings) -> Shapes:
    """Return polygons of buildings, roads, paths, tracks, rail, water and crowns, as far as the pack has the layers.

    A width that the data give goes before that of the kind. Streets, rail and water under the ground are not known as
    such in a pack, except culverts, which ingest leaves out.
    """
    shapes: Shapes = {}
    if "buildings" in frames:
        shapes["buildings"] = frames["buildings"].geometry.to_numpy()
    if "streets" in frames:
        shapes.update(_streets(frames["streets"], widths, into, findings))
    if "constraints" in frames:
        constraints = frames["constraints"]
        lines = constraints[np.isin(shapely.get_dimensions(constraints.geometry.to_numpy()), 1)]
        for kind, name, width_m in (("rail", "rail", widths.rail), ("motorway", "roads", widths.motorway)):
            drawn = lines.geometry.to_numpy()[(lines["kind"] == kind).to_numpy()]
            if len(drawn):
                wide = shapely.buffer(drawn, width_m / 2, cap_style="flat")
                shapes[name] = np.concatenate([shapes.get(name, _NONE), wide])
    if "water" in frames:
        shapes["water"] = _water(frames["water"], widths)
    if "trees" in frames:
        shapes["crowns"] = _crowns(frames["trees"], into, findings)
    return {name: drawn[~shapely.is_empty(drawn)] for name, drawn in shapes.items()}


def _streets(streets: gpd.GeoDataFrame, widths: Widths, into: str, findings: Findings) -> Shapes:
    kinds = streets["kind"].astype(str)
    strange = Counter(kind for kind in kinds if kind not in widths.streets)
    if strange:
        listed = named(f"{kind} {count:,}" for kind, count in sorted(strange.items()))
        message = f"streets of a kind without a width of its own take {widths.street_other.width_m:g} m: {listed}"
        findings.add("warning", into, message, strange.total())
    rules = [widths.streets.get(kind, widths.street_other) for kind in kinds]
    width_m = np.array([rule.width_m for rule in rules])
    if "width_m" in streets.columns:
        surveyed = streets["width_m"].to_numpy(dtype="float64")
        width_m = np.where(surveyed > 0, surveyed, width_m)
    surface = np.array([rule.surface for rule in rules], dtype=object)
    polygons = shapely.buffer(streets.geometry.to_numpy(), width_m / 2, quad_segs=2)
    return {name: polygons[surface == name] for name in ("roads", "paths", "tracks")}


def _water(water: gpd.GeoDataFrame, widths: Widths) -> NDArray[np.object_]:
    shapes: NDArray[np.object_] = water.geometry.to_numpy().copy()
    lines = shapely.get_dimensions(shapes) == 1
    width_m = water["kind"].astype(str).map(widths.water).fillna(widths.water_other).to_numpy(dtype="float64")
    shapes[lines] = shapely.buffer(shapes[lines], width_m[lines] / 2, quad_segs=2)
    return shapes


def _crowns(trees: gpd.GeoDataFrame, into: str, findings: Findings) -> NDArray[np.object_]:
    if "crown_m2" in trees.columns:
        crown_m2 = trees["crown_m2"].to_numpy(dtype="float64")
    else:
        crown_m2 = np.full(len(trees), np.nan)
    known = crown_m2 > 0
    if not known.all():
        lost = int((~known).sum())
        message = f"{lost:,} of {len(trees):,} trees have no known crown and cover nothing here"
        findings.add("info", into, message, lost)
    radius_m = np.sqrt(crown_m2[known] / np.pi)
    discs: NDArray[np.object_] = shapely.buffer(trees.geometry.to_numpy()[known], radius_m, quad_segs=4)
    return discs


def green_shapes(
    green: gpd.GeoDataFrame, codes: Mapping[str, int], *, into: str, findings: Findings
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the green areas whose kind says what covers them, and their codes; small ones last, to lie over large."""
    kinds = green["kind"].astype(str)
    unsaid = Counter(kind for kind in kinds if kind not in codes)
    if unsaid:
        listed = named(f"{kind} {count:,}" for kind, count in sorted(unsaid.items()))
        findings.add("info", into, f"green that does not say what covers it is left unknown: {listed}", unsaid.total())
    said = kinds.isin(list(codes)).to_numpy()
    shapes, code = green.geometry.to_numpy()[said], kinds[said].map(codes).to_numpy(dtype=np.int64)
    order = np.argsort(-shapely.area(shapes), kind="stable")
    return shapes[order], code[order]


class Painter:
    """Shapes with a code each, painted window by window, later ones over earlier ones."""

    def __init__(self, shapes: NDArray[np.object_], codes: NDArray[np.int64]) -> None:
        self._shapes, self._codes = shapes, codes
        self._bounds = shapely.bounds(shapes).reshape(-1, 4)

    def __len__(self) -> int:
        return len(self._shapes)

    def paint(self, grid: Grid, window: Window) -> NDArray[np.int32]:
        """Return the codes of a window, 0 where there is no shape."""
        transform = grid.window_transform(window)
        west, north = transform.c, transform.f
        east, south = west + window.width * transform.a, north + window.height * transform.e
        left, bottom, right, top = self._bounds.T
        here = (right > west) & (left < east) & (top > south) & (bottom < north)
        return burn(self._shapes[here], self._codes[here], grid, window)


def painter_of(shapes: NDArray[np.object_]) -> Painter:
    """Return the painter of shapes that all have code 1."""
    return Painter(shapes, np.ones(len(shapes), dtype=np.int64))


def burn_painter(
    frames: Mapping[str, pd.DataFrame], rules: Burn, widths: Widths, *, into: str, findings: Findings
) -> Painter:
    """Return the painter of a coarse land cover: every feature with its code, in the order of the rules."""
    shapes = ground_shapes(frames, widths, into=into, findings=findings)
    all_shapes, all_codes = [_NONE], [np.array([], dtype=np.int64)]
    for name in rules.order:
        if name == "green" and "green" in frames:
            drawn, codes = green_shapes(frames["green"], rules.green, into=into, findings=findings)
        elif name != "green" and name in shapes:
            drawn, codes = shapes[name], np.full(len(shapes[name]), rules.codes[name], dtype=np.int64)
        else:
            continue
        all_shapes.append(drawn)
        all_codes.append(codes)
    return Painter(np.concatenate(all_shapes), np.concatenate(all_codes))
