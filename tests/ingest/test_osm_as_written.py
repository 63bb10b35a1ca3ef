"""OSM files as JOSM, Overpass and osmium write them: what is deleted, where coordinates stand, what is not read."""

from __future__ import annotations

import bz2
import gzip

import osmium
import pytest
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.osm import read_osm

CRS = "EPSG:31370"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="test">\n'
PLACES = {1: (3.26, 50.82), 2: (3.261, 50.82), 3: (3.261, 50.821), 4: (3.26, 50.821), 5: (3.262, 50.82)}


def node(number, extra="", tags=""):
    lon, lat = PLACES[number]
    return f'<node id="{number}" version="1" lon="{lon}" lat="{lat}" {extra}>{tags}</node>\n'


def nodes():
    return "".join(map(node, PLACES))


def tag(key, value):
    return f'<tag k="{key}" v="{value}"/>'


def way(number, refs, tags, extra="", *, placed=False, named=True):
    def nd(ref):
        place = 'lon="{}" lat="{}"'.format(*PLACES[ref]) if placed else ""
        number = f'ref="{ref}"' if named else ""
        return f"<nd {number} {place}/>"

    return f'<way id="{number}" version="1" {extra}>{"".join(map(nd, refs))}{tags}</way>\n'


HOUSE, STREET = tag("building", "house"), tag("highway", "residential")
RING = (1, 2, 3, 4, 1)


def read(path, body, head=HEAD, end="</osm>"):
    text = (head + body + end).encode()
    pack = {".gz": gzip.compress, ".bz2": bz2.compress}.get(path.suffix, bytes)
    path.write_bytes(pack(text))
    return read_osm(path, crs=CRS)


@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.bz2"])
@pytest.mark.parametrize(
    "mark", ['action="delete" visible="true"', "action='delete'", 'visible="false"', 'action="delete" visible="false"']
)
def test_deleted_objects_do_not_count_and_are_told(tmp_path, ending, mark):
    body = nodes() + way(10, RING, HOUSE) + way(11, RING, HOUSE, mark)
    extract = read(tmp_path / f"x{ending}", body)
    assert extract.layers["buildings"]["building_id"].tolist() == ["w10"]
    assert any("1 objects are marked as deleted in the file and left out" in text for text in extract.findings)


def test_deleted_nodes_and_relations_do_not_count_either(tmp_path):
    shop = tag("shop", "bakery")
    relation = f'<relation id="7" action="delete"><member type="way" ref="10" role="outer"/>{HOUSE}</relation>'
    body = nodes() + node(5, 'action="delete"', shop).replace('id="5"', 'id="6"') + way(10, RING, "") + relation
    extract = read(tmp_path / "x.osm", body)
    assert extract.layers["amenities"].empty
    assert extract.layers["buildings"].empty


def test_objects_that_josm_added_or_changed_count(tmp_path):
    body = nodes() + way(-10, RING, HOUSE, 'action="modify"') + way(11, RING, HOUSE, 'action="delete"')
    assert read(tmp_path / "x.osm", body).layers["buildings"]["building_id"].tolist() == ["w-10"]


def test_a_deletion_after_the_object_takes_it_back(tmp_path):
    body = nodes() + way(10, RING, HOUSE) + way(10, RING, HOUSE, 'visible="false"')
    assert read(tmp_path / "x.osm", body).layers["buildings"].empty


STREETS = [(10, (1, 2, 5), STREET), (11, (2, 3), STREET)]


def plain_streets(tmp_path):
    return read(tmp_path / "plain.osm", nodes() + "".join(way(*each) for each in STREETS)).layers["streets"]


@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.bz2"])
@pytest.mark.parametrize(
    "inside", ["", '<bounds minlat="50" minlon="3" maxlat="51" maxlon="4"/>', '<center lat="50.82" lon="3.26"/>']
)
@pytest.mark.parametrize("named", [True, False])
def test_ways_that_carry_their_coordinates_give_the_same_streets(tmp_path, ending, inside, named):
    """Overpass: ``out geom`` (with the nodes' numbers), ``out tags geom`` (without), ``out geom center``."""
    body = "".join(way(*each, placed=True, named=named).replace("<nd", inside + "<nd", 1) for each in STREETS)
    found = read(tmp_path / f"x{ending}", body).layers["streets"]
    expected = plain_streets(tmp_path)
    assert found["street_id"].tolist() == expected["street_id"].tolist()
    assert shapely.equals(found.geometry.to_numpy(), expected.geometry.to_numpy()).all()


def test_a_pbf_with_locations_on_ways_gives_the_same_streets(tmp_path):
    source = tmp_path / "x.osm"
    source.write_text(HEAD + "".join(way(*each, placed=True) for each in STREETS) + "</osm>")
    out = osmium.io.File(str(tmp_path / "x.osm.pbf"), "pbf,locations_on_ways=true")
    with osmium.SimpleWriter(out) as writer:
        for thing in osmium.FileProcessor(str(source)):
            writer.add(thing)
    found = read_osm(tmp_path / "x.osm.pbf", crs=CRS).layers["streets"]
    expected = plain_streets(tmp_path)
    assert shapely.equals(found.geometry.to_numpy(), expected.geometry.to_numpy()).all()


def test_some_nodes_in_the_file_and_some_on_the_ways(tmp_path):
    body = node(1) + node(2) + way(*STREETS[0], placed=True) + way(11, (2, 3), STREET, placed=True)
    found = read(tmp_path / "x.osm", body).layers["streets"]
    assert shapely.equals(found.geometry.to_numpy(), plain_streets(tmp_path).geometry.to_numpy()).all()


def test_a_multipolygon_whose_members_carry_their_coordinates(tmp_path):
    outer = "".join('<nd lon="{}" lat="{}"/>'.format(*PLACES[ref]) for ref in RING)
    member = f'<member type="way" ref="10" role="outer">{outer}</member>'
    relation = f'<relation id="7"><bounds minlat="50" minlon="3" maxlat="51" maxlon="4"/>{member}'
    relation += f"{tag('type', 'multipolygon')}{HOUSE}</relation>"
    found = read(tmp_path / "x.osm", relation).layers["buildings"]
    expected = read(tmp_path / "plain.osm", nodes() + way(10, RING, HOUSE)).layers["buildings"]
    assert found["building_id"].tolist() == ["r7"]
    assert found.geometry.iloc[0].equals(expected.geometry.iloc[0])


@pytest.mark.parametrize("center", ["", '<center lat="50.82" lon="3.26"/>'])
def test_ways_without_any_node_are_refused_with_what_to_ask_overpass(tmp_path, center):
    body = way(10, (1, 2), STREET).replace("<nd", center + "<nd", 1)
    with pytest.raises(DataError, match=r"holds none of the 2 nodes that its ways name; ask Overpass for \(\._;>;\);"):
        read(tmp_path / "x.osm", body)


@pytest.mark.parametrize("tags", [{}, {"highway": "platform"}, {"railway": "platform"}])
def test_a_platform_that_is_an_open_line_is_a_stop_at_its_middle(tmp_path, tags):
    written = tag("public_transport", "platform") + "".join(tag(*pair) for pair in tags.items())
    extract = read(tmp_path / "x.osm", nodes() + way(10, (1, 2), written))
    stop = extract.layers["amenities"].iloc[0]
    assert (stop["amenity_id"], stop["category"]) == ("w10", "public_transport=platform")
    ends = read(tmp_path / "s.osm", nodes() + way(10, (1, 2), STREET)).layers["streets"].geometry.iloc[0]
    assert stop.geometry.distance(ends.interpolate(0.5, normalized=True)) < 1e-6
    assert not any("open line" in text for text in extract.findings)


def test_house_numbers_between_ends_are_not_read_and_told(tmp_path):
    body = node(1, "", tag("addr:housenumber", "1")) + node(2, "", tag("addr:housenumber", "9"))
    extract = read(tmp_path / "x.osm", body + way(10, (1, 2), tag("addr:interpolation", "odd")))
    assert len(extract.layers["addresses"]) == 2
    assert (
        "addresses: 1 lines stand for the house numbers between their ends (addr:interpolation), which are not read"
        in extract.findings
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.osm.gz", gzip.compress(HEAD.encode() * 50, mtime=0)[:-9]),
        ("x.osm.gz", b"no gzip at all"),
        ("x.osm.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\xff" * 40),
        ("x.osm.bz2", bz2.compress(HEAD.encode() * 50)[:-9]),
        ("x.osm.bz2", b"BZh9" + b"\x00" * 40),
        ("x.osm", (HEAD + way(10, (1, 2), STREET, 'action="delete"')).encode()),
        ("x.osm", (HEAD + '<way id="1" action="delete"/>' + "<a>" * 5000).encode()),
        ("x.osm", (HEAD + way(10, (1,), STREET, placed=True, named=False).replace("50.82", "noord")).encode()),
        ("x.osm", (HEAD + '<way id="x" action="delete"/><node id="y"/></osm>').encode()),
        ("x.osm", b'<!DOCTYPE osm [<!ENTITY a SYSTEM "x.txt">]><osm><way id="1" action="delete"/>&a;</osm>'),
        ("x.osm", b'<osm version="0.6"><node id="99999999999999999999" lat="50" lon="3"/></osm>'),
        ("x.osm", b'<osm version="0.6"><node id="1" lat="50" lon="3" timestamp="gisteren"/></osm>'),
        ("x.osm.pbf", b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x05xxxxx"),
    ],
    ids=range(13),
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=name) as error:
        read_osm(tmp_path / name, crs=CRS)
    assert "\n" not in str(error.value)
