"""The letter: a proposal of a decision that says everything a decision must, and invents nothing that lacks."""

from __future__ import annotations

import re

import pytest
from printed_page import PrintedPage

from kortrijk_geo.premium.letter import render_letter
from kortrijk_geo.premium.rulebooks import EXAMPLES

GROUP_2021 = ("rulebook", "amounts", "caps", "area_unit", "reference_date")
HEADINGS = (
    *("Bevoegdheid en rechtsgrond", "Feiten", "Beoordeling van de voorwaarden", "Voorstel"),
    *("Beroep", "Privacy", "Contact"),
)
OF_A_GRANT = ("Uitbetaling", "Duur en terugbetaling", "Bewijsstukken", "Samenloop en staatssteun")


def text(decision) -> str:
    return " ".join(PrintedPage(render_letter(decision)).text.split())


def test_a_grant_says_what_why_and_how_much(ask):
    letter = text(ask("45", confirmed=GROUP_2021, applicant="Droomedaris bv", dossier="2021/7"))
    for part in (
        *HEADINGS,
        *OF_A_GRANT,
        "Voorstel van beslissing: berekend, niet beslist.",
        "Droomedaris bv",
        "Dossier: 2021/7",
        "Droomedaris bv vroeg op 12 oktober 2021 de premie aan voor groepsopvang (start)",
        "45,0 plaatsen per 100 kinderen. De norm is 60 per 100; dat is onder de norm.",
        "De aanvrager antwoordde: 5 dagen per week. Aan deze voorwaarde is voldaan.",
        "Voorgesteld wordt een premie van € 8.550,00 toe te kennen.",
        "19 x € 450,00 = € 8.550,00",
        "Bevestigd: het reglement, door Raadsbesluit, 13 september 2021, Dienst Kinderopvang.",
        "geldig vanaf 12 oktober 2021",
        "Raad van State binnen 60 dagen",
        "Agentschap Binnenlands Bestuur",
        "wet van 29 juli 1991",
        "door een jurist na te kijken",
        "(EU) 2023/2831",
    ):
        assert part in letter, part


def test_a_refusal_gives_its_reason_in_a_sentence_and_no_payment(ask):
    letter = text(ask("45", answers={"days_per_week": 4}))
    assert "Voorgesteld wordt de premie te weigeren." in letter
    assert "De aanvrager antwoordde: 4 dagen per week. Aan deze voorwaarde is niet voldaan." in letter
    assert "Niet vervuld: De opvang is minstens 5 dagen per week open." in letter.partition("De redenen:")[2]
    assert "Beroep" in letter
    assert not any(heading in letter for heading in OF_A_GRANT)
    assert "€" not in letter


def test_a_provisional_sum_is_not_granted_and_lists_what_is_open(ask):
    letter = text(ask("45", answers={}, assume_yes=True))
    assert "De voorlopige berekening komt op € 8.550,00. Dit bedrag is niet toegekend." in letter
    assert "De aanvrager antwoordde hier niet op; het is aangenomen en moet voor de beslissing vaststaan." in letter
    assert "Toekennen kan pas als dit vaststaat:" in letter
    assert "Nodig: een document dat dit bevestigt." in letter
    assert "--" not in letter, "an applicant has no command line"
    incomplete = text(ask("unknown"))
    assert "niets worden toegekend" in incomplete
    assert "Wat nog nodig is:" in incomplete


def test_what_is_open_is_listed_by_who_must_bring_it(ask):
    letter = text(ask("45", answers={}, assume_yes=True))
    _, _, after = letter.partition("Door de aanvrager te beantwoorden:")
    theirs, _, ours = after.partition("Door het bestuur na te gaan:")
    assert "Hoeveel dagen per week is de opvang open?" in theirs
    assert "De wettelijke definitie van 'gebied' is niet bekend" in ours
    assert "een document dat dit bevestigt" not in theirs
    assert "antwoord op de vraag" not in ours.partition("Uitbetaling")[0]


def test_each_condition_tells_the_fact_it_was_tested_by(ask):
    letter = text(ask("45"))
    assert "Opvangvorm in de aanvraag: groepsopvang. Aan deze voorwaarde is voldaan." in letter
    assert "Nieuwe plaatsen in de aanvraag: 19. Aan deze voorwaarde is voldaan." in letter
    assert "Dit is getoetst aan de ligging op de kaart." in letter
    assert "[in te vullen: adres van de opvang]" in letter


def test_what_the_city_has_not_given_is_a_marked_blank(ask):
    page = render_letter(ask("45", confirmed=GROUP_2021))
    blanks = re.findall(r'class="blank">\[in te vullen: ([^\]]*)\]', page)
    for lacking in (
        "naam van de aanvrager",
        "adres van de aanvrager",
        "dossiernummer",
        "datum van de beslissing",
        "besluit van de gemeenteraad",
        "minimumduur",
        "wanneer en hoeveel wordt terugbetaald",
        "wanneer en in welke delen",
        "welke bewijzen",
        "verwerkingsverantwoordelijke",
        "naam, telefoon en e-mail",
        "handtekening",
    ):
        assert any(lacking in blank for blank in blanks), lacking


def test_a_letter_with_blanks_says_that_it_cannot_be_sent(ask):
    """Also when its sum is certain; a text of others adds no blank."""
    letter = text(ask("45", confirmed=GROUP_2021, applicant='<span class="blank">[in te vullen: ja]'))
    count = int(re.search(r"Ontwerp, nog niet te versturen: nog (\d+) keer \[in te vullen\]", letter)[1])
    assert count == letter.count("[in te vullen:") - letter.count("[in te vullen: ja]")
    assert count >= 4


def test_what_the_rulebook_says_fills_the_letter(ask, own_rulebook):
    texts = {
        '[minimum_stay]\nyears = "unknown"': "[minimum_stay]\nyears = 4",
        "[[unconfirmed]]\nfield": '[[payments]]\ntext = "Bij de opening."\nshare = "1/3"\nsource = "r"\n'
        'standing = "adopted"\n[[payments]]\ntext = "Na een jaar."\nshare = "2/3"\nsource = "r"\nstanding = "adopted"\n'
        '[[documents]]\ntext = "De vergunning."\nsource = "r"\nstanding = "adopted"\n'
        '[contact]\ntext = "Dienst Kinderopvang, 056 00 00 00"\nsource = "r"\nstanding = "adopted"\n'
        "[[unconfirmed]]\nfield",
    }
    changed = {**texts, '"450.00"': '"450.01"'}
    text_of = text(ask("45", rulebooks=_first(own_rulebook, changed)))
    for part in (
        "De plaatsen blijven minstens 4 jaar vanaf de opening.",
        "€ 2.850,06: Bij de opening.",
        "€ 5.700,13: Na een jaar.",
        "De vergunning.",
        "Dienst Kinderopvang, 056 00 00 00",
    ):
        assert part in text_of, part


def _first(own_rulebook, texts):
    """Load the rulebook with only the first of each text replaced: tables cannot stand twice."""
    from pathlib import Path

    from kortrijk_geo.premium import rulebooks

    content = (Path(rulebooks.__file__).parent / "books" / "2021-10-12.toml").read_text(encoding="utf-8")
    changed = content
    for old, new in texts.items():
        changed = changed.replace(old, new, 1)
    return own_rulebook({content: changed})


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "{0} {x}"])
def test_texts_of_others_stay_text(ask, hostile):
    page, plain = (
        PrintedPage(render_letter(ask("45", applicant=text, dossier=text, address=text)))
        for text in (hostile, "iemand")
    )
    assert page.tags == plain.tags
    assert hostile in page.text
    assert page.links == []


def test_the_law_texts_are_marked_for_a_lawyer_in_every_period(ask):
    for day in ("2016-06-01", "2020-06-01", "2020-12-01", "2021-11-01"):
        assert text(ask("45", on=day, answers={}, assume_yes=True)).count("door een jurist na te kijken") >= 3


def test_a_letter_by_the_rules_of_another_city_says_no_norm(ask, city):
    import dataclasses

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.premium.rulebooks import read_rulebook

    info = dataclasses.replace(city.info, name="Kapellen", nis_code="11023")
    kapellen = City(city.folder, info, {layer: city.layer(layer) for layer in city.layers})
    decision = ask(
        "45", city=kapellen, rulebooks=[read_rulebook(EXAMPLES / "kapellen.toml")], answers={}, new_places=12
    )
    letter = text(decision)
    assert "€ 400,00: Na goedkeuring door het college." in letter
    assert "norm" not in letter.lower()


@pytest.mark.browser
def test_the_letter_prints_on_a4_and_asks_nothing_of_the_network(ask, tmp_path, browser):
    path = tmp_path / "brief.html"
    path.write_text(render_letter(ask("45", answers={}, assume_yes=True)), encoding="utf-8")
    page = browser.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 4
    assert requests == [path.as_uri()]
