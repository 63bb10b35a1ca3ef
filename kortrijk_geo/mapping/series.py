"""Figures of several years as lines: drawn without a script, with a table of the same figures below."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError
from kortrijk_geo.text.dutch import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.mapping.spec import Series

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _FOOT = 56, 16, 12, 26
# Okabe and Ito's colours, and a dash of its own for every line: colour is not the only difference.
LOOKS = (("#0072b2", ""), ("#d55e00", "7 4"), ("#009e73", "2 3"), ("#cc79a7", "9 3 2 3"))


@dataclass(frozen=True)
class DrawnLine:
    """One line of a chart: its SVG path and dots in pixels, its look, and its texts by year."""

    label: str
    colour: str
    dash: str
    path: str
    dots: list[tuple[float, float, str]]
    texts: list[str]


@dataclass(frozen=True)
class DrawnSeries:
    """A chart of years as the page writes it; ``marks`` are (pixel, text) along the side."""

    title: str
    source: str
    years: list[tuple[float, str]]
    marks: list[tuple[float, str]]
    lines: list[DrawnLine]


def drawn_series(series: Sequence[Series]) -> list[DrawnSeries]:
    """Return charts of years; years apart in time stand as far apart on paper, unknown is a gap.

    Raises
    ------
    DataError
        When a chart has more lines than looks, or a line has not a figure or a None for every year.
    """
    return [_drawn(one) for one in series]


def _drawn(series: Series) -> DrawnSeries:
    if len(series.lines) > len(LOOKS) or any(len(values) != len(series.years) for values in series.lines.values()):
        raise DataError(f"series {series.title}: needs at most {len(LOOKS)} lines, each with a value for every year")
    known = [value for values in series.lines.values() for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    step = _step(high - low)
    low, high = math.floor(low / step) * step, max(math.ceil(high / step), 1) * step
    first, last = min(series.years), max(series.years)

    def across(year: int) -> float:
        room = WIDTH - _LEFT - _RIGHT
        return round(_LEFT + (room * (year - first) / (last - first) if last > first else room / 2), 1)

    def down(value: float) -> float:
        return round(_TOP + (HEIGHT - _TOP - _FOOT) * (high - value) / (high - low), 1)

    def line(label: str, values: Sequence[float | None], look: tuple[str, str]) -> DrawnLine:
        texts = [number_text(value, series.unit) for value in values]
        path, pen = [], "M"
        dots = []
        for year, value, text in zip(series.years, values, texts, strict=True):
            if value is None:
                pen = "M"
                continue
            path.append(f"{pen}{across(year)} {down(value)}")
            dots.append((across(year), down(value), text))
            pen = "L"
        return DrawnLine(label, *look, " ".join(path), dots, texts)

    marks = [low + place * step for place in range(round((high - low) / step) + 1)]
    return DrawnSeries(
        series.title,
        series.source,
        [(across(year), str(year)) for year in series.years],
        [(down(mark), number_text(mark, series.unit)) for mark in marks],
        [line(label, values, look) for (label, values), look in zip(series.lines.items(), LOOKS, strict=False)],
    )


def _step(span: float) -> float:
    """Return a round step that divides a span into at most five."""
    if span <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(span))
    return next(size * power for size in (0.2, 0.5, 1.0, 2.0) if span / (size * power) <= 5)
