"""kortrijk_geo: the geospatial planning toolkit that a city can decide with.

>>> import kortrijk_geo as kg
>>> city = kg.demo_city()
>>> result = kg.reach.analyse(city)
>>> kg.reach.draw(result).save("bereik.html")
"""

from __future__ import annotations

from importlib import import_module

from kortrijk_geo.version import __version__

TYPE_CHECKING = False  # typing itself takes as long to import as all of this
if TYPE_CHECKING:
    from typing import Any

    from kortrijk_geo import childcare, housing, premium, profile, reach, services, sites, targets, trees, unsealing
    from kortrijk_geo.atlas.comparison import compare
    from kortrijk_geo.demo import demo_city
    from kortrijk_geo.pack.city import City, open_city

__all__ = [
    "City",
    "__version__",
    "childcare",
    "compare",
    "demo_city",
    "housing",
    "open_city",
    "premium",
    "profile",
    "reach",
    "services",
    "sites",
    "targets",
    "trees",
    "unsealing",
]

_HOMES = {
    "City": "kortrijk_geo.pack.city",
    "compare": "kortrijk_geo.atlas.comparison",
    "demo_city": "kortrijk_geo.demo",
    "open_city": "kortrijk_geo.pack.city",
}


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that ``import kortrijk_geo`` costs nothing."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "premium":
        return import_module("kortrijk_geo.premium")
    from kortrijk_geo.catalogue import THEMES

    if name in THEMES:
        return import_module(THEMES[name].module)
    raise AttributeError(f"module 'kortrijk_geo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
