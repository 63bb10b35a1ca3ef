"""Dates as files write them: a moment with an offset to UTC has the day that stands there, wherever it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# The offset at the end of a moment: 2024-01-01T00:00:00+01:00, ...Z, ... +0100.
_OFFSET = r"(?<=\d)\s*(?:Z|[+-]\d{2}:?\d{2}|[+-]\d{2}|UTC)$"
_MOMENT = r"^\s*\d{4}-\d{2}-\d{2}[T ]\d"


def wall_clock(texts: pd.Series) -> pd.Series:
    """Take the offset to UTC from texts that hold a moment, so that the date stays the one that is written."""
    moments = texts.astype("str").str.contains(_MOMENT, na=False)
    return texts.where(~moments | texts.isna(), texts.astype("str").str.strip().str.replace(_OFFSET, "", regex=True))


def utc_midnights(texts: pd.Series) -> bool:
    """Whether all moments are 22 or 23 hours UTC: midnights of Belgium, which a program turned into the day before."""
    known = texts.dropna().astype("str")
    shifted = known.str.contains(r"[T ]2[23]:00(?::00(?:\.0+)?)?\s*(?:Z|[+-]00:?00)$")
    return bool(len(known)) and bool(shifted.all())
