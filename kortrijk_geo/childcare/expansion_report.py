"""What an expansion changes, in words and figures: before and after, the proof, the sites."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kortrijk_geo.childcare.analysis import COLUMNS
from kortrijk_geo.childcare.catchment import HOW
from kortrijk_geo.childcare.texts import number
from kortrijk_geo.engine.siting import GAP, Plan
from kortrijk_geo.results import Figure, ThemeResult

if TYPE_CHECKING:
    import geopandas as gpd

OBJECTIVES: dict[str, str] = {
    "children_to_norm": "zoveel mogelijk kinderen (deels) op de norm gebracht, naar bereik",
    "children_over_norm": "zoveel mogelijk kinderen die volledig op de norm komen, naar bereik",
    "area_shortage": "het kleinste totale tekort van de gebieden",
    "worst_off": "het gebied met het minste bereik zo hoog mogelijk",
}
_UNITS = {
    "children_to_norm": "kinderen (deels meegeteld)",
    "children_over_norm": "kinderen",
    "area_shortage": "plaatsen minder tekort",
    "worst_off": "plaatsen per 100 kinderen in het zwakste gebied",
}
_AFTER = ("places", "places_per_100_children", "shortage_places", "below_norm", "status", *COLUMNS.values())


def before_and_after(
    base: ThemeResult,
    after: ThemeResult,
    sites: gpd.GeoDataFrame,
    plan: Plan,
    *,
    asked: dict[str, Any],
    size: dict[str, Any],
    notes: list[str],
) -> ThemeResult:
    """Lay two results side by side.

    Parameters
    ----------
    base, after
        Without and with the new places.
    sites
        The chosen sites.
    plan
        How they were chosen.
    asked
        The options of the question.
    size
        ``candidates``, ``demand_points``, ``cell_m``.
    notes
        Dutch remarks made on the way.
    """
    areas, homes, labels, whole = base.areas.copy(), base.layers["homes"].copy(), dict(base.labels), dict(base.city)
    for column in _AFTER:
        name = f"{column}_after"
        areas.insert(len(areas.columns) - 1, name, after.areas[column])
        whole[name] = after.city[column]
        labels[name] = f"{base.labels[column]}, met de nieuwe plaatsen"
    for column in COLUMNS.values():
        homes.insert(len(homes.columns) - 1, f"{column}_after", after.layers["homes"][column].to_numpy())
    catchment = COLUMNS["cycle" if asked["mode"] == "cycle" else "walk"]
    over = [_over_norm(one, catchment) for one in (base, after)]
    whole["children_over_norm"], whole["children_over_norm_after"] = over
    whole["shortage_places_areas_after"] = after.city["shortage_places_areas"]
    return replace(
        base,
        areas=areas,
        city=whole,
        labels=labels,
        headlines=[*_figures(plan, asked, sites, over, after), *base.headlines],
        layers={**base.layers, "homes": homes, "sites": sites},
        options={**base.options, **asked, "plan": {**_record(plan), **size}},
        notes=[*_plan_notes(plan, asked, size, sites), *notes, *base.notes],
    )


def _record(plan: Plan) -> dict[str, Any]:
    return {
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "proven": plan.proven,
        "method": plan.method,
        "seconds": round(plan.seconds, 2),
    }


def _figures(
    plan: Plan, asked: dict[str, Any], sites: gpd.GeoDataFrame, over: list[float], after: ThemeResult
) -> list[Figure]:
    objective, how = asked["objective"], HOW[asked["mode"]]
    return [
        Figure("new_places", "Nieuwe plaatsen", float(sites["places"].sum()), "plaatsen"),
        Figure("new_sites", "Plekken voor de nieuwe plaatsen", float(len(sites)), "plekken"),
        Figure("objective_value", f"Doel: {OBJECTIVES[objective]}", plan.value, _UNITS[objective]),
        Figure("children_over_norm", f"Kinderen die {how} de norm bereiken, vandaag", over[0], "kinderen"),
        Figure("children_over_norm_after", f"Kinderen die {how} de norm bereiken, erna", over[1], "kinderen"),
        Figure(
            "shortage_places_areas_after",
            "Plaatsen tekort erna, som van de gebieden",
            _known(after.city["shortage_places_areas"]),
            "plaatsen",
            0,
        ),
        Figure("optimality_gap", "Grootste mogelijke verschil met het beste plan", _known(plan.gap), "aandeel", GAP),
    ]


def _plan_notes(plan: Plan, asked: dict[str, Any], size: dict[str, Any], sites: gpd.GeoDataFrame) -> list[str]:
    proof = (
        f"bewezen: geen ander plan is meer dan {_percent(plan.gap)} beter"
        if plan.proven
        else f"heuristiek: niet bewezen als beste, een ander plan kan tot {_percent(plan.gap)} beter zijn"
    )
    return [
        (
            f"{asked['places']} nieuwe plaatsen in eenheden van {asked['unit']} op {len(sites)} plekken, gekozen uit"
            f" {size['candidates']} kandidaten ({asked['candidates']}). Doel: {OBJECTIVES[asked['objective']]};"
            f" bereik {HOW[asked['mode']]}."
        ),
        f"Zoekmethode: geheeltallige optimalisatie (HiGHS), {proof} (grens {_percent(GAP)} voor 'bewezen').",
        (
            f"Woningen zijn samengenomen in {size['demand_points']} vraagpunten van {size['cell_m']:g} m binnen een"
            " gebied; de cijfers erna zijn opnieuw per woning berekend."
        ),
    ]


def _percent(share: float) -> str:
    if not np.isfinite(share):
        return "een onbekend deel"
    return f"{number(float(np.ceil(share * 1e4) / 100))} %"


def _over_norm(result: ThemeResult, column: str) -> float:
    """Children of the study area whose home reaches the norm by catchment."""
    homes = result.layers["homes"]
    reached = homes[column] >= result.options["norm"] * (1 - 1e-9)
    return float(homes["children_0_2"].where(reached).sum())


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
