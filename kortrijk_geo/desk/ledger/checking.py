"""Proof that nobody changed the ledger: the chain, the texts and the people against their hashes, the guards."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kortrijk_geo.desk.ledger.chain import SELECT, Head, canonical, entry_hash
from kortrijk_geo.desk.ledger.database import connect
from kortrijk_geo.desk.ledger.errors import told_in_dutch
from kortrijk_geo.desk.ledger.migrating import migrate
from kortrijk_geo.desk.ledger.people import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kortrijk_geo.desk.ledger.store import Ledger

What: TypeAlias = Literal[
    "changed", "missing", "misplaced", "cut", "rewritten", "text altered", "person altered", "unguarded", "damaged"
]


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written.

    ``number`` is the first entry that differs, 0 where it is none; ``subject`` the hash of the text or person.
    """

    what: What
    sentence: str
    number: int = 0
    subject: str = ""


@dataclass(frozen=True)
class ChainReport:
    """What a check found; of the chain only the first fault, since all after it hang on it."""

    entries: int
    head: Head
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.faults


def check_chain(ledger: Ledger, head: Head | None = None) -> ChainReport:
    """Check a ledger against its own hashes, and against a head that was exported or printed earlier.

    Entries cut off at the end, and a history that was written anew with new hashes, are only seen with such a head.
    """
    return check_file(ledger.database.path, head)


def check_file(path: Path, head: Head | None = None) -> ChainReport:
    """Check a file of this version as `check_chain` does."""
    # A connection of its own: one moment of the file, and bytes that are no UTF-8 are shown, not stumbled upon.
    with told_in_dutch(path), closing(connect(path)) as connection:
        connection.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
        try:
            connection.execute("BEGIN")
            return _report(connection, path, head)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_CORRUPT:
                raise
            return ChainReport(0, Head(), (Fault("damaged", f"het bestand is beschadigd: {error}"),))


def _report(connection: sqlite3.Connection, path: Path, head: Head | None) -> ChainReport:
    rows = connection.execute(SELECT + " ORDER BY number").fetchall()
    last = Head(rows[-1][0], rows[-1][-1]) if rows else Head()
    in_chain = _first_fault(rows) or _fault_of_head(rows, head)
    faults = [
        *([in_chain] if in_chain else []),
        *_altered(connection),
        *_unguarded(connection, path),
        *_damage(connection),
    ]
    return ChainReport(len(rows), last, tuple(faults))


def _first_fault(rows: list[Any]) -> Fault | None:
    previous = Head().hash
    for expected, row in enumerate(rows, start=1):
        number, at, who, kind, dossier, body, named, digest = row
        if number != expected:
            return Fault("missing", f"inschrijving {expected} ontbreekt", expected)
        content = _parsed(body)
        if content is None or entry_hash(number, at, who, kind, dossier, content, named) != digest:
            return Fault("changed", f"inschrijving {number} is veranderd", number)
        if named != previous:
            return Fault("misplaced", f"inschrijving {number} volgt niet op inschrijving {number - 1}", number)
        previous = digest
    return None


def _parsed(body: Any) -> Any:
    """Return what a body holds; None when it is not the canonical text that was hashed, whatever it means."""
    try:
        content = json.loads(body)
        return content if isinstance(content, dict) and canonical(content) == body else None
    except (TypeError, ValueError, RecursionError):
        return None


def _fault_of_head(rows: list[Any], head: Head | None) -> Fault | None:
    if head is None or head == Head():
        return None
    if len(rows) < head.number:
        first = len(rows) + 1
        return Fault("cut", f"inschrijving {first} ontbreekt: er waren er minstens {head.number}", first)
    if not head.number or rows[head.number - 1][-1] != head.hash:
        words = f"inschrijving {head.number} is niet die van de bewaarde kop: wat tot daar staat, is herschreven"
        return Fault("rewritten", words, head.number)
    return None


def _altered(connection: sqlite3.Connection) -> Iterator[Fault]:
    for sha256, content in connection.execute("SELECT sha256, content FROM texts ORDER BY sha256"):
        # Where pages of the file changed places, a column holds anything, or nothing.
        if hashlib.sha256(str(content).encode("utf-8", "surrogateescape")).hexdigest() != sha256:
            yield Fault("text altered", f"de bewaarde tekst {str(sha256)[:12]} is veranderd", subject=str(sha256))
    for digest, dossier, salt, content in connection.execute("SELECT digest, dossier, salt, content FROM people"):
        if not isinstance(salt, bytes) or digest_of(salt, str(content)) != digest:
            words = f"persoonsgegevens van dossier {dossier} zijn veranderd ({str(digest)[:12]})"
            yield Fault("person altered", words, subject=str(digest))


def _unguarded(connection: sqlite3.Connection, path: Path) -> Iterator[Fault]:
    """Tell which triggers and tables are not as the migrations make them."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh, path)
        expected = _schema(fresh)
    actual = _schema(connection)
    for name in sorted(expected.keys() | actual.keys()):
        if expected.get(name) != actual.get(name):
            yield Fault("unguarded", f"{name} in het bestand is niet zoals dit programma het maakt")


def _schema(connection: sqlite3.Connection) -> dict[str, str]:
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    return dict(rows)


def _damage(connection: sqlite3.Connection) -> Iterator[Fault]:
    (words,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if words != "ok":
        yield Fault("damaged", f"het bestand is beschadigd: {words}")
