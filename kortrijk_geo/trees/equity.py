"""The Tree Equity Score of areas, and marks: small formulas over arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from kortrijk_geo.trees.rules import Equity, Indicator, Knots


def mark(values: NDArray[np.float64], knots: Knots) -> NDArray[np.float64]:
    """Give a mark by straight lines between the knots; beyond them the outermost mark; unknown stays unknown."""
    x, y = zip(*knots, strict=True)
    return np.asarray(np.where(np.isnan(values), np.nan, np.interp(values, x, y)))


def canopy_goal(people_per_km2: NDArray[np.float64], equity: Equity) -> NDArray[np.float64]:
    """Share of canopy an area should have: the goal times the factor of its density (a limit is in the class above)."""
    limits = [limit for limit, _ in equity.density]
    factors = np.array([*(factor for _, factor in equity.density), equity.density_above])
    found = equity.goal_share * factors[np.searchsorted(limits, people_per_km2, side="right")]
    return np.where(np.isnan(people_per_km2), np.nan, found)


def gap_share(canopy: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of canopy that is lacking to the goal, 0 or more."""
    return np.maximum(0.0, goal - canopy)


def scaled(
    values: NDArray[np.float64], bounds: Sequence[float], *, low_needs_more: bool = False
) -> NDArray[np.float64]:
    """Bring values to 0-1 between two bounds (more is more need), clipped: with frozen bounds years are comparable."""
    low, high = bounds
    found = np.clip((values - low) / (high - low), 0.0, 1.0)
    return 1.0 - found if low_needs_more else found


def equity_score(gap: NDArray[np.float64], need: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tree Equity Score = 100 (1 - gap x E), with gap over the largest gap and E the mean indicator, both 0-1."""
    return 100.0 * (1.0 - gap * need)


def found_bounds(
    gap: NDArray[np.float64], indicators: Mapping[str, NDArray[np.float64]], given: Mapping[str, Sequence[float]]
) -> dict[str, list[float]]:
    """Return the bounds of the gap and of each indicator: as given, else least and largest value among the areas.

    What is nowhere known, or everywhere the same, has no bounds.
    """
    bounds = {}
    for name, values in {"gap": gap, **indicators}.items():
        known = values[np.isfinite(values)]
        if name in given:
            bounds[name] = [float(value) for value in given[name]]
        elif len(known) and name == "gap":
            bounds[name] = [0.0, float(known.max())]
        elif len(known) and known.min() < known.max():
            bounds[name] = [float(known.min()), float(known.max())]
    return bounds


def weighted_need(
    indicators: Sequence[Indicator], values: Mapping[str, NDArray[np.float64]], bounds: Mapping[str, Sequence[float]]
) -> tuple[NDArray[np.float64] | None, dict[str, NDArray[np.float64]]]:
    """Return E, the weighted mean of the indicators that have bounds, and each of them brought to 0-1.

    E is None when no indicator can be used; it is NaN for an area of which one of them is unknown.
    """
    parts = {
        one.id: scaled(values[one.id], bounds[one.id], low_needs_more=one.more_need == "low")
        for one in indicators
        if one.id in bounds
    }
    if not parts:
        return None, parts
    weights = np.array([one.weight for one in indicators if one.id in bounds])
    return np.average(np.column_stack(list(parts.values())), axis=1, weights=weights), parts
