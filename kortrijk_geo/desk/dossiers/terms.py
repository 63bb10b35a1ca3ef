"""What falls due after a decision, by the rulebook that it was taken with; what that does not tell is unknown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kortrijk_geo.desk.dossiers.books import kept_rulebook
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.conditions import months_after
from kortrijk_geo.premium.decision import local
from kortrijk_geo.premium.repayment import free_from, years_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kortrijk_geo.desk.dossiers.dossier import Dossier, Ruling
    from kortrijk_geo.desk.ledger import Ledger
    from kortrijk_geo.desk.settings import Retention
    from kortrijk_geo.premium.form import Rulebook


@dataclass(frozen=True)
class Term:
    """Something that falls due: in Dutch what, and how sure that is; ``due`` is None where the day is unknown."""

    dossier: str
    what: str
    due: dt.date | None
    standing: str
    source: str


def terms_of(ledger: Ledger, dossier: Dossier, retention: Retention) -> tuple[Term, ...]:
    """Return what falls due in a dossier: first what has a day, in order, then what has none."""
    found: list[Term] = []
    ruling = dossier.ruling
    if ruling is not None and ruling.granted and dossier.status in {"decided", "paid"}:
        advice = dossier.advice_of(ruling.advice)
        assert advice is not None
        book = kept_rulebook(ledger.text(advice.rulebook), advice.rulebook_file)
        found += _realised(dossier, ruling, book)
        found.append(_stay(dossier, book))
        found.append(_repayment(dossier, book))
    if dossier.status in {"decided", "paid", "withdrawn"} and not dossier.forgotten:
        last = _day(dossier.last_step_at)
        due = years_after(last, retention.years)
        what = "Persoonsgegevens vergeten"
        found.append(Term(dossier.number, what, due, _standing(retention.standing), retention.source))
    return tuple(sorted(found, key=lambda term: (term.due is None, term.due or dt.date.max)))


def _realised(dossier: Dossier, ruling: Ruling, book: Rulebook) -> Iterator[Term]:
    """Yield the terms of conditions that give a number of months after the approval."""
    for one in book.conditions:
        in_months = (one.test, one.unit, one.number) == ("at most", "maanden", None) and one.limit is not None
        if in_months and one.holds_for(str(dossier.asked["kind"])):
            due = months_after(_day(ruling.at), int(one.limit or 0))
            yield Term(dossier.number, one.text, due, _standing(one.standing), one.source)


def _stay(dossier: Dossier, book: Rulebook) -> Term:
    rule, kind = book.minimum_stay, str(dossier.asked["kind"])
    years = rule.years_for(kind)
    start = dossier.asked["opened" if rule.starts == "opening" else "date"]
    due = None if years is None or start is None else free_from(rule, dt.date.fromisoformat(start), years)
    what = f"De plaatsen blijven: {wording.stay(rule, kind)}"
    if years is not None and start is None:
        what += " (de dag van opening is onbekend)"
    return Term(dossier.number, what, due, _standing(rule.standing), rule.source)


def _repayment(dossier: Dossier, book: Rulebook) -> Term:
    rule = book.repayment
    text = "onbekend" if rule.text is None else rule.text
    return Term(dossier.number, f"Terugbetaling: {text}", None, _standing(rule.standing), rule.source)


def _standing(standing: str) -> str:
    return {**wording.STANDING, "choice": "keuze van het instrument"}.get(standing, standing)


def _day(moment: str) -> dt.date:
    return local(dt.datetime.fromisoformat(moment)).date()
