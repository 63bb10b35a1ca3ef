"""The dossiers: the list, one dossier with its advice, what may be done with it and its history, and its sheet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.dossiers import STATUS_LABELS, Inputs, allowed, waits_for, why_not
from kortrijk_geo.desk.intake import KIND
from kortrijk_geo.desk.ledger import ConflictError
from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.forms import Fields  # noqa: TC001 - FastAPI reads it when it runs
from kortrijk_geo.desk.web.pages import moment_text, render
from kortrijk_geo.desk.web.routes.drafts import DRAFT, SAVED, draft_of, form_page, read
from kortrijk_geo.desk.web.sheets import sheet_page
from kortrijk_geo.pack.address_text import plain_text
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.field_names import field_name
from kortrijk_geo.premium.letter import letter_main

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.desk.dossiers import Desk, Dossier
    from kortrijk_geo.desk.ledger import Entry
    from kortrijk_geo.premium.form import Rulebook

router = APIRouter()
Reader = Annotated[Officer, Depends(needs("reader"))]
Acting = Annotated[Officer, Depends(needs("officer"))]
EntryNumber = Annotated[int, Query(ge=0, lt=2**63)]  # SQLite holds no larger number
KIND_LABELS = {
    "opened": "geopend",
    "submitted": "ingediend",
    "advised": "advies berekend",
    "decided": "beslist",
    "paid": "betaling ingeschreven",
    "withdrawn": "ingetrokken",
    "corrected": "verbeterd: nieuwe versie",
    "confirmed": "open punt bevestigd",
    "forgotten": "persoonsgegevens vergeten",
}


@dataclass(frozen=True)
class Row:
    """A dossier in a list."""

    dossier: Dossier
    applicant: str
    area: str
    total: Decimal | None
    waits: str


def desk_of(request: Request) -> Desk:
    """Return the desk."""
    desk: Desk = request.app.state.desk
    return desk


def row_of(desk: Desk, dossier: Dossier) -> Row:
    """Return a dossier as a list tells it."""
    advice = dossier.advices[-1] if dossier.advices else None
    cents = dossier.ruling.cents if dossier.ruling is not None else None if advice is None else advice.total_cents
    return Row(
        dossier,
        desk.inputs(dossier.number).application.applicant if not dossier.forgotten else "(vergeten)",
        "" if advice is None else advice.area or "buiten de stad",
        None if cents is None else Decimal(cents) / 100,
        waits_for(dossier),
    )


@router.get("/dossiers")
def listed(request: Request, _: Reader, zoek: str = "", jaar: str = "", stand: str = "", wijk: str = "") -> Response:
    """List the dossiers, those that are looked for."""
    desk = desk_of(request)
    rows = [row_of(desk, one) for one in desk.all_dossiers() if one.versions]
    chosen = [
        one
        for one in rows
        if (not jaar or one.dossier.number[:4] == jaar)
        and (not stand or one.dossier.status == stand)
        and (not wijk or one.area == wijk)
        and plain_text(zoek.strip()) in plain_text(f"{one.dossier.number} {one.applicant}")
    ]
    return render(
        request,
        "dossiers.html",
        rows=chosen,
        count=len(rows),
        years=sorted({one.dossier.number[:4] for one in rows}, reverse=True),
        areas=sorted({one.area for one in rows if one.area}),
        asked={"zoek": zoek, "jaar": jaar, "stand": stand, "wijk": wijk},
        status_labels=STATUS_LABELS,
    )


@router.post("/dossiers")
def submit(request: Request, officer: Acting, fields: Fields) -> Response:
    """Hand in a draft: it becomes a dossier with a number, and its advice is kept at once."""
    draft = draft_of(request, fields.get(DRAFT, ""))
    if fields.get(SAVED, draft.saved_at) != draft.saved_at:
        raise ConflictError("Dit concept is intussen in een ander venster gewijzigd; bekijk het advies opnieuw")
    intake = read(request, officer, draft.fields)
    if intake.application is None:
        return form_page(request, officer, draft.fields, draft=draft, asked=True, status=422)
    desk = desk_of(request)
    dossier = desk.submit(Inputs(intake.application), who=officer, draft=(draft.draft, draft.owner))
    desk.advice(dossier.number, who=officer, expect_last=dossier.last)
    return RedirectResponse(f"/dossiers/{dossier.number}", 303)


@router.get("/dossiers/{number}")
def one_dossier(request: Request, officer: Reader, number: str) -> Response:
    """Show a dossier."""
    return dossier_page(request, officer, number)


def dossier_page(
    request: Request,
    officer: Officer,
    number: str,
    *,
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Show a dossier, with what was wrong with an act beside its fields and what was typed in them."""
    desk = desk_of(request)
    dossier = desk.dossier(number)
    inputs = desk.inputs(number)
    decision = desk.decision(number) if dossier.advice is not None else None
    acts = allowed(dossier, officer)
    granted = 0 if dossier.ruling is None else dossier.ruling.cents
    books = desk.books()
    return render(
        request,
        "dossier.html",
        status=status,
        dossier=dossier,
        inputs=inputs,
        kind_name=next((b.name_of(inputs.application.kind) for b in books if inputs.application.kind in b.kinds), ""),
        decision=decision,
        acts=acts,
        barred={act: why_not(dossier, act, officer) for act in ("grant",) if act not in acts},
        waits=waits_for(dossier),
        status_label=STATUS_LABELS[dossier.status],
        history=[
            (moment_text(one.at), KIND_LABELS.get(one.kind, one.kind), one.who, _said(one, books))
            for one in desk.entries(number)
        ],
        motivation=desk.motivation(number),
        granted=Decimal(granted) / 100,
        left=Decimal(granted - dossier.paid_cents) / 100,
        control=desk.control(number),
        errors=faults or {},
        typed=typed or {},
        today=desk.now().date(),
        kind_field=KIND,
    )


def _said(entry: Entry, books: Sequence[Rulebook]) -> str:
    body: Mapping[str, Any] = entry.body
    if entry.kind == "advised":
        cents = body["total_cents"]
        return f"{wording.STATUS[body['status']]}, {wording.euros(None if cents is None else Decimal(cents) / 100)}"
    if entry.kind == "decided":
        return f"toegekend, {wording.euros(Decimal(body['cents']) / 100)}" if body["granted"] else "geweigerd"
    if entry.kind == "paid":
        return wording.euros(Decimal(body["cents"]) / 100)
    if entry.kind == "confirmed":
        return f"{field_name(body['field'], books[-1])}: {body['document']}"
    return ""


def _taken(dossier: Dossier) -> str:
    """Say what was decided on the present version, and whether it was withdrawn; empty while neither is."""
    withdrawn = f"ngetrokken op {moment_text(dossier.withdrawn_at)}" if dossier.status == "withdrawn" else ""
    ruling = dossier.ruling
    if ruling is None:
        return f"I{withdrawn}: er is niets toegekend" if withdrawn else ""
    outcome = f"toegekend, {wording.euros(Decimal(ruling.cents) / 100)}" if ruling.granted else "geweigerd"
    decided = f"Beslissing: {outcome}, door {ruling.by} op {moment_text(ruling.at)}"
    return f"{decided}; i{withdrawn}" if withdrawn else decided


@router.get("/dossiers/{number}/blad")
def sheet(request: Request, _: Reader, number: str) -> Response:
    """Show the sheet of a dossier as it is printed."""
    desk = desk_of(request)
    decision, control = desk.decision(number), desk.control(number)
    dossier = desk.dossier(number)
    more = [("Dossier", f"{number}, versie {dossier.version.number}, {STATUS_LABELS[dossier.status]}")]
    if dossier.ruling is not None:
        more.append(("Motivering", desk.motivation(number) or wording.NOT_FILLED_IN))
    elif dossier.status != "withdrawn":
        more.append(("Beslissing", "nog niet genomen"))
    more += [
        ("Controlecode", control.code),
        ("Register", f"laatste inschrijving {control.head.number}, {control.head.hash}"),
        ("In het register", f"advies zonder persoonsgegevens, sha256 {control.document_sha256}"),
    ]
    return sheet_page(request, decision, back=f"/dossiers/{number}", ruling=_taken(dossier), more=more)


@router.get("/dossiers/{number}/brief")
def letter(request: Request, _: Reader, number: str) -> Response:
    """Show the letter of a dossier as it is printed."""
    desk = desk_of(request)
    decision, dossier = desk.decision(number), desk.dossier(number)
    ruling = [taken] if (taken := _taken(dossier)) else []
    if dossier.ruling is not None and not dossier.ruling.granted and decision.status != "not eligible":
        ruling.append("Hieronder staat nog het voorstel van het advies. Herschrijf het naar de weigering.")
    body = letter_main(decision, ruling=ruling)
    return render(request, "letter.html", decision=decision, body=body, back=f"/dossiers/{number}")


@router.get("/dossiers/{number}/controle")
def check(request: Request, _: Reader, number: str, register: EntryNumber = 0, code: str = "") -> Response:
    """Say whether the control code on a printed sheet is one of this dossier."""
    desk = desk_of(request)
    dossier = desk.dossier(number)
    if not code.strip():
        raise HTTPException(404)
    right = desk.checks(number, register, code.strip().upper())
    return render(request, "control.html", dossier=dossier, right=right, code=code, register=register)
