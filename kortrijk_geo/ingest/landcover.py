"""The rasters of a city pack: codes translated from their legend, land cover put together or burnt, measures warped.

What a raster holds is held against its legend: codes that are not in it, a study area without any data and one that
has a single value throughout are told, not swallowed. Everything goes window by window: memory does not grow with the
raster.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS
from rasterio.transform import Affine

from kortrijk_geo.engine.rasters import Grid, write_raster
from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.landcover_rules import FEATURES, OTHER_UNSEALED, SEALED, UNKNOWN_CODE, load_rules
from kortrijk_geo.ingest.landcover_tally import Audit, ClassTally, Coverage, Extremes, Range, Tally
from kortrijk_geo.ingest.landcover_tiles import check_pixels, grid_for, name_of, on_one_grid, open_tiles
from kortrijk_geo.ingest.landcover_vectors import LAYERS_USED, burn_painter, ground_shapes, painter_of
from kortrijk_geo.ingest.timetable import make_timetable
from kortrijk_geo.pack.layers import RASTERS, TIMETABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray
    from rasterio.windows import Window

    from kortrijk_geo.ingest.landcover_source import RawRaster
    from kortrijk_geo.ingest.landcover_vectors import Painter
    from kortrijk_geo.ingest.readers import Workshop
    from kortrijk_geo.ingest.recipe_parts import Part
    from kortrijk_geo.ingest.report import Findings

    Read = Callable[[Window], NDArray[np.uint8]]

MEASURE_NODATA = -9999.0


def make_raster(part: Part, shop: Workshop, frames: Mapping[str, pd.DataFrame], out: Path) -> None:
    """Make one raster of a pack, or its timetable, as its table in the recipe says.

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
    if part.layer == TIMETABLE:
        make_timetable(part, shop, out)
    elif part.reader == "burn":
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
    audit = _audit(part, shop, frames)
    with open_tiles(part, shop) as tiles:
        grid = grid_for(tiles, part, CRS(shop.recipe.crs), _extent(shop))
        with _codes_on(tiles, part, part.layer, grid, shop) as (read, tally):
            write_raster(
                out, grid, lambda window: audit.seen(read(window), grid, window), dtype="uint8", nodata=0, threads=1
            )
        tally.report(shop.findings, part.layer)
    audit.report(shop.findings, part.layer)


def _compose(part: Part, shop: Workshop, frames: Mapping[str, pd.DataFrame], out: Path) -> None:
    """Write a land cover made of a sealing map, a green map and vectors, by the rules of composition."""
    rules = load_rules()
    table = rules.composition.table()
    features = _features(frames, shop, part.layer)
    audit = _audit(part, shop, frames)
    with ExitStack() as stack:
        sealing = part.options["sealed"]
        tiles = stack.enter_context(open_tiles(sealing, shop))
        grid = grid_for(tiles, part, CRS(shop.recipe.crs), _extent(shop))
        maps = [stack.enter_context(_codes_on(tiles, sealing, "land_cover", grid, shop))]
        if (green := part.get("green")) is not None:
            tiles = stack.enter_context(open_tiles(green, shop))
            maps.append(stack.enter_context(_codes_on(tiles, green, "green_cover", grid, shop)))
        without_green = 0

        def compute(window: Window) -> NDArray[np.uint8]:
            nonlocal without_green
            base, *seen = (read(window) for read, _ in maps)
            state = np.isin(base, SEALED).astype(np.uint8) << 7
            for bit, painter in features:
                state |= painter.paint(grid, window).astype(np.uint8) << bit
            for codes in seen:
                # A code that is in no legend ends the build after the last window; until then it must not spill over.
                state |= np.where(codes == UNKNOWN_CODE, 0, codes)
            made = np.where(base == 0, 0, table[state]).astype(np.uint8)
            without_green += sum(int(((codes == 0) & (made == OTHER_UNSEALED)).sum()) for codes in seen)
            return audit.seen(made, grid, window)

        write_raster(out, grid, compute, dtype="uint8", nodata=0, threads=1)
        for _, tally in maps:
            tally.report(shop.findings, part.layer)
    if without_green:
        surface = f"{without_green * grid.pixel_m2:,.0f} m2 of unsealed ground"
        message = f"{surface} without a known green code is 'other unsealed' ({OTHER_UNSEALED})"
        shop.findings.add("info", part.layer, message, without_green)
    audit.report(shop.findings, part.layer)


def _features(frames: Mapping[str, pd.DataFrame], shop: Workshop, into: str) -> list[tuple[int, Painter]]:
    """Return the features of the composition that the pack has, each with its bit in the state of a pixel."""
    rules = load_rules()
    shapes = ground_shapes(frames, rules.widths, into=into, findings=shop.findings)
    drawn = [(bit, painter_of(shapes[name])) for bit, name in enumerate(FEATURES, start=3) if len(shapes.get(name, ()))]
    if not any(len(shapes.get(name, ())) for name in ("buildings", "roads")):
        shop.findings.add("warning", into, rules.composition.note_without_vectors)
    return drawn


@contextmanager
def _codes_on(
    tiles: Sequence[RawRaster], part: Part, meaning: str, grid: Grid, shop: Workshop
) -> Iterator[tuple[Read, Tally | ClassTally]]:
    """Give a function that reads a window of a map as codes of the pack, and the tally of what it read."""
    if (classes := part.get("classes")) is not None:
        thresholds = ClassTally(tiles, classes)
        with on_one_grid(tiles, grid, shop, part.layer, fill=np.nan, measured=True) as read:
            yield lambda window: thresholds.translate(read(window)), thresholds
        return
    for raw in tiles:
        if raw.scaled:
            raise DataError(
                f"{raw.name}: its band has a scale ({raw.scale:g}) or an offset ({raw.offset:g}), so it measures"
                " something and holds no codes; instead of a legend give classes = [[low, high, code], ...]"
            )
    legend = load_rules().legends[part.options["legend"]]
    tally = Tally(tiles, legend, meaning, name=part.options["legend"])
    empty = [
        *legend.nodata,
        *(raw.nodata for raw in tiles if raw.nodata is not None and raw.nodata not in legend.names),
    ]
    with on_one_grid(tiles, grid, shop, part.layer, fill=legend.nodata[0], empty=empty) as read:
        yield lambda window: tally.translate(read(window)), tally


def _burn(part: Part, shop: Workshop, frames: Mapping[str, pd.DataFrame], out: Path) -> None:
    """Write a coarse land cover burnt from vectors alone."""
    rules = load_rules()
    painter = burn_painter(frames, rules.burn, rules.widths, into=part.layer, findings=shop.findings)
    if not len(painter):
        raise DataError(
            f"{part.table}: none of the layers {', '.join(LAYERS_USED)} has anything to burn; add them to the recipe"
        )
    size = float(part.get("pixel_m", rules.burn.pixel_m))
    check_pixels(part, size, _extent(shop))
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
    with open_tiles(part, shop) as tiles:
        grid = grid_for(tiles, part, CRS(shop.recipe.crs), _extent(shop))
        name = f"{name_of(tiles)}, band {tiles[0].band}"
        extremes = Extremes(tiles[0].scale, tiles[0].offset)
        range_ = Range(name, part.layer, getattr(load_rules().measures, part.layer).ends, extremes)
        with on_one_grid(tiles, grid, shop, part.layer, fill=np.nan, measured=True) as read:

            def compute(window: Window) -> NDArray[np.float32]:
                values = np.asarray(read(window), dtype=np.float32)
                known = np.isfinite(values)
                range_.count(values[known])
                coverage.count(known, grid, window)
                return np.where(known, values, np.float32(MEASURE_NODATA))

            write_raster(out, grid, compute, dtype="float32", nodata=MEASURE_NODATA, threads=1)
    range_.check(shop.findings, part.layer)
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
