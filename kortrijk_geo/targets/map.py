"""A map of the targets: the figure of every target that has one per area, against its goal. The page is a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.mapping import AreaLayer, MapSpec, draw_map
from kortrijk_geo.results import Scale
from kortrijk_geo.targets.rules import SHARE
from kortrijk_geo.targets.state import area_column

if TYPE_CHECKING:
    import folium

    from kortrijk_geo.targets.state import MonitorResult, TargetState
    from kortrijk_geo.text.dutch import Unit


def spec(result: MonitorResult) -> MapSpec:
    """Say what the map shows, from a result of `kortrijk_geo.targets.analyse`."""
    states: dict[str, TargetState] = {}
    for state in result.states:
        if state.areas:
            states.setdefault(area_column(state.target), state)
    layers = [AreaLayer(key, result.labels[key], _scale(result, key, state)) for key, state in states.items()]
    return MapSpec(
        result=result,
        title="Doelen",
        area_layers=tuple(layers),
        table=tuple(states),
        lead="Hoe staat elk gebied tegenover wat de stad beloofde?",
    )


def draw(result: MonitorResult) -> folium.Map:
    """Draw the map of a result."""
    return draw_map(spec(result))


def _scale(result: MonitorResult, key: str, state: TargetState) -> Scale:
    """Class at the goal where it holds for every area, else at the fifths of the figures."""
    unit: Unit = "share" if state.target.unit == SHARE else "number"
    if state.target.area_goal and state.target.goal is not None:
        return Scale((state.target.goal,), unit)
    return Scale.of_fifths(result.areas[key], unit)
