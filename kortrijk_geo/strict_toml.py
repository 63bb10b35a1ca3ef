"""Strict reading of TOML rules: every key is known, every value has its type, every error names file and key."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

from kortrijk_geo.errors import DataError, MissingFileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
D = TypeVar("D")
UNKNOWN = "unknown"
_MONEY = re.compile(r"\d{1,9}\.\d{2}")
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,6})?")
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def read_toml(path: Path) -> tuple[dict[str, object], bytes]:
    """Read a TOML file; return its table and its bytes.

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
        return tomllib.loads(raw.decode("utf-8")), raw
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not text in UTF-8 (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: is not TOML ({error})") from error


class Table:
    """One table of a TOML file that is read key by key; `done` refuses what was not asked for."""

    def __init__(self, values: object, where: str) -> None:
        if not isinstance(values, dict):
            raise DataError(f"{where}: {_shown(values)} is not a table")
        self._values = dict(values)
        self._asked: list[str] = []
        self.where = where

    def name(self, key: str) -> str:
        """Return file and key, as error messages name them."""
        return f"{self.where}: {key}" if ":" not in self.where else f"{self.where}.{key}"

    def has(self, key: str) -> bool:
        """Whether the table has the key, which may be left out."""
        self._asked.append(key)
        return key in self._values

    def take(self, key: str, read: Callable[[object, str], T]) -> T:
        """Read a key that must be there."""
        if not self.has(key):
            raise DataError(f"{self.name(key)} is missing{self._typo(key)}")
        return read(self._values[key], self.name(key))

    def take_or(self, key: str, read: Callable[[object, str], T], default: D) -> T | D:
        """Read a key, or give the default when it is left out."""
        return self.take(key, read) if self.has(key) else default

    def table(self, key: str) -> Table:
        """Read a table inside this table."""
        return self.take(key, Table)

    def tables(self, key: str) -> list[Table]:
        """Read an array of tables; an array that is left out is empty."""
        if not self.has(key):
            return []
        values = self._values[key]
        if not isinstance(values, list):
            raise DataError(f"{self.name(key)}: is not an array of tables; write [[{key}]]")
        return [Table(value, f"{self.name(key)}[{number}]") for number, value in enumerate(values, start=1)]

    def done(self) -> None:
        """Raise `DataError` when the table has keys that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                close = get_close_matches(key, self._asked, n=1)
                hint = f"did you mean {close[0]}?" if close else f"the keys are {', '.join(dict.fromkeys(self._asked))}"
                raise DataError(f"{self.name(key)} is not a known key; {hint}")

    def _typo(self, key: str) -> str:
        close = [found for found in get_close_matches(key, self._values, n=1) if found not in self._asked]
        return f" ({close[0]} was found; a typo?)" if close else ""


def text(value: object, where: str) -> str:
    """Read a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{where}: {_shown(value)} is not a text")
    return value


def identifier(value: object, where: str) -> str:
    """Read an id: lower case letters, digits, hyphens, underscores."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise DataError(f"{where}: {_shown(value)} is not an id of lower case letters, digits, '-' and '_'")
    return value


def day(value: object, where: str) -> dt.date:
    """Read a date, written as 2021-10-12 without quotes."""
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise DataError(f"{where}: {_shown(value)} is not a date; write it without quotes, as 2021-10-12")
    return value


def money(value: object, where: str) -> Decimal | None:
    """Read an amount in euros, written as text with two decimals; None for "unknown"."""
    if value == UNKNOWN:
        return None
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        raise DataError(f'{where}: {_shown(value)} is not an amount; write it as text, "450.00" or "{UNKNOWN}"')
    return Decimal(value)


def decimal(value: object, where: str) -> Decimal:
    """Read a number from 0, written whole or as text; a float is refused because 0.1 has no exact float."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise DataError(f'{where}: {_shown(value)} is not a number from 0; write a whole number, or text as "52.5"')


def whole(lowest: int, highest: int) -> Callable[[object, str], int]:
    """Make a reader of whole numbers between two limits, both included."""

    def read(value: object, where: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise DataError(f"{where}: {_shown(value)} is not a whole number from {lowest} to {highest}")
        return value

    return read


def number(lowest: float, highest: float = math.inf) -> Callable[[object, str], float]:
    """Make a reader of finite numbers between two limits, both included."""

    def read(value: object, where: str) -> float:
        right = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not right or not lowest <= float(value) <= highest:  # type: ignore[arg-type]
            raise DataError(f"{where}: {_shown(value)} is not a number from {lowest:g} to {highest:g}")
        return float(value)  # type: ignore[arg-type]

    return read


def one_of(*allowed: str) -> Callable[[object, str], str]:
    """Make a reader of texts out of a list."""

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise DataError(f"{where}: {_shown(value)} must be one of {', '.join(allowed)}")
        return value

    return read


def many(read_one: Callable[[object, str], T]) -> Callable[[object, str], tuple[T, ...]]:
    """Make a reader of arrays that are not empty and hold each value once."""

    def read(value: object, where: str) -> tuple[T, ...]:
        if not isinstance(value, list) or not value:
            raise DataError(f"{where}: {_shown(value)} is not an array with values")
        found = tuple(read_one(item, where) for item in value)
        if len(set(found)) < len(found):
            raise DataError(f"{where}: {_shown(value)} holds a value twice")
        return found

    return read


def _shown(value: object) -> str:
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}..."
