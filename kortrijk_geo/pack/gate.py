"""One gate before every figure: what layers of a pack count of the same people must agree, or the figure says so.

Homes, statistical sectors, areas and the city count the same children, residents, households and dwellings. Where
two of them differ, nobody can tell which is wrong: a small difference is told beside the figures that rest on both, a
large one makes them unknown (``gate.toml``). What is unknown in some rows is no difference: a sum that is known in part
is a lower bound, and differs only from a count below it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.ages import DUTCH_AGES
from kortrijk_geo.pack.estimates import estimated
from kortrijk_geo.pack.published import with_published
from kortrijk_geo.pack.rows import by_area
from kortrijk_geo.rules import FromZero, Rules, Share, Sourced, read_rules
from kortrijk_geo.text.dutch import UNKNOWN, count_text, names_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.pack.rows import Rows
    from kortrijk_geo.results import Figure, ThemeResult

F = TypeVar("F", bound="Callable[..., Any]")
R = TypeVar("R", bound="ThemeResult")
D = TypeVar("D", bound="pd.DataFrame")


class Sums(Sourced):
    """How far two counts of the same may lie apart, as a share of the larger."""

    tell_share: Share
    unknown_share: Share
    rounding: FromZero


class _GateFile(Rules):
    sums: Sums


@cache
def sums() -> Sums:
    """Return how far two counts of the same may lie apart."""
    return read_rules(_GateFile, Path(__file__).with_name("gate.toml")).sums


# What the layers count, by measure: its Dutch name, and its column where that is not the measure's own.
MEASURES = {
    **DUTCH_AGES,
    "population": "inwoners",
    "households_private": "private huishoudens",
    "social_dwellings": "sociale huurwoningen",
    "dwellings": "woningen",
}
_COLUMNS = {("homes", "population"): "residents"}
_AREA = {"homes": "area_id", "subareas": "parent_id", "areas": "area_id"}
_NAMES = {
    "homes": "de woningen",
    "subareas": "de statistische sectoren",
    "areas": "de wijken",
    "boundary": "de stad als geheel",
}
# Each is held against the areas, on which policy decides; where these know nothing, against the city.
_AGAINST_AREAS, _AGAINST_CITY = ("homes", "subareas"), ("homes", "subareas", "areas")


@dataclass(frozen=True)
class Total:
    """What a layer counts: the sum of what it knows, and whether that is all."""

    known: float
    whole: bool


@dataclass(frozen=True)
class Difference:
    """Two layers that count the same differently, in the whole city or in one area.

    Parameters
    ----------
    measure
        Key of `MEASURES`.
    layer, total
        The one layer and what it counts.
    other_layer, other_total
        The other.
    area_id, area
        Id and name of the area; empty for the whole city.
    """

    measure: str
    layer: str
    total: Total
    other_layer: str
    other_total: Total
    area_id: str = ""
    area: str = ""

    @property
    def share(self) -> float:
        """The difference as a share of the larger count; the least that it can be."""
        most = max(self.total.known, self.other_total.known)
        return abs(self.total.known - self.other_total.known) / most

    @property
    def layers(self) -> frozenset[str]:
        """Names of the two layers."""
        return frozenset({self.layer, self.other_layer})

    @property
    def too_large(self) -> bool:
        """Whether what rests on both is unknown."""
        return self.share > sums().unknown_share

    def __str__(self) -> str:
        """Both numbers, in Dutch: "de woningen tellen 1.188 kinderen van 0 tot 2 jaar, de wijken 2.376"."""
        one, other = _NAMES[self.layer], _NAMES[self.other_layer]
        if self.area_id:
            other = other.replace("de wijken", "de wijk")
        verb = "telt" if self.layer == "boundary" else "tellen"
        text = f"{one} {verb} {_count(self.total)} {MEASURES[self.measure]}, {other} {_count(self.other_total)}"
        return f"{self.area}: {text}" if self.area_id else text


@dataclass(frozen=True)
class Rests:
    """Two layers on whose agreement a figure rests, and what they count.

    ``everywhere`` is of a figure of each area that also rests on the whole city: a difference of the city is its own.
    """

    measure: str
    layer: str
    other_layer: str
    everywhere: bool = False

    def on(self, difference: Difference) -> bool:
        """Whether the difference is one between these layers."""
        return self.measure == difference.measure and difference.layers == {self.layer, self.other_layer}

    @property
    def counts(self) -> tuple[tuple[str, str], ...]:
        """Layer and measure of the two counts."""
        return (self.layer, self.measure), (self.other_layer, self.measure)


def differences(city: City, measures: Collection[str] = MEASURES.keys()) -> tuple[Difference, ...]:
    """Hold what the layers of a city count against each other.

    Parameters
    ----------
    city
        The opened pack.
    measures
        Which of `MEASURES`; all when left out.

    Returns
    -------
    tuple of Difference
        All that are no rounding, of the whole city first, then of its areas in their order.
    """
    of_city: list[Difference] = []
    of_areas: list[Difference] = []
    areas = city.rows("areas", "area_id", "name")
    names = dict(zip(areas["area_id"], areas["name"], strict=True))
    rows = {
        layer: city.rows(layer, _AREA.get(layer, "name"), *(_COLUMNS.get((layer, each), each) for each in measures))
        for layer in _NAMES
        if city.has(layer)
    }
    for measure in measures:
        every = {layer: _counts(of_layer, layer, measure) for layer, of_layer in rows.items()}
        counts = {layer: values for layer, values in every.items() if values is not None}
        pairs = [(layer, "areas") for layer in _AGAINST_AREAS] + [("areas", "boundary")]
        if "areas" not in counts:
            pairs = [(layer, "boundary") for layer in _AGAINST_CITY]
        for one, other in pairs:
            if one not in counts or other not in counts:
                continue
            totals = [_total(counts[layer][1]) for layer in (one, other)]
            of_city += _differing(measure, one, totals[0], other, totals[1])
            if other == "areas":
                parts = [by_area(*counts[layer]) for layer in (one, other)]
                for area_id, name in names.items():
                    both = [_total(part[area_id]) if area_id in part else Total(0.0, whole=True) for part in parts]
                    found = _differing(measure, one, both[0], other, both[1])
                    of_areas += [replace(one_area, area_id=area_id, area=name) for one_area in found]
    return (*of_city, *of_areas)


def area_differences(city: City, area_id: str, measures: Collection[str] = MEASURES.keys()) -> tuple[Difference, ...]:
    """Return the differences in one area, however small; for a premium each is an open point."""
    return tuple(difference for difference in differences(city, measures) if difference.area_id == area_id)


def rests_on(figures: Mapping[str, Sequence[Rests]]) -> Callable[[F], F]:
    """Make a decorator of ``analyse`` that lets its figures through the gate.

    Parameters
    ----------
    figures
        By column of ``areas``, ``city`` and further layers, or key of a headline, what it rests on; ``*`` in a name
        stands for any text.
    """

    def decorate(analyse: F) -> F:
        @wraps(analyse)
        def gated(city: City, *args: Any, **options: Any) -> Any:
            result = analyse(city, *args, **options)
            return through_gate(result, city, figures, level=options.get("level", "areas"))

        return gated  # type: ignore[return-value]

    return decorate


def through_gate(result: R, city: City, figures: Mapping[str, Sequence[Rests]], *, level: str = "areas") -> R:
    """Return a result in which figures that rest on counts that differ are unknown, or say by how much these differ."""
    result = estimated(result, city, figures)
    gate = _Gate.of_city(figures, city)
    if not gate.told:
        return with_published(result, city)
    rows = result.areas.index.to_series().map(_rows(city, level)).fillna("")
    layers = {
        name: gate.let_through(layer, layer["area_id"]) if "area_id" in layer.columns else layer
        for name, layer in result.layers.items()
    }
    whole = {key: _unknown(value) if gate.stops_city(key) else value for key, value in result.city.items()}
    result = replace(
        result, areas=gate.let_through(result.areas, rows), layers=layers, city=whole,
        headlines=[gate.headline(figure) for figure in result.headlines], notes=[*_notes(gate.told), *result.notes],
    )  # fmt: skip
    return with_published(result, city)


def rows_through_gate(
    rows: pd.DataFrame, city: City, figures: Mapping[str, Sequence[Rests]], *, level: str = "areas", whole: str = "city"
) -> tuple[pd.DataFrame, list[str]]:
    """Return a table that is no result, of which what rests on counts that differ is unknown; and Dutch notes.

    Parameters
    ----------
    rows
        Column ``area_id``: areas of the level, and the city as a whole under the id ``whole``.
    city, figures, level
        As of `through_gate`, by column of the table.
    """
    gate = _Gate.of_city(figures, city)
    if not gate.told:
        return rows, []
    area_ids = rows["area_id"].map(_rows(city, level)).fillna("").mask(rows["area_id"].eq(whole), None)
    return gate.let_through(rows, area_ids), _notes(gate.told)


@dataclass(frozen=True)
class _Gate:
    """What figures rest on, and the differences that are told."""

    figures: Mapping[str, Sequence[Rests]]
    told: Sequence[Difference]

    @classmethod
    def of_city(cls, figures: Mapping[str, Sequence[Rests]], city: City) -> _Gate:
        """Take the differences of a city that some of the figures rest on, and that are large enough to be told."""
        rested = {rest for rests in figures.values() for rest in rests}
        found = differences(city, [each for each in MEASURES if each in {rest.measure for rest in rested}])
        return cls(figures, [d for d in found if d.share > sums().tell_share and any(rest.on(d) for rest in rested)])

    def rests(self, name: str) -> list[Rests]:
        return [rest for pattern, each in self.figures.items() if fnmatchcase(name, pattern) for rest in each]

    def of(self, name: str, *, everywhere: bool = False) -> list[Difference]:
        """Return the differences that a figure rests on; by choice only those that it rests on everywhere."""
        rests = [rest for rest in self.rests(name) if rest.everywhere or not everywhere]
        return [difference for difference in self.told if any(rest.on(difference) for rest in rests)]

    def stops_city(self, name: str, *, everywhere: bool = False) -> bool:
        """Whether the figure of the whole city is unknown."""
        return any(one.too_large and not one.area_id for one in self.of(name, everywhere=everywhere))

    def let_through(self, frame: D, area_ids: pd.Series) -> D:
        """Return a frame of which the figures that are stopped are unknown; what lies in no area goes with the city."""
        for column in frame.columns:
            stopped = area_ids.isin({one.area_id for one in self.of(column) if one.too_large and one.area_id})
            stopped |= area_ids.isna() & self.stops_city(column)
            frame = _without(frame, column, stopped | self.stops_city(column, everywhere=True))
        return frame

    def headline(self, figure: Figure) -> Figure:
        """Return a headline with both numbers beside it, where what it rests on differs."""
        of_city = [one for one in self.of(figure.key) if not one.area_id]
        if not of_city:
            return figure
        told = replace(figure, reason="; ".join([*map(str, of_city), *([figure.reason] if figure.reason else [])]))
        return replace(told, value=None, low=None, high=None) if self.stops_city(figure.key) else told


def _notes(told: Sequence[Difference]) -> list[str]:
    """Tell the differences: of the city with both numbers, of areas the first few."""
    limit = f"{sums().unknown_share * 100:g} %"
    notes = []
    for one in (one for one in told if not one.area_id):
        then = f": meer dan {limit} verschil, dus onbekend wat daarop rust" if one.too_large else ""
        notes.append(f"{str(one)[0].upper()}{str(one)[1:]}{then}.")
    apart: dict[tuple[str, frozenset[str]], list[Difference]] = {}
    for one in (one for one in told if one.area_id):
        apart.setdefault((one.measure, one.layers), []).append(one)
    for of_areas in apart.values():
        unknown = [one.area for one in of_areas if one.too_large]
        first = max(of_areas, key=lambda one: one.share)
        text = f"Niet overal tellen twee lagen hetzelfde; het meest verschilt {first}."
        if unknown:
            text += f" Meer dan {limit} verschil, dus onbekend wat daarop rust: {names_text(unknown)}."
        notes.append(text)
    return notes


def _counts(rows: Rows, layer: str, measure: str) -> tuple[NDArray[np.object_], NDArray[np.float64]] | None:
    """Return the counts of a layer with the area of each; None where it knows none."""
    column, area = _COLUMNS.get((layer, measure), measure), _AREA.get(layer)
    if column not in rows or np.isnan(rows[column]).all():
        return None
    areas = rows[area] if area else np.full(len(rows), "", dtype=object)
    inside = np.array([one is not None for one in areas], dtype=bool)
    return areas[inside], rows[column][inside]


def _total(counts: NDArray[np.float64]) -> Total:
    known = ~np.isnan(counts)
    return Total(float(np.where(known, counts, 0.0).sum()), whole=bool(known.all()))


def _differing(measure: str, one: str, first: Total, other: str, second: Total) -> list[Difference]:
    """Return the difference of two totals: none where that of the lower bounds says nothing, or is rounding."""
    apart = first.known - second.known
    sure = (first.whole or apart > 0) and (second.whole or apart < 0)
    return [Difference(measure, one, first, other, second)] if sure and abs(apart) > sums().rounding else []


def _rows(city: City, level: str) -> dict[str, str]:
    """Return the area of every row of a level; a deelgemeente has none, for areas need not nest in it."""
    if level == "subareas":
        return dict(zip(city.subareas["subarea_id"], city.subareas["parent_id"], strict=True))
    return {area_id: area_id for area_id in city.areas["area_id"]} if level == "areas" else {}


def _without(frame: D, column: str, rows: Any) -> D:
    """Return a frame of which a column is unknown in some rows."""
    import pandas as pd

    if not rows.any():
        return frame
    text = pd.api.types.is_string_dtype(frame[column])
    return frame.assign(**{column: frame[column].mask(rows, UNKNOWN if text else None)})


def _unknown(value: Any) -> Any:
    return UNKNOWN if isinstance(value, str) else math.nan


def _count(total: Total) -> str:
    return count_text(total.known) if total.whole else f"minstens {count_text(total.known)}"


def require_verified(city: City, *, accept_changed: bool = False) -> tuple[str, ...]:
    """Refuse a pack that is not proven to be what was built, unless that is accepted.

    Returns
    -------
    tuple of str
        Dutch sentences that say what was changed, or cannot be verified; none of a pack that verifies.

    Raises
    ------
    DataError
        When the pack does not verify, unless ``accept_changed``.
    """
    proof = city.proof
    if accept_changed or proof.verified:
        return proof.sentences
    why = [f"was changed after it was built: {', '.join(proof.changed)}"] if proof.changed else []
    why += [f"has no record of its content: {', '.join(proof.unverifiable)}"] if proof.unverifiable else []
    raise DataError(
        f"{city.folder}: the pack {', and '.join(why)}; build it again from its recipe, or accept that with"
        " --accept-changed"
    )
