"""The form of a rulebook: what its file may say of one regulation of one municipality, each key with its check."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from kortrijk_geo.premium.grants import (
    LETTER_STATEMENTS,
    NOT_STATED,
    REPAYMENT_NOT_STATED,
    STATEMENTS,
    STAY_NOT_STATED,
    Amount,
    Budget,
    Cap,
    Document,
    Euros,
    MinimumStay,
    Payment,
    Repayment,
    Statement,
)
from kortrijk_geo.premium.terms import (
    ANY,
    FACT_TESTS,
    FAMILY_KINDS,
    KIND,
    KINDS,
    Basis,
    Condition,
    OnlyIf,
    Phase,
    Where,
    check_month_day,
    written,
)
from kortrijk_geo.rules import UNKNOWN, Day, Exact, Flag, Id, Items, Rules, Tables, Text, Whole, Year

FORM = 2
# A field of a rulebook, or one of its tables by id.
_FIELD = r"^[a-z0-9]+([-_.][a-z0-9]+)*$"
_NIS = r"^[1-9]\d{4}$"
_NOT_BUILT = {
    "points": "a points system",
    "jury": "a jury",
    "loan": "a loan",
    "in_kind": "a gift in kind",
    "per_child": "an amount per child and month",
}


def _field(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_FIELD, value):
        raise ValueError(f"{value!r} is not the name of a field")
    return value


def _municipality(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_NIS, value):
        raise ValueError(f'{value!r} is not the NIS code of a municipality; write its five digits as text, "34022"')
    return value


def _form(value: object) -> object:
    if type(value) is not int or value != FORM:
        raise ValueError(f"{value!r} is not a form that this version reads; write form = {FORM}")
    return value


class Remark(Rules):
    """A Dutch remark on a field that no source confirms, such as "area_unit" or "amounts.group-elsewhere"."""

    field: Annotated[str, BeforeValidator(_field, json_schema_input_type=written(_FIELD))]
    text: Text
    applies_to: Annotated[tuple[Id, ...], Items()] = ()

    def holds_for(self, kind: str) -> bool:
        """Whether it is about a kind of initiative."""
        return not self.applies_to or kind in self.applies_to


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
        check_month_day(self.month, self.day)
        return self


class ListedAreas(Basis):
    """The areas of a list, by id or name, for one calendar year, or for all where none is told."""

    areas: Annotated[tuple[Text, ...], Items()]
    year: Year | None = None


class AreaGroup(Basis):
    """Areas of the area unit, by id or name, that the rules count as one."""

    id: Id
    name: Text
    areas: Annotated[tuple[Text, ...], Items()]


class Example(Basis):
    """A worked example: an application and what it must come to, "0.00" where it is refused.

    ``area`` tells what its area is, as "below norm", "vulnerable", "listed" or "lowest". Conditions without an answer
    are taken as met. A rulebook of which an example fails does not load.
    """

    text: Text
    kind: Id
    total_eur: Euros
    new_places: Annotated[int, Whole(0, 999)] = 0
    existing_places: Annotated[int, Whole(0, 999)] = 0
    phase: Phase | None = None
    date: Day | None = None
    opened: Day | None = None
    year: Year | None = None
    costs_eur: Euros | None = None
    granted_before_eur: Euros = Decimal(0)
    answers: dict[Id, Flag | int | float | str] = Field(default={})
    area: Annotated[tuple[Where, ...], Items()] = ()


class RulebookFile(Basis):
    """The rules of one period, as they stand in a file.

    Parameters
    ----------
    form
        Version of this form: 2.
    id, title, standing, source
        Who says so, and how sure it is: "adopted", "municipal page", "press" or "to be confirmed".
    municipality
        NIS code of the municipality whose rules these are: they decide in packs of that municipality only.
    regulation
        Which regulation of the municipality this is, where it has several at a time; an applicant chooses.
    valid_from, valid_until
        First and last day; without a last day the rules hold until those of the next rulebook begin.
    rules_of_day
        Which day chooses the rules: that of the application, of the opening, or 1 January of the year supported.
    kinds, kind_names
        Kinds of initiative: "group", "family" and "family-yearly", or own ones with a Dutch name in ``kind_names``.
    area_unit
        Layer whose rate decides: "areas" (wijken), "subareas" (statistical sectors) or "districts" (deelgemeenten).
    area_groups, listed_areas, lowest_areas
        Areas that count as one; lists of areas; how many areas with the lowest rates are "lowest".
    norm_places_per_100, norm_rule
        Extra amounts go to areas whose rate is "below" (or "at most") this number of places per 100 children 0-2;
        left out where the rules know no norm.
    reference_date
        Day of the counts: places (before the new ones) and children; left out where no count decides.
    rounding
        How a sum that is not in whole cents is rounded.
    amounts_confirmed_until
        Last day for which the amounts are known; after it they must be confirmed before anything is granted.
    payments, budget, documents
        In which parts the sum is paid, within which credits, and what an applicant hands in.
    legal_basis, motivation, decides, repayment, appeal, cumulation, de_minimis, privacy, contact
        What the letter must say; unknown and to be confirmed where the file does not tell.
    examples
        Worked examples that must come out.
    unconfirmed
        Everything that no source confirms.

    Points, juries, loans, gifts in kind and amounts per child and month are not built: keys for them are refused.
    """

    form: Annotated[int, BeforeValidator(_form, json_schema_input_type=Literal[2])]
    id: Id
    title: Text
    municipality: Annotated[str, BeforeValidator(_municipality, json_schema_input_type=written(_NIS))]
    regulation: Id = "premium"
    valid_from: Day
    valid_until: Day | None = None
    rules_of_day: Literal["application", "opening", "year supported"] = "application"
    area_unit: Literal["areas", "subareas", "districts"] = "areas"
    area_groups: Annotated[tuple[AreaGroup, ...], Tables("id")] = ()
    listed_areas: Annotated[tuple[ListedAreas, ...], Tables("year")] = ()
    lowest_areas: Annotated[int, Whole(1, 999)] | None = None
    norm_places_per_100: Exact | None = None
    norm_rule: Literal["below", "at most"] = "below"
    reference_day: ReferenceDay | None = Field(default=None, alias="reference_date")
    kinds: Annotated[tuple[Id, ...], Items()]
    kind_names: dict[Id, Text] = Field(default={})
    conditions: Annotated[tuple[Condition, ...], Tables("id")] = ()
    amounts: Annotated[tuple[Amount, ...], Tables("id")] = ()
    caps: Annotated[tuple[Cap, ...], Tables()] = ()
    rounding: Literal["half up", "down", "up"] = "half up"
    payments: Annotated[tuple[Payment, ...], Tables()] = ()
    budget: Budget | None = None
    documents: Annotated[tuple[Document, ...], Tables()] = ()
    minimum_stay: MinimumStay = STAY_NOT_STATED
    repayment: Repayment = REPAYMENT_NOT_STATED
    legal_basis: Statement = NOT_STATED
    motivation: Statement = NOT_STATED
    decides: Statement = NOT_STATED
    appeal: Statement = NOT_STATED
    cumulation: Statement = NOT_STATED
    de_minimis: Statement = NOT_STATED
    privacy: Statement = NOT_STATED
    contact: Statement = NOT_STATED
    amounts_confirmed_until: Day | None = None
    examples: Annotated[tuple[Example, ...], Tables()] = ()
    unconfirmed: Annotated[tuple[Remark, ...], Tables()] = ()

    @property
    def statements(self) -> dict[str, Statement]:
        """What the sheet must say, by name."""
        return {name: getattr(self, name) for name in STATEMENTS}

    @property
    def letter_statements(self) -> dict[str, Statement]:
        """What the letter must say, by name."""
        return {name: getattr(self, name) for name in LETTER_STATEMENTS}

    def name_of(self, kind: str) -> str:
        """Return the Dutch name of a kind."""
        return {**KIND, **self.kind_names}.get(kind, kind)

    def amounts_for(self, kind: str) -> tuple[Amount, ...]:
        """Return the amounts for a kind."""
        return tuple(amount for amount in self.amounts if amount.kind in {kind, ANY} and kind in self.kinds)

    def caps_for(self, kind: str) -> tuple[Cap, ...]:
        """Return the caps on a kind."""
        return tuple(cap for cap in self.caps if cap.kind in {kind, ANY})

    @model_validator(mode="before")
    @classmethod
    def _asks_only_what_is_built(cls, values: Any) -> Any:
        for key, what in _NOT_BUILT.items():
            if isinstance(values, dict) and key in values:
                raise ValueError(f"{key}: {what} is not built; a rulebook cannot compute this regulation")
        return values

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until: {self.valid_until} is before valid_from {self.valid_from}")
        for kind in self.kinds:
            if not self.amounts_for(kind):
                raise ValueError(f'amounts: no amount for kind {kind}; write amount_eur = "{UNKNOWN}" if so')
            if self.name_of(kind) == kind:
                raise ValueError(f'kind_names: {kind} needs a Dutch name, as [kind_names] {kind} = "..."')
        for amount in self.amounts:
            if amount.kind not in {*self.kinds, ANY}:
                raise ValueError(f"amounts: {amount.id} is for kind {amount.kind}, which kinds leaves out")
        for test in ("located", "kind"):
            of_test = [c for c in self.conditions if c.test == test and not c.only_if]
            if len([c for c in of_test if all(c.holds_for(kind) for kind in {*KINDS, *self.kinds})]) != 1:
                raise ValueError(f"conditions: needs one condition with test {test!r} for all kinds")
        caps = [(cap.kind, cap.per) for cap in self.caps]
        if len(set(caps)) < len(caps):
            raise ValueError("caps: a kind stands twice with the same per")
        return self

    @model_validator(mode="after")
    def _knows_its_norm_and_limits(self) -> Self:
        limits = [c for c in self.conditions if (c.test, c.number) == ("at most", "total places")]
        for kind in FAMILY_KINDS:
            if kind in self.kinds and not any(condition.holds_for(kind) for condition in limits):
                raise ValueError(
                    f'conditions: kind {kind} needs one with number = "total places", test = "at most" and'
                    f' limit = 8, with applies_to = ["{kind}"] where there are other kinds: family care holds at'
                    " most 8 children at a time, also where your regulation does not say so"
                )
        if self.payments and sum(payment.share for payment in self.payments) != 1:
            raise ValueError("payments: the shares must sum to 1")
        places = [(f"amounts: {one.id}", one.when) for one in self.amounts]
        for where, when in [*places, *((f"conditions: {one.id}", one.when or "") for one in self.conditions)]:
            if "norm" in when and (self.norm_places_per_100 is None or self.reference_day is None):
                raise ValueError(f"{where} needs norm_places_per_100 and [reference_date]")
            if "listed" in when and not self.listed_areas:
                raise ValueError(f"{where} needs [[listed_areas]]")
            if when == "lowest" and (self.lowest_areas is None or self.reference_day is None):
                raise ValueError(f"{where} needs lowest_areas and [reference_date]")
        return self

    @model_validator(mode="after")
    def _hangs_on_earlier_conditions(self) -> Self:
        earlier: dict[str, Condition] = {}
        for condition in self.conditions:
            for only_if in condition.only_if:
                where = f"conditions: {condition.id}: only_if"
                _check_only_if(where, only_if, earlier)
                if not _all_kinds(condition, self.kinds) <= _all_kinds(earlier[only_if.condition], self.kinds):
                    raise ValueError(f"{where}: {only_if.condition} must apply to all kinds of {condition.id}")
            earlier[condition.id] = condition
        for amount in self.amounts:
            for only_if in (*amount.only_if, *(one for step in amount.steps for one in step.only_if)):
                _check_only_if(f"amounts: {amount.id}: only_if", only_if, earlier)
        return self


def _all_kinds(condition: Condition, kinds: tuple[str, ...]) -> set[str]:
    return set(condition.applies_to or kinds)


def _check_only_if(where: str, only_if: OnlyIf, earlier: dict[str, Condition]) -> None:
    other = earlier.get(only_if.condition)
    if other is None or other.test not in {"one of", *FACT_TESTS}:
        raise ValueError(f"{where}: {only_if.condition!r} is no condition with choices that stands before it")
    if bool(only_if.answers) == (other.test == "number"):
        raise ValueError(f"{where}: {only_if.condition} is answered with {'a number' if only_if.answers else 'words'}")
    strange = sorted(set(only_if.answers) - set(other.possible_answers))
    if strange:
        raise ValueError(f"{where}: {strange[0]!r} is no choice of {only_if.condition}")


class Rulebook(RulebookFile):
    """The rules of one period, with the name of the file they were read from, the hash of its bytes and its text."""

    file: Text
    sha256: Text
    toml: Annotated[str, Field(repr=False)] = ""
