"""The choice of an expansion: the question that the pack makes of it, and the search for the best sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.capacity.network import home_groups
from kortrijk_geo.childcare.catchment import decay_of
from kortrijk_geo.childcare.columns import CATCHMENTS, SHORTAGE
from kortrijk_geo.childcare.expansion_model import Demand, Gains, area_gains, gather, measure_gains, point_means
from kortrijk_geo.engine.rates import area_of
from kortrijk_geo.engine.siting import Limits, Plan, Rows, best_worst, most_filled, most_gain, most_gain_then
from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    import geopandas as gpd
    from scipy import sparse

    from kortrijk_geo.capacity.network import Level
    from kortrijk_geo.childcare.analysis import ChildcareResult
    from kortrijk_geo.childcare.catchment import Network
    from kortrijk_geo.pack.city import City

Floats = npt.NDArray[np.float64]
Objective = Literal["children_to_norm", "children_over_norm", "area_shortage", "worst_off"]
# Share of what is at stake that may be given to deciding between plans that are otherwise equal.
_TIE = 2e-4


@dataclass(frozen=True)
class Question:
    """What is asked: the places and children that are there, the candidates, what each of them adds, the limits."""

    base: ChildcareResult
    net: Network
    candidates: gpd.GeoDataFrame
    demand: Demand
    gains: Gains
    limits: Limits
    unit: int
    norm: float

    @property
    def size(self) -> dict[str, float]:
        """Sizes of the question."""
        return {
            "candidates": self.limits.candidates,
            "demand_points": len(self.demand.children),
            "cell_m": self.demand.cell_m,
        }


def ask(
    city: City,
    base: ChildcareResult,
    net: Network,
    spots: gpd.GeoDataFrame,
    level: Level,
    decay: str,
    *,
    places: int,
    unit: int,
    max_sites: int | None,
    min_distance_m: float,
    most: int | None,
) -> tuple[Question, list[str]]:
    """Return the question, and Dutch notes on the candidates and children that take no part."""
    norm, limit = base.norm.places_per_100_children, base.limits_m[net.mode]
    on_street = net.place(spots.geometry)
    now = _home_values(base, net)
    demand = gather(net, home_groups(city, net.homes, level))
    gains = measure_gains(
        net, on_street, demand, limit_m=limit, decay=decay_of(decay, limit), below=np.nan_to_num(now, nan=np.inf) < norm
    )
    useful = np.flatnonzero(gains.children_in_reach > 0)
    notes = []
    if net.demand.unknown.any():
        notes.append(
            "De plekken zijn gekozen voor de kinderen die bekend zijn; woonpunten zonder aantal tellen niet mee."
        )
    if len(useful) < len(spots):
        notes.append(
            f"{len(spots) - len(useful)} kandidaten hebben geen kind in bereik (of liggen te ver van een straat) en"
            " vallen weg."
        )
    kept = spots.iloc[useful].reset_index(drop=True)
    room = np.minimum(np.nan_to_num(kept["max_places"].to_numpy(dtype="float64"), nan=np.inf), most or np.inf)
    capacity = np.floor(np.minimum(room, places) / unit).astype(np.int64)
    points = np.stack([kept.geometry.x.to_numpy(), kept.geometry.y.to_numpy()], axis=1).reshape(-1, 2)
    limits = Limits(places // unit, points, capacity, max_sites, float(min_distance_m))
    reached = Gains(gains.points[:, useful], gains.children_in_reach[useful], gains.children_below_in_reach[useful])
    return Question(base, net, kept, demand, reached, limits, unit, norm), notes


def _home_values(base: ChildcareResult, net: Network) -> Floats:
    """Catchment of every home of the network; homes outside the study area have none in the result.

    Where it is only bounded, it is the most: what the children and places that are known give.
    """
    column = CATCHMENTS[net.mode]
    homes = base.layers["homes"].set_index("home_id")
    values = homes[column]
    if f"{column}_low" in homes.columns:
        most = homes[f"{column}_high"].where(homes[f"{column}_high"].notna(), np.inf)
        values = values.where(values.notna() | homes[f"{column}_low"].isna(), most)
    per_home: Floats = values.reindex(pd.Index(net.homes["home_id"])).to_numpy().astype(np.float64)
    return per_home


def solve(question: Question, objective: str, time_limit_s: float) -> tuple[Plan, list[str]]:
    """Return the best plan by an objective, and Dutch notes on how it was found."""
    now = point_means(_home_values(question.base, question.net), question.net, question.demand)
    room = np.maximum(0.0, question.norm - now)
    per_unit = question.gains.points * question.unit
    children = question.demand.children
    if objective == "children_to_norm":
        return most_gain(per_unit, room, children / question.norm, question.limits, time_limit_s=time_limit_s), []
    if objective == "children_over_norm":
        return most_filled(
            per_unit, room, np.where(room > 0, children, 0.0), question.limits, time_limit_s=time_limit_s
        ), []
    if objective == "area_shortage":
        return _least_shortage(question, Rows(per_unit, room, children / question.norm), time_limit_s)
    return _best_worst(question, _tie_breaker(per_unit, room, children), time_limit_s)


def _tie_breaker(per_unit: sparse.csc_array, room: Floats, children: Floats) -> Floats:
    """Gain by catchment of the first unit at each candidate, the best being 1."""
    worth = np.minimum(per_unit.data, room[per_unit.indices]) * children[per_unit.indices]
    owner = np.repeat(np.arange(per_unit.shape[1]), np.diff(per_unit.indptr))
    gain = np.bincount(owner, weights=worth, minlength=per_unit.shape[1]).astype(np.float64)
    best = max(float(gain.max(initial=0.0)), 1e-12)
    return np.divide(gain, best, dtype=np.float64)


def _least_shortage(question: Question, by_catchment: Rows, time_limit_s: float) -> tuple[Plan, list[str]]:
    from scipy import sparse

    areas = question.base.areas
    short = areas[SHORTAGE].to_numpy(dtype="float64")
    inside = area_of(question.candidates, areas.reset_index())
    row = areas.index.get_indexer(pd.Index(inside))
    used = np.flatnonzero(row >= 0)
    amounts = np.full(len(used), float(question.unit))
    gain = sparse.csc_array((amounts, (row[used], used)), shape=(len(areas), len(row)))
    by_area = Rows(gain, np.nan_to_num(short), np.ones(len(areas)))
    plan, proven = most_gain_then(by_area, by_catchment, question.limits, time_limit_s=time_limit_s)
    unknown = areas["name"][np.isnan(short)].tolist()
    notes = [f"Van {', '.join(unknown)} is het tekort onbekend: deze gebieden tellen niet mee in de keuze."]
    open_tie = (
        "Van de plannen met hetzelfde tekort is dit het beste dat binnen de tijd gevonden werd naar bereik; dat er geen"
        " beter is, is niet bewezen."
    )
    return plan, [*(notes if unknown else []), *([] if proven else [open_tie])]


def _best_worst(question: Question, tie: Floats, time_limit_s: float) -> tuple[Plan, list[str]]:
    areas = question.base.areas
    now = areas[CATCHMENTS[question.net.mode]].to_numpy(dtype="float64")
    gain = area_gains(question.gains, question.demand, len(areas)) * question.unit
    liftable = np.zeros(len(areas), dtype=bool)
    liftable[gain.indices[gain.data > 0]] = True
    rows = np.flatnonzero(liftable & np.isfinite(now))
    if not len(rows):
        raise DataError("no candidate has a child of any area in reach; choose other candidates")
    stake = max(1.0, now[rows].min()) * _TIE / question.limits.units
    plan = best_worst(gain[rows], now[rows], question.limits, bonus=tie * stake, time_limit_s=time_limit_s)
    left = areas["name"][np.isfinite(now) & ~liftable].tolist()
    notes = [
        f"Geen kandidaat heeft kinderen van {', '.join(left)} in bereik: deze gebieden tellen niet mee in de keuze."
    ]
    return plan, notes if left else []
