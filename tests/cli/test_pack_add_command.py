"""A planner at the command line: a preview in Dutch, a question, a new pack with both digests; and empty workbooks."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import openpyxl
import pytest
from added_town import CHILDREN, CRECHES, write_book, write_town
from address_list import X, Y
from typer.testing import CliRunner

from kortrijk_geo.errors import DataError, OptionError, OutputError
from kortrijk_geo.ingest.adding_rules import adding_rules
from kortrijk_geo.ingest.template import DATA, columns_of_template, write_template
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import write_pack
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo_cli.main import app

KINDS = adding_rules().kind


def pack(*arguments: object, code: int = 0) -> str:
    """Run ``kortrijk-geo pack`` and return what it prints."""
    done = CliRunner().invoke(app, ["pack", *map(str, arguments)], terminal_width=200)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture
def city(tmp_path: Path) -> City:
    return write_town(tmp_path / "stad")


@pytest.fixture
def creches(tmp_path: Path) -> Path:
    return write_book(tmp_path / "creches.xlsx", CRECHES)


def test_a_planner_adds_creches_and_children_and_the_headlines_follow(city, creches, tmp_path):
    told = pack("add", city.folder, "childcare", creches, "--date", "2025-01-01", "--source", "Opgroeien", "--yes")
    new = open_city(tmp_path / "stad-childcare")
    assert f"kenmerk vroeger {city.digest[:12]}, nu {new.digest[:12]}" in told
    assert "niet te berekenen" in told
    children = write_book(tmp_path / "kinderen.xlsx", CHILDREN)
    document = json.loads(pack("add", new.folder, "children", children, "--date", "2026-02-01", "--yes", "--json"))
    newest = open_city(document["written"])
    assert document["digests"] == {"before": new.digest, "after": newest.digest}
    changed = {each["key"]: each for each in document["headlines"] if each["changed"]}
    rate = next(each for key, each in changed.items() if "per_100" in key and each["after"]["value"] is not None)
    assert rate["before"]["value"] is None
    assert rate["after"]["value"] == pytest.approx(43)  # 43 places for 100 children
    assert [row["after"] for row in document["areas"]] == [10, 20, 30, 40]
    assert all(finding["code"] != "other" for finding in document["findings"])
    made = tmp_path / "opnieuw"
    pack("again", newest.folder, "--base", city.folder, "--files", tmp_path, "--out", made)
    assert (made / "city.gpkg").read_bytes() == (newest.folder / "city.gpkg").read_bytes()
    assert (made / "pack.toml").read_bytes() == (newest.folder / "pack.toml").read_bytes()


def test_what_a_theme_still_lacks_is_said_of_the_new_pack(city, tmp_path):
    told = pack("add", city.folder, "children", write_book(tmp_path / "kinderen.xlsx", CHILDREN), "--yes")
    assert f"kinderopvang kan nog niet: laag childcare ontbreekt in de gegevensset {tmp_path}/stad-children;" in told


def test_show_tells_what_was_added_and_what_nobody_counted(city, creches, tmp_path):
    layers = {**city.info.layers}
    layers["areas"] = dataclasses.replace(layers["areas"], estimates={"population": "raming: verdeeld"})
    info = dataclasses.replace(city.info, layers=layers)
    write_pack(tmp_path / "raming", info, {name: city.layer(name) for name in city.layers})
    said = ("--source", "Opgroeien", "--date", "2025-06-01", "--synthetic", "--yes")
    pack("add", tmp_path / "raming", "childcare", creches, "--out", tmp_path / "nieuw", *said)
    shown = pack("show", tmp_path / "nieuw")
    assert "(SYNTHETIC)" in shown
    for word in ("Toegevoegd door de stad", creches.name, "Geraamd, door niemand geteld", "inwoners", "verdeeld"):
        assert word in shown
    document = json.loads(pack("show", tmp_path / "nieuw", "--json"))
    assert [(each["kind"], each["date"], each["synthetic"]) for each in document["added"]] == [
        ("childcare", "2025-06-01", True)
    ]
    areas = next(layer for layer in document["layers"] if layer["name"] == "areas")
    assert areas["estimates"] == {"population": "raming: verdeeld"}
    assert "Toegevoegd" not in pack("show", city.folder)


def test_without_a_yes_nothing_is_written(city, creches, tmp_path):
    with pytest.raises(OptionError, match="er is niets geschreven; geef --yes"):
        pack("add", city.folder, "childcare", creches)
    document = json.loads(pack("add", city.folder, "childcare", creches, "--json"))
    assert document["written"] is None
    assert not (tmp_path / "stad-childcare").exists()


def test_what_is_wrong_is_said_in_dutch_or_english(city, tmp_path):
    far = [CRECHES[0], *((str(n), f"Ver {n}", "groepsopvang", "Steenstraat", n, 8000, 9) for n in range(1, 8))]
    file = write_book(tmp_path / "ver.xlsx", far)
    with pytest.raises(DataError, match=r"7 van 7 rijen .* hebben geen plaats in de gegevensset"):
        pack("add", city.folder, "childcare", file)
    with pytest.raises(DataError, match=r"7 of 7 rows .* have no place in the pack"):
        pack("add", city.folder, "childcare", file, "--lang", "en")
    with pytest.raises(OptionError, match="must be NAME=VALUE"):
        pack("add", city.folder, "childcare", file, "--map", "plaatsen")


def test_rows_left_out_and_the_list_are_shown(city, tmp_path):
    rows = [CRECHES[0], *((f"g{n}", f"Naam {n}", "groepsopvang", "Meensesteenweg", "12", "8500", 5) for n in range(11))]
    file = write_book(tmp_path / "lijst.xlsx", [*rows, ("b", "Fout", "groepsopvang", "Nergensstraat", "1", "8500", 5)])
    told = "".join(pack("add", city.folder, "childcare", file, "--yes").split())
    assert "1van12rijenzonderplaatszijnweggelaten" in told
    assert f"{tmp_path}/lijst_te_verbeteren.xlsx" in told


def test_the_readme_names_the_kinds() -> None:
    text = (Path(__file__).parents[2] / "data" / "recipes" / "README.md").read_text(encoding="utf-8")
    listed = text.partition("<!-- kinds -->")[2].partition("<!-- end of kinds -->")[0]
    assert listed == ", ".join(f"`{kind}`" for kind in KINDS)
    assert f"meer dan {adding_rules().most_unmatched * 100:.0f} % van de rijen" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_has_the_columns_of_the_contract_and_the_same_bytes(kind, tmp_path):
    for name in ("een.xlsx", "twee.xlsx"):
        pack("template", kind, "--out", tmp_path / name)
    assert (tmp_path / "een.xlsx").read_bytes() == (tmp_path / "twee.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "een.xlsx")
    explained = {row[0].value: row[1].value for row in book["Uitleg"].iter_rows(min_row=2)}
    assert explained["Wat"] == KINDS[kind].title
    columns = columns_of_template(KINDS[kind])
    if KINDS[kind].columns:
        assert set(columns) == {"area_id", "name", *KINDS[kind].columns}
    elif not KINDS[kind].column and not KINDS[kind].is_raster:
        assert set(columns) == set(LAYERS[KINDS[kind].layer].columns) - {"tags"}
    assert {f"Kolom {dutch}" for dutch in columns.values()} <= set(explained)
    if DATA in book.sheetnames:
        head, example = book[DATA].iter_rows(values_only=True)
        assert set(columns.values()) <= set(head)
        assert any(str(cell).startswith("VOORBEELD") for cell in example)
    with pytest.raises(OutputError, match="exists already"):
        pack("template", kind, "--out", tmp_path / "een.xlsx")


FILLED = {
    "childcare": {"locatienummer": "7", "naam": "Bij", "soort opvang": "gezinsopvang", "opvangplaatsen": 8,
                  "straat": "Grote Markt", "huisnummer": 54, "postcode": 8500, "stand": "bestaand"},
    "children": {"wijkcode": "34022W08", "wijknaam": "Kortrijk Centrum", "kinderen 0-2": 12},
    "social_dwellings": {"wijknaam": "Kortrijk Noord", "sociale woningen": 9},
    "sites": {"gebouwnummer": "1", "naam": "Stadhuis", "straat": "Grote Markt", "huisnummer": 54, "postcode": 8500},
    "trees": {"boom id": "1", "hoogte": 9.5, "x": X + 20, "y": Y + 20},
    "amenities": {"voorziening id": "1", "categorie": "library_culture", "naam": "Bib", "x": X + 20, "y": Y + 20},
}  # fmt: skip


@pytest.mark.parametrize("kind", FILLED)
def test_a_template_is_filled_in_and_given_back(kind, city, tmp_path):
    path = tmp_path / "sjabloon.xlsx"
    write_template(kind, path)
    with pytest.raises(DataError, match="bevat alleen het voorbeeld van het sjabloon"):
        pack("add", city.folder, kind, path)
    book = openpyxl.load_workbook(path)
    sheet = book[DATA]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for name, value in FILLED[kind].items():
        sheet.cell(3, columns[name]).value = value
    book.save(path)
    document = json.loads(pack("add", city.folder, kind, path, "--yes", "--json"))
    assert "1 voorbeeldrijen van het sjabloon overgeslagen (rij 2)" in str(document["findings"])
    new = open_city(document["written"])
    what = KINDS[kind]
    if what.column:
        assert new.areas[what.column].notna().sum() == 1
    else:
        assert len(new.layer(what.layer)) == 1
