"""What colleagues call layers and columns, as data: names compared without capitals, accents, signs and years."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from kortrijk_geo.pack.ages import BANDS
from kortrijk_geo.pack.layers import AGES, LAYERS
from kortrijk_geo.rules import Items, Rules, Text, Whole, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_Words = Annotated[tuple[Text, ...], Items()]
_YEAR = re.compile(r"(19|20)\d\d")
# A word of this length may be part of a longer one: "kinderopvanglocaties".
_COMPOUND = 5
_TILED: dict[str, tuple[int, float]] = {**BANDS, "population": (0, math.inf)}
# People are counted up to a last age, such as 95 or 99, where no column is open-ended.
_OLDEST = 95


class LayerNames(Rules):
    """Names of a layer, and of its columns."""

    names: _Words
    columns: dict[str, _Words]


class RasterNames(Rules):
    """Names of a raster, and the legend of its codes; empty for what is measured."""

    names: _Words
    legend: str


class Coordinates(Rules):
    """Names of columns with coordinates, and the CRS that are tried on them."""

    x: _Words
    y: _Words
    lon: _Words
    lat: _Words
    crs: _Words


class Aliases(Rules):
    """The file ``aliases.toml``."""

    fillers: _Words
    age_words: _Words
    age_fillers: _Words
    age_open: _Words
    age_columns: _Words
    people_columns: _Words
    total_keys: _Words
    most_files: Annotated[int, Whole(1, 100_000)]
    last_header: Annotated[int, Whole(1, 1000)]
    layers: dict[str, LayerNames]
    counts: dict[str, _Words]
    sums: dict[str, Annotated[tuple[_Words, ...], Items()]]
    coordinates: Coordinates
    categories_of: dict[str, dict[str, _Words]]
    categories: dict[str, _Words]
    rasters: dict[str, RasterNames]

    def of_column(self, layer: str, column: str) -> tuple[str, ...]:
        """Return what a column of a layer may be called; its Dutch name first, its own name in a pack last."""
        words = self.layers[layer].columns.get(column) or self.counts.get(column, ())
        return (*words, column)


@dataclass(frozen=True)
class Choice:
    """The columns of a file that may be one of a layer.

    Parameters
    ----------
    taken
        The one that leaves no doubt, or those to add up; None without one.
    others
        Columns that could be meant too.
    """

    taken: str | tuple[str, ...] | None
    others: tuple[str, ...] = ()


@cache
def load_aliases() -> Aliases:
    """Return the aliases that come with the toolkit."""
    return read_rules(Aliases, Path(__file__).with_name("aliases.toml"))


def fold(name: str) -> str:
    """Write a name in plain small letters and digits, one space between words.

    Examples
    --------
    >>> fold("Crèche_Naam (90+)")
    'creche naam 90 plus'
    """
    plain = unicodedata.normalize("NFKD", name.replace("+", " plus "))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", letters))


def core(name: str) -> str:
    """Write a name without years and words such as "aantal", which say nothing of what is counted.

    Examples
    --------
    >>> core("Aantal inwoners 2024")
    'inwoners'
    """
    fillers = load_aliases().fillers
    kept = [word for word in fold(name).split() if word not in fillers and not _YEAR.fullmatch(word)]
    return " ".join(kept)


def called(name: str, words: Iterable[str]) -> str:
    """Return the longest of some words that a file, layer or sheet is called by; empty when by none."""
    folded = f" {fold(name)} "
    fits = [word for word in map(fold, words) if f" {word} " in folded or (len(word) >= _COMPOUND and word in folded)]
    return max(fits, key=len, default="")


def choose_column(columns: Sequence[str], words: Sequence[str]) -> Choice:
    """Return the column that is called by one of some words.

    Names that are equal but for signs go before those that differ by a year or a filler; a name that only holds the
    word is a possibility, never taken.
    """
    for simplify in (fold, core):
        names = {column: simplify(column) for column in columns}
        for word in dict.fromkeys(map(simplify, words)):
            fits = [column for column, name in names.items() if name == word and word]
            if len(fits) == 1:
                return Choice(fits[0])
            if fits:
                return Choice(None, tuple(fits))
    near = [column for column in columns if any(f" {fold(word)} " in f" {fold(column)} " for word in words)]
    return Choice(None, tuple(near))


def choose_count(columns: Sequence[str], words: Sequence[str], count: str) -> Choice:
    """Return the column of a count, or the columns of ages or sexes that together are it."""
    choice = choose_column(columns, words)
    if choice.taken is not None:
        return choice
    exact = [column for column in choice.others if core(column) in {core(word) for word in words}]
    if exact:
        return choice
    parts = _ages_that_tile(columns, count)
    if not parts and count in load_aliases().sums:
        each = [choose_column(columns, words).taken for words in load_aliases().sums[count]]
        parts = tuple(str(part) for part in each) if all(each) else ()
    return Choice(parts, choice.others) if parts else choice


def ages_of(column: str) -> tuple[float, float] | None:
    """Return the first and last age of people whom a column counts; None when it does not say so plainly.

    "0 tot 3 jaar" does not: it may be up to and including 3, or not.

    Examples
    --------
    >>> ages_of("0 jaar"), ages_of("Aantal 0 tem 9-jarigen|2025"), ages_of("Aantal 90+'ers"), ages_of("0 tot 3 jaar")
    ((0, 0), (0, 9), (90, inf), None)
    """
    aliases = load_aliases()
    words = core(column).split()
    numbers = [int(word) for word in words if word.isdecimal() and len(word) <= 3]
    rest = [word for word in words if not word.isdecimal()]
    known = {*aliases.age_words, *aliases.age_fillers, *aliases.age_open}
    if not 1 <= len(numbers) <= 2 or not set(rest) <= known or set(rest).isdisjoint(aliases.age_words):
        return None
    if "tot" in rest and "met" not in rest:
        return None
    if not set(rest).isdisjoint(aliases.age_open):
        return (numbers[0], math.inf) if len(numbers) == 1 else None
    return (numbers[0], numbers[-1])


def _ages_that_tile(columns: Sequence[str], count: str) -> tuple[str, ...]:
    """Return the columns whose ages follow on each other, from the first to the last age of a count."""
    stated = {column: age for column in columns if (age := ages_of(column)) is not None}
    together = ages_that_tile(stated, count)
    # One column that is all of it is called so; only of ages its name need not be known.
    return together if len(together) > 1 or count in AGES else ()


def ages_that_tile(stated: Mapping[str, tuple[float, float]], count: str) -> tuple[str, ...]:
    """Return which of some ages follow on each other, from the first to the last of a count; none when they do not.

    Examples
    --------
    >>> ages_that_tile({"65-74": (65, 74), "75-79": (75, 79), "80-89": (80, 89)}, "age_65_79")
    ('65-74', '75-79')
    >>> ages_that_tile({"65-74": (65, 74), "75-84": (75, 84)}, "age_65_79")
    ()
    """
    if count not in _TILED:
        return ()
    first, until = _TILED[count]
    ages = {name: age for name, age in stated.items() if first <= age[0] and age[1] <= until}
    ordered = sorted(ages, key=lambda name: ages[name])
    following, last = float(first), -1.0
    for name in ordered:
        if ages[name][0] != following:
            return ()
        last = ages[name][1]
        following = last + 1
    whole = last == until or (until == math.inf and last >= _OLDEST)
    return tuple(ordered) if whole else ()


def values_of(column: str, values: Iterable[str]) -> Mapping[str, str] | None:
    """Return what each value of a column is in a pack; None when one of them is not known."""
    meaning = {fold(word): value for value, words in load_aliases().categories_of[column].items() for word in words}
    result = {value: meaning.get(fold(value), "") for value in values}
    return result if result and all(result.values()) else None


def words_for(layer: str) -> tuple[str, ...]:
    """Return what a layer may be called."""
    return (*load_aliases().layers[layer].names, layer) if layer in LAYERS else ()
