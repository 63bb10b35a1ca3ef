"""Classes of figures: where their limits come from, declared or read from the figures themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from kortrijk_geo.text.dutch import Unit

CLASSES = 5
# Limits of classes are whole multiples of this: no legend prints more, and counts are cut between two counts.
_FINEST: dict[str, float] = {"share": 1e-4, "number": 1e-2}
_MOST_CUTS = 200  # places to cut at that are weighed; of more figures an even selection by rank
# What a limit with one digit more costs, beside the sum of squares of the classes' shares of the figures.
_DIGIT = 0.015
_STEPS = (5.0, 2.0, 1.0)


@dataclass(frozen=True)
class Scale:
    """A classed colour scale: ``limits`` are the inner class limits, ascending; n limits make n + 1 classes.

    Parameters
    ----------
    limits, unit, ramp
        Inner limits, how they are written, and the name of the colours.
    names
        Dutch names of the classes, low to high, where their limits say nothing (as of types).
    by_data
        Whether the limits follow the figures: a result fits them to its areas (see `class_limits`).
    goals
        Dutch names and figures of norms and goals, which are limits wherever figures lie on both sides of them, the
        one that counts most first; charts draw them as lines.
    breaks
        Further limits of that kind that are no goal, as of none and some.
    family
        Columns of one result with the same family share their limits, as before and after a plan.
    turn
        The limit at which a ramp of two colours turns from the one to the other; None where the middle class does.
    """

    limits: tuple[float, ...]
    unit: Unit
    ramp: str = "YlGnBu"
    names: tuple[str, ...] = ()
    by_data: bool = False
    goals: tuple[tuple[str, float], ...] = ()
    breaks: tuple[float, ...] = ()
    family: str = ""
    turn: float | None = None

    @classmethod
    def of_data(
        cls,
        unit: Unit = "number",
        ramp: str = "YlGnBu",
        *,
        goals: Iterable[tuple[str, float]] = (),
        breaks: Iterable[float] = (),
        family: str = "",
        turn: float | None = None,
    ) -> Scale:
        """Return a scale whose limits a result fits to its figures."""
        return cls(
            (), unit, ramp, by_data=True, goals=tuple(goals), breaks=tuple(breaks), family=family, turn=turn
        )  # fmt: skip

    def fitted(self, *columns: pd.Series) -> Scale:
        """Return the scale with its limits fitted to columns together, or as it is where they are declared."""
        if not self.by_data:
            return self
        import pandas as pd

        # A text is no figure: drawing refuses it, and says where it stands.
        numbers = [pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan) for column in columns]
        goals = (*(goal for _, goal in self.goals), *self.breaks)
        return replace(self, limits=_limits_of(np.concatenate(numbers).tobytes(), self.unit, goals))


@lru_cache(maxsize=512)
def _limits_of(figures: bytes, unit: Unit, goals: tuple[float, ...]) -> tuple[float, ...]:
    """Return the limits of figures given as bytes: every copy of a result fits the same figures anew."""
    return class_limits(np.frombuffer(figures), unit, goals)


def fitted_scales(scales: Mapping[str, Scale], areas: pd.DataFrame) -> dict[str, Scale]:
    """Return the scales of columns fitted to the figures of areas; those of one family share their limits."""
    there = {name: scale for name, scale in scales.items() if scale.by_data and name in areas.columns}
    families: dict[str, list[str]] = {}
    for name, scale in there.items():
        families.setdefault(scale.family or name, []).append(name)
    return {
        name: there[name].fitted(*(areas[member] for member in members))
        for members in families.values()
        for name in members
    }


def class_limits(
    values: NDArray[np.float64], unit: Unit, goals: Iterable[float] = (), classes: int = CLASSES
) -> tuple[float, ...]:
    """Return the inner limits of classes that split figures evenly, as round as they can be.

    Parameters
    ----------
    values
        The figures; unknown is NaN and in no class.
    unit
        How they are written: counts have whole limits, shares those of a hundredth of a per cent or rounder.
    goals
        Limits wherever figures lie on both sides of them; a figure on a limit is in the class above it. Of two
        between which no figure lies the one given first: the other would leave a class empty.
    classes
        How many at most, unless the goals make more; fewer where fewer figures differ. None is empty.

    Notes
    -----
    Of all round places between two neighbouring figures those are taken whose classes have the least sum of squared
    shares of the figures (even classes) plus a price for every digit of a limit, by dynamic programming: the same
    figures give the same limits, in whatever order.

    Examples
    --------
    >>> class_limits(np.array([3.0, 8.0, 12.0, 14.0, 21.0, 40.0]), "whole", goals=[20.0], classes=3)
    (10.0, 20.0)
    """
    known = np.sort(values[np.isfinite(values)])
    if not len(known):
        return ()
    fixed: list[float] = []
    for goal in goals:
        splits = known[0] < goal <= known[-1]
        if splits and all(_lie_between(known, *sorted((goal, other))) for other in fixed):
            fixed.append(goal)
    cuts = sorted({*_round_cuts(known, _FINEST.get(unit, 1.0), fixed), *fixed})
    return tuple(_evenest(known, cuts, fixed, max(classes, len(fixed) + 1)))


def _lie_between(known: NDArray[np.float64], low: float, high: float) -> bool:
    return bool(((known >= low) & (known < high)).any())


def _round_cuts(known: NDArray[np.float64], finest: float, fixed: list[float]) -> list[float]:
    """Return the roundest number between every two neighbouring figures, where no goal lies there."""
    distinct = np.unique(known)
    gaps = list(pairwise(distinct.tolist()))
    if len(gaps) > _MOST_CUTS:
        ranks = np.linspace(0, len(known) - 1, _MOST_CUTS + 1).round().astype(int)
        gaps = list(pairwise(np.unique(known[ranks]).tolist()))
    found = (roundest(low, high, finest) for low, high in gaps if not any(low < goal <= high for goal in fixed))
    return [cut for cut in found if cut is not None]


def roundest(low: float, high: float, finest: float) -> float | None:
    """Return the multiple of the coarsest step (1, 2 or 5 times a power of ten) above ``low`` and up to ``high``.

    None where no multiple of ``finest`` lies there.
    """
    top = max(abs(low), abs(high))
    exponent = math.ceil(math.log10(top)) if top > 0 else 0
    while 10.0**exponent >= finest * 0.999:
        for step in _STEPS:
            size = step * 10.0**exponent
            # Of several the one nearest to the middle of the gap; twelve digits leave the noise of floats out.
            middle = float(f"{round((low + high) / 2 / size) * size:.12g}")
            for place in (middle, float(f"{math.floor(high / size) * size:.12g}")):
                if low < place <= high:
                    return place
        exponent -= 1
    return None


def _evenest(known: NDArray[np.float64], cuts: list[float], fixed: list[float], classes: int) -> list[float]:
    """Return the cuts, with all that are fixed, that make at most so many classes at the least cost."""
    ends = [*np.searchsorted(known, cuts, side="left").tolist(), len(known)]
    prices = [*(0.0 if cut in fixed else _DIGIT * _digits(cut) for cut in cuts), 0.0]
    must = [*(place for place, cut in enumerate(cuts) if cut in fixed), len(cuts)]
    # best[k][i]: the least cost of k classes that end at cut i, and the cut before.
    best: list[dict[int, tuple[float, int]]] = [{-1: (0.0, -1)}]
    for _ in range(classes):
        row: dict[int, tuple[float, int]] = {}
        for end, upto in enumerate(ends):
            last_must = max((place for place in must if place < end), default=-1)
            choices = [
                (cost + ((upto - (ends[start] if start >= 0 else 0)) / len(known)) ** 2 + prices[end], start)
                for start, (cost, _) in best[-1].items()
                if last_must <= start < end
            ]
            if choices:
                row[end] = min(choices)
        best.append(row)
    last = len(cuts)
    count = min((k for k in range(1, classes + 1) if last in best[k]), key=lambda k: best[k][last])
    chosen = []
    for k in range(count, 1, -1):
        last = best[k][last][1]
        chosen.append(cuts[last])
    return chosen[::-1]


def _digits(value: float) -> float:
    """Count the digits of a limit that a reader has to remember; those that end on 5 read like half a digit."""
    digits = f"{abs(value):.6g}".replace(".", "").strip("0")
    return len(digits) - 0.5 * digits.endswith("5")
