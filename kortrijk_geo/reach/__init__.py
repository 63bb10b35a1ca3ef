"""Reach: which share of the inhabitants has the places of daily life within 15 minutes, on foot and by bicycle.

>>> import kortrijk_geo as kg
>>> result = kg.reach.analyse(kg.demo_city(), minutes=10)
>>> kg.reach.draw(result).save("bereik.html")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kortrijk_geo.reach.analysis import analyse
    from kortrijk_geo.reach.isochrones import FromPoint, isochrones_from, reach_from
    from kortrijk_geo.reach.map import draw, spec, with_isochrones
    from kortrijk_geo.reach.options import Options, check_options

_HOMES = {
    "FromPoint": "isochrones",
    "Options": "options",
    "analyse": "analysis",
    "check_options": "options",
    "draw": "map",
    "isochrones_from": "isochrones",
    "reach_from": "isochrones",
    "spec": "map",
    "with_isochrones": "map",
}
__all__ = [
    "FromPoint", "Options", "analyse", "check_options", "draw", "isochrones_from", "reach_from", "spec",
    "with_isochrones",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that importing the theme costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kortrijk_geo.reach' has no attribute {name!r}")
    return getattr(importlib.import_module(f"kortrijk_geo.reach.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
