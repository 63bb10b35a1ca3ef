"""Who lives in each home, by the ages that the city asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.capacity.people import count_people
from kortrijk_geo.pack.estimates import estimates_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City

# What is counted: key, Dutch label, and the columns of the homes that make it up.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "people": ("inwoners", ("residents",)),
    "children": ("kinderen (0-17)", ("children_0_2", "age_3_5", "age_6_11", "age_12_17")),
    "over_65": ("65-plussers", ("age_65_79", "age_80_plus")),
    "over_80": ("80-plussers", ("age_80_plus",)),
}


@dataclass(frozen=True)
class People:
    """The people of homes.

    Parameters
    ----------
    counts
        Per home and group of `GROUPS`; NaN where unknown.
    expected
        What each home weighs where it is told which part of the people is known: its inhabitants, and where these are
        unknown the mean of the others; 1 where no inhabitants are known at all.
    """

    counts: NDArray[np.float64]
    expected: NDArray[np.float64]

    @property
    def absent(self) -> tuple[str, ...]:
        """Groups of which nothing is known of any home."""
        return tuple(key for key, column in zip(GROUPS, self.counts.T, strict=True) if np.isnan(column).all())


def people_of(homes: gpd.GeoDataFrame) -> People:
    """Count the people of homes; a group of which the pack lacks a column is unknown, never 0."""
    counts = np.column_stack([count_people(homes, columns) for _, columns in GROUPS.values()])
    residents = counts[:, 0]
    known = ~np.isnan(residents)
    expected = np.where(known, residents, residents[known].mean()) if known.any() else np.ones(len(homes))
    return People(counts, expected)


def estimated_groups(city: City) -> dict[str, list[str]]:
    """Return how the people of homes were estimated, by group of which some are."""
    made = estimates_of(city)
    counts = {
        key: [("homes", "population" if column == "residents" else column) for column in columns]
        for key, (_, columns) in GROUPS.items()
    }
    return {key: hows for key, keys in counts.items() if (hows := [made[count] for count in keys if count in made])}
