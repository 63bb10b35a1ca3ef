"""Reach on the demo city: what must hold of any city."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely

import kortrijk_geo as kg
from kortrijk_geo.errors import OptionError
from kortrijk_geo.reach.isochrones import OnStreets, point_of, reach_on
from kortrijk_geo.reach.options import choose


@pytest.fixture(scope="module")
def result(demo):
    return kg.reach.analyse(demo)


def test_all_inhabitants_are_weighed(demo, result):
    assert result.synthetic
    assert result.city["population"] == pytest.approx(demo.areas["population"].sum())
    np.testing.assert_allclose(result.areas["population"], demo.areas.set_index("area_id")["population"], rtol=1e-9)
    assert result.city["counted_walk"] > 0.98 * result.city["population"]


def test_every_category_has_places_and_shares_are_plausible(result):
    assert result.options["categories_without_data"] == {"walk": [], "cycle": []}
    shares = result.areas[[column for column in result.areas.columns if column.startswith("share_")]]
    # The demo has no town hall or swimming pool: of these places of the city nobody knows who reaches them.
    unknown = [name for name in shares.columns if re.match("share_(town_hall|swimming_pool)_", name)]
    assert unknown
    assert shares[unknown].isna().all(axis=None)
    known = shares.drop(columns=unknown).to_numpy()
    assert ((known >= 0) & (known <= 1)).all()
    assert 0.05 < result.city["share_all_walk_15"] < 0.95
    assert result.city["share_all_cycle_15"] > result.city["share_all_walk_15"]


def test_the_dense_core_reaches_more_than_the_smallest_village(demo, result):
    areas = result.areas.set_index("name")["weighted_share_walk_15"]
    assert areas["Kortrijk Centrum"] > areas["Kooigem"]


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_one_question_answers_what_the_whole_city_does(demo, mode):
    chosen = choose(modes=[mode], proximity=False)
    whole = OnStreets.of(demo, chosen)
    west, south, east, north = demo.boundary.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    spots = [(72_133, 169_304), *np.random.default_rng(7).uniform((west, south), (east, north), (3, 2)).tolist()]
    spots += [(x, north - 150), (x, south + 150), (west + 150, y), (east - 150, y)]
    answers = 0
    for spot in spots:
        try:
            (of_all,) = reach_on(whole, point_of(*spot, demo.crs), [15], chosen)
        except OptionError as error:
            with pytest.raises(OptionError, match=re.escape(str(error))):
                kg.reach.reach_from(demo, *spot, mode)
            continue
        alone = kg.reach.reach_from(demo, *spot, mode)
        assert alone.to_json() == of_all.to_json()
        assert shapely.equals_exact(*(reached.polygon.geometry.iloc[0] for reached in (alone, of_all)))
        answers += 1
    assert answers >= 3


def test_the_page_and_the_files_are_written(result, tmp_path):
    page = kg.reach.spec(result)
    assert set(page.table) <= set(result.areas.columns)
    result.to_geopackage(tmp_path / "bereik.gpkg")
    result.to_xlsx(tmp_path / "bereik.xlsx")
    assert (tmp_path / "bereik.gpkg").stat().st_size > 0
    assert (tmp_path / "bereik.xlsx").stat().st_size > 0
