"""A dossier from application to payment: who may do what when, and what stands in the ledger after it."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from small_city import YES

from kortrijk_geo.desk.accounts import VISITOR
from kortrijk_geo.desk.dossiers import Desk, Inputs, NotAllowedError, NotReadyError, allowed, waits_for, why_not
from kortrijk_geo.desk.ledger import ConflictError, Ledger, UnknownDossierError
from kortrijk_geo.desk.settings import shipped_rules
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.pack.city import City
from kortrijk_geo.premium.rulebooks import load_rulebooks
from kortrijk_geo.premium.sheet import render_sheet

from .conftest import AN, APPLICANT, BO, CONTACT, REMARK, RIK, Clock, advised, ask, confirm_all, granted


def test_an_application_is_advised_confirmed_granted_and_paid(desk: Desk) -> None:
    dossier = desk.submit(ask(), who=AN)
    assert (dossier.number, dossier.status, waits_for(dossier)) == (
        "2021-0001",
        "submitted",
        "advies, door een dossierbehandelaar",
    )
    dossier = desk.advice(dossier.number, who=AN, expect_last=dossier.last)
    assert dossier.advice is not None
    assert (dossier.advice.status, dossier.advice.total_cents) == ("provisional", 855_000)
    assert waits_for(dossier).endswith("van een beheerder")
    with pytest.raises(NotAllowedError, match=r"nog voorlopig.*open punten.*Premie groepsopvang"):
        desk.decide(dossier.number, granted=True, motivation="", who=AN, expect_last=dossier.last)
    dossier = confirm_all(desk, dossier.number)
    assert dossier.advice is not None
    assert (dossier.advice.status, dossier.advice.open_points) == ("eligible", ())
    dossier = desk.decide(dossier.number, granted=True, motivation="In orde.", who=AN, expect_last=dossier.last)
    assert (dossier.status, dossier.granted_cents, desk.motivation(dossier.number)) == ("decided", 855_000, "In orde.")
    dossier = desk.pay(dossier.number, cents=500_000, day=dt.date(2021, 12, 20), who=AN, expect_last=dossier.last)
    assert (dossier.status, waits_for(dossier)) == ("decided", "betaling, door een dossierbehandelaar")
    with pytest.raises(OptionError, match=r"€ 3\.550,00"):
        desk.pay(dossier.number, cents=355_001, day=dt.date(2021, 12, 20), who=AN, expect_last=dossier.last)
    dossier = desk.pay(dossier.number, cents=355_000, day=dt.date(2021, 12, 20), who=AN, expect_last=dossier.last)
    assert (dossier.status, dossier.paid_cents, waits_for(dossier)) == ("paid", 855_000, "")


def test_the_sheet_of_a_dossier_is_that_of_its_kept_advice(desk: Desk) -> None:
    dossier = granted(desk)
    page = render_sheet(desk.decision(dossier.number))
    assert dossier.number in page
    assert APPLICANT["applicant"] in page
    assert "8.550,00" in page
    control = desk.control(dossier.number)
    assert desk.checks(dossier.number, control.head.number, control.code)
    assert not desk.checks(dossier.number, control.head.number - 1, control.code)
    advised(desk)
    assert desk.control(dossier.number).code != control.code
    assert desk.checks(dossier.number, control.head.number, control.code)


def test_nothing_personal_stands_in_an_entry_or_a_kept_text(desk: Desk, ledger: Ledger) -> None:
    number = granted(desk).number
    dossier = desk.dossier(number)
    desk.correct(number, ask(new_places=20), reason="Els Verzonnen belde", who=BO, expect_last=dossier.last)
    chained = " ".join(str(entry.body) for entry in ledger.entries())
    texts = " ".join(content for (content,) in ledger.query("SELECT content FROM texts"))
    for personal in (*APPLICANT.values(), "Geheimstraat", "Els Verzonnen", CONTACT, REMARK, "Alles is nagekeken"):
        assert personal not in chained
        assert personal not in texts
    assert "500.0" not in chained
    assert '"point":' not in texts
    assert desk.inputs(number) == ask(new_places=20)


def test_a_refusal_needs_its_reasons_in_words(desk: Desk) -> None:
    dossier = advised(desk, ask(answers={**YES, "licence": False}))
    assert dossier.advice is not None
    assert dossier.advice.status == "not eligible"
    with pytest.raises(
        NotAllowedError, match="niet in aanmerking komt: Niet vervuld: De opvang heeft een geldige verg"
    ):
        desk.decide(dossier.number, granted=True, motivation="toch", who=BO, expect_last=dossier.last)
    with pytest.raises(OptionError, match="draagt haar redenen"):
        desk.decide(dossier.number, granted=False, motivation="  ", who=AN, expect_last=dossier.last)
    dossier = desk.decide(
        dossier.number, granted=False, motivation="Geen vergunning.", who=AN, expect_last=dossier.last
    )
    assert (dossier.granted_cents, allowed(dossier, AN)) == (0, ())
    assert desk.motivation(dossier.number) == "Geen vergunning."
    with pytest.raises(NotAllowedError, match="is geweigerd"):
        desk.pay(dossier.number, cents=1, day=dt.date(2021, 12, 20), who=BO, expect_last=dossier.last)


def test_a_draft_that_is_handed_in_twice_at_once_is_one_dossier(desk: Desk, ledger: Ledger) -> None:
    draft = ledger.save_draft("An", {"places": "19"})
    start = Barrier(4)

    def hand_in(_: int) -> bool:
        start.wait()
        try:
            desk.submit(ask(), who=AN, draft=(draft, "An"))
        except ConflictError as error:
            assert "intussen ingediend of weggegooid" in str(error)  # noqa: PT017
            return False
        return True

    with ThreadPoolExecutor(4) as officers:
        assert sorted(officers.map(hand_in, range(4))) == [False] * 3 + [True]
    assert (len(desk.all_dossiers()), ledger.drafts("An")) == (1, [])


def test_of_two_officers_only_one_decides(desk: Desk, ledger: Ledger, city: Any, clock: Any) -> None:
    dossier = advised(desk)
    seen = confirm_all(desk, dossier.number).last
    other = Desk(ledger, city, load_rulebooks(), shipped_rules(), clock)
    assert other.dossier(dossier.number).last == seen
    desk.decide(dossier.number, granted=True, motivation="", who=AN, expect_last=seen)
    with pytest.raises(ConflictError, match="Intussen heeft iemand anders dossier 2021-0001 gewijzigd"):
        other.decide(dossier.number, granted=False, motivation="Nee.", who=BO, expect_last=seen)
    assert len(other.dossier(dossier.number).rulings) == 1


def test_of_eight_threads_that_decide_at_once_one_succeeds(desk: Desk) -> None:
    dossier = advised(desk)
    number, seen = dossier.number, confirm_all(desk, dossier.number).last
    together = Barrier(8)

    def decide(turn: int) -> bool:
        together.wait()
        try:
            desk.decide(number, granted=bool(turn % 2), motivation="Zie advies.", who=AN, expect_last=seen)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(decide, range(8))) == 1
    assert len(desk.dossier(number).rulings) == 1


@pytest.mark.parametrize("who", [VISITOR, RIK])
def test_who_only_reads_changes_nothing(desk: Desk, ledger: Ledger, who: Any) -> None:
    dossier = granted(desk)
    before = ledger.head()
    number, last = dossier.number, dossier.last
    for act in (
        lambda: desk.submit(ask(), who=who),
        lambda: desk.advice(number, who=who, expect_last=last),
        lambda: desk.correct(number, ask(), reason="x", who=who, expect_last=last),
        lambda: desk.decide(number, granted=False, motivation="x", who=who, expect_last=last),
        lambda: desk.pay(number, cents=1, day=dt.date(2021, 12, 20), who=who, expect_last=last),
        lambda: desk.withdraw(number, reason="x", who=who, expect_last=last),
        lambda: desk.forget(number, who=who, expect_last=last),
        lambda: desk.confirm("rulebook", "kortrijk-2020-plan", document="x", date=dt.date(2021, 1, 1), who=who),
        lambda: desk.propose_rulebook("", "x.toml", who=who),
        lambda: desk.agree_rulebook(1, who=who),
    ):
        with pytest.raises(NotAllowedError, match="kan alleen als"):
            act()
    assert ledger.head() == before
    assert allowed(dossier, who) == ()


def test_an_officer_confirms_nothing_and_a_confirmation_is_of_one_rulebook(desk: Desk) -> None:
    day = dt.date(2021, 9, 13)
    with pytest.raises(NotAllowedError, match="beheerder"):
        desk.confirm("rulebook", "kortrijk-2021-10-12", document="Besluit", date=day, who=AN)
    with pytest.raises(OptionError, match="Noem het document"):
        desk.confirm("rulebook", "kortrijk-2021-10-12", document=" ", date=day, who=BO)
    with pytest.raises(DataError, match="lies ahead"):
        desk.confirm("rulebook", "kortrijk-2021-10-12", document="Besluit", date=dt.date(2030, 1, 1), who=BO)
    with pytest.raises(OptionError, match="in het dossier zelf"):
        desk.confirm("location", "kortrijk-2021-10-12", document="Besluit", date=day, who=BO)
    desk.confirm("rulebook", "kortrijk-2021-10-12", document="Besluit", date=day, remark="p. 3", who=BO)
    later, earlier = desk.rulebook("kortrijk-2021-10-12"), desk.rulebook("kortrijk-2020-10-12")
    assert [(one.field, one.document, one.date, one.who) for one in desk.confirmations(later)] == [
        ("rulebook", "Besluit", day, "Bo")
    ]
    assert desk.confirmations(earlier) == ()
    assert desk.confirmations(later.model_copy(update={"sha256": "0" * 64})) == ()
    fields = {point.field for point in desk.advise(ask()).open_points}
    assert "rulebook" not in fields
    assert "amounts.group-below-norm" in fields


def test_a_place_is_confirmed_in_its_own_dossier_alone(desk: Desk) -> None:
    near = ask(x=1988.0, y=500.0)
    first, second = advised(desk, near), advised(desk, near)
    desk.confirm(
        "location", "kortrijk-2021-10-12", document="Kadasterplan", date=dt.date(2021, 12, 1), remark="bij Els", who=BO,
        dossier=first.number, expect_last=first.last,
    )  # fmt: skip
    fields = {
        number: {
            field for field, _ in desk.advice(number, who=AN, expect_last=desk.dossier(number).last).advice.open_points
        }  # type: ignore[union-attr]
        for number in (first.number, second.number)
    }
    assert "location" not in fields[first.number]
    assert "location" in fields[second.number]
    assert "bij Els" not in str([entry.body for entry in desk.entries(first.number)])


def test_a_correction_points_to_the_version_before_and_leaves_it_as_it_was(desk: Desk) -> None:
    dossier = granted(desk)
    with pytest.raises(NotAllowedError, match="alleen als beheerder"):
        desk.correct(dossier.number, ask(new_places=18), reason="één minder", who=AN, expect_last=dossier.last)
    before = dossier.versions[0], dossier.advices, dossier.rulings
    dossier = desk.correct(dossier.number, ask(new_places=18), reason="één minder", who=BO, expect_last=dossier.last)
    assert (dossier.status, dossier.ruling, dossier.advice) == ("submitted", None, None)
    assert [version.corrects for version in dossier.versions] == [None, dossier.versions[0].entry]
    assert (dossier.versions[0], dossier.advices, dossier.rulings) == before
    assert why_not(dossier, "grant", BO) is not None
    dossier = desk.advice(dossier.number, who=AN, expect_last=dossier.last)
    dossier = desk.decide(dossier.number, granted=True, motivation="", who=AN, expect_last=dossier.last)
    assert [ruling.cents for ruling in dossier.rulings] == [855_000, 810_000]
    assert dossier.granted_cents == 810_000
    dossier = desk.pay(dossier.number, cents=1, day=dt.date(2021, 12, 20), who=AN, expect_last=dossier.last)
    with pytest.raises(NotAllowedError, match="al betaald"):
        desk.correct(dossier.number, ask(), reason="nog eens", who=BO, expect_last=dossier.last)


def test_withdrawn_is_the_end_and_grants_nothing(desk: Desk) -> None:
    dossier = granted(desk)
    with pytest.raises(OptionError, match="waarom"):
        desk.withdraw(dossier.number, reason="", who=AN, expect_last=dossier.last)
    dossier = desk.withdraw(dossier.number, reason="Stopt ermee.", who=AN, expect_last=dossier.last)
    assert (dossier.status, dossier.granted_cents, waits_for(dossier)) == ("withdrawn", None, "")
    assert allowed(dossier, AN) == ()
    assert allowed(dossier, BO) == ("forget",)


def test_what_if_keeps_nothing_and_what_cannot_be_advised_opens_no_dossier(desk: Desk, ledger: Ledger) -> None:
    assert str(desk.advise(ask("70")).total_eur) == "4598.00"
    with pytest.raises(DataError, match="outside the layers"):
        desk.submit(ask(x=5_000_000.0), who=AN)
    with pytest.raises(OptionError, match="lies ahead"):
        desk.submit(ask(date=dt.date(2021, 12, 31)), who=AN)
    with pytest.raises(DataError, match="geen voorwaarde"):
        desk.submit(ask(answers={"onzin": True}), who=AN)
    assert ledger.head().number == 0
    with pytest.raises(UnknownDossierError):
        desk.dossier("2021-0001")
    with pytest.raises(UnknownDossierError):
        desk.dossier("")


def test_without_a_city_nothing_is_computed_and_the_kept_stays_readable(ledger: Ledger, desk: Desk, clock: Any) -> None:
    number = granted(desk).number
    waiting = Desk(ledger, None, load_rulebooks(), shipped_rules(), clock)
    with pytest.raises(NotReadyError, match="nog geladen"):
        waiting.advise(ask())
    assert waiting.dossier(number) == desk.dossier(number)
    assert waiting.decision(number).to_json() == desk.decision(number).to_json()


def test_inputs_go_through_the_ledger_unchanged() -> None:
    inputs = ask(
        costs_eur=None, x=71234.567891, opened=dt.date(2021, 11, 1), assume_yes=True, phase="start", year=2021,
        address_remark="nr 7 in plaats van 9", address_is_near=True,
    )  # fmt: skip
    assert Inputs.of(inputs.kept(), inputs.person()) == inputs
    bare = inputs.without_person()
    assert bare == Inputs.of(inputs.kept())
    assert (bare.application.address, bare.application.applicant, bare.application.x, bare.contact) == ("", "", 0.0, "")
    assert (
        replace(
            bare.application,
            **{
                name: getattr(inputs.application, name) for name in ("x", "y", "address", "address_remark", "applicant")
            },
        )
        == inputs.application
    )


def test_what_cannot_be_counted_ahead_is_told_in_the_log(
    ledger: Ledger, city: City, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A pack without childcare stops no desk; whoever runs it reads at the start what every advice will say."""
    Desk(ledger, city, load_rulebooks(), shipped_rules(), clock)
    assert "counted ahead" not in caplog.text
    known = {name: record for name, record in city.info.layers.items() if name != "childcare"}
    bare = City(city.folder, replace(city.info, layers=known), {name: city.layer(name) for name in known})
    Desk(ledger, bare, load_rulebooks(), shipped_rules(), clock)
    assert "cannot be counted ahead" in caplog.text
    assert "childcare" in caplog.text
