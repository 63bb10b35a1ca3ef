"""The k nearest facilities of every origin, by sweeps of doubling radius.

An origin with k facilities within a radius has found its k nearest, however far the others are. Origins are taken in
bands that need about the same radius; each round sweeps twice as far for those of the band that are not done, from
whichever side has fewer places to search from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from kortrijk_geo.engine.sweep import Pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kortrijk_geo.engine.places import Places

    # Pairs between these origins (rows) and all facilities within these metres, in batches.
    Within = Callable[[npt.NDArray[np.intp], float], Iterator[Pairs]]

Ints = npt.NDArray[np.int32]
Index = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

# Pairs held before they are thinned to k per origin; bounds memory.
_HELD = 2_000_000
# A network trip is some 1.3 times the straight line, so that the first radius serves most origins of a band.
_FIRST_DETOUR = 1.5
# Origins of one band need radii that differ by at most this factor.
_BAND = 1.5


def k_nearest(
    within: Within, origins: Places, facilities: Places, island: tuple[Ints, Ints], k: int, limit_m: float, all_m: float
) -> tuple[Ints, Floats]:
    """Return the k nearest facilities of each origin, nearest first, and the metres; padded with -1 and NaN.

    Parameters
    ----------
    within
        Gives the pairs of some origins within a limit; ``origin`` counts within those origins.
    origins, facilities
        The places.
    island
        The connected part of the network that each origin and each facility lies on; -1 for none.
    k, limit_m
        How many, and how far at most.
    all_m
        Metres beyond which searching in steps is no use: the length of the longest trips.
    """
    n = len(origins)
    facility, metres = np.full((n, k), -1, np.int32), np.full((n, k), np.nan)
    of_origin, of_facility = island
    on_island = np.bincount(of_facility[of_facility >= 0], minlength=int(max(of_origin.max(initial=-1), 0)) + 1)
    attainable = np.where(of_origin >= 0, np.minimum(k, on_island[of_origin]), 0)
    for band, radius in _bands(origins, facilities, np.flatnonzero(attainable > 0), k):
        _search(within, band, radius, (facility, metres), attainable, k, limit_m, all_m)
    return facility, metres


def _search(
    within: Within,
    todo: Index,
    radius: float,
    nearest: tuple[Ints, Floats],
    attainable: npt.NDArray[np.intp],
    k: int,
    limit_m: float,
    all_m: float,
) -> None:
    """Fill in the answers of the origins ``todo``, from a first radius on."""
    facility, metres = nearest
    while len(todo):
        radius = min(radius, limit_m)
        best = _thinned(within(todo, radius), k, len(todo))
        count = np.bincount(best.origin, minlength=len(todo))
        done = np.full(len(todo), True) if radius >= limit_m else count >= attainable[todo]
        rank = np.arange(len(best)) - (np.cumsum(count) - count)[best.origin]
        kept = done[best.origin]
        facility[todo[best.origin[kept]], rank[kept]] = best.facility[kept]
        metres[todo[best.origin[kept]], rank[kept]] = best.metres[kept]
        todo = todo[~done]
        radius = 2 * radius if radius < all_m else np.inf


def _bands(origins: Places, facilities: Places, todo: Index, k: int) -> Iterator[tuple[Index, float]]:
    """Yield origins that need about the same radius, with that radius; in a dense core it is far less than outside."""
    placed = facilities.placed
    if not len(todo) or not placed.any():
        return
    tree = cKDTree(np.column_stack([facilities.snapped_x[placed], facilities.snapped_y[placed]]))
    nth = [min(k, int(placed.sum()))]
    straight, _ = tree.query(np.column_stack([origins.snapped_x[todo], origins.snapped_y[todo]]), k=nth)
    away = np.maximum(np.asarray(straight)[:, 0], 1.0)
    band = np.floor(np.log(away) / np.log(_BAND)).astype(np.int64)
    for number in np.unique(band):
        inside = band == number
        yield todo[inside], float(away[inside].max()) * _FIRST_DETOUR


def _thinned(batches: Iterator[Pairs], k: int, n_origins: int) -> Pairs:
    """Keep the k nearest facilities of each origin, sorted by origin, metres and facility."""
    held: list[Pairs] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) > _HELD + k * n_origins:
            held = [_k_best(held, k)]
    return _k_best(held, k)


def _k_best(held: list[Pairs], k: int) -> Pairs:
    if not held:
        return Pairs(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    facility = np.concatenate([batch.facility for batch in held])
    origin = np.concatenate([batch.origin for batch in held])
    metres = np.concatenate([batch.metres for batch in held])
    order = np.lexsort((facility, metres, origin))
    counts = np.bincount(origin)
    rank = np.arange(len(order)) - (np.cumsum(counts) - counts)[origin[order]]
    order = order[rank < k]
    return Pairs(facility[order], origin[order], metres[order])
