"""The page ``ontharding``: areas by sealed ground and potential, the largest patches, and the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.mapping import AreaLayer, MapSpec, PointLayer, ShapeLayer, draw_map, option_labels
from kortrijk_geo.results import Scale
from kortrijk_geo.text.dutch import decimal_text
from kortrijk_geo.unsealing.labels import OWNERS

if TYPE_CHECKING:
    import folium
    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.results import ThemeResult

SEALED = Scale((0.1, 0.2, 0.3, 0.45, 0.6), "share", "OrRd")
# What a page can carry under 3 MB; the GeoPackage has all.
MOST_PLAN_POINTS = 6_000
# Of the classes of the score, from the highest to the lowest: blues, which stand out from the reds of sealed ground.
COLOURS = ("#08306b", "#4292c6", "#c6dbef")
_STEPS = (1.0, 2.0, 5.0)


def spec(result: ThemeResult) -> MapSpec:
    """Say what the page shows, from a result of `kortrijk_geo.unsealing.analyse`."""
    labels = result.labels
    area_layers = [AreaLayer("sealed_share", labels["sealed_share"], SEALED, "Verharding", shown=True)]
    for column, group, ramp in (
        ("removable_m2", "Ontharding", "YlGnBu"),
        ("avoided_runoff_20mm_m3", "Regenwater", "YlGnBu"),
        ("avoided_runoff_60mm_m3", "Regenwater", "YlGnBu"),
    ):
        area_layers.append(AreaLayer(column, labels[column], nice_scale(result.areas[column], ramp), group))
    area_layers.append(
        AreaLayer("sealed_share_after", labels["sealed_share_after"], SEALED, "Ontharding"),
    )
    points = _plan(result.layers["plan"]) if "plan" in result.layers else ()
    return MapSpec(
        result=result,
        title="Ontharding: waar, hoeveel en wat het oplevert",
        area_layers=tuple(area_layers),
        table=(
            "sealed_share",
            "sealed_m2",
            *(f"sealed_{use}_m2" for use in ("building", "road", "other", "railway")),
            "removable_m2",
            *(f"removable_{owner}_m2" for owner in OWNERS),
            "sealed_share_after",
            "avoided_runoff_20mm_m3",
            "avoided_runoff_60mm_m3",
        ),
        point_layers=points,
        shape_layers=_patches(result.layers["patches"], result.options["score_classes"]),
        option_labels=option_labels(__file__),
        method=_method(result),
        lead="Hoeveel grond is verhard, wat daarvan kan open, en hoeveel regen stroomt dan niet meer af?",
        units={name: "whole" for name in result.areas.columns if name.endswith(("_m2", "_m3"))},
    )


def draw(result: ThemeResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def nice_scale(values: pd.Series, ramp: str) -> Scale:
    """Return five class limits of the form 1, 2, 5 times a power of ten that divide the values."""
    known = values.to_numpy(dtype=float)
    known = known[np.isfinite(known) & (known > 0)]
    top = float(known.max()) if len(known) else 1.0
    power = np.floor(np.log10(top))
    ladder = sorted(step * 10.0**exponent for exponent in range(int(power) - 3, int(power) + 1) for step in _STEPS)
    limits = [limit for limit in ladder if limit < top][-5:]
    return Scale(tuple(float(f"{limit:.12g}") for limit in limits), "whole", ramp)


def _patches(patches: gpd.GeoDataFrame, labels: list[str]) -> tuple[ShapeLayer, ...]:
    if patches.empty:
        return ()
    shown = patches.assign(
        eigenaar=patches["owner"].map(OWNERS),
        ondergrond=patches["surface"].map({"other": "overig afgedekt", "road": "weg, breder dan nodig"}),
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
    return (ShapeLayer(shown[[*fields, "geometry"]], label, fields, column="score_class", colours=colours),)


def _plan(plan: gpd.GeoDataFrame) -> tuple[PointLayer, ...]:
    fields = {"rank": "volgorde", "m2": "m²", "total_m2": "samen (m²)"}
    frame = plan.head(MOST_PLAN_POINTS)
    label = "Plan: vlakken in volgorde" + (f" (eerste {decimal_text(len(frame), 0)})" if len(frame) < len(plan) else "")
    return (PointLayer(frame[[*fields, "geometry"]], label, fields, colour="#7b3294", radius_px=3.0, size_column="m2"),)


def _method(result: ThemeResult) -> str:
    options = result.options
    return (
        "Potentieel is overig afgedekte grond min wat blijft: de nodige breedte van straten en paden, een strook"
        f" van {decimal_text(options['access_width_m'], 1)} m naar elk gebouw,"
        f" {decimal_text(options['footway_m'], 1)} m vrije doorgang langs wegen, terrassen en parkeerplaatsen; plus"
        " wegen waar zij breder zijn dan nodig. Stroken smaller"
        f" dan {decimal_text(options['least_width_m'], 1)} m vallen af. De breedte van een vlak is de middellijn van de"
        " grootste cirkel die erin past. Winst is prioriteit (waarom hier) maal kans (hoe makkelijk), elk een gewogen"
        " gemiddelde van criteria van 1 tot 5. Vermeden afstroming: afstroming nu min afstroming als goed onderhouden"
        " gras."
    )
