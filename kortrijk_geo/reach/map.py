"""The page ``bereik``: areas by share of inhabitants, a switch per category and mode, homes and places as points."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.mapping import MapSpec, PointLayer, ShapeLayer, area_layers, draw_map, option_labels, table_columns
from kortrijk_geo.reach.analysis import ReachResult
from kortrijk_geo.reach.notes import WHO, method_text
from kortrijk_geo.reach.transit import stops_layer, transit_spec
from kortrijk_geo.reach.transit_notes import switch_method
from kortrijk_geo.reach.transit_switch import CITY_PLACES
from kortrijk_geo.results import Scale
from kortrijk_geo.text.dutch import HOW

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from kortrijk_geo.reach.options import Riding
    from kortrijk_geo.reach.rules import CategorySet
    from kortrijk_geo.results import ThemeResult

# Of dwellings, in the colours of the areas: dark is near, as where many live within reach.
_MINUTES = Scale((5.0, 10.0, 15.0, 20.0, 30.0), "number", "YlGnBu_r")
# Okabe and Ito's colours first (safe for the colour-blind), then darker relatives for sets of more than eight.
_COLOURS = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#000000",
    "#7f5a00", "#1f5f85", "#00543d", "#8a3c00", "#7a3f62", "#666666", "#a89f00", "#003a5c",
)  # fmt: skip


def spec(result: ReachResult | ThemeResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.reach.analyse` or of its ``analyse_transit``."""
    if not isinstance(result, ReachResult):
        return transit_spec(result)
    result = result.published()
    chosen = result.chosen
    method, points = method_text(result.who, chosen), [_homes(result), _facilities(result)]
    if chosen.riding is not None:
        method += f" {switch_method(result.options, chosen.riding)}"
        points += [_city_places(result, chosen.riding)] if chosen.riding.places.keys else []
        points.append(stops_layer(result, shown=False))
    return MapSpec(
        result=result,
        title=THEMES["reach"].title,
        area_layers=area_layers(result.columns, shown=f"share_all_{chosen.modes[0]}_{chosen.minutes}"),
        table=table_columns(result.columns),
        point_layers=tuple(points),
        option_labels=option_labels(__file__),
        method=method,
        lead=f"Welk deel van de {WHO[result.who].lower()} heeft de dagelijkse voorzieningen binnen {chosen.minutes}"
        " minuten?",
    )


def draw(result: ReachResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def with_isochrones(page: MapSpec, isochrones: gpd.GeoDataFrame) -> MapSpec:
    """Return the page with isochrones of `kortrijk_geo.reach.isochrones_from` or ``isochrones_by_transit`` over it.

    There is a layer per mode. Where there are several, the wider ones are outlines around the one on foot, which is
    filled: two fills would make a third colour.
    """
    fields = {
        "place_id": "plaats",
        "minutes": "minuten",
        "residents": "inwoners",
        "children_0_2": "kinderen 0-2",
        "dwellings": "woningen",
        "households": "huishoudens",
    }
    colours: dict[str, str] = {"transit": "#6a3d9a", "cycle": "#0072b2", "walk": "#d55e00"}
    widest_first = isochrones.sort_values("minutes", ascending=False)
    narrowest = [mode for mode in colours if (widest_first["mode"] == mode).any()][-1:]
    layers = tuple(
        ShapeLayer(frame, f"Bereik {HOW[mode]}", fields, colour=colour, filled=mode in narrowest, shown=True)
        for mode, colour in colours.items()
        if len(frame := widest_first[widest_first["mode"] == mode])
    )
    return replace(page, shape_layers=(*page.shape_layers, *layers))


def _homes(result: ReachResult) -> PointLayer:
    mode, minutes = result.chosen.modes[0], result.chosen.minutes
    fields = {
        f"{mode}_minutes_all": f"minuten {HOW[mode]} tot alle voorzieningen",
        f"{mode}_missing": f"soorten voorzieningen niet binnen {minutes} minuten",
    }
    frame = result.layers["homes"][[*fields, "geometry"]]
    label = f"Woningen: minuten {HOW[mode]} tot alle voorzieningen"
    return PointLayer(frame, label, fields, column=f"{mode}_minutes_all", scale=_MINUTES, radius_px=2.0, table="homes")


def _facilities(result: ReachResult) -> PointLayer:
    return _kinds_layer(result, "facilities", "Voorzieningen", result.chosen.categories)


def _city_places(result: ReachResult, riding: Riding) -> PointLayer:
    return _kinds_layer(result, CITY_PLACES, "Voorzieningen van de stad", riding.places)


def _kinds_layer(result: ReachResult, layer: str, label: str, categories: CategorySet) -> PointLayer:
    return PointLayer(
        result.layers[layer][["category", "name", "geometry"]],
        label,
        {"category": "soort", "name": "naam"},
        column="category",
        colours={
            key: (name, colour) for (key, name), colour in zip(categories.labels.items(), cycle(_COLOURS), strict=False)
        },
        radius_px=3.5,
        table=layer,
        name="name",
        filter="category",
    )
