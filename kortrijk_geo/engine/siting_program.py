"""The mixed-integer program of a choice of sites: its columns, its rows, its relaxation, its solution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from kortrijk_geo.engine.siting_limits import Limits

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# Above so many non-zero numbers the program takes one column per candidate instead of one per number of units.
_MOST_NUMBERS = 8_000_000
_IMPOSSIBLE = 2  # the status HiGHS gives, through scipy, when no solution keeps to the rows


@dataclass(frozen=True)
class Choices:
    """What can be chosen: every choice is a candidate with a number of units.

    Either each number of units of a candidate is a choice of its own, taken or not, so that a gain that one site
    cannot pass (the room of its surroundings) is known to the relaxation; or, where it does not matter how many sites
    there are, each candidate is one choice of one unit that can be taken several times.
    """

    candidate: Ints
    units: Ints
    most: Ints

    def keep(self, rows: npt.NDArray[Any]) -> Choices:
        """Return some of the choices."""
        return Choices(self.candidate[rows], self.units[rows], self.most[rows])

    def total(self, taken: Floats, candidates: int) -> Ints:
        """Units per candidate when each choice is taken so often."""
        units = np.bincount(self.candidate, weights=self.units * np.rint(taken), minlength=candidates)
        return np.rint(units).astype(np.int64)


def choices(limits: Limits, numbers: int) -> Choices | None:
    """List what can be chosen under ``limits``; ``numbers`` is how many gains are not 0.

    Returns
    -------
    Choices or None
        None when the limits on sites need a list that is too long.
    """
    ceiling = limits.ceiling.astype(np.int64)
    rows = np.arange(limits.candidates)
    if not limits.by_site:
        return Choices(rows, np.ones_like(rows), ceiling)
    if numbers * int(ceiling.max(initial=0)) > _MOST_NUMBERS:
        return None
    candidate = np.repeat(rows, ceiling)
    first = np.repeat(np.cumsum(ceiling) - ceiling, ceiling)
    return Choices(candidate, np.arange(len(candidate)) - first + 1, np.ones(len(candidate), dtype=np.int64))
