from __future__ import annotations

import pytest
from shapely import LineString, MultiPoint, box

from kortrijk_geo.engine.green_entrances import green_entrances, green_places
from kortrijk_geo.reach.facilities import find_facilities
from kortrijk_geo.reach.rules import load_categories

KINDS = ("park", "forest")


def find(city, which="default"):
    return find_facilities(city, load_categories(which), max_snap_m=100)


def ids(found, category):
    return sorted(found.frame["place_id"].to_numpy()[found.rows(category)])


@pytest.fixture
def with_amenities(small):
    def build(*rows, **more):
        return small.build(amenities=small.frame([small.amenity(*row[:3], **row[3]) for row in rows]), **more)

    return build


def test_an_amenity_belongs_by_its_tags_or_by_the_key_of_the_category(small):
    amenities = small.frame(
        [
            small.amenity("a", 0, 0, shop="supermarket"),
            small.amenity("b", 0, 0, shop="shoes"),
            {**small.amenity("c", 0, 0, name="no tags"), "category": "food_shop", "tags": "{}"},
            {**small.amenity("d", 0, 0, name="main tag only"), "category": "shop=convenience", "tags": "{}"},
        ]
    )
    assert ids(find(small.build(amenities=amenities)), "food_shop") == ["a", "c", "d"]


def test_a_place_may_be_in_two_categories_and_a_private_pitch_in_none(with_amenities):
    city = with_amenities(
        ("a", 0, 0, {"amenity": "pharmacy", "post_office": "post_partner"}),
        ("b", 0, 0, {"leisure": "pitch", "access": "private"}),
        ("c", 0, 0, {"leisure": "pitch"}),
    )
    found = find(city)
    assert ids(found, "pharmacy") == ["a"]
    assert ids(found, "post_bank") == ["a"]
    assert ids(found, "sport") == ["c"]
    assert found.frame["facility_id"].is_unique


def test_schools_whose_level_is_not_known_are_counted_and_said(with_amenities):
    city = with_amenities(
        ("primary", 0, 0, {"amenity": "school", "school": "kindergarten;primary"}),
        ("levels", 0, 0, {"amenity": "school", "isced:level": "1;2"}),
        ("secondary", 0, 0, {"amenity": "school", "school": "secondary"}),
        ("high", 0, 0, {"amenity": "school", "isced:level": "3"}),
        ("any", 0, 0, {"amenity": "school"}),
    )
    found = find(city)
    assert ids(found, "primary_school") == ["any", "levels", "primary"]
    assert any(note.startswith("Basisschool: scholen zonder") and note.endswith("(aantal: 1).") for note in found.notes)


def test_the_childcare_layer_goes_before_osm_and_only_what_exists_counts(small, with_amenities):
    def location(key, **more):
        row = {"location_id": key, "name": key, "kind": "group", "places": 10.0, "standing": "existing"}
        dates = {"opens": None, "closes": None}
        return {**row, **dates, **more, "geometry": MultiPoint([(0, 0)]).geoms[0]}

    osm = ("osm", 0, 0, {"amenity": "childcare"})
    assert ids(find(with_amenities(osm)), "childcare") == ["osm"]
    rows = [
        location("there"),
        location("unknown", standing=None),
        location("planned", standing="decided"),
        location("later", opens="2026-09-01"),  # the layer is of 2026-01-01
        location("gone", closes="2025-12-31"),
        location("going", closes="2026-06-30"),
    ]
    found = find(with_amenities(osm, childcare=small.frame(rows)))
    assert ids(found, "childcare") == ["going", "there", "unknown"]
    assert "Opvanglocaties die nog niet of niet meer bestaan en niet meetellen: 3." in found.notes


def green(small, *shapes, public=True, kind="park"):
    rows = [
        {"green_id": f"g{i}", "kind": kind, "public": public, "name": f"Park {i}", "geometry": shape}
        for i, shape in enumerate(shapes)
    ]
    return small.frame(rows)


def test_green_that_shares_an_edge_is_one_place(small):
    halves = green(small, box(0, 0, 60, 100), box(60, 0, 140, 100), box(300, 0, 380, 100))
    places = green_places(halves, min_ha=1, kinds=KINDS)
    assert places["place_id"].tolist() == ["g1"]  # of the larger part; together 1.4 ha, the third is 0.8 ha
    assert places["hectares"].tolist() == pytest.approx([1.4])
    assert len(green_places(halves, min_ha=0.5, kinds=KINDS)) == 2


def test_an_overlap_is_not_counted_twice(small):
    nested = green(small, box(0, 0, 80, 100), box(0, 0, 80, 80))
    assert green_places(nested, min_ha=1, kinds=KINDS).empty


def test_private_green_and_other_kinds_do_not_count(small):
    assert green_places(green(small, box(0, 0, 200, 200), public=False), min_ha=1, kinds=KINDS).empty
    assert green_places(green(small, box(0, 0, 200, 200), kind="cemetery"), min_ha=1, kinds=KINDS).empty


def points(small, found):
    return sorted((round(p.x - small.x0, 3), round(p.y - small.y0, 3)) for p in found.geometry)


def streets(small, *lines, walk=True):
    rows = [{**small.street(f"s{i}", *line), "walk": walk} for i, line in enumerate(lines)]
    return small.frame(rows)


def entrances(small, shape, lanes):
    return green_entrances(green(small, shape), lanes, min_ha=1, kinds=KINDS, max_street_m=100)


def test_one_enters_where_a_street_crosses_the_edge(small):
    through = streets(small, [(-50, 50), (250, 50)], [(100, 200), (100, 260)])
    found = entrances(small, box(0, 0, 200, 200), through)
    assert points(small, found) == [(0, 50), (100, 200), (200, 50)]
    assert set(found["place_id"]) == {"g0"}
    assert set(found["name"]) == {"Park 0"}


def test_a_street_along_the_edge_is_an_entrance_every_50_m(small):
    found = entrances(small, box(0, 0, 200, 200), streets(small, [(0, 0), (200, 0)]))
    assert points(small, found) == [(0, 0), (50, 0), (100, 0), (150, 0), (200, 0)]


def test_without_a_crossing_one_enters_at_the_points_nearest_to_streets(small):
    beside = streets(small, [(-50, -20), (100, -20)], [(230, 100), (400, 100)], [(0, 900), (100, 900)])
    found = entrances(small, box(0, 0, 200, 200), beside)
    place = MultiPoint([(p.x - small.x0, p.y - small.y0) for p in found.geometry])
    assert len(place.geoms) == 2  # the third street is 700 m away
    assert place.distance(LineString([(230, 100), (400, 100)])) == pytest.approx(30)
    assert place.distance(LineString([(-50, -20), (100, -20)])) == pytest.approx(20)


def test_far_from_every_street_there_is_still_one_point(small):
    found = entrances(small, box(0, 0, 200, 200), streets(small, [(0, 900), (100, 900)]))
    assert len(found) == 1


def test_streets_on_which_one_does_not_walk_give_no_entrance(small):
    assert entrances(small, box(0, 0, 200, 200), streets(small, [(-50, 50), (250, 50)], walk=False)).empty


def test_the_entrances_of_a_park_count_as_one_place(small):
    park = green(small, box(0, -50, 200, 150))
    found = find(small.build(green=park))
    assert len(found.rows("public_green")) == 2  # the street starts on its edge and leaves it at x = 200
    assert found.place_counts()["public_green"] == 1
