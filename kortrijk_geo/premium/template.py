"""A file to fill in: every condition of the rules of a day as a Dutch question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.premium import wording
from kortrijk_geo.premium.answers import DAY, SORT
from kortrijk_geo.premium.terms import LIMIT_TESTS
from kortrijk_geo.text.dutch import date_text

if TYPE_CHECKING:
    import datetime as dt

    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.terms import Condition


def answer_template(book: Rulebook, kind: str, date: dt.date) -> str:
    """Write a TOML file with a line to fill in for every condition that an applicant answers.

    Parameters
    ----------
    book
        The rulebook of ``date``.
    kind
        Kind of initiative.
    date
        Day of the application.

    Returns
    -------
    str
        What `kortrijk_geo.premium.answers.read_answer_file` reads; a line that is left empty is no answer.
    """
    asked = [c for c in book.conditions if c.holds_for(kind) and c.is_asked]
    head = [
        f"# {book.title}: antwoorden bij een aanvraag van {date_text(date)}, {book.name_of(kind)}.",
        f"# Reglement {book.id} ({wording.STANDING[book.standing]}: {book.source}).",
        "# Schrijf elk antwoord tussen de aanhalingstekens. Wat leeg blijft, is niet beantwoord.",
        "",
        f'{DAY} = "{date.day}/{date.month}/{date.year}"',
        f'{SORT} = "{book.name_of(kind)}"',
    ]
    return "\n".join([*head, *(line for condition in asked for line in ("", *_question(condition)))]) + "\n"


def _question(condition: Condition) -> list[str]:
    lines = [f"# {condition.question}", f"# Voorwaarde: {condition.text} ({condition.source})"]
    lines += [f"# Alleen bij {only_if.condition}: {wording.under(only_if)}." for only_if in condition.only_if]
    return [*lines, f"# Antwoord: {_answer_form(condition)}.", f'{condition.id} = ""']


def _answer_form(condition: Condition) -> str:
    if condition.test in {*LIMIT_TESTS, "number"}:
        return f"een getal ({condition.unit})" if condition.unit else "een getal"
    if condition.test == "age range":
        return "twee leeftijden, zoals 0-3"
    if condition.test == "one of":
        return f"{', '.join(condition.choices)}, of een woord daarvoor zoals bv of vzw"
    return "ja of nee"
