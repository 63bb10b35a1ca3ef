"""The small city of conftest.py, by hand.

Walking, to the shop (20 m from the street at x = 200) and to the pharmacy (on the street at x = 1,600):

    h1  10 m from the street at x = 100:  10 + 100 + 20 = 130 m, 10 + 1,500 = 1,510 m; 10 inhabitants
    h2  on the street at x = 1,500:       1,300 + 20 = 1,320 m, 100 m;                 30 inhabitants
    h3  500 m from any street:            unknown;                                      5 inhabitants
    h4  on a loose end:                   no way to either;                            20 inhabitants

Cycling, the street is one-way eastwards from x = 800 to 1,200: h2 cannot cycle to the shop.
"""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest

import kortrijk_geo as kg
from kortrijk_geo.errors import DataError, MissingLayerError, OptionError
from kortrijk_geo.figure import wording


@pytest.fixture
def result(small, two_kinds):
    return kg.reach.analyse(small.build(), categories=two_kinds)


def row(result, home_id):
    homes = result.layers["homes"]
    return homes[homes["home_id"] == home_id].iloc[0]


def test_distances_of_each_home(result):
    assert result.layers["homes"]["home_id"].tolist() == ["h1", "h2", "h3", "h4"]
    assert row(result, "h1")["walk_m_food_shop"] == pytest.approx(130)
    assert row(result, "h1")["walk_m_pharmacy"] == pytest.approx(1_510)
    assert row(result, "h2")["walk_m_food_shop"] == pytest.approx(1_320)
    assert row(result, "h2")["walk_m_pharmacy"] == pytest.approx(100)
    assert row(result, "h2")["walk_minutes_pharmacy"] == pytest.approx(100 / 80)
    assert row(result, "h1")["cycle_m_pharmacy"] == pytest.approx(1_510)
    assert np.isnan(row(result, "h2")["cycle_m_food_shop"])
    for home_id in ("h3", "h4"):
        assert np.isnan(row(result, home_id)["walk_m_food_shop"])


def test_counts_and_what_is_missing_per_home(result):
    assert row(result, "h1")["walk_n_food_shop"] == 1
    assert row(result, "h1")["walk_n_pharmacy"] == 0
    assert row(result, "h1")["walk_missing"] == 1
    assert row(result, "h4")["walk_n_food_shop"] == 0
    assert row(result, "h4")["walk_missing"] == 2
    assert np.isnan(row(result, "h3")["walk_n_food_shop"])
    assert np.isnan(row(result, "h3")["walk_missing"])
    assert row(result, "h1")["walk_minutes_all"] == pytest.approx(1_510 / 80)
    assert np.isnan(row(result, "h4")["walk_minutes_all"])


def test_shares_are_of_the_inhabitants_of_whom_something_is_known(result):
    areas = result.areas
    assert areas["population"].tolist() == [30, 35]
    assert areas["counted_walk"].tolist() == [30, 30]  # h3 is out
    assert areas["share_food_shop_walk_15"].tolist() == pytest.approx([10 / 30, 0])
    assert areas["share_pharmacy_walk_15"].tolist() == pytest.approx([0, 1])
    assert areas["share_all_walk_15"].tolist() == [0, 0]
    assert areas["share_all_walk_20"].tolist() == pytest.approx([10 / 30, 1])  # 1,600 m
    assert areas["share_all_cycle_15"].tolist() == pytest.approx([10 / 30, 0])
    assert result.city["population"] == 65
    assert result.city["share_food_shop_walk_15"] == pytest.approx(10 / 60)
    assert result.city["share_all_walk_20"] == pytest.approx(40 / 60)


def test_a_share_says_of_how_many_inhabitants_it_is(small, two_kinds):
    # h3, far from every street, has more and more inhabitants: of 60 others the pharmacy is near to 30.
    def headline(people):
        homes = small.layers()["homes"]
        homes.loc[homes["home_id"] == "h3", "residents"] = people
        whole = small.layers()["boundary"].drop(columns="population", errors="ignore")
        result = kg.reach.analyse(small.build(homes=homes, boundary=whole), categories=two_kinds)
        return result, result.headlines[0]

    result, figure = headline(3.0)
    assert figure.known_share == pytest.approx(60 / 63)
    assert wording(figure).covers == ""
    result, figure = headline(55.0)
    assert figure.known_share == pytest.approx(60 / 115)
    assert wording(figure).covers == "van 52 % van de inwoners"
    assert result.to_json()["city"]["known_share_walk"] == pytest.approx(60 / 115)
    assert np.isnan(result.areas.loc["W2", "share_pharmacy_walk_15"])  # of 85 there, 30 are known
    assert result.areas.loc["W1", "share_food_shop_walk_15"] == pytest.approx(10 / 30)
    result, figure = headline(61.0)
    assert (figure.value, wording(figure).value) == (None, "onbekend")
    assert np.isnan(result.city["share_all_walk_20"])
    assert result.city["counted_walk"] == 60


def test_inhabitants_whom_no_home_holds_are_unknown_too(small, two_kinds):
    boundary = small.layers()["boundary"].assign(population=100.0)
    result = kg.reach.analyse(small.build(boundary=boundary), categories=two_kinds)
    assert result.city["known_share_walk"] == pytest.approx(0.6)


def test_weighted_share_uses_the_weights_of_the_file(result):
    # weights 3 and 1: West (3 * 10/30 + 0) / 4, Oost (0 + 1) / 4
    assert result.areas["weighted_share_walk_15"].tolist() == pytest.approx([0.25, 0.25])


def test_quantiles_are_weighted_and_unknown_when_that_many_do_not_arrive(result):
    areas = result.areas
    # West: 10 of 30 inhabitants need 130 m, 20 never arrive; Oost: all need 1,320 m.
    assert np.isnan(areas.loc["W1", "median_minutes_food_shop_walk"])
    assert areas.loc["W2", "median_minutes_food_shop_walk"] == pytest.approx(1_320 / 80)
    assert areas.loc["W2", "p90_minutes_all_walk"] == pytest.approx(1_320 / 80)
    assert result.city["median_minutes_food_shop_walk"] == pytest.approx(1_320 / 80)


def test_what_is_missing_most(result):
    assert result.areas["missing_most_walk"].tolist() == ["pharmacy", "food_shop"]
    assert result.areas["missing_most_label_walk"].tolist() == ["apotheek", "voedingswinkel"]


def test_columns_stand_in_the_order_of_the_contract_and_all_have_a_label(result):
    columns = result.areas.columns.tolist()
    assert columns[:8] == [
        "name",
        "population",
        "share_all_walk_15",
        "share_all_cycle_15",
        "share_food_shop_walk_15",
        "share_pharmacy_walk_15",
        "share_food_shop_cycle_15",
        "share_pharmacy_cycle_15",
    ]
    assert set(columns) - {"geometry"} == set(result.labels)
    assert set(result.city) == set(columns) - {"name", "geometry"}
    assert result.headlines[0].key == "share_all_walk_15"
    assert result.headlines[0].label == "Inwoners met alle 2 voorzieningen binnen 15 minuten te voet"
    assert result.headlines[0].unit == "aandeel"


def test_what_is_left_out_is_counted_in_the_notes(result):
    text = " ".join(result.notes)
    assert "verder dan 100 m van een straat (te voet): 1 (minder dan 10 inwoners)" in text
    assert (
        "te voet over de straten van het pakket geen weg hebben naar minstens één soort voorziening: 1 (20 inwoners)"
        in text
    )
    assert "geen weg hebben naar minstens één soort voorziening: 2 (50 inwoners)" in text
    assert "5 inwoners van de stad zijn aan geen woning toegewezen" in text  # 70 in the boundary, 65 in homes
    assert "De nabijheidstijd te voet is onbekend" in text
    assert np.isnan(result.city["f15_walk"])


def test_the_facilities_are_listed_with_their_snap_distance(result):
    places = result.layers["facilities"].set_index("facility_id")
    assert set(places["category"]) == {"food_shop", "pharmacy"}
    assert places.loc["food_shop:shop", "walk_snap_m"] == pytest.approx(20)
    assert places.loc["food_shop:shop", "name"] == "naam shop"


def test_options_are_recorded_and_the_result_is_plain_json_and_pickles(result, two_kinds):
    assert result.options["walk_m_per_min"] == 80
    assert result.options["cycle_m_per_min"] == 250
    assert result.options["minutes"] == 15
    assert result.options["categories"] == str(two_kinds)
    assert result.options["weights"] == "residents"
    document = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert document["areas"][0]["area_id"] == "W1"
    assert document["areas"][0]["share_food_shop_walk_15"] == pytest.approx(10 / 30)
    assert document["city"]["f15_walk"] is None
    assert pickle.loads(pickle.dumps(result)).city == pytest.approx(result.city, nan_ok=True)


def test_other_minutes_speed_and_mode(small, two_kinds):
    slow = kg.reach.analyse(
        small.build(),
        categories=two_kinds,
        modes=["walk"],
        minutes=10,
        other_minutes=[],
        walk_m_per_min=15,
        proximity=False,
    )
    assert [column for column in slow.areas.columns if column.startswith("share_")] == [
        "share_all_walk_10",
        "share_food_shop_walk_10",
        "share_pharmacy_walk_10",
    ]
    assert slow.areas["share_food_shop_walk_10"].tolist() == pytest.approx([10 / 30, 0])  # 130 m within 150 m
    assert not [column for column in slow.areas.columns if "cycle" in column or "f15" in column]


def test_the_limit_itself_is_within(small, two_kinds):
    exact = kg.reach.analyse(small.build(), categories=two_kinds, minutes=12, walk_m_per_min=110)  # 1,320 m
    assert exact.areas.loc["W2", "share_food_shop_walk_12"] == 1


def test_without_inhabitants_dwellings_are_counted_and_every_label_says_so(small, two_kinds):
    city = small.build(homes=small.without_residents(small.layers()["homes"]))
    result = kg.reach.analyse(city, categories=two_kinds)
    assert result.areas["population"].isna().all()
    assert np.isnan(result.city["population"])
    assert result.areas["counted_walk"].tolist() == [15, 15]
    assert result.city["share_food_shop_walk_15"] == pytest.approx(5 / 30)
    assert result.headlines[0].label.startswith("Woningen met alle")
    assert any("gaan over woningen, niet over inwoners" in note for note in result.notes)
    assert result.options["weights"] == "dwellings"


def test_an_area_with_unknown_inhabitants_is_unknown_and_out_of_the_city(small, two_kinds):
    homes = small.layers()["homes"]
    homes.loc[homes["home_id"] == "h1", "residents"] = np.nan
    result = kg.reach.analyse(small.build(homes=homes), categories=two_kinds)
    shares = [column for column in result.areas.columns if column.startswith("share_")]
    assert result.areas.loc["W1", shares].isna().all()
    assert pd.isna(result.areas.loc["W1", "missing_most_label_walk"])
    assert np.isnan(result.areas.loc["W1", "population"])
    # Of W2 without h3 are 30 of about 73 inhabitants: too few to be the city's.
    assert result.city["known_share_walk"] == pytest.approx(30 / (35 + 20 + 55 / 3))
    assert np.isnan(result.city["share_pharmacy_walk_15"])
    assert any("West" in note and "onbekend" in note for note in result.notes)


def test_an_area_without_homes_is_unknown_not_zero(small, two_kinds):
    homes = small.layers()["homes"]
    result = kg.reach.analyse(small.build(homes=homes[homes["area_id"] != "W1"]), categories=two_kinds)
    assert np.isnan(result.areas.loc["W1", "population"])
    assert np.isnan(result.areas.loc["W1", "share_all_walk_15"])
    assert "Gebieden zonder woningen in de gegevens, cijfers onbekend: West." in result.notes


def test_a_category_without_places_is_unknown_and_all_says_that_it_is_left_out(small, two_kinds):
    amenities = small.layers()["amenities"]
    result = kg.reach.analyse(small.build(amenities=amenities[amenities["amenity_id"] != "shop"]), categories=two_kinds)
    assert result.areas["share_food_shop_walk_15"].isna().all()
    assert result.areas["share_all_walk_15"].tolist() == [0, 1]
    assert result.headlines[0].label == (
        "Inwoners met alle 1 voorzieningen met gegevens (zonder voedingswinkel) binnen 15 minuten te voet"
    )
    assert result.options["categories_without_data"] == {"walk": ["food_shop"], "cycle": ["food_shop"]}
    assert any("Geen gegevens te voet over voedingswinkel" in note for note in result.notes)


def test_without_any_place_nothing_is_known(small, two_kinds):
    amenities = small.layers()["amenities"]
    result = kg.reach.analyse(
        small.build(amenities=amenities[amenities["amenity_id"] == "bench"]), categories=two_kinds
    )
    assert np.isnan(result.city["share_all_walk_15"])
    assert np.isnan(result.city["median_minutes_all_walk"])
    assert result.headlines[0].value is None
    assert result.layers["homes"]["walk_missing"].isna().all()


def test_a_pack_without_what_is_needed(small, two_kinds):
    layers = small.layers()
    city = small.build()
    with pytest.raises(OptionError, match="categories"):
        kg.reach.analyse(city, categories="fifteen")
    with pytest.raises(DataError, match="home h1 names area W9"):
        kg.reach.analyse(small.build(homes=layers["homes"].replace({"area_id": {"W1": "W9"}})), categories=two_kinds)
    with pytest.raises(DataError, match="no home lies in the study area"):
        kg.reach.analyse(small.build(homes=layers["homes"].iloc[4:]), categories=two_kinds)
    bad = layers["amenities"].assign(tags="{")
    with pytest.raises(DataError, match="tags of shop are not a JSON object"):
        kg.reach.analyse(small.build(amenities=bad), categories=two_kinds)


def test_a_pack_without_homes_names_the_layer(small, tmp_path):
    from kortrijk_geo.pack.city import open_city
    from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack

    layers = {name: frame for name, frame in small.layers().items() if name != "homes"}
    info = PackInfo(name="Klein", crs="EPSG:31370", layers={name: LayerRecord("test") for name in layers})
    write_pack(tmp_path / "without", info, layers)
    with pytest.raises(MissingLayerError, match="homes"):
        kg.reach.analyse(open_city(tmp_path / "without"))


def test_the_default_set_reads_the_small_city(small):
    result = kg.reach.analyse(small.build())
    assert result.areas["share_pharmacy_walk_15"].tolist() == pytest.approx([0, 1])
    assert "huisarts" in result.labels["share_all_walk_15"]  # one of those without data
    assert any("geen laag groen" in note for note in result.notes)


def test_more_time_never_means_less(small, two_kinds):
    city = small.build()
    previous = np.zeros(2)
    for minutes in (1, 2, 5, 16, 17, 19, 40):
        result = kg.reach.analyse(city, categories=two_kinds, minutes=minutes, other_minutes=[], proximity=False)
        shares = result.areas[[f"share_{key}_walk_{minutes}" for key in ("all", "food_shop", "pharmacy")]].to_numpy()
        assert (shares[:, 0] <= shares[:, 1:].min(axis=1)).all()
        assert (shares[:, 0] >= previous).all()
        previous = shares[:, 0]
