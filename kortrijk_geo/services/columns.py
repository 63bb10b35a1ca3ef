"""The columns of the areas: what each is called, how it is written, and how the map colours it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.capacity.ride import DEFINES_RIDE
from kortrijk_geo.pack.gate import Rests
from kortrijk_geo.results import Column, Scale
from kortrijk_geo.services.reached import MODES, REACH_MODES
from kortrijk_geo.services.rules import EVERYBODY, YEARS
from kortrijk_geo.text.dutch import HOW, brief_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kortrijk_geo.services.measured import Measured
    from kortrijk_geo.services.reached import ReachMode
    from kortrijk_geo.services.rules import Kind, Services

# One scale for the shares of all kinds: beside each other they must be told apart by their colour.
BEYOND = Scale((0.02, 0.1, 0.25, 0.5), "share", "OrRd", family="share_beyond")
_PEOPLE = Scale.of_data("whole", "OrRd")
_RATE = Scale.of_data("number", "YlGnBu")
_SHORT = Scale.of_data("whole", "OrRd", breaks=[1.0])
# Which options define a figure; whom it counts and within how many minutes stands in the definition itself.
_STREETS = ("services_version", "services_file", "snap_to")
DEFINED_BY: dict[str, tuple[str, ...]] = {
    **{f"*_{mode}": (f"{mode}_m_per_min", *_STREETS) for mode in MODES},
    "*_transit": ("walk_m_per_min", *_STREETS, *DEFINES_RIDE),
    **dict.fromkeys(
        ("capacity_*", "per_100_*", "locations_*", "short_*", "promised_*"), ("services_version", "services_file")
    ),
    "short_*_20*": ("forecast_file",),
}


def capital(text: str) -> str:
    """Return a text with its first letter as a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def minutes_text(rules: Services, kind: Kind) -> str:
    """Return within how many minutes a kind must lie."""
    return f"{brief_number(rules.minutes(kind))} minuten"


def within_text(one: Measured, rules: Services, mode: ReachMode) -> str:
    """Return within how many minutes a kind must lie by a mode."""
    if mode == "transit" and one.rides is not None:
        return f"{one.rides.minutes} minuten"
    return minutes_text(rules, one.kind)


def norm_text(kind: Kind) -> str:
    """Return the norm of a kind in Dutch; empty without one."""
    norm = kind.norm
    return "" if norm is None else f"{brief_number(norm.value)} per 100 {kind.people_label} ({norm.label})"


def columns(measured: Sequence[Measured], rules: Services) -> list[Column]:
    """Return the columns of `kortrijk_geo.services.analyse`, kind by kind."""
    return [Column("name", "Gebied"), *(column for one in measured for column in _of_kind(one, rules))]


def _of_kind(one: Measured, rules: Services) -> Iterable[Column]:
    kind, group, name = one.kind, capital(one.kind.plural), capital(one.kind.short or one.kind.label)
    who = capital(one.weights.label)
    told = {mode: within_text(one, rules, mode) for mode in REACH_MODES if mode in one.tallies}
    whom = {mode: f"hoogstens {within}; geteld: {one.weights.label}" for mode, within in told.items()}
    for mode in (kind.mode, *(mode for mode in told if mode != kind.mode)):
        within = told[mode]
        yield Column(
            f"share_beyond_{kind.id}_{mode}", f"{who} verder dan {within} {HOW[mode]} van een {kind.label}",
            group=group, scale=BEYOND, short=f"{name}: verder dan {within} {HOW[mode]}", definition=whom[mode],
        )  # fmt: skip
    for mode, within in told.items():
        yield Column(
            f"people_beyond_{kind.id}_{mode}", f"Aantal {one.weights.label} verder dan {within} {HOW[mode]} van een"
            f" {kind.label}", "whole", group=group, scale=_PEOPLE if mode == kind.mode else None,
            short=f"{name}: aantal verder dan {within} {HOW[mode]}", definition=whom[mode],
        )  # fmt: skip
    # Kinds share their people: in one table of all kinds each head must say whose it is.
    yield Column(f"people_{kind.id}", f"{capital(kind.people_label)}, voor {kind.plural}", "whole", adds=True)
    yield Column(f"locations_{kind.id}", f"Aantal {kind.plural}", "whole", adds=True)
    if kind.capacity is None:
        return
    unit = kind.capacity.label
    yield Column(f"capacity_{kind.id}", f"{capital(unit)}: {kind.plural}", "whole", adds=True)
    per_100 = f"{capital(unit)} per 100 {kind.people_label}"
    yield Column(
        f"per_100_{kind.id}",
        f"{per_100}: {kind.plural}",
        group=group,
        scale=_RATE,
        short=f"{name}: {unit} per 100, in de wijk",
    )  # fmt: skip
    for mode in MODES:
        label = f"{per_100} binnen bereik {HOW[mode]}"
        yield Column(
            f"catchment_{kind.id}_{mode}", f"{label}: {kind.plural}", group=group, scale=_RATE,
            short=f"{name}: {unit} per 100, binnen bereik {HOW[mode]}", definition=f"hoogstens {told[mode]}",
        )  # fmt: skip
    if kind.norm is not None:
        for year in (None, *YEARS):
            when = f" in {year}, met wat er vandaag is" if year else ""
            yield Column(
                f"short_{kind.id}{f'_{year}' if year else ''}", f"{capital(unit)} te kort{when}: {kind.plural}",
                "whole", group=group, scale=_SHORT, short=f"{name}: {unit} te kort{when}", adds=True,
                definition=f"norm: {norm_text(kind)}",
            )  # fmt: skip


def rests_of(kinds: Iterable[Kind]) -> dict[str, tuple[Rests, ...]]:
    """Return on which counts that must agree each figure rests."""
    rests: dict[str, tuple[Rests, ...]] = {}
    for kind in kinds:
        measures = ["population" if name == EVERYBODY else name for name in kind.people]
        of_homes = tuple(
            Rests(measure, *pair) for measure in measures for pair in (("homes", "areas"), ("homes", "boundary"))
        )
        of_areas = tuple(Rests(measure, "areas", "boundary") for measure in measures)
        for name in ("share_beyond", "people_beyond", "catchment"):
            rests[f"{name}_{kind.id}_*"] = of_homes
        # What a target leaves to do (`promised_*`) rests on no people.
        for name in (f"people_{kind.id}", f"per_100_{kind.id}", *((f"short_{kind.id}*",) if kind.norm else ())):
            rests[name] = of_areas
    return rests
