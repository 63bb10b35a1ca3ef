"""Strict reading of TOML rules: every key is known, every value has its type, every error names file and key."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kortrijk_geo.errors import DataError, MissingFileError, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
D = TypeVar("D")
N = TypeVar("N", bound=float)
UNKNOWN = "unknown"
_MONEY = re.compile(r"\d{1,9}\.\d{2}")
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,6})?")
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def read_toml(path: Path) -> tuple[dict[str, object], bytes]:
    """Read a TOML file in UTF-8, with or without a byte order mark; return its table and its bytes.

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
        raise DataError(f"{path}: is not text in UTF-8 (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: is not TOML ({error})") from error


def open_table(path: str | Path) -> Table:
    """Open a file of rules, the package's own or a user's; errors as `read_toml`.

    Messages name a file of the package without its folder, a user's file as it was given.
    """
    file = Path(path)
    ours = Path(__file__).parent in file.parents
    return Table(read_toml(file)[0], file.name if ours else str(file), ": ")


class Table:
    """One table of a TOML file that is read key by key; `done` refuses what was not asked for.

    ``joint`` stands between ``where`` and a key in messages.
    """

    def __init__(self, values: object, where: str, joint: str = ".") -> None:
        if not isinstance(values, dict):
            raise DataError(f"{where}: {_shown(values)} is not a table")
        self._values = dict(values)
        self._asked: list[str] = []
        self._inner: list[Table] = []
        self._joint = joint
        self.where = where

    def name(self, key: str) -> str:
        """Return file and key, as error messages name them."""
        return f"{self.where}{self._joint}{key}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the table has, in the order of the file."""
        return tuple(self._values)

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
        self._inner.append(self.take(key, Table))
        return self._inner[-1]

    def tables(self, key: str, *, needed: bool = False) -> list[Table]:
        """Read an array of tables; one that is left out is empty, or refused when at least one table is needed."""
        values = self._values[key] if self.has(key) else []
        if not isinstance(values, list):
            raise DataError(f"{self.name(key)}: is not an array of tables; write [[{key}]]")
        if needed and not values:
            raise DataError(f"{self.name(key)} is missing{self._typo(key)}; write one or more [[{key}]]")
        found = [Table(value, f"{self.name(key)}[{place}]") for place, value in enumerate(values, start=1)]
        self._inner += found
        return found

    def done(self) -> None:
        """Raise `DataError` when the table, or one that was read inside it, has keys that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                hint = did_you_mean(key, dict.fromkeys(self._asked), otherwise="the keys are")
                raise DataError(f"{self.name(key)} is not a known key{hint}")
        for table in self._inner:
            table.done()

    def _typo(self, key: str) -> str:
        written = nearest(key, self._values)
        return "" if written is None or written in self._asked else f" ({written} was found; a typo?)"


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


def flag(value: object, where: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise DataError(f"{where}: {_shown(value)} must be true or false")
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
    limits = f"from {lowest:g}" if math.isinf(highest) else f"from {lowest:g} to {highest:g}"

    def read(value: object, where: str) -> float:
        right = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not right or not lowest <= float(value) <= highest:  # type: ignore[arg-type]
            raise DataError(f"{where}: {_shown(value)} is not a number {limits}")
        return float(value)  # type: ignore[arg-type]

    return read


year = whole(1900, 2200)
share = number(0, 1)


def above_zero(value: object, where: str) -> float:
    """Read a finite number above 0."""
    found = number(0)(value, where)
    if found == 0:
        raise DataError(f"{where}: 0 must be above 0")
    return found


def one_of(*allowed: str) -> Callable[[object, str], str]:
    """Make a reader of texts out of a list."""

    def read(value: object, where: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            hint = did_you_mean(value, allowed)
            raise DataError(f"{where}: {_shown(value)} must be one of {', '.join(allowed)}{hint}")
        return value

    return read


def array(read_one: Callable[[object, str], T]) -> Callable[[object, str], tuple[T, ...]]:
    """Make a reader of arrays that are not empty."""

    def read(value: object, where: str) -> tuple[T, ...]:
        if not isinstance(value, list) or not value:
            raise DataError(f"{where}: {_shown(value)} is not an array with values")
        return tuple(read_one(item, where) for item in value)

    return read


def many(read_one: Callable[[object, str], T]) -> Callable[[object, str], tuple[T, ...]]:
    """Make a reader of arrays that are not empty and hold each value once."""

    def read(value: object, where: str) -> tuple[T, ...]:
        found = array(read_one)(value, where)
        if len(set(found)) < len(found):
            raise DataError(f"{where}: {_shown(value)} holds a value twice")
        return found

    return read


def ascending(read_one: Callable[[object, str], N]) -> Callable[[object, str], tuple[N, ...]]:
    """Make a reader of arrays in which each number is above the one before."""

    def read(value: object, where: str) -> tuple[N, ...]:
        found = many(read_one)(value, where)
        if list(found) != sorted(found):
            raise DataError(f"{where}: {_shown(value)} must ascend")
        return found

    return read


@dataclass(frozen=True)
class Origin:
    """Where a rule comes from, of which date, and how firm it is."""

    source: str
    date: str
    standing: str


def origin(table: Table, date: Callable[[object, str], object] = text) -> Origin:
    """Read ``source``, ``date`` (by default a text, such as "2024") and ``standing`` of a table."""
    return Origin(table.take("source", text), str(table.take("date", date)), table.take("standing", text))


def by_key(rows: Iterable[T], key: str, where: str) -> dict[str, T]:
    """Index rows by one of their attributes; `DataError` when one of its values stands twice."""
    found: dict[str, T] = {}
    for row in rows:
        value = getattr(row, key)
        if value in found:
            raise DataError(f"{where}: {key} {value} stands twice")
        found[value] = row
    return found


def series(table: Table, value: Callable[[object, str], float]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Read ``years``, ascending, and ``values``, one for each year; at least two."""
    years, values = table.take("years", ascending(year)), table.take("values", array(value))
    if len(years) != len(values) or len(years) < 2:
        raise DataError(f"{table.name('values')}: needs one value per year, and at least two years")
    return years, values


def _shown(value: object) -> str:
    return repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}..."
