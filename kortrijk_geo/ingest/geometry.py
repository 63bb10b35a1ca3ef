"""Geometry of a layer made fit for the pack: flat, valid, of one kind, in its CRS and extent; all counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError, reading
from kortrijk_geo.ingest.report import named
from kortrijk_geo.ingest.vectors import swap_would_help
from kortrijk_geo.pack.layers import LAYERS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.report import Findings

# An area that shares less than this with the study area only touches it; one that shares more than _WHOLE lies in it.
_SLIVER, _WHOLE = 1e-6, 0.999
_MULTIPOINT, _COLLECTION = 4, 7
# No street runs straight so far: one of its vertices is elsewhere than it should be.
_LONGEST_STRAIGHT_M = 20_000.0
_DIMENSION = {"point": (0,), "line": (1,), "polygon": (2,), "line or polygon": (1, 2), "point or polygon": (0, 2)}


def clean(
    frame: gpd.GeoDataFrame, layer: str, *, name: str, findings: Findings, as_points: bool = False
) -> gpd.GeoDataFrame:
    """Make the geometries what the contract of ``layer`` asks: not null, two-dimensional, valid, of its kind.

    Null and empty geometries are dropped, invalid ones repaired, lines in parts taken apart (their ids get ``-1``,
    ``-2`` ...); each is counted in ``findings``.

    Parameters
    ----------
    as_points
        Replace lines and polygons by a point on them, for a layer of points.

    Raises
    ------
    DataError
        When no geometry is left, or one is of another kind than the layer's.
    """
    shape = LAYERS[layer].shape
    empty = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    if empty.any():
        rows = named(frame.index[empty])
        findings.add(
            "warning", layer, f"{name}: {empty.sum():,} rows without geometry dropped (row {rows})", int(empty.sum())
        )
        frame = frame[~empty]
    if frame.empty:
        raise DataError(f"{name}: no row has a geometry")
    frame = frame.set_geometry(
        gpd.GeoSeries(shapely.force_2d(frame.geometry.to_numpy()), index=frame.index, crs=frame.crs)
    )
    frame = _of_kind(frame, layer, name, findings)
    frame = _repair(frame, layer, name, findings)
    if shape == "point":
        frame = _to_points(frame, name, as_points=as_points)
    if shape == "line":
        frame = _take_apart(frame, layer, name, findings)
    wrong = ~np.isin(shapely.get_dimensions(frame.geometry.to_numpy()), _DIMENSION[shape])
    if wrong.any():
        kind = frame.geometry[wrong].iloc[0].geom_type
        raise DataError(
            f"{name}: row {frame.index[wrong][0]} is a {kind}, layer {layer} needs a {shape} ({wrong.sum():,} such)"
        )
    return frame


def _of_kind(frame: gpd.GeoDataFrame, layer: str, name: str, findings: Findings) -> gpd.GeoDataFrame:
    """Of a GeometryCollection, such as clipping leaves, keep the part of the layer's kind, counted."""
    shapes = frame.geometry.to_numpy()
    mixed = shapely.get_type_id(shapes) == _COLLECTION
    if not mixed.any():
        return frame
    taken = shapes.copy()
    for place in np.flatnonzero(mixed):
        parts = _parts(shapes[place])
        dimensions = shapely.get_dimensions(parts)
        fitting = [dimension for dimension in _DIMENSION[LAYERS[layer].shape] if (dimensions == dimension).any()]
        if fitting:
            taken[place] = _joined(parts[dimensions == max(fitting)])
    kept = mixed & (shapely.get_type_id(taken) != _COLLECTION)
    if kept.any():
        message = f"{name}: {kept.sum():,} geometry collections, of which the {LAYERS[layer].shape} was kept"
        findings.add("info", layer, f"{message} (row {named(frame.index[kept])})", int(kept.sum()))
    return frame.set_geometry(gpd.GeoSeries(taken, index=frame.index, crs=frame.crs))


def _parts(shape: BaseGeometry) -> np.ndarray:
    """Return all points, lines and polygons of a shape, also of collections in collections."""
    parts = np.array([shape])
    while (shapely.get_type_id(parts) >= _MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    return parts


def _joined(parts: np.ndarray) -> BaseGeometry:
    if len(parts) == 1:
        whole: BaseGeometry = parts[0]
        return whole
    make: tuple[Any, ...] = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    several: BaseGeometry = make[int(shapely.get_dimensions(parts[0]))](parts)
    return several


def _repair(frame: gpd.GeoDataFrame, layer: str, name: str, findings: Findings) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy().copy()
    points, rows = shapely.get_coordinates(shapes, return_index=True)
    # A coordinate that is no number cannot be repaired.
    shapes[np.unique(rows[~np.isfinite(points).all(axis=1)])] = shapely.Polygon()
    invalid = ~shapely.is_valid(shapes) | shapely.is_empty(shapes)
    if not invalid.any():
        return frame
    before = shapely.get_dimensions(shapes)
    mended = shapes.copy()
    mended[invalid] = [
        _parts_of(shapely.make_valid(one), int(dimension))
        for one, dimension in zip(shapes[invalid], before[invalid], strict=True)
    ]
    hopeless = invalid & shapely.is_empty(mended)
    kept = int(invalid.sum() - hopeless.sum())
    if kept:
        findings.add(
            "warning",
            layer,
            f"{name}: {kept:,} invalid geometries repaired (row {named(frame.index[invalid & ~hopeless])})",
            kept,
        )
    if hopeless.any():
        count = int(hopeless.sum())
        findings.add(
            "warning",
            layer,
            f"{name}: {count:,} geometries beyond repair dropped (row {named(frame.index[hopeless])})",
            count,
        )
    frame = frame.set_geometry(gpd.GeoSeries(mended, index=frame.index, crs=frame.crs))
    if hopeless.all():
        raise DataError(f"{name}: no geometry is valid")
    return frame[~hopeless]


def _parts_of(shape: BaseGeometry, dimension: int) -> BaseGeometry:
    """Keep what has the dimension; make_valid may add lines and points that a broken ring collapsed to."""
    parts = _parts(shape)
    kept = parts[shapely.get_dimensions(parts) == dimension]
    return shapely.union_all(kept) if len(kept) else shapely.Polygon()


def _to_points(frame: gpd.GeoDataFrame, name: str, *, as_points: bool) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    single = (kinds == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes = shapes.copy()
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    other = ~single & (kinds != 0)
    if other.any() and not as_points:
        raise DataError(
            f"{name}: row {frame.index[other][0]} is a {shapes[other][0].geom_type}, not a point ({other.sum():,});"
            " say as_points = true to take a point on each"
        )
    shapes[other] = shapely.point_on_surface(shapes[other])
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _take_apart(frame: gpd.GeoDataFrame, layer: str, name: str, findings: Findings) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    multi = shapely.get_type_id(shapes) == 5
    if not multi.any():
        return frame
    merged = shapes.copy()
    # Directed: a street may be one-way, so a part is never turned round.
    merged[multi] = shapely.line_merge(shapes[multi], directed=True)
    count = shapely.get_num_geometries(merged)
    parts = frame.set_geometry(gpd.GeoSeries(merged, index=frame.index, crs=frame.crs)).explode(index_parts=False)
    key = LAYERS[layer].key
    if key in parts.columns:
        number = parts.groupby(level=0).cumcount() + 1
        apart = parts.index.isin(frame.index[count > 1])
        parts[key] = parts[key].where(~apart, parts[key].astype(str) + "-" + number.astype(str))
    if (count > 1).any():
        findings.add(
            "info", layer, f"{name}: {int((count > 1).sum()):,} lines in parts were taken apart", int((count > 1).sum())
        )
    return parts


def to_pack(
    frame: gpd.GeoDataFrame, crs: str, extent: BaseGeometry | None, layer: str, *, name: str, findings: Findings,
    may_be_empty: bool = False,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Put the layer in the pack's CRS and keep the features that touch the extent, whole; the others are counted.

    A feature outside that would lie inside with its x and y exchanged is named: it is probably swapped in the file.

    Raises
    ------
    DataError
        When nothing touches the extent, unless it ``may_be_empty``: one sheet of a map that has several.
    """
    with reading(name, "its coordinates cannot be put in the CRS of the pack", "is its CRS right?"):
        moved = frame.to_crs(crs)
    inside = (
        np.ones(len(moved), dtype=bool) if extent is None else shapely.intersects(moved.geometry.to_numpy(), extent)
    )
    if extent is not None and not inside.all():
        if not (may_be_empty or inside.any()):
            raise _nothing_inside(frame, extent, crs, name=name)
        _report_outside(frame, inside, extent, crs, layer, name=name, findings=findings)
    near = moved[inside]
    return _without_leaps(near, name=name, findings=findings) if layer == "streets" else near


def _nothing_inside(frame: gpd.GeoDataFrame, extent: BaseGeometry, crs: str, *, name: str) -> DataError:
    swapped = swap_would_help(frame, extent, crs).all()
    hint = "; their x and y seem to be exchanged" if swapped else "; is the study area right, and the CRS?"
    return DataError(f"{name}: none of its {len(frame):,} features lies in the study area or its buffer{hint}")


def _report_outside(
    frame: gpd.GeoDataFrame, inside: np.ndarray, extent: BaseGeometry, crs: str, layer: str, *, name: str,
    findings: Findings,
) -> None:  # fmt: skip
    """Report the features that are left out for where they lie."""
    lost = frame[~inside]
    swapped = swap_would_help(lost, extent, crs)
    if swapped.any():
        rows, count = named(lost.index[swapped]), int(swapped.sum())
        findings.add(
            "warning",
            layer,
            f"{name}: {count:,} features outside the study area and its buffer dropped that would lie inside with x and"
            f" y exchanged (row {rows}); mend them in the file",
            count,
        )
    rest = int((~inside).sum() - swapped.sum())
    if rest:
        findings.add("info", layer, f"{name}: {rest:,} features outside the study area and its buffer left out", rest)


def _without_leaps(frame: gpd.GeoDataFrame, *, name: str, findings: Findings) -> gpd.GeoDataFrame:
    """Drop the streets with a vertex so far from the one before that it cannot be their own."""
    points, rows = shapely.get_coordinates(frame.geometry.to_numpy(), return_index=True)
    straight = np.hypot(*np.diff(points, axis=0).T)
    leaps = ~(straight <= _LONGEST_STRAIGHT_M) & (rows[1:] == rows[:-1])
    wrong = np.zeros(len(frame), dtype=bool)
    wrong[rows[1:][leaps]] = True
    if not wrong.any():
        return frame
    count, where = int(wrong.sum()), named(frame.index[wrong])
    if wrong.all():
        raise DataError(
            f"{name}: all of its {count:,} streets run straight for more than {_LONGEST_STRAIGHT_M / 1000:g} km;"
            " is its CRS right?"
        )
    findings.add(
        "warning", "streets", f"{name}: {count:,} streets dropped, they run straight for more than"
        f" {_LONGEST_STRAIGHT_M / 1000:g} km (row {where}); a vertex of theirs is elsewhere, mend it in the file",
        count,
    )  # fmt: skip
    return frame[~wrong]


def inside_only(
    frame: gpd.GeoDataFrame, boundary: BaseGeometry, layer: str, *, clip: bool, name: str, findings: Findings
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Keep the areas that lie in the study area for at least half; with ``clip`` keep all that touch it, cut off.

    Returns
    -------
    tuple
        The areas, and which of them were cut: counts of the whole area do not hold for what is left of it.

    Raises
    ------
    DataError
        When no area is left.
    """
    shapes = frame.geometry.to_numpy()
    shared = shapely.intersection(shapes, boundary)
    share = shapely.area(shared) / shapely.area(shapes)
    kept = share > _SLIVER if clip else share >= 0.5
    if not kept.any():
        raise DataError(f"{name}: no area lies in the study area")
    if not kept.all():
        count = int((~kept).sum())
        findings.add("info", layer, f"{name}: {count:,} areas outside the boundary left out", count)
    partly = share[kept] < _WHOLE
    frame = frame[kept]
    if partly.any():
        count, rows = int(partly.sum()), named(frame.index[partly])
        done = "were cut off at" if clip else "reach beyond"
        findings.add(
            "info" if clip else "warning", layer, f"{name}: {count:,} areas {done} the boundary (row {rows})", count
        )
    if clip:
        polygons = [_parts_of(one, 2) for one in shared[kept]]
        frame = frame.set_geometry(gpd.GeoSeries(polygons, index=frame.index, crs=frame.crs))
    return frame, pd.Series(partly & clip, index=frame.index)


def concatenate(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put the parts of a layer under each other, rows numbered anew."""
    if len(frames) == 1:
        return frames[0].reset_index(drop=True)
    return pd.concat(frames, ignore_index=True)
