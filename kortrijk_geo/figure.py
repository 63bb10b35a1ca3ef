"""One headline number, how much of its subject it covers, and the one way in which every output writes it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from kortrijk_geo.rules import Rules, Share, Sourced, read_rules
from kortrijk_geo.text.dutch import UNKNOWN, brief_number, decimal_text, headline_unit, number_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

SHARE = "aandeel"
GoalKind = Literal["adopted", "aim", "guideline", "comparison"]
# What a number that a figure is held against is called, by kind.
GOAL_WORDS: dict[str, str] = {
    "adopted": "doel",
    "aim": "streefdoel",
    "guideline": "richtlijn",
    "comparison": "ter vergelijking",
}


class Coverage(Sourced):
    """Shares of what a figure is about that must be known: to stand for the whole, and to be shown at all."""

    whole_share: Share
    least_share: Share


class _CoverageFile(Rules):
    coverage: Coverage


@cache
def coverage() -> Coverage:
    """Return what share must be known of what a figure is about."""
    return read_rules(_CoverageFile, Path(__file__).parent / "rules" / "coverage.toml").coverage


@dataclass(frozen=True)
class Goal:
    """A number that a figure is held against: a goal that was adopted, an aim, a guideline, or only a comparison.

    Parameters
    ----------
    value
        The number, in the unit of the figure.
    kind
        What it is worth.
    source
        Who says so, Dutch; not where the figure comes from.
    """

    value: float
    kind: GoalKind
    source: str


@dataclass(frozen=True)
class Figure:
    """One headline number; it has no value where too little of what it is about is known (see `coverage`).

    Parameters
    ----------
    key
        English name, stable, as in the outside contract.
    label
        Dutch label, shown to users.
    value
        The number, or None when unknown or only its bounds are known.
    unit
        Unit, Dutch; "aandeel" marks a share of 0-1.
    target
        The number that it is held against, or None.
    source
        Where its value comes from.
    known_share
        Share of what the figure is about that it covers, 0-1; None where that cannot be told.
    known_of
        Of what that is a share, Dutch: "inwoners", "kinderen", "oppervlakte".
    low, high
        Bounds of a number without value; None where it has none on that side.
    reason
        Dutch: why it is unknown or bounded, or what is to be known of its number.
    definition
        Dutch: what it counts, where data or options change that under one key; figures whose definitions differ are
        not subtracted.
    band
        Dutch, one line: what it would be under other assumptions (see `kortrijk_geo.results.Sensitivity`).
    target_kind, target_source
        What the target is worth, one of `GOAL_WORDS` ("adopted" unless told), and who says so; empty without target.
    """

    key: str
    label: str
    value: float | None
    unit: str
    target: float | None = None
    source: str = ""
    known_share: float | None = None
    known_of: str = ""
    low: float | None = None
    high: float | None = None
    reason: str = ""
    definition: str = ""
    band: str = ""
    target_kind: str = ""
    target_source: str = ""

    def __post_init__(self) -> None:
        """Take value and bounds away where too little is known; without target there is no kind of it."""
        aimed = self.target is not None
        object.__setattr__(self, "target_kind", (self.target_kind or "adopted") if aimed else "")
        object.__setattr__(self, "target_source", self.target_source if aimed else "")
        if aimed and self.target_kind not in GOAL_WORDS:
            raise ValueError(f"target_kind is {self.target_kind!r}, must be one of {', '.join(GOAL_WORDS)}")
        if too_little(self.known_share):
            for name in ("value", "low", "high"):
                object.__setattr__(self, name, None)
            why = f"slechts {_per_cent(self.known_share or 0)} van de {self.known_of} is bekend"
            object.__setattr__(self, "reason", self.reason or why)

    def record(self) -> dict[str, Any]:
        """Return the figure as the outside contract's JSON has it."""
        return {key: plain(value) for key, value in vars(self).items()}


def towards(figure: Figure, goal: Goal | None) -> Figure:
    """Return a figure as it is held against a goal; None is against nothing."""
    if goal is None:
        return replace(figure, target=None)
    return replace(figure, target=goal.value, target_kind=goal.kind, target_source=goal.source)


def at_least(figure: Figure, *, whole_share: float | None = None) -> Figure:
    """Return a sum of which a part is unknown as the least that it can be: it grows with what is not known.

    Parameters
    ----------
    figure
        The sum of what is known. That nothing was found yet is no least.
    whole_share
        With less than this share known it is a part; None for that of `coverage`.
    """
    whole = coverage().whole_share if whole_share is None else whole_share
    if figure.value is None or figure.known_share is None or figure.known_share >= whole:
        return figure
    reason = f"slechts {_per_cent(figure.known_share)} van de {figure.known_of} is bekend"
    return replace(figure, value=None, low=figure.value or None, reason=figure.reason or reason)


def too_little(known_share: float | None) -> bool:
    """Whether so little of what a figure is about is known that it is no figure."""
    return known_share is not None and known_share < coverage().least_share


def too_little_of(known_share: NDArray[np.float64]) -> NDArray[np.bool_]:
    """`too_little` for many; what is not known (NaN) is not too little."""
    return np.asarray(known_share < coverage().least_share, dtype=bool)


def where_known(value: float, known_share: float) -> float:
    """Return a number of a table; NaN where too little of what it is about is known."""
    return math.nan if too_little(known_share) else value


@dataclass(frozen=True)
class Wording:
    """A figure in Dutch: the number or its bounds, its unit, of how much it is, and why there is no number.

    ``covers`` and ``reason`` are empty where there is nothing to say; a number with a reason is told with it.
    """

    value: str
    unit: str
    covers: str
    reason: str

    def __str__(self) -> str:
        number = " ".join(part for part in (self.value, self.unit, self.covers) if part)
        return f"{number} ({self.reason})" if self.reason else number


def wording(figure: Figure, limits: Sequence[float] = ()) -> Wording:
    """Write a figure: "57,9 %" "van 52 % van de inwoners", "tussen 58,1 en 128,6", "minstens 51", "onbekend".

    A bound is rounded away from the number, so that it stays a bound; ``limits`` as in `number_text`.
    """
    share = figure.unit == SHARE
    value, low, high = plain(figure.value), plain(figure.low), plain(figure.high)
    covers = ""
    if value is not None:
        text = number_text(value, headline_unit(value, share=share), limits)
        if figure.known_share is not None and figure.known_share < coverage().whole_share:
            covers = f"van {_per_cent(figure.known_share)} van de {figure.known_of}"
    elif low is not None and high is not None:
        text = f"tussen {_bound(low, share=share, up=False)} en {_bound(high, share=share, up=True)}"
    elif low is not None:
        text = f"minstens {_bound(low, share=share, up=False)}"
    elif high is not None:
        text = f"hoogstens {_bound(high, share=share, up=True)}"
    else:
        text = UNKNOWN
    unit = "" if share or text == UNKNOWN else figure.unit
    return Wording(text, unit, covers, figure.reason)


def goal_text(figure: Figure) -> str:
    """Write what a figure is held against: "streefdoel 60,0 plaatsen per 100 kinderen (Inspiratienota 2024)"."""
    if figure.target is None:
        return ""
    number = wording(replace(figure, value=figure.target, known_share=None, reason=""))
    source = f" ({figure.target_source})" if figure.target_source else ""
    return f"{GOAL_WORDS[figure.target_kind]} {number}{source}"


def _bound(value: float, *, share: bool, up: bool) -> str:
    unit = headline_unit(value, share=share)
    steps = 1_000 if share else 1 if unit == "whole" else 10
    near = round(value * steps)
    off = math.isclose(near, value * steps, abs_tol=1e-6)  # what only float dust parts from a round number is round
    return number_text((near if off else (math.ceil if up else math.floor)(value * steps)) / steps, unit)


def _per_cent(share: float) -> str:
    """Write a share that is not the whole in per cent, rounded down."""
    return f"{decimal_text(math.floor(share * 100 + 1e-9), 0)} %"


@dataclass(frozen=True)
class Sensitivity:
    """What a headline is at other values of one option.

    Parameters
    ----------
    key
        Of the headline.
    option
        English name of what is varied, as in ``ThemeResult.options`` where it is an option.
    label
        Dutch name of it.
    unit
        Dutch unit of its values; empty for a plain number.
    at
        Value of the option and the headline at it, None unknown; the values ascend and hold the one that was used.
    headline_unit
        Unit of the headline; "aandeel" marks a share of 0-1.
    source
        Where the values come from.
    """

    SHEET: ClassVar = ("kerncijfer", "wat verandert", "optie", "waarde", "eenheid", "kerncijfer dan", "bron")

    key: str
    option: str
    label: str
    unit: str
    at: tuple[tuple[float, float | None], ...]
    headline_unit: str
    source: str = ""

    @property
    def low(self) -> float:
        """Lowest value of the option."""
        return self.at[0][0]

    @property
    def high(self) -> float:
        """Highest value of the option."""
        return self.at[-1][0]

    def __str__(self) -> str:
        """Write it in Dutch: "Snelheid te voet: 21 % bij 3,5 km/u, 45 % bij 4,8 km/u"."""
        figures = [wording(Figure(self.key, "", headline, self.headline_unit)) for _, headline in self.at]
        options = [f"{brief_number(value)} {self.unit}".strip() for value, _ in self.at]
        parts = [f"{figure} bij {option}" for figure, option in zip(figures, options, strict=True)]
        return f"{self.label}: {', '.join(parts)}"

    def record(self) -> dict[str, Any]:
        """Return it as the JSON document has it."""
        at = [{"value": value, "headline": plain(headline)} for value, headline in self.at]
        return {**vars(self), "low": self.low, "high": self.high, "at": at}

    def rows(self) -> list[dict[str, Any]]:
        """Return it as rows of the workbook: one per value of the option, with the columns of `SHEET`."""
        common = (self.key, self.label, self.option)
        return [
            dict(zip(self.SHEET, (*common, value, self.unit, plain(headline), self.source), strict=True))
            for value, headline in self.at
        ]


def with_own(values: Sequence[float], own: float) -> list[float]:
    """Add the value that was used to others, ascending; one that differs by float dust only is the same."""
    return sorted([*(value for value in values if not np.isclose(value, own, rtol=1e-9)), own])


def of_known(outcomes: Iterable[Sensitivity], headlines: Iterable[Figure]) -> list[Sensitivity]:
    """Leave out the headlines without value: of what is unknown nothing can be said that it hangs on."""
    known = {figure.key for figure in headlines if plain(figure.value) is not None}
    return [outcome for outcome in outcomes if outcome.key in known]
