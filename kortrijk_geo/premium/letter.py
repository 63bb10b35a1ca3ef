"""The letter to an applicant: a proposal of a decision in Dutch sentences, with marked blanks for what is unknown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from kortrijk_geo.premium import wording
from kortrijk_geo.premium.amounts import payment_parts
from kortrijk_geo.premium.conditions import ASSUMED, NOT_APPLICABLE
from kortrijk_geo.premium.decision import local
from kortrijk_geo.premium.field_names import confirmed
from kortrijk_geo.premium.grants import PHASE
from kortrijk_geo.premium.tags import listed, tag
from kortrijk_geo.text.dutch import DEMO_TEXT, date_text
from kortrijk_geo.text.safe import html_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kortrijk_geo.premium.amounts import AmountLine
    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.decision import Decision
    from kortrijk_geo.premium.grants import Statement
    from kortrijk_geo.premium.open_points import OpenPoint
    from kortrijk_geo.premium.terms import Condition

_STYLE = Path(__file__).parent / "letter.css"
# What the city must write where the rulebook has no text for it.
_ASKED = {
    "legal_basis": "besluit van de gemeenteraad met zijn datum, en het artikel van het reglement",
    "motivation": "wat de motivering verder moet bevatten",
    "decides": "orgaan dat beslist, en zijn bevoegdheid",
    "repayment": "wanneer en hoeveel wordt terugbetaald",
    "appeal": "beroep: waar, in welke vorm en binnen welke termijn",
    "cumulation": "of de premie samengaat met andere premies",
    "de_minimis": "of de premie de-minimissteun is, en welke verklaring dan nodig is",
    "privacy": "verwerkingsverantwoordelijke, functionaris, doel en grond, bewaartermijn, rechten, klacht bij de"
    " toezichthouder",
    "contact": "naam, telefoon en e-mail van de dienst",
}


def render_letter(decision: Decision) -> str:
    """Render the proposal of a decision as a standalone HTML letter of A4 that asks nothing of the network."""
    css = Markup(_STYLE.read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return str(
        Markup(
            '<!DOCTYPE html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">\n<title>{}</title>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>\n{}</style>\n</head>\n'
            '<body class="{}">\n<main>\n{}\n</main>\n</body>\n</html>\n'
        ).format(
            html_text(f"{decision.rulebook.title}: voorstel van beslissing"),
            css,
            decision.status.replace(" ", "-"),
            letter_main(decision),
        )
    )


def letter_main(decision: Decision, *, ruling: Sequence[str] = ()) -> Markup:
    """Return what stands in a letter, for a page that has the style ``letter.css``.

    ``ruling`` says in sentences what was decided since.
    """
    letter = _letter(decision)
    blanks = letter.count('class="blank"')  # a text of others cannot hold this: it is escaped
    unfinished = f"Ontwerp, nog niet te versturen: nog {blanks} keer [in te vullen]."
    parts = [
        tag("p", DEMO_TEXT, "demo") if decision.provenance.synthetic else Markup(""),
        tag("p", f"Voorstel van beslissing: berekend, {'vóór de beslissing' if ruling else 'niet beslist'}.", "kind"),
        *(tag("p", one, "kind") for one in ruling),
        tag("p", unfinished, "kind") if blanks else Markup(""),
        letter,
    ]
    return Markup("\n").join(parts)


def _letter(decision: Decision) -> Markup:
    parts = [
        _head(decision),
        tag("h1", decision.rulebook.title),
        _section(
            "Bevoegdheid en rechtsgrond", _said(decision, "decides"), _said(decision, "legal_basis"), _rules(decision)
        ),
        _section("Feiten", *(tag("p", sentence) for sentence in _facts(decision)), _address(decision)),
        _section("Beoordeling van de voorwaarden", _said(decision, "motivation"), _conditions(decision)),
        _proposal(decision),
        *(() if decision.status == "not eligible" else _granted(decision)),
        _section("Beroep", _said(decision, "appeal")),
        _section("Privacy", _said(decision, "privacy")),
        _section("Contact", _said(decision, "contact")),
        _signature(),
        _proof(decision),
    ]
    return Markup("\n").join(parts)


def _section(title: str, *body: Markup) -> Markup:
    return Markup("<section>{}{}</section>").format(tag("h2", title), Markup("").join(body))


def _blank(what: str) -> Markup:
    return tag("span", f"[in te vullen: {what}]", "blank")


def _head(decision: Decision) -> Markup:
    asked = decision.application
    left = [
        Markup("Van: {}").format(_blank("naam en adres van het bestuur")),
        html_text(asked.applicant) if asked.applicant else _blank("naam van de aanvrager"),
        _blank("adres van de aanvrager"),
    ]
    dossier = html_text(asked.dossier) if asked.dossier else _blank("dossiernummer")
    right = [
        Markup("Dossier: {}").format(dossier),
        Markup("Datum: {}").format(_blank("datum van de beslissing")),
        html_text(f"Betreft: uw aanvraag van {date_text(asked.date)}"),
    ]
    return Markup('<div class="head"><div>{}</div><div>{}</div></div>').format(
        Markup("<br>").join(left), Markup("<br>").join(right)
    )


def _said(decision: Decision, name: str) -> Markup:
    """Write what the rulebook says on a subject; a marked blank where it says nothing."""
    statement: Statement = getattr(decision.rulebook, name)
    if statement.text is None:
        return tag("p", _blank(_ASKED[name]))
    text = Markup("{} {}").format(html_text(statement.text), tag("span", f"({statement.source})", "source"))
    if statement.lawyer:
        text += Markup(" ") + tag("em", "door een jurist na te kijken", "check")
    elif statement.standing != "adopted" and name not in {one.field for one in decision.confirmations}:
        text += Markup(" ") + tag("em", wording.STANDING[statement.standing], "check")
    return tag("p", text)


def _rules(decision: Decision) -> Markup:
    """Say which rules were applied, how sure they are, and which documents confirm them."""
    book = decision.rulebook
    until = "" if book.valid_until is None else f" tot en met {date_text(book.valid_until)}"
    period = f"geldig vanaf {date_text(book.valid_from)}{until}"
    used = f"Toegepast is het reglement '{book.title}', {period} ({book.source}; {wording.STANDING[book.standing]})."
    return tag("p", used) + (
        listed(confirmed(one, book) for one in decision.confirmations) if decision.confirmations else Markup("")
    )


def _facts(decision: Decision) -> Iterable[str]:
    asked, book, area = decision.application, decision.rulebook, decision.area
    who = asked.applicant or "De aanvrager"
    what = f"{book.name_of(asked.kind)} ({PHASE[asked.stage]})"
    where = "een plek die gewist is" if asked.is_nowhere else asked.address or f"het punt {wording.point(asked)}"
    yield f"{who} vroeg op {date_text(asked.date)} de premie aan voor {what}, gelegen op {where}."
    yield f"De aanvraag telt {asked.new_places} nieuwe en {asked.existing_places} bestaande plaatsen."
    if asked.opened is not None:
        yield f"De plaatsen openen of openden op {date_text(asked.opened)}."
    if asked.costs_eur is not None:
        yield f"De bewezen kosten bedragen {wording.euros(asked.costs_eur)}."
    if area is None:
        yield "De opvang ligt in geen gebied waarvoor het reglement geldt."
        return
    yield f"De opvang ligt in {wording.AREA[book.area_unit]} {area.name}."
    if book.norm_places_per_100 is not None:
        rate = wording.rate(area.places_per_100_children, book.norm_places_per_100)
        against = {True: "dat is onder de norm", False: "dat haalt de norm", None: "of dat de norm haalt, is onbekend"}
        yield (
            f"Daar zijn {wording.places_of(area, decision.reference_date)}, en {wording.children_of(area)}:"
            f" {rate} plaatsen per 100 kinderen. De norm is {wording.norm(book.norm_places_per_100)} per 100;"
            f" {against[area.below_norm]}."
        )


def _address(decision: Decision) -> Markup:
    """Ask for the address where only a point on the map is known: nobody knows his house by it."""
    return Markup("") if decision.application.address else tag("p", _blank("adres van de opvang"))


def _conditions(decision: Decision) -> Markup:
    items = [
        tag("li", _condition(decision, outcome), "unmet" if outcome.met is False else "")
        for outcome in decision.conditions
    ]
    return Markup("<ol>{}</ol>").format(Markup("").join(items))


def _condition(decision: Decision, outcome: ConditionOutcome) -> Markup:
    condition, answer = outcome.condition, wording.answer(outcome)
    source = tag("span", f"({condition.source}, {wording.STANDING[condition.standing]})", "source")
    if outcome.answer == NOT_APPLICABLE:
        said = "Deze voorwaarde geldt niet voor deze aanvraag."
    elif outcome.answer == ASSUMED:
        said = "De aanvrager antwoordde hier niet op; het is aangenomen en moet voor de beslissing vaststaan."
    elif outcome.met is None:
        said = "Dit kon niet worden getoetst: een antwoord of een gegeven ontbreekt."
    else:
        by = f"Dit blijkt uit de aanvraag zelf ({answer})." if condition.number else _tested(decision, condition)
        by = f"De aanvrager antwoordde: {answer}." if condition.is_asked else by
        said = f"{by} Aan deze voorwaarde is {'' if outcome.met else 'niet '}voldaan."
    return Markup("{} {} {}").format(html_text(condition.text), html_text(said), source)


def _tested(decision: Decision, condition: Condition) -> str:
    """Say by which fact of the application a condition was tested: a decision must give its facts."""
    asked = decision.application
    return {
        "located": "Dit is getoetst aan de ligging op de kaart.",
        "kind": f"Opvangvorm in de aanvraag: {decision.rulebook.name_of(asked.kind)}.",
        "new places": f"Nieuwe plaatsen in de aanvraag: {asked.new_places}.",
    }.get(condition.test, "Dit is getoetst aan de aanvraag.")


def _proposal(decision: Decision) -> Markup:
    per = " per jaar" if any("year" in line.per for line in decision.lines) else ""
    total = f"{wording.euros(decision.total_eur)}{per}"
    points = _points(decision.open_points)
    if decision.status == "not eligible":
        verdict = tag("p", "Voorgesteld wordt de premie te weigeren.", "verdict")
        return _section("Voorstel", verdict, tag("p", "De redenen:"), listed(decision.reasons))
    if decision.status == "incomplete":
        verdict = tag("p", "Er kan nog geen bedrag worden berekend, en dus niets worden toegekend.", "verdict")
        return _section("Voorstel", verdict, tag("p", "Wat nog nodig is:"), points)
    calculation = listed(_line(line) for line in decision.lines)
    if decision.status == "provisional":
        verdict = tag("p", f"De voorlopige berekening komt op {total}. Dit bedrag is niet toegekend.", "verdict")
        return _section("Voorstel", verdict, calculation, tag("p", "Toekennen kan pas als dit vaststaat:"), points)
    return _section(
        "Voorstel", tag("p", f"Voorgesteld wordt een premie van {total} toe te kennen.", "verdict"), calculation
    )


def _points(points: Sequence[OpenPoint]) -> Markup:
    """List what is open by who must bring it: an applicant must not look for what is the city's to find."""
    theirs = [_open(point) for point in points if point.asks_applicant]
    ours = [_open(point) for point in points if not point.asks_applicant]
    parts = [("Door de aanvrager te beantwoorden:", theirs), ("Door het bestuur na te gaan:", ours)]
    return Markup("").join(tag("p", title) + listed(items) for title, items in parts if items)


def _open(point: OpenPoint) -> str:
    needed = "Een document dat dit bevestigt." if point.by_document else point.needed
    return f"{point.text} Nodig: {needed[:1].lower()}{needed[1:]}"


def _line(line: AmountLine) -> str:
    how = line.calculation or f"{line.quantity} x {wording.euros(line.unit_eur)}"
    where = f"({line.source}, {wording.STANDING[line.standing]})"
    return f"{line.label}: {how} = {wording.euros(line.amount_eur)} {where}."


def _granted(decision: Decision) -> Iterable[Markup]:
    book, kind = decision.rulebook, decision.application.kind
    parts = [f"{wording.euros(amount)}: {payment.text}" for payment, amount in payment_parts(book, decision.total_eur)]
    paid = listed(parts) if parts else tag("p", _blank("wanneer en in welke delen wordt uitbetaald"))
    yield _section("Uitbetaling", paid)
    stay = book.minimum_stay
    known = stay.years_for(kind) is not None
    text = html_text(f"De plaatsen blijven minstens {wording.stay(stay, kind)}.") if known else _blank("minimumduur")
    due = [] if decision.repayment is None else [tag("p", f"Terug te betalen: {decision.repayment.text}")]
    yield _section("Duur en terugbetaling", tag("p", text), _said(decision, "repayment"), *due)
    documents = [one.text for one in book.documents if not one.applies_to or kind in one.applies_to]
    proofs = listed(documents) if documents else tag("p", _blank("welke bewijzen de aanvrager bezorgt"))
    yield _section("Bewijsstukken", proofs)
    yield _section("Samenloop en staatssteun", _said(decision, "cumulation"), _said(decision, "de_minimis"))


def _signature() -> Markup:
    return Markup('<div class="sign"><div>{}</div><div>{}</div></div>').format(
        _blank("naam, hoedanigheid, handtekening"), _blank("naam, hoedanigheid, handtekening")
    )


def _proof(decision: Decision) -> Markup:
    proof = decision.provenance
    moment = local(dt.datetime.fromisoformat(proof.decided_at))
    by = decision.application.advisor or "(niet ingevuld)"
    lines = [
        f"Berekend op {date_text(moment.date())} met kortrijk-geo {proof.kortrijk_geo}, voorbereid door {by}.",
        f"Reglement {proof.rulebook_id}, {proof.rulebook_file}, sha256 {proof.rulebook_sha256}",
        " ".join([f"Stadspakket {proof.pack}, sha256 {proof.pack_digest}", *proof.pack_changes]),
        f"Berekening, sha256 {decision.digest}",
    ]
    return Markup("<footer>{}</footer>").format(Markup("<br>").join(html_text(line) for line in lines))
