"""Coordinates of OSM ways: projecting them, gathering them, cutting ways at the nodes that are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.ingest.osm_file import OsmFile


def project(lonlat: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    """Project degrees (n, 2) to metres; what has no place in the CRS, or none at all, is NaN.

    Every point is projected on its own, so that equal degrees give exactly equal metres.
    """
    from pyproj import Transformer

    transformer = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    known = np.isfinite(lonlat[:, 0])
    metres = np.full(lonlat.shape, np.nan)
    metres[known] = np.column_stack(transformer.transform(lonlat[known, 0], lonlat[known, 1]))
    metres[~np.isfinite(metres).all(axis=1)] = np.nan
    if known.any() and np.isnan(metres[known]).all():
        raise DataError(f"none of the coordinates of the extract have a place in {crs}; choose the CRS of its region")
    return metres


def known_runs(file: OsmFile, xy: NDArray[np.float64], rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Cut ways at the nodes that are missing, and drop a node that stands twice in a row.

    Returns
    -------
    vertex, run, row
        For every vertex kept: its position in the file's references, the number of its run (0, 1, ... without gaps in
        the numbers; a run has at least two vertices), and the row of its way. Vertices of a run stand together.
    """
    vertex, sizes = vertices(file, rows)
    way = np.repeat(rows, sizes)
    known = np.isfinite(xy[vertex, 0])
    new_way = np.concatenate([[True], way[1:] != way[:-1]]) if len(way) else np.empty(0, dtype=bool)
    after_gap = np.concatenate([[False], ~known[:-1]]) if len(way) else np.empty(0, dtype=bool)
    run = np.cumsum(new_way | after_gap) - 1
    vertex, run, way = vertex[known], run[known], way[known]
    if len(vertex):
        again = np.concatenate([[False], (run[1:] == run[:-1]) & (file.refs[vertex[1:]] == file.refs[vertex[:-1]])])
        vertex, run, way = vertex[~again], run[~again], way[~again]
    long_enough = np.bincount(run, minlength=1)[run] >= 2
    vertex, run, way = vertex[long_enough], run[long_enough], way[long_enough]
    return vertex, np.unique(run, return_inverse=True)[1].astype(np.int64), way


def lines(
    file: OsmFile, xy: NDArray[np.float64], rows: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the known stretches of ways as LineStrings, and the row of the way of each; no length, no line."""
    vertex, run, way = known_runs(file, xy, rows)
    if not len(vertex):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    shapes = np.asarray(shapely.linestrings(xy[vertex], indices=run), dtype=object)
    owner = way[np.unique(run, return_index=True)[1]]
    has_length = shapely.length(shapes) > 0
    return shapes[has_length], owner[has_length]


def vertices(file: OsmFile, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in the file's references of the ways' nodes, way after way, and how many each way has."""
    sizes = np.diff(file.way_start)[rows]
    return np.repeat(file.way_start[:-1][rows] - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum()), sizes


def distinct(*columns: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the distinct rows, in the order of the columns' values, and how often each stands."""
    order = np.lexsort(columns[::-1])
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    return order[new], np.diff(np.append(np.flatnonzero(new), len(order)))
