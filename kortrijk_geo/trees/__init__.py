"""Trees: where a tree can stand and why not elsewhere, where it is needed first, and how many places there are.

>>> import kortrijk_geo as kg
>>> city = kg.demo_city()
>>> result = kg.trees.analyse(city)
>>> kg.trees.draw(result).save("bomen.html")
>>> kg.trees.explain(city, 72133, 169304).sizes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

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

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
