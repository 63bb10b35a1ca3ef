"""The page ``sociaal_wonen``: density against the norms, quotient, clusters, density surface and the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.housing.clusters import CLUSTERS, HIGH, LOW
from kortrijk_geo.housing.columns import FIRST
from kortrijk_geo.mapping import MapSpec, PlanTable, ShapeLayer, area_layers, draw_map, option_labels, table_columns
from kortrijk_geo.text.dutch import brief_number, count_text

if TYPE_CHECKING:
    import folium

    from kortrijk_geo.results import ThemeResult

# Okabe and Ito's colours, safe for the colour-blind.
CLUSTER_COLOURS = {HIGH: "#d55e00", LOW: "#0072b2", CLUSTERS[4]: "#e69f00", CLUSTERS[2]: "#56b4e9"}


def spec(result: ThemeResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.housing.analyse`."""
    planned = "new_dwellings" in result.areas.columns
    return MapSpec(
        result=result,
        title=THEMES["housing"].title,
        area_layers=area_layers(result.columns, shown=FIRST),
        table=table_columns(result.columns),
        shape_layers=(*_clusters(result), *_surface(result)),
        plans=_plans(result) if planned else (),
        option_labels=option_labels(__file__),
        method=_method(result, planned=planned),
        lead="Hoeveel van de private huishoudens huren een sociale woning, en waar liggen die woningen?",
    )


def draw(result: ThemeResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def _clusters(result: ThemeResult) -> list[ShapeLayer]:
    fields = {"name": "gebied", FIRST: "per 100 huishoudens"}
    return [
        ShapeLayer(
            areas[[*fields, "geometry"]].reset_index(drop=True),
            f"Cluster: {label}",
            fields,
            colour=colour,
            table="areas",
            where=f"\"cluster\" = '{label}'",
            name="name",
        )
        for label, colour in CLUSTER_COLOURS.items()
        if len(areas := result.areas[result.areas["cluster"] == label])
    ]


def _surface(result: ThemeResult) -> list[ShapeLayer]:
    bands = result.layers.get("density_surface")
    if bands is None or bands.empty:
        return []
    fields = {"at_least_per_km2": "minstens zoveel sociale woningen per km²"}
    label = f"Dichtheid van sociale woningen (binnen {brief_number(result.options['bandwidth_m'])} m)"
    return [ShapeLayer(bands[[*fields, "geometry"]], label, fields, colour="#810f7c", table="density_surface")]


def _plans(result: ThemeResult) -> tuple[PlanTable, ...]:
    """Tell the areas that get dwellings in the proposal, most first."""
    labels = {
        name: label
        for name, label in result.labels.items()
        if name in ("name", "social_dwellings", FIRST, "relet_dwellings", "new_dwellings", "most_new_dwellings",
                    "social_dwellings_after", f"{FIRST}_after")
    }  # fmt: skip
    frame = pd.DataFrame(result.areas.drop(columns="geometry"))
    added = frame["relet_dwellings"].fillna(0) + frame["new_dwellings"].fillna(0)
    frame = frame[added > 0].assign(added=added).sort_values(["added", "name"], ascending=[False, True])
    note = "Een rekenvoorbeeld, geen beslissing; gebieden zonder woningen in het voorstel staan er niet bij."
    return (PlanTable("Voorstel voor sociale woningen", "Voorstel", frame, labels, note=note),)


def _method(result: ThemeResult, *, planned: bool) -> str:
    options = result.options
    method = (
        "Een sociale huurwoning is een woning die op 31 december verhuurd is door een woonmaatschappij, een sociaal"
        " verhuurkantoor, het Vlaams Woningfonds of een lokaal bestuur; een woning die leegstaat telt niet mee. Ze"
        f" wordt gedeeld door de private huishoudens, en vergeleken met {brief_number(options['norm'])} per 100"
        f" ({options['norm_label']}) en {brief_number(options['reference_norm'])} per 100"
        f" ({options['reference_norm_label']}). Het locatiequotiënt is hoeveel keer de dichtheid van de stad een gebied"
        " heeft: 2 is dubbel zo veel. De ongelijke spreiding (dissimilariteit, Duncan en Duncan 1955) is het deel van"
        " de sociale huurders dat zou moeten verhuizen voor een gelijke spreiding; ze is groter naarmate de gebieden"
        " kleiner zijn. Een cluster is een gebied dat samen met zijn buren meer of minder heeft dan toeval verklaart"
        " (lokale Moran, Anselin 1995,"
        f" {count_text(options['cluster_permutations'])} permutaties)."
    )
    if planned:
        weights = options["allocation"]["weights"]
        first = "eerst leegstaande woningen, dan nieuwe" if options["relet"] else "nieuwe woningen staan"
        method += (
            f" Het voorstel is een rekenvoorbeeld: {first} waar ze de concentratie het minst"
            f" verhogen (gewicht {brief_number(round(100 * weights['concentration'], 1))} %) en de voorzieningen"
            f" nabij zijn (gewicht {brief_number(round(100 * weights['nearness'], 1))} %), binnen een bovengrens per"
            " gebied."
        )
    return method
