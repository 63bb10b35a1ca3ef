"""What nobody counted per area but only for the city: every figure that rests on it is called a raming."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import chain
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import Column, Figure, ThemeResult

R = TypeVar("R", bound="ThemeResult")
MARK = " (raming)"
# What of the homes is spread from a count of their area.
_COUNTED_AS = {"residents": "population"}


class Counts(Protocol):
    """What a figure rests on, as `kortrijk_geo.pack.gate.Rests` tells it."""

    @property
    def counts(self) -> tuple[tuple[str, str], ...]:
        """Layer and measure of each count."""


def estimates_of(city: City) -> dict[tuple[str, str], str]:
    """Return how each estimate was made, by layer and by what it counts; none of a layer that was replaced."""
    return {
        (layer, _COUNTED_AS.get(column, column)): how
        for layer, record in city.info.layers.items()
        if layer not in city.changed_layers
        for column, how in record.estimates.items()
    }


def estimated(result: R, city: City, figures: Mapping[str, Sequence[Counts]]) -> R:
    """Return a result that calls an estimate what rests on one.

    ``figures`` says on which counts a column or headline rests, as `kortrijk_geo.pack.gate.rests_on` takes it.
    """
    made = estimates_of(city)
    if not made:
        return result
    resting = {
        pattern: [made[key] for rest in rests for key in rest.counts if key in made]
        for pattern, rests in figures.items()
    }
    names = [*(column.name for column in result.columns), *(figure.key for figure in result.headlines)]
    hows = {name: [how for pattern, how in resting.items() if how and fnmatchcase(name, pattern)] for name in names}
    return marked(result, [name for name in names if hows[name]], chain.from_iterable(chain(*hows.values())))


def marked(result: R, names: Iterable[str], hows: Iterable[str]) -> R:
    """Return a result that calls the columns and headlines of these names estimates, and says how they were made.

    Parameters
    ----------
    result
        Of a theme.
    names
        Columns of its areas and keys of its headlines that rest on an estimate.
    hows
        Dutch sentences that say how the estimates were made.
    """
    estimated = set(names)
    if not estimated:
        return result

    def column(one: Column) -> Column:
        short = f"{one.short}{MARK}" if one.short else ""
        return replace(one, label=f"{one.label}{MARK}", short=short) if one.name in estimated else one

    def headline(one: Figure) -> Figure:
        return replace(one, label=f"{one.label}{MARK}") if one.key in estimated else one

    notes = [f"{how[:1].upper()}{how[1:]}." for how in dict.fromkeys(hows)]
    return replace(
        result,
        columns=[column(one) for one in result.columns],
        headlines=[headline(one) for one in result.headlines],
        notes=[*notes, *result.notes],
    )
