"""Sites: where trees of each size class can be planted together, larger ones first, at their distance.

Between two trees of different classes the mean of their spacings is kept. The same pack gives the same sites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio.windows import Window

from kortrijk_geo.engine.spacing import clear_around, count_around, spaced_points
from kortrijk_geo.trees.columns import with_city
from kortrijk_geo.trees.plantable import SOFT_BIT, planting_kind, strip_rows, verdicts
from kortrijk_geo.trees.rules import OWNERS, UNKNOWN_OWNER

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from kortrijk_geo.engine.rasters import Grid
    from kortrijk_geo.trees.columns import Values
    from kortrijk_geo.trees.options import Chosen
    from kortrijk_geo.trees.rules import PlantingRules

COLUMNS = ("site_id", "size_class", "ground", "area_id", "owner", "soil_m2")


def find_sites(
    codes: Path,
    grid: Grid,
    rules: PlantingRules,
    *,
    areas: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame | None,
    kinds: tuple[str, ...],
    strip_px: int | None = None,
) -> gpd.GeoDataFrame:
    """Choose the sites from the planting codes.

    Parameters
    ----------
    codes
        Raster that `PlantingGround.measure` wrote.
    grid
        Its grid.
    rules
        Size classes, largest first.
    areas, parcels
        Areas (``area_id``) and parcels (``owner``), or None without parcels.
    kinds
        Kinds of ground that are planted: plantable, permission, pit.
    strip_px
        Rows worked on at a time; the sites do not depend on it.

    Returns
    -------
    geopandas.GeoDataFrame
        `COLUMNS`: ``size_class`` (id), ``ground`` (kind), ``area_id`` (None in no area), ``owner``, ``soil_m2``
        (unsealed ground within half the spacing) and the point, the centre of a pixel.
    """
    rows = strip_px or strip_rows(grid)
    chosen: list[dict[str, NDArray[Any]]] = []
    spacings = [size.spacing_m for size in rules.sizes]
    with rasterio.open(codes) as source:
        for size in range(len(rules.sizes)):
            for top in range(0, grid.height, rows):
                picked = _pick(source, grid, size, top, min(rows, grid.height - top), spacings, chosen, kinds)
                if len(picked["row"]):
                    chosen.append(picked)
    table = {name: np.concatenate([picked[name] for picked in chosen]) for name in chosen[0]} if chosen else _nothing()
    x = grid.transform.c + (table["column"].astype(float) + 0.5) * grid.transform.a
    y = grid.transform.f + (table["row"].astype(float) + 0.5) * grid.transform.e
    sizes = np.array([size.id for size in rules.sizes], dtype=object)
    points = np.asarray(shapely.points(x, y), dtype=object).reshape(-1)
    tree = shapely.STRtree(points)
    frame = pd.DataFrame(
        {
            "site_id": [f"s{number:06d}" for number in range(len(x))],
            "size_class": sizes[table["size"].astype(int)],
            "ground": table["kind"],
            "area_id": _under(areas, "area_id", tree, None),
            "owner": OWNERS[UNKNOWN_OWNER] if parcels is None else _under(parcels, "owner", tree, "unknown"),
            "soil_m2": table["soil_px"] * grid.pixel_m2,
        },
        columns=list(COLUMNS),
    )
    return gpd.GeoDataFrame(frame, geometry=points, crs=areas.crs)


def site_columns(sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, chosen: Chosen, *, owners_known: bool) -> Values:
    """Count the sites per area, by size class and by owner, and what those on public parcels are of the target."""
    number = dict(zip(areas["area_id"], range(len(areas)), strict=True))
    place = sites["area_id"].map(number).fillna(len(areas)).to_numpy(np.int64)

    def count(mine: NDArray[np.bool_]) -> NDArray[np.float64]:
        return with_city(np.bincount(place[mine], minlength=len(areas) + 1).astype(float))

    columns = {"tree_sites": count(np.ones(len(sites), dtype=bool))}
    for owner in OWNERS:
        of_owner = count((sites["owner"] == owner).to_numpy())
        known = owners_known or owner == OWNERS[UNKNOWN_OWNER]
        columns[f"tree_sites_{owner}"] = of_owner if known else np.full(len(areas) + 1, np.nan)
    for size in chosen.rules.sizes:
        columns[f"tree_sites_size_{size.id}"] = count((sites["size_class"] == size.id).to_numpy())
    if chosen.target_trees is not None:
        columns["tree_sites_public_share_of_target"] = columns["tree_sites_public"] / chosen.target_trees
    return columns


def _pick(
    source: rasterio.DatasetReader,
    grid: Grid,
    size: int,
    top: int,
    height: int,
    spacings: list[float],
    chosen: list[dict[str, NDArray[Any]]],
    kinds: tuple[str, ...],
) -> dict[str, NDArray[Any]]:
    """Choose the sites of one size class in one strip, clear of all that were chosen before."""
    halo = int(np.ceil(spacings[size] / 2 / grid.pixel_m[1]))
    above = min(halo, top)
    below = min(halo, grid.height - top - height)
    codes = source.read(1, window=Window(0, top - above, grid.width, above + height + below))
    # Outside the study area all codes are 0: no place for a tree, nor ground for one.
    across = np.flatnonzero(codes.any(axis=0))
    if not len(across):
        return _nothing()
    left = int(across[0])
    codes = np.ascontiguousarray(codes[:, left : int(across[-1]) + 1])
    strip = codes[above : above + height]
    free = verdicts(strip, size, kinds)
    reach = int(np.ceil(max(spacings) / grid.pixel_m[1]))
    for other in chosen:
        # Of one size, in the order of the raster: those too far to matter are passed over, not looked through.
        first, last = np.searchsorted(other["row"], (top - reach + 1, top + height + reach))
        if first < last:
            row, column = other["row"][first:last] - top, other["column"][first:last] - left
            apart_m = (spacings[size] + spacings[int(other["size"][0])]) / 2
            clear_around(free, (row, column), apart_m, pixel_m=grid.pixel_m)
    row, column = spaced_points(free, spacings[size], pixel_m=grid.pixel_m)
    soft = (codes & SOFT_BIT) > 0
    return {
        "row": row + top,
        "column": column + left,
        "size": np.full(len(row), size),
        "kind": planting_kind(strip[row, column], size),
        "soil_px": count_around(soft, (row + above, column), spacings[size] / 2, pixel_m=grid.pixel_m),
    }


def _nothing() -> dict[str, NDArray[Any]]:
    return {name: np.array([], dtype=float) for name in ("row", "column", "size", "kind", "soil_px")}


def _under(shapes: gpd.GeoDataFrame, column: str, points: shapely.STRtree, none: str | None) -> NDArray[np.object_]:
    """Return the column's value of the first polygon under each point."""
    # The polygons are asked for their points, as GEOS prepares what is asked: a point asked for its polygon is slower.
    shape, point = points.query(shapes.geometry.to_numpy(), predicate="intersects")
    values = np.full(len(points), none, dtype=object)
    # From the last polygon to the first, so that the first keeps the point.
    values[point[::-1]] = shapes[column].to_numpy()[shape[::-1]]
    return values
