"""Walks to and from stops over the streets, in whole seconds rounded up, so that sums are exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.places import check_limit

if TYPE_CHECKING:
    from kortrijk_geo.engine.streets import Places, StreetGraph

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

# No way at all; and later than any arrival.
NEVER = np.int32(2**31 - 1)
# Distances are sums of coordinates: what should be a whole number of seconds is not one more by their last digits.
_DIGITS = 6


@dataclass(frozen=True)
class Walks:
    """The stops within walking distance of each origin (a home, or a stop); make them with `of` or `to_stops`.

    Parameters
    ----------
    first
        First row of each origin, and after the last: origin ``i`` has rows ``first[i]`` to ``first[i + 1]``.
    stop, walk_s
        The stop, and the seconds to it.
    """

    first: Ints
    stop: Ints
    walk_s: Ints

    def __len__(self) -> int:
        return len(self.first) - 1

    @classmethod
    def of(cls, origin: npt.ArrayLike, stop: npt.ArrayLike, walk_s: npt.ArrayLike, n_origins: int) -> Self:
        """Group walks by origin; of several to the same stop the shortest counts."""
        origin, stop, walk_s = (np.asarray(values, np.int32) for values in (origin, stop, walk_s))
        pair = origin * np.int64(stop.max(initial=0) + 1) + stop
        order = np.argsort(pair)  # in any order among equals, which takes a quarter of the time
        begins = np.flatnonzero(np.diff(pair[order], prepend=-1))
        shortest_s = np.minimum.reduceat(walk_s[order], begins) if len(begins) else walk_s
        kept = order[begins]
        first = np.searchsorted(origin[kept], np.arange(n_origins + 1)).astype(np.int32)
        return cls(first, stop[kept], shortest_s)

    @property
    def origin(self) -> Ints:
        """The origin of each row."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.first))

    def of_origins(self, rows: npt.NDArray[np.intp]) -> Walks:
        """Return the walks of some origins, in their order."""
        lengths = np.diff(self.first)[rows]
        first = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        at = np.repeat(self.first[rows] - first[:-1], lengths) + np.arange(first[-1])
        return Walks(first, self.stop[at], self.walk_s[at])


def walk_seconds(metres: Floats, speed_m_per_min: float) -> Ints:
    """Return whole seconds of walks, rounded up; `NEVER` for none (NaN)."""
    per_m = 60.0 / check_limit(speed_m_per_min, "speed_m_per_min")
    seconds = np.ceil(np.round(np.asarray(metres, np.float64) * per_m, _DIGITS))
    return np.where(seconds < NEVER, seconds, NEVER).astype(np.int32)  # NaN is not less


def endless(seconds: Ints) -> Floats:
    """Return seconds with infinity for no way."""
    return np.where(seconds == NEVER, np.inf, seconds)


def to_stops(graph: StreetGraph, origins: Places, stops: Places, limit_m: float, speed_m_per_min: float) -> Walks:
    """Return the walks over the streets from each origin to all stops within ``limit_m``, both snap distances in it."""
    pairs = graph.within(stops, origins, limit_m)
    return Walks.of(pairs.origin, pairs.facility, walk_seconds(pairs.metres, speed_m_per_min), len(origins))


def to_nearest(graph: StreetGraph, origins: Places, places: Places, limit_m: float, speed_m_per_min: float) -> Ints:
    """Return the seconds on foot from each origin to its nearest place, `NEVER` where none is within ``limit_m``."""
    if not len(places):
        return np.full(len(origins), NEVER, np.int32)
    return walk_seconds(graph.nearest(origins, places, limit_m)[1], speed_m_per_min)
