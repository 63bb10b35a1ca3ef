"""The arithmetic of a target: what is still to do, at which pace, at which pace it went, and whether that is enough.

Everything is told in the direction of the goal: a positive pace comes nearer, a positive gap is still to do, whether
the goal is reached from below or from above.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kortrijk_geo.targets.rules import STANDING, Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.targets.rules import By, Target, Undated

DAYS_PER_YEAR = 365.25
REACHED, ON_TRACK, BEHIND, MISSED, UNKNOWN = (
    "gehaald", "op schema", "achter op schema", "niet gehaald", "onbekend",
)  # fmt: skip
STATUSES = (REACHED, ON_TRACK, BEHIND, MISSED, UNKNOWN)


@dataclass(frozen=True)
class Progress:
    """Where a target stands; None is unknown, in Dutch "onbekend", never 0.

    Parameters
    ----------
    gap
        What is still to do, in the goal's unit; negative when more than the goal is reached.
    pace_needed
        What must be added every year from the day of the run; 0 when the goal is reached.
    pace_planned
        What had to be added every year from the baseline on; known even where the figure of today is not.
    pace_so_far, pace_since
        What was added every year, and since which figure.
    expected
        The figure on the last day if the pace so far goes on.
    on_track
        Whether the goal is reached, or will be at the pace so far.
    status
        One of `STATUSES`.
    """

    gap: float | None
    pace_needed: float | None
    pace_planned: float | None
    pace_so_far: float | None
    pace_since: Point | None
    expected: float | None
    on_track: bool | None
    status: str


def years(start: dt.date, end: dt.date) -> float:
    """Return the years from one day to another."""
    return (end - start).days / DAYS_PER_YEAR


def gap_to(goal: float, value: float, *, reduce: bool) -> float:
    """Return what is still to do; what is nearer to the goal than rounding can tell is 0."""
    gap = value - goal if reduce else goal - value
    return 0.0 if math.isclose(value, goal, rel_tol=1e-12, abs_tol=1e-12) else gap


def pace_between(start: Point, end: Point, *, reduce: bool) -> float:
    """Return what was added per year between two figures of different days."""
    change = start.value - end.value if reduce else end.value - start.value
    return change / years(start.date, end.date)


def since(target: Target, now: Point, earlier: Sequence[Point], least_days: int) -> Point | None:
    """Return the figure from which the pace so far is counted: the baseline, else the oldest figure known.

    A baseline of the same day, or nearer in time than ``least_days``, tells no pace: it is the figure itself.

    Parameters
    ----------
    target, now
        The target, and the figure of today.
    earlier
        Figures of other days, published or of earlier runs.
    least_days
        A figure nearer in time than this says nothing about a pace.
    """
    if not now.day_known:
        return None
    last = now.date - dt.timedelta(days=least_days)
    if target.baseline is not None and target.baseline.date <= last:
        return target.baseline
    known = (point for point in earlier if point.day_known and point.date <= last)
    return min(known, key=lambda point: point.date, default=None)


def progress(target: Target, now: Point | Undated | None, start: Point | None, on: dt.date) -> Progress:
    """Hold a figure against its target.

    Parameters
    ----------
    target
        What was promised.
    now
        The figure and its day, which may be unknown; None when the figure is unknown.
    start
        The earlier figure from which the pace is counted, see `since`; None when there is none.
    on
        Day of the run: the years that are left count from here.
    """
    planned = _planned(target)
    if now is None:
        return Progress(None, None, planned, None, None, None, None, UNKNOWN)
    pace = pace_between(start, now, reduce=target.reduce) if start is not None and isinstance(now, Point) else None
    if target.goal is None or not target.promised:
        return Progress(None, None, None, pace, start, None, None, UNKNOWN)
    gap = gap_to(target.goal, now.value, reduce=target.reduce)
    last = target.by if isinstance(target.by, dt.date) else None
    expected = None
    if pace is not None and last is not None and now.date is not None and last >= now.date:
        expected = now.value + (-pace if target.reduce else pace) * years(now.date, last)
    needed = None
    if gap <= 0:
        needed = 0.0
    elif last is not None and last > on:
        needed = gap / years(on, last)
    status = _status(target.by, gap, expected, now, on, goal=target.goal, reduce=target.reduce)
    known = {REACHED: True, ON_TRACK: True, BEHIND: False, MISSED: False, UNKNOWN: None}
    return Progress(gap, needed, planned, pace, start, expected, known[status], status)


def _status(
    by: By, gap: float, expected: float | None, now: Point | Undated, on: dt.date, *, goal: float, reduce: bool
) -> str:
    if gap <= 0:
        return REACHED
    if by == STANDING:
        return MISSED
    if not isinstance(by, dt.date):
        return UNKNOWN
    if on >= by:
        # An old figure does not tell what the last day brought.
        return MISSED if now.date is not None and now.date >= by else UNKNOWN
    if expected is None:
        return UNKNOWN
    return ON_TRACK if gap_to(goal, expected, reduce=reduce) <= 0 else BEHIND


def _planned(target: Target) -> float | None:
    """Return the even pace from the baseline to the goal on the last day."""
    start = target.baseline
    if start is None or target.goal is None or not isinstance(target.by, dt.date) or target.by <= start.date:
        return None
    return pace_between(start, replace(start, date=target.by, value=target.goal), reduce=target.reduce)
