"""How old people are: ages dealt over the homes, so that every sum is that of the city; nobody gets two ages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.pack.layers import AGES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from kortrijk_geo.demo.figures import Figures

_YOUNG = ("age_3_5", "age_6_11", "age_12_17")
_OLD = ("age_65_79", "age_80_plus")
_STREAM = 1  # random numbers of their own: everything else in the city stays as it is
# A home with this many people per dwelling or fewer is a couple's or of someone alone: more often old.
_COUPLE = 2.3
_OLD_IN_FAMILIES = 0.4
_FLATS_FOR_OLDEST = 1.4
_SPREAD_OF_SECTORS = 0.25


def people_by_age(fig: Figures) -> dict[str, int]:
    """Return how many people the city has of each age: the division of 2015, scaled to what is published of today."""
    then, today = fig.ages["people"], fig.published["population"]
    people = {age: round(then[age] * today / fig.ages["population"]) for age in _YOUNG}
    older = int(fig.ages["older"]["people"])
    oldest = round(older * then["age_80_plus"] / sum(then[age] for age in _OLD))
    return {**people, "age_65_79": older - oldest, "age_80_plus": oldest}


def how_estimated(fig: Figures) -> str:
    """Say in Dutch how the ages were made."""
    return f"{fig.ages['standing']} ({fig.ages['source']}; {fig.ages['older']['source']})"


def with_ages(homes: pd.DataFrame, fig: Figures) -> pd.DataFrame:
    """Return the homes of `people.settle` with a column for each of `AGES`; around the city as often as in it."""
    rng = np.random.default_rng([fig.seed, _STREAM])
    inside = (homes["part"] >= 0).to_numpy()
    city = people_by_age(fig)
    share = homes["residents"].to_numpy()[~inside].sum() / fig.published["population"]
    aged = homes.assign(**dict.fromkeys(AGES, 0))
    for rows, people in ((inside, city), (~inside, {age: round(count * share) for age, count in city.items()})):
        for age, counts in _aged(homes[rows], people, rng).items():
            aged.loc[rows, age] = counts
    return aged


def _aged(homes: pd.DataFrame, people: dict[str, int], rng: np.random.Generator) -> dict[str, NDArray[np.int64]]:
    residents, dwellings = homes["residents"].to_numpy(), homes["dwellings"].to_numpy()
    size = residents / dwellings
    babies = homes["children_0_2"].to_numpy()
    _, sector = np.unique(homes["sector"].to_numpy(), return_inverse=True)
    old_sector = np.exp(rng.normal(0.0, _SPREAD_OF_SECTORS, int(sector.max(initial=0)) + 1))[sector]
    # Every dwelling has a grown-up.
    room = np.maximum(residents - dwellings - babies, 0)
    young = _drawn(room, np.maximum(size - 1.8, 0.05), sum(people[age] for age in _YOUNG), rng)
    ages = _divided(rng.permutation(young), {age: people[age] for age in _YOUNG}, len(homes))
    room = residents - babies - np.bincount(young, minlength=len(homes))
    weight = np.where(size <= _COUPLE, 1.0, _OLD_IN_FAMILIES) * old_sector
    old = _drawn(room, weight, sum(people[age] for age in _OLD), rng)
    flats = np.where((homes["kind"] == "flats").to_numpy(), _FLATS_FOR_OLDEST, 1.0)
    youngest_first = old[np.argsort(-rng.exponential(size=len(old)) / flats[old], kind="stable")]
    return ages | _divided(youngest_first, {age: people[age] for age in _OLD}, len(homes))


def _drawn(
    room: NDArray[np.int64], weight: NDArray[np.float64], people: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the home of each person; a home takes no more than it has room for, more often with a larger weight."""
    slot = np.repeat(np.arange(len(room)), room)
    picked = np.argsort(rng.exponential(size=len(slot)) / weight[slot], kind="stable")[:people]
    drawn: NDArray[np.int64] = slot[picked]
    return drawn


def _divided(home: NDArray[np.int64], people: dict[str, int], homes: int) -> dict[str, NDArray[np.int64]]:
    """Give the first people of a row the first age, the next the next."""
    ends = np.cumsum(list(people.values()))[:-1]
    parts = np.split(home, ends)
    return {age: np.bincount(part, minlength=homes) for age, part in zip(people, parts, strict=True)}
