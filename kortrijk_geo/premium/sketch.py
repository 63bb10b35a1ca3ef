"""A small map for a printed sheet: the outlines of the areas, one of them marked, and a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from kortrijk_geo.pack.rows import Rows

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


@dataclass(frozen=True)
class Outlines:
    """The areas of a sketch, by id, and how metres become drawing units: ``left`` and ``top`` lie on the margin."""

    width: float
    height: float
    paths: tuple[str, ...]
    ids: tuple[str, ...]
    left: float
    top: float
    scale: float

    def sketch(self, marked: str | None, x: float, y: float) -> Sketch:
        """Mark an area by its id, or none, and a point in metres."""
        px, py = _MARGIN + (x - self.left) * self.scale, _MARGIN + (self.top - y) * self.scale
        return Sketch(
            width=self.width,
            height=round(self.height, 1),
            paths=self.paths,
            marked=None if marked is None else self.ids.index(marked),
            point=(round(px, 1), round(py, 1)) if 0 <= px <= self.width and 0 <= py <= self.height else None,
        )


def draw_outlines(areas: Rows, key: str) -> Outlines:
    """Draw the areas to a width of 240 units: polygons with the id column ``key``."""
    left, bottom, right, top = (float(bound) for bound in shapely.total_bounds(areas["geometry"]))
    scale = (_WIDTH - 2 * _MARGIN) / max(right - left, 1e-9)

    def place(coordinates: np.ndarray) -> np.ndarray:
        return np.column_stack(
            [_MARGIN + (coordinates[:, 0] - left) * scale, _MARGIN + (top - coordinates[:, 1]) * scale]
        )

    shapes = shapely.simplify(shapely.transform(areas["geometry"], place), _DETAIL)
    return Outlines(
        width=_WIDTH,
        height=(top - bottom) * scale + 2 * _MARGIN,
        paths=tuple(_path(shape) for shape in shapes),
        ids=tuple(str(value) for value in areas[key]),
        left=left,
        top=top,
        scale=scale,
    )


def _path(shape: shapely.Geometry) -> str:
    rings = [ring for part in shapely.get_parts(shape) for ring in shapely.get_rings(part)]
    return " ".join(
        "M" + "L".join(f"{px:.1f},{py:.1f}" for px, py in shapely.get_coordinates(ring)) + "Z" for ring in rings
    )
