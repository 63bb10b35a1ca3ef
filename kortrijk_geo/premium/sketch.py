"""A small map for a printed sheet: the outlines of the areas, one of them marked, and a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

_WIDTH = 240.0
_MARGIN = 4.0
# Half a unit of the drawing: finer than a printer shows.
_DETAIL = 0.5


@dataclass(frozen=True)
class Sketch:
    """Outlines in drawing units (y down): an SVG path per area, which one is marked, the point where it is in view."""

    width: float
    height: float
    paths: tuple[str, ...]
    marked: int | None
    point: tuple[float, float] | None


def draw_sketch(areas: gpd.GeoDataFrame, key: str, marked: str | None, x: float, y: float) -> Sketch:
    """Draw the areas to a width of 240 units.

    Parameters
    ----------
    areas
        Polygons with the id column ``key``.
    marked
        Id of the area to mark, or None.
    x, y
        The point, in the CRS of ``areas``.
    """
    left, bottom, right, top = areas.total_bounds
    scale = (_WIDTH - 2 * _MARGIN) / max(right - left, 1e-9)
    height = (top - bottom) * scale + 2 * _MARGIN

    def place(coordinates: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [_MARGIN + (coordinates[:, 0] - left) * scale, _MARGIN + (top - coordinates[:, 1]) * scale]
        )

    shapes = shapely.simplify(shapely.transform(areas.geometry.to_numpy(), place), _DETAIL)
    [[px, py]] = place(np.array([[x, y]], dtype="float64"))
    ids = [str(value) for value in areas[key]]
    return Sketch(
        width=_WIDTH,
        height=round(float(height), 1),
        paths=tuple(_path(shape) for shape in shapes),
        marked=None if marked is None else ids.index(marked),
        point=(round(float(px), 1), round(float(py), 1)) if 0 <= px <= _WIDTH and 0 <= py <= height else None,
    )


def _path(shape: shapely.Geometry) -> str:
    rings = [ring for part in shapely.get_parts(shape) for ring in shapely.get_rings(part)]
    return " ".join(
        "M" + "L".join(f"{px:.1f},{py:.1f}" for px, py in shapely.get_coordinates(ring)) + "Z" for ring in rings
    )
