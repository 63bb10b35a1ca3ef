"""The page ``schaduw``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.mapping import MapSpec, area_layers, draw_map, option_labels, table_columns
from shade_theme.columns import FIRST

if TYPE_CHECKING:
    import folium

    from kortrijk_geo.results import ThemeResult


def spec(result: ThemeResult) -> MapSpec:
    """Say what the page shows."""
    return MapSpec(
        result=result,
        title=THEMES["shade"].title,
        area_layers=area_layers(result.columns, shown=FIRST),
        table=table_columns(result.columns),
        method="Oppervlakte groen in een gebied, gedeeld door de inwoners.",
        lead="Welke gebieden hebben weinig groen?",
        option_labels=option_labels(__file__),
    )


def draw(result: ThemeResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))
