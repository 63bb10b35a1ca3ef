"""What a Dutch reader of the targets is told: their numbers in words, and the remarks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from kortrijk_geo.catalogue import THEMES
from kortrijk_geo.figure import GOAL_WORDS
from kortrijk_geo.targets.progress import UNKNOWN as NOT_KNOWN
from kortrijk_geo.targets.rules import SHARE, STANDING
from kortrijk_geo.text.dutch import UNKNOWN, date_text, decimal_text, limit_text, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.catalogue import Outcome
    from kortrijk_geo.results import ThemeResult
    from kortrijk_geo.targets.progress import Progress
    from kortrijk_geo.targets.rules import By, Point, Target, Undated
    from kortrijk_geo.targets.state import TargetState
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
    if not target.promised:
        return text
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


def goal_word(target: Target) -> str:
    """Name what the number is: "Doel", "Streefdoel", "Richtlijn", "Ter vergelijking"."""
    return GOAL_WORDS["adopted" if target.goal is None else target.kind].capitalize()


def by_text(by: By) -> str:
    """Write the last day; the last day of a year as that year."""
    if by == STANDING:
        return "geldt nu"
    if not isinstance(by, dt.date):
        return "termijn onbekend"
    return f"tegen eind {by.year}" if (by.month, by.day) == (12, 31) else f"tegen {date_text(by.isoformat())}"


def point_text(point: Point) -> str:
    """Write the day of a figure, or its year alone where nobody told the day."""
    return day_text(point.date) if point.day_known else f"{point.date.year}, dag onbekend"


def day_text(day: dt.date) -> str:
    """Write a day; 31 December as the end of its year."""
    return f"eind {day.year}" if (day.month, day.day) == (12, 31) else date_text(day.isoformat())


def not_measured(target: Target, now: Point | None, outcomes: Mapping[str, Outcome]) -> list[str]:
    """Say why the figure of now is a published one, or none."""
    instead = " Dit is het laatst gepubliceerde cijfer." if now else ""
    if target.measured is None:
        return [f"Dit instrument meet dit niet.{instead}"]
    theme = THEMES[target.measured.theme].subject
    if target.measured.theme in outcomes:
        return [f"Het stadspakket mist gegevens voor de berekening van {theme}.{instead}"]
    return [f"De berekening van {theme} hoorde niet bij deze run.{instead}"]


def why_unknown(target: Target, now: Point | Undated | None, headway: Progress, on: dt.date) -> list[str]:
    """Say why it is not known whether a target is on track."""
    if target.goal is None:
        return ["De stad noemt geen getal als doel."]
    if not target.promised:
        return ["Dit is geen doel: het getal staat er ter vergelijking."]
    if now is None or headway.status != NOT_KNOWN:
        return []
    if not isinstance(target.by, dt.date):
        return [] if target.by == STANDING else ["De termijn is niet bekend."]
    if target.by <= on:
        early = "het cijfer is van voor het einde ervan" if now.date else "van welke dag het cijfer is, is niet bekend"
        return [f"De termijn is voorbij, maar {early}."]
    return [_why_no_pace(target, now)]


def monitor_notes(
    results: Mapping[str, ThemeResult], days: Mapping[str, dt.date | None], states: list[TargetState], city: str
) -> list[str]:
    """Tell what holds for the whole page; ``days`` are of the targets that a theme measured, by key."""
    notes = []
    synthetic = [state.target.label for state in states if state.synthetic]
    if synthetic:
        come, say, bear = (
            ("cijfer komt", "zegt", "het draagt") if len(synthetic) == 1 else ("cijfers komen", "zeggen", "zij dragen")
        )
        notes.append(
            f"{len(synthetic)} {come} uit een fictief stadspakket en {say} niets over de echte stad {city}; {bear} het"
            " merk 'fictief'. Gepubliceerde cijfers op deze bladzijde zijn echt."
        )
    measured = [state.target for state in states if state.target.measured is not None]
    without_day = {
        target.measured.theme for target in measured if target.measured and days.get(target.key, dt.date.min) is None
    }
    undated = [THEMES[theme].subject for theme in results if theme in without_day]
    if undated:
        notes.append(
            f"Van {', '.join(undated)} is niet bekend van welke dag de gegevens zijn: die cijfers hebben geen tempo en"
            " staan niet in het verloop."
        )
    areas = {tuple(map(str, result.areas.index)) for theme, result in results.items() if _counts(theme, states)}
    if len(areas) > 1:
        notes.append("Niet alle thema's zijn over dezelfde gebieden berekend: de tabel toont alle gebieden samen.")
    return notes


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


def _why_no_pace(target: Target, now: Point | Undated) -> str:
    if now.date is None or not now.day_known:
        return "Van welke dag het cijfer is, is niet bekend: er is geen tempo te berekenen."
    if target.baseline is not None and now.date <= target.baseline.date:
        return "Het cijfer is niet van na het vertrekpunt: er is nog geen tempo te berekenen."
    return "Er is geen ouder cijfer waarmee een tempo te berekenen is."


def _counts(theme: str, states: list[TargetState]) -> bool:
    return any(s.areas and s.target.measured and s.target.measured.theme == theme for s in states)
