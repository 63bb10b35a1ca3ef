"""The land cover of the demo (BBK codes, 2 m), burnt from its vectors; surface temperature and soil groups with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from kortrijk_geo.demo.boundaries import CRS
from kortrijk_geo.demo.field import Waves
from kortrijk_geo.demo.zones import CORE, INDUSTRY, NEIGHBOUR, SUBURB, URBAN
from kortrijk_geo.spans import Edges

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from kortrijk_geo.demo.fabric import Fabric
    from kortrijk_geo.demo.streets import Network

STEP_M = 2.0
HEAT_STEP_M = 30.0
_HEAT_STEP = round(HEAT_STEP_M / STEP_M)
_PAVED_SHARE = {CORE: 0.6, URBAN: 0.16, SUBURB: 0.03, INDUSTRY: 0.72, NEIGHBOUR: 0.03}
_UNSEALED = ("track", "path")
_RAIL_HALF_M = 5.0
_HAIR_M = 1e-8
_ROADSIDE_M = 8.0
# Degrees C that a surface adds on a hot day where it covers all.
_DEGREES = (((1, 2, 3, 4), 8.0), ((9, 12, 14), -4.5), ((5,), -6.0), ((7,), 1.5))


class Canvas:
    """A grid of codes on which geometries are burnt, later ones over earlier ones."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        left, bottom = (np.floor(np.array(bounds[:2]) / 30) * 30).tolist()
        right, top = (np.ceil(np.array(bounds[2:]) / 30) * 30).tolist()
        self.bounds = (left, bottom, right, top)
        self.codes = np.full((round((top - bottom) / STEP_M), round((right - left) / STEP_M)), 8, dtype=np.uint8)

    def burn(self, shapes: np.ndarray, code: int | np.ndarray) -> None:
        """Burn the polygons that are not None, where they lie on the canvas; one code for all, or one each."""
        from affine import Affine

        parts, owner = shapely.get_parts(np.asarray(shapes), return_index=True)
        codes = np.broadcast_to(np.asarray(code, dtype=np.uint8), np.shape(shapes))[owner]
        left, _, _, top = self.bounds
        # A hair to the left, so that a centre on an upright edge goes to what lies left of it, as GDAL has it.
        transform = Affine(STEP_M, 0, left - _HAIR_M, 0, -STEP_M, top)
        Edges(parts, transform, self.codes.shape).burn(codes, self.codes)

    def stamp(self, xy: np.ndarray, radius_m: np.ndarray, code: np.ndarray) -> None:
        """Set the cells whose centres lie within each disc, and the cell under its middle."""
        column = np.floor((xy[:, 0] - self.bounds[0]) / STEP_M).astype(int)
        row = np.floor((self.bounds[3] - xy[:, 1]) / STEP_M).astype(int)
        reach = int(np.ceil(radius_m.max() / STEP_M))
        rows, columns = self.codes.shape
        for down in range(-reach, reach + 1):
            for right in range(-reach, reach + 1):
                far = np.hypot(
                    self.bounds[0] + (column + right + 0.5) * STEP_M - xy[:, 0],
                    self.bounds[3] - (row + down + 0.5) * STEP_M - xy[:, 1],
                )
                hit = (far <= radius_m) | (down == right == 0)
                hit &= (row + down >= 0) & (row + down < rows) & (column + right >= 0) & (column + right < columns)
                self.codes[row[hit] + down, column[hit] + right] = code[hit]


def make_land_cover(
    net: Network,
    fabric: Fabric,
    layers: dict[str, gpd.GeoDataFrame],
    rng: np.random.Generator,
) -> Canvas:
    """Burn everything, from the ground up: land, paving, verges, water, rail, crowns, carriageways, buildings."""
    canvas = Canvas(tuple(layers["boundary"].total_bounds))
    rest, lots = fabric.rest, fabric.lots
    fields = rest["use"].isin(["arable", "pasture"]).to_numpy()
    canvas.burn(rest["lot"].to_numpy()[fields], np.where(rest["use"].to_numpy()[fields] == "arable", 7, 10))
    built = np.isin(net.zone, list(_PAVED_SHARE)) & (net.green < 0)
    canvas.burn(net.faces[built], 3)
    canvas.burn(fabric.land[built], 8)
    paved = rng.random(len(lots)) < lots["zone"].map(_PAVED_SHARE).fillna(0.0).to_numpy()
    canvas.burn(lots["lot"].to_numpy()[paved], 3)
    canvas.burn(rest["lot"].to_numpy()[(rest["use"] == "parking").to_numpy()], 3)
    canvas.burn(lots["drive"].to_numpy(), 3)
    canvas.burn(lots["terrace"].to_numpy(), 3)
    green = layers["green"]
    canvas.burn(green.geometry.to_numpy(), np.where(green["kind"].isin(["forest", "wood"]), 9, 8))
    streets = layers["streets"]
    lines, width = streets.geometry.to_numpy(), streets["width_m"].to_numpy()
    kind = streets["kind"].to_numpy()
    soft = np.isin(kind, _UNSEALED) | (kind == "footway")
    fast = np.isin(kind, ("motorway", "trunk"))
    country = np.isin(kind, ("unclassified", "tertiary", "secondary", "primary")) & (rng.random(len(kind)) < 0.9)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    open_here = ~_within_built(net, built, middle)
    canvas.burn(shapely.buffer(lines[country & open_here], width[country & open_here] / 2 + 2.0, cap_style="flat"), 11)
    canvas.burn(shapely.buffer(lines[fast], width[fast] / 2 + 9.0, quad_segs=2), 11)
    water = layers["water"]
    flow = (water["kind"] == "stream").to_numpy()
    wet = water.geometry.to_numpy()
    canvas.burn(shapely.buffer(wet, np.where(flow, 4.0, 6.0)), 13)
    wet = np.where(flow, shapely.buffer(wet, 1.6), wet)
    canvas.burn(wet, 5)
    rail = layers["constraints"].geometry.to_numpy()[(layers["constraints"]["kind"] == "rail").to_numpy()]
    canvas.burn(shapely.buffer(rail, _RAIL_HALF_M), 4)
    _burn_crowns(canvas, layers["trees"], lines[~soft & ~fast], wet)
    canvas.burn(shapely.buffer(lines[soft], width[soft] / 2, quad_segs=2), 6)
    canvas.burn(shapely.buffer(lines[~soft], width[~soft] / 2, quad_segs=2), np.where(kind[~soft] == "cycleway", 3, 2))
    canvas.burn(layers["buildings"].geometry.to_numpy(), 1)
    return canvas


def _within_built(net: Network, built: np.ndarray, xy: np.ndarray) -> np.ndarray:
    within = np.zeros(len(xy), dtype=bool)
    within[shapely.STRtree(net.faces[built]).query(shapely.points(xy), predicate="dwithin", distance=2.0)[0]] = True
    return within


def _burn_crowns(canvas: Canvas, trees: gpd.GeoDataFrame, roads: np.ndarray, wet: np.ndarray) -> None:
    points = trees.geometry.to_numpy()
    code = np.full(len(points), 9)
    stand = shapely.STRtree(points)
    code[stand.query(wet, predicate="dwithin", distance=_ROADSIDE_M)[1]] = 14
    code[stand.query(roads, predicate="dwithin", distance=_ROADSIDE_M)[1]] = 12
    canvas.stamp(shapely.get_coordinates(points), np.sqrt(trees["crown_m2"].to_numpy() / np.pi), code)


def make_temperature(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Surface temperature on a hot day, 30 m, degrees C: warm over sealed ground, cool over trees and water."""
    effect = np.zeros(256, dtype=np.float32)
    for codes, degrees in _DEGREES:
        effect[list(codes)] = degrees
    rows, columns = (side // _HEAT_STEP for side in canvas.codes.shape)
    mean = np.empty((rows, columns), dtype=np.float32)
    for row in range(rows):
        strip = effect[canvas.codes[row * _HEAT_STEP : (row + 1) * _HEAT_STEP]]
        mean[row] = strip.sum(axis=0).reshape(columns, _HEAT_STEP).sum(axis=1) / _HEAT_STEP**2
    x = canvas.bounds[0] + HEAT_STEP_M * (np.arange(columns) + 0.5)
    y = canvas.bounds[3] - HEAT_STEP_M * (np.arange(rows) + 0.5)
    breeze = Waves.draw(rng, ((5000.0, 0.6), (900.0, 0.4))).at(*np.meshgrid(x, y))
    return np.asarray(np.round(31.0 + mean + breeze, 2), dtype=np.float32)


def make_soil(canvas: Canvas, rng: np.random.Generator) -> np.ndarray:
    """Hydrological soil groups, 30 m: mostly B and C, some A and D."""
    rows, columns = (side // _HEAT_STEP for side in canvas.codes.shape)
    x = canvas.bounds[0] + HEAT_STEP_M * (np.arange(columns) + 0.5)
    y = canvas.bounds[3] - HEAT_STEP_M * (np.arange(rows) + 0.5)
    wetness = Waves.draw(rng, ((6000.0, 1.0), (1500.0, 0.5))).at(*np.meshgrid(x, y))
    return np.asarray(np.digitize(wetness, [-1.3, 0.1, 1.5]) + 1, dtype=np.uint8)


def write_raster(path: Path, values: np.ndarray, left: float, top: float, step_m: float, nodata: float) -> None:
    """Write one band as a tiled, compressed GeoTIFF."""
    import rasterio
    from affine import Affine

    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1, dtype=values.dtype,
        crs=CRS, transform=Affine(step_m, 0, left, 0, -step_m, top), nodata=nodata, tiled=True, blockxsize=512,
        blockysize=512, compress="deflate",
    ) as out:  # fmt: skip
        out.write(values, 1)
