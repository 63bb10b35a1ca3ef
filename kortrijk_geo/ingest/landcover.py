"""The rasters of a city pack: codes translated from their legend, land cover put together or burnt, measures warped.

What a raster holds is held against its legend: codes that are not in it, a study area without any data and one that
has a single value throughout are told, not swallowed. Everything goes window by window: memory does not grow with the
raster.
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
from kortrijk_geo.ingest.landcover_tally import Audit, Coverage, Range, Tally
from kortrijk_geo.ingest.landcover_vectors import LAYERS_USED, burn_painter, ground_shapes, painter_of
from kortrijk_geo.layers import RASTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.ingest.landcover_source import RawRaster
    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.report import Findings
    from kortrijk_geo.ingest.schema import Part

    Read = Callable[[Window], NDArray[np.uint8]]

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
        audit = _audit(part, shop, frames)
        with on_grid(raw, grid, shop, part.layer, fill=legend.nodata[0]) as read:
            write_raster(
                out, grid, lambda window: audit.seen(tally.translate(read(window)), grid, window),
                dtype="uint8", nodata=0, threads=1,
            )  # fmt: skip
        tally.report(shop.findings, part.layer)
    audit.report(shop.findings, part.layer)


def _compose(part: Part, shop: Workshop, frames: Mapping[str, pd.DataFrame], out: Path) -> None:
    """Write a land cover made of a sealing map, a green map and vectors, by the rules of composition."""
    rules = load_rules()
    table = rules.composition.table()
    shapes = ground_shapes(frames, rules.widths, into=part.layer, findings=shop.findings)
    features = [
        (bit, painter_of(shapes[name])) for bit, name in enumerate(FEATURES, start=3) if len(shapes.get(name, ()))
    ]
    if not any(len(shapes.get(name, ())) for name in ("buildings", "roads")):
        shop.findings.add("warning", part.layer, rules.composition.note_without_vectors)
    sealing, green = part.options["sealed"], part.get("green")
    audit = _audit(part, shop, frames)
    with ExitStack() as stack:
        raw = stack.enter_context(open_raw(sealing, shop))
        grid = grid_for(raw, part, CRS(shop.recipe.crs), _extent(shop))

        def reader(map_: Part, opened: RawRaster, meaning: str) -> tuple[Read, Tally]:
            legend = rules.legends[map_.options["legend"]]
            read = stack.enter_context(on_grid(opened, grid, shop, part.layer, fill=legend.nodata[0]))
            tally = Tally(opened, legend, meaning)
            return lambda window: tally.translate(read(window)), tally

        read_sealed, tally = reader(sealing, raw, "land_cover")
        tallies = [tally]
        read_green = None
        if green is not None:
            read_green, tally = reader(green, stack.enter_context(open_raw(green, shop)), "green_cover")
            tallies.append(tally)
        without_green = 0

        def compute(window: Window) -> NDArray[np.uint8]:
            nonlocal without_green
            base = read_sealed(window)
            state = np.isin(base, SEALED).astype(np.uint8) << 7
            for bit, painter in features:
                state |= painter.paint(grid, window).astype(np.uint8) << bit
            if read_green is not None:
                seen = read_green(window)
                without_green += int(((seen == 0) & (base > 0) & (state < 128)).sum())
                # A code that is in no legend ends the build after the last window; until then it must not spill over.
                state |= np.where(seen == UNKNOWN_CODE, 0, seen)
            return audit.seen(np.where(base == 0, 0, table[state]).astype(np.uint8), grid, window)

        write_raster(out, grid, compute, dtype="uint8", nodata=0, threads=1)
        for tally in tallies:
            tally.report(shop.findings, part.layer)
    if without_green:
        message = (
            f"{without_green * grid.pixel_m2:,.0f} m2 of unsealed ground without a known green code is"
            " 'other unsealed' (6)"
        )
        shop.findings.add("info", part.layer, message, without_green)
    audit.report(shop.findings, part.layer)


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
    coverage = _coverage(shop)

    def compute(window: Window) -> NDArray[np.uint8]:
        codes = painter.paint(grid, window).astype(np.uint8)
        coverage.count(codes > 0, grid, window)
        return codes

    write_raster(out, grid, compute, dtype="uint8", nodata=0, threads=1)
    shop.findings.add("warning", part.layer, f"{rules.burn.note}; {size:g} m")
    coverage.report(shop.findings, part.layer)


def _measure(part: Part, shop: Workshop, out: Path) -> None:
    """Write a raster of a measured quantity, float32, no data -9999."""
    coverage = _coverage(shop)
    with open_raw(part, shop) as raw:
        grid = grid_for(raw, part, CRS(shop.recipe.crs), _extent(shop))
        range_ = Range(raw, part.layer, load_rules().limits[part.layer])
        with on_grid(raw, grid, shop, part.layer, fill=MEASURE_NODATA, dtype="float32") as read:

            def compute(window: Window) -> NDArray[np.float32]:
                values = np.asarray(read(window), dtype=np.float32)
                known = np.isfinite(values) & (values != np.float32(MEASURE_NODATA))
                range_.count(values[known])
                coverage.count(known, grid, window)
                return np.where(known, values, np.float32(MEASURE_NODATA))

            write_raster(out, grid, compute, dtype="float32", nodata=MEASURE_NODATA, threads=1)
    range_.check()
    coverage.report(shop.findings, part.layer)


def _coverage(shop: Workshop) -> Coverage:
    area = shop.boundary
    return Coverage(painter_of(np.array([area], dtype=object)), float(shapely.area(area)))


def _audit(part: Part, shop: Workshop, frames: Mapping[str, pd.DataFrame]) -> Audit:
    buildings = painter_of(np.array([], dtype=object))
    if part.layer == "land_cover" and "buildings" in frames:
        buildings = painter_of(frames["buildings"].geometry.to_numpy())
    return Audit(_coverage(shop), buildings, load_rules().composition.unsealed_footprint_share)


def report_age(cover_date: str, building_date: str, findings: Findings) -> None:
    """Report that a land cover (or the sealing map in it) is older than the buildings, by their ISO dates if known."""
    if cover_date and building_date and cover_date < building_date:
        message = f"is of {cover_date}, older than the buildings ({building_date}): what was built since is not in it"
        findings.add("warning", "land_cover", message)
