"""Vector files of any kind that GDAL reads, their coordinate reference system settled before anything else."""

from __future__ import annotations

import json
import warnings
from pathlib import PurePath
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.ingest.files import inner_path, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.report import Findings

# The driver that a name promises; other names promise nothing.
_PROMISED = {
    ".gpkg": {"GPKG"},
    ".shp": {"ESRI Shapefile"},
    ".geojson": {"GeoJSON", "GeoJSONSeq"},
    ".json": {"GeoJSON", "TopoJSON", "ESRIJSON", "GeoJSONSeq"},
    ".topojson": {"TopoJSON"},
    ".sqlite": {"SQLite"},
    ".gml": {"GML"},
    ".fgb": {"FlatGeobuf"},
    ".kml": {"KML", "LIBKML"},
}


def read_vector(
    path: Path,
    *,
    findings: Findings,
    into: str,
    layer: str | None = None,
    crs: str | None = None,
    crs_override: bool = False,
    encoding: str | None = None,
    inside: str | None = None,
) -> gpd.GeoDataFrame:
    """Read one layer of a vector file, in the CRS that its coordinates are truly in.

    Parameters
    ----------
    path
        The file.
    findings, into
        Where to report, and the pack layer it is about.
    layer
        Layer of the file; may be left out when it has one.
    crs
        CRS of the coordinates, where the file has none.
    crs_override
        Take ``crs`` although the file declares another one.
    encoding
        Of the texts, where the file does not say.
    inside
        File inside a ZIP archive.

    Returns
    -------
    GeoDataFrame
        Index: number of the feature in the file, from 1.

    Raises
    ------
    DataError
        When the file is not what its name says, has no such layer, no rows or no geometry.
    CrsError
        When no CRS is known, two differ, or the coordinates cannot be in it.
    """
    source = inner_path(path, inside) if inside else str(path)
    if not inside:
        read_bytes_start(path)
    name = f"{path.name} ({inside})" if inside else path.name
    chosen = _choose_layer(source, layer, name)
    try:
        with warnings.catch_warnings():
            # GDAL warns of mixed geometry types, odd dates and the like; what matters is checked on the result.
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.simplefilter("ignore", UserWarning)
            driver = str(pyogrio.read_info(source, layer=chosen, encoding=encoding)["driver"])
            frame = pyogrio.read_dataframe(source, layer=chosen, encoding=encoding)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FieldError, UnicodeDecodeError, ValueError) as error:
        raise DataError(
            f"{name}: cannot be read ({_short(error)}); fetch it again or convert it to GeoPackage"
        ) from error
    promised = _PROMISED.get(PurePath(inside or path.name).suffix.lower())
    if promised and driver not in promised:
        findings.add("warning", into, f"{name} is a {driver} file, not what its name says; it was read as {driver}")
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(f'{name}: has no geometry; read it with reader = "table" or "table-points"')
    if frame.empty:
        raise DataError(f"{name}, layer {chosen}: is empty (no features)")
    frame.index = range(1, len(frame) + 1)
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    _refuse_no_coordinates(frame, path, driver, name)
    settled = settle_crs(frame.crs, crs, override=crs_override, name=name, findings=findings, into=into)
    frame = frame.set_crs(settled, allow_override=True)
    return drop_impossible(frame, name=name, findings=findings, into=into)


def read_bytes_start(path: Path) -> None:
    """Refuse an empty file before GDAL explains it in its own words."""
    if path.stat().st_size == 0:
        read_bytes(path)


def _choose_layer(source: str, layer: str | None, name: str) -> str:
    try:
        layers = [str(row[0]) for row in pyogrio.list_layers(source)]
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise DataError(
            f"{name}: is not a vector file that can be read ({_short(error)}); is it what its name says?"
        ) from error
    if layer is not None and layer not in layers:
        raise DataError(f"{name}: has no layer {layer!r}; its layers are {', '.join(layers)}")
    if layer is None and len(layers) != 1:
        raise DataError(f"{name}: has {len(layers)} layers ({', '.join(layers)}); choose one with layer =")
    return layer or layers[0]


def _short(error: Exception) -> str:
    return str(error).split(";")[0].splitlines()[0][:160]


def _refuse_no_coordinates(frame: gpd.GeoDataFrame, path: Path, driver: str, name: str) -> None:
    nothing = frame.geometry.isna() | frame.geometry.is_empty
    if not nothing.all():
        return
    why = ""
    if driver == "TopoJSON":
        points = [point for arc in json.loads(path.read_bytes()).get("arcs", []) for point in arc]
        broken = sum(any(value is None for value in point) for point in points)
        if broken:
            why = f": {broken:,} of the {len(points):,} points of its arcs hold null in place of a number"
    raise DataError(f"{name}: none of its {len(frame):,} geometries has coordinates{why}; export it again")


def settle_crs(
    declared: CRS | str | None, told: str | None, *, override: bool, name: str, findings: Findings, into: str
) -> CRS:
    """Return the CRS to take for a file, from what it declares and what the recipe tells.

    Raises
    ------
    CrsError
        When neither says one, when they differ without ``crs_override``, or when the recipe's is unknown.
    """
    try:
        wanted = CRS.from_user_input(told) if told else None
    except CRSError as error:
        raise CrsError(f"{name}: crs = {told!r} is not a known coordinate reference system") from error
    found = CRS.from_user_input(declared) if declared is not None else None
    if found is None:
        if wanted is None:
            raise CrsError(
                f'{name}: has no coordinate reference system; add crs = "EPSG:..." to its table in the recipe'
            )
        return wanted
    if wanted is None or same_crs(found, wanted):
        return found
    if not override:
        raise CrsError(
            f"{name}: declares {_crs_name(found)}, the recipe says crs = {told!r};"
            " leave crs out, or add crs_override = true when the file is wrong"
        )
    findings.add("warning", into, f"{name} declares {_crs_name(found)}; read as {told} because the recipe says so")
    return wanted


def same_crs(one: CRS, other: CRS) -> bool:
    """Tell whether two descriptions are of the same CRS, also where one was written without its number."""
    if one == other:
        return True
    codes = {crs.to_authority(min_confidence=60) for crs in (one, other)}
    return len(codes) == 1 and None not in codes


def _crs_name(crs: CRS) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name


def drop_impossible(frame: gpd.GeoDataFrame, *, name: str, findings: Findings, into: str) -> gpd.GeoDataFrame:
    """Drop the features whose coordinates cannot be in the frame's CRS; when that is most of them, the CRS is wrong.

    Raises
    ------
    CrsError
        When at least half of the features cannot be where the CRS puts them.
    """
    crs = frame.crs
    box = frame.geometry.bounds.to_numpy()
    known = ~np.isnan(box).any(axis=1)
    in_degrees = (np.abs(box[:, [0, 2]]) <= 180.0).all(axis=1) & (np.abs(box[:, [1, 3]]) <= 90.0).all(axis=1)
    if crs.is_geographic:
        wrong = known & ~in_degrees
        hint = 'they look like metres: name their true CRS with crs = "EPSG:..." and crs_override = true'
    else:
        wrong = known & _far_from_use(box, crs)
        if in_degrees[known].all() and wrong[known].all():
            hint = 'they look like degrees: say crs = "EPSG:4326" and crs_override = true'
        else:
            hint = 'name their true CRS with crs = "EPSG:..." and crs_override = true'
    if not wrong.any():
        return frame
    row = frame.index[wrong][0]
    x, y = box[np.flatnonzero(wrong)[0], :2]
    if wrong.sum() * 2 >= known.sum():
        raise CrsError(
            f"{name}: the coordinates of {int(wrong.sum()):,} of {len(frame):,} features cannot be in {_crs_name(crs)}"
            f" (feature {row} at {x:.6g}, {y:.6g}); {hint}"
        )
    findings.add(
        "warning",
        into,
        f"{name}: {int(wrong.sum()):,} features dropped, their coordinates cannot be in"
        f" {_crs_name(crs)} (feature {row} at {x:.6g}, {y:.6g})",
        int(wrong.sum()),
    )
    return frame[~wrong]


def _far_from_use(box: np.ndarray, crs: CRS) -> np.ndarray:
    """Whether each box lies wholly outside the area of use of a projected CRS, widened by half its size."""
    use = crs.area_of_use
    if use is None:
        return np.zeros(len(box), dtype=bool)
    try:
        transformer = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
        west, south, east, north = transformer.transform_bounds(use.west, use.south, use.east, use.north)
    except ProjError:
        return np.zeros(len(box), dtype=bool)
    if not np.isfinite([west, south, east, north]).all():
        return np.zeros(len(box), dtype=bool)
    # The half-width margin would take degrees for metres near a false origin; those are caught by their size.
    wide, high = (east - west) / 2, (north - south) / 2
    outside: np.ndarray = (
        (box[:, 0] > east + wide) | (box[:, 2] < west - wide) | (box[:, 1] > north + high) | (box[:, 3] < south - high)
    )
    tiny = (np.abs(box) <= 180.0).all(axis=1) & ((box[:, 0] < west) | (box[:, 1] < south))
    far: np.ndarray = outside | tiny
    return far


def swap_would_help(lost: gpd.GeoDataFrame, extent: BaseGeometry, crs: str) -> np.ndarray:
    """Whether each of the lost features would touch the extent if its x and y were exchanged in its own CRS."""
    swapped = shapely.transform(lost.geometry.to_numpy(), lambda points: points[:, ::-1])
    with np.errstate(invalid="ignore"):
        moved = gpd.GeoSeries(swapped, crs=lost.crs).to_crs(crs)
    finite = np.isfinite(moved.bounds.to_numpy()).all(axis=1)
    result: np.ndarray = np.zeros(len(lost), dtype=bool)
    result[finite] = shapely.intersects(moved.to_numpy()[finite], extent)
    return result
