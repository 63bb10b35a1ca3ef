"""The choice behind an allocation: whole dwellings over areas, exact by taking the cheapest ones first.

Concentration is the isolation index after the homes are there, ``sum (a_i + x_i)^2 / (X h_i)``: each further dwelling
in an area adds more to it than the one before, and the areas share nothing but the number to place. So the dwellings
that add least, over all areas, are the best plan (Gross 1956; Ibaraki and Katoh 1988), without the tolerance of a
solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kortrijk_geo.errors import OptionError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_GAP = 1e-9
_DECIMALS = 12  # Worths that differ less are alike: shares and households carry the rounding of earlier sums.


@dataclass(frozen=True)
class Question:
    """What is asked.

    Parameters
    ----------
    units
        Dwellings to place, all of them.
    most
        Most dwellings per area.
    social
        Social dwellings that stand in each area already, those placed before included.
    households
        Households per area when the dwellings are there, above 0.
    nearness
        Share of the area's inhabitants that has everything near (0-1), or None.
    """

    units: int
    most: Ints
    social: Floats
    households: Floats
    nearness: Floats | None = None

    def isolation(self, placed: Ints) -> float:
        """Isolation index of the areas with these dwellings placed."""
        then = self.social + placed
        return float((then * then / self.households).sum() / then.sum()) if then.sum() > 0 else 0.0

    def mean_nearness(self, placed: Ints) -> float:
        """Mean nearness of the dwellings placed."""
        assert self.nearness is not None
        return float(self.nearness @ placed / placed.sum()) if placed.sum() > 0 else 0.0


@dataclass(frozen=True)
class Weights:
    """What counts how much, together 1: less concentration, and nearness of the services."""

    concentration: float
    nearness: float


@dataclass(frozen=True)
class Answer:
    """A plan, and what it was weighed on.

    Parameters
    ----------
    placed
        Dwellings per area.
    isolation, nearness
        Worth of the plan on both aims; nearness is None when it took no part.
    isolation_range, nearness_range
        Worst and best of each aim: the best it can be while the other is at its own best, and the best of all.
    """

    placed: Ints
    isolation: float
    nearness: float | None
    isolation_range: tuple[float, float]
    nearness_range: tuple[float, float] | None


def solve(question: Question, weights: Weights) -> Answer:
    """Place the dwellings.

    Each aim is scaled from its worst (0: the best it can be while the other aim is at its own best) to its best (1),
    so that the weights weigh like with like; then their weighted sum is maximised. Where one aim alone counts, the
    other decides between plans that are otherwise equal.

    Raises
    ------
    NoRoomError
        When the areas cannot hold the dwellings.
    """
    room = int(question.most.sum())
    if question.units > room:
        raise NoRoomError(
            f"the areas can take {room} dwellings under these caps, {question.units} are asked; raise the caps, spread"
            " over more areas, or ask for fewer"
        )
    most = np.minimum(question.most, question.units)
    area = np.repeat(np.arange(len(most)), most)
    number = np.arange(len(area)) - np.repeat(np.cumsum(most) - most, most) + 1
    # (a + k)^2 - (a + k - 1)^2 = 2 (a + k) - 1: the k-th dwelling adds this, over X, to the isolation index.
    crowding = np.round((2 * (question.social[area] + number) - 1) / question.households[area], _DECIMALS)

    def cheapest(*costs: Floats) -> Ints:
        """Place the dwellings that cost least; the next cost decides between those that are alike in the first."""
        taken = np.lexsort(costs[::-1])[: question.units]
        return np.bincount(area[taken], minlength=len(most)).astype(np.int64)

    if question.nearness is None:
        even = cheapest(crowding)
        worth = question.isolation(even)
        return Answer(even, worth, None, (worth, worth), None)
    distance = -np.round(question.nearness[area], _DECIMALS)
    even, near = cheapest(crowding, distance), cheapest(distance, crowding)
    concentrated, spread = question.isolation(near), question.isolation(even)
    far, close = question.mean_nearness(even), question.mean_nearness(near)
    ranges = concentrated - spread, close - far
    if weights.nearness == 0 or ranges[1] <= _GAP:
        placed = even
    elif weights.concentration == 0 or ranges[0] <= _GAP:
        placed = near
    else:
        total = question.social.sum() + question.units
        placed = cheapest(
            weights.concentration / ranges[0] * crowding / total
            + weights.nearness / ranges[1] * distance / question.units
        )
    return Answer(
        placed, question.isolation(placed), question.mean_nearness(placed), (concentrated, spread), (far, close)
    )


class NoRoomError(OptionError):
    """The areas cannot take the dwellings under their caps."""
