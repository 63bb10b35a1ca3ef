"""Who may open which page: the session in the cookie, the token in the form, the role that a route needs.

A route says what it needs: ``officer: Annotated[Officer, Depends(needs("officer"))]``. One that says nothing and is not
among `OPEN_PATHS` keeps the desk from starting.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi.routing import iter_route_contexts
from markupsafe import escape
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kortrijk_geo.desk.accounts import VISITOR, Officer, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from fastapi.dependencies.models import Dependant
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kortrijk_geo.desk.accounts import Accounts

# Pages for anybody: to sign in, to see whether the desk is well, to read how it works and what it keeps.
OPEN_PATHS = ("/aanmelden", "/afmelden", "/gezondheid", "/hulp", "/privacy")
STATIC = "/static"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
TOKEN_FIELD = "csrf"  # noqa: S105 - the name of a field
TOKEN_HEADER = "x-csrf-token"  # noqa: S105 - the name of a header
MOST_FIELDS, MOST_FILES = 200, 1
_COOKIE = "desk"
_SECURE_COOKIE = "__Host-desk"  # a browser takes it over https only, for this host and the whole of it
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
# A page of this desk: one slash, then nothing that a browser could take for another host.
_OWN_PAGE = re.compile(r"/(?![/\\])[\w\-./~%?&=+,:;@!$'()*]*", re.ASCII)
# What no keyboard types and no page, table or letter can show; tab and line ends are typed.
_UNTYPED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Need:
    """The role that a route needs, as a dependency that gives who is there.

    Parameters
    ----------
    role
        "visitor": anybody while only this machine can reach the desk.
    visitors
        Whether the first look, without accounts, may do this too.
    """

    role: Role
    visitors: bool = False

    def allows(self, officer: Officer | None, *, first_look: bool, reachable: bool) -> bool:
        """Say whether somebody may: an officer, or None for who did not sign in."""
        if officer is not None:
            return officer.may(self.role)
        return (self.role == "visitor" and not reachable) or (first_look and self.visitors)

    async def __call__(self, request: Request) -> Officer:
        """Give who is there, or refuse: 401 to who can still sign in, 403 to who did."""
        state = request.state
        officer: Officer | None = state.officer
        if self.allows(officer, first_look=state.first_look, reachable=state.reachable):
            return officer or VISITOR
        raise HTTPException(401 if officer is None else 403)


def needs(role: Role, *, visitors: bool | None = None) -> Need:
    """Return the dependency of a route that only this role, or a higher one, may use.

    Parameters
    ----------
    role
        The least role.
    visitors
        Whether the first look may too; by default for reading only.
    """
    return Need(role, visitors=role in {"visitor", "reader"} if visitors is None else visitors)


def needs_of_routes(app: FastAPI) -> Iterator[tuple[str, str, Need | None]]:
    """Yield method, path and need of every route; None where a route is open or says nothing."""
    for route in iter_route_contexts(app.routes):
        need = next(_needs_in(getattr(route, "dependant", None)), None)
        for method in sorted(getattr(route, "methods", None) or {"*"}):
            yield method, route.path or "", need


def _needs_in(dependant: Dependant | None) -> Iterator[Need]:
    for part in dependant.dependencies if dependant else ():
        if isinstance(part.call, Need):
            yield part.call
        yield from _needs_in(part)


def unguarded(app: FastAPI) -> list[str]:
    """Return the paths that are not open and say not which role they need."""
    return [
        path
        for _, path, need in needs_of_routes(app)
        if need is None and path not in OPEN_PATHS and path != STATIC and not path.startswith(f"{STATIC}/")
    ]


class Sessions:
    """Read who is there from the cookie, and take a change only with the token of the form and from our own pages.

    It leaves in ``request.state``: ``officer`` (None: nobody signed in), ``first_look`` (no accounts, this machine
    only), ``reachable`` (others can reach the desk), ``csrf`` (the token for forms), ``owner`` (whose drafts).
    A route begins another session by ``request.state.new_session = token``, and none by "".
    """

    def __init__(self, app: ASGIApp, *, accounts: Accounts, reachable: bool) -> None:
        self.app = app
        self._accounts = accounts
        self._reachable = reachable
        self._no_accounts = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"].startswith(f"{STATIC}/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        cookie = _cookie_name(scope)
        if _is_link_from_elsewhere(request):
            await _once_more(request)(scope, receive, send)
            return
        token = request.cookies.get(cookie, "")
        known = bool(_TOKEN.fullmatch(token))
        token = token if known else secrets.token_urlsafe(32)
        officer = await run_in_threadpool(self._look_up, token if known else "")
        state = scope["state"]
        state.update(
            officer=officer,
            first_look=self._no_accounts and not self._reachable,
            reachable=self._reachable,
            csrf=_form_token(token),
            owner=officer.name if officer else f"bezoeker {hashlib.sha256(token.encode()).hexdigest()}",
            session=token,
            new_session=None,
        )

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                fresh = state["new_session"]
                if fresh is None and not known and request.method == "GET" and message["status"] == 200:
                    fresh = token
                if fresh is not None:
                    headers = MutableHeaders(scope=message)
                    headers.append("Set-Cookie", _cookie(cookie, fresh or secrets.token_urlsafe(32)))
            await send(message)

        fields = await _fields(request)
        if request.method not in SAFE_METHODS:
            _check_origin(request)
            state["typed"] = [(name, value) for name, value in fields if name not in {TOKEN_FIELD, "wachtwoord"}]
            sent = [value for name, value in fields if name == TOKEN_FIELD]
            sent += request.headers.getlist(TOKEN_HEADER)
            if len(sent) != 1 or not hmac.compare_digest(sent[0].encode(), state["csrf"].encode()):
                raise HTTPException(403, "token")
        await self.app(scope, receive, with_cookie)

    def _look_up(self, token: str) -> Officer | None:
        if self._no_accounts:  # an account that is made while the desk runs ends the first look
            self._no_accounts = not self._accounts.any()
        return self._accounts.signed_in(token) if token and not self._no_accounts else None


async def _fields(request: Request) -> list[tuple[str, str]]:
    """Return the text fields of a form; what cannot be typed stops here, for every route alike."""
    body: bytes = request.scope["state"]["body"]

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    texts = [request.url.path, *(text for pair in request.query_params.multi_items() for text in pair)]
    fields: list[tuple[str, str]] = []
    if request.method not in SAFE_METHODS:
        async with Request(request.scope, receive).form(max_fields=MOST_FIELDS, max_files=MOST_FILES) as form:
            for name, value in form.multi_items():
                text = (value.filename or "") if isinstance(value, UploadFile) else value
                texts += name, text
                if not isinstance(value, UploadFile):
                    fields.append((name, text))
    if any(map(_UNTYPED.search, texts)):
        raise HTTPException(400, "signs")
    return fields


def _is_link_from_elsewhere(request: Request) -> bool:
    mode, site = (request.headers.get(f"sec-fetch-{name}") for name in ("mode", "site"))
    return request.method == "GET" and mode == "navigate" and site == "cross-site" and not request.cookies


def _once_more(request: Request) -> Response:
    """Let our own page ask: a browser keeps a SameSite=Strict cookie back when a mail or another site links to us."""
    here = escape(own_page(request.url.path) + (f"?{request.url.query}" if request.url.query else ""))
    return HTMLResponse(
        '<!DOCTYPE html><html lang="nl"><meta charset="utf-8"><title>Loket</title>'
        f'<meta http-equiv="refresh" content="0; url={here}"><p><a href="{here}">Verder naar het loket</a></html>'
    )


def own_page(path: str) -> str:
    """Return an address that somebody else may have written, where it is one of this desk; the first page otherwise."""
    return path if _OWN_PAGE.fullmatch(path) else "/"


def _check_origin(request: Request) -> None:
    """Refuse a change that another site's page asks for: browsers tell which page asks, and a page cannot forge it."""
    headers = request.headers
    ours = f"{request.url.scheme}://{headers.get('host', '')}".casefold()
    origins = headers.getlist("origin")
    from_elsewhere = bool(origins) and [origin.casefold() for origin in origins] != [ours]
    if from_elsewhere or headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "origin")


def _form_token(session: str) -> str:
    # Who knows the session's token can make it, who has only seen a form cannot make the session's token of it.
    return hmac.new(session.encode(), b"form", hashlib.sha256).hexdigest()


def _cookie_name(scope: Scope) -> str:
    return _SECURE_COOKIE if scope["scheme"] == "https" else _COOKIE


def _cookie(name: str, token: str) -> str:
    secure = "; Secure" if name == _SECURE_COOKIE else ""
    return f"{name}={token}; HttpOnly; SameSite=Strict; Path=/{secure}"
