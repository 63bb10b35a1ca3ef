"""The command line as a planner uses it: its exit code and all that reaches its output, also from libraries in C."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from unittest import mock

from kortrijk_geo_cli import main

EXECUTABLE = Path(sys.executable).parent / "kortrijk-geo"
PLAIN = {"COLUMNS": "200", "NO_COLOR": "1"}


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``kortrijk-geo`` with these arguments to its end, in this process: what is imported is not imported again."""
    words = ["kortrijk-geo", *map(str, arguments)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with (
            mock.patch.object(sys, "argv", words),
            mock.patch.dict(os.environ, PLAIN),
            contextlib.chdir(cwd or Path.cwd()),
            _instead(1, "stdout", out),
            _instead(2, "stderr", err),
        ):
            code = _exit_code()
        return subprocess.CompletedProcess(words, code, *map(_content, (out, err)))


def run_process(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the installed ``kortrijk-geo`` with these arguments to its end, in a process of its own."""
    return subprocess.run(
        [EXECUTABLE, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **PLAIN},
    )


def _exit_code() -> int:
    """Run the command line and return what its process would exit with."""
    try:
        main.run()
    except SystemExit as done:
        if done.code is None or isinstance(done.code, int):
            return done.code or 0
        sys.stderr.write(f"{done.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - as the interpreter does with what nobody catches
        traceback.print_exc()
        return 1
    return 0


@contextlib.contextmanager
def _instead(number: int, name: str, file: IO[bytes]) -> Iterator[None]:
    """Let a file take a stream's place, for Python and for everything else in the process."""
    before: Any = getattr(sys, name)
    before.flush()
    kept = os.dup(number)
    os.dup2(file.fileno(), number)
    try:
        with open(number, "w", encoding="utf-8", closefd=False) as stream, mock.patch.object(sys, name, stream):
            yield
    finally:
        os.dup2(kept, number)
        os.close(kept)


def _content(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
