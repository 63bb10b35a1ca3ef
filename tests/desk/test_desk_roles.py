"""Who may use which route: a table of all routes and all who may come, held against the desk itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_house import open_desk
from desk_visitor import Answer, Visitor
from fastapi import FastAPI

from kortrijk_geo.desk.accounts import Accounts, Role
from kortrijk_geo.desk.ledger import Ledger
from kortrijk_geo.desk.settings import Settings
from kortrijk_geo.desk.web.access import needs_of_routes
from kortrijk_geo.desk.web.security import protect

# Who may use a route of each kind. A first look: this machine, no accounts. A passer-by: not signed in, but on this
# machine. An outsider: not signed in, elsewhere.
WHO_MAY = {
    "open": {"first look", "passer-by", "outsider", "reader", "officer", "manager"},
    "public": {"first look", "passer-by", "reader", "officer", "manager"},
    "reading": {"first look", "reader", "officer", "manager"},
    "drafting": {"first look", "officer", "manager"},
    "working": {"officer", "manager"},
    "managing": {"manager"},
}
EVERYBODY = sorted(WHO_MAY["open"])
ROUTES = {
    "GET /": "public",
    "GET /aanmelden": "open",
    "POST /aanmelden": "open",
    "POST /afmelden": "open",
    "GET /gezondheid": "open",
    "GET /wat-als": "reading",
    "POST /wat-als": "reading",
    "GET /regels": "reading",
    "GET /regels/{book_id}": "reading",
    "GET /regels/voorstellen/{number}": "reading",
    "POST /regels/voorstellen": "working",
    "POST /regels/voorstellen/{number}": "managing",
    "GET /kaart/wijken.json": "public",
    "GET /kaart/straten.json": "public",
    "GET /overzicht": "reading",
    "GET /overzicht/overzicht.xlsx": "reading",
    "GET /overzicht/dossiers.csv": "reading",
    "GET /atlas/": "reading",
    "GET /atlas/{name}": "reading",
    "GET /dossiers/nieuw": "drafting",
    "POST /dossiers/nieuw": "drafting",
    "GET /concepten/{name}/advies": "drafting",
    "GET /concepten/{name}/blad": "drafting",
    "POST /concepten/{name}/weg": "drafting",
    "GET /dossiers": "reading",
    "POST /dossiers": "working",
    "GET /dossiers/{number}": "reading",
    "GET /dossiers/{number}/blad": "reading",
    "GET /dossiers/{number}/brief": "reading",
    "GET /dossiers/{number}/controle": "reading",
    "POST /dossiers/{number}/advies": "working",
    "POST /dossiers/{number}/beslissing": "working",
    "POST /dossiers/{number}/betaling": "working",
    "POST /dossiers/{number}/intrekking": "working",
    "GET /dossiers/{number}/verbeteren": "working",
    "POST /dossiers/{number}/verbeteren": "working",
    "POST /dossiers/{number}/bevestiging": "managing",
    "POST /dossiers/{number}/vergeten": "managing",
    "GET /hulp": "open",
    "GET /privacy": "open",
    "GET /static/leaflet.js": "open",
    "GET /static/leaflet.css": "open",
    "GET /static/sheet.css": "open",
    "GET /static/letter.css": "open",
    "* /static": "open",
}


@pytest.fixture(scope="module")
def visitors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Visitor]]:
    """Everybody who may come, each at a desk of the same routes."""
    staffed = tmp_path_factory.mktemp("staffed")
    officers: dict[str, Role] = {f"De {role}": role for role in ("reader", "officer", "manager")}
    first_look = open_desk(tmp_path_factory.mktemp("empty"))
    here = open_desk(staffed, officers=officers)
    elsewhere = open_desk(staffed, hosts=("loket.example",))
    made = {
        "first look": Visitor(first_look),
        "passer-by": Visitor(here),
        "outsider": Visitor(elsewhere, host="loket.example"),
    }
    for role in ("reader", "officer", "manager"):
        made[role] = Visitor(elsewhere, host="loket.example")
        assert made[role].sign_in(f"De {role}").status == 303
    yield made
    for app in (first_look, here, elsewhere):
        app.state.ledger.close()


def routes_of(app: FastAPI) -> list[str]:
    return [f"{method} {path}" for method, path, _ in needs_of_routes(app)]


def test_every_route_has_a_row_and_every_row_a_route(visitors: dict[str, Visitor]) -> None:
    assert sorted(routes_of(visitors["officer"].app)) == sorted(ROUTES)


def is_let_in(answer: Answer) -> bool:
    """Whether it is an answer of the page itself, be it that the dossier does not exist."""
    to_sign_in = answer.status == 303 and answer.header("location").startswith("/aanmelden?")
    return not to_sign_in and answer.status not in {401, 403}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("route", [route for route in ROUTES if not route.startswith("*")])
def test_who_may_use_a_route(visitors: dict[str, Visitor], route: str, who: str) -> None:
    method, path = route.split()
    target = path.replace("{number}", "2026-9999").replace("{", "").replace("}", "")
    visitor = visitors[who]
    if route in {"POST /aanmelden", "POST /afmelden"}:  # these end a session: as somebody who has none
        visitor = Visitor(visitor.app, host=visitor.host)
        answer = visitor.post(target)
        assert answer.status == (401 if target == "/aanmelden" else 303)
        return
    answer = visitor.get(target) if method == "GET" else visitor.post(target)
    assert is_let_in(answer) == (who in WHO_MAY[ROUTES[route]]), answer.status
    assert answer.status < 500


def test_a_role_that_is_taken_away_is_gone_at_the_next_click(tmp_path: Path) -> None:
    app = open_desk(tmp_path / "desk", officers={"An": "manager"})
    an = Visitor(app)
    an.sign_in("An")
    assert "<bdi>An</bdi>" in an.get("/aanmelden").text
    with Ledger(tmp_path / "desk") as other_program:
        Accounts(other_program).set_role("An", "reader", who="root")
    assert "<bdi>An</bdi>" not in an.get("/aanmelden").text
    app.state.ledger.close()


def test_a_form_cannot_name_its_own_role_or_officer(visitors: dict[str, Visitor]) -> None:
    for route in ROUTES:
        method, path = route.split()
        if method == "POST" and "reader" not in WHO_MAY[ROUTES[route]]:
            fields = {"role": "manager", "rol": "manager", "who": "De manager", "officer": "De manager"}
            assert visitors["reader"].post(path.replace("{number}", "2026-9999"), fields).status == 403


def test_a_route_without_a_need_keeps_the_desk_from_starting(tmp_path: Path) -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/vergeten")
    def forgotten() -> str:
        return "open"

    with Ledger(tmp_path) as ledger, pytest.raises(RuntimeError, match="/vergeten"):
        protect(app, Settings(None, tmp_path), Accounts(ledger))


def test_a_mounted_folder_without_a_need_keeps_the_desk_from_starting(tmp_path: Path) -> None:
    from starlette.staticfiles import StaticFiles

    app: Any = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/atlas", StaticFiles(directory=tmp_path))
    with Ledger(tmp_path / "desk") as ledger, pytest.raises(RuntimeError, match="/atlas"):
        protect(app, Settings(None, tmp_path), Accounts(ledger))


def test_pages_that_describe_the_program_are_not_there(visitors: dict[str, Visitor]) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert visitors["manager"].get(path).status == 404
