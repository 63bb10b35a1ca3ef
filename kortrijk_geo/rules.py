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

import datetime as dt
import math
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import core_schema

from kortrijk_geo.errors import DataError, MissingFileError, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pydantic import GetCoreSchemaHandler

M = TypeVar("M", bound="Rules")
T = TypeVar("T")
UNKNOWN = "unknown"
_NOT = {"string_type": "a text", "int_type": "a whole number"}  # what a value of a plain Python type is not
_MONEY = re.compile(r"\d{1,9}\.\d{2}")
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,6})?")
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
# A check over a whole table names the key that is wrong first: it is shown as the key's own place.
_OF_KEY = re.compile(r"(\w+)(?:: | is missing| is not a known key)")


class Rules(BaseModel):
    """Base of every table of rules: frozen, nothing coerced, no key that is not a field (or a field's alias)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)


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
    if not path.is_file():
        raise MissingFileError(f"{path} does not exist")
    try:
        raw = path.read_bytes()
        return tomllib.loads(raw.decode("utf-8-sig")), raw
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not text in UTF-8 (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: is not TOML ({error})") from error


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
    return as_rules(model, read_toml(Path(path))[0], _name(path))


def read_tables(model: type[M], path: str | Path) -> dict[str, M]:
    """Read a file in which every table is a rule of one kind, by the name of the table; otherwise as `read_rules`."""
    values = read_toml(Path(path))[0]
    try:
        return TypeAdapter(dict[str, model]).validate_python(values)  # type: ignore[valid-type]
    except ValidationError as error:
        raise DataError("\n".join(_lines(model, error, _name(path)))) from error


def _name(path: str | Path) -> str:
    return Path(path).name if Path(__file__).parent in Path(path).parents else str(path)


def as_rules(model: type[M], values: object, where: str, *, context: object = None) -> M:
    """Read a table of rules that was taken from a file; ``where`` is what messages call the file.

    ``context`` is what validators of the model get to know of the rest of the file, as ``info.context``.
    """
    try:
        return model.model_validate(values, context=context)
    except ValidationError as error:
        raise DataError("\n".join(_lines(model, error, where))) from error


# ---- kinds of values: each a type for the checker, a check with its own words, and a schema for editors


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{_shown(value)} is not a text")
    return value


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError(f"{_shown(value)} is not an id of lower case letters, digits, '-' and '_'")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{_shown(value)} must be true or false")  # noqa: TRY004 - pydantic gathers ValueErrors
    return value


def _day(value: object) -> dt.date:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise ValueError(f"{_shown(value)} is not a date; write it without quotes, as 2021-10-12")  # noqa: TRY004 - pydantic gathers ValueErrors
    return value


def _date_text(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else _text(value)


def _money(value: object) -> Decimal | None:
    if value is None or value == UNKNOWN:
        return None
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise ValueError(f'{_shown(value)} is not an amount; write it as text, "450.00" or "{UNKNOWN}"')
    return Decimal(value)


def _decimal(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise ValueError(f'{_shown(value)} is not a number from 0; write a whole number, or text as "52.5"')


def _euros(value: object) -> float:
    amount = _money(value)
    return math.nan if amount is None else float(amount)


@dataclass(frozen=True)
class Whole:
    """In ``Annotated[int, Whole(1, 5)]``: a whole number between two limits, both included."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(
            self._checked, core_schema.int_schema(ge=self.least, le=self.most, strict=True)
        )

    def _checked(self, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise ValueError(f"{_shown(value)} is not a whole number from {self.least} to {self.most}")
        return value


@dataclass(frozen=True)
class Number:
    """In ``Annotated[float, Number(0, 1)]``: a finite number between two limits, both included; 0 only if not above."""

    least: float
    most: float = math.inf
    above: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        limits: dict[str, Any] = {"gt" if self.above else "ge": self.least}
        if not math.isinf(self.most):
            limits["le"] = self.most
        return core_schema.no_info_before_validator_function(
            self._checked, core_schema.float_schema(strict=True, **limits)
        )

    def _checked(self, value: object) -> float:
        limits = f"from {self.least:g}" + ("" if math.isinf(self.most) else f" to {self.most:g}")
        right = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not right or not self.least <= float(value) <= self.most:  # type: ignore[arg-type]
            raise ValueError(f"{_shown(value)} is not a number {limits}")
        if self.above and value == self.least:
            raise ValueError(f"{_shown(value)} must be above {self.least:g}")
        return float(value)  # type: ignore[arg-type]


@dataclass(frozen=True)
class OneOf:
    """In ``Annotated[str, OneOf(names)]``: one of names that are known when the program runs; else take a `Literal`."""

    names: tuple[str, ...]

    def __init__(self, names: Iterable[str]) -> None:
        object.__setattr__(self, "names", tuple(names))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.literal_schema(list(self.names))


@dataclass(frozen=True)
class Items:
    """In ``Annotated[tuple[T, ...], Items()]``: an array with values, each once unless ``twice``, maybe ascending.

    ``Annotated[frozenset[T], Items()]`` keeps them as a set. ``least`` and ``most`` are how many there may be.
    """

    twice: bool = False
    ascending: bool = False
    least: int = 1
    most: int | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        array = core_schema.list_schema(handler.generate_schema(get_args(source)[0]), strict=True)
        checked = core_schema.no_info_wrap_validator_function(self._checked, array)
        if get_origin(source) is not frozenset:
            return checked
        return core_schema.no_info_after_validator_function(frozenset, checked)

    def _checked(self, value: object, read: Callable[[object], list[Any]]) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)) or len(value) < self.least:
            raise ValueError(f"{_shown(value)} is not an array with values")
        if self.most is not None and len(value) > self.most:
            raise ValueError(f"{_shown(value)} holds more than {self.most} values")
        items = read(list(value))
        if not self.twice and len(set(items)) < len(items):
            raise ValueError(f"{_shown(value)} holds a value twice")
        if self.ascending and items != sorted(items):
            raise ValueError(f"{_shown(value)} must ascend")
        return tuple(items)


@dataclass(frozen=True)
class Tables:
    """In ``Annotated[tuple[Rule, ...], Tables()]``: an array of tables, at least so many; a default makes it optional.

    With ``key``, each value of that field stands once, and ``Annotated[dict[str, Rule], Tables("id")]`` is by it. What
    is wrong in a row ``named`` by its key has the key in its place: ``size[2] (small).spacing_m``.
    """

    key: str = ""
    least: int = 0
    named: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        keyed = get_origin(source) is dict
        row = handler.generate_schema(get_args(source)[1 if keyed else 0])
        if self.named:
            row = core_schema.no_info_wrap_validator_function(self._in_place, row)
        array = core_schema.no_info_before_validator_function(self._rows, core_schema.list_schema(row, strict=True))
        return core_schema.no_info_after_validator_function(self._by_key if keyed else self._once, array)

    def _in_place(self, row: object, read: core_schema.ValidatorFunctionWrapHandler) -> Any:
        name = row.get(self.key) if isinstance(row, dict) else None
        return read(row, f"({name})") if isinstance(name, str) and _ID.fullmatch(name) else read(row)

    def _rows(self, value: object) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"{_shown(value)} is not an array of tables; write its name between double brackets")  # noqa: TRY004
        if len(value) < self.least:
            raise ValueError(f"needs at least {self.least} of these tables, not {len(value)}")
        return list(value)

    def _by_key(self, rows: list[Any]) -> dict[str, Any]:
        self._once(rows)
        return {getattr(row, self.key): row for row in rows}

    def _once(self, rows: list[Any]) -> tuple[Any, ...]:
        keys = [getattr(row, self.key) for row in rows] if self.key else []
        twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
        if twice is not None:
            raise ValueError(f"{self.key} {twice} stands twice")
        return tuple(rows)


Text = Annotated[str, BeforeValidator(_text)]
Id = Annotated[str, BeforeValidator(_identifier)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[dt.date, BeforeValidator(_day)]
DateText = Annotated[str, BeforeValidator(_date_text)]
Money = Annotated[Decimal | None, BeforeValidator(_money)]
Exact = Annotated[Decimal, BeforeValidator(_decimal)]
Year = Annotated[int, Whole(1900, 2200)]
FromZero = Annotated[float, Number(0)]
AboveZero = Annotated[float, Number(0, above=True)]
Share = Annotated[float, Number(0, 1)]
Euros = Annotated[float, BeforeValidator(_euros, json_schema_input_type=str)]  # as `Money`, NaN where unknown
# In ``Annotated[Share, WholeOrText]``: a number that a file writes whole or as text, "0.5", and never as a float.
WholeOrText = BeforeValidator(lambda value: float(_decimal(value)), json_schema_input_type=int | str)
Measure = Annotated[FromZero, WholeOrText]


class Sourced(Rules):
    """A table that says where it comes from: who, of which date (a day, or a text such as "2024"), how firm."""

    source: Text
    date: DateText
    standing: Text

    @property
    def origin(self) -> Origin:
        """Source, date and standing together."""
        return Origin(self.source, self.date, self.standing)


class Dated(Sourced):
    """A sourced table whose date is a day, written without quotes."""

    date: Annotated[DateText, BeforeValidator(_day)]


class Series(Sourced):
    """Values by year: at least two ascending years, with a value each."""

    years: Annotated[tuple[Year, ...], Items(ascending=True, least=2)]
    values: Annotated[tuple[FromZero, ...], Items(twice=True, least=2)]

    def model_post_init(self, _: Any) -> None:
        """Refuse years and values that do not go together."""
        if len(self.years) != len(self.values):
            raise ValueError("values: needs one value per year")


# ---- what is wrong, in the words of the house


def _lines(model: type[BaseModel], error: ValidationError, where: str) -> list[str]:
    errors = error.errors(include_url=False)
    lines: list[str] = []
    typos: set[tuple[Any, ...]] = set()
    for one in errors:
        if one["type"] == "extra_forbidden":
            *table, key = one["loc"]
            known = _keys(model, table)
            missing = [e["loc"][-1] for e in errors if e["type"] == "missing" and list(e["loc"][:-1]) == table]
            meant = nearest(key, [str(name) for name in missing]) or nearest(key, known)
            typos.update((*table, name) for name in missing if name == meant)
            hint = f"did you mean {meant}?" if meant else f"the keys are {', '.join(known)}"
            lines.append(f"{where}: {_path(one['loc'])} is not a known key; {hint}")
    for one in errors:
        place = f"{where}: {_path(one['loc'])}" if one["loc"] else where
        if one["type"] == "missing" and tuple(one["loc"]) not in typos:
            lines.append(f"{place} is missing")
        elif one["type"] not in {"missing", "extra_forbidden"}:
            reason = _reason(one)
            of_key = _OF_KEY.match(reason)
            inside = one["loc"] and of_key and of_key[1] in _keys(model, one["loc"])
            lines.append(f"{place}{'.' if inside else ': '}{reason}")
    return lines


def _reason(error: Any) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == "literal_error":
        choices = error["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        return f"{_shown(error['input'])} must be one of {choices}{did_you_mean(error['input'], choices.split(', '))}"
    if error["type"] in {"model_type", "model_attributes_type", "dict_type"}:
        return f"{_shown(error['input'])} is not a table"
    if error["type"] in _NOT:
        return f"{_shown(error['input'])} is not {_NOT[error['type']]}"
    return f"{_shown(error['input'])}: {error['msg'].lower()}"


def _path(loc: Sequence[Any]) -> str:
    """Name a key as a reader counts: the second ``[[size]]`` is ``size[2]``."""
    text = ""
    for part in loc:
        if isinstance(part, str) and part.startswith("("):  # the key by which a row is named
            text += f" {part}"
            continue
        if part == "[key]":  # what is wrong is the key itself, which stands before it
            continue
        text += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def _keys(model: Any, table: Iterable[Any]) -> list[str]:
    """Return the keys of the table at a place in a model."""
    for part in table:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            names = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            model = _model_in(names[part]) if part in names else model  # else a key of a table by name
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part)) is not None), None)


def _shown(value: object) -> str:
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}..."
