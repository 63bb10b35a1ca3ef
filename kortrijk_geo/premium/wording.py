"""The Dutch words of a premium decision, in one place: what a citizen and a grant officer read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.premium.amounts import CAP
from kortrijk_geo.premium.border import border_rules
from kortrijk_geo.premium.conditions import ASSUMED, NOT_APPLICABLE
from kortrijk_geo.premium.grants import PHASE
from kortrijk_geo.text.dutch import UNKNOWN, date_text, euro_text, limit_text, number_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from decimal import Decimal

    from kortrijk_geo.premium.amounts import AmountLine
    from kortrijk_geo.premium.application import Application
    from kortrijk_geo.premium.border import Neighbour
    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.form import Rulebook
    from kortrijk_geo.premium.grants import Budget, Cap, MinimumStay, Statement
    from kortrijk_geo.premium.place import AreaCount
    from kortrijk_geo.premium.terms import Condition, OnlyIf

STATUS = {
    "eligible": "Komt in aanmerking",
    "provisional": "Voorlopig",
    "not eligible": "Komt niet in aanmerking",
    "incomplete": "Onvolledig",
}
STANDING = {
    "adopted": "vastgesteld",
    "municipal page": "volgens de gemeente",
    "press": "volgens de pers",
    "to be confirmed": "niet bevestigd",
}
AREA = {"areas": "wijk", "subareas": "statistische sector", "districts": "deelgemeente"}
NOT_FILLED_IN = "(niet ingevuld)"
ERASED = "gewist"
LETTER = {
    "legal_basis": "Rechtsgrond",
    "motivation": "Motivering",
    "decides": "Wie beslist",
    "repayment": "Terugbetaling",
    "appeal": "Beroep",
    "cumulation": "Samenloop",
    "de_minimis": "De-minimissteun",
    "privacy": "Privacy",
    "contact": "Contact",
}
PER = {
    "place": "per plaats",
    "licensed place": "per vergunde plaats",
    "licensed place and year": "per vergunde plaats en per jaar",
    "application": "eenmalig",
    "year": "per jaar",
    "costs": "van de bewezen kosten",
}
PER_CAP = {"application": "per aanvraag", "place": "per plaats", "applicant": "per aanvrager", "year": "per jaar"}


def count(value: float | None) -> str:
    """Write a count; decimals only where there are any; unknown is onbekend."""
    return number_text(value, "number" if value is not None and not float(value).is_integer() else "whole")


def rate(value: float | None, norm: Decimal | None) -> str:
    """Write a rate with one decimal, with more where one would show it on the wrong side of the norm."""
    return number_text(value, limits=() if norm is None else (float(norm),))


def norm(value: Decimal) -> str:
    """Write the norm without needless decimals."""
    return limit_text(float(value), "number")


def euros(amount: Decimal | None) -> str:
    """Write an amount exactly, as € 8.550,00; unknown is onbekend."""
    return UNKNOWN if amount is None else f"€ {euro_text(amount)}"


def document(field: str) -> str:
    """Say in few words that a document closes a point."""
    return f"Een document (veld {field})."


HOW_CONFIRMED = (
    "Een document komt in het bestand van --confirm: veld, naam van het document, zijn dag en wie ervoor instaat."
)
CONFIRMED_AT_DESK = "Een beheerder schrijft het document in het loket in, met zijn datum en een opmerking."
DOCUMENT_CLOSES = "Een document dat de gebruikte waarde bevestigt."
PLACE_CLOSES = "De juiste plaats, of een document dat deze bevestigt."
COUNTS_AGREE = "Een stadspakket waarin de tellingen overeenkomen."
PACK_BUILT = "Het stadspakket zoals het uit zijn recept is opgebouwd."
PACK_CLOSES = "Het ontbrekende gegeven in het stadspakket."
COSTS_CLOSE = "De bewezen kosten."
GRANTED_CLOSES = "Wat de aanvrager al kreeg."
RULEBOOK_CLOSES = "Het bedrag met zijn bron, in een eigen reglement."
OUTSIDE = "buiten de stad"
NO_CAP_KNOWN = "Of er een maximumbedrag is, is niet bekend; de som is niet begrensd."


def not_answered(condition: Condition, *, assumed: bool) -> str:
    """Say that a condition has no answer of the applicant."""
    if not condition.is_asked:
        return f"Niet te toetsen, een gegeven ontbreekt: {condition.text}"
    return f"{'Aangenomen, niet beantwoord' if assumed else 'Niet beantwoord'}: {condition.text}"


def answer_needed(condition: Condition) -> str:
    """Ask for an answer."""
    return f"Antwoord op de vraag: {condition.question}"


def unsure_condition(condition: Condition) -> str:
    """Say how sure a condition is."""
    return f"De voorwaarde '{condition.text}' is {STANDING[condition.standing]} ({condition.source})."


def unsure_amount(line: AmountLine) -> str:
    """Say how sure an amount is."""
    what = f"{line.label}, {euros(line.unit_eur)} {PER[line.per]}" if line.label != CAP else line.label
    return f"{what}: {STANDING[line.standing]} ({line.source})."


def budget(rule: Budget) -> str:
    """Say that the premium hangs on what is left of a budget."""
    how = "binnen de kredieten" if rule.rule == "within credits" else "in volgorde van aanvraag"
    return f"De premie wordt toegekend {how}, van {euros(rule.amount_eur)}; hoeveel er nog is, weet de dienst."


def granted_before(cap: Cap) -> str:
    """Say that a cap asks what was granted before."""
    most = f"{euros(cap.amount_eur)} {PER_CAP[cap.per]}"
    return f"Het maximum is {most}; wat de aanvrager al kreeg, is niet opgegeven en op nul gesteld."


def costs_needed(line: AmountLine) -> str:
    """Say that the proven costs lack."""
    return f"De bewezen kosten voor '{line.label}' zijn niet opgegeven."


def unsure_cap(cap: Cap) -> str:
    """Say how sure a cap is."""
    return f"Maximumbedrag {euros(cap.amount_eur)}: {STANDING[cap.standing]} ({cap.source})."


def address_remark(application: Application) -> str:
    """Say how the address that was taken differs from what was asked."""
    return f"Adres {application.address}: {application.address_remark}."


def near_address(application: Application) -> str:
    """Say that another address stands in for the one that was asked."""
    return f"Het adres is niet exact gevonden; genomen is {application.address} ({application.address_remark})."


def no_area(application: Application) -> str:
    """Say that a point inside the city is in no area."""
    return f"Het punt {point(application)} ligt in de stad, maar in geen enkel gebied."


def point(application: Application) -> str:
    """Write a location in whole metres."""
    return ERASED if application.is_nowhere else f"x {application.x:.0f}, y {application.y:.0f}"


def location(application: Application) -> str:
    """Write a location: its address where there is one, and its point."""
    at = point(application)
    return f"{application.address} ({at})" if application.address else at


def near_border(near: Neighbour, here: Decimal | None) -> str:
    """Say what lies across a border, and what would be given there."""
    where = f"{metres(near.distance_m)} van de grens met"
    if near.area is None:
        return f"Het punt ligt op {metres(near.distance_m)} van de stadsgrens: daarbuiten is er geen premie."
    there = f"{near.area.name} is het bedrag {euros(near.total_eur)} en niet {euros(here)}"
    return f"Het punt ligt op {where} {near.area.name}: in {there}."


def metres(distance: float | None) -> str:
    """Write a short distance to a border; one that was not kept is at most that from which a border is told."""
    if distance is None:
        return f"ten hoogste {border_rules().near.within_m:.0f} m"
    return "minder dan 1 m" if distance < 1 else f"{distance:.0f} m"


def rate_needed(area: AreaCount, lines: Sequence[AmountLine]) -> list[tuple[str, str]]:
    """Say what is unknown about an area that the amount hangs on, by its field."""
    needed = []
    if area.below_norm is None and any("norm" in line.when for line in lines if line.applies is None):
        if area.children_0_2 is None:
            needed.append(("children_0_2", f"Het aantal kinderen van 0 tot 2 jaar in {area.name} is onbekend."))
        elif area.children_0_2 == 0:
            text = f"In {area.name} wonen geen kinderen van 0 tot 2 jaar: er is geen verhouding om te toetsen."
            needed.append(("children_0_2", text))
        if area.places is None:
            has = "heeft" if area.unknown_places == 1 else "hebben"
            text = (
                f"Het aantal opvangplaatsen in {area.name} is onbekend: {area.unknown_places} van de"
                f" {area.locations} locaties {has} geen geloofwaardig aantal plaatsen."
            )
            needed.append(("places", text))
    for flag, what in (("listed", "op de lijst staat"), ("lowest", "tot de gebieden met de minste plaatsen behoort")):
        if getattr(area, flag) is None and any(flag in line.when for line in lines if line.applies is None):
            needed.append((flag, f"Of {area.name} {what}, is onbekend."))
    if area.vulnerable is None and any("vulnerable" in line.when for line in lines if line.applies is None):
        needed.append(("vulnerable", f"Of {area.name} een kwetsbaar gebied is, is onbekend."))
    return needed


def amount_needed(line: AmountLine) -> str:
    """Say which amount the rulebook does not know."""
    return f"Het bedrag van '{line.label}' is onbekend."


def under(only_if: OnlyIf) -> str:
    """Write the answers, or the limits, under which something holds."""
    if only_if.answers:
        return " of ".join(only_if.answers)
    low = [] if only_if.at_least is None else [f"vanaf {limit_text(float(only_if.at_least), 'number')}"]
    high = [] if only_if.below is None else [f"onder {limit_text(float(only_if.below), 'number')}"]
    return " en ".join([*low, *high])


def no_amount(area: AreaCount, application: Application, book: Rulebook) -> str:
    """Say that no amount of the rulebook covers an application."""
    places = f"{application.new_places} nieuwe en {application.existing_places} bestaande plaatsen"
    what = f"{book.name_of(application.kind)} in {area.name}, {PHASE[application.stage]}, {places}"
    return f"Het reglement noemt geen bedrag voor deze aanvraag: {what}."


def reference_day(book: Rulebook) -> str:
    """Say of which day a rulebook asks the counts."""
    day = book.reference_day
    if day is None:
        return "de dag van de aanvraag"
    return f"{day.day}/{day.month}, {day.years_before} jaar vóór het jaar van de aanvraag"


def outdated(application: Application, until: dt.date) -> str:
    """Say that the amounts may be outdated."""
    return (
        f"De bedragen van het reglement zijn bekend tot {date_text(until)}; of ze nog gelden op"
        f" {date_text(application.date)}, is niet bevestigd."
    )


def on_border(names: Sequence[str], used: str) -> str:
    """Say which area was used for a location on a border."""
    areas = " en ".join(names)
    return f"De locatie ligt op de grens van {areas}; {used} is genomen: geen ander is gunstiger voor de aanvrager."


def of_day(day: str) -> str:
    """Say of which day a figure is."""
    return f"van {date_text(day)}" if day else "zonder datum"


def other_date(what: str, day: str, on: dt.date) -> str:
    """Say that the data carry another date than the rules ask for."""
    dated = f"is {of_day(day)}" if day else "heeft geen datum"
    return f"De telling van {what} in het stadspakket {dated}; het reglement vraagt de stand op {date_text(on)}."


def same_day(day: dt.date, area: AreaCount, total: Decimal | None, book: Rulebook) -> str:
    """Say what places and children of one day give."""
    found = rate(area.places_per_100_children, book.norm_places_per_100)
    return f"Beide op {date_text(day)}: {found} per 100 kinderen, {euros(total)}."


def places_of(area: AreaCount, on: dt.date) -> str:
    """Write the places of an area with their date: that of the list they stand in, where it is another than asked."""
    places = count(area.places)
    if area.places_date == on.isoformat():
        return f"{places} opvangplaatsen op {date_text(on)}"
    return f"{places} opvangplaatsen: wat open was op {date_text(on)}, volgens een lijst {of_day(area.places_date)}"


def children_of(area: AreaCount) -> str:
    """Write the children of an area with their date."""
    dated = f"op {date_text(area.children_date)}" if area.children_date else "zonder datum"
    return f"{count(area.children_0_2)} kinderen van 0 tot 2 jaar {dated}"


def neighbour(near: Neighbour) -> str:
    """Write what lies across a border."""
    if near.area is None:
        return f"{metres(near.distance_m)} van de stadsgrens; daarbuiten geen premie"
    return f"{metres(near.distance_m)} van {near.area.name}; daar {euros(near.total_eur)}"


def answer(outcome: ConditionOutcome) -> str:
    """Write what an applicant answers to a condition, or that the application itself tells it."""
    given, condition = outcome.answer, outcome.condition
    if given in {None, ASSUMED, NOT_APPLICABLE}:
        return "geen antwoord" if given == ASSUMED else ""
    if not condition.is_asked:
        counted = "" if condition.number is None else f"{given} {condition.unit or 'plaatsen'}, "
        return f"{counted}volgens de aanvraag"
    if isinstance(given, bool):
        return "ja" if given else "nee"
    if outcome.choice is not None and outcome.choice != given:
        return f"{given} ({outcome.choice})"
    text = str(given).replace(".", ",") if isinstance(given, (int, float)) else str(given)
    return f"{text} {condition.unit}".strip()


def refused(outcome: ConditionOutcome) -> str:
    """Say which condition is not met, by which answer and which source."""
    condition = outcome.condition
    return (
        f"Niet vervuld: {condition.text} Antwoord: {answer(outcome)}. Bron: {condition.source}"
        f" ({STANDING[condition.standing]})."
    )


def answers_open(assumed: int, unanswered: int) -> tuple[str, str]:
    """Say how many conditions have no answer of the applicant, and what closes that."""
    parts = [f"{assumed} aangenomen"] * bool(assumed) + [f"{unanswered} niet beantwoord"] * bool(unanswered)
    return (
        f"Voorwaarden onder 7 zonder antwoord van de aanvrager: {', '.join(parts)}.",
        "De antwoorden van de aanvrager.",
    )


def counts_of(what: str, on: dt.date) -> str:
    """Say which counts are needed."""
    return f"Een stadspakket met de {what} van {date_text(on)}."


def unknown_opens(area: AreaCount) -> str:
    """Say how many locations count without a known opening date."""
    counted = "ze is" if area.unknown_opens == 1 else "ze zijn"
    return (
        f"Van {area.unknown_opens} van de {area.locations} locaties in {area.name} is de openingsdatum onbekend;"
        f" {counted} als bestaand geteld."
    )


def stay(rule: MinimumStay, kind: str) -> str:
    """Say how long the places of a kind must stay."""
    number = rule.years_for(kind)
    if number is None:
        return UNKNOWN
    plural = "kalenderjaar" if number == 1 else "kalenderjaren"
    years, first = (plural, " (dat jaar is het eerste)") if rule.counted_in == "calendar years" else ("jaar", "")
    days = "" if rule.days_per_year is None else f", minstens {rule.days_per_year} dagen per jaar open"
    return f"{number} {years} vanaf de {'opening' if rule.starts == 'opening' else 'aanvraag'}{first}{days}"


def statement(name: str, one: Statement) -> str:
    """Write what a rulebook says on a subject of the letter, and how sure it is."""
    check = ", na te kijken door een jurist" * one.lawyer
    return f"{LETTER[name]}: {UNKNOWN if one.text is None else one.text} ({STANDING[one.standing]}{check})"


def not_adopted(book: Rulebook) -> str:
    """Say how sure the rules are."""
    return f"Het reglement is {STANDING[book.standing]}: {book.source}."
