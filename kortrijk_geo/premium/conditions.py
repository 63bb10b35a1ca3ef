"""Holding an application against the conditions of a rulebook: met, not met, or not answered."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError
from kortrijk_geo.premium.answers import choice_of, hint, yes_or_no
from kortrijk_geo.premium.terms import FACT_TESTS, LIMIT_TESTS, PHASES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.premium.application import Answer, Application
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.place import AreaCount
    from kortrijk_geo.premium.terms import Condition, OnlyIf

ASSUMED = "assumed"
NOT_APPLICABLE = "not applicable"
_AGES = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:-|–|tot)\s*(\d+(?:[.,]\d+)?)\s*(?:jaar)?\s*")


@dataclass(frozen=True)
class ConditionOutcome:
    """One condition and how it ended: ``met`` is None when it is not answered.

    ``choice`` is what the answer means, ``number`` the number that was asked.
    """

    condition: Condition
    answer: Answer | None
    met: bool | None
    choice: str | None = None
    number: Decimal | None = None


def check_conditions(
    book: Rulebook, application: Application, *, inside: bool, area: AreaCount | None = None
) -> tuple[ConditionOutcome, ...]:
    """Hold the application against every condition of its kind, in the order of the rulebook.

    Parameters
    ----------
    book
        The rulebook of the day.
    application
        Kind, places and answers. True and False confirm and deny the text of a condition; facts are compared exactly.
    inside
        Whether the location lies in the city.
    area
        The area of the location, for conditions on it.

    Raises
    ------
    DataError
        When an answer has an unknown id, a type that does not fit its question, or contradicts what is computed.
    """
    _refuse_unknown(book, application)
    found: dict[str, ConditionOutcome] = {}
    for condition in book.conditions:
        if condition.holds_for(application.kind) and application.stage in (condition.phases or PHASES):
            met = None
            if not condition.is_asked:
                met = _computed(condition, book, application, inside=inside, area=area)
            found[condition.id] = _outcome(condition, application, met, found)
    return tuple(found.values())


def meets_area(book: Rulebook, application: Application, area: AreaCount | None) -> bool | None:
    """Whether an area meets every condition on it; None where something about the area is unknown."""
    tests = [c.when for c in book.conditions if c.when is not None and c.holds_for(application.kind)]
    outcomes = [None if area is None else area.is_(when) for when in tests]
    return False if False in outcomes else None if None in outcomes else True


def all_hold(only_ifs: Sequence[OnlyIf], facts: Mapping[str, ConditionOutcome]) -> bool | None:
    """Whether all answers are those under which something holds; None where one lacks."""
    held = [_holds(only_if, facts.get(only_if.condition)) for only_if in only_ifs]
    return False if False in held else None if None in held else True


def _holds(only_if: OnlyIf, other: ConditionOutcome | None) -> bool | None:
    if other is None or (other.answer == NOT_APPLICABLE):
        return False
    if only_if.answers:
        return None if other.choice is None else other.choice in only_if.answers
    if other.number is None:
        return None
    low = only_if.at_least is None or other.number >= only_if.at_least
    return low and (only_if.below is None or other.number < only_if.below)


def _computed(
    condition: Condition, book: Rulebook, application: Application, *, inside: bool, area: AreaCount | None
) -> bool | None:
    if condition.number is not None:
        return _within_limit(condition, Decimal(application.numbers[condition.number]), application)
    if condition.when is not None:
        return None if area is None else area.is_(condition.when)
    simple = {"located": inside, "kind": application.kind in book.kinds, "new places": application.new_places > 0}
    return simple[condition.test] if condition.test in simple else _in_time(condition, application)


def _in_time(condition: Condition, application: Application) -> bool | None:
    if condition.last_day is not None:
        return None if application.year is None else application.date <= condition.last_day.of(application.year)
    if application.opened is None:
        return None
    if condition.opened is not None:
        return condition.opened.first <= application.opened <= condition.opened.last
    assert condition.limit is not None
    day = months_after(application.opened, int(condition.limit))
    return application.date >= day if condition.test == "months open at least" else application.date <= day


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later month, its last day where the month is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return day.replace(year=day.year + years, month=month + 1, day=min(day.day, last))


def _refuse_unknown(book: Rulebook, application: Application) -> None:
    ids = [condition.id for condition in book.conditions]
    for name in application.answers:
        if name not in ids:
            where = f"{application.answers_from}: {name}"
            raise DataError(f"{where}: het reglement {book.id} heeft geen voorwaarde {name!r}{hint(name, ids)}")


def _outcome(
    condition: Condition,
    application: Application,
    computed: bool | None,  # noqa: FBT001 - a value, not an option
    found: dict[str, ConditionOutcome],
) -> ConditionOutcome:
    answer, where = application.answers.get(condition.id), f"{application.answers_from}: {condition.id}"
    if not condition.is_asked:
        counted = None if condition.number is None else application.numbers[condition.number]
        if answer is not None and computed not in {None, _satisfies(condition, answer, application)}:
            raise DataError(f"{where}: {answer!r} spreekt de aanvraag zelf tegen; laat het antwoord weg")
        return ConditionOutcome(condition, computed if counted is None else counted, computed)
    satisfied = None if answer is None else _satisfies(condition, answer, application)
    if condition.only_if and all_hold(condition.only_if, found) is False:
        return ConditionOutcome(condition, NOT_APPLICABLE, met=True)
    if answer is None:
        # What amounts hang on is asked, and cannot be assumed.
        assumed = application.assume_yes and condition.test not in FACT_TESTS
        return ConditionOutcome(condition, ASSUMED if assumed else None, met=True if assumed else None)
    number = _number(condition, answer, where) if condition.test == "number" else None
    return ConditionOutcome(condition, answer, satisfied, _choice(condition, answer), number)


def _choice(condition: Condition, answer: Answer) -> str | None:
    if condition.test == "yes or no":
        return {True: "ja", False: "nee"}.get(yes_or_no(answer))  # type: ignore[arg-type]
    return choice_of(answer, condition.choices) if condition.choices else None


def _satisfies(condition: Condition, answer: Answer, application: Application) -> bool:
    where, confirmed = f"{application.answers_from}: {condition.id}", yes_or_no(answer)
    if condition.test == "number":
        return _number(condition, answer, where) is not None
    if confirmed is not None and condition.test == "yes or no":
        return True
    if confirmed is not None:
        # The question of a "no" condition asks for the opposite of its text.
        return confirmed is (condition.test != "no")
    if condition.test in LIMIT_TESTS:
        return _within_limit(condition, _number(condition, answer, where), application)
    if condition.test == "age range":
        return _within_ages(condition, answer, where)
    if condition.test == "one of":
        if choice_of(answer, condition.choices) is None:
            raise DataError(f"{where}: {answer!r} kan niet; kies uit {', '.join(condition.choices)}")
        return True
    raise DataError(f'{where}: {answer!r} kan niet; antwoord "ja" of "nee"')


def _within_limit(condition: Condition, value: Decimal, application: Application) -> bool:
    assert condition.limit is not None
    limit = Fraction(condition.limit)
    if condition.part_of is not None:
        limit *= application.numbers[condition.part_of]
    return Fraction(value) >= limit if condition.test == "at least" else Fraction(value) <= limit


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
