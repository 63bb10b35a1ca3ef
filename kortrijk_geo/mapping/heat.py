"""The heat table of an index: every wijk and every figure, in the colours of the maps; rows lead to the wijk's page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
from markupsafe import Markup

from kortrijk_geo.mapping import standalone
from kortrijk_geo.mapping.legend import class_numbers
from kortrijk_geo.text.dutch import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_DARK, _LIGHT = "#000000", "#ffffff"


@dataclass(frozen=True)
class Cell:
    """A figure of an area: its number, as it is written, and the style of its class; empty where it has none."""

    value: float | None
    text: str
    look: str


@dataclass(frozen=True)
class HeatTable:
    """The table as HTML, and the style of its classes, which the page's policy must name."""

    html: Markup
    style: str


def heat_table(
    names: Sequence[str],
    ids: Sequence[str],
    facts: Sequence[tuple[str, str]],
    themes: Sequence[dict[str, Any]],
    *,
    city: str,
    whole: tuple[str, str],
    page: str,
    estimated: bool = False,
) -> HeatTable:
    """Make the table.

    Parameters
    ----------
    names, ids, facts
        Of every area: its name, its id, and its hectares and inhabitants as they are written.
    themes
        The figures by theme: ``title``, ``file`` and ``indicators``, each with the ``values`` of all areas.
    city, whole
        Name of the city, its hectares and its inhabitants.
    page
        Name of the page of the wijken; empty where there is none.
    estimated
        Whether the inhabitants are an estimate.
    """
    looks: dict[str, str] = {}
    shown = [
        {**theme, "indicators": [each for each in theme["indicators"] if each["unit"] != "text"]} for theme in themes
    ]
    shown = [theme for theme in shown if theme["indicators"]]
    indicators = [each for theme in shown for each in theme["indicators"]]
    columns = [_column(indicator, looks) for indicator in indicators]
    html = standalone.render(
        "heat.html",
        {
            "themes": shown,
            "indicators": indicators,
            "rows": [
                {
                    "name": name,
                    "link": f"{page}#gebied={quote(area, safe='')}" if page else "",
                    "facts": fact,
                    "numbers": tuple(map(_number, fact)),
                    "cells": [column[row] for column in columns],
                }
                for row, (name, area, fact) in enumerate(zip(names, ids, facts, strict=True))
            ],
            "city": city,
            "whole": whole,
            "cities": [number_text(each["city"], each["unit"], each["limits"]) for each in indicators],
            "sums": [each.get("sum", "") for each in indicators],
            "goals": [_goal(each) for each in indicators],
            "estimated": estimated,
        },
    )
    style = "".join(f".heat .{look}{{background:{colour};color:{ink_of(colour)}}}" for colour, look in looks.items())
    return HeatTable(Markup(html), style)  # noqa: S704 - of our own template, in which every value was escaped


def _column(indicator: dict[str, Any], looks: dict[str, str]) -> list[Cell]:
    values = indicator["values"]
    known = np.array([np.nan if value is None else value for value in values], dtype=float)
    numbers = class_numbers(known, tuple(indicator["limits"]))
    colours = [each["colour"] for each in indicator["classes"]]
    cells = []
    for value, number in zip(values, numbers, strict=True):
        colour = colours[number] if 0 <= number < len(colours) and _COLOUR.fullmatch(colours[number]) else ""
        look = "none" if value is None else looks.setdefault(colour, f"c{len(looks)}") if colour else ""
        cells.append(Cell(value, number_text(value, indicator["unit"], indicator["limits"]), look))
    return cells


def _goal(indicator: dict[str, Any]) -> str:
    goal = indicator["goal"]
    return "" if goal is None else f"{goal['word']} {goal['text']}{' %' if indicator['unit'] == 'share' else ''}"


def _number(text: str) -> float | None:
    """Read a number as it is written: "1.405", "12,5"; None of "onbekend"."""
    plain = text.replace(".", "").replace(",", ".")
    return float(plain) if re.fullmatch(r"\d+(\.\d+)?", plain) else None


def ink_of(colour: str) -> str:
    """Return the ink that is read best on a colour (WCAG 2, relative luminance)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
    return _LIGHT if (1.05 / (luminance + 0.05)) > ((luminance + 0.05) / 0.05) else _DARK
