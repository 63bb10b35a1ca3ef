"""The childcare theme: places per 100 children by area and by catchment, held against the norm."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, Unpack

import numpy as np

from kortrijk_geo import catalogue
from kortrijk_geo.cache import kept
from kortrijk_geo.childcare.catchment import Network, measure_catchment, network, reach_m
from kortrijk_geo.childcare.columns import (
    BOUND_ENDS,
    CATCHMENTS,
    DEFINED_BY,
    INCOME_RATE,
    RATE,
    RESTS,
    SHORTAGE,
    columns,
)
from kortrijk_geo.childcare.gaps import Gaps, find_gaps
from kortrijk_geo.childcare.options import Options, check_options
from kortrijk_geo.childcare.privacy import without_children, without_few
from kortrijk_geo.childcare.rules import catchment_rules, load_norms, norms
from kortrijk_geo.childcare.sensitivity import sensitivities
from kortrijk_geo.engine.rates import rate, shortage
from kortrijk_geo.errors import OptionError
from kortrijk_geo.figure import at_least, where_known
from kortrijk_geo.mapping.definitions import defined_by
from kortrijk_geo.options import takes
from kortrijk_geo.pack.gate import rests_on
from kortrijk_geo.results import DiscreetResult, Figure, Goal, Source, tells_own_rules
from kortrijk_geo.text.dutch import brief_number
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd

    from kortrijk_geo.childcare.catchment import Catchment, Method
    from kortrijk_geo.childcare.rules import Norm
    from kortrijk_geo.engine.places import SnapTo
    from kortrijk_geo.engine.streets import Mode
    from kortrijk_geo.pack.city import City


@dataclass(repr=False, kw_only=True)
class ChildcareResult(DiscreetResult):
    """A `ThemeResult` with what its figures were asked with.

    Parameters
    ----------
    norm, reference
        The norm that decides, and the one it is compared with.
    on
        Day of the count; None when the pack does not tell it.
    method
        How the catchments are counted.
    limits_m
        Longest trip per mode, m.
    small
        With fewer children than this an area is flagged, and its children are not published.
    """

    norm: Norm
    reference: Norm
    on: dt.date | None
    method: Method
    limits_m: Mapping[Mode, float]
    small: int

    def without_few(self) -> Self:
        """Return the result without the children of homes, and of few."""
        areas, notes = without_few(self.areas, self.small)
        added = [note for note in notes if note not in self.notes]
        return replace(self, areas=areas, layers=without_children(self.layers, self.small), notes=[*self.notes, *added])


@takes(Options)
@kept
@defined_by(DEFINED_BY, __file__)
@tells_own_rules("norms")
@rests_on(RESTS)
def analyse(city: City, **options: Unpack[Options]) -> ChildcareResult:
    """Hold the childcare places of a city against the norm, by area and by what children can reach.

    Column ``catchment_places_per_100_children`` is the E2SFCA on foot (1,200 m, three steps) averaged over the area's
    children, ``catchment_cycle_places_per_100_children`` the same by bicycle (3,750 m); see
    `measure_catchment` and `find_gaps`.

    Parameters
    ----------
    city
        A pack with layers ``areas`` (and the one of ``level``) and ``childcare``; without ``homes`` with children and
        ``streets`` the catchments are unknown, and the notes say so.
    **options
        See `kortrijk_geo.childcare.Options`.

    Returns
    -------
    ThemeResult
        ``areas`` and ``city`` as the outside contract says; layers ``locations`` (all of the pack, with the
        children in reach, weighted by the decay) and ``homes`` (those inside the study area).

    Raises
    ------
    MissingLayerError, DataError, OptionError
        As in `find_gaps` and `measure_catchment`.
    """
    return _measured(city, options)


@takes(Options)
@tells_own_rules("norms")
def ungated(city: City, **options: Unpack[Options]) -> ChildcareResult:
    """Return what `analyse` does, before the gate: for who reckons on, and lets the whole through the gate at the end.

    Parameters
    ----------
    city
        See `analyse`.
    **options
        See `kortrijk_geo.childcare.Options`.
    """
    return _measured(city, options)


def _measured(city: City, options: Options) -> ChildcareResult:
    check_options(**options)
    level, method = options["level"], options["method"]
    decay, minutes = options["decay"], options["minutes"]
    city.require("areas", "childcare", theme="Childcare")
    limits = {mode: reach_m(mode, minutes=minutes) for mode in CATCHMENTS}
    counted = find_gaps(
        city, level=level, norm=options["norm"], reference_norm=options["reference_norm"], norms=options["norms"],
        on=options["on"],
    )  # fmt: skip
    nets, notes = _networks(city, options["networks"], options["snap_to"])
    catchments = {
        mode: measure_catchment(
            city, mode=mode, method=method, decay=decay, minutes=minutes, level=level, locations=counted.locations,
            net=net,
        )
        for mode, net in nets.items()
    }  # fmt: skip
    areas, whole = _with_catchments(counted, catchments)
    figures = headlines(city, counted, whole, catchments, goal=_goal(city, counted, options))
    return ChildcareResult(
        theme="childcare",
        page="kinderopvang",
        pack=city.name,
        areas=areas,
        city=whole,
        headlines=figures,
        sensitivity=sensitivities(counted, figures, load_norms(options["norms"]).sensitivity),
        columns=columns(
            counted.norm,
            counted.reference,
            {mode: limit / catchment_rules().m_per_min[mode] for mode, limit in limits.items()},
            [mode for mode, name in CATCHMENTS.items() if areas[name].notna().any()],
            [mode for mode, name in CATCHMENTS.items() if f"{name}_low" in areas.columns],
        ),
        layers=_layers(counted.locations, nets, catchments),
        context=city.context(),
        sources=_sources(city, counted, level, method, decay),
        options={
            "level": level,
            "norm": counted.norm.places_per_100_children,
            "norm_label": counted.norm.label,
            "reference_norm": counted.reference.places_per_100_children,
            "reference_norm_label": counted.reference.label,
            "on": counted.on.isoformat() if counted.on else None,
            "method": method,
            "decay": decay if method == "e2sfca" else "",
            **{f"{mode}_limit_m": limit for mode, limit in limits.items()},
            "snap_to": options["snap_to"],
        },
        notes=[*counted.notes, *notes, *(note for reached in catchments.values() for note in reached.notes)],
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        balance=("places", "children_0_2"),
        nis_code=city.info.nis_code,
        norm=counted.norm,
        reference=counted.reference,
        on=counted.on,
        method=method,
        limits_m=limits,
        small=load_norms(options["norms"]).small.children,
    )


def _networks(
    city: City, ready: Mapping[Mode, Network] | None, snap_to: SnapTo
) -> tuple[dict[Mode, Network], list[str]]:
    """Streets with homes on them for every mode; none, and a Dutch note, when the pack cannot tell who lives where."""
    if ready is not None:
        other = [net.snap_to for net in ready.values() if net.snap_to != snap_to]
        if other:
            raise OptionError(f"the homes of networks are put on the streets by snap_to {other[0]!r}, not {snap_to!r}")
        return {mode: ready[mode] for mode in CATCHMENTS if mode in ready}, []
    missing = [name for name in ("homes", "streets") if not city.has(name)]
    if missing:
        return {}, [f"Het bereik is onbekend: het pakket heeft geen laag {' en '.join(missing)}."]
    if not (city.homes["children_0_2"] > 0).any():
        return {}, ["Het bereik is onbekend: het pakket kent van geen enkele woning de kinderen van 0 tot 2 jaar."]
    return {mode: network(city, mode, snap_to=snap_to) for mode in CATCHMENTS}, []


def _with_catchments(counted: Gaps, catchments: Mapping[Mode, Catchment]) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return areas and city with the catchment of each mode, and its bounds where any of it is only bounded."""
    areas, whole = counted.areas, dict(counted.city)
    for mode, name in CATCHMENTS.items():
        if mode not in catchments:
            areas.insert(len(areas.columns) - 1, name, math.nan)
            whole[name] = math.nan
            continue
        reached = catchments[mode]
        areas.insert(len(areas.columns) - 1, name, reached.areas)
        whole[name] = where_known(reached.city, reached.known_share)
        if reached.bounded:
            for end, side, city_side in zip(BOUND_ENDS, reached.bounds.areas, reached.bounds.city, strict=True):
                areas.insert(len(areas.columns) - 1, f"{name}{end}", side.where(np.isfinite(side)))
                whole[f"{name}{end}"] = city_side if math.isfinite(city_side) else math.nan
    return areas, whole


def _layers(
    locations: gpd.GeoDataFrame, nets: Mapping[Mode, Network], catchments: Mapping[Mode, Catchment]
) -> dict[str, gpd.GeoDataFrame]:
    """Return the locations with the children in reach, and the homes of the study area with their catchments."""
    locations = locations.copy()
    for mode, reached in catchments.items():
        near = reached.locations["children_in_reach"].reindex(locations["location_id"])
        locations.insert(len(locations.columns) - 1, f"children_in_reach_{mode}", near.to_numpy())
    if not nets:
        return {"locations": locations}
    homes = next(iter(nets.values())).homes[["home_id", "area_id", "children_0_2", "geometry"]].copy()
    for mode, reached in catchments.items():
        homes.insert(len(homes.columns) - 1, CATCHMENTS[mode], reached.homes)
        if reached.bounded:
            for end, side in zip(BOUND_ENDS, reached.bounds.homes, strict=True):
                homes.insert(
                    len(homes.columns) - 1, f"{CATCHMENTS[mode]}{end}", np.where(np.isfinite(side), side, np.nan)
                )
    return {"locations": locations, "homes": homes[homes["area_id"].notna()].reset_index(drop=True)}


def _goal(city: City, counted: Gaps, options: Mapping[str, Any]) -> Goal:
    """Return what the rate is held against: the city's goal; a norm that was asked for, or another's, is compared."""
    norm, goal = counted.norm, catalogue.goals("childcare", city).get(RATE)
    if goal is not None and options["norm"] is options["norms"] is None:
        return goal
    if goal is not None and goal.value == norm.places_per_100_children:
        return goal
    return Goal(norm.places_per_100_children, "comparison", f"{norm.label}: {norm.source}")


def headlines(
    city: City, counted: Gaps, whole: Mapping[str, Any], catchments: Mapping[Mode, Catchment], *, goal: Goal
) -> list[Figure]:
    """Return what a council member should read first; a shortage is itself what lacks to a norm, and has no goal."""
    norm, areas, year = counted.norm, counted.areas, f", {counted.on.year}" if counted.on else ""
    limit, source = norm.places_per_100_children, city.source_text("childcare", counted.level, "areas")
    below, wanted = areas["below_norm"], brief_number(limit)
    known = areas[SHORTAGE].notna()
    some = f"{int(known.sum())} van {len(areas)} gebieden bekend"
    partly: dict[str, Any] = {
        "known_share": float(known.mean()),
        "known_of": "gebieden",
        "reason": "" if known.all() else some,
    }
    return [
        _rate_figure(
            counted,
            Figure(
                RATE, f"Opvangplaatsen per 100 kinderen van 0 tot 2 jaar{year}", plain(whole[RATE]),
                "plaatsen per 100 kinderen", goal.value, source, target_kind=goal.kind, target_source=goal.source,
            ),
        ),
        _rate_figure(
            counted,
            Figure(
                INCOME_RATE, f"Waarvan inkomensgerelateerd (betaalbare opvang), per 100 kinderen{year}",
                plain(whole[INCOME_RATE]), "plaatsen per 100 kinderen", source=source, reason=norm.affordable,
            ),
            "income_related_places",
        ),
        Figure(
            SHORTAGE, f"Plaatsen tekort in de stad als geheel tot {wanted} per 100 kinderen",
            plain(whole[SHORTAGE]), "plaatsen", source=source, **_least_shortage(counted, whole),
        ),
        at_least(
            Figure(
                "shortage_places_areas", "Plaatsen tekort, som van de gebieden onder de norm",
                plain(areas[SHORTAGE].sum(min_count=1)), "plaatsen", source=source, **partly,
            ),
            whole_share=1.0,
        ),
        at_least(
            Figure(
                "areas_below_norm",
                f"Gebieden onder {wanted} plaatsen per 100 kinderen (van {int(below.notna().sum())} bekende)",
                float(below.fillna(value=False).sum()) if below.notna().any() else None, "gebieden", source=source,
                **partly,
            ),
            whole_share=1.0,
        ),
        Figure(
            CATCHMENTS["walk"], "Plaatsen per 100 kinderen die een kind te voet bereikt, gemiddeld",
            plain(whole[CATCHMENTS["walk"]]), "plaatsen per 100 kinderen",
            source=city.source_text("childcare", "homes", "streets"), **_known(catchments.get("walk")),
        ),
    ]  # fmt: skip


def _rate_figure(counted: Gaps, figure: Figure, of: str = "places") -> Figure:
    """Return the city's rate of some places; where it is unknown, that of the areas that are known, of so many."""
    known = counted.areas[[of, "children_0_2"]].notna().all(axis=1)
    if figure.value is not None or not known.any() or known.all():
        return figure
    places, children = (counted.areas.loc[known, column].sum() for column in (of, "children_0_2"))
    return replace(
        figure, value=plain(rate([places], [children])[0]), known_share=float(known.mean()), known_of="gebieden"
    )


def _least_shortage(counted: Gaps, whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return the least that the city as a whole is short of: for the children that are known, with all its places."""
    children = counted.areas["children_0_2"]
    unknown = int(children.isna().sum())
    if math.isfinite(whole[SHORTAGE]) or not unknown or unknown == len(children):
        return {}
    least = shortage([whole["places"]], [children.sum()], counted.norm.places_per_100_children)[0]
    reason = f"van {unknown} van {len(children)} gebieden zijn de kinderen onbekend"
    return {"low": float(least) if least > 0 else None, "reason": reason}


def _known(reached: Catchment | None) -> dict[str, Any]:
    """Return of how many children a catchment is, and its bounds where it has no value."""
    if reached is None:
        return {}
    covers = {"known_share": plain(reached.known_share), "known_of": "kinderen"}
    if math.isfinite(reached.city) or not reached.bounded:
        return covers
    low, high = map(plain, reached.bounds.city)
    return {**covers, "low": low, "high": high, "reason": "niet alle kinderen of plaatsen in bereik zijn bekend"}


def _sources(city: City, counted: Gaps, level: str, method: str, decay: str) -> list[Source]:
    known = catchment_rules()
    decays = {"steps": known.steps, "gaussian": known.gaussian}
    used = [known.limit.seen_from(city.info.nis_code), known.speed, *([decays[decay]] if method == "e2sfca" else [])]
    # Norms and methods are cited with their year in the name: a Source's date is that of data.
    cited = [Source(f"{norm.label}: {norm.source}") for norm in (counted.norm, counted.reference)]
    cited += [Source(table.source) for table in used]
    layers = dict.fromkeys(("childcare", level, "areas", "homes", "streets"))
    return [*city.sources(*layers), *dict.fromkeys(cited)]


def published_series() -> list[dict[str, Any]]:
    """Return the published city series, oldest first: year, places per 100 children, places, children, source."""
    return [figure.model_dump() for figure in norms().published]
