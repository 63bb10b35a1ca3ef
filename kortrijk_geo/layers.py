"""The contract of every layer and raster of a city pack: columns, types, units, geometry, what may be unknown.

Unknown is NaN (or None in text), never 0. Counts are in persons, dwellings or places; lengths in metres, surfaces in
square metres, money in euros. Every layer of one pack is in the pack's own projected CRS in metres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kortrijk_geo.errors import CrsError, DataError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import pandera.pandas as pa
    from pyproj import CRS

Kind = Literal["id", "text", "flag", "number", "count", "money", "date"]
Shape = Literal["polygon", "point", "line", "line or polygon", "none"]

_GEOMETRY_TYPES: dict[str, frozenset[str]] = {
    "polygon": frozenset({"Polygon", "MultiPolygon"}),
    "point": frozenset({"Point"}),
    "line": frozenset({"LineString"}),
    "line or polygon": frozenset({"LineString", "MultiLineString", "Polygon", "MultiPolygon"}),
}


@dataclass(frozen=True)
class Column:
    """One column: its kind, its unit, whether it must be there, whether a row may be unknown, its allowed values."""

    kind: Kind
    unit: str = ""
    required: bool = True
    nullable: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layer:
    """The contract of one layer of a pack."""

    name: str
    about: str
    shape: Shape
    columns: dict[str, Column]
    required: bool = False
    one_row: bool = False
    # A category column is for whoever reads the pack in QGIS; what it means is told by its reader's own data file.
    key: str | None = field(default=None)


@dataclass(frozen=True)
class Raster:
    """The contract of one raster of a pack."""

    name: str
    about: str
    unit: str
    codes: dict[int, str] = field(default_factory=dict)


def _maybe(kind: Kind, unit: str = "", allowed: tuple[str, ...] = ()) -> Column:
    return Column(kind, unit, required=False, nullable=True, allowed=allowed)


COUNTS: dict[str, Column] = {
    "population": _maybe("count", "inhabitants"),
    "households_private": _maybe("count", "private households"),
    "children_0_2": _maybe("count", "children aged 0, 1 and 2"),
    "social_dwellings": _maybe("count", "social rental dwellings"),
}
_AREA_COLUMNS: dict[str, Column] = {
    **COUNTS,
    "median_income_eur": _maybe("money", "EUR a year"),
    "vulnerable": _maybe("flag"),
}

LAYERS: dict[str, Layer] = {
    layer.name: layer
    for layer in (
        Layer(
            "boundary",
            "the study area; its counts are the city's totals, people who cannot be located included",
            "polygon",
            {"name": Column("text"), **COUNTS},
            required=True,
            one_row=True,
        ),
        Layer(
            "areas",
            "the areas on which policy decides (Kortrijk: 14 wijken)",
            "polygon",
            {"area_id": Column("id"), "name": Column("text"), **_AREA_COLUMNS},
            required=True,
            key="area_id",
        ),
        Layer(
            "subareas",
            "statistical sectors; parent_id is an area_id, district_id a deelgemeente",
            "polygon",
            {
                "subarea_id": Column("id"),
                "name": Column("text"),
                "parent_id": Column("text"),
                "district_id": _maybe("text"),
                **_AREA_COLUMNS,
            },
            key="subarea_id",
        ),
        Layer(
            "districts",
            "deelgemeenten; areas need not nest in them",
            "polygon",
            {"district_id": Column("id"), "name": Column("text"), **_AREA_COLUMNS},
            key="district_id",
        ),
        Layer(
            "sectors",
            "table without geometry: codes of statistical sectors, the area and the deelgemeente they belong to",
            "none",
            {
                "sector_id": Column("id"),
                "name": Column("text"),
                "area_id": _maybe("text"),
                "district_id": _maybe("text"),
                **COUNTS,
            },
            key="sector_id",
        ),
        Layer(
            "homes",
            "points where people live; area_id is empty outside the study area",
            "point",
            {
                "home_id": Column("id"),
                "area_id": Column("text", nullable=True),
                "dwellings": Column("number", "dwellings", nullable=True),
                "residents": Column("number", "inhabitants", nullable=True),
                "children_0_2": Column("number", "children aged 0, 1 and 2", nullable=True),
            },
            key="home_id",
        ),
        Layer(
            "streets",
            "street pieces from junction to junction; two streets meet only where their ends coincide",
            "line",
            {
                "street_id": Column("id"),
                "kind": Column("text"),
                "walk": Column("flag"),
                "cycle_forward": Column("flag"),
                "cycle_backward": Column("flag"),
                "width_m": _maybe("number", "m"),
            },
            key="street_id",
        ),
        Layer(
            "amenities",
            "places people go to; tags is a JSON object of text to text",
            "point",
            {
                "amenity_id": Column("id"),
                "category": Column("text"),
                "name": _maybe("text"),
                "tags": Column("text"),
            },
            key="amenity_id",
        ),
        Layer(
            "childcare",
            "licensed childcare locations for babies and toddlers",
            "point",
            {
                "location_id": Column("id"),
                "name": Column("text"),
                "kind": Column("text", allowed=("group", "family")),
                "places": _maybe("count", "licensed places"),
                "income_related_places": _maybe("count", "licensed places"),
                "opens": _maybe("date"),
                "closes": _maybe("date"),
                "standing": _maybe("text", allowed=("existing", "decided", "under study")),
            },
            key="location_id",
        ),
        Layer(
            "buildings",
            "building footprints",
            "polygon",
            {
                "building_id": Column("id"),
                "use": _maybe("text"),
                "dwellings": _maybe("number", "dwellings"),
                "height_m": _maybe("number", "m"),
            },
            key="building_id",
        ),
        Layer(
            "parcels",
            "cadastral parcels",
            "polygon",
            {
                "parcel_id": Column("id"),
                "owner": Column("text", allowed=("public", "social", "company", "private")),
                "use": _maybe("text"),
            },
            key="parcel_id",
        ),
        Layer(
            "trees",
            "single trees",
            "point",
            {"tree_id": Column("id"), "crown_m2": _maybe("number", "m2"), "height_m": _maybe("number", "m")},
            key="tree_id",
        ),
        Layer(
            "green",
            "green areas",
            "polygon",
            {
                "green_id": Column("id"),
                "kind": Column("text"),
                "public": Column("flag"),
                "name": _maybe("text"),
            },
            key="green_id",
        ),
        Layer("water", "rivers, canals, ponds", "line or polygon", {"kind": Column("text"), "name": _maybe("text")}),
        Layer(
            "constraints",
            "what limits planting or building: gas, power, sewer, rail, motorway, heritage ...",
            "line or polygon",
            {"kind": Column("text"), "name": _maybe("text")},
        ),
    )
}

BBK_CODES: dict[int, str] = {
    1: "building",
    2: "road",
    3: "other sealed",
    4: "railway",
    5: "water",
    6: "other unsealed",
    7: "arable",
    8: "grass or shrub",
    9: "tree",
    10: "grass (agriculture)",
    11: "grass (road verge)",
    12: "tree (road)",
    13: "grass (water)",
    14: "tree (water)",
}
RASTERS: dict[str, Raster] = {
    raster.name: raster
    for raster in (
        Raster("land_cover", "land cover, codes of the Flemish BBK; 0 is no data", "code", BBK_CODES),
        Raster("surface_temperature", "land surface temperature", "degrees C"),
        Raster("soil_group", "hydrological soil group", "code", {1: "A", 2: "B", 3: "C", 4: "D"}),
        Raster("elevation", "height above sea level", "m"),
    )
}


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


def validate(name: str, frame: pd.DataFrame, *, crs: CRS | str, origin: str) -> gpd.GeoDataFrame | pd.DataFrame:
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

    Raises
    ------
    DataError
        When a column is missing, a value is of the wrong type, negative, or not allowed, an id stands twice, or a
        geometry is null, empty, invalid or of another type.
    CrsError
        When the frame's CRS is missing or another than the pack's.
    """
    layer = LAYERS.get(name)
    if layer is None:
        raise DataError(f"{origin}: no layer is called {name!r}; the layers are {', '.join(LAYERS)}")
    where = f"{origin}, layer {name}"
    missing = [column for column, spec in layer.columns.items() if spec.required and column not in frame.columns]
    if missing:
        raise DataError(
            f"{where}: column {', '.join(missing)} is missing (found: {', '.join(map(str, frame.columns))})"
        )
    if layer.required and frame.empty:
        raise DataError(f"{where}: has no rows")
    if layer.one_row and len(frame) != 1:
        raise DataError(f"{where}: has {len(frame)} rows, must have one")
    table = _check_columns(layer, frame, where)
    if layer.shape == "none":
        return table
    return _check_geometry(layer, table, frame, crs, where)


def _check_columns(layer: Layer, frame: pd.DataFrame, where: str) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).reset_index(drop=True)
    for column, spec in layer.columns.items():
        if column in table.columns:
            table[column] = _coerce(table[column], spec, f"{where}, column {column}")
    _run_schema(layer, table, where)
    known = [column for column in layer.columns if column in table.columns]
    return table[known + [column for column in table.columns if column not in layer.columns]]


def _coerce(values: pd.Series, spec: Column, where: str) -> pd.Series:
    import pandas as pd

    if spec.kind in {"count", "number", "money"}:
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


def _run_schema(layer: Layer, table: pd.DataFrame, where: str) -> None:
    import pandera.pandas as pa

    try:
        _schema(layer).validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        first = cases.iloc[0]
        rule = {"field_uniqueness": "each value once", "not_nullable": "not empty"}.get(first["check"], first["check"])
        value = "an empty value" if rule == "not empty" else f"the value {first['failure_case']}"
        raise DataError(
            f"{where}, column {first['column']}: {value} in row {first['index']} breaks the rule: {rule}"
            f" ({len(cases)} findings)"
        ) from error


def _schema(layer: Layer) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    def column(spec: Column) -> pa.Column:
        checks = []
        if spec.kind in {"count", "number", "money"}:
            checks.append(pa.Check.in_range(0, 1e12, name="a number from 0", error="a number from 0"))
        if spec.kind == "date":
            checks.append(pa.Check.str_matches(r"^\d{4}-\d{2}-\d{2}$", error="a date YYYY-MM-DD"))
        if spec.kind == "id":
            checks.append(pa.Check.str_length(min_value=1, error="not empty"))
        if spec.allowed:
            checks.append(pa.Check.isin(spec.allowed, error=f"one of {', '.join(spec.allowed)}"))
        return pa.Column(checks=checks, nullable=spec.nullable, required=spec.required, unique=spec.kind == "id")

    return pa.DataFrameSchema({name: column(spec) for name, spec in layer.columns.items()})


def _check_geometry(
    layer: Layer, table: pd.DataFrame, frame: pd.DataFrame, crs: CRS | str, where: str
) -> gpd.GeoDataFrame:
    import geopandas as gpd

    pack_crs = check_crs(crs, origin=where)
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in frame.columns:
        raise DataError(f"{where}: has no geometry column")
    if frame.crs is None:
        raise CrsError(f"{where}: has no coordinate reference system, the pack is in {pack_crs.to_string()}")
    if frame.crs != pack_crs:
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
