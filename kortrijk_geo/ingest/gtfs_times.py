"""The times of calls: read, filled in where a feed leaves them blank, and judged trip by trip."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BLANK, WRONG = -1, -2
_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")


def seconds_of(texts: pd.Series) -> Ints:
    """Return seconds of times as 7:05:00 or 25:10:00; `BLANK` for blank, `WRONG` for what is no time."""
    codes, values = pd.factorize(texts)
    read = np.array([_seconds(str(value).strip()) for value in values], np.int64)
    return read[codes] if len(read) else np.zeros(0, np.int64)


def is_time(text: str) -> bool:
    """Whether a time is blank or one that `seconds_of` reads."""
    return _seconds(text.strip()) != WRONG


def _seconds(text: str) -> int:
    if not text:
        return BLANK
    match = _TIME.fullmatch(text)
    if match is None:
        return WRONG
    hours, minutes, seconds = map(int, match.groups())
    return hours * 3600 + minutes * 60 + seconds


def fill_in(first: Ints, arrives: Ints, leaves: Ints, distance: Floats, apart: Floats) -> tuple[Ints, Ints, Flags]:
    """Fill in blank times between known ones, and say which calls were filled in.

    A call with one of its two times has it for both. One without any is passed in proportion to the way: by the feed's
    own distances where a trip has them all and they grow, else by the metres between its stops as the crow flies where
    all have a place, else by the number of stops. First and last times are not made up.

    Parameters
    ----------
    first
        First call of each trip, and after the last.
    arrives, leaves
        Seconds, `BLANK` where blank.
    distance
        The feed's ``shape_dist_traveled``, NaN where blank.
    apart
        Metres from the call before as the crow flies, NaN where a place is unknown; of a trip's first call unused.
    """
    arrives = np.where((arrives == BLANK) & (leaves != BLANK), leaves, arrives)
    leaves = np.where((leaves == BLANK) & (arrives != BLANK), arrives, leaves)
    blank = leaves == BLANK
    if not blank.any():
        return arrives, leaves, blank
    n, lengths = len(leaves), np.diff(first)
    trip, row = np.repeat(np.arange(len(lengths)), lengths), np.arange(n)
    before = np.maximum.accumulate(np.where(blank, -1, row))
    after = np.minimum.accumulate(np.where(blank, n, row)[::-1])[::-1]
    inside = blank & (before >= first[trip]) & (after < first[trip + 1])
    at, a, b = row[inside], before[inside], after[inside]
    way = _way(first, trip, distance, apart)
    whole = way[b] - way[a]
    share = np.where(whole > 0, (way[at] - way[a]) / np.where(whole > 0, whole, 1.0), (at - a) / (b - a))
    passed = leaves[a] + np.floor((arrives[b] - leaves[a]) * share).astype(np.int64)
    arrives[at], leaves[at] = passed, passed
    return arrives, leaves, inside


def _way(first: Ints, trip: Ints, distance: Floats, apart: Floats) -> Floats:
    """Return how far along its trip each call is, in whatever its trip can be measured by; it never falls."""
    starts = np.zeros(len(trip), bool)
    starts[first[:-1]] = True
    step = np.where(starts, 0.0, np.diff(distance, prepend=0.0))
    by_feed = _all_of(trip, ~np.isnan(distance) & (step >= 0), len(first) - 1)
    crow = np.where(starts, 0.0, apart)
    by_crow = _all_of(trip, ~np.isnan(crow), len(first) - 1)
    steps = np.where(by_feed[trip], step, np.where(by_crow[trip], crow, np.where(starts, 0.0, 1.0)))
    total = np.cumsum(steps)
    way: Floats = total - total[first[trip]]
    return way


def _all_of(trip: Ints, flags: Flags, n: int) -> Flags:
    return np.asarray(np.bincount(trip[~flags], minlength=n) == 0)


def faults(first: Ints, arrives: Ints, leaves: Ints) -> dict[str, Any]:
    """Return, by what is wrong, whether it is so of each trip: no times, what is no time, times running backward."""
    lengths = np.diff(first)
    trip, n = np.repeat(np.arange(len(lengths)), lengths), len(lengths)
    starts = np.zeros(len(trip), bool)
    starts[first[:-1]] = True
    previous = np.where(starts, -1, np.roll(leaves, 1))
    wrong = ~_all_of(trip, (arrives != WRONG) & (leaves != WRONG), n)
    blank = ~_all_of(trip, (arrives != BLANK) & (leaves != BLANK), n) & ~wrong
    back = ~_all_of(trip, (leaves >= arrives) & (arrives >= previous), n) & ~wrong & ~blank
    return {"wrong": wrong, "blank": blank, "backward": back}
