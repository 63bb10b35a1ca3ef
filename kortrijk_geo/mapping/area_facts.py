"""What every area is, before any theme: how large, and how many live there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.text.dutch import UNKNOWN, decimal_text, number_text

if TYPE_CHECKING:
    import geopandas as gpd


def area_facts(areas: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """Return hectares and inhabitants of every area, as they are written; the CRS of the areas is in metres."""
    hectares = areas.geometry.area / 10_000
    people = areas["population"] if "population" in areas.columns else None
    return [
        (
            decimal_text(float(size), 0 if size >= 10 else 1),
            UNKNOWN if people is None else number_text(people.iloc[row], "whole"),
        )
        for row, size in enumerate(hectares)
    ]
