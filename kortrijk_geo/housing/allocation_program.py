"""The program behind an allocation: whole dwellings over areas, exact by mixed-integer programming (HiGHS).

Concentration is the isolation index after the homes are there, ``sum (a_i + x_i)^2 / (X h_i)``: each further dwelling
in an area adds more to it than the one before. So every dwelling of an area is a variable of its own, and the program,
which takes the cheap ones first, is exact without any approximation of the square.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint

from kortrijk_geo.engine.solver import milp
from kortrijk_geo.errors import OptionError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Weight of the other aim while one aim alone is optimised: it decides between plans that are otherwise equal.
_TIE = 1e-6
_GAP = 1e-9


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
        Worst and best: of each aim, the worth where only the other counts, and where it alone counts.
    """

    placed: Ints
    isolation: float
    nearness: float | None
    isolation_range: tuple[float, float]
    nearness_range: tuple[float, float] | None


def solve(question: Question, weights: Weights) -> Answer:
    """Place the dwellings.

    Each aim is scaled from its worst (0: its worth where only the other aim counts) to its best (1: where it alone
    counts), so that the weights weigh like with like; then their weighted sum is maximised.

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
    program = _Program(question)
    even = program.best(1.0, _TIE)
    if question.nearness is None:
        worth = question.isolation(even)
        return Answer(even, worth, None, (worth, worth), None)
    near = program.best(_TIE, 1.0)
    concentrated, spread = question.isolation(near), question.isolation(even)
    far, close = question.mean_nearness(even), question.mean_nearness(near)
    ranges = concentrated - spread, close - far
    if weights.nearness == 0 or ranges[1] <= _GAP:
        placed = even
    elif weights.concentration == 0 or ranges[0] <= _GAP:
        placed = near
    else:
        placed = program.best(weights.concentration / ranges[0], weights.nearness / ranges[1])
    return Answer(
        placed, question.isolation(placed), question.mean_nearness(placed), (concentrated, spread), (far, close)
    )


class NoRoomError(OptionError):
    """The areas cannot take the dwellings under their caps."""


class _Program:
    """The question as a program with one variable per dwelling that an area can take."""

    def __init__(self, question: Question) -> None:
        self.question = question
        most = np.minimum(question.most, question.units)
        self.area: Ints = np.repeat(np.arange(len(most)), most)
        number = np.arange(len(self.area)) - np.repeat(np.cumsum(most) - most, most) + 1
        total = question.social.sum() + question.units
        stands = question.social[self.area]
        # (a + k)^2 - (a + k - 1)^2 = 2 (a + k) - 1: what the k-th dwelling adds to the isolation index.
        self.isolation: Floats = (2 * (stands + number) - 1) / (total * question.households[self.area])

    def best(self, concentration: float, nearness: float) -> Ints:
        """Minimise concentration x isolation - nearness x mean nearness over all ways to place the dwellings."""
        cost = concentration * self.isolation
        if self.question.nearness is not None:
            cost = cost - nearness * self.question.nearness[self.area] / max(1, self.question.units)
        if not self.question.units:
            return np.zeros(len(self.question.most), dtype=np.int64)
        # HiGHS stops at differences of about 1e-7: costs are brought to the order of 1.
        scale = float(np.ptp(cost)) or 1.0
        all_of_them = sparse.csr_array(np.ones((1, len(cost))))
        result = milp(
            (cost - cost.min()) / scale,
            constraints=LinearConstraint(all_of_them, self.question.units, self.question.units),
            bounds=Bounds(0, 1),
            integrality=np.ones(len(cost), dtype=np.int64),
            options={"mip_rel_gap": 0.0},
        )
        if result.x is None or not result.success:
            raise OptionError(f"no allocation was found ({result.message}); loosen the caps")
        taken = np.rint(result.x).astype(np.int64)
        return np.bincount(self.area, weights=taken, minlength=len(self.question.most)).astype(np.int64)
