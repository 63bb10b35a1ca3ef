"""Who has a place within reach, who has another of its use, and who loses the last when it closes.

Arrays only. ``counts[u, h]`` is the number of places of use ``u`` that home ``h`` has within reach. Closing place ``p``
of use ``u``, the home loses its last where it reaches ``p`` and ``counts[u, h] == 1``, and has another where it is
larger: everybody within reach of ``p`` is in one of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from kortrijk_geo.engine.sweep import Pairs

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]


@dataclass(frozen=True)
class PlaceSums:
    """Sums over the homes within reach; rows are places.

    Parameters
    ----------
    reach, loss
        Per group of people: all within reach, and those who lose the last (0 of a place without use).
    known
        Per group, the weight of the homes within reach of which the people are known.
    weight
        Weight of all homes within reach.
    lacking
        Per use: the people (first group) within reach who have no place of it.
    """

    reach: Floats
    loss: Floats
    known: Floats
    weight: Floats
    lacking: Floats

    @property
    def overlap(self) -> Floats:
        """Per group: those within reach who have another place of the use."""
        return np.asarray(self.reach - self.loss)


def count_within(batches: Iterable[Pairs], use_of_place: Ints, n_uses: int, n_homes: int) -> NDArray[np.int64]:
    """Count the places of every use that each home has within reach: array (uses, homes).

    Parameters
    ----------
    batches
        Pairs of places (``facility``) and homes (``origin``) within reach, each once.
    use_of_place
        Number of the use of each place; below 0 for none.
    n_uses, n_homes
        How many there are.
    """
    counts = np.zeros(n_uses * n_homes, np.int64)
    for pairs in batches:
        use = use_of_place[pairs.facility]
        counts += np.bincount(use[use >= 0] * n_homes + pairs.origin[use >= 0], minlength=len(counts))
    return counts.reshape(n_uses, n_homes)


def sum_places(
    batches: Iterable[Pairs], use_of_place: Ints, counts: NDArray[np.int64], people: Floats, expected: Floats
) -> PlaceSums:
    """Sum the people within reach of every place, and those who lose their last when it closes.

    Parameters
    ----------
    batches
        As of `count_within`: all pairs of a place in one batch.
    use_of_place, counts
        As in and from `count_within`.
    people
        Per home and group; NaN where unknown, which adds nothing.
    expected
        Weight of each home.
    """
    n_places, groups = len(use_of_place), people.shape[1]
    known = ~np.isnan(people)
    persons = np.where(known, people, 0.0)
    lacks = (counts == 0).T * persons[:, :1]
    table = np.ascontiguousarray(np.hstack([persons, known * expected[:, None], expected[:, None], lacks]))
    sums = np.zeros((n_places, table.shape[1]))
    loss = np.zeros((n_places, groups))
    for pairs in batches:
        use = use_of_place[pairs.facility]
        last = (use >= 0) & (counts[use, pairs.origin] == 1)
        sums += _by_place(pairs, n_places, len(people)) @ table
        loss += _by_place(pairs, n_places, len(people), last) @ persons
    reach, of_known, weight, lacking = np.split(sums, [groups, 2 * groups, 2 * groups + 1], axis=1)
    return PlaceSums(reach, loss, of_known, weight[:, 0], lacking)


def _by_place(pairs: Pairs, n_places: int, n_homes: int, which: NDArray[np.bool_] | None = None) -> csr_array:
    """Return a matrix of places by homes that is 1 where a home is within reach."""
    place, home = (pairs.facility, pairs.origin) if which is None else (pairs.facility[which], pairs.origin[which])
    begins = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=n_places))])
    return csr_array((np.ones(len(home)), home, begins), shape=(n_places, n_homes))
