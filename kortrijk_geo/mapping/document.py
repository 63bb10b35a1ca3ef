"""A page's specification as the plain data that ``static/map.js`` draws: areas, and what lies over and under."""

from __future__ import annotations

import base64
import hashlib
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.mapping import geometry
from kortrijk_geo.mapping.gazetteer import gazetteer, matching_rules
from kortrijk_geo.mapping.legend import NO_DATA, layer_title, numeric, overlay_classes, scale_classes
from kortrijk_geo.mapping.mass import MOST_AREAS, MOST_SHAPES, row_picture
from kortrijk_geo.mapping.spec import PageExtras
from kortrijk_geo.text.dutch import list_text, unit_of
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.mapping.spec import AreaLayer, MapSpec, PictureLayer, PointLayer, ShapeLayer
    from kortrijk_geo.mapping.tiles import Tiles
    from kortrijk_geo.results import ThemeResult
    from kortrijk_geo.text.dutch import Unit


_MOST_LABELS = 1_000
_MOST_SOURCES = 2


def column_units(spec: MapSpec) -> dict[str, Unit]:
    """Return how each column of map and table is written.

    Raises
    ------
    DataError
        When an area layer or the table names a column that the result does not have.
    """
    areas = spec.result.areas
    scales = {layer.column: layer.scale.unit for layer in spec.area_layers}
    declared = scales | {column.name: column.unit for column in spec.result.columns if column.unit is not None}
    wanted = dict.fromkeys([*(layer.column for layer in spec.area_layers), *spec.table])
    absent = [column for column in wanted if column not in areas.columns]
    if absent:
        raise DataError(f"theme {spec.result.theme}: its areas have no column {', '.join(absent)} to draw")
    return {column: unit_of(column, areas[column], declared.get(column)) for column in wanted}


def area_names(result: ThemeResult) -> list[str]:
    """Return the name of every area, or its code where the name is empty."""
    names = result.areas["name"] if "name" in result.areas.columns else result.areas.index.to_series()
    return [
        str(code) if pd.isna(name) or not str(name).strip() else str(name)
        for name, code in zip(names, result.areas.index, strict=True)
    ]


def map_document(spec: MapSpec, extras: PageExtras | None = None) -> dict[str, Any]:
    """Return everything the map shows as plain data, ready for JSON.

    Raises
    ------
    DataError
        When a column is absent, holds text where numbers are needed, or an area is no polygon.
    CrsError
        When areas, points or shapes have no CRS.
    OptionError
        When two area layers show the same column, or a scale cannot be used.
    """
    result = spec.result
    extras = extras or PageExtras()
    units = column_units(spec)
    columns = [layer.column for layer in spec.area_layers]
    if len(set(columns)) < len(columns):
        raise OptionError(f"theme {result.theme}: two area layers show the same column")
    shapes = geometry.web_shapes(result.areas, f"theme {result.theme}, areas")
    points = [(layer, geometry.web_shapes(layer.frame, f"point layer {layer.label}")) for layer in spec.point_layers]
    others = [(layer, geometry.web_shapes(layer.frame, f"layer {layer.label}")) for layer in spec.shape_layers]
    context = {name: frame for name, frame in result.context.items() if len(frame)}
    bounds = _bounds(shapes, [places for _, places in points], [places for _, places in others], context)
    shown = [place for place, layer in enumerate(spec.area_layers) if layer.shown]
    return {
        "title": spec.title,
        "pack": result.pack,
        "demo": " ".join(result.warnings),
        "attribution": _attribution(result),
        "bounds": bounds if bounds is None else _degree_bounds(bounds),
        "names": area_names(result),
        # By which an address names an area on every page; of a mass its place in the list does, which is lighter.
        "ids": [str(area) for area in result.areas.index] if len(result.areas) <= MOST_AREAS else None,
        "areas": _features(result, shapes),
        "values": {column: _values(result.areas[column]) for column in units},
        "layers": [_area_layer(layer, result) for layer in spec.area_layers],
        "active": shown[0] if shown else 0,
        "table": [{"column": c, "label": result.labels.get(c, c), "unit": units[c]} for c in spec.table],
        "compared": None if spec.compared is None else [spec.compared.before, spec.compared.after],
        "noData": NO_DATA,
        "points": [points_document(layer, places) for layer, places in points],
        "shapes": [shapes_document(layer, places) for layer, places in others],
        "pictures": [picture_document(layer) for layer in spec.picture_layers],
        "context": [] if bounds is None else _context(context, bounds, extras),
        "tiles": None if extras.tiles is None else _tiles(extras.tiles),
        "addresses": _addresses(extras, result.areas),
        "background": extras.background,
    }


def _addresses(extras: PageExtras, areas: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return the streets of the city; pages of the same areas share them."""
    if extras.addresses is None:
        return None
    told_by = (str(areas.crs), *areas.geometry.to_wkb())
    if told_by not in extras.gazetteers:
        extras.gazetteers[told_by] = gazetteer(extras.addresses, areas)
    return {**extras.gazetteers[told_by], "rules": matching_rules()}


def _tiles(tiles: Tiles) -> dict[str, Any]:
    credit = f"{tiles.attribution} ({tiles.licence})"
    return {"label": tiles.label, "url": tiles.url, "credit": credit, "mostZoom": tiles.most_zoom}


def _attribution(result: ThemeResult) -> str:
    """Name the first sources: in a corner of the map there is no room for all, which the result itself lists."""
    names = list(dict.fromkeys(source.name for source in result.sources if source.name))
    return list_text(names, _MOST_SOURCES, "; ")


def _bounds(
    areas: geometry.Geometries,
    points: list[geometry.Geometries],
    others: list[geometry.Geometries],
    context: dict[str, gpd.GeoDataFrame],
) -> geometry.Bounds | None:
    boundary = [_context_shapes("boundary", context["boundary"])] if "boundary" in context else []
    for groups in ([areas], boundary, [*points, *others]):
        bounds = geometry.joint_bounds(*groups)
        if bounds is not None:
            return bounds
    return None


def _degree_bounds(bounds: geometry.Bounds) -> list[list[float]]:
    corners = geometry.degrees(shapely.points([bounds[:2], bounds[2:]]))
    return [[round(point.y, 5), round(point.x, 5)] for point in corners]


def _features(result: ThemeResult, shapes: geometry.Geometries) -> dict[str, Any]:
    kinds = shapely.get_type_id(shapes)
    wrong = ~shapely.is_missing(shapes) & ~np.isin(kinds, (3, 6))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"theme {result.theme}: area {result.areas.index[row]} is a {shapes[row].geom_type}, no polygon"
        )
    if len(shapes) > MOST_AREAS:
        return _mass_of_areas(shapes)
    degrees = geometry.degrees(geometry.light_areas(shapes))
    features: list[dict[str, Any]] = []
    for row, shape in enumerate(degrees):
        if shape is not None:
            properties = {"row": row, "area_id": str(result.areas.index[row])}
            features.append({"type": "Feature", "properties": properties, "geometry": geometry.as_geojson(shape)})
    if len(shapes) <= _MOST_LABELS:
        places, radii = geometry.label_places(shapes)
        places = geometry.degrees(places)
        for feature in features:
            row = feature["properties"]["row"]
            if places[row] is not None:
                feature["properties"]["label"] = [round(places[row].y, 5), round(places[row].x, 5), round(radii[row])]
    return {"type": "FeatureCollection", "features": features}


def _mass_of_areas(shapes: geometry.Geometries) -> dict[str, Any]:
    """Return areas as one picture, and a place inside each; ``rows`` are those that have a shape."""
    there = np.flatnonzero(~shapely.is_missing(shapes))
    return {
        "type": "FeatureCollection",
        "features": [],
        "rows": there.tolist(),
        "picture": row_picture(shapes[there]),
        "places": geometry.point_steps(shapely.point_on_surface(shapes[there])),
    }


def _values(values: pd.Series) -> list[Any]:
    """Return a column of the areas as plain values; of a mass of areas eight digits, which print as all digits do."""
    known = [plain(value) for value in values]
    if len(known) <= MOST_AREAS:
        return known
    return [float(f"{value:.8g}") if isinstance(value, float) else value for value in known]


def _area_layer(layer: AreaLayer, result: ThemeResult) -> dict[str, Any]:
    numeric(result.areas[layer.column], f"theme {result.theme}, column {layer.column}")
    return {
        "column": layer.column,
        "label": layer.label,
        "group": layer.group,
        "title": layer_title(layer),
        "unit": layer.scale.unit,
        "limits": list(layer.scale.limits),
        "classes": scale_classes(layer.scale),
        "goals": [{"label": label, "value": goal} for label, goal in layer.scale.goals],
        # A figure that makes no sense for the whole city is absent, which is not the same as unknown.
        **({"city": plain(result.city[layer.column])} if layer.column in result.city else {}),
        "before": layer.before,
        "beside": list(layer.beside),
    }


def _context(context: dict[str, gpd.GeoDataFrame], bounds: geometry.Bounds, extras: PageExtras) -> list[dict[str, Any]]:
    """Draw what orients the eye; pages of the same bounds share it."""
    digest = hashlib.sha256(repr(bounds).encode())
    for kind, frame in context.items():
        digest.update(f"{kind} {len(frame)} {frame.crs}".encode())
        digest.update(b"".join(frame.geometry.to_wkb().fillna(b"")))
    told_by = digest.hexdigest()
    if told_by not in extras.contexts:
        extras.contexts[told_by] = _drawn_context(context, bounds)
    return extras.contexts[told_by]


def _context_shapes(kind: str, frame: gpd.GeoDataFrame) -> geometry.Geometries:
    return geometry.web_shapes(frame, f"context {kind}")


def _drawn_context(context: dict[str, gpd.GeoDataFrame], bounds: geometry.Bounds) -> list[dict[str, Any]]:
    layers = []
    for kind, frame in context.items():
        light = geometry.degrees(geometry.light_context(_context_shapes(kind, frame), bounds))
        surface = shapely.get_dimensions(light) == 2
        layers.append(
            {
                "kind": kind,
                "polygons": geometry.polygon_steps(light[surface]),
                "lines": geometry.line_steps(light[~surface & (shapely.get_dimensions(light) == 1)]),
            }
        )
    return layers


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
        "steps": geometry.point_steps(places[there]),
        "fields": _fields(layer, frame),
        "name": _field_place(layer, layer.name),
        "filter": _field_place(layer, layer.filter),
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
        "name": _field_place(layer, layer.name),
        "lost": int((~there).sum()),
    }


def _outlines(shapes: geometry.Geometries, surface: NDArray[np.bool_]) -> dict[str, Any]:
    degrees = geometry.degrees(geometry.light_areas(shapes))
    return {"parts": geometry.steps_of_each(degrees), "surface": surface.tolist()}


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


def _field_place(layer: PointLayer | ShapeLayer, column: str) -> int | None:
    """Return which of the fields names a feature, or tells what readers choose by; None where none does."""
    if not column:
        return None
    if column not in layer.fields:
        raise DataError(f"layer {layer.label}: {column} is none of its fields")
    return list(layer.fields).index(column)


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
        rounded = np.round(values.to_numpy(dtype=float, na_value=np.nan), _DECIMALS[unit]).tolist()
        whole = _DECIMALS[unit] == 0
        return {"values": [None if not isfinite(v) else int(v) if whole else v for v in rounded]}
    places, different = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=False)
    return {"texts": [plain(text) for text in different], "values": places.tolist()}
