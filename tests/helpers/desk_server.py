"""A desk as it runs: the command in a process of its own, on a free port of this machine."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 60.0


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]
    first_page_s: float

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_for_figures(self) -> None:
        end = time.monotonic() + PATIENCE_S
        while json.loads(self.answer("/gezondheid")[1])["cijfers"] != "klaar":
            assert time.monotonic() < end, "the figures do not come"
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_desk(data: Path, pack: Path | None = None) -> Iterator[Server]:
    """Start the desk, of the demo city without a pack, wait for its first page, and stop it at the end."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "kortrijk_geo_cli.main", "desk"]
    begin = time.monotonic()
    process = subprocess.Popen(
        [*command, "--data", str(data), "--port", str(port), *([] if pack is None else ["--pack", str(pack)])],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment,
    )  # fmt: skip
    server = Server(port, process, 0.0)
    try:
        while True:
            try:
                assert server.answer("/")[0] in {200, 303}
                break
            except ConnectionRefusedError:
                assert process.poll() is None, (process.stderr or sys.stdin.buffer).read().decode()
                assert time.monotonic() < begin + PATIENCE_S, "the desk does not answer"
                time.sleep(0.01)
        server.first_page_s = time.monotonic() - begin
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stderr:
            process.stderr.close()
