"""What must be paid back of places that end before their minimum stay: computed by the rule of the rulebook."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import OptionError
from kortrijk_geo.premium.amounts import rounded
from kortrijk_geo.text.dutch import date_text, euro_text

if TYPE_CHECKING:
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.grants import MinimumStay, Repayment


@dataclass(frozen=True)
class RepaymentDue:
    """The first day on which the places may end, what must be paid back, None where that is unknown, and why."""

    free_from: dt.date | None
    amount_eur: Decimal | None
    text: str

    def to_json(self) -> dict[str, Any]:
        """Return what the outside contract holds of it."""
        return {
            "free_from": None if self.free_from is None else self.free_from.isoformat(),
            "amount_eur": None if self.amount_eur is None else f"{self.amount_eur:.2f}",
            "text": self.text,
        }


def repayment_due(book: Rulebook, application: Application, granted_eur: Decimal | None) -> RepaymentDue | None:
    """Compute what must be paid back of a sum when the places end on ``application.ended``; None without such a day.

    Raises
    ------
    OptionError
        When the stay counts from the opening, and the application does not tell that day.
    """
    stay, rule, ended = book.minimum_stay, book.repayment, application.ended
    if ended is None:
        return None
    start = application.opened if stay.starts == "opening" else application.date
    if start is None:
        raise OptionError(f"the stay of {book.id} counts from the opening; give --opened beside --ended")
    years = stay.years_for(application.kind)
    until = None if years is None else free_from(stay, start, years)
    if until is None:
        return RepaymentDue(None, None, "Niet te berekenen: de minimumduur is onbekend.")
    if ended >= until:
        return RepaymentDue(until, Decimal("0.00"), f"Niets: de plaatsen bleven tot {date_text(until)}.")
    if rule.rule is None or granted_eur is None:
        lacking = "de regel voor terugbetaling" if rule.rule is None else "het toegekende bedrag"
        text = f"Niet te berekenen: {lacking} is onbekend. De plaatsen moesten blijven tot {date_text(until)}."
        return RepaymentDue(until, None, text)
    share, why = _share(rule, start, ended, until)
    amount = rounded(Fraction(granted_eur) * share, book.rounding)
    stopped = f"De plaatsen moesten blijven tot {date_text(until)} en stoppen op {date_text(ended)}"
    text = f"€ {euro_text(amount)} van € {euro_text(granted_eur)}: {why}. {stopped}."
    return RepaymentDue(until, amount, text)


def free_from(stay: MinimumStay, start: dt.date, years: int) -> dt.date:
    """Return the first day on which places that stay so many years from a day may end."""
    return dt.date(start.year + years, 1, 1) if stay.counted_in == "calendar years" else years_after(start, years)


def years_after(day: dt.date, years: int) -> dt.date:
    """Return the same day some years later; 29 February becomes 1 March where the year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def _share(rule: Repayment, start: dt.date, ended: dt.date, free_from: dt.date) -> tuple[Fraction, str]:
    if rule.rule == "all":
        return Fraction(1), "alles"
    if rule.rule == "pro rata":
        lacking, whole = (free_from - ended).days, (free_from - start).days
        return Fraction(lacking, whole), f"naar rato, {lacking} van de {whole} dagen"
    year = sum(years_after(start, past) <= ended for past in range(1, len(rule.shares) + 1))
    share = rule.shares[year] if year < len(rule.shares) else Fraction(0)
    return share, f"{share} bij stopzetting in jaar {year + 1}"
