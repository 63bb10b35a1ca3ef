"""The columns of the areas: what each is called, how it is written, and how the map colours it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kortrijk_geo.pack.gate import Rests
from kortrijk_geo.results import Column, Scale
from kortrijk_geo.text.dutch import HOW, brief_number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kortrijk_geo.childcare.rules import Norm
    from kortrijk_geo.engine.streets import Mode

RATE, SHORTAGE = "places_per_100_children", "shortage_places"
INCOME_RATE = "income_related_places_per_100_children"
# The figures rest on the children of each area and of the city, those by street on the children of the homes.
_SECTORS = Rests("children_0_2", "subareas", "areas")
_IN_THE_CITY = (_SECTORS, Rests("children_0_2", "areas", "boundary"), Rests("children_0_2", "subareas", "boundary"))
_AT_HOME = (Rests("children_0_2", "homes", "areas"), Rests("children_0_2", "homes", "boundary"))
RESTS: dict[str, tuple[Rests, ...]] = {
    **dict.fromkeys((RATE, INCOME_RATE, SHORTAGE, "below_norm", "below_reference_norm", "status"), _IN_THE_CITY),
    "children_not_located": _IN_THE_CITY,
    **dict.fromkeys(("shortage_places_areas", "areas_below_norm"), (_SECTORS,)),
    "catchment_*": _AT_HOME,
    "children_in_reach_*": tuple(replace(rest, everywhere=True) for rest in _AT_HOME),
}
# Which options define a figure; the day of the count defines none.
_METHOD = ("method", "decay", "snap_to")
DEFINED_BY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((f"{SHORTAGE}*", "below_norm", "areas_below_norm", "status"), ("norm",)),
    "below_reference_norm": ("reference_norm",),
    "catchment_places_*": ("walk_limit_m", *_METHOD),
    "catchment_cycle_*": ("cycle_limit_m", *_METHOD),
}
# Column of the catchment per mode; on foot is the first answer, as it asks least of a parent.
CATCHMENTS: dict[Mode, str] = {
    "walk": "catchment_places_per_100_children",
    "cycle": "catchment_cycle_places_per_100_children",
}
# Ends of the columns with the least and the most that a catchment can be, where any of it is only bounded.
BOUND_ENDS = {"_low": "minstens", "_high": "hoogstens"}
# What counts as there in a coming year, from the least to the most: end of the column and Dutch text.
PLANS = {"": "zonder geplande plaatsen", "_decided": "met de besliste plaatsen", "_all": "met alle geplande plaatsen"}
# Figures that an expansion changes.
CHANGED = ("places", RATE, SHORTAGE, "below_norm", "status", *CATCHMENTS.values())

# None at all is a class of its own.
_SHORTAGES = Scale.of_data("whole", "OrRd", breaks=[1.0], family=SHORTAGE)
_PLACES = Scale.of_data("whole")
_AREA, _REACH, _AFTER, _AHEAD = "Per gebied", "Naar bereik", "Met de nieuwe plaatsen", "Vooruitblik"


def columns(
    norm: Norm,
    reference: Norm,
    minutes: Mapping[Mode, float],
    known: Collection[Mode],
    bounded: Collection[Mode] = (),
) -> list[Column]:
    """Return the columns of `kortrijk_geo.childcare.analyse`.

    Parameters
    ----------
    norm, reference
        The norms the figures are held against; both are class limits of the map.
    minutes
        Minutes of the longest trip per mode.
    known
        Modes of which the catchment of any area is known.
    bounded
        Modes of which some of the catchments are only bounded.
    """
    wanted, lower = norm.places_per_100_children, reference.places_per_100_children
    rates = {name: rate_scale(name, norm, reference) for name in (RATE, INCOME_RATE, *CATCHMENTS.values())}
    return [
        Column("name", "Gebied"),
        Column("children_0_2", "Kinderen van 0 tot 2 jaar", "whole", table=True, adds=True),
        Column(RATE, "Plaatsen per 100 kinderen", group=_AREA, scale=rates[RATE], table=True),
        Column(
            INCOME_RATE, "Plaatsen met inkomenstarief per 100 kinderen", group=_AREA, scale=rates[INCOME_RATE],
            table=True,
        ),
        Column(
            SHORTAGE, f"Tekort aan plaatsen tot {norm.label} {brief_number(wanted)}", group=_AREA, scale=_SHORTAGES,
            table=True, adds=True,
        ),
        Column("places", "Opvangplaatsen", "whole", _AREA, _PLACES, table=True, adds=True),
        Column("status", "Toestand", table=True),
        *(
            Column(
                name, f"Plaatsen per 100 kinderen binnen {brief_number(round(minutes[mode], 1))} minuten {HOW[mode]}",
                "number", _REACH, rates[name] if mode in known else None, table=True,
            )
            for mode, name in CATCHMENTS.items()
        ),
        *(
            Column(
                f"{CATCHMENTS[mode]}{end}", f"Plaatsen per 100 kinderen binnen bereik {HOW[mode]}, {side}", "number",
                table=True,
            )
            for mode in bounded
            for end, side in BOUND_ENDS.items()
        ),
        Column("places_group", "Plaatsen in groepsopvang", "whole", table=True, adds=True),
        Column("places_family", "Plaatsen in gezinsopvang", "whole", table=True, adds=True),
        Column("income_related_places", "Inkomensgerelateerde plaatsen", "whole", table=True, adds=True),
        Column("locations", "Opvanglocaties", "whole", table=True, adds=True),
        Column("unknown_places", "Locaties zonder bekend aantal plaatsen"),
        Column("few_children", "Weinig kinderen"),
        Column("below_norm", f"Onder {norm.label} {brief_number(wanted)}"),
        Column("below_reference_norm", f"Onder {reference.label} {brief_number(lower)}"),
    ]  # fmt: skip


def after_columns(before: Sequence[Column]) -> list[Column]:
    """Return the columns that new places add, from those without them."""
    drawn = {RATE, SHORTAGE, *CATCHMENTS.values()}
    return [
        replace(
            column, name=f"{column.name}_after", label=f"{column.label}, met de nieuwe plaatsen", group=_AFTER,
            scale=column.scale if column.name in drawn else None, table=column.table and column.name != "status",
        )
        for column in before
        if column.name in CHANGED
    ]  # fmt: skip


def expansion_rests(objective: str) -> dict[str, tuple[Rests, ...]]:
    """Return what the figures of an expansion rest on: before and after, at its sites, and of its objective."""
    at_sites = tuple(replace(rest, everywhere=True) for rest in _AT_HOME)
    return {
        **RESTS,
        **{f"{name}_after": RESTS[name] for name in (*CHANGED, "shortage_places_areas") if name in RESTS},
        **dict.fromkeys(("children_over_norm", "children_over_norm_after"), _AT_HOME),
        **dict.fromkeys(("children_in_reach", "children_below_norm_in_reach"), at_sites),
        "objective_value*": (_SECTORS,) if objective == "area_shortage" else _AT_HOME,
    }


def outlook_rests(*, spread: bool) -> dict[str, tuple[Rests, ...]]:
    """Return what the columns of an outlook rest on.

    ``spread`` is of new dwellings, after which the children of each area rest on those of the city too.
    """
    rests = tuple(replace(rest, everywhere=spread) for rest in _IN_THE_CITY)
    names = (RATE, "places_needed", *(f"{SHORTAGE}{plan}" for plan in PLANS))
    return {**dict.fromkeys(names, rests), "shortage_places_areas": rests if spread else (_SECTORS,)}


def outlook_columns(year: int) -> list[Column]:
    """Return the columns that the outlook adds for a year."""
    return [
        Column(f"children_0_2_{year}", f"Kinderen van 0 tot 2 jaar in {year} (raming)", "whole", table=True, adds=True),
        Column(f"places_needed_{year}", f"Plaatsen nodig voor de norm in {year}"),
        *(
            Column(
                f"{SHORTAGE}{plan}_{year}",
                f"Tekort in {year}, {text}",
                group=_AHEAD,
                scale=_SHORTAGES,
                table=True,
                adds=True,
            )
            for plan, text in PLANS.items()
        ),
    ]


def rate_scale(name: str, norm: Norm, reference: Norm) -> Scale:
    """Return classes of places per 100 children, with both norms among the limits: red below the norm, blue above."""
    goals = [(one.label, one.places_per_100_children) for one in (norm, reference)]
    return Scale.of_data("number", "RdBu", goals=goals, family=name, turn=norm.places_per_100_children)
