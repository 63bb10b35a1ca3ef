"""What stands around every page: names, addresses, bounds, headers, errors without a trace."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import open_desk, small_city, submit_dossiers
from desk_visitor import HOST, PASSWORD, Answer, Visitor, asked, run_apart
from fastapi import Depends
from starlette.responses import HTMLResponse

from kortrijk_geo.desk.settings import Settings
from kortrijk_geo.desk.web.access import needs, needs_of_routes
from kortrijk_geo.desk.web.app import create_app
from kortrijk_geo.desk.web.security import Answers, Pace, protect
from kortrijk_geo.errors import OptionError, OutputError
from kortrijk_geo.pack.city import City


@pytest.fixture(scope="module")
def town() -> City:
    return small_city()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A desk without accounts, of which some pages break."""
    app = open_desk(tmp_path_factory.mktemp("desk"))

    @app.get("/kapot/{how}", dependencies=[Depends(needs("visitor"))])
    def broken(how: str) -> HTMLResponse:
        errors: dict[str, Exception] = {
            "bug": ZeroDivisionError("geheim binnenin"),
            "disk": OutputError("/srv/desk/desk.sqlite: de schijf is vol"),
            "sqlite": sqlite3.OperationalError("no such table: geheim"),
            "machine": OSError(28, "No space left on device", "/srv/desk/desk.sqlite"),
            "memory": MemoryError(),
        }
        raise errors[how]

    yield app
    app.state.ledger.close()


@pytest.fixture
def visitor(desk: Any) -> Visitor:
    return Visitor(desk)


@pytest.mark.parametrize(
    "host",
    [
        "boze.example", "127.0.0.1.boze.example", "boze.example:8765", "127.0.0.1@boze.example",
        "localhost.boze.example", "", "[::2]", "[", "127.0.0.1:8765, boze.example", "127.0.0.1 boze.example",
        "2130706433",
    ],
)  # fmt: skip
def test_another_host_is_refused_whatever_it_asks(visitor: Visitor, host: str) -> None:
    for target in ("/", "/static/desk.css", "/bestaat/niet", "/aanmelden"):
        answer = visitor.get(target, host=host)
        assert answer.status == 400
        assert "Traceback" not in answer.text
        assert "<h1>" in answer.text


@pytest.mark.parametrize("host", [HOST, "localhost:8765", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
def test_the_names_of_this_machine_are_answered(visitor: Visitor, host: str) -> None:
    assert visitor.get("/", host=host).status == 200


ANSWERS = {
    "/": 200, "/aanmelden": 200, "/gezondheid": 200, "/static/desk.css": 200, "/static/leaflet.js": 200,
    "/static/": 404, "/static/niets": 404, "/atlas/niets.html": 404, "/bestaat/niet": 404,
    "/kapot/bug": 500, "/kapot/disk": 507,
}  # fmt: skip


@pytest.mark.parametrize("target", ANSWERS)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS"])
def test_every_answer_has_the_headers(visitor: Visitor, target: str, method: str) -> None:
    answer = visitor.ask(method, target)
    assert method != "GET" or answer.status == ANSWERS[target]
    policy = answer.header("content-security-policy")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("x-frame-options") == "DENY"
    assert answer.header("referrer-policy") == "same-origin"
    assert answer.header("cross-origin-opener-policy") == "same-origin"
    assert answer.header("server") == answer.header("x-powered-by") == ""
    kept = answer.header("cache-control")
    assert kept == "no-store" or (target.startswith("/static/") and answer.status == 200)


def test_a_page_of_the_atlas_may_hold_script_and_send_nothing(visitor: Visitor) -> None:
    answer = visitor.get("/atlas/")
    assert answer.status == 200
    assert "<title>Atlas</title>" in answer.text
    policy = dict(part.split(" ", 1) for part in answer.header("content-security-policy").split("; "))
    assert policy["script-src"] == "'unsafe-inline'"
    assert policy["default-src"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert "connect-src" not in policy
    assert answer.header("cache-control") == "no-store"


def test_headers_stand_on_answers_of_the_outer_parts_too(visitor: Visitor) -> None:
    for answer in (visitor.get("/", host="boze.example"), visitor.ask("POST", "/", body=b"x" * 2_000_000)):
        assert answer.header("x-content-type-options") == "nosniff"
        assert "default-src 'none'" in answer.header("content-security-policy")


def test_no_page_of_the_desk_has_script_or_style_inside(visitor: Visitor) -> None:
    for _, path, _ in needs_of_routes(visitor.app):
        if "{" not in path and not path.startswith(("/static", "/atlas")):
            answer = visitor.get(path)
            if "html" in answer.header("content-type"):
                assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", answer.text), path
                scripts = re.findall(r"<script([^>]*)>", answer.text)
                assert all("src=" in script or 'type="application/json"' in script for script in scripts), path


@pytest.mark.parametrize(
    ("how", "status"), [("bug", 500), ("sqlite", 500), ("machine", 500), ("memory", 500), ("disk", 507)]
)
def test_an_error_shows_a_number_and_no_trace_and_the_log_has_both(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, how: str, status: int
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = visitor.get(f"/kapot/{how}")
    assert answer.status == status
    for secret in ("geheim", "Traceback", "Error", "/srv/desk", ".py", "sqlite"):
        assert secret not in answer.text
    number = re.search(r"<strong>([0-9a-f]{8})</strong>", answer.text)[1]
    assert f"error {number} at GET /kapot/{how}" in caplog.text
    assert "Traceback" in caplog.text


def test_a_line_end_in_the_address_makes_no_line_in_the_log(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        visitor.get("/kapot/bug%0Aerror%20deadbeef")
        visitor.get("/%0D%0ASet-Cookie:%20a=b")
    assert not any(line.startswith("error deadbeef") for line in caplog.text.splitlines())


def pieces(count: int, size: int, *, pause: float = 0.0) -> AsyncIterator[bytes]:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(count):
            await asyncio.sleep(pause)
            yield b"x" * size

    return body()


def test_too_much_body_is_refused_with_and_without_a_length(visitor: Visitor) -> None:
    limit = visitor.app.state.settings.rules.limits.body_bytes
    form = {"content-type": "application/x-www-form-urlencoded"}
    told = visitor.ask("POST", "/aanmelden", headers=form, body=b"x" * (limit + 1))
    chunked = visitor.ask("POST", "/aanmelden", headers=form, body=pieces(10_000, limit // 100))
    lying = visitor.ask(
        "POST", "/aanmelden", headers={**form, "content-length": "10"}, body=pieces(10_000, limit // 100)
    )
    reading = visitor.ask("GET", "/", body=pieces(10_000, limit // 100))
    for answer in (told, chunked, lying, reading):
        assert answer.status == 413
        assert "te groot" in answer.text
        assert answer.header("connection") == "close"


def test_a_body_that_comes_too_slowly_ends(tmp_path: Path, town: City) -> None:
    from fastapi import FastAPI

    whole = create_app(Settings(None, tmp_path), city=town)
    impatient = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    impatient.state = whole.state
    protect(impatient, whole.state.settings, whole.state.accounts, body_seconds=0.2)
    visitor = Visitor(impatient)
    answer = visitor.ask("POST", "/", body=pieces(1_000, 1, pause=0.05))
    assert answer.status == 408
    assert answer.header("connection") == "close"


def test_a_visitor_who_hangs_up_halfway_changes_nothing(desk: Any) -> None:
    async def hanging_up() -> list[Any]:
        messages = [
            {"type": "http.request", "body": b"naam=An&wacht", "more_body": True},
            {"type": "http.disconnect"},
        ]
        sent: list[Any] = []

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/aanmelden", "raw_path": b"/aanmelden", "query_string": b"", "root_path": "", "state": {},
            "headers": [(b"host", HOST.encode())], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8765),
        }  # fmt: skip
        await desk(scope, receive, send)
        return sent

    assert run_apart(hanging_up()) == []


def test_who_asks_too_much_waits_and_others_do_not(tmp_path: Path, town: City) -> None:
    app = create_app(Settings(None, tmp_path), city=town)
    limit = app.state.settings.rules.limits.requests_per_minute
    [pace] = [one for one in app.user_middleware if one.cls is Pace]
    pace.kwargs["now"] = lambda: 0.0  # however long this takes, no request is paid for by waiting
    greedy, neighbour = Visitor(app), Visitor(app, address="192.0.2.8")
    answers = [greedy.get("/gezondheid") for _ in range(limit + limit // 10)]
    refused = [answer for answer in answers if answer.status == 429]
    assert len(answers) - len(refused) == limit
    assert refused == answers[limit:]
    assert all(answer.header("retry-after").isdigit() for answer in refused)
    assert neighbour.get("/gezondheid").status == 200
    assert greedy.get("/static/desk.css").status == 200


def test_a_minute_later_a_minutes_worth_may_again() -> None:
    moment = 0.0
    pace = Pace(HTMLResponse(""), per_minute=60, now=lambda: moment)

    def allowed(address: str = "192.0.2.1") -> bool:
        return run_apart(asked(Answers(pace), "GET", "/", address=address)).status == 200

    assert [allowed() for _ in range(62)] == [True] * 60 + [False] * 2
    assert allowed("2001:db8::1")
    moment += 1.0
    assert [allowed() for _ in range(2)] == [True, False]
    moment += 60.0
    assert sum(allowed() for _ in range(62)) == 60
    assert [allowed(f"2001:db8::{number:x}") for number in range(61)].count(True) == 60  # one network


@pytest.mark.parametrize(
    "target",
    [
        "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/%2e%2e%2f%2e%2e%2fdesk.toml",
        "/static//etc/passwd", "/static/%2fetc/passwd", "/static/....//app.py", "/static/..\\app.py", "/static/.",
        "/static/desk.css%00.js", "//etc/passwd", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
        "/atlas/../../desk.sqlite", "/atlas/%2e%2e/desk.sqlite", "/atlas/..%2fdesk.sqlite",
        "/atlas/%2e%2e%2fdesk.sqlite",
        "/atlas//etc/passwd", "/atlas/%2fetc%2fpasswd", "/atlas/..%5cdesk.sqlite", "/atlas/%00", "/atlas/.building-x/",
        "/dossiers/../desk.sqlite", "/dossiers/%2e%2e%2fdesk.sqlite", "/static", "/static/leaflet.js/../../app.py",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_what_is_served(visitor: Visitor, target: str) -> None:
    answer = visitor.get(target)
    assert answer.status in {303, 307, 400, 404}, answer.text
    assert not any(secret in answer.body for secret in (b"SQLite format", b"create_app", b"root:", b"[limits]"))


def test_nothing_lists_a_folder(visitor: Visitor) -> None:
    for target in ("/static", "/static/", "/atlas/bestaat_niet/", "/static/%2e/"):
        assert visitor.get(target).status in {307, 404}
        assert "desk.css</a>" not in visitor.get(target).text


@pytest.mark.parametrize("sign", ["%00", "%01", "%1b", "%7f"])
def test_signs_that_nobody_types_stop_at_the_door(visitor: Visitor, sign: str) -> None:
    for target in (f"/?zoek=a{sign}b", f"/?a{sign}=b", f"/dossiers/{sign}"):
        assert visitor.get(target).status == 400
    form = {"content-type": "application/x-www-form-urlencoded", "x-csrf-token": visitor.token()}
    assert visitor.ask("POST", "/aanmelden", headers=form, body=f"naam=a{sign}b".encode()).status == 400
    assert visitor.ask("POST", "/aanmelden", headers=form, body=f"na{sign}am=ab".encode()).status == 400


def test_a_number_that_no_register_holds_is_an_answer(desk: Any, visitor: Visitor) -> None:
    (number, _) = submit_dossiers(desk)
    for register in (9 * 10**18, 2**63, 10**30, -1, "1e3"):
        answer = visitor.get(f"/dossiers/{number}/controle?code=ABCD&register={register}")
        assert answer.status == (200 if register == 9 * 10**18 else 422)


def test_the_ways_of_a_proxy_are_believed_only_when_it_is_named(tmp_path: Path, town: City) -> None:
    forwarded = {"x-forwarded-for": "198.51.100.9", "x-forwarded-proto": "https", "host": "loket.kortrijk.example"}

    def cookie_of(data: Path, proxies: tuple[str, ...], address: str) -> Answer:
        settings = Settings(None, data, hosts=("loket.kortrijk.example",), proxies=proxies)
        app = create_app(settings, city=town)
        visitor = Visitor(app, address=address)
        answer = visitor.ask("GET", "/aanmelden", headers=forwarded)
        app.state.ledger.close()
        return answer

    create_app(Settings(None, tmp_path), city=town).state.accounts.add("An", "manager", PASSWORD, who="root")
    told = cookie_of(tmp_path, ("127.0.0.1",), "127.0.0.1")
    assert told.header("set-cookie").startswith("__Host-desk=")
    assert "; Secure" in told.header("set-cookie")
    assert told.header("strict-transport-security")
    for answer in (cookie_of(tmp_path, (), "127.0.0.1"), cookie_of(tmp_path, ("127.0.0.1",), "192.0.2.1")):
        assert answer.header("set-cookie").startswith("desk=")
        assert not answer.header("strict-transport-security")


def test_a_forwarded_address_does_not_escape_the_lock_out_without_a_proxy(tmp_path: Path, town: City) -> None:
    app = create_app(Settings(None, tmp_path), city=town)
    app.state.accounts.add("An", "officer", PASSWORD, who="root")
    visitor = Visitor(app)
    for number in range(20):
        address = {"x-forwarded-for": f"198.51.100.{number}", "forwarded": f"for=198.51.100.{number}"}
        fields = {"naam": f"naam {number}", "wachtwoord": "verkeerd geraden"}
        assert visitor.post("/aanmelden", fields, headers=address).status == 401
    assert visitor.sign_in("An").status == 401


@pytest.mark.parametrize(
    "where",
    [
        {"host": "0.0.0.0", "hosts": ("loket.example",)},
        {"host": "192.0.2.1"},
        {"hosts": ("loket.example",)},
        {"proxies": ("127.0.0.1",)},
        {"host": "::"},
    ],
)
def test_a_desk_that_others_reach_does_not_start_without_accounts(
    tmp_path: Path, town: City, where: dict[str, Any]
) -> None:
    with pytest.raises(OptionError, match="kortrijk-geo desk user add NAME"):
        create_app(Settings(None, tmp_path, **where), city=town)


def test_a_desk_on_all_addresses_needs_its_name(tmp_path: Path, town: City) -> None:
    create_app(Settings(None, tmp_path), city=town).state.accounts.add("An", "manager", PASSWORD, who="root")
    with pytest.raises(OptionError, match="--allow-host"):
        create_app(Settings(None, tmp_path, host="0.0.0.0"), city=town)
    app = create_app(Settings(None, tmp_path, host="0.0.0.0", hosts=("loket.example",)), city=town)
    visitor = Visitor(app, host="loket.example")
    assert visitor.get("/aanmelden").status == 200
    assert visitor.get("/aanmelden", host="192.0.2.1").status == 400
    assert visitor.get("/gezondheid", host="127.0.0.1:8765").status == 200  # who watches over it on this machine


def test_a_websocket_is_closed(desk: Any) -> None:
    async def opening() -> list[Any]:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await desk({"type": "websocket", "path": "/", "headers": [], "query_string": b""}, receive, send)
        return sent

    assert run_apart(opening()) == [{"type": "websocket.close", "code": 1000}]


def test_an_error_of_the_error_page_itself_is_still_an_answer(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from kortrijk_geo.desk.web import pages

    def broken(_request: Any) -> Callable[..., Any]:
        raise KeyError("sjabloon")

    monkeypatch.setattr(pages, "common", broken)
    answer = visitor.get("/")
    assert answer.status == 500
    assert re.search(r"[0-9a-f]{8}</p>$", answer.text)
    assert "sjabloon" not in answer.text
    assert "KeyError" in caplog.text
