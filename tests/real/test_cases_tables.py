"""Small inputs of others that once failed: workbooks and text tables (``../shared/data/cases``)."""

from __future__ import annotations

import shutil

import pytest

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.shipped import find_recipe
from kortrijk_geo.pack.city import open_city

pytestmark = pytest.mark.real


@pytest.fixture
def case(real_data, tmp_path):
    """Build a case, its recipe with something added; skips where it is absent."""

    def build(name, added=""):
        folder = real_data / "cases" / name
        if not folder.is_dir():
            pytest.skip(f"the case {name} is absent ({folder})")
        recipe = tmp_path / "recipe.toml"
        recipe.write_text((folder / "recipe.toml").read_text() + added)
        shutil.rmtree(tmp_path / "pack", ignore_errors=True)
        build_pack(recipe, folder / "raw", tmp_path / "pack")
        return open_city(tmp_path / "pack")

    return build


@pytest.mark.parametrize(
    "name",
    [
        "01-xlsx-strict",
        "02-xlsx-chart-sheet-first",
        "03-xlsx-dimension-too-small",
        "04-xlsx-hidden-first-sheet",
        "05-csv-geo-shape-column",
        "17-xlsx-true-dates-with-date-format",
        "19-csv-utf16le-no-bom",
    ],
)
def test_three_locations_with_29_places_are_read(case, name, tmp_path):
    city = case(name)
    assert city.childcare["location_id"].tolist() == ["c1", "c2", "c3"]
    assert city.childcare["places"].tolist() == [14, 9, 6]
    assert [item for item in check_pack(tmp_path / "pack") if item.level == "error"] == []
    if "opens" in city.childcare:
        assert set(city.childcare["opens"]) == {"2020-09-01"}


def test_rows_of_totals_are_refused_and_left_out_on_request(case):
    with pytest.raises(DataError, match=r"t\.csv: row 4 \(W1, Totaal, 1000\) is a total of other rows"):
        case("16-sum-with-subtotal-rows")
    city = case("16-sum-with-subtotal-rows", "without_totals = true\n")
    assert city.areas["population"].tolist() == [1000, 600]


def test_a_stray_quote_names_its_row(case):
    with pytest.raises(DataError, match=r"c\.csv: .*row 2 has a quote"):
        case("20-csv-quote-inside-cell")


def test_antwerp_adds_up_wide_ages_under_names_that_do_not_match(real_data, tmp_path):
    files = real_data / "antwerp"
    if not files.is_dir():
        pytest.skip(f"the files of Antwerp are absent ({files})")
    build_pack(find_recipe("antwerp"), files, tmp_path / "pack")
    areas = open_city(tmp_path / "pack").areas.set_index("name")["population"]
    assert len(areas) == 67
    assert areas.isna().sum() == 8
    assert areas["Antwerpen - Dam"] == 742 + 820 + 1043 + 1201 + 840 + 629 + 383 + 159 + 52 + 11
    before, rest = find_recipe("antwerp").read_text().split("\n[layers.areas.tables.rename]")
    (tmp_path / "unnamed.toml").write_text(before + rest[rest.index("\n[layers.amenities]") :])
    with pytest.raises(DataError, match=r"57 of its 67 codes are no name of layer areas.*rename"):
        build_pack(tmp_path / "unnamed.toml", files, tmp_path / "pack")
