"""Which raster a file of pixels could be, by the words in its name; where it lies, and in what, it says itself."""

from __future__ import annotations

from itertools import combinations
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import shapely

from kortrijk_geo.ingest.aliases import called, load_aliases
from kortrijk_geo.ingest.landcover_source import metres_per_unit
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.starting_text import Block
from kortrijk_geo.pack.layers import RASTERS, TIMETABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from kortrijk_geo.ingest.looking import Picture

_FILES = {"from": "files"}
_SEALED = ("jaarbak", "bak")
# Of tiles that meet, so much of a pixel may lie over each other.
_EDGE = 0.5


def raster_blocks(
    pictures: Sequence[Picture], extent: gpd.GeoSeries, crs: str
) -> tuple[list[Block], list[tuple[str, str]]]:
    """Propose rasters by the words in their names; a legend says what the codes mean, so it is named with them.

    Parameters
    ----------
    pictures
        The files of pixels.
    extent
        The areas, or the box of the extract: a file that does not say its CRS lies near them.
    crs
        Of the pack.

    Returns
    -------
    tuple
        The rasters, and the files of which nothing tells which raster they are, each with why.
    """
    blocks: list[Block] = []
    unused: list[tuple[str, str]] = []
    fed: dict[str, list[Picture]] = {}
    sealed: list[Picture] = []
    for picture in pictures:
        stem = PurePath(picture.file).stem
        words = {name: called(stem, entry.names) for name, entry in load_aliases().rasters.items()}
        best = max(words, key=lambda name: len(words[name]))
        if called(stem, _SEALED):
            sealed.append(picture)
        elif words[best]:
            fed.setdefault(best, []).append(picture)
        else:
            size = f"{picture.width:,} x {picture.height:,} pixels, {picture.bands} bands"
            has = ", ".join(raster for raster in RASTERS if raster != TIMETABLE)
            known = f"nothing in its name tells which raster it is ({size}; a pack has {has})"
            unused.append((picture.file, known))
    green: dict[str, Any] = {}
    for name, files in fed.items():
        legend = load_aliases().rasters[name].legend
        for tiles in [files] if _are_tiles(files) else [[one] for one in files]:
            block = raster_block(name, tiles, extent, crs, {"legend": legend} if legend else {})
            blocks.append(block)
            green = green or (_of_map(block) if legend == "groenkaart" else {})
    for picture in sealed:
        block = raster_block("land_cover", [picture], extent, crs, {"legend": "jaarbak"})
        cells = {"pixel_m": block.keys["pixel_m"]} if "pixel_m" in block.keys else {}
        block.keys = {"reader": "compose", **cells, "sealed": _of_map(block), **({"green": green} if green else {})}
        blocks.append(block)
    return blocks, unused


def _of_map(block: Block) -> dict[str, Any]:
    """Return what a composition says of one of its maps."""
    return {key: value for key, value in block.keys.items() if key not in {"reader", "pixel_m"}}


def _are_tiles(pictures: Sequence[Picture]) -> bool:
    """Tell whether files are the sheets of one map: alike, and beside each other."""
    first = pictures[0]
    if len(pictures) < 2 or any(
        one.crs != first.crs or one.bands != first.bands or abs(one.pixel - first.pixel) > 1e-6 * first.pixel
        for one in pictures
    ):
        return False
    boxes = [shapely.box(*one.bounds) for one in pictures]
    most = _EDGE * first.pixel * max(max(box.bounds[2] - box.bounds[0], box.bounds[3] - box.bounds[1]) for box in boxes)
    return all(one.intersection(other).area <= most for one, other in combinations(boxes, 2))


def raster_block(
    name: str, tiles: Sequence[Picture], extent: gpd.GeoSeries, pack_crs: str, more: dict[str, str]
) -> Block:
    """Propose the table that makes a raster of a file or of its tiles; ``more`` is what it says of their codes."""
    first = tiles[0]
    files = [tile.file for tile in tiles]
    keys: dict[str, Any] = {"reader": "raster", **_FILES, "file": files if len(files) > 1 else files[0], **more}
    block = Block(f"rasters.{name}", name, named(files, 3), keys)
    if len(files) > 1:
        block.plain.append(f"{len(files)} files lie beside each other: read as the sheets of one map.")
    if first.bands > 1:
        block.refused = f"{first.file} has {first.bands} bands; add band = 1, or the number of the one that is meant"
    crs = first.crs
    if crs is None and first.placed:
        fits = _crs_near(first, extent, (pack_crs, *load_aliases().coordinates.crs))
        if len(fits) == 1:
            keys["crs"] = fits[0]
            block.plain.append(f"{first.file} does not say its CRS; {fits[0]} puts it at the areas, and no other does.")
        elif fits:
            block.refused = f"{first.file} does not say its CRS, and several put it at the areas ({named(fits)})"
    elif crs is not None and crs.is_geographic and crs.to_authority() is not None:
        metres = float(f"{first.pixel * metres_per_unit(crs):.1g}")
        keys["crs"] = ":".join(crs.to_authority())
        keys["pixel_m"] = int(metres) if metres >= 1 else metres
        block.plain.append(f"{first.file} is in degrees; it is brought to {pack_crs} in pixels of {metres:g} m.")
    return block


def _crs_near(picture: Picture, extent: gpd.GeoSeries, crs: Sequence[str]) -> list[str]:
    """Return which CRS put a file that does not say its own over the areas."""
    there = shapely.box(*picture.bounds)
    return [one for one in dict.fromkeys(crs) if shapely.box(*extent.to_crs(one).total_bounds).intersects(there)]
