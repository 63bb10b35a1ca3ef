"""The pages of the desk: what is typed stays, errors stand beside their field, a place is read before it is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_clerk import ANSWERS, FORM, NOW, Clerk, staffed_desk, words

from kortrijk_geo.desk.location import Finder, UnclearPlaceError
from kortrijk_geo.desk.settings import Settings
from kortrijk_geo.desk.web.app import create_app
from kortrijk_geo.pack.city import City


@pytest.fixture(scope="module")
def desk(demo: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    app = staffed_desk(tmp_path_factory.mktemp("desk"), demo)
    yield app
    app.state.ledger.close()


@pytest.fixture
def clerk(desk: Any) -> Callable[[str], Clerk]:
    return lambda name: Clerk(desk, name)


@pytest.fixture(scope="module")
def finder(demo: City) -> Finder:
    return Finder(demo)


def test_the_first_page_tells_every_wijk_with_its_dates(clerk: Callable[[str], Clerk], demo: City) -> None:
    text = clerk("Dirk").go("/")
    for name in demo.areas["name"]:
        assert name in text
    assert "Peildatum 31 december 2025; lijst van opvang van 31 december 2024, kinderen van 31 december 2024" in text
    assert "DEMO: fictieve gegevens, niet voor beslissingen" in text


@pytest.mark.parametrize("path", ["/", "/dossiers/nieuw", "/dossiers", "/wat-als", "/overzicht", "/regels", "/hulp"])
def test_every_page_of_the_demo_says_that_it_is_invented(clerk: Callable[[str], Clerk], path: str) -> None:
    assert "DEMO: fictieve gegevens, niet voor beslissingen" in clerk("An").go(path)


def test_an_address_is_found_with_its_wijk_and_its_border(clerk: Callable[[str], Clerk]) -> None:
    text = clerk("Dirk").go("/?zoek=meensestwg+12")
    assert "Meensesteenweg 12, 8500 Kortrijk, x 71862, y 169364" in text
    assert re.search(r"Grens \d+ m van Kortrijk Noord", text)
    assert "Bellegem : 54,8 plaatsen per 100 kinderen, onder de norm van 60" in clerk("Dirk").go("/?zoek=belleg")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("72133 169304", "Gelezen als Lambert 72: x 72133, y 169304."),
        ("72133,169304", "Gelezen als Lambert 72: x 72133, y 169304."),
        ("x=72133,5; y=169304,2", "Gelezen als Lambert 72: x 72134, y 169304."),
        ("169304 72133", "Gelezen als Lambert 72: x 72133, y 169304."),
        ("50,82895 3,26347", "Gelezen als graden: breedte 50,82895, lengte 3,26347."),
        ("3.26347, 50.82895", "Gelezen als graden: breedte 50,82895, lengte 3,26347."),
        ("572130 669310", "Gelezen als Lambert 2008: x 572130, y 669310."),
    ],
)
def test_coordinates_are_recognised_in_either_order(finder: Finder, text: str, said: str) -> None:
    spot = finder.at_coordinates(text)
    assert spot.reading.startswith(said)
    assert abs(spot.x - 72133) < 60
    assert abs(spot.y - 169304) < 60


@pytest.mark.parametrize("text", ["", "72133", "1 2 3", "100000 200000", "48,85 2,35", "200 300", "tekst"])
def test_coordinates_that_mean_no_place_here_are_refused(finder: Finder, text: str) -> None:
    with pytest.raises(UnclearPlaceError):
        finder.at_coordinates(text)


def test_a_street_that_comes_near_is_offered_with_the_number_that_was_asked(finder: Finder) -> None:
    with pytest.raises(UnclearPlaceError) as raised:
        finder.at_address("Meensestraatweg 12")
    assert "Meensesteenweg 12, 8500 Kortrijk" in raised.value.nearest


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(clerk: Callable[[str], Clerk]) -> None:
    an = clerk("An")
    wrong = {**FORM, "nieuw": "veertien", "datum": "31/2/2025", "v.days_per_week": "vijf", "aanvrager": 'A "B" <C>'}
    answer = an.post("/dossiers/nieuw", {**wrong, "doe": "advies"})
    assert answer.status == 422
    for name, said in (("nieuw", "geheel getal in van 0 tot 999"), ("datum", "Dit is geen dag")):
        assert f'<a href="#{name}">' in answer.text
        assert f'aria-describedby="{name}-hulp {name}-fout" aria-invalid="true"' in answer.text
        assert said in words(answer)
    draft = re.search(r'name="concept" id="concept" value="([^"]+)"', answer.text)
    assert draft is not None
    again = an.get(f"/dossiers/nieuw?concept={draft[1]}")
    for typed in ("veertien", "31/2/2025", "A &#34;B&#34; &lt;C&gt;", "Meensesteenweg 12"):
        assert f'value="{typed}"' in again.text


def test_an_answer_that_cannot_be_one_is_told_beside_its_question(clerk: Callable[[str], Clerk]) -> None:
    answer = clerk("An").post("/dossiers/nieuw", {**FORM, "v.days_per_week": "vijf", "doe": "advies"})
    assert answer.status == 422
    assert '<a href="#v.days_per_week">Hoeveel dagen per week is de opvang open?</a>' in answer.text


def test_a_draft_is_of_who_typed_it(clerk: Callable[[str], Clerk]) -> None:
    name = clerk("An").draft(FORM)
    assert clerk("Bo").get(f"/dossiers/nieuw?concept={name}").status == 404
    assert clerk("Bo").get(f"/concepten/{name}/advies").status == 404
    assert clerk("Bo").post("/dossiers", {"concept": name}).status == 404


def test_an_unanswered_question_is_an_open_point_and_never_met(clerk: Callable[[str], Clerk]) -> None:
    an = clerk("An")
    text = an.go(f"/concepten/{an.draft({**FORM, **ANSWERS, 'v.licence': '?'})}/advies")
    assert "? niet beantwoord De opvang heeft een geldige vergunning van Kind en Gezin." in text
    assert "Voorlopig: € 3.388,00" in text
    refused = an.go(f"/concepten/{an.draft({**FORM, **ANSWERS, 'v.licence': 'nee'})}/advies")
    assert "Komt niet in aanmerking" in refused
    assert "Niet vervuld: De opvang heeft een geldige vergunning van Kind en Gezin." in refused


def test_what_if_sets_places_side_by_side_and_keeps_nothing(clerk: Callable[[str], Clerk], desk: Any) -> None:
    before = desk.state.ledger.head()
    fields = {
        "adres.1": "Meensesteenweg 12", "nieuw.1": "14", "coordinaten.2": "72000 166000", "nieuw.3": "20",
        "opvangvorm": "group", "datum": "15/10/2025", "vervuld": "ja",
    }  # fmt: skip
    answer = clerk("Dirk").post("/wat-als", fields)
    assert answer.status == 200
    text = words(answer)
    assert "Plaatsen 14 nieuw, 0 bestaand 14 nieuw, 0 bestaand 20 nieuw, 0 bestaand" in text
    assert "Wijk Kortrijk Centrum" in text
    assert "€ 4.840,00" in text  # 20 x 242
    assert desk.state.ledger.head() == before


def test_rulebooks_show_sources_and_what_they_differ_in(clerk: Callable[[str], Clerk]) -> None:
    text = clerk("Dirk").go("/regels/kortrijk-2021-10-12?naast=kortrijk-2020-10-12")
    assert "Premie groepsopvang, gebied onder de norm groepsopvang € 450,00 per plaats VRT NWS, 12 oktober 2021" in text
    assert "Bedrag: Premie groepsopvang, gebied onder de norm staat er niet in € 450,00 per plaats" in text
    assert clerk("Dirk").get("/regels/bestaat-niet").status == 404


def test_without_accounts_there_are_drafts_and_advice_and_no_dossier(demo: City, tmp_path: Path) -> None:
    app = create_app(Settings(None, tmp_path), city=demo, now=lambda: NOW)
    visitor = Clerk(app)
    name = visitor.draft({**FORM, **ANSWERS})
    assert "Eerste kennismaking. Dit loket heeft nog geen accounts." in visitor.go(f"/concepten/{name}/advies")
    assert "Dien de aanvraag in" not in visitor.go(f"/concepten/{name}/advies")
    assert visitor.post("/dossiers", {"concept": name}).status in {401, 403}
    assert app.state.ledger.entries() == []
    app.state.ledger.close()


def test_the_first_page_does_not_wait_for_the_pack(tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path / "nergens", tmp_path / "data"))
    visitor = Clerk(app)
    assert "De cijfers van de stad worden geladen." in visitor.go("/")
    app.state.packs.start()
    app.state.packs.wait(20)
    assert "De cijfers van de stad kunnen niet worden gelezen" in visitor.go("/")
    assert "De cijfers van de stad kunnen niet worden gelezen" in visitor.go("/dossiers/nieuw")
    assert visitor.get("/gezondheid").text == '{"status":"fout","cijfers":"gestopt"}'
    app.state.ledger.close()


def test_the_atlas_folder_gives_files_and_no_list(clerk: Callable[[str], Clerk], desk: Any, demo: City) -> None:
    folder = desk.state.settings.data / "atlas" / demo.digest[:16]
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<title>Atlas</title>", encoding="utf-8")
    (folder / "bereik.geojson").write_text("{}", encoding="utf-8")
    (desk.state.settings.data / "atlas" / "geheim.html").write_text("x", encoding="utf-8")
    dirk = clerk("Dirk")
    assert dirk.get("/atlas/").text == "<title>Atlas</title>"
    assert dirk.get("/atlas/bereik.geojson").text == "{}"
    for path in ("/atlas/nergens.html", "/atlas/..%2Fgeheim.html", "/atlas/%2e%2e/geheim.html", "/atlas/.lock"):
        assert dirk.get(path).status == 404
