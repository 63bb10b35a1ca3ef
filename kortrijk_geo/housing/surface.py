"""A smooth density surface of social dwellings, from addresses: a kernel in metres with a stated bandwidth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from kortrijk_geo.errors import CrsError, DataError, OptionError
from kortrijk_geo.text.dutch import count_text

if TYPE_CHECKING:
    from affine import Affine

    from kortrijk_geo.pack.city import City

Floats = npt.NDArray[np.float64]
# Cells that are computed in one go: bounds the memory, whatever the number of addresses.
_MOST_PAIRS = 4_000_000


@dataclass(frozen=True)
class Addresses:
    """Where social dwellings stand: points, dwellings per point, and how we know, in Dutch."""

    points: gpd.GeoSeries
    dwellings: Floats
    note: str


@dataclass(frozen=True)
class Surface:
    """Dwellings per km2 on a grid, north up; ``transform`` is that of the grid, metres."""

    per_km2: Floats
    transform: Affine
    bandwidth_m: float


def social_addresses(city: City, addresses: gpd.GeoDataFrame | None = None) -> Addresses | None:
    """Return where the social dwellings of a city stand; None when the pack does not tell.

    Taken from ``addresses``; else from a column ``social_dwellings`` of layer ``homes``; else from the homes on parcels
    that a social landlord owns (an estimate, and the note says so).

    Parameters
    ----------
    addresses
        Points in the pack's CRS, one dwelling each or as many as column ``dwellings`` says.

    Raises
    ------
    DataError, CrsError
        When ``addresses`` has another CRS, no points, or an unknown or negative number of dwellings.
    """
    if addresses is not None:
        return _given(city, addresses)
    if not city.has("homes"):
        return None
    homes = city.homes[city.homes["area_id"].notna()]
    if "social_dwellings" in homes.columns and homes["social_dwellings"].notna().any():
        known = homes[homes["social_dwellings"] > 0]
        lacking = int(homes["social_dwellings"].isna().sum())
        more = f"; van {count_text(lacking)} adressen is het aantal onbekend" if lacking else ""
        note = f"Dichtheidsvlak uit {count_text(len(known))} adressen met sociale woningen{more}."
        return Addresses(known.geometry, known["social_dwellings"].to_numpy(dtype="float64"), note)
    return _on_social_parcels(city, homes)


def _given(city: City, addresses: gpd.GeoDataFrame) -> Addresses:
    if addresses.crs is None or addresses.crs != city.areas.crs:
        raise CrsError(f"addresses: are in {addresses.crs}, the pack is in {city.crs}; reproject them first")
    points = addresses.geometry
    if points.empty or points.isna().any() or not (points.geom_type == "Point").all() or points.is_empty.any():
        raise DataError("addresses: every row must have a point; leave out addresses that were not found")
    numbers = addresses["dwellings"] if "dwellings" in addresses.columns else pd.Series(1.0, index=addresses.index)
    dwellings = pd.to_numeric(numbers, errors="coerce").to_numpy(dtype="float64")
    if not (np.isfinite(dwellings).all() and (dwellings >= 0).all()):
        row = addresses.index[~(np.isfinite(dwellings) & (dwellings >= 0))][0]
        raise DataError(f"addresses, column dwellings: row {row} is not a number from 0")
    return Addresses(points, dwellings, f"Dichtheidsvlak uit {count_text(len(points))} opgegeven adressen.")


def _on_social_parcels(city: City, homes: gpd.GeoDataFrame) -> Addresses | None:
    if not city.has("parcels"):
        return None
    parcels = city.parcels[city.parcels["owner"] == "social"]
    known = homes[homes["dwellings"].notna()]
    if parcels.empty or known.empty:
        return None
    tree = shapely.STRtree(parcels.geometry.to_numpy())
    on = np.unique(tree.query(known.geometry.to_numpy(), predicate="intersects")[0])
    if not len(on):
        return None
    social_homes = known.iloc[on]
    dwellings = social_homes["dwellings"].to_numpy(dtype="float64")
    note = (
        f"Dichtheidsvlak: een raming uit de {count_text(dwellings.sum())} woningen op percelen van sociale verhuurders,"
        " want het pakket kent geen adressen van sociale woningen."
    )
    return Addresses(social_homes.geometry, dwellings, note)


def density_surface(points: gpd.GeoSeries, dwellings: Floats, *, bandwidth_m: float, cell_m: float) -> Surface:
    """Spread dwellings over a grid with the quartic kernel K(d) = 3 / (pi h^2) (1 - (d / h)^2)^2 for d < h, else 0.

    The kernel integrates to 1, so the surface holds as many dwellings as there are. Evaluated at the cells' middles.

    Parameters
    ----------
    points, dwellings
        Addresses (metres) and their dwellings, from 0.
    bandwidth_m
        The kernel's h, at least two cells.
    cell_m
        Side of a cell.

    Raises
    ------
    OptionError
        When the bandwidth is smaller than two cells: the surface would miss addresses between the cells' middles.
    DataError
        When there is no address.
    """
    from affine import Affine

    if not (np.isfinite(bandwidth_m) and cell_m > 0 and bandwidth_m >= 2 * cell_m):
        raise OptionError(f"bandwidth_m is {bandwidth_m:g}, must be at least two cells of {cell_m:g} m")
    if not len(points):
        raise DataError("density surface: there is no address")
    x, y = points.x.to_numpy(), points.y.to_numpy()
    # Whole cells, so that the same address always falls in the same place of a cell.
    west, south = (np.floor((low.min() - bandwidth_m) / cell_m) * cell_m for low in (x, y))
    east, north = (np.ceil((high.max() + bandwidth_m) / cell_m) * cell_m for high in (x, y))
    width, height = round((east - west) / cell_m), round((north - south) / cell_m)
    per_m2 = np.zeros((height, width))
    reach = int(np.ceil(bandwidth_m / cell_m))
    steps = np.arange(-reach, reach + 1)
    down, right = (grid.reshape(-1) for grid in np.meshgrid(steps, steps, indexing="ij"))
    column, row = np.floor((x - west) / cell_m).astype(int), np.floor((north - y) / cell_m).astype(int)
    for first in range(0, len(x), max(1, _MOST_PAIRS // len(down))):
        part = slice(first, first + max(1, _MOST_PAIRS // len(down)))
        columns, rows = column[part, None] + right, row[part, None] + down
        away_m2 = (west + (columns + 0.5) * cell_m - x[part, None]) ** 2
        away_m2 = away_m2 + (north - (rows + 0.5) * cell_m - y[part, None]) ** 2
        near = (away_m2 < bandwidth_m**2) & (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        weight = dwellings[part, None] * 3 / (np.pi * bandwidth_m**2) * (1 - away_m2 / bandwidth_m**2) ** 2
        np.add.at(per_m2, (rows[near], columns[near]), weight[near])
    return Surface(per_m2 * 1e6, Affine(cell_m, 0.0, west, 0.0, -cell_m, north), bandwidth_m)


def density_bands(surface: Surface, limits_per_km2: tuple[float, ...], crs: object) -> gpd.GeoDataFrame:
    """Draw the surface as nested polygons, the widest first: where it is at least each limit.

    Returns
    -------
    geopandas.GeoDataFrame
        ``at_least_per_km2``, ``m2`` and ``geometry``; limits that are nowhere reached have no row.
    """
    from pyproj import CRS

    from kortrijk_geo.engine.polygons import mask_to_polygons

    cell_m = surface.transform.a
    parts = []
    for limit in limits_per_km2:
        shapes = mask_to_polygons(
            surface.per_km2 >= limit, surface.transform, CRS.from_user_input(crs), least_m2=cell_m**2,
            simplify_m=cell_m / 2,
        )  # fmt: skip
        if len(shapes):
            outline = shapely.union_all(shapes.geometry.to_numpy())
            parts.append({"at_least_per_km2": limit, "m2": outline.area, "geometry": outline})
    columns = ["at_least_per_km2", "m2", "geometry"]
    return gpd.GeoDataFrame(parts, columns=columns, geometry="geometry", crs=crs)
