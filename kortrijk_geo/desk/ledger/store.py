"""The ledger as its users see it: every method is one transaction, and `Ledger.writing` makes one of several."""

from __future__ import annotations

import datetime as dt
import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kortrijk_geo.desk.ledger import drafts, people, texts
from kortrijk_geo.desk.ledger.chain import SELECT, START, Entry, Head, canonical, entry_hash, utc_text
from kortrijk_geo.desk.ledger.database import Database
from kortrijk_geo.desk.ledger.errors import BusyError, ConflictError, UnknownDossierError
from kortrijk_geo.errors import DataError, OutputError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from kortrijk_geo.desk.ledger.drafts import Draft

OPENED, FORGOTTEN = "opened", "forgotten"
_LARGEST = 2**63 - 1  # integer of SQLite; who asks for what comes after a larger one, asks for nothing


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Writing:
    """What can be written in one transaction; reads of the ledger in the same thread see it already."""

    def __init__(self, connection: sqlite3.Connection, now: Callable[[], dt.datetime]) -> None:
        self._connection = connection
        self._now = now

    def append(
        self, kind: str, *, who: str, dossier: str = "", body: Mapping[str, Any], expect_last: int | None = None
    ) -> Entry:
        """Append an entry; see `Ledger.append`."""
        if kind == OPENED:
            raise ValueError("a dossier is opened by new_dossier, which allots its number")
        self.expect_last(dossier, expect_last)
        return self._append(kind, who, dossier, body)

    def expect_last(self, dossier: str, number: int | None) -> None:
        """Refuse a dossier that was never opened, or has another last entry than the writer saw; None asks nothing."""
        last = self._last_of(dossier)
        if dossier and last is None:
            raise UnknownDossierError(f"Er is geen dossier {dossier}")
        if number is not None and number != (last or 0):
            raise ConflictError(
                f"Intussen heeft iemand anders {f'dossier {dossier}' if dossier else 'dit'} gewijzigd;"
                " bekijk wat er veranderde en doe het opnieuw"
            )

    def new_dossier(self, year: int, *, who: str, body: Mapping[str, Any]) -> Entry:
        """Open a dossier with the next number of a year; see `Ledger.new_dossier`."""
        sql = (
            "SELECT coalesce(max(CAST(substr(dossier, 6) AS INTEGER)), 0) + 1 FROM entries INDEXED BY dossiers_opened"
            " WHERE kind = 'opened' AND dossier >= ? AND dossier < ?"
        )
        assert 1000 <= year <= 9999, year
        # "." comes after "-", so these are the numbers of this year.
        (count,) = self._connection.execute(sql, (f"{year}-", f"{year}.")).fetchone()
        return self._append(OPENED, who, f"{year}-{count:04}", body)

    def keep_text(self, text: str) -> str:
        """Keep a text once, and return its SHA-256."""
        return texts.keep(self._connection, text)

    def keep_person(self, dossier: str, values: Mapping[str, str]) -> str:
        """Keep personal data of a dossier, and return the salted hash that stands for them in an entry."""
        self.expect_last(dossier, None)
        return people.keep(self._connection, dossier, values)

    def save_draft(
        self, owner: str, fields: Mapping[str, str], *, draft: str | None = None, dossier: str = "", seen: str = ""
    ) -> str:
        """Save what an owner typed; see `Ledger.save_draft`."""
        return drafts.save(self._connection, owner, fields, draft, dossier, utc_text(self._now()), seen=seen)

    def drop_draft(self, draft: str, owner: str) -> bool:
        """Delete a draft of an owner; whether there was one."""
        return drafts.drop(self._connection, draft, owner)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Carry out a statement on a table that a migration beside ours made; values only as parameters."""
        return self._connection.execute(sql, tuple(parameters)).fetchall()

    def _last_of(self, dossier: str) -> int | None:
        sql = "SELECT max(number) FROM entries WHERE dossier = ?"
        number: int | None = self._connection.execute(sql, (dossier,)).fetchone()[0]
        return number

    def _append(self, kind: str, who: str, dossier: str, body: Mapping[str, Any]) -> Entry:
        try:
            content = canonical(dict(body))
            f"{kind}{who}{dossier}".encode()
        except ValueError as error:  # a surrogate in a name, an infinite number, a body that holds itself
            raise DataError(f"kan niet worden ingeschreven: {error}") from error
        last = _head(self._connection)
        number, at = last.number + 1, utc_text(self._now())
        digest = entry_hash(number, at, who, kind, dossier, json.loads(content), last.hash)
        row = (number, at, who, kind, dossier, content, last.hash, digest)
        self._connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        return Entry.of_row(row)


class Ledger:
    """The ledger of a desk, one SQLite file, for all threads of a process and beside other processes.

    Parameters
    ----------
    folder
        Where ``desk.sqlite`` is.
    now
        The clock; moments with a time zone.
    create
        Make the folder and the file when they are not there.

    Raises
    ------
    LedgerFileError
        When the file is none of ours, damaged, empty, or of a newer version.
    OutputError
        When it cannot be written.
    MissingFileError
        When there is none and ``create`` is false.
    """

    def __init__(self, folder: Path, *, now: Callable[[], dt.datetime] = _now, create: bool = True) -> None:
        self.database = Database(Path(folder), create=create)
        self._now = now

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Give what writes in ONE transaction: on the disk when the block ends, nothing of it when the block fails.

        Raises
        ------
        BusyError
            When another program holds the file for longer than ten seconds.
        OutputError
            When the disk is full or the file cannot be written; the old state stays.
        """
        with self.database.writing() as connection:
            yield Writing(connection, self._now)

    def append(
        self, kind: str, *, who: str, dossier: str = "", body: Mapping[str, Any], expect_last: int | None = None
    ) -> Entry:
        """Append an entry and return it when it is on the disk.

        Parameters
        ----------
        kind
            What happened.
        who
            Who did it.
        dossier
            Number of an opened dossier; "" where the entry is about none.
        body
            What it holds: JSON values, no personal data.
        expect_last
            Number of the last entry of this dossier that the writer saw; 0 for none.

        Raises
        ------
        ConflictError
            When the dossier has another last entry than ``expect_last``.
        UnknownDossierError
            When no such dossier was opened.
        """
        with self.writing() as writing:
            return writing.append(kind, who=who, dossier=dossier, body=body, expect_last=expect_last)

    def new_dossier(self, year: int, *, who: str, body: Mapping[str, Any]) -> Entry:
        """Open a dossier with the next number of a year, such as 2026-0001; the entry is of the kind "opened"."""
        with self.writing() as writing:
            return writing.new_dossier(year, who=who, body=body)

    def entries(self, *, dossier: str | None = None, kind: str | None = None, after: int = 0) -> list[Entry]:
        """Return entries in order, of a dossier and of a kind where these are named, after a number."""
        sql = SELECT + " WHERE number > ?"
        sql += " AND dossier = ?" * (dossier is not None) + " AND kind = ?" * (kind is not None)
        values = [max(0, min(after, _LARGEST)), *(value for value in (dossier, kind) if value is not None)]
        return [Entry.of_row(row) for row in self.query(f"{sql} ORDER BY number", values)]

    def head(self) -> Head:
        """Return the number and hash of the last entry, which stand for the whole history."""
        with self.database.reading() as connection:
            return _head(connection)

    def keep_text(self, text: str) -> str:
        """Keep a text (a rulebook, figures) once, and return its SHA-256."""
        with self.writing() as writing:
            return writing.keep_text(text)

    def text(self, sha256: str) -> str:
        """Return a text that was kept; `DataError` when it is absent or was altered."""
        with self.database.reading() as connection:
            return texts.read(connection, sha256)

    def keep_person(self, dossier: str, values: Mapping[str, str]) -> str:
        """Keep personal data of a dossier, and return the salted hash that stands for them in an entry."""
        with self.writing() as writing:
            return writing.keep_person(dossier, values)

    def person(self, digest: str) -> dict[str, str] | None:
        """Return personal data by their salted hash; None when they are forgotten."""
        with self.database.reading() as connection:
            return people.read(connection, digest)

    def entries_and_people(self) -> tuple[list[Entry], dict[str, str]]:
        """Return all entries, and of the same moment the dossier of each row of personal data by its salted hash."""
        with self.database.reading() as connection:
            connection.execute("BEGIN")
            try:
                rows = connection.execute(SELECT + " ORDER BY number").fetchall()
                kept = dict(connection.execute("SELECT digest, dossier FROM people").fetchall())
            finally:
                connection.execute("ROLLBACK")
        return [Entry.of_row(row) for row in rows], kept

    def forget(self, dossier: str, *, who: str, expect_last: int | None = None) -> Entry:
        """Delete the personal data of a dossier, salts and drafts included, from the bytes of the file.

        The entry "forgotten" tells that it was done; a dossier without personal data that was forgotten before keeps
        that entry. Backups made before still hold the data: nothing here can reach them.

        Raises
        ------
        UnknownDossierError, ConflictError
            When no such dossier was opened, or it has another last entry than ``expect_last``; nothing is deleted.
        BusyError, OutputError
            When the data are deleted, but traces of them may stand in the file as yet: do it again.
        """
        with self.writing() as writing, self.database.reading() as connection:
            writing.expect_last(dossier, expect_last)
            body = {"people": people.forget(connection, dossier), "drafts": drafts.forget(connection, dossier)}
            earlier = [] if any(body.values()) else self.entries(dossier=dossier, kind=FORGOTTEN)
            entry = earlier[-1] if earlier else writing.append(FORGOTTEN, who=who, dossier=dossier, body=body)
        try:
            self.clean()
        except (BusyError, OutputError) as error:
            raise type(error)(
                f"De persoonsgegevens van dossier {dossier} zijn verwijderd, maar resten kunnen nog in het bestand"
                f" staan: doe het opnieuw ({error})"
            ) from error
        return entry

    def clean(self) -> None:
        """Write the file anew without what was deleted, and empty the write-ahead log."""
        with self.database.alone(), self.database.reading() as connection:
            # Deleted cells are overwritten, but a page that was split keeps copies in its free space.
            connection.execute("VACUUM")
            if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise BusyError("Een ander programma leest het register nog")

    def save_draft(
        self, owner: str, fields: Mapping[str, str], *, draft: str | None = None, dossier: str = "", seen: str = ""
    ) -> str:
        """Save what an owner typed, and return the name of the draft.

        It is a new name when ``draft`` is none, or none of this owner, or when another window saved something else in
        it since ``seen``, the moment at which the writer knew it to be saved: so nothing is lost or written over.
        A draft that belongs to a dossier is forgotten with it.
        """
        with self.writing() as writing:
            return writing.save_draft(owner, fields, draft=draft, dossier=dossier, seen=seen)

    def draft(self, draft: str, owner: str) -> Draft | None:
        """Return a draft of an owner; None when he has none of that name."""
        with self.database.reading() as connection:
            return drafts.read(connection, draft, owner)

    def drafts(self, owner: str) -> list[Draft]:
        """Return the drafts of an owner, the last saved first."""
        with self.database.reading() as connection:
            return drafts.of_owner(connection, owner)

    def drop_draft(self, draft: str, owner: str) -> bool:
        """Delete a draft of an owner; whether there was one."""
        with self.writing() as writing:
            return writing.drop_draft(draft, owner)

    def drop_drafts_before(self, moment: dt.datetime) -> int:
        """Delete the drafts that were last saved before a moment, and return how many."""
        with self.database.writing() as connection:
            return drafts.drop_before(connection, utc_text(moment))

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT; values only as parameters."""
        with self.database.reading() as connection:
            return connection.execute(sql, tuple(parameters)).fetchall()


def _head(connection: sqlite3.Connection) -> Head:
    row = connection.execute("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return Head(*row) if row else Head(0, START)
