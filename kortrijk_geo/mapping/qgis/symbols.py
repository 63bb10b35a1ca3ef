"""Symbols of QGIS that look as the page does: fills, dots and lines, with the edges and sizes that it draws."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

# A pixel of a page is 1/96 inch.
_MM_PER_PX = 25.4 / 96
EDGE = "#44505c"
# Of areas and of what lies over them, as static/map.js and static/points.js paint what is not known.
NO_DATA_FILL, NO_DATA_COLOUR = "#dfe3e8", "#6b7280"
_SHAPE_ALPHA, _MASS_ALPHA, _UNKNOWN_SIZE = 0.25, 0.85, 0.8
# More dots than this (MANY of static/points.js) shrink as one zooms out, by half the zoom level of the page; its level
# 14.5 is 1:15 250 at 51 degrees north.
MANY_POINTS = 2_000
_CROWD_SCALE, _CROWD = 15_250, (0.3, 1.3)


def mm(pixels: float) -> str:
    """Write pixels of a page as millimetres."""
    return f"{pixels * _MM_PER_PX:.2f}"


def rgba(colour: str, alpha: float = 1.0) -> str:
    """Write ``#rrggbb`` as QGIS does."""
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + f",{round(alpha * 255)}"


def option_map(parent: ET.Element, name: str = "") -> ET.Element:
    """Add a map of options to an element."""
    return ET.SubElement(parent, "Option", {"type": "Map", **({"name": name} if name else {})})


def add_options(parent: ET.Element, values: dict[str, Any]) -> None:
    """Add text options to a map of options."""
    for name, value in values.items():
        ET.SubElement(parent, "Option", name=name, type="QString", value=str(value))


def area_fill(colour: str) -> ET.Element:
    """Fill an area, with the page's edge."""
    return _fill(colour, 1.0, EDGE, 0.9, 0.8)


def shape_fill(colour: str, *, filled: bool, massive: bool) -> ET.Element:
    """Fill a shape that lies over the areas; of a mass the colour must stay seen where it is small."""
    if massive:
        return _fill(colour, _MASS_ALPHA, colour, 1.0, 0.3)
    return _fill(colour, _SHAPE_ALPHA if filled else 0.0, colour, 1.0, 2.0)


def line(colour: str, *, massive: bool) -> ET.Element:
    """Draw a line."""
    options = {
        "line_color": rgba(colour),
        "line_style": "solid",
        "line_width": mm(1.2 if massive else 2.5),
        "line_width_unit": "MM",
        "capstyle": "round",
        "joinstyle": "round",
    }
    return _symbol("line", "SimpleLine", options)


def dot(
    colour: str, radius_px: float, *, known: bool = True, crowd: bool = False, factor: str = "", sized: str = ""
) -> ET.Element:
    """Draw a dot.

    Parameters
    ----------
    colour, radius_px
        As on the page.
    known
        Whether its class is known; the dot of one that is not is hollow.
    crowd
        Whether there are so many that they shrink as one zooms out.
    factor
        Expression by which its diameter is multiplied; ``sized`` is true where that is known, and else the dot is
        hollow as well.
    """
    edge = "#ffffff" if known else colour
    options = {
        "name": "circle",
        "color": rgba(colour if known else "#ffffff"),
        "outline_color": rgba(edge),
        "outline_style": "solid",
        "outline_width": mm(0.4 if crowd and known else 1.0),
        "outline_width_unit": "MM",
        "size": mm(2 * radius_px),
        "size_unit": "MM",
    }
    least, most = _CROWD
    shrink = f"max({least}, min({most}, sqrt({_CROWD_SCALE} / @map_scale)))" if crowd else ""
    diameter = " * ".join(part for part in (mm(2 * radius_px), factor, shrink) if part)
    defined = {"size": diameter} if factor or shrink else {}
    if factor and known:
        defined |= {
            "fillColor": f"if({sized}, {_colour(colour)}, '255,255,255,255')",
            "outlineColor": f"if({sized}, '255,255,255,255', {_colour(colour)})",
        }
    return _symbol("marker", "SimpleMarker", options, defined)


def size_factor(value: str, usual: float) -> str:
    """Return the expression of a dot whose surface follows a number; ``usual`` has the dot of the page's size."""
    known = f"max(0.5, min(4, sqrt(max({value}, 0) / {usual!r})))"
    return f"if({value} IS NULL, {_UNKNOWN_SIZE}, {known})"


def _colour(colour: str) -> str:
    return f"'{rgba(colour)}'"


def _fill(colour: str, alpha: float, edge: str, edge_alpha: float, edge_px: float) -> ET.Element:
    options = {
        "color": rgba(colour, alpha),
        "style": "solid" if alpha else "no",
        "outline_color": rgba(edge, edge_alpha),
        "outline_style": "solid",
        "outline_width": mm(edge_px),
        "outline_width_unit": "MM",
        "joinstyle": "round",
    }
    return _symbol("fill", "SimpleFill", options)


def _symbol(kind: str, layer: str, options: dict[str, str], defined: dict[str, str] | None = None) -> ET.Element:
    symbol = ET.Element("symbol", type=kind, name="0", alpha="1", clip_to_extent="1", force_rhr="0")
    drawn = ET.SubElement(symbol, "layer", {"class": layer, "enabled": "1", "locked": "0", "pass": "0"})
    add_options(option_map(drawn), options)
    if defined:
        properties = option_map(ET.SubElement(drawn, "data_defined_properties"))
        ET.SubElement(properties, "Option", name="name", type="QString", value="")
        by_name = option_map(properties, "properties")
        for name, expression in defined.items():
            one = option_map(by_name, name)
            ET.SubElement(one, "Option", name="active", type="bool", value="true")
            ET.SubElement(one, "Option", name="expression", type="QString", value=expression)
            ET.SubElement(one, "Option", name="type", type="int", value="3")
        ET.SubElement(properties, "Option", name="type", type="QString", value="collection")
    return symbol
