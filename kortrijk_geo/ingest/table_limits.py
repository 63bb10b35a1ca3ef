"""How much a table and a member of an archive may hold: ``table_limits.toml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from kortrijk_geo.rules import Rules, Whole, read_rules


class TableLimits(Rules):
    """How much a table and a member of an archive may hold."""

    cells: Annotated[int, Whole(1, 10**12)]
    member_bytes: Annotated[int, Whole(1, 10**15)]


@cache
def table_limits() -> TableLimits:
    """Return the limits of ``table_limits.toml``."""
    return read_rules(TableLimits, Path(__file__).with_name("table_limits.toml"))
