"""The one reader of TOML: rules as typed models; every key is known, every value has its type, every error its place.

A file of rules is a model whose fields are the keys of the file, read by `read_rules`::

    class Spacing(Sourced):
        spacing_m: AboveZero
        owners: Listed[Owner]

Nothing is coerced (true is not 1, "5" is not 5). All that is wrong in a file is told at once, a line each, with the
file and the key as a reader counts them (``size[2].spacing_m``: the second ``[[size]]``); checks over several keys
come when the keys themselves are right.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError, model_validator

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.rules.kinds import (
    UNKNOWN,
    AboveZero,
    DateText,
    Day,
    Euros,
    Exact,
    Flag,
    FromZero,
    Id,
    Items,
    Measure,
    Money,
    Number,
    OneOf,
    Share,
    Tables,
    Text,
    Whole,
    WholeOrText,
    Year,
    check_day,
)
from kortrijk_geo.rules.limits import MOST_DEPTH, has_long_key, passed_limit
from kortrijk_geo.rules.wording import lines_of

__all__ = [
    "UNKNOWN",
    "AboveZero",
    "DateText",
    "Dated",
    "Day",
    "Euros",
    "Exact",
    "Flag",
    "FromZero",
    "Id",
    "Items",
    "Local",
    "Measure",
    "Money",
    "Number",
    "OneOf",
    "Origin",
    "OtherValues",
    "Rules",
    "Series",
    "Share",
    "Sourced",
    "Tables",
    "Text",
    "Whole",
    "WholeOrText",
    "Year",
    "as_rules",
    "read_rules",
    "read_tables",
    "read_toml",
    "table_of",
]

M = TypeVar("M", bound="Rules")


class Rules(BaseModel):
    """Base of every table of rules: frozen, nothing coerced, no key that is not a field (or a field's alias)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True, defer_build=True)


@dataclass(frozen=True)
class Origin:
    """Where a rule comes from, of which date, and how firm it is."""

    source: str
    date: str
    standing: str


def read_toml(path: Path) -> tuple[dict[str, object], bytes]:
    """Read a TOML file, which may begin with a byte order mark; return its table and its bytes.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it cannot be read, or is not TOML in UTF-8.
    """
    raw = _bytes_of(path)
    return table_of(raw, str(path)), raw


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():
        raise MissingFileError(f"{path} does not exist")
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error


def table_of(raw: bytes, where: str) -> dict[str, object]:
    """Return the table of TOML that is no file, or no longer: as `read_toml`, ``where`` is what messages call it."""
    try:
        text = raw.decode("utf-8-sig")
        values = None if has_long_key(text) else tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: is not text in UTF-8 (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{where}: is not TOML ({error})") from error
    except RecursionError as error:
        raise DataError(f"{where}: has tables or arrays more than {MOST_DEPTH} deep in each other") from error
    except ValueError as error:  # TOML in which a whole number has thousands of digits
        raise DataError(f"{where}: has a value that cannot be read ({error})") from error
    if values is None:
        raise DataError(f"{where}: has tables or arrays more than {MOST_DEPTH} deep in each other")
    if (passed := passed_limit(values)) is not None:
        raise DataError(f"{where}: {passed}")
    return values


def read_rules(model: type[M], path: str | Path) -> M:
    """Read a file of rules, the package's own or a user's.

    Messages name a file of the package without its folder, a user's file as it was given.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When it cannot be read or breaks its rules: a line for each thing that is wrong.
    """
    rules: M = _read(model, _bytes_of(Path(path)), str(path))
    return rules


@lru_cache(maxsize=128)
def _read(model: type[M], raw: bytes, path: str) -> M:
    """Read what stands in a file once: rules are frozen, and one question asks for the same ones time and again."""
    return as_rules(model, table_of(raw, str(Path(path))), _name(path))


def read_tables(model: type[M], path: str | Path) -> dict[str, M]:
    """Read a file in which every table is a rule of one kind, by the name of the table; otherwise as `read_rules`."""
    values = read_toml(Path(path))[0]
    try:
        return TypeAdapter(dict[str, model]).validate_python(values)  # type: ignore[valid-type]
    except ValidationError as error:
        raise DataError("\n".join(lines_of(model, error, _name(path)))) from error


def _name(path: str | Path) -> str:
    return Path(path).name if Path(__file__).parents[1] in Path(path).parents else str(path)


def as_rules(model: type[M], values: object, where: str, *, context: object = None) -> M:
    """Read a table of rules that was taken from a file; ``where`` is what messages call the file.

    ``context`` is what validators of the model get to know of the rest of the file, as ``info.context``.
    """
    try:
        return model.model_validate(values, context=context)
    except ValidationError as error:
        raise DataError("\n".join(lines_of(model, error, where))) from error


class Sourced(Rules):
    """A table that says where it comes from: who, of which date (a day, or a text such as "2024"), how firm."""

    source: Text
    date: DateText
    standing: Text

    @property
    def origin(self) -> Origin:
        """Source, date and standing together."""
        return Origin(self.source, self.date, self.standing)


class Local(Sourced):
    """A sourced table that may be the policy of one municipality: to another it is not cited as if it were its own.

    ``nis_code`` says whose policy it is, and ``elsewhere`` what others are told in place of the source.
    """

    nis_code: Text = ""
    elsewhere: Text = ""

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if bool(self.nis_code) != bool(self.elsewhere):
            raise ValueError("nis_code and elsewhere: both or none")
        return self

    def seen_from(self, nis_code: str) -> Self:
        """Return it as it is told to a municipality."""
        return self if self.nis_code in {"", nis_code} else self.model_copy(update=self._elsewhere())

    def _elsewhere(self) -> dict[str, str]:
        return {"source": self.elsewhere, "standing": "ter vergelijking"}


class Dated(Sourced):
    """A sourced table whose date is a day, written without quotes."""

    date: Annotated[DateText, BeforeValidator(check_day)]


class OtherValues(Sourced):
    """Values of an option at which a headline is told too, beside the one that counts."""

    values: Annotated[tuple[AboveZero, ...], Items(ascending=True)]


class Series(Sourced):
    """Values by year: at least two ascending years, with a value each."""

    years: Annotated[tuple[Year, ...], Items(ascending=True, least=2)]
    values: Annotated[tuple[FromZero, ...], Items(twice=True, least=2)]

    def model_post_init(self, _: Any) -> None:
        """Refuse years and values that do not go together."""
        if len(self.years) != len(self.values):
            raise ValueError("values: needs one value per year")
