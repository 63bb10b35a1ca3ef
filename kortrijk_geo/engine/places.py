"""Places on a street graph: points snapped to the nearest point on a street, and the check of such points."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.errors import CrsError, DataError, OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from pyproj import CRS

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
# Which streets points are snapped to: those of the largest part of the network where it has any near, or all.
SnapTo = Literal["largest", "any"]


@dataclass(frozen=True)
class Places:
    """Points on a street graph, in the order of the points given; made by `StreetGraph.place`.

    Parameters
    ----------
    graph_key
        Which graph they lie on.
    street
        Row of the street in the streets layer; -1 when none lies within the snap limit.
    edge
        Edge of the graph; -1 when farther.
    offset_m
        Cost from the tail of the edge to the place; NaN when farther.
    snap_m
        Straight distance from the point to the street, charged to every trip; NaN when farther.
    x, y
        Coordinates of the point itself.
    snapped_x, snapped_y
        Coordinates of the place on the street; NaN when farther.
    moved
        Whether the nearest street of all lies off the largest part of the network, so that a farther one was taken.
    off_largest
        Whether it stays on a street off the largest part.
    """

    graph_key: str
    street: Ints
    edge: Ints
    offset_m: Floats
    snap_m: Floats
    x: Floats
    y: Floats
    snapped_x: Floats
    snapped_y: Floats
    moved: Flags
    off_largest: Flags

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def placed(self) -> Flags:
        """Whether each point lies within the snap limit of a street."""
        return self.edge >= 0

    def __getitem__(self, rows: slice | npt.NDArray[Any]) -> Places:
        """Return the places of these rows: a slice, a mask, or an array of positions."""
        arrays = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "graph_key"}
        return Places(graph_key=self.graph_key, **arrays)

    def with_more(self, others: Places) -> Places:
        """Return these places and then ``others``, which lie on the same graph."""
        if others.graph_key != self.graph_key:
            raise OptionError("these places were snapped to different street graphs")
        arrays = {
            f.name: np.concatenate([getattr(self, f.name), getattr(others, f.name)])
            for f in fields(self)
            if f.name != "graph_key"
        }
        return Places(graph_key=self.graph_key, **arrays)

    def one(self, i: int, name: str) -> Places:
        """Return row ``i`` of these places, which messages call ``name``; raise `OptionError` when there is none."""
        if not -len(self) <= i < len(self):
            raise OptionError(f"{name} has {len(self)} rows, there is no row {i}")
        return self[np.array([i])]

    def check_numbers(self, place: Ints | None) -> Ints | None:
        """Return ``place`` when there is a number from 0 for each; raise `OptionError` otherwise."""
        if place is not None and (len(place) != len(self) or (np.asarray(place) < 0).any()):
            raise OptionError(f"place must have a number from 0 for each of the {len(self)} facilities")
        return place


def check_points(points: gpd.GeoDataFrame | gpd.GeoSeries, crs: CRS) -> Floats:
    """Return the coordinates (n, 2) of ``points``, which must be points in ``crs``.

    Raises
    ------
    CrsError
        When the points have no CRS or another one than the streets.
    DataError
        When a geometry is null, empty, not a point, or has no finite coordinates; the message names the row.
    """
    import geopandas as gpd

    if not isinstance(points, (gpd.GeoDataFrame, gpd.GeoSeries)):
        raise DataError(f"points must be a GeoDataFrame or a GeoSeries, not a {type(points).__name__}")
    shapes = points.geometry
    if shapes.crs is None:
        raise CrsError(f"points: have no coordinate reference system, the streets are in {crs.to_string()}")
    if shapes.crs != crs:
        raise CrsError(
            f"points: are in {shapes.crs.to_string()}, the streets in {crs.to_string()}; use to_crs on the points"
        )
    return coordinates_of(np.asarray(shapes.array, dtype=object), shapes.index)


def coordinates_of(points: npt.NDArray[np.object_], names: Sequence[object] | None = None) -> Floats:
    """Return the coordinates (n, 2) of ``points``; by ``names`` messages call them, and else by number.

    Raises
    ------
    DataError
        When one is null, empty, not a point, or has no finite coordinates.
    """
    names = range(len(points)) if names is None else names
    is_point = np.asarray(shapely.get_type_id(points)) == shapely.GeometryType.POINT
    refuse_rows(names, np.asarray(shapely.is_missing(points)), "has no geometry", "points")
    refuse_rows(names, ~is_point, "is not a point", "points")
    refuse_rows(names, np.asarray(shapely.is_empty(points)), "has an empty geometry", "points")
    coordinates = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    finite = np.asarray(np.isfinite(coordinates).all(axis=1))
    refuse_rows(names, ~finite, "has a coordinate that is not a number", "points")
    return coordinates


def refuse_rows(names: Sequence[object], bad: Flags, wrong: str, what: str) -> None:
    """Raise `DataError` when any row is ``bad``, with the name of the first such row."""
    if bad.any():
        raise DataError(f"{what}: row {names[int(np.argmax(bad))]} {wrong} ({int(bad.sum())} such rows)")


def check_snap_to(value: str) -> SnapTo:
    """Return ``value`` when it says what points snap to; raise `OptionError` otherwise."""
    if value not in get_args(SnapTo):
        raise OptionError.of_choice("snap_to", value, get_args(SnapTo))
    return cast("SnapTo", value)


def check_limit(value: float, name: str) -> float:
    """Return ``value`` when it is a number above 0 (infinity is one); raise `OptionError` otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)) or math.isnan(value):
        raise OptionError(f"{name} is {value!r}, must be a number of metres above 0")
    if value <= 0:
        raise OptionError(f"{name} is {value}, must be above 0 m")
    return float(value)
