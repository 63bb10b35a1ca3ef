"""A map of the targets: the figure of every target that has one per area, against its goal. The page is a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.mapping import MapSpec, area_layers, draw_map, table_columns
from kortrijk_geo.targets.page import status_bars, write_targets

if TYPE_CHECKING:
    from pathlib import Path

    import folium

    from kortrijk_geo.mapping import PageExtras
    from kortrijk_geo.targets.state import MonitorResult


def spec(result: MonitorResult) -> MapSpec:
    """Say what the map shows, from a result of `kortrijk_geo.targets.analyse`."""

    def own_page(folder: Path, extras: PageExtras) -> list[str]:
        pages = [f"{page}.html" for page in result.pages.values()]
        return write_targets(result, folder, index=extras.index, pages=pages)

    return MapSpec(
        result=result,
        title=THEMES["targets"].title,
        area_layers=area_layers(result.columns),
        table=table_columns(result.columns),
        lead="Hoe staat elk gebied tegenover wat de stad beloofde?",
        own_page=own_page,
        bars=tuple(status_bars(result)),
    )


def draw(result: MonitorResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))
