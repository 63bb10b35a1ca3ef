"""Reading an application as an officer typed it: every field with its own error, nothing guessed, nothing lost.

Fields are plain text by the name of the form. The questions are those of the rulebook of the day: for each condition
one, ``v.`` and its id; a field that is left empty is a question without an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from kortrijk_geo.desk.location import Spot, UnclearPlaceError
from kortrijk_geo.errors import KortrijkGeoError, OptionError
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.answers import read_day
from kortrijk_geo.premium.application import MOST_PLACES, Application
from kortrijk_geo.premium.conditions import check_conditions
from kortrijk_geo.premium.rulebooks import check_application, choose_for
from kortrijk_geo.premium.terms import LIMIT_TESTS
from kortrijk_geo.text.dutch import date_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.desk.location import Finder
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.terms import Condition

ADDRESS, COORDINATES, APPLICANT, KIND = "adres", "coordinaten", "aanvrager", "opvangvorm"
NEW, EXISTING, DATE, OPENED = "nieuw", "bestaand", "datum", "opening"
YEAR, COSTS, BEFORE, REGULATION = "jaar", "kosten", "eerder", "regeling"
ANSWER = "v."
LONGEST = 200
_WHOLE = re.compile(r"\d{1,6}")
_EUROS = re.compile(r"\d{1,9}([.,]\d{1,2})?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-. ](\d{1,2})[-. ](\d{4})")
_MARK = "\x00"
# In which order errors are told: that of the fields on the page.
LABELS = {
    ADDRESS: "Adres van de opvang",
    COORDINATES: "Coördinaten",
    APPLICANT: "Aanvrager",
    DATE: "Datum van de aanvraag",
    REGULATION: "Regeling",
    KIND: "Opvangvorm",
    NEW: "Nieuwe plaatsen",
    EXISTING: "Bestaande plaatsen",
    OPENED: "Datum van de opening",
    YEAR: "Jaar waarvoor de premie is",
    COSTS: "Bewezen kosten",
    BEFORE: "Eerder toegekend",
}


@dataclass(frozen=True)
class Question:
    """A condition as the form asks it: ``form`` is "yes or no", "choice", "number" or "ages"."""

    condition: Condition
    name: str
    form: str
    choices: tuple[str, ...]
    value: str
    under: str

    @property
    def only_if(self) -> str:
        """Return field and answers on which the question hangs, as the page's script reads it; empty where none."""
        parts = [f"{ANSWER}{one.condition}={'|'.join(one.answers)}" for one in self.condition.only_if if one.answers]
        return parts[0] if len(parts) == 1 == len(self.condition.only_if) else ""


@dataclass
class Intake:
    """A form as it was read.

    Parameters
    ----------
    fields
        What was typed.
    errors
        By field, in the order of the page, what must be changed before there can be an advice.
    suggestions
        Addresses that come near the one that was not found.
    spot
        The place, where it could be read.
    book
        The rulebook of the day and the kind, where these are known.
    questions
        What it asks.
    application
        The application, once nothing is wrong.
    unanswered
        How many of its questions have no answer yet, those left out that do not matter for this applicant.
    """

    fields: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    spot: Spot | None = None
    book: Rulebook | None = None
    questions: tuple[Question, ...] = ()
    application: Application | None = None
    unanswered: int = 0

    def value(self, name: str) -> str:
        """Return what was typed in a field."""
        return self.fields.get(name, "")


def read_intake(
    fields: Mapping[str, str], finder: Finder | None, books: Sequence[Rulebook], today: dt.date, *, advisor: str = ""
) -> Intake:
    """Read a form.

    Parameters
    ----------
    fields
        What was typed, by field.
    finder
        Finds places; None while the pack is loading: the place is then an error.
    books
        The rulebooks of the municipality.
    today
        The last day that an application can have.
    advisor
        Name of the officer.
    """
    read = Intake({name: text.strip() for name, text in fields.items()})
    spot = _spot(read, finder)
    date = _date(read, DATE, "Vul de datum van de aanvraag in.", today)
    opened = _date(read, OPENED) if read.value(OPENED) else None
    numbers = {NEW: _whole(read, NEW), EXISTING: _whole(read, EXISTING, empty=0)}
    year = _year(read)
    money = {name: _money(read, name) for name in (COSTS, BEFORE) if read.value(name)}
    kind = _kind(read, books)
    if len(read.value(APPLICANT)) > LONGEST:
        read.errors[APPLICANT] = f"Een naam telt ten hoogste {LONGEST} tekens."
    if date is not None:
        plain = Application(
            kind or books[-1].kinds[0],
            numbers[NEW] or 0,
            numbers[EXISTING] or 0,
            0.0 if spot is None else spot.x,
            0.0 if spot is None else spot.y,
            date,
            address="" if spot is None else spot.address or read.value(ADDRESS),
            address_remark="" if spot is None else spot.remark,
            address_is_near=spot is not None and spot.is_near,
            opened=opened,
            year=year,
            costs_eur=money.get(COSTS),
            granted_before_eur=money.get(BEFORE),
            regulation=read.value(REGULATION),
            answers_from=_MARK,
            applicant=read.value(APPLICANT),
            advisor=advisor,
        )
        _choose(read, plain, books)
        if read.book is not None and kind is not None:
            _ask(read, plain, numbers)
    read.errors = {name: read.errors[name] for name in _page_order(read) if name in read.errors}
    return read


def _page_order(read: Intake) -> list[str]:
    return [*LABELS, *(one.name for one in read.questions)]


def _spot(read: Intake, finder: Finder | None) -> Spot | None:
    address, coordinates = read.value(ADDRESS), read.value(COORDINATES)
    name = COORDINATES if coordinates else ADDRESS
    if not (address or coordinates):
        read.errors[ADDRESS] = "Geef het adres of de coördinaten van de opvang, of klik op de kaart."
    elif finder is None:
        read.errors[name] = "De cijfers van de stad worden nog geladen. Bewaar, en probeer het over enkele seconden."
    else:
        try:
            read.spot = finder.at_coordinates(coordinates) if coordinates else finder.at_address(address)
        except UnclearPlaceError as error:
            read.errors[name], read.suggestions = str(error), error.nearest
    return read.spot


def _date(read: Intake, name: str, empty: str = "", today: dt.date | None = None) -> dt.date | None:
    text = _DAY_FIRST.sub(r"\1/\2/\3", read.value(name))
    if not text:
        read.errors[name] = empty
        return None
    try:
        day = read_day(text)
    except OptionError:
        read.errors[name] = "Dit is geen dag. Schrijf dag, maand en jaar, bijvoorbeeld 12/10/2021."
        return None
    if today is not None and day > today:
        read.errors[name] = f"Deze dag moet nog komen. Vandaag is het {date_text(today)}."
        return None
    return day


def _whole(read: Intake, name: str, *, empty: int | None = None) -> int | None:
    text = read.value(name)
    if not text and empty is not None:
        return empty
    if not _WHOLE.fullmatch(text) or int(text) > MOST_PLACES:
        read.errors[name] = f"Vul een geheel getal in van 0 tot {MOST_PLACES}."
        return None
    return int(text)


def _year(read: Intake) -> int | None:
    text = read.value(YEAR)
    if not text:
        return None
    if not re.fullmatch(r"(19|20|21)\d\d", text):
        read.errors[YEAR] = "Vul een jaar in, bijvoorbeeld 2024."
        return None
    return int(text)


def _money(read: Intake, name: str) -> Decimal | None:
    text = read.value(name).replace(" ", "").removeprefix("€")
    try:
        if _EUROS.fullmatch(text):
            return Decimal(text.replace(",", "."))
    except InvalidOperation:  # pragma: no cover - the pattern lets no such text through
        pass
    read.errors[name] = "Vul een bedrag in, bijvoorbeeld 1250,50. Schrijf geen punt tussen de duizendtallen."
    return None


def _kind(read: Intake, books: Sequence[Rulebook]) -> str | None:
    kind = read.value(KIND)
    if kind not in {one for book in books for one in book.kinds}:
        read.errors[KIND] = "Kies een opvangvorm."
        return None
    return kind


def _choose(read: Intake, plain: Application, books: Sequence[Rulebook]) -> None:
    """Take the rulebook of the day, or say which days have one."""
    try:
        read.book = choose_for(books, plain)
    except OptionError as error:
        text = str(error)
        if "--regulation" in text:
            read.errors[REGULATION] = "Er gelden verschillende regelingen op deze dag. Kies er een."
        elif "--opened" in text:
            read.errors[OPENED] = "Bij deze regeling kiest de dag van de opening het reglement. Vul die in."
        elif "--year" in text:
            read.errors[YEAR] = "Bij deze regeling kiest het jaar het reglement. Vul het in."
        else:
            periods = "; ".join(
                f"{date_text(book.valid_from)} tot {date_text(book.valid_until) if book.valid_until else 'nu'}"
                for book in books
            )
            read.errors[DATE] = f"Op deze dag geldt geen reglement. Er zijn reglementen voor: {periods}."


def _ask(read: Intake, plain: Application, numbers: Mapping[str, int | None]) -> None:
    book = read.book
    assert book is not None
    if plain.kind not in book.kinds:
        read.errors[KIND] = f"Het reglement van deze dag kent deze opvangvorm niet ({book.title})."
        return
    asked = [
        one
        for one in book.conditions
        if one.holds_for(plain.kind) and one.is_asked and (not one.phases or plain.stage in one.phases)
    ]
    read.questions = tuple(_question(read, one) for one in asked)
    answers = {one.condition.id: one.value for one in read.questions if one.value}
    for question in read.questions:
        if question.value:
            _check_answer(read, plain, question)
    if numbers[NEW] is not None and numbers[EXISTING] is not None:
        _check_places(read, plain)
    if not read.errors:
        try:
            read.application = replace(plain, answers=answers, answers_from="antwoorden")
        except OptionError:  # the days of opening and application do not go together
            read.errors[OPENED] = "De opening en de datum van de aanvraag gaan niet samen."
        else:
            outcomes = check_conditions(book, read.application, inside=True)
            read.unanswered = sum(one.met is None and one.condition.is_asked for one in outcomes)


def _check_places(read: Intake, plain: Application) -> None:
    assert read.book is not None
    try:
        check_application(read.book, plain)
    except OptionError:
        only_new = any(one.test == "new places" and one.holds_for(plain.kind) for one in read.book.conditions)
        read.errors[NEW] = (
            "De premie is voor nieuwe plaatsen. Vul in hoeveel er komen, vanaf 1."
            if only_new
            else "Vul bij nieuwe of bij bestaande plaatsen een getal in vanaf 1."
        )


def _question(read: Intake, condition: Condition) -> Question:
    form = {"one of": "choice", "age range": "ages"}.get(condition.test, "yes or no")
    if condition.test in {*LIMIT_TESTS, "number"}:
        form = "number"
    name = f"{ANSWER}{condition.id}"
    value = read.value(name)
    under = "; ".join(wording.under(one) for one in condition.only_if)
    return Question(condition, name, form, condition.choices, "" if value == "?" else value[:LONGEST], under)


def _check_answer(read: Intake, plain: Application, question: Question) -> None:
    """Hold one answer against its question: the words of the refusal are those of the premium."""
    assert read.book is not None
    try:
        check_conditions(read.book, replace(plain, answers={question.condition.id: question.value}), inside=True)
    except KortrijkGeoError as error:
        text = str(error).removeprefix(f"{_MARK}: {question.condition.id}: ")
        read.errors[question.name] = text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def fields_of(application: Application) -> dict[str, str]:
    """Return the fields of a form that would be read as an application: to correct it."""
    days = {DATE: application.date, OPENED: application.opened}
    sums = {COSTS: application.costs_eur, BEFORE: application.granted_before_eur}
    exact = "" if application.address and not application.address_is_near else f"{application.x} {application.y}"
    return {
        ADDRESS: application.address,
        COORDINATES: exact,
        APPLICANT: application.applicant,
        KIND: application.kind,
        NEW: str(application.new_places),
        EXISTING: str(application.existing_places),
        **{name: f"{day.day}/{day.month}/{day.year}" for name, day in days.items() if day is not None},
        **{name: str(euros).replace(".", ",") for name, euros in sums.items() if euros is not None},
        YEAR: "" if application.year is None else str(application.year),
        REGULATION: application.regulation,
        **{f"{ANSWER}{name}": str(answer) for name, answer in application.answers.items()},
    }
