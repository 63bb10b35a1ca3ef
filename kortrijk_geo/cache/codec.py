"""Results as bytes and back, exactly: values of ours, tables, arrays, geometries and pictures; never code.

A document is a line of JSON and, behind it, the arrays that it names, as they are in memory. What JSON itself has
stands there as it is; all else is an object with its ``kind``. A class is named, and only dataclasses and models of
rules that this package defines are made again, field by field, without running anything of theirs.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from itertools import accumulate, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryArray
from pydantic import BaseModel

from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OURS = "kortrijk_geo."
_PLAIN = (type(None), bool, int, float, str)
_RAW = "biufcmMSU"  # kinds of numpy dtypes that are their bytes
_MASKED = {"i": pd.arrays.IntegerArray, "u": pd.arrays.IntegerArray, "f": pd.arrays.FloatingArray,
           "b": pd.arrays.BooleanArray}  # fmt: skip
_WRITTEN: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "datetime": (dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    "date": (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    "decimal": (Decimal, str, Decimal),
    "Detail": (Detail, str, Detail),
}
_SEQUENCES: dict[str, Callable[[Any], Any]] = {"tuple": tuple, "set": set, "frozenset": frozenset}
# What bytes that are none of ours make of json, numpy, pandas and shapely.
_DAMAGE = (
    ArithmeticError, AttributeError, ImportError, LookupError, TypeError, ValueError, shapely.errors.ShapelyError,
)  # fmt: skip
_LINEAR_RING = 2  # which well-known binary does not tell from a line


class NotKeptError(TypeError):
    """A value that cannot be written so that it comes back the same."""


class DamagedError(ValueError):
    """Bytes that are no document of ours."""


def to_bytes(value: Any) -> bytes:
    """Write a value; `NotKeptError` when some part of it would not come back the same."""
    writer = _Writer()
    tree = writer.node(value)
    sizes = [len(part) for part in writer.parts]
    head = json.dumps({"parts": sizes, "tree": tree}, separators=(",", ":")).encode()
    return b"".join([head, b"\n", *writer.parts])


def from_bytes(document: bytes) -> Any:
    """Read what `to_bytes` wrote; `DamagedError` when it is not that."""
    try:
        end = document.index(b"\n")
        head = json.loads(document[:end])
        ends = list(accumulate(head["parts"], initial=end + 1))
        return _Reader([document[one:other] for one, other in pairwise(ends)]).value(head["tree"])
    except _DAMAGE as error:
        raise DamagedError(f"is no document of results ({error})") from error


class _Writer:
    """Turns values into nodes of JSON, and puts the bytes that these name aside."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def node(self, value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is list:
            return [self.node(item) for item in value]
        for describe in (self._of_python, self._of_tables, self._of_classes):
            if described := dict(describe(value)):
                return described
        raise NotKeptError(f"{kind.__module__}.{kind.__qualname__} cannot be kept")

    def _of_python(self, value: Any) -> Iterator[tuple[str, Any]]:
        name = type(value).__name__
        match value:
            case tuple() | set() | frozenset() if name in _SEQUENCES:
                items = [self.node(item) for item in value]
                yield "kind", name
                yield "items", items if isinstance(value, tuple) else sorted(items, key=json.dumps)
            case dict() | MappingProxyType() if name in {"dict", "mappingproxy"}:
                yield "kind", name
                yield "items", [[self.node(key), self.node(item)] for key, item in value.items()]
            case bytes():
                yield "kind", "bytes"
                yield "part", self._aside(value)
            case Path():
                yield "kind", "Path"
                yield "text", str(value)
            case dt.date() | Decimal() | Detail() if name in _WRITTEN:
                yield "kind", name
                yield "text", _WRITTEN[name][1](value)

    def _of_tables(self, value: Any) -> Iterator[tuple[str, Any]]:
        match value:
            case np.generic() if value.dtype.kind in _RAW:
                yield "kind", "scalar"
                yield "dtype", value.dtype.str
                yield "part", self._aside(value.tobytes())
            case np.ndarray() | pd.api.extensions.ExtensionArray():
                yield from self._array(value)
            case pd.Index():
                yield from self._index(value)
            case pd.Series() if not value.attrs:
                yield "kind", "GeoSeries" if isinstance(value, gpd.GeoSeries) else "Series"
                yield "name", self.node(value.name)
                yield "index", self.node(value.index)
                yield "values", self.node(value.array)
            case pd.DataFrame() if not value.attrs:
                yield from self._frame(value)

    def _of_classes(self, value: Any) -> Iterator[tuple[str, Any]]:
        match value:
            case shapely.Geometry():
                yield "kind", "geometry"
                yield "wkb", self._wkb(np.array([value], dtype=object))
            case Enum():
                yield "kind", "enum"
                yield from self._class_and(value.name, value)
            case BaseModel():
                state = value.__getstate__()
                values = {key: item for key, item in state["__dict__"].items() if key in type(value).model_fields}
                yield "kind", "model"
                yield from self._class_and(self.node({**state, "__dict__": values}), value)
            case _ if is_dataclass(value) and not isinstance(value, type):
                yield "kind", "dataclass"
                items = {one.name: getattr(value, one.name) for one in fields(value)}
                yield from self._class_and(self.node(items), value)

    def _class_and(self, content: Any, value: Any) -> Iterator[tuple[str, Any]]:
        name = f"{type(value).__module__}:{type(value).__qualname__}"
        if _class(name) is not type(value):
            raise NotKeptError(f"{name} is no class of this package")
        yield "class", name
        yield "content", content

    def _aside(self, content: bytes) -> int:
        self.parts.append(content)
        return len(self.parts) - 1

    def _array(self, values: Any) -> Iterator[tuple[str, Any]]:
        dtype = values.dtype
        if isinstance(values, pd.arrays.NumpyExtensionArray) and not isinstance(dtype, pd.StringDtype):
            values, dtype = values.to_numpy(), values.to_numpy().dtype
        if isinstance(values, GeometryArray):
            yield "kind", "geometries"
            yield "crs", None if values.crs is None else values.crs.srs
            yield "wkb", self._wkb(np.asarray(values))
        elif isinstance(dtype, pd.StringDtype):
            yield "kind", "strings"
            yield "storage", dtype.storage
            yield "na", "NA" if dtype.na_value is pd.NA else "nan"
            yield "items", values.to_numpy(dtype=object, na_value=None).tolist()
        elif isinstance(dtype, pd.CategoricalDtype):
            yield "kind", "categories"
            yield "ordered", bool(dtype.ordered)
            yield "categories", self.node(dtype.categories)
            yield "codes", self.node(np.asarray(values.codes))
        elif hasattr(dtype, "numpy_dtype") and dtype.kind in _MASKED:
            yield "kind", "masked"
            yield "values", self.node(values.to_numpy(dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0)))
            yield "mask", self.node(np.asarray(values.isna()))
        elif isinstance(dtype, np.dtype) and dtype.hasobject:
            yield "kind", "objects"
            yield "shape", list(values.shape)
            yield "items", [self.node(item) if item is not pd.NA else {"kind": "NA"} for item in values.flat]
        elif isinstance(dtype, np.dtype) and dtype.kind in _RAW:
            values = np.asarray(values)
            yield "kind", "array"
            yield "dtype", dtype.str
            yield "shape", list(values.shape)
            yield "part", self._aside(np.ascontiguousarray(values).tobytes())
        else:
            raise NotKeptError(f"an array of {dtype} cannot be kept")

    def _index(self, index: pd.Index) -> Iterator[tuple[str, Any]]:
        if isinstance(index, pd.RangeIndex):
            yield "kind", "range"
            yield "range", [index.start, index.stop, index.step]
        elif type(index) in (pd.Index, pd.CategoricalIndex):
            yield "kind", "index"
            yield "values", self.node(index.array)
        else:
            raise NotKeptError(f"an index of the kind {type(index).__name__} cannot be kept")
        yield "name", self.node(index.name)

    def _frame(self, frame: pd.DataFrame) -> Iterator[tuple[str, Any]]:
        spatial = isinstance(frame, gpd.GeoDataFrame)
        yield "kind", "GeoDataFrame" if spatial else "DataFrame"
        yield "geometry", self.node(frame.active_geometry_name) if spatial else None
        yield "index", self.node(frame.index)
        yield "columns", self.node(frame.columns)
        yield "values", [self.node(frame.iloc[:, place].array) for place in range(frame.shape[1])]

    def _wkb(self, geometries: np.ndarray[Any, Any]) -> list[int]:
        if (shapely.get_type_id(geometries) == _LINEAR_RING).any():
            raise NotKeptError("a ring that is no polygon cannot be kept")
        texts = shapely.to_wkb(geometries)
        lengths = np.array([-1 if text is None else len(text) for text in texts], dtype="<i8")
        return [self._aside(lengths.tobytes()), self._aside(b"".join(text for text in texts if text is not None))]


class _Reader:
    """Turns nodes back into values."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts

    def value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.value(item) for item in node]
        if not isinstance(node, dict):
            return node
        kind = node["kind"]
        if kind in _SEQUENCES:
            return _SEQUENCES[kind](self.value(item) for item in node["items"])
        if kind in _WRITTEN:
            return _WRITTEN[kind][2](node["text"])
        return getattr(self, f"_{kind}")(node)

    def _dict(self, node: Any) -> dict[Any, Any]:
        return {self.value(key): self.value(item) for key, item in node["items"]}

    def _mappingproxy(self, node: Any) -> MappingProxyType[Any, Any]:
        return MappingProxyType(self._dict(node))

    def _bytes(self, node: Any) -> Any:
        return self.parts[node["part"]]

    def _Path(self, node: Any) -> Path:  # noqa: N802 - the kind is the name of the class
        return Path(node["text"])

    def _enum(self, node: Any) -> Any:
        return _class(node["class"], Enum)[node["content"]]

    def _model(self, node: Any) -> Any:
        cls = _class(node["class"], BaseModel)
        model = cls.__new__(cls)
        model.__setstate__(self.value(node["content"]))
        return model

    def _dataclass(self, node: Any) -> Any:
        cls = _class(node["class"])
        made = object.__new__(cls)
        content = self.value(node["content"])
        if not is_dataclass(cls) or set(content) != {one.name for one in fields(cls)}:
            raise ValueError(f"{node['class']} has other fields")
        for name, item in content.items():
            object.__setattr__(made, name, item)
        return made

    def _NA(self, _: Any) -> Any:  # noqa: N802
        return pd.NA

    def _scalar(self, node: Any) -> Any:
        return np.frombuffer(self.parts[node["part"]], np.dtype(node["dtype"]))[0]

    def _array(self, node: Any) -> Any:
        raw = np.frombuffer(self.parts[node["part"]], np.dtype(node["dtype"]))
        return raw.reshape(node["shape"]).copy()

    def _objects(self, node: Any) -> Any:
        values = np.empty(len(node["items"]), dtype=object)
        values[:] = [self.value(item) for item in node["items"]] if len(values) else []
        return values.reshape(node["shape"])

    def _strings(self, node: Any) -> Any:
        dtype = pd.StringDtype(node["storage"], na_value=pd.NA if node["na"] == "NA" else np.nan)
        return pd.array(node["items"], dtype=dtype)

    def _categories(self, node: Any) -> Any:
        categories = self.value(node["categories"])
        return pd.Categorical.from_codes(self.value(node["codes"]), categories, ordered=node["ordered"])

    def _masked(self, node: Any) -> Any:
        values = self.value(node["values"])
        return _MASKED[values.dtype.kind](values, self.value(node["mask"]))

    def _geometries(self, node: Any) -> Any:
        return GeometryArray(self._shapes(node["wkb"]), crs=node["crs"])

    def _geometry(self, node: Any) -> Any:
        return self._shapes(node["wkb"])[0]

    def _shapes(self, wkb: list[int]) -> Any:
        lengths = np.frombuffer(self.parts[wkb[0]], "<i8")
        content = self.parts[wkb[1]]
        ends = np.cumsum(np.maximum(lengths, 0))
        if len(content) != (ends[-1] if len(ends) else 0):
            raise ValueError("geometries are cut off")
        texts = np.empty(len(lengths), dtype=object)
        spans = zip(lengths.tolist(), ends.tolist(), strict=True)
        texts[:] = [None if length < 0 else content[end - length : end] for length, end in spans]
        return shapely.from_wkb(texts)

    def _range(self, node: Any) -> pd.Index:
        start, stop, step = node["range"]
        return pd.RangeIndex(start, stop, step, name=self.value(node["name"]))

    def _index(self, node: Any) -> Any:
        values = self.value(node["values"])
        return pd.Index(values, dtype=values.dtype, name=self.value(node["name"]))

    def _Series(self, node: Any) -> Any:  # noqa: N802
        values = self.value(node["values"])
        return pd.Series(values, self.value(node["index"]), dtype=values.dtype, name=self.value(node["name"]))

    def _GeoSeries(self, node: Any) -> Any:  # noqa: N802
        return gpd.GeoSeries(self._Series(node))

    def _DataFrame(self, node: Any) -> pd.DataFrame:  # noqa: N802
        index, values = self.value(node["index"]), [self.value(column) for column in node["values"]]
        columns = {place: pd.Series(column, index, dtype=column.dtype) for place, column in enumerate(values)}
        frame = pd.DataFrame(columns, index=index)
        frame.columns = self.value(node["columns"])
        return frame

    def _GeoDataFrame(self, node: Any) -> gpd.GeoDataFrame:  # noqa: N802
        name = self.value(node["geometry"])
        frame = self._DataFrame(node)
        return gpd.GeoDataFrame(frame) if name is None else gpd.GeoDataFrame(frame, geometry=name)


def _class(name: str, base: type = object) -> Any:
    """Return a class of this package by module and name."""
    module, _, qualname = name.partition(":")
    if not module.startswith(_OURS) or not qualname.isidentifier():
        raise NotKeptError(f"{name} is no class of this package")
    cls = getattr(importlib.import_module(module), qualname, None)
    if not isinstance(cls, type) or not issubclass(cls, base):
        raise NotKeptError(f"{name} is no class of this package")
    return cls
