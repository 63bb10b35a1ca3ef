"""The running desk, killed while officers type: whatever it answered was kept, and it starts again by itself."""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from planner import EXECUTABLE
from small_town import write_town

from kortrijk_geo.desk.accounts import Accounts
from kortrijk_geo.desk.ledger import Ledger, check_chain

PASSWORD = "een goed bewaard geheim"
TOKEN = re.compile(r'<meta name="csrf" content="([^"]*)">')
OFFICERS = ("An", "Bo", "Cem", "Dirk")
STARTS_WITHIN_S = 30


class Browser:
    """Cookies and the token of forms, over a real connection."""

    def __init__(self, port: int) -> None:
        self._server = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._port, self._cookies = port, SimpleCookie()

    def close(self) -> None:
        self._server.close()

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{name}={one.value}" for name, one in self._cookies.items())}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self._port}"}
        self._server.request(method, path, body, headers)
        answer = self._server.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self._cookies.load(cookie)
        return answer.status, answer.headers.get("Location", ""), answer.read().decode()

    def post(self, path: str, **fields: str) -> str:
        """Send a form, and return where the desk sends the browser then."""
        token = TOKEN.search(self.ask("GET", "/aanmelden")[2])
        assert token is not None
        status, location, _ = self.ask("POST", path, urlencode({"csrf": token[1], **fields}))
        assert status == 303, status
        return location


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("town")).folder


@contextmanager
def running(pack: Path, data: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start the command, wait until it answers, and kill it at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [EXECUTABLE, "desk", "--pack", pack, "--data", data, "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                with closing(Browser(port)) as browser:
                    browser.ask("GET", "/gezondheid")
                break
            except ConnectionError:
                assert process.poll() is None, "the desk ended by itself"
                assert time.monotonic() < until, "the desk does not answer"
                time.sleep(0.05)
        yield process, port
    finally:
        process.kill()
        process.wait()


def type_until_it_is_gone(port: int, name: str, acknowledged: dict[str, str]) -> None:
    """Save drafts until nobody answers; the text of each that was acknowledged goes in the table by its name."""
    with closing(Browser(port)) as browser, suppress(OSError, http.client.HTTPException):
        browser.post("/aanmelden", naam=name, wachtwoord=PASSWORD)
        while True:
            text = f"{name} typt {len(acknowledged)}"
            location = browser.post("/dossiers/nieuw", remark=text)
            acknowledged[location.partition("concept=")[2]] = text


def test_a_desk_that_is_killed_loses_no_draft_it_acknowledged(town: Path, tmp_path: Path) -> None:
    data = tmp_path / "desk"
    with Ledger(data) as ledger:
        for name in OFFICERS:
            Accounts(ledger).add(name, "officer", PASSWORD, who="root")
    dice = random.Random(7)
    kept: dict[str, dict[str, str]] = {name: {} for name in OFFICERS}
    for _ in range(2):
        with ThreadPoolExecutor(len(OFFICERS)) as officers, running(town, data) as (process, port):
            goal = sum(map(len, kept.values())) + dice.randrange(20, 60)
            typing = [officers.submit(type_until_it_is_gone, port, name, kept[name]) for name in OFFICERS]
            while sum(map(len, kept.values())) < goal:
                assert not any(one.done() for one in typing), [one.exception() for one in typing if one.done()]
                time.sleep(0.01)
            os.kill(process.pid, signal.SIGKILL)
            for one in typing:
                one.result(timeout=30)
        with Ledger(data) as ledger:
            assert check_chain(ledger).ok
            for name, drafts in kept.items():
                there = {draft.draft: draft.fields.get("remark") for draft in ledger.drafts(name)}
                assert drafts.items() <= there.items()
                assert len(there) <= len(drafts) + 3  # kept, and killed before the answer
