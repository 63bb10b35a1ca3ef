"""Texts read in another encoding than they were written in: found, shown as they should be, and in a .dbf prevented."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

# What UTF-8 looks like when it is read as Latin-1 or Windows-1252.
_LATIN_PAIR = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018"
    "\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
)
_LATIN_PAGES = (0x00, 0x03, 0x57)
_NO_LETTER = re.compile("[\u0080-\u009f\ufffd]")


@dataclass(frozen=True)
class Misread:
    """How many texts look misread, the first of them, and what it should be where that is known."""

    count: int
    example: str
    should_be: str | None

    def __str__(self) -> str:
        right = f" for {self.should_be!r}" if self.should_be else ""
        return f"{self.count:,} texts look read in the wrong encoding, such as {self.example!r}{right}"


def misread(values: Iterable[object]) -> Misread | None:
    """Return what looks misread among values; None when nothing does."""
    wrong = [text for text in values if isinstance(text, str) and not text.isascii() and _is_misread(text)]
    return Misread(len(wrong), wrong[0], mended(wrong[0])) if wrong else None


def _is_misread(text: str) -> bool:
    return bool(_NO_LETTER.search(text)) or mended(text) is not None


def mended(text: str) -> str | None:
    """Return a text that was UTF-8 and read as Windows-1252 or Latin-1 as it should be; None when it was not.

    Examples
    --------
    >>> mended("Kuurne-\u00c3\u0089\u00c3\u00a9n")
    'Kuurne-Één'
    >>> mended("Één") is None
    True
    """
    if not _LATIN_PAIR.search(text):
        return None
    try:
        return b"".join(_byte(char) for char in text).decode("utf-8")
    except UnicodeError:
        return None


def _byte(char: str) -> bytes:
    return char.encode("latin-1") if char <= "\u00ff" else char.encode("cp1252")


def dbf_texts(content: bytes) -> list[bytes]:
    """Return the cells of a .dbf that hold other letters than ASCII, each once."""
    start, length = int.from_bytes(content[8:10], "little"), int.from_bytes(content[10:12], "little")
    rows = (len(content) - start) // length if length else 0
    if rows <= 0:
        return []
    records = np.frombuffer(content, np.uint8, rows * length, start).reshape(rows, length)
    cells: set[bytes] = set()
    place = 1
    for offset in range(32, start - 31, 32):
        field = content[offset : offset + 32]
        if field[:1] == b"\r":
            break
        wide = int.from_bytes(field[16:18], "little") if field[11:12] == b"C" else field[16]
        if field[11:12] in (b"C", b"M"):
            column = records[:, place : place + wide]
            cells.update(bytes(cell).rstrip(b" \0") for cell in column[(column >= 0x80).any(axis=1)])
        place += wide
    return sorted(cells)


def dbf_encoding(content: bytes, declared: str | None) -> str | None:
    """Return the encoding that the bytes of a .dbf are in, where that is another than its .cpg or header declares."""
    cells = dbf_texts(content)
    if not cells:
        return None
    # Without a .cpg the code page in the header counts; these stand for Latin-1 or for nothing said.
    says = declared or ("ISO-8859-1" if content[29] in _LATIN_PAGES else "a code page")
    says = re.sub(r"[^a-z0-9]", "", says.casefold())
    says_utf8 = says in {"utf8", "65001"}
    if all(_decodes(cell, "utf-8") for cell in cells):
        return None if says_utf8 else "UTF-8"
    if says_utf8:
        return "CP850" if _is_dos(cells) else "CP1252"
    if says in {"iso88591", "88591", "latin1"}:
        if _is_dos(cells):
            return "CP850"
        # The signs that Windows adds to Latin-1: euro, long dash, curly quotes.
        return "CP1252" if any(0x80 <= byte <= 0x9F for cell in cells for byte in cell) else None
    return None


def _decodes(cell: bytes, encoding: str) -> bool:
    try:
        cell.decode(encoding)
    except UnicodeDecodeError as error:
        # A letter cut through at the end of a full cell.
        return error.start >= len(cell) - 3 and error.reason == "unexpected end of data" and error.start > 0
    return True


def _is_dos(cells: list[bytes]) -> bool:
    """Whether all letters beyond ASCII are letters in the code page of DOS, and not all are in that of Windows."""

    def letters(encoding: str) -> bool:
        return all(char.isalpha() for cell in cells for char in cell.decode(encoding, "replace") if not char.isascii())

    return letters("cp850") and not letters("cp1252")
