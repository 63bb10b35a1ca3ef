"""Holding an application against the conditions of a rulebook: met, not met, or not answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError
from kortrijk_geo.premium.answers import choice_of, hint, yes_or_no
from kortrijk_geo.premium.form import LIMIT_TESTS

if TYPE_CHECKING:
    from kortrijk_geo.premium.application import Answer, Application
    from kortrijk_geo.premium.form import Condition, OnlyIf
    from kortrijk_geo.premium.rulebooks import Rulebook

ASSUMED = "assumed"
NOT_APPLICABLE = "not applicable"
_AGES = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:-|–|tot)\s*(\d+(?:[.,]\d+)?)\s*(?:jaar)?\s*")


@dataclass(frozen=True)
class ConditionOutcome:
    """One condition and how it ended: ``met`` is None when it is not answered; ``choice`` is what the answer means."""

    condition: Condition
    answer: Answer | None
    met: bool | None
    choice: str | None = None


def check_conditions(book: Rulebook, application: Application, *, inside: bool) -> tuple[ConditionOutcome, ...]:
    """Hold the application against every condition of its kind, in the order of the rulebook.

    Parameters
    ----------
    book
        The rulebook of the day.
    application
        Kind, places and answers. True and False confirm and deny the text of a condition; facts are compared exactly.
    inside
        Whether the location lies in the city.

    Raises
    ------
    DataError
        When an answer has an unknown id, a type that does not fit its question, or contradicts what is computed.
    """
    _refuse_unknown(book, application)
    computed = {"located": inside, "kind": application.kind in book.kinds, "new places": application.new_places > 0}
    found: dict[str, ConditionOutcome] = {}
    for condition in book.conditions:
        if application.kind not in condition.applies_to:
            continue
        found[condition.id] = _outcome(condition, application, computed, found)
    return tuple(found.values())


def _refuse_unknown(book: Rulebook, application: Application) -> None:
    ids = [condition.id for condition in book.conditions]
    for name in application.answers:
        if name not in ids:
            where = f"{application.answers_from}: {name}"
            raise DataError(f"{where}: het reglement {book.id} heeft geen voorwaarde {name!r}{hint(name, ids)}")


def _outcome(
    condition: Condition, application: Application, computed: dict[str, bool], found: dict[str, ConditionOutcome]
) -> ConditionOutcome:
    answer, where = application.answers.get(condition.id), f"{application.answers_from}: {condition.id}"
    if not condition.is_asked:
        number = None if condition.number is None else application.numbers[condition.number]
        met = computed[condition.test] if number is None else _within_limit(condition, Decimal(number))
        if answer is not None and _satisfies(condition, answer, where) != met:
            raise DataError(f"{where}: {answer!r} spreekt de aanvraag zelf tegen; laat het antwoord weg")
        return ConditionOutcome(condition, met if number is None else number, met)
    satisfied = None if answer is None else _satisfies(condition, answer, where)
    if condition.only_if is not None and _is_outside(condition.only_if, found):
        return ConditionOutcome(condition, NOT_APPLICABLE, met=True)
    if answer is None and application.assume_yes:
        return ConditionOutcome(condition, ASSUMED, met=True)
    choice = None if answer is None or not condition.choices else choice_of(answer, condition.choices)
    return ConditionOutcome(condition, answer, satisfied, choice)


def _is_outside(only_if: OnlyIf, found: dict[str, ConditionOutcome]) -> bool:
    other = found[only_if.condition]
    return other.choice is not None and other.choice not in only_if.answers


def _satisfies(condition: Condition, answer: Answer, where: str) -> bool:
    confirmed = yes_or_no(answer)
    if confirmed is not None:
        # The question of a "no" condition asks for the opposite of its text.
        return confirmed is (condition.test != "no")
    if condition.test in LIMIT_TESTS:
        return _within_limit(condition, _number(condition, answer, where))
    if condition.test == "age range":
        return _within_ages(condition, answer, where)
    if condition.test == "one of":
        if choice_of(answer, condition.choices) is None:
            raise DataError(f"{where}: {answer!r} kan niet; kies uit {', '.join(condition.choices)}")
        return True
    raise DataError(f'{where}: {answer!r} kan niet; antwoord "ja" of "nee"')


def _within_limit(condition: Condition, value: Decimal) -> bool:
    assert condition.limit is not None
    return value >= condition.limit if condition.test == "at least" else value <= condition.limit


def _number(condition: Condition, answer: Answer, where: str) -> Decimal:
    try:
        # str() of a float is the shortest text that means it: 50.99 stays 50.99.
        value = Decimal(str(answer).strip().replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value < 0 or (condition.unit == "%" and value > 100):
        unit = f" ({condition.unit})" if condition.unit else ""
        raise DataError(f"{where}: {answer!r} kan niet; antwoord met een getal vanaf 0{unit}")
    return value


def _within_ages(condition: Condition, answer: Answer, where: str) -> bool:
    span = _AGES.fullmatch(answer) if isinstance(answer, str) else None
    if span is None:
        raise DataError(f'{where}: {answer!r} kan niet; antwoord met twee leeftijden: "0-3"')
    youngest, oldest = (Decimal(age.replace(",", ".")) for age in span.groups())
    if youngest >= oldest:
        raise DataError(f"{where}: {answer!r} kan niet; noem de jongste leeftijd eerst")
    return condition.ages[0] <= youngest and oldest <= condition.ages[1]
