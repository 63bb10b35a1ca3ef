"""What stays of a headline where an area is unknown, and what is not published where there are few children."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from childcare_town import frame, home, layers
from workbook import sheet_rows

from kortrijk_geo.atlas.writing import write_theme
from kortrijk_geo.childcare import analyse
from kortrijk_geo.childcare.map import spec
from kortrijk_geo.childcare.privacy import hidden_areas
from kortrijk_geo.figure import wording


def test_one_unknown_wijk_leaves_what_the_others_tell(town):
    areas = layers()["areas"].assign(children_0_2=[140.0, 40.0, 20.0, None])
    whole = layers()["boundary"].drop(columns="children_0_2")
    result = analyse(town(areas=areas, boundary=whole))
    figures = {figure.key: figure for figure in result.headlines}
    # A: 84 - 30, B: 24 - 20, C: 12 - 4; for the 200 children known 120 places are needed, and the city has 62.
    assert str(wording(figures["shortage_places_areas"])) == "minstens 66 plaatsen (3 van 4 gebieden bekend)"
    assert str(wording(figures["areas_below_norm"])) == "minstens 3 gebieden (3 van 4 gebieden bekend)"
    assert str(wording(figures["shortage_places"])) == (
        "minstens 58 plaatsen (van 1 van 4 gebieden zijn de kinderen onbekend)"
    )
    assert str(wording(figures["places_per_100_children"])) == ("27 plaatsen per 100 kinderen van 75 % van de gebieden")
    assert result.to_json()["city"]["places_per_100_children"] is None


def test_files_tell_the_children_of_no_home_and_of_no_few(town, tmp_path):
    areas = layers()["areas"].assign(children_0_2=[60.0, 20.0, 16.0, 4.0])
    homes = pd.concat([layers()["homes"], frame([home("d", "D", 4.0, 3_500)])], ignore_index=True)
    result = analyse(town(areas=areas, homes=homes, boundary=layers()["boundary"].assign(children_0_2=100.0)))
    assert result.areas["children_0_2"]["D"] == 4  # in memory
    assert result.areas["places_per_100_children"]["D"] == 200
    assert result.areas["few_children"].tolist() == [False, False, False, True]
    assert "children_0_2" in result.layers["homes"]
    # Of D alone the total would tell the children, so the next smallest, C, is hidden too.
    public = result.to_json()
    told = {row["area_id"]: row for row in public["areas"]}
    for column in ("children_0_2", "places_per_100_children", "shortage_places"):
        assert [told[area][column] is None for area in "ABCD"] == [False, False, True, True]
    assert public["city"]["children_0_2"] == 100
    assert any("minder dan 5 kinderen" in note and "geen bestand" in note for note in public["notes"])
    assert any("Ook van Wijk C" in note for note in public["notes"])

    write_theme(spec(result), tmp_path)
    for layer in ("areas", "homes", "locations"):
        rows = gpd.read_file(tmp_path / "kinderopvang.gpkg", layer=layer)
        assert layer == "areas" or "children_0_2" not in rows.columns
        for column in (name for name in rows.columns if name.startswith("children_")):
            assert not (rows[column] < 5).any()
    book = sheet_rows(tmp_path / "kinderopvang.xlsx", "Gebieden")
    assert [row["children_0_2"] is None for row in book] == [False, False, True, True]
    rows = gpd.read_file(tmp_path / "kinderopvang.geojson").set_index("area_id")
    assert rows["children_0_2"].isna().tolist() == [False, False, True, True]
    assert rows["places_per_100_children"].isna().tolist() == [False, False, True, True]
    page = (tmp_path / "kinderopvang.html").read_text(encoding="utf-8")
    assert '"kinderen 0-2"' not in page


@pytest.mark.parametrize(
    ("children", "hidden"),
    [
        ([5.0, 6.0, 7.0], []),
        ([4.0, 6.0, 7.0], [0, 1]),
        ([4.0, 3.0, 7.0], [0, 1]),
        ([0.0, 9.0], []),
        ([1.0, 0.0, 7.0, 9.0], [0, 2]),
        ([1.0, 2.0, 7.0, 9.0], [0, 1, 2]),  # 3 in all would tell both
        ([4.0, np.nan, 9.0, 8.0], [0, 3]),
        ([np.nan, np.nan], []),
    ],
)
def test_what_is_hidden_does_not_follow_from_the_total(children, hidden):
    assert np.flatnonzero(hidden_areas(pd.DataFrame({"children_0_2": children}), 5)).tolist() == hidden
