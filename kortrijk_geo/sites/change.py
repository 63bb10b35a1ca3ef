"""What one change of the city's sites does, at once: who gets a use within reach and who loses it.

The streets, the homes on them and their distance to the nearest place of the use are kept; a change measures anew only
what it touches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack

import numpy as np

from kortrijk_geo.errors import OptionError
from kortrijk_geo.sites.choice import Ground, check_choice
from kortrijk_geo.sites.measure import TOLERANCE_M
from kortrijk_geo.sites.question import place_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.sites.options import Options

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class UseChange:
    """What a change of sites does.

    Parameters
    ----------
    people_gain, people_lose
        Inhabitants who get the use within the limit, and who lose it; None where the inhabitants of any of them are
        unknown.
    homes_gain, homes_lose
        Homes of these.
    metres
        From every home to the nearest place after the change; infinite where there is no way.
    """

    people_gain: float | None
    people_lose: float | None
    homes_gain: int
    homes_lose: int
    metres: Floats = field(repr=False)


@dataclass(frozen=True)
class ReadyUse:
    """A city made ready for questions about one use; made by `prepare_use`."""

    ground: Ground = field(repr=False)
    use: str
    limit_m: float
    has: NDArray[np.bool_] = field(repr=False)
    metres: Floats = field(repr=False)

    def change(self, *, opened: Sequence[str] = (), closed: Sequence[str] = ()) -> UseChange:
        """Tell what changes when sites get the use, or close for it; this object stays as it is.

        Raises
        ------
        OptionError
            When a site is not there, is opened that has the use or lies on no street, or is closed that has it not.
        """
        stock = self.ground.stock
        new, gone = (place_numbers(ids, stock, name) for ids, name in ((opened, "opened"), (closed, "closed")))
        for places, wrong, why in (
            (new, self.has, "has the use already"),
            (new, ~self.ground.on_street, "lies too far from a street"),
            (gone, ~self.has, "does not have the use"),
        ):
            if wrong[places].any():
                row = stock.sites[stock.place_of_site == places[wrong[places]][0]].iloc[0]
                raise OptionError(f"site {row['site_id']!r} {why}")
        metres = self.metres
        if len(gone):
            metres = self.ground.nearest_m(np.setdiff1d(np.flatnonzero(self.has), gone))
        if len(new):
            metres = np.minimum(metres, self.ground.nearest_m(new))
        before, after = self.metres <= self.limit_m, metres <= self.limit_m
        gain, lose = after & ~before, before & ~after
        return UseChange(self._people(gain), self._people(lose), int(gain.sum()), int(lose.sum()), metres)

    def _people(self, homes: NDArray[np.bool_]) -> float | None:
        total = float(self.ground.people.counts[homes, 0].sum())
        return None if np.isnan(total) else total


def prepare_use(city: City, use: str, *, mode: str = "walk", **options: Unpack[Options]) -> ReadyUse:
    """Make a city ready for questions about one use.

    Parameters
    ----------
    city
        A pack as for `kortrijk_geo.sites.analyse`.
    use
        Key or Dutch word of a use.
    mode
        ``walk`` or ``cycle``.
    **options
        See `kortrijk_geo.sites.Options`; ``modes`` is left out.

    Raises
    ------
    OptionError, MissingLayerError, DataError
        As `kortrijk_geo.sites.choice.choose`.
    """
    chosen, question = check_choice(use=use, count=1, mode=mode, **options)
    if len(question.uses) > 1:
        raise OptionError(f"use is {use!r}; a city is made ready for one use")
    (way,) = chosen.modes
    ground = Ground.of(city, chosen, way)
    has = np.asarray(ground.stock.use_of_place == ground.stock.keys.index(question.uses[0]))
    metres = ground.nearest_m(np.flatnonzero(has))
    return ReadyUse(ground, question.uses[0], chosen.limit_m(way) + TOLERANCE_M, has, metres)
