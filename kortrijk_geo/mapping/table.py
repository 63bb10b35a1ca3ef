"""The table twin of the map: the same areas and figures, readable without a map and without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.dutch import number_text
from kortrijk_geo.mapping.layers import area_names, column_units
from kortrijk_geo.mapping.legend import first_layer, layer_title

if TYPE_CHECKING:
    from kortrijk_geo.mapping.spec import MapSpec


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
