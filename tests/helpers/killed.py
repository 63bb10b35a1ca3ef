"""Runs that are killed: after a number of file operations, or after some seconds."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from planner import EXECUTABLE

from kortrijk_geo.files import file_replacing, finish_interrupted, folder_updated

_STEPS = {"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate"}
NEW = {"a": "new a", "c": "new c", "index": "new index"}
STALE = {"gone"}


def at_every_step(work: Callable[[Path], None], folder: Path, template: Path | None = None) -> list[Path]:
    """Do one of the works below in a folder for each of its file operations, killed just before that one.

    Each folder is a copy of ``template`` and has the number of the operation as its name; in the last the work ended.
    """
    code = f"import killed, sys; killed._fork_at_every_step(killed.{work.__name__}, *sys.argv[1:])"
    helpers = str(Path(__file__).parent)
    subprocess.run(
        [sys.executable, "-c", code, folder, *([template] if template else [])],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([helpers, os.environ.get("PYTHONPATH", "")])},
        check=True,
    )
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


def command_killed(seconds: float, *arguments: object, temporary: Path) -> bool:
    """Run ``kortrijk-geo`` and kill it after so many seconds; whether it had ended before."""
    process = subprocess.Popen(
        [EXECUTABLE, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return False
    assert process.returncode == 0, said.decode()
    return True
