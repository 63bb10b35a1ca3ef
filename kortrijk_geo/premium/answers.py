"""The file with an applicant's answers: how it is read, what its words mean; what is wrong in it is told in Dutch."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from kortrijk_geo.errors import DataError, MissingFileError, OptionError, nearest
from kortrijk_geo.options import parse_date
from kortrijk_geo.premium.terms import KIND
from kortrijk_geo.rules import Items, Rules, Text, read_rules, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

Answer: TypeAlias = bool | int | float | str
# What a file tells of the application itself, beside the answers.
DAY, SORT = "datum", "soort"
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_LINE = re.compile(r"at line (\d+)")


class AnswerWords(Rules):
    """The whole of ``answers.toml``."""

    yes: Annotated[tuple[Text, ...], Items()]
    no: Annotated[tuple[Text, ...], Items()]
    means: dict[Text, Text]


@cache
def answer_words() -> AnswerWords:
    """Return how answers are written."""
    return read_rules(AnswerWords, Path(__file__).with_name("answers.toml"))


def yes_or_no(answer: Answer) -> bool | None:
    """Return what an answer confirms or denies; None when it is neither yes nor no."""
    if isinstance(answer, bool):
        return answer
    word, words = str(answer).strip().casefold(), answer_words()
    return True if word in words.yes else False if word in words.no else None


def choice_of(answer: Answer, choices: tuple[str, ...]) -> str | None:
    """Return the choice that an answer means: written so whatever its capitals, or a word for it as "bv"."""
    word = " ".join(str(answer).split()).casefold()
    word = answer_words().means.get(word.replace(".", ""), word)
    return next((choice for choice in choices if choice.casefold() == word), None)


def hint(text: object, choices: tuple[str, ...] | list[str]) -> str:
    """End a Dutch message about a wrong word: the nearest right one, else all of them."""
    near = nearest(text, choices)
    return f"; bedoelt u {near!r}?" if near else f"; het kan zijn: {', '.join(choices)}"


def read_day(text: str, option: str = "date") -> dt.date:
    """Read a day written as 2026-11-27 or 27/11/2026; `OptionError` names the option when it is none."""
    written = _DAY.fullmatch(text.strip())
    return parse_date("{2}-{1:0>2}-{0:0>2}".format(*written.groups()) if written else text, option)


@dataclass(frozen=True)
class AnswerFile:
    """What a file with answers holds; kind and date are None where it does not tell them."""

    answers: dict[str, Answer]
    kind: str | None = None
    date: dt.date | None = None


def read_answer_file(path: str | Path, kinds: Mapping[str, str] = KIND) -> AnswerFile:
    """Read a TOML file with an answer per line; ``datum`` and ``soort`` are those of the application.

    ``kinds`` are the Dutch names of the kinds it may be of. An empty text is no answer: so
    `kortrijk_geo.premium.template.answer_template` leaves every line.

    Raises
    ------
    MissingFileError, DataError
        When the file is absent, is not TOML, or holds an answer that is no yes or no, number or text.
    """
    values = _values(Path(path))
    day, sort = values.pop(DAY, ""), values.pop(SORT, "")
    answers: dict[str, Answer] = {}
    for key, value in values.items():
        if not isinstance(value, (bool, int, float, str)):
            raise DataError(f'{path}: {key}: antwoord met "ja", "nee", een getal of een tekst in aanhalingstekens')
        if not isinstance(value, str) or value.strip():
            answers[key] = value
    return AnswerFile(answers, _kind(sort, f"{path}: {SORT}", kinds), _date(day, f"{path}: {DAY}"))


def read_answers(path: str | Path) -> dict[str, Answer]:
    """Read the answers only: ``days_per_week = 5``, ``open_to_all = "ja"``; see `read_answer_file`."""
    return read_answer_file(path).answers


def _values(path: Path) -> dict[str, object]:
    try:
        return dict(read_toml(path)[0])
    except MissingFileError as error:
        raise MissingFileError(f"{path} bestaat niet") from error
    except DataError as error:
        if isinstance(error.__cause__, tomllib.TOMLDecodeError):
            line = _LINE.search(str(error))
            where = f", regel {line[1]}" if line else ""
            raise DataError(
                f"{path}{where}: is geen TOML; schrijf per regel een naam, = en het antwoord, een tekst tussen"
                f' aanhalingstekens: open_to_all = "ja"'
            ) from error
        if isinstance(error.__cause__, UnicodeDecodeError):
            raise DataError(f"{path}: is geen tekst in UTF-8; bewaar het bestand als UTF-8") from error
        raise DataError(f"{path}: kan niet worden gelezen ({error})") from error


def _kind(value: object, where: str, names: Mapping[str, str]) -> str | None:
    if value == "":
        return None
    kinds: dict[str, str] = {**{name: name for name in names}, **{text: name for name, text in names.items()}}
    if not isinstance(value, str) or value not in kinds:
        raise DataError(f"{where}: {value!r} is geen opvangvorm{hint(value, list(kinds))}")
    return kinds[value]


def _date(value: object, where: str) -> dt.date | None:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if value == "":
        return None
    try:
        return read_day(str(value))
    except OptionError as error:
        raise DataError(f'{where}: {value!r} is geen dag; schrijf "27/11/2026"') from error
