"""Headline numbers as cards: value, unit, target and the gap to it, in Dutch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.figure import GOAL_WORDS, SHARE, wording
from kortrijk_geo.text.dutch import (
    CHANGE_OF,
    LARGE_HEADLINE,
    UNKNOWN,
    date_text,
    decimal_text,
    headline_unit,
    limit_text,
    number_text,
)
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.results import Figure, Source, ThemeResult

# What a figure lies above or below; what is only compared is no goal to lie below.
_THE_GOAL = {"adopted": "het doel", "aim": "het streefdoel", "guideline": "de richtlijn"}

# How the key of a difference ends, in the headlines of a comparison.
CHANGE_END = "_change"


@dataclass(frozen=True)
class Card:
    """One headline number, ready to print.

    ``covers`` tells of how much it is, where that is not the whole, and ``reason`` why it has no value or only bounds.
    ``band`` tells what it would be under other assumptions.
    ``goal`` is what its target is called, and ``goal_source`` who says so.
    ``gauge`` holds where value and target stand on a bar of 0-100, or None when either is unknown or the target is
    none at all; ``was`` tells an earlier value, where two states are compared.
    """

    label: str
    value: str
    unit: str
    target: str
    gap: str
    source: str
    gauge: tuple[float, float] | None
    was: str = ""
    covers: str = ""
    reason: str = ""
    band: str = ""
    goal: str = ""
    goal_source: str = ""


def card(figure: Figure, before: Figure | None = None, *, when: str = "", apart: bool = False) -> Card:
    """Turn a figure into the texts of its card.

    Parameters
    ----------
    figure
        What to show.
    before, when
        The same figure at another time, and the name of that time.
    apart
        Whether that one counts something else: it is told under its own label, without a difference.
    """
    share = figure.unit == SHARE
    if figure.key.endswith(CHANGE_END):
        return _change_card(figure)
    value, target = plain(figure.value), plain(figure.target)
    written = wording(figure, [] if target is None else [target])
    aim = "" if target is None else limit_text(target, "share") + " %" if share else limit_text(target, "number")
    return Card(
        label=figure.label,
        value=written.value,
        unit=written.unit,
        target=aim,
        # What reads as its target has no gap to it: only what is not under it is written so.
        gap=_gap(target if written.value == aim else value, target, figure.target_kind, share=share),
        source=figure.source,
        gauge=_gauge(value, target),
        was="" if before is None else _was(value, before, when, share=share, apart=apart),
        covers=written.covers,
        reason=written.reason,
        band=figure.band,
        goal=GOAL_WORDS.get(figure.target_kind, "").capitalize(),
        goal_source=figure.target_source,
    )


def _change_card(figure: Figure) -> Card:
    """Return the card of a difference, with its sign; that of a share is in points."""
    value, share = plain(figure.value), figure.unit == SHARE
    text = number_text(value, CHANGE_OF[headline_unit(value, share=share)])
    unit, covers = "" if share else figure.unit, wording(figure).covers
    return Card(figure.label, text, unit, "", "", figure.source, None, covers=covers, reason=figure.reason)


def period(sources: Sequence[Source]) -> str:
    """Name the dates of the data: one date, or the first and the last.

    Data come under a licence; the sources without one, of norms and methods, have dates of their own that say nothing
    of the state on the map. They count only where there is nothing else.
    """
    data = [source for source in sources if source.licence] or sources
    dates = sorted({source.date for source in data if source.date})
    if not dates:
        return UNKNOWN
    return date_text(dates[0]) if len(dates) == 1 else f"{date_text(dates[0])} tot {date_text(dates[-1])}"


def sensitivity_lines(result: ThemeResult) -> list[tuple[str, list[str]]]:
    """Return the label of every headline of which it is known what it hangs on, with a line per option."""
    labels = {figure.key: figure.label for figure in result.headlines}
    lines: dict[str, list[str]] = {}
    for checked in result.sensitivity:
        lines.setdefault(checked.key, []).append(str(checked))
    return [(labels.get(key, key), texts) for key, texts in lines.items()]


def source_texts(sources: Sequence[Source]) -> list[str]:
    """Write sources with their date and licence; one of which nothing is known is left out, and none stands twice."""
    return list(dict.fromkeys(filter(None, map(source_text, sources))))


def source_text(source: Source) -> str:
    """Write a source with its date and licence."""
    return ", ".join(part for part in (source.name, date_text(source.date), source.licence) if part)


def _was(value: float | None, before: Figure, when: str, *, share: bool, apart: bool) -> str:
    written, was = wording(before), plain(before.value)
    number = " ".join(part for part in (written.value, written.covers) if part)
    earlier = f"{when}: {before.label}: {number}" if apart else f"{when}: {number}"
    if apart or value is None or was is None:
        return earlier
    change = value - was
    return f"{earlier}, verschil {number_text(change, CHANGE_OF[headline_unit(change, share=share)])}"


def _gap(value: float | None, target: float | None, kind: str, *, share: bool) -> str:
    if value is None or target is None:
        return ""
    the_goal = _THE_GOAL.get(kind)
    gap = (value - target) * (100 if share else 1)
    if math.isclose(gap, 0, abs_tol=1e-9):
        return f"gelijk aan {the_goal}" if the_goal else "even hoog"
    decimals = next((n for n in (1, 2, 3) if round(abs(gap), n) > 0), 3)
    if not share and (gap == round(gap) or abs(gap) >= LARGE_HEADLINE):
        decimals = 0
    size = decimal_text(abs(gap), decimals) + (" procentpunt" if share else "")
    if the_goal is None:
        return f"{size} {'hoger' if gap > 0 else 'lager'}"
    return f"{size} {'boven' if gap > 0 else 'onder'} {the_goal}"


def _gauge(value: float | None, target: float | None) -> tuple[float, float] | None:
    if value is None or target is None or value < 0 or target <= 0:
        return None
    end = max(value, target) * 1.15
    return round(100 * value / end, 1), round(100 * target / end, 1)
