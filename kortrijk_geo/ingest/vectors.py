"""Vector files of any kind that GDAL reads, their coordinate reference system settled before anything else."""

from __future__ import annotations

import codecs
import json
import zipfile
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.errors import GEOSException

from kortrijk_geo.errors import DataError, reading
from kortrijk_geo.gdal_files import closed_vectors, is_zip, vector_member, vector_source
from kortrijk_geo.ingest.crs import drop_impossible, settle_crs
from kortrijk_geo.ingest.dates import utc_midnights, wall_clock
from kortrijk_geo.ingest.files import inner_name, read_bytes
from kortrijk_geo.ingest.misread import dbf_encoding, misread
from kortrijk_geo.ingest.report import named
from kortrijk_geo.pack.validation import same_crs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.report import Findings

__all__ = ["read_vector", "same_crs", "settle_crs", "swap_would_help"]

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
    if path.stat().st_size == 0:
        read_bytes(path)
    member = _member(path, inside, layer)
    name = f"{path.name} ({member})" if inside else path.name
    if encoding is not None:
        _refuse_unknown(encoding, name)
    source = vector_source(path, member)
    if path.suffix.lower() == ".shp" and not any(path.with_suffix(end).exists() for end in (".shx", ".SHX")):
        raise DataError(f"{name}: its .shx is missing; put all files of the shapefile in the folder")
    with closed_vectors():
        chosen = _choose_layer(source, layer, name)
        info, frame = _read(source, chosen, encoding, path, member, name=name, findings=findings, into=into)
    driver = str(info["driver"])
    promised = _PROMISED.get(PurePath(member or path.name).suffix.lower())
    if promised and driver not in promised:
        findings.add("warning", into, f"{name} is a {driver} file, not what its name says; it was read as {driver}")
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError(f'{name}: has no geometry; read it with reader = "table" or "table-points"')
    if frame.empty:
        raise DataError(f"{name}, layer {chosen}: is empty (no features)")
    frame.index = range(1, len(frame) + 1)
    frame = _without_offsets(frame, info, name=name, findings=findings, into=into)
    _report_misread(frame, name=name, findings=findings, into=into)
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    _refuse_no_coordinates(frame, path, driver, name)
    settled = settle_crs(frame.crs, crs, override=crs_override, name=name, findings=findings, into=into)
    frame = frame.set_crs(settled, allow_override=True)
    return drop_impossible(frame, name=name, findings=findings, into=into)


def _refuse_unknown(encoding: str, name: str) -> None:
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise DataError(f'{name}: encoding = {encoding!r} is not known; say "utf-8", "cp1252" or "cp850"') from error


def _member(path: Path, inside: str | None, layer: str | None) -> str | None:
    if inside:
        return inner_name(path, inside)
    return vector_member(path, layer) if is_zip(path) else None


def _choose_layer(source: str, layer: str | None, name: str) -> str:
    with reading(name, "is not a vector file that can be read", "is it what its name says?"):
        rows = [(str(layer), kind) for layer, kind in pyogrio.list_layers(source)]
    layers = [layer for layer, _ in rows]
    if layer is not None and layer not in layers:
        raise DataError(f"{name}: has no layer {layer!r}; its layers are {', '.join(layers)}")
    # Tables of programs, such as the styles of QGIS, have no geometry and are no choice.
    shown = [layer for layer, kind in rows if kind is not None] or layers
    if layer is None and len(shown) != 1:
        raise DataError(f"{name}: has {len(shown)} layers ({', '.join(shown)}); choose one with layer =")
    return layer or shown[0]


def _read(
    source: str, layer: str, encoding: str | None, path: Path, member: str | None, *,
    name: str, findings: Findings, into: str,
) -> tuple[dict[str, Any], gpd.GeoDataFrame]:  # fmt: skip
    """Read a layer and what GDAL knows of it; of a shapefile the encoding that its bytes are in."""
    advice = 'fetch it again, say encoding = "cp1252" where its letters are at fault, or convert it to GeoPackage'
    with reading(name, "cannot be read", advice):
        info = pyogrio.read_info(source, layer=layer, encoding=encoding)
    if info["driver"] == "ESRI Shapefile" and encoding is None:
        says = _beside(path, member, ".cpg").decode("latin-1").strip()
        encoding = dbf_encoding(_beside(path, member, ".dbf"), says or None)
        if encoding:
            declared = f"its .cpg says {says}" if says else "it has no .cpg"
            message = f"{name}: the texts of its .dbf are in {encoding}, {declared}; read as {encoding}"
            findings.add("warning", into, f'{message}; say encoding = "..." when that is wrong')
    try:
        with reading(name, "cannot be read", advice, passing=(GEOSException,)):
            frame = pyogrio.read_dataframe(source, layer=layer, encoding=encoding, datetime_as_string=True)
    except GEOSException:
        frame = _read_broken(source, layer, encoding, name=name, findings=findings, into=into)
    return info, frame


def _read_broken(
    source: str, layer: str, encoding: str | None, *, name: str, findings: Findings, into: str
) -> gpd.GeoDataFrame:
    """Read a layer with rings that are not closed or have too few points: closed where that helps, counted."""
    options = {"layer": layer, "encoding": encoding, "datetime_as_string": True}
    with reading(name, "cannot be read", "convert it to GeoPackage"):
        broken = pyogrio.read_dataframe(source, on_invalid="ignore", **options)
        frame = pyogrio.read_dataframe(source, on_invalid="fix", **options)
    mended = (broken.geometry.isna() & frame.geometry.notna()).to_numpy()
    if mended.any():
        rows = named(np.flatnonzero(mended) + 1)
        findings.add(
            "warning", into, f"{name}: {mended.sum():,} broken geometries closed (feature {rows})", int(mended.sum())
        )
    return frame


def _beside(path: Path, member: str | None, suffix: str) -> bytes:
    """Return the content of the file beside a .shp that has another ending, empty where there is none."""
    try:
        if member:
            with zipfile.ZipFile(path) as archive:
                wanted = PurePath(member).with_suffix(suffix).as_posix().casefold()
                return next((archive.read(file) for file in archive.namelist() if file.casefold() == wanted), b"")
        beside = (path.with_suffix(ending) for ending in (suffix, suffix.upper()))
        return next((file.read_bytes() for file in beside if file.exists()), b"")
    except OSError as error:
        raise DataError(f"{path.name}: its {suffix} cannot be read ({error.strerror or error})") from error


def _without_offsets(
    frame: gpd.GeoDataFrame, info: Mapping[str, Any], *, name: str, findings: Findings, into: str
) -> gpd.GeoDataFrame:
    """Make moments of the columns that GDAL takes for such, each with the day and hour that the file writes."""
    for column, kind in zip(info["fields"], info["ogr_types"], strict=True):
        if kind not in {"OFTDateTime", "OFTDate"} or column not in frame.columns:
            continue
        texts = frame[column]
        if utc_midnights(texts):
            message = f"{name}, column {column}: all are 22 or 23 hours UTC, such as {texts.dropna().iloc[0]}"
            advice = "taken as the days that are written, they may be midnights of the day after"
            findings.add("warning", into, f"{message}; {advice}")
        written = wall_clock(texts)
        moments = pd.to_datetime(written.str.replace("/", "-"), format="ISO8601", errors="coerce")
        frame[column] = written if (moments.isna() & written.notna()).any() else moments
    return frame


def _report_misread(frame: pd.DataFrame, *, name: str, findings: Findings, into: str) -> None:
    for column in frame.columns:
        if frame[column].dtype.kind == "O" or pd.api.types.is_string_dtype(frame[column]):
            wrong = misread(frame[column])
            if wrong:
                advice = 'say encoding = "..." or mend the file'
                findings.add("warning", into, f"{name}, column {column}: {wrong}; {advice}", wrong.count)


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


def swap_would_help(lost: gpd.GeoDataFrame, extent: BaseGeometry, crs: str) -> np.ndarray:
    """Whether each of the lost features would touch the extent if its x and y were exchanged in its own CRS."""
    swapped = shapely.transform(lost.geometry.to_numpy(), lambda points: points[:, ::-1])
    with np.errstate(invalid="ignore"):
        moved = gpd.GeoSeries(swapped, crs=lost.crs).to_crs(crs)
    finite = np.isfinite(moved.bounds.to_numpy()).all(axis=1)
    result: np.ndarray = np.zeros(len(lost), dtype=bool)
    result[finite] = shapely.intersects(moved.to_numpy()[finite], extent)
    return result
