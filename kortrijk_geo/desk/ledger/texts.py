"""Rulebooks and figures as they were, under the hash of their content: equal texts are kept once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError

if TYPE_CHECKING:
    import sqlite3


def keep(connection: sqlite3.Connection, text: str) -> str:
    """Keep a text and return its SHA-256."""
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise DataError("de tekst bevat tekens die niet bestaan") from error
    sha256 = hashlib.sha256(content).hexdigest()
    if connection.execute("SELECT 1 FROM texts WHERE sha256 = ?", (sha256,)).fetchone() is None:
        connection.execute("INSERT INTO texts VALUES (?, ?)", (sha256, text))
    return sha256


def read(connection: sqlite3.Connection, sha256: str) -> str:
    """Return the text with this hash.

    Raises
    ------
    DataError
        When it is absent, or no longer the text that was kept.
    """
    row = connection.execute("SELECT content FROM texts WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None:
        raise DataError(f"het register bevat geen tekst {sha256[:12]}")
    text = str(row[0])
    if hashlib.sha256(text.encode()).hexdigest() != sha256:
        raise DataError(f"de tekst {sha256[:12]} in het register is veranderd")
    return text
