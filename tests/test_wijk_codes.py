"""Old wijk codes, people who cannot be located, and sectors that changed parent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from housing_town import town

from kortrijk_geo import housing
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.wijk_codes import changed_parents, current_codes, read_wijk_codes, wijk_codes


def codes(*values):
    return current_codes(pd.Series(values), where="tabel.csv, wijk").tolist()


def test_the_fourteen_old_codes_are_the_fourteen_new_ones():
    known = wijk_codes()
    assert sorted(known.current) == [f"34022W{letter}" for letter in "ABCDEFGHIJKLMN"]
    assert sorted(known.current.values()) == [f"34022W{number:02d}" for number in range(1, 15)]
    assert known.names[known.current["34022WC"]] == "Heule Watermolen"
    assert known.names[known.current["34022WM"]] == "Kortrijk Centrum"


def test_old_codes_become_new_and_others_stay():
    assert codes("34022WA", " 34022wn ", "34022W08", "34022ZZZZ", "11001WA") == [
        "34022W05", "34022W11", "34022W08", "34022ZZZZ", "11001WA",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("34022WQ",), "34022WQ in row 0 is no wijk of Kortrijk"),
        (("34022WA", None), "row 1 has no code"),
        (("34022WA", "34022W05"), "34022W05 stands there twice, also under its old code 34022WA"),
    ],
)
def test_codes_that_cannot_be_right(values, message):
    with pytest.raises(DataError, match=message):
        codes(*values)


def test_a_sector_that_changed_parent_is_found_and_an_old_code_is_no_change():
    before = pd.DataFrame({"sector_id": ["S1", "S2", "S3", "S4"], "area_id": ["34022WA", "34022WA", None, "34022WC"]})
    after = pd.DataFrame({"sector_id": ["S2", "S1", "S3", "S5"], "area_id": ["34022W05", "34022W04", "34022W05", "x"]})
    assert changed_parents(before, after).to_dict("records") == [
        {"sector_id": "S1", "before": "34022W05", "after": "34022W04"},
        {"sector_id": "S3", "before": None, "after": "34022W05"},
    ]
    with pytest.raises(DataError, match="sector S1 stands there twice"):
        changed_parents(pd.concat([before, before]), after)


NEW = ["34022W04", "34022W05", "34022W06"]


def test_a_table_under_old_codes_takes_the_place_of_the_packs_counts():
    city = town([1, 1, 1], [100, 100, 100], ids=NEW, total=(3, 300))
    table = pd.DataFrame(
        {"area_id": ["34022WA", "34022WB", "34022WC", "34022ZZZZ"], "social_dwellings": [5, 10, 15, 2]}
    )
    result = housing.analyse(city, table=table, allocation=False)
    assert result.areas["social_dwellings"].tolist() == [10, 5, 15]
    assert result.city["social_dwellings"] == 32
    assert any("2 zijn aan geen gebied toegewezen" in note for note in result.notes)


def test_an_area_without_a_row_is_unknown_and_a_stranger_is_named():
    city = town([1, 1, 1], [100, 100, 100], ids=NEW, total=(3, 300))
    table = pd.DataFrame({"area_id": ["34022WA", "34022WC", "99999X"], "social_dwellings": [5.0, None, 7.0]})
    result = housing.analyse(city, table=table, allocation=False)
    assert result.areas["social_dwellings"].isna().tolist() == [True, False, True]
    assert np.isnan(result.city["social_dwellings"])
    assert any("99999X" in note for note in result.notes)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"area_id": ["34022WA"]}, "needs a column area_id and one of social_dwellings"),
        ({"area_id": ["x"], "social_dwellings": [1]}, "none of its codes"),
        ({"area_id": ["34022W04", "34022W04"], "social_dwellings": [1, 2]}, "area 34022W04 stands there twice"),
        ({"area_id": ["34022WA"], "social_dwellings": [-1]}, "-1 of area 34022W05 is not a number from 0"),
        ({"area_id": ["34022WA"], "social_dwellings": ["veel"]}, "veel of area 34022W05"),
    ],
)
def test_tables_that_cannot_be_used(rows, message):
    with pytest.raises(DataError, match=message):
        housing.analyse(town([1, 1, 1], [100, 100, 100], ids=NEW), table=pd.DataFrame(rows))


def test_the_file_is_read_strictly(tmp_path):
    path = tmp_path / "codes.toml"
    head = 'nis_code = "1"\nsource = "s"\ndate = "d"\nstanding = "x"\nnot_located = ["z"]\n'
    path.write_text(head + '[[wijk]]\nold = "a"\nnew = "b"\nname = "n"\nextra = 1\n')
    with pytest.raises(DataError, match=r"codes\.toml.*extra is not a known key"):
        read_wijk_codes(path)
    path.write_text(head + '[[wijk]]\nold = "a"\nnew = "b"\nname = "n"\n' * 2)
    with pytest.raises(DataError, match="stands there twice"):
        read_wijk_codes(path)
