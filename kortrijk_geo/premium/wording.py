"""The Dutch words of a premium decision, in one place: what a citizen and a grant officer read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.text.dutch import UNKNOWN, date_text, euro_text, limit_text, number_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from decimal import Decimal

    from kortrijk_geo.premium.amounts import AmountLine
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.place import AreaCount
    from kortrijk_geo.premium.rulebooks import Condition, Rulebook

STATUS = {"eligible": "Komt in aanmerking", "not eligible": "Komt niet in aanmerking", "incomplete": "Onvolledig"}
STANDING = {"adopted": "aangenomen", "press": "volgens de pers", "to be confirmed": "niet bevestigd"}
KIND = {
    "group": "groepsopvang",
    "family": "gezinsopvang, nieuwe onthaalouder",
    "family-yearly": "gezinsopvang, onthaalouder die al werkt",
}
AREA = {"areas": "wijk", "subareas": "statistische sector", "districts": "deelgemeente"}
PER = {"place": "per plaats", "application": "eenmalig", "year": "per jaar"}


def count(value: float | None) -> str:
    """Write a count; decimals only where there are any; unknown is onbekend."""
    return number_text(value, "number" if value is not None and not float(value).is_integer() else "whole")


def rate(value: float | None, norm: Decimal) -> str:
    """Write a rate with one decimal, with more where one would show it on the wrong side of the norm."""
    return number_text(value, limits=(float(norm),))


def norm(value: Decimal) -> str:
    """Write the norm without needless decimals."""
    return limit_text(float(value), "number")


def euros(amount: Decimal | None) -> str:
    """Write an amount exactly, as € 8.550,00; unknown is onbekend."""
    return UNKNOWN if amount is None else f"€ {euro_text(amount)}"


def answer_needed(condition: Condition) -> str:
    """Ask for an answer."""
    return f"Antwoord op de vraag: {condition.question}"


def address_remark(application: Application) -> str:
    """Say how the address that was taken differs from what was asked."""
    return f"Adres {application.address}: {application.address_remark}."


def place_needed(application: Application) -> str:
    """Ask for the place itself, where the nearest house number stands in for it."""
    return (
        f"De juiste plaats (x en y) of een bestaand huisnummer: {application.address} is het dichtstbijzijnde bekende"
        " nummer."
    )


def answers_needed(number: int) -> str:
    """Say how many conditions have no answer."""
    if number == 1:
        return "Een antwoord op de voorwaarde die hieronder met ? is gemerkt."
    return f"Een antwoord op de {number} voorwaarden die hieronder met ? zijn gemerkt."


def no_area(application: Application) -> str:
    """Say that a point inside the city is in no area."""
    return f"Het punt x {application.x:.2f}, y {application.y:.2f} ligt in de stad, maar in geen enkel gebied."


def rate_needed(area: AreaCount, lines: Sequence[AmountLine]) -> list[str]:
    """Say what is unknown about an area that the amount hangs on."""
    needed = []
    if area.below_norm is None and any("norm" in line.when for line in lines if line.applies is None):
        if area.children_0_2 is None:
            needed.append(f"Het aantal kinderen van 0 tot 2 jaar in {area.name} is onbekend.")
        elif area.children_0_2 == 0:
            needed.append(f"In {area.name} wonen geen kinderen van 0 tot 2 jaar: er is geen verhouding om te toetsen.")
        if area.places is None:
            needed.append(
                f"Het aantal opvangplaatsen in {area.name} is onbekend: {area.unknown_places} van de"
                f" {area.locations} locaties hebben geen aantal plaatsen."
            )
    if area.vulnerable is None and any("vulnerable" in line.when for line in lines if line.applies is None):
        needed.append(f"Of {area.name} een kwetsbaar gebied is, is onbekend.")
    return needed


def amount_needed(line: AmountLine, book: Rulebook) -> str:
    """Say which amount the rulebook does not know."""
    return f"Het bedrag van '{line.label}' is onbekend; vul het in het reglement {book.id} in."


def confirmation_needed(application: Application, book: Rulebook, until: dt.date) -> str:
    """Say that the amounts may be outdated."""
    return (
        f"Bevestiging dat de bedragen van het reglement {book.id}, bekend tot {date_text(until)},"
        f" nog gelden op {date_text(application.date)}."
    )


def on_border(names: Sequence[str], used: str) -> str:
    """Say which area was used for a location on a border."""
    areas = " en ".join(names)
    return f"De locatie ligt op de grens van {areas}; {used} is genomen: geen ander is gunstiger voor de aanvrager."


def other_date(what: str, found: str, on: dt.date) -> str:
    """Say that the data carry another date than the rules ask for."""
    dated = f"zijn van {found}" if found else "hebben geen datum"
    return f"De gegevens over {what} in het stadspakket {dated}; het reglement vraagt de stand op {on.isoformat()}."


def unknown_opens(area: AreaCount) -> str:
    """Say how many locations count without a known opening date."""
    return (
        f"Van {area.unknown_opens} van de {area.locations} locaties in {area.name} is de openingsdatum onbekend;"
        " ze zijn als bestaand geteld."
    )


def assumed(application: Application) -> str:
    """Say that answers were assumed."""
    return f"Voorwaarden zonder antwoord zijn als vervuld aangenomen (aanvraag van {date_text(application.date)})."


def not_adopted(book: Rulebook) -> str:
    """Say how sure the rules are."""
    return f"Het reglement is {STANDING[book.standing]}: {book.source}."
