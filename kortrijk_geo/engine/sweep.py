"""Search from facilities over a street graph: all pairs within a limit, the k nearest.

Searches run from the facilities, against the travel, in compiled code (`searches`), which takes the facilities one
after another and so never makes a matrix of facilities by homes. From one facility, for one question in a fresh process
or for a drawing, `metres_from` searches without code that has to be loaded for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kortrijk_geo.engine.cuts import Cut, Ends

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

# Pairs in one batch, of 16 bytes each, when there are no more origins than this.
BATCH = 1_000_000
_MOST_OF_16_BITS = np.iinfo(np.int16).max


@dataclass(frozen=True)
class Pairs:
    """All (facility, origin) pairs within a limit, sorted by facility, then origin.

    Parameters
    ----------
    facility, origin
        Rows of the places given.
    metres
        Length of the trip from origin to facility, both snap distances included.
    """

    facility: Ints
    origin: Ints
    metres: Floats

    def __len__(self) -> int:
        return len(self.metres)

    def by_kind(self, kind: Index, n_origins: int) -> tuple[Floats, Index]:
        """Return, per origin and kind of facility, the metres to the nearest (NaN for none) and how many there are.

        Parameters
        ----------
        kind
            Number of the kind of each facility, from 0.
        n_origins
            How many origins there are.
        """
        n_kinds = int(kind.max(initial=-1)) + 1
        from kortrijk_geo.engine import searches

        # Pairs stand by facility, so by kind too they are near each other in memory.
        at = (kind * np.intp(n_origins))[self.facility]
        at += self.origin
        nearest, counts = searches.by_kind(at, self.metres, n_kinds * n_origins)
        return nearest.reshape(n_kinds, n_origins).T, counts.reshape(n_kinds, n_origins).T


def batches(
    cut: Cut, ends: Ends, limit_m: float, place: Ints | None = None, *, compiled: bool = True
) -> Iterator[Pairs]:
    """Yield the pairs within ``limit_m`` in batches, sorted; all pairs of a facility are in one batch.

    Parameters
    ----------
    cut
        The graph cut at the facilities.
    ends
        Where the origins lie on it.
    limit_m
        Length of the longest trip.
    place
        Number of the place that each facility is an entrance of: a pair then names the place, and has its nearest.
    compiled
        Whether compiled code is loaded for one facility too.
    """
    if not len(cut.place):
        return
    if len(cut.place) == 1 and not compiled:
        yield _of_one(cut, ends, limit_m, int(cut.place[0] if place is None else place[cut.place[0]]))
        return
    from kortrijk_geo.engine import searches

    starts, begins = _by_place(cut, place)
    room, begin = max(BATCH, len(ends.left)), 0
    while begin < len(begins) - 1:
        begin, facility, origin, metres = searches.sweep(
            cut.arcs.arrays, starts, begins, ends.arrays, limit_m, begin, room
        )
        yield Pairs(facility, origin, metres)


def counts(cut: Cut, ends: Ends, limit_m: float, place: Ints | None = None, *, compiled: bool = True) -> Index:
    """Return how many pairs of `batches` each origin has."""
    n = len(ends.left)
    if len(cut.place) == 0 or (len(cut.place) == 1 and not compiled):
        return np.bincount(gather(batches(cut, ends, limit_m, place, compiled=compiled)).origin, minlength=n)
    from kortrijk_geo.engine import searches

    return searches.counts(cut.arcs.arrays, *_by_place(cut, place), ends.arrays, limit_m)


def _by_place(cut: Cut, place: Ints | None) -> tuple[Ints, Ints]:
    """Return the starts by the number of their place, and the first start of every place and after the last."""
    of_start = cut.place if place is None else place[cut.place]
    order = np.argsort(of_start, kind="stable")
    begins = np.searchsorted(of_start[order], np.arange(int(of_start.max()) + 2)).astype(np.int32)
    return cut.starts[order], begins


def k_nearest(cut: Cut, ends: Ends, k: int, limit_m: float, place: Ints | None = None) -> tuple[Ints, Floats]:
    """Return the k nearest facilities of each origin, nearest first, and the metres; padded with -1 and NaN.

    Of the facilities that are entrances of one ``place`` only the nearest counts.
    """
    if not len(cut.place):
        return np.full((len(ends.left), k), -1, np.int32), np.full((len(ends.left), k), np.nan)
    from kortrijk_geo.engine import searches

    of_start = cut.place if place is None else place[cut.place]
    numbers = of_start.astype(np.int16 if of_start.max() <= _MOST_OF_16_BITS else np.int32)
    facility = cut.place.astype(np.int32)
    return searches.k_nearest(cut.arcs.arrays, cut.starts, numbers, facility, ends.arrays, k, limit_m)


def gather(some: Iterator[Pairs]) -> Pairs:
    """Put batches together."""
    parts = list(some)
    if not parts:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    if len(parts) == 1:
        return parts[0]
    return Pairs(
        np.concatenate([batch.facility for batch in parts]),
        np.concatenate([batch.origin for batch in parts]),
        np.concatenate([batch.metres for batch in parts]),
    )


def metres_from(cut: Cut, limit_m: float = np.inf) -> tuple[Floats, Index]:
    """Search from the first place at which the graph is cut, by Dijkstra's method with a heap of Python.

    Returns
    -------
    metres, before
        Of every node the metres to the place (infinite beyond ``limit_m``) and the node that leads there (-1 for none).
    """
    first, end, cost_m = (array.tolist() for array in cut.arcs.arrays)
    start = int(cut.starts[0])
    metres, before = [np.inf] * cut.arcs.n_nodes, [-1] * cut.arcs.n_nodes
    metres[start] = 0.0
    heap = [(0.0, start)]
    while heap:
        so_far, node = heappop(heap)
        if so_far > metres[node]:
            continue
        for arc in range(first[node], first[node + 1]):
            away = so_far + cost_m[arc]
            if away <= limit_m and away < metres[end[arc]]:
                metres[end[arc]], before[end[arc]] = away, node
                heappush(heap, (away, end[arc]))
    return np.array(metres), np.array(before)


def _of_one(cut: Cut, ends: Ends, limit_m: float, facility: int) -> Pairs:
    """Return the pairs of the one facility at which the graph is cut."""
    metres, _ = metres_from(cut, limit_m)
    trips = np.minimum(metres[ends.left] + ends.left_m, metres[ends.right] + ends.right_m)
    origin = np.flatnonzero(np.isfinite(trips) & (trips <= limit_m)).astype(np.int32)
    return Pairs(np.full(len(origin), facility, np.int32), origin, trips[origin])
