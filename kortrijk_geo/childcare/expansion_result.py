"""The result of an expansion: the sites, and the figures before and after side by side."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.capacity.phases import (
    Phase,
    gap_figure,
    phase_notes,
    plan_options,
    with_known_worth,
    worth_figures,
)
from kortrijk_geo.childcare.columns import CATCHMENTS, CHANGED, after_columns, expansion_rests
from kortrijk_geo.childcare.notes import OBJECTIVES
from kortrijk_geo.pack.gate import through_gate
from kortrijk_geo.results import Figure
from kortrijk_geo.text.dutch import HOW
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.childcare.analysis import ChildcareResult
    from kortrijk_geo.childcare.coming import Coming
    from kortrijk_geo.pack.city import City

_UNITS = {
    "children_to_norm": "kinderen (deels meegeteld)",
    "children_over_norm": "kinderen",
    "area_shortage": "plaatsen minder tekort",
    "worst_off": "plaatsen per 100 kinderen in het zwakste gebied",
}

_AT_SITES = {
    "people_in_reach": "children_in_reach",
    "people_below_norm_in_reach": "children_below_norm_in_reach",
}


def before_and_after(
    city: City,
    before: ChildcareResult,
    after: ChildcareResult,
    coming: Coming,
    phases: Sequence[Phase],
    *,
    asked: dict[str, Any],
    notes: list[str],
    level: str,
) -> ChildcareResult:
    """Lay the results without and with the new places side by side, and let them through the gate of ``city``."""
    areas, homes, whole = before.areas.copy(), before.layers["homes"].copy(), dict(before.city)
    for column in CHANGED:
        areas.insert(len(areas.columns) - 1, f"{column}_after", after.areas[column])
        whole[f"{column}_after"] = after.city[column]
    for column in CATCHMENTS.values():
        homes.insert(len(homes.columns) - 1, f"{column}_after", after.layers["homes"][column].to_numpy())
    over = [_over_norm(result, CATCHMENTS[asked["mode"]]) for result in (before, after)]
    for name, (least, sure) in zip(("children_over_norm", "children_over_norm_after"), over, strict=True):
        whole[name] = least if sure else np.nan
    whole["shortage_places_areas_after"] = after.city["shortage_places_areas"]
    sites = gpd.GeoDataFrame(pd.concat([phase.sites for phase in phases], ignore_index=True), crs=city.crs)
    sites = sites.rename(columns=_AT_SITES)
    how = phase_notes(phases, asked, OBJECTIVES[asked["objective"]], "plaatsen")
    figures = [*_figures(phases, asked, sites, over, after, today=not coming.definition), *before.headlines]
    result = replace(
        before,
        areas=areas,
        city=whole,
        columns=[*before.columns, *after_columns(before.columns)],
        headlines=[replace(figure, definition=figure.definition or coming.definition) for figure in figures],
        layers={**before.layers, "homes": homes, "sites": sites},
        options={**before.options, **asked, **plan_options(phases)},
        notes=[*how, *coming.notes, *notes, *before.notes],
        # Of more children than today, those that are few today stay hidden.
        small=math.ceil(before.small * max(1.0, coming.growth)),
    )
    return with_known_worth(through_gate(result, city, expansion_rests(asked["objective"]), level=level), phases)


def _figures(
    phases: Sequence[Phase],
    asked: dict[str, Any],
    sites: gpd.GeoDataFrame,
    over: list[tuple[float, bool]],
    after: ChildcareResult,
    *,
    today: bool,
) -> list[Figure]:
    objective, how = asked["objective"], HOW[asked["mode"]]
    return [
        Figure("new_places", "Nieuwe plaatsen", float(sites["places"].sum()), "plaatsen"),
        Figure("new_sites", "Plekken voor de nieuwe plaatsen", float(len(sites)), "plekken"),
        *worth_figures(phases, OBJECTIVES[objective], _UNITS[objective]),
        _over_figure(
            "children_over_norm",
            f"Kinderen die {how} de norm bereiken, {'vandaag' if today else 'zonder de nieuwe plaatsen'}", over[0],
        ),
        _over_figure("children_over_norm_after", f"Kinderen die {how} de norm bereiken, erna", over[1]),
        Figure(
            "shortage_places_areas_after",
            "Plaatsen tekort erna, som van de gebieden",
            plain(after.city["shortage_places_areas"]),
            "plaatsen",
            0,
        ),
        gap_figure(phases),
    ]  # fmt: skip


def _over_figure(key: str, label: str, over: tuple[float, bool]) -> Figure:
    least, sure = over
    figure = Figure(key, label, least if sure else None, "kinderen")
    return figure if sure else replace(figure, low=least, reason="van sommige woonpunten is het bereik onbekend")


def _over_norm(result: ChildcareResult, column: str) -> tuple[float, bool]:
    """Children of the study area whose home reaches the norm by catchment, and whether that is all of them."""
    homes = result.layers["homes"]
    enough = result.norm.places_per_100_children * (1 - 1e-9)
    bounded = f"{column}_low" in homes.columns
    least = homes[f"{column}_low"] if bounded else homes[column]
    children = homes["children_0_2"].where(least >= enough).sum()
    return float(children), not bounded
