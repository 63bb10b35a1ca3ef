"""Kinds of values in rules: each a type for the checker, a check with its own words, and a schema for editors."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from pydantic import BeforeValidator, Field
from pydantic_core import core_schema

from kortrijk_geo.text.safe import is_finite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

UNKNOWN = "unknown"
# A million times the people on earth: a larger figure is a slip, and what is printed of it is no longer a number.
MOST = 1e15
_MONEY = re.compile(r"\d{1,9}\.\d{2}")
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,6})?")
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def shown(value: object) -> str:
    """Write a value as messages show it: cut off where it is long."""
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}..."


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{shown(value)} is not a text")
    return value


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError(f"{shown(value)} is not an id of lower case letters, digits, '-' and '_'")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{shown(value)} must be true or false")  # noqa: TRY004 - pydantic gathers ValueErrors
    return value


def check_day(value: object) -> dt.date:
    """Return a date, written without quotes."""
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise ValueError(f"{shown(value)} is not a date; write it without quotes, as 2021-10-12")  # noqa: TRY004 - pydantic gathers ValueErrors
    return value


def _date_text(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else _text(value)


def _money(value: object) -> Decimal | None:
    if value is None or value == UNKNOWN:
        return None
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise ValueError(f'{shown(value)} is not an amount; write it as text, "450.00" or "{UNKNOWN}"')
    return Decimal(value)


def _decimal(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise ValueError(f'{shown(value)} is not a number from 0; write a whole number, or text as "52.5"')


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
            raise ValueError(f"{shown(value)} is not a whole number from {self.least} to {self.most}")
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
        if not is_finite(value) or not self.least <= float(value) <= self.most:
            raise ValueError(f"{shown(value)} is not a number {limits}")
        if abs(float(value)) > MOST:
            raise ValueError(f"{shown(value)} is larger than any figure here, {MOST:g} at most")
        if self.above and value == self.least:
            raise ValueError(f"{shown(value)} must be above {self.least:g}")
        return float(value)


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

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        items = {"uniqueItems": not self.twice, "minItems": self.least, "maxItems": self.most}
        return handler(schema) | {key: value for key, value in items.items() if value}

    def _checked(self, value: object, read: Callable[[object], list[Any]]) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)) or len(value) < self.least:
            raise ValueError(f"{shown(value)} is not an array with values")
        if self.most is not None and len(value) > self.most:
            raise ValueError(f"{shown(value)} holds more than {self.most} values")
        items = read(list(value))
        if not self.twice and len(set(items)) < len(items):
            raise ValueError(f"{shown(value)} holds a value twice")
        if self.ascending and items != sorted(items):
            raise ValueError(f"{shown(value)} must ascend")
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

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Tell the array of tables that a file has, also where it is kept by key."""
        return handler(schema) | ({"minItems": self.least} if self.least else {})

    def _in_place(self, row: object, read: core_schema.ValidatorFunctionWrapHandler) -> Any:
        name = row.get(self.key) if isinstance(row, dict) else None
        return read(row, f"({name})") if isinstance(name, str) and _ID.fullmatch(name) else read(row)

    def _rows(self, value: object) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"{shown(value)} is not an array of tables; write its name between double brackets")  # noqa: TRY004
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


def _written(pattern: str) -> Any:
    return Annotated[str, Field(pattern=pattern)]


_WRITTEN_TEXT = _written(r"\S")
_WRITTEN_MONEY = _written(rf"^({_MONEY.pattern}|{UNKNOWN})$")
_WRITTEN_DECIMAL = Annotated[int, Field(ge=0)] | _written(f"^{_DECIMAL.pattern}$")

# The type that a check is given is what a file may hold, for the schemas of editors.
Text = Annotated[str, BeforeValidator(_text, json_schema_input_type=_WRITTEN_TEXT)]
Id = Annotated[str, BeforeValidator(_identifier, json_schema_input_type=_written(f"^{_ID.pattern}$"))]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[dt.date, BeforeValidator(check_day)]
DateText = Annotated[str, BeforeValidator(_date_text, json_schema_input_type=_WRITTEN_TEXT)]
Money = Annotated[Decimal | None, BeforeValidator(_money, json_schema_input_type=_WRITTEN_MONEY)]
Exact = Annotated[Decimal, BeforeValidator(_decimal, json_schema_input_type=_WRITTEN_DECIMAL)]
Year = Annotated[int, Whole(1900, 2200)]
FromZero = Annotated[float, Number(0)]
AboveZero = Annotated[float, Number(0, above=True)]
Share = Annotated[float, Number(0, 1)]
# As `Money`, NaN where unknown.
Euros = Annotated[float, BeforeValidator(_euros, json_schema_input_type=_WRITTEN_MONEY)]
# In ``Annotated[Share, WholeOrText]``: a number that a file writes whole or as text, "0.5", and never as a float.
WholeOrText = BeforeValidator(lambda value: float(_decimal(value)), json_schema_input_type=int | str)
Measure = Annotated[FromZero, WholeOrText]
