"""The styles of a page's GeoPackage: every layer of the page as QGIS draws it, the first of a table by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.geopackage import LayerStyle
from kortrijk_geo.mapping.document import column_units
from kortrijk_geo.mapping.legend import NO_DATA, OTHER, OTHER_COLOUR, first_layer, layer_title, numeric, scale_classes
from kortrijk_geo.mapping.mass import MOST_SHAPES
from kortrijk_geo.mapping.qgis import renderers, symbols
from kortrijk_geo.mapping.qgis.aliases import area_aliases, field_aliases
from kortrijk_geo.mapping.qgis.expressions import class_conditions, column, text, tip, written
from kortrijk_geo.mapping.spec import PointLayer
from kortrijk_geo.text.dutch import unit_of
from kortrijk_geo.text.safe import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd

    from kortrijk_geo.mapping.spec import AreaLayer, MapSpec, ShapeLayer
    from kortrijk_geo.text.dutch import Unit

    Draw = Callable[[str, bool], ET.Element]

AREAS = "areas"
# The oldest QGIS that reads it; newer ones read it without a word.
QGIS_VERSION = "3.22.0"
# What a layer is on its page, which its project reads again.
ROLE, SHOWN = "kortrijk_geo/role", "kortrijk_geo/shown"
OVERLAY = "overlay"
# So many points cover a city; they are drawn from this scale on.
_MASS_POINTS, _MASS_SCALE = 50_000, 25_000
_CATEGORIES = "Symbology|Labeling|Fields|MapTips|Rendering|CustomProperties"
# What is on every machine, from the likeliest.
_FONTS = ("Arial", "Liberation Sans", "DejaVu Sans")


def page_styles(spec: MapSpec) -> list[LayerStyle]:
    """Return a style for every layer of a page that its GeoPackage holds, the areas first, each in the page's order.

    Raises
    ------
    DataError
        When a layer is told to stand in a table that has not the column it is painted by.
    """
    public = spec.result.published()
    tables: dict[str, pd.DataFrame] = {AREAS: public.areas.reset_index(), **public.layers}
    first, aliases, units = first_layer(spec), _aliases(area_aliases(spec)), column_units(spec)
    styles = [
        LayerStyle(
            AREAS,
            layer_title(layer),
            _area_qml(layer, spec.result.labels, units, aliases, shown=layer is first),
            default=layer is first,
        )
        for layer in spec.area_layers
    ]
    with_default = {AREAS}
    for layer in _overlays(spec):
        if layer.table in tables:
            table = tables[layer.table]
            default = layer.table not in with_default
            named = aliases if layer.table == AREAS else _aliases(field_aliases(table.columns, layer.fields))
            styles.append(LayerStyle(layer.table, layer.label, _overlay_qml(layer, table, named), default=default))
            with_default.add(layer.table)
    return _with_own_names(styles)


def table_titles(spec: MapSpec) -> dict[str, str]:
    """Return the Dutch title of every table of a page's GeoPackage that the page draws."""
    subject = spec.title.partition(":")[0]
    titles = {AREAS: f"{subject}: gebieden"}
    for layer in _overlays(spec):
        if layer.table:
            titles.setdefault(layer.table, layer.label)
    return titles


def _overlays(spec: MapSpec) -> list[PointLayer | ShapeLayer]:
    """Return what lies over the areas, from the lowest."""
    return [*spec.shape_layers, *spec.point_layers]


def _with_own_names(styles: list[LayerStyle]) -> list[LayerStyle]:
    """Return the styles, numbered where a table has a name twice: QGIS tells them by their names."""
    seen: dict[tuple[str, str], int] = {}
    named = []
    for style in styles:
        count = seen[style.table, style.name] = seen.get((style.table, style.name), 0) + 1
        name = style.name if count == 1 else f"{style.name} ({count})"
        named.append(LayerStyle(style.table, visible(name), style.qml, default=style.default))
    return named


def _area_qml(
    layer: AreaLayer, labels: Mapping[str, str], units: Mapping[str, Unit], aliases: str, *, shown: bool
) -> str:
    value = column(layer.column)
    conditions = class_conditions(value, layer.scale.limits)
    rules = [
        renderers.Rule(each["label"], condition, symbols.area_fill(each["colour"]))
        for each, condition in zip(scale_classes(layer.scale), conditions, strict=True)
    ]
    rules.append(renderers.Rule(NO_DATA, f"{value} IS NULL", symbols.area_fill(symbols.NO_DATA_FILL)))
    name = f"coalesce({column('name')}, {column('area_id')})"
    told = dict.fromkeys([layer.column, *layer.beside])
    lines = [(labels.get(each, each), written(column(each), units.get(each, "number"))) for each in told]
    root = _style(
        renderers.by_rules(rules),
        role=AREAS,
        shown=shown,
        map_tip=tip(f"[% {written(name, 'text')} %]", lines),
    )
    root.set("labelsEnabled", "1")
    root.append(_name_labels(name))
    return _text(root, aliases)


def _overlay_qml(layer: PointLayer | ShapeLayer, table: pd.DataFrame, aliases: str) -> str:
    many = len(layer.frame)
    known = [field for field in layer.fields if field in table.columns]
    lines = [(layer.fields[field], written(column(field), unit_of(field, table[field]))) for field in known]
    root = _style(_overlay_renderer(layer, table), role=OVERLAY, shown=layer.shown, map_tip=tip("", lines))
    if isinstance(layer, PointLayer) and max(many, len(table)) > _MASS_POINTS:
        root.attrib |= {"hasScaleBasedVisibilityFlag": "1", "minScale": str(_MASS_SCALE), "maxScale": "0"}
    return _text(root, aliases)


def _overlay_renderer(layer: PointLayer | ShapeLayer, table: pd.DataFrame) -> ET.Element:
    draw = _dot(layer) if isinstance(layer, PointLayer) else _shape(layer)
    if layer.column is None:
        drawn = draw(layer.colour, True)
        return (
            renderers.by_rules([renderers.Rule(layer.label, "", drawn)], layer.where)
            if layer.where
            else (renderers.single(drawn))
        )
    if not layer.expression and layer.column not in table.columns:
        raise DataError(f"layer {layer.label}: table {layer.table} has no column {layer.column} to paint it by")
    value = layer.expression or column(layer.column)
    if layer.scale is not None:
        classes = [(each["label"], each["colour"]) for each in scale_classes(layer.scale)]
        conditions = class_conditions(value, layer.scale.limits)
    else:
        classes = list(layer.colours.values())
        conditions = [f"{value} = {text(each)}" for each in layer.colours]
        if not (layer.where or layer.frame[layer.column].isna().any()):
            values = [(key, label, draw(colour, True)) for key, (label, colour) in layer.colours.items()]
            return renderers.by_values(layer.expression or layer.column, values, (OTHER, draw(OTHER_COLOUR, True)))
        classes.append((OTHER, OTHER_COLOUR))
        conditions.append(renderers.ELSE)
    rules = [
        renderers.Rule(label, condition, draw(colour, True))
        for (label, colour), condition in zip(classes, conditions, strict=True)
    ]
    rules.append(renderers.Rule(NO_DATA, f"{value} IS NULL", draw(symbols.NO_DATA_COLOUR, False)))
    return renderers.by_rules(rules, layer.where)


def _dot(layer: PointLayer) -> Draw:
    crowd = len(layer.frame) > symbols.MANY_POINTS
    sized = f"{column(layer.size_column)} IS NOT NULL" if layer.size_column else ""
    factor = symbols.size_factor(column(layer.size_column), _usual(layer)) if layer.size_column else ""

    def draw(colour: str, known: bool) -> ET.Element:  # noqa: FBT001 - every symbol is drawn by colour and this
        return symbols.dot(colour, layer.radius_px, known=known, crowd=crowd, factor=factor, sized=sized)

    return draw


def _usual(layer: PointLayer) -> float:
    """Return the size that has a dot of the usual surface, as `kortrijk_geo.mapping.document` takes it."""
    sizes = numeric(layer.frame[layer.size_column], f"layer {layer.label}, column {layer.size_column}")
    known = sizes[np.isfinite(sizes) & (sizes > 0)]
    return float(np.median(known)) if len(known) else 1.0


def _shape(layer: ShapeLayer) -> Draw:
    surface = _has_surface(layer.frame)
    massive = len(layer.frame) > MOST_SHAPES

    def draw(colour: str, known: bool) -> ET.Element:  # noqa: ARG001, FBT001 - the colour of unknown tells it
        if surface:
            return symbols.shape_fill(colour, filled=layer.filled, massive=massive)
        return symbols.line(colour, massive=massive)

    return draw


def _has_surface(frame: gpd.GeoDataFrame) -> bool:
    return bool((shapely.get_dimensions(frame.geometry.to_numpy()) == 2).any())


def _style(renderer: ET.Element, *, role: str, shown: bool, map_tip: str) -> ET.Element:
    root = ET.Element("qgis", version=QGIS_VERSION, styleCategories=_CATEGORIES)
    root.append(renderer)
    told = symbols.option_map(ET.SubElement(root, "customproperties"))
    symbols.add_options(told, {ROLE: role, SHOWN: int(shown)})
    ET.SubElement(root, "aliases")
    ET.SubElement(root, "mapTip", enabled="1").text = map_tip
    return root


def _name_labels(name: str) -> ET.Element:
    labeling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings, "text-style",
        fieldName=name, isExpression="1", fontFamily=_FONTS[0], fontSize="7.5", fontSizeUnit="Point", fontWeight="50",
        textColor="31,41,51,255",
    )  # fmt: skip
    families = ET.SubElement(style, "families")
    for font in _FONTS:
        ET.SubElement(families, "family", name=font)
    ET.SubElement(
        style, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM", bufferColor="255,255,255,230"
    )
    ET.SubElement(settings, "text-format", wrapChar="", autoWrapLength="10", multilineAlign="1")
    ET.SubElement(settings, "placement", placement="4", centroidInside="1", centroidWhole="1")
    ET.SubElement(settings, "rendering", obstacle="0", displayAll="1")
    return labeling


def _aliases(named: Mapping[str, str]) -> str:
    """Return the element of aliases as text: the styles of a table share it, and it is most of each."""
    names = ET.Element("aliases")
    for place, (field, alias) in enumerate(named.items()):
        ET.SubElement(names, "alias", field=visible(field), index=str(place), name=visible(alias))
    return ET.tostring(names, encoding="unicode")


def _text(root: ET.Element, aliases: str) -> str:
    return ET.tostring(root, encoding="unicode").replace("<aliases />", aliases, 1)
