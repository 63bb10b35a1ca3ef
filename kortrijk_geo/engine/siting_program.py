"""The mixed-integer program of a choice of sites: what can be chosen, the rows, the relaxation and the solution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog

from kortrijk_geo.engine.solver import milp
from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    from kortrijk_geo.engine.siting_limits import Limits

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Numbers that are not 0 in the largest program that is tried: about 1 GB with all copies.
_MOST_NUMBERS = 20_000_000
_IMPOSSIBLE = 2  # the status of HiGHS, as scipy gives it, when no solution keeps to the rows


@dataclass(frozen=True)
class Choices:
    """What can be chosen: every choice is a candidate with a number of units.

    Where it matters how many sites there are or how far apart, each number of units at a candidate is a choice of its
    own, taken or not; else each candidate is one choice of one unit that can be taken several times.
    """

    limits: Limits
    candidate: Ints
    units: Ints
    most: Ints

    @classmethod
    def under(cls, limits: Limits, numbers: int) -> Choices:
        """List what can be chosen under ``limits``, where ``numbers`` gains are not 0; `OptionError` when too much."""
        ceiling, rows = limits.ceiling.astype(np.int64), np.arange(limits.candidates)
        if not limits.by_site:
            return cls(limits, rows, np.ones_like(rows), ceiling)
        most = int(ceiling.max(initial=0))
        if numbers * most > _MOST_NUMBERS:
            raise OptionError(
                f"the question is too large with a limit on sites: {limits.candidates} candidates of up to {most} units"
                "; take larger units, fewer units per site or fewer candidates"
            )
        candidate = np.repeat(rows, ceiling)
        first = np.repeat(np.cumsum(ceiling) - ceiling, ceiling)
        return cls(limits, candidate, np.arange(len(candidate)) - first + 1, np.ones_like(candidate))

    def keep(self, rows: npt.NDArray[Any]) -> Choices:
        """Return some of the choices."""
        return Choices(self.limits, self.candidate[rows], self.units[rows], self.most[rows])

    def total(self, taken: Floats) -> Ints:
        """Units per candidate when each choice is taken so often."""
        units = np.bincount(self.candidate, weights=self.units * np.rint(taken), minlength=self.limits.candidates)
        return np.rint(units).astype(np.int64)

    def gains(self, columns: sparse.csc_array, room: Floats | None = None) -> sparse.csc_array:
        """Gain of each row by each choice, never more than its room.

        Cutting a gain off at the room changes the worth of no whole plan, as no row counts beyond its room, and makes
        the relaxation much tighter: a tenth of a choice that overshoots tenfold no longer fills the row.
        """
        chosen = sparse.csc_array(columns[:, self.candidate])
        gain = chosen.data * np.repeat(self.units, np.diff(chosen.indptr))
        cut = gain if room is None else np.minimum(gain, room[chosen.indices])
        return sparse.csc_array((cut, chosen.indices, chosen.indptr), shape=chosen.shape)

    def rows(self, extra: int) -> tuple[sparse.csr_array, sparse.csr_array, Floats]:
        """Rows of the limits over the choices and ``extra`` further columns: all units placed; others, with tops."""
        limits, width = self.limits, len(self.candidate)
        placed = sparse.csr_array(self.units[None, :].astype(float))
        others, tops = [sparse.csr_array((0, width))], [np.zeros(0)]
        if limits.by_site:
            places = (self.candidate, np.arange(width))
            once = sparse.csr_array((np.ones(width), places), shape=(limits.candidates, width))
            apart = sparse.csr_array(limits.cliques()[:, self.candidate])
            others += [once, apart]
            tops += [np.ones(limits.candidates), np.ones(apart.shape[0])]
            if limits.max_sites is not None:
                others.append(sparse.csr_array(np.ones((1, width))))
                tops.append(np.array([float(limits.max_sites)]))
        stacked = sparse.vstack(others, format="csr")
        return (
            sparse.hstack([placed, sparse.csr_array((1, extra))], format="csr"),
            sparse.hstack([stacked, sparse.csr_array((stacked.shape[0], extra))], format="csr"),
            np.concatenate(tops),
        )


@dataclass(frozen=True)
class Program:
    """Maximise sum of worth over choices and rows; each row counts up to its room, or (``whole``) only when filled.

    ``least`` is a second worth of the rows and the least that a plan must have of it.
    """

    choices: Choices
    share: sparse.csc_array
    worth: Floats
    bonus: Floats
    whole: bool = False
    least: tuple[Floats, float] | None = None

    @classmethod
    def of(
        cls,
        columns: sparse.csc_array,
        room: Floats,
        value: Floats,
        bonus: Floats,
        choices: Choices,
        *,
        whole: bool = False,
    ) -> Program:
        """Write the program over the rows that have room and that some candidate can reach."""
        reached = np.zeros(len(room), dtype=bool)
        reached[columns.indices] = True
        rows = np.flatnonzero(reached & (room > 0) & (value > 0))
        gains = choices.gains(sparse.csc_array(columns[rows]), room[rows])
        share = sparse.csc_array(sparse.diags_array(1 / room[rows]) @ gains)
        worth = value[rows] if whole else value[rows] * room[rows]
        return cls(choices, share, worth, bonus[choices.candidate] * choices.units, whole)

    def keep(self, rows: npt.NDArray[Any]) -> Program:
        """Return the program with some of its choices."""
        return replace(
            self, choices=self.choices.keep(rows), share=sparse.csc_array(self.share[:, rows]), bonus=self.bonus[rows]
        )

    def after(self, first: Program, least: float) -> Program:
        """Return the program among the plans of the same choices that are worth ``least`` by another one."""
        return replace(
            self,
            share=sparse.vstack([first.share, self.share], format="csc"),
            worth=np.concatenate([np.zeros_like(first.worth), self.worth]),
            least=(np.concatenate([first.worth, np.zeros_like(self.worth)]), least),
        )

    def relax(self) -> tuple[float, Floats]:
        """Solve the linear relaxation.

        Returns
        -------
        bound, loss
            For every plan, its worth is at most ``bound`` minus the sum of ``loss`` over the choices it takes: reduced
            costs are a valid price for leaving a variable's bound.
        """
        placed, others, tops = self._rows()
        # The stubs of scipy know no sparse matrix here.
        result = linprog(  # type: ignore[call-overload]
            -np.concatenate([self.bonus, self.worth]),
            A_ub=sparse.vstack([-self._filled(), others], format="csr"),
            b_ub=np.concatenate([np.zeros(len(self.worth)), tops]),
            A_eq=placed,
            b_eq=np.array([float(self.choices.limits.units)]),
            bounds=np.stack([np.zeros(len(self._high())), self._high()], axis=1),
            method="highs",
        )
        if result.x is None:
            return (-np.inf if result.status == _IMPOSSIBLE else np.inf), np.zeros(len(self.bonus))
        return -float(result.fun), np.maximum(0.0, np.asarray(result.lower.marginals))[: len(self.bonus)]

    def solve(self, time_limit_s: float, gap: float) -> tuple[Ints | None, float]:
        """Solve the program; units per candidate (None when no plan was found) and the bound that was proven."""
        placed, others, tops = self._rows()
        units = self.choices.limits.units
        kinds = np.concatenate([np.ones(len(self.bonus)), np.full(len(self.worth), int(self.whole))])
        result = milp(
            -np.concatenate([self.bonus, self.worth]),
            constraints=[
                LinearConstraint(self._filled(), 0, np.inf),
                LinearConstraint(placed, units, units),
                LinearConstraint(others, -np.inf, tops),
            ],
            bounds=Bounds(0, self._high()),
            integrality=kinds.astype(np.int64),
            options={"time_limit": time_limit_s, "mip_rel_gap": gap},
        )
        return solution(result, self.choices)

    def _rows(self) -> tuple[sparse.csr_array, sparse.csr_array, Floats]:
        placed, others, tops = self.choices.rows(len(self.worth))
        if self.least is None:
            return placed, others, tops
        worth, least = self.least
        row = sparse.csr_array(np.concatenate([np.zeros(len(self.bonus)), -worth])[None, :])
        return placed, sparse.vstack([others, row], format="csr"), np.append(tops, -least)

    def _filled(self) -> sparse.csr_array:
        part = -sparse.eye_array(len(self.worth), format="csr")
        return sparse.csr_array(sparse.hstack([self.share, part], format="csr"))

    def _high(self) -> Floats:
        return np.concatenate([self.choices.most.astype(float), np.ones(len(self.worth))])


def solution(result: OptimizeResult, choices: Choices) -> tuple[Ints | None, float]:
    """Units per candidate (None when there is no plan) and the proven bound of a maximisation."""
    if result.status == _IMPOSSIBLE:
        return None, -np.inf
    bound = getattr(result, "mip_dual_bound", None)
    values: Any = result.x
    units = None if values is None else choices.total(values[: len(choices.candidate)])
    return units, np.inf if bound is None else -float(bound)


def highest_lowest(columns: sparse.csc_array, base: Floats, choices: Choices) -> float:
    """Bound on the lowest row, min_i (base_i + gain of row i), from the linear relaxation."""
    placed, others, tops = choices.rows(1)
    lifted = sparse.hstack([choices.gains(columns), sparse.csr_array(-np.ones((len(base), 1)))], format="csr")
    result = milp(
        np.append(np.zeros(len(choices.most)), -1.0),
        constraints=[
            LinearConstraint(lifted, -base, np.inf),
            LinearConstraint(placed, choices.limits.units, choices.limits.units),
            LinearConstraint(others, -np.inf, tops),
        ],
        bounds=Bounds(np.append(np.zeros(len(choices.most)), -np.inf), np.append(choices.most.astype(float), np.inf)),
    )
    if result.status == 0:
        return -float(result.fun)
    most = choices.limits.units * sparse.csr_array(columns).max(axis=1).toarray().reshape(-1)
    return float((base + most).min())


def reach_height(
    columns: sparse.csc_array, base: Floats, height: float, bonus: Floats, choices: Choices, time_limit_s: float
) -> tuple[Ints | None, bool]:
    """Look for a plan that lifts every row to ``height``.

    Returns
    -------
    units, decided
        Units per candidate, or None; whether it was decided (with None: that no plan does it).
    """
    lack = np.maximum(0.0, height - base)
    rows = np.flatnonzero(lack > 0)
    gains = choices.gains(sparse.csc_array(columns[rows]), lack[rows])
    share = sparse.csr_array(sparse.diags_array(1 / lack[rows]) @ gains)
    placed, others, tops = choices.rows(0)
    result = milp(
        -bonus[choices.candidate] * choices.units,
        constraints=[
            LinearConstraint(share, 1.0, np.inf),
            LinearConstraint(placed, choices.limits.units, choices.limits.units),
            LinearConstraint(others, -np.inf, tops),
        ],
        bounds=Bounds(0, choices.most.astype(float)),
        integrality=np.ones(len(choices.most), dtype=np.int64),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.05},
    )
    return solution(result, choices)[0], result.status in {0, _IMPOSSIBLE}
