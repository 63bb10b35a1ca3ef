"""Areas as GeoJSON, for whoever takes the figures along: degrees, unknown is null."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    import geopandas as gpd


def geojson_text(areas: gpd.GeoDataFrame) -> str:
    """Return the areas as a GeoJSON document in EPSG:4326, as the format asks."""
    if not areas.empty:
        areas = areas.to_crs("EPSG:4326")
    table = areas.drop(columns=areas.geometry.name)
    features = [
        {
            "type": "Feature",
            "properties": {key: plain(value) for key, value in row.items()},
            "geometry": None if shape is None else shape.__geo_interface__,
        }
        for row, shape in zip(table.to_dict("records"), areas.geometry, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False)
