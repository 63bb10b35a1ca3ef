"""The page, the files and the command of services, on the small town of all layers and on the town along one street."""

from __future__ import annotations

import json
import re

import openpyxl
import pyogrio
import pytest
import service_town
import small_town
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo.atlas.comparison import Comparison, compare_cities
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo_cli.main import app


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return service_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def maps(town, tmp_path_factory):
    out = tmp_path_factory.mktemp("maps")
    report = write_atlas(town, out, only=("services",))
    assert report.ok
    return out


def test_the_page_has_a_switch_per_kind_a_matrix_and_blind_spots(maps):
    html = (maps / "voorzieningen.html").read_text(encoding="utf-8")
    layers = json.loads(re.search(r'"layers":(\[.*?\]),"active"', html.replace("\\u003c", "<"))[1])
    groups = list(dict.fromkeys(layer["group"] for layer in layers))
    assert groups == ["Basisscholen", "Woonzorgcentra", "Huisartsenpraktijken", "Bibliotheken"]  # those that are known
    assert "Wat ontbreekt waar" in html
    matrix = html[html.index('id="matrix"') : html.index('id="tabel"')]
    assert matrix.count("<tr>") == 1 + 2 + 1
    assert re.search(r"<bdi>Oost</bdi></th><td data-value=\"0\.227\d*\" class=\"m\d\">22,7 %", matrix)
    assert 'class="none">onbekend' in matrix  # sport: nobody knows whether there is any
    spots = html[html.index(">Blinde vlekken<") :]
    assert "library 3900" in spots
    assert "Vooruitblik voor de stad" in html
    assert "doctors per 100 people" in html


def test_the_files_hold_the_layers_and_the_sheets(maps, town):
    layers = {name for name, _ in pyogrio.list_layers(maps / "voorzieningen.gpkg")}
    assert {"areas", "blind_spots", "locations"} <= layers
    spots = pyogrio.read_dataframe(maps / "voorzieningen.gpkg", layer="blind_spots")
    assert {"kind", "people", "nearest_m", "surface_ha"} <= set(spots.columns)
    places = pyogrio.read_dataframe(maps / "voorzieningen.gpkg", layer="locations")
    assert len(places) == len(town.amenities)
    book = openpyxl.load_workbook(maps / "voorzieningen.xlsx")
    assert {"Blinde vlekken", "Vooruitblik"} <= set(book.sheetnames)
    heads = [cell.value for cell in next(book["Vooruitblik"].iter_rows())]
    assert heads[:3] == ["Voorziening", "Wie ze nodig heeft", "Mensen nu"]
    ahead = {row[0]: row for row in book["Vooruitblik"].iter_rows(values_only=True)}
    assert ahead["Bibliotheken"][heads.index("Capaciteit")] == "-"  # nobody counts places of a library: none is unknown
    areas = [cell.value for cell in book["Gebieden"][1]]
    assert len(set(areas)) == len(areas)
    assert not any("[" in head for head in areas)
    index = (maps / "index.html").read_text(encoding="utf-8")
    assert "De grootste blinde vlek van de voorzieningen" in index


def run(*words):
    return CliRunner().invoke(app, [*words], catch_exceptions=True)


def test_the_command_takes_a_kind_by_its_dutch_name(town, tmp_path):
    answer = run("services", "bibliotheek", "--pack", str(town.folder), "--out", str(tmp_path), "--json")
    assert answer.exit_code == 0, answer.output
    document = json.loads(answer.stdout)
    assert document["theme"] == "services"
    assert document["city"]["people_library"] == 42 * 20
    assert not [key for key in document["city"] if "school" in key]
    assert (tmp_path / "voorzieningen.html").is_file()
    assert "basisscholen" not in (tmp_path / "voorzieningen.html").read_text(encoding="utf-8").lower()


def test_the_command_says_what_is_wrong(town, tmp_path):
    answer = run("services", "zwembad", "--pack", str(town.folder), "--out", str(tmp_path))
    assert answer.exit_code != 0
    assert "there is no kind of service 'zwembad'" in str(answer.exception)
    assert not list(tmp_path.iterdir())
    assert run("services", "--help").exit_code == 0


def test_the_small_town_with_all_layers_has_the_page_too(tmp_path):
    report = write_atlas(small_town.write_town(tmp_path / "town"), tmp_path / "maps", only=("services",))
    assert report.ok
    result = kg.services.analyse(small_town.write_town(tmp_path / "again"))
    assert result.areas["share_beyond_playground_walk"].notna().all()


def test_two_states_are_compared_column_by_column(town):
    amenities = town.amenities
    amenities.loc[amenities["name"] == "school 2500", "capacity"] = 200.0
    asked = Comparison("services", ("nu", "straks"), {}, {})
    spec = compare_cities(asked, town, town.replace(amenities=amenities))
    assert spec.result.areas.loc["O", "per_100_basic_school_change"] == pytest.approx(100 * 140 / 110)
    assert spec.result.areas.loc["O", "share_beyond_basic_school_walk_change"] == 0
    html = page_html(spec)
    assert "Wat ontbreekt waar" not in html  # one state's matrix would pass for that of both
    assert "Blinde vlekken" not in html
