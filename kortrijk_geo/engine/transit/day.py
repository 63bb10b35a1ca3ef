"""The hops of one day, out of a timetable: those of the day before that run on into it, and of the day after."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.transit.hops import Hops
from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    from kortrijk_geo.pack.timetable import Timetable

DAY_S = 86_400
# A trip that takes longer than this is none.
LONGEST_S = 12 * 3600


def refuse_idle(timetable: Timetable, day: dt.date) -> None:
    """Refuse a day on which nothing runs: all would walk in silence; `OptionError` names the days near it."""
    if not len(timetable.trips_on(day)):
        raise OptionError(f"the timetable has no service on {day:%Y-%m-%d}{_days_around(timetable, day)}")


def hops_of(
    timetable: Timetable, day: dt.date, from_s: int = 0, to_s: int = DAY_S, *, idle: bool = False
) -> tuple[Hops, np.ndarray]:
    """Return the hops that leave from ``from_s`` until `LONGEST_S` after ``to_s``, and the trip of each run.

    Raises
    ------
    OptionError
        When nothing runs on that day, unless it may be ``idle``: for who took all lines out.
    """
    if not idle:
        refuse_idle(timetable, day)
    columns: list[list[np.ndarray]] = [[] for _ in range(8)]
    n_trips = len(timetable.trip_id)
    inside = np.ones(len(timetable.call_stop), bool)
    inside[timetable.trip_first[1:] - 1] = False  # the last call of a trip goes on to nowhere
    for number, shift in enumerate((-1, 0, 1)):
        runs = timetable.services_on(day + dt.timedelta(shift))[timetable.trip_service]
        of_call = np.repeat(np.arange(n_trips), np.diff(timetable.trip_first))
        call = np.flatnonzero(inside & runs[of_call])
        leaves = timetable.call_leaves_s[call] + shift * DAY_S
        call = call[(leaves >= from_s) & (leaves < to_s + LONGEST_S)]
        trip = of_call[call]
        parts: tuple[np.ndarray, ...] = (
            timetable.call_stop[call], timetable.call_stop[call + 1], timetable.call_leaves_s[call] + shift * DAY_S,
            timetable.call_arrives_s[call + 1] + shift * DAY_S, trip + number * n_trips, timetable.call_boards[call],
            timetable.call_alights[call + 1], trip,
        )  # fmt: skip
        for column, part in zip(columns, parts, strict=True):
            column.append(part)
    start, end, leaves, arrives, run, boards, alights, trip = (np.concatenate(parts) for parts in columns)
    runs, run = np.unique(run, return_inverse=True)
    return Hops.of(start, end, leaves, arrives, run, boards=boards, alights=alights), runs % n_trips


def _days_around(timetable: Timetable, day: dt.date) -> str:
    """Say how far each feed goes, and which days near this one have service."""
    spans = zip(timetable.feed.tolist(), timetable.feed_from.tolist(), timetable.feed_to.tolist(), strict=True)
    told = "; ".join(f"{name} {dt.date.fromordinal(a)} - {dt.date.fromordinal(b)}" for name, a, b in spans if a and b)
    near = [day + dt.timedelta(step) for step in range(-400, 401)]
    served = [each for each in near if len(timetable.trips_on(each))]
    before, after = [each for each in served if each < day], [each for each in served if each > day]
    ends = [f"the last before it is {day}" for day in before[-1:]] + [
        f"the first after it is {day}" for day in after[:1]
    ]
    if not served:
        return f", nor within 400 days of it (valid: {told})"
    return f"; {', '.join(ends)} (valid: {told})"
