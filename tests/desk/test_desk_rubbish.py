"""What nobody would type: in every field of every form, and 10,000 requests of rubbish from a seed."""

from __future__ import annotations

import dataclasses
import random
import string
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from desk_forms import Form, forms_of
from desk_house import open_desk, submit_dossiers
from desk_visitor import HOST, Answer, Visitor, asked, run_apart

from kortrijk_geo.desk.accounts import Account
from kortrijk_geo.desk.ledger import check_chain
from kortrijk_geo.desk.web.access import needs_of_routes

SEED, REQUESTS = 18, 10_000
MARKUP = "<script>alert(18)</script>\"'><img src=x onerror=alert(18)>{{7*7}}${7*7}</textarea><svg/onload=alert(18)>"
RAW = ("<script>alert(", "<img src=x", "<svg/onload", "\"'><", "49$", "{{7*7}}")
VALUES = (
    "", " ", "0", "-1", "9" * 400, "1e999", "-1e308", "NaN", "inf", "0x10", "٣", "½", "1.000,50", "1,5", "2.999999999",
    "2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "31/02/2026", "1/1/1", "0/0/0", "29-2-2025", "morgen",
    "51.1,3.2", "1e308 1e308", "NaN, NaN", "-90 180", "999999999 999999999", "70000 167000", "50.8; 3.2",
    "' OR '1'='1", "'; DROP TABLE entries; --", '" UNION SELECT password FROM accounts --', "1; DELETE FROM accounts",
    "%' AND 1=1 --", "\\", "'", '"', "`", "../../etc/passwd", "..\\..\\desk.sqlite", "/etc/passwd", "file:///etc/passwd",
    "{{ request.app.state }}", "${7*7}", "%s%s%n", "$(id)", "; id", "=1+1", "@SUM(A1)", "+1", "-1+1",
    MARKUP, "é" * 5_000, "\u202eomgekeerd", "\ufeff", "\U0001f476", "a\r\nSet-Cookie: b=c", "\t\n", "\ud7ff", "ﬀ", "İ",
    "x" * 70_000, "ja", "nee", "weet-niet", "group", "family", "2021-10-12", "2026-0001", "2026-9999", f"2026-{9:020}",
)  # fmt: skip
QUERIES = ("zoek", "concept", "adres", "coordinaten", "naast", "west", "south", "east", "north", "jaar", "terug")
ODD_HEADERS = ("cookie", "origin", "accept", "range", "content-type", "x-live", "if-modified-since", "sec-fetch-site")
READING = ("GET",) * 8 + ("HEAD", "OPTIONS", "TRACE")
URLENCODED = "application/x-www-form-urlencoded"
BYTES = ("%00", "%ff%fe", "%c0%ae", "%ed%a0%80", "%", "%zz", "%0d%0a", "+", "&", "=", ";", "%26csrf%3D")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A desk with a manager, who may do the most, that does not count requests."""
    app = open_desk(tmp_path_factory.mktemp("desk"), officers={"An": "manager"})
    submit_dossiers(app)
    yield app
    assert check_chain(app.state.ledger).ok
    assert app.state.accounts.all() == [Account("An", "manager", locked=False)]
    assert app.state.ledger.query("SELECT count(*) FROM entries WHERE kind LIKE 'account%'") == [(1,)]
    app.state.ledger.close()


@pytest.fixture(scope="module")
def an(desk: Any) -> Visitor:
    an = Visitor(desk)
    assert an.sign_in("An").status == 303
    return an


def is_of_session(form: Form) -> bool:
    return form.action in {"/aanmelden", "/afmelden"}


def is_page(answer: Answer) -> bool:
    return answer.header("content-type").startswith("text/html")


def test_markup_in_every_field_comes_out_as_text(an: Visitor) -> None:
    _, forms = forms_of(an)
    assert len(forms) >= 4
    tried = 0
    for form in forms:
        for name in form.fields:
            if name == "csrf" or form.action == "/afmelden":
                continue
            fields = {**form.filled, name: MARKUP}
            answers = [
                an.get(f"{form.action}?{urlencode(fields)}") if form.method == "GET" else an.post(form.action, fields)
            ]
            where = answers[0].header("location")
            if answers[0].status == 303 and where.startswith("/"):
                answers.append(an.get(where))
            for answer in answers:
                assert answer.status < 500, (form.action, name)
                assert not is_page(answer) or not [raw for raw in RAW if raw in answer.text], (form.action, name)
            tried += 1
    assert tried >= 20
    pages, _ = forms_of(an)  # what was kept is shown elsewhere too
    for page in pages:
        answer = an.get(page)
        assert not is_page(answer) or not [raw for raw in RAW if raw in answer.text], page


def test_markup_in_an_address_comes_out_as_text(an: Visitor) -> None:
    for _, path, _ in needs_of_routes(an.app):
        parts = path.replace("{", "\0").replace("}", "\0").split("\0")
        target = "".join(quote(MARKUP, safe="") if number % 2 else part for number, part in enumerate(parts))
        for address in (target, f"{target}?{urlencode({'zoek': MARKUP, 'concept': MARKUP, MARKUP: MARKUP})}"):
            answer = an.get(address)
            assert answer.status < 500, address
            if is_page(answer):
                assert not [raw for raw in RAW if raw in answer.text], address


class Rubbish:
    """Requests that are nearly right: forms of the desk with some fields spoilt, its addresses bent, headers odd."""

    def __init__(self, an: Visitor) -> None:
        self.chance = random.Random(SEED)
        pages, forms = forms_of(an)
        self.targets = sorted(pages | {path for _, path, _ in needs_of_routes(an.app)})
        self.forms = [form for form in forms if not is_of_session(form)]
        self.cookie = "; ".join(f"{name}={value}" for name, value in an.cookies.items())
        self.token = an.token()

    def value(self) -> str:
        if self.chance.random() < 0.8:
            return self.chance.choice(VALUES)
        return "".join(self.chance.choices(string.printable[:95] + "éß\u00a0\u2028漢", k=self.chance.randrange(40)))

    def bent(self, target: str) -> str:
        chance = self.chance
        parts = target.replace("{", "\0").replace("}", "\0").split("\0")
        path = "".join(
            quote(self.value()[:200], safe=chance.choice(("", "/"))) if number % 2 else part
            for number, part in enumerate(parts)
        )
        while chance.random() < 0.2:
            at = chance.randrange(len(path) + 1)
            path = path[:at] + chance.choice((*BYTES, "/", "..", "//", "é", ".", "?")) + path[at:]
        if chance.random() < 0.3:
            path += "?" + "&".join(
                f"{chance.choice(QUERIES)}={quote(self.value()[:500])}{chance.choice(('', '', *BYTES))}"
                for _ in range(chance.randrange(5))
            )
        return "/" + path.lstrip("/").encode("ascii", "ignore").decode()

    def spoilt(self, form: Form) -> list[tuple[str, str]]:
        chance = self.chance
        chosen = {name: chance.choice(one.values) if one.values else "" for name, one in form.fields.items()}
        chosen.pop("csrf", None)
        for name in chance.sample(sorted(chosen), min(len(chosen), chance.randrange(5))):
            chosen[name] = self.value()
        pairs = list(chosen.items())
        if pairs and chance.random() < 0.2:
            pairs += chance.choices(pairs, k=chance.randrange(1, 4))
        if chance.random() < 0.1:
            pairs.append((self.value()[:100], self.value()))
        return pairs

    def request(self) -> tuple[str, str, dict[str, str], bytes]:
        chance = self.chance
        headers = {"origin": f"http://{HOST}", "cookie": self.cookie}
        if chance.random() < 0.05:
            headers[chance.choice(ODD_HEADERS)] = self.value()[:300].encode("latin-1", "replace").decode("latin-1")
        form = chance.choice(self.forms)
        if chance.random() < 0.5:
            return chance.choice(READING), self.bent(chance.choice(self.targets)), headers, b""
        pairs = self.spoilt(form)
        if form.method == "GET":
            return "GET", f"{form.action}?{urlencode(pairs)}", headers, b""
        headers.setdefault("x-csrf-token", self.token)
        content_type, body = self.as_parts(pairs) if chance.random() < 0.1 else (URLENCODED, urlencode(pairs).encode())
        headers.setdefault("content-type", content_type)
        if chance.random() < 0.1:
            at = chance.randrange(len(body) + 1)
            odd = chance.choice((*BYTES, "\x00", "\xff")).encode("latin-1")
            body = body[:at] + odd + body[at + chance.randrange(20) :]
        target = form.action if chance.random() < 0.9 else self.bent(form.action)
        return chance.choice(("POST",) * 19 + ("PUT",)), target, headers, body

    def as_parts(self, pairs: list[tuple[str, str]]) -> tuple[str, bytes]:
        """A form with a file in it, more or less."""
        chance = self.chance
        boundary = chance.choice(("grens", "grens", "", "x" * 300))
        parts = []
        for name, value in pairs:
            file = chance.choice(("", "", f'; filename="{value[:20]}"'))
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n')
        content_type = f"multipart/form-data; boundary={boundary}; charset={chance.choice(('utf-8', 'utf-7', '?'))}"
        return content_type, ("".join(parts) + f"--{boundary}--\r\n").encode()


def test_ten_thousand_requests_of_rubbish_break_nothing(
    desk: Any, an: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    rubbish = Rubbish(an)
    answered: Counter[int] = Counter()
    broken: list[Any] = []

    async def all_of_them() -> None:
        for _ in range(REQUESTS):
            method, target, headers, body = rubbish.request()
            answer = await asked(desk, method, target, headers=headers, body=body)
            answered[answer.status] += 1
            if answer.status >= 500 or not answer.header("content-security-policy"):
                broken.append((answer.status, method, target[:300], headers.get("content-type"), body[:600]))

    begin, cpu_begin = time.monotonic(), time.process_time()
    run_apart(all_of_them())
    seconds, cpu_seconds = time.monotonic() - begin, time.process_time() - cpu_begin
    with capsys.disabled():
        print(f"\n{REQUESTS} in {seconds:.1f} s ({cpu_seconds:.1f} s CPU): {dict(sorted(answered.items()))}")  # noqa: T201
    assert not broken, broken[:5]
    assert answered[200] + answered[303] > REQUESTS // 5  # rubbish that reaches the pages, not only the door
    assert an.get("/").status == 200
    assert dataclasses.asdict(check_chain(desk.state.ledger))["faults"] == ()
