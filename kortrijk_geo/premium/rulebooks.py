"""Rulebooks of the childcare premium: dated data of a municipality; the shipped ones or one's own, which holds when."""

from __future__ import annotations

import datetime as dt
import hashlib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.premium.form import Rulebook, RulebookFile
from kortrijk_geo.premium.terms import KINDS
from kortrijk_geo.premium.worked import check_examples
from kortrijk_geo.rules import as_rules, read_toml, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.application import Application

_RULEBOOKS = Path(__file__).parent / "books"
# The rulebooks of other cities, which never decide unless they are asked for.
EXAMPLES = Path(__file__).parent / "examples"


def read_rulebook(path: Path) -> Rulebook:
    """Read and check one rulebook file; `DataError` names the file and the keys that are wrong."""
    values, raw = read_toml(path)
    return _rulebook(values, raw, path.name, str(path))


def rulebook_of_text(text: str, name: str) -> Rulebook:
    """Read and check a rulebook that was kept as text, by `Rulebook.toml`; ``name`` is that of its file.

    A text with the bytes of a file gives the rulebook of that file.
    """
    raw = text.encode("utf-8")
    return _rulebook(table_of(raw, name), raw, name, name)


def _rulebook(values: dict[str, object], raw: bytes, name: str, where: str) -> Rulebook:
    read = as_rules(RulebookFile, values, where)
    sha256, text = hashlib.sha256(raw).hexdigest(), raw.decode("utf-8")
    book = Rulebook.model_construct(**dict(read), file=name, sha256=sha256, toml=text)
    check_examples(book, where)
    return book


def load_rulebooks(folder: str | Path | None = None) -> tuple[Rulebook, ...]:
    """Read the shipped rulebooks of Kortrijk, or those of a folder of one's own in their place.

    Parameters
    ----------
    folder
        Folder with ``*.toml`` files: only these are read; "examples" are the shipped rulebooks of other cities.

    Returns
    -------
    tuple of Rulebook
        In order of ``valid_from``.

    Raises
    ------
    MissingFileError
        When the folder does not exist.
    DataError
        When the folder has no rulebook, a file breaks the form of a rulebook or its examples, an id stands twice, or
        two rulebooks of one regulation hold on the same day; the message names file and key.
    """
    if folder is not None and str(folder) == EXAMPLES.name and not Path(folder).is_dir():
        folder = EXAMPLES
    if folder is not None and not Path(folder).is_dir():
        raise MissingFileError(f"{folder} is not a folder with rulebooks (*.toml)")
    ordered = sorted(_read_folder(Path(folder or _RULEBOOKS)), key=lambda book: book.valid_from)
    for regulation in {(book.municipality, book.regulation) for book in ordered}:
        check_periods([book for book in ordered if (book.municipality, book.regulation) == regulation])
    return tuple(ordered)


def check_periods(books: Sequence[Rulebook]) -> None:
    """Raise `DataError` when two of these rulebooks, in order of ``valid_from``, hold on the same day."""
    for book, following in pairwise(books):
        if following.valid_from == book.valid_from:
            raise DataError(f"{following.file}: valid_from {following.valid_from} is also that of {book.file}")
        if following.rules_of_day != book.rules_of_day:
            raise DataError(f"{following.file}: rules_of_day is another than in {book.file}, of the same regulation")
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


def choose_for(books: Sequence[Rulebook], application: Application) -> Rulebook:
    """Return the rulebook of the regulation that is asked for, on the day by which that regulation goes.

    Raises
    ------
    OptionError
        When none holds on that day, several regulations hold and none is chosen, or a day that chooses lacks.
    """
    regulations = {book.regulation: [one for one in books if one.regulation == book.regulation] for book in books}
    asked = application.regulation
    if asked and asked not in regulations:
        raise OptionError.of_choice("regulation", asked, tuple(regulations))
    chosen = [regulations[asked]] if asked else list(regulations.values())
    if len(chosen) > 1:
        holding = [own for own in chosen if _holds_on(own, application)]
        if len(holding) > 1:
            names = ", ".join(f"{own[0].regulation} ({own[0].title})" for own in holding)
            raise OptionError(f"several regulations hold: {names}; choose one with --regulation")
        chosen = holding or [list(books)]
    return choose_rulebook(chosen[0], _day(chosen[0][0], application))


def holding_on(books: Sequence[Rulebook], day: dt.date) -> list[Rulebook]:
    """Return what can be asked for on a day: of each regulation of each municipality the rulebook that holds."""
    regulations = dict.fromkeys((book.municipality, book.regulation) for book in books)
    held = []
    for regulation in regulations:
        own = [book for book in books if (book.municipality, book.regulation) == regulation]
        held += [book for book in own if _period_holds(own, book, day)]
    return held


def _period_holds(own: Sequence[Rulebook], book: Rulebook, day: dt.date) -> bool:
    started = [one for one in own if one.valid_from <= day]
    last = max(started, key=lambda one: one.valid_from, default=None)
    return last is book and (book.valid_until is None or day <= book.valid_until)


def shipped_rulebook(name: str) -> Rulebook:
    """Return a shipped rulebook, of Kortrijk or an example, by its id.

    Raises
    ------
    MissingFileError
        When it is neither a file nor such an id.
    """
    books = {book.id: book for folder in (_RULEBOOKS, EXAMPLES) for book in _read_folder(folder)}
    if name not in books:
        raise MissingFileError(f"{name} is no file and no shipped rulebook; there are: {', '.join(books)}")
    return books[name]


def _holds_on(books: Sequence[Rulebook], application: Application) -> bool:
    try:
        choose_rulebook(books, _day(books[0], application))
    except OptionError:
        return False
    return True


def _day(book: Rulebook, application: Application) -> dt.date:
    """Return the day of an application that chooses the rules."""
    if book.rules_of_day == "opening":
        if application.opened is None:
            raise OptionError(f"the rules of {book.regulation} are those of the day of opening; give --opened")
        return application.opened
    if book.rules_of_day == "year supported":
        if application.year is None:
            raise OptionError(f"the rules of {book.regulation} are those of the year supported; give --year")
        return dt.date(application.year, 1, 1)
    return application.date


def check_kind(books: Sequence[Rulebook], application: Application) -> None:
    """Refuse a kind that no rulebook knows."""
    kinds = dict.fromkeys([*KINDS, *(kind for book in books for kind in book.kinds)])
    if application.kind not in kinds:
        raise OptionError.of_choice("kind", application.kind, tuple(kinds))


def check_application(book: Rulebook, application: Application) -> None:
    """Refuse an application without the places that the rules are about."""
    new = any(c.test == "new places" and c.holds_for(application.kind) for c in book.conditions)
    if new and application.new_places == 0:
        raise OptionError("new_places is 0; the premium is for new places, from 1")
    if application.new_places + application.existing_places == 0:
        raise OptionError("an application has new_places or existing_places from 1")


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
