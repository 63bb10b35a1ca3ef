"""The table twin of the map: the same areas and figures, readable without a map and without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.mapping.layers import area_names, column_units
from kortrijk_geo.mapping.legend import first_layer, layer_title
from kortrijk_geo.text.dutch import number_text

if TYPE_CHECKING:
    from kortrijk_geo.mapping.spec import MapSpec


# A longer table makes a page slow, and nobody reads it; the files beside the page hold every row.
MOST_ROWS = 1_000


@dataclass(frozen=True)
class TableColumn:
    """One column of the table: its name in the result, its Dutch label, its texts per row and for the whole city."""

    column: str
    label: str
    kind: str
    cells: list[str]
    city: str


@dataclass(frozen=True)
class Table:
    """The table, of the first areas where there are very many; sorting in the browser goes over all ``areas``.

    ``active`` follows the map's layer in the browser; here it is the layer shown first.
    """

    names: list[str]
    areas: int
    active: TableColumn | None
    columns: list[TableColumn]


def area_table(spec: MapSpec) -> Table:
    """Make the table of a map's areas."""
    units = column_units(spec)
    result = spec.result
    limits = {layer.column: layer.scale.limits for layer in spec.area_layers}

    def column(name: str, label: str) -> TableColumn:
        unit, edges = units[name], limits.get(name, ())
        cells = [number_text(value, unit, edges) for value in result.areas[name].head(MOST_ROWS)]
        city = number_text(result.city[name], unit, edges) if name in result.city else ""
        return TableColumn(name, label, "text" if unit == "text" else "number", cells, city)

    first = first_layer(spec)
    active = None if first is None else column(first.column, layer_title(first))
    names = area_names(result)
    return Table(
        names[:MOST_ROWS], len(names), active, [column(name, result.labels.get(name, name)) for name in spec.table]
    )
