"""What a rulebook may ask: conditions, each with its test, and under which answers something holds."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from kortrijk_geo.rules import Day, Exact, Id, Items, Rules, Text, Whole

# The kinds that every rulebook may name; others it names itself.
KINDS = ("group", "family", "family-yearly")
KIND: dict[str, str] = {
    "group": "groepsopvang",
    "family": "gezinsopvang, nieuwe onthaalouder",
    "family-yearly": "gezinsopvang, onthaalouder die al werkt",
}
ANY = "any"
FAMILY_KINDS = ("family", "family-yearly")
# What decides a condition: the location, its area, a day or the application itself, or an answer of the applicant.
COMPUTED_TESTS = (
    *("located", "kind", "new places", "area"),
    *("months open at least", "months open at most", "last day", "opened between"),
)
LIMIT_TESTS = ("at least", "at most")
# Facts that are asked and refuse nobody: amounts and other conditions hang on them.
FACT_TESTS = ("yes or no", "number")
# The key that belongs to a test.
_KEY_OF_TEST = {
    "at least": "limit", "at most": "limit", "months open at least": "limit", "months open at most": "limit",
    "one of": "choices", "age range": "ages", "area": "when", "last day": "last_day", "opened between": "opened",
}  # fmt: skip
_RATIO = r"^(\d{1,3}(\.\d{1,6})?|\d{1,4}/[1-9]\d{0,3})$"

Phase = Literal["start", "extension", "existing"]
PHASES: tuple[Phase, ...] = get_args(Phase)
# The numbers that an application tells itself.
ApplicationNumber = Literal["new places", "existing places", "total places"]
# What an area may be: short of the norm, vulnerable, on the list of the year, among those with the lowest rates.
Where = Literal[
    "always", "below norm", "not below norm", "vulnerable", "below norm or vulnerable", "listed", "not listed", "lowest"
]
Standing = Literal["adopted", "municipal page", "press", "to be confirmed"]


def written(pattern: str) -> Any:
    """Return the type of a text of this pattern, for schemas."""
    return Annotated[str, Field(pattern=pattern)]


def _ratio(value: object) -> Fraction:
    if isinstance(value, str) and re.fullmatch(_RATIO, value):
        top, _, bottom = value.partition("/")
        return Fraction(top) / Fraction(bottom or 1)
    raise ValueError(f'{value!r} is not a share; write it as text, as "1/3" or "0.4"')


Ratio = Annotated[Fraction, BeforeValidator(_ratio, json_schema_input_type=written(_RATIO))]


def applies(
    when: str,
    *,
    below_norm: bool | None,
    vulnerable: bool | None,
    listed: bool | None = None,
    lowest: bool | None = None,
) -> bool | None:
    """Whether an amount goes to an area; None when that hangs on something unknown."""
    if when == "below norm or vulnerable":
        if below_norm or vulnerable:
            return True
        return None if below_norm is None or vulnerable is None else False
    if when.startswith("not "):
        opposite = below_norm if when == "not below norm" else listed
        return None if opposite is None else not opposite
    flags = {"always": True, "below norm": below_norm, "vulnerable": vulnerable, "listed": listed, "lowest": lowest}
    return flags[when]


class Basis(Rules):
    """Who says so, and how sure it is."""

    standing: Standing
    source: Text


class OnlyIf(Rules):
    """Another condition, and the answers to it, or the limits of its number, under which something holds."""

    condition: Id
    answers: Annotated[tuple[Text, ...], Items()] = ()
    at_least: Exact | None = None
    below: Exact | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if bool(self.answers) == (self.at_least is not None or self.below is not None):
            raise ValueError("only_if needs either answers, or at_least or below")
        return self


def _several(value: object) -> object:
    return [value] if isinstance(value, dict) else value


# One table, or an array of tables that all must hold.
OnlyIfs = Annotated[
    tuple[OnlyIf, ...],
    Items(),
    BeforeValidator(_several, json_schema_input_type=OnlyIf | Annotated[list[OnlyIf], Field(min_length=1)]),
]


class LastDay(Rules):
    """The last day to apply: a month and day, some years after the year that is supported."""

    month: Annotated[int, Whole(1, 12)]
    day: Annotated[int, Whole(1, 31)]
    years_after: Annotated[int, Whole(0, 5)]

    def of(self, year: int) -> dt.date:
        """Return the last day for a supported year."""
        return dt.date(year + self.years_after, self.month, self.day)

    @model_validator(mode="after")
    def _is_in_every_year(self) -> Self:
        check_month_day(self.month, self.day)
        return self


class Window(Rules):
    """First and last day on which the places may open."""

    first: Day
    last: Day


def check_month_day(month: int, day: int) -> None:
    """Refuse a day that some year lacks."""
    try:
        dt.date(2001, month, day)  # a year without 29 February
    except ValueError as error:
        raise ValueError(f"{day}-{month} is not a day of every year") from error


class Condition(Basis):
    """One condition: Dutch text and question, and what satisfies it.

    ``limit`` belongs to the tests with a least or most, ``choices`` to "one of", ``ages`` (from, to) to "age
    range", ``when`` to "area", ``last_day`` to "last day", ``opened`` to "opened between". With ``number`` a limit
    holds for a number of the application itself, and nothing is asked; with ``part_of`` it is a share of such a
    number. The tests "yes or no" and "number" ask a fact that amounts hang on and refuse nobody. ``applies_to`` are
    its kinds and ``phases`` those of the application, all where they are left out; with ``only_if`` it applies
    under some answers to earlier conditions.
    """

    id: Id
    text: Text
    question: Text
    test: Literal[
        "located", "kind", "new places", "yes", "no", "at least", "at most", "age range", "one of", "area",
        "months open at least", "months open at most", "last day", "opened between", "yes or no", "number",
    ]  # fmt: skip
    applies_to: Annotated[tuple[Id, ...], Items()] = ()
    phases: Annotated[tuple[Phase, ...], Items()] = ()
    unit: Text = ""
    limit: Exact | Ratio | None = None
    number: ApplicationNumber | None = None
    part_of: ApplicationNumber | None = None
    choices: Annotated[tuple[Text, ...], Items()] = ()
    ages: Annotated[tuple[Exact, ...], Items()] = ()
    when: Where | None = None
    last_day: LastDay | None = None
    opened: Window | None = None
    only_if: OnlyIfs = ()

    @model_validator(mode="after")
    def _has_what_its_test_needs(self) -> Self:
        needed = _KEY_OF_TEST.get(self.test)
        for key in dict.fromkeys(_KEY_OF_TEST.values()):
            present = key in self.model_fields_set
            if present and key != needed:
                raise ValueError(f"{key} is not a known key of a condition with test {self.test!r}")
            if key == needed and not present:
                raise ValueError(f"{key} is missing")
        for key in ("number", "part_of"):
            if key in self.model_fields_set and self.test not in LIMIT_TESTS:
                raise ValueError(f"{key} is not a known key of a condition with test {self.test!r}")
        if self.test.startswith("months") and self.limit != int(self.limit or 0):
            raise ValueError(f"limit: {self.limit} is not a whole number of months")
        if self.ages and (len(self.ages) != 2 or self.ages[0] >= self.ages[1]):
            raise ValueError("ages: must be two ages, youngest first")
        return self

    @property
    def is_asked(self) -> bool:
        """Whether the applicant answers it; the others are held against the application itself."""
        return self.test not in COMPUTED_TESTS and self.number is None

    def holds_for(self, kind: str) -> bool:
        """Whether it applies to a kind of initiative."""
        return not self.applies_to or kind in self.applies_to

    @property
    def possible_answers(self) -> tuple[str, ...]:
        """What ``only_if`` may name of it."""
        return ("ja", "nee") if self.test == "yes or no" else self.choices
