"""Which homes each candidate covers, made small: what loses nothing, then nearly equal rows as one, with the error.

A row of ``reach`` says of a home, or of several, which candidates have it within reach. A set of candidates covers the
weight of the rows in which it has at least one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_ROUNDS = 2  # how often groups of nearly equal rows are made anew


@dataclass(frozen=True)
class Coverage:
    """Rows with a weight, and the candidates that cover them.

    Parameters
    ----------
    reach
        Whether the row is within reach of the candidate (rows, candidates).
    weight
        Of every row, from 0.
    candidates
        Number of every candidate in the question as it was asked.
    """

    reach: Flags
    weight: Floats
    candidates: Ints

    @classmethod
    def of(cls, reach: Flags, weight: Floats) -> Coverage:
        """Make the coverage of all candidates."""
        return cls(reach, weight, np.arange(reach.shape[1]))

    def covered(self, candidates: Ints) -> float:
        """Weight that a set covers, by the numbers in the question as it was asked."""
        rows = np.isin(self.candidates, candidates)
        return float(self.weight[self.reach[:, rows].any(axis=1)].sum())

    def keep(self, columns: Ints | Flags) -> Coverage:
        """Return the coverage by some of the candidates."""
        return Coverage(np.ascontiguousarray(self.reach[:, columns]), self.weight, self.candidates[columns])

    def equal_rows_merged(self) -> Coverage:
        """Merge rows that the same candidates cover, and drop those without weight or candidate; it loses nothing."""
        used = np.flatnonzero(self.reach.any(axis=1) & (self.weight > 0))
        if not len(used):
            return Coverage(self.reach[:0], self.weight[:0], self.candidates)
        bits = np.packbits(self.reach[used], axis=1)
        _, first, group = np.unique(
            bits.view([("", bits.dtype)] * bits.shape[1]).reshape(-1), return_index=True, return_inverse=True
        )
        weight = np.bincount(group.reshape(-1), weights=self.weight[used]).astype(np.float64)
        return Coverage(self.reach[used[first]], weight, self.candidates)

    def undominated(self, count: int) -> Coverage:
        """Leave out candidates of which another one covers every row; of equal ones the first stays.

        A set with one of these is no better than the set with the other one in its place. So many stay that ``count``
        can be chosen.
        """
        columns = self.reach.astype(np.float32)
        # Rows are at most some 100,000, so that single precision counts them exactly.
        shared = columns.T @ columns
        size = np.diag(shared)
        inside = shared == size[:, None]  # all rows of the first are rows of the second
        order = np.arange(len(size))
        better = inside & ((size[None, :] > size[:, None]) | (order[None, :] < order[:, None]))
        beaten = np.flatnonzero(better.any(axis=1))
        kept = len(size) - len(beaten)
        if kept < count:
            beaten = beaten[np.argsort(-size[beaten], kind="stable")][count - kept :]
        return self.keep(np.setdiff1d(order, beaten))

    def reduced(self, count: int) -> Coverage:
        """Make it as small as it gets without loss."""
        small = self.equal_rows_merged()
        while True:
            less = small.undominated(count)
            if len(less.candidates) == len(small.candidates):
                return small
            small = less.equal_rows_merged()

    def merged(self, rows: int) -> Merged:
        """Merge nearly equal rows until no more than ``rows`` are left.

        The heaviest rows are the first groups; every row goes to the group from which it differs in the fewest
        candidates, and a group takes the candidates that cover most of its weight.
        """
        if len(self.weight) <= rows:
            none = np.zeros(len(self.candidates))
            return Merged(self, none, none)
        columns, weight = self.reach.astype(np.float32), self.weight.astype(np.float32)
        groups = self.reach[np.sort(np.argsort(-self.weight, kind="stable")[:rows])]
        size = columns.sum(axis=1)
        for _ in range(_ROUNDS):
            middle = groups.astype(np.float32)
            apart = size[:, None] + middle.sum(axis=1) - 2 * (columns @ middle.T)
            group = np.argmin(apart, axis=1)
            total = np.bincount(group, weights=self.weight, minlength=rows).astype(np.float64)
            covered = np.zeros((rows, len(self.candidates)))
            np.add.at(covered, group, columns * weight[:, None])
            groups = np.where(total[:, None] > 0, 2 * covered > total[:, None], groups)
        missed, added = (self.weight @ apart for apart in (self.reach & ~groups[group], ~self.reach & groups[group]))
        return Merged(Coverage(groups, total, self.candidates), missed, added)


@dataclass(frozen=True)
class Merged:
    """Groups of nearly equal rows, and what they misjudge.

    Parameters
    ----------
    groups
        The groups as rows.
    missed, added
        Per candidate the weight that it covers in truth and not in the groups, and the other way round.
    """

    groups: Coverage
    missed: Floats
    added: Floats

    def error(self, count: int) -> float:
        """Most by which the weight that ``count`` candidates cover differs in truth from that in the groups.

        A row is misjudged only where it differs from its group in a candidate that was chosen.
        """
        return max(float(np.sort(apart)[-count:].sum()) for apart in (self.missed, self.added))
