"""The desk as it runs: the command, real sockets, and the files that run it unprivileged."""

from __future__ import annotations

import configparser
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from desk_server import Server, running_desk
from small_town import write_town

from kortrijk_geo_cli.desk import app

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("running")
    write_town(folder / "town")
    with running_desk(folder / "desk", folder / "town" / "pack") as server:
        server.wait_for_figures()
        yield server


def talk(server: Server, *pieces: bytes, most: int = 100_000) -> bytes:
    """Send pieces until the desk hangs up, and return what it said."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        said = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it hung up: what it said before is still to be read
        try:
            while (part := connection.recv(65_536)) and len(said) < most:
                said += part
        except ConnectionResetError:
            pass
        return said


HEAD = b"Host: 127.0.0.1:8765\r\n"


def test_the_desk_says_not_what_it_is_made_of(server: Server) -> None:
    said = talk(server, b"GET /gezondheid HTTP/1.1\r\n" + HEAD + b"Connection: close\r\n\r\n").lower()
    assert said.startswith(b"http/1.1 200")
    assert b"server:" not in said
    assert b"uvicorn" not in said


def test_a_body_without_end_is_hung_up_on(server: Server) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    begin = time.monotonic()
    said = talk(
        server, b"POST /aanmelden HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 1_000
    )
    assert said.startswith(b"HTTP/1.1 413")
    assert b"connection: close" in said.lower()
    assert time.monotonic() - begin < 20


def test_a_told_length_that_is_too_much_is_refused_before_it_comes(server: Server) -> None:
    said = talk(server, b"POST /aanmelden HTTP/1.1\r\n" + HEAD + b"Content-Length: 999999999999\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HEAD + b"Host: boze.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HEAD + b"X: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HEAD + b"X-Long: " + b"x" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\n"
        + HEAD
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"GET http://boze.example/ HTTP/1.1\r\nHost: boze.example\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 1_000,
    ],
)
def test_what_is_no_proper_request_is_refused(server: Server, request_bytes: bytes) -> None:
    said = talk(server, request_bytes.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1), b"\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 4"), said[:200]
    assert b"Traceback" not in said


def test_the_first_page_does_not_wait_for_what_only_figures_and_maps_need() -> None:
    script = "import sys, uvicorn, kortrijk_geo.desk.web.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "kortrijk_geo.desk.web.routes.map_data" in loaded
    assert not {"pandas", "geopandas", "numba", "pyogrio", "rasterio", "openpyxl"} & set(loaded)


def options_of_the_command() -> set[str]:
    command = typer.main.get_command(app)
    return {name for parameter in command.params for name in parameter.opts}


def test_the_service_has_no_rights_and_starts_with_options_that_exist() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    text = (ROOT / "docs/desk/kortrijk-desk.service").read_text(encoding="utf-8")
    unit.read_string(text.replace("\\\n", " "))
    service = unit["Service"]
    assert service["NoNewPrivileges"] == service["DynamicUser"] == service["PrivateTmp"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == "kortrijk-desk"
    assert service["CapabilityBoundingSet"] == ""
    words = shlex.split(service["ExecStart"])
    assert {word for word in words if word.startswith("--")} <= options_of_the_command()
    assert words[words.index("--host") + 1] == "127.0.0.1"


def test_the_container_runs_unprivileged_with_options_that_exist() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last_stage = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER desk$", last_stage, re.MULTILINE)
    assert not re.search(r"^(USER root|ADD )", text, re.MULTILINE)
    entry = re.search(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)
    assert entry
    used = set(re.findall(r'"(--[a-z-]+)"', entry[1])) | set(
        re.findall(r"(--(?:pack|host|allow-host|trust-proxy))\b", text)
    )
    assert used
    assert used <= options_of_the_command()
