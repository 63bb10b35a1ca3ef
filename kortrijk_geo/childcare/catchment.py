"""Catchments of childcare: how many places per 100 children the children of every home can reach."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from kortrijk_geo.capacity import catchment as capacity
from kortrijk_geo.capacity import network as streets
from kortrijk_geo.capacity.catchment import Catchment, Method, check_method
from kortrijk_geo.capacity.network import DECAYS, KEYS, Level, Network, home_groups
from kortrijk_geo.childcare.gaps import check_level
from kortrijk_geo.childcare.locations import count_day, read_locations
from kortrijk_geo.childcare.notes import catchment_notes
from kortrijk_geo.childcare.rules import catchment_rules
from kortrijk_geo.errors import DataError, OptionError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    import geopandas as gpd

    from kortrijk_geo.capacity.network import Floats
    from kortrijk_geo.engine.places import SnapTo
    from kortrijk_geo.engine.streets import Mode
    from kortrijk_geo.pack.city import City

__all__ = [
    "DECAYS",
    "Catchment",
    "Method",
    "Network",
    "check_method",
    "decay_of",
    "measure_catchment",
    "network",
    "reach_m",
]


def network(city: City, mode: Mode = "walk", *, snap_to: SnapTo = "largest") -> Network:
    """Put the homes of a city on the streets of a mode; for ``snap_to`` see `StreetGraph.place`.

    Raises
    ------
    MissingLayerError
        When the pack lacks homes or streets.
    DataError
        When no home has a child aged 0-2.
    """
    net = streets.network(
        city, mode, ["children_0_2"], "kinderen", snap_m=catchment_rules().snap.max_m, snap_to=snap_to,
        theme="The catchment of childcare",
    )  # fmt: skip
    if not net.people.sum() > 0:
        raise DataError(
            f"{city.folder}, layer homes: no home on a street has a child aged 0-2 (column children_0_2);"
            " add counts of children to the recipe and build the pack again"
        )
    return net


def reach_m(mode: str, *, minutes: float | None = None, limit_m: float | None = None) -> float:
    """Longest trip of a mode in metres; `OptionError` when mode, minutes or metres cannot be used."""
    return streets.reach_m(catchment_rules(), mode, minutes=minutes, limit_m=limit_m)


def decay_of(name: str, limit_m: float) -> Callable[[Floats], Floats]:
    """Return the decay ``steps``, ``gaussian`` or ``flat`` (weight 1) up to a limit."""
    return streets.decay_of(catchment_rules(), name, limit_m)


def measure_catchment(
    city: City,
    *,
    mode: Mode = "walk",
    method: Method = "e2sfca",
    decay: str = "steps",
    minutes: float | None = None,
    limit_m: float | None = None,
    level: Level = "areas",
    on: dt.date | None = None,
    locations: gpd.GeoDataFrame | None = None,
    net: Network | None = None,
) -> Catchment:
    """Measure the places per 100 children that the children of every home can reach.

    Methods and bounds are those of `kortrijk_geo.capacity.catchment.catchment`.

    Parameters
    ----------
    city
        A pack with layers ``homes``, ``streets``, ``childcare`` and ``areas``. Homes and childcare outside the study
        area count.
    mode
        ``walk`` or ``cycle``.
    method, decay
        ``decay`` is ``steps`` or ``gaussian``, of ``e2sfca`` only; see ``catchment.toml``.
    minutes, limit_m
        Longest trip, in minutes at the mode's speed or in metres; None for the 15 minutes of ``catchment.toml``.
    level
        Layer of the areas for the means.
    on
        Day of the count; None for the pack's reference date.
    locations
        Locations as `read_locations` gives them, when the caller has them.
    net
        The streets with the homes on them, when the caller has them; None puts them on as `network` does.

    Returns
    -------
    Catchment
        With in ``locations``, by ``location_id``, the columns ``places``, ``children_in_reach`` and
        ``places_per_100_children``.

    Raises
    ------
    MissingLayerError
        When the pack lacks a layer.
    OptionError
        When an option has a value that cannot be used.
    """
    check_method(method)
    check_level(level)
    city.require("childcare", "areas", level, theme="The catchment of childcare")
    net = net or network(city, mode)
    if net.mode != mode:
        raise OptionError(f"the streets given are for mode {net.mode!r}, the question is for {mode!r}")
    limit = reach_m(mode, minutes=minutes, limit_m=limit_m)
    if locations is None:
        locations, _ = read_locations(city, on or count_day(city))
    reached = capacity.catchment(
        net, locations[locations["counted"]].set_index("location_id"), "places",
        area=home_groups(city, net.homes, level), ids=pd.Index(city.layer(level)[KEYS[level]], name="area_id"),
        limit_m=limit, rules=catchment_rules(), method=method, decay=decay,
    )  # fmt: skip
    names = {
        "capacity": "places", "people_in_reach": "children_in_reach",
        "capacity_per_100_people": "places_per_100_children",
    }  # fmt: skip
    notes = catchment_notes(net, locations, reached.on_street)
    return replace(reached, locations=reached.locations.rename(columns=names), notes=notes)
