"""The rides of one day as arrays: a hop is one vehicle from one stop to its next.

Invariants: hops stand by the time they leave, those of one trip that leave at the same second in the order of the trip;
a trip goes on from the stop that it came to, and never back in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from kortrijk_geo.errors import DataError

Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Hops:
    """Hops of a day in the order in which they leave; make them with `of`.

    Parameters
    ----------
    from_stop, to_stop
        Stops from 0.
    leaves_s, arrives_s
        Seconds since the beginning of the day; beyond 24 hours for the night after it.
    trip
        Trips from 0: who is aboard may stay aboard.
    boards, alights
        Whether one may board at its first stop, and alight at its second.
    """

    from_stop: Ints
    to_stop: Ints
    leaves_s: Ints
    arrives_s: Ints
    trip: Ints
    boards: Flags
    alights: Flags

    def __len__(self) -> int:
        return len(self.trip)

    @classmethod
    def of(
        cls,
        from_stop: npt.ArrayLike,
        to_stop: npt.ArrayLike,
        leaves_s: npt.ArrayLike,
        arrives_s: npt.ArrayLike,
        trip: npt.ArrayLike,
        *,
        boards: npt.ArrayLike | None = None,
        alights: npt.ArrayLike | None = None,
    ) -> Self:
        """Put hops in order; those of one trip are given in the order of the trip.

        Raises
        ------
        DataError
            When a trip goes back in time, or does not go on from where it came to.
        """
        start, end, leaves, arrives, of_trip = (
            np.asarray(values, np.int32) for values in (from_stop, to_stop, leaves_s, arrives_s, trip)
        )
        may = [np.ones(len(of_trip), bool) if flags is None else np.asarray(flags, bool) for flags in (boards, alights)]
        by_trip = np.argsort(of_trip, kind="stable")
        same = np.diff(of_trip[by_trip]) == 0
        before, after = by_trip[:-1][same], by_trip[1:][same]
        if (arrives < leaves).any() or (arrives[before] > leaves[after]).any():
            raise DataError("a trip of the timetable goes back in time")
        if (end[before] != start[after]).any():
            raise DataError("a trip of the timetable does not go on from the stop that it came to")
        order = by_trip[np.argsort(leaves[by_trip], kind="stable")]
        return cls(*(values[order] for values in (start, end, leaves, arrives, of_trip, *may)))

    def without(self, trips: npt.ArrayLike) -> Hops:
        """Return the hops of all other trips."""
        return self.where(~np.isin(self.trip, np.asarray(trips)))

    def where(self, kept: Flags) -> Hops:
        """Return some of the hops: of a trip all, or those from some hop on."""
        return Hops(**{name: values[kept] for name, values in vars(self).items()})

    @property
    def arrays(self) -> tuple[Ints, Ints, Ints, Ints, Ints, Flags, Flags]:
        """All columns, in the order of the class."""
        return (self.from_stop, self.to_stop, self.leaves_s, self.arrives_s, self.trip, self.boards, self.alights)
