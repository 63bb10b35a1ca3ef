"""A folder of raw files looked at with the readers of the build: what each file holds, or why it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import pyogrio

from kortrijk_geo.errors import DataError, KortrijkGeoError, MissingFileError, reading
from kortrijk_geo.gdal_files import closed_vectors, is_zip, open_raster_file, vector_member, vector_source
from kortrijk_geo.ingest.aliases import load_aliases
from kortrijk_geo.ingest.crs import known_crs
from kortrijk_geo.ingest.files import locate, read_bytes
from kortrijk_geo.ingest.osm_file import SUFFIXES, OsmFile, read_file
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.tables import TableFormat, cell_text, read_table
from kortrijk_geo.ingest.vectors import read_vector
from kortrijk_geo.ingest.workbooks import open_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    from pyproj import CRS

_TABLES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}
_WORKBOOKS = {".xlsx", ".xlsm"}
_RASTERS = {".tif", ".tiff", ".asc", ".png", ".jpg", ".jpeg"}
# Files that belong to others, are written by QGIS beside them, or tell of them.
_BESIDE = {
    ".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".qmd", ".qgz", ".qgs", ".xml", ".toml", ".md", ".pdf",
    ".docx", ".ovr", ".tfw", ".pgw", ".jgw", ".wld", ".map", ".dat", ".id", ".ind", ".html",
}  # fmt: skip
_LINE_KINDS = {"Polygon": "polygon", "LineString": "line", "Point": "point"}


@dataclass(frozen=True)
class Rows:
    """Rows of a file: a layer of a vector file, a sheet of a workbook, a text table.

    Parameters
    ----------
    file
        Its path in the folder.
    keys
        What a recipe must say to read it, besides the file.
    shape
        ``polygon``, ``line``, ``point`` or ``mixed``; empty for a table.
    """

    file: str
    keys: dict[str, str | int]
    frame: pd.DataFrame
    shape: str = ""
    crs: CRS | None = None
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The file, and the layer or sheet of it."""
        part = self.keys.get("layer") or self.keys.get("sheet")
        return f"{self.file}, {part}" if part else self.file

    @property
    def columns(self) -> list[str]:
        """Names of the columns, the geometry left out."""
        return [str(column) for column in self.frame.columns if column != "geometry"]


@dataclass(frozen=True)
class Picture:
    """A raster: its CRS, its pixels and their size."""

    file: str
    crs: CRS | None
    width: int
    height: int
    bands: int
    pixel: float


@dataclass
class Seen:
    """What a folder holds."""

    rows: list[Rows] = field(default_factory=list)
    osm: dict[str, OsmFile] = field(default_factory=dict)
    rasters: list[Picture] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


def look(folder: Path, say: Callable[[str], None]) -> Seen:
    """Look at the files of a folder and of the folders in it; a file that cannot be read is kept with the reason.

    Raises
    ------
    MissingFileError
        When there is no such folder.
    DataError
        When it holds no files, or more than the raw files of one pack.
    """
    if not folder.is_dir():
        raise MissingFileError(f"the folder {folder} does not exist; name the folder with your files")
    with reading(str(folder)):
        names = sorted(
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if not path.is_dir() and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        )
    most = load_aliases().most_files
    if len(names) > most:
        raise DataError(
            f"{folder}: holds {len(names):,} files, more than {most}; name the folder with those of one city"
        )
    if not names:
        raise DataError(f"{folder}: holds no files; put the raw files in it")
    seen = Seen()
    for name in names:
        suffix = PurePath(name.lower()).suffix
        if suffix in _BESIDE:
            continue
        say(f"looking at {name}")
        try:
            path = locate(folder, name, table="pack start")
            if name.lower().endswith(SUFFIXES):
                seen.osm[name] = read_file(path)
            elif suffix in _RASTERS:
                seen.rasters.append(_picture(path, name))
            elif suffix in _TABLES:
                _add(seen, _tables(path, name, suffix))
            else:
                _add(seen, _layers(path, name, seen))
        except KortrijkGeoError as error:
            seen.unread[name] = str(error)
    return seen


def _add(seen: Seen, each: Iterator[Rows]) -> None:
    seen.rows.extend(each)


def _layers(path: Path, name: str, seen: Seen) -> Iterator[Rows]:
    member = vector_member(path, None) if is_zip(path) else None
    source = vector_source(path, member)
    with closed_vectors(), reading(name, "is not a vector file that can be read", "is it what its name says?"):
        kinds = {str(layer): kind for layer, kind in pyogrio.list_layers(source)}
    layers = [layer for layer, kind in kinds.items() if kind is not None]
    if not layers:
        raise DataError(f"{name}: has no geometry; save its table as CSV or XLSX")
    for layer in layers:
        keys: dict[str, str | int] = {"layer": layer} if len(layers) > 1 else {}
        findings = Findings()
        try:
            frame = read_vector(path, findings=findings, into=layer, layer=layer if keys else None)
        except KortrijkGeoError as error:
            seen.unread[f"{name}, {layer}" if keys else name] = str(error)
            continue
        bases = {kind.removeprefix("Multi") for kind in frame.geometry.geom_type.dropna().unique()}
        shape = _LINE_KINDS.get(bases.pop(), "mixed") if len(bases) == 1 else "mixed"
        notes = tuple(item.message for item in findings.items if item.level != "info")
        yield Rows(name, keys, frame, shape, known_crs(frame.crs), notes)


def _tables(path: Path, name: str, suffix: str) -> Iterator[Rows]:
    if suffix not in _WORKBOOKS:
        yield _under_header(path, name, None)
        return
    book = open_workbook(read_bytes(path), name)
    shown = [sheet.name for sheet in book.sheets if sheet.cells and not sheet.hidden and book.holds_table(sheet)]
    if not shown:
        raise DataError(f"{name}: no sheet that is shown holds a table")
    for sheet in shown:
        yield _under_header(path, name, sheet if len(shown) > 1 else None)


def _under_header(path: Path, name: str, sheet: str | None) -> Rows:
    """Read a table under the first row that can be its header; the error of the first row where none can."""
    first: DataError | None = None
    for header in range(1, load_aliases().last_header + 1):
        try:
            table = read_table(path, TableFormat(sheet=sheet, header=header))
        except DataError as error:
            first = first or error
            continue
        if not _are_names(table.frame):
            continue
        keys: dict[str, str | int] = {} if sheet is None else {"sheet": sheet}
        return Rows(name, keys | ({"header": header} if header > 1 else {}), table.frame, notes=table.notes)
    raise first or DataError(f"{name}: has no row with names of columns in its first rows; say header = in the recipe")


def _are_names(frame: pd.DataFrame) -> bool:
    """Whether the names of columns are several words and no values."""
    texts = [cell_text(column) for column in frame.columns]
    return len(texts) > 1 and not all(text.replace(".", "").replace(",", "").isdecimal() for text in texts)


def _picture(path: Path, name: str) -> Picture:
    with reading(name, "cannot be read as a raster", "fetch it again"), open_raster_file(path) as source:
        return Picture(name, known_crs(source.crs), source.width, source.height, source.count, abs(source.transform.a))
