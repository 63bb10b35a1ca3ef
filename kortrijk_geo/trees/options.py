"""The options of the trees theme: what can be asked, and what is chosen where nothing is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict, Unpack

from kortrijk_geo.engine.places import SnapTo, check_snap_to
from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.options import MOST_WHOLE, Option, above_zero, takes
from kortrijk_geo.trees.rules import NeedRules, PlantingRules, load_need, load_rules

PLANTED = ("plantable", "permission", "pit")


class Options(TypedDict, total=False):
    """The options of `kortrijk_geo.trees.analyse`."""

    rules: Annotated[str | Path | None, Option("TOML file instead of the package's ``rules.toml``.")]
    need: Annotated[str | Path | None, Option("TOML file instead of the package's ``need.toml``.")]
    plant_on: Annotated[
        Sequence[str], Option("Kinds of ground on which sites are chosen: plantable, permission, pit.", ("plantable",))
    ]
    assumed_crown_m2: Annotated[
        float | None,
        Option("Crown of trees of which it is unknown, for 3-30-300; None leaves those homes unknown.", unit="m2"),
    ]
    bounds: Annotated[
        Mapping[str, Sequence[float]] | None,
        Option(
            'Least and largest value of the gap and of indicators by id, from ``options["bounds"]`` of an earlier'
            " result, so that scores of several years can be compared."
        ),
    ]
    snap_to: Annotated[
        SnapTo,
        Option(
            'What homes and entrances of green are put on: "largest" (part of the network), or "any" street.', "largest"
        ),
    ]
    target_trees: Annotated[int | None, Option("Target instead of that of the rules file.", unit="trees")]
    target_hedge_m: Annotated[int | None, Option("Target instead of that of the rules file.", unit="m")]


@dataclass(frozen=True)
class Chosen:
    """The options of one analysis, checked, with what was not given: all its figures depend on beside the pack."""

    rules: PlantingRules
    need: NeedRules
    plant_on: tuple[str, ...]
    assumed_crown_m2: float | None
    bounds: dict[str, tuple[float, float]]
    snap_to: SnapTo
    target_trees: int | None
    target_hedge_m: int | None


@takes(Options)
def choose(nis_code: str = "", **options: Unpack[Options]) -> Chosen:
    """Check the options of an analysis.

    Parameters
    ----------
    nis_code
        Municipality, of which the rules file may know the targets.
    **options
        See `Options`.

    Raises
    ------
    OptionError
        When a value cannot be used.
    MissingFileError, DataError
        When a file is missing or breaks its form.
    """
    rules, need, plant_on = options["rules"], options["need"], options["plant_on"]
    crown = options["assumed_crown_m2"]
    planting = load_rules(None if rules is None else Path(rules))
    needs = load_need(None if need is None else Path(need))
    wrong = [kind for kind in plant_on if kind not in PLANTED]
    if wrong or not plant_on or isinstance(plant_on, str):
        hint = did_you_mean(wrong[0], PLANTED) if wrong and not isinstance(plant_on, str) else ""
        raise OptionError(f"plant_on must be some of {', '.join(PLANTED)}, found {plant_on!r}{hint}")
    target = planting.target_of(nis_code)
    return Chosen(
        rules=planting,
        need=needs,
        plant_on=tuple(kind for kind in PLANTED if kind in plant_on),
        assumed_crown_m2=None if crown is None else above_zero("assumed_crown_m2", crown, most=10_000),
        bounds=_bounds(options["bounds"] or {}, ["gap", *(indicator.id for indicator in needs.equity.indicators)]),
        snap_to=check_snap_to(options["snap_to"]),
        target_trees=_target("target_trees", options["target_trees"], target.trees if target else None),
        target_hedge_m=_target("target_hedge_m", options["target_hedge_m"], target.hedge_m if target else None),
    )


def check_options(**options: Unpack[Options]) -> None:
    """Refuse an option that is wrong in itself, before a pack is read; errors as `choose`."""
    choose(**options)


def _target(name: str, value: Any, known: int | None) -> int | None:
    if value is None:
        return known
    if above_zero(name, value, most=MOST_WHOLE) != int(value):
        raise OptionError(f"{name} must be a whole number, found {value!r}")
    return int(value)


def _bounds(frozen: Mapping[str, Sequence[float]], names: Sequence[str]) -> dict[str, tuple[float, float]]:
    bounds = {}
    for name, pair in frozen.items():
        if name not in names:
            raise OptionError(f"bounds: {name!r} is not known{did_you_mean(name, names, otherwise='the names are')}")
        numbers = list(pair)
        if len(numbers) != 2 or not all(math.isfinite(value) for value in numbers) or numbers[0] >= numbers[1]:
            raise OptionError(f"bounds: {name} must be two numbers, the least first, found {pair!r}")
        bounds[name] = (float(numbers[0]), float(numbers[1]))
    return bounds
