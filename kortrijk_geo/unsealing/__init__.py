"""Unsealing: sealed ground per area, what of it could go, the rain that keeps, and which patches come first.

>>> import kortrijk_geo as kg
>>> result = kg.unsealing.analyse(kg.demo_city())
>>> kg.unsealing.draw(result).save("ontharding.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

if TYPE_CHECKING:
    from kortrijk_geo.unsealing.analysis import analyse
    from kortrijk_geo.unsealing.map import draw, spec
    from kortrijk_geo.unsealing.options import Options, check_options
    from kortrijk_geo.unsealing.plan import Plan, make_plan
    from kortrijk_geo.unsealing.rules import load_costs

_HOMES = {
    "Options": "options",
    "Plan": "plan",
    "analyse": "analysis",
    "check_options": "options",
    "draw": "map",
    "load_costs": "rules",
    "make_plan": "plan",
    "spec": "map",
}
__all__ = ["Options", "Plan", "analyse", "check_options", "draw", "load_costs", "make_plan", "spec"]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
