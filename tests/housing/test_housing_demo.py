"""The demo city through the whole theme: published totals, page, files."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
from housing_town import CRS, squares

from kortrijk_geo import housing
from kortrijk_geo.mapping import write_page
from kortrijk_geo.reach.analysis import ReachResult
from kortrijk_geo.reach.options import choose


@pytest.fixture(scope="module")
def result(demo):
    ids = demo.areas["area_id"]
    near = gpd.GeoDataFrame(
        {"share_all_walk_15": [round(i / len(ids), 3) for i in range(len(ids))]},
        index=ids, geometry=squares(len(ids)), crs=CRS,
    )  # fmt: skip
    reach = ReachResult(
        "reach", "bereik", "x", near, {}, [], [], chosen=choose(modes=("walk",)), who="residents", least=10
    )
    return housing.analyse(demo, reach=reach)


def test_the_demo_has_the_published_figures(result):
    found = {figure.key: figure for figure in result.headlines}
    assert round(found["social_per_100_households"].value, 1) == 9.2
    assert round(found["social_per_100_households_2040"].value, 1) == 11.1
    assert result.areas["social_dwellings"].sum() == 3213
    assert result.synthetic


def test_finer_areas_are_less_even_and_more_so_than_by_chance(result):
    city = result.city
    assert 0 < city["dissimilarity"] < city["dissimilarity_subareas"] < 1
    assert city["dissimilarity_by_chance"] < city["dissimilarity"]
    assert city["gini"] >= city["dissimilarity"]


def test_the_plan_places_all_dwellings_and_spreads_them(result):
    areas = result.areas
    assert areas["relet_dwellings"].sum() == 0
    assert areas["new_dwellings"].sum() == 1000  # built, within the 3,760 of the note
    assert (areas["new_dwellings"] <= areas["most_new_dwellings"]).all()
    assert areas["social_dwellings_after"].sum() == 4213
    assert result.city["dissimilarity_after"] < result.city["dissimilarity"]
    over = areas["social_per_100_households_after"] > 15.0001
    assert (areas.loc[over, "new_dwellings"] == 0).all()


def test_page_files_and_document_hold_the_same(result, tmp_path):
    page = housing.spec(result)
    (plan,) = page.plans
    assert plan.frame["new_dwellings"].sum() == 1000
    assert plan.frame["added"].is_monotonic_decreasing
    write_page(page, tmp_path / "sociaal_wonen.html")
    html = (tmp_path / "sociaal_wonen.html").read_text(encoding="utf-8")
    for text in ("Sociaal wonen", "9,2", "11,1", "DEMO", "Voorstel"):
        assert text in html
    result.to_geopackage(tmp_path / "sociaal_wonen.gpkg")
    result.to_xlsx(tmp_path / "sociaal_wonen.xlsx")
    layers = set(gpd.list_layers(tmp_path / "sociaal_wonen.gpkg")["name"])
    assert {"areas", "subareas", "districts", "density_surface"} <= layers
    document = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert len(document["areas"]) == 14
    assert housing.draw(result) is not None


def test_the_surface_is_an_estimate_from_parcels_and_says_so(result):
    assert any("raming" in note and "volgens de telling 3.213" in note for note in result.notes)


def test_the_same_city_gives_the_same_document(demo):
    one, other = (housing.analyse(demo).to_json() for _ in range(2))
    assert one == other


def test_sectors_can_be_the_areas(demo):
    result = housing.analyse(demo, level="subareas")
    assert len(result.areas) == 113
    assert result.areas["small_area"].fillna(value=False).sum() > 0
    assert (result.areas.loc[result.areas["households_private"] == 0, "status"] == "geen huishoudens").all()
