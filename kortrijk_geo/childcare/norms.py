"""Norms, limits of belief and published figures of childcare, read from ``norms.toml``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.strict_toml import Table, by_key, identifier, number, one_of, open_table, origin, text, whole, year


@dataclass(frozen=True)
class Norm:
    """So many places per 100 children aged 0-2 are wanted."""

    id: str
    label: str
    places_per_100_children: float
    source: str
    date: str
    standing: str


@dataclass(frozen=True)
class Published:
    """A published figure of the city for 31 December of a year; None is not published."""

    year: int
    places_per_100_children: float
    places: int | None
    children_0_2: int | None
    source: str


@dataclass(frozen=True)
class Norms:
    """The whole of ``norms.toml``."""

    norms: dict[str, Norm]
    default: str
    reference: str
    children_0_2_per_child_0_4: float
    most_places: dict[str, int]
    break_years: tuple[int, int]
    break_text: str
    published: tuple[Published, ...]


@cache
def norms() -> Norms:
    """Return the package's norms."""
    return read_norms(Path(__file__).with_name("norms.toml"))


def read_norms(path: Path) -> Norms:
    """Read a file as ``norms.toml``.

    Raises
    ------
    DataError
        When a key is missing, unknown or of the wrong kind; the message names file and key.
    """
    top = open_table(path)
    known = by_key(map(_norm, top.tables("norm")), "id", top.name("norm"))
    default, estimate, plausible, broken = map(top.table, ("default", "estimate", "plausible", "series_break"))
    result = Norms(
        norms=known,
        default=default.take("norm", one_of(*known)),
        reference=default.take("reference", one_of(*known)),
        children_0_2_per_child_0_4=estimate.take("children_0_2_per_child_0_4", number(0.01, 1)),
        most_places={kind: plausible.take(kind, whole(1, 100_000)) for kind in ("group", "family")},
        break_years=(broken.take("first_year", year), broken.take("last_year", year)),
        break_text=broken.take("text", text),
        published=tuple(sorted(map(_published, top.tables("published")), key=lambda one: one.year)),
    )
    for table in (estimate, plausible):
        origin(table)
    broken.take("source", text)
    top.done()
    return result


def find_norm(value: float | str | None, *, reference: bool = False) -> Norm:
    """Return the norm that a caller means: an id, a number of places per 100 children, or None for the default.

    Raises
    ------
    OptionError
        When there is no such norm, or the number is not above 0.
    """
    known = norms()
    if value is None:
        return known.norms[known.reference if reference else known.default]
    if isinstance(value, str):
        if value not in known.norms:
            hint = did_you_mean(value, known.norms, otherwise="the norms are")
            raise OptionError(f"there is no norm {value!r}{hint}; a number may be given too")
        return known.norms[value]
    if isinstance(value, bool) or not math.isfinite(value) or not 0 < value <= 1000:
        raise OptionError(f"the norm is {value!r}, must be a number of places per 100 children above 0")
    same = [norm for norm in known.norms.values() if norm.places_per_100_children == value]
    return (
        same[0] if same else Norm("given", "Opgegeven norm", float(value), "opgegeven door de gebruiker", "", "optie")
    )


def _norm(table: Table) -> Norm:
    return Norm(
        id=table.take("id", identifier),
        label=table.take("label", text),
        places_per_100_children=table.take("places_per_100_children", number(0.1, 1000)),
        **vars(origin(table)),
    )


def _published(table: Table) -> Published:
    return Published(
        year=table.take("year", year),
        places_per_100_children=table.take("places_per_100_children", number(0, 1000)),
        places=table.take_or("places", whole(0, 10_000_000), None),
        children_0_2=table.take_or("children_0_2", whole(0, 10_000_000), None),
        source=table.take("source", text),
    )
