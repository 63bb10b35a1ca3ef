"""Small pictures as inline SVG, for the index page: areas in their colours, and counts as bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from markupsafe import Markup

from kortrijk_geo.mapping import geometry
from kortrijk_geo.mapping.legend import NO_DATA, class_numbers, first_layer, layer_title, numeric, scale_classes
from kortrijk_geo.text.dutch import number_text
from kortrijk_geo.text.safe import html_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from kortrijk_geo.mapping.spec import MapSpec

_NO_DATA = "#dfe3e8"
_PLAIN = "#c5d0da"
_EDGE = 6
_CONTEXT_PIXELS = 1.5
_SHORTEST_PIXELS = 3
_LETTER_PIXELS = 6.0
_TWICE = 2.4  # with some room between neighbours
_LOOKS = {"water": ("#6fa8d6", 1.6), "main_streets": ("#ffffff", 1.2), "rail": ("#4b5563", 0.7)}


def areas_look(spec: MapSpec) -> dict[str, Any]:
    """Return how the first layer of a map shows the areas: a colour and a text for each, its title and classes."""
    layer, areas = first_layer(spec), spec.result.areas
    if layer is None:
        return {"colours": [_PLAIN] * len(areas)}
    classes = scale_classes(layer.scale)
    values = areas[layer.column]
    numbers = class_numbers(numeric(values, layer.column), layer.scale.limits)
    return {
        "colours": [_NO_DATA if number < 0 else classes[number]["colour"] for number in numbers],
        "title": next((one.label for one in spec.result.headlines if one.key == layer.column), layer_title(layer)),
        "classes": [*classes, *([{"label": NO_DATA, "colour": _NO_DATA}] if (numbers < 0).any() else [])],
        "texts": [number_text(value, layer.scale.unit, layer.scale.limits) for value in values],
    }


def bars_picture(bars: Sequence[tuple[str, int, str]], *, label: str, width: int = 480, height: int = 285) -> Markup:
    """Draw counts as bars under each other, each with its name and colour; the table of the page tells the same."""
    most = max((count for _, count, _ in bars), default=0) or 1
    step = height / max(1, len(bars))
    row = Markup(
        '<text x="16" y="{:.1f}" font-size="17" fill="#1f2933">{}</text>'
        '<rect x="190" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>'
        '<text x="{:.1f}" y="{:.1f}" font-size="17" font-weight="700" fill="#1f2933">{}</text>'
    )
    pieces = []
    for place, (name, count, colour) in enumerate(bars):
        middle, long = (place + 0.5) * step, 230 * count / most
        pieces.append(
            row.format(
                middle + 6, html_text(name), middle - 13, long, 26, html_text(colour), 200 + long, middle + 6, count
            )
        )
    return _head(label, width, height) + Markup("").join(pieces) + Markup("</svg>")


def _head(label: str, width: int, height: int) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">').format(width, height, html_text(label))


@dataclass(frozen=True)
class Ground:
    """Areas, and what orients the eye in them, made light enough to be drawn small; pictures of one page share it.

    Parameters
    ----------
    shapes
        The areas in web Mercator, None where one has no shape.
    bounds
        Around all of them, or None where there is no shape.
    context
        Water, main streets and rail by the name of their layer.
    """

    shapes: geometry.Geometries
    bounds: geometry.Bounds | None
    context: Mapping[str, geometry.Geometries]


def ground_of(areas: gpd.GeoDataFrame, context: Mapping[str, gpd.GeoDataFrame]) -> Ground:
    """Make areas and context, in any CRS, light enough for a picture."""
    shapes = geometry.light_areas(geometry.web_shapes(areas, "areas"))
    bounds = geometry.joint_bounds(shapes)
    light = {
        name: geometry.light_context(geometry.web_shapes(context[name], f"context {name}"), bounds)
        for name in _LOOKS
        if name in context and bounds is not None
    }
    return Ground(shapes, bounds, light)


def areas_picture(
    ground: Ground,
    colours: Sequence[str],
    *,
    label: str,
    names: Sequence[str] = (),
    values: Sequence[str] = (),
    width: int = 480,
    height: int = 285,
) -> Markup:
    """Draw areas in their colours with water, main streets and rail, and names where they fit.

    Parameters
    ----------
    ground
        The areas, and what orients the eye.
    colours
        One colour per area.
    label
        What a screen reader says of the picture.
    names, values
        One name per area and what stands below it, or none at all.
    width, height
        Size in pixels.
    """
    shapes, head = ground.shapes, _head(label, width, height)
    if ground.bounds is None:
        return head + Markup("</svg>")
    sheet = _Sheet.around(ground.bounds, width, height)
    pieces = [
        Markup('<path d="{}" fill="{}" stroke="#44505c" stroke-width="0.6"/>').format(path, colour)
        for shape, path, colour in zip(shapes, sheet.paths(shapes), colours, strict=True)
        if shape is not None
    ]
    for name, light in ground.context.items():
        pieces += _orientation(name, light, sheet)
    return head + Markup("").join([*pieces, *_names(shapes, names, values, sheet)]) + Markup("</svg>")


@dataclass(frozen=True)
class _Sheet:
    """Where web Mercator metres fall on the picture, in pixels."""

    scale: float
    left: float
    top: float

    @classmethod
    def around(cls, bounds: geometry.Bounds, width: int, height: int) -> _Sheet:
        across, along = max(bounds[2] - bounds[0], 1e-9), max(bounds[3] - bounds[1], 1e-9)
        scale = min((width - 2 * _EDGE) / across, (height - 2 * _EDGE) / along)
        middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        return cls(scale, width / 2 - scale * middle[0], height / 2 + scale * middle[1])

    def place(self, x: float, y: float) -> tuple[float, float]:
        return self.left + self.scale * x, self.top - self.scale * y

    def paths(self, shapes: geometry.Geometries) -> list[str]:
        """Return the path of each shape: rings of surfaces, and lines; empty where there is no shape."""
        parts, of = shapely.get_parts(shapes, return_index=True)
        surface = shapely.get_dimensions(shapes)[of] == 2
        rings, of_ring = shapely.get_rings(parts[surface], return_index=True)
        owner = np.concatenate([of[surface][of_ring], of[~surface]])
        metres, line = shapely.get_coordinates(np.concatenate([rings, parts[~surface]]), return_index=True)
        pixels = np.round(np.array([self.left, self.top]) + metres * (self.scale, -self.scale), 1)
        first = np.diff(line, prepend=-1) != 0
        keep = first | np.append(True, (np.diff(pixels, axis=0) != 0).any(axis=1))[: len(first)]
        of_each: list[list[str]] = [[] for _ in shapes]
        drawn = zip(owner[line[keep]].tolist(), first[keep].tolist(), pixels[keep].tolist(), strict=True)
        for row, begins, (x, y) in drawn:
            of_each[row].append(f"{'M' if begins else 'L'}{x:g} {y:g}")
        return ["".join(pieces) for pieces in of_each]


def _orientation(name: str, shapes: geometry.Geometries, sheet: _Sheet) -> list[Markup]:
    colour, stroke = _LOOKS[name]
    simple = shapely.simplify(shapes, _CONTEXT_PIXELS / sheet.scale)
    surface = shapely.get_dimensions(simple) == 2
    long = shapely.length(simple) * sheet.scale > _SHORTEST_PIXELS
    lines = "".join(sheet.paths(simple[~surface & long]))
    filled = "".join(sheet.paths(simple[surface & long]))
    look = Markup('<path d="{}" fill="{}" stroke="{}" stroke-width="{}" stroke-opacity="0.8"/>')
    drawn = [look.format(filled, colour, "none", 0)] if filled else []
    return [*drawn, look.format(lines, "none", colour, stroke)] if lines else drawn


def _names(shapes: geometry.Geometries, names: Sequence[str], values: Sequence[str], sheet: _Sheet) -> list[Markup]:
    """Write names, each with its value below it, where they fit; else the value; ``roomy`` ones fit larger too."""
    if not len(names):
        return []
    places, radii = geometry.label_places(shapes)
    look = Markup(
        '<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="11" font-weight="600" fill="#111827"'
        ' stroke="#ffffff" stroke-width="3" paint-order="stroke">{}{}</text>'
    )
    below = Markup('<tspan x="{:.1f}" dy="1.1em">{}</tspan>')
    texts = []
    for row, (name, place, radius) in enumerate(zip(names, places, radii, strict=True)):
        room, value = 3.4 * radius * sheet.scale, values[row] if values else ""
        words = name if len(name) * _LETTER_PIXELS < room else ""
        if place is None or not (words or 0 < len(value) * _LETTER_PIXELS < room):
            continue
        x, y = sheet.place(shapely.get_x(place), shapely.get_y(place))
        under = below.format(x, html_text(value)) if words and value else html_text(value)
        size = "roomy" if words and _TWICE * len(words) * _LETTER_PIXELS < room else "tight"
        texts.append(look.format(size, x, y + (-2 if words and value else 4), html_text(words), under))
    return texts
