"""A new rulebook: tried on the dossiers of the year, proposed, and in force once a second person agrees."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import RedirectResponse, Response

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.dossiers import NotAllowedError
from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.forms import Fields, Upload  # noqa: TC001 - FastAPI reads it when it runs
from kortrijk_geo.desk.web.pages import render
from kortrijk_geo.desk.web.routes.dossiers import desk_of
from kortrijk_geo.desk.web.routes.rules import differences, rules_page
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.premium import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kortrijk_geo.desk.dossiers import Proposal

router = APIRouter()
Reader = Annotated[Officer, Depends(needs("reader"))]
Acting = Annotated[Officer, Depends(needs("officer"))]
_NO_RULEBOOK = (
    "Dit bestand is geen goed reglement; er is niets bewaard. Stuur de melding hieronder naar wie het bestand maakte."
)
Managing = Annotated[Officer, Depends(needs("manager"))]


@router.post("/regels/voorstellen")
def propose(request: Request, officer: Acting, upload: Upload) -> Response:
    """Check a rulebook and try it on the dossiers of the year; propose it where that was asked."""
    fields, name, raw = upload
    desk = desk_of(request)
    try:
        text = _text(raw)
        if fields.get("doe") != "voorstel":
            return rules_page(request, trial=trial_rows(map(vars, desk.try_rulebook(text, name))), tried=name)
        proposal = desk.propose_rulebook(text, name, who=officer)
    except OptionError as error:
        return rules_page(request, faults={"bestand": str(error)}, status=422)
    except DataError as error:  # of the reader of rules, for whoever wrote the file
        return rules_page(request, faults={"bestand": _NO_RULEBOOK}, cause=str(error), status=422)
    return RedirectResponse(f"/regels/voorstellen/{proposal.number}", 303)


@router.get("/regels/voorstellen/{number}")
def proposed(request: Request, officer: Reader, number: int) -> Response:
    """Show a proposal: what differs, and what the dossiers of the year would have got."""
    return _page(request, officer, _proposal(request, number))


@router.post("/regels/voorstellen/{number}")
def agree(request: Request, officer: Managing, number: int, _: Fields) -> Response:
    """Agree to a proposal, as another person than made it."""
    try:
        desk_of(request).agree_rulebook(number, who=officer)
    except (NotAllowedError, DataError) as error:
        return _page(request, officer, _proposal(request, number), fault=str(error), status=422)
    return RedirectResponse(f"/regels/voorstellen/{number}", 303)


def _text(raw: bytes) -> str:
    if not raw:
        raise OptionError("Kies een bestand met een reglement.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("Dit bestand is geen tekst in UTF-8. Bewaar het als UTF-8.") from error


def _proposal(request: Request, number: int) -> Proposal:
    for one in desk_of(request).proposals():
        if one.number == number:
            return one
    raise HTTPException(404)


def _page(request: Request, officer: Officer, proposal: Proposal, *, fault: str = "", status: int = 200) -> Response:
    others = [one for one in desk_of(request).books() if one.sha256 != proposal.book.sha256]
    before = [one for one in others if one.valid_from <= proposal.book.valid_from]
    other = before[-1] if before else None
    return render(
        request,
        "proposal.html",
        status=status,
        proposal=proposal,
        other=other,
        changes=[] if other is None else differences(other, proposal.book),
        trial=trial_rows(proposal.trial),
        fault=fault,
        own=proposal.by == officer.name,
    )


def trial_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a trial as a page tells them: those that change first."""
    told = []
    for row in rows:
        before, after = ((row[name], row[f"{name}_cents"]) for name in ("before", "after"))
        told.append(
            {
                "dossier": row["dossier"],
                "before": _outcome(*before),
                "after": _outcome(*after),
                "changes": before != after,
                "remark": row["remark"],
            }
        )
    return sorted(told, key=lambda one: not one["changes"])


def _outcome(status: str, cents: int | None) -> str:
    if status not in wording.STATUS:
        return "niet te berekenen"
    return f"{wording.STATUS[status]}, {wording.euros(None if cents is None else Decimal(cents) / 100)}"
