"""A decision on one printed page, in Dutch: the place, the steps, the conditions, the amounts, the sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from kortrijk_geo.premium import wording
from kortrijk_geo.premium.conditions import ASSUMED, NOT_APPLICABLE
from kortrijk_geo.text.dutch import DEMO_TEXT, date_text
from kortrijk_geo.text.safe import html_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kortrijk_geo.premium.conditions import ConditionOutcome
    from kortrijk_geo.premium.decision import Decision

_STYLE = Path(__file__).parent / "sheet.css"
_MARKS = {True: ("met", "✓", "vervuld"), False: ("unmet", "✗", "niet vervuld"), None: ("open", "?", "niet beantwoord")}


def render_sheet(decision: Decision) -> str:
    """Render the decision as a standalone HTML page that prints on one A4 and asks nothing of the network."""
    asked, book, proof = decision.application, decision.rulebook, decision.provenance
    css = Markup(_STYLE.read_text(encoding="utf-8"))  # noqa: S704 - our own file
    title = f"{book.title}: {wording.STATUS[decision.status].lower()}"
    demo = _tag("p", DEMO_TEXT, "demo") if proof.synthetic else Markup("")
    return str(
        Markup(
            '<!DOCTYPE html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>\n{css}</style>\n</head>\n'
            '<body class="{status}">\n<main>\n{demo}\n<header><h1>{heading}</h1>{verdict}</header>\n'
            '<div class="top">{facts}{sketch}</div>\n{missing}\n{conditions}\n{amounts}\n{remarks}\n{proof}\n'
            "</main>\n</body>\n</html>\n"
        ).format(
            title=html_text(title),
            css=css,
            status=decision.status.replace(" ", "-"),
            demo=demo,
            heading=html_text(book.title),
            verdict=_verdict(decision),
            facts=_facts(decision),
            sketch=_sketch(decision),
            missing=_missing(decision),
            conditions=_conditions(decision),
            amounts=_amounts(decision),
            remarks=_remarks(decision),
            proof=_proof(decision, date_text(asked.date)),
        )
    )


def _verdict(decision: Decision) -> Markup:
    text = wording.STATUS[decision.status]
    if decision.status == "eligible":
        per = " per jaar" if any(line.per == "year" for line in decision.lines) else ""
        text += f": {wording.euros(decision.total_eur)}{per}"
    return _tag("p", text, "verdict")


def _facts(decision: Decision) -> Markup:
    asked, book, area = decision.application, decision.rulebook, decision.area
    unit = wording.AREA[book.area_unit]
    place = asked.address or f"x {asked.x:.2f}, y {asked.y:.2f}"
    rows = [
        ("Aanvraag", f"{wording.KIND[asked.kind]}, {date_text(asked.date)}"),
        ("Plaatsen", f"{asked.new_places} nieuw, {asked.existing_places} bestaand"),
        ("Locatie", place),
        ("1. Reglement", f"{book.id}, {_period(decision)} ({wording.STANDING[book.standing]})"),
        ("2. Gebied", "geen" if area is None else f"{unit} {area.name} ({area.area_id})"),
        ("3. Peildatum", f"{date_text(decision.reference_date)}, vóór de nieuwe plaatsen"),
    ]
    if area is not None:
        children, places = wording.count(area.children_0_2), wording.count(area.places)
        rate = wording.rate(area.places_per_100_children, book.norm_places_per_100)
        rows += [
            ("4. Telling", f"{places} opvangplaatsen, {children} kinderen van 0 tot 2 jaar"),
            ("5. Verhouding", f"{rate} plaatsen per 100 kinderen"),
            ("6. Norm", f"{wording.norm(book.norm_places_per_100)} per 100: {_against_norm(area.below_norm)}"),
        ]
    return _tag("dl", Markup("").join(_tag("dt", key) + _tag("dd", value) for key, value in rows))


def _period(decision: Decision) -> str:
    book = decision.rulebook
    until = "" if book.valid_until is None else f" tot {date_text(book.valid_until)}"
    return f"geldig vanaf {date_text(book.valid_from)}{until}"


def _against_norm(below: bool | None) -> str:  # noqa: FBT001 - a value, not an option
    return {True: "onder de norm", False: "haalt de norm", None: "onbekend"}[below]


def _sketch(decision: Decision) -> Markup:
    sketch, found = decision.sketch, decision.area
    paths = Markup("").join(
        Markup('<path d="{}"{}/>').format(path, Markup(' class="here"') if number == sketch.marked else "")
        for number, path in enumerate(sketch.paths)
    )
    dot = Markup("")
    if sketch.point is not None:
        dot = Markup('<circle cx="{}" cy="{}" r="6"/>').format(*sketch.point)
    caption = "buiten het stadsgebied" if found is None else found.name
    if sketch.point is None:
        caption += " (het punt ligt buiten dit kaartje)"
    return Markup(
        '<figure><svg viewBox="0 0 {} {}" role="img" aria-label="Kaartje van de locatie">{}{}</svg>{}</figure>'
    ).format(sketch.width, sketch.height, paths, dot, _tag("figcaption", caption))


def _missing(decision: Decision) -> Markup:
    if not decision.missing:
        return Markup("")
    open_questions = [wording.answer_needed(one.condition) for one in decision.conditions if one.met is None]
    needed = [need for need in decision.missing if need not in open_questions]
    if open_questions:
        needed.insert(0, wording.answers_needed(len(open_questions)))
    return _section("Wat nog nodig is", _list(needed), "missing")


def _conditions(decision: Decision) -> Markup:
    rows = Markup("").join(
        Markup("<tr>{}{}{}</tr>").format(
            _mark(outcome), _tag("td", outcome.condition.text), _tag("td", _answer(outcome), "answer")
        )
        for outcome in decision.conditions
    )
    return _section("7. Voorwaarden", Markup("<table>{}</table>").format(rows))


def _mark(outcome: ConditionOutcome) -> Markup:
    name, sign, spoken = _MARKS[outcome.met]
    return Markup('<td class="mark {}" title="{}">{} {}</td>').format(name, spoken, sign, _tag("small", spoken))


def _answer(outcome: ConditionOutcome) -> str:
    answer, unit = outcome.answer, outcome.condition.unit
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "ja" if answer else "nee"
    if answer in {ASSUMED, NOT_APPLICABLE}:
        return "aangenomen" if answer == ASSUMED else "niet van toepassing"
    text = str(answer).replace(".", ",") if isinstance(answer, (int, float)) else str(answer)
    return f"{text} {unit}".strip()


def _amounts(decision: Decision) -> Markup:
    if not decision.lines:
        return Markup("")
    head = Markup(
        '<tr><th>Bedrag</th><th class="number">Aantal</th><th class="number">Eenheid</th>'
        '<th class="number">Som</th><th class="source">Bron</th></tr>'
    )
    rows = Markup("").join(
        Markup("<tr>{}{}{}{}{}</tr>").format(
            _tag("td", f"{line.label} ({wording.PER[line.per]})"),
            _tag("td", line.quantity, "number"),
            _tag("td", wording.euros(line.unit_eur), "number"),
            _tag("td", wording.euros(line.amount_eur), "number"),
            Markup("<td>{}{}</td>").format(html_text(f"{line.source} "), _standing(line.standing)),
        )
        for line in decision.lines
    )
    label = "Totaal" if decision.status == "eligible" else "Voorlopig totaal, nog niet toegekend"
    total = Markup('<tr class="total"><th colspan="3">{}</th>{}<td></td></tr>').format(
        label, _tag("td", wording.euros(decision.provisional_total_eur), "number")
    )
    return _section("8. Bedragen", Markup("<table>{}{}{}</table>").format(head, rows, total))


def _standing(standing: str) -> Markup:
    return _tag("em", wording.STANDING[standing], "sure" if standing == "adopted" else "unsure")


def _remarks(decision: Decision) -> Markup:
    unsure = [f"Niet bevestigd: {remark.text}" for remark in decision.rulebook.unconfirmed]
    return _section("Opmerkingen", _list([*decision.notes, *unsure]), "remarks")


def _proof(decision: Decision, asked_on: str) -> Markup:
    proof = decision.provenance
    conditions, lines_from = (
        (one.condition.source for one in decision.conditions),
        (one.source for one in decision.lines),
    )
    sources = dict.fromkeys([decision.rulebook.source, *conditions, *lines_from])
    lines = [
        f"Bronnen: {'; '.join(sources)}.",
        f"Aanvraag van {asked_on}, beslist op {proof.decided_at} met kortrijk-geo {proof.kortrijk_geo}.",
        f"Reglement {proof.rulebook_file}, sha256 {proof.rulebook_sha256}",
        f"Stadspakket {proof.pack}, sha256 {proof.pack_digest}",
        f"Beslissing, sha256 {decision.digest}",
    ]
    return Markup("<footer>{}</footer>").format(Markup("").join(_tag("p", line) for line in lines))


def _section(title: str, body: Markup, name: str = "") -> Markup:
    return Markup('<section class="{}">{}{}</section>').format(name, _tag("h2", title), body)


def _list(items: Iterable[str]) -> Markup:
    return Markup("<ul>{}</ul>").format(Markup("").join(_tag("li", item) for item in items))


def _tag(tag: str, content: object, name: str = "") -> Markup:
    attribute = Markup(' class="{}"').format(name) if name else ""
    return Markup("<{0}{1}>{2}</{0}>").format(tag, attribute, html_text(content))
