"""The first page, the search for an address or a wijk, and the answer to whether the desk is well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import JSONResponse, Response

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.dossiers import waits_for
from kortrijk_geo.desk.location import UnclearPlaceError
from kortrijk_geo.desk.web.access import needs
from kortrijk_geo.desk.web.pages import counsel_of, render
from kortrijk_geo.desk.web.routes.dossiers import Row, row_of
from kortrijk_geo.pack.address_text import plain_text

if TYPE_CHECKING:
    from kortrijk_geo.desk.counsel import Counsel, Surroundings
    from kortrijk_geo.desk.ledger.drafts import Draft
    from kortrijk_geo.desk.location import Spot
    from kortrijk_geo.premium.place import AreaCount

router = APIRouter()
Reader = Annotated[Officer, Depends(needs("visitor"))]
_LONGEST_SEARCH = 200
_SHOWN = 8


@dataclass(frozen=True)
class Search:
    """What was looked for and what it gave: areas by name, or a place with what lies around it, or why not."""

    text: str
    areas: tuple[AreaCount, ...] = ()
    spot: Spot | None = None
    around: Surroundings | None = None
    fault: str = ""
    nearest: tuple[str, ...] = ()


@router.get("/")
def start(request: Request, _: Reader, zoek: str = "") -> Response:
    """Show the wijken with their rate, what was looked for, and what waits."""
    counsel, today = counsel_of(request), request.app.state.now().date()
    waiting, drafts = _work(request)
    if counsel is None:
        return render(request, "start.html", book=None, counts=[], search=None, drafts=drafts, waiting=waiting)
    book = counsel.book_on(today)
    counts = counsel.counts(book, today)
    return render(
        request,
        "start.html",
        book=book,
        reference_date=today if book.reference_day is None else book.reference_day.before(today),
        counts=sorted(counts.values(), key=lambda one: one.name),
        search=_search(request, counsel, zoek.strip()[:_LONGEST_SEARCH]),
        drafts=drafts,
        waiting=waiting,
    )


def _work(request: Request) -> tuple[list[Row], list[Draft]]:
    """Return the latest dossiers that wait for somebody and the drafts of who looks; none to who may not see them."""
    signed_in = request.state.officer is not None
    if not (signed_in or request.state.first_look):
        return [], []
    desk = request.app.state.desk
    waiting = [one for one in desk.all_dossiers() if one.versions and waits_for(one)][:_SHOWN]
    return [row_of(desk, one) for one in waiting], request.app.state.ledger.drafts(request.state.owner)[:_SHOWN]


def _search(request: Request, counsel: Counsel, text: str) -> Search | None:
    if not text:
        return None
    today = request.app.state.now().date()
    book = counsel.book_on(today)
    named = [one for one in counsel.counts(book, today).values() if plain_text(text) in plain_text(one.name)]
    if named:
        return Search(text, areas=tuple(named))
    try:
        digits = sum(sign.isdigit() for sign in text)
        by_numbers = digits > len(text) // 2
        spot = counsel.finder.at_coordinates(text) if by_numbers else counsel.finder.at_address(text)
    except UnclearPlaceError as error:
        return Search(text, fault=str(error), nearest=error.nearest)
    return Search(text, spot=spot, around=counsel.surroundings(spot.x, spot.y, book, today))


@router.get("/gezondheid")
def health(request: Request) -> Response:
    """Say whether the desk runs and has its figures; nothing else, as anybody may ask."""
    packs = request.app.state.packs
    state = "klaar" if packs.city is not None else "gestopt" if packs.failure else "cijfers worden geladen"
    return JSONResponse({"status": "ok" if not packs.failure else "fout", "cijfers": state})
