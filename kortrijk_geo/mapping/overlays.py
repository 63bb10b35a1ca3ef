"""What lies over the areas of a map - points, lines, polygons, pictures - as the plain data that the page draws."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.mapping import geometry
from kortrijk_geo.mapping.legend import numeric, overlay_classes
from kortrijk_geo.mapping.mass import MOST_SHAPES, row_picture
from kortrijk_geo.text.dutch import unit_of
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from kortrijk_geo.mapping.spec import PictureLayer, PointLayer, ShapeLayer
    from kortrijk_geo.text.dutch import Unit

# What a tooltip of a point needs, no more: a home's distance is not known to the millimetre.
_DECIMALS: dict[Unit, int] = {"share": 4, "number": 2, "whole": 0, "metres": 0}


def points_document(layer: PointLayer, places: geometry.Geometries) -> dict[str, Any]:
    """Return what the map needs of points; ``places`` are theirs in web Mercator."""
    wanted = [layer.column, layer.size_column, *layer.fields]
    _require(layer.frame, [column for column in wanted if column is not None], layer.label)
    there = ~shapely.is_missing(places)
    kinds = shapely.get_type_id(places[there])
    if (kinds != 0).any():
        raise DataError(f"point layer {layer.label}: holds a shape that is no point")
    classes, numbers = overlay_classes(layer)
    frame = layer.frame[there]
    return {
        "label": layer.label,
        "shown": layer.shown,
        "radius": layer.radius_px,
        "classes": classes,
        "class": None if numbers is None else np.asarray(numbers, dtype=int)[there].tolist(),
        "size": None if layer.size_column is None else _sizes(frame[layer.size_column], layer),
        "steps": geometry.point_steps(geometry.degrees(places[there])),
        "fields": _fields(layer, frame),
        "lost": int((~there).sum()),
    }


def _sizes(values: pd.Series, layer: PointLayer) -> list[float | None]:
    sizes = numeric(values, f"point layer {layer.label}, column {layer.size_column}")
    known = sizes[np.isfinite(sizes) & (sizes > 0)]
    usual = float(np.median(known)) if len(known) else 1.0
    factors = np.clip(np.sqrt(np.maximum(sizes, 0) / usual), 0.5, 4.0)
    return [round(float(factor), 2) if np.isfinite(factor) else None for factor in factors]


def shapes_document(layer: ShapeLayer, places: geometry.Geometries) -> dict[str, Any]:
    """Return what the map needs of lines or polygons; ``places`` are theirs in web Mercator."""
    _require(layer.frame, [name for name in (layer.column, *layer.fields) if name is not None], layer.label)
    there = ~shapely.is_missing(places)
    classes, numbers = overlay_classes(layer)
    drawn = places[there]
    surface = shapely.get_dimensions(drawn) == 2
    massive = len(drawn) > MOST_SHAPES and bool(surface.all())
    return {
        "label": layer.label,
        "shown": layer.shown,
        "classes": classes,
        "class": None if numbers is None else np.asarray(numbers, dtype=int)[there].tolist(),
        "filled": layer.filled,
        **({"picture": row_picture(drawn)} if massive else _outlines(drawn, surface)),
        "fields": _fields(layer, layer.frame[there]),
        "lost": int((~there).sum()),
    }


def _outlines(shapes: geometry.Geometries, surface: NDArray[np.bool_]) -> dict[str, Any]:
    degrees = geometry.degrees(geometry.light_areas(shapes))
    parts = [
        geometry.polygon_steps(degrees[[row]]) if surface[row] else geometry.line_steps(degrees[[row]])
        for row in range(len(degrees))
    ]
    return {"parts": parts, "surface": surface.tolist()}


def picture_document(layer: PictureLayer) -> dict[str, Any]:
    """Return what the map needs of a picture."""
    west, south, east, north = (round(value, 7) for value in layer.picture.bounds)
    return {
        "label": layer.label,
        "shown": layer.shown,
        "url": "data:image/png;base64," + base64.b64encode(layer.picture.png).decode("ascii"),
        "bounds": [[south, west], [north, east]],
        "classes": [{"label": label, "colour": colour} for label, colour in layer.picture.classes],
    }


def _require(frame: gpd.GeoDataFrame, columns: list[str], label: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise DataError(f"layer {label}: has no column {', '.join(absent)} to show")


def _fields(layer: PointLayer | ShapeLayer, frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    texts = {value: label for value, (label, _) in getattr(layer, "colours", {}).items()}
    fields = []
    for column, label in layer.fields.items():
        values = frame[column]
        unit = unit_of(column, values)
        if column == getattr(layer, "column", None) and texts:
            values = values.map(lambda value: texts.get(value, value))
        fields.append({"label": label, "unit": unit, **_column(values, unit)})
    return fields


def _column(values: pd.Series, unit: Unit) -> dict[str, Any]:
    """Write a column as numbers, or as text by place in a list of the different texts."""
    if unit != "text":
        rounded = np.round(values.to_numpy(dtype=float, na_value=np.nan), _DECIMALS[unit])
        whole = _DECIMALS[unit] == 0
        return {"values": [None if not np.isfinite(v) else int(v) if whole else float(v) for v in rounded]}
    texts = [None if (known := plain(value)) is None else known for value in values]
    different = list(dict.fromkeys(texts))
    places = {text: place for place, text in enumerate(different)}
    return {"texts": different, "values": [places[text] for text in texts]}
