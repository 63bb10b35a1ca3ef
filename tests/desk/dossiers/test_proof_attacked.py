"""Who owns the file changes it with right hashes and all triggers in place: what that leaves is told, and where."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kortrijk_geo.desk.dossiers import Desk, Dossier, verify
from kortrijk_geo.desk.dossiers.advising import code_of_premium, decision_again, summary
from kortrijk_geo.desk.ledger import Ledger, LedgerFileError, backup
from kortrijk_geo.desk.ledger.chain import Head, canonical, entry_hash

from .conftest import AN, BO, ask, granted
from .test_proof import _edit, _rewrite


def _paid(desk: Desk) -> Dossier:
    dossier = granted(desk)
    day = dt.date(2021, 12, 20)
    return desk.pay(dossier.number, cents=855_000, day=day, who=AN, expect_last=dossier.last)


def _dearer(text: str) -> str:
    return "# Anders\n" + text.replace('amount_eur = "450.00"', 'amount_eur = "950.00"')


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("DELETE FROM people", "zijn weg, en het dossier is niet vergeten"),
        ("DELETE FROM people WHERE content LIKE '%motivation%'", "zijn weg, en het dossier is niet vergeten"),
        ("UPDATE people SET dossier = '2021-0002' WHERE content LIKE '%applicant%'", "die geen inschrijving noemt"),
    ],
)
def test_people_that_went_or_moved_without_being_forgotten_are_told(
    desk: Desk, ledger: Ledger, sql: str, sentence: str
) -> None:
    granted(desk)
    head = ledger.head()
    _edit(ledger, lambda connection: connection.execute(sql))
    proof = verify(ledger, head)
    assert {one.cause for one in proof.findings} == {"stored"}
    assert sentence in " ".join(one.sentence for one in proof.findings)


def test_people_that_come_back_after_they_were_forgotten_are_told(desk: Desk, ledger: Ledger) -> None:
    dossier = granted(desk)
    rows = ledger.query("SELECT * FROM people")
    desk.forget(dossier.number, who=BO, expect_last=dossier.last)
    assert verify(ledger).findings == ()
    _edit(ledger, lambda connection: connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", rows))
    findings = verify(ledger, ledger.head()).findings
    assert {(one.cause, one.dossier) for one in findings} == {("stored", dossier.number)}
    assert len(findings) == len(rows)


def test_personal_data_that_no_entry_names_are_told(desk: Desk, ledger: Ledger) -> None:
    number = granted(desk).number
    ledger.keep_person(number, {"remark": "wat nergens bij hoort"})
    assert [one.cause for one in verify(ledger).findings] == ["stored"]


def test_the_text_of_a_proposal_that_is_gone_is_told(desk: Desk, ledger: Ledger) -> None:
    book = desk.rulebook("kortrijk-2021-10-12")
    proposal = desk.propose_rulebook(_dearer(book.toml), "anders.toml", who=AN)
    _edit(ledger, lambda connection: connection.execute("DELETE FROM texts WHERE content LIKE '# Anders%'"))
    assert [(one.cause, one.entry) for one in verify(ledger).findings] == [("stored", proposal.number)]


def _by_another_rulebook(ledger: Ledger, dossier: Dossier, code: dict[str, str]) -> None:
    """Rewrite every advice, confirmation and decision as a dearer rulebook makes them, with right hashes."""
    advice = dossier.advices[-1]
    sha256 = ledger.keep_text(_dearer(ledger.text(advice.rulebook)))
    documents = {}
    for one in dossier.advices:
        decision = decision_again(ledger, dossier, replace(one, rulebook=sha256), bare=True)
        documents[one.entry] = (decision.to_json(), decision.digest)
        ledger.keep_text(canonical(decision.to_json()))

    def anew(connection: sqlite3.Connection) -> None:
        previous, cents = Head().hash, 0
        rows = connection.execute("SELECT number, at, who, kind, dossier, body FROM entries ORDER BY number").fetchall()
        for number, at, who, kind, of, text in rows:
            body = json.loads(text)
            if kind == "confirmed":
                body["rulebook"] = sha256
            elif kind == "advised":
                document, digest = documents[number]
                kept = hashlib.sha256(canonical(document).encode()).hexdigest()
                body |= {**summary(document), "rulebook": sha256, "document": kept, "document_sha256": digest}
                body, cents = body | {"code": code}, summary(document)["total_cents"]
            elif kind == "decided":
                body["cents"] = cents
            digest = entry_hash(number, at, who, kind, of, body, previous)
            sql = "UPDATE entries SET body = ?, previous = ?, hash = ? WHERE number = ?"
            connection.execute(sql, (canonical(body), previous, digest, number))
            previous = digest

    _edit(ledger, anew)


@pytest.mark.parametrize(("version", "cause"), [(code_of_premium()["version"], "not allowed"), ("0.1", "rulebook")])
def test_a_whole_history_by_a_rulebook_that_nobody_agreed_on_is_told(
    desk: Desk, ledger: Ledger, version: str, cause: str
) -> None:
    dossier = granted(desk)
    _by_another_rulebook(ledger, dossier, {**code_of_premium(), "version": version})
    assert ledger.entries(kind="decided")[-1].body["cents"] == 1_805_000
    proof = verify(ledger)
    assert {one.cause for one in proof.findings} == {cause}
    assert {one.entry for one in proof.findings} == {one.entry for one in dossier.advices}
    assert proof.whole is (cause == "rulebook")


def test_a_rulebook_that_two_agreed_on_is_known_from_then_on(desk: Desk, ledger: Ledger) -> None:
    book = desk.rulebook("kortrijk-2021-10-12")
    proposal = desk.propose_rulebook(_dearer(book.toml), "anders.toml", who=AN)
    desk.agree_rulebook(proposal.number, who=BO)
    assert granted(desk).granted_cents == 1_805_000
    assert verify(ledger).findings == ()


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("paid", {"day": "1999-01-01"}),
        ("paid", {"day": "2999-01-01"}),
        ("paid", {"cents": 855_000.0}),
        ("paid", {"role": []}),
        ("advised", {"code": "x"}),
        ("advised", {"confirmations": [1]}),
        ("advised", {"document_sha256": "0" * 64}),
        ("advised", {"rulebook_id": "kortrijk-2020-10-12"}),
        ("rulebook-agreed", {"proposal": [1]}),
    ],
)
def test_what_makes_no_sense_under_right_hashes_is_told_and_stops_no_proof(
    desk: Desk, ledger: Ledger, kind: str, change: dict[str, Any]
) -> None:
    dossier = _paid(desk)
    book = desk.rulebook("kortrijk-2021-10-12")
    proposal = desk.propose_rulebook(_dearer(book.toml), "anders.toml", who=AN)
    desk.agree_rulebook(proposal.number, who=BO)
    _rewrite(ledger, lambda body: body.update(change), kind)
    findings = verify(ledger).findings
    assert {one.dossier for one in findings} == {dossier.number if kind != "rulebook-agreed" else ""}
    assert {one.cause for one in findings} <= {"not allowed", "differs"}


def test_an_older_state_put_back_under_an_open_desk_takes_nothing_more(
    desk: Desk, ledger: Ledger, tmp_path: Path
) -> None:
    granted(desk)
    backup(ledger.database.path.parent, tmp_path / "old.sqlite")
    granted(desk)
    with (
        closing(sqlite3.connect(tmp_path / "old.sqlite")) as old,
        closing(sqlite3.connect(ledger.database.path)) as now,
    ):
        old.backup(now)  # into the same file: its name and its number on the disk stay
    with pytest.raises(LedgerFileError, match="start het loket opnieuw"):
        desk.all_dossiers()
    with pytest.raises(LedgerFileError, match="start het loket opnieuw"):
        desk.submit(ask(), who=AN)
    assert len(ledger.entries(kind="submitted")) == 1
