"""Edges of a GraphML graph that OSMnx simplified: several values in one attribute, and values that say nothing."""

from __future__ import annotations

import osmium
import pytest

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.ingest.graphs import graphml_to_osm

HEAD = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="graph" attr.name="crs" attr.type="string"/>
<key id="d1" for="node" attr.name="x" attr.type="string"/><key id="d2" for="node" attr.name="y" attr.type="string"/>
<key id="d3" for="edge" attr.name="osmid" attr.type="string"/>
<key id="d4" for="edge" attr.name="highway" attr.type="string"/>
<key id="d5" for="edge" attr.name="oneway" attr.type="string"/>
<key id="d6" for="edge" attr.name="foot" attr.type="string"/>
<graph edgedefault="directed"><data key="d0">{crs}</data>
<node id="1"><data key="d1">{x}</data><data key="d2">50.82</data></node>
<node id="2"><data key="d1">3.27</data><data key="d2">50.83</data></node>
"""
EDGE = """<edge source="1" target="2" id="0"><data key="d3">[1, 2]</data><data key="d4">{highway}</data>
<data key="d5">{oneway}</data><data key="d6">{foot}</data></edge></graph></graphml>"""


def read(folder, *, crs="EPSG:4326", x="3.26", highway="residential", oneway="False", foot="yes"):
    """Write a graph of one edge; return the tags of its way and what was counted."""
    path, out = folder / "graph.graphml", folder / "out.osm.pbf"
    path.write_text((HEAD + EDGE).format(crs=crs, x=x, highway=highway, oneway=oneway, foot=foot))
    counts = graphml_to_osm(path, out)
    (tags,) = (dict(way.tags) for way in osmium.FileProcessor(str(out), osmium.osm.WAY))
    return tags, {key: count for key, count in counts.items() if count}


@pytest.mark.parametrize(
    ("oneway", "one_way", "counted"),
    [
        ("True", True, {}),
        ("yes", True, {}),
        ("False", False, {}),
        ("[True, True]", True, {}),
        ("[True, False]", False, {"oneway": 1}),
        ("[False, True]", False, {"oneway": 1}),
        ("['yes', 'no']", False, {"oneway": 1}),
        ("-1", False, {"odd oneway": 1}),
        ("[True, ]]", False, {"odd oneway": 1}),
        ("", False, {}),
    ],
)
def test_an_edge_is_one_way_where_all_its_parts_are(tmp_path, oneway, one_way, counted):
    tags, counts = read(tmp_path, oneway=oneway)
    assert (tags.get("oneway") == "yes", counts) == (one_way, counted)


def test_an_edge_is_closed_to_whom_one_part_is_closed_and_of_its_first_kind(tmp_path):
    tags, counts = read(tmp_path, highway="['residential', 'steps']", foot="['yes', 'no']")
    assert (tags["highway"], tags["foot"]) == ("residential", "no")
    assert counts == {"highway": 1, "foot": 1}


def test_an_edge_without_highway_is_counted(tmp_path):
    assert read(tmp_path, highway="")[1] == {"no highway": 1}


def test_a_graph_without_crs_or_with_nodes_nowhere_is_refused(tmp_path):
    with pytest.raises(CrsError, match="has no crs attribute"):
        read(tmp_path, crs="")
    with pytest.raises(DataError, match="node 1 has no coordinates"):
        read(tmp_path, x="nan")
    with pytest.raises(DataError, match="is not a GraphML file that OSMnx saved"):
        read(tmp_path, crs="nergens")
