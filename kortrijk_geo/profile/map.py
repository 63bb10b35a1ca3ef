"""The page ``wijktypes``: areas by type, and by every indicator behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.mapping import MapSpec, area_layers, draw_map, option_labels, table_columns
from kortrijk_geo.profile.analysis import NO_TYPES, write_centroids

if TYPE_CHECKING:
    from pathlib import Path

    import folium

    from kortrijk_geo.profile.analysis import ProfileResult

CENTROIDS = "wijktypes_centroiden.json"
_METHOD = (
    "Elk gebied is beschreven met indicatoren uit de andere kaarten; dichtheden gaan in als logaritme. De indicatoren"
    " zijn gestandaardiseerd en gegroepeerd met k-means; het aantal groepen volgt uit de silhouet. De groepen heten pas"
    " types als zij terugkomen in steekproeven met teruglegging (gecorrigeerde Rand-index) en verder uiteenliggen dan"
    " de groepen van een enkele wolk punten met dezelfde vorm. De naam van een type noemt waarin het het meest afwijkt"
    " van het gemiddelde gebied; hij is geen oordeel over wie er woont."
)


def spec(result: ProfileResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.profile.analyse`."""
    lead = "Welke gebieden lijken op elkaar over alle thema's samen?"
    if result.model is None:
        lead = f"{lead} Antwoord: {NO_TYPES}. Kijk naar elk kenmerk apart."

    def kept_types(folder: Path) -> list[str]:
        """Keep stable types, so that another year's areas can be told by them."""
        if result.model is None:
            return []
        write_centroids(result, folder / CENTROIDS)
        return [CENTROIDS]

    return MapSpec(
        result=result,
        title=THEMES["profile"].title,
        area_layers=area_layers(result.columns, shown="type" if result.model is not None else _first(result)),
        table=table_columns(result.columns),
        method=_METHOD,
        lead=lead,
        option_labels=option_labels(__file__),
        further_files=kept_types,
        statistics=("adjusted_rand", "silhouette")
        if result.model
        else tuple(each.key for each in result.headlines[1:]),
    )


def _first(result: ProfileResult) -> str:
    """Return what the map opens with when there are no types: the first indicator that is known somewhere."""
    drawn = [column.name for column in result.columns if column.scale is not None]
    return next((name for name in drawn if result.areas[name].notna().any()), "type")


def draw(result: ProfileResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))
