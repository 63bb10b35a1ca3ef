"""Childcare: places per 100 children against the norm, catchments, the outlook, the next places, the premium.

>>> import kortrijk_geo as kg
>>> city = kg.demo_city()
>>> result = kg.childcare.analyse(city)
>>> kg.childcare.draw(result).save("kinderopvang.html")
>>> plan = kg.childcare.expand(city, places=100, unit=10)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

if TYPE_CHECKING:
    from kortrijk_geo.childcare.analysis import analyse, published_series
    from kortrijk_geo.childcare.catchment import Catchment, Network, measure_catchment, network
    from kortrijk_geo.childcare.expansion import expand
    from kortrijk_geo.childcare.gaps import Gaps, children_from_0_4, find_gaps, fractional_shortage
    from kortrijk_geo.childcare.map import draw, spec
    from kortrijk_geo.childcare.options import Options, check_options
    from kortrijk_geo.childcare.outlook import Outlook, look_ahead, with_outlook
    from kortrijk_geo.childcare.trend import Trend, compare_years
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.deciding import decide
    from kortrijk_geo.premium.rulebooks import load_rulebooks

# No public name is that of a room: importing a room would put the room in its place. The names of the premium were here
# before it had a room of its own.
_HOMES = {
    "Application": "premium.application",
    "Catchment": "childcare.catchment",
    "Gaps": "childcare.gaps",
    "Network": "childcare.catchment",
    "Options": "childcare.options",
    "Outlook": "childcare.outlook",
    "Trend": "childcare.trend",
    "analyse": "childcare.analysis",
    "check_options": "childcare.options",
    "children_from_0_4": "childcare.gaps",
    "compare_years": "childcare.trend",
    "draw": "childcare.map",
    "expand": "childcare.expansion",
    "find_gaps": "childcare.gaps",
    "fractional_shortage": "childcare.gaps",
    "look_ahead": "childcare.outlook",
    "measure_catchment": "childcare.catchment",
    "network": "childcare.catchment",
    "published_series": "childcare.analysis",
    "spec": "childcare.map",
    "with_outlook": "childcare.outlook",
    "decide": "premium.deciding",
    "load_rulebooks": "premium.rulebooks",
}
__all__ = [
    "Application", "Catchment", "Gaps", "Network", "Options", "Outlook", "Trend", "analyse", "check_options",
    "children_from_0_4", "compare_years", "decide", "draw", "expand", "find_gaps", "fractional_shortage",
    "load_rulebooks", "look_ahead", "measure_catchment", "network", "published_series", "spec", "with_outlook",
]  # fmt: skip

__getattr__, __dir__ = lazy_names(__name__, _HOMES, within="kortrijk_geo")
