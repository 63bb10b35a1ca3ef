"""The proof: what was decided is computed again years later, and what was changed is told, with where and why."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from small_city import YES, build_small_city
from typer.testing import CliRunner

from kortrijk_geo.desk.dossiers import Desk, NotAllowedError, allowed, verify
from kortrijk_geo.desk.ledger import Ledger, write_head
from kortrijk_geo.desk.ledger.chain import Head, canonical, entry_hash
from kortrijk_geo.premium import wording
from kortrijk_geo_cli.main import app

from .conftest import AN, APPLICANT, BO, advised, ask, granted


def _edit(ledger: Ledger, change: Callable[[sqlite3.Connection], Any]) -> None:
    """Change the file as its owner can: without the triggers, which are put back."""
    with closing(sqlite3.connect(ledger.database.path)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        change(connection)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()


def _rewrite(ledger: Ledger, change: Callable[[dict[str, Any]], Any], kind: str) -> None:
    """Change the body of the last entry of a kind, and make the chain anew with right hashes."""

    def anew(connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT number, at, who, kind, dossier, body FROM entries ORDER BY number").fetchall()
        last, previous = max(row[0] for row in rows if row[3] == kind), Head().hash
        for number, at, who, sort, dossier, body in rows:
            content = json.loads(body)
            if number == last:
                change(content)
            digest = entry_hash(number, at, who, sort, dossier, content, previous)
            connection.execute(
                "UPDATE entries SET body = ?, previous = ?, hash = ? WHERE number = ?",
                (canonical(content), previous, digest, number),
            )
            previous = digest

    _edit(ledger, anew)


def test_an_untouched_ledger_is_whole_and_every_advice_is_computed_again(desk: Desk, ledger: Ledger) -> None:
    granted(desk)
    proof = verify(ledger, ledger.head())
    assert proof.whole
    assert proof.findings == ()
    assert (proof.advices, proof.rulings) == (2, 1)


def test_a_later_pack_and_a_later_rulebook_do_not_change_an_old_decision(desk: Desk, ledger: Ledger) -> None:
    number = granted(desk).number
    before = desk.decision(number).to_json()
    desk.use(build_small_city(W45=10.0))
    assert str(desk.advise(ask()).total_eur) == "4598.00"
    book = desk.rulebook("kortrijk-2021-10-12")
    text = book.toml.replace('amount_eur = "450.00"', 'amount_eur = "500.00"')
    proposal = desk.propose_rulebook(text, "anders.toml", who=AN)
    desk.agree_rulebook(proposal.number, who=BO)
    assert desk.decision(number).to_json() == before
    assert desk.dossier(number).granted_cents == 855_000
    assert verify(ledger).whole


def test_after_forgetting_the_decision_is_still_computed_again_and_nobody_acts_on_it(
    desk: Desk, ledger: Ledger
) -> None:
    dossier = granted(desk)
    number, code = dossier.number, desk.control(dossier.number)
    with pytest.raises(NotAllowedError, match="beheerder"):
        desk.forget(number, who=AN, expect_last=dossier.last)
    dossier = desk.forget(number, who=BO, expect_last=dossier.last)
    assert dossier.forgotten
    assert desk.inputs(number).application.address == ""
    assert desk.motivation(number) is None
    assert str(desk.decision(number).total_eur) == "8550.00"
    assert desk.checks(number, code.head.number, code.code)
    with pytest.raises(NotAllowedError, match="vergeten"):
        desk.pay(number, cents=1, day=dt.date(2021, 12, 20), who=BO, expect_last=dossier.last)
    assert allowed(dossier, AN) == ()
    proof = verify(ledger)
    assert (proof.whole, proof.findings, proof.advices) == (True, (), 2)
    content = ledger.database.path.read_bytes()
    assert not any(text.encode() in content for text in APPLICANT.values())


def test_near_a_border_the_distance_goes_with_the_person(desk: Desk, ledger: Ledger) -> None:
    dossier = advised(desk, ask(x=1988.0, y=500.0))
    assert desk.decision(dossier.number).neighbours[0].distance_m == 12.0
    dossier = desk.withdraw(dossier.number, reason="Ander pand.", who=AN, expect_last=dossier.last)
    desk.forget(dossier.number, who=BO, expect_last=dossier.last)
    assert desk.decision(dossier.number).neighbours[0].distance_m is None
    assert verify(ledger).whole


def test_a_changed_entry_breaks_the_chain_and_the_first_is_named(desk: Desk, ledger: Ledger) -> None:
    number = granted(desk).number
    entry = desk.dossier(number).rulings[0].entry
    sql = "UPDATE entries SET body = replace(body, '855000', '955000') WHERE number = ?"
    _edit(ledger, lambda connection: connection.execute(sql, (entry,)))
    proof = verify(ledger)
    assert not proof.whole
    assert [(one.cause, one.entry) for one in proof.findings] == [("chain", entry)]


def test_a_changed_text_is_told_apart_from_a_broken_chain(desk: Desk, ledger: Ledger) -> None:
    advice = granted(desk).advice
    assert advice is not None
    sql = "UPDATE texts SET content = replace(content, '45.0', '65.0') WHERE sha256 = ?"
    _edit(ledger, lambda connection: connection.execute(sql, (advice.figures,)))
    proof = verify(ledger)
    assert {one.cause for one in proof.findings} == {"stored"}
    assert advice.entry in {one.entry for one in proof.findings}


@pytest.mark.parametrize(
    ("kind", "change", "sentence"),
    [
        ("decided", {"cents": 955_000}, "het bedrag is een ander dan dat van het advies"),
        ("decided", {"role": "reader"}, "kan alleen als dossierbehandelaar"),
        ("decided", {"advice": 3}, "een ander advies dan het laatste"),
        ("paid", {"cents": 900_000}, "meer betaald dan toegekend"),
        ("confirmed", {"role": "officer"}, "kan niet als officer"),
        ("confirmed", {"document": "Ander besluit"}, "als bevestigd, en dat was het niet"),
    ],
)
def test_a_history_with_right_hashes_is_not_right_yet(
    desk: Desk, ledger: Ledger, kind: str, change: dict[str, Any], sentence: str
) -> None:
    dossier = granted(desk)
    desk.pay(dossier.number, cents=855_000, day=dt.date(2021, 12, 20), who=AN, expect_last=dossier.last)
    head = ledger.head()
    _rewrite(ledger, lambda body: body.update(change), kind)
    proof = verify(ledger)
    assert not proof.whole
    assert {one.cause for one in proof.findings} == {"not allowed"}
    assert sentence in " ".join(one.sentence for one in proof.findings)
    assert [one.cause for one in verify(ledger, head).findings] == ["chain"]


def test_other_inputs_under_right_hashes_give_another_outcome_with_the_same_program(desk: Desk, ledger: Ledger) -> None:
    dossier = granted(desk)
    _rewrite(ledger, lambda body: body["asked"].update(new_places=29), "submitted")
    proof = verify(ledger)
    assert {one.cause for one in proof.findings} == {"differs"}
    assert proof.findings[0].entry == dossier.advices[0].entry
    assert "total_eur was 8550.00, wordt 13050.00" in proof.findings[0].sentence


def test_a_difference_because_the_program_changed_is_told_apart(
    desk: Desk, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(desk)
    later = {"version": "9.9", "sha256": "f" * 64}
    monkeypatch.setattr("kortrijk_geo.desk.dossiers.verifying.code_of_premium", lambda: later)
    assert verify(ledger).findings == ()
    monkeypatch.setattr(wording, "not_adopted", lambda _: "Andere woorden.")
    proof = verify(ledger)
    assert proof.whole
    assert [one.cause for one in proof.findings] == ["wording"]
    assert "nagerekend met 9.9" in proof.findings[0].sentence
    monkeypatch.setattr("kortrijk_geo.premium.deciding.total_eur", lambda _: None)
    proof = verify(ledger)
    assert not proof.whole
    assert {one.cause for one in proof.findings} == {"code"}


def test_verify_on_the_command_line(desk: Desk, ledger: Ledger, tmp_path: Path) -> None:
    granted(desk, ask(answers=dict(YES)))
    data, head = ledger.database.path.parent, tmp_path / "head.json"
    write_head(ledger.head(), head)
    runner = CliRunner()
    done = runner.invoke(app, ["desk", "verify", "--data", str(data), "--head", str(head)])
    assert done.exit_code == 0, done.output
    assert "Het register is gaaf." in done.output
    _rewrite(ledger, lambda body: body.update(cents=1), "decided")
    done = runner.invoke(app, ["desk", "verify", "--data", str(data), "--json"])
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert document["whole"] is False
    assert document["findings"][0]["cause"] == "not allowed"
    done = runner.invoke(app, ["desk", "verify", "--data", str(data), "--head", str(head)])
    assert done.exit_code == 1
    assert "herschreven" in done.output
