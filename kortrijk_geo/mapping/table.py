"""The table twin of the map: the same areas and figures, readable without a map and without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kortrijk_geo.mapping.layers import area_names, column_units
from kortrijk_geo.mapping.legend import NO_DATA, class_numbers, numeric, scale_classes
from kortrijk_geo.mapping.numbers import number_text

if TYPE_CHECKING:
    from kortrijk_geo.mapping.spec import AreaLayer, MapSpec


@dataclass(frozen=True)
class Column:
    """One column of the table: its name in the result, its Dutch label, its texts per row and for the whole city."""

    column: str
    label: str
    kind: str
    cells: list[str]
    city: str


@dataclass(frozen=True)
class Table:
    """The whole table. ``active`` follows the map's layer in the browser; here it is the layer shown first."""

    names: list[str]
    active: Column | None
    columns: list[Column]


def area_table(spec: MapSpec) -> Table:
    """Make the table of a map's areas."""
    units = column_units(spec)
    result = spec.result
    limits = {layer.column: layer.scale.limits for layer in spec.area_layers}

    def column(name: str, label: str) -> Column:
        unit, edges = units[name], limits.get(name, ())
        cells = [number_text(value, unit, edges) for value in result.areas[name]]
        city = number_text(result.city[name], unit, edges) if name in result.city else ""
        return Column(name, label, "text" if unit == "text" else "number", cells, city)

    first = first_layer(spec)
    active = None if first is None else column(first.column, layer_title(first))
    return Table(area_names(result), active, [column(name, result.labels.get(name, name)) for name in spec.table])


def first_layer(spec: MapSpec) -> AreaLayer | None:
    """Return the area layer that a page shows first."""
    return next((layer for layer in spec.area_layers if layer.shown), next(iter(spec.area_layers), None))


def layer_title(layer: AreaLayer) -> str:
    """Name a layer with its group."""
    return f"{layer.label} ({layer.group})" if layer.group else layer.label


def legend_rows(spec: MapSpec) -> list[dict[str, Any]]:
    """Return label, colour and number of areas of every class of the first layer, and of "geen data"."""
    layer = first_layer(spec)
    if layer is None:
        return []
    values = numeric(spec.result.areas[layer.column], layer.column)
    numbers = class_numbers(values, layer.scale.limits)
    rows = [{**entry, "count": int((numbers == place).sum())} for place, entry in enumerate(scale_classes(layer.scale))]
    return [*rows, {"label": NO_DATA, "colour": None, "count": int((numbers == -1).sum())}]
