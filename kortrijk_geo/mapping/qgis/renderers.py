"""How QGIS paints a layer: by rules that equal the page's classes, by the values of a text column, or all alike.

Its graduated renderer puts a value on a limit into the class below and does not draw what is not known; rules do
neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kortrijk_geo.mapping.qgis.expressions import both
from kortrijk_geo.text.safe import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

# What is in no other rule.
ELSE = "ELSE"


@dataclass(frozen=True)
class Rule:
    """A row of the legend: its Dutch label, the condition of what it holds, and how that is drawn."""

    label: str
    condition: str
    symbol: ET.Element


def single(symbol: ET.Element) -> ET.Element:
    """Draw all alike."""
    return _renderer("singleSymbol", [symbol])


def by_rules(rules: Sequence[Rule], where: str = "") -> ET.Element:
    """Draw by conditions, of the rows for which ``where`` holds.

    Rules stand below one for ``where``, so that theirs for what is in no other asks that too.
    """
    renderer = _renderer("RuleRenderer", [rule.symbol for rule in rules])
    root = ET.Element("rules", key="regels")
    renderer.insert(0, root)
    parent = ET.SubElement(root, "rule", key="waar", filter=where) if where and _has_else(rules) else root
    for place, rule in enumerate(rules):
        condition = rule.condition if parent is not root else both(where, rule.condition)
        asked = {"filter": condition} if condition else {}
        ET.SubElement(
            parent, "rule", {"key": f"regel{place}", "label": visible(rule.label), "symbol": str(place), **asked}
        )
    return renderer


def by_values(
    attribute: str, values: Sequence[tuple[str, str, ET.Element]], other: tuple[str, ET.Element]
) -> ET.Element:
    """Draw by the values of a text column, each with a label and a symbol; ``other`` is for all that have none."""
    rows = [*values, ("", *other)]
    renderer = _renderer("categorizedSymbol", [symbol for _, _, symbol in rows])
    renderer.set("attr", attribute)
    categories = ET.Element("categories")
    renderer.insert(0, categories)
    for place, (value, label, _) in enumerate(rows):
        ET.SubElement(
            categories, "category",
            type="string", value=visible(value), label=visible(label), symbol=str(place), render="true",
        )  # fmt: skip
    return renderer


def _has_else(rules: Sequence[Rule]) -> bool:
    return any(rule.condition == ELSE for rule in rules)


def _renderer(kind: str, drawn: Sequence[ET.Element]) -> ET.Element:
    renderer = ET.Element("renderer-v2", type=kind, forceraster="0", symbollevels="0", enableorderby="0")
    symbols = ET.SubElement(renderer, "symbols")
    for place, symbol in enumerate(drawn):
        symbol.set("name", str(place))
        symbols.append(symbol)
    return renderer
