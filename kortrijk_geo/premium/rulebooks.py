"""Rulebooks of the childcare premium: dated data of a municipality; the shipped ones or one's own, which holds when."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.premium.form import Rulebook, RulebookFile
from kortrijk_geo.rules import as_rules, read_toml

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from kortrijk_geo.pack.city import City

_RULEBOOKS = Path(__file__).parent / "books"


def read_rulebook(path: Path) -> Rulebook:
    """Read and check one rulebook file; `DataError` names the file and the keys that are wrong."""
    values, raw = read_toml(path)
    read = as_rules(RulebookFile, values, str(path))
    return Rulebook.model_construct(**dict(read), file=path.name, sha256=hashlib.sha256(raw).hexdigest())


def load_rulebooks(folder: str | Path | None = None) -> tuple[Rulebook, ...]:
    """Read the shipped rulebooks of Kortrijk, or those of a folder of one's own in their place.

    Parameters
    ----------
    folder
        Folder with ``*.toml`` files: only these are read.

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
        of a municipality hold on the same day; the message names file and key.
    """
    if folder is not None and not Path(folder).is_dir():
        raise MissingFileError(f"{folder} is not a folder with rulebooks (*.toml)")
    ordered = sorted(_read_folder(Path(folder or _RULEBOOKS)), key=lambda book: book.valid_from)
    for municipality in {book.municipality for book in ordered}:
        check_periods([book for book in ordered if book.municipality == municipality])
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


def rulebooks_for(city: City, books: Sequence[Rulebook]) -> tuple[Rulebook, ...]:
    """Return the rulebooks of the municipality of a pack.

    Raises
    ------
    DataError
        When the pack does not tell its municipality.
    OptionError
        When none is of that municipality: the rules of another one decide nothing here.
    """
    nis = city.info.nis_code
    if not nis:
        raise DataError(f"the pack {city.name} has no NIS code: whose rulebook decides is unknown; write nis_code")
    own = tuple(book for book in books if book.municipality == nis)
    if not own:
        others = ", ".join(sorted({book.municipality for book in books}))
        raise OptionError(
            f"no rulebook of the childcare premium is of {city.name} (NIS code {nis}), only of {others};"
            " give those of this municipality with --rulebooks"
        )
    return own


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
