"""Dates known to the year, the month or the day, read one way by all counts: what a period holds is there at its end.

A location that opened "in 2024" counts from 31 December 2024, a layer "of 2024" describes that day.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")


def last_day(text: str) -> dt.date:
    """Return the last day of a year ``2024``, a month ``2024-02`` or a day ``2024-02-29``.

    Raises
    ------
    ValueError
        When the text is none of these.

    Examples
    --------
    >>> last_day("2024"), last_day("2024-02")
    (datetime.date(2024, 12, 31), datetime.date(2024, 2, 29))
    """
    partial = _PARTIAL.fullmatch(text.strip())
    if partial is None:
        return dt.date.fromisoformat(text.strip())
    year, month = int(partial[1]), int(partial[2] or 12)
    # Of a wrong month the days cannot be told; the date itself refuses it.
    return dt.date(year, month, calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 1)
