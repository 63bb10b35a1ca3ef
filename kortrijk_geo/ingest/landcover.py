"""The rasters of a city pack: codes translated from their legend, land cover put together or burnt, measures warped.

What a raster holds is held against its legend: codes that are not in it, a study area without any data and one that
has a single value throughout are told, not swallowed. Everything goes window by window: memory does not grow with the raster.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS
from rasterio.transform import Affine

from kortrijk_geo.engine.rasters import Grid, write_raster
from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.landcover_rules import FEATURES, SEALED, UNKNOWN_CODE, load_rules
from kortrijk_geo.ingest.landcover_source import grid_for, on_grid, open_raw
from kortrijk_geo.ingest.landcover_tally import Footprints, Tally
from kortrijk_geo.ingest.landcover_vectors import LAYERS_USED, Painter, burn_painter, ground_shapes
from kortrijk_geo.layers import RASTERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.schema import Part

MEASURE_NODATA = -9999.0


def make_raster(part: Part, shop: Workshop, frames: Mapping[str, pd.DataFrame], out: Path) -> None:
    """Make one raster of a pack as its table in the recipe says.

    Parameters
    ----------
    part
        Table ``[rasters.<name>]``; its reader is ``raster`` (one file), ``compose`` (a sealing map, and where it is
        given a green map, with the vectors of the pack) or ``burn`` (the vectors alone).
    shop
        Recipe, raw files and findings; its extent cuts the raster.
    frames
        Layers of the pack that were read, in its CRS.
    out
        GeoTIFF to write.

    Raises
    ------
    MissingFileError, CrsError, DataError
        Naming the file, its codes or the key of the recipe.
    """
    if part.reader == "burn":
        _burn(part, shop, frames, out)
    elif part.reader == "compose":
        _compose(part, shop, frames, out)
    elif RASTERS[part.layer].codes:
        _translate(part, shop, frames, out)
    else:
        _measure(part, shop, out)


def _extent(shop: Workshop) -> tuple[float, float, float, float]:
    bounds: tuple[float, float, float, float] = tuple(shapely.bounds(shop.extent).tolist())
    return bounds


def _translate(part: Part, shop: Workshop, frames: Mapping[str, pd.DataFrame], out: Path) -> None:
    """Write one raster of codes, translated from its legend."""
    legend = load_rules().legends[part.options["legend"]]
    with open_raw(part, shop) as raw:
        grid = grid_for(raw, part, CRS(shop.recipe.crs), _extent(shop))
        tally = Tally(raw, legend, part.layer)
        footprints = _footprints(part, frames, shop)
        with on_grid(raw, grid, shop, part.layer, fill=legend.nodata[0]) as read:

            def compute(window: Window) -> NDArray[np.uint8]:
                codes = tally.translate(read(window))
                footprints.count(codes, grid, window)
                return codes

            write_raster(out, grid, compute, dtype="uint8", nodata=0, threads=1)
        tally.report(shop.findings, grid)
        footprints.report(shop.findings, part.layer)


def _compose(part: Part, shop: Workshop, frames: Mapping[str, pd.DataFrame], out: Path) -> None:
    """Write a land cover made of a sealing map, a green map and vectors, by the rules of composition."""
    rules = load_rules()
    table = rules.composition.table()
    shapes = ground_shapes(frames, rules.widths, into=part.layer, findings=shop.findings)
    painters = {name: Painter(found, np.ones(len(found), dtype=np.int64)) for name, found in shapes.items()}
    if not any(len(painters.get(name, ())) for name in ("buildings", "roads")):
        shop.findings.add("warning", part.layer, rules.composition.note_without_vectors)
    with ExitStack() as stack:
        sealing = part.options["sealed"]
        raw = stack.enter_context(open_raw(sealing, shop))
        legend = rules.legends[sealing.options["legend"]]
        grid = grid_for(raw, part, CRS(shop.recipe.crs), _extent(shop))
        read = stack.enter_context(on_grid(raw, grid, shop, part.layer, fill=legend.nodata[0]))
        tally = Tally(raw, legend, "land_cover", part.layer)
        green = part.get("green")
        green_tally = None
        if green is not None:
            green_raw = stack.enter_context(open_raw(green, shop))
            green_legend = rules.legends[green.options["legend"]]
            fill = green_legend.nodata[0]
            read_green = stack.enter_context(on_grid(green_raw, grid, shop, part.layer, fill=fill))
            green_tally = Tally(green_raw, green_legend, "green_cover", part.layer)
        footprints = _footprints(part, frames, shop)
        without_green = 0

        def compute(window: Window) -> NDArray[np.uint8]:
            nonlocal without_green
            base = tally.translate(read(window))
            state = np.isin(base, SEALED).astype(np.uint8) << 7
            for bit, name in enumerate(FEATURES):
                if len(painters.get(name, ())):
                    state |= painters[name].paint(grid, window).astype(np.uint8) << (3 + bit)
            if green_tally is not None:
                seen = green_tally.translate(read_green(window))
                without_green += int(((seen == 0) & (base > 0) & (state < 128)).sum())
                # A code that is in no legend ends the build after the last window; until then it must not spill over.
                state |= np.where(seen == UNKNOWN_CODE, 0, seen)
            codes = np.where(base == 0, 0, table[state]).astype(np.uint8)
            footprints.count(codes, grid, window)
            return codes

        write_raster(out, grid, compute, dtype="uint8", nodata=0, threads=1)
        tally.report(shop.findings, grid)
        if green_tally is not None:
            green_tally.report(shop.findings, grid)
        if without_green:
            shop.findings.add(
                "info", part.layer,
                f"{without_green * grid.pixel_m2:,.0f} m2 of unsealed ground without a known green code is"
                " 'other unsealed' (6)", without_green,
            )  # fmt: skip
        footprints.report(shop.findings, part.layer)


def _burn(part: Part, shop: Workshop, frames: Mapping[str, pd.DataFrame], out: Path) -> None:
    """Write a coarse land cover burnt from vectors alone."""
    rules = load_rules()
    painter = burn_painter(frames, rules.burn, rules.widths, into=part.layer, findings=shop.findings)
    if not len(painter):
        raise DataError(
            f"{part.table}: none of the layers {', '.join(LAYERS_USED)} has anything to burn; add them to the recipe"
        )
    size = float(part.get("pixel_m", rules.burn.pixel_m))
    west, south, east, north = _extent(shop)
    left, top = np.floor(west / size) * size, np.ceil(north / size) * size
    width, height = int(np.ceil((east - left) / size)), int(np.ceil((top - south) / size))
    grid = Grid(Affine(size, 0.0, left, 0.0, -size, top), width, height, CRS(shop.recipe.crs))
    inside = Painter(np.array([shop.boundary], dtype=object), np.ones(1, dtype=np.int64))
    known = np.zeros(2, dtype=np.int64)

    def compute(window: Window) -> NDArray[np.uint8]:
        codes = painter.paint(grid, window).astype(np.uint8)
        here = inside.paint(grid, window) > 0
        known[:] += int((codes[here] > 0).sum()), int(here.sum())
        return codes

    write_raster(out, grid, compute, dtype="uint8", nodata=0, threads=1)
    shop.findings.add("warning", part.layer, rules.burn.note)
    share = known[0] / known[1]
    message = f"burnt at {size:g} m; the vectors say what covers {share:.1%} of the study area, the rest is 0 (unknown)"
    shop.findings.add("info", part.layer, message)


def _measure(part: Part, shop: Workshop, out: Path) -> None:
    """Write a raster of a measured quantity, float32, no data -9999."""
    lowest, highest = load_rules().limits[part.layer]
    unit = RASTERS[part.layer].unit
    with open_raw(part, shop) as raw:
        grid = grid_for(raw, part, CRS(shop.recipe.crs), _extent(shop))
        outside, found, seen = 0, 0, [np.inf, -np.inf]
        with on_grid(raw, grid, shop, part.layer, fill=MEASURE_NODATA, dtype="float32") as read:

            def compute(window: Window) -> NDArray[np.float32]:
                nonlocal outside, found
                values = np.asarray(read(window), dtype=np.float32)
                values = np.where(np.isfinite(values), values, np.float32(MEASURE_NODATA))
                known = values[values != np.float32(MEASURE_NODATA)]
                found += known.size
                outside += int(((known < lowest) | (known > highest)).sum())
                if known.size:
                    seen[:] = min(seen[0], float(known.min())), max(seen[1], float(known.max()))
                return values

            write_raster(out, grid, compute, dtype="float32", nodata=MEASURE_NODATA, threads=1)
    if not found:
        raise DataError(f"{raw.name}: holds nothing but no-data in the study area")
    if outside:
        raise DataError(
            f"{raw.name}, band {raw.band}: {outside:,} values are no {RASTERS[part.layer].about} in {unit} (from {seen[0]:g} to"
            f" {seen[1]:g}, believed {lowest:g} to {highest:g}); choose another band, or bring it to {unit} first"
        )
    if seen[0] == seen[1]:
        raise DataError(f"{raw.name}, band {raw.band}: is {seen[0]:g} {unit} everywhere in the study area; it is empty")
    total = grid.width * grid.height
    if found < total:
        message = f"{raw.name}: {1 - found / total:.1%} of the rectangle around the study area has no data"
        shop.findings.add("info", part.layer, message, total - found)


def _footprints(part: Part, frames: Mapping[str, pd.DataFrame], shop: Workshop) -> Footprints:
    shapes = np.array([], dtype=object)
    if part.layer == "land_cover" and "buildings" in frames:
        shapes = frames["buildings"].geometry.to_numpy()
    return Footprints(Painter(shapes, np.ones(len(shapes), dtype=np.int64)), load_rules().composition, part.table)


def older_than_buildings(cover_date: str, building_date: str) -> str:
    """Return the sentence to report when a land cover is older than the buildings beside it, or nothing."""
    if cover_date and building_date and cover_date < building_date:
        return (
            f"is of {cover_date}, older than the buildings ({building_date}):"
            " what was built since then is missing in it"
        )
    return ""
