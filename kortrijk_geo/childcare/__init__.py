"""Childcare: places per 100 children against the norm, catchments, the outlook, the next places, the premium.

>>> import kortrijk_geo as kg
>>> city = kg.demo_city()
>>> result = kg.childcare.analyse(city)
>>> kg.childcare.draw(result).save("kinderopvang.html")
>>> plan = kg.childcare.expand(city, places=100, unit=10)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kortrijk_geo.childcare.analysis import analyse, published_series
    from kortrijk_geo.childcare.catchment import Catchment, Network, measure_catchment, network
    from kortrijk_geo.childcare.expansion import expand
    from kortrijk_geo.childcare.gaps import Gaps, children_from_0_4, find_gaps, fractional_shortage
    from kortrijk_geo.childcare.map import draw, spec
    from kortrijk_geo.childcare.options import Options, check_options
    from kortrijk_geo.childcare.outlook import Outlook, look_ahead, with_outlook
    from kortrijk_geo.childcare.trend import Trend, compare_years

# No public name is that of a room: importing a room would put the room in its place.
_HOMES = {
    "Catchment": "catchment",
    "Gaps": "gaps",
    "Network": "catchment",
    "Options": "options",
    "Outlook": "outlook",
    "Trend": "trend",
    "analyse": "analysis",
    "check_options": "options",
    "children_from_0_4": "gaps",
    "compare_years": "trend",
    "draw": "map",
    "expand": "expansion",
    "find_gaps": "gaps",
    "fractional_shortage": "gaps",
    "look_ahead": "outlook",
    "measure_catchment": "catchment",
    "network": "catchment",
    "published_series": "analysis",
    "spec": "map",
    "with_outlook": "outlook",
}
__all__ = [
    "Catchment",
    "Gaps",
    "Network",
    "Options",
    "Outlook",
    "Trend",
    "analyse",
    "check_options",
    "children_from_0_4",
    "compare_years",
    "draw",
    "expand",
    "find_gaps",
    "fractional_shortage",
    "look_ahead",
    "measure_catchment",
    "network",
    "published_series",
    "spec",
    "with_outlook",
]


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that importing the theme costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kortrijk_geo.childcare' has no attribute {name!r}")
    return getattr(importlib.import_module(f"kortrijk_geo.childcare.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
