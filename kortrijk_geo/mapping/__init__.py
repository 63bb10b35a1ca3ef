"""The drawing room: one page, one map, one legend and one escape helper for every theme; it knows no theme."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kortrijk_geo.mapping.element import draw_map
    from kortrijk_geo.mapping.options import option_labels
    from kortrijk_geo.mapping.page import write_page
    from kortrijk_geo.mapping.spec import (
        AreaLayer,
        MapSpec,
        PageExtras,
        PictureLayer,
        PointLayer,
        ShapeLayer,
        area_layers,
        table_columns,
    )

__all__ = [
    "AreaLayer",
    "MapSpec",
    "PageExtras",
    "PictureLayer",
    "PointLayer",
    "ShapeLayer",
    "area_layers",
    "draw_map",
    "option_labels",
    "table_columns",
    "write_page",
]

_HOMES = {"draw_map": "element", "option_labels": "options", "write_page": "page"}


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that importing the room costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'kortrijk_geo.mapping' has no attribute {name!r}")
    return getattr(importlib.import_module(f"kortrijk_geo.mapping.{_HOMES.get(name, 'spec')}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
