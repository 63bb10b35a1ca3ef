"""Who is let in: the session in the cookie, the token in the form, the page that asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from desk_house import small_city
from desk_visitor import HOST, PASSWORD, Visitor

from kortrijk_geo.desk.settings import Settings
from kortrijk_geo.desk.web.app import create_app
from kortrijk_geo.pack.city import City


@pytest.fixture(scope="module")
def town() -> City:
    return small_city()


@pytest.fixture
def desk(tmp_path: Path, town: City) -> Iterator[Any]:
    """A desk with an officer, An."""
    app = create_app(Settings(None, tmp_path / "data"), city=town)
    app.state.accounts.add("An", "officer", PASSWORD, who="root")
    yield app
    app.state.ledger.close()


@pytest.fixture
def visit(desk: Any) -> Callable[..., Visitor]:
    return partial(Visitor, desk)


def is_an(visitor: Visitor) -> bool:
    return "<span><bdi>An</bdi> (" in visitor.get("/aanmelden").text


def test_an_officer_signs_in_and_out(visit: Callable[..., Visitor]) -> None:
    an = visit()
    assert not is_an(an)
    answer = an.sign_in("An")
    assert (answer.status, answer.header("location")) == (303, "/")
    assert is_an(an)
    assert an.post("/afmelden").status == 303
    assert not is_an(an)


def test_sign_out_ends_the_session_at_the_desk_not_only_in_the_browser(visit: Callable[..., Visitor]) -> None:
    an, thief = visit(), visit()
    an.sign_in("An")
    thief.cookies = dict(an.cookies)
    assert is_an(thief)
    an.post("/afmelden")
    assert not is_an(thief)


def test_sign_in_begins_another_session_than_the_browser_came_with(visit: Callable[..., Visitor]) -> None:
    """Session fixation: who planted the cookie knows nothing afterwards."""
    an, attacker = visit(), visit()
    attacker.get("/aanmelden")
    an.cookies = dict(attacker.cookies)
    an.sign_in("An")
    assert is_an(an)
    assert an.cookies != attacker.cookies
    assert not is_an(attacker)
    for planted in ("A" * 43, "kort", "A" * 44, "../../etc", "x\\; Domain=boze.example"):
        an.cookies = {"desk": planted}
        an.get("/aanmelden")
        an.sign_in("An")
        assert an.cookies["desk"] != planted
        assert is_an(an)


def test_signing_in_again_ends_the_session_before(visit: Callable[..., Visitor]) -> None:
    an, thief = visit(), visit()
    an.sign_in("An")
    thief.cookies = dict(an.cookies)
    an.sign_in("An")
    assert not is_an(thief)
    assert is_an(an)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visit: Callable[..., Visitor]) -> None:
    cookie = visit().get("/aanmelden").header("set-cookie")
    assert re.fullmatch(r"desk=[\w-]{43}; HttpOnly; SameSite=Strict; Path=/", cookie)
    assert re.fullmatch(
        r"desk=[\w-]{43}; HttpOnly; SameSite=Strict; Path=/", visit().sign_in("An").header("set-cookie")
    )


@pytest.mark.parametrize("token", ["", "0" * 64, "é", "a" * 10_000])
def test_a_change_without_the_token_of_the_form_is_refused(visit: Callable[..., Visitor], token: str) -> None:
    an = visit()
    an.sign_in("An")
    answer = an.post("/afmelden", token=token)
    assert answer.status == 403
    assert "niet meer geldig" in answer.text
    assert is_an(an)


def test_the_token_of_another_session_does_not_do(visit: Callable[..., Visitor]) -> None:
    an, other = visit(), visit()
    before = an.token()
    an.sign_in("An")
    for token in (before, other.token()):
        assert an.post("/afmelden", token=token).status == 403
    assert is_an(an)


def test_a_token_given_twice_or_in_another_place_does_not_do(visit: Callable[..., Visitor]) -> None:
    an = visit()
    an.sign_in("An")
    token = an.token()
    assert an.post("/afmelden", [("csrf", token)], token=token).status == 403
    assert an.post("/afmelden", [("csrf", token)], token="").status == 403
    assert an.ask("POST", f"/afmelden?csrf={token}", headers={"origin": f"http://{HOST}"}).status == 403
    assert an.ask("POST", "/afmelden", headers={"x-csrf-token": token, "content-type": "text/plain"}).status == 303


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "QUATSCH"])
@pytest.mark.parametrize("target", ["/", "/afmelden", "/bestaat/niet"])
def test_no_method_that_changes_goes_without_the_token(visit: Callable[..., Visitor], method: str, target: str) -> None:
    assert visit().ask(method, target).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://boze.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": f"https://{HOST}"},
        {"origin": "http://127.0.0.1:8766"},
        {"origin": f"http://{HOST}.boze.example"},
        {"origin": f"http://{HOST}, http://boze.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_change_from_a_page_elsewhere_is_refused_though_its_token_is_right(
    visit: Callable[..., Visitor], headers: dict[str, str]
) -> None:
    an = visit()
    an.sign_in("An")
    answer = an.post("/afmelden", headers=headers)
    assert answer.status == 403
    assert "pagina van het loket" in answer.text
    assert is_an(an)


def test_what_was_typed_in_a_form_that_is_too_old_is_shown_but_no_password(visit: Callable[..., Visitor]) -> None:
    answer = visit().post(
        "/dossiers", {"opmerking": "<b>lange uitleg</b>", "wachtwoord": "geheim woord"}, token="0" * 64
    )
    assert "&lt;b&gt;lange uitleg&lt;/b&gt;" in answer.text
    assert "geheim woord" not in answer.text


@pytest.mark.parametrize(
    ("back", "where"),
    [
        ("/dossiers?jaar=2026", "/dossiers?jaar=2026"),
        ("//boze.example/", "/"),
        ("/\\boze.example", "/"),
        ("https://boze.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("/ /x", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_back_to_a_page_of_the_desk_only(visit: Callable[..., Visitor], back: str, where: str) -> None:
    answer = visit().post("/aanmelden", {"naam": "An", "wachtwoord": PASSWORD, "terug": back})
    assert (answer.status, answer.header("location")) == (303, where)


def test_too_many_tries_are_answered_as_a_wrong_password_is(visit: Callable[..., Visitor]) -> None:
    known = [visit(address=f"192.0.2.{number}").sign_in("An", "verkeerd geraden") for number in range(7)]
    unknown = [visit(address=f"192.0.3.{number}").sign_in("Niemand", "verkeerd geraden") for number in range(7)]
    assert {answer.status for answer in known + unknown} == {401}
    alarms = {re.search(r'role="alert"[^>]*>([^<]*)<', answer.text)[1] for answer in known + unknown}
    assert len(alarms) == 1
    assert visit(address="192.0.2.99").sign_in("An").status == 401


def test_an_account_made_while_the_desk_runs_ends_the_first_look(tmp_path: Path, town: City) -> None:
    app = create_app(Settings(None, tmp_path / "data"), city=town)
    visitor = Visitor(app)
    assert "nog geen accounts" in visitor.get("/aanmelden").text
    app.state.accounts.add("An", "officer", PASSWORD, who="root")
    assert 'name="wachtwoord"' in visitor.get("/aanmelden").text
    assert visitor.sign_in("An").status == 303


def test_a_link_from_elsewhere_finds_the_officer_signed_in(desk: Any, tmp_path: Path, town: City) -> None:
    """A browser keeps a SameSite=Strict cookie back when another site's page links; our own page asks once more."""
    app = create_app(Settings(None, tmp_path / "data", hosts=("loket.kortrijk.example",)), city=town)
    visitor = Visitor(app, host="loket.kortrijk.example")
    answer = visitor.ask("GET", '/?a="><b>', headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})
    assert answer.status == 200
    assert 'content="0; url=/?a=&#34;&gt;&lt;b&gt;"' in answer.text
    assert not answer.header("set-cookie")
    public = visitor.ask("GET", "/aanmelden", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})
    assert 'content="0; url=/aanmelden"' in public.text
    again = visitor.ask("GET", "/", headers={"sec-fetch-site": "same-origin"})
    assert (again.status, again.header("location")) == (303, "/aanmelden?terug=%2F")


@pytest.mark.parametrize("target", ["//boze.example/dossiers", "/%09/boze.example/", "///boze.example"])
def test_a_link_from_elsewhere_leads_to_no_other_site(visit: Callable[..., Visitor], target: str) -> None:
    answer = visit().ask("GET", target, headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"})
    assert answer.status == 200
    assert 'content="0; url=/"' in answer.text
    assert "boze" not in answer.text
