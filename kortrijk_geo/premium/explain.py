"""A rulebook in Dutch sentences: what it grants to whom, when, under which conditions, and what is not confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.premium import wording
from kortrijk_geo.premium.grants import PHASE
from kortrijk_geo.premium.terms import ANY
from kortrijk_geo.premium.worked import outcome
from kortrijk_geo.text.dutch import date_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.grants import Amount
    from kortrijk_geo.premium.terms import Condition, OnlyIf

_WHERE = {
    "always": "",
    "below norm": "in een gebied onder de norm",
    "not below norm": "in een gebied dat de norm haalt",
    "vulnerable": "in een kwetsbaar gebied",
    "below norm or vulnerable": "in een gebied dat onder de norm of kwetsbaar is",
    "listed": "in een gebied op de lijst",
    "not listed": "in een gebied dat niet op de lijst staat",
    "lowest": "in een van de gebieden met de minste plaatsen",
}
_DAY = {"application": "de aanvraag", "opening": "de opening", "year supported": "1 januari van het gesteunde jaar"}
_NUMBER = {"new places": "nieuwe plaatsen", "existing places": "bestaande plaatsen", "total places": "alle plaatsen"}
_ROUNDING = {
    "half up": "op de cent, halve naar boven",
    "down": "op de cent, naar beneden",
    "up": "op de cent, naar boven",
}


def explain(book: Rulebook) -> dict[str, list[str]]:
    """Return the sentences about a rulebook, by heading; the headings without any are left out."""
    parts = {
        "Wat": list(_about(book)),
        "Wat het toekent": [_amount(book, amount) for amount in book.amounts],
        "Hoogstens": [
            f"{wording.euros(cap.amount_eur)} {wording.PER_CAP[cap.per]}{_of_kind(book, cap.kind)}."
            for cap in book.caps
        ],
        "Onder welke voorwaarden": [_condition(book, condition) for condition in book.conditions],
        "Gebieden": list(_areas(book)),
        "Betaling": list(_payment(book)),
        "Duur en terugbetaling": [_stay(book), wording.statement("repayment", book.repayment)],
        "Bewijzen": [document.text for document in book.documents],
        "Voor de brief": [
            wording.statement(name, one) for name, one in book.letter_statements.items() if name != "repayment"
        ],
        "Voorbeelden die uitkomen": [
            f"{example.text}: {wording.euros(example.total_eur)} ({outcome(book, example)[1]})."
            for example in book.examples
        ],
        "Niet bevestigd": [remark.text for remark in book.unconfirmed],
    }
    return {heading: sentences for heading, sentences in parts.items() if sentences}


def _about(book: Rulebook) -> Iterator[str]:
    yield f"{book.title}, reglement '{book.regulation}' van de gemeente met NIS-code {book.municipality}."
    until = "" if book.valid_until is None else f" tot en met {date_text(book.valid_until)}"
    yield f"Geldt van {date_text(book.valid_from)}{until}; de dag van {_DAY[book.rules_of_day]} telt."
    yield f"Voor: {'; '.join(book.name_of(kind) for kind in book.kinds)}."
    yield f"Bron: {book.source} ({wording.STANDING[book.standing]})."
    if book.amounts_confirmed_until is not None:
        yield f"De bedragen zijn bekend tot {date_text(book.amounts_confirmed_until)}."
    yield f"Bedragen worden afgerond {_ROUNDING[book.rounding]}."


def _of_kind(book: Rulebook, kind: str) -> str:
    return "" if kind == ANY else f" voor {book.name_of(kind)}"


def _amount(book: Rulebook, amount: Amount) -> str:
    if amount.brackets is not None:
        each = "voor alle plaatsen" if amount.brackets.rule == "whole" else "voor de plaatsen van die schijf"
        bands = ", ".join(f"vanaf {b.from_places} {wording.euros(b.amount_eur)}" for b in amount.brackets.bands)
        how = f"naar {_NUMBER[amount.brackets.of]}: {bands} {wording.PER[amount.per]} ({each})"
    elif amount.costs is not None:
        how = f"{amount.costs.share} van de bewezen kosten"
        if amount.costs.floor_eur:
            how += f", vanaf {wording.euros(amount.costs.floor_eur)} kosten"
        if amount.costs.most_per_place_eur is not None:
            how += f", ten hoogste {wording.euros(amount.costs.most_per_place_eur)} x {_NUMBER[amount.costs.of]}"
    else:
        how = f"{wording.euros(amount.amount_eur)} {wording.PER[amount.per]}"
    phases = " of ".join(PHASE[phase] for phase in amount.phases)
    steps = ", ".join(f"{step.percent:f} % bij {step.label}" for step in amount.steps)
    more = [_of_kind(book, amount.kind).strip(), f"bij {phases}" if phases else "", _WHERE[amount.when]]
    more += [_only_if(amount.only_if), f"waarvan {steps}" if steps else ""]
    tail = "".join(f", {part}" for part in more if part)
    return f"{amount.label}: {how}{tail} ({wording.STANDING[amount.standing]})."


def _only_if(only_ifs: Sequence[OnlyIf]) -> str:
    return " en ".join(f"als {one.condition} is: {wording.under(one)}" for one in only_ifs)


def _condition(book: Rulebook, condition: Condition) -> str:
    limits = [_only_if(condition.only_if)]
    limits += ["alleen voor " + ", ".join(book.name_of(kind) for kind in condition.applies_to)] * bool(
        condition.applies_to and set(condition.applies_to) < set(book.kinds)
    )
    limits += ["alleen bij " + ", ".join(PHASE[phase] for phase in condition.phases)] * bool(condition.phases)
    limits += ["volgens de aanvraag zelf"] * (not condition.is_asked)
    tail = "; ".join(part for part in limits if part)
    return f"{condition.text} ({tail}; {wording.STANDING[condition.standing]})".replace("(; ", "(")


def _areas(book: Rulebook) -> Iterator[str]:
    unit = wording.AREA[book.area_unit]
    if book.norm_places_per_100 is not None:
        yield f"Norm: {wording.norm(book.norm_places_per_100)} plaatsen per 100 kinderen, per {unit}."
    if book.reference_day is not None:
        day = book.reference_day
        yield f"Geteld op {day.day}/{day.month}, {day.years_before} jaar voor de aanvraag."
    for group in book.area_groups:
        yield f"{group.name} telt als een gebied: {', '.join(group.areas)}."
    for listed in book.listed_areas:
        yield f"Lijst van {listed.year or 'alle jaren'}: {', '.join(listed.areas)}."
    if book.lowest_areas is not None:
        yield f"De {book.lowest_areas} gebieden met de minste plaatsen per 100 kinderen gaan voor."


def _payment(book: Rulebook) -> Iterator[str]:
    for payment in book.payments:
        yield f"{payment.share} van het bedrag: {payment.text}" if payment.share != 1 else payment.text
    if book.budget is not None:
        yield wording.budget(book.budget)


def _stay(book: Rulebook) -> str:
    stays = dict.fromkeys(wording.stay(book.minimum_stay, kind) for kind in book.kinds)
    if len(stays) == 1:
        return f"Minimumduur: {next(iter(stays))}."
    each = (f"{book.name_of(kind)} {wording.stay(book.minimum_stay, kind)}" for kind in book.kinds)
    return f"Minimumduur: {'; '.join(each)}."
