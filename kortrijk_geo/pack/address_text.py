"""An address as someone wrote it, taken apart: which street, which number, which town; the words for it are data.

``mapping/static/matching.js`` reads the same way in pages; what changes here changes there, and a test holds both
against one list.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from kortrijk_geo.rules import Items, Number, Rules, Text, Whole, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

Words = Annotated[tuple[Text, ...], Items()]
# What a range ("12-14") spans at most: "12 - 8500 Kortrijk" is none.
_MOST_SPAN = 100
_WORD = re.compile(r"[^\W_]+")
_INITIALS = re.compile(r"([a-z])\.(?=[a-z]\.)")
_RUN = re.compile(r"(?<!\d)\d{1,5}(?!\d)")
_NUMBER = re.compile(r"\s*(\d{1,5})(?!\d)")
# A letter is a part of the number, but for that of a postcode ("B-8500").
_SUFFIX = re.compile(r"[\s_-]?(bis|ter|quater|b(?!\s*-\s*\d{4})|[ac-z])(?![^\W_])")
_RANGE = re.compile(r"\s*[-–+&]\s*(\d{1,5})([a-z]?)(?![^\W_])")
_POSTCODE = re.compile(r"(?:be?)?(\d{4,5})([a-z]{2})?")
_EDGE = " \t\n,;.()-/"


class AddressColumns(Rules):
    """Names that the columns of an address have in tables."""

    address: Words
    street: Words
    number: Words
    box: Words
    postcode: Words
    municipality: Words


class AddressRules(Rules):
    """How addresses are read: ``addresses.toml``."""

    least_likeness: Annotated[float, Number(0.5, 1)]
    least_lead: Annotated[float, Number(0, 1)]
    farthest_number: Annotated[int, Whole(0, 1000)]
    same_house_m: Annotated[float, Number(0, 1000)]
    most_left_out: Annotated[float, Number(0, 1)]
    endings: Words
    box_words: Words
    number_words: Words
    countries: Words
    words: dict[str, str]
    word_ends: dict[str, str]
    columns: AddressColumns


@cache
def address_rules() -> AddressRules:
    """Return the values of ``addresses.toml``."""
    return read_rules(AddressRules, Path(__file__).with_name("addresses.toml"))


@dataclass(frozen=True)
class HouseNumber:
    """A house number: ``12``, with a suffix (``12b``), as a range (``12-14``), with a box (``12 bus 3``)."""

    base: int
    suffix: str = ""
    last: int = 0
    box: str = ""

    @property
    def key(self) -> str:
        """The number in one way of writing, its box left out."""
        return f"{self.base}{self.suffix}" + (f"-{self.last}" if self.last else "")

    def distance(self, number: int) -> int:
        """How many numbers another lies outside this one."""
        return max(self.base - number, number - (self.last or self.base), 0)


@dataclass(frozen=True)
class Reading:
    """One way to read an address; ``town`` holds its words without the postcode."""

    street: str
    number: HouseNumber
    postcode: str = ""
    town: tuple[str, ...] = ()


def plain_text(text: str) -> str:
    """Return a text without capitals and accents."""
    apart = unicodedata.normalize("NFKD", text).lower()
    return "".join(sign for sign in apart if not unicodedata.category(sign).startswith("M"))


def plain_words(text: str) -> list[str]:
    """Return the words of a text, initials such as "O.L.V." together."""
    return _WORD.findall(_INITIALS.sub(r"\1", plain_text(text)))


def street_key(text: str) -> str:
    """Return what all ways to write a street have in common: "Meense stwg." and "Meensesteenweg" are one."""
    return "".join(map(_in_full, plain_words(text)))


def _in_full(word: str) -> str:
    rules = address_rules()
    if word in rules.words:
        return rules.words[word]
    ends = [end for end in rules.word_ends if word.endswith(end)]
    if not ends:
        return word
    end = max(ends, key=len)
    return word.removesuffix(end) + rules.word_ends[end]


@cache
def ending_of(key: str) -> str:
    """Return the longest ending ("straat") of the key of a street that leaves a name before it, or nothing."""
    return max((end for end in address_rules().endings if key.endswith(end) and key != end), key=len, default="")


def likeness(asked: str, known: str) -> float:
    """Return how alike the keys of two streets are, from 0 to 1 (the same).

    Letters that must be added, taken away or changed places count 1, wrong ones 2, over the letters of both names
    without their ending. Another ending, another number or another first letter is another street: 0; "stenweg" is a
    spelling of "steenweg", though it ends in "weg".
    """
    if asked == known:
        return 1.0
    ending, other = ending_of(known), ending_of(asked)
    if (ending and other and not ending.endswith(other)) or asked[:1] != known[:1] or _digits(asked) != _digits(known):
        return 0.0
    letters = len(known) + max(len(asked), len(ending)) - 2 * len(ending)
    if letters <= 0 or (most := (1 - address_rules().least_likeness) * letters) < abs(len(asked) - len(known)):
        return 0.0
    steps = _steps(asked, known)
    return 1 - steps / letters if steps <= most else 0.0


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _steps(one: str, other: str) -> int:
    """Count the changes from one text to another: a letter more, less, or two in the wrong order 1, a wrong one 2."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = before[j - 1] if left == right else min(before[j], row[j - 1]) + 1
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right and left != right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def readings(text: str) -> Iterator[Reading]:
    """Yield each way to read a whole address: "Meensesteenweg 12 bus 3, 8500 Kortrijk", or with the number first."""
    plain = plain_text(text)
    for run in _RUN.finditer(plain):
        taken = take_number(plain[run.start() :])
        if taken is None:
            continue
        number, rest = taken
        street = _without_number_word(plain[: run.start()])
        if plain_words(street):
            yield Reading(street, number, *town_of(rest))
        elif not plain[: run.start()].strip(_EDGE):
            name, town = _town_behind(rest)
            yield Reading(name, number, *town_of(town))


def _without_number_word(street: str) -> str:
    words = plain_words(street)
    if len(words) > 1 and words[-1] in address_rules().number_words:
        return " ".join(words[:-1])
    return street


def _town_behind(text: str) -> tuple[str, str]:
    """Part a text of a street and a town where its comma is, or its postcode."""
    name, comma, town = text.strip(_EDGE).partition(",")
    if comma:
        return name, town
    code = re.search(r"\b(?:be?-?)?\d{4}", text)
    return (text[: code.start()], text[code.start() :]) if code else (text, "")


def town_of(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the postcode in a text that names a town, and the other words."""
    code, rest = "", []
    for word in plain_words(text):
        part = _POSTCODE.fullmatch(word)
        if part and not code:
            code = part[1] + (part[2] or "")
        elif word not in address_rules().countries:
            rest.append(word)
    return code, tuple(rest)


def whole_number(text: str) -> HouseNumber | None:
    """Read a house number that stands alone, as in a column; None when it is none."""
    words = plain_text(text).strip()
    first = plain_words(words)[:1]
    if first and first[0] in address_rules().number_words:
        words = words[len(first[0]) :].lstrip("°. ")
    taken = take_number(words)
    return None if taken is None or plain_words(taken[1]) else taken[0]


def take_number(text: str) -> tuple[HouseNumber, str] | None:
    """Take a house number from the start of a plain text; return it and what follows, None when there is none."""
    if (start := _NUMBER.match(text)) is None:
        return None
    base, at = int(start[1]), start.end()
    suffix, last = "", 0
    box = _box().match(text, at)
    if box is None:
        if (part := _SUFFIX.match(text, at)) is not None:
            suffix, at = part[1], part.end()
        part = _RANGE.match(text, at)
        if part is not None and base < int(part[1]) <= base + _MOST_SPAN:
            last, at = int(part[1]), part.end()
        elif part is not None and int(part[1]) <= base:
            return HouseNumber(base, suffix, 0, part[1]), text[part.end() :]
        box = _box().match(text, at)
    name = ""
    if box is not None:
        name, at = (box[1] or box[2]).lstrip("0") or "0", box.end()
    if text[at : at + 1].isalnum():
        return None
    return HouseNumber(base, suffix, last, name), text[at:]


@cache
def _box() -> re.Pattern[str]:
    words = "|".join(sorted(address_rules().box_words, key=len, reverse=True))
    value = r"([^\W_]{1,6}(?:[./-][^\W_]{1,4})?)(?![^\W_])"
    return re.compile(rf"[\s,;(]*(?:(?:{words})(?:\.?\s*(?=\d)|[.\s]+)|[/_]\s*){value}|\s*b\.?\s*(\d{{1,3}})(?![^\W_])")
