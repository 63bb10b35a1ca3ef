"""What can go wrong with the ledger, in the words of an officer."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError, KortrijkGeoError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ConflictError(KortrijkGeoError):
    """Another one wrote in a dossier between what the writer saw and what he writes."""


class BusyError(KortrijkGeoError):
    """Another program holds the ledger for longer than we wait."""


class LedgerFileError(DataError):
    """The file is no ledger that this version can read."""


class UnknownDossierError(KortrijkGeoError, LookupError):
    """No dossier has this number."""

    exit_code = 3


_UNWRITABLE = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_UNREADABLE = {sqlite3.SQLITE_NOTADB: "is geen register", sqlite3.SQLITE_CORRUPT: "is beschadigd"}

# Of a damaged text and a damaged head of the file, for which there is no code of their own.
_DAMAGED = ("Could not decode", "unsupported file format")


@contextmanager
def told_in_dutch(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the disk, the file or another program into an error of ours; a bug stays as it is."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BusyError(
                "Een ander programma gebruikt het register; er is niets bewaard, probeer opnieuw"
            ) from error
        if code == sqlite3.SQLITE_FULL:
            raise OutputError(f"{path}: de schijf is vol; er is niets bewaard") from error
        if code in _UNWRITABLE:
            raise OutputError(f"{path} kan niet worden gelezen of geschreven ({error}); er is niets bewaard") from error
        if code in _UNREADABLE:
            raise LedgerFileError(f"{path} {_UNREADABLE[code]} ({error}); zet een goede back-up terug") from error
        if str(error).startswith(_DAMAGED):
            raise LedgerFileError(f"{path} is beschadigd ({error}); zet een goede back-up terug") from error
        raise
    except UnicodeDecodeError as error:  # a message of SQLite that quotes a damaged text
        raise LedgerFileError(f"{path} is beschadigd ({error}); zet een goede back-up terug") from error
