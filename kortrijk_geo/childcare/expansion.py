"""Expansion: where the next places do most good, found exactly, with what they change before and after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.capacity.candidates import find_candidates
from kortrijk_geo.capacity.network import home_groups
from kortrijk_geo.capacity.phases import choose
from kortrijk_geo.capacity.siting import Question, Situation, Wishes, Words, ask
from kortrijk_geo.childcare.analysis import ungated
from kortrijk_geo.childcare.catchment import Network, decay_of, network, reach_m
from kortrijk_geo.childcare.columns import CATCHMENTS, SHORTAGE
from kortrijk_geo.childcare.coming import Coming, coming_city
from kortrijk_geo.childcare.expansion_result import before_and_after
from kortrijk_geo.childcare.notes import OBJECTIVES
from kortrijk_geo.childcare.options import Options
from kortrijk_geo.childcare.outlook import find_scenario
from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from kortrijk_geo.capacity import siting
    from kortrijk_geo.capacity.network import Level
    from kortrijk_geo.childcare.analysis import ChildcareResult
    from kortrijk_geo.engine.places import SnapTo
    from kortrijk_geo.engine.streets import Mode
    from kortrijk_geo.pack.city import City

Objective = Literal["children_to_norm", "children_over_norm", "area_shortage", "worst_off"]
_WAYS: dict[Objective, siting.Objective] = {
    "children_to_norm": "to_norm", "children_over_norm": "over_norm", "area_shortage": "area_shortage",
    "worst_off": "worst_off",
}  # fmt: skip
_WORDS = Words("kinderen", "geen kind")


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
    wishes = Wishes(places, unit, max_sites, min_distance_m, max_places_per_site)
    check_question(wishes, candidates, objective=objective, mode=mode, years=years, on=on)
    known, chosen = find_scenario(scenario, forecast_file)
    spots, label, notes = find_candidates(city, candidates, grid_step_m=grid_step_m)
    asked = {
        "places": places, "unit": unit, "candidates": label, "objective": objective, "mode": mode,
        "max_sites": max_sites, "min_distance_m": min_distance_m, "max_places_per_site": max_places_per_site,
        "years": sorted(years), "decided": decided, "scenario": chosen.id if years else None,
    }  # fmt: skip
    options = Options(level=level, norm=norm, norms=norms, decay=decay, snap_to=snap_to)
    thens: list[_Then] = []

    def pose(year: int | None, earlier: list[gpd.GeoDataFrame]) -> tuple[Question, list[str]]:
        """Ask where the places do most good in a year, those of the years before in place."""
        coming = coming_city(city, year, forecast=known, scenario=chosen, decided=decided, on=on)
        thens.append(_Then.of(coming, options, mode))
        return ask(thens[-1].net, thens[-1].situation(earlier), spots, wishes, _WORDS)

    phases = choose(
        [*sorted(years)] or [None], pose, _WAYS[objective], areas=city.areas, time_limit_s=time_limit_s
    )  # fmt: skip
    then = thens[-1]
    after = then.measure([phase.sites for phase in phases])
    return before_and_after(city, then.before, after, then.coming, phases, asked=asked, notes=notes, level=level)


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

    def situation(self, sites: Sequence[gpd.GeoDataFrame]) -> Situation:
        """Return how it is with the new places at these sites."""
        there, level, limit = self.measure(sites), self.options["level"], reach_m(self.net.mode)
        return Situation(
            areas=there.areas,
            area=home_groups(self.coming.city, self.net.homes, level),
            homes=_home_values(there, self.net),
            rates=there.areas[CATCHMENTS[self.net.mode]].to_numpy(dtype="float64"),
            short=there.areas[SHORTAGE].to_numpy(dtype="float64"),
            norm=there.norm.places_per_100_children,
            limit_m=limit,
            decay=decay_of(self.options["decay"], limit),
        )

    def measure(self, sites: Sequence[gpd.GeoDataFrame]) -> ChildcareResult:
        """Measure the city with the new places at these sites in it, before the gate."""
        return ungated(_with_sites(self.coming.city, pd.concat(sites)), **self.options) if sites else self.before

    @cached_property
    def before(self) -> ChildcareResult:
        """The city without new places."""
        return ungated(self.coming.city, **self.options)


def check_question(
    wishes: Wishes,
    candidates: str | Path | gpd.GeoDataFrame,
    *,
    objective: str,
    mode: str,
    years: Sequence[int] = (),
    on: dt.date | None = None,
) -> None:
    """Refuse an option of `expand` that is wrong in itself, before a pack is read; errors as there."""
    wishes.check(candidates, years)
    if len(years) and on is not None:
        raise OptionError("on and years cannot both be given: of a year its 31 December counts")
    if objective not in OBJECTIVES:
        raise OptionError.of_choice("objective", objective, OBJECTIVES)
    reach_m(mode)


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


def _home_values(result: ChildcareResult, net: Network) -> npt.NDArray[np.float64]:
    """Catchment of every home of the network; homes outside the study area have none in the result.

    Where it is only bounded, it is the most: what the children and places that are known give.
    """
    column = CATCHMENTS[net.mode]
    homes = result.layers["homes"].set_index("home_id")
    values = homes[column]
    if f"{column}_low" in homes.columns:
        most = homes[f"{column}_high"].where(homes[f"{column}_high"].notna(), np.inf)
        values = values.where(values.notna() | homes[f"{column}_low"].isna(), most)
    per_home: npt.NDArray[np.float64] = values.reindex(pd.Index(net.homes["home_id"])).to_numpy().astype(np.float64)
    return per_home
