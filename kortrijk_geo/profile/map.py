"""The page ``wijktypes``: areas by type, and by every indicator behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.mapping import AreaLayer, MapSpec, draw_map
from kortrijk_geo.profile.analysis import NO_TYPES
from kortrijk_geo.results import Scale

if TYPE_CHECKING:
    import folium

    from kortrijk_geo.profile.analysis import ProfileResult

_METHOD = (
    "Elk gebied is beschreven met indicatoren uit de andere kaarten; dichtheden gaan in als logaritme. De indicatoren"
    " zijn gestandaardiseerd en gegroepeerd met k-means; het aantal groepen volgt uit de silhouet. De groepen heten pas"
    " types als zij terugkomen in steekproeven met teruglegging (gecorrigeerde Rand-index) en verder uiteenliggen dan"
    " de groepen van een enkele wolk punten met dezelfde vorm. De naam van een type noemt waarin het het meest afwijkt"
    " van het gemiddelde gebied; hij is geen oordeel over wie er woont."
)
_SHARES = (0.2, 0.4, 0.6, 0.8)


def spec(result: ProfileResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.profile.analyse`."""
    keys = [key for key in result.labels if key not in {"name", "type", "type_label"}]
    layers = []
    if result.model is not None:
        names = tuple(f"{place}: {name}" for place, name in enumerate(result.model.names, start=1))
        limits = tuple(place + 0.5 for place in range(1, len(names)))
        layers.append(AreaLayer("type", "Wijktype", Scale(limits, "whole", "viridis", names), shown=True))
    for key in keys:
        scale = Scale(_SHARES, "share") if key in result.shares else Scale.of_fifths(result.areas[key])
        layers.append(AreaLayer(key, result.labels[key], scale))
    lead = "Welke gebieden lijken op elkaar over alle thema's samen?"
    if result.model is None:
        lead = f"{lead} Antwoord: {NO_TYPES}."
    return MapSpec(
        result=result,
        title="Wijktypes",
        area_layers=tuple(layers),
        table=("type_label", *keys),
        method=_METHOD,
        lead=lead,
        units={"type_label": "text"},
    )


def draw(result: ProfileResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))
