"""The rules: which rulebook holds when, each amount and condition with its source, and what two rulebooks differ in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import Response  # noqa: TC002 - FastAPI reads it when it runs

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.pages import amount_text, counsel_of, render
from kortrijk_geo.premium import wording
from kortrijk_geo.premium.rulebooks import holding_on
from kortrijk_geo.text.dutch import UNKNOWN, date_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.premium.form import Rulebook

router = APIRouter()
Reader = Annotated[Officer, Depends(needs("reader"))]


@dataclass(frozen=True)
class Difference:
    """One thing that two rulebooks say differently; empty where one says nothing of it."""

    what: str
    before: str
    after: str


@router.get("/regels")
def rules(request: Request, _: Reader) -> Response:
    """List the rulebooks, that of today first."""
    return rules_page(request)


def rules_page(
    request: Request,
    *,
    trial: Sequence[Mapping[str, Any]] | None = None,
    tried: str = "",
    faults: Mapping[str, str] | None = None,
    cause: str = "",
    status: int = 200,
) -> Response:
    """Show the list, with the outcome of a trial of a file, or what is wrong with it.

    ``cause`` is that in the words of the reader of rules.
    """
    books, desk = books_of(request), request.app.state.desk
    return render(
        request,
        "rules.html",
        status=status,
        books=books[::-1],
        holding=[one.id for one in holding_on(books, desk.now().date())],
        proposals=desk.proposals()[::-1],
        trial=trial,
        tried=tried,
        errors=faults or {},
        cause=cause,
    )


@router.get("/regels/{book_id}")
def rulebook(request: Request, _: Reader, book_id: str, naast: str = "") -> Response:
    """Show one rulebook, and what another one says differently."""
    books = books_of(request)
    book = _named(books, book_id)
    other = _named(books, naast) if naast else None
    changes = [] if other is None else differences(other, book)
    return render(request, "rulebook.html", book=book, books=books, other=other, changes=changes)


def books_of(request: Request) -> Sequence[Rulebook]:
    """Return the rulebooks of the city, by the day on which they begin."""
    counsel = counsel_of(request)
    books: Sequence[Rulebook] = request.app.state.desk.books() if counsel is None else counsel.books
    return books


def _named(books: Sequence[Rulebook], book_id: str) -> Rulebook:
    for book in books:
        if book.id == book_id:
            return book
    raise HTTPException(404)


def differences(before: Rulebook, after: Rulebook) -> list[Difference]:
    """Return what two rulebooks say differently, in the words of the pages."""
    one, other = _said(before), _said(after)
    names = list(dict.fromkeys([*other, *one]))
    return [
        Difference(name, one.get(name, ""), other.get(name, "")) for name in names if one.get(name) != other.get(name)
    ]


def _said(book: Rulebook) -> dict[str, str]:
    norm = "geen" if book.norm_places_per_100 is None else wording.norm(book.norm_places_per_100)
    said = {
        "Norm, plaatsen per 100 kinderen": norm,
        "Gebied": wording.AREA[book.area_unit],
        "Peildatum": wording.reference_day(book),
        "Laatste dag": _last(book.valid_until),
        "Bedragen bekend tot": _last(book.amounts_confirmed_until),
        "Stand van het reglement": f"{wording.STANDING[book.standing]} ({book.source})",
        "Opvangvormen": ", ".join(book.name_of(kind) for kind in book.kinds),
    }
    for amount in book.amounts:
        said[f"Bedrag: {amount.label}"] = (
            f"{amount_text(amount)} {wording.PER[amount.per]} ({wording.STANDING[amount.standing]})"
        )
    for condition in book.conditions:
        said[f"Voorwaarde: {condition.question}"] = condition.text
    for cap in book.caps:
        said[f"Maximum, {book.name_of(cap.kind)}"] = wording.euros(cap.amount_eur)
    years = book.minimum_stay.years
    said["Minimumduur"] = UNKNOWN if years is None else f"{years} jaar"
    for name, one in book.letter_statements.items():
        said[wording.LETTER[name]] = UNKNOWN if one.text is None else one.text
    return said


def _last(day: dt.date | None) -> str:
    return "geen einde" if day is None else date_text(day)
