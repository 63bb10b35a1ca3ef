"""One job of the benchmark of whole themes per process: makes a city of copies of the demo, or runs a theme on it.

Usage: python theme_jobs.py make FOLDER COPIES FINER, or python theme_jobs.py THEME FOLDER; the last prints one JSON
object with CPU seconds, wall seconds and peak memory, of opening and analysing, imports included.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely

import kortrijk_geo as kg
from kortrijk_geo.engine.rasters import Grid, geotiff_profile, open_raster
from kortrijk_geo.pack.city import open_city
from kortrijk_geo.pack.files import write_pack

LAYERS = ("boundary", "areas", "homes", "buildings", "parcels", "trees", "green", "streets", "water", "constraints")
RASTERS = ("land_cover", "soil_group", "surface_temperature")
# What lies farther off the pixels than this is left out of every copy, and so is what reaches that far.
MARGIN_M = 200
# Copies lie a multiple of so many metres apart: pixels of all rasters and cells of unsealing lie alike in each. Ground
# between their pixels is empty and wide enough for the margins of both: no copy lies over another.
STEP_M = 300
APART_M = 2 * MARGIN_M


def make(folder: Path, copies: int, finer: int) -> None:
    """Write a pack of copies of the demo, two to a row, with pixels so many times finer."""
    demo = kg.demo_city(folder / "demo")
    west, south, east, north = demo_grid(demo.raster("land_cover")).bounds
    across, down = (-(-(side + APART_M) // STEP_M) * STEP_M for side in (east - west, north - south))
    places = [(number % 2 * across, -(number // 2) * down) for number in range(copies)]
    frame = shapely.box(west - MARGIN_M, south - MARGIN_M, east + MARGIN_M, north + MARGIN_M)
    layers = {name: beside(demo.layer(name)[lambda layer: layer.within(frame)], places) for name in LAYERS}
    layers["boundary"] = demo.boundary.set_geometry([layers["boundary"].union_all()])
    rasters = {name: folder / f"{name}.tif" for name in RASTERS}
    for name, path in rasters.items():
        tile(demo.raster(name), path, places, finer if name == "land_cover" else 1)
    info = replace(
        demo.info,
        layers={name: record for name, record in demo.info.layers.items() if name in LAYERS},
        rasters={name: record for name, record in demo.info.rasters.items() if name in RASTERS},
    )
    write_pack(folder / "pack", info, layers, rasters)


def demo_grid(path: Path) -> Grid:
    with open_raster(path) as (_, grid):
        return grid


def beside(layer: gpd.GeoDataFrame, places: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    """Copies of a layer at places, with ids of their own."""
    copies = []
    for number, (x, y) in enumerate(places):
        ids = {name: layer[name] + f"-{number}" for name in layer.columns if name.endswith("_id")}
        copies.append(layer.assign(**ids).set_geometry(layer.geometry.translate(x, y)))
    return gpd.GeoDataFrame(pd.concat(copies, ignore_index=True), crs=layer.crs)


def tile(source: Path, out: Path, places: list[tuple[float, float]], finer: int) -> None:
    with open_raster(source) as (reader, grid):
        pixels, nodata = reader.read(1), reader.nodata
    pixels = pixels.repeat(finer, axis=0).repeat(finer, axis=1)
    height, width = pixels.shape
    scaled = grid.transform @ type(grid.transform).scale(1 / finer)
    corners = [(round(y / scaled.e), round(x / scaled.a)) for x, y in places]
    rows, columns = np.max(corners, axis=0) + pixels.shape
    whole = Grid(scaled, int(columns), int(rows), grid.crs)
    everywhere = np.full((int(rows), int(columns)), nodata, dtype=pixels.dtype)
    for row, column in corners:
        everywhere[row : row + height, column : column + width] = pixels
    with rasterio.open(out, "w", **geotiff_profile(whole, dtype=str(pixels.dtype), nodata=nodata)) as target:
        target.write(everywhere, 1)


def analyse(theme: str, folder: Path) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    city = open_city(folder / "pack")
    result = getattr(kg, theme).analyse(city)
    figure = {"trees": "plantable_m2", "unsealing": "removable_m2"}[theme]
    return {
        "cpu_s": time.process_time() - cpu,
        "wall_s": time.perf_counter() - wall,
        "peak_mb": int(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0]) / 1024,
        "m2": float(result.city[figure]),
    }


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), *map(int, sys.argv[3:5]))
    else:
        print(json.dumps(analyse(sys.argv[1], Path(sys.argv[2]))))  # noqa: T201 - read by the benchmark
