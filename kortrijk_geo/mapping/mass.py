"""Masses of polygons as one picture: each pixel tells the row that lies there, so colours and values need no shapes.

Above some thousands of polygons a browser draws and drags too slowly, and their coordinates would fill the page; a
picture of row numbers stays light however many there are.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.mapping import geometry

if TYPE_CHECKING:
    from numpy.typing import NDArray

# More polygons than this are drawn as a picture; areas, which can be reached one by one, stay shapes somewhat longer.
MOST_SHAPES = 3_000
MOST_AREAS = 10_000
_SIDE_PX = 3_000
_MOST_ROWS = 2**24 - 1


def row_picture(shapes: geometry.Geometries) -> dict[str, Any]:
    """Draw polygons as a PNG in which red, green and blue are the bytes of the row number plus one; 0 is no polygon.

    Parameters
    ----------
    shapes
        Polygons in web Mercator (EPSG:3857), none missing.

    Returns
    -------
    dict
        ``url`` (the PNG as data address) and ``bounds`` ([[south, west], [north, east]], degrees).

    Raises
    ------
    DataError
        When there are more polygons than a pixel can tell.
    """
    if len(shapes) > _MOST_ROWS:
        raise DataError(f"{len(shapes)} polygons are too many for one layer of a map; draw fewer")
    west, south, east, north = shapely.total_bounds(shapes)
    east, north = max(east, west + 1), max(north, south + 1)  # a picture has a width and a height
    rows = _rows(shapes, (west, south, east, north))
    corners = geometry.degrees(shapely.points([[west, south], [east, north]]))
    png = _png(np.stack([(rows >> shift).astype(np.uint8) for shift in (16, 8, 0)]))
    return {
        "url": "data:image/png;base64," + base64.b64encode(png).decode("ascii"),
        "bounds": [[round(point.y, 7), round(point.x, 7)] for point in corners],
    }


def _rows(shapes: geometry.Geometries, bounds: geometry.Bounds) -> NDArray[np.int32]:
    """Return the row plus one of every pixel, 0 where there is none; every polygon has a pixel where that can be."""
    # Which most pages need not load.
    from rasterio.transform import from_bounds, rowcol

    from kortrijk_geo.spans import Edges

    west, south, east, north = bounds
    size_m = max(east - west, north - south) / _SIDE_PX
    width, height = max(1, round((east - west) / size_m)), max(1, round((north - south) / size_m))
    transform = from_bounds(*bounds, width, height)
    grid = np.zeros((height, width), dtype=np.int32)
    Edges(shapes, transform, grid.shape).burn(np.arange(1, len(shapes) + 1, dtype=np.int32), grid)
    # What covers the middle of no pixel gets the one it lies in, so that everything can be seen and asked.
    drawn = np.zeros(len(shapes) + 1, dtype=bool)
    drawn[grid] = True
    gone = 1 + np.flatnonzero(~drawn[1:])
    places = shapely.get_coordinates(shapely.point_on_surface(shapes[gone - 1]))
    line, column = rowcol(transform, places[:, 0], places[:, 1])
    line, column = (np.clip(at, 0, most - 1).astype(int) for at, most in ((line, height), (column, width)))
    grid[line, column] = gone
    return np.asarray(grid)


def _png(bands: NDArray[np.uint8]) -> bytes:
    from rasterio.io import MemoryFile
    from rasterio.transform import from_bounds

    count, height, width = bands.shape
    place = from_bounds(0, 0, width, height, width, height)
    options = {"driver": "PNG", "width": width, "height": height, "count": count, "dtype": "uint8", "ZLEVEL": 7}
    with MemoryFile() as memory:
        with memory.open(**options, transform=place) as picture:
            picture.write(bands)
        return bytes(memory.read())
