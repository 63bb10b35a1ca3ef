"""Rulebooks of the childcare premium: dated data, checked whole; the shipped ones, one's own, which holds on a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.rules import UNKNOWN, Day, Exact, Id, Items, Money, Rules, Tables, Text, Whole, as_rules, read_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

_RULEBOOKS = Path(__file__).parent / "books"

Kind = Literal["group", "family", "family-yearly"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND: dict[str, str] = {
    "group": "groepsopvang",
    "family": "gezinsopvang, nieuwe onthaalouder",
    "family-yearly": "gezinsopvang, onthaalouder die al werkt",
}
# What decides a condition: the location or the application itself, or an answer of the applicant.
COMPUTED_TESTS = ("located", "kind", "new places")
LIMIT_TESTS = ("at least", "at most")
# The key that belongs to a test.
_KEY_OF_TEST = {"at least": "limit", "at most": "limit", "one of": "choices", "age range": "ages"}


# A field of a rulebook, or one of its tables by id.
_FIELD = r"^[a-z0-9]+([-_.][a-z0-9]+)*$"
# What the letter of a decision must say, beside what is computed.
STATEMENTS = ("legal_basis", "motivation", "decides", "repayment", "appeal")


def _field(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_FIELD, value):
        raise ValueError(f"{value!r} is not the name of a field")
    return value


def _known(value: object) -> object:
    return None if value == UNKNOWN else value


_Years = Annotated[int, Whole(0, 50)]


class _Basis(Rules):
    """Who says so, and how sure it is."""

    standing: Literal["adopted", "press", "to be confirmed"]
    source: Text


class OnlyIf(Rules):
    """Another condition, and the answers to it under which a condition applies."""

    condition: Id
    answers: Annotated[tuple[Text, ...], Items()]


class Condition(_Basis):
    """One condition: Dutch text and question, and what satisfies it.

    ``limit`` belongs to the tests "at least" and "at most", ``choices`` to "one of", ``ages`` (from, to) to
    "age range"; with ``only_if`` it applies under some answers to another condition.
    """

    id: Id
    text: Text
    question: Text
    test: Literal["located", "kind", "new places", "yes", "no", "at least", "at most", "age range", "one of"]
    applies_to: Annotated[tuple[Kind, ...], Items()]
    unit: Text = ""
    limit: Exact | None = None
    choices: Annotated[tuple[Text, ...], Items()] = ()
    ages: Annotated[tuple[Exact, ...], Items()] = ()
    only_if: OnlyIf | None = None

    @model_validator(mode="after")
    def _has_what_its_test_needs(self) -> Self:
        needed = _KEY_OF_TEST.get(self.test)
        for key in ("limit", "choices", "ages"):
            written = key in self.model_fields_set
            if written and key != needed:
                raise ValueError(f"{key} is not a known key of a condition with test {self.test!r}")
            if key == needed and not written:
                raise ValueError(f"{key} is missing")
        if self.ages and (len(self.ages) != 2 or self.ages[0] >= self.ages[1]):
            raise ValueError("ages: must be two ages, youngest first")
        return self


class Amount(_Basis):
    """An amount in euros for one kind of initiative; None is unknown."""

    id: Id
    label: Text
    kind: Kind
    when: Literal["always", "below norm", "not below norm", "vulnerable", "below norm or vulnerable"]
    per: Literal["place", "application", "year"]
    amount_eur: Money


class Cap(_Basis):
    """The highest total in euros for a kind; None is unknown."""

    kind: Kind
    amount_eur: Money


class MinimumStay(_Basis):
    """How many years the places must stay; None is unknown."""

    years: Annotated[_Years | None, BeforeValidator(_known, json_schema_input_type=_Years | Literal["unknown"])]


class Statement(_Basis):
    """What the letter must say on a subject, as text; None is unknown."""

    text: Annotated[Text | None, BeforeValidator(_known)]


NOT_STATED = Statement(text=None, source="geen bron gevonden", standing="to be confirmed")


class Remark(Rules):
    """A Dutch remark on a field that no source confirms, such as "area_unit" or "amounts.group-elsewhere"."""

    field: Annotated[str, BeforeValidator(_field, json_schema_input_type=Annotated[str, Field(pattern=_FIELD)])]
    text: Text
    applies_to: Annotated[tuple[Kind, ...], Items()] = KINDS


class ReferenceDay(Rules):
    """The day of the counts: a month and day, some years before the year of the application."""

    month: Annotated[int, Whole(1, 12)]
    day: Annotated[int, Whole(1, 31)]
    years_before: Annotated[int, Whole(0, 5)]

    def before(self, date: dt.date) -> dt.date:
        """Return the day of the counts for an application on ``date``."""
        return dt.date(date.year - self.years_before, self.month, self.day)

    @model_validator(mode="after")
    def _is_in_every_year(self) -> Self:
        try:
            dt.date(2001, self.month, self.day)  # a year without 29 February
        except ValueError as error:
            raise ValueError(f"{self.day}-{self.month} is not a day of every year") from error
        return self


class RulebookFile(_Basis):
    """The rules of one period, as they stand in a file.

    Parameters
    ----------
    id, title, standing, source
        Who says so, and how sure it is: "adopted", "press" or "to be confirmed".
    valid_from, valid_until
        First and last day; without a last day the rules hold until those of the next rulebook begin.
    area_unit
        Layer whose rate decides: "areas" (wijken), "subareas" (statistical sectors) or "districts" (deelgemeenten).
    norm_places_per_100, norm_rule
        Extra amounts go to areas whose rate is "below" (or "at most") this number of places per 100 children 0-2.
    reference_day
        Day of the counts: places (before the new ones) and children.
    amounts_confirmed_until
        Last day for which the amounts are known; after it they must be confirmed before anything is granted.
    legal_basis, motivation, decides, repayment, appeal
        What the letter must say; unknown and to be confirmed where the file does not tell.
    unconfirmed
        Everything that no source confirms.
    """

    id: Id
    title: Text
    valid_from: Day
    valid_until: Day | None = None
    area_unit: Literal["areas", "subareas", "districts"]
    norm_places_per_100: Exact
    norm_rule: Literal["below", "at most"]
    reference_day: ReferenceDay = Field(alias="reference_date")
    kinds: Annotated[tuple[Kind, ...], Items()]
    conditions: Annotated[tuple[Condition, ...], Tables("id")] = ()
    amounts: Annotated[tuple[Amount, ...], Tables("id")] = ()
    caps: Annotated[tuple[Cap, ...], Tables("kind")] = ()
    minimum_stay: MinimumStay
    repayment: Statement
    legal_basis: Statement = NOT_STATED
    motivation: Statement = NOT_STATED
    decides: Statement = NOT_STATED
    appeal: Statement = NOT_STATED
    amounts_confirmed_until: Day | None = None
    unconfirmed: Annotated[tuple[Remark, ...], Tables()] = ()

    @property
    def statements(self) -> dict[str, Statement]:
        """What the letter must say, by name."""
        return {name: getattr(self, name) for name in STATEMENTS}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until: {self.valid_until} is before valid_from {self.valid_from}")
        for kind in self.kinds:
            if not any(amount.kind == kind for amount in self.amounts):
                raise ValueError(f'amounts: no amount for kind {kind}; write amount_eur = "{UNKNOWN}" if so')
        for amount in self.amounts:
            if amount.kind not in self.kinds:
                raise ValueError(f"amounts: {amount.id} is for kind {amount.kind}, which kinds leaves out")
        for test in ("located", "kind"):
            of_test = [condition for condition in self.conditions if condition.test == test]
            if len([c for c in of_test if set(c.applies_to) == set(KINDS) and not c.only_if]) != 1:
                raise ValueError(f"conditions: needs one condition with test {test!r} for all kinds")
        return self

    @model_validator(mode="after")
    def _hangs_on_earlier_conditions(self) -> Self:
        earlier: dict[str, Condition] = {}
        for condition in self.conditions:
            if condition.only_if is not None:
                where, name = f"conditions: {condition.id}: only_if", condition.only_if.condition
                other = earlier.get(name)
                if other is None or other.test != "one of":
                    raise ValueError(f"{where}: {name!r} is no condition with choices that stands before it")
                strange = sorted(set(condition.only_if.answers) - set(other.choices))
                if strange:
                    raise ValueError(f"{where}: {strange[0]!r} is no choice of {name}")
                if not set(condition.applies_to) <= set(other.applies_to):
                    raise ValueError(f"{where}: {name} must apply to all kinds of {condition.id}")
            earlier[condition.id] = condition
        return self


class Rulebook(RulebookFile):
    """The rules of one period, with the name of the file they were read from and the hash of its bytes."""

    file: Text
    sha256: Text


def read_rulebook(path: Path) -> Rulebook:
    """Read and check one rulebook file; `DataError` names the file and the keys that are wrong."""
    values, raw = read_toml(path)
    read = as_rules(RulebookFile, values, str(path))
    return Rulebook.model_construct(**dict(read), file=path.name, sha256=hashlib.sha256(raw).hexdigest())


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
