"""Hundreds of connections that ask nothing, or never finish asking, are closed: the desk answers others again."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.client import HTTPResponse

import pytest
from desk_server import Server, running_desk
from small_town import write_town

from kortrijk_geo.desk.web.connections import HEADER_SECONDS

WHOLE = b"GET /gezondheid HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HALF = b"GET /gezondheid HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("connections")
    write_town(folder / "town")
    with running_desk(folder / "desk", folder / "town" / "pack") as server:
        server.wait_for_figures()
        yield server


@pytest.mark.parametrize("said", [(b"",), (HALF,), (WHOLE, HALF)])
def test_connections_that_do_not_finish_asking_keep_nobody_out(server: Server, said: tuple[bytes, ...]) -> None:
    with ExitStack() as stack:
        for _ in range(210):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            with suppress(BrokenPipeError, ConnectionResetError):  # the last ones are sent away
                for part in said:
                    one.sendall(part)
                    if part == WHOLE:
                        one.recv(65_536)
        assert server.answer("/gezondheid")[0] == 503
        wait_until_open(server, HEADER_SECONDS + 5)


def wait_until_open(server: Server, seconds: float) -> None:
    end = time.monotonic() + seconds
    while server.answer("/gezondheid")[0] == 503:
        assert time.monotonic() < end, "the desk stays shut"
        time.sleep(0.5)


def test_who_asks_in_time_and_again_is_answered(server: Server) -> None:
    wait_until_open(server, HEADER_SECONDS)  # of the connections of another test some may still be closing
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        for _ in range(3):
            connection.sendall(WHOLE[:20])
            time.sleep(1)
            connection.sendall(WHOLE[20:])
            answer = HTTPResponse(connection)  # head and body may come in two parts
            answer.begin()
            assert (answer.status, answer.read()[:1]) == (200, b"{")
