"""The columns of the areas: every figure that a target holds an area against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.results import Column, Scale
from kortrijk_geo.targets.rules import SHARE
from kortrijk_geo.targets.state import area_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kortrijk_geo.results import ThemeResult
    from kortrijk_geo.targets.rules import Target
    from kortrijk_geo.targets.state import TargetState
    from kortrijk_geo.text.dutch import Unit


def columns(results: Mapping[str, ThemeResult], states: Sequence[TargetState]) -> Iterator[Column]:
    """Return a column per figure of the areas, once, though several targets count it; the first target colours it."""
    first = {area_column(state.target): state for state in reversed(states) if state.areas}
    yield Column("name", "Gebied")
    for name in dict.fromkeys(area_column(state.target) for state in states if state.areas):
        measured = first[name].target.measured
        label = results[measured.theme].labels.get(name, name) if measured else name
        yield Column(name, label, scale=_scale(first[name].target), table=True)


def _scale(target: Target) -> Scale:
    """Class by the figures, and at the goal where it holds for every area."""
    unit: Unit = "share" if target.unit == SHARE else "number"
    return Scale.of_data(unit, goals=[("doel", target.goal)] if target.area_goal and target.goal is not None else [])
