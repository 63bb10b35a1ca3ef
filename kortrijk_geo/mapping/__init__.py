"""The drawing room: one page, one map, one legend and one escape helper for every theme; it knows no theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.lazy_names import lazy_names

if TYPE_CHECKING:
    from kortrijk_geo.mapping.element import draw_map
    from kortrijk_geo.mapping.options import option_labels
    from kortrijk_geo.mapping.page import write_page
    from kortrijk_geo.mapping.spec import (
        AreaLayer,
        MapSpec,
        PageExtras,
        PictureLayer,
        PlanTable,
        PointLayer,
        Ranking,
        Series,
        ShapeLayer,
        area_layers,
        table_columns,
    )

__all__ = [
    "AreaLayer",
    "MapSpec",
    "PageExtras",
    "PictureLayer",
    "PlanTable",
    "PointLayer",
    "Ranking",
    "Series",
    "ShapeLayer",
    "area_layers",
    "draw_map",
    "option_labels",
    "table_columns",
    "write_page",
]

_HOMES = {
    "AreaLayer": "spec",
    "MapSpec": "spec",
    "PageExtras": "spec",
    "PictureLayer": "spec",
    "PlanTable": "spec",
    "PointLayer": "spec",
    "Ranking": "spec",
    "Series": "spec",
    "ShapeLayer": "spec",
    "area_layers": "spec",
    "draw_map": "element",
    "option_labels": "options",
    "table_columns": "spec",
    "write_page": "page",
}

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
