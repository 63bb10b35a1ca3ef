"""The streets of one mode with the homes on them, and the people there: what takes long and serves many questions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.capacity.people import People, people_bounds
from kortrijk_geo.engine.catchment import gaussian, steps
from kortrijk_geo.engine.rates import area_of
from kortrijk_geo.engine.streets import Mode, StreetGraph
from kortrijk_geo.errors import OptionError
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from kortrijk_geo.capacity.rules import CatchmentRules
    from kortrijk_geo.engine.places import Places, SnapTo
    from kortrijk_geo.pack.city import City

Floats = npt.NDArray[np.float64]
Level = Literal["areas", "subareas", "districts"]
KEYS: dict[str, str] = {"areas": "area_id", "subareas": "subarea_id", "districts": "district_id"}
DECAYS = ("steps", "gaussian")
# Nobody goes further than two hours for what is near others.
MOST_MINUTES = 120


@dataclass(frozen=True)
class Network:
    """The streets of one mode with the homes on them.

    Parameters
    ----------
    mode, graph
        ``walk`` or ``cycle``, and the streets.
    homes
        All homes of the pack, those outside the study area too.
    places
        The homes on the streets.
    living
        The fewest and the most people per home, on a street or not; see `people_bounds`.
    snap_m, snap_to
        How near a street must be, and which streets homes and locations are put on; see `StreetGraph.place`.
    """

    mode: Mode
    graph: StreetGraph
    homes: gpd.GeoDataFrame
    places: Places
    living: People
    snap_m: float
    snap_to: SnapTo = "largest"

    @cached_property
    def demand(self) -> People:
        """The people that can be on their way: nobody where the home is not on a street."""
        return self.living.where(self.places.placed)

    @property
    def people(self) -> Floats:
        """People per home that can be on their way: 0 where unknown or where the home is not on a street."""
        return self.demand.least

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """Whether each home lies in the study area."""
        return np.asarray(self.homes["area_id"].notna(), dtype=bool)

    def place(self, points: gpd.GeoDataFrame | gpd.GeoSeries) -> Places:
        """Put points on the streets as the homes are."""
        return self.graph.place(points, self.snap_m, snap_to=self.snap_to)

    def of(self, columns: Sequence[str], whom: str) -> Network:
        """Return the same homes on the same streets with other people in them; see `people_bounds`."""
        return replace(self, living=people_bounds(self.homes, columns, whom))

    def grown(self, growth: float) -> Network:
        """Return the network with so many times as many people in every home."""
        living = People(self.living.least * growth, self.living.most * growth, self.living.assumed)
        return replace(self, living=living)


def network(
    city: City,
    mode: Mode,
    columns: Sequence[str],
    whom: str,
    *,
    snap_m: float,
    snap_to: SnapTo = "largest",
    theme: str = "A catchment",
) -> Network:
    """Put the homes of a city on the streets of a mode, with the people that some columns of ``homes`` count.

    Parameters
    ----------
    city
        A pack with the layers ``homes`` and ``streets``.
    mode
        ``walk`` or ``cycle``.
    columns, whom
        Whom to count, and their Dutch name; see `people_bounds`.
    snap_m, snap_to
        See `Network`.
    theme
        Who asks, for the error.

    Raises
    ------
    MissingLayerError
        When the pack lacks homes or streets.
    """
    city.require("homes", "streets", theme=theme)
    graph = StreetGraph.from_streets(city.streets, mode)
    places = graph.place(city.homes.geometry, snap_m, snap_to=snap_to)
    return Network(mode, graph, city.homes, places, people_bounds(city.homes, columns, whom), snap_m, snap_to)


def reach_m(rules: CatchmentRules, mode: str, *, minutes: float | None = None, limit_m: float | None = None) -> float:
    """Longest trip of a mode in metres; `OptionError` when mode, minutes or metres cannot be used."""
    if mode not in rules.m_per_min:
        raise OptionError.of_choice("mode", mode, rules.m_per_min)
    if minutes is not None and limit_m is not None:
        raise OptionError("give minutes or limit_m, not both")
    if minutes is not None and is_finite(minutes) and minutes > MOST_MINUTES:
        raise OptionError(f"minutes must be at most {MOST_MINUTES}, found {minutes:g}")
    trip_minutes = rules.limit.minutes if minutes is None else minutes
    limit = limit_m if limit_m is not None else rules.m_per_min[mode] * trip_minutes
    if isinstance(limit, bool) or not math.isfinite(limit) or limit <= 0:
        raise OptionError(f"the longest trip is {limit!r} m, must be a number above 0")
    return float(limit)


def decay_of(rules: CatchmentRules, name: str, limit_m: float) -> Callable[[Floats], Floats]:
    """Return the decay ``steps``, ``gaussian`` or ``flat`` (weight 1) up to a limit."""
    if name == "steps":
        return steps([share * limit_m for share in rules.steps.shares], rules.steps.weights)
    if name == "gaussian":
        return gaussian(rules.gaussian.width_share * limit_m, limit_m)
    if name == "flat":
        return steps([limit_m], [1.0])
    raise OptionError.of_choice("decay", name, DECAYS)


def home_groups(city: City, homes: gpd.GeoDataFrame, level: Level) -> npt.NDArray[np.int64]:
    """Row of the area in which each home lies; -1 outside the study area."""
    key = KEYS[level]
    ids = homes["area_id"] if level == "areas" else area_of(homes, city.layer(level), key=key)
    rows: npt.NDArray[np.int64] = pd.Index(city.layer(level)[key]).get_indexer(pd.Index(ids)).astype(np.int64)
    return rows
