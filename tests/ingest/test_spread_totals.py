"""Totals of a city spread over its parts: the sum is kept, no part is a whole person off, and all is marked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sector_village import ADDRESSES, village

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.spreading import largest_remainder, spread_totals, sum_subareas
from kortrijk_geo.pack.city import open_city


@given(st.integers(0, 10**6), st.lists(st.integers(0, 5_000), min_size=1, max_size=60).filter(any))
def test_every_part_gets_its_due_rounded_down_or_up_and_the_sum_is_kept(total: int, weights: list[int]) -> None:
    due = total * np.array(weights, dtype=float) / sum(weights)
    dealt = largest_remainder(total, np.array(weights, dtype=float))
    assert dealt.sum() == total
    assert (np.abs(dealt - due) < 1).all()
    assert (dealt[np.array(weights) == 0] == 0).all()


def test_people_are_spread_over_sectors_wijken_and_homes_by_hand(tmp_path: Path) -> None:
    report = build_pack(village(tmp_path), tmp_path, tmp_path / "pack")
    city = open_city(tmp_path / "pack")
    # 101 by 20, 10 and 20 of 50 households: 40.4, 20.2, 40.4; the person that is left goes to the first of .4.
    assert city.subareas.set_index("subarea_id")["population"].to_dict() == {"S1": 41.0, "S2": 20.0, "S3": 40.0}
    assert city.areas.set_index("area_id")["population"].to_dict() == {"W1": 61.0, "W2": 40.0}
    assert city.areas["households_private"].tolist() == [30.0, 20.0]
    homes = city.homes
    # Six addresses at five places; that at x = 120 lies in S2 and is of S1.
    assert len(homes) == 5
    assert homes["dwellings"].tolist() == [1.0, 2.0, 1.0, 1.0, 1.0]
    assert homes["home_id"].tolist() == ["2", "3", "5", "6", "7"]
    assert homes["area_id"].tolist() == ["W1", "W1", "W1", "W1", "W2"]
    assert homes.groupby("subarea_id")["residents"].sum().to_dict() == {"S1": 41.0, "S2": 20.0, "S3": 40.0}
    assert homes["residents"].sum() == 101
    assert homes["children_0_2"].isna().all()
    told = [finding.message for finding in report.findings]
    assert any("1 of 6 rows lie at a point of an earlier row" in text and "rows 4" in text for text in told)
    assert any("1 of 5 homes lie outside the polygon of their sector" in text for text in told)
    assert [finding for finding in check_pack(tmp_path / "pack") if finding.level == "error"] == []


def test_what_is_spread_is_recorded_as_a_raming_and_what_is_counted_is_not(tmp_path: Path) -> None:
    build_pack(village(tmp_path), tmp_path, tmp_path / "pack")
    layers = open_city(tmp_path / "pack").info.layers
    how = "raming: 101 inwoners in de hele stad, verdeeld over de statistische sectoren naar private huishoudens"
    assert layers["areas"].estimates == layers["subareas"].estimates == {"population": how}
    assert layers["homes"].estimates == {"residents": how, "dwellings": "raming: één woning per adres"}
    assert layers["boundary"].estimates == {}


@pytest.mark.parametrize(
    ("households", "says"),
    [("S1,20\nS2,10\n", "is not known for every row"), ("S1,0\nS2,0\nS3,0\n", "all weights are 0")],
)
def test_without_weights_nothing_is_spread(tmp_path: Path, households: str, says: str) -> None:
    recipe = village(tmp_path, households=households)
    with pytest.raises(DataError, match=says):
        build_pack(recipe, tmp_path, tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_what_is_counted_per_wijk_is_not_spread() -> None:
    areas = pd.DataFrame({"area_id": ["A", "B"], "population": [1.0, np.nan], "households_private": [1.0, 1.0]})
    with pytest.raises(DataError, match="population is known for areas; spread only what is known for the city"):
        spread_totals(
            {"population": "households_private"}, {"areas": areas}, {"population": 10.0}, table="x",
            findings=Findings(),
        )  # fmt: skip


def test_a_total_that_is_not_known_is_not_spread() -> None:
    areas = pd.DataFrame({"area_id": ["A"], "households_private": [1.0]})
    with pytest.raises(DataError, match="population of the city is not known"):
        spread_totals({"population": "households_private"}, {"areas": areas}, {}, table="x", findings=Findings())


def test_a_wijk_with_an_unknown_sector_has_no_sum() -> None:
    sectors = pd.DataFrame({"parent_id": ["A", "A", "B"], "households_private": [5.0, np.nan, 7.0]})
    frames = {"areas": pd.DataFrame({"area_id": ["A", "B", "C"]}), "subareas": sectors}
    sum_subareas(["households_private"], frames, table="x", findings=Findings())
    sums = frames["areas"]["households_private"]
    assert sums.isna().tolist() == [True, False, True]
    assert sums[1] == 7.0


def test_children_are_never_spread(tmp_path: Path) -> None:
    recipe = village(tmp_path)
    recipe.write_text(recipe.read_text().replace("[spread]\npopulation", "[spread]\nchildren_0_2"))
    with pytest.raises(DataError, match="spread"):
        build_pack(recipe, tmp_path, tmp_path / "pack")


def test_points_of_a_sector_elsewhere_belong_to_no_wijk_and_are_told(tmp_path: Path) -> None:
    recipe = village(tmp_path, addresses=[*ADDRESSES, (290, 50, "ANDERS"), (380, 50, "ANDERS")])
    report = build_pack(recipe, tmp_path, tmp_path / "pack")
    homes = open_city(tmp_path / "pack").homes
    assert homes["area_id"].isna().sum() == 2
    assert homes.loc[homes["area_id"].isna(), "residents"].isna().all()
    told = [finding.message for finding in report.findings]
    assert any("2 homes are of no statistical sector here" in text for text in told)
    assert any("1 of them lie inside the boundary: rows 8" in text for text in told)
    assert [finding for finding in check_pack(tmp_path / "pack") if finding.level == "error"] == []


def test_ages_of_sectors_are_spread_over_their_own_homes(tmp_path: Path) -> None:
    recipe = village(tmp_path)
    (tmp_path / "leeftijden.csv").write_text("sector,oud\nS1,8\nS2,3\nS3,5\n")
    table = '[[layers.subareas.tables]]\nfile = "leeftijden.csv"\nkey = "sector"\ncolumns = { age_80_plus = "oud" }\n'
    text = recipe.read_text().replace("[layers.homes]\n", f"{table}[layers.homes]\n", 1)
    recipe.write_text(text.replace('["households_private"]', '["households_private", "age_80_plus"]'))
    build_pack(recipe, tmp_path, tmp_path / "pack")
    city = open_city(tmp_path / "pack")
    assert city.areas["age_80_plus"].tolist() == [11, 5]
    assert city.homes.groupby("subarea_id")["age_80_plus"].sum().to_dict() == {"S1": 8.0, "S2": 3.0, "S3": 5.0}
    assert "age_65_79" not in city.homes.columns, "an age that nobody gives has no column"
    assert "age_80_plus" not in city.info.layers["homes"].estimates, "counted per sector"


def test_ages_of_the_city_are_spread_over_its_inhabitants_and_are_a_raming_down_to_the_homes(tmp_path: Path) -> None:
    recipe = village(tmp_path)
    text = recipe.read_text().replace("population = 101\n", "population = 101\nage_65_79 = 20\n")
    recipe.write_text(text + 'age_65_79 = "population"\n')
    build_pack(recipe, tmp_path, tmp_path / "pack")
    city = open_city(tmp_path / "pack")
    # 20 by 41, 20 and 40 of 101 inhabitants: 8.12, 3.96 and 7.92.
    assert city.subareas["age_65_79"].tolist() == [8, 4, 8]
    assert city.homes["age_65_79"].sum() == 20
    how = "raming: 20 inwoners van 65 tot 79 jaar in de hele stad, verdeeld over de statistische sectoren naar inwoners"
    for layer in ("areas", "subareas", "homes"):
        assert city.info.layers[layer].estimates["age_65_79"] == how
