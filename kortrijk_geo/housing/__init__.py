"""Social housing: how much of it, where it is concentrated, what growth means, and where the next homes may go.

>>> import kortrijk_geo as kg
>>> result = kg.housing.analyse(kg.demo_city())
>>> kg.housing.draw(result).save("sociaal_wonen.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

if TYPE_CHECKING:
    from kortrijk_geo.housing.allocation import Allocation, allocate, with_allocation
    from kortrijk_geo.housing.analysis import analyse
    from kortrijk_geo.housing.growth import Growth, project_growth
    from kortrijk_geo.housing.map import draw, spec
    from kortrijk_geo.housing.options import Options, check_options
    from kortrijk_geo.housing.wijk_codes import changed_parents, current_codes

_HOMES = {
    "Allocation": "allocation",
    "Growth": "growth",
    "Options": "options",
    "allocate": "allocation",
    "analyse": "analysis",
    "changed_parents": "wijk_codes",
    "check_options": "options",
    "current_codes": "wijk_codes",
    "draw": "map",
    "project_growth": "growth",
    "spec": "map",
    "with_allocation": "allocation",
}
__all__ = [
    "Allocation",
    "Growth",
    "Options",
    "allocate",
    "analyse",
    "changed_parents",
    "check_options",
    "current_codes",
    "draw",
    "project_growth",
    "spec",
    "with_allocation",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
