"""The page ``bereik``: areas by share of inhabitants, a switch per category and mode, homes and places as points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kortrijk_geo.mapping import AreaLayer, MapSpec, PointLayer, ShapeLayer, draw_map, option_labels
from kortrijk_geo.reach.texts import HOW, WHO
from kortrijk_geo.results import Scale
from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from kortrijk_geo.reach.rules import Mode
    from kortrijk_geo.results import ThemeResult

SHARES = Scale((0.2, 0.4, 0.6, 0.8, 0.95), "share")
MINUTES = Scale((5.0, 10.0, 15.0, 20.0, 30.0), "number", "cividis")
PROXIMITY = Scale((5.0, 10.0, 15.0, 20.0), "number", "cividis")
# Okabe and Ito's colours first (safe for the colour-blind), then darker relatives for sets of more than eight.
COLOURS = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#000000",
    "#7f5a00", "#1f5f85", "#00543d", "#8a3c00", "#7a3f62", "#666666", "#a89f00", "#003a5c",
)  # fmt: skip


def spec(result: ThemeResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.reach.analyse`."""
    options = result.options
    modes, minutes, keys = options["modes"], options["minutes"], options["category_keys"]
    who = WHO[options["weights"]].lower()
    shown = f"share_all_{modes[0]}_{minutes}"
    layers = []
    for mode in modes:
        group = HOW[mode].capitalize()
        for key in ("all", *keys):
            column = f"share_{key}_{mode}_{minutes}"
            layers.append(AreaLayer(column, _label(result, key, mode), SHARES, group, shown=column == shown))
        if f"f15_{mode}" in result.areas.columns:
            layers.append(AreaLayer(f"f15_{mode}", result.labels[f"f15_{mode}"], SHARES, group))
            column = f"proximity_minutes_{mode}"
            layers.append(AreaLayer(column, result.labels[column], PROXIMITY, group))
    table = ["population", "dwellings", *(f"share_all_{mode}_{minutes}" for mode in modes)]
    table += [f"missing_most_label_{mode}" for mode in modes]
    table += [f"median_minutes_all_{mode}" for mode in modes]
    table += [f"share_{key}_{modes[0]}_{minutes}" for key in keys]
    return MapSpec(
        result=result,
        title="Bereik: voorzieningen dichtbij",
        area_layers=tuple(layers),
        table=tuple(table),
        point_layers=(_homes(result), _facilities(result)),
        option_labels=option_labels(__file__),
        method=_method(result),
        lead=f"Welk deel van de {who} heeft de dagelijkse voorzieningen binnen {minutes} minuten?",
        units={"population": "whole", "dwellings": "whole", **{f"median_minutes_all_{m}": "number" for m in modes}},
    )


def draw(result: ThemeResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def with_isochrones(page: MapSpec, isochrones: gpd.GeoDataFrame) -> MapSpec:
    """Return the page with isochrones from `kortrijk_geo.reach.isochrones_from` drawn over it, a layer per mode."""
    fields = {
        "place_id": "plaats",
        "minutes": "minuten",
        "residents": "inwoners",
        "children_0_2": "kinderen 0-2",
        "dwellings": "woningen",
        "households": "huishoudens",
    }
    colours: dict[Mode, str] = {"cycle": "#0072b2", "walk": "#d55e00"}
    widest_first = isochrones.sort_values("minutes", ascending=False)
    layers = tuple(
        ShapeLayer(frame, f"Bereik {HOW[mode]}", fields, colour=colour, shown=True)
        for mode, colour in colours.items()
        if len(frame := widest_first[widest_first["mode"] == mode])
    )
    return replace(page, shape_layers=(*page.shape_layers, *layers))


def _label(result: ThemeResult, key: str, mode: Mode) -> str:
    """Name the kind of place first: a list of layers that all begin with the same words is hard to read."""
    options = result.options
    absent = options["categories_without_data"][mode]
    many = len(options["category_keys"]) - len(absent)
    every = f"alle {many} voorzieningen" + (" met gegevens" if absent else "")
    name = every if key == "all" else options["category_labels"][key]
    who = WHO[options["weights"]].lower()
    return f"{name[:1].upper()}{name[1:]}: deel van de {who} binnen {options['minutes']} minuten {HOW[mode]}"


def _homes(result: ThemeResult) -> PointLayer:
    mode, minutes = result.options["modes"][0], result.options["minutes"]
    columns = {
        f"{mode}_minutes_all": f"minuten {HOW[mode]} tot alle voorzieningen",
        f"{mode}_missing": f"soorten voorzieningen niet binnen {minutes} minuten",
    }
    frame = result.layers["homes"][[*columns, "geometry"]]
    label = f"Woningen: minuten {HOW[mode]} tot alle voorzieningen"
    return PointLayer(frame, label, columns, column=f"{mode}_minutes_all", scale=MINUTES, radius_px=2.0)


def _facilities(result: ThemeResult) -> PointLayer:
    labels = result.options["category_labels"]
    frame = result.layers["facilities"][["category", "name", "geometry"]]
    return PointLayer(
        frame,
        "Voorzieningen",
        {"category": "soort", "name": "naam"},
        column="category",
        colours={key: (label, COLOURS[i % len(COLOURS)]) for i, (key, label) in enumerate(labels.items())},
        radius_px=3.5,
    )


def _method(result: ThemeResult) -> str:
    options = result.options
    speeds = " en ".join(
        f"{HOW[mode]} {decimal_text(options[f'{mode}_m_per_min'] * 0.06, 1)} km/u"
        f" ({decimal_text(options[f'{mode}_m_per_min'] * options['minutes'], 0)} m in {options['minutes']} minuten)"
        for mode in options["modes"]
    )
    who = WHO[options["weights"]].lower()
    return (
        "Voor elke woning is de kortste weg langs de straten berekend naar de dichtstbijzijnde plaats van elke soort,"
        f" de afstand van woning en plaats tot hun straat inbegrepen. Snelheid: {speeds}. Wie verder dan"
        f" {options['max_snap_m']:g} m van een straat woont, is onbekend en telt niet mee. Openbaar groen wordt"
        f" betreden waar een straat of pad de rand kruist. Aandelen zijn gewogen met het aantal {who}. Nabijheidstijd"
        f" en F15: gemiddelde tijd naar de {options['proximity_places']} dichtstbijzijnde plaatsen van negen soorten"
        " (Bruno et al. 2024), hier per woning."
    )
