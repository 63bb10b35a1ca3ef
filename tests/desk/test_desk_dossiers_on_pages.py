"""A dossier from the form to the payment, by the pages alone: each act, who may do it, and what the sheet proves."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from desk_clerk import ANSWERS, FORM, Clerk, staffed_desk, upload, words

from kortrijk_geo.desk.dossiers.verifying import verify
from kortrijk_geo.pack.city import City

BOOK = Path(__file__).parents[2] / "kortrijk_geo" / "premium" / "books" / "2021-10-12.toml"


@pytest.fixture
def desk(demo: City, tmp_path: Path) -> Iterator[Any]:
    app = staffed_desk(tmp_path, demo)
    yield app
    app.state.ledger.close()


@pytest.fixture
def people(desk: Any) -> tuple[Clerk, ...]:
    return tuple(Clerk(desk, name) for name in ("An", "Bo", "Cas", "Dirk"))


def test_from_an_empty_ledger_to_a_payment_that_verifies(desk: Any, people: tuple[Clerk, ...]) -> None:
    an, bo, _, dirk = people
    assert "Er zijn nog geen dossiers." in an.go("/dossiers")
    dossier = an.hand_in({**FORM, **ANSWERS})
    assert dossier == "/dossiers/2026-0001"
    assert "Toekennen kan nog niet" in an.go(dossier)
    assert an.act(dossier, "bevestiging", {"veld": "rulebook", "document": "x"}).status == 403
    bo.confirm_all(dossier)
    assert "Komt in aanmerking: € 3.388,00" in an.go(dossier)
    assert an.act(dossier, "beslissing", {"motivering": "zo"}).status == 422
    assert (
        an.act(dossier, "beslissing", {"besluit": "toekennen", "motivering": "De plaatsen zijn nodig."}).status == 303
    )
    text = dirk.go(dossier)
    assert "Toegekend: € 3.388,00 Beslist door An" in text
    assert "De plaatsen zijn nodig." in text
    wrong = an.act(dossier, "betaling", {"bedrag": "3388,00", "dag": "gisteren"})
    assert wrong.status == 422
    assert 'aria-describedby="dag-hulp dag-fout"' in wrong.text
    assert an.act(dossier, "betaling", {"bedrag": "3388,00", "dag": "27/11/2026"}).status == 303
    assert "betaald" in dirk.go(dossier)
    assert verify(desk.state.ledger).whole


def test_the_sheet_carries_dossier_decision_chain_and_a_code_that_checks(people: tuple[Clerk, ...]) -> None:
    an, _, _, dirk = people
    dossier = an.hand_in({**FORM, **ANSWERS, "v.licence": "nee"})
    refusal = {"besluit": "weigeren", "motivering": "Er is geen vergunning."}
    assert an.act(dossier, "beslissing", {"besluit": "weigeren"}).status == 422
    assert an.act(dossier, "beslissing", refusal).status == 303
    text = dirk.go(f"{dossier}/blad")
    for said in ("Dossier 2026-0001", "vzw De Zon", "Beslissing: geweigerd, door An", "Er is geen vergunning."):
        assert said in text
    assert "Raad van State" in text
    assert "Druk af" in text
    proof = re.search(r"Controlecode ([0-9A-F-]{19}) Register laatste inschrijving (\d+), ([0-9a-f]{64})", text)
    assert proof is not None
    code, entry, _ = proof.groups()
    assert "klopt" in dirk.go(f"{dossier}/controle?code={code}&register={entry}")
    assert "hoort niet bij" in dirk.go(f"{dossier}/controle?code={code[::-1]}&register={entry}")
    assert "Voorstel van beslissing" in dirk.go(f"{dossier}/brief")


def test_two_officers_at_once_do_not_overwrite_each_other(people: tuple[Clerk, ...]) -> None:
    an, bo, _, _ = people
    dossier = an.hand_in({**FORM, **ANSWERS, "v.licence": "nee"})
    seen = re.search(r'name="gezien" value="(\d+)"', an.get(dossier).text)
    assert seen is not None
    refusal = {"besluit": "weigeren", "motivering": "Geen vergunning.", "gezien": seen[1]}
    assert bo.post(f"{dossier}/beslissing", refusal).status == 303
    late = an.post(f"{dossier}/beslissing", {**refusal, "motivering": "Mijn eigen woorden."})
    assert late.status == 409
    assert "Mijn eigen woorden." in words(late)


def test_a_correction_is_a_new_version_with_its_reason(people: tuple[Clerk, ...]) -> None:
    an, _, _, dirk = people
    dossier = an.hand_in({**FORM, **ANSWERS})
    form = an.get(f"{dossier}/verbeteren").text
    assert 'value="Meensesteenweg 12, 8500 Kortrijk"' in form
    assert 'name="nieuw" value="14"' in form
    changed = {**FORM, **ANSWERS, "nieuw": "12", "doe": "verbeter"}
    assert an.act(dossier, "verbeteren", changed).status == 422
    assert an.act(dossier, "verbeteren", {**changed, "reden": "Twee plaatsen minder."}).status == 303
    text = dirk.go(dossier)
    assert "Versie 2" in text
    assert "Voorlopig: € 2.904,00" in text  # 12 x 242


def test_a_withdrawn_dossier_can_be_forgotten_and_says_so(desk: Any, people: tuple[Clerk, ...]) -> None:
    an, bo, _, _ = people
    dossier = an.hand_in({**FORM, **ANSWERS})
    assert an.act(dossier, "intrekking", {"reden": "De aanvrager stopt."}).status == 303
    assert an.act(dossier, "vergeten", {"zeker": "ja"}).status == 403
    assert bo.act(dossier, "vergeten", {}).status == 422
    assert bo.act(dossier, "vergeten", {"zeker": "ja"}).status == 303
    assert "vzw De Zon" not in bo.go(dossier)
    assert "vzw De Zon" not in bo.go("/dossiers")
    assert verify(desk.state.ledger).whole


def test_what_was_granted_and_then_withdrawn_keeps_its_sum_and_says_so(people: tuple[Clerk, ...]) -> None:
    an, bo, _, dirk = people
    dossier = an.hand_in({**FORM, **ANSWERS})
    bo.confirm_all(dossier)
    assert an.act(dossier, "beslissing", {"besluit": "toekennen", "motivering": ""}).status == 303
    assert an.act(dossier, "intrekking", {"reden": "De aanvrager stopt."}).status == 303
    text = dirk.go(dossier)
    assert "Toegekend: € 3.388,00" in text
    assert "Ingetrokken op 27 november 2026, 10.30 uur: de beslissing geldt niet meer." in text
    assert "10.30 uur; ingetrokken op 27 november 2026, 10.30 uur" in dirk.go(f"{dossier}/blad")
    assert "ingetrokken € 3.388,00" in dirk.go("/dossiers")
    assert "1 dossier, 0 plaatsen toegekend, samen € 0,00" in dirk.go("/overzicht")


def test_the_list_and_the_overview_follow_their_filters(people: tuple[Clerk, ...]) -> None:
    an, bo, _, dirk = people
    first = an.hand_in({**FORM, **ANSWERS})
    an.hand_in({**FORM, **ANSWERS, "aanvrager": "=HYPERLINK(1)", "v.licence": "nee"})
    bo.confirm_all(first)
    an.act(first, "beslissing", {"besluit": "toekennen", "motivering": ""})
    assert "1 van 2 dossiers." in dirk.go("/dossiers?zoek=de+zon")
    assert "Geen dossier past" in dirk.go("/dossiers?jaar=1999")
    text = dirk.go("/overzicht")
    assert "2 dossiers, 14 plaatsen toegekend, samen € 3.388,00" in text
    assert "Kortrijk Centrum 14 31 december 2024 66,8 74,0" in text
    assert "2026 € 3.388,00 onbekend onbekend" in text
    book = openpyxl.load_workbook(io.BytesIO(dirk.get("/overzicht/overzicht.xlsx?stand=decided").body))
    rows = list(book["dossiers"].values)
    assert [row[0] for row in rows] == ["dossier", "2026-0001"]
    lines = dirk.get("/overzicht/dossiers.csv").body.decode("utf-8-sig").splitlines()
    assert len(lines) == 3


def test_a_rulebook_is_tried_proposed_and_agreed_by_a_second_person(people: tuple[Clerk, ...]) -> None:
    an, bo, cas, dirk = people
    an.hand_in({**FORM, **ANSWERS})
    text = BOOK.read_text(encoding="utf-8").replace('amount_eur = "242.00"', 'amount_eur = "250.00"')
    tried = upload(bo, text, "proef")
    assert tried.status == 200
    assert "1 van 1 dossier komt anders uit." in words(tried)
    assert "Voorlopig, € 3.388,00 Voorlopig, € 3.500,00 anders" in words(tried)
    assert upload(bo, "form = 2\nid = 3", "voorstel").status == 422
    proposed = upload(bo, text, "voorstel")
    assert proposed.status == 303
    page = proposed.header("location")
    assert "Wie het voorstelt, kan zelf niet akkoord gaan." in bo.go(page)
    assert bo.post(page).status == 422
    assert dirk.post(page).status == 403
    assert cas.post(page).status == 303
    assert "Cas ging akkoord" in dirk.go(page)
    assert "€ 250,00" in dirk.go("/regels/kortrijk-2021-10-12")
