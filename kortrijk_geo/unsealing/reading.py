"""What the theme's TOML files have in common: plain numbers, shares, ascending limits, and where a rule comes from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo import strict_toml as read
from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    import datetime as dt

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Origin:
    """Where a rule comes from, and how firm it is."""

    source: str
    date: dt.date
    standing: str


def open_table(path: Path, version: str = "1") -> read.Table:
    """Read a TOML file of this theme; errors as `kortrijk_geo.strict_toml.read_toml`."""
    table = read.open_table(path)
    table.take("version", read.one_of(version))
    return table


def origin(table: read.Table) -> Origin:
    """Read source, date and standing."""
    return Origin(table.take("source", read.text), table.take("date", read.day), table.take("standing", read.text))


def number(value: object, where: str) -> float:
    """Read a number from 0, whole or as text such as "1.5"."""
    return float(read.decimal(value, where))


def above_zero(value: object, where: str) -> float:
    """Read a number above 0."""
    found = number(value, where)
    if found == 0:
        raise DataError(f"{where}: must be above 0")
    return found


def share(value: object, where: str) -> float:
    """Read a share of 0 to 1."""
    found = number(value, where)
    if found > 1:
        raise DataError(f"{where}: {found:g} is not a share from 0 to 1")
    return found


def ascending(value: object, where: str) -> tuple[float, ...]:
    """Read limits, each above the one before."""
    found = read.many(number)(value, where)
    if any(low >= high for low, high in pairwise(found)):
        raise DataError(f"{where}: {', '.join(f'{limit:g}' for limit in found)} do not ascend")
    return found


def plain_list(value: object, where: str) -> tuple[object, ...]:
    """Read an array that is not empty, in which a value may stand twice."""
    if not isinstance(value, list) or not value:
        raise DataError(f"{where}: is not an array with values")
    return tuple(value)
