"""Room for trees and hedges by who decides over the ground, on fields that can be counted by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_city import box, frame, line, make_city

from kortrijk_geo import trees
from kortrijk_geo.mapping import write_page


def field() -> np.ndarray:
    """60 x 40 m of open ground."""
    return np.full((40, 60), 8, dtype=np.uint8)


def test_sites_are_told_by_owner_and_their_sum_never_alone(tmp_path: Path) -> None:
    """Three strips of 20 x 40 m: public, private, without parcel."""
    parcels = frame([box(0, 0, 20, 40), box(20, 0, 40, 40)], parcel_id=["p", "q"], owner=["public", "private"])
    result = trees.analyse(make_city(tmp_path, field(), parcels=parcels, nis_code="34022"))
    count = result.layers["sites"]["owner"].value_counts()
    for owner in ("public", "private", "unknown"):
        assert result.city[f"tree_sites_{owner}"] == count[owner] > 0
    assert result.city["tree_sites_social"] == result.city["tree_sites_company"] == 0
    headlines = {figure.key: figure for figure in result.headlines}
    assert list(headlines)[:3] == ["tree_sites_public", "tree_sites_unknown", "tree_sites_private"]
    assert [headlines[key].value for key in list(headlines)[:3]] == [
        count["public"],
        count["unknown"],
        count["private"],
    ]
    public = f"waarvan {count['public']} op openbare percelen"
    assert headlines["tree_sites"].label == f"Plaatsen voor bomen bij alle eigenaars samen, {public}"
    assert result.city["tree_sites_public_share_of_target"] == count["public"] / 77_746
    assert any(f"openbaar {count['public']}," in note and "beslist alleen" in note for note in result.notes)
    assert {column.name for column in result.columns if column.table} > {"tree_sites_public", "tree_sites_private"}


def test_without_parcels_public_sites_are_unknown_not_zero(tmp_path: Path) -> None:
    result = trees.analyse(make_city(tmp_path, field()))
    headlines = {figure.key: figure for figure in result.headlines}
    assert (headlines["tree_sites_public"].value, headlines["tree_sites_private"].value) == (None, None)
    assert headlines["tree_sites_public"].reason == "het pakket heeft geen percelen"
    assert headlines["tree_sites"].label.endswith("eigenaar onbekend")
    assert "openbaar domein" not in headlines["tree_sites_unknown"].label
    assert result.city["tree_sites_unknown"] == result.city["tree_sites"] > 0


def two_gardens() -> dict[str, object]:
    owners = ["public", "private"]
    return {"parcels": frame([box(0, 0, 20, 40), box(20, 0, 60, 40)], parcel_id=["p", "q"], owner=owners)}


def test_hedges_are_told_by_owner_as_lines_and_as_a_theoretical_length(tmp_path: Path) -> None:
    """20 x 40 m and 40 x 40 m share 40 m: each has half of that, and the lines are whole."""
    result = trees.analyse(make_city(tmp_path, field(), nis_code="34022", **two_gardens()))
    assert result.city["hedge_public_m"] == pytest.approx(20 + 20 + 40 + 20)
    assert result.city["hedge_private_m"] == pytest.approx(40 + 40 + 40 + 20)
    assert result.city["hedge_m"] == pytest.approx(240)
    lines = result.layers["hedges"].set_index("parcel_id")
    assert lines["m"].to_dict() == pytest.approx({"p": 100, "q": 140})
    assert lines.length.to_dict() == pytest.approx({"p": 120, "q": 160})
    assert (lines["owner"].to_list(), lines["area_id"].to_list()) == (["public", "private"], ["a", "a"])
    headlines = {figure.key: figure for figure in result.headlines}
    assert "theoretische lengte, geen plan" in headlines["hedge_m"].label
    assert "22.073" in headlines["hedge_public_m"].label
    assert any("0 keer wat de stad wil planten" in note and "kent het pakket niet" in note for note in result.notes)
    (drawn,) = trees.spec(result).shape_layers
    assert drawn.frame.geometry.length.sum() == pytest.approx(120), "what the city can plant itself"
    write_page(trees.spec(result), tmp_path / "bomen.html")


def test_a_hedge_that_stands_already_is_no_room_for_one(tmp_path: Path) -> None:
    hedge = frame([line((20, 0), (20, 40))], kind=["hedge"])
    result = trees.analyse(make_city(tmp_path / "mapped", field(), constraints=hedge, **two_gardens()))
    # Two metres of the boundaries that meet the hedge lie at it too, of either garden, above and below.
    assert result.city["hedge_m"] == pytest.approx(240 - 40 - 4 * 2, abs=2)
    assert result.city["hedge_existing_m"] == pytest.approx(240 - result.city["hedge_m"])
    assert any("waar al een haag of boomkroon staat" in note for note in result.notes)
    crowns = field()
    crowns[:, 20] = 9
    under = trees.analyse(make_city(tmp_path / "crowns", crowns, **two_gardens()))
    assert under.city["hedge_public_m"] == pytest.approx(20 + 20 + 40, abs=2)


def orchard(folder: Path, *, inventory: bool):
    """Two homes 100 m apart in open ground; at one the map shows 100 m2 of crown of which no tree is drawn."""
    codes = np.full((100, 200), 8, dtype=np.uint8)
    codes[45:55, 55:65] = 9
    homes = {
        "home_id": ["h1", "h2"], "area_id": ["a", "a"], "dwellings": [3.0, 1.0], "residents": [6.0, 2.0],
        "children_0_2": [0.0, 0.0],
    }  # fmt: skip
    spots = [box(49, 49, 51, 51).centroid, box(149, 49, 151, 51).centroid]
    tree = frame([box(54, 49, 56, 51).centroid], tree_id=["t"], crown_m2=[30.0])
    city = make_city(folder, codes, homes=frame(spots, **homes), trees=tree)
    city.info.layers["trees"] = replace(city.info.layers["trees"], inventory=inventory)
    return city


def test_an_inventory_of_trees_decides_the_three_by_itself(tmp_path: Path) -> None:
    result = trees.analyse(orchard(tmp_path, inventory=True))
    assert result.layers["homes"]["meets_3"].tolist() == [0, 0]
    assert result.city["homes_meeting_3_share"] == result.city["homes_meeting_3_high_share"] == 0


def test_trees_that_are_no_inventory_bound_the_three_with_the_map_of_crowns(tmp_path: Path) -> None:
    result = trees.analyse(orchard(tmp_path, inventory=False))
    homes = result.layers["homes"]
    assert homes["canopy_near_m2"].tolist() == [100, 0]
    assert homes["meets_3"].tolist() == pytest.approx([np.nan, 0], nan_ok=True)
    assert np.isnan(result.city["homes_meeting_3_share"])
    assert (result.city["homes_meeting_3_low_share"], result.city["homes_meeting_3_high_share"]) == (0, 0.75)
    (figure,) = [one for one in result.headlines if one.key == "homes_meeting_3_share"]
    assert (figure.value, figure.low, figure.high) == (None, 0, 0.75)
    assert "kronenkaart" in figure.reason
    assert any("geen volledige inventaris" in note and "tussen 0,0 % en 75,0 %" in note for note in result.notes)


def test_a_map_too_coarse_for_a_crown_says_of_no_home_that_it_has_too_few(tmp_path: Path) -> None:
    """At 4 m a crown of 28 m2, 6 m across, is not two pixels wide."""
    codes = np.full((30, 30), 8, dtype=np.uint8)
    home = frame(
        [box(59, 59, 61, 61).centroid], home_id=["h"], area_id=["a"], dwellings=[1.0], residents=[2.0],
        children_0_2=[0.0],
    )  # fmt: skip
    coarse = trees.analyse(make_city(tmp_path / "coarse", codes, pixel_m=4.0, homes=home))
    assert (coarse.city["homes_meeting_3_low_share"], coarse.city["homes_meeting_3_high_share"]) == (0, 1)
    fine = trees.analyse(
        make_city(tmp_path / "fine", np.kron(codes, np.ones((2, 2), np.uint8)), pixel_m=2.0, homes=home)
    )
    assert fine.city["homes_meeting_3_share"] == 0
