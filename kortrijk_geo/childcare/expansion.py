"""Expansion: where the next places do most good, found exactly, with what they change before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from kortrijk_geo.childcare.analysis import ungated
from kortrijk_geo.childcare.candidates import check_candidates, find_candidates
from kortrijk_geo.childcare.catchment import Network, network, reach_m
from kortrijk_geo.childcare.columns import CATCHMENTS
from kortrijk_geo.childcare.coming import Coming, coming_city
from kortrijk_geo.childcare.expansion_result import Phase, before_and_after, chosen_sites
from kortrijk_geo.childcare.expansion_search import Objective, ask, solve
from kortrijk_geo.childcare.notes import OBJECTIVES
from kortrijk_geo.childcare.options import Options
from kortrijk_geo.childcare.outlook import find_scenario
from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import check_whole, check_year
from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from kortrijk_geo.capacity.network import Level
    from kortrijk_geo.childcare.analysis import ChildcareResult
    from kortrijk_geo.engine.places import SnapTo
    from kortrijk_geo.engine.streets import Mode
    from kortrijk_geo.pack.city import City

# Farther apart than this two sites are not in one city.
MOST_METRES = 1_000_000


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
    years: Sequence[int] = (),
    decided: bool = True,
    scenario: str | None = None,
    forecast_file: str | Path | None = None,
    grid_step_m: float | None = None,
    snap_to: SnapTo = "largest",
    time_limit_s: float = 60.0,
) -> ChildcareResult:
    """Choose where the next places go; existing places stay as they are, decided ones count as existing.

    Parameters
    ----------
    city
        A pack as for `analyse`, with the layers of the candidates.
    places, unit
        Places to add, all of them, in units of so many; with several years so many by each of them.
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
    years
        Years in whose children, by the forecast, the places should do their good, and by whose end decided places must
        open to count. With several, the places by the first are chosen first and stay when those by the next are. None:
        the children of today, and everything that is decided whatever its date.
    decided
        Whether locations with the standing ``decided`` count.
    scenario, forecast_file
        See `kortrijk_geo.childcare.look_ahead`; the children of every area and home grow as those of the city.
    time_limit_s
        Longest search of a year; a plan not proven best by then says ``heuristic`` and its gap.

    Returns
    -------
    ThemeResult
        That of `analyse`, with in ``areas`` and ``city`` the columns ``<column>_after``, in ``layers`` ``homes`` with
        ``catchment_..._after`` and ``sites``: ``site_id``, ``name``, ``origin``, ``area_id``, ``units``, ``places``,
        ``children_in_reach``, ``children_below_norm_in_reach`` (in reach and below the norm before), and ``year`` where
        years were asked. Before and after are of the last year. The figures after are counted and measured anew with
        the new places in the pack, not taken from the model. ``options["plan"]`` holds objective, value, bound, gap,
        method, seconds and the sizes of the question of the last year, ``options["phases"]`` those of each year.

    Raises
    ------
    OptionError
        When an option cannot be used, or no plan keeps to the limits; the message says which limit binds.
    MissingLayerError, DataError, CrsError, MissingFileError
        As in `analyse` and `find_candidates`.
    """
    check_question(
        places=places, unit=unit, candidates=candidates, objective=objective, mode=mode, max_sites=max_sites,
        min_distance_m=min_distance_m, max_places_per_site=max_places_per_site, years=years, on=on,
    )  # fmt: skip
    known, chosen = find_scenario(scenario, forecast_file)
    spots, label, notes = find_candidates(city, candidates, grid_step_m=grid_step_m)
    asked = {
        "places": places, "unit": unit, "candidates": label, "objective": objective, "mode": mode,
        "max_sites": max_sites, "min_distance_m": min_distance_m, "max_places_per_site": max_places_per_site,
        "years": sorted(years), "decided": decided, "scenario": chosen.id if years else None,
    }  # fmt: skip
    options = Options(level=level, norm=norm, norms=norms, decay=decay, snap_to=snap_to)
    phases: list[Phase] = []
    asked_years: list[int | None] = [*sorted(years)] or [None]
    for year in asked_years:
        coming = coming_city(city, year, forecast=known, scenario=chosen, decided=decided, on=on)
        then = _Then.of(coming, options, mode)
        earlier = [phase.sites for phase in phases]
        there = then.measure(earlier)
        question, dropped = ask(
            coming.city, there, then.net, spots, level, decay,
            places=places, unit=unit, max_sites=max_sites, min_distance_m=min_distance_m, most=max_places_per_site,
        )  # fmt: skip
        plan, remarks = solve(question, objective, time_limit_s)
        sites = chosen_sites(city, question, plan, year=year, numbered_from=1 + sum(map(len, earlier)))
        phases.append(Phase(year, plan, sites, question.size, [*dropped, *remarks]))
    before = there if not earlier else then.measure([])
    after = then.measure([phase.sites for phase in phases])
    return before_and_after(city, before, after, coming, phases, asked=asked, notes=notes, level=level)


@dataclass(frozen=True)
class _Then:
    """A city as it will be, with its homes on the streets, and how it is measured."""

    coming: Coming
    nets: dict[Mode, Network]
    net: Network
    options: Options

    @classmethod
    def of(cls, coming: Coming, options: Options, mode: Mode) -> _Then:
        snap_to = options["snap_to"]
        nets: dict[Mode, Network] = {each: network(coming.city, each, snap_to=snap_to) for each in CATCHMENTS}
        net = nets[mode] if mode in nets else network(coming.city, mode, snap_to=snap_to)
        return cls(coming, nets, net, Options(**{**options, "on": coming.on, "networks": nets}))

    def measure(self, sites: Sequence[gpd.GeoDataFrame]) -> ChildcareResult:
        """Measure the city with the new places at these sites in it, before the gate."""
        return ungated(_with_sites(self.coming.city, pd.concat(sites)) if sites else self.coming.city, **self.options)


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
    years: Sequence[int] = (),
    on: dt.date | None = None,
) -> None:
    """Refuse an option of `expand` that is wrong in itself, before a pack is read; errors as there."""
    numbers = {"places": places, "unit": unit, "max_sites": max_sites, "max_places_per_site": max_places_per_site}
    for name, value in numbers.items():
        if value is not None:
            check_whole(name, value, least=1)
    for year in years:
        check_year("year", year)
    if len(set(years)) < len(years):
        raise OptionError(f"years is {list(years)}, must name each year once")
    if len(years) and on is not None:
        raise OptionError("on and years cannot both be given: of a year its 31 December counts")
    if places % unit:
        below, above = places // unit * unit, (places // unit + 1) * unit
        raise OptionError(f"{places} places cannot be made of units of {unit}; ask {below or above} or {above} places")
    if objective not in OBJECTIVES:
        raise OptionError.of_choice("objective", objective, OBJECTIVES)
    if not (is_finite(min_distance_m) and 0 <= min_distance_m <= MOST_METRES):
        raise OptionError(f"min_distance_m is {min_distance_m!r}, must be a number of metres from 0 to {MOST_METRES:,}")
    reach_m(mode)
    check_candidates(candidates)


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
