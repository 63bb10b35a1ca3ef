"""Rulebooks of the childcare premium: dated data; the shipped ones, those of one's own, and which holds on a day."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.premium.rulebook_reader import read_rulebook

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from kortrijk_geo.premium.rulebook_model import Rulebook

_RULEBOOKS = Path(__file__).parent / "books"


def load_rulebooks(folder: str | Path | None = None) -> tuple[Rulebook, ...]:
    """Read the shipped rulebooks, and those of a folder of one's own.

    Parameters
    ----------
    folder
        Folder with ``*.toml`` files. A rulebook with the id of a shipped one takes its place, others are added.

    Returns
    -------
    tuple of Rulebook
        In order of ``valid_from``.

    Raises
    ------
    MissingFileError
        When the folder does not exist.
    DataError
        When the folder has no rulebook, a file breaks the form of a rulebook, an id stands twice, or two rulebooks
        hold on the same day; the message names file and key.
    """
    books = {book.id: book for book in _read_folder(_RULEBOOKS)}
    if folder is not None:
        if not Path(folder).is_dir():
            raise MissingFileError(f"{folder} is not a folder with rulebooks (*.toml)")
        books.update({book.id: book for book in _read_folder(Path(folder))})
    ordered = sorted(books.values(), key=lambda book: book.valid_from)
    check_periods(ordered)
    return tuple(ordered)


def check_periods(books: Sequence[Rulebook]) -> None:
    """Raise `DataError` when two of these rulebooks, in order of ``valid_from``, hold on the same day."""
    for book, following in pairwise(books):
        if following.valid_from == book.valid_from:
            raise DataError(f"{following.file}: valid_from {following.valid_from} is also that of {book.file}")
        if book.valid_until is not None and book.valid_until >= following.valid_from:
            raise DataError(
                f"{book.file}: valid_until {book.valid_until} overlaps {following.file}, valid from"
                f" {following.valid_from}"
            )


def choose_rulebook(books: Sequence[Rulebook], date: dt.date) -> Rulebook:
    """Return the rulebook that holds on a day.

    Raises
    ------
    OptionError
        When none does; the message names the periods that have rules.
    """
    started = [book for book in books if book.valid_from <= date]
    latest = max(started, key=lambda book: book.valid_from, default=None)
    if latest is None or (latest.valid_until is not None and latest.valid_until < date):
        periods = ", ".join(f"{b.id} ({b.valid_from} - {b.valid_until or '...'})" for b in books) or "none"
        raise OptionError(f"no rulebook of the childcare premium holds on {date}; there are: {periods}")
    return latest


def _read_folder(folder: Path) -> list[Rulebook]:
    books: dict[str, Rulebook] = {}
    for path in sorted(folder.glob("*.toml")):
        book = read_rulebook(path)
        if book.id in books:
            raise DataError(f"{path}: id {book.id!r} is also that of {books[book.id].file}")
        books[book.id] = book
    if not books:
        raise DataError(f"{folder}: has no rulebook (*.toml)")
    return list(books.values())
