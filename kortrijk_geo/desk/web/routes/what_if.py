"""What if: the same application at another place or with other numbers, side by side; nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import Response  # noqa: TC002 - FastAPI reads it when it runs

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.dossiers import Inputs
from kortrijk_geo.desk.intake import ADDRESS, COORDINATES, DATE, EXISTING, KIND, LABELS, NEW, Intake, read_intake
from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.forms import Fields  # noqa: TC001 - FastAPI reads it when it runs
from kortrijk_geo.desk.web.pages import counsel_of, render
from kortrijk_geo.premium.decision import local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.premium.decision import Decision

router = APIRouter()
Reader = Annotated[Officer, Depends(needs("reader"))]
COLUMNS = (("1", "Plek A"), ("2", "Plek B"), ("3", "Plek C"))
_OWN = (ADDRESS, COORDINATES, NEW, EXISTING)
_SHARED = (KIND, DATE)
_ALL_MET = "vervuld"


@dataclass(frozen=True)
class Variant:
    """One column: what was typed in it, what is wrong with it, and the advice where there is one."""

    key: str
    title: str
    intake: Intake
    decision: Decision | None
    used: bool


@router.get("/wat-als")
def blank(request: Request, _: Reader, adres: str = "", coordinaten: str = "") -> Response:
    """Show the empty comparison."""
    today = local(request.app.state.now()).date()
    fields = {DATE: f"{today.day}/{today.month}/{today.year}", f"{ADDRESS}.1": adres, f"{COORDINATES}.1": coordinaten}
    return _page(request, fields, asked=False)


@router.post("/wat-als")
def compare(request: Request, _: Reader, fields: Fields) -> Response:
    """Show the advice on each column."""
    return _page(request, fields, asked=True)


def _page(request: Request, fields: Mapping[str, str], *, asked: bool) -> Response:
    variants = [_variant(request, fields, key, title, asked=asked) for key, title in COLUMNS]
    shown = [one for one in variants if one.used or one.key == "1"]
    errors = {}
    for one in shown if asked else []:
        for name, text in one.intake.errors.items():
            errors[name if name in _SHARED else f"{name}.{one.key}"] = text
    labels = {**LABELS, **{f"{name}.{one.key}": f"{one.title}: {LABELS[name]}" for one in variants for name in _OWN}}
    counsel = counsel_of(request)
    return render(
        request,
        "what_if.html",
        fields=fields,
        variants=variants,
        results=[one for one in variants if one.decision is not None],
        errors=errors,
        labels=labels,
        books=() if counsel is None else counsel.books,
        all_met=not asked or bool(fields.get(_ALL_MET)),
    )


def _variant(request: Request, fields: Mapping[str, str], key: str, title: str, *, asked: bool) -> Variant:
    own = {name: fields.get(f"{name}.{key}", "") for name in _OWN}
    used = any(own.values())
    first = {name: fields.get(f"{name}.1", "") for name in _OWN}
    filled = {**own, **{name: own[name] or first[name] for name in (NEW, EXISTING)}}
    if not (own[ADDRESS] or own[COORDINATES]):
        filled |= {name: first[name] for name in (ADDRESS, COORDINATES)}
    counsel, today = counsel_of(request), local(request.app.state.now()).date()
    if counsel is None:
        return Variant(key, title, Intake(filled), None, used)
    shared = {name: fields.get(name, "") for name in _SHARED}
    intake = read_intake({**filled, **shared}, counsel.finder, counsel.books, today)
    decision = None
    if asked and intake.application is not None and (used or key == "1"):
        application = replace(intake.application, assume_yes=bool(fields.get(_ALL_MET)))
        decision = request.app.state.desk.advise(Inputs(application))
    return Variant(key, title, intake, decision, used)
