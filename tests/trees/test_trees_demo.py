"""Trees on the demo city: what must hold of any city, and a page that stays light."""

from __future__ import annotations

import numpy as np
import pytest

from kortrijk_geo import trees
from kortrijk_geo.engine.zonal import class_areas
from kortrijk_geo.mapping import write_page
from kortrijk_geo.pack.city import City
from kortrijk_geo.results import ThemeResult
from kortrijk_geo.trees.explain import explain
from kortrijk_geo.trees.rules import OWNERS


@pytest.fixture(scope="module")
def result(demo: City) -> ThemeResult:
    return trees.analyse(demo)


def test_parts_are_the_whole(demo: City, result: ThemeResult) -> None:
    areas, city = result.areas, result.city
    for column in ("plantable_m2", "permission_m2", "pit_m2", "tree_sites", "canopy_m2", "unsealed_m2"):
        assert areas[column].sum() == pytest.approx(city[column], rel=1e-3), column
    for whole, part in (("plantable_m2", "plantable_{}_m2"), ("tree_sites", "tree_sites_{}")):
        np.testing.assert_allclose(areas[[part.format(owner) for owner in OWNERS]].sum(axis=1), areas[whole])
    hedges = [f"hedge_{owner}_m" for owner in OWNERS[:-1]]
    np.testing.assert_allclose(areas[hedges].sum(axis=1), areas["hedge_m"])
    assert result.layers["hedges"]["m"].sum() == pytest.approx(city["hedge_m"])
    sizes = areas[[f"plantable_size_{size}_m2" for size in (1, 2, 3)]].to_numpy()
    assert (np.diff(sizes, axis=1) >= 0).all(), "where a large tree fits, so does a small one"
    assert (areas["plantable_m2"] <= areas["unsealed_m2"]).all()
    sums = result.layers["reasons"].groupby(["size_class", "area_id"])["m2"].sum().unstack(0)
    surface = demo.areas.set_index("area_id").geometry.area
    for size in sums:
        np.testing.assert_allclose(sums[size], surface.loc[sums.index], rtol=1e-3)


def test_canopy_is_what_the_class_areas_say(demo: City, result: ThemeResult) -> None:
    table = class_areas(demo.raster("land_cover"), demo.areas, key="area_id")
    tree = table[[code for code in (9, 12, 14) if code in table]].sum(axis=1)
    land = table.drop(columns=[0, 5], errors="ignore").sum(axis=1)
    np.testing.assert_allclose(result.areas["canopy_share"], tree / land, rtol=1e-6)


def test_sites_lie_in_their_area_and_are_explained(demo: City, result: ThemeResult) -> None:
    sites = result.layers["sites"]
    assert len(sites) > 77_746, "the demo has room for the target"
    for one in sites.iloc[:: len(sites) // 4].itertuples():
        told = explain(demo, one.geometry.x, one.geometry.y)
        assert (told.area_id, told.owner) == (one.area_id, one.owner)
        assert {size.size: size.outcome.kind for size in told.sizes}[one.size_class] == "plantable"


def test_shares_scores_and_needs_are_in_range(result: ThemeResult) -> None:
    shares = result.areas[[column for column in result.areas.columns if column.endswith("_share")]].to_numpy()
    assert (np.isnan(shares) | ((shares >= 0) & (shares <= 1))).all()
    names = [column for column in result.areas.columns if column.endswith("_share")]
    unknown = {column for column in names if result.areas[column].isna().any()}
    assert unknown == {"homes_meeting_3_share"}, "between bounds, for the trees of the demo are no inventory"
    assert result.areas["tree_equity_score"].between(0, 100).all()
    assert result.areas["rules_met"].dropna().between(0, 3).all()
    bounds = result.areas[["homes_meeting_3_low_share", "homes_meeting_3_high_share"]]
    assert (bounds.diff(axis=1).iloc[:, 1] > 0).all(), "the demo draws its woods, not their trees: no inventory"
    sites = result.layers["sites"]
    assert sites["need"].between(0, 100).all()
    assert sites["soil_m2"].gt(0).all()


def test_the_page_is_light(result: ThemeResult, tmp_path) -> None:
    write_page(trees.spec(result), tmp_path / "bomen.html")
    assert (tmp_path / "bomen.html").stat().st_size < 3_000_000
    text = (tmp_path / "bomen.html").read_text(encoding="utf-8")
    assert "De kaart tekent één op" in text
    assert "Kabels en leidingen niet gekend" in text
    result.to_xlsx(tmp_path / "bomen.xlsx")
