"""Expansion: where the next places do most good, found exactly, with what they change before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from kortrijk_geo.childcare.analysis import analyse
from kortrijk_geo.childcare.candidates import check_candidates, find_candidates
from kortrijk_geo.childcare.catchment import Network, decay_of, home_groups, network, reach_m
from kortrijk_geo.childcare.columns import CATCHMENTS, CHANGED, SHORTAGE, after_columns
from kortrijk_geo.childcare.expansion_model import Demand, Gains, area_gains, gather, measure_gains, point_means
from kortrijk_geo.childcare.notes import HOW, OBJECTIVES, plan_notes
from kortrijk_geo.childcare.options import Options
from kortrijk_geo.engine.rates import area_of
from kortrijk_geo.engine.siting import Limits, Plan, best_worst, most_filled, most_gain
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.options import check_whole
from kortrijk_geo.results import Figure
from kortrijk_geo.text.safe import is_finite, plain

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from scipy import sparse

    from kortrijk_geo.childcare.analysis import ChildcareResult
    from kortrijk_geo.childcare.gaps import Level
    from kortrijk_geo.engine.places import SnapTo
    from kortrijk_geo.engine.streets import Mode
    from kortrijk_geo.pack.city import City

Floats = npt.NDArray[np.float64]
Objective = Literal["children_to_norm", "children_over_norm", "area_shortage", "worst_off"]
_UNITS = {
    "children_to_norm": "kinderen (deels meegeteld)",
    "children_over_norm": "kinderen",
    "area_shortage": "plaatsen minder tekort",
    "worst_off": "plaatsen per 100 kinderen in het zwakste gebied",
}
# Farther apart than this two sites are not in one city.
MOST_METRES = 1_000_000
# Share of what is at stake that may be given to deciding between plans that are otherwise equal.
_TIE = 2e-4


@dataclass(frozen=True)
class _Question:
    base: ChildcareResult
    net: Network
    candidates: gpd.GeoDataFrame
    demand: Demand
    gains: Gains
    limits: Limits
    unit: int
    norm: float


def expand(
    city: City,
    *,
    places: int = 100,
    unit: int = 10,
    candidates: str | Path | gpd.GeoDataFrame = "public buildings",
    objective: Objective = "children_to_norm",
    mode: Mode = "walk",
    max_sites: int | None = None,
    min_distance_m: float = 0.0,
    max_places_per_site: int | None = None,
    decay: str = "steps",
    level: Level = "areas",
    norm: float | str | None = None,
    norms: str | Path | None = None,
    on: dt.date | None = None,
    grid_step_m: float | None = None,
    snap_to: SnapTo = "largest",
    time_limit_s: float = 60.0,
) -> ChildcareResult:
    """Choose where the next places go; existing places stay as they are.

    Parameters
    ----------
    city
        A pack as for `analyse`, with the layers of the candidates.
    places, unit
        Places to add, all of them, in units of so many.
    candidates, grid_step_m
        ``public buildings``, ``schools``, ``grid``, a GeoDataFrame or a file; see `find_candidates`.
    objective
        ``children_to_norm``: sum over children of the part of the norm they gain by catchment (E2SFCA of ``mode``), a
        child halfway up counting half; exact. ``children_over_norm``: children whose catchment reaches the norm, all or
        nothing; exact for small questions, else a heuristic with its bound. ``area_shortage``: smallest sum of whole
        places short by area; between equal plans that with more gain by catchment. ``worst_off``: highest
        lowest catchment mean of the areas.
    mode
        ``walk`` or ``cycle``: how children are brought.
    max_sites, min_distance_m, max_places_per_site
        Most sites, smallest straight distance between two of them, most places on one.
    decay, level, norm, norms, on, snap_to
        See `analyse`.
    time_limit_s
        Longest search; a plan not proven best by then says ``heuristic`` and its gap.

    Returns
    -------
    ThemeResult
        That of `analyse`, with in ``areas`` and ``city`` the columns ``<column>_after``, in ``layers`` ``homes`` with
        ``catchment_..._after`` and ``sites``: ``site_id``, ``name``, ``origin``, ``area_id``, ``units``, ``places``,
        ``children_in_reach``, ``children_below_norm_in_reach`` (in reach and below the norm before). The figures after
        are counted and measured anew with the new places in the pack, not taken from the model. ``options["plan"]``
        holds objective, value, bound, gap, method, seconds and the sizes of the question.

    Raises
    ------
    OptionError
        When an option cannot be used, or no plan keeps to the limits; the message says which limit binds.
    MissingLayerError, DataError, CrsError, MissingFileError
        As in `analyse` and `find_candidates`.
    """
    check_question(
        places=places, unit=unit, candidates=candidates, objective=objective, mode=mode, max_sites=max_sites,
        min_distance_m=min_distance_m, max_places_per_site=max_places_per_site,
    )  # fmt: skip
    nets: dict[Mode, Network] = {each: network(city, each, snap_to=snap_to) for each in CATCHMENTS}
    both = Options(level=level, norm=norm, norms=norms, on=on, decay=decay, networks=nets, snap_to=snap_to)
    base = analyse(city, **both)
    net = nets[mode] if mode in nets else network(city, mode, snap_to=snap_to)
    spots, label, notes = find_candidates(city, candidates, grid_step_m=grid_step_m)
    question, dropped = _question(
        city, base, net, spots, level, decay,
        places=places, unit=unit, max_sites=max_sites, min_distance_m=min_distance_m, most=max_places_per_site,
    )  # fmt: skip
    plan, remarks = _solve(question, objective, time_limit_s)
    sites = _sites(city, question, plan)
    after = analyse(_with_sites(city, sites), **both)
    demand = question.demand
    size = {"candidates": question.limits.candidates, "demand_points": len(demand.children), "cell_m": demand.cell_m}
    asked = {
        "places": places, "unit": unit, "candidates": label, "objective": objective, "mode": mode,
        "max_sites": max_sites, "min_distance_m": min_distance_m, "max_places_per_site": max_places_per_site,
    }  # fmt: skip
    return _before_and_after(base, after, sites, plan, asked=asked, size=size, notes=[*notes, *dropped, *remarks])


def check_question(
    *,
    places: int,
    unit: int,
    candidates: str | Path | gpd.GeoDataFrame,
    objective: str,
    mode: str,
    max_sites: int | None,
    min_distance_m: float,
    max_places_per_site: int | None,
) -> None:
    """Refuse an option of `expand` that is wrong in itself, before a pack is read; errors as there."""
    numbers = {"places": places, "unit": unit, "max_sites": max_sites, "max_places_per_site": max_places_per_site}
    for name, value in numbers.items():
        if value is not None:
            check_whole(name, value, least=1)
    if places % unit:
        below, above = places // unit * unit, (places // unit + 1) * unit
        raise OptionError(f"{places} places cannot be made of units of {unit}; ask {below or above} or {above} places")
    if objective not in OBJECTIVES:
        raise OptionError.of_choice("objective", objective, OBJECTIVES)
    if not (is_finite(min_distance_m) and 0 <= min_distance_m <= MOST_METRES):
        raise OptionError(f"min_distance_m is {min_distance_m!r}, must be a number of metres from 0 to {MOST_METRES:,}")
    reach_m(mode)
    check_candidates(candidates)


def _question(
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
) -> tuple[_Question, list[str]]:
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
    return _Question(base, net, kept, demand, reached, limits, unit, norm), notes


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


def _solve(question: _Question, objective: str, time_limit_s: float) -> tuple[Plan, list[str]]:
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
    tie = _tie_breaker(per_unit, room, children)
    if objective == "area_shortage":
        return _least_shortage(question, tie, time_limit_s)
    return _best_worst(question, tie, time_limit_s)


def _tie_breaker(per_unit: sparse.csc_array, room: Floats, children: Floats) -> Floats:
    """Gain by catchment of the first unit at each candidate, the best being 1."""
    worth = np.minimum(per_unit.data, room[per_unit.indices]) * children[per_unit.indices]
    owner = np.repeat(np.arange(per_unit.shape[1]), np.diff(per_unit.indptr))
    gain = np.bincount(owner, weights=worth, minlength=per_unit.shape[1]).astype(np.float64)
    best = max(float(gain.max(initial=0.0)), 1e-12)
    return np.divide(gain, best, dtype=np.float64)


def _least_shortage(question: _Question, tie: Floats, time_limit_s: float) -> tuple[Plan, list[str]]:
    from scipy import sparse

    areas = question.base.areas
    short = areas[SHORTAGE].to_numpy(dtype="float64")
    inside = area_of(question.candidates, areas.reset_index())
    row = areas.index.get_indexer(pd.Index(inside))
    used = np.flatnonzero(row >= 0)
    amounts = np.full(len(used), float(question.unit))
    gain = sparse.csc_array((amounts, (row[used], used)), shape=(len(areas), len(row)))
    room = np.nan_to_num(short)
    stake = min(room.sum(), question.unit * question.limits.units) * _TIE / question.limits.units
    plan = most_gain(gain, room, np.ones(len(areas)), question.limits, bonus=tie * stake, time_limit_s=time_limit_s)
    unknown = areas["name"][np.isnan(short)].tolist()
    notes = [f"Van {', '.join(unknown)} is het tekort onbekend: deze gebieden tellen niet mee in de keuze."]
    return plan, notes if unknown else []


def _best_worst(question: _Question, tie: Floats, time_limit_s: float) -> tuple[Plan, list[str]]:
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


def _sites(city: City, question: _Question, plan: Plan) -> gpd.GeoDataFrame:
    chosen = np.flatnonzero(plan.units)
    order = chosen[np.argsort(-plan.units[chosen], kind="stable")]
    sites = question.candidates.iloc[order][["name", "origin", "geometry"]].reset_index(drop=True)
    figures = {
        "site_id": [f"nieuw-{number}" for number in range(1, len(sites) + 1)],
        "name": sites["name"],
        "origin": sites["origin"],
        "area_id": area_of(sites, city.areas),
        "units": plan.units[order],
        "places": plan.units[order] * question.unit,
        "children_in_reach": question.gains.children_in_reach[order],
        "children_below_norm_in_reach": question.gains.children_below_in_reach[order],
    }
    return gpd.GeoDataFrame(figures, geometry=sites.geometry, crs=city.crs)


def _with_sites(city: City, sites: gpd.GeoDataFrame) -> City:
    """Return the city with the new places among its childcare, from the day of the count on."""
    taken = set(city.childcare["location_id"])
    names = [f"{'_' * sum(name.startswith(site) for name in taken)}{site}" for site in sites["site_id"]]
    new = gpd.GeoDataFrame(
        {
            "location_id": names,
            "name": sites["name"].to_numpy(),
            "kind": "group",
            "places": sites["places"].astype(float),
        },
        geometry=sites.geometry.to_numpy(),
        crs=city.crs,
    )
    return city.replace(childcare=gpd.GeoDataFrame(pd.concat([city.childcare, new], ignore_index=True), crs=city.crs))


def _before_and_after(
    base: ChildcareResult,
    after: ChildcareResult,
    sites: gpd.GeoDataFrame,
    plan: Plan,
    *,
    asked: dict[str, Any],
    size: dict[str, Any],
    notes: list[str],
) -> ChildcareResult:
    """Lay the results without and with the new places side by side."""
    areas, homes, whole = base.areas.copy(), base.layers["homes"].copy(), dict(base.city)
    for column in CHANGED:
        areas.insert(len(areas.columns) - 1, f"{column}_after", after.areas[column])
        whole[f"{column}_after"] = after.city[column]
    for column in CATCHMENTS.values():
        homes.insert(len(homes.columns) - 1, f"{column}_after", after.layers["homes"][column].to_numpy())
    over = [_over_norm(result, CATCHMENTS[asked["mode"]]) for result in (base, after)]
    for name, (least, sure) in zip(("children_over_norm", "children_over_norm_after"), over, strict=True):
        whole[name] = least if sure else np.nan
    whole["shortage_places_areas_after"] = after.city["shortage_places_areas"]
    record = {name: getattr(plan, name) for name in ("value", "bound", "gap", "proven", "method")}
    record["seconds"] = round(plan.seconds, 2)
    return replace(
        base,
        areas=areas,
        city=whole,
        columns=[*base.columns, *after_columns(base.columns)],
        headlines=[*_figures(plan, asked, sites, over, after), *base.headlines],
        layers={**base.layers, "homes": homes, "sites": sites},
        options={**base.options, **asked, "plan": {**record, **size}},
        notes=[*plan_notes(plan, asked, size, len(sites)), *notes, *base.notes],
    )


def _figures(
    plan: Plan, asked: dict[str, Any], sites: gpd.GeoDataFrame, over: list[tuple[float, bool]], after: ChildcareResult
) -> list[Figure]:
    objective, how = asked["objective"], HOW[asked["mode"]]
    return [
        Figure("new_places", "Nieuwe plaatsen", float(sites["places"].sum()), "plaatsen"),
        Figure("new_sites", "Plekken voor de nieuwe plaatsen", float(len(sites)), "plekken"),
        Figure("objective_value", f"Doel: {OBJECTIVES[objective]}", plan.value, _UNITS[objective]),
        _over_figure("children_over_norm", f"Kinderen die {how} de norm bereiken, vandaag", over[0]),
        _over_figure("children_over_norm_after", f"Kinderen die {how} de norm bereiken, erna", over[1]),
        Figure(
            "shortage_places_areas_after",
            "Plaatsen tekort erna, som van de gebieden",
            plain(after.city["shortage_places_areas"]),
            "plaatsen",
        ),
        Figure("optimality_gap", "Grootste mogelijke verschil met het beste plan", plain(plan.gap), "aandeel"),
    ]


def _over_figure(key: str, label: str, over: tuple[float, bool]) -> Figure:
    least, sure = over
    figure = Figure(key, label, least if sure else None, "kinderen")
    return figure if sure else replace(figure, low=least, reason="van sommige woonpunten is het bereik onbekend")


def _over_norm(result: ChildcareResult, column: str) -> tuple[float, bool]:
    """Children of the study area whose home reaches the norm by catchment, and whether that is all of them."""
    homes = result.layers["homes"]
    enough = result.norm.places_per_100_children * (1 - 1e-9)
    bounded = f"{column}_low" in homes.columns
    least = homes[f"{column}_low"] if bounded else homes[column]
    children = homes["children_0_2"].where(least >= enough).sum()
    return float(children), not bounded
