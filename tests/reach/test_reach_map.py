from __future__ import annotations

import pickle
from dataclasses import replace

import shapely

import kortrijk_geo as kg


def test_the_page_shows_all_categories_first_and_a_switch_per_category_and_mode(small, two_kinds):
    result = kg.reach.analyse(small.build(), categories=two_kinds)
    page = kg.reach.spec(result)
    shown = [layer.column for layer in page.area_layers if layer.shown]
    assert shown == ["share_all_walk_15"]
    assert page.area_layers[0].column == "share_all_walk_15"
    labels = [layer.label for layer in page.area_layers]
    assert labels[0] == "Alle 2 voorzieningen: deel van de inwoners binnen 15 minuten te voet"
    assert labels[1] == "Voedingswinkel: deel van de inwoners binnen 15 minuten te voet"
    assert len(set(labels)) == len(labels)
    groups = {layer.column: layer.group for layer in page.area_layers}
    assert groups["share_food_shop_walk_15"] == "Te voet"
    assert groups["share_food_shop_cycle_15"] == "Met de fiets"
    assert set(groups) <= set(result.areas.columns)
    assert set(page.table) <= set(result.areas.columns)
    assert "4,8 km/u (1.200 m in 15 minuten)" in page.method
    assert "15,0 km/u" in page.method
    for layer in page.point_layers:
        assert set(layer.fields) <= set(layer.frame.columns)
    homes, places = page.point_layers
    assert len(homes.frame) == 4
    assert places.colours["pharmacy"][0] == "apotheek"
    assert len({colour for _, colour in places.colours.values()}) == 2


def test_one_table_describes_every_column_and_the_page_reads_no_option(small, two_kinds):
    result = kg.reach.analyse(small.build(), categories=two_kinds, proximity_places=1)
    described = [column.name for column in result.columns]
    assert sorted(described) == sorted(result.areas.columns.drop("geometry"))
    page = kg.reach.spec(result)
    assert list(page.table)[:4] == ["population", "dwellings", "share_all_walk_15", "share_all_cycle_15"]
    assert [layer.group for layer in page.area_layers] == ["Te voet"] * 5 + ["Met de fiets"] * 5
    again = kg.reach.spec(replace(pickle.loads(pickle.dumps(result)), options={}))
    assert (again.method, again.lead, again.table) == (page.method, page.lead, page.table)
    assert again.area_layers == page.area_layers
    assert again.point_layers[1].colours == page.point_layers[1].colours


def test_twelve_categories_have_twelve_colours(small):
    page = kg.reach.spec(kg.reach.analyse(small.build(), proximity=False))
    assert len({colour for _, colour in page.point_layers[1].colours.values()}) == 12


def test_one_mode_makes_a_page_of_one_mode(small, two_kinds):
    page = kg.reach.spec(kg.reach.analyse(small.build(), categories=two_kinds, modes=["cycle"], minutes=10))
    assert {layer.group for layer in page.area_layers} == {"Met de fiets"}
    assert page.area_layers[0].column == "share_all_cycle_10"


def test_isochrones_lie_over_the_page(small, two_kinds):
    city = small.build()
    page = kg.reach.spec(kg.reach.analyse(city, categories=two_kinds))
    schools = small.frame([{"place_id": "a", "geometry": shapely.Point(300, 0)}])
    drawn = kg.reach.with_isochrones(page, kg.reach.isochrones_from(city, schools))
    assert [layer.label for layer in drawn.shape_layers] == ["Bereik met de fiets", "Bereik te voet"]
    assert [layer.filled for layer in drawn.shape_layers] == [False, True]  # two fills would make a third colour
    assert not page.shape_layers
    cycle = kg.reach.isochrones_from(city, schools).query("mode == 'cycle'")
    assert [layer.filled for layer in kg.reach.with_isochrones(page, cycle).shape_layers] == [True]


def test_the_map_is_drawn(small, two_kinds):
    html = kg.reach.draw(kg.reach.analyse(small.build(), categories=two_kinds)).get_root().render()
    assert "voedingswinkel" in html
