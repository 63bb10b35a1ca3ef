"""Another rulebook at the desk: checked, tried on the dossiers of the year, in force when a second person agrees."""

from __future__ import annotations

import datetime as dt

import pytest
from small_city import build_small_city

from kortrijk_geo.desk.accounts import Officer
from kortrijk_geo.desk.dossiers import Desk, NotAllowedError
from kortrijk_geo.desk.ledger import Ledger, UnknownDossierError
from kortrijk_geo.errors import DataError, OptionError

from .conftest import AN, BO, CEM, advised, ask, confirm_all, granted


def _text(desk: Desk, **changes: str) -> str:
    """Return the rules of 2021 with other amounts, as the same rulebook: in its place."""
    text = desk.rulebook("kortrijk-2021-10-12").toml
    for old, new in {'amount_eur = "450.00"': 'amount_eur = "500.00"', **changes}.items():
        assert old in text
        text = text.replace(old, new)
    return text


def test_a_rulebook_decides_when_another_person_agrees_and_not_before(desk: Desk) -> None:
    proposal = desk.propose_rulebook(_text(desk), "2021-hoger.toml", who=BO)
    assert proposal.waits
    assert str(desk.advise(ask()).total_eur) == "8550.00"
    with pytest.raises(NotAllowedError, match="niet zelf mee akkoord"):
        desk.agree_rulebook(proposal.number, who=BO)
    with pytest.raises(NotAllowedError, match="niet zelf mee akkoord"):
        desk.agree_rulebook(proposal.number, who=Officer("BO", "manager"))
    with pytest.raises(NotAllowedError, match="alleen als beheerder"):
        desk.agree_rulebook(proposal.number, who=AN)
    agreed = desk.agree_rulebook(proposal.number, who=CEM)
    assert (agreed.by, agreed.agreed_by, agreed.waits) == ("Bo", "Cem", False)
    assert str(desk.advise(ask()).total_eur) == "9500.00"
    assert desk.advise(ask()).provenance.rulebook_sha256 == proposal.book.sha256
    with pytest.raises(NotAllowedError, match="Cem al akkoord"):
        desk.agree_rulebook(proposal.number, who=CEM)
    with pytest.raises(UnknownDossierError):
        desk.agree_rulebook(999, who=CEM)
    with pytest.raises(OptionError, match="geldt al"):
        desk.propose_rulebook(proposal.book.toml, "nog eens.toml", who=AN)


def test_confirmations_of_the_rulebook_before_do_not_count_for_the_one_in_its_place(desk: Desk) -> None:
    granted(desk)
    assert "rulebook" not in {point.field for point in desk.advise(ask()).open_points}
    proposal = desk.propose_rulebook(_text(desk), "2021-hoger.toml", who=AN)
    desk.agree_rulebook(proposal.number, who=BO)
    assert "rulebook" in {point.field for point in desk.advise(ask()).open_points}


def test_the_trial_tells_what_would_have_changed_and_only_by_the_rules(desk: Desk) -> None:
    first = granted(desk)
    second = desk.submit(ask("70", new_places=2), who=AN)
    gone = desk.submit(ask(), who=AN)
    desk.withdraw(gone.number, reason="Stopt.", who=AN, expect_last=gone.last)
    rows = {row.dossier: row for row in desk.try_rulebook(_text(desk), "hoger.toml")}
    assert set(rows) == {first.number, second.number}
    assert (rows[first.number].before_cents, rows[first.number].after_cents) == (855_000, 950_000)
    assert rows[first.number].changes
    assert (rows[second.number].before_cents, rows[second.number].after_cents) == (48_400, 48_400)
    assert not rows[second.number].changes
    desk.use(build_small_city(W45=10.0))
    [row] = [row for row in desk.try_rulebook(_text(desk), "hoger.toml") if row.dossier == first.number]
    assert (row.before_cents, row.after_cents) == (459_800, 459_800)
    assert desk.try_rulebook(_text(desk), "hoger.toml", year=2019) == ()
    proposal = desk.propose_rulebook(_text(desk), "hoger.toml", who=AN)
    assert {row["dossier"] for row in proposal.trial} == set(rows)


def test_the_trial_says_which_dossiers_cannot_be_tried(desk: Desk) -> None:
    forgotten = granted(desk)
    desk.forget(forgotten.number, who=BO, expect_last=forgotten.last)
    other = desk.submit(ask(answers={"licence": True, "realised_within_months": 6}), who=AN)
    without = desk.rulebook("kortrijk-2021-10-12").toml.replace('id = "realised_within_months"', 'id = "in_time"')
    rows = {row.dossier: row for row in desk.try_rulebook(without, "anders.toml")}
    assert "vergeten" in rows[forgotten.number].remark
    assert (rows[forgotten.number].before_cents, rows[forgotten.number].after_cents) == (None, None)
    assert rows[other.number].after == "not computed"
    assert "realised_within_months" in rows[other.number].remark


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({'municipality = "34022"': 'municipality = "34023"'}, "van NIS-code 34023"),
        ({'id = "kortrijk-2021-10-12"': 'id = "ander"'}, "is also that of"),
        ({'standing = "press"\nsource = "VRT NWS, 12 oktober 2021"\narea_unit': "area_unit"}, "is missing"),
        ({"form = 2": "form = "}, "is not TOML"),
    ],
)
def test_a_wrong_rulebook_is_refused_before_it_is_proposed(
    desk: Desk, ledger: Ledger, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        desk.propose_rulebook(_text(desk, **changes), "fout.toml", who=AN)
    assert ledger.head().number == 0


def test_a_rulebook_whose_example_does_not_come_out_is_refused(desk: Desk) -> None:
    example = (
        '\n[[examples]]\ntext = "tien plaatsen"\nkind = "group"\nnew_places = 10\ndate = 2021-11-01\n'
        'area = ["below norm"]\ntotal_eur = "1.00"\nsource = "zelf"\nstanding = "to be confirmed"\n'
    )
    with pytest.raises(DataError, match=r"comes to 5000\.00, not 1\.00"):
        desk.propose_rulebook(_text(desk) + example, "voorbeeld.toml", who=AN)


def test_a_new_rulebook_holds_from_its_first_day(desk: Desk, clock: object) -> None:
    later = _text(
        desk,
        **{
            'id = "kortrijk-2021-10-12"': 'id = "kortrijk-2021-12"',
            "valid_from = 2021-10-12": "valid_from = 2021-12-01",
        },
    )
    proposal = desk.propose_rulebook(later, "2021-12.toml", who=AN)
    desk.agree_rulebook(proposal.number, who=BO)
    assert str(desk.advise(ask()).total_eur) == "8550.00"
    assert str(desk.advise(ask(date=dt.date(2021, 12, 2))).total_eur) == "9500.00"


def test_nothing_is_granted_by_a_rulebook_that_was_replaced_since_the_advice(desk: Desk) -> None:
    dossier = confirm_all(desk, advised(desk).number)
    book = desk.rulebook("kortrijk-2021-10-12")
    text = book.toml.replace('amount_eur = "450.00"', 'amount_eur = "100.00"')
    desk.agree_rulebook(desk.propose_rulebook(text, "anders.toml", who=AN).number, who=BO)
    with pytest.raises(OptionError, match="Bereken het advies opnieuw"):
        desk.decide(dossier.number, granted=True, motivation="", who=AN, expect_last=dossier.last)
    refused = desk.decide(dossier.number, granted=False, motivation="Ander pand.", who=AN, expect_last=dossier.last)
    assert refused.granted_cents == 0
