"""Where the next units do most good: location models solved exactly by mixed-integer programming (HiGHS), theme-free.

Every unit at candidate j adds ``gain[i, j]`` to demand row i. Three questions are answered: the largest total of gains,
each row counting up to its room (`most_gain`); the largest number of rows filled whole (`most_filled`); the highest
lowest row (`best_worst`). The returned plan carries the bound that was proven, so that nobody need trust the search.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from kortrijk_geo.engine.siting_limits import Limits, check_possible
from kortrijk_geo.engine.siting_program import Choices, Program, highest_lowest, reach_height
from kortrijk_geo.engine.siting_search import search, undominated
from kortrijk_geo.errors import DataError, OptionError

__all__ = [
    "GAP",
    "Limits",
    "Plan",
    "Rows",
    "best_worst",
    "check_possible",
    "most_filled",
    "most_gain",
    "most_gain_then",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# A plan counts as proven best when no plan can be better by more than this share.
GAP = 1e-3


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

    best = search(columns, room, value, extra, limits)
    floor = -np.inf if best is None else worth(best) + float(extra @ best)
    program = Program.of(columns, room, value, extra, Choices.under(limits, columns.nnz))
    bound, loss = program.relax()
    if best is None or bound - floor > GAP / 2 * floor:
        # Half of the allowed gap is spent on leaving out choices, half on stopping the program.
        enough = floor * (1 + GAP / 2) if best is not None else floor
        units, proven = program.keep(np.flatnonzero(bound - loss > enough)).solve(time_limit_s, GAP / 2)
        bound = min(bound, max(proven, enough))
        if units is not None and worth(units) + float(extra @ units) > floor:
            best = units
    if best is None:
        raise OptionError(f"no plan was found within {time_limit_s:g} s; loosen the limits or take fewer candidates")
    return _plan(best, worth(best), bound, started)


@dataclass(frozen=True)
class Rows:
    """What candidates gain on rows, with the room and the worth of each; as the parameters of `most_gain`."""

    gain: sparse.sparray
    room: Floats
    value: Floats


def most_gain_then(first: Rows, then: Rows, limits: Limits, *, time_limit_s: float = 60.0) -> tuple[Plan, bool]:
    """Maximise the gain on ``first`` as `most_gain`; of the plans that gain as much, take that with most on ``then``.

    Returns
    -------
    Plan, bool
        The plan, with value and bound of ``first``; and whether no plan that gains as much has more than `GAP` more
        on ``then``. Errors as `most_gain`.
    """
    started = time.perf_counter()
    plan = most_gain(first.gain, first.room, first.value, limits, time_limit_s=time_limit_s)
    of_first, room, value, none = _checked(first.gain, first.room, first.value, limits, None)
    columns, then_room, then_value, _ = _checked(then.gain, then.room, then.value, limits, None)
    least = plan.value * (1 - 1e-9)

    def worth(units: Ints) -> float:
        return float(value @ np.minimum(room, of_first @ units))

    def further(units: Ints) -> float:
        return float(then_value @ np.minimum(then_room, columns @ units))

    best = plan.units
    # This search counts both, the second for a thousandth of the first at most; what it finds is checked below.
    weight = 1e-3 * max(plan.value, 1.0) / max(float(then_value @ then_room), 1e-12)
    both = sparse.vstack([of_first, columns], format="csc")
    near = search(both, np.append(room, then_room), np.append(value, weight * then_value), none, limits)
    if near is not None and worth(near) >= least and further(near) > further(best):
        best = near
    choices = Choices.under(limits, both.nnz)
    program = Program.of(columns, then_room, then_value, none, choices).after(
        Program.of(of_first, room, value, none, choices), least
    )
    bound, loss = program.relax()
    enough = further(best) * (1 + GAP / 2)
    proven = bound <= enough
    if not proven:
        left = max(1.0, time_limit_s - (time.perf_counter() - started))
        units, most = program.keep(np.flatnonzero(bound - loss > enough)).solve(left, GAP / 2)
        if units is not None and worth(units) >= least and further(units) > further(best):
            best = units
        proven = min(bound, max(most, enough)) <= further(best) * (1 + GAP)
    return _plan(best, worth(best), max(plan.bound, worth(best)), started), proven


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
    highest = sparse.csr_array(columns).max(axis=1).toarray().reshape(-1)
    rows = np.flatnonzero((highest * limits.units >= room * (1 - 1e-9)) & (room > 0))
    choices = Choices.under(limits, columns.nnz)
    program = Program.of(sparse.csc_array(columns[rows]), room[rows], value[rows], extra, choices, whole=True)
    units, bound = program.solve(time_limit_s, GAP / 2)
    bound = min(bound + float(value[room <= 0].sum()), float(value.sum()))
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
    """Maximise the lowest row: min_i (base_i + sum_j gain_ij x_j), by halving the range in which its best value lies.

    Candidates that another one beats on every row are left out. Whether all rows can reach a height is a covering
    question with a tight relaxation, as no row needs more than it lacks; the range is halved until it is narrower than
    half of `GAP`.

    Rows that no candidate can lift belong in it only when they must not be forgotten: they keep the lowest where it is.
    Parameters and errors are as for `most_gain`; ``base`` is what each row has before, ``bonus`` decides between plans
    of the same height.
    """
    started = time.perf_counter()
    columns, base, _, extra = _checked(gain, base, np.ones(len(base)), limits, bonus)
    check_possible(limits)
    if not len(base):
        raise DataError("best_worst: there is no row to lift")
    everyone, kept = limits.candidates, undominated(columns, extra, limits)
    columns, extra, limits = sparse.csc_array(columns[:, kept]), extra[kept], limits.keep(kept)
    choices = Choices.under(limits, columns.nnz)
    high = highest_lowest(columns, base, choices)
    best = search(columns, np.maximum(0.0, high - base), np.ones(len(base)), extra, limits)
    low = -np.inf if best is None else float((base + columns @ best).min())
    while best is None or high - low > max(GAP / 2 * abs(low), 1e-9):
        left = time_limit_s - (time.perf_counter() - started)
        if left <= 0:
            break
        # Without a plan, the height that every plan reaches comes first.
        height = (low + high) / 2 if best is not None else float(base.min())
        taken, decided = reach_height(columns, base, height, extra, choices, left)
        if taken is not None:
            best, low = taken, max(low, float((base + columns @ taken).min()))
        elif decided and best is not None:
            high = height
        else:
            break
    if best is None:
        raise OptionError(f"no plan was found within {time_limit_s:g} s; loosen the limits or take fewer candidates")
    units = np.zeros(everyone, dtype=np.int64)
    units[kept] = best
    return _plan(units, float((base + columns @ best).min()), high, started)


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


def _plan(units: Ints, value: float, bound: float, started: float) -> Plan:
    over = max(0.0, bound - value)
    gap = 0.0 if over <= 1e-9 else (over / value if value > 0 else np.inf)
    proven = gap <= GAP
    method = "exact" if proven else "heuristic"
    return Plan(units, value, value + over, gap, proven, method, time.perf_counter() - started)
