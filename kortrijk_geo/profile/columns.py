"""The columns of the areas: their type, and the indicators behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.results import Column, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.profile.model import Model
    from kortrijk_geo.profile.rules import Indicator


def columns(indicators: Sequence[Indicator], model: Model | None) -> list[Column]:
    """Return the columns of `kortrijk_geo.profile.analyse`; without stable types the map has no layer of them."""
    return [
        Column("name", "Gebied"),
        Column("type", "Nummer van het type", scale=None if model is None else _types(model), short="Wijktype"),
        Column("type_label", "Wijktype", "text", table=model is not None),
        *(Column(indicator.key, indicator.label, scale=_scale(indicator), table=True) for indicator in indicators),
    ]


def _types(model: Model) -> Scale:
    names = tuple(f"{place}: {name}" for place, name in enumerate(model.names, start=1))
    return Scale(tuple(place + 0.5 for place in range(1, len(names))), "whole", "viridis", names)


def _scale(indicator: Indicator) -> Scale:
    return Scale.of_data("share" if indicator.transform == "share" else "number")
