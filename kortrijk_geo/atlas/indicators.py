"""The figures by which the wijken of a city are set beside each other: which, from which theme, and against what."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from kortrijk_geo.figure import GOAL_WORDS
from kortrijk_geo.mapping.legend import scale_classes
from kortrijk_geo.rules import Items, Rules, Tables, Text, read_rules
from kortrijk_geo.text.dutch import unit_of
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from kortrijk_geo.mapping.spec import AreaLayer, MapSpec
    from kortrijk_geo.results import ThemeResult

Better = Literal["more", "less", "neither"]


class IndicatorRule(Rules):
    """One figure to show; the head of ``indicators.toml`` tells its keys."""

    theme: Text
    column: Text
    better: Better
    label: Text = ""
    goal: Literal["", "headline", "norm"] = ""


class PlaceRule(Rules):
    """Places on the small map of a wijk."""

    label: Text
    colour: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
    layer: Text
    categories: Annotated[tuple[Text, ...], Items(least=1)] = ()
    theme: Text = ""


class IndicatorRules(Rules):
    """The file ``indicators.toml``."""

    indicator: Annotated[tuple[IndicatorRule, ...], Tables()]
    place: Annotated[tuple[PlaceRule, ...], Tables()]


@dataclass(frozen=True)
class Indicator:
    """One figure of the areas of a theme, as ``atlas.json`` tells of it; its values are those of the theme's result.

    Parameters
    ----------
    column
        As in the areas of the result.
    label, unit
        Dutch label, and how it is written.
    better
        Whether more is better, or less, or neither.
    limits, classes
        The classes of the page's map, with their colours; empty where the map does not show it.
    goal
        The number that it is held against, what that is called and who says so; None where there is none.
    sum
        Of the areas, where the whole city has another number: a shortage of 50 beside shortages of 118 in all.
    """

    column: str
    label: str
    unit: str
    better: Better
    limits: tuple[float, ...]
    classes: tuple[dict[str, str], ...]
    goal: dict[str, Any] | None
    sum: float | None = None


@cache
def _rules() -> IndicatorRules:
    return read_rules(IndicatorRules, Path(__file__).with_name("indicators.toml"))


def place_rules() -> tuple[PlaceRule, ...]:
    """Return which places the small map of a wijk shows."""
    return _rules().place


def indicators_of(spec: MapSpec) -> list[dict[str, Any]]:
    """Return the indicators of a theme's page, as plain data.

    A theme of which the rules name none shows what its headlines and the layers of its map have in common.
    """
    if spec.compared is not None:
        return []
    result = spec.result.published()
    layers = {layer.column: layer for layer in spec.area_layers if layer.scale.unit != "text" and not layer.scale.names}
    rules = [rule for rule in _rules().indicator if rule.theme == result.theme]
    if not rules and spec.own_page is None:
        shared = [figure.key for figure in result.headlines if figure.key in layers]
        rules = [IndicatorRule(theme=result.theme, column=key, better="neither", goal="headline") for key in shared]
    sums = result.sums() if rules else {}
    found = [_indicator(rule, result, layers, sums) for rule in rules]
    return [plain(asdict(indicator)) for indicator in found if indicator is not None]


def _indicator(
    rule: IndicatorRule, result: ThemeResult, layers: dict[str, AreaLayer], sums: dict[str, float]
) -> Indicator | None:
    columns = layers if "*" in rule.column else result.areas.columns
    column = next((name for name in columns if fnmatchcase(name, rule.column)), None)
    if column is None:
        return None
    layer = layers.get(column)
    declared = {each.name: each.unit for each in result.columns}.get(column) or (layer.scale.unit if layer else None)
    before, star, after = rule.column.partition("*")
    variable = column[len(before) : len(column) - len(after)] if star else ""
    return Indicator(
        column=column,
        label=rule.label.format(variable) if rule.label else result.labels.get(column, column),
        unit=unit_of(column, result.areas[column], declared),
        better=rule.better,
        limits=tuple(layer.scale.limits) if layer else (),
        classes=tuple(scale_classes(layer.scale)) if layer else (),
        goal=_goal(rule, column, result),
        sum=sums.get(column),
    )


def _goal(rule: IndicatorRule, column: str, result: ThemeResult) -> dict[str, Any] | None:
    """Return what the areas are held against: a norm of the theme, or the target of the headline of the same name."""
    if rule.goal == "norm" and "norm" in result.options:
        return {"value": result.options["norm"], "word": result.options.get("norm_label") or "norm", "source": ""}
    figure = next((each for each in result.headlines if each.key == column and each.target is not None), None)
    if rule.goal != "headline" or figure is None:
        return None
    return {"value": figure.target, "word": GOAL_WORDS[figure.target_kind], "source": figure.target_source}
