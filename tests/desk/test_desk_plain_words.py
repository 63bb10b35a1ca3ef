"""What an officer reads is plain Dutch and no file: no names of fields, no options, no English, no zero for unknown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_clerk import ANSWERS, FORM, Clerk, staffed_desk, upload, words

from kortrijk_geo.desk.web.app import create_app
from kortrijk_geo.desk.web.routes.rules import differences
from kortrijk_geo.pack.city import City
from kortrijk_geo.premium.field_names import field_name
from kortrijk_geo.premium.rulebooks import rulebook_of_text

BOOK = Path(__file__).parents[2] / "kortrijk_geo" / "premium" / "books" / "2021-10-12.toml"
# A name of a field in a file, or an option of the command line.
OF_MACHINES = re.compile(r"--\w|\b(amounts|caps|conditions)\.\w|\b(rulebook|area_unit|reference_date|location)\b")


@pytest.fixture
def desk(demo: City, tmp_path: Path) -> Iterator[Any]:
    app = staffed_desk(tmp_path, demo)
    yield app
    app.state.ledger.close()


@pytest.fixture
def an(desk: Any) -> Clerk:
    return Clerk(desk, "An")


@pytest.fixture
def bo(desk: Any) -> Clerk:
    return Clerk(desk, "Bo")


def test_no_page_of_a_dossier_tells_a_field_or_an_option(an: Clerk, bo: Clerk) -> None:
    dossier = an.hand_in({**FORM, **ANSWERS, "v.licence": ""})
    for confirmed in (False, True):
        if confirmed:
            bo.confirm_all(dossier)
        for path in (dossier, f"{dossier}/blad", f"{dossier}/brief"):
            assert OF_MACHINES.findall(an.go(path)) == []
    assert "Bevestigd: het bedrag 'Premie groepsopvang" in an.go(f"{dossier}/blad")
    assert "Het reglement, door Besluit van het college, 1 december 2025, Bo" in an.go(dossier)


def test_a_dossier_says_how_many_points_wait_for_whom(an: Clerk) -> None:
    dossier = an.hand_in({**FORM, **ANSWERS, "v.licence": ""})
    waits = re.search(r"Wacht op (\d+) open punten: 1 van de aanvrager en (\d+) van een beheerder", an.go(dossier))
    assert waits
    assert int(waits[1]) == 1 + int(waits[2])


def test_a_confirmation_that_cannot_be_is_refused_in_dutch(an: Clerk, bo: Clerk) -> None:
    dossier = an.hand_in({**FORM, **ANSWERS})
    for document, day, said in (
        ("", "1/12/2025", "Noem het document dat dit bevestigt."),
        ("Besluit", "1/12/2099", "Deze dag moet nog komen. Vandaag is het 27 november 2026."),
    ):
        fields = {"veld": "rulebook", "document": document, "documentdatum": day}
        answer = bo.act(dossier, "bevestiging", fields)
        assert answer.status == 422
        assert f"Bevestig met een document : {said}" in words(answer)


def test_a_grant_that_was_withdrawn_is_no_grant_of_nothing(an: Clerk, bo: Clerk) -> None:
    dossier = an.hand_in({**FORM, **ANSWERS})
    bo.confirm_all(dossier)
    assert "Het advies vóór deze beslissing" not in an.go(f"{dossier}/blad")
    an.act(dossier, "beslissing", {"besluit": "toekennen", "motivering": "Nodig."})
    assert "Het advies vóór deze beslissing" in an.go(f"{dossier}/blad")
    assert "berekend, niet beslist" not in an.go(f"{dossier}/brief")
    an.act(dossier, "intrekking", {"reden": "Stopt."})
    text = an.go(dossier)
    assert "€ 0,00" not in text
    assert "de beslissing geldt niet meer" in text
    gone = "10.30 uur; ingetrokken op 27 november 2026, 10.30 uur"
    assert gone in an.go(f"{dossier}/blad")
    assert gone in an.go(f"{dossier}/brief")


def test_the_letter_of_a_refusal_against_the_advice_must_be_rewritten(an: Clerk, bo: Clerk) -> None:
    dossier = an.hand_in({**FORM, **ANSWERS})
    bo.confirm_all(dossier)
    an.act(dossier, "beslissing", {"besluit": "weigeren", "motivering": "Het krediet is op."})
    assert "Herschrijf het naar de weigering." in an.go(f"{dossier}/brief")


def test_an_erased_place_is_not_the_origin_of_the_map(an: Clerk, bo: Clerk) -> None:
    dossier = an.hand_in({**FORM, **ANSWERS})
    an.act(dossier, "intrekking", {"reden": "Stopt."})
    assert bo.act(dossier, "vergeten", {"zeker": "ja"}).status == 303
    for path in (dossier, f"{dossier}/blad", f"{dossier}/brief"):
        text = bo.go(path)
        assert "x 0, y 0" not in text
        assert "gewist" in text


def test_too_large_a_payment_is_told_as_money_is_written(an: Clerk, bo: Clerk) -> None:
    dossier = an.hand_in({**FORM, **ANSWERS})
    bo.confirm_all(dossier)
    an.act(dossier, "beslissing", {"besluit": "toekennen", "motivering": "Nodig."})
    answer = an.act(dossier, "betaling", {"bedrag": "3388,01", "dag": "27/11/2026"})
    assert "Het bedrag moet tussen 1 cent en € 3.388,00 liggen" in words(answer)


def test_a_second_person_sees_every_line_that_a_proposal_changes(demo: City) -> None:
    text = BOOK.read_text(encoding="utf-8")
    before = rulebook_of_text(text, "oud.toml")
    for old, new, seen in (
        ('standing = "press"\nsource = "VRT', 'standing = "adopted"\nsource = "VRT', "Stand van het reglement"),
        ("amounts_confirmed_until = 2021-12-31", "amounts_confirmed_until = 2030-12-31", "Bedragen bekend tot"),
        ("day = 31\nyears_before = 1", "day = 30\nyears_before = 2", "Peildatum"),
    ):
        after = rulebook_of_text(text.replace(old, new, 1), "nieuw.toml")
        assert [one.what for one in differences(before, after)] == [seen]


def test_what_is_wrong_with_a_file_is_for_whoever_wrote_it(an: Clerk) -> None:
    text = BOOK.read_text(encoding="utf-8")
    answer = upload(an, text.replace('"450.00"', '"veel"'), "proef")
    assert answer.status == 422
    before, _, after = html.unescape(answer.text).partition('<pre lang="en">')
    assert "Dit bestand is geen goed reglement" in before
    assert "amount_eur" not in before
    assert "'veel' is not an amount" in after
    limit = upload(an, text.replace("limit = 6\n", "limit = 60\n"), "voorstel")
    page = an.get(limit.header("location")).text
    assert "Wat een aanvrager ervan merkt, is gelijk. In het bestand wijzigen 2 regels" in " ".join(page.split())
    assert "-limit = 6\n+limit = 60" in html.unescape(page)


def test_a_pack_that_cannot_be_read_is_told_apart_from_its_cause(tmp_path: Path) -> None:
    from kortrijk_geo.desk.settings import Settings

    app = create_app(Settings(tmp_path / "nergens", tmp_path / "data"))
    app.state.packs.start()
    app.state.packs.wait(20)
    page = html.unescape(Clerk(app).get("/").text)
    before, _, after = page.partition('<pre lang="en">')
    assert "Verwittig wie het loket technisch beheert." in before
    assert "nergens" not in before
    assert "nergens" in after
    app.state.ledger.close()


def test_every_field_that_a_document_confirms_has_a_name() -> None:
    from kortrijk_geo.premium.confirming import confirmable
    from kortrijk_geo.premium.rulebooks import load_rulebooks

    for book in load_rulebooks():
        names = {field: field_name(field, book) for field in confirmable(book)}
        assert [field for field, name in names.items() if name == "een ander gegeven van het reglement"] == []
