"""Plain Dutch names of types, from what they have more or less of than the average area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kortrijk_geo.profile.rules import Indicator, Words

_FIRST_WORDS = 2


def type_names(centroids: NDArray[np.float64], indicators: Sequence[Indicator], rules: Words) -> list[str]:
    """Name every type after its largest deviations, with more words where two would share a name.

    Parameters
    ----------
    centroids
        One row per type, in standard deviations from the average area.
    indicators
        One per column.
    rules
        The least deviation that counts, the most words, the word for a type that deviates in nothing.

    Returns
    -------
    list of str
        Such as "veel bomen, weinig opvang"; different for every type.
    """
    words = [_words(row, indicators, rules) for row in centroids]
    names = [", ".join(typical[:_FIRST_WORDS]) for typical in words]
    for count in range(_FIRST_WORDS + 1, rules.most_words + 1):
        names = [
            ", ".join(typical[:count]) if names.count(name) > 1 else name
            for name, typical in zip(names, words, strict=True)
        ]
    return [
        f"{name} ({names[:place].count(name) + 1})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]


def _words(row: NDArray[np.float64], indicators: Sequence[Indicator], rules: Words) -> list[str]:
    # Rounded, so that equal deviations keep the order of the rules.
    order = np.argsort(-np.abs(np.round(row, 9)), kind="stable")
    words = [
        indicators[place].high if row[place] > 0 else indicators[place].low
        for place in order
        if abs(row[place]) >= rules.least_deviation
    ]
    return words or [rules.average]
