"""Norms, limits of belief and published figures of childcare, read from ``norms.toml``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.strict_toml import Table, identifier, read_toml, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable

_YEAR = whole(1900, 2200)


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


def number(least: float, most: float = math.inf) -> Callable[[object, str], float]:
    """Make a reader of numbers between two limits, both included."""

    def read(value: object, where: str) -> float:
        right = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not right or not least <= float(value) <= most:  # type: ignore[arg-type]
            raise DataError(f"{where}: {value!r} is not a number from {least:g} to {most:g}")
        return float(value)  # type: ignore[arg-type]

    return read


@cache
def norms() -> Norms:
    """Return the package's norms."""
    with as_file(files("kortrijk_geo.childcare") / "norms.toml") as path:
        return read_norms(path)


def read_norms(path: Path) -> Norms:
    """Read a file as ``norms.toml``.

    Raises
    ------
    DataError
        When a key is missing, unknown or of the wrong kind; the message names file and key.
    """
    values, _ = read_toml(Path(path))
    top = Table(values, Path(path).name)
    found = [_norm(table) for table in top.tables("norm")]
    known = {norm.id: norm for norm in found}
    if len(known) < len(found):
        raise DataError(f"{top.where}: norm: two norms have the same id")
    default = top.table("default")
    chosen = [default.take(key, identifier) for key in ("norm", "reference")]
    for key, name in zip(("norm", "reference"), chosen, strict=True):
        if name not in known:
            raise DataError(f"{default.name(key)}: there is no norm {name!r}; the norms are {', '.join(known)}")
    estimate, plausible, broken = (top.table(key) for key in ("estimate", "plausible", "series_break"))
    result = Norms(
        norms=known,
        default=chosen[0],
        reference=chosen[1],
        children_0_2_per_child_0_4=estimate.take("children_0_2_per_child_0_4", number(0.01, 1)),
        most_places={kind: plausible.take(kind, whole(1, 100_000)) for kind in ("group", "family")},
        break_years=(broken.take("first_year", _YEAR), broken.take("last_year", _YEAR)),
        break_text=broken.take("text", text),
        published=tuple(sorted((_published(table) for table in top.tables("published")), key=lambda one: one.year)),
    )
    for table in (estimate, plausible):
        for key in ("source", "date", "standing"):
            table.take(key, text)
    broken.take("source", text)
    for table in (top, default, estimate, plausible, broken):
        table.done()
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
            raise OptionError(f"there is no norm {value!r}; the norms are {', '.join(known.norms)}, or give a number")
        return known.norms[value]
    if isinstance(value, bool) or not math.isfinite(value) or not 0 < value <= 1000:
        raise OptionError(f"the norm is {value!r}, must be a number of places per 100 children above 0")
    same = [norm for norm in known.norms.values() if norm.places_per_100_children == value]
    return (
        same[0] if same else Norm("given", "Opgegeven norm", float(value), "opgegeven door de gebruiker", "", "optie")
    )


def _norm(table: Table) -> Norm:
    norm = Norm(
        id=table.take("id", identifier),
        label=table.take("label", text),
        places_per_100_children=table.take("places_per_100_children", number(0.1, 1000)),
        source=table.take("source", text),
        date=table.take("date", text),
        standing=table.take("standing", text),
    )
    table.done()
    return norm


def _published(table: Table) -> Published:
    figure = Published(
        year=table.take("year", _YEAR),
        places_per_100_children=table.take("places_per_100_children", number(0, 1000)),
        places=table.take_or("places", whole(0, 10_000_000), None),
        children_0_2=table.take_or("children_0_2", whole(0, 10_000_000), None),
        source=table.take("source", text),
    )
    table.done()
    return figure
