"""What may be published of people of an age: no count where there are few, nor what tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray


TENS = 10.0
_PEOPLE = ("residents", "children_0_2", "households")


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


def whole_people(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to whole people, but somebody is never nobody; what sums leave below a millionth is nothing."""
    return np.where(counts > 1e-6, np.maximum(np.round(counts), 1.0), np.where(np.isnan(counts), np.nan, 0.0))


def is_few(counts: NDArray[np.float64], least: int) -> NDArray[np.bool_]:
    """Whether a count is of somebody, but of fewer than ``least``."""
    return np.asarray((counts > 0) & (np.round(counts) < least), dtype=bool)


def round_tens(counts: Any) -> Any:
    """Round to tens, halves up, so that of two counts that differ by ten the tens do too."""
    return np.floor(np.asarray(counts, dtype="float64") / TENS + 0.5)[()] * TENS


def without_few_around(count: float | None, least: int) -> float | None:
    """Return a count of people around a place as it may be published: tens, None for few and for what is unknown."""
    if count is None or np.isnan(count) or is_few(np.array(count), least):
        return None
    return float(round_tens(count))


def public_counts(sums: dict[str, float | None], least: int) -> dict[str, Any]:
    """Return who lives around a point as it may be told: tens, no count of few, and nothing of people where few live.

    Points near one another have circles that differ by a home, as those of the city's own sites do; dwellings stand in
    the street for anyone to count.
    """
    residents = sums["residents"]
    few = residents is not None and bool(is_few(np.array(residents), least))
    return {
        name: value if name not in _PEOPLE else None if few else without_few_around(value, least)
        for name, value in sums.items()
    }


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
