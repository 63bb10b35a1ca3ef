"""What may be published of people of an age: no count where there are few, nor what tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray


def hidden_rows(people: NDArray[np.float64], least: int) -> NDArray[np.bool_]:
    """Tell the areas of which the number of people is not published.

    Those with fewer than ``least``, but not those with none, where there is nobody to be known; and the next smallest,
    until those hidden are at least two and have at least ``least`` people together, since otherwise the total of the
    city less the others would tell them.
    """
    hidden = (people > 0) & (people < least)
    order = np.argsort(people, kind="stable")  # what is unknown comes last, and hides nothing
    for row in order[people[order] > 0]:
        if not hidden.any() or (hidden.sum() >= 2 and people[hidden].sum() >= least):
            break
        hidden[row] = True
    return np.asarray(hidden, dtype=bool)


def without_few_counts(
    layers: Mapping[str, gpd.GeoDataFrame], starts: tuple[str, ...], least: int
) -> dict[str, gpd.GeoDataFrame]:
    """Return layers in which counts of fewer than ``least`` people, in columns that start so, are unknown."""
    public = dict(layers)
    for name, frame in public.items():
        counts = [column for column in frame.columns if column.startswith(starts)]
        if counts:
            masked = frame[counts].mask(frame[counts] < least)
            public[name] = frame.assign(**{column: masked[column] for column in counts})
    return public
