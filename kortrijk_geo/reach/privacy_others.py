"""What further shares may not be told, since beside others they would tell one that is hidden.

Two columns of as many people in an area are of the same people, as the minutes of the homes show: both are told, or
neither. And wherever something is hidden, the total of the city less the areas that are told leaves two areas or more,
with enough people together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.privacy import whole_people

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_DECIMALS = 6


def hidden_with_others(
    hidden: Mapping[str, Flags], counts: Mapping[str, Sequence[Floats]], least: int
) -> dict[str, Flags]:
    """Return what is hidden by column, and what must be as well.

    Beside a hidden area the smallest comes, as everywhere, so that pages with the same column hide the same of it.

    Parameters
    ----------
    hidden
        Rows of areas by column.
    counts
        By column the people of every area who have something, and those who lack it; NaN for unknown.
    least
        How many people together are enough.
    """
    if not counts:
        return dict(hidden)
    flags = np.column_stack([hidden[name] for name in counts])
    exact = np.stack([np.column_stack(parts) for parts in zip(*counts.values(), strict=True)])
    # Nobody and everybody are seen in the minutes of the homes: they stand beside nothing.
    exact = np.where((whole_people(exact) > 0).all(axis=0), exact, 0.0)
    same, people = _same(exact), whole_people(exact)
    # Nor does what the total of the city tells, since no other area has any of it.
    enough = people.sum(axis=1).min(axis=0) >= least
    given = (people[0] > 0) & ((people[0] > 0).sum(axis=0) == 1) & enough
    people = np.where(np.isin(same, same[given]), 0.0, people)
    while True:
        was = flags
        flags = flags | np.isin(same, same[flags & people.any(axis=0)])
        for part in people:
            for column in np.flatnonzero((flags & (part > 0)).any(axis=0)).tolist():
                flags = _with_beside(flags, part[:, column], column, same, least)
        if (flags == was).all():
            return dict(zip(counts, flags.T, strict=True))


def _same(exact: Floats) -> NDArray[np.intp]:
    """Return a number per area and column: the same where in an area each part has as many people."""
    areas = np.broadcast_to(np.arange(exact.shape[1])[:, None], exact.shape[1:])
    cells = np.stack([areas, *np.round(exact, _DECIMALS)]).reshape(len(exact) + 1, -1)
    return np.unique(cells, axis=1, return_inverse=True)[1].reshape(areas.shape)


def _with_beside(flags: Flags, people: Floats, column: int, same: NDArray[np.intp], least: int) -> Flags:
    """Hide areas of a column, and what is of the same people, until those hidden are two and have enough people."""
    while True:
        hidden = flags[:, column] & (people > 0)
        others = np.flatnonzero(~flags[:, column] & (people > 0))
        if not len(others) or (hidden.sum() >= 2 and people[hidden].sum() >= least):
            return flags
        flags = flags | (same == same[others[np.argmin(people[others])], column])
