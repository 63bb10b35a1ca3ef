"""What an officer does with a dossier: each act is a form of its page, and comes back to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import RedirectResponse, Response

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.dossiers import Inputs
from kortrijk_geo.desk.dossiers.rule_acts import OF_APPLICATION
from kortrijk_geo.desk.intake import fields_of
from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.forms import Fields  # noqa: TC001 - FastAPI reads it when it runs
from kortrijk_geo.desk.web.routes.dossiers import desk_of, dossier_page
from kortrijk_geo.desk.web.routes.drafts import form_page, read
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.premium.answers import read_day
from kortrijk_geo.text.dutch import date_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

router = APIRouter()
Acting = Annotated[Officer, Depends(needs("officer"))]
Managing = Annotated[Officer, Depends(needs("manager"))]
SEEN = "gezien"
_SUM = re.compile(r"(\d{1,9})(?:[.,](\d{2}))?")


class DayError(OptionError):
    """A day that is none: told beside the field of the day, not beside the sum."""


def _seen(fields: Mapping[str, str]) -> int:
    """Return the number of the last entry that the officer saw; -1, which none has, where the form lost it."""
    text = fields.get(SEEN, "")
    return int(text) if text.isdecimal() and len(text) < 12 else -1


def _day(fields: Mapping[str, str], name: str) -> dt.date:
    try:
        return read_day(fields.get(name, ""))
    except OptionError as error:
        raise DayError("Dit is geen dag. Schrijf dag, maand en jaar, bijvoorbeeld 12/10/2021.") from error


def _done(
    request: Request, officer: Officer, number: str, where: str, fields: Mapping[str, str], act: Callable[[], object]
) -> Response:
    """Do an act and go back to the dossier; what it refuses is told beside its fields, with what was typed."""
    try:
        act()
    except (OptionError, DataError) as error:
        name = "dag" if isinstance(error, DayError) and "dag" in fields else where
        return dossier_page(request, officer, number, faults={name: str(error)}, typed=fields, status=422)
    return RedirectResponse(f"/dossiers/{number}", 303)


@router.post("/dossiers/{number}/advies")
def advice(request: Request, officer: Acting, number: str, fields: Fields) -> Response:
    """Compute the advice anew, and keep it."""
    desk = desk_of(request)
    return _done(
        request, officer, number, "advies", fields,
        lambda: desk.advice(number, who=officer, expect_last=_seen(fields)),
    )  # fmt: skip


@router.post("/dossiers/{number}/beslissing")
def decide(request: Request, officer: Acting, number: str, fields: Fields) -> Response:
    """Grant or refuse."""

    def act() -> None:
        if fields.get("besluit") not in {"toekennen", "weigeren"}:
            raise OptionError("Kies: toekennen of weigeren.")
        desk_of(request).decide(
            number,
            granted=fields["besluit"] == "toekennen",
            motivation=fields.get("motivering", ""),
            who=officer,
            expect_last=_seen(fields),
        )

    return _done(request, officer, number, "besluit", fields, act)


@router.post("/dossiers/{number}/betaling")
def pay(request: Request, officer: Acting, number: str, fields: Fields) -> Response:
    """Enter a payment."""

    def act() -> None:
        written = _SUM.fullmatch(fields.get("bedrag", "").replace(" ", "").removeprefix("€"))
        if written is None:
            raise OptionError("Vul een bedrag in, bijvoorbeeld 1250,50. Schrijf geen punt tussen de duizendtallen.")
        cents = int(written[1]) * 100 + int(written[2] or 0)
        day = _day(fields, "dag")
        desk_of(request).pay(number, cents=cents, day=day, who=officer, expect_last=_seen(fields))

    return _done(request, officer, number, "bedrag", fields, act)


@router.post("/dossiers/{number}/intrekking")
def withdraw(request: Request, officer: Acting, number: str, fields: Fields) -> Response:
    """End a dossier that the applicant gives up."""
    desk = desk_of(request)
    return _done(
        request, officer, number, "reden", fields,
        lambda: desk.withdraw(number, reason=fields.get("reden", ""), who=officer, expect_last=_seen(fields)),
    )  # fmt: skip


@router.post("/dossiers/{number}/vergeten")
def forget(request: Request, officer: Managing, number: str, fields: Fields) -> Response:
    """Delete what is personal of a dossier that is done."""

    def act() -> None:
        if fields.get("zeker") != "ja":
            raise OptionError("Vink aan dat u zeker bent. Vergeten kan niet ongedaan worden gemaakt.")
        desk_of(request).forget(number, who=officer, expect_last=_seen(fields))

    return _done(request, officer, number, "zeker", fields, act)


@router.post("/dossiers/{number}/bevestiging")
def confirm(request: Request, officer: Managing, number: str, fields: Fields) -> Response:
    """Enter a document that closes an open point, and compute the advice with it."""
    desk, field = desk_of(request), fields.get("veld", "")

    def act() -> None:
        seen = _seen(fields)
        own = {"dossier": number, "expect_last": seen} if field in OF_APPLICATION else {}
        advised = desk.dossier(number).advice
        if advised is None:
            raise OptionError("Over deze versie is nog geen advies.")
        if not fields.get("document", "").strip():
            raise OptionError("Noem het document dat dit bevestigt.")
        day = _day(fields, "documentdatum")
        if day > desk.now().date():
            raise OptionError(f"Deze dag moet nog komen. Vandaag is het {date_text(desk.now().date())}.")
        entry = desk.confirm(
            field,
            advised.rulebook_id,
            document=fields.get("document", ""),
            date=day,
            remark=fields.get("opmerking", ""),
            who=officer,
            **own,  # type: ignore[arg-type]
        )
        desk.advice(number, who=officer, expect_last=entry.number if own else seen)

    return _done(request, officer, number, f"veld-{field}", fields, act)


@router.get("/dossiers/{number}/verbeteren")
def correct(request: Request, officer: Acting, number: str) -> Response:
    """Show the application of a dossier as a form, to make a new version of it."""
    desk = desk_of(request)
    return form_page(
        request, officer, fields_of(desk.inputs(number).application), corrects=desk.dossier(number), fresh=True
    )


@router.post("/dossiers/{number}/verbeteren")
def corrected(request: Request, officer: Acting, number: str, fields: Fields) -> Response:
    """Add a version that points to the one before."""
    desk = desk_of(request)
    dossier = desk.dossier(number)
    intake = read(request, officer, fields)
    if intake.application is None or request.headers.get("x-live") or fields.get("doe") != "verbeter":
        asked = not request.headers.get("x-live")
        status = 422 if asked and intake.errors else 200
        return form_page(request, officer, fields, corrects=dossier, asked=asked, status=status)
    reason = fields.get("reden", "")
    try:
        after = desk.correct(number, Inputs(intake.application), reason=reason, who=officer, expect_last=_seen(fields))
    except OptionError as error:
        return form_page(request, officer, fields, corrects=dossier, asked=True, status=422, more={"reden": str(error)})
    desk.advice(number, who=officer, expect_last=after.last)
    return RedirectResponse(f"/dossiers/{number}", 303)
