"""The ledger day by day: entries, dossiers, people, drafts, texts, and all or nothing."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kortrijk_geo.desk.ledger import ConflictError, Head, Ledger, UnknownDossierError, check_chain
from kortrijk_geo.errors import DataError, MissingFileError

MORNING = dt.datetime(2026, 11, 27, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "data", now=lambda: MORNING) as ledger:
        yield ledger


def test_an_entry_is_what_was_written_and_follows_the_one_before_it(ledger: Ledger) -> None:
    assert ledger.head() == Head(0, "0" * 64)
    first = ledger.append("rulebook-proposed", who="An", body={"cents": 130_000, "street": "Doorniksewijk é"})
    second = ledger.new_dossier(2026, who="Bert", body={})
    assert (first.number, first.at, first.who, first.dossier) == (1, "2026-11-27T09:30:00.000Z", "An", "")
    assert first.body == {"cents": 130_000, "street": "Doorniksewijk é"}
    assert (second.number, second.kind, second.dossier, second.previous) == (2, "opened", "2026-0001", first.hash)
    assert ledger.entries() == [first, second]
    assert ledger.head() == Head(2, second.hash)
    assert check_chain(ledger).ok


def test_the_hash_is_that_of_the_written_recipe(ledger: Ledger) -> None:
    """So that whoever has no copy of this program can check the chain."""
    import hashlib

    entry = ledger.append("confirmed", who="An", body={"b": 1, "a": "é"})
    text = (
        '{"at":"2026-11-27T09:30:00.000Z","body":{"a":"\\u00e9","b":1},"dossier":"","kind":"confirmed","number":1,'
        f'"previous":"{"0" * 64}","who":"An"}}'
    )
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


def test_entries_are_chosen_by_dossier_kind_and_number(ledger: Ledger) -> None:
    a, b = (ledger.new_dossier(2026, who="An", body={}).dossier for _ in range(2))
    ledger.append("submitted", who="An", dossier=a, body={})
    ledger.append("submitted", who="An", dossier=b, body={})
    assert [entry.number for entry in ledger.entries(dossier=a)] == [1, 3]
    assert [entry.number for entry in ledger.entries(kind="submitted")] == [3, 4]
    assert [entry.number for entry in ledger.entries(dossier=b, kind="submitted", after=2)] == [4]
    assert ledger.entries(after=4) == ledger.entries(after=10**50) == []
    assert len(ledger.entries(after=-(10**50))) == 4


def test_each_year_numbers_its_dossiers_from_one(ledger: Ledger) -> None:
    numbers = [ledger.new_dossier(year, who="An", body={}).dossier for year in (2026, 2027, 2026)]
    assert numbers == ["2026-0001", "2027-0001", "2026-0002"]


def test_the_ten_thousandth_dossier_is_not_the_last_of_its_year(ledger: Ledger) -> None:
    with ledger.writing() as writing:
        writing._append("opened", "An", "2026-9999", {})
    assert [ledger.new_dossier(2026, who="An", body={}).dossier for _ in range(2)] == ["2026-10000", "2026-10001"]


def test_who_did_not_see_the_last_entry_of_a_dossier_is_refused(ledger: Ledger) -> None:
    """Two officers look at the same page; the second who decides hears that the first did."""
    opened = ledger.new_dossier(2026, who="An", body={})
    other = ledger.new_dossier(2026, who="An", body={})
    ledger.append("decided", who="An", dossier=opened.dossier, body={"granted": True}, expect_last=opened.number)
    with pytest.raises(ConflictError, match="dossier 2026-0001 gewijzigd"):
        ledger.append("decided", who="Bert", dossier=opened.dossier, body={"granted": False}, expect_last=opened.number)
    assert [entry.body for entry in ledger.entries(kind="decided")] == [{"granted": True}]
    ledger.append("decided", who="Bert", dossier=other.dossier, body={}, expect_last=other.number)


def test_a_dossier_that_was_not_opened_takes_no_entry_and_no_person(ledger: Ledger) -> None:
    with pytest.raises(UnknownDossierError, match="2026-0007"):
        ledger.append("decided", who="An", dossier="2026-0007", body={})
    with pytest.raises(UnknownDossierError, match="2026-0007"):
        ledger.keep_person("2026-0007", {"name": "Jan"})
    with pytest.raises(ValueError, match="new_dossier"):
        ledger.append("opened", who="An", dossier="2026-0007", body={})
    assert ledger.entries() == []


@pytest.mark.parametrize("body", [{"rate": float("nan")}, {"rate": float("inf")}])
def test_no_entry_holds_a_number_that_is_none(ledger: Ledger, body: dict[str, float]) -> None:
    with pytest.raises(DataError, match="kan niet worden ingeschreven"):
        ledger.append("advised", who="An", body=body)


def test_a_name_that_is_no_text_is_refused(ledger: Ledger) -> None:
    with pytest.raises(DataError, match="kan niet worden ingeschreven"):
        ledger.append("advised", who="An\ud800", body={})
    with pytest.raises(DataError, match="tekens"):
        ledger.keep_text("\ud800")
    assert ledger.save_draft("An", {"remark": "\ud800"})


def test_several_writes_are_one_or_none(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.writing() as writing:
        dossier = writing.new_dossier(2026, who="An", body={}).dossier
        person = writing.keep_person(dossier, {"name": "Jan"})
        draft = writing.save_draft("An", {"name": "Jan"})
        writing.keep_text("figures")
        assert ledger.person(person) == {"name": "Jan"}  # whoever writes sees it already
        raise ZeroDivisionError
    assert ledger.entries() == []
    assert (ledger.person(person), ledger.draft(draft, "An")) == (None, None)
    assert ledger.query("SELECT count(*) FROM texts") == [(0,)]
    ledger.append("confirmed", who="An", body={})


def test_a_transaction_within_a_transaction_is_a_mistake(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="use its own methods"), ledger.writing():
        ledger.append("confirmed", who="An", body={})
    ledger.append("confirmed", who="An", body={})


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET body = '{}'",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT 1, at, 'Eve', kind, dossier, body, previous, hash FROM entries",
        "INSERT INTO entries SELECT 7, at, who, kind, dossier, body, hash, replace(hash, '0', '1') FROM entries",
        "UPDATE texts SET content = ''",
        "DELETE FROM texts",
        "INSERT OR REPLACE INTO texts SELECT sha256, 'other' FROM texts",
        "UPDATE people SET content = '{}'",
        "INSERT OR REPLACE INTO people SELECT digest, dossier, salt, '{}' FROM people",
    ],
)
def test_the_tables_refuse_what_would_change_history(ledger: Ledger, sql: str) -> None:
    dossier = ledger.new_dossier(2026, who="An", body={}).dossier
    ledger.keep_text("figures")
    ledger.keep_person(dossier, {"name": "Jan"})
    with pytest.raises(sqlite3.IntegrityError), ledger.writing() as writing:
        writing.execute(sql)
    # Also for a client that does not know our settings.
    other = sqlite3.connect(ledger.database.path)
    with pytest.raises(sqlite3.IntegrityError):
        other.execute(sql)
    other.close()
    assert check_chain(ledger).ok


def test_every_table_is_strict(ledger: Ledger) -> None:
    tables = ledger.query("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    assert [name for name, strict in tables if not strict and not name.startswith("sqlite_")] == []
    assert len(tables) > 4


def test_a_text_is_kept_once_and_comes_back_as_it_was(ledger: Ledger) -> None:
    text = 'naam = "Kortrijk"\r\n\u20ac \0 einde'
    assert ledger.keep_text(text) == ledger.keep_text(text)
    assert ledger.text(ledger.keep_text(text)) == text
    assert ledger.query("SELECT count(*) FROM texts") == [(1,)]
    with pytest.raises(DataError, match="geen tekst abc"):
        ledger.text("abc")


def test_equal_people_have_unequal_digests(ledger: Ledger) -> None:
    """So nobody can try a list of names against the chain."""
    dossier = ledger.new_dossier(2026, who="An", body={}).dossier
    first, second = (ledger.keep_person(dossier, {"name": "Jan"}) for _ in range(2))
    assert first != second
    assert ledger.person(first) == ledger.person(second) == {"name": "Jan"}


def test_a_draft_is_its_owners_alone_and_never_lost(ledger: Ledger) -> None:
    draft = ledger.save_draft("An", {"places": "8"})
    assert ledger.save_draft("An", {"places": "18"}, draft=draft) == draft
    assert ledger.draft(draft, "Bert") is None
    taken = ledger.save_draft("Bert", {"places": "1"}, draft=draft)
    assert taken != draft
    assert ledger.draft(draft, "An").fields == {"places": "18"}  # type: ignore[union-attr]
    assert not ledger.drop_draft(draft, "Bert")
    assert ledger.drop_draft(draft, "An")
    again = ledger.save_draft("An", {"places": "19"}, draft=draft)  # handed in from another window meanwhile
    assert [one.draft for one in ledger.drafts("An")] == [again]


def test_old_drafts_go(tmp_path: Path) -> None:
    clock = iter(MORNING + dt.timedelta(days=day) for day in (0, 30))
    with Ledger(tmp_path, now=lambda: next(clock)) as ledger:
        ledger.save_draft("An", {"places": "8"})
        ledger.save_draft("An", {"places": "9"})
        assert ledger.drop_drafts_before(MORNING + dt.timedelta(days=30)) == 1
        assert [draft.fields for draft in ledger.drafts("An")] == [{"places": "9"}]


def test_what_is_closed_is_there_again(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        entry = ledger.append("confirmed", who="An", body={})
    assert [path.name for path in tmp_path.iterdir()] == ["desk.sqlite"]
    assert (tmp_path / "desk.sqlite").stat().st_mode & 0o777 == 0o600
    with Ledger(tmp_path, create=False) as ledger:
        assert ledger.entries() == [entry]


def test_where_no_ledger_is_none_is_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="bevat geen register"):
        Ledger(tmp_path / "typo", create=False)
    assert not (tmp_path / "typo").exists()
