"""The columns of the areas: what each is called, how it is written, and how the map colours it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from kortrijk_geo.capacity.ride import DEFINES_RIDE
from kortrijk_geo.pack.gate import Rests
from kortrijk_geo.reach.notes import WHO
from kortrijk_geo.results import Column, Scale
from kortrijk_geo.text.dutch import HOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.reach.figures import Who
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode
    from kortrijk_geo.reach.times import ModeTimes

SHARES = Scale.of_data("share")
# Dark is near, as where many live within reach; the fifteen minutes of the method are a limit.
_PROXIMITY = Scale.of_data("number", "YlGnBu_r", goals=[("kwartier", 15.0)])
# Homes weigh by the inhabitants that they hold; those of the city who live in no home are told in the notes.
_RESIDENTS = (Rests("population", "homes", "areas"),)
RESTS: dict[str, tuple[Rests, ...]] = dict.fromkeys(
    (
        "population",
        "share_*",
        "weighted_share_*",
        "median_*",
        "p90_*",
        "f15_*",
        "proximity_*",
        "missing_most_*",
        "counted_*",
    ),
    _RESIDENTS,
)
# Which options define a figure; minutes and kinds of place stand in the definition itself.
_NETWORK = ("weights", "snap_to", "max_snap_m")
_SPEED: dict[Mode, str] = {"walk": "walk_m_per_min", "cycle": "cycle_m_per_min"}
DEFINED_BY: dict[str, tuple[str, ...]] = {
    pattern: (speed, *options)
    for mode, speed in _SPEED.items()
    for options, patterns in (
        (
            ("categories_file", "categories_version", "green_min_ha", *_NETWORK),
            (f"share_*_{mode}_*", f"median_minutes_*_{mode}", f"p90_minutes_*_{mode}"),
        ),
        (
            ("categories_file", "categories_version", "category_weights", "green_min_ha", *_NETWORK),
            (f"weighted_share_{mode}_*",),
        ),
        (("proximity_places", "proximity_categories", *_NETWORK), (f"f15_{mode}", f"proximity_minutes_{mode}")),
    )
    for pattern in patterns
}
# What a ride hangs on; which day and which lines is what one compares.
_KINDS = ("categories_file", "categories_version", "green_min_ha")
_RIDE = ("walk_m_per_min", *DEFINES_RIDE, *_KINDS, *_NETWORK)
DEFINED_BY |= dict.fromkeys(
    ("share_*_transit_*", "share_*_transit90_*", "median_minutes_*_transit*", "p90_minutes_*_transit"), _RIDE
)
DEFINED_BY["share_*_any_*"] = ("cycle_m_per_min", *_RIDE)
QUANTILE_TEXTS = {"median": "Mediane tijd", "p90": "Tijd die 90 % haalt"}


def columns(who: Who, measured: Sequence[ModeTimes], chosen: Chosen) -> list[Column]:
    """Return the columns of walking and cycling; the table shows the single kinds of the first mode only."""
    heads = [_head(who, times, chosen) for times in measured]
    kinds = [_kinds(who, times, chosen, table=times is measured[0]) for times in measured]
    return [
        Column("name", "Gebied"),
        Column("population", "Inwoners", "whole", table=True, adds=True),
        Column("dwellings", "Woningen", "whole", table=True, adds=True),
        *chain.from_iterable(zip(*heads, strict=True)),
        *chain.from_iterable(kinds),
        *chain.from_iterable(_rest(who, times, chosen) for times in measured),
    ]


def _head(who: Who, times: ModeTimes, chosen: Chosen) -> list[Column]:
    """Return what a mode says of all kinds of places together."""
    mode, how, every = times.mode, HOW[times.mode], _everything(times, chosen)
    known = f"alle {int(times.available.sum())} voorzieningen" + ("" if times.available.all() else " met gegevens")
    return [
        Column(
            f"share_all_{mode}_{chosen.minutes}", f"{WHO[who]} met {every} binnen {chosen.minutes} minuten {how}",
            group=how.capitalize(), scale=SHARES, short=_short(known, who, times, chosen), table=True,
            definition=f"{within_text(chosen.minutes)}; {kinds_text(times, chosen)}", quantity=f"share_all_{mode}",
        ),
        Column(f"missing_most_label_{mode}", f"Voorziening die {how} het meest ontbreekt", table=True),
        Column(
            f"median_minutes_all_{mode}", f"{QUANTILE_TEXTS['median']} tot {every} {how} (minuten)", "number",
            table=True, definition=kinds_text(times, chosen),
        ),
    ]  # fmt: skip


def _kinds(who: Who, times: ModeTimes, chosen: Chosen, *, table: bool) -> list[Column]:
    """Return what a mode says of each kind of place within the limit that counts, then proximity time and F15."""
    mode, how, people = times.mode, HOW[times.mode], WHO[who]
    group = how.capitalize()
    shares = [
        Column(
            f"share_{key}_{mode}_{chosen.minutes}", f"{people} met {name} binnen {chosen.minutes} minuten {how}",
            group=group, scale=SHARES, short=_short(name, who, times, chosen), table=table,
            definition=within_text(chosen.minutes), quantity=f"share_{key}_{mode}",
        )
        for key, name in chosen.categories.labels.items()
    ]  # fmt: skip
    if times.proximity_minutes is None:
        return shares
    within_15 = f"{people} met een nabijheidstijd van hoogstens 15 minuten {how}"
    proximity = f"Nabijheidstijd {how} volgens Bruno et al. 2024 (minuten)"
    return [
        *shares,
        Column(f"f15_{mode}", within_15, group=group, scale=SHARES),
        Column(f"proximity_minutes_{mode}", proximity, group=group, scale=_PROXIMITY),
    ]


def _rest(who: Who, times: ModeTimes, chosen: Chosen) -> list[Column]:
    """Return what a mode says on no map and in no table of the page: other limits and quantiles, counts."""
    mode, how, people = times.mode, HOW[times.mode], WHO[who]
    names = {"all": _everything(times, chosen), **chosen.categories.labels}
    rest = []
    for minutes in chosen.all_minutes:
        within = f"binnen {minutes} minuten {how}"
        if minutes != chosen.minutes:
            rest += [
                Column(f"share_{key}_{mode}_{minutes}", f"{people} met {name} {within}") for key, name in names.items()
            ]
        weighted = f"Gewogen deel van de voorzieningen {within}, gemiddeld"
        rest.append(Column(f"weighted_share_{mode}_{minutes}", weighted))
    rest += [
        Column(f"{quantile}_minutes_{key}_{mode}", f"{text} tot {name} {how} (minuten)")
        for quantile, text in QUANTILE_TEXTS.items()
        for key, name in names.items()
        if (quantile, key) != ("median", "all")
    ]
    worst = f"Sleutel van de voorziening die {how} het meest ontbreekt"
    return [
        *rest,
        Column(f"missing_most_{mode}", worst),
        Column(f"counted_{mode}", f"{people} waarover de aandelen {how} gaan"),
        Column(f"known_share_{mode}", f"Deel van de {people.lower()} waarover de aandelen {how} gaan", table=True),
        *(
            [Column(f"f15_known_share_{mode}", f"Deel van de {people.lower()} met een bekende nabijheidstijd {how}")]
            if times.proximity_minutes is not None
            else []
        ),
    ]


def within_text(minutes: int) -> str:
    """Say in a definition how long a trip may last."""
    return f"hoogstens {minutes} minuten"


def kinds_text(times: ModeTimes, chosen: Chosen) -> str:
    """Say in a definition which kinds of place count."""
    names = times.with_data(chosen.categories.labels.values())
    return f"{len(names)} soorten: {', '.join(names)}"


def _everything(times: ModeTimes, chosen: Chosen) -> str:
    """Return "alle N voorzieningen", with the names of those that have no data and are therefore not among them."""
    names = list(chosen.categories.labels.values())
    absent = times.without_data(names)
    if not absent:
        return f"alle {len(names)} voorzieningen"
    return f"alle {len(names) - len(absent)} voorzieningen met gegevens (zonder {', '.join(absent)})"


def _short(name: str, who: Who, times: ModeTimes, chosen: Chosen) -> str:
    """Name the kind of place first: a list of layers that all begin with the same words is hard to read."""
    within = f"deel van de {WHO[who].lower()} binnen {chosen.minutes} minuten {HOW[times.mode]}"
    return f"{name[:1].upper()}{name[1:]}: {within}"
