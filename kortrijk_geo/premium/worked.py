"""Worked examples that a rulebook carries: computed when it is read, each must come out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.premium.amounts import amount_lines, total_eur
from kortrijk_geo.premium.application import Application
from kortrijk_geo.premium.conditions import check_conditions
from kortrijk_geo.premium.place import AreaCount
from kortrijk_geo.text.dutch import euro_text

if TYPE_CHECKING:
    from kortrijk_geo.premium.form import Example, Rulebook


def check_examples(book: Rulebook, where: str) -> None:
    """Compute every worked example of a rulebook; `DataError` names the first that does not come out, and why."""
    for number, example in enumerate(book.examples, start=1):
        _check_day(book, example, f"{where}: examples[{number}]")
        try:
            total, why = outcome(book, example)
        except (DataError, OptionError) as error:
            raise DataError(f"{where}: examples[{number}]: {error}") from error
        if total != example.total_eur:
            came = "nothing that can be computed" if total is None else f"{total}"
            raise DataError(f"{where}: examples[{number}]: comes to {came}, not {example.total_eur}: {why}")


def outcome(book: Rulebook, example: Example) -> tuple[Decimal | None, str]:
    """Return what an example comes to, None where that cannot be computed, and how, in Dutch."""
    asked = Application(
        kind=example.kind,
        new_places=example.new_places,
        existing_places=example.existing_places,
        x=0.0,
        y=0.0,
        date=example.date or book.valid_from,
        answers=example.answers,
        assume_yes=True,
        opened=example.opened,
        phase=example.phase or "",
        year=example.year,
        costs_eur=example.costs_eur,
        granted_before_eur=example.granted_before_eur,
    )
    area = _area(book, example)
    conditions = check_conditions(book, asked, inside=True, area=area)
    unmet = [one.condition.text for one in conditions if one.met is False]
    if unmet:
        return Decimal("0.00"), f"niet vervuld: {' '.join(unmet)}"
    lines = amount_lines(book, asked, area, {one.condition.id: one for one in conditions})
    if not lines:
        return Decimal("0.00"), "geen bedrag geldt voor deze aanvraag"
    parts = [f"{line.quantity} x {euro_text(line.unit_eur)} ({line.calculation or line.label})" for line in lines]
    total = total_eur(lines)
    open_ids = [one.condition.id for one in conditions if one.met is None and one.condition.is_asked]
    if total is None and open_ids:
        parts.append(f"zonder antwoord: {', '.join(open_ids)}")
    return total, ", ".join(parts)


def _check_day(book: Rulebook, example: Example, where: str) -> None:
    """Refuse an example of a day on which these rules do not hold: they would never decide it."""
    of_year = None if example.year is None else dt.date(example.year, 1, 1)
    days = {"application": example.date, "opening": example.opened, "year supported": of_year}
    day = days[book.rules_of_day]
    if day is None or book.valid_from <= day <= (book.valid_until or day):
        return
    until = "" if book.valid_until is None else f" to {book.valid_until}"
    raise DataError(
        f"{where}: its day is {day}, but these rules hold from {book.valid_from}{until} (rules_of_day is"
        f" {book.rules_of_day!r}); give the example another day, or leave it out"
    )


def _area(book: Rulebook, example: Example) -> AreaCount:
    """Return an area that is what the example tells, and nothing else."""
    told, norm = set(example.area), book.norm_places_per_100
    return AreaCount(
        area_id="example", name="voorbeeld", children_0_2=None, places=None, places_per_100_children=None,
        below_norm=None if norm is None else "below norm" in told, vulnerable="vulnerable" in told,
        locations=0, unknown_places=0, unknown_opens=0, places_date="", children_date="",
        listed="listed" in told, lowest="lowest" in told,
    )  # fmt: skip
