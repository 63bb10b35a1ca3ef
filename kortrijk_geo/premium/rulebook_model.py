"""What a rulebook of the childcare premium says: conditions, amounts, terms, and the day of the counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

KINDS = ("group", "family", "family-yearly")
STANDINGS = ("adopted", "press", "to be confirmed")
AREA_UNITS = ("areas", "subareas", "districts")
NORM_RULES = ("below", "at most")
# What decides a condition: the location or the application itself, or an answer of the applicant.
COMPUTED_TESTS = ("located", "kind", "new places")
LIMIT_TESTS = ("at least", "at most")
TESTS = (*COMPUTED_TESTS, "yes", "no", *LIMIT_TESTS, "age range", "one of")
WHENS = ("always", "below norm", "not below norm", "vulnerable", "below norm or vulnerable")
PERS = ("place", "application", "year")


@dataclass(frozen=True)
class Condition:
    """One condition: Dutch text and question, and what satisfies it.

    ``test`` is one of `TESTS`; ``limit`` belongs to "at least" and "at most", ``choices`` to "one of", ``ages`` (from,
    to) to "age range". ``only_if`` names another condition and the answers to it under which this one applies.
    """

    id: str
    text: str
    question: str
    test: str
    applies_to: tuple[str, ...]
    standing: str
    source: str
    unit: str = ""
    limit: Decimal | None = None
    choices: tuple[str, ...] = ()
    ages: tuple[Decimal, Decimal] | None = None
    only_if: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Amount:
    """An amount in euros for one kind of initiative; None is unknown. ``when`` of `WHENS`, ``per`` of `PERS`."""

    id: str
    label: str
    kind: str
    when: str
    per: str
    amount_eur: Decimal | None
    standing: str
    source: str


@dataclass(frozen=True)
class Term:
    """A cap in euros, a minimum stay in years, or the repayment rule as text; ``value`` None is unknown."""

    name: str
    value: Decimal | int | str | None
    standing: str
    source: str


@dataclass(frozen=True)
class ReferenceDay:
    """The day of the counts: a month and day, some years before the year of the application."""

    month: int
    day: int
    years_before: int

    def before(self, date: dt.date) -> dt.date:
        """Return the day of the counts for an application on ``date``."""
        return dt.date(date.year - self.years_before, self.month, self.day)


@dataclass(frozen=True)
class Rulebook:
    """The rules of one period.

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
    caps, minimum_stay, repayment
        Further terms; a cap is the highest total for a kind.
    unconfirmed
        Field and Dutch remark of everything that no source confirms.
    file, sha256
        Where the rulebook was read, and the hash of the file.
    """

    id: str
    title: str
    standing: str
    source: str
    valid_from: dt.date
    valid_until: dt.date | None
    area_unit: str
    norm_places_per_100: Decimal
    norm_rule: str
    reference_day: ReferenceDay
    kinds: tuple[str, ...]
    conditions: tuple[Condition, ...]
    amounts: tuple[Amount, ...]
    caps: tuple[Term, ...]
    minimum_stay: Term
    repayment: Term
    amounts_confirmed_until: dt.date | None
    unconfirmed: tuple[tuple[str, str], ...]
    file: str
    sha256: str
