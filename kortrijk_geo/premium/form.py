"""The form of a rulebook: what its file may say of one municipality's premium, each key with its check."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from kortrijk_geo.rules import UNKNOWN, Day, Exact, Id, Items, Money, Rules, Tables, Text, Whole

Kind = Literal["group", "family", "family-yearly"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND: dict[str, str] = {
    "group": "groepsopvang",
    "family": "gezinsopvang, nieuwe onthaalouder",
    "family-yearly": "gezinsopvang, onthaalouder die al werkt",
}
FAMILY_KINDS: tuple[Kind, ...] = ("family", "family-yearly")
# What decides a condition: the location or the application itself, or an answer of the applicant.
COMPUTED_TESTS = ("located", "kind", "new places")
LIMIT_TESTS = ("at least", "at most")
# The key that belongs to a test.
_KEY_OF_TEST = {"at least": "limit", "at most": "limit", "one of": "choices", "age range": "ages"}


_NIS = r"^[1-9]\d{4}$"
_RATIO = r"^(\d{1,3}(\.\d{1,6})?|\d{1,4}/[1-9]\d{0,3})$"
# The numbers that an application tells itself.
ApplicationNumber = Literal["new places", "existing places", "total places"]


def _written(pattern: str) -> Any:
    return Annotated[str, Field(pattern=pattern)]


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


def _municipality(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_NIS, value):
        raise ValueError(f'{value!r} is not the NIS code of a municipality; write its five digits as text, "34022"')
    return value


def _ratio(value: object) -> Fraction:
    if isinstance(value, str) and re.fullmatch(_RATIO, value):
        top, _, bottom = value.partition("/")
        if not bottom or int(bottom):
            return Fraction(top) / Fraction(bottom or 1)
    raise ValueError(f'{value!r} is not a share; write it as text, as "1/3" or "0.4"')


_Years = Annotated[int, Whole(0, 50)]
Municipality = Annotated[str, BeforeValidator(_municipality, json_schema_input_type=_written(_NIS))]
Ratio = Annotated[Fraction, BeforeValidator(_ratio, json_schema_input_type=_written(_RATIO))]


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
    "age range"; with ``number`` a limit holds for a number of the application itself, and nothing is asked; with
    ``only_if`` the condition applies under some answers to another one.
    """

    id: Id
    text: Text
    question: Text
    test: Literal["located", "kind", "new places", "yes", "no", "at least", "at most", "age range", "one of"]
    applies_to: Annotated[tuple[Kind, ...], Items()]
    unit: Text = ""
    limit: Exact | None = None
    number: ApplicationNumber | None = None
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
        if self.number is not None and needed != "limit":
            raise ValueError(f"number is not a known key of a condition with test {self.test!r}")
        if self.ages and (len(self.ages) != 2 or self.ages[0] >= self.ages[1]):
            raise ValueError("ages: must be two ages, youngest first")
        return self

    @property
    def is_asked(self) -> bool:
        """Whether the applicant answers it; the others are held against the application itself."""
        return self.test not in COMPUTED_TESTS and self.number is None


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
    """How many years the places must stay, None if unknown, from the opening or from the application.

    Of "calendar years" the year of the start is the first, and the last ends on 31 December.
    """

    years: Annotated[_Years | None, BeforeValidator(_known, json_schema_input_type=_Years | Literal["unknown"])]
    counted_in: Literal["years", "calendar years"] = "years"
    starts: Literal["opening", "application"] = "opening"


class Statement(_Basis):
    """What the letter must say on a subject, as text; None is unknown."""

    text: Annotated[Text | None, BeforeValidator(_known)]


class Repayment(Statement):
    """What must be paid back of places that do not stay: as text, and as a rule to compute it by where there is one.

    "pro rata" is by the days that are lacking; "by year" by ``shares``, what is paid back of a stop in the first
    year, in the second, and so on.
    """

    rule: Literal["all", "pro rata", "by year"] | None = None
    shares: Annotated[tuple[Ratio, ...], Items(twice=True)] = ()

    @model_validator(mode="after")
    def _has_its_shares(self) -> Self:
        if bool(self.shares) != (self.rule == "by year"):
            raise ValueError('shares: belong to the rule "by year", one for each year')
        return self


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
    municipality
        NIS code of the municipality whose rules these are: they decide in packs of that municipality only.
    area_unit
        Layer whose rate decides: "areas" (wijken), "subareas" (statistical sectors) or "districts" (deelgemeenten).
    norm_places_per_100, norm_rule
        Extra amounts go to areas whose rate is "below" (or "at most") this number of places per 100 children 0-2;
        left out where the rules know no norm.
    reference_day
        Day of the counts: places (before the new ones) and children; left out where no count decides.
    amounts_confirmed_until
        Last day for which the amounts are known; after it they must be confirmed before anything is granted.
    legal_basis, motivation, decides, repayment, appeal
        What the letter must say; unknown and to be confirmed where the file does not tell.
    unconfirmed
        Everything that no source confirms.
    """

    id: Id
    title: Text
    municipality: Municipality
    valid_from: Day
    valid_until: Day | None = None
    area_unit: Literal["areas", "subareas", "districts"] = "areas"
    norm_places_per_100: Exact | None = None
    norm_rule: Literal["below", "at most"] = "below"
    reference_day: ReferenceDay | None = Field(default=None, alias="reference_date")
    kinds: Annotated[tuple[Kind, ...], Items()]
    conditions: Annotated[tuple[Condition, ...], Tables("id")] = ()
    amounts: Annotated[tuple[Amount, ...], Tables("id")] = ()
    caps: Annotated[tuple[Cap, ...], Tables("kind")] = ()
    minimum_stay: MinimumStay
    repayment: Repayment
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
    def _knows_its_norm_and_limits(self) -> Self:
        for amount in self.amounts:
            if "norm" in amount.when and (self.norm_places_per_100 is None or self.reference_day is None):
                raise ValueError(f"amounts: {amount.id} needs norm_places_per_100 and [reference_date]")
        limits = [c for c in self.conditions if (c.test, c.number) == ("at most", "total places")]
        for kind in FAMILY_KINDS:
            if kind in self.kinds and not any(kind in condition.applies_to for condition in limits):
                raise ValueError(
                    f'conditions: kind {kind} needs one with number "total places" and test "at most": family care'
                    " holds few children at a time"
                )
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
