"""The picture of plantable space that lies over the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import rasterio

from kortrijk_geo.engine.polygons import overlay_png
from kortrijk_geo.results import Picture
from kortrijk_geo.trees.plantable import verdicts

if TYPE_CHECKING:
    from pathlib import Path

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.trees.rules import PlantingRules

# Darkest for the largest tree that fits; then what needs someone's agreement, then pits in what is sealed now.
_SIZE_COLOURS = ("#00441b", "#238b45", "#74c476")
_OTHER = (
    ("permission", "met akkoord van gebruiker of beheerder", "#fdd49e"),
    ("pit", "plantput na ontharding", "#c51b7d"),
)
_OPACITY = 215
_SIDE_PX = 2400
_READ_PX = 4000


def plantable_picture(codes: Path, grid: Grid, rules: PlantingRules) -> Picture:
    """Draw the planting codes: the largest size class that fits, else ground with permission, else pits."""
    step = max(1, -(-max(grid.width, grid.height) // _READ_PX))
    shape = (max(1, grid.height // step), max(1, grid.width // step))
    with rasterio.open(codes) as source:
        small = source.read(1, out_shape=shape)
    a, _, west, _, e, north = tuple(grid.transform)[:6]
    transform = type(grid.transform)(a * grid.width / shape[1], 0.0, west, 0.0, e * grid.height / shape[0], north)
    sizes = len(rules.sizes)
    drawn = np.zeros(shape, dtype=np.uint8)
    for number, (kind, _, _) in enumerate(_OTHER[::-1]):
        for size in range(sizes):
            drawn[verdicts(small, size, (kind,))] = sizes + len(_OTHER) - number
    for size in reversed(range(sizes)):
        drawn[verdicts(small, size, ("plantable",))] = size + 1
    classes = [
        *((f"plantbaar, {size.label}", _SIZE_COLOURS[place]) for place, size in enumerate(rules.sizes)),
        *((label, colour) for _, label, colour in _OTHER),
    ]
    colours = {number: _rgba(colour) for number, (_, colour) in enumerate(classes, start=1)}
    png, bounds = overlay_png(drawn, transform, grid.crs, colours=colours, side_px=_SIDE_PX)
    return Picture(png, bounds, tuple(classes))


def _rgba(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue, _OPACITY
