"""Streets from OSM: what is walked and cycled on, in which direction, split where streets meet."""

from __future__ import annotations

from collections import Counter
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
import shapely

from kortrijk_geo.ingest.osm import read_osm
from kortrijk_geo.ingest.osm_rules import load_rules
from kortrijk_geo.ingest.osm_streets import access, cycle_directions
from kortrijk_geo.pack.validation import validate

CRS = "EPSG:31370"


def _tags(tags):
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def _street_map(path, places, ways, relations=""):
    """Write an OSM file: node ids with (east, north) in thousandths of a degree, ways as (id, refs, tags)."""
    nodes = "".join(
        f'<node id="{name}" lon="{3.26 + east / 1000}" lat="{50.82 + north / 1000}"/>'
        for name, (east, north) in places.items()
    )
    drawn = "".join(
        f'<way id="{name}">{"".join(f"<nd ref={quoteattr(str(ref))}/>" for ref in refs)}{_tags(tags)}</way>'
        for name, refs, tags in ways
    )
    path.write_text(f'<osm version="0.6">{nodes}{drawn}{relations}</osm>', encoding="utf-8")
    extract = read_osm(path, crs=CRS)
    validate("streets", extract.layers["streets"], crs=CRS, origin="test")
    return extract.layers["streets"].set_index("street_id"), extract.findings


def _ends(line):
    return shapely.get_coordinates(line)[[0, -1]].tolist()


CROSS = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (1, 1), 5: (1, -1)}


def test_two_ways_that_cross_at_a_node_become_four_streets_that_meet_exactly(tmp_path):
    streets, findings = _street_map(
        tmp_path / "cross.osm",
        CROSS,
        [(10, (1, 2, 3), {"highway": "residential"}), (11, (4, 2, 5), {"highway": "footway"})],
    )
    assert list(streets.index) == ["w10-0", "w10-1", "w11-0", "w11-1"]
    middle = _ends(streets.geometry["w10-0"])[1]
    assert [middle in _ends(line) for line in streets.geometry] == [True] * 4
    assert findings == ()


def test_ways_that_cross_without_a_shared_node_do_not_meet(tmp_path):
    streets, _ = _street_map(
        tmp_path / "bridge.osm",
        CROSS,
        [(10, (1, 3), {"highway": "residential"}), (11, (4, 5), {"highway": "residential", "bridge": "yes"})],
    )
    assert list(streets.index) == ["w10-0", "w11-0"]


def test_a_node_that_no_other_street_uses_does_not_split(tmp_path):
    streets, _ = _street_map(
        tmp_path / "rail.osm",
        CROSS,
        [(10, (1, 2, 3), {"highway": "residential"}), (11, (4, 2, 5), {"railway": "rail"})],
    )
    assert list(streets.index) == ["w10-0"]
    assert shapely.get_num_coordinates(streets.geometry.iloc[0]) == 3


def test_a_way_that_visits_a_node_twice_is_split_there(tmp_path):
    """A lasso: from 1 to 2, round over 4 and 3, back to 2."""
    streets, _ = _street_map(tmp_path / "lasso.osm", CROSS, [(10, (1, 2, 4, 3, 2), {"highway": "service"})])
    assert list(streets.index) == ["w10-0", "w10-1"]
    first, last = _ends(streets.geometry["w10-1"])
    assert first == last


def test_a_loop_that_meets_nothing_stays_one_street(tmp_path):
    streets, _ = _street_map(tmp_path / "loop.osm", CROSS, [(10, (2, 4, 3, 2), {"highway": "residential"})])
    assert list(streets.index) == ["w10-0"]


def test_a_way_with_missing_nodes_is_cut_at_the_gap_and_counted(tmp_path):
    streets, findings = _street_map(
        tmp_path / "clipped.osm",
        CROSS | {6: (3, 0)},
        [(10, (1, 2, 99, 98, 3, 6), {"highway": "residential"}), (11, (97, 4, 96), {"highway": "residential"})],
    )
    assert list(streets.index) == ["w10-0", "w10-1"]
    assert [shapely.get_num_coordinates(line) for line in streets.geometry] == [2, 2]
    assert "file: the ways name 4 nodes that are not in the file (a clipped extract)" in findings
    assert "streets: 2 ways name nodes that are not in the file: cut at the gap" in findings
    assert "streets: 1 ways have fewer than two nodes left: left out" in findings


def test_two_nodes_at_one_place_make_no_street_without_length(tmp_path):
    streets, findings = _street_map(
        tmp_path / "twins.osm",
        {1: (0, 0), 2: (1, 0), 3: (1, 0), 4: (2, 0)},
        [
            (10, (1, 2), {"highway": "residential"}),
            (11, (2, 3), {"highway": "residential"}),
            (12, (3, 4), {"highway": "residential"}),
        ],
    )
    assert list(streets.index) == ["w10-0", "w12-0"]
    assert _ends(streets.geometry["w10-0"])[1] == _ends(streets.geometry["w12-0"])[0]
    assert findings == (
        "streets: 1 pieces of no length join nodes at the same place: left out, the streets still meet there",
    )


def test_a_node_named_twice_in_a_row_counts_once(tmp_path):
    streets, _ = _street_map(tmp_path / "stutter.osm", CROSS, [(10, (1, 2, 2, 3, 3), {"highway": "residential"})])
    assert list(streets.index) == ["w10-0"]
    assert shapely.get_num_coordinates(streets.geometry.iloc[0]) == 3


def test_squares_are_walked_along_their_edge(tmp_path):
    """One square is a closed way, the other a multipolygon of untagged ways; a street ends on each."""
    places = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (5, 0), 6: (6, 0), 7: (6, 1), 8: (3, 0)}
    relation = (
        '<relation id="1"><member type="way" ref="11" role="outer"/><member type="way" ref="12" role="outer"/>'
        + _tags({"type": "multipolygon", "highway": "pedestrian"})
        + "</relation>"
    )
    streets, _ = _street_map(
        tmp_path / "square.osm",
        places,
        [
            (10, (1, 2, 3, 4, 1), {"highway": "pedestrian", "area": "yes"}),
            (11, (5, 6, 7), {}),
            (12, (7, 5), {}),
            (13, (2, 8, 5), {"highway": "residential"}),
        ],
        relation,
    )
    assert set(streets.index) == {"w10-0", "w10-1", "w11-0", "w12-0", "w13-0"}
    assert streets.kind["w11-0"] == "pedestrian"
    assert streets.walk.all()
    assert list(streets.index[streets.cycle_forward]) == ["w13-0"]


def test_what_is_no_street_or_closed_is_left_out_and_counted(tmp_path):
    streets, findings = _street_map(
        tmp_path / "kinds.osm",
        CROSS,
        [
            (10, (1, 2), {"highway": "raceway"}),
            (11, (1, 2), {"highway": "<b>\n"}),
            (12, (1, 2), {"highway": "service", "access": "private"}),
            (13, (1, 2), {"route": "ferry", "foot": "yes"}),
            (14, (1, 2), {"highway": "path", "foot": "perhaps"}),
        ],
    )
    assert list(streets.index) == ["w14-0"]
    assert "streets: 1 ways with a highway tag are closed to walkers and cyclists: left out" in findings
    assert "streets: 2 ways are no streets: left out ('<b>\\n' 1, 'raceway' 1)" in findings
    assert "streets: 1 access tags have a value that does not decide ('foot=perhaps' 1)" in findings


@pytest.mark.parametrize(
    ("width", "metres"),
    [("3", 3.0), ("3.5 m", 3.5), ("2,5", 2.5), ("narrow", np.nan), ("12'6\"", np.nan), ("0", np.nan)],
)
def test_widths_are_metres_or_unknown(tmp_path, width, metres):
    streets, findings = _street_map(
        tmp_path / "width.osm", CROSS, [(10, (1, 3), {"highway": "residential", "width": width})]
    )
    assert streets.width_m.tolist() == pytest.approx([metres], nan_ok=True)
    assert any("widths" in text for text in findings) == bool(np.isnan(metres))


@pytest.mark.parametrize(
    ("tags", "foot", "bicycle"),
    [
        ({"highway": "residential"}, True, True),
        ({"highway": "motorway"}, False, False),
        ({"highway": "motorway", "access": "yes"}, False, False),
        ({"highway": "trunk"}, False, False),
        ({"highway": "trunk", "sidewalk": "right", "cycleway:right": "track"}, True, True),
        ({"highway": "primary", "motorroad": "yes"}, False, False),
        ({"highway": "cycleway"}, True, True),
        ({"highway": "cycleway", "foot": "no"}, False, True),
        ({"highway": "footway"}, True, False),
        ({"highway": "footway", "access": "yes"}, True, False),
        ({"highway": "footway", "bicycle": "designated"}, True, True),
        ({"highway": "pedestrian", "bicycle": "yes"}, True, True),
        ({"highway": "pedestrian", "bicycle": "dismount"}, True, False),
        ({"highway": "steps"}, True, False),
        ({"highway": "service", "access": "private"}, False, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, True, False),
        ({"highway": "service", "access": "destination"}, True, True),
        ({"highway": "residential", "vehicle": "no"}, True, False),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, True, True),
        ({"highway": "track", "access": "no", "vehicle": "yes"}, False, True),
        ({"highway": "tertiary", "bicycle": "use_sidepath"}, True, False),
        ({"highway": "path", "foot": "nonsense"}, True, True),
    ],
)
def test_who_may_use_a_way(tags, foot, bicycle):
    assert access(tags, load_rules().streets, Counter()) == (foot, bicycle)


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({}, True, True),
        ({"oneway": "yes"}, True, False),
        ({"oneway": "1"}, True, False),
        ({"oneway": "-1"}, False, True),
        ({"oneway": "no"}, True, True),
        ({"oneway": "reversible"}, True, True),
        ({"oneway": "yes", "oneway:bicycle": "no"}, True, True),
        ({"oneway": "-1", "oneway:bicycle": "no"}, True, True),
        ({"oneway:bicycle": "yes"}, True, False),
        ({"oneway:bicycle": "-1"}, False, True),
        ({"oneway": "yes", "cycleway": "opposite"}, True, True),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, True, True),
        ({"oneway": "yes", "cycleway:left": "opposite_track"}, True, True),
        ({"oneway": "yes", "cycleway": "lane"}, True, False),
        ({"oneway": "yes", "cycleway:left": "track", "cycleway:left:oneway": "-1"}, True, True),
        ({"oneway": "yes", "cycleway:right": "track", "cycleway:right:oneway": "no"}, True, True),
        ({"oneway": "yes", "cycleway:left": "no", "cycleway:left:oneway": "no"}, True, False),
        ({"oneway": "-1", "cycleway:left": "lane", "cycleway:left:oneway": "yes"}, True, True),
        ({"junction": "roundabout"}, True, False),
        ({"junction": "roundabout", "oneway": "no"}, True, True),
        ({"junction": "circular"}, True, False),
        ({"oneway": "yes", "bicycle:backward": "yes"}, True, True),
        ({"bicycle:backward": "no"}, True, False),
    ],
)
def test_directions_for_bicycles(tags, forward, backward):
    assert cycle_directions(tags) == (forward, backward)


def test_a_one_way_footpath_is_walked_both_ways_and_not_cycled(tmp_path):
    streets, _ = _street_map(tmp_path / "foot.osm", CROSS, [(10, (1, 3), {"highway": "footway", "oneway": "yes"})])
    row = streets.loc["w10-0"]
    assert (row.walk, row.cycle_forward, row.cycle_backward) == (True, False, False)
