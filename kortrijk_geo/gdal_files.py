"""Files opened by GDAL as what their first bytes say, and as nothing else.

GDAL opens by content whatever the name: a description of other files or of a service under the name of a GeoPackage
would make it read those. So a file is looked at first, and GDAL is told the one driver that may open it.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import warnings
import zipfile
from contextlib import ExitStack, closing, contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError, reading
from kortrijk_geo.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rasterio.io import DatasetReader

RAW_RASTERS = ("GTiff", "AAIGrid", "PNG", "JPEG")
PACK_RASTERS = ("GTiff",)
_HEAD_BYTES = 2**20
# A vector file in a ZIP archive may unpack to so much, and be so many times as large as it is packed; no map is more.
_MOST_BYTES, _MOST_TIMES = 20 * 2**30, 400
_SMALL_BYTES = 64 * 2**20
_SQLITE = b"SQLite format 3\0"
_RASTER_MAGIC = (
    (b"II*\0", "GTiff"), (b"MM\0*", "GTiff"), (b"II+\0", "GTiff"), (b"MM\0+", "GTiff"),
    (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"),
)  # fmt: skip
_ASCII_GRID = re.compile(rb"\s*(ncols|nrows|xll(corner|center)|yll(corner|center)|cellsize)\s", re.IGNORECASE)
# What makes GDAL follow a file to others: virtual layers and pipelines, and the addresses of services.
_LEADS_ELSEWHERE = re.compile(
    rb"<\s*(OGR\w*DataSource|OGRVRT\w*|VRTDataset|GDAL_W\w*|WCS_GDAL)|<\s*(\w+:)?\w*Capabilities\b|gdal_streamed_alg",
    re.IGNORECASE,
)
_TABLE_OF_TABLES = re.compile(rb"create\s+view|open\s+table|isseamless", re.IGNORECASE)
_XML_ROOTS = re.compile(rb"<(\w+:)?(FeatureCollection|kml|gpx|rss|feed|osm|JCSDataFile)[\s>]")
# The name of the member "crs" in JSON, also where letters are escaped or quotes are single, as GDAL reads it.
_CRS_MEMBER = re.compile(rb"""["'](?:c|\\u00[46]3)(?:r|\\u00[57]2)(?:s|\\u00[57]3)["']\s*(?=[:/])""", re.IGNORECASE)
_HARMLESS_CRS = frozenset({"name", "epsg", "ogc"})
_ZIPPED = (
    ".gpkg", ".shp", ".geojson", ".json", ".fgb", ".gml", ".kml", ".mif", ".sqlite", ".topojson", ".tab", ".gpx",
    ".geojsonl", ".geojsons", ".dxf",
)  # fmt: skip
CLOSED = {"GML_DOWNLOAD_SCHEMA": "NO", "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}"}


@contextmanager
def closed_vectors() -> Iterator[None]:
    """Keep the GDAL of pyogrio from the network while the block runs, and its warnings to itself.

    It warns of mixed geometry types, odd dates and the like; what matters is checked on the result.
    """
    import pyogrio

    before = {key: pyogrio.get_gdal_config_option(key) for key in CLOSED}
    pyogrio.set_gdal_config_options(CLOSED)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        pyogrio.set_gdal_config_options(before)


def vector_source(path: Path, member: str | None = None) -> str:
    """Return what to give to pyogrio so that only the driver opens a vector file which its content asks for.

    Parameters
    ----------
    path
        The file.
    member
        File inside it, where it is a ZIP archive.

    Raises
    ------
    DataError
        When the content is of no kind that is read, or leads to other files or services.
    """
    name = f"{path.name} ({member})" if member else path.name
    if member:
        _refuse_swelling(path, member)
    place = f"/vsizip/{{{path}}}/{member}" if member else str(path)
    suffix = PurePath(member or path.name).suffix.lower()
    head = _head(path, member)
    if member and member.endswith(".gdb"):
        return place
    if head.startswith(_SQLITE):
        return _sqlite_source(place, "GPKG" if head[68:70] == b"GP" or suffix == ".gpkg" else "SQLITE")
    if head.startswith((b"\0\0\x27\x0a", b"fgb\x03fgb")):
        return _plain(place)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"\x1e"):
        _refuse_linked_crs(path, member, name)
        return f"{_json_kind(text)}:{place}"
    return _text_source(place, text, suffix, name)


def _text_source(place: str, text: bytes, suffix: str, name: str) -> str:
    """Return how a file is opened that only its words tell apart: XML, MapInfo, DXF, CSV."""
    if _LEADS_ELSEWHERE.search(text):
        raise DataError(
            f"{name}: describes other files or a service and holds no features itself; fetch what it points to, and"
            " name that file in the recipe"
        )
    known = (
        (text[:1] == b"<" and (_XML_ROOTS.search(text) or b"opengis.net/gml" in text))
        or text[:7].lower() == b"version"
        or (suffix == ".dxf" and b"SECTION" in text[:2000])
        or (text[:6].lower() == b"!table" and not _TABLE_OF_TABLES.search(text))
    )
    if known:
        return _plain(place)
    if suffix in {".csv", ".tsv", ".txt"} and b"\0" not in text:
        return f"CSV:{place}"
    raise DataError(f"{name}: is not a vector file that can be read{_what_else(text)}; is it what its name says?")


def geopackage_source(path: Path, *, layer: str) -> str:
    """Return what to give to pyogrio so that a GeoPackage is opened, and nothing that only bears its name.

    The layer is that for which it is opened, for messages.

    Raises
    ------
    DataError
        When the file is missing, cannot be read, or is no GeoPackage.
    """
    _refuse_other(path, layer)
    refuse_stored_queries(path, None, layer)
    return _sqlite_source(str(path), "GPKG")


@contextmanager
def opened_geopackage(path: Path, *, layer: str) -> Iterator[sqlite3.Connection]:
    """Open a GeoPackage to read a layer by SQL; what `geopackage_source` refuses is refused, by the one connection.

    Raises
    ------
    DataError
        As `geopackage_source`.
    sqlite3.Error
        When SQLite cannot read it.
    """
    _refuse_other(path, layer)
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as base:
        _refuse_computed(base, layer, path.name)
        yield base


def _refuse_other(path: Path, layer: str) -> None:
    if not path.is_file():
        raise DataError(f"{path}, layer {layer}: the file is missing or none; build the pack again")
    if not _head(path, None).startswith(_SQLITE):
        raise DataError(f"{path}, layer {layer}: it is no GeoPackage; build the pack again")


def refuse_stored_queries(path: Path, member: str | None, layer: str) -> None:
    """Refuse a layer of a GeoPackage that is computed while it is read: it may never end, or fill all memory.

    Views, virtual tables and generated columns are such. Where the layer is none that SQLite knows, GDAL will say so.

    Raises
    ------
    DataError
        When it is no ordinary table.
    """
    if (member and member.endswith(".gdb")) or not _head(path, member).startswith(_SQLITE):
        return
    name = f"{path.name} ({member})" if member else path.name
    with ExitStack() as stack:
        base = path
        if member is not None:
            base = stack.enter_context(scratch_folder()) / "base.sqlite"
            with _opened(path, member) as stream, base.open("wb") as target:
                shutil.copyfileobj(stream, target, 2**24)
        try:
            address = f"{base.resolve().as_uri()}?mode=ro&immutable=1"
            _refuse_computed(stack.enter_context(closing(sqlite3.connect(address, uri=True))), layer, name)
        except sqlite3.Error:
            # What SQLite cannot read, GDAL cannot either, and it says what is wrong.
            return


def _refuse_computed(base: sqlite3.Connection, layer: str, name: str) -> None:
    told = base.execute("SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE", [layer]).fetchall()
    for kind, sql in told:
        what = "a view" if kind == "view" else _computed(str(sql)) if kind == "table" else ""
        if what:
            raise DataError(
                f"{name}: its layer {layer} is {what}, a stored query and not a table; export it to a layer of its own"
            )


def _computed(sql: str) -> str:
    if re.match(r"\s*create\s+virtual", sql, re.IGNORECASE):
        return "a virtual table"
    return "a table with computed columns" if re.search(r"\bAS\s*\(", sql, re.IGNORECASE) else ""


def _sqlite_source(place: str, kind: str) -> str:
    # GDAL takes what follows a colon for a layer; the first bytes alone make sure here that no other driver opens.
    return _plain(place) if ":" in place and kind == "GPKG" else f"{kind}:{place}"


def _plain(place: str) -> str:
    # Through this path GDAL cannot leave its notes on the structure of a GML file beside it.
    return place if place.startswith("/vsizip/") else f"/vsisubfile/0,{place}"


def _what_else(head: bytes) -> str:
    known = (
        (b"PK\x03\x04", "ZIP archive or Excel file: a table is read with reader table"),
        (b"\xd0\xcf\x11\xe0", "old Excel or Word file"),
        (b"\x1f\x8b", "gzip archive: unpack it"), (b"\xff\xfe", "text in UTF-16: save it as UTF-8"),
        (b"\xfe\xff", "text in UTF-16: save it as UTF-8"),
        (b"%PDF", "PDF"), (b"\x89PNG", "picture"), (b"II*\0", "raster"),
        (b"PAR1", "Parquet file: save it as GeoPackage"),
    )  # fmt: skip
    return next((f" (it is a {what})" for magic, what in known if head.startswith(magic)), "")


def _json_kind(text: bytes) -> str:
    start = text[:65536]
    line, _, rest = text.partition(b"\n")
    if text[:1] == b"\x1e" or (line.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")):
        return "GeoJSONSeq"
    if re.search(rb'"type"\s*:\s*"Topology"', start):
        return "TopoJSON"
    if re.search(rb'"type"\s*:\s*"Feature', start):
        return "JSONFG" if b'"conformsTo"' in start and b"json-fg" in start else "GeoJSON"
    return "ESRIJSON" if re.search(rb'"esri|"spatialReference"|"fieldAliases"|"attributes"', start) else "GeoJSON"


def _refuse_linked_crs(path: Path, member: str | None, name: str) -> None:
    """Raise `DataError` when a ``crs`` in a JSON file is the address of one: GDAL would fetch it."""
    window = b""
    for chunk in _chunks(path, member):
        window = window[-8192:] + chunk
        if any(_fetched(window[match.end() : match.end() + 4096]) for match in _CRS_MEMBER.finditer(window)):
            raise DataError(
                f'{name}: its "crs" is the address of a CRS, which is not fetched; take that member out of the file'
            )


def _fetched(after: bytes) -> bool:
    text = after.decode("utf-8", "replace").lstrip()
    if not text.startswith(":"):
        return True
    text = text[1:].lstrip()
    if not text.startswith(("{", "/")):
        return False
    try:
        pairs, _ = json.JSONDecoder(object_pairs_hook=list).raw_decode(text)
    except (ValueError, RecursionError):
        return True
    return any(key.casefold() == "type" and str(value).casefold() not in _HARMLESS_CRS for key, value in pairs)


def _chunks(path: Path, member: str | None) -> Iterator[bytes]:
    with _opened(path, member) as stream:
        while chunk := stream.read(2**24):
            yield chunk


@contextmanager
def _opened(path: Path, member: str | None) -> Iterator[Any]:
    try:
        if member is None:
            with path.open("rb") as stream:
                yield stream
        else:
            broken = reading(path.name, "cannot be read as a ZIP archive", "fetch it again", passing=(OSError,))
            with broken, zipfile.ZipFile(path) as archive, archive.open(member) as stream:
                yield stream
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read ({error.strerror or error})") from error


def _refuse_swelling(path: Path, member: str) -> None:
    """Refuse a member of an archive, or a file beside it, that unpacks to more than any map: a trap."""
    broken = reading(path.name, "cannot be read as a ZIP archive", "fetch it again")
    with broken, zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    stem = PurePath(member).with_suffix("").as_posix()
    for packed in members:
        if not (packed.filename.startswith(stem) and packed.file_size > _SMALL_BYTES):
            continue
        size, times = packed.file_size, packed.file_size / max(packed.compress_size, 1)
        if size > _MOST_BYTES or times > _MOST_TIMES:
            raise DataError(
                f"{path.name} ({packed.filename}): unpacks to {size:,} bytes, {times:,.0f} times what it is packed;"
                " no map does, so it is not read; unpack it and look"
            )


def _head(path: Path, member: str | None) -> bytes:
    if member and member.endswith(".gdb"):
        return b""
    with _opened(path, member) as stream:
        head: bytes = stream.read(_HEAD_BYTES)
    return head


def is_zip(path: Path) -> bool:
    """Whether a file begins as a ZIP archive."""
    return _head(path, None).startswith((b"PK\x03\x04", b"PK\x05\x06"))


def vector_member(path: Path, layer: str | None) -> str:
    """Return the one vector file in a ZIP archive, or of several the one that is named as the layer.

    Raises
    ------
    DataError
        When there is none, or it is not clear which.
    """
    damaged = reading(path.name, "is a damaged ZIP archive; fetch it again", passing=(OSError,))
    with damaged, zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if "__MACOSX" not in name]
    if any(name.startswith("xl/") for name in names):
        raise DataError(f'{path.name}: is an Excel file; read it with reader = "table" or "table-points"')
    bases = {name[: name.index(".gdb/") + 4] for name in names if ".gdb/" in name}
    fits = sorted(bases) or [name for name in names if PurePath(name).suffix.lower() in _ZIPPED]
    if len(fits) > 1 and layer is not None:
        fits = [name for name in fits if PurePath(name).stem == layer] or fits
    if len(fits) != 1:
        held = ", ".join((fits or names)[:10]) or "nothing"
        raise DataError(
            f"{path.name}: is a ZIP archive with {len(fits)} vector files; choose one with inside = (it holds {held})"
        )
    return fits[0]


def open_raster_file(path: Path, drivers: Sequence[str] = RAW_RASTERS) -> DatasetReader:
    """Open a raster as what its first bytes say, when that is one of ``drivers``; rasterio's own errors pass.

    Raises
    ------
    DataError
        When it is none of them, or it or a file beside it leads to other files or services.
    """
    import rasterio

    head = _head(path, None)[:4096]
    driver = next((driver for magic, driver in _RASTER_MAGIC if head.startswith(magic)), None)
    if driver is None and _ASCII_GRID.match(head):
        driver = "AAIGrid"
    if driver not in drivers:
        wanted, advice = (
            ("no GeoTIFF, as every raster of a pack is", "build the pack again")
            if drivers == PACK_RASTERS
            else ("no GeoTIFF, Esri ASCII grid, PNG or JPEG", "convert it: gdal_translate -of GTiff")
        )
        raise DataError(f"{path.name}: cannot be read as a raster, it is of another format: it is {wanted}; {advice}")
    for suffix in (".ovr", ".msk", ".msk.ovr"):
        beside = path.with_name(path.name + suffix)
        if beside.exists() and not _head(beside, None).startswith((b"II", b"MM")):
            raise DataError(f"{beside.name}: leads to other files; take it away, {path.name} is read without it")
    notes = path.with_name(f"{path.name}.aux.xml")
    if notes.exists() and re.search(rb"OVERVIEW_FILE|&#|<!ENTITY", _head(notes, None)):
        raise DataError(f"{notes.name}: leads to other files; take it away, {path.name} is read without it")
    source = rasterio.open(path, driver=driver)
    if source.tags(ns="OVERVIEWS"):
        source.close()
        raise DataError(f"{path.name}: names another file for its overviews; convert it with gdal_translate")
    return source
