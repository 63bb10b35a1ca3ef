"""The Dutch words of the social housing theme."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kortrijk_geo.text.dutch import decimal_text, list_text

if TYPE_CHECKING:
    from collections.abc import Sequence

WHAT = {"social_dwellings": "sociale huurwoningen", "households_private": "private huishoudens"}
WHERE = {"areas": "wijken", "subareas": "statistische sectoren", "districts": "deelgemeenten"}
_MOST_NAMES = 8

HIGH, LOW = "hoog tussen hoog", "laag tussen laag"
CLUSTERS = {1: HIGH, 2: "laag tussen hoog", 3: LOW, 4: "hoog tussen laag"}
NO_CLUSTER, NOT_TESTED = "geen cluster", "niet getoetst"


def count(value: float) -> str:
    """Write a count; parts of one are written as such."""
    if not math.isfinite(value):
        return "onbekend"
    return decimal_text(value, 0 if value == round(value) else 1)


def number(value: float) -> str:
    """Write a norm with no more decimals than it has."""
    return f"{value:g}".replace(".", ",")


def named(names: Sequence[str]) -> str:
    """List names, the first few and how many more."""
    return list_text(names, _MOST_NAMES)


def status(
    rate: float, *, households: float, contradicts: bool, below: tuple[bool | None, bool | None],
    limits: tuple[float, float],
) -> str:  # fmt: skip
    """Say in Dutch how an area stands against the norm and the reference norm."""
    norm, reference = limits
    if contradicts:
        return "tegenstrijdige cijfers"
    if households <= 0:
        return "geen huishoudens"
    hidden = "" if math.isfinite(rate) else " (klein aantal, afgeschermd)"
    if below[0] is None:
        return "onbekend"
    if not below[0]:
        return f"haalt {number(norm)}"
    if reference >= norm or below[1] is None:
        return f"onder {number(norm)}{hidden}"
    return (f"onder {number(reference)}" if below[1] else f"{number(reference)} tot {number(norm)}") + hidden
