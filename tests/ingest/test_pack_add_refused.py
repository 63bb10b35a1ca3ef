"""What a planner is told, or refused, of a file that does not fit the pack it is added to."""

from __future__ import annotations

import geopandas as gpd
import openpyxl
import pytest
from added_town import CHILDREN, CRECHES, DATED, DWELLINGS, WIJKEN, findings_of, refused, write_book, write_town
from address_list import X, Y

from kortrijk_geo.errors import OptionError, OutputError
from kortrijk_geo.pack.city import City, open_city


@pytest.fixture
def city(tmp_path) -> City:
    return write_town(tmp_path / "stad")


@pytest.fixture
def book(tmp_path):
    return lambda rows, name="bestand.xlsx": write_book(tmp_path / name, rows)


def test_a_list_of_another_municipality_is_refused_with_the_share(city, book):
    brugge = [CRECHES[0], *((str(n), f"Ver {n}", "groepsopvang", "Steenstraat", n, 8000, 9) for n in range(1, 8))]
    why = refused(city.add, "childcare", book(brugge), **DATED)
    assert "7 van 7 rijen (100 %)" in why
    why = refused(city.add, "childcare", book(brugge), accept_unmatched=True, **DATED)
    assert "is het een bestand van deze gemeente" in why


def test_rows_of_flanders_are_chosen_by_their_municipality(city, book):
    rows = [(*row, gemeente) for row, gemeente in zip(CRECHES, ["Gemeente", *["Kortrijk"] * 3], strict=True)]
    rows += [(str(n), f"Ver {n}", "groepsopvang", "Steenstraat", n, 8000, 9, "Brugge") for n in range(1, 30)]
    file = book(rows)
    assert "29 van 32 rijen (91 %)" in refused(city.add, "childcare", file, **DATED)
    assert len(city.add("childcare", file, where={"Gemeente": "Kortrijk"}, **DATED).childcare) == 3


def test_codes_of_another_municipality_are_refused_with_the_share(city, book):
    rows = [("Wijkcode", "Wijknaam", "0-2 jaar"), *((f"31005W{n:02d}", f"Brugge {n}", n) for n in range(1, 9))]
    why = refused(city.add, "children", book(rows), **DATED)
    assert "waarvan 0 van 8 waarden een " in why
    assert "andere gemeente of van een ander jaar" in why


def test_sectors_of_another_year_are_refused_with_the_share(city, book):
    rows = [("Sectorcode", "0-2 jaar"), *((f"34022A{n:02d}{'-' if n < 6 else 'X'}", 3) for n in range(8))]
    assert "2 van 8 rijen (25 %)" in refused(city.add, "children", book(rows), **DATED)


def test_a_code_beside_the_name_of_another_wijk_is_refused(city, book):
    rows = [CHILDREN[0], *((code, name, 5) for code, name in zip(WIJKEN, reversed(WIJKEN.values()), strict=True))]
    why = refused(city.add, "children", book(rows), columns={"wijkcode": "Wijkcode"}, **DATED)
    assert why.startswith(
        "bestand.xlsx: rij 2 heeft de code 34022W08, en dat is Kortrijk Centrum, en de naam Kortrijk West"
    )


def test_one_wijk_under_its_old_and_its_new_code_is_refused(city, book):
    rows = [*[(code, "", count) for code, _, count in CHILDREN], ("34022WM", "", 10)]
    why = refused(city.add, "children", book(rows), **DATED)
    assert "34022W08 and 34022WM" in why or "34022W08 en 34022WM" in why
    assert "dezelfde wijk" in why


def test_totals_mixed_with_their_parts_are_refused(city, book):
    by_code = [*[(code, "", count) for code, _, count in CHILDREN], ("34022", "", 100)]
    assert "rij 6 (34022) is het totaal van de andere rijen" in refused(city.add, "children", book(by_code), **DATED)
    wrong = [*CHILDREN, ("Totaal", "", 120)]
    assert "samen 100 en de rij met het totaal zegt 120" in refused(city.add, "children", book(wrong), **DATED)
    sectors = [("Sectorcode", "0-2 jaar"), *((f"34022A{n:02d}-", 30) for n in range(8)), ("34022", 240)]
    assert "is het totaal van de andere rijen" in refused(city.add, "children", book(sectors), **DATED)


def test_two_rows_at_one_place_under_one_name_are_told(city, book):
    twice = [*CRECHES, ("109", "Bij", "groepsopvang", "Meensesteenweg", "12", "8500", 21)]
    assert "101 en 109 (Bij)" in findings_of(city, "childcare", book(twice), **DATED)["locations_twice"]
    sites = [("nummer", "naam", "x", "y"), ("1", "Loods", X + 5, Y + 5), ("2", "loods", X + 5, Y + 5)]
    assert (
        "2 rijen hebben de naam en de plaats van een andere"
        in findings_of(city, "sites", book(sites), **DATED)["added_same_place"]
    )


def test_the_same_file_twice_is_refused_whatever_its_name(city, book, tmp_path):
    file = book(CRECHES)
    new = city.add("childcare", file, **DATED)
    assert "ditzelfde bestand is al aan" in refused(new.add, "childcare", file, **DATED)
    other = tmp_path / "ander.xlsx"
    other.write_bytes(file.read_bytes())
    assert "als bestand.xlsx" in refused(new.add, "childcare", other, **DATED)


def test_a_file_newer_than_the_pack_and_one_without_a_date_are_told(city, book):
    said = findings_of(city, "childcare", book(CRECHES), date="2026-03-01")
    assert (
        said["added_newer"] == "beschrijft 2026-03-01, de wijken van de gegevensset 2025-01-01: ze kunnen verschillen"
    )
    assert "added_no_date" in findings_of(city, "childcare", book(CRECHES))
    assert not {"added_newer", "added_no_date"} & set(findings_of(city, "childcare", book(CRECHES), **DATED))


def test_a_workbook_with_a_password_is_refused_with_the_remedy(city, tmp_path):
    file = tmp_path / "geheim.xlsx"
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    why = refused(city.add, "childcare", file)
    assert why == (
        "geheim.xlsx: is beveiligd met een wachtwoord, of van vóór Excel 2007; bewaar het als .xlsx zonder wachtwoord"
    )


def test_more_social_dwellings_than_households_are_refused(city, book):
    rows = [DWELLINGS[0], *((name, 150) for name in WIJKEN.values())]
    why = refused(city.add, "social_dwellings", book(rows), **DATED)
    assert "3" in why
    assert "Kortrijk Noord (150" in why
    assert "Kortrijk Centrum" not in why
    rows = [CHILDREN[0], *((code, name, 101) for code, name in WIJKEN.items())]
    assert "Kortrijk West (101" in refused(city.add, "children", book(rows), **DATED)


def test_places_are_held_against_the_figure_of_the_municipality(city, book):
    file = book(CRECHES)
    said = findings_of(city, "childcare", file, expected_places=45, **DATED)
    assert said["added_places_expected"] == "de plaatsen in Kortrijk zijn samen 43, verwacht zijn er 45: 4,4 % verschil"
    why = refused(city.add, "childcare", file, expected_places=1376, **DATED)
    assert "samen 43, verwacht zijn er 1.376" in why
    assert "--expected-places" in why


def test_places_that_are_not_there_yet_are_not_expected(city, book):
    rows = [(*CRECHES[0], "stand", "opent"), *((*row, "bestaand", None) for row in CRECHES[1:])]
    rows += [("8", "Later", "groepsopvang", "Beekstraat", "1", "8500", 30, "beslist", None),
             ("9", "Nieuw", "groepsopvang", "Veldstraat", "12/1", "8500", 30, "bestaand", "2025-09-01")]  # fmt: skip
    said = findings_of(city, "childcare", book(rows), expected_places=43, **DATED)
    assert said["added_places_expected"].startswith("de plaatsen in Kortrijk zijn samen 43, verwacht zijn er 43")


def test_a_column_that_could_be_the_places_is_asked_for(city, book):
    rows = [(*CRECHES[0][:6], "Aantal plekken in totaal"), *CRECHES[1:]]
    why = refused(city.add, "childcare", book(rows), **DATED)
    assert "geen kolom is zeker opvangplaatsen (places); noem ze met --map places=" in why
    new = city.add("childcare", book(rows), columns={"Opvangplaatsen": "aantal plekken in totaal"}, **DATED)
    assert new.childcare["places"].tolist() == [21, 14, 8]
    with pytest.raises(OptionError, match=r"--map plaatsen=Plekken: .*no such column"):
        city.add("childcare", book(rows), out=city.folder.with_name("x"), columns={"plaatsen": "Plekken"}, **DATED)


def test_a_list_without_kinds_counts_as_group_and_says_so(city, book):
    rows = [row[:2] + row[3:] for row in CRECHES]
    new = city.add("childcare", book(rows), **DATED)
    assert set(new.childcare["kind"]) == {"group"}
    assert any("all locations are taken as group" in note for note in new.info.layers["childcare"].notes)


def test_several_sheets_need_a_choice(city, tmp_path):
    workbook = openpyxl.Workbook()
    for title in ("2024", "2025"):
        sheet = workbook.create_sheet(title)
        for row in CHILDREN:
            sheet.append(row)
    workbook.remove(workbook.worksheets[0])
    workbook.save(tmp_path / "jaren.xlsx")
    assert "2024, 2025" in refused(city.add, "children", tmp_path / "jaren.xlsx", **DATED)
    new = city.add("children", tmp_path / "jaren.xlsx", sheet="2025", **DATED)
    assert new.areas["children_0_2"].notna().all()


def test_nothing_is_written_over_and_a_changed_pack_is_not_added_to(city, book):
    file = book(CRECHES)
    new = city.add("childcare", file, **DATED)
    with pytest.raises(OutputError, match="exists already"):
        city.add("childcare", file, **DATED)
    with pytest.raises(OutputError, match="is the pack itself"):
        city.add("childcare", file, city.folder, **DATED)
    areas = gpd.read_file(new.folder / "city.gpkg", layer="areas")
    areas.assign(population=1.0).to_file(new.folder / "city.gpkg", layer="areas")
    assert "is niet meer de gegevensset die gemaakt is" in refused(
        open_city(new.folder).add, "children", book(CHILDREN), **DATED
    )
    with pytest.raises(OptionError, match="kind is 'kinderen', must be one of childcare, children"):
        city.add("kinderen", file)
