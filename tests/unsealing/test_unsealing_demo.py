"""Unsealing on the demo city: what must hold of any city."""

from __future__ import annotations

import numpy as np
import pytest

from kortrijk_geo.mapping import write_page
from kortrijk_geo.unsealing import analyse, spec
from kortrijk_geo.unsealing.columns import OWNERS, STAYS


@pytest.fixture(scope="module")
def result(demo):
    return analyse(demo)


def test_the_parts_sum_to_the_city(demo, result):
    areas, city = result.areas, result.city
    ground = areas[["sealed_m2", "unsealed_m2", "water_m2", "unknown_m2"]].sum(axis=1)
    np.testing.assert_allclose(ground, demo.areas.geometry.area, rtol=1e-3)
    for column in ("sealed_m2", "removable_m2", "avoided_runoff_20mm_m3", "avoided_runoff_60mm_m3"):
        assert city[column] == pytest.approx(areas[column].sum())
    uses = sum(areas[f"sealed_{use}_m2"] for use in ("building", "road", "other", "railway"))
    np.testing.assert_allclose(uses, areas["sealed_m2"])
    owners = sum(areas[f"removable_{owner}_m2"] for owner in OWNERS)
    np.testing.assert_allclose(owners, areas["removable_m2"])
    assert 0.1 < city["sealed_share"] < 0.4


def test_removable_ground_lies_within_the_sealed_ground(result):
    areas = result.areas
    assert (areas["removable_other_sealed_m2"] <= areas["sealed_other_m2"]).all()
    assert (areas["removable_road_sealed_m2"] <= areas["sealed_road_m2"]).all()
    stays = sum(areas[f"stays_{reason}_m2"] for reason in STAYS)
    parts = stays + areas["removable_other_sealed_m2"] + areas["unknown_use_m2"]
    np.testing.assert_allclose(parts, areas["sealed_other_m2"], rtol=1e-9)


def test_avoided_runoff_is_never_more_than_the_rain(result):
    patches = result.layers["patches"]
    for storm in (20, 33, 60):
        avoided = patches[f"avoided_runoff_{storm}mm_m3"]
        assert (avoided >= 0).all()
        assert (avoided <= storm / 1000 * patches["m2"]).all()
        assert (patches[f"avoided_runoff_{storm}mm_high_m3"] >= avoided - 1e-9).all()
        assert (result.areas[f"runoff_after_{storm}mm_m3"] >= 0).all()


def test_patches_are_wide_large_and_scored(result):
    patches = result.layers["patches"]
    assert patches["patch_id"].is_unique
    assert (patches["width_m"] >= 1.5).all()
    assert (patches["m2"] >= 5).all()
    assert (patches["m2"] <= patches["outline_m2"] + 1e-9).all()
    assert patches[["priority", "opportunity"]].min(axis=None) >= 1
    assert patches[["priority", "opportunity"]].max(axis=None) <= 5
    assert set(patches["owner"]) <= set(OWNERS)


def test_the_plan_reaches_the_target_with_running_totals(result):
    plan = result.layers["plan"]
    assert plan["total_m2"].iloc[-1] >= 56_211
    np.testing.assert_allclose(plan["total_m2"], plan["m2"].cumsum())
    assert plan["patch_id"].is_unique
    assert result.options["plan"]["gap"] < 0.01
    assert not result.options["plan"]["by_cost"]


def test_the_page_stays_under_three_megabytes(result, tmp_path):
    write_page(spec(result), tmp_path / "ontharding.html")
    assert (tmp_path / "ontharding.html").stat().st_size < 3_000_000
