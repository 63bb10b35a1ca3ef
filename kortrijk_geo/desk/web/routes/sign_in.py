"""To sign in and to sign out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it when it runs
from starlette.responses import RedirectResponse, Response

from kortrijk_geo.desk.accounts import SignInError
from kortrijk_geo.desk.web.access import own_page
from kortrijk_geo.desk.web.forms import Fields  # noqa: TC001 - FastAPI reads it when it runs
from kortrijk_geo.desk.web.pages import render

if TYPE_CHECKING:
    from kortrijk_geo.desk.accounts import Accounts

router = APIRouter()


@router.get("/aanmelden")
def form(request: Request, terug: str = "/") -> Response:
    """Ask for name and password."""
    return _form(request, name="", back=terug)


@router.post("/aanmelden")
def sign_in(request: Request, fields: Fields) -> Response:
    """Begin a session and go back to the page that asked for it."""
    name, back = fields.get("naam", ""), fields.get("terug", "/")
    accounts: Accounts = request.app.state.accounts
    try:
        token = accounts.sign_in(
            name, fields.get("wachtwoord", ""), address=request.client.host if request.client else ""
        )
    except SignInError as error:
        return _form(request, name=name, back=back, fault=str(error), status=401)
    if request.state.officer is not None:
        accounts.sign_out(request.state.session)
    request.state.new_session = token
    return RedirectResponse(own_page(back), 303)


@router.post("/afmelden")
def sign_out(request: Request) -> Response:
    """End the session, at the desk and in the browser."""
    if request.state.officer is not None:
        request.app.state.accounts.sign_out(request.state.session)
    request.state.new_session = ""
    return RedirectResponse("/aanmelden", 303)


def _form(request: Request, *, name: str, back: str, fault: str = "", status: int = 200) -> Response:
    accounts: Accounts = request.app.state.accounts
    return render(
        request,
        "sign_in.html",
        status=status,
        name=name,
        back=own_page(back),
        fault=fault,
        no_accounts=not accounts.any(),
    )
