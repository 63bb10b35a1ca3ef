"""The SQLite file of a ledger: made whole or not at all, shared by threads and processes, every commit on the disk."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kortrijk_geo.desk.ledger.errors import BusyError, LedgerFileError, told_in_dutch
from kortrijk_geo.desk.ledger.migrating import migrate
from kortrijk_geo.errors import MissingFileError, OutputError
from kortrijk_geo.files import file_replacing, folder_locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "desk.sqlite"
_PATIENCE_S = 10.0


def connect(path: Path) -> sqlite3.Connection:
    """Open an existing file: commits wait for the disk, what is deleted is overwritten, nothing goes to a temp file."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False, uri=True)
    try:
        for pragma in (
            "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "recursive_triggers = ON",
            "temp_store = MEMORY", "trusted_schema = OFF",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def remains(folder: Path) -> list[Path]:
    """Return what a ledger left in a folder: its file, and the files with what was not yet written into it."""
    return [path for end in ("", "-wal", "-shm", "-journal") if os.path.lexists(path := folder / f"{FILE}{end}")]


def check_vacant(folder: Path) -> None:
    """Refuse a folder that holds a ledger, or the write-ahead log of one, which SQLite would add to a new file."""
    if left := remains(folder):
        raise OutputError(f"{folder} bevat al een register ({left[0].name}); kies een andere map of verplaats het")


class Database:
    """A file and the connections to it, lent to one thread at a time.

    Parameters
    ----------
    folder
        Where the file is.
    create
        Make it when it is not there.
    """

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        self.path = folder / FILE
        self._idle: list[sqlite3.Connection] = []
        self._lending = threading.Lock()
        self._writers = threading.Lock()  # threads queue here, since the waiting of SQLite is not fair
        self._mine = threading.local()
        self._closed = False
        if not self.path.exists():
            if not create:
                raise MissingFileError(f"{folder} bevat geen register ({FILE})")
            _make(folder)
        if self.path.is_file() and not self.path.stat().st_size:
            raise LedgerFileError(f"{self.path} is leeg; zet een goede back-up terug")
        self._identity = _identity(self.path)
        with self.reading() as connection:
            migrate(connection, self.path)
            if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
                raise OutputError(f"{folder} staat op een schijf waarop geen register kan staan (geen WAL)")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; within `writing` it is that of the transaction."""
        with told_in_dutch(self.path):
            mine: sqlite3.Connection | None = getattr(self._mine, "connection", None)
            if mine is not None:
                yield mine
                return
            connection = self._borrow()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._give_back(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection in a transaction, which is on the disk when the block ends, or never was."""
        with self.alone(), self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._mine.connection = connection
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                self._mine.connection = None
                if connection.in_transaction:
                    with suppress(sqlite3.Error):  # the error that brought us here is told
                        connection.execute("ROLLBACK")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have the writing of this process to one thread."""
        if getattr(self._mine, "connection", None) is not None:
            raise RuntimeError("a transaction of this thread is open: use its own methods")
        if not self._writers.acquire(timeout=_PATIENCE_S):
            raise BusyError("Het register is bezet; er is niets bewaard, probeer opnieuw")
        try:
            yield
        finally:
            self._writers.release()

    def close(self) -> None:
        """Close what is idle; what is lent closes when it comes back."""
        with self._lending:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _borrow(self) -> sqlite3.Connection:
        if _identity(self.path) != self._identity:  # what is written to it now, nobody would find back
            raise LedgerFileError(f"{self.path} is vervangen of weg terwijl het open was; start het loket opnieuw")
        with self._lending:
            if self._closed:
                raise RuntimeError("the ledger is closed")
            if self._idle:
                return self._idle.pop()
        return connect(self.path)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lending:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file stands under a name; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _make(folder: Path) -> None:
    """Make a new file beside and then in its place, so that an empty or half one is always a fault."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.of(folder, error) from error
    with folder_locked(folder, lambda _: None):
        if (folder / FILE).exists():  # another program was first
            return
        check_vacant(folder)
        with told_in_dutch(folder / FILE), file_replacing(folder / FILE) as building:
            building.touch(mode=0o600)
            connection = connect(building)
            try:
                migrate(connection, building)
            finally:
                connection.close()
