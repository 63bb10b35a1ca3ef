"""Whether a pack is still what was built: its files against their hashes, and where these differ, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError, KortrijkGeoError
from kortrijk_geo.pack.files import VECTOR_FILE, file_digest, frame_digest
from kortrijk_geo.pack.layers import DUTCH_NAMES, LAYERS, RASTERS
from kortrijk_geo.pack.validation import validate
from kortrijk_geo.results import Proof

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import pandas as pd

    from kortrijk_geo.pack.files import PackInfo

# What SQLite has written and not yet put in the file itself is read with it.
_UNFINISHED = ("-wal", "-journal")
_MASK = ".msk"  # of a raster, which would take cells from it
UNREADABLE = "unreadable"

Stamp = tuple[tuple[int, int, int] | None, ...]


def read_layer(folder: Path, info: PackInfo, name: str, columns: Collection[str] | None = None) -> pd.DataFrame:
    """Read and check one vector layer of a pack, or only those of ``columns`` that it has.

    Raises
    ------
    DataError
        When the file cannot be read or breaks the layer's contract.
    """
    import pyogrio

    from kortrijk_geo.gdal_files import geopackage_source

    path = folder / VECTOR_FILE
    part = {} if columns is None else {"columns": list(columns), "read_geometry": "geometry" in columns}
    try:
        frame = pyogrio.read_dataframe(geopackage_source(path, layer=name), layer=name, **part)
    except KortrijkGeoError:
        raise
    # Whatever a damaged file makes of pyogrio, pyproj and shapely: the file is at fault.
    except Exception as error:
        raise DataError(f"{path}, layer {name}: cannot be read ({error}); build the pack again") from error
    return validate(name, frame, crs=info.crs, origin=str(path), some_columns=columns is not None)


def content_digests(folder: Path, info: PackInfo, *, besides: Collection[str] = ()) -> dict[str, str]:
    """Hash the content of every layer and raster as it stands on disk, but those that are not read from there.

    Of a vector file that is byte for byte the one that was built the layers have their recorded hashes. Else they are
    read: what QGIS keeps beside them (styles, statistics) and a compacted file change bytes, and no layer. A layer that
    cannot be read is not what was built either; who asks for it is told why.
    """
    digests = {name: sha256 for name, sha256 in info.recorded.items() if name not in besides}
    vectors = [name for name in info.layers if name in LAYERS and name in digests]
    if vectors and not (_is_as_built(folder / VECTOR_FILE, info.vectors_sha256) and all(map(digests.get, vectors))):
        digests |= {name: _layer_digest(folder, info, name) for name in vectors}
    digests |= {name: _raster_digest(folder, name) for name in info.rasters if name in RASTERS and name in digests}
    return digests


def file_stamps(folder: Path, info: PackInfo) -> dict[str, Stamp]:
    """Return size, time and number of every file that layers are read from: as long as these are equal, so is it."""
    names = [VECTOR_FILE, *(RASTERS[name].file for name in info.rasters if name in RASTERS)]
    return {name: _stamp(folder / name) for name in names}


def prove(recorded: Mapping[str, str], read: Mapping[str, str], replaced: Collection[str]) -> Proof:
    """Hold the hashes of what was read against those of the build; a layer that was replaced is changed without one."""
    ordered = [name for name in (*LAYERS, *RASTERS) if name in read]
    differs = {name: recorded.get(name, "") != read[name] for name in ordered}
    known = {name: bool(recorded.get(name)) or name in replaced for name in ordered}
    return Proof(
        changed={name: DUTCH_NAMES[name] for name in ordered if differs[name] and known[name]},
        unverifiable={name: DUTCH_NAMES[name] for name in ordered if not known[name]},
    )


def is_unfinished(path: Path) -> bool:
    """Whether SQLite keeps a part of a vector file beside it."""
    return any(_size(path.with_name(path.name + end)) for end in _UNFINISHED)


def _is_as_built(path: Path, sha256: str) -> bool:
    if is_unfinished(path):
        return False
    try:
        return bool(sha256) and file_digest(path) == sha256
    except OSError:  # who reads a layer is told what is wrong with the file
        return False


def _layer_digest(folder: Path, info: PackInfo, name: str) -> str:
    try:
        return frame_digest(read_layer(folder, info, name))
    except KortrijkGeoError:
        return UNREADABLE


def _raster_digest(folder: Path, name: str) -> str:
    path = folder / RASTERS[name].file
    try:
        sha256 = file_digest(path)
    except OSError:
        return UNREADABLE
    mask = path.with_name(path.name + _MASK)
    return f"{sha256}, masked by {file_digest(mask)}" if mask.is_file() else sha256


def _stamp(path: Path) -> Stamp:
    return tuple(_status(path.with_name(path.name + end)) for end in ("", *_UNFINISHED, _MASK))


def _status(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


def _size(path: Path) -> int:
    status = _status(path)
    return 0 if status is None else status[0]
