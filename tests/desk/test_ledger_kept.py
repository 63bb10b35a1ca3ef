"""What the ledger outlives (a backup while it runs, a restore, another version) and what it must forget."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from kortrijk_geo.desk.ledger import (
    BusyError,
    ConflictError,
    Ledger,
    LedgerFileError,
    UnknownDossierError,
    backup,
    check_chain,
    migrating,
    restore,
)
from kortrijk_geo.errors import MissingFileError, OutputError

# A ledger of version 1 as it was written then; it is never changed.
VERSION_1 = (Path(__file__).parent / "version_1.sql").read_text(encoding="utf-8")


def content_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def fill(ledger: Ledger, dossiers: int = 3) -> list[str]:
    numbers = []
    for count in range(dossiers):
        with ledger.writing() as writing:
            dossier = writing.new_dossier(2026, who="An", body={}).dossier
            person = writing.keep_person(dossier, {"name": f"Jan Vergeetmij-{count:03}-" * (1 + count % 5 * 60)})
            writing.append("submitted", who="An", dossier=dossier, body={"person": person})
            writing.save_draft("An", {"name": f"Jan Vergeetmij-{count:03}-" * (1 + count % 7 * 40)}, dossier=dossier)
        numbers.append(dossier)
    return numbers


def test_a_backup_while_others_write_is_whole_and_comes_back(tmp_path: Path) -> None:
    with Ledger(tmp_path / "desk") as ledger:
        fill(ledger)
        stop = threading.Event()

        def write() -> None:
            while not stop.is_set():
                ledger.append("confirmed", who="An", body={})

        writer = threading.Thread(target=write)
        writer.start()
        heads = [backup(tmp_path / "desk", tmp_path / f"backup-{count}.sqlite") for count in range(3)]
        stop.set()
        writer.join()
        for count, head in enumerate(heads):
            assert check_chain(ledger, head).ok
            assert restore(tmp_path / f"backup-{count}.sqlite", tmp_path / f"back-{count}") == head
            with Ledger(tmp_path / f"back-{count}") as again:
                assert again.entries() == ledger.entries()[: head.number]
                assert again.drafts("An") == ledger.drafts("An")
    assert 6 <= heads[0].number < heads[1].number < heads[2].number
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *(f"back-{count}" for count in range(3)), *(f"backup-{count}.sqlite" for count in range(3)), "desk",
    ]  # fmt: skip
    assert (tmp_path / "backup-0.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_backup_writes_over_nothing_and_comes_from_something(tmp_path: Path) -> None:
    Ledger(tmp_path / "desk").close()
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(OutputError, match="bestaat al"):
        backup(tmp_path / "desk", tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"
    with pytest.raises(MissingFileError, match="bevat geen register"):
        backup(tmp_path / "typo", tmp_path / "backup.sqlite")
    assert not (tmp_path / "backup.sqlite").exists()


def break_chain(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.executescript("DROP TRIGGER entries_stand; UPDATE entries SET who = 'Eve' WHERE number = 2")
    connection.close()


def test_a_broken_chain_is_neither_copied_nor_put_back(tmp_path: Path) -> None:
    with Ledger(tmp_path / "desk") as ledger:
        fill(ledger)
    backup(tmp_path / "desk", tmp_path / "backup.sqlite")
    for file in (tmp_path / "desk" / "desk.sqlite", tmp_path / "backup.sqlite"):
        break_chain(file)
    with pytest.raises(LedgerFileError, match=r"desk\.sqlite: inschrijving 2 is veranderd"):
        backup(tmp_path / "desk", tmp_path / "second.sqlite")
    with pytest.raises(LedgerFileError, match=r"backup\.sqlite: inschrijving 2 is veranderd"):
        restore(tmp_path / "backup.sqlite", tmp_path / "back")
    assert not (tmp_path / "second.sqlite").exists()
    assert list((tmp_path / "back").iterdir()) == []


@pytest.mark.parametrize("name", ["desk.sqlite", "desk.sqlite-wal"])
def test_a_restore_replaces_nothing(tmp_path: Path, name: str) -> None:
    Ledger(tmp_path / "desk").close()
    backup(tmp_path / "desk", tmp_path / "backup.sqlite")
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / name).write_text("mine")
    with pytest.raises(OutputError, match="bevat al een register"):
        restore(tmp_path / "backup.sqlite", tmp_path / "back")
    assert (tmp_path / "back" / name).read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is leeg"), (b"notes of the desk, " * 100, "is geen register")], ids=["empty", "text"]
)
def test_a_file_that_is_no_backup_is_not_put_back(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "backup.sqlite").write_bytes(content)
    with pytest.raises(LedgerFileError, match=words) as raised:
        restore(tmp_path / "backup.sqlite", tmp_path / "back")
    assert str(raised.value).startswith(f"{tmp_path / 'backup.sqlite'} ")
    with pytest.raises(MissingFileError, match="bestaat niet"):
        restore(tmp_path / "typo.sqlite", tmp_path / "back")
    assert list((tmp_path / "back").iterdir()) == []


def test_a_copy_by_hand_of_a_running_desk_comes_back_with_its_last_entries(tmp_path: Path) -> None:
    with Ledger(tmp_path / "desk") as ledger:
        fill(ledger)
        shutil.copytree(tmp_path / "desk", tmp_path / "copy")
        assert restore(tmp_path / "copy" / "desk.sqlite", tmp_path / "back") == ledger.head()


def write_version_1(folder: Path) -> None:
    folder.mkdir()
    connection = sqlite3.connect(folder / "desk.sqlite")
    connection.executescript(VERSION_1)
    connection.close()


def test_a_ledger_of_version_1_is_read_checked_and_written(tmp_path: Path) -> None:
    write_version_1(tmp_path / "desk")
    with Ledger(tmp_path / "desk") as ledger:
        assert ledger.query("PRAGMA user_version") == [(len(migrating.migrations()),)]
        report = check_chain(ledger)
        assert (report.ok, report.entries) == (True, 3), report.faults
        _, submitted, _ = ledger.entries()
        assert (submitted.at, submitted.dossier) == ("2026-11-27T09:30:00.000Z", "2026-0001")
        assert ledger.person(submitted.body["person"]) == {"name": "Jan Peeters"}
        assert ledger.text(submitted.body["rulebook"]) == 'naam = "Kortrijk"\n'
        assert ledger.drafts("An")[0].fields == {"places": "18"}
        assert ledger.append("decided", who="An", dossier="2026-0001", body={}).number == 4
    assert restore(tmp_path / "desk" / "desk.sqlite", tmp_path / "back").number == 4


def test_a_migration_that_fails_leaves_the_old_version_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_version_1(tmp_path / "desk")
    first = migrating.migrations()[0]
    broken = "CREATE TABLE more (a TEXT) STRICT;\nINSERT INTO more VALUES ('a');\nINSERT INTO nowhere VALUES (1);"
    monkeypatch.setattr(migrating, "migrations", lambda: (first, broken))
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        Ledger(tmp_path / "desk")
    monkeypatch.setattr(migrating, "migrations", lambda: (first,))
    with Ledger(tmp_path / "desk") as ledger:
        assert check_chain(ledger).ok
    monkeypatch.setattr(migrating, "migrations", lambda: (first, broken.rpartition("\n")[0]))
    with Ledger(tmp_path / "desk") as ledger:
        assert ledger.query("SELECT a FROM more") == [("a",)]


def test_a_ledger_of_a_newer_version_is_refused_and_stays(tmp_path: Path) -> None:
    Ledger(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "desk.sqlite")
    connection.execute("PRAGMA user_version = 1000")
    connection.close()
    before = content_of(tmp_path)
    with pytest.raises(LedgerFileError, match="van versie 1000"):
        Ledger(tmp_path)
    assert content_of(tmp_path) == before


def test_who_is_forgotten_is_gone_from_the_bytes_and_the_chain_holds(tmp_path: Path) -> None:
    """Forty dossiers on pages of all sizes, drafts that were saved again and again, every other one forgotten."""
    with Ledger(tmp_path) as ledger:
        numbers = fill(ledger, 40)
        for again in range(3):
            for draft in ledger.drafts("An"):
                fields = {"name": draft.fields["name"][: 30 * again + 19]}
                ledger.save_draft("An", fields, draft=draft.draft, dossier=draft.dossier)
        ledger.save_draft("An", {"name": "Jan Vergeetmij-999"})  # belongs to no dossier
        digests = {entry.dossier: entry.body["person"] for entry in ledger.entries(kind="submitted")}
        salts = dict(ledger.query("SELECT dossier, salt FROM people"))
        head = ledger.head()
        gone, kept = numbers[1::2], numbers[::2]
        for dossier in gone:
            assert ledger.forget(dossier, who="Bert").body == {"people": 1, "drafts": 1}
            # Also while the desk goes on running, in its log too.
            count = numbers.index(dossier)
            assert f"Vergeetmij-{count:03}".encode() not in content_of(tmp_path)
            assert salts[dossier] not in content_of(tmp_path)
            assert ledger.person(digests[dossier]) is None
        assert ledger.person(digests[kept[0]]) == {"name": "Jan Vergeetmij-000-"}
        assert {draft.dossier for draft in ledger.drafts("An")} == {"", *kept}
        assert check_chain(ledger, head).ok
        assert [entry.dossier for entry in ledger.entries(kind="forgotten")] == gone


def test_who_was_forgotten_can_be_forgotten_again_without_a_second_entry(tmp_path: Path) -> None:
    """So that what a reader kept from being cleaned can be cleaned later."""
    with Ledger(tmp_path) as ledger:
        (dossier,) = fill(ledger, 1)
        entry = ledger.forget(dossier, who="An")
        assert ledger.forget(dossier, who="Bert") == entry
        ledger.keep_person(dossier, {"name": "Piet"})
        assert ledger.forget(dossier, who="Bert").number == entry.number + 1
        with pytest.raises(UnknownDossierError, match="2026-0002"):
            ledger.forget("2026-0002", who="An")


def test_a_dossier_that_somebody_goes_on_with_is_not_forgotten(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        (dossier,) = fill(ledger, 1)
        person = ledger.entries()[-1].body["person"]
        with pytest.raises(ConflictError, match=dossier):
            ledger.forget(dossier, who="An", expect_last=1)
        assert ledger.person(person) is not None
        assert ledger.forget(dossier, who="An", expect_last=2).number == 3


def test_forgetting_says_so_when_a_reader_keeps_the_old_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kortrijk_geo.desk.ledger.database._PATIENCE_S", 0.1)
    with Ledger(tmp_path) as ledger:
        (dossier,) = fill(ledger, 1)
        reader = sqlite3.connect(tmp_path / "desk.sqlite", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM people").fetchall()
        with pytest.raises(BusyError, match=r"zijn verwijderd, maar resten kunnen nog.* doe het opnieuw"):
            ledger.forget(dossier, who="An")
        reader.execute("COMMIT")
        reader.close()
        ledger.forget(dossier, who="An")
        assert b"Vergeetmij" not in content_of(tmp_path)
        assert len(ledger.entries(kind="forgotten")) == 1


def test_a_backup_holds_nothing_that_was_dropped(tmp_path: Path) -> None:
    with Ledger(tmp_path / "desk") as ledger:
        draft = ledger.save_draft("An", {"name": "Jan Vergeetmij"})
        ledger.drop_draft(draft, "An")
        backup(tmp_path / "desk", tmp_path / "backup.sqlite")
    assert b"Vergeetmij" not in (tmp_path / "backup.sqlite").read_bytes()
