"""The amounts that a rulebook gives: lines of quantity x unit in exact euros, and what is unknown about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from itertools import pairwise, product
from typing import TYPE_CHECKING

from kortrijk_geo.premium.conditions import all_hold, meets_area
from kortrijk_geo.premium.terms import applies
from kortrijk_geo.text.dutch import euro_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.grants import Amount, Cap, Payment
    from kortrijk_geo.premium.place import AreaCount

    Facts = Mapping[str, ConditionOutcome]

__all__ = ["AmountLine", "amount_lines", "applies", "favouring", "payment_parts", "sum_in", "total_eur"]
CENT = Decimal("0.01")
CAP = "Begrenzing tot het maximumbedrag"  # label of the line that takes off what is above it
_ROUNDING = {"half up": ROUND_HALF_UP, "down": ROUND_DOWN, "up": ROUND_UP}
_FLAGS = ("below_norm", "vulnerable", "listed", "lowest")


@dataclass(frozen=True)
class AmountLine:
    """One line of the decision; ``field`` is that of the rulebook, as "amounts.group-place".

    ``applies`` is None when it hangs on an unknown rate, an unknown vulnerable area or an answer that lacks;
    ``unit_eur`` is None when the rulebook does not know the amount, or the costs lack; ``amount_eur`` is known only
    when both are. ``calculation`` is how the unit came about, in Dutch, where that is no amount of the rulebook.
    """

    field: str
    label: str
    when: str
    per: str
    quantity: int
    unit_eur: Decimal | None
    applies: bool | None
    standing: str
    source: str
    calculation: str = ""

    @property
    def amount_eur(self) -> Decimal | None:
        """Quantity x unit, to the cent; None when unknown."""
        if self.unit_eur is None or self.applies is None:
            return None
        return (self.unit_eur * self.quantity).quantize(CENT)


def rounded(exact: Fraction, how: str) -> Decimal:
    """Round a sum to cents: "half up", "down" or "up"."""
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, _ROUNDING[how])


def amount_lines(
    book: Rulebook, application: Application, area: AreaCount | None, facts: Facts
) -> tuple[AmountLine, ...]:
    """Lines for an application in an area: those that apply, and those of which that is unknown.

    A known cap that the sum exceeds is a last line with the (negative) difference.
    """
    lines = _lines(book, application, _flags(area), facts)
    for cap in book.caps_for(application.kind):
        total, most = total_eur(lines), most_eur(cap, application)
        if total is not None and most is not None and total > most:
            field, less = cap_field(cap), most - total
            lines = (
                *lines,
                AmountLine(field, CAP, "always", "application", 1, less, True, cap.standing, cap.source),
            )
    return lines


def cap_field(cap: Cap) -> str:
    """Name a cap as its field in the rulebook."""
    return f"caps.{cap.kind}" if cap.per == "application" else f"caps.{cap.kind}.{cap.per}"


def most_eur(cap: Cap, application: Application) -> Decimal | None:
    """Return the most that a cap lets an application have; None where the cap is unknown."""
    if cap.amount_eur is None:
        return None
    if cap.per == "place":
        return cap.amount_eur * (application.new_places or application.existing_places)
    before = application.granted_before_eur if cap.per in {"applicant", "year"} else None
    return max(Decimal(0), cap.amount_eur - (before or Decimal(0)))


def total_eur(lines: Sequence[AmountLine]) -> Decimal | None:
    """Sum of the lines, to the cent; None when any of them is unknown or there are none."""
    amounts = [line.amount_eur for line in lines]
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts) or not known:
        return None
    return sum(known, Decimal(0)).quantize(CENT)


def payment_parts(book: Rulebook, total: Decimal | None) -> list[tuple[Payment, Decimal | None]]:
    """Return the parts in which a sum is paid; the last one is what the others leave."""
    parts: list[tuple[Payment, Decimal | None]] = []
    left = total
    for payment in book.payments:
        last = payment is book.payments[-1]
        part = left if last or total is None else rounded(payment.share * Fraction(total), book.rounding)
        left = None if left is None or part is None else left - part
        parts.append((payment, part))
    return parts


def sum_in(book: Rulebook, application: Application, area: AreaCount, facts: Facts) -> Decimal | None:
    """Return what an application would get in an area: nothing where its conditions or amounts leave it out."""
    lines = amount_lines(book, application, area, facts)
    if not lines or meets_area(book, application, area) is False:
        return Decimal("0.00")
    return total_eur(lines)


def favouring(
    book: Rulebook, application: Application, areas: Sequence[AreaCount], facts: Facts
) -> tuple[AreaCount, tuple[AmountLine, ...]]:
    """Return the area, of those on whose border the location lies, that favours the applicant, and its lines.

    That is the area with the highest sum; where a rate is unknown, the highest sum it can still lead to. Of equal
    areas the one below the norm, then the one whose rate is known, then the one with the lowest id.
    """

    def order(area: AreaCount) -> tuple[bool, Decimal, bool, bool, str]:
        options = [_options(value) for value in _flags(area).values()]
        best = max(
            _known_sum(_lines(book, application, dict(zip(_FLAGS, flags, strict=True)), facts))
            for flags in product(*options)
        )
        outside = meets_area(book, application, area) is False
        return outside, -best, area.below_norm is not True, area.below_norm is None, area.area_id

    best = min(areas, key=order)
    return best, amount_lines(book, application, best, facts)


def _flags(area: AreaCount | None) -> dict[str, bool | None]:
    return {name: None if area is None else getattr(area, name) for name in _FLAGS}


def _lines(
    book: Rulebook, application: Application, flags: Mapping[str, bool | None], facts: Facts
) -> tuple[AmountLine, ...]:
    lines = []
    for amount in book.amounts_for(application.kind):
        if amount.phases and application.stage not in amount.phases:
            continue
        certain = _both(applies(amount.when, **flags), all_hold(amount.only_if, facts))
        if certain is not False:
            lines += [_in_steps(line, amount, book, facts) for line in _base(amount, application, book, certain)]
    return tuple(line for line in lines if line.applies is not False)


def _base(amount: Amount, application: Application, book: Rulebook, certain: bool | None) -> Iterator[AmountLine]:  # noqa: FBT001
    """Yield the lines of an amount before its steps: one, or one for each band of a stepwise amount."""
    numbers = application.numbers
    quantity = {"place": numbers["new places"], "application": 1, "year": 1, "costs": 1}.get(
        amount.per, numbers["total places"]
    )
    line = AmountLine(
        field=f"amounts.{amount.id}",
        label=amount.label,
        when=amount.when,
        per=amount.per,
        quantity=quantity,
        unit_eur=amount.amount_eur,
        applies=certain,
        standing=amount.standing,
        source=amount.source,
    )
    if quantity == 0:
        return
    if amount.costs is not None:
        yield from _of_costs(line, amount, application, book)
    elif amount.brackets is None:
        yield line
    elif amount.brackets.rule == "whole":
        reached = [band for band in amount.brackets.bands if band.from_places <= numbers[amount.brackets.of]]
        if reached:
            yield replace(line, unit_eur=reached[-1].amount_eur)
    else:
        yield from _by_band(line, amount, application)


def _by_band(line: AmountLine, amount: Amount, application: Application) -> Iterator[AmountLine]:
    assert amount.brackets is not None
    count, bands = application.numbers[amount.brackets.of], amount.brackets.bands
    # New places come on top of what is there, where the bands are of all places.
    before = application.existing_places if (amount.brackets.of, amount.per) == ("total places", "place") else 0
    ends = [following.from_places - 1 for _, following in pairwise(bands)]
    for band, end in zip(bands, [*ends, count], strict=True):
        first, last = max(band.from_places, before + 1), min(end, count)
        if first <= last:
            label = f"{line.label}, plaats {first} tot {last}"
            yield replace(line, label=label, quantity=last - first + 1, unit_eur=band.amount_eur)


def _of_costs(line: AmountLine, amount: Amount, application: Application, book: Rulebook) -> Iterator[AmountLine]:
    rule, costs = amount.costs, application.costs_eur
    assert rule is not None
    if costs is None:
        yield replace(line, unit_eur=None)
        return
    if costs < rule.floor_eur:
        return
    exact = rule.share * Fraction(costs)
    how = f"{rule.share} van € {euro_text(costs)} bewezen kosten = € {euro_text(rounded(exact, book.rounding))}"
    if rule.most_per_place_eur is not None:
        places = application.numbers[rule.of]
        most = rule.most_per_place_eur * places
        how += f"; ten hoogste {places} x € {euro_text(rule.most_per_place_eur)} = € {euro_text(most)}"
        exact = min(exact, Fraction(most))
    yield replace(line, unit_eur=rounded(exact, book.rounding), calculation=how)


def _in_steps(line: AmountLine, amount: Amount, book: Rulebook, facts: Facts) -> AmountLine:
    """Take the parts of an amount that the answers give."""
    if not amount.steps:
        return line
    held = [(step, all_hold(step.only_if, facts)) for step in amount.steps]
    taken = [step for step, holds in held if holds]
    certain = None if any(holds is None for _, holds in held) else bool(taken)
    certain = _both(line.applies, certain)
    if line.unit_eur is None:
        return replace(line, applies=certain)
    base = Fraction(line.unit_eur * line.quantity)
    share = sum((Fraction(step.percent) for step in taken), Fraction(0)) / 100
    parts = " + ".join(f"{step.percent:f} % {step.label}" for step in taken)
    start = line.calculation or f"{line.quantity} x € {euro_text(line.unit_eur)}"
    unit = rounded(base * share, book.rounding)
    return replace(line, quantity=1, unit_eur=unit, applies=certain, calculation=f"{start}; daarvan {parts}")


def _both(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - values, not options
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _known_sum(lines: Sequence[AmountLine]) -> Decimal:
    return sum((line.amount_eur for line in lines if line.amount_eur is not None), Decimal(0))


def _options(known: bool | None) -> tuple[bool, ...]:  # noqa: FBT001 - a value, not an option
    return (True, False) if known is None else (known,)
