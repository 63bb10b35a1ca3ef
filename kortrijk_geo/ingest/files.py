"""Raw files on disk: found inside the folder the user named and nowhere else, and read as bytes."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.ingest.outside import reading, table_limits


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
        When the name leads out of the folder, or to a folder.
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
    return path


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
            with zipfile.ZipFile(path) as archive:
                content = read_member(archive, _member(archive, inside, path), str(path))
    except zipfile.BadZipFile as error:
        raise DataError(f"{path}: is not a ZIP archive, or a damaged one; fetch it again") from error
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


def inner_path(path: Path, inside: str) -> str:
    """Return the GDAL path of the file ``inside`` a ZIP archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return f"/vsizip/{path}/{_member(archive, inside, path)}"
    except zipfile.BadZipFile as error:
        raise DataError(f"{path}: is not a ZIP archive, or a damaged one; fetch it again") from error
