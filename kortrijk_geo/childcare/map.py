"""The page ``kinderopvang``: areas against the norm, catchments, shortages, locations, chosen sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.capacity.site_map import site_points, site_table
from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.childcare.columns import CATCHMENTS, PLANS, RATE, SHORTAGE
from kortrijk_geo.mapping import (
    MapSpec,
    PlanTable,
    PointLayer,
    Series,
    area_layers,
    draw_map,
    option_labels,
    table_columns,
)
from kortrijk_geo.text.dutch import HOW, brief_number, date_text, decimal_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    import folium

    from kortrijk_geo.childcare.analysis import ChildcareResult
    from kortrijk_geo.mapping.spec import Mark

_KINDS = {"group": ("groepsopvang", "#0072b2"), "family": ("gezinsopvang", "#e69f00")}
# What is not counted today, and the shape that tells it besides the colour.
_NOT_THERE: dict[str, tuple[str, Mark]] = {
    "beslist": ("#444444", "ring"),
    "in studie": ("#444444", "dashed"),
    "nog niet open": ("#444444", "ring"),
    "gesloten": ("#8c8c8c", "cross"),
}
_LOCATION_FIELDS = {
    "name": "naam",
    "kind_label": "soort",
    "places": "plaatsen",
    "income_related_places": "waarvan inkomensgerelateerd",
    "children_in_reach_walk": "kinderen in bereik te voet (gewogen)",
    "remark": "opmerking",
}
_HOME_FIELDS = {
    CATCHMENTS["walk"]: "plaatsen per 100 kinderen te voet",
    CATCHMENTS["cycle"]: "plaatsen per 100 kinderen met de fiets",
    f"{CATCHMENTS['walk']}_after": "plaatsen per 100 kinderen te voet, erna",
}
_SITE_FIELDS = {
    "name": "plek",
    "places": "nieuwe plaatsen",
    "children_in_reach": "kinderen in bereik",
    "children_below_norm_in_reach": "waarvan nu onder de norm",
    "year": "tegen",
}

_CATCHMENT = {
    "e2sfca": "plaatsen gedeeld door alle kinderen in bereik; dichtbij telt zwaarder (E2SFCA, Luo en Qi 2009)",
    "2sfca": "plaatsen gedeeld door alle kinderen in bereik (2SFCA, Luo en Wang 2003)",
    "ratio": "alle plaatsen per 100 kinderen in bereik van dezelfde woning",
}


def spec(result: ChildcareResult) -> MapSpec:
    """Say what the page shows, from a result of `analyse`, `with_outlook` or `expand`."""
    result = result.published()
    # Where no child is counted, the places themselves are what there is to see.
    first = RATE if result.areas[RATE].notna().any() else "places"
    norm = f"{result.norm.label} {brief_number(result.norm.places_per_100_children)}"
    return MapSpec(
        result=result,
        title=THEMES["childcare"].title,
        area_layers=area_layers(result.columns, shown=first),
        table=table_columns(result.columns),
        point_layers=(_locations(result), *_homes(result), *_sites(result)),
        option_labels=option_labels(__file__),
        method=_method(result),
        plans=_plans(result),
        series=_outlook(result),
        lead=f"Welke gebieden halen de {norm} opvangplaatsen per 100 kinderen van 0 tot 2 jaar?",
    )


def draw(result: ChildcareResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def _locations(result: ChildcareResult) -> PointLayer:
    frame = result.layers["locations"].copy()
    kinds = frame["kind"].map({kind: label for kind, (label, _) in _KINDS.items()})
    frame["kind_label"] = kinds.where(frame["counted"], _absent(result, frame))
    return PointLayer(
        frame,
        "Opvanglocaties, oppervlakte naar plaatsen",
        {column: label for column, label in _LOCATION_FIELDS.items() if column in frame.columns},
        column="kind_label",
        colours={
            **{label: (label, colour) for label, colour in _KINDS.values()},
            **{
                label: (label, colour)
                for label, (colour, _) in _NOT_THERE.items()
                if (frame["kind_label"] == label).any()
            },
        },
        marks={label: mark for label, (_, mark) in _NOT_THERE.items()},
        name="name",
        filter="kind_label",
        radius_px=7.0,
        size_column="places",
        shown=True,
        table="locations",
        expression=_label_in_qgis(result),
    )


def _absent(result: ChildcareResult, frame: pd.DataFrame) -> pd.Series:
    """Say of locations that are not counted why: decided or under study, closed, or not open yet."""
    closes = pd.to_datetime(frame["closes"], errors="coerce")
    closed = closes.notna() if result.on is None else closes <= pd.Timestamp(result.on)
    why = pd.Series("nog niet open", index=frame.index).mask(closed, "gesloten")
    return why.mask(frame["standing"] == "decided", "beslist").mask(frame["standing"] == "under study", "in studie")


def _label_in_qgis(result: ChildcareResult) -> str:
    """Return the label of a location in the language of QGIS, as `_absent` gives it."""
    kinds = " ".join(f"WHEN \"counted\" AND \"kind\" = '{kind}' THEN '{label}'" for kind, (label, _) in _KINDS.items())
    day = '"closes" IS NOT NULL' if result.on is None else f"to_date(\"closes\") <= to_date('{result.on.isoformat()}')"
    return (
        f"CASE {kinds} WHEN \"standing\" = 'decided' THEN 'beslist' WHEN \"standing\" = 'under study' THEN 'in studie'"
        f" WHEN {day} THEN 'gesloten' ELSE 'nog niet open' END"
    )


def _homes(result: ChildcareResult) -> list[PointLayer]:
    if "homes" not in result.layers:
        return []
    homes = result.layers["homes"]
    fields = {column: label for column, label in _HOME_FIELDS.items() if column in homes.columns}
    # In the classes of the areas, so that a dwelling and its area read alike.
    rates = next(column.scale for column in result.columns if column.name == CATCHMENTS["walk"])
    label = "Woonpunten, naar bereik te voet"
    return [PointLayer(homes, label, fields, column=CATCHMENTS["walk"], scale=rates, radius_px=2.5, table="homes")]


def _sites(result: ChildcareResult) -> list[PointLayer]:
    if "sites" not in result.layers:
        return []
    return [site_points(result.layers["sites"], "Gekozen plekken voor nieuwe plaatsen", _SITE_FIELDS)]


def _outlook(result: ChildcareResult) -> tuple[Series, ...]:
    """Tell the shortage of the whole city over the years of an outlook, by what counts as there."""
    ends = (column.name.removeprefix(f"{SHORTAGE}_") for column in result.columns)
    years = tuple(sorted(int(end) for end in ends if end.isdecimal()))
    if len(years) < 2:
        return ()
    lines = {
        text: tuple(plain(result.city[f"{SHORTAGE}{plan}_{year}"]) for year in years) for plan, text in PLANS.items()
    }
    title = "Vooruitblik: tekort aan plaatsen in de stad als geheel"
    source = "eigen raming, met de aannames die bij de opmerkingen staan"
    return (Series(title, years, lines, "whole", source),)


def _plans(result: ChildcareResult) -> tuple[PlanTable, ...]:
    """Tell the chosen sites for new places, most places first, with their running total."""
    if "sites" not in result.layers:
        return ()
    labels = {
        "rank": "Volgorde", "name": "Plek", "area": "Wijk", "places": "Nieuwe plaatsen", "together": "Samen",
        "year": "Tegen", "children_in_reach": "Kinderen in bereik (gewogen)",
        "children_below_norm_in_reach": "Waarvan nu onder de norm",
    }  # fmt: skip
    note = "Een rekenvoorbeeld: waar de nieuwe plaatsen het meest tekort wegnemen. Geen beslissing over een plek."
    title = "Gekozen plekken voor nieuwe plaatsen"
    return (site_table(result.layers["sites"], result.areas["name"], title, "Nieuwe plekken", labels, note),)


def _method(result: ChildcareResult) -> str:
    """Say how the figures are counted."""
    when = f" op {date_text(result.on)}" if result.on else ""
    walk, cycle = (decimal_text(result.limits_m[mode], 0) for mode in ("walk", "cycle"))
    return (
        f"Plaatsen per 100 kinderen: vergunde plaatsen voor baby's en peuters{when}, gedeeld door de kinderen van 0, 1"
        f" en 2 jaar. Tekort: {brief_number(result.norm.places_per_100_children)} % van de kinderen min de plaatsen,"
        " naar boven afgerond, nooit onder 0."
        f" Naar bereik: {_CATCHMENT[result.method]}, over straten tot {walk} m {HOW['walk']} en {cycle} m"
        f" {HOW['cycle']}, ook over de grens van gebieden; per woning, en per gebied gemiddeld over de kinderen."
        " Wat onbekend is, staat als onbekend en telt nooit als 0."
    )
