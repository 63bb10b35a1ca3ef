"""Trees: where a tree can stand and why not elsewhere, where it is needed first, and how many places there are.

>>> import kortrijk_geo as kg
>>> city = kg.demo_city()
>>> result = kg.trees.analyse(city)
>>> kg.trees.draw(result).save("bomen.html")
>>> kg.trees.explain(city, 72133, 169304).sizes
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kortrijk_geo.trees.analysis import analyse
    from kortrijk_geo.trees.explain import Explanation, explain
    from kortrijk_geo.trees.map import draw, spec
    from kortrijk_geo.trees.options import Options, check_options

_HOMES = {
    "Explanation": "explain",
    "Options": "options",
    "analyse": "analysis",
    "check_options": "options",
    "draw": "map",
    "explain": "explain",
    "spec": "map",
}
__all__ = ["Explanation", "Options", "analyse", "check_options", "draw", "explain", "spec"]


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that importing the theme costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kortrijk_geo.trees' has no attribute {name!r}")
    return getattr(importlib.import_module(f"kortrijk_geo.trees.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
