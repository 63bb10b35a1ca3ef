"""The city's own sites: who lives around each, who has another of its use, and who loses the last when it closes.

>>> import kortrijk_geo as kg
>>> result = kg.sites.analyse(kg.demo_city())
>>> kg.sites.draw(result).save("stadspatrimonium.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

if TYPE_CHECKING:
    from kortrijk_geo.sites.analysis import SitesResult, analyse
    from kortrijk_geo.sites.map import draw, spec
    from kortrijk_geo.sites.options import Options, check_options

_HOMES = {
    "Options": "options",
    "SitesResult": "analysis",
    "analyse": "analysis",
    "check_options": "options",
    "draw": "map",
    "spec": "map",
}
__all__ = ["Options", "SitesResult", "analyse", "check_options", "draw", "spec"]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
