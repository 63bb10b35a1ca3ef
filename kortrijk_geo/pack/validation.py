"""Checking frames against the contract of their layer; used when a pack is written and when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.pack.ages import check_ages
from kortrijk_geo.pack.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from kortrijk_geo.pack.layers import Column, Layer

_GEOMETRY_TYPES: dict[str, frozenset[str]] = {
    "polygon": frozenset({"Polygon", "MultiPolygon"}),
    "point": frozenset({"Point"}),
    "line": frozenset({"LineString"}),
    "line or polygon": frozenset({"LineString", "MultiLineString", "Polygon", "MultiPolygon"}),
    "point or polygon": frozenset({"Point", "Polygon", "MultiPolygon"}),
}
_NUMBERS = frozenset({"count", "number", "money"})
# What a column of a kind is stored as, text where none is named; one that has that type already needs no other.
_STORED = dict.fromkeys(_NUMBERS, "float64") | {"flag": "bool"}
_NOT_EMPTY = "not empty"


def check_crs(crs: CRS | str | None, *, origin: str) -> CRS:
    """Return the CRS when layers of a pack may be in it: projected, in metres.

    Raises
    ------
    CrsError
        When there is none, when it is unknown, in degrees, or in feet; the message names ``origin``.
    """
    import pyproj
    from pyproj.exceptions import CRSError as ProjCrsError

    if crs is None:
        raise CrsError(f'{origin}: has no coordinate reference system; name it with crs = "EPSG:..."')
    try:
        known = pyproj.CRS.from_user_input(crs)
    except ProjCrsError as error:
        raise CrsError(f"{origin}: {crs!r} is not a known coordinate reference system") from error
    if not known.is_projected:
        raise CrsError(f"{origin}: {known.to_string()} is in degrees; a pack needs a projected CRS in metres")
    if {axis.unit_name for axis in known.axis_info[:2]} != {"metre"}:
        raise CrsError(f"{origin}: {known.to_string()} is not in metres")
    return known


def same_crs(one: CRS, other: CRS) -> bool:
    """Tell whether two descriptions are of the same CRS, also where one was written without its number."""
    if one == other or one.equals(other, ignore_axis_order=True):
        return True
    codes = {_code(crs) for crs in (one, other)}
    return len(codes) == 1 and None not in codes


def _code(crs: CRS) -> tuple[str, str] | None:
    """Return the number that a CRS carries itself, which GeoTIFF keeps where its datum is spelt otherwise."""
    carried = crs.to_json_dict().get("id")
    if carried:
        return str(carried["authority"]), str(carried["code"])
    likely: tuple[str, str] | None = crs.to_authority(min_confidence=60)
    return likely


def validate(
    name: str, frame: pd.DataFrame, *, crs: CRS | str, origin: str, some_columns: bool = False
) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return ``frame`` as the layer ``name``: its columns in the contract's order and types, geometry last.

    Columns the contract does not know are kept, after the known ones. Rows are neither dropped nor repaired here.

    Parameters
    ----------
    name
        A key of `LAYERS`.
    frame
        Rows of the layer; a GeoDataFrame unless the layer is a table.
    crs
        The pack's CRS, projected, in metres.
    origin
        The file or pack named in error messages.
    some_columns
        Whether ``frame`` has only some columns of the layer, which are then all that is checked.

    Raises
    ------
    DataError
        When a column is missing, a value is of the wrong type, negative, or not allowed, an id stands twice, or a
        geometry is null, empty, invalid or of another type; when the ages of a row are more than its inhabitants.
    CrsError
        When the frame's CRS is missing or another than the pack's.
    """
    layer = LAYERS.get(name)
    if layer is None:
        raise DataError(f"{origin}: no layer is called {name!r}; the layers are {', '.join(LAYERS)}")
    where = f"{origin}, layer {name}"
    missing = [column for column, spec in layer.columns.items() if spec.required and column not in frame.columns]
    if missing and not some_columns:
        raise DataError(
            f"{where}: column {', '.join(missing)} is missing (found: {', '.join(map(str, frame.columns))})"
        )
    if layer.required and frame.empty:
        raise DataError(f"{where}: has no rows")
    if layer.one_row and len(frame) != 1:
        raise DataError(f"{where}: has {len(frame)} rows, must have one")
    table = _check_columns(layer, frame, where)
    if layer.shape == "none" or (some_columns and "geometry" not in frame.columns):
        return table
    return _check_geometry(layer, table, frame, crs, where)


def _check_columns(layer: Layer, frame: pd.DataFrame, where: str) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(frame).drop(columns="geometry", errors="ignore").reset_index(drop=True)
    for column, spec in layer.columns.items():
        if column in table.columns and (given := table[column]).dtype != _STORED.get(spec.kind, "str"):
            table[column] = _coerce(given, spec, f"{where}, column {column}")
    _check_values(layer, table, where)
    check_ages(layer, table, where)
    known = [column for column in layer.columns if column in table.columns]
    return table[known + [column for column in table.columns if column not in layer.columns]]


def _coerce(values: pd.Series, spec: Column, where: str) -> pd.Series:
    import pandas as pd

    if spec.kind in _NUMBERS:
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        bad = values[numbers.isna() & values.notna()]
        if len(bad):
            raise DataError(f"{where}: {bad.iloc[0]!r} in row {bad.index[0]} is not a number ({len(bad)} such rows)")
        return numbers
    if spec.kind == "flag":
        if values.isna().any():
            if not spec.nullable:
                raise DataError(f"{where}: row {values.index[values.isna()][0]} is empty, must be true or false")
            return values.astype("boolean")
        if not values.isin([True, False]).all():
            bad = values[~values.isin([True, False])]
            raise DataError(f"{where}: {bad.iloc[0]!r} in row {bad.index[0]} is not true or false")
        return values.astype("bool")
    return values.astype("str").where(values.notna(), None).astype("str")


def _check_values(layer: Layer, table: pd.DataFrame, where: str) -> None:
    """Refuse values that break a rule of their column; the first is named, all are counted."""
    findings = [
        (name, rule, bad)
        for name, spec in layer.columns.items()
        if name in table.columns
        for rule, bad in _broken(table[name], spec)
        if bad.any()
    ]
    if not findings:
        return
    name, rule, bad = findings[0]
    row = int(bad.argmax())
    value = "an empty value" if rule == _NOT_EMPTY else f"the value {table[name][row]}"
    total = sum(int(others.sum()) for _, _, others in findings)
    raise DataError(f"{where}, column {name}: {value} in row {row} breaks the rule: {rule} ({total} findings)")


def _broken(values: pd.Series, spec: Column) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Give every rule of a column with the rows that break it; an unknown value breaks none but that it is there."""
    known = values.notna().to_numpy()
    if not spec.nullable:
        yield _NOT_EMPTY, ~known
    if spec.kind == "id":
        yield "each value once", known & values.duplicated(keep=False).to_numpy()
        yield _NOT_EMPTY, known & (values == "").to_numpy()
    if spec.kind in _NUMBERS:
        numbers = values.to_numpy()
        yield "a number from 0", (numbers < 0) | (numbers > 1e12)
    if spec.kind == "date":
        yield "a date YYYY-MM-DD", known & ~values.str.match(r"^\d{4}-\d{2}-\d{2}$").to_numpy(bool)
    if spec.allowed:
        yield f"one of {', '.join(spec.allowed)}", known & ~values.isin(spec.allowed).to_numpy()


def _check_geometry(
    layer: Layer, table: pd.DataFrame, frame: pd.DataFrame, crs: CRS | str, where: str
) -> gpd.GeoDataFrame:
    import geopandas as gpd

    pack_crs = check_crs(crs, origin=where)
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in frame.columns:
        raise DataError(f"{where}: has no geometry column")
    if frame.crs is None:
        raise CrsError(f"{where}: has no coordinate reference system, the pack is in {pack_crs.to_string()}")
    if not same_crs(frame.crs, pack_crs):
        raise CrsError(f"{where}: is in {frame.crs.to_string()}, the pack is in {pack_crs.to_string()}")
    shapes = frame.geometry.reset_index(drop=True)
    allowed = _GEOMETRY_TYPES[layer.shape]
    for bad, wrong in (
        (shapes.isna(), "has no geometry"),
        (shapes.is_empty, "has an empty geometry"),
        (~shapes.geom_type.isin(allowed), f"is not a {layer.shape}"),
        (~shapes.is_valid, "has an invalid geometry"),
    ):
        if bad.any():
            raise DataError(f"{where}: row {bad.index[bad][0]} {wrong} ({int(bad.sum())} such rows)")
    return gpd.GeoDataFrame(table, geometry=shapes, crs=pack_crs)
