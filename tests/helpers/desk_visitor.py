"""Somebody who asks a desk, in process and byte for byte: odd targets, bodies in pieces, headers as they are given."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any, TypeVar
from urllib.parse import unquote, urlencode

T = TypeVar("T")
HOST = "127.0.0.1:8765"
PASSWORD = "een goed bewaard geheim"
_TOKEN = re.compile(r'<meta name="csrf" content="([^"]*)">')
Headers = Mapping[str, str] | Iterable[tuple[str, str]]


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end in a thread of its own: while a browser test is open, this thread has a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name.lower()), "")


async def asked(
    app: Any,
    method: str,
    target: str,
    *,
    headers: Headers = (),
    body: bytes | AsyncIterator[bytes] = b"",
    address: str = "127.0.0.1",
    scheme: str = "http",
) -> Answer:
    """Ask as uvicorn would hand it over: the target as it came, its path unquoted; a body in pieces has no length."""
    path, _, query = target.partition("?")
    pairs = [(key.lower(), value) for key, value in (headers.items() if isinstance(headers, Mapping) else headers)]
    if not any(key == "host" for key, _ in pairs):
        pairs.insert(0, ("host", HOST))
    if isinstance(body, bytes) and body:
        pairs.append(("content-length", str(len(body))))
    elif not isinstance(body, bytes):
        pairs.append(("transfer-encoding", "chunked"))
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": scheme, "path": unquote(path), "raw_path": path.encode("ascii", "replace"),
        "query_string": query.encode("utf-8", "surrogateescape"), "root_path": "",
        "headers": [(key.encode("latin-1"), value.encode("latin-1")) for key, value in pairs],
        "client": (address, 50_000), "server": ("127.0.0.1", 8765), "state": {},
    }  # fmt: skip
    pieces = _pieces(body)
    sent: list[Any] = []
    whole = asyncio.Event()

    async def receive() -> Any:
        piece = await anext(pieces, None)
        if piece is None:
            await whole.wait()
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece[0], "more_body": piece[1]}

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            whole.set()

    await app(scope, receive, send)
    start = sent[0]
    answered = [(key.decode("latin-1").lower(), value.decode("latin-1")) for key, value in start["headers"]]
    return Answer(start["status"], answered, b"".join(message.get("body", b"") for message in sent[1:]))


async def _pieces(body: bytes | AsyncIterator[bytes]) -> AsyncIterator[tuple[bytes, bool]]:
    if isinstance(body, bytes):
        yield body, False
        return
    async for piece in body:
        yield piece, True
    yield b"", False


class Visitor:
    """A browser as far as the desk knows it: cookies, the token of forms, its own Origin."""

    def __init__(self, app: Any, *, address: str = "127.0.0.1", scheme: str = "http", host: str = HOST) -> None:
        self.app = app
        self.address, self.scheme, self.host = address, scheme, host
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, target: str, *, headers: Headers = (), body: Any = b"") -> Answer:
        pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
        pairs = [("host", self.host)] * (not any(key.lower() == "host" for key, _ in pairs)) + pairs
        if self.cookies:
            pairs.append(("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        answer = run_apart(
            asked(self.app, method, target, headers=pairs, body=body, address=self.address, scheme=self.scheme)
        )
        for key, value in answer.headers:
            if key == "set-cookie":
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(value).items()}
        return answer

    def get(self, target: str, **headers: str) -> Answer:
        return self.ask("GET", target, headers={key.replace("_", "-"): value for key, value in headers.items()})

    def token(self) -> str:
        """The token of forms, as it stands in every page."""
        match = _TOKEN.search(self.get("/aanmelden").text)
        assert match, "a page without a token"
        return match[1]

    def post(
        self,
        target: str,
        fields: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a form as a browser does; ``token`` in place of the right one."""
        pairs = [*(fields.items() if isinstance(fields, Mapping) else fields)]
        pairs.insert(0, ("csrf", self.token() if token is None else token))
        ours = {"content-type": "application/x-www-form-urlencoded", "origin": f"{self.scheme}://{self.host}"}
        return self.ask("POST", target, headers=ours | dict(headers or {}), body=urlencode(pairs).encode())

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        return self.post("/aanmelden", {"naam": name, "wachtwoord": password})
