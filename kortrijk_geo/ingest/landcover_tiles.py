"""Rasters that come in one file or in tiles, on one grid: what differs between tiles is refused, or told."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from rasterio.warp import transform_bounds

from kortrijk_geo.engine.rasters import Grid
from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.landcover_rules import load_rules
from kortrijk_geo.ingest.landcover_source import metres_per_unit, on_grid, open_raw, readable
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.vectors import same_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS
    from rasterio.windows import Window

    from kortrijk_geo.ingest.landcover_source import Bounds, RawRaster
    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part

    Read = Callable[[Window], NDArray[np.generic]]

_NAMED = 3


@contextmanager
def open_tiles(part: Part, shop: Workshop) -> Iterator[tuple[RawRaster, ...]]:
    """Open the raster file that a part of a recipe names, or all its tiles.

    Raises
    ------
    MissingFileError, CrsError, DataError
        As `kortrijk_geo.ingest.landcover_source.open_raw`; when tiles differ in CRS or in the size of their pixels.
    """
    file = part.options["file"]
    with ExitStack() as stack:
        tiles = tuple(
            stack.enter_context(open_raw(part, shop, name)) for name in (file if isinstance(file, list) else [file])
        )
        first = tiles[0]
        for tile in tiles[1:]:
            if not same_crs(first.crs, tile.crs):
                raise DataError(
                    f"{part.table}: its tiles differ: {first.name} is in {first.crs.to_string()}, {tile.name} in"
                    f" {tile.crs.to_string()}; bring them to one CRS first, for instance with gdalwarp"
                )
            if not np.allclose(first.pixel, tile.pixel, rtol=1e-6):
                sizes = (
                    f"{name} has pixels of {w:g} by {h:g}"
                    for name, (w, h) in ((t.name, t.pixel) for t in (first, tile))
                )
                raise DataError(f"{part.table}: its tiles differ: {', '.join(sizes)}; resample them to one size first")
        yield tiles


def name_of(tiles: Sequence[RawRaster]) -> str:
    """Name a raster in messages: its file, or the first of its tiles and how many more."""
    return named((tile.name for tile in tiles), most=_NAMED)


def grid_for(tiles: Sequence[RawRaster], part: Part, crs: CRS, extent: Bounds) -> Grid:
    """Return the grid to write: that of the raster where its pixels can stay, else a new one of the same pixel size.

    Parameters
    ----------
    tiles, part
        The raster (its tiles) and its table; ``pixel_m`` there asks for a grid of that size.
    crs
        CRS of the pack.
    extent
        Bounds of the study area with its buffer, in ``crs``; the grid is cut to what the raster has of it.

    Raises
    ------
    DataError
        When the raster does not touch the extent, is in degrees and no ``pixel_m`` is given, or when the grid would
        have more pixels than `landcover.toml` allows.
    """
    raw, name = tiles[0], name_of(tiles)
    stays = same_crs(raw.crs, crs) and raw.upright
    corners = np.array([_bounds_in(tile, crs) for tile in tiles])
    there = (*corners[:, :2].min(axis=0).tolist(), *corners[:, 2:].max(axis=0).tolist())
    box = (*np.maximum(extent[:2], there[:2]), *np.minimum(extent[2:], there[2:]))
    if not (box[0] < box[2] and box[1] < box[3]):
        shown = ", ".join(f"{value:,.0f}" for value in there)
        raise DataError(f"{name}: does not touch the study area; it covers {shown} ({crs.to_string()})")
    wide, high = raw.pixel
    pixel_m = part.get("pixel_m")
    if pixel_m is None and not raw.crs.is_projected:
        about_m = float(f"{min(wide, high) * metres_per_unit(raw.crs):.1g}")
        raise DataError(
            f"{part.table}: {name} is in degrees; say how large its pixels must become with pixel_m = {about_m:g}"
        )
    size = float(pixel_m) if pixel_m is not None else min(wide, high) * metres_per_unit(raw.crs)
    if stays and np.isclose(wide, size, rtol=1e-6) and np.isclose(high, size, rtol=1e-6):
        west, north = raw.source.transform.c, raw.source.transform.f
    else:
        west = north = 0.0
    check_pixels(part, size, box)
    # A whole number of pixels that just covers the box, counted from the corner; a hair over an edge is no pixel.
    left, right = np.floor((box[0] - west) / size + 1e-6), np.ceil((box[2] - west) / size - 1e-6)
    top, bottom = np.floor((north - box[3]) / size + 1e-6), np.ceil((north - box[1]) / size - 1e-6)
    transform = Affine(size, 0.0, west + left * size, 0.0, -size, north - top * size)
    return Grid(transform, int(right - left), int(bottom - top), crs)


def check_pixels(part: Part, size: float, box: Bounds) -> None:
    """Refuse pixels so small that the study area with its buffer would have more of them than the rules allow."""
    most = load_rules().limits.most_pixels
    surface = (box[2] - box[0]) * (box[3] - box[1])
    if surface / size**2 > most:
        least = float(f"{np.sqrt(surface / most) * 1.05:.1g}")
        raise DataError(
            f"{part.table}: pixels of {size:g} m make {surface / size**2:.2g} of them in the study area with its"
            f" buffer, more than {most:,}; add pixel_m = {least:g} or more"
        )


def _bounds_in(raw: RawRaster, crs: CRS) -> Bounds:
    if same_crs(raw.crs, crs):
        return raw.bounds
    with readable(raw.name):
        bounds: Bounds = transform_bounds(raw.crs.to_wkt(), crs.to_wkt(), *raw.bounds, densify_pts=21)
    if not np.isfinite(bounds).all():
        raise DataError(f"{raw.name}: lies where {crs.to_string()} has no coordinates")
    return bounds


@contextmanager
def on_one_grid(
    tiles: Sequence[RawRaster], grid: Grid, shop: Workshop, into: str, *, fill: float,
    empty: Sequence[float] = (), measured: bool = False,
) -> Iterator[Read]:  # fmt: skip
    """Give a function that reads a window of ``grid`` from all tiles, as `on_grid` reads it from one.

    Where tiles overlap, the first in the list that knows a value says it; how many pixels differ there is told.

    Parameters
    ----------
    empty
        Codes that mean no data; of measured values it is what is not finite.
    """
    with ExitStack() as stack:
        reads = [
            (
                stack.enter_context(on_grid(tile, grid, shop, into, fill=fill, measured=measured)),
                _bounds_in(tile, grid.crs),
            )
            for tile in tiles
        ]
        if len(tiles) == 1:
            yield reads[0][0]
            return
        dtype = np.dtype("float64") if measured else np.result_type(*(tile.dtype for tile in tiles))
        differ = 0

        def read(window: Window) -> NDArray[np.generic]:
            nonlocal differ
            made: NDArray[np.generic] = np.full((int(window.height), int(window.width)), fill, dtype=dtype)
            known = np.zeros(made.shape, dtype=bool)
            for read_tile, bounds in reads:
                if not _touch(bounds, grid, window):
                    continue
                values = read_tile(window)
                says = np.isfinite(values) if measured else ~np.isin(values, empty)
                both = says & known
                differ += int((~np.isclose(made[both], values[both])).sum())
                made = np.where(says & ~known, values.astype(dtype), made)
                known |= says
            return made

        yield read
        if differ:
            message = f"{name_of(tiles)}: overlap and differ in {differ:,} pixels; the first in the list was taken"
            shop.findings.add("warning", into, message, differ)


def _touch(bounds: Bounds, grid: Grid, window: Window) -> bool:
    west, north = (
        grid.transform.c + window.col_off * grid.pixel_m[0],
        grid.transform.f - window.row_off * grid.pixel_m[1],
    )
    east, south = west + window.width * grid.pixel_m[0], north - window.height * grid.pixel_m[1]
    slack = max(grid.pixel_m)
    return bool(
        bounds[0] < east + slack
        and bounds[2] > west - slack
        and bounds[1] < north + slack
        and bounds[3] > south - slack
    )
