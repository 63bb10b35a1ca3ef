"""Density against the norms: the published Kortrijk figures, what is unknown, and what is impossible."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from housing_town import CRS, areas_layer, make_city, squares, town
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo import housing
from kortrijk_geo.errors import DataError, MissingLayerError, OptionError
from kortrijk_geo.housing.counts import read_counts
from kortrijk_geo.housing.density import (
    below_norm,
    bounds,
    dwellings_to_norm,
    location_quotient,
    per_km2,
    social_per_100_households,
)

NAN = float("nan")


def told(result, text):
    return [note for note in result.notes if text in note]


def test_kortrijk_has_9_2_social_dwellings_per_100_private_households():
    rate = social_per_100_households(np.array([3213.0]), np.array([34924.0]))
    assert round(rate[0], 1) == 9.2


@pytest.mark.parametrize(("social", "households"), [(NAN, 100), (5, NAN), (NAN, NAN), (0, 0), (5, 0), (101, 100)])
def test_what_is_unknown_or_impossible_has_no_density(social, households):
    assert np.isnan(social_per_100_households(np.array([social]), np.array([households]))[0])


def test_no_social_dwelling_is_a_density_of_zero_and_not_unknown():
    assert social_per_100_households(np.array([0.0]), np.array([80.0])).tolist() == [0.0]


def test_the_location_quotient_compares_with_the_city():
    quotient = location_quotient(
        np.array([10.0, 30.0, NAN]), np.array([100.0, 100.0, 100.0]), city_social=20, city_households=200
    )
    np.testing.assert_allclose(quotient, [1.0, 3.0, NAN])


def test_a_city_without_social_dwellings_has_no_quotient():
    quotient = location_quotient(np.array([0.0, 0.0]), np.array([100.0, 50.0]), city_social=0, city_households=150)
    assert np.isnan(quotient).all()


def test_as_many_dwellings_as_households_is_possible_and_all_of_them():
    assert social_per_100_households(np.array([50.0]), np.array([50.0])).tolist() == [100.0]


def test_a_density_at_the_norm_meets_it():
    assert below_norm(np.array([9.0, 8.99]), np.array([9.0, 8.99]), 9).tolist() == [False, True]
    assert below_norm(np.array([0.0]), np.array([9.0]), 9)[0] is pd.NA, "hidden, and 9 at most: it may meet the norm"


def test_dwellings_per_km2():
    np.testing.assert_allclose(per_km2(np.array([10.0, NAN, 3.0]), np.array([2e6, 1e6, 0.0])), [5.0, NAN, NAN])


@given(st.integers(0, 500), st.integers(1, 5000), st.floats(0.5, 30))
def test_the_dwellings_to_the_norm_are_just_enough(social, households, norm):
    if social > households:
        return
    short = dwellings_to_norm(np.array([social]), np.array([households]), norm)[0]
    assert short == round(short)
    assert (social + short) * 100 >= norm * households - 1e-3
    if short:
        assert (social + short - 1) * 100 < norm * households


def test_a_hidden_count_is_below_the_norm_only_when_its_highest_value_is():
    social, households = np.array([NAN, NAN, NAN, 2.0]), np.array([200.0, 40.0, NAN, 40.0])
    low, high = bounds(social, households, suppressed_below=5)
    np.testing.assert_allclose(low, [0, 0, NAN, 5])
    np.testing.assert_allclose(high, [2, 10, NAN, 5])
    judged = below_norm(low, high, 6)
    assert bool(judged[0])
    assert judged[1] is pd.NA
    assert judged[2] is pd.NA
    assert bool(judged[3])
    assert below_norm(*bounds(social, households), 6)[0] is pd.NA


def test_a_hidden_count_is_never_more_than_the_households():
    _, high = bounds(np.array([NAN]), np.array([3.0]), suppressed_below=10)
    assert high.tolist() == [100.0]


def test_counts_hidden_below_one_are_none():
    low, high = bounds(np.array([NAN]), np.array([40.0]), suppressed_below=1)
    assert (low.tolist(), high.tolist()) == ([0.0], [0.0])


@pytest.mark.parametrize("limit", [0, -1, True])
def test_a_limit_of_suppression_must_be_a_number_from_1(limit):
    with pytest.raises(OptionError, match="suppressed_below"):
        bounds(np.array([NAN]), np.array([3.0]), suppressed_below=limit)


def test_areas_and_city_are_held_against_both_norms(four):
    result = housing.analyse(four)
    assert result.theme == "housing"
    assert result.page == "sociaal_wonen"
    assert result.areas["social_per_100_households"].tolist() == [10.0, 0.0, 25.0, 2.5]
    assert result.areas["status"].tolist() == ["haalt 9", "onder 6", "haalt 9", "onder 6"]
    assert result.areas["below_norm"].tolist() == [False, True, False, True]
    assert result.areas["dwellings_to_norm"].tolist() == [0, 5, 0, 13]
    assert result.city["social_per_100_households"] == pytest.approx(100 * 45 / 470)
    assert result.city["social_per_km2"] == pytest.approx(45 / 4)
    assert result.city["location_quotient"] == 1
    assert result.areas["location_quotient"].tolist() == pytest.approx(
        [10 / (4500 / 470), 0, 25 * 470 / 4500, 0.2611111]
    )


def test_any_other_norm_may_be_given(four):
    result = housing.analyse(four, norm=2.5, reference_norm="flemish")
    assert result.areas["below_norm"].tolist() == [False, True, False, False]
    assert result.areas["status"].tolist() == ["haalt 2,5", "onder 2,5", "haalt 2,5", "haalt 2,5"]
    assert result.headlines[0].target == 2.5
    with pytest.raises(OptionError, match="centre_cities"):
        housing.analyse(four, norm="walloon")
    with pytest.raises(OptionError, match="above 0"):
        housing.analyse(four, norm=0)


def test_households_of_0_or_unknown_leave_the_density_unknown_and_are_named():
    result = housing.analyse(town([0, 4, NAN, 9], [0, NAN, 100, 100], total=(20, 300)), allocation=False)
    assert result.areas["social_per_100_households"].isna().tolist() == [True, True, True, False]
    assert result.areas["status"].tolist() == ["geen huishoudens", "onbekend", "onbekend", "haalt 9"]
    assert told(result, "Zonder private huishoudens, dus zonder dichtheid (wijken): Gebied A00.")
    assert told(result, "Aantal sociale huurwoningen onbekend (wijken, 1 van 4): Gebied A02")
    assert told(result, "De stad telt 20 sociale huurwoningen, de gebieden (wijken) samen 13: de overige 7 liggen in 1")
    assert result.city["social_per_100_households"] == pytest.approx(100 * 20 / 300)


def test_more_social_dwellings_than_households_is_unknown_and_told_with_both_numbers():
    result = housing.analyse(town([60, 5], [50, 100], total=(65, 150)), allocation=False)
    assert np.isnan(result.areas["social_per_100_households"].iloc[0])
    assert result.areas["status"].tolist() == ["tegenstrijdige cijfers", "onder 6"]
    assert told(result, "Gebied A00 (60 woningen, 50 huishoudens)")


def test_an_area_that_contradicts_itself_is_out_of_the_headline_of_the_city_too():
    # 500 dwellings on 450 households; the others hold 100 on 1,000 and 50 on 1,500.
    city = town([500, 100, 50], [450, 1000, 1500], total=(650, 2950))
    result = housing.analyse(city, allocation=False)
    figures = {figure.key: figure for figure in result.headlines}
    density = figures["social_per_100_households"]
    assert density.value == pytest.approx(6.0)  # 150 / 2,500; not 650 / 2,950 = 22
    assert (density.known_share, density.known_of) == (pytest.approx(2500 / 2950), "private huishoudens")
    assert density.reason == "in Gebied A00 zijn er meer sociale huurwoningen dan huishoudens"
    assert result.city["social_per_100_households"] == pytest.approx(6.0)
    assert result.city["dwellings_to_norm"] == 75  # 9 per 100 of 2,500 is 225
    assert result.city["social_dwellings"] == 650, "the count stays the city's own"
    assert result.areas["location_quotient"].tolist()[1:] == pytest.approx([10 / 6, 5 / 9])
    for key in ("social_dwellings_added", "social_per_100_households_2040", "keep_dwellings"):
        assert (figures[key].value, figures[key].reason) == (None, density.reason), key
    assert np.isnan(result.city["social_per_100_households_2040"])


def test_a_sector_is_as_large_as_its_official_area_where_that_is_known():
    parts = sectors([40.0, 40.0], [500.0, 800.0], ["A00", "A01"]).assign(official_area_ha=[200.0, NAN])
    result = housing.analyse(make_city(areas_layer([40, 40], [500, 800]), subareas=parts), level="subareas")
    # 200 ha is 2 km², the polygon of the other is 1 km²; the city is their sum.
    assert result.areas["social_per_km2"].tolist() == [20.0, 40.0]
    assert result.city["social_per_km2"] == pytest.approx(80 / 3)


def test_a_city_with_more_social_dwellings_than_households_is_refused_with_both_numbers():
    with pytest.raises(DataError, match="160 social dwellings and 150 private households"):
        housing.analyse(town([60, 5], [50, 100], total=(160, 150)))


@pytest.mark.parametrize(
    ("total", "text"),
    [
        ((50, 470), "De stad telt 50 sociale huurwoningen, de gebieden (wijken) samen 45: 5 zijn aan geen gebied"),
        ((40, 470), "De stad telt 40 sociale huurwoningen, de gebieden (wijken) samen 45: de delen zijn meer"),
        ((45, 480), "De stad telt 480 private huishoudens, de gebieden (wijken) samen 470: 10 zijn aan geen gebied"),
    ],
)
def test_totals_that_disagree_with_the_parts_are_told_with_both_numbers(total, text):
    result = housing.analyse(town([10, 0, 30, 5], [100, 50, 120, 200], total=total))
    assert told(result, text)
    assert result.city["social_dwellings"] == total[0]


def test_without_a_total_the_city_is_the_sum_of_its_areas_and_unknown_when_one_is():
    assert read_counts(town([1, 2], [50, 60])).city == {"social_dwellings": 3, "households_private": 110}
    assert np.isnan(read_counts(town([1, NAN], [50, 60])).city["social_dwellings"])


def sectors(social, households, parents):
    ids = [f"S{i}" for i in range(len(social))]
    return gpd.GeoDataFrame(
        {
            "subarea_id": ids, "name": ids, "parent_id": parents, "social_dwellings": social,
            "households_private": households,
        },
        geometry=squares(len(ids)), crs=CRS,
    )  # fmt: skip


def test_areas_that_are_not_the_sum_of_their_sectors_are_told_with_both_numbers():
    parts = sectors([4.0, 4.0, 2.0, 3.0], [50.0, 50.0, 50.0, 50.0], ["A00", "A00", "A01", "A01"])
    result = housing.analyse(make_city(areas_layer([10, 5], [100, 100]), subareas=parts))
    assert told(result, "niet de som van hun sectoren: Gebied A00 (wijk 10, sectoren 8).")
    assert result.layers["subareas"]["social_per_100_households"].tolist() == [8.0, 8.0, 4.0, 6.0]


def test_what_the_areas_do_not_know_is_added_up_from_the_sectors_unknown_when_one_is():
    parts = sectors([4.0, 4.0, 2.0, NAN], [50.0, 50.0, 50.0, 50.0], ["A00", "A00", "A01", "A01"])
    areas = areas_layer([1, 1], [1, 1]).drop(columns=["social_dwellings", "households_private"])
    found = read_counts(make_city(areas, subareas=parts))
    assert found.frame["households_private"].tolist() == [100.0, 100.0]
    assert found.frame["social_dwellings"].iloc[0] == 8
    assert np.isnan(found.frame["social_dwellings"].iloc[1])
    assert any("opgeteld uit de statistische sectoren" in note for note in found.notes)


def test_districts_and_sectors_are_levels_too():
    parts = sectors([4.0, 4.0], [50.0, 80.0], ["A00", "A01"])
    city = make_city(areas_layer([4, 4], [50, 80]), subareas=parts)
    result = housing.analyse(city, level="subareas")
    assert result.areas.index.tolist() == ["S0", "S1"]
    assert result.areas["social_per_100_households"].tolist() == [8.0, 5.0]
    with pytest.raises(OptionError, match="level"):
        housing.analyse(city, level="streets")
    with pytest.raises(MissingLayerError, match="districts"):
        housing.analyse(city, level="districts")


def test_a_sector_that_changed_parent_is_told_with_both_areas():
    parts = sectors([4.0, 4.0], [50.0, 80.0], ["A00", "A01"])
    table = pd.DataFrame({"sector_id": ["S0", "S1"], "name": ["S0", "S1"], "area_id": ["A01", "A01"]})
    result = housing.analyse(make_city(areas_layer([4, 4], [50, 80]), subareas=parts, sectors=table))
    assert told(result, "S0 (A01 werd A00)")


def test_a_pack_that_knows_no_social_dwellings_lacks_what_the_theme_needs():
    with pytest.raises(MissingLayerError, match=r"needs social_dwellings.*layers\.areas\.tables"):
        housing.analyse(town([NAN, NAN], [10, 20]))


def test_hidden_counts_are_judged_and_say_so():
    city = town([NAN, NAN, 9, 20], [200, 40, 100, 160], total=(33, 500))
    result = housing.analyse(city, suppressed_below=5)
    assert result.areas["status"].tolist() == ["onder 6 (klein aantal, afgeschermd)", "onbekend", "haalt 9", "haalt 9"]
    assert np.isnan(result.areas["social_dwellings"].iloc[0])
    assert told(result, "afgeschermde aantallen onder 5")


def test_every_column_has_a_dutch_label_and_the_document_is_json(four):
    result = housing.analyse(four)
    assert set(result.areas.columns) - set(result.labels) == {"geometry"}
    document = result.to_json()
    first = document["areas"][0]
    wanted = {"social_dwellings", "households_private", "social_per_100_households", "location_quotient"}
    assert wanted <= set(first)
    assert wanted <= set(document["city"])
    # The goal is that of the targets; 9 is what other cities have on average.
    assert [figure["target"] for figure in document["headlines"][:2]] == [11.1, 1000]
    assert [figure["target_kind"] for figure in document["headlines"][:2]] == ["aim", "adopted"]
