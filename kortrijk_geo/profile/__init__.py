"""Neighbourhood types from the themes' figures: firm groups of areas, or the honest answer that there are none.

>>> import kortrijk_geo as kg
>>> result = kg.profile.analyse(kg.demo_city())
>>> kg.profile.draw(result).save("wijktypes.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

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

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
