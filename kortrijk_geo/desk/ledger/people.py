"""Personal data, outside the chain: the chain holds a salted hash, which says nothing once row and salt are gone."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING

from kortrijk_geo.desk.ledger.chain import canonical

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping


def digest_of(salt: bytes, content: str) -> str:
    """Return the salted hash of a person's data as they are kept."""
    return hashlib.sha256(salt + content.encode("utf-8", "surrogateescape")).hexdigest()


def keep(connection: sqlite3.Connection, dossier: str, values: Mapping[str, str]) -> str:
    """Keep what is known of a person in a dossier, and return its salted hash."""
    salt, content = secrets.token_bytes(32), canonical(dict(values))
    digest = digest_of(salt, content)
    connection.execute("INSERT INTO people VALUES (?, ?, ?, ?)", (digest, dossier, salt, content))
    return digest


def read(connection: sqlite3.Connection, digest: str) -> dict[str, str] | None:
    """Return what is known of a person; None when it is forgotten."""
    row = connection.execute("SELECT content FROM people WHERE digest = ?", (digest,)).fetchone()
    return None if row is None else json.loads(row[0])


def forget(connection: sqlite3.Connection, dossier: str) -> int:
    """Delete the people of a dossier with their salts, and return how many rows went."""
    return connection.execute("DELETE FROM people WHERE dossier = ?", (dossier,)).rowcount
