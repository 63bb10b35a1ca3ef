"""The page ``ontharding``: areas by sealed ground and potential, the largest patches, and the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.mapping import (
    MapSpec,
    PlanTable,
    PointLayer,
    ShapeLayer,
    area_layers,
    draw_map,
    option_labels,
    table_columns,
)
from kortrijk_geo.text.dutch import decimal_text
from kortrijk_geo.unsealing.columns import OWNERS, PARCEL_USES

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

    from kortrijk_geo.text.dutch import Unit
    from kortrijk_geo.unsealing.analysis import UnsealingResult
    from kortrijk_geo.unsealing.rules import UnsealingRules

# What a page can carry under 3 MB; the GeoPackage has all.
MOST_PLAN_POINTS = 6_000
# Of the classes of the score, from the highest to the lowest: blues, which stand out from the reds of sealed ground.
COLOURS = ("#08306b", "#4292c6", "#c6dbef")
SURFACES = {"other": "overig afgedekt", "road": "weg, breder dan nodig"}
_UNKNOWN_FIELDS = {"m2": "afgedekt (m²)", "width_m": "breedte"}


def spec(result: UnsealingResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.unsealing.analyse`."""
    chosen = result.chosen
    return MapSpec(
        result=result,
        title=THEMES["unsealing"].title,
        area_layers=area_layers(result.columns, shown="sealed_share"),
        table=table_columns(result.columns),
        point_layers=_plan(result) if "plan" in result.layers else (),
        shape_layers=_patches(result.layers["patches"], chosen.criteria.classes.labels),
        plans=_plan_table(result) if "plan" in result.layers else (),
        option_labels=option_labels(__file__),
        method=_method(chosen.rules, result.narrowest_m),
        facts={"largest_public_patches": largest_public_patches(result)},
        lead="Hoeveel grond is verhard, wat daarvan kan open, en hoeveel regen stroomt dan niet meer af?",
    )


def draw(result: UnsealingResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def largest_public_patches(result: UnsealingResult) -> list[dict[str, Any]]:
    """Return size and area of the largest patch of public ground that could go; several where they are as large."""
    patches = result.layers["patches"]
    public = patches[(patches["owner"] == "public") & patches["counted"].astype(bool) & patches["area_id"].notna()]
    size = public["m2"].round()
    largest = public[size == size.max()]
    names = result.areas["name"]
    return [
        {"m2": float(round(m2)), "area": str(names.get(area, area))}
        for m2, area in zip(largest["m2"], largest["area_id"], strict=True)
    ]


def _patches(patches: gpd.GeoDataFrame, labels: tuple[str, ...]) -> tuple[ShapeLayer, ...]:
    counted = patches["counted"].astype(bool)
    patches, unknown = patches[counted], patches[~counted]
    layers = []
    if len(unknown):
        label = "Afgedekt, gebruik onbekend: niet in potentieel of plan"
        layers.append(
            ShapeLayer(
                unknown[["m2", "width_m", "geometry"]], label, _UNKNOWN_FIELDS, colour="#969696", table="patches",
                where='NOT "counted"',
            )
        )  # fmt: skip
    if patches.empty:
        return tuple(layers)
    shown = patches.assign(
        eigenaar=patches["owner"].map(OWNERS),
        ondergrond=patches["surface"].map(SURFACES),
    )
    fields = {
        "score_class": "winst",
        "m2": "kan open (m²)",
        "width_m": "breedte",
        "eigenaar": "eigenaar",
        "ondergrond": "nu",
        "priority": "prioriteit (1-5)",
        "opportunity": "kans (1-5)",
        "avoided_runoff_60mm_m3": "vermeden bij 60 mm (m³)",
    }
    colours = {name: (name, colour) for name, colour in zip(reversed(labels), COLOURS, strict=True)}
    label = "Vlakken die open kunnen, naar winst"
    drawn = ShapeLayer(
        shown[[*fields, "geometry"]], label, fields, column="score_class", colours=colours, table="patches",
        where='"counted"',
    )  # fmt: skip
    return (drawn, *layers)


def _described(result: UnsealingResult) -> gpd.GeoDataFrame:
    """Return the plan with what each patch is, in Dutch: its area, owner, use and surface."""
    plan, patches = result.layers["plan"], result.layers["patches"].set_index("patch_id")
    of_patch = patches.loc[plan["patch_id"]]
    return plan.assign(
        wijk=plan["area_id"].map(result.areas["name"]).fillna("buiten de gebieden"),
        eigenaar=plan["owner"].map(OWNERS),
        gebruik=of_patch["use"].map(lambda use: PARCEL_USES.get(use, use)).to_numpy(),
        nu=of_patch["surface"].map(SURFACES).to_numpy(),
    )


def _plan(result: UnsealingResult) -> tuple[PointLayer, ...]:
    plan = _described(result)
    fields = {
        "rank": "volgorde", "wijk": "wijk", "eigenaar": "eigenaar", "gebruik": "gebruik", "nu": "nu", "m2": "m²",
        "total_m2": "samen (m²)",
    }  # fmt: skip
    frame = plan.head(MOST_PLAN_POINTS)
    label = "Plan: vlakken in volgorde" + (f" (eerste {decimal_text(len(frame), 0)})" if len(frame) < len(plan) else "")
    return (
        PointLayer(
            frame[[*fields, "geometry"]], label, fields, colour="#7b3294", radius_px=3.0, size_column="m2",
            table="plan", where=f'"rank" <= {MOST_PLAN_POINTS}' if len(frame) < len(plan) else "",
            filter="eigenaar",
        ),
    )  # fmt: skip


def _plan_table(result: UnsealingResult) -> tuple[PlanTable, ...]:
    """Tell the patches in the order in which the plan opens them, with their running total."""
    frame = pd.DataFrame(_described(result).drop(columns="geometry"))
    labels = {
        "rank": "Volgorde", "patch_id": "Vlak", "wijk": "Wijk", "eigenaar": "Eigenaar", "gebruik": "Gebruik",
        "nu": "Nu", "m2": "Kan open (m²)", "total_m2": "Samen (m²)", "m3": "Houdt vast (m³)",
        "total_m3": "Samen (m³)",
    }  # fmt: skip
    if frame["eur"].notna().any():
        labels |= {"eur": "Kosten (euro)", "total_eur": "Samen (euro)"}
    units: dict[str, Unit] = dict.fromkeys(("m2", "total_m2", "m3", "total_m3", "eur", "total_eur"), "whole")
    note = "Een rekenvoorbeeld, de vlakken met de meeste winst eerst. Geen beslissing over een perceel."
    return (PlanTable("Ontharding: vlakken in volgorde", "Plan", frame, labels, units, note),)


def _method(rules: UnsealingRules, narrowest_m: float) -> str:
    return (
        "Potentieel is overig afgedekte grond min wat blijft: de nodige breedte van straten en paden, een strook"
        f" van {decimal_text(rules.access.width_m, 1)} m naar elk gebouw,"
        f" {decimal_text(rules.footway.free_m, 1)} m vrije doorgang langs wegen, terrassen, parkeerplaatsen en het deel"
        " dat het gebruik van het perceel nodig heeft; grond waarvan het gebruik onbekend is telt niet mee; plus"
        f" wegen waar zij breder zijn dan nodig. Stroken smaller dan {decimal_text(narrowest_m, 1)} m (hele pixels"
        " van deze kaart) vallen af. De breedte van een vlak is de middellijn van de"
        " grootste cirkel die erin past. Winst is prioriteit (waarom hier) maal kans (hoe makkelijk), elk een gewogen"
        " gemiddelde van criteria van 1 tot 5. Vermeden afstroming: afstroming nu min afstroming als goed onderhouden"
        " gras."
    )
