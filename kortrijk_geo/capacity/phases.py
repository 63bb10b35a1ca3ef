"""Sites chosen year after year: those of the first year stay when those of the next are chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import geopandas as gpd
import numpy as np

from kortrijk_geo.capacity.siting import solve
from kortrijk_geo.engine.rates import area_of
from kortrijk_geo.engine.siting import GAP
from kortrijk_geo.results import Figure, ThemeResult
from kortrijk_geo.text.dutch import HOW, brief_number, count_text
from kortrijk_geo.text.remarks import Detail
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kortrijk_geo.capacity.siting import Objective, Question
    from kortrijk_geo.capacity.worth import Worth
    from kortrijk_geo.engine.siting import Plan

R = TypeVar("R", bound=ThemeResult)


@dataclass(frozen=True)
class Phase:
    """What was chosen for a year, None today: the plan, its sites, the sizes of the question, Dutch remarks.

    ``worth`` is that of the plan on all homes; None where only that on the points is known.
    """

    year: int | None
    plan: Plan
    sites: gpd.GeoDataFrame
    size: dict[str, float]
    notes: list[str]
    worth: Worth | None = None

    @property
    def value(self) -> float:
        """What the plan is worth, on all homes where that is known."""
        return self.plan.value if self.worth is None else self.worth.value

    @property
    def gap(self) -> float:
        """Share by which another plan can be better, on all homes where that is known."""
        return self.plan.gap if self.worth is None or math.isnan(self.worth.gap) else self.worth.gap

    def record(self) -> dict[str, Any]:
        """Return the plan as the options of the result hold it."""
        values = {name: getattr(self.plan, name) for name in ("value", "bound", "gap", "proven", "method")}
        if self.worth is not None:
            values |= {"value_on_homes": self.worth.value, "gap_on_homes": plain(self.worth.gap)}
        return {**values, "seconds": round(self.plan.seconds, 2), **self.size}


def choose(
    years: Sequence[int | None],
    pose: Callable[[int | None, list[gpd.GeoDataFrame]], tuple[Question, list[str]]],
    objective: Objective,
    *,
    areas: gpd.GeoDataFrame,
    time_limit_s: float,
) -> list[Phase]:
    """Choose the sites of every year, in their order.

    Parameters
    ----------
    years
        Ascending, or one None for today.
    pose
        Asks the question of a year with the sites of the years before it in place; returns it with Dutch notes.
    objective, time_limit_s
        Of every year; see `solve`.
    areas
        Layer ``areas``: where the sites lie.
    """
    phases: list[Phase] = []
    for year in years:
        earlier = [phase.sites for phase in phases]
        question, dropped = pose(year, earlier)
        plan, remarks = solve(question, objective, time_limit_s)
        sites = _chosen_sites(question, plan, areas, year=year, numbered_from=1 + sum(map(len, earlier)))
        phases.append(Phase(year, plan, sites, question.size, [*dropped, *remarks]))
    return phases


def _chosen_sites(
    question: Question, plan: Plan, areas: gpd.GeoDataFrame, *, year: int | None, numbered_from: int
) -> gpd.GeoDataFrame:
    """Return the sites of a plan, most places first."""
    chosen = np.flatnonzero(plan.units)
    order = chosen[np.argsort(-plan.units[chosen], kind="stable")]
    sites = question.candidates.iloc[order][["name", "origin", "geometry"]].reset_index(drop=True)
    figures = {
        "site_id": [f"nieuw-{number}" for number in range(numbered_from, numbered_from + len(sites))],
        "name": sites["name"],
        "origin": sites["origin"],
        "area_id": area_of(sites, areas),
        "units": plan.units[order],
        "places": plan.units[order] * question.unit,
        "people_in_reach": question.gains.people_in_reach[order],
        "people_below_norm_in_reach": question.gains.people_below_in_reach[order],
    }
    if year is not None:
        figures["year"] = year
    return gpd.GeoDataFrame(figures, geometry=sites.geometry, crs=question.candidates.crs)


def phase_notes(phases: Sequence[Phase], asked: Mapping[str, Any], objective: str, capacity: str) -> list[str]:
    """Say of every year what was asked, how the sites were searched, and how sure it is that they are the best.

    ``asked`` holds places (of a year, by year), unit, candidates and mode; ``objective`` and ``capacity`` are Dutch.
    """
    return [
        f"Tegen {phase.year}: {note}" if phase.year is not None else note
        for phase in phases
        for note in (*_plan_notes(phase, asked, objective, capacity), *phase.notes)
    ]


def _plan_notes(phase: Phase, asked: Mapping[str, Any], objective: str, capacity: str) -> list[str]:
    plan, size = phase.plan, phase.size
    proof = (
        f"bewezen: geen ander plan is meer dan {_percent(plan.gap)} beter"
        if plan.proven
        else f"heuristiek: niet bewezen als beste, een ander plan kan tot {_percent(plan.gap)} beter zijn"
    )
    on_points = "" if phase.worth is None else ", gerekend op vraagpunten en niet op woningen"
    return [
        (
            f"{phase.sites['places'].sum()} nieuwe {capacity} in eenheden van {asked['unit']} op {len(phase.sites)}"
            f" plekken, gekozen uit {size['candidates']} kandidaten ({asked['candidates']}). Doel: {objective};"
            f" bereik {HOW[asked['mode']]}."
        ),
        Detail(
            f"Zoekmethode: geheeltallige optimalisatie (HiGHS), {proof}{on_points} (grens {_percent(GAP)} voor"
            " 'bewezen')."
        ),
        Detail(
            f"Woningen zijn samengenomen in {size['demand_points']} vraagpunten van {size['cell_m']:g} m binnen een"
            " gebied; de cijfers erna zijn opnieuw per woning berekend."
        ),
        *([Detail(_worth_note(phase, phase.worth))] if phase.worth is not None else []),
    ]


def _worth_note(phase: Phase, worth: Worth) -> str:
    """Say how much the gathering of homes changes."""
    other = (
        f"een ander plan kan er tot {_percent(worth.gap)} beter zijn"
        if math.isfinite(worth.gap)
        else "hoeveel beter een ander plan er kan zijn, is niet bekend"
    )
    return (
        f"Op de vraagpunten brengt dit plan {count_text(phase.plan.value)} bij; op alle woningen"
        f" herrekend is dat {count_text(worth.value)}, en {other}."
    )


def _percent(share: float) -> str:
    return f"{brief_number(math.ceil(share * 1e4) / 100)} %" if math.isfinite(share) else "een onbekend deel"


def worth_figures(phases: Sequence[Phase], objective: str, unit: str) -> list[Figure]:
    """Return what the plan of every year is worth; texts and unit are Dutch."""
    return [
        Figure(
            "objective_value" if phase is phases[-1] else f"objective_value_{phase.year}",
            f"Doel: {objective}" + (f" (tegen {phase.year})" if phase.year is not None else ""),
            phase.value, unit,
        )
        for phase in phases
    ]  # fmt: skip


def gap_figure(phases: Sequence[Phase]) -> Figure:
    """Return the largest share by which another plan of any year can be better."""
    gap = plain(max(phase.gap for phase in phases))
    # The limit of a proof is no goal of anybody, so it is no target.
    reason = f"zekerheid van de berekening, geen beleidsdoel; op de vraagpunten heet hoogstens {_percent(GAP)} bewezen"
    return Figure("optimality_gap", "Grootste mogelijke verschil met het beste plan", gap, "aandeel", reason=reason)


def plan_options(phases: Sequence[Phase]) -> dict[str, Any]:
    """Return the plans as the options of a result: that of the last year, and that of each."""
    records = [{"year": phase.year, **phase.record()} for phase in phases]
    return {"plan": phases[-1].record(), "phases": records}


def with_known_worth(result: R, phases: Sequence[Phase]) -> R:
    """Return a result that came through the gate; where a plan's worth did not, its options do not tell it either."""
    if all(figure.value is not None for figure in result.headlines if figure.key.startswith("objective_value")):
        return result
    unknown = {"value": None, "bound": None}
    if any(phase.worth is not None for phase in phases):
        unknown["value_on_homes"] = None
    options = plan_options(phases)
    plans = {
        "plan": {**options["plan"], **unknown},
        "phases": [{**record, **unknown} for record in options["phases"]],
    }
    return replace(result, options={**result.options, **plans})
