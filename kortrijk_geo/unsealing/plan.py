"""The plan: which patches reach the target at the least cost, or bring the most benefit under a budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from kortrijk_geo.errors import OptionError
from kortrijk_geo.unsealing.knapsack import Method, least_cost, most_benefit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.unsealing.rules import Costs

    Floats = NDArray[np.float64]

Unit = Literal["m2", "m3"]
Benefit = Literal["score", "m2", "m3"]


@dataclass(frozen=True)
class Plan:
    """A choice of patches.

    Parameters
    ----------
    patches
        The chosen ones, best first: ``rank``, ``patch_id``, ``area_id``, ``owner``, ``m2``, ``m3``, ``score``,
        ``eur`` (NaN when costs are unknown), running totals ``total_m2``, ``total_m3``, ``total_eur``; points.
    unit, target
        What had to be reached, None with a budget.
    budget, budget_unit
        What could be spent, None with a target.
    reached, maximum
        Amount of ``unit`` in the plan, and in all patches that can be chosen.
    feasible
        Whether the target is reached; when not, the plan holds all patches.
    by_cost
        Whether euros decided; else the score of the patches did, because costs are unknown.
    method, gap
        How the choice was made and how far it may be from the best (a share).
    unscored
        Patches without a score, which cannot be chosen on score.
    """

    patches: gpd.GeoDataFrame
    unit: Unit
    target: float | None
    budget: float | None
    budget_unit: str
    reached: float
    maximum: float
    feasible: bool
    by_cost: bool
    method: Method
    gap: float
    unscored: int

    def record(self) -> dict[str, Any]:
        """Return how the plan came about as plain values, for ``ThemeResult.options``."""
        return {
            "unit": self.unit,
            "target": self.target,
            "budget": self.budget,
            "budget_unit": self.budget_unit,
            "reached": self.reached,
            "maximum": self.maximum,
            "feasible": self.feasible,
            "by_cost": self.by_cost,
            "method": self.method,
            "gap": self.gap,
            "patches": len(self.patches),
            "eur": None if not np.isfinite(self.patches["eur"]).all() else float(self.patches["eur"].sum()),
        }


def make_plan(
    patches: gpd.GeoDataFrame,
    *,
    m3: Floats,
    costs: Costs,
    target: float | None = None,
    unit: Unit = "m2",
    budget_eur: float | None = None,
    budget_m2: float | None = None,
    benefit: Benefit = "score",
    exact_most: int = 5_000,
) -> Plan:
    """Choose patches.

    With a target: the least euros that reach it. When any cost is unknown, the least "missed score" instead: each
    square metre weighs 1 minus the score of its patch, so that the best patches come first. With a budget: the most
    benefit within it.

    Parameters
    ----------
    patches
        With ``patch_id``, ``area_id``, ``owner``, ``surface``, ``m2`` and ``score`` (0-1).
    m3
        Rain that each patch keeps from running off, m3.
    costs
        From `kortrijk_geo.unsealing.load_costs`.
    target, unit
        Amount to reach, in m2 unsealed or m3 kept.
    budget_eur, budget_m2
        Most to spend, in euros or in m2 unsealed; not together, and not with a target.
    benefit
        What counts under a budget: m2 times score, m2, or m3.
    exact_most
        With more patches left to decide than this, the choice is near-best; its gap is given.

    Raises
    ------
    OptionError
        Unless exactly one of target, budget_eur and budget_m2 is given and above 0, or when a budget in euros is
        asked for while costs are unknown.
    """
    _one_question(target, budget_eur, budget_m2, costs)
    m2 = patches["m2"].to_numpy(dtype=float)
    score = patches["score"].to_numpy(dtype=float)
    eur = euros(patches, costs)
    by_cost = costs.known and budget_m2 is None
    amount = m2 if unit == "m2" else m3
    able = np.ones(len(m2), dtype=bool) if by_cost else np.isfinite(score)
    rows = np.flatnonzero(able)
    cost = eur[rows] if by_cost else (m2 * (1 - score))[rows] if target is not None else m2[rows]
    feasible = True
    if target is not None:
        choice = least_cost(cost, amount[rows], target, exact_most=exact_most)
        feasible = choice is not None
    else:
        worth = {"score": m2 * np.nan_to_num(score), "m2": m2, "m3": m3}[benefit][rows]
        limit = float(budget_eur if budget_eur is not None else budget_m2 or 0.0)
        choice = most_benefit(worth, cost, limit, exact_most=exact_most)
    chosen = rows if choice is None else rows[choice.chosen]
    unit_cost = (eur / m2)[chosen] if by_cost else -score[chosen]
    order = np.lexsort((chosen, -np.nan_to_num(score[chosen]), unit_cost))
    return Plan(
        patches=_table(patches, chosen[order], m2, m3, eur),
        unit=unit,
        target=target,
        budget=budget_eur if budget_eur is not None else budget_m2,
        budget_unit="" if target is not None else "EUR" if budget_eur is not None else "m2",
        reached=float(amount[chosen].sum()),
        maximum=float(amount[rows].sum()),
        feasible=feasible,
        by_cost=by_cost,
        method="exact" if choice is None else choice.method,
        gap=0.0 if choice is None else choice.gap,
        unscored=int((~np.isfinite(score)).sum()),
    )


def euros(patches: gpd.GeoDataFrame, costs: Costs) -> Floats:
    """Cost of each patch, EUR; NaN where unknown."""
    surface = patches["surface"]
    per_m2 = surface.map({name: cost.eur_per_m2 for name, cost in costs.by_surface.items()}).to_numpy(dtype=float)
    fixed = surface.map({name: cost.eur_per_patch for name, cost in costs.by_surface.items()}).to_numpy(dtype=float)
    return np.asarray(fixed + per_m2 * patches["m2"].to_numpy(dtype=float))


def _one_question(target: float | None, budget_eur: float | None, budget_m2: float | None, costs: Costs) -> None:
    asked = [value for value in (target, budget_eur, budget_m2) if value is not None]
    if len(asked) != 1 or not np.isfinite(asked[0]) or asked[0] <= 0:
        raise OptionError("a plan needs exactly one of a target, a budget in euros and a budget in m2, above 0")
    if budget_eur is not None and not costs.known:
        raise OptionError(
            "a budget in euros needs unit costs, and those are unknown; copy costs.toml, fill it in and name it"
        )


def _table(patches: gpd.GeoDataFrame, rows: NDArray[np.intp], m2: Floats, m3: Floats, eur: Floats) -> gpd.GeoDataFrame:
    kept = ["patch_id", "area_id", "owner", "score"]
    return gpd.GeoDataFrame(
        {
            "rank": np.arange(1, len(rows) + 1),
            **{name: patches[name].to_numpy()[rows] for name in kept},
            "m2": m2[rows],
            "m3": m3[rows],
            "eur": eur[rows],
            "total_m2": np.cumsum(m2[rows]),
            "total_m3": np.cumsum(m3[rows]),
            "total_eur": np.cumsum(eur[rows]),
        },
        geometry=shapely.point_on_surface(patches.geometry.to_numpy()[rows]),
        crs=patches.crs,
    )
