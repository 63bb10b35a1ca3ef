"""The page ``kinderopvang``: areas against the norm, catchments, shortages, locations, chosen sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.childcare import texts
from kortrijk_geo.childcare.analysis import COLUMNS
from kortrijk_geo.childcare.catchment import HOW
from kortrijk_geo.mapping import AreaLayer, MapSpec, PointLayer, draw_map, option_labels
from kortrijk_geo.results import Scale
from kortrijk_geo.text.dutch import date_text, decimal_text

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from kortrijk_geo.results import ThemeResult
    from kortrijk_geo.text.dutch import Unit

_BELOW, _ABOVE = (20.0, 35.0), (75.0, 100.0)
SHORTAGES = Scale((0.5, 5.5, 10.5, 20.5, 40.5), "whole", "OrRd")
PLACES = Scale((20.5, 50.5, 100.5, 200.5, 400.5), "whole", "YlGnBu")
_CATCHMENT_TEXT = {
    "e2sfca": "plaatsen gedeeld door alle kinderen in bereik; dichtbij telt zwaarder (E2SFCA, Luo en Qi 2009)",
    "2sfca": "plaatsen gedeeld door alle kinderen in bereik (2SFCA, Luo en Wang 2003)",
    "ratio": "alle plaatsen per 100 kinderen in bereik van dezelfde woning",
}


def spec(result: ThemeResult) -> MapSpec:
    """Say what the page shows, from a result of `analyse`, `with_outlook` or `expand`."""
    options, labels, columns = result.options, result.labels, result.areas.columns
    rates = _rates(options["norm"], options["reference_norm"])
    reached = [column for column in COLUMNS.values() if result.areas[column].notna().any()]
    # Where no child is counted, the places themselves are what there is to see.
    first = "places_per_100_children" if result.areas["places_per_100_children"].notna().any() else "places"
    scales = {"places_per_100_children": rates, "shortage_places": SHORTAGES, "places": PLACES}
    layers = [AreaLayer(name, labels[name], scale, "Per gebied", shown=name == first) for name, scale in scales.items()]
    layers += [AreaLayer(column, labels[column], rates, "Naar bereik") for column in reached]
    shown = ("places_per_100_children", "shortage_places", *reached)
    after = [f"{column}_after" for column in shown if f"{column}_after" in columns]
    layers += [
        AreaLayer(name, labels[name], SHORTAGES if name.startswith("shortage") else rates, "Met de nieuwe plaatsen")
        for name in after
    ]
    years = [year for year in options.get("outlook_years", ()) if f"shortage_places_{year}" in columns]
    ahead = [f"shortage_places{plan}_{year}" for year in years for plan in ("", "_decided", "_all")]
    layers += [AreaLayer(name, labels[name], SHORTAGES, "Vooruitblik") for name in ahead]
    table = [
        "children_0_2", "places", "places_per_100_children", "shortage_places", "status", *COLUMNS.values(),
        *(("places_after", *after) if after else ()), *(f"children_0_2_{year}" for year in years), *ahead,
        "places_group", "places_family", "income_related_places", "locations",
    ]  # fmt: skip
    points = [_locations(result)]
    if "homes" in result.layers:
        points.append(_homes(result, rates))
    if "sites" in result.layers:
        points.append(_sites(result))
    norm = f"{options['norm_label']} {texts.number(options['norm'])}"
    return MapSpec(
        result=result,
        title="Kinderopvang: plaatsen per wijk",
        area_layers=tuple(layers),
        table=tuple(table),
        point_layers=tuple(points),
        option_labels=option_labels(__file__),
        method=_method(result),
        lead=f"Welke gebieden halen de {norm} opvangplaatsen per 100 kinderen van 0 tot 2 jaar?",
        units=_units(table),
    )


def draw(result: ThemeResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def _rates(norm: float, reference: float) -> Scale:
    """Classes of places per 100 children, with both norms among the limits."""
    low, high = sorted((norm, reference))
    below = [limit for limit in _BELOW if limit < low]
    above = [limit for limit in _ABOVE if limit > high]
    return Scale(tuple(dict.fromkeys([*below, low, high, *above])), "number", "RdBu")


def _units(table: list[str]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for column in table:
        rate = "per_100_children" in column
        units[column] = "text" if column.startswith("status") else "number" if rate else "whole"
    return units


def _locations(result: ThemeResult) -> PointLayer:
    frame = result.layers["locations"].copy()
    frame["kind_label"] = frame["kind"].map({kind: label for kind, (label, _) in texts.KINDS.items()})
    frame["kind_label"] = frame["kind_label"].where(frame["counted"], "gepland of gesloten")
    colours = {label: (label, colour) for label, colour in (*texts.KINDS.values(), ("gepland of gesloten", "#8c8c8c"))}
    return PointLayer(
        frame,
        "Opvanglocaties, oppervlakte naar plaatsen",
        {column: label for column, label in texts.LOCATION_FIELDS.items() if column in frame.columns},
        column="kind_label",
        colours=colours,
        radius_px=7.0,
        size_column="places",
        shown=True,
    )


def _homes(result: ThemeResult, rates: Scale) -> PointLayer:
    homes = result.layers["homes"]
    with_children = homes[(homes["children_0_2"] > 0).to_numpy()]
    column = COLUMNS["walk"]
    fields = {**texts.HOME_FIELDS}
    if f"{column}_after" in homes.columns:
        fields[f"{column}_after"] = "plaatsen per 100 kinderen te voet, erna"
    return PointLayer(
        with_children, "Woonpunten met kinderen, naar bereik te voet", fields, column=column, scale=rates, radius_px=2.5
    )


def _sites(result: ThemeResult) -> PointLayer:
    sites: gpd.GeoDataFrame = result.layers["sites"]
    fields = {
        "name": "plek",
        "places": "nieuwe plaatsen",
        "children_in_reach": "kinderen in bereik",
        "children_below_norm_in_reach": "waarvan nu onder de norm",
    }
    return PointLayer(
        sites, "Gekozen plekken voor nieuwe plaatsen", fields, colour="#d81b60", radius_px=10.0, size_column="places",
        shown=True,
    )  # fmt: skip


def _method(result: ThemeResult) -> str:
    options = result.options
    when = f" op {date_text(options['on'])}" if options["on"] else ""
    walk, cycle = (decimal_text(options[f"{mode}_limit_m"], 0) for mode in ("walk", "cycle"))
    return (
        f"Plaatsen per 100 kinderen: vergunde plaatsen voor baby's en peuters{when}, gedeeld door de kinderen van 0, 1"
        f" en 2 jaar. Tekort: {texts.number(options['norm'])} % van de kinderen min de plaatsen, naar boven afgerond,"
        " nooit onder 0."
        f" Naar bereik: {_CATCHMENT_TEXT[options['method']]}, over straten tot {walk} m {HOW['walk']} en {cycle} m"
        f" {HOW['cycle']}, ook over de grens van gebieden; per woning, en per gebied gemiddeld over de kinderen."
        " Wat onbekend is, staat als onbekend en telt nooit als 0."
    )
