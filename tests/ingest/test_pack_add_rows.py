"""Rows without a place in the pack: left out and listed, refused when many, corrected in the list."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from added_town import CHILDREN, CRECHES, DATED, files_of, refused, write_book, write_town
from address_list import place_of

from kortrijk_geo.ingest.adding import again
from kortrijk_geo.ingest.adding_rows import LEAVE_OUT, RIGHT, ROW
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.pack.city import City


@pytest.fixture
def city(tmp_path) -> City:
    return write_town(tmp_path / "stad")


@pytest.fixture
def book(tmp_path):
    return lambda rows, name="bestand.xlsx": write_book(tmp_path / name, rows)


def many(good: int, bad: int, street: str = "Nergensstraat") -> list[tuple[object, ...]]:
    rows = [(f"g{n}", f"Naam {n}", "groepsopvang", "Meensesteenweg", "12", "8500", 5) for n in range(good)]
    rows += [(f"b{n}", f"Fout {n}", "groepsopvang", street, "1", "8500", 5) for n in range(bad)]
    return [CRECHES[0], *rows]


def list_of(path: Path) -> pd.DataFrame:
    return pd.read_excel(path, dtype=object)


def test_few_rows_without_a_place_are_left_out_and_listed(city, book, tmp_path):
    new = city.add("childcare", book(many(11, 1)), **DATED)
    assert len(new.childcare) == 11
    listed = list_of(tmp_path / "bestand_te_verbeteren.xlsx")
    assert listed[ROW].tolist() == [13]
    assert listed["Naam opvang"].tolist() == ["Fout 0"]
    assert listed["reden"].tolist() == ["deze straat bestaat niet"]
    assert list(listed.columns[-4:]) == [f"{RIGHT}{name}" for name in ("Straat", "Huisnummer", "Postcode")] + [
        LEAVE_OUT
    ]
    assert "childcare" in {finding.layer for finding in check_pack(new.folder) if finding.level == "warning"}


def test_more_than_a_tenth_is_refused_unless_accepted(city, book, tmp_path):
    file = book(many(10, 2))
    why = refused(city.add, "childcare", file, **DATED)
    assert why.startswith("bestand.xlsx: 2 van 12 rijen (17 %) hebben geen plaats in de gegevensset, meer dan 10 %")
    assert f"de lijst om te verbeteren is {tmp_path / 'bestand_te_verbeteren.xlsx'}" in why
    assert not (tmp_path / "stad-childcare").exists()
    new = city.add("childcare", file, accept_unmatched=True, **DATED)
    assert len(new.childcare) == 10
    assert (tmp_path / "bestand_te_verbeteren_2.xlsx").exists()


def test_a_corrected_list_is_given_back(city, book, tmp_path):
    file = book(many(8, 3))
    refused(city.add, "childcare", file, **DATED)
    path = tmp_path / "bestand_te_verbeteren.xlsx"
    correct(path, {10: {f"{RIGHT}Straat": "Kerkstraat", f"{RIGHT}Postcode": "8501"}, 11: {LEAVE_OUT: "ja"},
                   12: {f"{RIGHT}Straat": "Beekstraat"}})  # fmt: skip
    new = city.add("childcare", file, corrections=path, **DATED)
    placed = new.childcare.set_index("name")
    assert placed.geometry["Fout 0"] == place_of("Kerkstraat 1, 8501 Kortrijk")
    assert placed.geometry["Fout 2"] == place_of("Beekstraat 1, 8500 Kortrijk")
    assert "Fout 1" not in placed.index
    assert any("1 rows left out because" in note for note in new.info.layers["childcare"].notes)
    made = again(new.folder, city.folder, tmp_path, tmp_path / "opnieuw")
    assert files_of(made.folder) == files_of(new.folder)


def correct(path: Path, cells_of: dict[int, dict[str, object]]) -> None:
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        for name, value in cells_of.get(sheet.cell(line, columns[ROW]).value, {}).items():
            sheet.cell(line, columns[name]).value = value
    workbook.save(path)


def test_the_list_of_another_file_is_refused(city, book, tmp_path):
    refused(city.add, "childcare", book(many(8, 3)), **DATED)
    path = tmp_path / "bestand_te_verbeteren.xlsx"
    assert "hoort bij een ander bestand" in refused(
        city.add, "childcare", book(many(3, 8), "ander.xlsx"), corrections=path, **DATED
    )
    assert "geen lijst" in refused(city.add, "childcare", book(CRECHES, "c.xlsx"), corrections=book(CHILDREN), **DATED)


def test_codes_of_no_wijk_are_corrected_too(city, book, tmp_path):
    rows = [CHILDREN[0], *((code.replace("W11", "W99"), "", count) for code, _, count in CHILDREN[1:])]
    file = book(rows)
    assert "1 van 4 rijen (25 %)" in refused(city.add, "children", file, **DATED)
    path = tmp_path / "bestand_te_verbeteren.xlsx"
    correct(path, {5: {f"{RIGHT}Wijkcode": "34022W11"}})
    assert city.add("children", file, corrections=path, **DATED).areas["children_0_2"].tolist() == [10, 20, 30, 40]


def test_an_address_that_fits_two_houses_is_listed_with_both(city, book, tmp_path):
    rows = [*many(11, 0), ("t", "Twee", "groepsopvang", "Kerkstraat", "1", "", 5)]
    new = city.add("childcare", book(rows), **DATED)
    assert "Twee" not in new.childcare["name"].tolist()
    listed = list_of(tmp_path / "bestand_te_verbeteren.xlsx")
    assert listed["reden"].tolist() == ["het adres past bij meerdere huizen"]
    assert listed["dichtst bij"].tolist() == ["Kerkstraat 1, 8500 Kortrijk of Kerkstraat 1, 8501 Kortrijk"]
