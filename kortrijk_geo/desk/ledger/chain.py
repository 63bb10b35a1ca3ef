"""Entries and the chain of their hashes.

The hash of an entry is SHA-256 over the canonical JSON of all that it holds, the hash of the entry before it included:
so the last hash, the head, stands for the whole history. Who owns the file can write another history; who has an
earlier head, on a printed sheet or exported, sees that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.files import file_replacing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

START = "0" * 64
SELECT = "SELECT number, at, who, kind, dossier, body, previous, hash FROM entries"


@dataclass(frozen=True)
class Entry:
    """One line of the ledger: what happened, when (ISO, UTC), by whom, to which dossier ("" where to none)."""

    number: int
    at: str
    who: str
    kind: str
    dossier: str
    body: Mapping[str, Any]
    previous: str
    hash: str

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> Entry:
        """Return the entry of a row of `SELECT`."""
        number, at, who, kind, dossier, body, previous, digest = row
        try:
            return cls(number, at, who, kind, dossier, json.loads(body), previous, digest)
        except (ValueError, RecursionError) as error:
            raise DataError(f"inschrijving {number} van het register is veranderd en niet meer te lezen") from error


@dataclass(frozen=True)
class Head:
    """The last entry's number and hash; 0 and zeros of an empty ledger."""

    number: int = 0
    hash: str = START


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: keys sorted, no spaces, ASCII; NaN and infinity are refused.

    Examples
    --------
    >>> canonical({"wijk": "Hoog Kortrijk", "cents": 130_000})
    '{"cents":130000,"wijk":"Hoog Kortrijk"}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def entry_hash(number: int, at: str, who: str, kind: str, dossier: str, body: Any, previous: str) -> str:
    """Return the hash of an entry that follows the one with hash ``previous``."""
    document = {
        "number": number, "at": at, "who": who, "kind": kind, "dossier": dossier, "body": body, "previous": previous,
    }  # fmt: skip
    return hashlib.sha256(canonical(document).encode("ascii")).hexdigest()


def utc_text(moment: dt.datetime) -> str:
    """Return a moment as the ledger writes it, such as 2026-11-27T09:30:00.000Z."""
    assert moment.tzinfo is not None, "a moment without a time zone"
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_head(head: Head, path: str | Path) -> None:
    """Write the head to a JSON file, to be kept where the owner of the ledger cannot write."""
    with file_replacing(path) as building:
        building.write_text(json.dumps(asdict(head), indent=2) + "\n", encoding="utf-8")


def read_head(path: str | Path) -> Head:
    """Read a head that was exported.

    Raises
    ------
    MissingFileError, DataError
        When the file is absent or holds no head.
    """
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
        head = Head(values["number"], values["hash"])
        whole = isinstance(head.number, int) and head.number >= 0 and len(bytes.fromhex(head.hash)) == 32
    except FileNotFoundError as error:
        raise MissingFileError(f"{path} bestaat niet") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is geen kop van een register ({error})") from error
    if not whole:
        raise DataError(f"{path} is geen kop van een register")
    return head
