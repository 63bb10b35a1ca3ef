"""A new application: the form, which keeps what is typed, and the advice on it before there is a dossier."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import RedirectResponse, Response

from kortrijk_geo.desk.accounts import VISITOR, Officer
from kortrijk_geo.desk.dossiers import Inputs
from kortrijk_geo.desk.intake import ADDRESS, COORDINATES, DATE, LABELS, Intake, read_intake
from kortrijk_geo.desk.web.access import TOKEN_FIELD, needs
from kortrijk_geo.desk.web.forms import Fields  # noqa: TC001 - FastAPI reads it when it runs
from kortrijk_geo.desk.web.pages import counsel_of, render
from kortrijk_geo.desk.web.sheets import sheet_page
from kortrijk_geo.premium.decision import local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI

    from kortrijk_geo.desk.dossiers import Dossier
    from kortrijk_geo.desk.ledger.drafts import Draft

router = APIRouter()
Drafting = Annotated[Officer, Depends(needs("officer", visitors=True))]
DRAFT, SAVED, DO, CHOSEN, LIVE = "concept", "bewaard_op", "doe", "voorstel", "x-live"
_NOT_KEPT = {TOKEN_FIELD, DRAFT, SAVED, DO, CHOSEN}


@router.get("/dossiers/nieuw")
def blank(request: Request, officer: Drafting, concept: str = "", adres: str = "", coordinaten: str = "") -> Response:
    """Show the form: empty, with a place that was looked for, or with a draft."""
    if concept:
        draft = draft_of(request, concept)
        return form_page(request, officer, draft.fields, draft=draft)
    today = local(request.app.state.now()).date()
    fields = {ADDRESS: adres, COORDINATES: coordinaten, DATE: f"{today.day}/{today.month}/{today.year}"}
    return form_page(request, officer, fields, fresh=True)


@router.post("/dossiers/nieuw")
def keep(request: Request, officer: Drafting, fields: Fields) -> Response:
    """Keep what was typed, and show the form with it, or the advice where that was asked and nothing is wrong."""
    kept = {name: text for name, text in fields.items() if name not in _NOT_KEPT}
    if fields.get(CHOSEN):
        kept |= {ADDRESS: fields[CHOSEN], COORDINATES: ""}
    if not fields.get(DRAFT):
        drop_old(request.app)
    known, seen = fields.get(DRAFT) or None, fields.get(SAVED, "")
    name = request.app.state.ledger.save_draft(request.state.owner, kept, draft=known, seen=seen)
    draft = draft_of(request, name)
    if request.headers.get(LIVE):
        return form_page(request, officer, kept, draft=draft)
    if fields.get(DO) == "advies" and not read(request, officer, kept).errors:
        return RedirectResponse(f"/concepten/{name}/advies", 303)
    if fields.get(DO) == "advies":
        return form_page(request, officer, kept, draft=draft, asked=True, status=422)
    return RedirectResponse(f"/dossiers/nieuw?{DRAFT}={name}", 303)


@router.get("/concepten/{name}/advies")
def advice(request: Request, officer: Drafting, name: str) -> Response:
    """Show the advice on a draft, computed anew."""
    draft = draft_of(request, name)
    decision = _decide(request, officer, draft.fields)
    if decision is None:
        return form_page(request, officer, draft.fields, draft=draft, asked=True)
    return render(request, "advice.html", decision=decision, draft=draft)


@router.get("/concepten/{name}/blad")
def sheet(request: Request, officer: Drafting, name: str) -> Response:
    """Show the advice on a draft as it is printed."""
    draft = draft_of(request, name)
    decision = _decide(request, officer, draft.fields)
    if decision is None:
        return RedirectResponse(f"/dossiers/nieuw?{DRAFT}={name}", 303)
    return sheet_page(request, decision, back=f"/concepten/{name}/advies")


@router.post("/concepten/{name}/weg")
def drop(request: Request, _: Drafting, name: str) -> Response:
    """Delete a draft."""
    request.app.state.ledger.drop_draft(name, request.state.owner)
    return RedirectResponse("/", 303)


def drop_old(app: FastAPI) -> None:
    """Delete the drafts that nobody saved for as long as a draft is kept: at the start, and with every new draft."""
    days = app.state.settings.rules.retention.draft_days
    app.state.ledger.drop_drafts_before(app.state.now() - dt.timedelta(days=days))


def draft_of(request: Request, name: str) -> Draft:
    """Return a draft of who asks; 404 when there is none of that name."""
    draft: Draft | None = request.app.state.ledger.draft(name, request.state.owner)
    if draft is None:
        raise HTTPException(404)
    return draft


def read(request: Request, officer: Officer, fields: Mapping[str, str]) -> Intake:
    """Read what was typed against the rules of its day."""
    counsel, today = counsel_of(request), local(request.app.state.now()).date()
    books = request.app.state.desk.books() if counsel is None else counsel.books
    advisor = "" if officer is VISITOR else officer.name
    return read_intake(fields, None if counsel is None else counsel.finder, books, today, advisor=advisor)


def form_page(
    request: Request,
    officer: Officer,
    fields: Mapping[str, str],
    *,
    draft: Draft | None = None,
    corrects: Dossier | None = None,
    fresh: bool = False,
    asked: bool = False,
    more: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Show the form; its errors once something was typed, with the summary above it when the advice was ``asked``.

    ``corrects`` is the dossier of which this becomes a new version, ``more`` what else is wrong.
    """
    intake = read(request, officer, fields)
    shown = intake.errors if asked else {name: text for name, text in intake.errors.items() if intake.value(name)}
    return render(
        request,
        "intake.html",
        status=status,
        intake=intake,
        errors={} if fresh else {**shown, **(more or {})},
        asked=asked,
        labels=labels_of(intake),
        draft=draft,
        around=_around(request, intake),
        nearest=_nearest(request, intake),
        books=request.app.state.desk.books() if (counsel := counsel_of(request)) is None else counsel.books,
        corrects=corrects,
        action="/dossiers/nieuw" if corrects is None else f"/dossiers/{corrects.number}/verbeteren",
    )


def labels_of(intake: Intake) -> dict[str, str]:
    """Name every field, as the summary of errors does."""
    return {
        **LABELS,
        "reden": "Reden van de verbetering",
        **{one.name: one.condition.question for one in intake.questions},
    }


def _around(request: Request, intake: Intake) -> Any:
    counsel = counsel_of(request)
    if counsel is None or intake.spot is None:
        return None
    today = local(request.app.state.now()).date()
    book = intake.book or counsel.book_on(today)
    asked = intake.application
    day = today if asked is None else asked.date
    return counsel.surroundings(intake.spot.x, intake.spot.y, book, day, asked)


def _nearest(request: Request, intake: Intake) -> tuple[str, float] | None:
    counsel = counsel_of(request)
    if counsel is None or intake.spot is None or intake.spot.address:
        return None
    return counsel.finder.nearest_address(intake.spot.x, intake.spot.y)


def _decide(request: Request, officer: Officer, fields: Mapping[str, str]) -> Any:
    counsel = counsel_of(request)
    application = read(request, officer, fields).application
    if counsel is None or application is None:
        return None
    return request.app.state.desk.advise(Inputs(application))
