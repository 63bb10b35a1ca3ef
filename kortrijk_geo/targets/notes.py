"""A target's numbers as a Dutch reader expects them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from kortrijk_geo.targets.rules import SHARE, STANDING
from kortrijk_geo.text.dutch import UNKNOWN, date_text, decimal_text, limit_text, number_text

if TYPE_CHECKING:
    from kortrijk_geo.targets.rules import By, Target
    from kortrijk_geo.text.dutch import Unit

_MOST_DECIMALS = 6
# A pace smaller than this is the noise of rounded figures.
_PACE_DECIMALS = 3
# Of ten thousand nobody reads the decimal, here as on the cards of the themes.
_LARGE = 10_000


def amount(value: float | None, target: Target) -> str:
    """Write a figure of a target without its unit, a share in per cent; a change has its sign."""
    if value is None:
        return UNKNOWN
    limits = [] if target.goal is None else [target.goal]
    text = number_text(value, _unit(value, target), limits)
    return f"+{text}" if target.change and value > 0 else text


def goal_text(target: Target) -> str:
    """Write the goal: "minstens 60", "hoogstens 60 %", "+100"."""
    if target.goal is None:
        return "geen getal afgesproken"
    text = f"{limit_text(target.goal, 'share')} %" if target.unit == SHARE else limit_text(target.goal, "number")
    if target.change:
        return f"+{text}"
    return f"{'hoogstens' if target.reduce else 'minstens'} {text}"


def unit_text(target: Target) -> str:
    """Write the unit; a share has none, since its numbers are in per cent."""
    return "" if target.unit == SHARE else target.unit


def gap_text(gap: float | None, target: Target) -> str:
    """Write what is still to do, or by how much the goal is exceeded."""
    if gap is None:
        return UNKNOWN
    if gap == 0:
        return "niets meer"
    text = step_text(abs(gap), target)
    return text if gap > 0 else f"niets meer ({text} voorbij het doel)"


def step_text(value: float | None, target: Target) -> str:
    """Write a difference in the goal's unit; of shares in percentage points."""
    if value is None:
        return UNKNOWN
    shown = value * 100 if target.unit == SHARE else value
    suffix = " procentpunt" if target.unit == SHARE else ""
    return decimal_text(shown, _decimals(shown)) + suffix


def pace_text(pace: float | None, target: Target) -> str:
    """Write a pace towards the goal; what goes the other way says so, what rounds to nothing is 0."""
    if pace is None:
        return UNKNOWN
    shown = round(pace * 100 if target.unit == SHARE else pace, _PACE_DECIMALS)
    text = step_text(abs(pace) if shown else 0.0, target)
    return f"{text} achteruit" if shown < 0 else text


def by_text(by: By) -> str:
    """Write the last day; the last day of a year as that year."""
    if by == STANDING:
        return "geldt nu"
    if not isinstance(by, dt.date):
        return "termijn onbekend"
    return f"tegen eind {by.year}" if (by.month, by.day) == (12, 31) else f"tegen {date_text(by.isoformat())}"


def day_text(day: dt.date) -> str:
    """Write a day; 31 December as the end of its year."""
    return f"eind {day.year}" if (day.month, day.day) == (12, 31) else date_text(day.isoformat())


def _unit(value: float, target: Target) -> Unit:
    if target.unit == SHARE:
        return "share"
    return "whole" if value == round(value) or abs(value) >= _LARGE else "number"


def _decimals(shown: float) -> int:
    """Fewer decimals for larger numbers; never so few that something becomes nothing."""
    if shown == round(shown) or abs(shown) >= 100:
        return 0
    least = 1 if abs(shown) >= 1 else 2
    return next((n for n in range(least, _MOST_DECIMALS) if round(shown, n) != 0), _MOST_DECIMALS)
