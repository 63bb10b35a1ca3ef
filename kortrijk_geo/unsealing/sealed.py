"""Sealed ground per area and per parcel, by use: building, road, railway, other; and the trend against another date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.engine.rasters import grid_of
from kortrijk_geo.engine.zonal import class_areas
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.layers import BBK_CODES

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

SEALED = {"building": 1, "road": 2, "other": 3, "railway": 4}
WATER = 5
# Below this share of known ground the earlier map does not tell the trend of an area.
_LEAST_COVER = 0.99


def sealed_areas(raster: Path, zones: gpd.GeoDataFrame, *, key: str) -> pd.DataFrame:
    """Measure the sealed ground of every zone.

    Parameters
    ----------
    raster
        Land cover, codes of the Flemish BBK (1-14, 0 no data).
    zones
        Polygons in the raster's CRS, column ``key`` unique.
    key
        Column that names a zone.

    Returns
    -------
    pandas.DataFrame
        Index ``key``; ``sealed_m2``, ``sealed_share`` (of the known ground, water included, as the official figure),
        ``sealed_<use>_m2`` for building, road, other and railway, ``unsealed_m2``, ``water_m2``, ``unknown_m2`` (no
        data, or outside the raster). All but the last are NaN where nothing is known. Sealed + unsealed + water +
        unknown is the surface of the zone, but for pixels cut by its border.

    Raises
    ------
    DataError
        When the raster holds codes that the legend does not know (they are listed), or no data at all in the zones.
    CrsError
        When zones and raster are in different CRS.
    """
    areas = class_areas(raster, zones, key=key)
    codes = areas.columns.to_numpy(dtype=int)
    strange = [str(code) for code in codes if code != 0 and code not in BBK_CODES]
    if strange:
        raise DataError(
            f"{raster}: holds codes {', '.join(strange)}, which the legend of land_cover (1-14, 0 no data) lacks;"
            " translate them on ingest"
        )
    areas = areas.reindex(columns=range(len(BBK_CODES) + 1), fill_value=0.0)
    known = areas.drop(columns=0).sum(axis=1)
    if len(areas) and not known.any():
        raise DataError(f"{raster}: has no data in any of the {len(areas)} zones")
    sealed = areas[list(SEALED.values())].sum(axis=1)
    columns = {"sealed_m2": sealed, "sealed_share": sealed / known.where(known > 0)}
    columns |= {f"sealed_{use}_m2": areas[code] for use, code in SEALED.items()}
    columns["unsealed_m2"] = known - sealed - areas[WATER]
    columns["water_m2"] = areas[WATER]
    table = pd.DataFrame(columns).where(known > 0)
    table["unknown_m2"] = areas[0] + _outside(raster, zones)
    return table


def _outside(raster: Path, zones: gpd.GeoDataFrame) -> np.ndarray:
    """Surface of every zone that lies outside the raster, m2."""
    frame = shapely.box(*grid_of(raster).bounds)
    shapely.prepare(frame)
    shapes = zones.geometry.to_numpy()
    cut = ~shapely.covers(frame, shapes)  # the prepared one first: GEOS looks at no other
    outside_m2 = np.zeros(len(shapes))
    outside_m2[cut] = shapely.area(shapely.difference(shapes[cut], frame))
    return outside_m2


def trend(now: pd.DataFrame, earlier: Path, zones: gpd.GeoDataFrame, *, key: str) -> pd.DataFrame:
    """Compare with an earlier land cover.

    Parameters
    ----------
    now
        From `sealed_areas`.
    earlier
        Land cover of an earlier date, same legend and CRS; its grid may be another.
    zones, key
        As for ``now``.

    Returns
    -------
    pandas.DataFrame
        ``sealed_earlier_m2``, ``sealed_change_m2`` (above 0: more sealed) and ``sealed_change_share`` (in points of
        the sealed share); NaN where one of the two knows less than 99 % of the zone.
    """
    then = sealed_areas(earlier, zones, key=key)
    surface = zones.geometry.area.to_numpy()
    enough = np.ones(len(now), dtype=bool)
    for frame in (now, then):
        enough &= (frame["unknown_m2"] <= (1 - _LEAST_COVER) * surface).to_numpy()
    return pd.DataFrame(
        {
            "sealed_earlier_m2": then["sealed_m2"].where(enough),
            "sealed_change_m2": (now["sealed_m2"] - then["sealed_m2"]).where(enough),
            "sealed_change_share": (now["sealed_share"] - then["sealed_share"]).where(enough),
        }
    )
