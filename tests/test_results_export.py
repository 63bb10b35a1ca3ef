"""What a theme returns reaches JSON, GeoPackage and workbook with the same figures, and unknown stays unknown."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, fields, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from shapely.geometry import box

from kortrijk_geo.errors import OutputError
from kortrijk_geo.results import Column, DiscreetResult, Figure, Source, ThemeResult
from kortrijk_geo.text.safe import plain

FORMULA = '=HYPERLINK("http://example.org","klik")'


@pytest.fixture
def result() -> ThemeResult:
    areas = gpd.GeoDataFrame(
        {"name": [FORMULA, "Oost"], "population": [10.0, np.nan], "share": [0.579, np.inf], "below": [True, False]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs="EPSG:31370",
        index=gpd.pd.Index(["a", "b"], name="area_id"),
    )
    return ThemeResult(
        theme="reach",
        page="bereik",
        pack="Stad",
        areas=areas,
        city={"population": np.float64(10), "share": np.nan},
        headlines=[Figure("share", "Aandeel", np.float64("nan"), "aandeel", 0.6, "Test")],
        columns=[Column("share", "Aandeel")],
        sources=[Source("Test", "2024-12-31", "CC0")],
        options={"minutes": (5, 15), "unknown": np.nan},
        notes=["=1+1"],
    )


@dataclass(repr=False)
class Unpeopled(DiscreetResult):
    """A result that tells no inhabitants."""

    def without_few(self):
        return replace(self, areas=self.areas.assign(population=np.nan))


def test_what_is_published_is_worked_out_once_and_what_is_made_of_it_anew(result: ThemeResult) -> None:
    whole = Unpeopled(**{field.name: getattr(result, field.name) for field in fields(result)})
    public = whole.published()
    assert public.areas["population"].isna().all()
    assert whole.published() is public
    assert public.published() is public
    assert replace(public, areas=result.areas).published().areas["population"].isna().all()


def test_json_has_numbers_and_null(result: ThemeResult) -> None:
    document = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert document["areas"][0] == {"area_id": "a", "name": FORMULA, "population": 10.0, "share": 0.579, "below": True}
    assert document["areas"][1]["population"] is None
    assert document["areas"][1]["share"] is None
    assert document["city"] == {"population": 10.0, "share": None}
    assert document["headlines"][0]["value"] is None
    assert document["options"] == {"minutes": [5, 15], "unknown": None}


def test_the_workbook_holds_text_as_text(result: ThemeResult, tmp_path: Path) -> None:
    result.to_xlsx(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    cell = book["Gebieden"]["B2"]
    assert cell.value == FORMULA
    assert cell.data_type == "s", "a string, not a formula"
    assert b"<f>" not in zipfile.ZipFile(tmp_path / "a.xlsx").read("xl/worksheets/sheet2.xml")
    assert book["Gebieden"]["C3"].value is None, "unknown is an empty cell, not 0"
    assert book["Opmerkingen"]["A2"].value == "=1+1"


def test_heads_are_dutch_with_units_and_explained(result: ThemeResult, tmp_path: Path) -> None:
    columns = [
        Column("share", "Aandeel"), Column("population", "Inwoners", "whole", definition="op 1 januari"),
        Column("distance_m", "Afstand tot de halte"), Column("rate", "Aandeel", "number"),
    ]  # fmt: skip
    areas = result.areas.assign(distance_m=[12.3456, np.nan], rate=[1.25, 2.5])
    areas.index = gpd.pd.Index(["01", "02"], name="area_id")
    replace(result, areas=areas, columns=columns).to_xlsx(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    head, first, second = book["Gebieden"].iter_rows()
    assert [cell.value for cell in head] == [
        "Code van het gebied", "Gebied", "Inwoners", "Aandeel", "below", "Afstand tot de halte (m)", "Aandeel [rate]",
    ]  # fmt: skip
    assert [cell.data_type for cell in first] == ["s", "s", "n", "n", "b", "n", "n"]
    assert first[0].value == "01", "a code is a text"
    assert first[3].value == 0.579
    assert [cell.number_format for cell in first][2:] == ["#,##0", "0.0%", "General", "#,##0", "#,##0.0"]
    assert second[5].value is None
    explained, *rows = book["Kolommen"].iter_rows(values_only=True)
    told = {row[0]: dict(zip(explained, row, strict=True)) for row in rows}
    assert told["share"] == {
        "kolom": "share", "betekenis": "Aandeel", "eenheid": "aandeel van 0 tot 1, geschreven in %",
        "opschrift": "Aandeel", "blad": "Gebieden", "toelichting": "", "bron": "Test",
    }  # fmt: skip
    assert (told["population"]["eenheid"], told["population"]["toelichting"]) == ("aantal", "op 1 januari")
    assert told["distance_m"]["eenheid"] == "m"
    assert told["known_share"]["blad"] == "Kerncijfers"
    assert book["Kerncijfers"]["A1"].value == "Naam in de gegevens"


def test_codes_are_words_that_the_sheet_of_columns_tells(result: ThemeResult, tmp_path: Path) -> None:
    goal = Figure("rate", "Cijfer", 1.0, "x", 2.0, target_kind="guideline", target_source="Nota")
    replace(result, headlines=[goal]).to_xlsx(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    head, row = book["Kerncijfers"].iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["Soort doel"] == "richtlijn"
    _, *rows = book["Kolommen"].iter_rows(values_only=True)
    told = {row[3]: row[5] for row in rows if row[4] == "Kerncijfers"}
    assert set(head) <= set(told)
    assert "richtlijn: guideline in de gegevens" in told["Soort doel"]


def test_geopackage_and_workbook_are_the_same_bytes_each_time(result: ThemeResult, tmp_path: Path) -> None:
    for name in ("a", "b"):
        result.to_xlsx(tmp_path / f"{name}.xlsx")
        result.to_geopackage(tmp_path / f"{name}.gpkg")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    back = gpd.read_file(tmp_path / "a.gpkg", layer="areas")
    assert list(back["area_id"]) == ["a", "b"]
    assert np.isnan(back["population"].iloc[1])


def test_an_output_that_cannot_be_written_is_named_and_leaves_nothing(result: ThemeResult, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=r"a\.xlsx cannot be written"):
        result.to_xlsx(tmp_path / "file" / "a.xlsx")
    (tmp_path / "folder.gpkg").mkdir()
    with pytest.raises(OutputError, match=r"folder\.gpkg cannot be written"):
        result.to_geopackage(tmp_path / "folder.gpkg")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.gpkg"]


def test_plain_knows_the_unknowns() -> None:
    assert plain([np.nan, gpd.pd.NA, gpd.pd.NaT, np.inf, np.int64(3), np.bool_(True)]) == [
        None,
        None,
        None,
        None,
        3,
        True,
    ]
