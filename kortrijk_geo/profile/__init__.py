"""Neighbourhood types from the themes' figures: firm groups of areas, or the honest answer that there are none.

>>> import kortrijk_geo as kg
>>> result = kg.profile.analyse(kg.demo_city())
>>> kg.profile.draw(result).save("wijktypes.html")
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kortrijk_geo.profile.analysis import ProfileResult, analyse, write_centroids
    from kortrijk_geo.profile.map import draw, spec
    from kortrijk_geo.profile.options import Options, check_options

_HOMES = {
    "Options": "options",
    "ProfileResult": "analysis",
    "analyse": "analysis",
    "check_options": "options",
    "draw": "map",
    "spec": "map",
    "write_centroids": "analysis",
}
__all__ = ["Options", "ProfileResult", "analyse", "check_options", "draw", "spec", "write_centroids"]


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that importing the room costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kortrijk_geo.profile' has no attribute {name!r}")
    return getattr(importlib.import_module(f"kortrijk_geo.profile.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
