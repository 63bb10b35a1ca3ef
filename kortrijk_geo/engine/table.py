"""Read a streets layer into arrays: which streets a mode may use, in which directions, and the nodes they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely

from kortrijk_geo.engine.convert import StreetTable
from kortrijk_geo.engine.places import refuse_rows
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.rows import Rows
from kortrijk_geo.pack.validation import check_crs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from pyproj import CRS

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
_COLUMNS = ("walk", "cycle_forward", "cycle_backward", "street_id", "kind", "geometry")


def read_streets(streets: gpd.GeoDataFrame, mode: str) -> StreetTable:
    """Return the streets of a layer that ``mode`` ("walk" or "cycle") may use.

    Raises
    ------
    DataError
        When a column is missing or has empty values, a geometry is not a line, or no street is usable.
    CrsError
        When the CRS is missing or not in metres.
    """
    import geopandas as gpd

    if not isinstance(streets, gpd.GeoDataFrame):
        raise DataError(f"streets must be a GeoDataFrame, not a {type(streets).__name__}")
    crs = check_crs(streets.crs, origin="streets")
    shapes = streets.rename_geometry("geometry") if streets.geometry.name != "geometry" else streets
    return streets_of(Rows.of("streets", shapes, _COLUMNS), mode, crs, streets.index)


def streets_of(streets: Rows, mode: str, crs: CRS | str, names: Sequence[object] | None = None) -> StreetTable:
    """Return the streets that ``mode`` may use, of rows of the layer that ``names`` call, or else their number.

    Raises
    ------
    DataError
        As `read_streets`.
    """
    names = range(len(streets)) if names is None else names
    lines = streets["geometry"]
    length_m = _lengths(lines, names)
    if mode == "walk":
        forward = backward = _flag(streets, "walk", names)
    else:
        forward, backward = _flag(streets, "cycle_forward", names), _flag(streets, "cycle_backward", names)
    rows = np.flatnonzero(forward | backward)
    if not len(rows):
        raise DataError(f"streets: none of the {len(streets)} streets may be used by mode {mode!r}")
    lines = lines[rows]
    xy, line = shapely.get_coordinates(lines, return_index=True)
    turn = np.flatnonzero(np.diff(line))
    ends = xy[np.concatenate([[0], turn + 1, turn, [len(xy) - 1]])]
    # A pair of coordinates as one complex number: sorting and comparing both at once.
    nodes, node = np.unique(ends[:, 0] + 1j * ends[:, 1], return_inverse=True)
    tail, head = np.split(node.astype(np.int32), 2)
    return StreetTable(
        crs=crs,
        lines=lines,
        length_m=length_m[rows],
        tail=tail,
        head=head,
        forward=forward[rows],
        backward=backward[rows],
        node_xy=np.column_stack([nodes.real, nodes.imag]),
        row=rows.astype(np.int32),
        label=[names[row] for row in rows.tolist()] if "street_id" not in streets else streets["street_id"][rows],
        kind=streets["kind"][rows] if "kind" in streets else np.full(len(rows), ""),
    )


def _lengths(lines: npt.NDArray[np.object_], names: Sequence[object]) -> Floats:
    """Return the length of each line; raise `DataError` when one is no line with coordinates."""
    refuse_rows(names, shapely.is_missing(lines), "has no geometry", "streets")
    refuse_rows(names, shapely.get_type_id(lines) != shapely.GeometryType.LINESTRING, "is not a line", "streets")
    refuse_rows(names, shapely.is_empty(lines), "has an empty geometry", "streets")
    length_m: Floats = shapely.length(lines)
    # Of a line with such a coordinate the length is no number either; it costs a quarter of looking at all of them.
    doubtful = np.flatnonzero(~np.isfinite(length_m))
    xy, nth = shapely.get_coordinates(lines[doubtful], return_index=True)
    wrong = np.zeros(len(lines), bool)
    wrong[doubtful[nth[~np.isfinite(xy).all(axis=1)]]] = True
    refuse_rows(names, wrong, "has a coordinate that is not a number", "streets")
    return length_m


def _flag(streets: Rows, column: str, names: Sequence[object]) -> Flags:
    if column not in streets:
        raise DataError(f"streets: column {column} is missing (found: {', '.join(streets.arrays)})")
    refuse_rows(names, ~streets.known(column), f"has no value for {column}", "streets")
    flags: Flags = streets[column].astype(bool)
    return flags
