"""Class areas per zone: how many square metres of every code lie in every polygon.

Zones become spans of pixels (centres decide), strip by strip, and are counted with one bincount. A zone that catches
no pixel centre is covered exactly, pixel by pixel, so that slivers keep their value. Zones that share a pixel are
counted in turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from rasterio.features import rasterize
from rasterio.windows import Window

from kortrijk_geo.engine.rasters import Grid, block_cache, open_raster
from kortrijk_geo.engine.scanline import Scan
from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.pack.validation import same_crs

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

_CODES = 256
# Counted in a table of so few codes where there are no others: one of all codes fills the memory with 0.
_FEW_CODES = 16
_STRIP_PIXELS = 5_000_000


def class_areas(raster: Path, zones: gpd.GeoDataFrame, *, key: str) -> pd.DataFrame:
    """Measure the surface of every code of a raster in every zone.

    Parameters
    ----------
    raster
        Raster of codes 0-255 (band 1, uint8).
    zones
        Polygons in the raster's CRS, column ``key`` unique. They may overlap.
    key
        Column that names a zone.

    Returns
    -------
    pandas.DataFrame
        One row per zone in the order given, index ``key``; a column per code that occurs, in square metres. A zone
        outside the raster has 0 everywhere: compare the row's sum with the zone's surface.

    Raises
    ------
    DataError
        When the raster does not hold codes of one byte, or a key stands twice.
    CrsError
        When zones and raster are in different CRS.
    """
    if zones[key].duplicated().any():
        raise DataError(f"zones: {key} {zones.loc[zones[key].duplicated(), key].iloc[0]!r} stands twice")
    shapes = zones.geometry.to_numpy()
    slivers: dict[int, NDArray[np.float64]] = {}
    with open_raster(raster) as (source, grid):
        if source.dtypes[0] != "uint8":
            raise DataError(f"{raster}: holds {source.dtypes[0]}, class areas need codes of one byte (uint8)")
        if zones.crs is None or not same_crs(zones.crs, grid.crs):
            raise CrsError(f"zones are in {zones.crs}, {raster} is in {grid.crs.to_string()}; bring them to one CRS")
        # Strips of about equal surface, so that memory grows neither with the height nor with the width of the raster.
        rows = max(256, _STRIP_PIXELS // grid.width // 256 * 256)
        with block_cache(source, rows):
            counts, overlap = _count(source, grid, shapes, rows)
            if overlap:
                for group in disjoint_groups(shapes, tolerance_m2=grid.pixel_m2 / 2):
                    turn, _ = _count(source, grid, shapes[group], rows)
                    counts[group] = 0
                    counts[group, : turn.shape[1]] = turn
        for row in np.flatnonzero(~counts.any(axis=1)).tolist():
            slivers[row] = _exact_cover(source, grid, shapes[row])
    there = np.zeros(_CODES, dtype=bool)
    there[: counts.shape[1]] = counts.any(axis=0)
    codes = np.flatnonzero(np.any([there, *slivers.values()], axis=0))
    pixels = np.zeros((len(shapes), len(codes)))
    counted = codes < counts.shape[1]
    pixels[:, counted] = counts[:, codes[counted]]
    for sliver, cover in slivers.items():
        pixels[sliver] = cover[codes]
    return pd.DataFrame(pixels * grid.pixel_m2, index=pd.Index(zones[key], name=key), columns=codes)


def disjoint_groups(shapes: NDArray[np.object_], *, tolerance_m2: float) -> list[NDArray[np.intp]]:
    """Divide polygons into groups in which none overlaps another by more than ``tolerance_m2`` (greedy colouring)."""
    left, right = shapely.STRtree(shapes).query(shapes)
    boxes = shapely.bounds(shapes)
    # Boxes first: most neighbours only touch, and an intersection of polygons costs a thousand times that of boxes.
    width = np.minimum(boxes[left, 2], boxes[right, 2]) - np.maximum(boxes[left, 0], boxes[right, 0])
    height = np.minimum(boxes[left, 3], boxes[right, 3]) - np.maximum(boxes[left, 1], boxes[right, 1])
    near = (left < right) & (width > 0) & (height > 0) & (width * height > tolerance_m2)
    left, right = left[near], right[near]
    shapely.prepare(shapes)
    # Whether they meet at all is told quickest, and whether by more than their borders quicker than by how much.
    meet = shapely.intersects(shapes[left], shapes[right])
    left, right = left[meet], right[meet]
    apart = shapely.touches(shapes[left], shapes[right])
    left, right = left[~apart], right[~apart]
    deep = shapely.area(shapely.intersection(shapes[left], shapes[right])) > tolerance_m2
    left, right = left[deep], right[deep]
    neighbours: dict[int, set[int]] = {}
    for shape, other in zip(left.tolist(), right.tolist(), strict=True):
        neighbours.setdefault(shape, set()).add(other)
        neighbours.setdefault(other, set()).add(shape)
    colour = np.zeros(len(shapes), dtype=np.intp)
    for shape in sorted(neighbours):
        taken = {int(colour[other]) for other in neighbours[shape] if other < shape}
        colour[shape] = next(free for free in range(len(taken) + 1) if free not in taken)
    return [np.flatnonzero(colour == value) for value in range(int(colour.max(initial=-1)) + 1)]


def burn(shapes: NDArray[np.object_], values: NDArray[np.integer], grid: Grid, window: Window) -> NDArray[np.int32]:
    """Burn polygons into a window, each with its value (later over earlier); 0 elsewhere. Pixel centres decide."""
    size = (int(window.height), int(window.width))
    pairs = [(shape, int(value)) for shape, value in zip(shapes, values, strict=True)]
    if not pairs:
        return np.zeros(size, dtype=np.int32)
    burnt: NDArray[np.int32] = rasterize(pairs, out_shape=size, transform=grid.window_transform(window), dtype="int32")
    return burnt


def _count(
    source: DatasetReader, grid: Grid, shapes: NDArray[np.object_], rows: int
) -> tuple[NDArray[np.uint32], bool]:
    """Count the pixels of every code, as far as there are codes, in every polygon; tell whether two share a pixel."""
    from kortrijk_geo.engine.pixel_loops import count_spans

    overlap = False
    counts = np.zeros((len(shapes), _FEW_CODES), dtype=np.uint32)
    scan = Scan(shapes, grid)
    for window in grid.strips(rows):
        spans = scan.spans(int(window.row_off), int(window.height))
        if len(spans.row):
            left, right = int(spans.start.min()), int(spans.stop.max())
            codes = source.read(1, window=Window(left, window.row_off, right - left, window.height))
            if codes.max() >= counts.shape[1]:
                counts = np.pad(counts, ((0, 0), (0, _CODES - counts.shape[1])))
            overlap |= count_spans(spans.row, spans.start - left, spans.stop - left, spans.shape, codes, counts)
    return counts, overlap


def _exact_cover(source: DatasetReader, grid: Grid, shape: shapely.Geometry) -> NDArray[np.float64]:
    """Cover of every code by one small polygon, in pixels, by exact intersection with each pixel it touches."""
    counts = np.zeros(_CODES)
    part = shapely.intersection(shape, shapely.box(*grid.bounds))
    if shapely.area(part) == 0:
        return counts
    west, south, east, north = shapely.bounds(part)
    across, down = grid.pixel_m
    left = max(0, int((west - grid.transform.c) / across))
    top = max(0, int((grid.transform.f - north) / down))
    right = min(grid.width, int(np.ceil((east - grid.transform.c) / across)) + 1)
    bottom = min(grid.height, int(np.ceil((grid.transform.f - south) / down)) + 1)
    window = Window(left, top, right - left, bottom - top)
    codes = source.read(1, window=window)
    rows, columns = np.indices(codes.shape)
    transform = grid.window_transform(window)
    x, y = transform.c + columns * transform.a, transform.f + rows * transform.e
    cover = shapely.area(shapely.intersection(part, shapely.box(x, y + transform.e, x + transform.a, y)))
    return np.bincount(codes.ravel(), weights=cover.ravel() / grid.pixel_m2, minlength=_CODES).astype("float64")
