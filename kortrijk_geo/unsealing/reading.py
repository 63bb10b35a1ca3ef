"""What the theme's TOML files have in common: a version, dates to the day, and numbers written whole or as text."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from kortrijk_geo import strict_toml as read

HERE = Path(__file__).parent
origin = partial(read.origin, date=read.day)


def open_table(path: Path) -> read.Table:
    """Read a TOML file of this theme; errors as `kortrijk_geo.strict_toml.open_table`."""
    table = read.open_table(path)
    table.take("version", read.one_of("1"))
    return table


def number(value: object, where: str) -> float:
    """Read a number from 0, whole or as text such as "1.5"."""
    return float(read.decimal(value, where))


def above_zero(value: object, where: str) -> float:
    """Read a number above 0."""
    return read.above_zero(number(value, where), where)


def share(value: object, where: str) -> float:
    """Read a share of 0 to 1."""
    return read.share(number(value, where), where)


ascending = read.ascending(number)
