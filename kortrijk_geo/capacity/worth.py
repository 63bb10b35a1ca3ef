"""What a plan is worth home by home: it is chosen on points in which homes were gathered, which tells a little else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.demand_points import point_means

if TYPE_CHECKING:
    import numpy.typing as npt

    from kortrijk_geo.capacity.siting import Objective, Question, Situation

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Worth:
    """What a plan is worth on all homes: ``value``, and ``most``, more than which no plan is; NaN not known."""

    value: float
    most: float = math.nan

    @property
    def gap(self) -> float:
        """Share by which another plan can be better; NaN not known."""
        return max(0.0, self.most / self.value - 1) if self.value > 0 else math.nan


def gained(before: Situation, after: Situation, people: Floats, objective: Objective) -> float:
    """Return what capacity is worth that makes the one situation the other, home by home, for these people.

    NaN for ``worst_off``, whose worth is no gain but what the lowest area then has.
    """
    if objective == "area_shortage":
        return float(np.nansum(before.short) - np.nansum(after.short))
    if objective == "worst_off":
        return math.nan
    known = (before.area >= 0) & (people > 0) & ~np.isnan(before.homes) & ~np.isnan(after.homes)
    who, had, has = people[known], before.homes[known], after.homes[known]
    if objective == "over_norm":
        return float(who[(had < before.norm) & (has >= before.norm * (1 - 1e-9))].sum())
    return float(who @ (np.minimum(has, before.norm) - np.minimum(had, before.norm))) / before.norm


def on_homes(question: Question, after: Situation, objective: Objective, bound: float) -> Worth | None:
    """Return what a plan is worth on all homes, where that can differ from what it is on the points.

    What people have up to the norm is concave in the capacity, so on a point it is at least the mean over its homes:
    the ``bound`` of the points, and what they have before more than the homes, are together a bound on all homes.
    """
    if objective not in {"to_norm", "over_norm"}:
        return None
    there, people = question.there, question.net.people
    value = gained(there, after, people, objective)
    if objective == "over_norm":
        return Worth(value)
    used = question.demand.point >= 0
    of_points = question.demand.people @ np.minimum(point_means(there.homes, question.net, question.demand), there.norm)
    of_homes = people[used] @ np.minimum(there.homes[used], there.norm)
    return Worth(value, bound + float(of_points - of_homes) / there.norm)
