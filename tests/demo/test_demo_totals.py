"""The demo city equals the published figures of Kortrijk, exactly."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest

from kortrijk_geo.demo.figures import figures

DISTRICTS = {
    "34022B": ("Heule", 12_659, 11.797),
    "34022C": ("Bissegem", 5_522, 3.385),
    "34022D": ("Marke", 7_594, 8.341),
    "34022E": ("Aalbeke", 2_909, 7.212),
    "34022F": ("Rollegem", 2_843, 8.548),
    "34022G": ("Bellegem", 3_875, 14.065),
    "34022H": ("Kooigem", 810, 4.818),
    "34022Z": ("Kortrijk", 44_833, 22.519),
}
TOTALS = {"population": 81_045, "households_private": 34_924, "children_0_2": 2_376, "social_dwellings": 3_213}


def _inside(points, areas):
    found = gpd.sjoin(points, areas[["area_id", "geometry"]], predicate="intersects", how="left")
    return found[~found.index.duplicated()]["area_id"]


@pytest.mark.parametrize(("column", "total"), TOTALS.items())
@pytest.mark.parametrize("layer", ["boundary", "areas", "subareas", "districts"])
def test_each_level_of_areas_sums_to_the_published_total(demo, layer, column, total):
    assert demo.layer(layer)[column].sum() == total


def test_every_deelgemeente_has_its_published_inhabitants(demo):
    districts = demo.districts.set_index("district_id")
    sectors = demo.subareas.groupby("district_id")["population"].sum()
    for code, (name, people, _) in DISTRICTS.items():
        assert districts.at[code, "name"] == name
        assert districts.at[code, "population"] == people
        assert sectors[code] == people


def test_homes_sum_to_the_counts_of_their_wijk(demo):
    homes = demo.homes.dropna(subset="area_id").groupby("area_id")[["residents", "children_0_2", "dwellings"]].sum()
    areas = demo.areas.set_index("area_id")
    assert (homes["residents"] == areas["population"]).all()
    assert (homes["children_0_2"] == areas["children_0_2"]).all()
    assert (homes["dwellings"] == areas["households_private"]).all()


def test_homes_hold_whole_people_and_no_more_children_than_people(demo):
    homes = demo.homes
    for column in ("residents", "children_0_2", "dwellings"):
        assert (homes[column] % 1 == 0).all()
    assert (homes["dwellings"] >= 1).all()
    assert (homes["residents"] > homes["children_0_2"]).all()


# Of 2015 are the table's 2,480, 4,618 and 4,599 young people among 75,219; 17,000 older are published of today, of whom
# 5,364 / (10,745 + 5,364) were 80 or over in 2015.
AGES_OF_CITY = {"age_3_5": 2_672, "age_6_11": 4_976, "age_12_17": 4_955, "age_65_79": 11_339, "age_80_plus": 5_661}


@pytest.mark.parametrize("layer", ["boundary", "areas", "subareas", "districts"])
def test_each_level_has_the_ages_of_the_city(demo, layer):
    assert demo.layer(layer)[list(AGES_OF_CITY)].sum().to_dict() == AGES_OF_CITY
    assert AGES_OF_CITY["age_65_79"] + AGES_OF_CITY["age_80_plus"] == 17_000


def test_ages_of_homes_are_those_of_their_wijk_and_nobody_has_two(demo):
    homes, ages = demo.homes, list(AGES_OF_CITY)
    summed = homes.dropna(subset="area_id").groupby("area_id")[ages].sum()
    assert (summed == demo.areas.set_index("area_id")[ages]).all(axis=None)
    assert (homes[["children_0_2", *ages]].sum(axis=1) <= homes["residents"]).all()
    assert (homes[ages] % 1 == 0).all(axis=None)
    # Around the city too, or who is served there would count as nobody.
    assert (homes.loc[homes["area_id"].isna(), ages].sum() > 1_000).all()


def test_ages_are_called_an_estimate_with_the_table_they_come_from(demo):
    for layer in ("boundary", "areas", "subareas", "districts", "homes"):
        estimates = demo.info.layers[layer].estimates
        assert set(estimates) == set(AGES_OF_CITY)
        assert all(how.startswith("raming") and "2015" in how and "17.000" in how for how in estimates.values())


def test_care_and_schools_have_a_capacity_and_what_has_none_is_unknown(demo):
    amenities = demo.amenities
    tags = amenities["tags"].map(json.loads)
    care = amenities[tags.map(lambda own: own.get("social_facility:for") == "senior")]
    inside = care[_inside(care, demo.areas).notna()]
    assert inside["category"].value_counts().to_dict() == {
        "social_facility=assisted_living": 18, "social_facility=nursing_home": 12, "social_facility=day_care": 8,
    }  # fmt: skip
    assert care["capacity"].between(8, 130).all()
    assert amenities.loc[amenities["category"] == "amenity=school", "capacity"].between(130, 1150).all()
    assert amenities.loc[amenities["category"] == "amenity=library", "capacity"].isna().all()
    assert not tags.map(lambda own: own.get("amenity") == "social_facility").any(), "what is counted today stays so"


def test_the_city_has_732_sites_each_at_a_place_of_its_own(demo):
    sites = demo.city_sites
    assert len(sites) == 732
    assert _inside(sites, demo.areas).notna().all()
    assert not sites.geometry.to_wkb().duplicated().any()
    assert not sites["name"].duplicated().any()
    assert sites["owner"].str.contains("demo").all()
    assert {"bibliotheek", "ontmoetingscentrum", "kerk", "parkeerplaats", "sociale woningen"} < set(sites["use"])
    assert sites.loc[sites["use"] == "parkeerplaats", "floor_m2"].isna().all(), "no floor is unknown, not nothing"
    libraries = demo.amenities.loc[demo.amenities["category"] == "amenity=library"]
    of_sites = sites.loc[sites["use"] == "bibliotheek"]
    assert set(of_sites["name"]) <= set(libraries["name"])
    assert set(of_sites.geometry.to_wkb()) <= set(libraries.geometry.to_wkb())


def test_childcare_gives_57_9_places_per_100_children(demo):
    existing = demo.childcare[demo.childcare["standing"] == "existing"]
    places = existing.groupby(_inside(existing, demo.areas))["places"].sum()
    children = demo.areas.set_index("area_id")["children_0_2"]
    rate = 100 * places.reindex(children.index, fill_value=0) / children
    assert places.sum() == 1_376
    assert round(100 * places.sum() / children.sum(), 1) == 57.9
    assert rate["34022W01"] < 60  # Aalbeke
    assert rate["34022W04"] < 60  # Heule Centrum
    assert (rate < 60).sum() >= 4
    assert (rate > 60).sum() >= 4
    assert ((rate >= 50) & (rate < 60)).sum() >= 2


def test_planned_places_stand_apart_with_a_date(demo):
    planned = demo.childcare[demo.childcare["standing"] != "existing"]
    condedreef = planned[planned["name"].str.contains("Condédreef")].iloc[0]
    assert (condedreef["places"], condedreef["standing"]) == (54, "decided")
    assert (planned["opens"] > "2025-01-01").all()
    assert set(planned["standing"]) == {"decided", "under study"}


def test_social_dwellings_are_unevenly_spread(demo):
    areas = demo.areas
    share = 100 * areas["social_dwellings"] / areas["households_private"]
    total = 100 * areas["social_dwellings"].sum() / areas["households_private"].sum()
    assert round(total, 1) == 9.2
    assert share.min() < 4
    assert share.max() > 15


def test_the_split_in_the_data_file_is_checked_against_the_published_totals():
    fig = figures()
    assert fig.of_parts("sectors").sum() == 113
    assert fig.of_parts("hectares").sum() == sum(row["hectares"] for row in fig.wijken)
