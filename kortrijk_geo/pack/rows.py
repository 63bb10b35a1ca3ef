"""Some columns of a layer as arrays: what one question in a fresh process needs, without importing pandas for it.

They are read from the GeoPackage as SQLite has them. A pack that is proven to be as it was built was checked whole
then; any other is read and checked by `kortrijk_geo.pack.proof.read_layer`.
"""

from __future__ import annotations

import sqlite3
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.gdal_files import opened_geopackage
from kortrijk_geo.pack.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

_NUMBERS = frozenset({"count", "number", "money"})
# What stands before the geometry itself, by the kind of box that is kept with it (OGC GeoPackage 1.3, 2.1.3).
_HEAD_BYTES, _BOX_BYTES = 8, (0, 32, 48, 48, 64)


@dataclass(frozen=True)
class Rows:
    """Columns by name, each an array: numbers with NaN, text, flags and geometries with None where unknown."""

    arrays: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values()), ()))

    def __contains__(self, name: object) -> bool:
        return name in self.arrays

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    def known(self, name: str) -> NDArray[np.bool_]:
        """Whether each value of a column of texts, flags or geometries is known."""
        return np.array([value is not None for value in self[name]], dtype=bool)

    def take(self, rows: NDArray[Any]) -> Rows:
        """Return these rows: an array of positions, or a mask."""
        return Rows({name: values[rows] for name, values in self.arrays.items()})

    @classmethod
    def of(cls, layer: str, frame: pd.DataFrame, columns: Iterable[str]) -> Rows:
        """Take those of the columns that the frame of a layer has."""
        return cls({name: _of_series(layer, name, frame[name]) for name in columns if name in frame.columns})


def read_rows(path: Path, layer: str, columns: Iterable[str]) -> Rows:
    """Read those of the columns that a layer of a GeoPackage has, ``geometry`` among them where it is named.

    Raises
    ------
    DataError
        When the file cannot be read.
    """
    try:
        with opened_geopackage(path, layer=layer) as base:
            there = {str(name) for _, name, *_ in base.execute(f"PRAGMA table_info({_quoted(layer)})")}
            shape = base.execute(
                "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", [layer]
            ).fetchone()
            names = {name: shape[0] if name == "geometry" and shape else name for name in columns}
            names = {name: stored for name, stored in names.items() if stored in there}
            wanted = ", ".join(map(_quoted, names.values()))
            rows = base.execute(f"SELECT {wanted} FROM {_quoted(layer)} ORDER BY rowid").fetchall()  # noqa: S608
            return Rows(
                {name: _of_sqlite(layer, name, [row[place] for row in rows]) for place, name in enumerate(names)}
            )
    except DataError:
        raise
    except (sqlite3.Error, struct.error, LookupError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise DataError(f"{path}, layer {layer}: cannot be read ({error}); build the pack again") from error


def by_area(areas: NDArray[np.object_], values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the values of each area, in their order."""
    places = {area_id: place for place, area_id in enumerate(dict.fromkeys(areas.tolist()))}
    place = np.fromiter(map(places.__getitem__, areas.tolist()), np.int64, len(areas))
    ends = np.cumsum(np.bincount(place, minlength=len(places)))
    in_order = values[np.argsort(place, kind="stable")]
    return dict(zip(places, np.split(in_order, ends[:-1]), strict=True)) if places else {}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _kind(layer: str, name: str) -> str:
    if name == "geometry":
        return name
    column = LAYERS[layer].columns.get(name)
    return "text" if column is None else "number" if column.kind in _NUMBERS else column.kind


def _of_sqlite(layer: str, name: str, values: list[Any]) -> NDArray[Any]:
    kind = _kind(layer, name)
    if kind == "number":
        return np.array([np.nan if value is None else value for value in values], dtype="float64")
    if kind == "geometry":
        return np.asarray(shapely.from_wkb(_objects([None if value is None else _wkb(value) for value in values])))
    make = bool if kind == "flag" else str
    return _objects([None if value is None else make(value) for value in values])


def _wkb(blob: bytes) -> bytes:
    if blob[:2] != b"GP":
        raise ValueError("a geometry is not as a GeoPackage keeps it")
    return blob[_HEAD_BYTES + _BOX_BYTES[blob[3] >> 1 & 7] :]


def _of_series(layer: str, name: str, values: pd.Series) -> NDArray[Any]:
    kind = _kind(layer, name)
    if kind == "geometry":
        return np.asarray(values, dtype=object)
    if kind == "number":
        return values.to_numpy(dtype="float64", na_value=np.nan)
    objects = values.to_numpy(dtype=object, copy=True)
    objects[values.isna()] = None
    return objects


def _objects(values: list[Any]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
