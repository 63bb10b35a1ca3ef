"""What stands around every page: names and addresses that may ask, bounds, headers, and errors without a trace.

From the outside in: `Answers` puts the headers on every answer and turns every error into a page; a reverse proxy is
believed where the settings name it; a foreign Host stops; so do too many requests, too much body, a body that does not
end; then come `access.Sessions` and the pages.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import secrets
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from fastapi.exceptions import RequestValidationError
from markupsafe import escape
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kortrijk_geo.desk.web.access import SAFE_METHODS, STATIC, Sessions, unguarded
from kortrijk_geo.desk.web.faults import fault_of
from kortrijk_geo.desk.web.pages import error_page
from kortrijk_geo.errors import KortrijkGeoError, OptionError
from kortrijk_geo.text.safe import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kortrijk_geo.desk.accounts import Accounts
    from kortrijk_geo.desk.settings import Settings

_LOG = logging.getLogger(__name__)
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_BODY_SECONDS = 20.0
_MOST_ADDRESSES = 10_000

_OURS_ONLY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A page of the atlas stands on its own, script and style inside; its own policy names them by hash.
_ATLAS: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def protect(app: FastAPI, settings: Settings, accounts: Accounts, *, body_seconds: float = _BODY_SECONDS) -> None:
    """Put the protection around a desk, once all its routes are there.

    Raises
    ------
    OptionError
        When others could reach a desk that has no accounts, or none of its names is known.
    RuntimeError
        When a route does not say which role it needs.
    """
    reachable = is_reachable(settings)
    if reachable and not accounts.any():
        raise OptionError(
            "others can reach this desk and it has no accounts, so it does not start: make one first with "
            f"kortrijk-geo desk user add NAME --role manager --data {settings.data}; "
            "or leave --host and --allow-host away for a first look on this machine only"
        )
    if open_by_accident := unguarded(app):
        raise RuntimeError(f"these routes say not which role they need: {', '.join(open_by_accident)}")
    limits = settings.rules.limits
    for error in (HTTPException, RequestValidationError, KortrijkGeoError):
        app.add_exception_handler(error, _handled)
    # add_middleware puts each around those before it: the last one is the outermost.
    app.add_middleware(Sessions, accounts=accounts, reachable=reachable)
    app.add_middleware(Bodies, seconds=body_seconds)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=limits.body_bytes)
    app.add_middleware(Pace, per_minute=limits.requests_per_minute)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=known_hosts(settings), www_redirect=False)
    if settings.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.proxies))
    app.add_middleware(Answers)


def is_reachable(settings: Settings) -> bool:
    """Say whether others than this machine can reach the desk: by its address, or through a proxy in front."""
    return not settings.on_loopback or bool(settings.hosts) or bool(settings.proxies)


def known_hosts(settings: Settings) -> list[str]:
    """Return the names by which the desk may be asked for, those of this machine always, for whoever watches over it.

    Raises
    ------
    OptionError
        When it listens on all addresses and no name is given.
    """
    names = list(settings.hosts)
    if not settings.on_loopback and settings.host not in {"0.0.0.0", "::", ""}:  # noqa: S104 - compared, not opened
        names.append(f"[{settings.host}]" if ":" in settings.host else settings.host)
    if not names and not settings.on_loopback:
        raise OptionError("a desk that listens on all addresses needs the name it is asked for: give --allow-host NAME")
    return [*names, *_LOOPBACK_NAMES]


class Answers:
    """Put the security headers on every answer; turn what goes wrong into a page with a number and no trace."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":  # the desk has none
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["state"] = {**scope.get("state", {}), "officer": None, "csrf": "", "first_look": False}
        request = Request(scope)
        answering = _Answering(scope, send)
        try:
            await self.app(scope, receive, answering)
            answer = answer_to(request, HTTPException(answering.status)) if answering.is_bare else None
        except Exception as error:
            if answering.started:
                raise
            answer = answer_to(request, error)
        if answer is not None:
            await answer(scope, receive, answering)


class _Answering:
    """Send an answer with the headers; keep a bare error back, for which a page comes."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self.status = 0
        self.started = self.is_bare = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            # The plain sentences of starlette's own parts (foreign Host, too much body) become our pages.
            plain = Headers(raw=message["headers"]).get("content-type", "").startswith("text/plain")
            self.is_bare = plain and self.status >= 400
            if not self.is_bare:
                self.started = True
                _add_headers(MutableHeaders(scope=message), self._scope, self.status)
        if not self.is_bare:
            await self._send(message)


def _add_headers(headers: MutableHeaders, scope: Scope, status: int) -> None:
    for name, value in _HEADERS.items():
        headers[name] = value
    path: str = scope["path"]
    headers["Content-Security-Policy"] = _ATLAS if path.startswith("/atlas/") and status == 200 else _OURS_ONLY
    if not path.startswith(f"{STATIC}/") or status >= 400:
        headers["Cache-Control"] = "no-store"
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    asked = Headers(scope=scope)
    if status >= 400 and ("content-length" in asked or "transfer-encoding" in asked):
        headers["Connection"] = "close"  # whatever of the body still comes is not waited for


class Pace:
    """Answer 429 to an address that asks more than so many pages a minute over a while; a minute's worth at once may.

    One number per address, of the latest addresses only: the time at which all that it asked is paid for (GCRA).
    """

    def __init__(self, app: ASGIApp, *, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self._seconds_each = 60 / per_minute
        self._now = now
        self._paid_at: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and not scope["path"].startswith(f"{STATIC}/"):
            self._count(_network((scope.get("client") or ("", 0))[0]))
        await self.app(scope, receive, send)

    def _count(self, network: str) -> None:
        now = self._now()
        paid_at = max(self._paid_at.get(network, now), now) + self._seconds_each
        if paid_at - now > 60 + self._seconds_each / 2:  # half a page aside, for sums of 0.1 s are not exact
            raise HTTPException(429, headers={"Retry-After": str(int(self._seconds_each) + 1)})
        self._paid_at[network] = paid_at
        self._paid_at.move_to_end(network)
        if len(self._paid_at) > _MOST_ADDRESSES:
            self._paid_at.popitem(last=False)


def _network(address: str) -> str:
    """Return an address, of IPv6 the network of one household or office."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(known) if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))


class Bodies:
    """Read the body before anything is done with it, within so many seconds; the size is bounded around this."""

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self.app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self._seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return  # nobody waits for an answer, and half a form changes nothing
                    parts.append(message.get("body", b""))
                    more = message.get("more_body", False)
        except TimeoutError:
            raise HTTPException(408) from None
        body = b"".join(parts)
        scope["state"]["body"] = body
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, again, send)


def _handled(request: Request, error: Exception) -> Response:
    return answer_to(request, error)


def answer_to(request: Request, error: Exception) -> Response:
    """Answer to what went wrong: a page that says what to do, and the number under which the trace is in the log."""
    fault = fault_of(error)
    if fault.status == 401 and request.method in SAFE_METHODS:
        return _to_sign_in(request)
    number = ""
    if fault.status >= 500:
        number = secrets.token_hex(4)
        # An answer that a page chose itself, such as "not yet", has no trace worth keeping.
        trace = None if isinstance(error, HTTPException) else error
        _LOG.error(
            "error %s at %s %s: %s", number, request.method, visible(request.url.path), fault.status, exc_info=trace
        )
    typed = request.scope["state"].get("typed", []) if fault.keeps_typed else []
    try:
        page: Response = error_page(request, fault.status, fault.title, fault.text, number=number, typed=typed)
    except Exception:  # noqa: BLE001 - whatever is wrong with a template, an answer comes
        _LOG.exception("the error page itself")
        page = HTMLResponse(f"<!DOCTYPE html><title>Fout</title><p>{escape(fault.text)} {number}</p>", fault.status)
    page.headers.update(getattr(error, "headers", None) or {})
    return page


def _to_sign_in(request: Request) -> Response:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/aanmelden?{urlencode({'terug': here})}", 303)
