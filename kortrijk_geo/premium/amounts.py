"""The amounts that a rulebook gives: lines of quantity x unit in exact euros, and what is unknown about them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.form import Amount
    from kortrijk_geo.premium.place import AreaCount
    from kortrijk_geo.premium.rulebooks import Rulebook

CENT = Decimal("0.01")
CAP = "Begrenzing tot het maximumbedrag"  # label of the line that takes off what is above it


@dataclass(frozen=True)
class AmountLine:
    """One line of the decision; ``field`` is that of the rulebook, as "amounts.group-place".

    ``applies`` is None when it hangs on an unknown rate or an unknown vulnerable area; ``unit_eur`` is None when the
    rulebook does not know the amount; ``amount_eur`` is known only when both are.
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

    @property
    def amount_eur(self) -> Decimal | None:
        """Quantity x unit, to the cent; None when unknown."""
        if self.unit_eur is None or self.applies is None:
            return None
        return (self.unit_eur * self.quantity).quantize(CENT)


def applies(when: str, *, below_norm: bool | None, vulnerable: bool | None) -> bool | None:
    """Whether an amount goes to an area; None when that hangs on something unknown."""
    if when == "below norm or vulnerable":
        if below_norm or vulnerable:
            return True
        return None if below_norm is None or vulnerable is None else False
    if when == "not below norm":
        return None if below_norm is None else not below_norm
    return {"always": True, "below norm": below_norm, "vulnerable": vulnerable}[when]


def amount_lines(book: Rulebook, application: Application, area: AreaCount | None) -> tuple[AmountLine, ...]:
    """Lines for an application in an area: those that apply, and those of which that is unknown.

    A known cap that the sum exceeds is a last line with the (negative) difference.
    """
    lines = _lines(
        book,
        application,
        below_norm=None if area is None else area.below_norm,
        vulnerable=None if area is None else area.vulnerable,
    )
    total, cap = total_eur(lines), next((cap for cap in book.caps if cap.kind == application.kind), None)
    if total is None or cap is None or cap.amount_eur is None or total <= cap.amount_eur:
        return lines
    less = AmountLine(
        f"caps.{cap.kind}",
        CAP,
        "always",
        "application",
        1,
        cap.amount_eur - total,
        True,
        cap.standing,
        cap.source,
    )
    return (*lines, less)


def total_eur(lines: Sequence[AmountLine]) -> Decimal | None:
    """Sum of the lines, to the cent; None when any of them is unknown or there are none."""
    amounts = [line.amount_eur for line in lines]
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts) or not known:
        return None
    return sum(known, Decimal(0)).quantize(CENT)


def favouring(
    book: Rulebook, application: Application, areas: Sequence[AreaCount]
) -> tuple[AreaCount, tuple[AmountLine, ...]]:
    """Return the area, of those on whose border the location lies, that favours the applicant, and its lines.

    That is the area with the highest sum; where a rate is unknown, the highest sum it can still lead to. Of equal
    areas the one below the norm, then the one whose rate is known, then the one with the lowest id.
    """

    def order(area: AreaCount) -> tuple[Decimal, bool, bool, str]:
        best = max(
            _known_sum(_lines(book, application, below_norm=below, vulnerable=vulnerable))
            for below, vulnerable in product(_options(area.below_norm), _options(area.vulnerable))
        )
        return -best, area.below_norm is not True, area.below_norm is None, area.area_id

    best = min(areas, key=order)
    return best, amount_lines(book, application, best)


def _lines(
    book: Rulebook, application: Application, *, below_norm: bool | None, vulnerable: bool | None
) -> tuple[AmountLine, ...]:
    def line(amount: Amount) -> AmountLine:
        return AmountLine(
            field=f"amounts.{amount.id}",
            label=amount.label,
            when=amount.when,
            per=amount.per,
            quantity=application.new_places if amount.per == "place" else 1,
            unit_eur=amount.amount_eur,
            applies=applies(amount.when, below_norm=below_norm, vulnerable=vulnerable),
            standing=amount.standing,
            source=amount.source,
        )

    return tuple(
        found
        for amount in book.amounts
        if amount.kind == application.kind and (found := line(amount)).applies is not False
    )


def _known_sum(lines: Sequence[AmountLine]) -> Decimal:
    return sum((line.amount_eur for line in lines if line.amount_eur is not None), Decimal(0))


def _options(known: bool | None) -> tuple[bool, ...]:  # noqa: FBT001 - a value, not an option
    return (True, False) if known is None else (known,)
