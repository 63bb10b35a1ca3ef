"""The printed sheet: everything that was decided stands on it, in Dutch, as text and never as markup."""

from __future__ import annotations

import re

import pytest
from printed_page import PrintedPage

from kortrijk_geo.premium.sheet import render_sheet
from kortrijk_geo.premium.wording import rate


def read(decision) -> PrintedPage:
    return PrintedPage(render_sheet(decision))


def test_the_steps_stand_on_the_sheet(ask):
    text = read(ask("45")).text
    for part in (
        "Voorlopig: € 8.550,00, niet toe te kennen",
        "Advies, geen beslissing",
        "19 nieuw, 0 bestaand",
        "wijk Laag (W45)",
        "31 december 2020, vóór de nieuwe plaatsen",
        "45 opvangplaatsen op 31 december 2020",
        "100 kinderen van 0 tot 2 jaar op 31 december 2020",
        "45,0 plaatsen per 100 kinderen",
        "60 per 100: onder de norm",
        "€ 450,00",
        "VRT NWS, 12 oktober 2021",
        "volgens de pers",
        "De opvang is minstens 5 dagen per week open.",
        "5 dagen per week",
    ):
        assert part in text


def test_what_is_not_confirmed_is_said(ask):
    text = read(ask("70")).text
    assert "€ 4.598,00" in text
    assert "niet bevestigd" in text
    assert "242 euro per plaats is gelijk aan het aantal plaatsen" in text


def test_an_incomplete_decision_lists_what_is_needed_and_grants_nothing(ask):
    text = read(ask("unknown")).text
    assert "Onvolledig" in text
    assert "Wat nog nodig is" in text
    assert "Voorlopig totaal, nog niet toegekend" in text
    assert "Komt in aanmerking" not in text
    assert "onbekend" in read(ask("unknown")).text


def test_a_refusal_names_the_condition_and_gives_no_amount(ask):
    page = read(ask("45", x=-500))
    assert "Komt niet in aanmerking" in page.text
    assert "niet vervuld" in page.text
    assert "€" not in page.text
    assert "buiten het stadsgebied" in page.text


def test_the_sheet_proves_itself(ask, city):
    decision = ask("45")
    text = read(decision).text
    assert decision.digest in text
    assert city.digest in text
    assert decision.rulebook.sha256 in text


def test_a_synthetic_city_is_marked(ask):
    assert "DEMO: fictieve gegevens" in read(ask("45")).text


def test_the_map_marks_the_area_and_the_place(ask):
    page = render_sheet(ask("45"))
    assert page.count('class="here"') == 1
    assert len(re.findall(r"<path ", page)) == 5
    assert page.count("<circle ") == 1
    assert render_sheet(ask("45", x=-500)).count("<circle ") == 0


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "{{7*7}} {x} {}", "=HYPERLINK(1)"]
)
def test_texts_of_others_stay_text(ask, city, text):
    areas = city.areas.copy()
    areas["name"] = text
    decision = ask("45", city=city.replace(areas=areas), address=text)
    page, plain = read(decision), read(ask("45"))
    assert page.tags == plain.tags
    assert text in page.text


def test_the_sheet_asks_nothing_of_the_network(ask):
    page = render_sheet(ask("45"))
    assert PrintedPage(page).links == []
    assert "http" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_the_same_decision_gives_the_same_sheet(ask):
    assert render_sheet(ask("45")) == render_sheet(ask("45"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [(57.9, "57,9"), (59.96, "59,96"), (60.0, "60,0"), (60.04, "60,0"), (None, "onbekend"), (0.0, "0,0")],
)
def test_a_rate_is_never_shown_on_the_wrong_side_of_the_norm(value, shown):
    assert rate(value, norm=60) == shown


def test_answered_assumed_and_not_answered_have_three_looks(ask):
    page = render_sheet(ask("45", answers={"days_per_week": 5}, assume_yes=True))
    assert page.count('class="met"') == 4
    assert page.count('class="assumed"') == 10
    assert 'class="open"' not in page
    assert "10 aangenomen" in page
    open_page = render_sheet(ask("45", answers={"days_per_week": 5}))
    assert (open_page.count('class="open"'), open_page.count('class="assumed"')) == (10, 0)
    assert "10 niet beantwoord" in open_page


def test_the_sheet_is_an_advice_with_dossier_applicant_and_the_local_hour(ask):
    text = read(ask("45", dossier="2026/0117", applicant="Droomedaris bv", advisor="An Peeters")).text
    for part in ("Advies, geen beslissing", "2026/0117", "Droomedaris bv", "An Peeters op 2 maart 2026, 11.30 uur"):
        assert part in text
    assert read(ask("45")).text.count("(niet ingevuld)") == 3
    assert "beslist op" not in text


def test_coordinates_are_in_whole_metres(ask):
    text = read(ask("45", x=512.3456, y=498.7)).text
    assert "x 512, y 499" in text
    assert "512,3" not in text
    assert "512.3" not in text


def test_what_the_letter_must_say_is_there_and_unknown_where_no_source_tells(ask, own_rulebook):
    text = read(ask("45")).text
    for part in ("Rechtsgrond", "Motivering", "Wie beslist", "Terugbetaling", "Beroep", "Minimumduur"):
        assert part in text
    assert "onbekend niet bevestigd" in text.partition("Rechtsgrond")[2][:30]
    assert "onbekend niet bevestigd" in text.partition("Terugbetaling")[2][:30]
    known = '[repayment]\ntext = "Pro rata."\nsource = "Raadsbesluit"\nstanding = "adopted"'
    books = own_rulebook(
        {'[repayment]\ntext = "unknown"\nsource = "geen bron gevonden"\nstanding = "to be confirmed"': known}
    )
    assert "Pro rata. (Raadsbesluit) vastgesteld" in read(ask("45", rulebooks=books)).text


def test_a_refusal_gives_its_reason_with_answer_and_source(ask):
    text = read(ask("45", answers={"days_per_week": 4})).text
    reason = text.partition("Waarom niet")[2]
    assert "De opvang is minstens 5 dagen per week open. Antwoord: 4 dagen per week. Bron: kortrijk.be" in reason


def test_counts_carry_their_own_day_and_the_border_its_amount(ask):
    text = read(ask("45", on="2025-06-01", x=1010)).text
    assert "volgens een lijst van 31 december 2020" in text
    assert "kinderen van 0 tot 2 jaar op 31 december 2020" in text
    assert "10 m van Laag; daar € 4.598,00" in text


def test_documents_that_confirm_stand_on_the_sheet(ask):
    text = read(
        ask("45", confirmed=("rulebook", "amounts.group-below-norm", "caps", "area_unit", "reference_date"))
    ).text
    assert "Komt in aanmerking: € 8.550,00" in text
    assert "Bevestigd: het reglement, door Raadsbesluit, 13 september 2021, Dienst Kinderopvang." in text
    assert "Open punten" not in text


@pytest.mark.browser
def test_the_sheet_prints_on_one_page(ask, tmp_path, browser):
    fullest = {"x": 1000, "on": "2025-01-31", "existing_places": 8, "answers": {}}
    fullest["address"] = "Burgemeester Felix de Bethunelaan 1234 bus 0567, 8500 Kortrijk"
    decisions = {"group": ask(kind="group", **fullest)}
    few = {**fullest, "new_places": 4, "existing_places": 4}
    decisions |= {kind: ask(kind=kind, **few) for kind in ("family", "family-yearly")}
    decisions["older"] = ask("unknown", **{**fullest, "x": 3000, "on": "2016-05-01"})
    for name, decision in decisions.items():
        path = tmp_path / f"{name}.html"
        path.write_text(render_sheet(decision), encoding="utf-8")
        page = browser.new_page()
        requests: list[str] = []
        page.on("request", lambda request, seen=requests: seen.append(request.url))
        page.goto(path.as_uri())
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        page.close()
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, name
        assert requests == [path.as_uri()]
