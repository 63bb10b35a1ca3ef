"""Whoever changes the file of the ledger is found, and the first entry that differs is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kortrijk_geo.desk.ledger import Entry, Fault, Head, Ledger, LedgerFileError, check_chain, read_head, write_head
from kortrijk_geo.desk.ledger.chain import START, canonical, entry_hash
from kortrijk_geo.errors import DataError, MissingFileError


@dataclass(frozen=True, repr=False)
class Written:
    """A ledger as it was written; too long to be shown where a test fails."""

    content: bytes
    entries: list[Entry]
    head: Head


WRITE_ANYTHING = "DROP TRIGGER entries_follow; DROP TRIGGER entries_stay; DROP TRIGGER entries_stand;"
EACH_EXAMPLE_CLEANS_UP = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Six entries about one dossier, with a text and a person."""
    with Ledger(tmp_path) as ledger:
        with ledger.writing() as writing:
            dossier = writing.new_dossier(2026, who="An", body={}).dossier
            text, person = writing.keep_text("figures"), writing.keep_person(dossier, {"name": "Jan"})
            for kind in ("submitted", "advised", "decided", "paid", "corrected"):
                writing.append(kind, who="An", dossier=dossier, body={"text": text, "person": person, "rate": 0.1})
        yield ledger


def owner_writes(ledger: Ledger, script: str) -> None:
    """Do to the file what its owner can, who drops the triggers first."""
    connection = sqlite3.connect(ledger.database.path)
    connection.executescript(script)
    connection.close()


def faults_after(ledger: Ledger, script: str, head: Head | None = None) -> list[Fault]:
    """Let the owner change entries and put the triggers back, so that only the chain can tell."""
    triggers = [
        sql for (sql,) in ledger.query("SELECT sql FROM sqlite_master WHERE name LIKE 'entries_%' AND type = 'trigger'")
    ]
    owner_writes(ledger, WRITE_ANYTHING + script + ";" + ";".join(triggers))
    return list(check_chain(ledger, head).faults)


def rewritten(ledger: Ledger, first: int, last: int, who: str) -> str:
    """Return the script that writes history anew from an entry on, with hashes that fit."""
    script, previous = "", ledger.entries()[first - 2].hash if first > 1 else START
    for entry in ledger.entries()[first - 1 : last]:
        digest = entry_hash(entry.number, entry.at, who, entry.kind, entry.dossier, dict(entry.body), previous)
        script += (
            f"UPDATE entries SET who = '{who}', previous = '{previous}', hash = '{digest}'"
            f" WHERE number = {entry.number};"
        )
        previous = digest
    return script


def test_a_ledger_as_it_was_written_is_whole(ledger: Ledger) -> None:
    report = check_chain(ledger, ledger.head())
    assert (report.ok, report.entries, report.head) == (True, 6, ledger.head())


@pytest.mark.parametrize(
    "change",
    [
        "who = 'Eve'",
        "at = '2026-01-01T00:00:00.000Z'",
        "kind = 'withdrawn'",
        "dossier = '2026-0002'",
        "body = '{}'",
        "body = ' ' || body",
        "body = replace(body, '0.1', '0.10')",
        "body = '{\"rate\":0.2,' || substr(body, 2)",
        "body = 'no JSON'",
        "body = CAST(x'7bff7d' AS TEXT)",
        f"previous = '{'1' * 64}'",
        f"hash = '{'1' * 64}'",
    ],
)
def test_a_changed_entry_is_named(ledger: Ledger, change: str) -> None:
    (fault,) = faults_after(ledger, f"UPDATE entries SET {change} WHERE number = 3")
    assert (fault.what, fault.number, fault.sentence) == ("changed", 3, "inschrijving 3 is veranderd")


def test_an_entry_that_was_removed_is_named(ledger: Ledger) -> None:
    (fault,) = faults_after(ledger, "DELETE FROM entries WHERE number = 3")
    assert (fault.what, fault.number) == ("missing", 3)


def test_renumbering_does_not_hide_what_was_removed(ledger: Ledger) -> None:
    script = "DELETE FROM entries WHERE number = 3; UPDATE entries SET number = number - 1 WHERE number > 3"
    (fault,) = faults_after(ledger, script)
    assert (fault.what, fault.number) == ("changed", 3)


def test_entries_that_changed_places_are_named(ledger: Ledger) -> None:
    script = ";".join(
        f"UPDATE entries SET number = {new} WHERE number = {old}" for old, new in ((3, 0), (4, 3), (0, 4))
    )
    owner_writes(ledger, "PRAGMA ignore_check_constraints = ON;" + WRITE_ANYTHING + script)
    fault = check_chain(ledger).faults[0]
    assert (fault.what, fault.number) == ("changed", 3)


def test_an_entry_that_was_inserted_shows_at_the_first_that_does_not_follow(ledger: Ledger) -> None:
    """The forged entry 4 has a hash that fits; the old one, now 5, was never the fifth."""
    third = ledger.entries()[2]
    forged = entry_hash(4, third.at, "Eve", "paid", third.dossier, {"cents": 1}, third.hash)
    script = ";".join(f"UPDATE entries SET number = {number + 1} WHERE number = {number}" for number in (6, 5, 4))
    script += (
        f";INSERT INTO entries VALUES (4, '{third.at}', 'Eve', 'paid', '{third.dossier}', '{{\"cents\":1}}',"
        f" '{third.hash}', '{forged}')"
    )
    (fault,) = faults_after(ledger, script)
    assert (fault.what, fault.number) == ("changed", 5)


def test_an_entry_with_a_new_hash_leaves_the_next_without_its_previous(ledger: Ledger) -> None:
    (fault,) = faults_after(ledger, rewritten(ledger, 3, 3, "Eve"))
    assert (fault.what, fault.number) == ("misplaced", 4)


def test_what_was_cut_at_the_end_only_an_earlier_head_shows(ledger: Ledger) -> None:
    head = ledger.head()
    assert faults_after(ledger, "DELETE FROM entries WHERE number > 4") == []
    (fault,) = check_chain(ledger, head).faults
    assert (fault.what, fault.number) == ("cut", 5)
    assert fault.sentence == "inschrijving 5 ontbreekt: er waren er minstens 6"
    ledger.append("paid", who="Eve", dossier="2026-0001", body={})
    ledger.append("paid", who="Eve", dossier="2026-0001", body={})
    (fault,) = check_chain(ledger, head).faults
    assert (fault.what, fault.number) == ("rewritten", 6)


def test_a_history_written_anew_only_an_earlier_head_shows(ledger: Ledger) -> None:
    head = ledger.head()
    assert faults_after(ledger, rewritten(ledger, 2, 6, "Eve")) == []
    (fault,) = check_chain(ledger, head).faults
    assert (fault.what, fault.number) == ("rewritten", 6)


def test_an_earlier_head_stays_right_when_the_ledger_grows(ledger: Ledger) -> None:
    head = ledger.head()
    ledger.append("paid", who="An", dossier="2026-0001", body={})
    assert check_chain(ledger, head).ok
    assert check_chain(ledger, Head()).ok


def test_texts_and_people_that_were_altered_are_named(ledger: Ledger) -> None:
    digest = ledger.entries()[1].body["person"]
    script = "DROP TRIGGER {0}_stand; UPDATE {0} SET content = '{1}'"
    owner_writes(ledger, script.format("texts", "other figures"))
    owner_writes(ledger, script.format("people", '{"name":"Piet"}'))
    faults = {fault.what: fault for fault in check_chain(ledger).faults}
    assert faults["text altered"].subject == ledger.entries()[1].body["text"]
    assert faults["person altered"].subject == digest
    with pytest.raises(DataError, match="is veranderd"):
        ledger.text(faults["text altered"].subject)


def test_a_guard_that_is_gone_is_named(ledger: Ledger) -> None:
    owner_writes(ledger, "DROP TRIGGER entries_stay; CREATE TABLE notes (note TEXT)")
    assert [(fault.what, fault.sentence.split()[0]) for fault in check_chain(ledger).faults] == [
        ("unguarded", "entries_stay"),
        ("unguarded", "notes"),
    ]


def test_a_page_of_rubbish_is_damage(ledger: Ledger) -> None:
    path = ledger.database.path
    ledger.close()
    content = bytearray(path.read_bytes())
    start = content.index(b'{"person"') // 4096 * 4096
    content[start : start + 4096] = bytes(range(256)) * 16
    path.write_bytes(content)
    with Ledger(path.parent) as broken:
        assert check_chain(broken).faults[0].what == "damaged"


def test_the_head_goes_to_a_file_and_back(ledger: Ledger, tmp_path: Path) -> None:
    write_head(ledger.head(), tmp_path / "head.json")
    assert read_head(tmp_path / "head.json") == ledger.head()
    with pytest.raises(MissingFileError, match="bestaat niet"):
        read_head(tmp_path / "other.json")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"number": 1, "hash": "ab"}', '{"number": "1", "hash": 7}', "\udcff"]
)
def test_a_file_that_is_no_head_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "head.json").write_text(text, errors="surrogateescape")
    with pytest.raises(DataError, match="geen kop"):
        read_head(tmp_path / "head.json")


# Numbers as large as any place in the file: taken modulo its size, so that what is drawn does not hang on its bytes.
ANYWHERE = st.integers(0, 2**32 - 1)


def test_a_head_of_the_file_that_sqlite_does_not_know_is_told(tmp_path: Path, written: Written) -> None:
    damaged = bytearray(written.content)
    damaged[47] ^= 64  # the format of the schema
    (tmp_path / "desk.sqlite").write_bytes(damaged)
    with pytest.raises(LedgerFileError, match="is beschadigd"):
        Ledger(tmp_path)


def test_a_table_whose_name_is_no_text_any_more_is_told(tmp_path: Path, written: Written) -> None:
    content, head = written.content, written.head
    for word in (b"entries_follow", b"CREATE TRIGGER entries_stay", b"drafts_of_owner", b"CREATE TABLE texts"):
        damaged = bytearray(content)
        damaged[content.index(word) + len(word) - 2] ^= 128
        (tmp_path / "desk.sqlite").write_bytes(damaged)
        with suppress(LedgerFileError), Ledger(tmp_path) as ledger:
            assert not check_chain(ledger, head).ok, word
        for file in tmp_path.iterdir():
            file.unlink()


@settings(max_examples=100)
@given(how=st.sampled_from(["bit", "zeros", "moved", "cut"]), first=ANYWHERE, second=ANYWHERE)
def test_a_file_of_which_anything_was_damaged_is_told_or_says_the_same(
    how: str,
    first: int,
    second: int,
    tmp_path_factory: pytest.TempPathFactory,
    written: Written,
) -> None:
    """A bit, a page of zeros, two pages that changed places, an end that is cut off."""
    content, entries, head = written.content, written.entries, written.head
    damaged = bytearray(content)
    one, other = (
        slice(number * 4096, (number + 1) * 4096) for number in (at % (len(content) // 4096) for at in (first, second))
    )
    if how == "bit":
        damaged[first % len(content)] ^= 1 << second % 8
    elif how == "zeros":
        damaged[one] = bytes(4096)
    elif how == "moved":
        damaged[one], damaged[other] = content[other], content[one]
    else:
        del damaged[first % len(content) :]
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "desk.sqlite").write_bytes(damaged)
    with suppress(LedgerFileError), Ledger(folder) as ledger:
        if check_chain(ledger, head).ok:
            assert ledger.entries() == entries
            for entry in entries[1::2]:
                assert ledger.person(entry.body["person"]) == {"name": entry.dossier}
                assert ledger.text(entry.body["text"]) == entry.dossier * 500
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The bytes of a ledger with twenty dossiers, its entries and its head."""
    folder = tmp_path_factory.mktemp("written")
    with Ledger(folder) as ledger:
        for _ in range(20):
            with ledger.writing() as writing:
                dossier = writing.new_dossier(2026, who="An", body={}).dossier
                person = writing.keep_person(dossier, {"name": dossier})
                body = {"person": person, "text": writing.keep_text(dossier * 500)}
                writing.append("submitted", who="An", dossier=dossier, body=body)
        entries, head = ledger.entries(), ledger.head()
    return Written((folder / "desk.sqlite").read_bytes(), entries, head)


TEXTS = st.text(max_size=20)
BODIES = st.dictionaries(
    TEXTS,
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    max_size=4,
)
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), BODIES),
        st.tuples(st.just("append"), BODIES),
        st.tuples(st.just("person"), st.dictionaries(TEXTS, TEXTS, max_size=3)),
        st.tuples(st.just("text"), TEXTS),
        st.tuples(st.just("draft"), st.dictionaries(TEXTS, TEXTS, max_size=3)),
        st.tuples(st.just("fail"), BODIES),
        st.tuples(st.just("forget"), st.none()),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def long_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger(tmp_path_factory.mktemp("long")) as ledger:
        ledger.new_dossier(2026, who="An", body={})
        yield ledger


@settings(max_examples=20)
@given(OPERATIONS)
def test_whatever_is_done_the_chain_holds(long_ledger: Ledger, operations: list[tuple[str, object]]) -> None:
    """The examples go on with one ledger, so that its history is long and mixed."""
    ledger, dossier, before = long_ledger, "2026-0001", long_ledger.head()
    for name, value in operations:
        if name == "open":
            dossier = ledger.new_dossier(2026, who="An", body=value).dossier  # type: ignore[arg-type]
        elif name == "append":
            entry = ledger.append("advised", who="An", dossier=dossier, body=value)  # type: ignore[arg-type]
            assert ledger.entries(after=entry.number - 1) == [entry]
            assert canonical(entry.body) == canonical(value)
        elif name == "person":
            assert ledger.person(ledger.keep_person(dossier, value)) == value  # type: ignore[arg-type]
        elif name == "text":
            assert ledger.text(ledger.keep_text(value)) == value  # type: ignore[arg-type]
        elif name == "draft":
            ledger.save_draft("An", value, dossier=dossier)  # type: ignore[arg-type]
        elif name == "fail":
            with pytest.raises(ZeroDivisionError), ledger.writing() as writing:
                writing.append("advised", who="An", dossier=dossier, body=value)  # type: ignore[arg-type]
                raise ZeroDivisionError
        else:
            ledger.forget(dossier, who="An")
            assert ledger.drafts("An") == [draft for draft in ledger.drafts("An") if draft.dossier != dossier]
    report = check_chain(ledger, before)
    assert report.ok, report.faults


@EACH_EXAMPLE_CLEANS_UP
@given(data=st.data())
def test_any_byte_of_a_body_that_changes_is_found(ledger: Ledger, data: st.DataObject) -> None:
    owner_writes(ledger, WRITE_ANYTHING.replace("TRIGGER", "TRIGGER IF EXISTS"))
    number = data.draw(st.integers(1, 6))
    body = canonical(asdict(ledger.entries()[number - 1])["body"]).encode()
    place = data.draw(st.integers(0, len(body) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != body[place]))
    changed = body[:place] + bytes([byte]) + body[place + 1 :]
    set_body = "UPDATE entries SET body = CAST(? AS TEXT) WHERE number = ?"
    with ledger.writing() as writing:
        writing.execute(set_body, (changed, number))
    fault = check_chain(ledger).faults[0]
    with ledger.writing() as writing:
        writing.execute(set_body, (body, number))
    assert (fault.what, fault.number) == ("changed", number)
