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
    from kortrijk_geo.pack.wijk_codes import changed_parents, current_codes

_HOMES = {
    "Allocation": "housing.allocation",
    "Growth": "housing.growth",
    "Options": "housing.options",
    "allocate": "housing.allocation",
    "analyse": "housing.analysis",
    "changed_parents": "pack.wijk_codes",
    "check_options": "housing.options",
    "current_codes": "pack.wijk_codes",
    "draw": "housing.map",
    "project_growth": "housing.growth",
    "spec": "housing.map",
    "with_allocation": "housing.allocation",
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

__getattr__, __dir__ = lazy_names(__name__, _HOMES, within="kortrijk_geo")
