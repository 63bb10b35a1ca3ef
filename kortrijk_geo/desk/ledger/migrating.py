"""How a ledger of an older version becomes one of this version: the files of ``migrations/``, in order."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.desk.ledger.errors import LedgerFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = Path(__file__).with_name("migrations")
APPLICATION_ID = 0x4B474C44  # "KGLD", so that no other SQLite file is taken for a ledger


@cache
def migrations() -> tuple[str, ...]:
    """Return the SQL of each migration; the first makes version 1 of a new file."""
    files = sorted(_FOLDER.glob("[0-9][0-9][0-9]_*.sql"))
    numbers = [int(path.name[:3]) for path in files]
    assert numbers == list(range(1, len(files) + 1)), numbers
    return tuple(path.read_text(encoding="utf-8") for path in files)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a ledger to this version, all or nothing; the caller's connection is outside a transaction.

    Raises
    ------
    LedgerFileError
        When the file is another program's, or of a newer version than this.
    """
    if _version(connection, path) == len(migrations()):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for sql in migrations()[_version(connection, path) :]:  # another program may have done it meanwhile
            for statement in _statements(sql):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations())}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not ours and (version or connection.execute("SELECT 1 FROM sqlite_master").fetchone()):
        raise LedgerFileError(f"{path} is geen register, maar een gegevensbank van een ander programma")
    if version > len(migrations()):
        raise LedgerFileError(
            f"{path} is van versie {version}; dit programma kent tot versie {len(migrations())}: installeer een nieuwer"
        )
    return version


def _statements(sql: str) -> Iterator[str]:
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), statement
