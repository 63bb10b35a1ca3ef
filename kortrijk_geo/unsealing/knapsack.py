"""Two choices of whole patches: enough at the least cost, and the most benefit under a budget. Pure functions.

First greedy, with the relaxation in which one patch may be taken in part as the bound. What that bound proves to be in,
or out of, every better choice is settled (reduced-cost fixing); the patches that remain are decided by mixed-integer
programming (HiGHS). When too many remain, only those whose worth is nearest to the price at the margin are decided by
it, and the choice is near-best. Either way the gap to the best conceivable outcome is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint

from kortrijk_geo.engine.solver import milp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Method = Literal["exact", "near", "greedy"]
# The solver stops when it is proven to be within a hundred-thousandth of the best, or after so many branches.
_GAP = 1e-5
_MOST_BRANCHES = 500


@dataclass(frozen=True)
class Choice:
    """Which patches are chosen, how, and how far from the best that could be (0 is the best; a share)."""

    chosen: NDArray[np.bool_]
    method: Method
    gap: float


def least_cost(cost: Floats, gain: Floats, target: float, *, exact_most: int) -> Choice | None:
    """Choose patches whose gains add up to ``target`` or more at the least cost; None when all together do not.

    Parameters
    ----------
    cost, gain
        Of every patch, 0 or more.
    target
        What the gains must add up to.
    exact_most
        With more patches than this left to decide, the choice is near-best.
    """
    if gain.sum() < target:
        return None
    chosen, least, price = _cover(cost, gain, target)
    method: Method = "greedy"
    spent = float(cost[chosen].sum())
    core = _core(cost, gain, price, spent - least, spent, exact_most)
    sure = ~core.rows & (cost < price * gain)
    solved, bound = _solve(cost[core.rows], gain[core.rows], target - gain[sure].sum(), np.inf)
    if core.whole:
        least = max(least, min(spent, bound + float(cost[sure].sum())))
    better = _with(sure, core.rows, solved)
    if better is not None and gain[better].sum() >= target and cost[better].sum() <= spent:
        chosen, method = better, "exact" if core.whole else "near"
        spent = float(cost[chosen].sum())
    return Choice(chosen, method, max(0.0, (spent - least) / spent) if spent > 0 else 0.0)


def most_benefit(benefit: Floats, cost: Floats, budget: float, *, exact_most: int) -> Choice:
    """Choose patches whose costs add up to ``budget`` or less with the most benefit; parameters as `least_cost`."""
    chosen, most, price = _fill(benefit, cost, budget)
    method: Method = "greedy"
    got = float(benefit[chosen].sum())
    core = _core(benefit, cost, price, most - got, got, exact_most)
    sure = ~core.rows & (benefit > price * cost)
    solved, bound = _solve(-benefit[core.rows], cost[core.rows], -np.inf, budget - cost[sure].sum())
    if core.whole:
        most = min(most, max(got, float(benefit[sure].sum()) - bound))
    better = _with(sure, core.rows, solved)
    if better is not None and cost[better].sum() <= budget and benefit[better].sum() >= got:
        chosen, method = better, "exact" if core.whole else "near"
        got = float(benefit[chosen].sum())
    return Choice(chosen, method, max(0.0, (most - got) / most) if most > 0 else 0.0)


@dataclass(frozen=True)
class _Core:
    """The patches left to decide, and whether those are all that the bound leaves open."""

    rows: NDArray[np.bool_]
    whole: bool


def _core(worth: Floats, weight: Floats, price: float, slack: float, good: float, most: int) -> _Core:
    """Find the patches that a choice better by up to ``slack`` may take or leave; at most so many, nearest first.

    None when the choice in hand is ``good`` and the slack a negligible part of that.
    """
    reduced = np.abs(worth - price * weight)
    rows = reduced <= slack if slack > _GAP * good else np.zeros(len(worth), dtype=bool)
    if rows.sum() <= most:
        return _Core(rows, whole=True)
    near = np.flatnonzero(rows & (weight > 0))
    near = near[np.lexsort((near, reduced[near] / weight[near]))][:most]
    rows = np.zeros(len(worth), dtype=bool)
    rows[near] = True
    return _Core(rows, whole=False)


def _with(
    sure: NDArray[np.bool_], open_: NDArray[np.bool_], solved: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    if solved is None:
        return None
    chosen = sure.copy()
    chosen[open_] = solved
    return chosen


def _cover(cost: Floats, gain: Floats, target: float) -> tuple[NDArray[np.bool_], float, float]:
    """Cheapest per unit first; what is still short then is filled by whatever adds least.

    With the relaxation's cost, and its price per unit of gain.
    """
    useful = np.flatnonzero(gain > 0)
    chosen = np.zeros(len(cost), dtype=bool)
    if target <= 0:
        return chosen, 0.0, 0.0
    order = useful[np.lexsort((useful, -gain[useful], cost[useful] / gain[useful]))]
    total = np.cumsum(gain[order])
    last = min(int(np.searchsorted(total, target)), len(order) - 1)
    before = float(total[last - 1]) if last else 0.0
    price = float(cost[order[last]] / gain[order[last]])
    bound = float(cost[order[:last]].sum()) + price * (target - before)
    taken, short, spent = list(order[:last]), target - before, float(cost[order[:last]].sum())
    best, best_cost = [*taken, order[last]], spent + float(cost[order[last]])
    # A patch that would finish the choice is tried as its last one and then passed over for smaller ones.
    for row in order[last:]:
        if gain[row] < short:
            taken.append(row)
            short -= float(gain[row])
            spent += float(cost[row])
        elif spent + cost[row] < best_cost:
            best, best_cost = [*taken, row], spent + float(cost[row])
        if spent >= best_cost:
            break
    chosen[best] = True
    return chosen, bound, price


def _fill(benefit: Floats, cost: Floats, budget: float) -> tuple[NDArray[np.bool_], float, float]:
    """Most benefit per unit of cost first, each that still fits; relaxation's benefit, and price per unit of cost."""
    chosen = (cost <= 0) & (benefit > 0)
    paid = np.flatnonzero((cost > 0) & (benefit > 0))
    order = paid[np.lexsort((paid, cost[paid], -benefit[paid] / cost[paid]))]
    total = np.cumsum(cost[order])
    fits = int(np.searchsorted(total, budget, side="right"))
    bound = float(benefit[chosen].sum() + benefit[order[:fits]].sum())
    left = budget - (float(total[fits - 1]) if fits else 0.0)
    price = 0.0
    if fits < len(order):
        price = float(benefit[order[fits]] / cost[order[fits]])
        bound += float(benefit[order[fits]] * left / cost[order[fits]])
    chosen[order[:fits]] = True
    for row in order[fits:]:
        if cost[row] <= left:
            chosen[row] = True
            left -= cost[row]
    return chosen, bound, price


def _solve(worth: Floats, weight: Floats, low: float, high: float) -> tuple[NDArray[np.bool_] | None, float]:
    """Minimise the worth of what is taken, its weight between two limits; the choice, and the proven bound."""
    if not len(worth):
        return None, -np.inf
    # HiGHS works with absolute tolerances: amounts near 1 keep their decimals.
    unit, scale = float(weight.max(initial=0.0)) or 1.0, float(np.abs(worth).max(initial=0.0)) or 1.0
    result = milp(
        worth / scale,
        constraints=LinearConstraint(weight[None, :] / unit, low / unit, high / unit),
        integrality=np.ones(len(worth)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": _GAP, "presolve": False, "node_limit": _MOST_BRANCHES},
    )
    bound = -np.inf if result.mip_dual_bound is None else float(result.mip_dual_bound) * scale
    return (None if result.x is None else result.x > 0.5), bound
