"""An advice on one printed page, in Dutch: place, counts, conditions, amounts, what is open, proof."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from kortrijk_geo.premium import wording
from kortrijk_geo.premium.amounts import payment_parts
from kortrijk_geo.premium.conditions import ASSUMED, NOT_APPLICABLE
from kortrijk_geo.premium.confirming import LOCATION
from kortrijk_geo.premium.decision import local
from kortrijk_geo.premium.field_names import confirmed as confirmed_text
from kortrijk_geo.premium.grants import STATEMENTS
from kortrijk_geo.premium.tags import listed, tag
from kortrijk_geo.text.dutch import DEMO_TEXT, date_text
from kortrijk_geo.text.safe import html_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.decision import Decision
    from kortrijk_geo.premium.grants import Statement
    from kortrijk_geo.premium.open_points import OpenPoint

_STYLE = Path(__file__).parent / "sheet.css"
_MARKS = {True: ("met", "✓", "vervuld"), False: ("unmet", "✗", "niet vervuld"), None: ("open", "?", "niet beantwoord")}
_ASSUMED = ("assumed", "○", "aangenomen")


def render_sheet(decision: Decision) -> str:
    """Render the decision as a standalone HTML page of A4 that asks nothing of the network."""
    css = Markup(_STYLE.read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return str(
        Markup(
            '<!DOCTYPE html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>\n{css}</style>\n</head>\n'
            '<body class="{status}">\n<main>\n{main}\n</main>\n</body>\n</html>\n'
        ).format(
            title=html_text(sheet_title(decision)),
            css=css,
            status=sheet_class(decision),
            main=sheet_main(decision),
        )
    )


def sheet_title(decision: Decision) -> str:
    """Return the title of a sheet."""
    return f"{decision.rulebook.title}: advies, {wording.STATUS[decision.status].lower()}"


def sheet_class(decision: Decision) -> str:
    """Return the class of the element around a sheet, which colours its verdict."""
    return decision.status.replace(" ", "-")


def sheet_main(decision: Decision, *, at_desk: bool = False, kind: str = "Advies, geen beslissing") -> Markup:
    """Return what stands on a sheet, for a page that has the style ``sheet.css``.

    ``at_desk`` says what closes a point by what the desk has, and not by files and fields; ``kind`` what the page is.
    """
    demo = tag("p", DEMO_TEXT, "demo") if decision.provenance.synthetic else Markup("")
    return Markup(
        "{demo}\n<header>{kind}<h1>{heading}</h1>{about}{verdict}</header>\n"
        '<div class="top">{facts}{sketch}</div>\n{reasons}\n{conditions}\n{amounts}\n{points}\n{letter}\n'
        "{remarks}\n{proof}"
    ).format(
        demo=demo,
        kind=tag("p", kind, "kind"),
        heading=html_text(decision.rulebook.title),
        about=_about(decision),
        verdict=_verdict(decision),
        facts=_facts(decision),
        sketch=_sketch(decision),
        reasons=_reasons(decision),
        conditions=_conditions(decision),
        amounts=_amounts(decision),
        points=_open_points(decision, at_desk=at_desk),
        letter=_letter(decision),
        remarks=_remarks(decision),
        proof=_proof(decision),
    )


def _about(decision: Decision) -> Markup:
    asked, moment = decision.application, local(dt.datetime.fromisoformat(decision.provenance.decided_at))
    rows = [
        ("Dossier", asked.dossier or wording.NOT_FILLED_IN),
        ("Aanvrager", asked.applicant or (wording.ERASED if asked.is_nowhere else wording.NOT_FILLED_IN)),
        ("Aanvraag", f"{date_text(asked.date)}, {decision.rulebook.name_of(asked.kind)}"),
        ("Advies van", f"{asked.advisor or wording.NOT_FILLED_IN} op {date_text(moment.date())}, {moment:%H.%M} uur"),
    ]
    return tag("dl", _rows(rows), "about")


def _verdict(decision: Decision) -> Markup:
    text, more = wording.STATUS[decision.status], ""
    per = " per jaar" if any("year" in line.per for line in decision.lines) else ""
    if decision.status == "eligible":
        text += f": {wording.euros(decision.total_eur)}{per}"
    elif decision.status == "provisional":
        text += f": {wording.euros(decision.total_eur)}{per}, niet toe te kennen"
        more = "zolang er open punten zijn, zie 9"
    elif decision.status == "incomplete":
        more = "er kan geen bedrag berekend worden"
    return Markup('<p class="verdict">{}{}</p>').format(
        html_text(text), Markup(" <small>{}</small>").format(html_text(more)) if more else ""
    )


def _facts(decision: Decision) -> Markup:
    asked, book, area = decision.application, decision.rulebook, decision.area
    unit = wording.AREA[book.area_unit]
    place = wording.location(asked)
    rows = [
        ("Plaatsen", f"{asked.new_places} nieuw, {asked.existing_places} bestaand"),
        ("Locatie", place),
        ("1. Reglement", f"{book.id}, {_period(decision)} ({wording.STANDING[book.standing]})"),
        ("2. Gebied", "geen" if area is None else f"{unit} {area.name} ({area.area_id})"),
        ("3. Peildatum", f"{date_text(decision.reference_date)}, vóór de nieuwe plaatsen"),
    ]
    if area is not None:
        rate = wording.rate(area.places_per_100_children, book.norm_places_per_100)
        rows += [
            ("4. Telling", wording.places_of(area, decision.reference_date)),
            ("", wording.children_of(area)),
            ("5. Verhouding", f"{rate} plaatsen per 100 kinderen"),
        ]
    if area is not None and book.norm_places_per_100 is not None:
        norm = f"{wording.norm(book.norm_places_per_100)} per 100: {_against_norm(area.below_norm)}"
        rows.append(("6. Norm", norm))
    rows += [("Grens", wording.neighbour(near)) for near in decision.neighbours]
    return tag("dl", _rows(rows), "facts")


def _rows(rows: Iterable[tuple[str, object]]) -> Markup:
    return Markup("").join(tag("dt", key) + tag("dd", value) for key, value in rows)


def _period(decision: Decision) -> str:
    book = decision.rulebook
    until = "" if book.valid_until is None else f" tot {date_text(book.valid_until)}"
    return f"geldig vanaf {date_text(book.valid_from)}{until}"


def _against_norm(below: bool | None) -> str:  # noqa: FBT001 - a value, not an option
    return {True: "onder de norm", False: "haalt de norm", None: "onbekend"}[below]


def _sketch(decision: Decision) -> Markup:
    sketch, area = decision.sketch, decision.area
    paths = Markup("").join(
        Markup('<path d="{}"{}/>').format(path, Markup(' class="here"') if number == sketch.marked else "")
        for number, path in enumerate(sketch.paths)
    )
    dot = Markup("")
    if sketch.point is not None:
        dot = Markup('<circle cx="{}" cy="{}" r="6"/>').format(*sketch.point)
    caption = "buiten het stadsgebied" if area is None else area.name
    if decision.application.is_nowhere:
        caption += " (de plek is gewist)"
    elif sketch.point is None:
        caption += " (het punt ligt buiten dit kaartje)"
    return Markup(
        '<figure><svg viewBox="0 0 {} {}" role="img" aria-label="Kaartje van de locatie">{}{}</svg>{}</figure>'
    ).format(sketch.width, sketch.height, paths, dot, tag("figcaption", caption))


def _reasons(decision: Decision) -> Markup:
    return _section("Waarom niet", listed(decision.reasons), "reasons") if decision.reasons else Markup("")


def _conditions(decision: Decision) -> Markup:
    rows = Markup("").join(
        Markup("<tr>{}{}{}</tr>").format(
            _mark(outcome), tag("td", outcome.condition.text), tag("td", wording.answer(outcome), "answer")
        )
        for outcome in decision.conditions
    )
    return _section("7. Voorwaarden", Markup("<table>{}</table>").format(rows))


def _mark(outcome: ConditionOutcome) -> Markup:
    name, sign, spoken = _ASSUMED if outcome.answer == ASSUMED else _MARKS[outcome.met]
    if outcome.answer == NOT_APPLICABLE:
        name, sign, spoken = "none", "–", "niet van toepassing"
    return Markup('<td class="mark"><span class="{}">{} {}</span></td>').format(name, sign, spoken)


def _amounts(decision: Decision) -> Markup:
    if not decision.lines:
        return Markup("")
    head = Markup(
        '<tr><th>Bedrag</th><th class="number">Aantal</th><th class="number">Eenheid</th>'
        '<th class="number">Som</th><th class="source">Bron</th></tr>'
    )
    confirmed = {one.field for one in decision.confirmations}
    rows = Markup("").join(
        Markup("<tr>{}{}{}{}{}</tr>").format(
            tag("td", f"{line.label} ({line.calculation or wording.PER[line.per]})"),
            tag("td", line.quantity, "number"),
            tag("td", wording.euros(line.unit_eur), "number"),
            tag("td", wording.euros(line.amount_eur), "number"),
            Markup("<td>{}{}</td>").format(
                html_text(f"{line.source} "), _standing(line.standing, confirmed=line.field in confirmed)
            ),
        )
        for line in decision.lines
    )
    label = "Totaal" if decision.status == "eligible" else "Voorlopig totaal, nog niet toegekend"
    total = Markup('<tr class="total"><th colspan="3">{}</th>{}<td></td></tr>').format(
        label, tag("td", wording.euros(decision.total_eur), "number")
    )
    return _section("8. Bedragen", Markup("<table>{}{}{}</table>").format(head, rows, total))


def _standing(standing: str, *, confirmed: bool = False) -> Markup:
    if confirmed:
        return tag("em", "bevestigd, zie onder", "sure")
    return tag("em", wording.STANDING[standing], "sure" if standing == "adopted" else "unsure")


def _open_points(decision: Decision, *, at_desk: bool) -> Markup:
    if not decision.open_points:
        return Markup("")
    by_applicant = [outcome for outcome in decision.conditions if outcome.met is None or outcome.answer == ASSUMED]
    fields = {f"conditions.{outcome.condition.id}" for outcome in by_applicant}
    points = [
        (point.text, _closes(point, at_desk=at_desk)) for point in decision.open_points if point.field not in fields
    ]
    if by_applicant:
        assumed = sum(outcome.answer == ASSUMED for outcome in by_applicant)
        points.insert(0, wording.answers_open(assumed, len(by_applicant) - assumed))
    head = Markup("<tr><th>Wat nog nodig is</th><th>Wat dit afsluit</th></tr>")
    rows = Markup("").join(
        # An amount stays on one line with its euro sign.
        Markup("<tr>{}{}</tr>").format(tag("td", text.replace("€ ", "€\u00a0")), tag("td", closes, "closes"))
        for text, closes in points
    )
    how_confirmed = wording.CONFIRMED_AT_DESK if at_desk else wording.HOW_CONFIRMED
    how = tag("p", how_confirmed) if any(point.by_document for point in decision.open_points) else Markup("")
    return _section("9. Open punten", Markup("<table>{}{}</table>{}").format(head, rows, how), "points")


def _closes(point: OpenPoint, *, at_desk: bool) -> str:
    if at_desk:
        return "Een document." if point.by_document and point.field != LOCATION else point.needed
    return wording.document(point.field) if point.by_document else point.closes


def _letter(decision: Decision) -> Markup:
    book = decision.rulebook
    stay = wording.stay(book.minimum_stay, decision.application.kind)
    confirmed = {one.field for one in decision.confirmations}
    rows = [(wording.LETTER[name], _statement(getattr(book, name), confirmed=name in confirmed)) for name in STATEMENTS]
    sure = _standing(book.minimum_stay.standing, confirmed="minimum_stay" in confirmed)
    rows.append(("Minimumduur", Markup("{} {}").format(stay, sure)))
    kind, parts = decision.application.kind, payment_parts(book, decision.total_eur)
    proofs = [one.text for one in book.documents if not one.applies_to or kind in one.applies_to]
    if parts:
        rows.append(("Uitbetaling", html_text("; ".join(f"{wording.euros(a)}: {one.text}" for one, a in parts))))
    if proofs:
        rows.append(("Bewijzen", html_text(" ".join(proofs))))
    if decision.repayment is not None:
        rows.append(("Terug te betalen", html_text(decision.repayment.text)))
    return _section("Voor de beslissing", tag("dl", _rows(rows)), "letter")


def _statement(statement: Statement, *, confirmed: bool) -> Markup:
    sure = _standing(statement.standing, confirmed=confirmed)
    if statement.text is None:
        return Markup("onbekend {}").format(sure)
    return Markup("{} {} {}").format(html_text(statement.text), tag("small", f"({statement.source})"), sure)


def _remarks(decision: Decision) -> Markup:
    # A refusal has no open points: what is not confirmed of its rules is told here.
    unsure = [
        f"Niet bevestigd: {remark.text}"
        for remark in decision.rulebook.unconfirmed
        if decision.status == "not eligible"
        and remark.holds_for(decision.application.kind)
        and remark.field not in {one.field for one in decision.confirmations}
    ]
    confirmed = [confirmed_text(one, decision.rulebook) for one in decision.confirmations]
    remarks = [*confirmed, *decision.notes, *unsure]
    return _section("Opmerkingen", listed(remarks), "remarks") if remarks else Markup("")


def _proof(decision: Decision) -> Markup:
    proof = decision.provenance
    conditions = (outcome.condition.source for outcome in decision.conditions)
    sources = dict.fromkeys([decision.rulebook.source, *conditions, *(line.source for line in decision.lines)])
    lines = [
        f"Bronnen: {'; '.join(sources)}. Berekend met kortrijk-geo {proof.kortrijk_geo}.",
        f"Reglement {proof.rulebook_file}, sha256 {proof.rulebook_sha256}",
        " ".join([f"Stadspakket {proof.pack}, sha256 {proof.pack_digest}", *proof.pack_changes]),
        f"Advies, sha256 {decision.digest}",
    ]
    return Markup("<footer>{}</footer>").format(Markup("").join(tag("p", line) for line in lines))


def _section(title: str, body: Markup, name: str = "") -> Markup:
    return Markup('<section class="{}">{}{}</section>').format(name, tag("h2", title), body)
