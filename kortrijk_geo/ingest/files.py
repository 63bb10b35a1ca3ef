"""Raw files on disk: found inside the folder the user named and nowhere else, and read as bytes."""

from __future__ import annotations

import glob
import zipfile
from pathlib import Path, PurePosixPath

from kortrijk_geo.errors import DataError, MissingFileError, reading
from kortrijk_geo.ingest.table_limits import table_limits


def locate(files: Path, name: str, *, table: str) -> Path:
    """Return the path of the raw file ``name`` inside the folder ``files``.

    Parameters
    ----------
    files
        The folder given with ``--files``.
    name
        Name or relative path, as the recipe has it; an absolute path must lie inside ``files`` too.
    table
        Table of the recipe that names the file, for messages.

    Raises
    ------
    MissingFileError
        When the folder or the file does not exist.
    DataError
        When the name, or a link beside the file, leads out of the folder, or to a folder, a pipe or a device.
    """
    if not files.is_dir():
        raise MissingFileError(f"the folder with raw files {files} does not exist; name it with --files")
    root = files.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise DataError(
            f"{table}: file {name!r} lies outside the folder {files}; put it in there, or name another --files"
        )
    if path.is_dir():
        raise DataError(f"{table}: file {name!r} is a folder in {files}; name a file")
    if not path.exists():
        raise MissingFileError(
            f"{table}: file {name!r} is not in {files}; put it there, or name another folder with --files"
        )
    for beside in (path, *path.parent.glob(f"{glob.escape(path.stem)}.*")):
        _refuse_other_places(beside, root, table)
    return path


def _refuse_other_places(path: Path, root: Path, table: str) -> None:
    """Refuse a pipe or device, and a link out of the folder; also of what GDAL reads beside a file, as a .dbf."""
    if path.is_symlink() and not path.resolve().is_relative_to(root):
        raise DataError(f"{table}: {path.name} is a link out of the folder {root}; put the file itself there")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise DataError(f"{table}: {path.name} is a pipe or a device, not a file; put a file there")


def read_bytes(path: Path, inside: str | None = None) -> bytes:
    """Return the content of a file, or of the file ``inside`` a ZIP archive.

    Raises
    ------
    DataError
        When the file is empty or cannot be read, or the archive is none or holds no such file.
    """
    try:
        if inside is None:
            content = path.read_bytes()
        else:
            broken = reading(str(path), "is not a ZIP archive, or a damaged one", "fetch it again", passing=(OSError,))
            with broken, zipfile.ZipFile(path) as archive:
                content = read_member(archive, _member(archive, inside, path), str(path))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not content:
        raise DataError(f"{path}: is empty (0 bytes); fetch it again")
    return content


def read_member(archive: zipfile.ZipFile, member: str, origin: str) -> bytes:
    """Return the content of a member of an archive.

    Raises
    ------
    DataError
        When it cannot be unpacked, or would unpack to more than any table or layer is.
    """
    size, most = archive.getinfo(member).file_size, table_limits().member_bytes
    if size > most:
        raise DataError(f"{origin}: {member} unpacks to {size:,} bytes, more than the {most:,} that are read at most")
    with reading(f"{origin}, {member}"):
        return archive.read(member)


def _member(archive: zipfile.ZipFile, inside: str, path: Path) -> str:
    names = [name for name in archive.namelist() if not name.endswith("/")]
    fits = [name for name in names if name == inside or PurePosixPath(name).match(inside)]
    if len(fits) != 1:
        held = ", ".join(names[:10]) or "nothing"
        raise DataError(f"{path}: holds {len(fits)} files that fit inside = {inside!r}; it holds {held}")
    return fits[0]


def inner_name(path: Path, inside: str) -> str:
    """Return the name of the one file in a ZIP archive that fits ``inside``."""
    broken = reading(path.name, "is not a ZIP archive, or a damaged one", "fetch it again")
    with broken, zipfile.ZipFile(path) as archive:
        return _member(archive, inside, path)
