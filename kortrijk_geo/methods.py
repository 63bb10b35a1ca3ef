"""By which method a source was made, where that method changed: what is from before and after is no trend."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from kortrijk_geo.rules import Items, Rules, Sourced, Text, Year, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import Source


class MethodChange(Sourced):
    """Words in the name of a source that tell which it is, what it is called, and the first year of its new method."""

    names: Annotated[tuple[Text, ...], Items()]
    label: Text
    first_year: Year

    def method(self, year: int | None) -> str:
        """Return the method of a year, in Dutch."""
        if year is None:
            return f"{self.label} van een onbekend jaar (andere methode vanaf {self.first_year})"
        when = f"vanaf {self.first_year}" if year >= self.first_year else f"van voor {self.first_year}"
        return f"{self.label}, methode {when}"


class _MethodFile(Rules):
    change: Annotated[tuple[MethodChange, ...], Items()]


@cache
def method_changes() -> tuple[MethodChange, ...]:
    """Return the sources of which the method changed."""
    return read_rules(_MethodFile, Path(__file__).parent / "rules" / "method_changes.toml").change


def changes_of(sources: Iterable[Source]) -> dict[MethodChange, int | None]:
    """Return which of the sources are among `method_changes`, each with its year; None where that is not known.

    A source made of several names them all, each with its own date: "JaarBAK (2024-01-01); Groenkaart (2021-01-01)".
    """
    years: dict[MethodChange, int | None] = {}
    for source in sources:
        for part in source.name.split("; "):
            for change in method_changes():
                if any(name.casefold() in part.casefold() for name in change.names):
                    own = re.search(r"\((\d{4})[^()]*\)$", part)
                    text = own[1] if own else source.date or part
                    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text)
                    years[change] = int(year[0]) if year else None
    return years


def error_published(city: City) -> bool:
    """Tell whether the published error of the yearly sealing map is one of a city's land cover: of no other map.

    An invented land cover stands for that map.
    """
    return city.synthetic or bool(changes_of(city.sources("land_cover")))


def changed_since(sources: Iterable[Source], earlier: int | None) -> list[MethodChange]:
    """Return whose method changed, or may have, between a map of an earlier year (None: unknown) and these sources."""
    return [
        change
        for change, year in changes_of(sources).items()
        if (year is None or year >= change.first_year) and (earlier is None or earlier < change.first_year)
    ]


def methods_of(sources: Iterable[Source]) -> str:
    """Return by which methods the sources were made, in Dutch: "JaarBAK, methode vanaf 2023"; empty for all others."""
    return "; ".join(change.method(year) for change, year in changes_of(sources).items())
