"""Areas, points and lines from OSM: what becomes of them, and of what is broken."""

from __future__ import annotations

import json
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from kortrijk_geo.ingest.osm import read_osm
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.pack.validation import validate

CRS = "EPSG:31370"
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def _tags(tags):
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def _node(osm_id, east_m, north_m, **tags):
    lon, lat = TO_DEGREES.transform(72000 + east_m, 169000 + north_m)
    named = {key.replace("__", ":"): value for key, value in tags.items()}
    return f'<node id="{osm_id}" lon="{lon:.7f}" lat="{lat:.7f}">{_tags(named)}</node>'


def _way(osm_id, refs, **tags):
    named = {key.replace("__", ":"): value for key, value in tags.items()}
    return f'<way id="{osm_id}">{"".join(f"<nd ref={quoteattr(str(ref))}/>" for ref in refs)}{_tags(named)}</way>'


def _relation(osm_id, members, **tags):
    inside = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
    return f'<relation id="{osm_id}">{inside}{_tags({"type": "multipolygon"} | tags)}</relation>'


def _square(first, east_m, north_m, side_m):
    """Four nodes ``first`` to ``first + 3``, counter-clockwise."""
    corners = [(0, 0), (side_m, 0), (side_m, side_m), (0, side_m)]
    return "".join(_node(first + n, east_m + x, north_m + y) for n, (x, y) in enumerate(corners))


def _ring(first):
    return (first, first + 1, first + 2, first + 3, first)


def _read(tmp_path, *parts, extent=None):
    path = tmp_path / "town.osm"
    path.write_text(f'<osm version="0.6">{"".join(parts)}</osm>', encoding="utf-8")
    extract = read_osm(path, crs=CRS, extent=extent)
    for name, frame in extract.layers.items():
        if name in LAYERS:
            validate(name, frame, crs=CRS, origin="test")
    return extract


def test_a_closed_way_becomes_a_building_with_its_measures(tmp_path):
    extract = _read(
        tmp_path,
        _square(1, 0, 0, 10),
        _square(5, 20, 0, 10),
        _square(9, 40, 0, 10),
        _way(1, _ring(1), building="apartments", building__flats="12", building__levels="4"),
        _way(2, _ring(5), building="yes", height="7.5 m", building__levels="4"),
        _way(3, _ring(9), building="no"),
    )
    buildings = extract.layers["buildings"].set_index("building_id")
    assert buildings.area.tolist() == pytest.approx([100, 100], rel=1e-2)
    assert buildings.use.tolist()[0] == "apartments"
    assert buildings.use.isna().tolist() == [False, True]
    assert buildings.dwellings.tolist() == pytest.approx([12, np.nan], nan_ok=True)
    assert buildings.height_m.tolist() == [12.0, 7.5]


def test_a_multipolygon_has_its_holes_islands_and_split_outline(tmp_path):
    """A 100 m wood of two ways, a 40 m clearing, a 10 m thicket in it, and a second outline that touches the first."""
    parts = (_square(1, 0, 0, 100), _square(5, 30, 30, 40), _square(9, 45, 45, 10), _square(13, 100, 100, 20))
    extract = _read(
        tmp_path,
        *parts,
        _way(1, (1, 2, 3)),
        _way(2, (1, 4, 3)),
        _way(3, _ring(5)),
        _way(4, _ring(9)),
        _way(5, _ring(13)),
        _relation(1, [(1, "outer"), (2, "outer"), (3, "inner"), (4, "outer"), (5, "")], natural="wood", name="Bos"),
    )
    wood = extract.layers["green"].set_index("green_id")
    assert list(wood.index) == ["r1"]
    assert wood.area["r1"] == pytest.approx(10000 - 1600 + 100 + 400, rel=1e-4)
    assert (wood.kind["r1"], wood["public"]["r1"], wood.name["r1"]) == ("forest", True, "Bos")
    assert extract.findings == ()


def test_two_parts_that_share_a_stretch_of_outline_are_one_area(tmp_path):
    nodes = [_node(n, x, y) for n, (x, y) in enumerate([(0, 0), (10, 0), (20, 0), (20, 10), (10, 10), (0, 10)], 1)]
    extract = _read(
        tmp_path,
        *nodes,
        _way(1, (1, 2, 5, 6, 1)),
        _way(2, (2, 3, 4, 5, 2)),
        _relation(1, [(1, "outer"), (2, "outer")], leisure="park"),
    )
    (park,) = extract.layers["green"].geometry
    assert park.geom_type == "Polygon"
    assert park.area == pytest.approx(200, rel=1e-3)


def test_an_outline_that_carries_the_tags_of_its_relation_counts_once(tmp_path):
    extract = _read(
        tmp_path,
        _square(1, 0, 0, 30),
        _square(5, 10, 10, 10),
        _way(1, _ring(1), building="yes"),
        _way(2, _ring(5)),
        _relation(1, [(1, "outer"), (2, "inner")], building="yes"),
    )
    assert extract.layers["buildings"].building_id.tolist() == ["r1"]
    assert extract.layers["buildings"].area.iloc[0] == pytest.approx(800, rel=1e-3)
    assert "areas: 1 outer ways carry the same tags as their multipolygon: counted once, as the multipolygon" in (
        extract.findings
    )


def test_an_old_relation_without_tags_takes_those_of_its_outline(tmp_path):
    extract = _read(
        tmp_path,
        _square(1, 0, 0, 30),
        _square(5, 10, 10, 10),
        _way(1, _ring(1), landuse="forest"),
        _way(2, _ring(5)),
        _relation(1, [(1, "outer"), (2, "inner")]),
    )
    assert extract.layers["green"].green_id.tolist() == ["r1"]
    assert extract.layers["green"].area.iloc[0] == pytest.approx(800, rel=1e-3)


def test_broken_areas_are_left_out_or_repaired_and_counted(tmp_path):
    """A bow tie; rings of two corners, without surface, with a missing node; relations that lack a member or an end."""
    extract = _read(
        tmp_path,
        _square(1, 0, 0, 10),
        _square(5, 50, 0, 10),
        _node(20, 200, 0),
        _node(21, 210, 0),
        _node(22, 220, 0),
        _way(1, (1, 3, 2, 4, 1), building="house"),
        _way(2, (20, 21, 20), building="house"),
        _way(3, (1, 2, 99, 4, 1), building="house"),
        _way(4, (5, 6, 7)),
        _way(5, _ring(5)),
        _way(6, (20, 21, 22, 21, 20), building="house"),
        _relation(1, [(5, "inner"), (77, "outer")], landuse="forest"),
        _relation(2, [(4, "outer")], landuse="forest"),
    )
    (bow_tie,) = extract.layers["buildings"].geometry
    assert bow_tie.area == pytest.approx(50, rel=1e-2)
    assert extract.layers["green"].empty
    assert extract.findings == (
        "file: the ways name 1 nodes that are not in the file (a clipped extract)",
        "areas: 1 closed ways lack nodes that are not in the file: left out of the areas",
        "areas: 1 closed ways have fewer than three different corners: left out of the areas",
        "areas: 1 areas cross themselves: repaired, their polygonal part is kept",
        "areas: 1 areas have no surface: left out",
        "areas: 1 multipolygons have members or nodes that are not in the file: left out (r1)",
        "areas: 1 multipolygons are not closed or enclose nothing: left out (r2)",
    )


def test_a_clearing_does_not_become_the_forest_when_the_outline_is_cut_off(tmp_path):
    extract = _read(
        tmp_path,
        _square(5, 50, 0, 10),
        _way(5, _ring(5)),
        _relation(1, [(77, "outer"), (5, "inner")], landuse="forest"),
    )
    assert extract.layers["green"].empty


def test_amenities_are_nodes_closed_ways_and_multipolygons(tmp_path):
    extract = _read(
        tmp_path,
        _square(1, 0, 0, 10),
        _square(5, 30, 0, 40),
        _node(20, 5, 5, amenity="pharmacy", healthcare="pharmacy", name="Apotheek"),
        _node(21, 5, 6, amenity="bench"),
        _node(22, 5, 7, amenity="bench", shop="kiosk"),
        _node(23, 5, 8, highway="bus_stop", public_transport="platform"),
        _node(24, 5, 9, shop="bakery", disused="yes"),
        _node(25, 5, 9, highway="crossing"),
        _way(1, _ring(1), amenity="school", isced__level="1"),
        _way(2, (1, 2), leisure="track"),
        _way(3, _ring(5)),
        _relation(3, [(3, "outer")], leisure="playground"),
    )
    amenities = extract.layers["amenities"].set_index("amenity_id")
    assert amenities.category.to_dict() == {
        "n20": "amenity=pharmacy",
        "n22": "shop=kiosk",
        "n23": "highway=bus_stop",
        "w1": "amenity=school",
        "r3": "leisure=playground",
    }
    assert json.loads(amenities.tags["w1"]) == {"amenity": "school", "isced:level": "1"}
    assert list(json.loads(amenities.tags["n20"])) == ["amenity", "healthcare", "name"]
    assert amenities.name.isna().tolist() == [False, True, True, True, True]
    assert extract.findings == (
        "amenities: 1 objects are street furniture or of no use as a destination: left out",
        "amenities: 1 places are no longer in use: left out",
        "amenities: 1 places are drawn as an open line: left out",
    )


def test_hostile_names_arrive_as_they_are(tmp_path):
    name = '<script>alert("x")</script> ${a} \'"\n\\'
    node = _node(20, 5, 5, amenity="cafe", name="@@").replace(
        "@@", "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; ${a} '&quot;&#10;\\"
    )
    amenities = _read(tmp_path, node).layers["amenities"]
    assert amenities.name[0] == name
    assert json.loads(amenities.tags[0])["name"] == name


@pytest.mark.parametrize(
    ("tags", "kind", "public"),
    [
        ({"leisure": "park"}, "park", True),
        ({"leisure": "park", "access": "private"}, "park", False),
        ({"leisure": "garden"}, "garden", False),
        ({"leisure": "garden", "access": "yes"}, "garden", True),
        ({"landuse": "grass"}, "grass", False),
        ({"landuse": "forest"}, "forest", True),
        ({"landuse": "forest", "access": "no"}, "forest", False),
        ({"natural": "wood"}, "forest", True),
        ({"leisure": "park", "landuse": "grass"}, "park", True),
    ],
)
def test_kinds_of_green_and_whether_they_are_public(tmp_path, tags, kind, public):
    green = _read(tmp_path, _square(1, 0, 0, 50), _way(1, _ring(1), **tags)).layers["green"]
    assert list(zip(green.kind, green["public"], strict=True)) == [(kind, public)]


def test_water_and_constraints_are_lines_and_areas(tmp_path):
    extract = _read(
        tmp_path,
        _square(1, 0, 0, 10),
        _square(5, 30, 0, 10),
        _way(1, (1, 2, 3), waterway="river", name="Leie"),
        _way(2, (1, 2), waterway="stream", tunnel="culvert"),
        _way(3, _ring(1), natural="water", water="pond"),
        _way(4, (5, 6, 99, 7, 8), railway="rail"),
        _way(5, (5, 6), highway="motorway"),
        _way(6, (5, 6), man_made="pipeline", substance="gas"),
        _way(7, _ring(5), heritage="4", name="Broeltorens"),
        _way(8, (5, 6), power="line"),
        _way(9, (5, 6), barrier="hedge"),
    )
    water, constraints = extract.layers["water"], extract.layers["constraints"]
    assert water.kind.tolist() == ["river", "pond"]
    assert water.geom_type.tolist() == ["LineString", "Polygon"]
    assert constraints.kind.tolist() == ["rail", "rail", "motorway", "gas", "power", "hedge", "heritage"]
    assert extract.layers["streets"].empty


def test_trees_have_a_round_crown_or_an_unknown_one(tmp_path):
    extract = _read(
        tmp_path,
        _node(1, 0, 0, natural="tree", diameter_crown="4", height="9 m"),
        _node(2, 5, 0, natural="tree", diameter_crown="big", species="Tilia"),
    )
    trees = extract.layers["trees"]
    assert trees.crown_m2.tolist() == pytest.approx([np.pi * 4, np.nan], nan_ok=True)
    assert trees.height_m.tolist() == pytest.approx([9.0, np.nan], nan_ok=True)
    assert extract.findings == ("trees: 1 values of crown_m are not a number in its range: taken as unknown",)


def test_boundaries_names_and_addresses(tmp_path):
    extract = _read(
        tmp_path,
        _square(1, 0, 0, 100),
        _node(20, 50, 50, place="village", name="Heule", population="12 659"),
        _node(21, 51, 50, place="hamlet", population="some"),
        _node(22, 52, 50, addr__street="Markt", addr__housenumber="1", addr__postcode="8500"),
        _node(23, 53, 50, addr__street="Markt", addr__housenumber="2", shop="bakery"),
        _way(1, (1, 2, 3)),
        _way(2, (3, 4, 1)),
        _relation(
            34022,
            [(1, "outer"), (2, "outer")],
            type="boundary",
            boundary="administrative",
            admin_level="8",
            name="Kortrijk",
            **{"ref:INS": "34022", "population": "81045"},
        ),
    )
    (town,) = extract.layers["admin"].drop(columns="geometry").to_dict("records")
    assert town == {
        "osm_id": "r34022", "admin_level": "8", "name": "Kortrijk", "ref_ins": "34022", "population": 81045.0
    }  # fmt: skip
    places = extract.layers["place_names"]
    assert places.population.tolist() == pytest.approx([12659, np.nan], nan_ok=True)
    addresses = extract.layers["addresses"]
    assert addresses.house_number.tolist() == ["1", "2"]
    assert addresses.place.isna().tolist() == [True, False]
    assert extract.findings == ("places: 1 numbers of inhabitants are not a whole number: taken as unknown",)


def test_what_lies_outside_the_extent_is_left_out_and_counted(tmp_path):
    nodes = (_node(1, 0, 0), _node(2, 100, 0), _node(3, 2000, 0), _node(4, 2100, 0))
    town = (
        *nodes,
        _node(5, 10, 10, amenity="cafe"),
        _node(6, 2000, 10, amenity="cafe"),
        _way(1, (1, 2), highway="residential"),
        _way(2, (2, 3), highway="residential"),
        _way(3, (3, 4), highway="residential"),
    )
    extract = _read(tmp_path, *town, extent=shapely.box(71900, 168900, 72200, 169100))
    assert extract.layers["amenities"].amenity_id.tolist() == ["n5"]
    assert extract.layers["streets"].street_id.tolist() == ["w1-0", "w2-0"]
    assert extract.findings == (
        "streets: 1 lie outside the study area and its buffer: left out",
        "amenities: 1 lie outside the study area and its buffer: left out",
    )


def test_objects_that_stand_twice_count_once_as_they_stand_last(tmp_path):
    extract = _read(
        tmp_path,
        _square(1, 0, 0, 10),
        _way(1, _ring(1), building="yes"),
        _way(1, _ring(1), building="house"),
        _node(20, 5, 5, amenity="cafe"),
        _node(20, 5, 5, amenity="pub"),
    )
    assert extract.layers["buildings"].use.tolist() == ["house"]
    assert extract.layers["amenities"].category.tolist() == ["amenity=pub"]
    assert extract.findings == ("file: 2 objects stand twice in the file; the last one counts",)


def test_ways_may_stand_before_their_nodes_and_ids_may_be_negative(tmp_path):
    """As editors and Overpass save them."""
    extract = _read(
        tmp_path, _way(-1, (-1, -2), highway="path"), _node(-1, 0, 0), _node(-2, 10, 0), _node(7, 0, 0, shop="bakery")
    )
    assert extract.layers["streets"].street_id.tolist() == ["w-1-0"]
    assert extract.layers["streets"].length.iloc[0] == pytest.approx(10, rel=1e-3)
    assert extract.findings == ()


def test_buildings_know_the_land_they_stand_on_and_what_amenity_they_are(tmp_path):
    extract = _read(
        tmp_path,
        _square(1, 0, 0, 1000),
        _square(5, 0, 0, 100),
        _square(9, 10, 10, 10),
        _square(13, 500, 500, 10),
        _square(17, 2000, 0, 10),
        _way(1, _ring(1), landuse="residential"),
        _way(2, _ring(5), landuse="industrial"),
        _way(3, _ring(9), building="yes"),
        _way(4, _ring(13), building="yes", amenity="school"),
        _way(5, _ring(17), building="yes"),
    )
    buildings = extract.layers["buildings"]
    assert buildings.landuse.tolist()[:2] == ["industrial", "residential"]
    assert buildings.landuse.isna().tolist() == [False, False, True]
    assert buildings.place.isna().tolist() == [True, False, True]
