"""Where the next units do most good: location models solved exactly by mixed-integer programming (HiGHS), theme-free.

Every unit at candidate j adds ``gain[i, j]`` to demand row i. Three questions are answered: the largest total of gains,
each row counting up to its room (`most_gain`); the largest number of rows filled whole (`most_filled`); the highest
lowest row (`best_worst`). The returned plan carries the bound that was proven, so that nobody need trust the search.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from kortrijk_geo.engine.siting_limits import Limits, check_possible
from kortrijk_geo.engine.siting_search import filled_share, relax, search
from kortrijk_geo.errors import DataError, OptionError

__all__ = ["GAP", "Limits", "Plan", "best_worst", "check_possible", "most_filled", "most_gain"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# A plan counts as proven best when no plan can be better by more than this share.
GAP = 1e-3
_IMPOSSIBLE = 2  # the status scipy.optimize.milp gives when no plan keeps to the rows


@dataclass(frozen=True)
class Plan:
    """A choice of sites.

    Parameters
    ----------
    units
        Units per candidate.
    value
        What the objective is worth under this plan, bonus left out.
    bound
        Proven: no plan is worth more.
    gap
        (bound - value) / value; 0 when nothing can be won at all, infinite when the value is 0 and the bound is not.
    proven
        Whether the gap is at most `GAP`.
    method
        ``exact`` (proven) or ``heuristic`` (stopped by the time limit before the proof).
    seconds
        Time the search took.
    """

    units: Ints
    value: float
    bound: float
    gap: float
    proven: bool
    method: str
    seconds: float


def most_gain(
    gain: sparse.sparray,
    room: Floats,
    value: Floats,
    limits: Limits,
    *,
    bonus: Floats | None = None,
    time_limit_s: float = 60.0,
) -> Plan:
    """Maximise sum_i value_i min(room_i, sum_j gain_ij x_j), by a greedy search, a bound, and a proof.

    A greedy plan improved by interchange gives a first value. The linear relaxation gives a bound and reduced costs;
    a candidate whose reduced cost shows that using it cannot beat that first value is left out (this loses no better
    plan), and the mixed-integer program over the few candidates left gives the best plan with its bound.

    Parameters
    ----------
    gain
        Sparse (rows, candidates), from 0.
    room
        Most that each row can gain, from 0.
    value
        Worth of one unit of gain per row, from 0.
    limits
        What the plan must keep to; all its units are placed.
    bonus
        Small worth per unit and candidate that decides between plans that are otherwise equal; keep its total below a
        thousandth of what is at stake. None is no bonus.
    time_limit_s
        Longest search in the mixed-integer program.

    Raises
    ------
    OptionError
        When no plan keeps to the limits; the message says which limit binds.
    DataError
        When arrays do not fit each other, or hold a number that is negative or unknown.
    """
    started = time.perf_counter()
    columns, room, value, extra = _checked(gain, room, value, limits, bonus)
    check_possible(limits)

    def worth(units: Ints) -> float:
        return float(value @ np.minimum(room, columns @ units))

    first = search(columns, room, value, extra, limits)
    relaxed = relax(columns, room, value, extra, limits)
    best, bound = first, relaxed.bound
    floor = -np.inf if first is None else worth(first) + float(extra @ first)
    if first is None or bound - floor > GAP / 2 * floor:
        # Half of the allowed gap is spent on leaving out candidates, half on stopping the program.
        slack = 0.0 if first is None else GAP / 2 * floor
        keep = relaxed.may_beat(floor + slack)
        units, proven = _solve(columns[:, keep], room, value, extra[keep], limits.keep(keep), time_limit_s)
        bound = min(bound, max(proven, floor + slack))
        if units is not None:
            other = np.zeros(limits.candidates, dtype=np.int64)
            other[keep] = units
            best = other if worth(other) + float(extra @ other) > floor else best
    if best is None:
        raise OptionError(f"no plan was found within {time_limit_s:g} s; loosen the limits or take fewer candidates")
    return _plan(best, worth(best), bound, started)


def most_filled(
    gain: sparse.sparray, room: Floats, value: Floats, limits: Limits, *, time_limit_s: float = 60.0
) -> Plan:
    """Maximise the value of the rows that are filled whole: sum of value_i over rows with sum_j gain_ij x_j >= room_i.

    Proven for small questions; for large ones the time limit stops the proof, and the plan says ``heuristic`` and
    carries the bound reached. Parameters and errors are as for `most_gain`.
    """
    started = time.perf_counter()
    columns, room, value, extra = _checked(gain, room, value, limits, None)
    check_possible(limits)

    def worth(units: Ints) -> float:
        return float(value[columns @ units >= room * (1 - 1e-9)].sum())

    # A row that all units together cannot fill is filled by no plan.
    reachable = (columns.tocsr().max(axis=1).toarray().reshape(-1) * limits.units >= room * (1 - 1e-9)) & (room > 0)
    rows = np.flatnonzero(reachable)
    bound = float(value.sum())
    units, proven = _solve(columns[rows], room[rows], value[rows], extra, limits, time_limit_s, whole=True)
    bound = min(bound, proven + float(value[room <= 0].sum()))
    first = search(columns, room, np.divide(value, room, out=np.zeros_like(value), where=room > 0), extra, limits)
    plans = [plan for plan in (units, first) if plan is not None]
    if not plans:
        raise OptionError(f"no plan was found within {time_limit_s:g} s; loosen the limits or take fewer candidates")
    best = max(plans, key=worth)
    return _plan(best, worth(best), bound, started)


def best_worst(
    gain: sparse.sparray,
    base: Floats,
    limits: Limits,
    *,
    bonus: Floats | None = None,
    time_limit_s: float = 60.0,
) -> Plan:
    """Maximise the lowest row: min_i (base_i + sum_j gain_ij x_j).

    Rows that no candidate can lift belong in it only when they must not be forgotten: they keep the lowest where it is.
    Parameters and errors are as for `most_gain`; ``base`` is what each row has before.
    """
    started = time.perf_counter()
    columns, base, _, extra = _checked(gain, base, np.ones(len(base)), limits, bonus)
    check_possible(limits)
    if not len(base):
        raise DataError("best_worst: there is no row to lift")
    n = limits.candidates
    sites = n if limits.by_site else 0
    lowest = sparse.csr_array(-np.ones((len(base), 1)))
    lines = sparse.hstack([columns, sparse.csr_array((len(base), sites)), lowest], format="csr")
    result = milp(
        np.concatenate([-extra, np.zeros(sites), [-1.0]]),
        constraints=[*(row.constraint() for row in limits.rows(1)), LinearConstraint(lines, -base, np.inf)],
        bounds=Bounds(
            np.concatenate([np.zeros(n + sites), [-np.inf]]), np.concatenate([limits.ceiling, np.ones(sites), [np.inf]])
        ),
        integrality=np.concatenate([np.ones(n + sites), [0]]).astype(np.int64),
        options={"time_limit": time_limit_s, "mip_rel_gap": GAP / 2},
    )
    units, bound = _units(result, n)
    if units is None:
        raise OptionError(f"no plan was found within {time_limit_s:g} s; loosen the limits or take fewer candidates")
    return _plan(units, float((base + columns @ units).min()), bound, started)


def _checked(
    gain: sparse.sparray, room: Floats, value: Floats, limits: Limits, bonus: Floats | None
) -> tuple[sparse.csc_array, Floats, Floats, Floats]:
    columns = sparse.csc_array(gain, dtype=np.float64)
    extra = np.zeros(limits.candidates) if bonus is None else np.asarray(bonus, dtype=float)
    rows, candidates = columns.shape
    if candidates != limits.candidates or len(extra) != candidates or not rows == len(room) == len(value):
        raise DataError(
            f"siting: gain is {rows} x {candidates}, but there are {len(room)} rows, {len(value)} values,"
            f" {limits.candidates} candidates and {len(extra)} bonuses"
        )
    for name, numbers in (("gain", columns.data), ("room", room), ("value", value), ("bonus", extra)):
        if not (np.isfinite(numbers).all() and (np.asarray(numbers) >= 0).all()):
            raise DataError(f"siting: {name} holds a number that is negative or unknown")
    return columns, np.asarray(room, dtype=float), np.asarray(value, dtype=float), extra


def _solve(  # noqa: PLR0917 - internal
    columns: sparse.csc_array,
    room: Floats,
    value: Floats,
    bonus: Floats,
    limits: Limits,
    time_limit_s: float,
    *,
    whole: bool = False,
) -> tuple[Ints | None, float]:
    """Solve the program with one column per row: the part of its room that is filled, 0-1 (``whole``: 0 or 1)."""
    n, rows = limits.candidates, len(room)
    sites = n if limits.by_site else 0
    share = filled_share(columns, room)
    lines = sparse.hstack([share, sparse.csr_array((rows, sites)), -sparse.eye_array(rows, format="csr")], format="csr")
    worth = value if whole else value * room
    result = milp(
        np.concatenate([-bonus, np.zeros(sites), -worth]),
        constraints=[*(row.constraint() for row in limits.rows(rows)), LinearConstraint(lines, 0, np.inf)],
        bounds=Bounds(0, np.concatenate([limits.ceiling, np.ones(sites), np.where(room > 0, 1.0, 0.0)])),
        integrality=np.concatenate([np.ones(n + sites), np.full(rows, int(whole))]).astype(np.int64),
        options={"time_limit": time_limit_s, "mip_rel_gap": GAP / 2},
    )
    return _units(result, n)


def _units(result: OptimizeResult, n: int) -> tuple[Ints | None, float]:
    """Units per candidate (None when there is no plan) and the proven bound of a maximisation."""
    if result.status == _IMPOSSIBLE:
        return None, -np.inf
    bound = getattr(result, "mip_dual_bound", None)
    proven = np.inf if bound is None else -float(bound)
    found: Any = result.x
    return (None if found is None else np.rint(found[:n]).astype(np.int64)), proven


def _plan(units: Ints, value: float, bound: float, started: float) -> Plan:
    over = max(0.0, bound - value)
    gap = 0.0 if over <= 1e-9 else (over / value if value > 0 else np.inf)
    proven = gap <= GAP
    method = "exact" if proven else "heuristic"
    return Plan(units, value, value + over, gap, proven, method, time.perf_counter() - started)
