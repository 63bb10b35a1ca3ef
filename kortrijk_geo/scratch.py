"""Folders to work in that go with the run that made them; those of a run that was killed go with the next one.

Each holds a mark that its run keeps locked. The lock is the kernel's, so it is gone when its process is, however that
ended, and it holds between containers, where a process number says nothing. A folder without our mark is never touched,
but for those that versions before the mark left: named by us, untouched for a day, and with nothing in them that such a
version did not write (`remove_unmarked`).
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from filelock import BaseFileLock

_PREFIX = "kortrijk-geo-"
_MARK = ".kortrijk-geo.scratch"
_OUR_SHAPE = re.compile(r"[a-z0-9_]{8}")  # what tempfile adds to a prefix
_LONGEST_RUN_S = 24 * 3600


@contextmanager
def scratch_folder(prefix: str = _PREFIX, parent: Path | None = None) -> Iterator[Path]:
    """Give a new folder that is removed when the block ends, after removing those of dead runs beside it.

    Parameters
    ----------
    prefix
        How its name begins.
    parent
        Where it is made; by default where the machine keeps temporary files.

    Raises
    ------
    OutputError
        When there is no room for temporary files.
    OSError
        When the folder cannot be made in ``parent``.
    """
    try:
        where = Path(tempfile.gettempdir()) if parent is None else parent
        remove_dead(where, prefix)
        folder, lock = _make(where, prefix)
    except OSError as error:
        if parent is None:
            raise OutputError.of(Path(tempfile.tempdir or "TMPDIR"), error) from error
        raise
    try:
        yield folder
    finally:
        with suppress(OSError):
            remove_scratch(folder)
        lock.release()


def remove_scratch(folder: Path) -> None:
    """Remove a scratch folder, its mark last: whoever is killed meanwhile leaves one that is known as ours."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _MARK:
            path.unlink()
    (folder / _MARK).unlink(missing_ok=True)
    folder.rmdir()


def _make(where: Path, prefix: str) -> tuple[Path, BaseFileLock]:
    from filelock import FileLock

    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=where))
        lock = FileLock(folder / _MARK)
        with suppress(FileNotFoundError):  # another run took the folder, still empty, for that of a dead one
            lock.acquire()
            if (folder / _MARK).exists():
                return folder, lock
            lock.release()


def remove_dead(where: Path, prefix: str) -> None:
    """Remove the scratch folders with this prefix whose run is dead."""
    for folder in where.iterdir():
        if folder.name.startswith(prefix) and folder.is_dir() and not folder.is_symlink():
            with suppress(OSError):  # of another user, or of a run that lives
                _remove_if_dead(folder, prefix)


def remove_unmarked(where: Path, prefix: str, ours: Collection[str]) -> None:
    """Remove the scratch folders with this prefix that a killed run of a version without marks left.

    Parameters
    ----------
    where
        The folder that they stand in.
    prefix
        How their names begin.
    ours
        Names of the files that such a run wrote; a folder with any other file, or with a folder or a link, is left.
    """
    with suppress(OSError):
        for folder in where.iterdir():
            if folder.name.startswith(prefix) and _OUR_SHAPE.fullmatch(folder.name.removeprefix(prefix)):
                with suppress(OSError):  # of another user
                    _remove_if_left(folder, ours)


def _remove_if_left(folder: Path, ours: Collection[str]) -> None:
    if folder.is_symlink() or not folder.is_dir():
        return
    files = list(folder.iterdir())
    if not files or any(path.name not in ours or path.is_symlink() or not path.is_file() for path in files):
        return
    if max(path.stat().st_mtime for path in (folder, *files)) > time.time() - _LONGEST_RUN_S:
        return  # its run may live yet
    for path in files:
        path.unlink()
    folder.rmdir()


def _remove_if_dead(folder: Path, prefix: str) -> None:
    from filelock import FileLock

    mark = folder / _MARK
    if not mark.is_file():
        if _OUR_SHAPE.fullmatch(folder.name.removeprefix(prefix)):
            folder.rmdir()  # empty: its run was killed before it could mark it
        return
    lock = FileLock(mark)
    lock.acquire(blocking=False)
    try:
        remove_scratch(folder)
    finally:
        lock.release()
