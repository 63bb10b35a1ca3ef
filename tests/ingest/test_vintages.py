"""Tables and areas of two divisions of a city are not joined, unless all their codes are the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from recipe_village import AREAS, Village, village_of

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.city import City

CODES = [f"S{n}" for n in range(10)]
TABLE = """
vintage = "2025"
[[layers.areas.tables]]
file = "huishoudens.csv"
vintage = "{vintage}"
key = "sector"
not_located = ["ZZZZ"]
columns = {{ households_private = "huishoudens" }}
"""


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return village_of(tmp_path, *CODES)


def build(village: Village, codes: list[str], *, vintage: str) -> City:
    rows = [f"{code},{10 + n}" for n, code in enumerate([*codes, "ZZZZ"])]
    village.raw("huishoudens.csv", "\n".join(["sector,huishoudens", *rows]) + "\n")
    return village.build(AREAS + TABLE.format(vintage=vintage))[1]


def test_one_code_that_changed_refuses_the_whole_table_with_the_match_rate(village: Village) -> None:
    with pytest.raises(DataError, match=r"\.csv: is of vintage 2024.*codes of 2025: 9 of 10 codes have a row"):
        build(village, [*CODES[:9], "T9"], vintage="2024")
    assert not village.pack.exists()


def test_nearly_all_codes_changed_as_in_lendelede(village: Village) -> None:
    with pytest.raises(DataError, match="1 of 10 codes have a row in it, and 1 of its 11 codes are known"):
        build(village, ["S0", *(f"T{n}" for n in range(10))], vintage="2024")


def test_a_division_of_which_all_codes_stayed_is_joined_as_in_kortrijk(village: Village) -> None:
    city = build(village, CODES, vintage="2024")
    assert city.areas["households_private"].tolist() == [10.0 + n for n in range(10)]
    assert city.info.layers["areas"].vintage == "2025"


def test_of_one_vintage_a_code_that_is_absent_is_told_as_before(village: Village) -> None:
    city = build(village, [*CODES[:9], "T9"], vintage="2025")
    assert city.areas["households_private"].isna().tolist() == [False] * 9 + [True]
