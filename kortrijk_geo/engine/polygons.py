"""From a mask to clean polygons, and from codes to a picture that a web map can lay over its background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.enums import Resampling
from rasterio.features import shapes
from rasterio.io import MemoryFile
from rasterio.warp import calculate_default_transform, reproject, transform_bounds
from shapely.geometry import shape

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray
    from pyproj import CRS

_OPENING = np.ones((3, 3), dtype=bool)


def mask_to_polygons(
    mask: NDArray[np.bool_], transform: Affine, crs: CRS, *, least_m2: float = 25.0, simplify_m: float = 1.0
) -> gpd.GeoDataFrame:
    """Turn a mask into polygons: threads under three pixels opened, crumbs dropped, stairs smoothed.

    Parameters
    ----------
    mask
        True where the surface is.
    transform, crs
        Of the mask, metres.
    least_m2
        Polygons below this surface are dropped.
    simplify_m
        Tolerance of the simplification (Douglas-Peucker).

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``m2`` (surface of the polygon) and ``geometry``, valid polygons, in the order of the raster.
    """
    from scipy import ndimage  # half of the time that this module takes to load

    opened = ndimage.binary_opening(mask, structure=_OPENING)
    polygons = np.array(
        [shape(ring) for ring, _ in shapes(opened.view(np.uint8), opened, transform=transform)], dtype=object
    )
    polygons = polygons[shapely.area(polygons) >= least_m2]
    smooth = shapely.make_valid(shapely.simplify(polygons, simplify_m))
    smooth = shapely.get_parts(smooth)
    smooth = smooth[(shapely.get_type_id(smooth) == shapely.GeometryType.POLYGON) & (shapely.area(smooth) >= least_m2)]
    return gpd.GeoDataFrame({"m2": shapely.area(smooth)}, geometry=smooth, crs=crs)


def overlay_png(
    codes: NDArray[np.uint8],
    transform: Affine,
    crs: CRS,
    *,
    colours: dict[int, tuple[int, int, int, int]],
    side_px: int = 2000,
) -> tuple[bytes, tuple[float, float, float, float]]:
    """Draw codes as a PNG warped to EPSG:3857, the projection of web maps.

    Parameters
    ----------
    codes
        Codes 0-255; 0 and codes without a colour stay transparent.
    transform, crs
        Of the codes.
    colours
        Red, green, blue and opacity (0-255) per code.
    side_px
        Longest side of the picture.

    Returns
    -------
    tuple
        The PNG's bytes, and its west, south, east and north in degrees (EPSG:4326).
    """
    rows, columns = codes.shape
    bounds = rasterio.transform.array_bounds(rows, columns, transform)
    target, width, height = calculate_default_transform(crs.to_wkt(), "EPSG:3857", columns, rows, *bounds)
    scale = max(1.0, max(width, height) / side_px)
    width, height = max(1, round(width / scale)), max(1, round(height / scale))
    a, b, west, d, e, north = tuple(target)[:6]
    target = type(target)(a * scale, b, west, d, e * scale, north)
    warped = np.zeros((height, width), dtype=np.uint8)
    reproject(
        codes,
        warped,
        src_transform=transform,
        src_crs=crs.to_wkt(),
        dst_transform=target,
        dst_crs="EPSG:3857",
        src_nodata=0,
        dst_nodata=0,
        resampling=Resampling.mode if scale > 1 else Resampling.nearest,
    )
    # A palette: a quarter of the bytes to compress, and a smaller picture of the same colours.
    palette = {code: colours.get(code, (0, 0, 0, 0)) for code in range(int(warped.max()) + 1)}
    options = {"driver": "PNG", "width": width, "height": height, "count": 1, "dtype": "uint8", "transform": target}
    with MemoryFile() as memory:
        with memory.open(**options) as picture:
            picture.write(warped, 1)
            picture.write_colormap(1, palette)
        png = bytes(memory.read())
    edge = rasterio.transform.array_bounds(height, width, target)
    return png, transform_bounds("EPSG:3857", "EPSG:4326", *edge)
