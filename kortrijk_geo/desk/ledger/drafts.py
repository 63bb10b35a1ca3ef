"""What somebody typed and did not hand in yet."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kortrijk_geo.desk.ledger.chain import canonical

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

_SELECT = "SELECT draft, owner, dossier, saved_at, fields FROM drafts WHERE owner = ?"


@dataclass(frozen=True)
class Draft:
    """Fields of a form as they were typed; ``dossier`` is "" until they belong to one."""

    draft: str
    owner: str
    dossier: str
    saved_at: str
    fields: Mapping[str, str]


def save(
    connection: sqlite3.Connection,
    owner: str,
    fields: Mapping[str, str],
    draft: str | None,
    dossier: str,
    at: str,
    *,
    seen: str = "",
) -> str:
    """Save a draft and return its name: a new one when ``draft`` is no draft of this owner, so that nothing is lost.

    So too when it was saved with other fields since the writer saw it, ``seen``: that of another window stays.
    """
    content = canonical(dict(fields))
    if draft is not None:
        changed = connection.execute(
            "UPDATE drafts SET dossier = ?, saved_at = ?, fields = ? WHERE draft = ? AND owner = ?"
            " AND (? IN ('', saved_at) OR fields = ?)",
            (dossier, at, content, draft, owner, seen, content),
        )
        if changed.rowcount:
            return draft
    name = secrets.token_urlsafe(16)
    connection.execute("INSERT INTO drafts VALUES (?, ?, ?, ?, ?)", (name, owner, dossier, at, content))
    return name


def read(connection: sqlite3.Connection, draft: str, owner: str) -> Draft | None:
    """Return a draft of an owner; None when he has none of that name."""
    row = connection.execute(_SELECT + " AND draft = ?", (owner, draft)).fetchone()
    return None if row is None else _of_row(row)


def of_owner(connection: sqlite3.Connection, owner: str) -> list[Draft]:
    """Return the drafts of an owner, the last saved first."""
    rows = connection.execute(_SELECT + " ORDER BY saved_at DESC, rowid DESC", (owner,)).fetchall()
    return [_of_row(row) for row in rows]


def drop(connection: sqlite3.Connection, draft: str, owner: str) -> bool:
    """Delete a draft of an owner; whether there was one."""
    return connection.execute("DELETE FROM drafts WHERE draft = ? AND owner = ?", (draft, owner)).rowcount > 0


def drop_before(connection: sqlite3.Connection, at: str) -> int:
    """Delete the drafts that were last saved before a moment, and return how many."""
    return connection.execute("DELETE FROM drafts WHERE saved_at < ?", (at,)).rowcount


def forget(connection: sqlite3.Connection, dossier: str) -> int:
    """Delete the drafts of a dossier, and return how many."""
    return connection.execute("DELETE FROM drafts WHERE dossier = ?", (dossier,)).rowcount


def _of_row(row: Sequence[Any]) -> Draft:
    draft, owner, dossier, saved_at, fields = row
    return Draft(draft, owner, dossier, saved_at, json.loads(fields))
