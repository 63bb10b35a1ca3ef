"""What a rulebook may give: amounts, caps, payments; and what it says of the stay, repayment and the letter."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from kortrijk_geo.premium.terms import ApplicationNumber, Basis, OnlyIfs, Phase, Ratio, Where, written
from kortrijk_geo.rules import UNKNOWN, Exact, Flag, Id, Items, Money, Rules, Tables, Text, Whole

PHASE = {"start": "start", "extension": "uitbreiding", "existing": "bestaande opvang"}
Per = Literal["place", "licensed place", "licensed place and year", "application", "year", "costs"]
# What the sheet and the letter must say, beside what is computed.
STATEMENTS = ("legal_basis", "motivation", "decides", "repayment", "appeal")
LETTER_STATEMENTS = (*STATEMENTS, "cumulation", "de_minimis", "privacy", "contact")
_MOST_PERCENT = 100


def _known(value: object) -> object:
    return None if value == UNKNOWN else value


def _euros(value: object) -> Decimal:
    if value == UNKNOWN or not isinstance(value, str):
        raise ValueError(f'{value!r} is not an amount; write it as text, "450.00"')
    whole, _, cents = value.partition(".")
    if not (whole.isdecimal() and len(cents) == 2 and cents.isdecimal()):
        raise ValueError(f'{value!r} is not an amount; write it as text, "450.00"')
    return Decimal(value)


Euros = Annotated[Decimal, BeforeValidator(_euros, json_schema_input_type=written(r"^\d{1,9}\.\d{2}$"))]
_Years = Annotated[int, Whole(0, 50)]
_Places = Annotated[int, Whole(0, 999)]


class Band(Rules):
    """An amount from so many places on; None is unknown."""

    from_places: _Places
    amount_eur: Money


class Brackets(Rules):
    """Amounts by bracket of places: the band reached holds for all of them ("whole"), or each for its own part."""

    of: ApplicationNumber
    rule: Literal["whole", "stepwise"]
    bands: Annotated[tuple[Band, ...], Tables("from_places", least=1)]

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        if any(one.from_places > other.from_places for one, other in pairwise(self.bands)):
            raise ValueError("bands: from_places must ascend")
        return self


class CostShare(Rules):
    """A share of the costs that are proven: from a floor on, and no more than so much for each place."""

    share: Ratio
    floor_eur: Euros = Decimal(0)
    most_per_place_eur: Euros | None = None
    of: ApplicationNumber = "new places"


class Step(Rules):
    """A part of the amount, in percent, for what is answered."""

    label: Text
    percent: Exact
    only_if: OnlyIfs

    @model_validator(mode="after")
    def _is_a_part(self) -> Self:
        if not 0 < self.percent <= _MOST_PERCENT:
            raise ValueError(f"percent: {self.percent} is not a part in percent")
        return self


class Amount(Basis):
    """An amount in euros for one kind of initiative ("any" is all); None is unknown.

    In place of ``amount_eur`` stand ``brackets``, or with per "costs" the share of ``costs``. ``phases`` are those of
    the application it is for, all where they are left out; ``steps`` give parts of it.
    """

    id: Id
    label: Text
    kind: Id
    when: Where
    per: Per
    amount_eur: Money = None
    phases: Annotated[tuple[Phase, ...], Items()] = ()
    only_if: OnlyIfs = ()
    brackets: Brackets | None = None
    costs: CostShare | None = None
    steps: Annotated[tuple[Step, ...], Tables()] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether the rulebook does not know how much it is."""
        return self.amount_eur is None and self.brackets is None and self.costs is None

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        needed = "costs" if self.per == "costs" else "brackets" if self.brackets else "amount_eur"
        for key in ("amount_eur", "brackets", "costs"):
            present = key in self.model_fields_set
            if key == needed and not present:
                raise ValueError(f"{key} is missing")
            if key != needed and present:
                raise ValueError(f"{key} does not go with per {self.per!r} and the other keys of this amount")
        stepwise = self.brackets is not None and self.brackets.rule == "stepwise"
        if stepwise and self.per in {"application", "year"}:
            raise ValueError('brackets: rule "stepwise" is for amounts per place')
        return self


class Cap(Basis):
    """The highest total in euros for a kind ("any" is all); None is unknown."""

    kind: Id
    amount_eur: Money
    per: Literal["application", "place", "applicant", "year"] = "application"


class Payment(Basis):
    """A part of the sum, and when it is paid."""

    text: Text
    share: Ratio


class Budget(Basis):
    """That a premium is given within credits, or first come first served; the desk keeps the balance."""

    rule: Literal["within credits", "first come"]
    amount_eur: Money


class Document(Basis):
    """What an applicant hands in as a proof."""

    text: Text
    applies_to: Annotated[tuple[Id, ...], Items()] = ()


class MinimumStay(Basis):
    """How many years the places must stay, None if unknown, from the opening or from the application.

    ``years_of`` are those of some kinds. Of "calendar years" the year of the start is the first, and the last ends on
    31 December. ``days_per_year`` is how many days a year they must be open.
    """

    years: Annotated[_Years | None, BeforeValidator(_known, json_schema_input_type=_Years | Literal["unknown"])]
    years_of: dict[Id, _Years] = Field(default={})
    counted_in: Literal["years", "calendar years"] = "years"
    starts: Literal["opening", "application"] = "opening"
    days_per_year: Annotated[int, Whole(1, 366)] | None = None

    def years_for(self, kind: str) -> int | None:
        """How many years the places of a kind must stay."""
        return self.years_of.get(kind, self.years)


class Statement(Basis):
    """What the letter must say on a subject, as text; None is unknown. ``lawyer``: a lawyer must check it first."""

    text: Annotated[Text | None, BeforeValidator(_known)]
    lawyer: Flag = False


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


# Constructed, not validated: that would have pydantic build three models at import, which the rulebook's builds anyhow.
NOT_STATED = Statement.model_construct(text=None, source="geen bron gevonden", standing="to be confirmed")
REPAYMENT_NOT_STATED = Repayment.model_construct(text=None, source=NOT_STATED.source, standing=NOT_STATED.standing)
STAY_NOT_STATED = MinimumStay.model_construct(years=None, source=NOT_STATED.source, standing=NOT_STATED.standing)
