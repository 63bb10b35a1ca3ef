"""The columns and headlines of the third switch of page ``bereik``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kortrijk_geo.reach.columns import QUANTILE_TEXTS, SHARES, within_text
from kortrijk_geo.reach.notes import WHO
from kortrijk_geo.reach.transit import WAYS
from kortrijk_geo.reach.transit_switch import ALL, ALL_OF_CITY
from kortrijk_geo.reach.transit_switch_band import own_values, ride_band_text
from kortrijk_geo.reach.transit_switch_figures import limits
from kortrijk_geo.results import Column, Figure
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.reach.figures import Who
    from kortrijk_geo.reach.options import Riding
    from kortrijk_geo.reach.transit_switch import Rides
    from kortrijk_geo.results import Sensitivity

GROUP = "Met bus en trein"
_SETS = {ALL: "voorzieningen", ALL_OF_CITY: "voorzieningen van de stad"}


def ride_columns(who: Who, rides: Rides, riding: Riding) -> list[Column]:
    """Return the columns: what the map and the table show, then the others."""
    return [*_shown(who, rides), *_rest(who, rides, riding)]


def _shown(who: Who, rides: Rides) -> list[Column]:
    names, people = _names(rides), WHO[who]
    # First what the other modes tell too, in their order: whoever goes from one to another stays with the same kind.
    same = [ALL, *rides.keys[rides.sets[ALL]]]
    shown = [("transit", key) for key in same]
    shown += [] if rides.any_s is None else [("any", ALL)]
    shown += [("transit", key) for key in names if key not in same]
    layers = [
        Column(
            f"share_{key}_{way}_{rides.limit(key)}", share_label(people, names[key], rides.limit(key), way),
            group=GROUP, scale=SHARES, short=_short(key, way, rides, people), table=key in rides.sets,
            definition=_definition(key, rides), quantity=f"share_{key}_{way}",
        )
        for way, key in shown
    ]  # fmt: skip
    how = WAYS["transit"][0]
    return [
        *layers,
        Column("missing_most_label_transit", "Voorziening die met bus en trein het meest ontbreekt", table=True),
        Column(
            f"median_minutes_{ALL}_transit", f"{QUANTILE_TEXTS['median']} tot {names[ALL]} {how} (minuten)", "number",
            table=True, definition=_kinds(ALL, rides),
        ),
        Column(
            "known_share_transit", f"Deel van de {people.lower()} waarover de aandelen met bus en trein gaan",
            table=True,
        ),
    ]  # fmt: skip


def _rest(who: Who, rides: Rides, riding: Riding) -> list[Column]:
    names, people = _names(rides), WHO[who]
    shown = {column.name for column in _shown(who, rides)}
    rest = [
        Column(f"share_{key}_{way}_{minutes}", share_label(people, name, minutes, way), definition=within_text(minutes))
        for way in rides.ways
        for key, name in names.items()
        for minutes in (limits(key, rides, riding) if way == "transit" else [rides.limit(key)])
    ]
    rest += [
        Column(f"{quantile}_minutes_{key}_{way}", f"{QUANTILE_TEXTS[quantile]} tot {name} {WAYS[way][0]} (minuten)")
        for quantile, way in (("median", "transit"), ("p90", "transit"), ("median", "transit90"))
        for key, name in names.items()
    ]
    worst = Column("missing_most_transit", "Sleutel van de voorziening die met bus en trein het meest ontbreekt")
    return [column for column in (*rest, worst) if column.name not in shown]


def share_label(people: str, name: str, minutes: int, way: str) -> str:
    """Name a share of the inhabitants, as the page of public transport alone does."""
    return f"{people} met {name} binnen {minutes} minuten {WAYS[way][0]}"


def _names(rides: Rides) -> dict[str, str]:
    """Return what stands for each key of a column in a sentence, all of a set first."""
    alls = {key: everything(key, rides) for key in rides.sets}
    return {**alls, **dict(zip(rides.keys, rides.labels, strict=True))}


def everything(key: str, rides: Rides) -> str:
    """Return "alle N voorzieningen" of a set, with the names of those that have no data."""
    n, absent = len(rides.keys[rides.sets[key]]), rides.absent(key)
    if not absent:
        return f"alle {n} {_SETS[key]}"
    return f"alle {n - len(absent)} {_SETS[key]} met gegevens (zonder {', '.join(absent)})"


def _short(key: str, way: str, rides: Rides, people: str) -> str:
    name = dict(zip(rides.keys, rides.labels, strict=True)).get(key)
    if name is None:
        name = f"Alle {len(rides.known(key))} {_SETS[key]}" + " met gegevens" * bool(rides.absent(key))
    how = "op welke manier ook" if way == "any" else "met bus en trein"
    return f"{name[:1].upper()}{name[1:]}: deel van de {people.lower()} binnen {rides.limit(key)} minuten {how}"


def _kinds(key: str, rides: Rides) -> str:
    names = [rides.labels[i] for i in rides.known(key)]
    return f"{len(names)} soorten: {', '.join(names)}"


def _definition(key: str, rides: Rides) -> str:
    within = within_text(rides.limit(key))
    return f"{within}; {_kinds(key, rides)}" if key in rides.sets else within


def ride_headlines(
    whole: dict[str, Any], who: Who, rides: Rides, outcomes: Sequence[Sensitivity], source: str
) -> list[Figure]:
    """Return the share with everything by public transport, by any way, and with the places of the city."""
    ride, names, people = rides.net.ride, _names(rides), WHO[who]
    window = f"vertrek elke minuut van {ride.from_time} tot {ride.to_time}; {ride.slack_s} s aan de halte"
    figures = []
    for way, key in (("transit", ALL), ("any", ALL), ("transit", ALL_OF_CITY)):
        if key not in rides.sets or not len(rides.known(key)) or way not in rides.ways:
            continue
        column = f"share_{key}_{way}_{rides.limit(key)}"
        figures.append(
            Figure(
                column, share_label(people, names[key], rides.limit(key), way), plain(whole[column]), "aandeel",
                source=source, definition=f"{people.lower()}; {_definition(key, rides)}; {window}",
                band=ride_band_text(column, outcomes, own_values(rides)),
                known_share=plain(whole["known_share_transit"]), known_of=people.lower(),
            )
        )  # fmt: skip
    return figures
