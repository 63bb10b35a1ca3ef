"""Expressions in the language of QGIS: columns and texts quoted, classes as conditions, values as a page has them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from kortrijk_geo.text.dutch import UNKNOWN
from kortrijk_geo.text.safe import html_text, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kortrijk_geo.text.dutch import Unit

_DECIMALS: dict[Unit, int] = {"share": 1, "number": 1, "points": 1, "change": 1}
_PER_CENT: dict[Unit, str] = {"share": " %", "points": " procentpunt"}
# As `kortrijk_geo.text.safe` escapes: a name from the data never becomes markup in a tip.
_MARKUP = "map('&', '&amp;', '<', '&lt;', '>', '&gt;')"


def column(name: str) -> str:
    """Quote the name of a column."""
    return '"' + visible(name).replace('"', '""') + '"'


def text(value: object) -> str:
    """Quote a text."""
    return "'" + visible(value).replace("\\", "\\\\").replace("'", "''") + "'"


def class_conditions(value: str, limits: tuple[float, ...]) -> list[str]:
    """Return the condition of every class of a scale: a value on a limit is in the class above it, as on the page."""
    if not limits:
        return [f"{value} IS NOT NULL"]
    between = [f"{value} >= {low!r} AND {value} < {high!r}" for low, high in pairwise(limits)]
    return [f"{value} < {limits[0]!r}", *between, f"{value} >= {limits[-1]!r}"]


def both(first: str, second: str) -> str:
    """Return the condition that both hold; an empty one always does."""
    return f"({first}) AND ({second})" if first and second else first or second


def written(value: str, unit: Unit) -> str:
    """Write a value as the page does: Dutch digits with its unit, and what is not known as ``onbekend``."""
    if unit == "text":
        shown = f"replace(to_string({value}), {_MARKUP})"
    else:
        factor = " * 100" if unit in _PER_CENT else ""
        shown = f"format_number({value}{factor}, {_DECIMALS.get(unit, 0)}, 'nl')"
        suffix = " m" if unit == "metres" else _PER_CENT.get(unit, "")
        shown = f"{shown} || '{suffix}'" if suffix else shown
    return f"coalesce({shown}, '{UNKNOWN}')"


def tip(title: str, lines: Iterable[tuple[str, str]]) -> str:
    """Return the HTML of a map tip: a title, and lines of a Dutch label and an expression."""
    rows = [f"{_label(label)}: [% {expression} %]" for label, expression in lines]
    return "<br>".join([*([f"<b>{title}</b>"] if title else []), *rows])


def _label(label: str) -> str:
    return str(html_text(label)).replace("[%", "[ %")
