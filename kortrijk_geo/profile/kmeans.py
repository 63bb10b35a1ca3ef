"""K-means as compiled code: a library takes longer to check a handful of rows than to group them, and here hundreds.

Lloyd's algorithm from starts of k-means++ (Arthur and Vassilvitskii 2007), of which each further one is the best of
some candidates, and of all restarts the one with the least squares. For a seed it takes the steps of scikit-learn's
``KMeans``, and gives the same groups.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kortrijk_geo.engine.compiled import compiled

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MOST_STEPS = 300
# Groups that move by less than this part of the variance have come to rest.
_REST = 1e-4


def k_means(points: Floats, k: int, *, restarts: int, seed: int) -> tuple[Floats, Ints]:
    """Group rows; return the mean of every group, and the group of every row.

    Parameters
    ----------
    points
        One row per thing, of which more than ``k`` differ.
    k
        Number of groups.
    restarts
        How often to start anew.
    seed
        Of the starts.
    """
    points = np.ascontiguousarray(points)  # a mean along other strides is rounded otherwise
    mean = points.mean(axis=0)
    candidates = 2 + int(np.log(k))
    draws = np.random.RandomState(seed).random_sample((restarts, 1 + (k - 1) * candidates))
    rest = _REST * float(np.mean(np.var(points, axis=0)))
    centres, group = _best_of(points - mean, k, candidates, draws, rest)
    return centres + mean, group


@compiled
def _square(a: Floats, b: Floats) -> float:
    """Square of the distance between two rows."""
    total = 0.0
    for column in range(len(a)):
        total += (a[column] - b[column]) ** 2
    return total


@compiled
def _starts(points: Floats, k: int, candidates: int, draws: Floats) -> Floats:
    """Choose rows to start from: by chance, the farther from those before the likelier, the best of some each time."""
    rows = len(points)
    centres = np.empty((k, points.shape[1]))
    alike = np.cumsum(np.full(rows, 1 / rows))
    centres[0] = points[np.searchsorted(alike / alike[-1], draws[0], side="right")]
    nearest = np.array([_square(centres[0], point) for point in points])
    for centre in range(1, k):
        chances = np.cumsum(nearest)
        best, least = nearest, np.inf
        for candidate in range(candidates):
            draw = draws[1 + (centre - 1) * candidates + candidate] * nearest.sum()
            row = min(int(np.searchsorted(chances, draw)), rows - 1)
            then = np.array([min(nearest[other], _square(points[row], points[other])) for other in range(rows)])
            if then.sum() < least:
                best, least = then, then.sum()
                centres[centre] = points[row]
        nearest = best
    return centres


@compiled
def _assign(points: Floats, centres: Floats, group: Ints) -> None:
    """Write the nearest centre of every row."""
    for row in range(len(points)):
        least = np.inf
        for centre in range(len(centres)):
            square = _square(points[row], centres[centre])
            if square < least:
                least = square
                group[row] = centre


@compiled
def _means(points: Floats, centres: Floats, group: Ints) -> Floats:
    """Return the mean of every group; a group without rows takes the row that lies farthest from its centre."""
    sums, count = np.zeros(centres.shape), np.zeros(len(centres))
    for row in range(len(points)):
        sums[group[row]] += points[row]
        count[group[row]] += 1
    away = np.array([_square(points[row], centres[group[row]]) for row in range(len(points))])
    for empty in np.flatnonzero(count == 0):
        row = int(away.argmax())
        sums[group[row]] -= points[row]
        count[group[row]] -= 1
        sums[empty], count[empty], away[row] = points[row], 1, -1.0
    for centre in range(len(centres)):
        # Two groups may have lost their only row to others.
        sums[centre] = sums[centre] * (1 / count[centre]) if count[centre] > 0 else sums[count.argmax()]
    return sums


@compiled
def _same_groups(one: Ints, other: Ints, k: int) -> bool:
    """Whether rows of one group are also together in the other grouping."""
    number = np.full(k, -1)
    for row in range(len(one)):
        if number[one[row]] < 0:
            number[one[row]] = other[row]
        elif number[one[row]] != other[row]:
            return False
    return True


@compiled
def _best_of(points: Floats, k: int, candidates: int, draws: Floats, rest: float) -> tuple[Floats, Ints]:
    """Return centres and groups of the restart with the least squares."""
    best_centres, best_group, best = np.empty((0, 0)), np.empty(0, np.int64), np.inf
    for restart in range(len(draws)):
        centres = _starts(points, k, candidates, draws[restart])
        group = np.full(len(points), -1)
        for _ in range(_MOST_STEPS):
            before = group.copy()
            _assign(points, centres, group)
            moved = _means(points, centres, group)
            shift = 0.0
            for centre in range(k):
                shift += _square(moved[centre], centres[centre])
            centres = moved
            if (group == before).all():
                break
            if shift <= rest:
                _assign(points, centres, group)
                break
        squares = 0.0
        for row in range(len(points)):
            squares += _square(points[row], centres[group[row]])
        if len(best_group) == 0 or (squares < best and not _same_groups(group, best_group, k)):
            best_centres, best_group, best = centres, group, squares
    return best_centres, best_group
