"""Where a pack may be written: which files of a folder are a pack's own, and which folders are refused."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError, KortrijkGeoError, OutputError
from kortrijk_geo.pack.description import OUR_WORDS, PACK_FILE, TARGETS_FILE, VECTOR_FILE, read_info
from kortrijk_geo.pack.layers import LAYERS, RASTERS
from kortrijk_geo.scratch import remove_unmarked

if TYPE_CHECKING:
    from collections.abc import Collection

    from kortrijk_geo.pack.description import PackInfo

# What SQLite and GDAL keep beside a file of the pack and would read with the next one of that name.
_BESIDE_VECTORS = ("-wal", "-shm", "-journal")
_BESIDE_RASTERS = (".aux.xml", ".ovr", ".msk")
_NOT_THE_USERS = ("lost+found",)


def check_place(out: Path, info: PackInfo, rasters: Collection[str], *, replace_other: bool = False) -> None:
    """Refuse a folder in which writing this pack would replace something that is not an earlier state of it.

    Parameters
    ----------
    out
        Folder of the pack, which need not exist.
    info
        The pack to write: its name and NIS code.
    rasters
        Names of its rasters.
    replace_other
        Also accept the pack of another city, and one whose ``city.gpkg`` holds layers of its user.

    Raises
    ------
    OutputError
        In a sentence that says what is in the way.
    """
    try:
        if out.is_dir():
            _check_folder(out, info, rasters, replace_other=replace_other)
        elif out.exists() and not out.is_dir():  # another process may have put the pack there just now
            raise OutputError(f"{out} is a file, not a folder")
        nearest = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
        with tempfile.TemporaryFile(dir=nearest):  # it can be written, which a build would find out after its work
            pass
    except KortrijkGeoError:
        raise
    except OSError as error:
        raise OutputError.of(out, error) from error


def own_files(folder: Path) -> set[str]:
    """Return the names of the files that the pack in a folder consists of, and of what is kept beside these."""
    path = folder / PACK_FILE
    if not path.is_file():
        return set()
    try:
        info = read_info(folder)
        rasters, targets = [name for name in info.rasters if name in RASTERS], bool(info.targets_sha256)
    except DataError:
        rasters, targets = list(RASTERS), False  # ours and broken: any raster may be its own
    names = {PACK_FILE, VECTOR_FILE, *(VECTOR_FILE + end for end in _BESIDE_VECTORS)}
    if targets:
        names.add(TARGETS_FILE)
    return names | {_raster_file(name) + end for name in rasters for end in ("", *_BESIDE_RASTERS)}


def stale_files(out: Path, new: Path) -> set[str]:
    """Return which files of the old pack in ``out`` go when the files in ``new`` come: those no longer there."""
    return own_files(out) - {path.name for path in new.iterdir()}


def remove_leftovers(out: Path) -> None:
    """Remove what killed builds of earlier versions left beside, in and for the pack in ``out``, once that is whole."""
    beside = out.absolute()
    ours = {
        PACK_FILE, TARGETS_FILE, VECTOR_FILE, *(VECTOR_FILE + end for end in _BESIDE_VECTORS),
        *(_raster_file(name) + end for name in RASTERS for end in ("", *_BESIDE_RASTERS)),
    }  # fmt: skip
    for prefix in (f".{beside.name}-", f".{beside.name}-old-"):
        remove_unmarked(beside.parent, prefix, ours)
    for prefix in (".building-", ".writing-"):
        remove_unmarked(beside, prefix, ours)
    remove_unmarked(Path(tempfile.gettempdir()), "kortrijk-geo-", {*map(_raster_file, RASTERS), "answer.osm.pbf"})


def _check_folder(out: Path, info: PackInfo, rasters: Collection[str], *, replace_other: bool) -> None:
    if not (out / PACK_FILE).is_file():
        others = sorted(path.name for path in out.iterdir() if not _is_hidden(path))
        if others:
            raise OutputError(
                f"{out} holds other files ({_some(others)}) and no {PACK_FILE}; name an empty or a new folder"
            )
    before = _pack_before(out, replace_other=replace_other)
    if before is not None and not replace_other:
        _check_same_city(out, info, before)
        _check_layers(out, before)
    own = own_files(out)
    new = (VECTOR_FILE, *map(_raster_file, rasters), *([TARGETS_FILE] if info.targets_sha256 else []))
    in_the_way = [name for name in new if name not in own and (out / name).exists()]
    if in_the_way:
        raise OutputError(
            f"{out} holds {_some(in_the_way)}, which its {PACK_FILE} does not name and a build would replace;"
            " move it away, or name another folder"
        )


def _pack_before(out: Path, *, replace_other: bool) -> PackInfo | None:
    if not (out / PACK_FILE).is_file():
        return None
    try:
        return read_info(out)
    except DataError as error:
        if not _is_ours(out / PACK_FILE):
            raise OutputError(
                f"{out} holds a {PACK_FILE} that is not of a city pack; it is left alone; name another folder"
            ) from error
        if replace_other:
            return None
        raise OutputError(f"{error}; with --replace the pack in {out} is replaced, whichever city it was of") from error


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(OUR_WORDS)) == OUR_WORDS.encode()
    except OSError:
        return False


def _check_same_city(out: Path, info: PackInfo, before: PackInfo) -> None:
    if (before.name, before.nis_code) != (info.name, info.nis_code):
        raise OutputError(
            f"{out} holds the pack of {_city(before)}, and this is one of {_city(info)};"
            " name another folder, or replace it with --replace"
        )


def _check_layers(out: Path, before: PackInfo) -> None:
    added = sorted(_tables(out / VECTOR_FILE) - set(before.layers) - set(LAYERS))
    if added:
        raise OutputError(
            f"{out / VECTOR_FILE} also holds {_some(added)}, which no build made and this one would delete;"
            " save it in a file of its own, or drop it with --replace"
        )


def _tables(path: Path) -> set[str]:
    """Names of the layers and tables of a GeoPackage; none of one that cannot be read, which a build then mends."""
    query = "SELECT table_name FROM gpkg_contents UNION SELECT name FROM sqlite_master WHERE name = 'layer_styles'"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return {str(row[0]) for row in database.execute(query)}
    except sqlite3.Error:
        return set()


def _city(info: PackInfo) -> str:
    return f"{info.name} (NIS {info.nis_code})" if info.nis_code else f"{info.name} (no NIS code)"


def _raster_file(name: str) -> str:
    return RASTERS[name].file


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.name in _NOT_THE_USERS


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
