"""Reach: which share of the inhabitants has the places of daily life within 15 minutes, on foot and by bicycle.

>>> import kortrijk_geo as kg
>>> result = kg.reach.analyse(kg.demo_city(), minutes=10)
>>> kg.reach.draw(result).save("bereik.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

if TYPE_CHECKING:
    from kortrijk_geo.reach.analysis import analyse
    from kortrijk_geo.reach.isochrones import FromPoint, isochrones_from, reach_from
    from kortrijk_geo.reach.map import draw, spec, with_isochrones
    from kortrijk_geo.reach.options import Options, check_options
    from kortrijk_geo.reach.prepared import Change, Prepared, prepare
    from kortrijk_geo.reach.transit import analyse_transit, transit_spec
    from kortrijk_geo.reach.transit_options import TransitOptions
    from kortrijk_geo.reach.transit_point import isochrones_by_transit, reach_by_transit
    from kortrijk_geo.reach.transit_prepared import PreparedTransit, TransitChange, prepare_transit
    from kortrijk_geo.reach.transit_route import Route, route

_HOMES = {
    "Change": "prepared",
    "FromPoint": "isochrones",
    "Options": "options",
    "Prepared": "prepared",
    "Route": "transit_route",
    "PreparedTransit": "transit_prepared",
    "TransitChange": "transit_prepared",
    "TransitOptions": "transit_options",
    "analyse": "analysis",
    "analyse_transit": "transit",
    "check_options": "options",
    "draw": "map",
    "isochrones_by_transit": "transit_point",
    "isochrones_from": "isochrones",
    "prepare": "prepared",
    "prepare_transit": "transit_prepared",
    "reach_by_transit": "transit_point",
    "reach_from": "isochrones",
    "route": "transit_route",
    "spec": "map",
    "transit_spec": "transit",
    "with_isochrones": "map",
}
__all__ = [
    "Change", "FromPoint", "Options", "Prepared", "PreparedTransit", "Route", "TransitChange", "TransitOptions",
    "analyse", "analyse_transit", "check_options", "draw", "isochrones_by_transit", "isochrones_from", "prepare",
    "prepare_transit", "reach_by_transit", "reach_from", "route", "spec", "transit_spec", "with_isochrones",
]  # fmt: skip

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
