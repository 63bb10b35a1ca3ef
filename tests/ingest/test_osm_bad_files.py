"""Files that are no OSM extract, or only half of one: one clear sentence that names the file."""

from __future__ import annotations

import bz2
import gzip

import osmium
import pytest

from kortrijk_geo.errors import CrsError, DataError, MissingFileError
from kortrijk_geo.ingest.osm import read_osm

CRS = "EPSG:31370"
TOWN = (
    '<osm version="0.6"><bounds minlat="50.8" minlon="3.2" maxlat="50.9" maxlon="3.3"/>'
    '<node id="1" lat="50.82" lon="3.26" timestamp="2024-05-01T10:00:00Z" version="1"/>'
    '<node id="2" lat="50.82" lon="3.27"/>'
    '<way id="1" timestamp="2024-05-03T10:00:00Z" version="1"><nd ref="1"/><nd ref="2"/>'
    '<tag k="highway" v="residential"/></way></osm>'
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


def _as_pbf(folder, nodes=20_000):
    path = folder / "town.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number in range(1, nodes):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(3.2 + number * 1e-6, 50.8), version=1))
        tags = {"highway": "residential"}
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3], tags=tags, version=1))
    return path


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("town.osm.pbf", PNG, "is not the OSM file its name says"),
        ("town.osm", PNG, "is not the OSM file its name says"),
        ("town.osm", b"<html><body>404</body></html>", "is not the OSM file its name says"),
        ("town.osm", b'{"elements": []}', "is not the OSM file its name says"),
        ("town.osm", b'<osm version="0.6"><node id="x" lat="1" lon="1"/></osm>', "is not the OSM file its name says"),
        ("town.osm", b"", "is empty"),
        ("town.osm.pbf", b"", "is empty"),
        ("town.osm", TOWN[:200].encode(), "is cut off"),
        ("town.osm.gz", gzip.compress(TOWN.encode() * 50, mtime=0)[:-20], "is"),
        ("town.osm", b'<osm version="0.6"></osm>', "holds no nodes, ways or relations"),
        ("town.osm.txt", TOWN.encode(), "an OSM file is called"),
    ],
)
def test_what_is_no_osm_file_is_refused_by_name(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=says) as refusal:
        read_osm(path, crs=CRS)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.98])
def test_a_pbf_that_is_cut_off_is_refused(tmp_path, share):
    whole = _as_pbf(tmp_path)
    assert len(read_osm(whole, crs=CRS).layers["streets"]) == 1
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    with pytest.raises(DataError, match=r"cut\.osm\.pbf: is cut off .* download the extract again"):
        read_osm(cut, crs=CRS)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "absent.osm.pbf", tmp_path):
        with pytest.raises(MissingFileError, match="there is no such file"):
            read_osm(path, crs=CRS)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:999999", ""])
def test_layers_must_be_in_metres(tmp_path, crs):
    path = tmp_path / "town.osm"
    path.write_text(TOWN)
    with pytest.raises(CrsError):
        read_osm(path, crs=crs)


@pytest.mark.parametrize(("name", "pack"), [("t.osm", bytes), ("t.osm.gz", gzip.compress), ("t.osm.bz2", bz2.compress)])
def test_plain_and_compressed_files_say_what_they_cover(tmp_path, name, pack):
    path = tmp_path / name
    path.write_bytes(pack(TOWN.encode()))
    extract = read_osm(path, crs=CRS)
    assert extract.layers["streets"].street_id.tolist() == ["w1-0"]
    assert extract.reference_date == "2024-05-03"
    assert extract.extent_lonlat == pytest.approx((3.2, 50.8, 3.3, 50.9))


def test_a_file_without_dates_and_bounds_does_not_invent_them(tmp_path):
    path = tmp_path / "town.osm"
    path.write_text('<osm version="0.6"><node id="1" lat="50.82" lon="3.26"><tag k="shop" v="bakery"/></node></osm>')
    extract = read_osm(path, crs=CRS)
    assert (extract.reference_date, extract.extent_lonlat) == ("", None)
    assert len(extract.layers["amenities"]) == 1
    assert all(frame.crs is not None for frame in extract.layers.values())


def test_nodes_without_a_valid_place_are_left_out_and_counted(tmp_path):
    path = tmp_path / "town.osm"
    path.write_text(
        '<osm version="0.6"><node id="1" lat="99" lon="3.26"><tag k="shop" v="bakery"/></node>'
        '<node id="2" lat="50.82" lon="3.26"><tag k="shop" v="bakery"/></node><node id="3"/>'
        '<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="path"/></way></osm>'
    )
    extract = read_osm(path, crs=CRS)
    assert extract.layers["amenities"].amenity_id.tolist() == ["n2"]
    assert extract.layers["streets"].empty
    assert "file: 1 tagged nodes have no valid coordinates and are left out" in extract.findings
    assert "streets: 1 ways have fewer than two nodes left: left out" in extract.findings
