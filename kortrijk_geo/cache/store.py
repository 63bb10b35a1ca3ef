"""The folder of kept answers: one user's own, every file checked when it is read, the oldest out when it is full."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.errors import OutputError
from kortrijk_geo.files import file_replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_log = logging.getLogger(__name__)
_FORMAT = b"kortrijk-geo kept answer 1\n"
_END = ".answer"
_LOCK = ".lock"
_LONGEST_RUN_S = 24 * 3600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
MOST_BYTES = 2_000_000_000


@dataclass(frozen=True)
class Store:
    """Answers in a folder, each under the hash of its question.

    Parameters
    ----------
    folder
        Where they are; made, for its owner alone, when the first is written.
    most_bytes
        When they are larger together, those not asked for longest go.
    """

    folder: Path
    most_bytes: int = MOST_BYTES

    def has(self, key: str) -> bool:
        """Whether there is an answer, damaged or not."""
        return self._path(key).is_file()

    def read(self, key: str) -> bytes | None:
        """Return an answer, or None where there is none; one that is damaged is told and removed."""
        path = self._path(key)
        try:
            with open(path, "rb", opener=_no_link) as stream:
                status = os.fstat(stream.fileno())
                if not _is_ours(status) or not stat.S_ISREG(status.st_mode):
                    _log.warning("%s: belongs to another user and is not read", path)
                    return None
                content = stream.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("%s: cannot be read and is computed anew: %s", path, error)
            return None
        head = len(_FORMAT) + hashlib.sha256().digest_size
        answer = content[head:]
        if content[:head] != _FORMAT + hashlib.sha256(answer).digest():
            self.remove(key, "is damaged")
            return None
        with suppress(OSError):
            os.utime(path)  # asked for now, so it stays
        return answer

    def remove(self, key: str, why: str) -> None:
        """Take an answer away and tell why."""
        path = self._path(key)
        _log.warning("%s: %s; it is removed and computed anew", path, why)
        with suppress(OSError):
            path.unlink()

    def write(self, key: str, answer: bytes) -> None:
        """Keep an answer, and let the oldest go when there are too many; that it cannot be kept is told."""
        if len(answer) > self.most_bytes:
            return
        try:
            with file_replacing(self._path(key)) as building:
                building.write_bytes(_FORMAT + hashlib.sha256(answer).digest() + answer)
                building.chmod(0o600)
            self._let_go()
        except (OutputError, OSError) as error:
            _log.warning("%s: the answer is not kept: %s", self.folder, error)

    @contextmanager
    def alone(self, key: str) -> Iterator[bool]:
        """Have a question alone, waiting for whoever computes it now; False where there is no folder to keep it in."""
        from filelock import FileLock

        path = self.folder / f"{key}{_LOCK}"
        lock = FileLock(path, mode=0o600)
        try:
            self._make_folder()
            lock.acquire()
        except (OutputError, OSError) as error:
            _log.warning("%s: nothing is kept here: %s", self.folder, error)
            yield False
            return
        try:
            yield True
        finally:
            # Removed while it is held: who waits for this very file sees that it is gone, and makes it anew.
            with suppress(OSError):
                path.unlink()
            lock.release()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_END}"

    def _make_folder(self) -> None:
        """Make the folder for its owner alone; refuse one that others can reach, who could put answers in it."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            self.folder.mkdir(mode=0o700)
        status = self.folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or not _is_ours(status) or status.st_mode & _OTHERS:
            raise OutputError(f"{self.folder} must be a folder of yours that nobody else can read or write (chmod 700)")

    def _let_go(self) -> None:
        for path in self.folder.glob(f"*{_LOCK}"):
            with suppress(FileNotFoundError):  # of a run that was killed
                if path.stat().st_mtime < time.time() - _LONGEST_RUN_S:
                    path.unlink()
        ages = []
        for path in self.folder.glob(f"*{_END}"):
            with suppress(FileNotFoundError):  # another run let it go
                status = path.stat()
                ages.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in ages)
        for _, size, path in sorted(ages):
            if total <= self.most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))


def _is_ours(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
