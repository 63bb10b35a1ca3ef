"""Runs that are killed: after a number of file operations, or after some seconds."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any, Self

from kortrijk_geo.files import file_replacing, finish_interrupted, folder_updated

_STEPS = {"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"}
NEW = {"a": "new a", "c": "new c", "index": "new index"}
STALE = {"gone"}


def at_every_step(work: Callable[[Path], None], folder: Path, template: Path | None = None) -> list[Path]:
    """Do one of the works below in a folder for each of its file operations, killed just before that one.

    Each folder is a copy of ``template`` and has the number of the operation as its name; in the last the work ended.
    """
    code = f"killed._fork_at_every_step(killed.{work.__name__}, *sys.argv[1:])"
    assert _python(code, folder, *([template] if template else [])).wait() == 0
    return sorted(folder.iterdir(), key=lambda path: int(path.name))


def renew(out: Path) -> None:
    """Publish new texts in a folder, of which one file is stale."""
    write_files(out, NEW, STALE)


def finish(out: Path) -> None:
    """Carry out what a killed run had yet to do."""
    finish_interrupted(out)


def write_page(folder: Path) -> None:
    """Write one file."""
    folder.mkdir(exist_ok=True)
    with file_replacing(folder / "page") as building:
        building.write_text("new")


def write_files(out: Path, files: dict[str, str], stale: set[str]) -> None:
    """Publish texts in a folder."""
    with folder_updated(out, [], last=("index",), stale=lambda _: stale, waiting=print) as new:
        for name, text in files.items():
            (new / name).write_text(text)


def _fork_at_every_step(work: Callable[[Path], None], folder: str, template: str = "") -> None:
    first = Path(folder) / "0"
    first.mkdir(parents=True)
    work(first)  # all is imported now
    shutil.rmtree(first)
    for step in count(1):
        out = Path(folder) / str(step)
        if template:
            shutil.copytree(template, out, symlinks=True)
        child = os.fork()
        if child == 0:
            sys.addaudithook(_killer(step))
            work(out)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            return
        assert code == -signal.SIGKILL, code


def _killer(step: int) -> Callable[[str, Any], None]:
    done = 0

    def on_event(event: str, _: Any) -> None:
        nonlocal done
        done += event in _STEPS
        if event in _STEPS and done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return on_event


class Commands:
    """Commands of ``kortrijk-geo``, each in a process of its own: a fork of one that imported all and ran the first.

    ``first`` keeps its temporary files where this machine does.
    """

    def __init__(self, *first: object) -> None:
        self._forks = _python("killed._fork_for_each()", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._ask(first, None, None) == 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forks.communicate(timeout=60)

    def run(self, *words: object, temporary: Path) -> None:
        """Run a command to its end, with a folder for its temporary files."""
        assert self._ask(words, temporary, 600) == 0

    def kill(self, seconds: float, *words: object, temporary: Path) -> None:
        """Run a command and kill it after so many seconds, unless it ends before, and well."""
        assert self._ask(words, temporary, seconds) in (0, -signal.SIGKILL)

    def _ask(self, words: Iterable[object], temporary: Path | None, seconds: float | None) -> int:
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        folder = None if temporary is None else str(temporary)
        self._forks.stdin.write(json.dumps([list(map(str, words)), folder, seconds]) + "\n")
        self._forks.stdin.flush()
        return int(self._forks.stdout.readline())


def _fork_for_each() -> None:
    from kortrijk_geo_cli import main

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the commands print is none
    for line in sys.stdin:
        words, temporary, seconds = json.loads(line)
        sys.argv = ["kortrijk-geo", *words]
        if seconds is None:
            code = _exit_code(main.run)
        else:
            open_as_long, as_it_runs = os.pipe()
            child = os.fork()
            if child == 0:
                tempfile.tempdir = os.environ["TMPDIR"] = temporary
                sys.exit(_exit_code(main.run))
            os.close(as_it_runs)
            if not select.select([open_as_long], [], [], seconds)[0]:
                os.kill(child, signal.SIGKILL)
            os.close(open_as_long)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, file=answers, flush=True)


def _exit_code(run: Callable[[], None]) -> int:
    try:
        run()
    except SystemExit as done:
        return int(done.code or 0)
    return 0


def _python(code: str, *arguments: object, **options: Any) -> subprocess.Popen[str]:
    """Start a Python that knows this module."""
    helpers = str(Path(__file__).parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([helpers, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-c", f"import killed, sys; {code}", *map(str, arguments)]
    return subprocess.Popen(command, env=environment, **options)
