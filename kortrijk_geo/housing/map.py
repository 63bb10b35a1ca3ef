"""The page ``sociaal_wonen``: density against the norms, quotient, clusters, density surface and the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.housing.texts import CLUSTERS, HIGH, LOW, count, number
from kortrijk_geo.mapping import AreaLayer, MapSpec, Scale, ShapeLayer, draw_map

if TYPE_CHECKING:
    import folium

    from kortrijk_geo.results import ThemeResult

# The norms 6 and 9 are limits, so that a colour tells on which side of them an area is.
DENSITY = Scale((3.0, 6.0, 9.0, 12.0, 15.0), "number", "YlGnBu")
QUOTIENT = Scale((0.5, 0.8, 1.25, 2.0), "number", "PuOr_r")
PER_KM2 = Scale((10.0, 25.0, 50.0, 100.0, 200.0), "number", "BuPu")
SHARES = Scale((0.02, 0.05, 0.1, 0.15, 0.2), "share", "BuPu")
NEW = Scale((1.0, 25.0, 50.0, 100.0, 200.0), "whole", "OrRd")
# Okabe and Ito's colours, safe for the colour-blind.
CLUSTER_COLOURS = {HIGH: "#d55e00", LOW: "#0072b2", CLUSTERS[4]: "#e69f00", CLUSTERS[2]: "#56b4e9"}
_PLAN = ("new_dwellings", "relet_dwellings", "social_per_100_households_after", "location_quotient_after")


def spec(result: ThemeResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.housing.analyse`."""
    planned = "new_dwellings" in result.areas.columns
    scales = {
        "social_per_100_households": DENSITY,
        "location_quotient": QUOTIENT,
        "social_per_km2": PER_KM2,
        "share_social_dwellings": SHARES,
    }
    layers = [
        AreaLayer(column, result.labels[column], scale, "Vandaag", shown=column == "social_per_100_households")
        for column, scale in scales.items()
    ]
    if planned:
        plan = dict(zip(_PLAN, (NEW, NEW, DENSITY, QUOTIENT), strict=True))
        layers += [AreaLayer(column, result.labels[column], scale, "Voorstel") for column, scale in plan.items()]
    table = [
        "social_dwellings", "households_private", "social_per_100_households", "location_quotient", "dwellings_to_norm",
        "status", "cluster",
    ]  # fmt: skip
    if planned:
        table += ["relet_dwellings", "new_dwellings", "social_dwellings_after", "social_per_100_households_after"]
    return MapSpec(
        result=result,
        title="Sociaal wonen: hoeveel, waar, en wat erbij komt",
        area_layers=tuple(layers),
        table=tuple(table),
        shape_layers=(*_clusters(result), *_surface(result)),
        method=_method(result, planned=planned),
        lead="Hoeveel van de private huishoudens huren een sociale woning, en waar liggen die woningen?",
        units={
            "social_dwellings": "whole",
            "households_private": "whole",
            "dwellings_to_norm": "whole",
            "social_dwellings_after": "whole",
        },
    )


def draw(result: ThemeResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def _clusters(result: ThemeResult) -> list[ShapeLayer]:
    fields = {"name": "gebied", "social_per_100_households": "per 100 huishoudens"}
    return [
        ShapeLayer(found[[*fields, "geometry"]].reset_index(drop=True), f"Cluster: {label}", fields, colour=colour)
        for label, colour in CLUSTER_COLOURS.items()
        if len(found := result.areas[result.areas["cluster"] == label])
    ]


def _surface(result: ThemeResult) -> list[ShapeLayer]:
    bands = result.layers.get("density_surface")
    if bands is None or bands.empty:
        return []
    fields = {"at_least_per_km2": "minstens zoveel sociale woningen per km²"}
    label = f"Dichtheidsvlak van sociale woningen (bandbreedte {number(result.options['bandwidth_m'])} m)"
    return [ShapeLayer(bands[[*fields, "geometry"]], label, fields, colour="#810f7c")]


def _method(result: ThemeResult, *, planned: bool) -> str:
    options = result.options
    told = (
        "Een sociale huurwoning is een woning die op 31 december verhuurd is door een woonmaatschappij, een sociaal"
        " verhuurkantoor, het Vlaams Woningfonds of een lokaal bestuur; een woning die leegstaat telt niet mee. Ze"
        f" wordt gedeeld door de private huishoudens, en vergeleken met {number(options['norm'])} per 100"
        f" ({options['norm_label']}) en {number(options['reference_norm'])} per 100"
        f" ({options['reference_norm_label']}). Het locatiequotiënt vergelijkt een gebied met de stad: 2 is dubbel zo"
        " veel. De dissimilariteit (Duncan en Duncan 1955) is het deel van de sociale huurders dat zou moeten verhuizen"
        " voor een gelijke spreiding; ze is groter naarmate de gebieden kleiner zijn. Een cluster is een gebied dat"
        " samen met zijn buren meer of minder heeft dan toeval verklaart (lokale Moran, Anselin 1995,"
        f" {count(options['cluster_permutations'])} permutaties)."
    )
    if planned:
        weights = options["allocation"]["weights"]
        told += (
            " Het voorstel is een rekenvoorbeeld: eerst leegstaande woningen, dan nieuwe waar ze de concentratie het"
            f" minst verhogen (gewicht {number(round(100 * weights['concentration'], 1))} %) en de voorzieningen nabij"
            f" zijn (gewicht {number(round(100 * weights['nearness'], 1))} %), binnen een bovengrens per gebied."
        )
    return told
