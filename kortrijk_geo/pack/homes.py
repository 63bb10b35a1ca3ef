"""The homes of a pack that lie in its study area, each in an area that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.pack.city import City


def homes_inside(city: City) -> gpd.GeoDataFrame:
    """Return the homes in the study area; `DataError` when there is none, or one names an area that is not there."""
    homes = city.homes[city.homes["area_id"].notna()].reset_index(drop=True)
    if homes.empty:
        raise DataError(f"{city.folder}, layer homes: no home lies in the study area (area_id is empty everywhere)")
    check_areas_of(city, homes)
    return homes


def check_areas_of(city: City, homes: gpd.GeoDataFrame) -> None:
    """Raise `DataError` when a home names an area that the layer ``areas`` lacks."""
    strange = homes[~homes["area_id"].isin(city.areas["area_id"])]
    if len(strange):
        first = strange.iloc[0]
        raise DataError(
            f"{city.folder}, layer homes: home {first['home_id']} names area {first['area_id']}, which layer areas"
            f" lacks ({len(strange)} such homes); build the pack again"
        )
