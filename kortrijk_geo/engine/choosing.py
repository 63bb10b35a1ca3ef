"""Which k sites of many serve people best: most people within reach, least mean distance, least worst distance.

Pure array functions that know no theme. Rows are homes, columns candidate sites. What is there already is not chosen
but counts; sites that must be in the choice are kept in it. All three carry a bound that holds over all homes, so that
nobody need trust the search.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from kortrijk_geo.engine import centers
from kortrijk_geo.engine.coverage import Coverage
from kortrijk_geo.engine.medians import Served, bound, interchange
from kortrijk_geo.engine.solver import milp
from kortrijk_geo.errors import DataError, OptionError

Floats = npt.NDArray[np.float64]
Metres = npt.NDArray[np.float32] | npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# Demand is merged to so many rows at most; also the most that a first program has.
MOST_ROWS = 1500
_SURE = 1e-6  # share of the value below which a difference is rounding
_FEW_CANDIDATES = 40  # so few make a program that is solved at once
_MOST_SETS = 1000  # so many are tried one by one


@dataclass(frozen=True)
class Choice:
    """A choice of sites.

    Parameters
    ----------
    sites
        Columns that were chosen, ascending, those kept included.
    value
        What was asked, over all homes: people within reach, or metres.
    bound
        Proven: no choice is better than this.
    gap
        Difference of value and bound as a share of the value; infinite where the value is 0 and the bound is not.
    proven
        Whether no other choice is better.
    method
        ``exact`` where the search ends in a proof, ``heuristic`` where it does not, whatever the bound then shows.
    seconds
        Processor time that the search took.
    merging_error
        People by whom the program may misjudge a choice, because nearly equal homes were one row in it; 0 where no row
        lost anything. ``value`` and ``bound`` have no part of it.
    rows
        Rows of the program, or homes of the search.
    candidates
        Sites of which a better choice could still be made when the program began.
    """

    sites: Ints
    value: float
    bound: float
    gap: float
    proven: bool
    method: str
    seconds: float
    merging_error: float
    rows: int
    candidates: int


def most_covered(
    reach: Flags,
    people: Floats,
    count: int,
    *,
    before: Flags | None = None,
    keep: npt.ArrayLike = (),
    most_rows: int = MOST_ROWS,
    time_limit_s: float = 20.0,
) -> Choice:
    """Choose the sites that have most people within reach (maximal covering location problem).

    Homes within reach of the same sites become one row and sites whose homes another one has too fall away, which loses
    nothing. Interchange gives a first choice, Lagrangian relaxation a bound, and sites that cannot be in a better
    choice fall away too. The program over what is left is proven; where it still has more than ``most_rows`` rows,
    nearly equal ones are merged first, and the program over all rows follows as long as the time allows.

    Parameters
    ----------
    reach
        Whether the home is within reach of the site (homes, sites).
    people
        Per home, from 0.
    count
        Sites to choose, those kept included.
    before
        Whether the home has a place within reach that is there already.
    keep
        Columns that must be chosen.
    most_rows
        Most rows of the first program.
    time_limit_s
        Longest search in both programs together, of wall time.

    Raises
    ------
    OptionError
        When ``count`` is below 1, above the number of sites or below the number kept.
    DataError
        When arrays do not fit each other, or people are negative or unknown.

    References
    ----------
    Church, R., ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional Science Association
    32, 101-118.
    Galvao, R. D., ReVelle, C. (1996). A Lagrangean heuristic for the maximal covering location problem. European
    Journal of Operational Research 88(1), 114-123.
    """
    began = time.process_time()
    kept, free = _columns(reach, people, count, before, keep)
    there = np.zeros(len(people), dtype=bool) if before is None else np.asarray(before, dtype=bool)
    there = there | reach[:, kept].any(axis=1)
    base = float(people[there].sum())
    left = count - len(kept)
    if not left:
        return _choice(kept, base, base, began, proven=True, method="exact")
    whole = Coverage(np.ascontiguousarray(reach[~there][:, free]), people[~there], free)
    answer = _cover(whole.reduced(left), left, most_rows, time_limit_s)
    sites = np.sort(np.concatenate([kept, answer.sites]))
    value = base + whole.covered(answer.sites)
    proven = answer.bound <= whole.covered(answer.sites) * (1 + _SURE)
    made = _choice(sites, value, base + answer.bound, began, proven=proven, method="exact" if proven else "heuristic")
    return replace(made, merging_error=answer.error, rows=answer.rows, candidates=answer.candidates)


@dataclass(frozen=True)
class _Covering:
    sites: Ints
    bound: float
    error: float
    rows: int
    candidates: int


def _cover(small: Coverage, count: int, most_rows: int, time_limit_s: float) -> _Covering:
    """Choose ``count`` candidates of a coverage that cover most."""
    everything = float(small.weight.sum())
    if everything == 0 or len(small.candidates) <= count:
        # What more there is to choose adds nobody.
        return _Covering(small.candidates[:count], everything, 0.0, len(small.weight), len(small.candidates))
    served = Served((~small.reach).astype(np.float32), small.weight, np.ones(len(small.weight)))
    relaxed = bound(served, interchange(served, count), enough=_FEW_CANDIDATES)
    sites, most = relaxed.sites, min(everything, everything - relaxed.lowest)
    value = small.covered(small.candidates[sites])
    best, left = small.candidates[sites], small.keep(np.union1d(relaxed.candidates, sites)).equal_rows_merged()
    merged = left.merged(most_rows)
    error = merged.error(count)
    began = time.monotonic()
    programs = [(merged.groups, merged.missed)] + ([(left, np.zeros(len(left.candidates)))] if error else [])
    for rows, further in programs:
        if most <= value * (1 + _SURE):
            break
        remains = time_limit_s - (time.monotonic() - began)
        if remains <= 0:
            break
        chosen, highest = _solve(rows, further, count, remains)
        # A set with a candidate that fell away is no better than the one that was known then.
        most = min(most, max(highest, value))
        if chosen is not None and small.covered(chosen) > value:
            best, value = chosen, small.covered(chosen)
    return _Covering(best, max(most, value), error, len(merged.groups.weight), len(left.candidates))


def _solve(rows: Coverage, further: Floats, count: int, time_limit_s: float) -> tuple[Ints | None, float]:
    """Solve the program: most weight covered, ``further`` per candidate added; the set and what none is above."""
    n, candidates = rows.reach.shape
    reach = sparse.csr_array(rows.reach.astype(float))
    some = sparse.hstack([reach, -sparse.eye_array(n)], format="csr")
    so_many = sparse.csr_array(np.concatenate([np.ones(candidates), np.zeros(n)])[None, :])
    result = milp(
        -np.concatenate([further, rows.weight]),
        constraints=[LinearConstraint(some, 0, np.inf), LinearConstraint(so_many, count, count)],
        bounds=Bounds(0, 1),
        integrality=np.concatenate([np.ones(candidates), np.zeros(n)]),
        options={"time_limit": time_limit_s, "mip_rel_gap": _SURE / 10},
    )
    highest = getattr(result, "mip_dual_bound", None)
    chosen = None if result.x is None else rows.candidates[np.argsort(-result.x[:candidates], kind="stable")[:count]]
    return chosen, np.inf if highest is None else -float(highest)


def least_mean(
    metres: Metres,
    people: Floats,
    count: int,
    *,
    before: Floats | None = None,
    keep: npt.ArrayLike = (),
) -> Choice:
    """Choose the sites with the least mean distance from people to the nearest (p-median problem).

    A heuristic: sites are added and exchanged as long as that helps. Lagrangian relaxation bounds what any choice could
    be worth, often so sharply that no other choice is left, which ``proven`` then says.

    Homes that have no way to any site nor to a place that is there do not count. A home with a way to some of them and
    not to those chosen counts as twice as far as the longest trip, so that a choice leaves few such homes; the caller
    counts them.

    Parameters
    ----------
    metres
        From home to site (homes, sites); infinite where there is no way.
    people, count, keep
        As in `most_covered`.
    before
        From home to the nearest place that is there already; infinite where there is none.

    Raises
    ------
    OptionError, DataError
        As `most_covered`; `DataError` also when no home with people has a way to any site.

    References
    ----------
    As in `kortrijk_geo.engine.medians`.
    """
    began = time.process_time()
    kept, free = _columns(metres, people, count, before, keep)
    without = _without(metres, before, kept)
    rows = reachable(metres, before) & (people > 0)
    if not rows.any():
        raise DataError("choosing: no home with people has a way to any site")
    total, left = float(people[rows].sum()), count - len(kept)
    far = 2 * _longest(metres, without)
    without = np.minimum(without[rows], far)
    cost = np.minimum(metres[np.ix_(rows, free)], without[:, None]).astype(np.float32)
    served = Served(cost, people[rows], without)
    if not left or left == len(free):
        sites, lowest, open_to_all = np.arange(left), served.total(np.arange(left)), np.arange(left)
    else:
        relaxed = bound(served, interchange(served, left))
        sites, lowest, open_to_all = relaxed.sites, relaxed.lowest, np.union1d(relaxed.candidates, relaxed.sites)
        if left < len(open_to_all) and math.comb(len(open_to_all), left) <= _MOST_SETS:
            few = served.of(open_to_all)
            best = min(combinations(range(len(open_to_all)), left), key=lambda some: few.total(np.array(some)))
            # A set with another site costs no less than the one that was known.
            sites = open_to_all[list(best)] if few.total(np.array(best)) < served.total(sites) else sites
            open_to_all = sites
        lowest = served.total(sites) if len(open_to_all) == left else lowest
    value = served.total(sites)
    choice = np.sort(np.concatenate([kept, free[sites]]))
    proven = lowest >= value * (1 - _SURE)
    made = _choice(choice, value / total, lowest / total, began, proven=proven, method="heuristic")
    return replace(made, rows=int(rows.sum()), candidates=len(open_to_all))


def least_worst(
    metres: Metres,
    people: Floats,
    count: int,
    *,
    before: Floats | None = None,
    keep: npt.ArrayLike = (),
    time_limit_s: float = 60.0,
) -> Choice:
    """Choose the sites with the least distance of the home that is worst off (p-center problem), proven.

    The range in which the least worst distance lies is halved by covering questions; see `kortrijk_geo.engine.centers`.
    Of the choices that are equally good for the worst off, one with a short mean distance is looked for by interchange.

    Parameters
    ----------
    metres, people, count, before, keep
        As in `least_mean`; homes without people do not count.
    time_limit_s
        Longest search, of wall time; a choice not proven by then says ``heuristic`` and its gap.

    Raises
    ------
    OptionError, DataError
        As `least_mean`; `OptionError` also when no choice of so many sites has a way for every home that any site has
        one for.
    """
    began = time.process_time()
    kept, free = _columns(metres, people, count, before, keep)
    without = _without(metres, before, kept)
    rows = reachable(metres, before) & (people > 0)
    if not rows.any():
        raise DataError("choosing: no home with people has a way to any site")
    left, away = count - len(kept), without[rows].astype(np.float32)
    cost = np.minimum(metres[np.ix_(rows, free)], away[:, None]).astype(np.float32)
    if left and left < len(free):
        center = centers.search(cost, away, left, time_limit_s)
        sites, lowest = center.sites, center.lowest
    else:
        sites, lowest = np.arange(left), None
    worst = float(np.minimum(away, cost[:, sites].min(axis=1, initial=np.inf)).max())
    if not np.isfinite(worst):
        raise OptionError(
            f"no choice of {count} sites was found that all homes have a way to: the streets are in parts that do not"
            " hang together; take more sites, or another objective"
        )
    if left and left < len(free):
        # What lies beyond the worst distance costs more than all the rest together.
        beyond = np.float32(1e3 * worst * len(cost))
        served = Served(np.where(cost <= worst, cost, beyond), people[rows], np.where(away <= worst, away, beyond))
        sites = interchange(served, left, start=sites)
        worst = float(np.minimum(away, cost[:, sites].min(axis=1)).max())
    lowest = worst if lowest is None else min(lowest, worst)
    choice = np.sort(np.concatenate([kept, free[sites]]))
    proven = lowest >= worst * (1 - _SURE)
    made = _choice(choice, worst, lowest, began, proven=proven, method="exact" if proven else "heuristic")
    return replace(made, rows=int(rows.sum()), candidates=len(free))


def reachable(metres: Metres, before: Floats | None = None) -> Flags:
    """Whether each home has a way to any site, or to a place that is there already."""
    some = np.isfinite(metres).any(axis=1)
    return np.asarray(some if before is None else some | np.isfinite(before))


def _columns(
    table: Flags | Metres, people: Floats, count: int, before: Floats | Flags | None, keep: npt.ArrayLike
) -> tuple[Ints, Ints]:
    """Check a question; the columns that are kept, and the others."""
    homes, sites = table.shape
    if len(people) != homes or (before is not None and len(before) != homes):
        raise DataError(f"choosing: {homes} homes in the table of sites, {len(people)} numbers of people")
    if not (np.isfinite(people).all() and (people >= 0).all()):
        raise DataError("choosing: people are negative or unknown")
    for name, numbers in (("a distance", table), ("a distance before", before)):
        if numbers is not None and (np.isnan(numbers).any() or (numbers < 0).any()):
            raise DataError(f"choosing: {name} is negative or not a number")
    kept = np.unique(np.asarray(keep, dtype=np.int64))
    if not 1 <= count <= sites:
        raise OptionError(f"{count} sites are asked; there are {sites} to choose from")
    if len(kept) > count:
        raise OptionError(f"{len(kept)} sites are kept, more than the {count} that are asked")
    return kept, np.setdiff1d(np.arange(sites), kept)


def _without(metres: Metres, before: Floats | None, kept: Ints) -> Floats:
    """Distance to the nearest place that is there whatever is chosen."""
    there = np.full(len(metres), np.inf) if before is None else np.asarray(before, dtype=np.float64)
    least: Floats = np.minimum(there, metres[:, kept].min(axis=1, initial=np.inf))
    return least


def _longest(*tables: Metres) -> float:
    return max(float(np.max(table, initial=0.0, where=np.isfinite(table))) for table in tables)


def _choice(sites: Ints, value: float, limit: float, began: float, *, proven: bool, method: str) -> Choice:
    apart = abs(limit - value)
    gap = 0.0 if apart <= 1e-9 else (apart / value if value > 0 else np.inf)
    return Choice(sites, value, limit, gap, proven, method, time.process_time() - began, 0.0, 0, 0)
