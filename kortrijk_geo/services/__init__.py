"""Services: schools, care, doctors, sport and play against the people who need them, and where nobody has any.

>>> import kortrijk_geo as kg
>>> result = kg.services.analyse(kg.demo_city())
>>> kg.services.draw(result).save("voorzieningen.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

if TYPE_CHECKING:
    from kortrijk_geo.services.analysis import ServicesResult, analyse
    from kortrijk_geo.services.expansion import expand
    from kortrijk_geo.services.map import draw, spec
    from kortrijk_geo.services.options import Options, check_options
    from kortrijk_geo.services.rules import load_forecast, load_services

_HOMES = {
    "Options": "services.options",
    "ServicesResult": "services.analysis",
    "analyse": "services.analysis",
    "check_options": "services.options",
    "draw": "services.map",
    "expand": "services.expansion",
    "load_forecast": "services.rules",
    "load_services": "services.rules",
    "spec": "services.map",
}
__all__ = [
    "Options",
    "ServicesResult",
    "analyse",
    "check_options",
    "draw",
    "expand",
    "load_forecast",
    "load_services",
    "spec",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES, within="kortrijk_geo")
