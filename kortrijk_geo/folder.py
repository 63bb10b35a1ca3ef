"""A folder of results that several runs want at once: one at a time has it, and puts there all its files or none."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import KortrijkGeoError, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LOCK = ".kortrijk-geo.lock"
_BUILDING = ".building-"


@contextmanager
def folder_updated(
    out: Path,
    written: list[Path],
    *,
    last: Sequence[str],
    listed: Callable[[Path], set[str]],
    waiting: Callable[[str], None],
) -> Iterator[Path]:
    """Give a folder to write in, to one run at a time; when the block ends without an error its files go to ``out``.

    Parameters
    ----------
    out
        Folder of the results; made when absent. Other files in it stay.
    written
        Takes the files that were put in their place, in order.
    last
        Names of the files that go last, in this order: who finds these finds the others.
    listed
        Tells which results a folder says it holds; what the old one says and the new one does not is removed.
    waiting
        Called with a sentence when another run has the folder.

    Raises
    ------
    OutputError
        When the folder cannot be written; what stood there before stays.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with folder_locked(out, waiting):
            for remains in out.glob(f"{_BUILDING}*"):  # of a run that was killed
                shutil.rmtree(remains, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=_BUILDING, dir=out) as folder:
                building = Path(folder)
                yield building
                stale = listed(out) - listed(building)
                names = sorted(path.name for path in building.iterdir())
                for name in sorted(names, key=lambda name: last.index(name) if name in last else -1):
                    (building / name).replace(out / name)
                    written.append(out / name)
                for name in stale:
                    (out / name).unlink(missing_ok=True)
    except OutputError as error:
        raise OutputError.of(out, error) from error
    except KortrijkGeoError:
        raise
    except OSError as error:
        raise OutputError.of(out, error) from error


@contextmanager
def folder_locked(folder: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Have a folder alone, waiting for another run as long as that takes; no file of the lock remains.

    The lock is the kernel's: it is gone when its process is, however that ended. It binds those who ask for it.

    Parameters
    ----------
    folder
        The folder, which exists.
    waiting
        Called once with a sentence when another run has the folder.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    path = folder / _LOCK
    lock = FileLock(path)
    try:
        try:
            lock.acquire(blocking=False)
        except Timeout:
            waiting(f"waiting for another run that is writing {folder}")
            lock.acquire()
    except OSError as error:
        raise OutputError.of(folder, error) from error
    try:
        yield
    finally:
        # Removed while it is held: who waits for this very file sees that it is gone, and makes it anew.
        with suppress(OSError):
            path.unlink()
        lock.release()
