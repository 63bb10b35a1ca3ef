"""What keeps an outcome provisional: each rule, amount, answer or count that is not certain, and what closes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.premium import wording
from kortrijk_geo.premium.amounts import cap_field
from kortrijk_geo.premium.conditions import ASSUMED
from kortrijk_geo.premium.confirming import GROUPS, LOCATION, is_confirmed
from kortrijk_geo.premium.grants import LETTER_STATEMENTS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from kortrijk_geo.premium.amounts import AmountLine
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.border import Neighbour
    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.form import Remark, Rulebook
    from kortrijk_geo.premium.place import AreaCount

# What the letter says and the sum does not hang on.
_NOT_COMPUTED = frozenset({"minimum_stay", "valid_until", *LETTER_STATEMENTS})
# What matters only where the amount hangs on the area.
_OF_AREA = frozenset({"reference_date", "area_unit", "norm_places_per_100", "norm_rule", "vulnerable"})


# What an area is without any count.
_OF_NO_COUNT = frozenset({"always", "listed", "not listed"})


@dataclass(frozen=True)
class OpenPoint:
    """A field, what is open about it, and what is needed: Dutch sentences; ``by_document`` if a confirmation closes it.

    ``option`` is what gives it on the command line; a sheet, a letter and the desk do without.
    """

    field: str
    text: str
    needed: str
    by_document: bool = False
    option: str = ""

    @property
    def closes(self) -> str:
        """What closes it, with the option of the command line."""
        return f"{self.needed[:-1]} ({self.option})." if self.option else self.needed

    @property
    def asks_applicant(self) -> bool:
        """Whether the applicant must answer; all else is for the city to find out."""
        return not self.by_document and self.field.partition(".")[0] in {"conditions", "costs"}


@dataclass(frozen=True)
class Case:
    """An application as far as it was computed.

    ``total_eur`` is the provisional sum; ``same_day`` the counts of the area on the day of its children, with the sum
    then, where that is another day than the rules ask for. ``differences`` says where layers count the area's children
    differently, ``changes`` what of the pack is not as it was built.
    """

    application: Application
    book: Rulebook
    on: dt.date
    conditions: Sequence[ConditionOutcome]
    area: AreaCount | None
    lines: Sequence[AmountLine]
    total_eur: Decimal | None
    neighbours: Sequence[Neighbour]
    same_day: tuple[dt.date, AreaCount, Decimal | None] | None
    confirmed: frozenset[str]
    differences: Sequence[str] = ()
    changes: Sequence[str] = ()

    @property
    def hangs_on_area(self) -> bool:
        """Whether an amount for this kind goes to some areas only."""
        kind = self.application.kind
        amounts = [amount.when for amount in self.book.amounts_for(kind)]
        conditions = [one.when for one in self.book.conditions if one.when is not None and one.holds_for(kind)]
        return any(when not in _OF_NO_COUNT for when in (*amounts, *conditions))


def open_points(case: Case) -> tuple[OpenPoint, ...]:
    """List the open points of a case: answers, place, counts, amounts, then the rules."""
    found = [
        *(OpenPoint("pack", change, wording.PACK_BUILT) for change in case.changes),
        *_of_answers(case),
        *_of_place(case),
        *_of_counts(case),
        *_of_amounts(case),
        *_of_rules(case),
    ]
    return tuple(point for point in found if not (point.by_document and is_confirmed(point.field, case.confirmed)))


def _unconfirmed(field: str, text: str) -> OpenPoint:
    needed = wording.PLACE_CLOSES if field == LOCATION else wording.DOCUMENT_CLOSES
    return OpenPoint(field, text, needed, by_document=True, option=f'--confirm, veld "{field}"')


def _of_answers(case: Case) -> Iterator[OpenPoint]:
    for outcome in case.conditions:
        field = f"conditions.{outcome.condition.id}"
        if outcome.met is None or outcome.answer == ASSUMED:
            text = wording.not_answered(outcome.condition, assumed=outcome.answer == ASSUMED)
            yield OpenPoint(field, text, wording.answer_needed(outcome.condition))
        elif outcome.condition.standing != "adopted":
            yield _unconfirmed(field, wording.unsure_condition(outcome.condition))


def _of_place(case: Case) -> Iterator[OpenPoint]:
    asked = case.application
    if asked.address_is_near:
        yield _unconfirmed(LOCATION, wording.near_address(asked))
    if case.area is None:
        yield OpenPoint("area", wording.no_area(asked), wording.PACK_CLOSES)
    for near in case.neighbours:
        if near.total_eur != case.total_eur:
            yield _unconfirmed(LOCATION, wording.near_border(near, case.total_eur))


def _of_counts(case: Case) -> Iterator[OpenPoint]:
    area = case.area
    if area is None:
        return
    if any(line.applies is None for line in case.lines):
        for field, text in wording.rate_needed(area, case.lines):
            yield OpenPoint(field, text, wording.PACK_CLOSES)
    if not case.hangs_on_area:
        return
    for difference in case.differences:
        yield OpenPoint("children_0_2", difference, wording.COUNTS_AGREE)
    days = (("places", "plaatsen", area.places_date), ("children_0_2", "kinderen", area.children_date))
    for field, what, day in days:
        if day != case.on.isoformat():
            text = wording.other_date(what, day, case.on)
            if field == "children_0_2" and case.same_day is not None:
                text += f" {wording.same_day(*case.same_day, case.book)}"
            yield OpenPoint(f"{field}.date", text, wording.counts_of(what, case.on))


def _of_amounts(case: Case) -> Iterator[OpenPoint]:
    for line in case.lines:
        if line.unit_eur is None and line.per == "costs":
            yield OpenPoint("costs", wording.costs_needed(line), wording.COSTS_CLOSE, option="--costs")
        elif line.unit_eur is None:
            yield OpenPoint(line.field, wording.amount_needed(line), wording.RULEBOOK_CLOSES, option="--rulebooks")
        elif line.standing != "adopted":
            remarks = [remark.text for remark in case.book.unconfirmed if remark.field == line.field]
            yield _unconfirmed(line.field, " ".join([wording.unsure_amount(line), *remarks]))
    until = case.book.amounts_confirmed_until
    if until is not None and case.application.date > until:
        yield _unconfirmed("amounts_confirmed_until", wording.outdated(case.application, until))


def _of_rules(case: Case) -> Iterator[OpenPoint]:
    book, kind = case.book, case.application.kind
    if book.standing != "adopted":
        yield _unconfirmed("rulebook", wording.not_adopted(book))
    capped = book.caps_for(kind)
    for cap in capped:
        field = cap_field(cap)
        if cap.amount_eur is None:
            yield _unconfirmed(field, wording.NO_CAP_KNOWN)
        elif cap.per in {"applicant", "year"} and case.application.granted_before_eur is None:
            yield OpenPoint(field, wording.granted_before(cap), wording.GRANTED_CLOSES, option="--granted-before")
        elif cap.standing != "adopted" and not any(line.field == field for line in case.lines):
            yield _unconfirmed(field, wording.unsure_cap(cap))
    if book.budget is not None:
        yield _unconfirmed("budget", wording.budget(book.budget))
    for remark in book.unconfirmed:
        if remark.holds_for(kind) and _matters(remark, case, capped=bool(capped)):
            yield _unconfirmed(remark.field, remark.text)


def _matters(remark: Remark, case: Case, *, capped: bool) -> bool:
    """Tell whether the sum hangs on what a remark is about, and no other point says so already."""
    field = remark.field
    if field in _NOT_COMPUTED or field == "amounts_confirmed_until" or field.partition(".")[0] == "amounts":
        return False
    if field.partition(".")[0] in GROUPS and field != "conditions":
        return not capped
    if field in _OF_AREA and not case.hangs_on_area:
        return False
    return _vulnerable_matters(case) if field == "vulnerable" else True


def _vulnerable_matters(case: Case) -> bool:
    """Tell whether a larger amount may hang on the area being vulnerable: not where it has that by its rate."""
    if case.area is None or case.area.below_norm:
        return False
    of_kind = case.book.amounts_for(case.application.kind)
    return case.area.vulnerable is not False or any("vulnerable" in amount.when for amount in of_kind)
