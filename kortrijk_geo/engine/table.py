"""Read a streets layer into arrays: which streets a mode may use, in which directions, and the nodes they share."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine.convert import StreetTable
from kortrijk_geo.engine.places import refuse_rows
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.validation import check_crs

Flags = npt.NDArray[np.bool_]


def read_streets(streets: gpd.GeoDataFrame, mode: str) -> StreetTable:
    """Return the streets that ``mode`` ("walk" or "cycle") may use.

    Raises
    ------
    DataError
        When a column is missing or has empty values, a geometry is not a line, or no street is usable.
    CrsError
        When the CRS is missing or not in metres.
    """
    if not isinstance(streets, gpd.GeoDataFrame):
        raise DataError(f"streets must be a GeoDataFrame, not a {type(streets).__name__}")
    crs = check_crs(streets.crs, origin="streets")
    _check_lines(streets.geometry)
    if mode == "walk":
        forward = backward = _flag(streets, "walk")
    else:
        forward, backward = _flag(streets, "cycle_forward"), _flag(streets, "cycle_backward")
    rows = np.flatnonzero(forward | backward)
    if not len(rows):
        raise DataError(f"streets: none of the {len(streets)} streets may be used by mode {mode!r}")
    lines = np.asarray(streets.geometry.array, dtype=object)[rows]
    xy, line = shapely.get_coordinates(lines, return_index=True)
    turn = np.flatnonzero(np.diff(line))
    ends = xy[np.concatenate([[0], turn + 1, turn, [len(xy) - 1]])]
    # A pair of coordinates as one complex number: sorting and comparing both at once.
    nodes, node = np.unique(ends[:, 0] + 1j * ends[:, 1], return_inverse=True)
    tail, head = np.split(node.astype(np.int32), 2)
    named = "street_id" if "street_id" in streets.columns else None
    return StreetTable(
        crs=crs,
        lines=lines,
        length_m=shapely.length(lines),
        tail=tail,
        head=head,
        forward=forward[rows],
        backward=backward[rows],
        node_xy=np.column_stack([nodes.real, nodes.imag]),
        row=rows.astype(np.int32),
        label=(streets.set_index(named) if named else streets).index[rows],
        kind=streets["kind"].to_numpy(dtype=object)[rows] if "kind" in streets.columns else np.full(len(rows), ""),
    )


def _check_lines(shapes: gpd.GeoSeries) -> None:
    lines = np.asarray(shapes.array, dtype=object)
    refuse_rows(shapes, shapely.is_missing(lines), "has no geometry", "streets")
    refuse_rows(shapes, shapely.get_type_id(lines) != shapely.GeometryType.LINESTRING, "is not a line", "streets")
    refuse_rows(shapes, shapely.is_empty(lines), "has an empty geometry", "streets")
    xy, line = shapely.get_coordinates(lines, return_index=True)
    finite = np.bincount(line[~np.isfinite(xy).all(axis=1)], minlength=len(lines)) == 0
    refuse_rows(shapes, ~finite, "has a coordinate that is not a number", "streets")


def _flag(streets: gpd.GeoDataFrame, column: str) -> Flags:
    if column not in streets.columns:
        raise DataError(f"streets: column {column} is missing (found: {', '.join(map(str, streets.columns))})")
    values = streets[column]
    refuse_rows(streets.geometry, values.isna().to_numpy(dtype=bool), f"has no value for {column}", "streets")
    flags: Flags = values.to_numpy(dtype=bool)
    return flags
