"""A kind of place that exists nowhere is not the same as one about which nothing is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

import kortrijk_geo as kg
from kortrijk_geo.pack.amenities import covers
from kortrijk_geo.pack.city import City
from kortrijk_geo.reach.rules import load_categories


def lacking_a_pharmacy(small, *words):
    """Return the small city without its only pharmacy, from a source that covers these kinds of place."""
    amenities = small.layers()["amenities"]
    city = small.build(amenities=amenities[amenities["amenity_id"] != "pharmacy"].reset_index(drop=True))
    record = replace(city.info.layers["amenities"], covers=words)
    return City(city.folder, replace(city.info, layers={**city.info.layers, "amenities": record}))


def analysed(city, two_kinds):
    return kg.reach.analyse(city, categories=two_kinds, modes=["walk"], minutes=20, proximity=False)


@pytest.mark.parametrize("words", [("*",), ("pharmacy",), ("amenity=pharmacy", "shop=supermarket")])
def test_nobody_reaches_a_kind_that_a_source_covers_and_has_none_of(small, two_kinds, words):
    result = analysed(lacking_a_pharmacy(small, *words), two_kinds)
    assert result.city["share_pharmacy_walk_20"] == 0
    assert result.city["share_all_walk_20"] == 0
    assert result.city["missing_most_walk"] == "pharmacy"
    assert result.layers["homes"].set_index("home_id").loc["h1", "walk_n_pharmacy"] == 0
    headline = result.headlines[0]
    assert headline.label == "Inwoners met alle 2 voorzieningen binnen 20 minuten te voet"
    assert headline.definition == "inwoners; te voet hoogstens 1.600 m; 2 soorten: voedingswinkel, apotheek"
    assert result.options["n_categories"] == {"walk": 2}
    nowhere = "Nergens in het pakket, volgens een bron die alle plaatsen van die soort kent: apotheek."
    assert f"{nowhere} Niemand bereikt ze te voet, en niemand heeft dus 'alle voorzieningen'." in result.notes


@pytest.mark.parametrize("words", [(), ("shop=supermarket",)])
def test_a_kind_that_no_source_covers_stays_unknown_and_the_headline_says_it_is_another_one(small, two_kinds, words):
    result = analysed(lacking_a_pharmacy(small, *words), two_kinds)
    assert result.to_json()["city"]["share_pharmacy_walk_20"] is None
    assert result.city["share_all_walk_20"] == result.city["share_food_shop_walk_20"]
    assert result.headlines[0].definition == "inwoners; te voet hoogstens 1.600 m; 1 soorten: voedingswinkel"
    assert result.options["categories_counted"] == {"walk": ["food_shop"]}
    sheet = result.sheets()["Kerncijfers"]
    assert (
        sheet["definition"].iloc[0] == result.to_json()["headlines"][0]["definition"] == result.headlines[0].definition
    )


def test_what_a_word_covers():
    kinds = {category.key: category for category in load_categories().categories}
    assert covers(["*"], kinds["pharmacy"])
    assert covers(["library_culture"], kinds["library_culture"])
    assert covers(["amenity=library"], kinds["library_culture"])
    assert not covers(["amenity=bank"], kinds["library_culture"])
