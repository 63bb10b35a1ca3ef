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

import kortrijk_geo as kg
from kortrijk_geo.engine.rasters import Grid, geotiff_profile, open_raster
from kortrijk_geo.pack.city import open_city
from kortrijk_geo.pack.files import write_pack

LAYERS = ("boundary", "areas", "homes", "buildings", "parcels", "trees", "green", "streets", "water", "constraints")
RASTERS = ("land_cover", "soil_group", "surface_temperature")


def make(folder: Path, copies: int, finer: int) -> None:
    """Write a pack of copies of the demo beside each other, two to a row, with pixels so many times finer."""
    demo = kg.demo_city(folder / "demo")
    west, south, east, north = demo_grid(demo.raster("land_cover")).bounds
    places = [(number % 2 * (east - west), -(number // 2) * (north - south)) for number in range(copies)]
    layers = {name: beside(demo.layer(name), places) for name in LAYERS}
    layers["boundary"] = demo.boundary.set_geometry([layers["boundary"].union_all()])
    rasters = {name: folder / f"{name}.tif" for name in RASTERS}
    for name, path in rasters.items():
        tile(demo.raster(name), path, copies, finer if name == "land_cover" else 1)
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


def tile(source: Path, out: Path, copies: int, finer: int) -> None:
    with open_raster(source) as (reader, grid):
        pixels, nodata = reader.read(1), reader.nodata
    pixels = pixels.repeat(finer, axis=0).repeat(finer, axis=1)
    height, width = pixels.shape
    across, down = min(copies, 2), -(-copies // 2)
    scaled = grid.transform @ type(grid.transform).scale(1 / finer)
    whole = Grid(scaled, width * across, height * down, grid.crs)
    empty = np.full_like(pixels, nodata)
    with rasterio.open(out, "w", **geotiff_profile(whole, dtype=str(pixels.dtype), nodata=nodata)) as target:
        for number in range(across * down):
            window = rasterio.windows.Window(number % 2 * width, number // 2 * height, width, height)
            target.write(pixels if number < copies else empty, 1, window=window)


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
