"""The columns of the areas: their type, and the indicators behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.results import Column, Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from kortrijk_geo.profile.model import Model
    from kortrijk_geo.profile.rules import Indicator

_SHARES = Scale((0.2, 0.4, 0.6, 0.8), "share")


def columns(areas: pd.DataFrame, indicators: Sequence[Indicator], model: Model | None) -> list[Column]:
    """Return the columns of `kortrijk_geo.profile.analyse`; without stable types the map has no layer of them."""
    return [
        Column("name", "Gebied"),
        Column("type", "Nummer van het type", scale=None if model is None else _types(model), short="Wijktype"),
        Column("type_label", "Wijktype", "text", table=True),
        *(
            Column(indicator.key, indicator.label, scale=_scale(areas, indicator), table=True)
            for indicator in indicators
        ),
    ]


def _types(model: Model) -> Scale:
    names = tuple(f"{place}: {name}" for place, name in enumerate(model.names, start=1))
    return Scale(tuple(place + 0.5 for place in range(1, len(names))), "whole", "viridis", names)


def _scale(areas: pd.DataFrame, indicator: Indicator) -> Scale:
    return _SHARES if indicator.transform == "share" else Scale.of_fifths(areas[indicator.key])
