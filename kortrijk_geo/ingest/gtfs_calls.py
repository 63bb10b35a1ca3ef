"""The calls of the trips of a feed as columns, and ids and whole numbers as feeds write them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.ingest.gtfs_tables import stripped

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass
class Calls:
    """Calls of trips in order, as columns of equal length, and the first call of each trip."""

    trip: Ints
    stop: Ints
    sequence: Ints
    arrives: Ints
    leaves: Ints
    distance: npt.NDArray[np.float64]
    boards: Flags
    alights: Flags
    asked: Flags
    flex: Flags
    first: Ints = field(default_factory=lambda: np.zeros(1, np.int64))

    def rows(self, rows: Ints | Flags, trip: Ints | None = None) -> Calls:
        """Return some calls, in this order, grouped by trip; ``trip`` are new numbers of their trips."""
        columns = {name: value[rows] for name, value in vars(self).items() if name != "first"}
        if trip is not None:
            columns["trip"] = trip
        starts = np.flatnonzero(np.diff(columns["trip"], prepend=-1))
        return Calls(**columns, first=np.append(starts, len(columns["trip"])))

    @property
    def of_trip(self) -> Ints:
        """Number of the trip, in `first`, of each call."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))


def numbers_of(values: pd.Series, index: pd.Index) -> Ints:
    """Return the place of ids in an index, -1 for those that it lacks."""
    codes, ids = pd.factorize(values)
    at = index.get_indexer(pd.Index([str(each).strip() for each in ids], dtype=object))
    return np.asarray(at[codes] if len(at) else np.zeros(0, np.int64), np.int64)


def whole(values: pd.Series) -> Ints:
    """Return whole numbers from 0, -1 for what is none."""
    numbers = pd.to_numeric(stripped(values.astype(str)), errors="coerce").fillna(-1).to_numpy(float)
    return np.where((numbers >= 0) & (numbers < 2**31), numbers, -1).astype(np.int64)


def any_of(of: Ints, flags: Flags, n: int) -> Flags:
    """Whether some call of each of ``n`` trips is so; ``of`` is the trip of each call."""
    return np.bincount(of[flags], minlength=n) > 0
