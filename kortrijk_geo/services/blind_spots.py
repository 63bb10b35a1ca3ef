"""Blind spots: clusters of homes without reach of a kind of service, with the people who live there.

Clusters are those of DBSCAN (Ester, Kriegel, Sander and Xu, 1996) with people as weights: a home is a core when so many
people live within the distance around it, itself included; cores within the distance of each other are one cluster;
another home belongs to the cluster of its nearest core within the distance. A border home between two clusters goes to
the nearest core, so that the order of the homes makes no difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_AT_ONCE = 2_000  # homes whose neighbours are looked up together: memory stays bounded


def clusters_of(xy: Floats, people: Floats, *, neighbour_m: float, core_people: float) -> Ints:
    """Return the number of the cluster of each home, from 0; -1 for none.

    Parameters
    ----------
    xy
        (n, 2) coordinates, m.
    people
        People of each home, from 0.
    neighbour_m
        Homes this near to each other are neighbours.
    core_people
        People within that distance, those of the home itself included, that make it a core.
    """
    label = np.full(len(xy), -1, dtype=np.int64)
    if not len(xy):
        return label
    tree, around = cKDTree(xy), np.zeros(len(xy))
    for near, far, _ in _neighbours(tree, xy, neighbour_m):
        around += np.bincount(near, weights=people[far], minlength=len(xy))
    # A sum of fractional people that should be the number differs from it in the last digit.
    core = np.flatnonzero(around >= core_people * (1 - 1e-12))
    if not len(core):
        return label
    of_cores = cKDTree(xy[core])
    joined: Ints = np.arange(len(core), dtype=np.int64)
    for near, far, _ in _neighbours(of_cores, xy[core], neighbour_m):
        links = coo_array((np.ones(len(near), np.int8), (joined[near], joined[far])), shape=(len(core), len(core)))
        joined = connected_components(links, directed=False)[1].astype(np.int64)[joined]
    label[core] = joined
    border = np.setdiff1d(np.arange(len(xy)), core)
    metres, nearest = of_cores.query(xy[border], distance_upper_bound=neighbour_m * (1 + 1e-12))
    there = np.isfinite(metres)
    label[border[there]] = joined[np.asarray(nearest)[there]]
    return _in_order(label)


def _neighbours(tree: cKDTree, xy: Floats, neighbour_m: float) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield pairs of neighbours (each both ways, and with itself) and their metres, some homes at a time."""
    for start in range(0, len(xy), _AT_ONCE):
        pairs = cKDTree(xy[start : start + _AT_ONCE]).sparse_distance_matrix(tree, neighbour_m, output_type="ndarray")
        yield pairs["i"].astype(np.int64) + start, pairs["j"].astype(np.int64), pairs["v"]


def _in_order(label: Ints) -> Ints:
    """Return the labels, numbered by their first home."""
    there = label >= 0
    _, first, inverse = np.unique(label[there], return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    numbered = np.full(len(label), -1, dtype=np.int64)
    numbered[there] = rank[inverse]
    return numbered


@dataclass(frozen=True)
class Spot:
    """One blind spot: its homes by row, its people, and the row of the home nearest to its middle."""

    homes: Ints
    people: float
    middle: int


def spots_of(xy: Floats, people: Floats, *, neighbour_m: float, core_people: float, least_people: float) -> list[Spot]:
    """Return the clusters with at least so many people, most people first; arguments as of `clusters_of`."""
    label = clusters_of(xy, people, neighbour_m=neighbour_m, core_people=core_people)
    spots = []
    for number in range(int(label.max(initial=-1)) + 1):
        homes = np.flatnonzero(label == number)
        total = float(people[homes].sum())
        if total >= least_people:
            middle = np.average(xy[homes], axis=0, weights=people[homes])
            nearest = int(np.argmin(np.square(xy[homes] - middle).sum(axis=1)))
            spots.append(Spot(homes, total, int(homes[nearest])))
    return sorted(spots, key=lambda spot: (-spot.people, int(spot.homes[0])))
