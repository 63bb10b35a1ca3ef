"""The days of a GTFS feed: weeks of ``calendar.txt``, days of ``calendar_dates.txt``, and how far each goes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.ingest.gtfs_tables import Feed

Ints = npt.NDArray[np.int32]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RUNS = {"1": True, "2": False}


@dataclass(frozen=True)
class Days:
    """Services and their days, as `kortrijk_geo.pack.timetable.Timetable` has them, and what there is to say of them.

    ``known`` are the services of which a table tells any day.
    """

    services: tuple[str, ...]
    known: set[str]
    service_first: Ints
    service_last: Ints
    service_weekdays: Ints
    exception_service: Ints
    exception_day: Ints
    exception_runs: npt.NDArray[np.bool_]
    first: int
    last: int
    exceptions_to: int
    remarks: tuple[str, ...] = ()


def read_days(feed: Feed, services: Sequence[str]) -> Days:
    """Read when these services run.

    Raises
    ------
    DataError
        When the feed has neither table, or a date is none.
    """
    if "calendar.txt" not in feed and "calendar_dates.txt" not in feed:
        raise DataError(f"{feed.path.name}: holds neither calendar.txt nor calendar_dates.txt, so no day is known")
    number = {service: i for i, service in enumerate(services)}
    first, last, weekdays = (
        np.ones(len(services), np.int32),
        np.zeros(len(services), np.int32),
        np.zeros(len(services), np.int32),
    )
    known: set[str] = set()
    weeks = feed.table("calendar.txt", ["service_id", *WEEKDAYS, "start_date", "end_date"])
    for row in weeks.to_dict("records"):
        if (at := number.get(row["service_id"])) is None:
            continue
        known.add(row["service_id"])
        first[at], last[at] = (_day(row[key], feed, "calendar.txt") for key in ("start_date", "end_date"))
        weekdays[at] = sum(1 << i for i, day in enumerate(WEEKDAYS) if row[day] == "1")
    exceptions: dict[tuple[int, int], bool] = {}
    dates = feed.table("calendar_dates.txt", ["service_id", "date", "exception_type"])
    for row in dates.to_dict("records"):
        if (at := number.get(row["service_id"])) is None:
            continue
        if (kind := row["exception_type"]) not in _RUNS:
            raise DataError(f"{feed.path.name}, calendar_dates.txt: exception_type {kind!r} is neither 1 nor 2")
        known.add(row["service_id"])
        exceptions[at, _day(row["date"], feed, "calendar_dates.txt")] = _RUNS[kind]
    ordered = sorted(exceptions)
    days = [day for _, day in ordered]
    added = [day for at, day in ordered if exceptions[at, day]]
    weekly = weekdays > 0
    begins = [*first[weekly].tolist(), *added]
    ends = [*last[weekly].tolist(), *added]
    span = _validity(feed)
    from_day = span[0] or min(begins, default=0)
    to_day = span[1] or max(ends, default=0)
    # Of a feed that lists every day, its exceptions are its service, and end with it.
    differs = [day for at, day in ordered if weekly[at]]
    exceptions_to = max(differs, default=0) if weekly.any() else 0
    remarks = []
    if differs and exceptions_to < to_day:
        remarks.append(
            f"holidays and other exceptions are told until {dt.date.fromordinal(exceptions_to)}, service until"
            f" {dt.date.fromordinal(to_day)}: of a later day it is not known whether it is one"
        )
    return Days(
        tuple(services), known, first, last, weekdays,
        np.array([at for at, _ in ordered], np.int32), np.array(days, np.int32),
        np.array([exceptions[key] for key in ordered], bool), from_day, to_day, exceptions_to, tuple(remarks),
    )  # fmt: skip


def _validity(feed: Feed) -> tuple[int, int]:
    """Return the first and last day that the feed itself says it is valid on, 0 where it does not say."""
    table = feed.table("feed_info.txt", [], "feed_start_date", "feed_end_date")
    if table.empty:
        return 0, 0
    texts = [str(table[key].iloc[0]) for key in ("feed_start_date", "feed_end_date")]
    first, last = (_day(text, feed, "feed_info.txt") if text else 0 for text in texts)
    return first, last


def _day(text: str, feed: Feed, table: str) -> int:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date().toordinal()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise DataError(f"{feed.path.name}, {table}: {text!r} is no date; dates are written YYYYMMDD") from error
