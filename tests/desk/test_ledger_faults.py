"""The ledger where things go wrong: killed, crowded, on a full or closed disk, in place of another file."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from kortrijk_geo.desk.ledger import BusyError, ConflictError, Ledger, LedgerFileError, backup, check_chain, restore
from kortrijk_geo.desk.ledger import database as database_module
from kortrijk_geo.errors import OutputError

# Where in 1,000 writes the kill falls; KORTRIJK_GEO_BENCHMARKS=1 takes all of them.
LATEST_KILL = 1_000 if os.environ.get("KORTRIJK_GEO_BENCHMARKS") else 150
WRITER = """
import sys
from pathlib import Path
from kortrijk_geo.desk.ledger import Ledger
with Ledger(Path(sys.argv[1])) as ledger:
    for count in range(1000):
        with ledger.writing() as writing:
            dossier = writing.new_dossier(2026, who="An", body={"count": count}).dossier
            person = writing.keep_person(dossier, {"name": f"Jan {count}"})
            text = writing.keep_text(f"figures {count}" * 100)
            entry = writing.append("submitted", who="An", dossier=dossier, body={"person": person, "text": text})
        print(entry.number, entry.hash, flush=True)
"""
CROWD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from kortrijk_geo.desk.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
def write(thread):
    opened = [ledger.new_dossier(2026, who=f"{sys.argv[2]}-{thread}", body={}) for _ in range(12)]
    return [f"{entry.number} {entry.dossier}" for entry in opened]
print("ready", flush=True)
sys.stdin.readline()
with ThreadPoolExecutor(8) as threads:
    for lines in threads.map(write, range(8)):
        print(*lines, sep="\\n")
ledger.close()
"""


def kill_a_writer(seed: int, folder: Path) -> None:
    """Kill one who writes 1,000 times after some of them, and check all that he said was written."""
    dice = random.Random(seed)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().split() for _ in range(dice.randrange(1, LATEST_KILL))]
    threading.Event().wait(dice.uniform(0, 0.02))
    writer.kill()
    acknowledged += [line.split() for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL
    with Ledger(folder) as ledger:
        entries = ledger.entries()
        assert [[str(entry.number), entry.hash] for entry in entries if entry.kind == "submitted"][
            : len(acknowledged)
        ] == acknowledged
        assert len(entries) in {2 * len(acknowledged), 2 * len(acknowledged) + 2}  # on the disk, and not said as yet
        for count, (opened, submitted) in enumerate(zip(entries[::2], entries[1::2], strict=True)):
            assert (opened.kind, submitted.kind, opened.dossier) == ("opened", "submitted", submitted.dossier)
            assert ledger.person(submitted.body["person"]) == {"name": f"Jan {count}"}
            assert ledger.text(submitted.body["text"]) == f"figures {count}" * 100
        for table in ("people", "texts"):
            assert ledger.query(f"SELECT count(*) FROM {table}") == [(len(entries) / 2,)]
        report = check_chain(ledger)
        assert report.ok, report.faults
        assert ledger.append("paid", who="An", dossier="2026-0001", body={}).number == len(entries) + 1


def test_who_is_killed_loses_nothing_acknowledged_and_leaves_nothing_half(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda seed: kill_a_writer(seed, tmp_path / str(seed)), range(20)))


def test_two_processes_of_eight_threads_never_share_a_number(tmp_path: Path) -> None:
    """Both start at once, on a ledger that is not there yet."""
    command = [sys.executable, "-c", CROWD, str(tmp_path / "new")]
    crowd = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("a", "b")
    ]
    for process in crowd:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    written = []
    with ThreadPoolExecutor(2) as readers:
        for output, _ in readers.map(lambda process: process.communicate("go\n"), crowd):
            written += [line.split() for line in output.splitlines()]
    assert [process.returncode for process in crowd] == [0, 0]
    assert sorted(int(number) for number, _ in written) == list(range(1, 193))
    assert len({dossier for _, dossier in written}) == 192
    with Ledger(tmp_path / "new") as ledger:
        assert {str(entry.number): entry.dossier for entry in ledger.entries()} == dict(written)
        assert check_chain(ledger).ok


def test_of_eight_officers_who_decide_at_once_one_does(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        opened = ledger.new_dossier(2026, who="An", body={})
        start = threading.Barrier(8)

        def decide(who: str) -> bool:
            start.wait()
            try:
                ledger.append("decided", who=who, dossier=opened.dossier, body={}, expect_last=opened.number)
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sorted(threads.map(decide, "abcdefgh")) == [False] * 7 + [True]
        assert len(ledger.entries(kind="decided")) == 1


def test_another_program_that_holds_the_file_is_waited_for_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_PATIENCE_S", 0.2)
    with Ledger(tmp_path) as ledger:
        other = sqlite3.connect(ledger.database.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError, match="gebruikt het register"):
            ledger.append("confirmed", who="An", body={})
        assert ledger.entries() == []  # who only reads does not wait
        other.execute("ROLLBACK")
        other.close()
        assert ledger.append("confirmed", who="An", body={}).number == 1


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill(ledger: Ledger) -> None:
    """Write texts until the disk says no."""
    for count in range(10_000):
        ledger.keep_text(f"{count}" * 3_000)


def check_goes_on(ledger: Ledger, folder: Path) -> None:
    assert [entry.number for entry in ledger.entries()] == [1]
    report = check_chain(ledger)
    assert report.ok, report.faults
    assert ledger.append("confirmed", who="An", body={}).number == 2
    ledger.close()
    with Ledger(folder) as again:
        assert check_chain(again).entries == 2


def test_a_file_that_may_not_grow_is_told_and_the_old_state_stays(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.append("confirmed", who="An", body={})
        with files_of_at_most(200_000):
            with pytest.raises(OutputError, match="niets bewaard"):
                fill(ledger)
            with pytest.raises(OutputError, match="niets bewaard"), ledger.writing() as writing:
                writing.append("paid", who="An", body={"remark": "x" * 300_000})
            assert ledger.head().number == 1
        check_goes_on(ledger, tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB; skips where one may not mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not shutil.which("mount") or os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False).returncode:
        pytest.skip("this machine may not mount")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_told_and_the_old_state_stays(small_disk: Path) -> None:
    with Ledger(small_disk) as ledger:
        ledger.append("confirmed", who="An", body={})
        (small_disk / "others").write_bytes(bytes(400_000))
        with pytest.raises(OutputError, match="de schijf is vol; er is niets bewaard"):
            fill(ledger)
        with pytest.raises(OutputError, match="de schijf is vol"):
            Ledger(small_disk / "second")
        assert list((small_disk / "second").iterdir()) == []
        (small_disk / "others").unlink()
        check_goes_on(ledger, small_disk)


def test_forgetting_on_a_full_disk_says_what_is_left_to_do(small_disk: Path) -> None:
    """Deleting needs little room, writing the file anew as much as it is large."""
    with Ledger(small_disk) as ledger:
        dossier = ledger.new_dossier(2026, who="An", body={}).dossier
        ledger.keep_person(dossier, {"name": "Jan Vergeetmij"})
        ledger.keep_text("figures" * 20_000)
        ledger.clean()
        free = shutil.disk_usage(small_disk).free
        (small_disk / "others").write_bytes(bytes(free - 150_000))
        with pytest.raises(OutputError, match=r"zijn verwijderd, maar resten kunnen nog .* de schijf is vol"):
            ledger.forget(dossier, who="An")
        (small_disk / "others").unlink()
        assert ledger.forget(dossier, who="An").number == 2
        assert check_chain(ledger).ok
    assert b"Vergeetmij" not in (small_disk / "desk.sqlite").read_bytes()


def test_a_folder_that_cannot_be_written_is_told(small_disk: Path) -> None:
    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", small_disk], check=True)

    with Ledger(small_disk / "old") as ledger:
        ledger.append("confirmed", who="An", body={})
    remount("ro")
    for folder in ("old", "new"):
        with pytest.raises(
            OutputError, match=f"{folder}.* kan niet worden gelezen of geschreven|{folder} cannot be written"
        ):
            Ledger(small_disk / folder)
    remount("rw")
    with Ledger(small_disk / "old") as ledger:
        assert ledger.head().number == 1


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    with pytest.raises(OutputError, match="data"):
        Ledger(tmp_path / "data")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is leeg; zet een goede back-up terug"),
        (b"notes of the desk, " * 100, "is geen register"),
        (b"SQLite format 3\0" + bytes(2_000), "is (geen register|beschadigd)"),
    ],
    ids=["empty", "text", "torn"],
)
def test_a_file_that_is_no_ledger_is_refused_and_stays(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "desk.sqlite").write_bytes(content)
    with pytest.raises(LedgerFileError, match=words):
        Ledger(tmp_path)
    assert (tmp_path / "desk.sqlite").read_bytes() == content


def test_the_database_of_another_program_is_refused_and_stays(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "desk.sqlite") as other:
        other.execute("CREATE TABLE notes (note TEXT)")
    other.close()
    before = (tmp_path / "desk.sqlite").read_bytes()
    with pytest.raises(LedgerFileError, match="ander programma"):
        Ledger(tmp_path)
    assert (tmp_path / "desk.sqlite").read_bytes() == before


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite").mkdir()
    with pytest.raises(OutputError, match=r"desk\.sqlite kan niet"):
        Ledger(tmp_path)


def test_a_file_that_is_replaced_under_a_running_desk_takes_no_entry(tmp_path: Path) -> None:
    """The open file has no name any more: what is written to it would be gone with the process."""
    with Ledger(tmp_path / "other") as other, Ledger(tmp_path / "desk") as ledger:
        other.append("confirmed", who="An", body={})
        for path in (tmp_path / "desk").iterdir():
            path.unlink()
        with pytest.raises(LedgerFileError, match="start het loket opnieuw"):
            ledger.append("confirmed", who="An", body={})
        backup(tmp_path / "other", tmp_path / "backup.sqlite")
        head = restore(tmp_path / "backup.sqlite", tmp_path / "desk")
        with pytest.raises(LedgerFileError, match="start het loket opnieuw"):
            ledger.entries()
    with Ledger(tmp_path / "desk") as again:
        assert again.head() == head


def test_the_log_of_a_ledger_that_is_gone_is_not_added_to_a_new_one(tmp_path: Path) -> None:
    """SQLite would: it knows a log by its name."""
    ledger = Ledger(tmp_path / "old")
    ledger.append("confirmed", who="An", body={})
    (tmp_path / "new").mkdir()
    shutil.copy(tmp_path / "old" / "desk.sqlite-wal", tmp_path / "new" / "desk.sqlite-wal")
    ledger.close()
    with pytest.raises(OutputError, match="bevat al een register"):
        Ledger(tmp_path / "new")
