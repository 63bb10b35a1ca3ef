"""Files come into their folder all or none: killed before every single file operation, refused, linked, mounted."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import killed
import pytest
from killed import NEW, at_every_step, finish, renew, write_page

from kortrijk_geo.errors import DataError, OutputError
from kortrijk_geo.files import file_replacing, finish_interrupted
from kortrijk_geo.scratch import scratch_folder

OLD = {"a": "old a", "gone": "old gone", "index": "old index"}
USERS = {"note.txt": "mine", ".building-plans": "mine too"}


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file() and path.suffix != ".lock"}


def make_old(out: Path) -> None:
    out.mkdir()
    for name, text in (OLD | USERS).items():
        (out / name).write_text(text)


def test_a_folder_is_of_one_run_wherever_that_is_killed(tmp_path: Path) -> None:
    make_old(tmp_path / "old")
    renewed = []
    for out in at_every_step(renew, tmp_path / "steps", tmp_path / "old"):
        finish_interrupted(out)
        state = content(out)
        assert state in (OLD | USERS, NEW | USERS), f"killed at step {out.name}"
        renewed.append(state == NEW | USERS)
        renew(out)
        assert {path.name for path in out.iterdir()} == {*NEW, *USERS}, f"killed at step {out.name}"
    assert renewed == sorted(renewed)  # old up to one step, new from there
    assert renewed.count(False) > 15
    assert renewed.count(True) > 10


def test_finishing_may_be_killed_too(tmp_path: Path) -> None:
    make_old(tmp_path / "old")
    steps = at_every_step(renew, tmp_path / "steps", tmp_path / "old")
    half = next(out for out in steps if (out / ".publishing").is_dir())
    assert content(half) == OLD | USERS
    outs = at_every_step(finish, tmp_path / "finishing", half)
    assert len(outs) > 8
    for out in outs:
        finish_interrupted(out)
        assert content(out) == NEW | USERS, f"killed at step {out.name}"
        renew(out)
        assert {path.name for path in out.iterdir()} == {*NEW, *USERS}, f"killed at step {out.name}"


def test_a_new_folder_is_whole_or_can_be_written_again(tmp_path: Path) -> None:
    for out in at_every_step(renew, tmp_path):
        if out.exists():
            finish_interrupted(out)
            assert content(out) in ({}, NEW)
        renew(out)
        assert {path.name for path in out.iterdir()} == set(NEW)


def test_a_file_that_was_being_written_by_a_dead_run_goes_with_the_next_file(tmp_path: Path) -> None:
    for folder in at_every_step(write_page, tmp_path):
        assert content(folder) in ({}, {"page": "new"})
        write_page(folder)
        assert [path.name for path in folder.iterdir()] == ["page"], f"killed at step {folder.name}"


def test_a_new_folder_that_is_not_filled_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        killed.write_files(tmp_path / "out", {"a": 1 / 0}, set())  # type: ignore[dict-item]
    with pytest.raises(OutputError, match=r"out cannot be written: File name too long"):
        killed.write_files(tmp_path / "out", {"a": "x", "b" * 300: "x"}, set())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_a_file_is_named_and_nothing_changes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    make_old(out)
    (out / "index").unlink()
    (out / "index").mkdir()
    with pytest.raises(OutputError, match="out cannot be written: index in it is a folder"):
        renew(out)
    assert content(out) == {name: text for name, text in (OLD | USERS).items() if name != "index"}
    assert {path.name for path in out.iterdir()} == {*OLD, *USERS}


AS_NOBODY = """
import encodings.ascii, os, sys
from pathlib import Path
import killed
out = Path(sys.argv[1])
killed.write_files(out / "all is imported now", {"a": "x"}, set())
os.setgid(65534); os.setuid(65534)
killed.write_files(out, {"a": "new a", "b": "new b", "index": "new index"}, set())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of another user")
def test_files_of_another_user_that_may_not_be_replaced_bring_the_old_ones_back() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is closed to others
        out = Path(folder)
        out.chmod(0o1777)  # as /tmp: everybody writes, nobody replaces what is another's
        for name in ("a", "b", "index"):
            (out / name).write_text(f"old {name}")
        os.chown(out / "a", 65534, 65534)
        os.chown(out, 1, 1)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, out],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path])},
        )
        assert done.returncode == 1
        assert f"{out} cannot be written: Operation not permitted" in done.stderr
        assert content(out) == {name: f"old {name}" for name in ("a", "b", "index")}
        assert {path.name for path in out.iterdir() if path.is_file()} == {"a", "b", "index"}


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_the_umask_is_kept(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        renew(tmp_path / "out")
        with file_replacing(tmp_path / "out" / "alone") as building:
            building.write_text("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o777 & ~umask
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o666 & ~umask}


def test_links_relative_paths_and_here_are_folders_as_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_old(tmp_path / "real")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "nowhere").symlink_to("made")
    renew(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "real") == NEW | USERS
    renew(tmp_path / "nowhere")
    assert content(tmp_path / "made") == NEW
    monkeypatch.chdir(tmp_path / "real")
    for out in ("", ".", "../real/", "below/deeper/"):
        renew(Path(out))
    assert content(tmp_path / "real") == NEW | USERS
    assert content(tmp_path / "real" / "below" / "deeper") == NEW


def test_a_link_to_a_file_is_replaced_and_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / "out" / "a").symlink_to(tmp_path / "elsewhere")
    renew(tmp_path / "out")
    assert content(tmp_path / "out") == NEW
    assert (tmp_path / "elsewhere").read_text() == "mine"


@pytest.mark.parametrize(
    "steps",
    [
        {"scratch": ".building-x", "new": [], "stale": ["../mine"]},
        {"scratch": ".building-x", "new": ["../mine"], "stale": []},
        {"scratch": "../taken", "new": [], "stale": []},
        {"scratch": ".building-x", "new": [".."], "stale": []},
        {"scratch": ".building-x", "new": [5], "stale": []},
        {"scratch": ".building-x", "new": ["a\0"], "stale": []},
        {"scratch": ".building-x"},
        [],
    ],
)
def test_a_journal_that_names_other_places_is_refused(tmp_path: Path, steps: object) -> None:
    (tmp_path / "mine").write_text("mine")
    journal = tmp_path / "received" / ".publishing"
    (journal / "new").mkdir(parents=True)
    (journal / "list.json").write_text(json.dumps(steps))
    with pytest.raises(DataError, match=r"\.publishing is no journal of this program"):
        finish_interrupted(tmp_path / "received")
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "received"}


def test_a_journal_of_links_is_refused(tmp_path: Path) -> None:
    make_old(tmp_path / "mine")
    journal = tmp_path / "received" / ".publishing"
    journal.mkdir(parents=True)
    (journal / "new").symlink_to(tmp_path / "mine")
    (journal / "list.json").write_text(json.dumps({"scratch": ".building-x", "new": list(OLD), "stale": []}))
    with pytest.raises(DataError, match="it holds links"):
        finish_interrupted(tmp_path / "received")
    assert content(tmp_path / "mine") == OLD | USERS


HOLD = """
import sys, time
from pathlib import Path
from kortrijk_geo.scratch import scratch_folder
with scratch_folder(sys.argv[1], Path(sys.argv[2])) as folder:
    (folder / "work.tif").write_text("x")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_what_dead_runs_left_goes_and_what_lives_or_is_not_ours_stays(tmp_path: Path) -> None:
    def start() -> tuple[subprocess.Popen[str], Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, "kortrijk-geo-", tmp_path], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        return process, Path(process.stdout.readline().strip())

    mine = tmp_path / "kortrijk-geo-checkout"
    mine.mkdir()
    (mine / "work.py").write_text("mine")
    (tmp_path / "kortrijk-geo-maps").symlink_to(mine)
    empty = tmp_path / "kortrijk-geo-abcd1234"
    empty.mkdir()
    (dead, left), (alive, kept) = start(), start()
    dead.kill()
    dead.communicate()
    with scratch_folder("kortrijk-geo-", tmp_path) as folder:
        there = {path.name for path in tmp_path.iterdir()}
    assert not left.exists()
    assert there == {kept.name, folder.name, "kortrijk-geo-checkout", "kortrijk-geo-maps"}
    assert (kept / "work.tif").is_file()
    assert (mine / "work.py").read_text() == "mine"
    assert not folder.exists()
    alive.kill()
    alive.communicate()
