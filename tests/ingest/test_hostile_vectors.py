"""Vector files made to eat time or memory, and shapefiles with parts broken or lost: one sentence, soon."""

from __future__ import annotations

import sqlite3
import time
import zipfile

import geopandas as gpd
import pytest
from pyproj import CRS
from shapely.geometry import box

from kortrijk_geo import gdal_files
from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.gdal_files import geopackage_source
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.vectors import read_vector

X, Y = 72000, 168000
ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid, geom FROM c, b"
QUERIES = {
    "endless": ENDLESS,
    "huge": "SELECT fid, geom, hex(zeroblob(400000000)) AS t FROM b",
    "extension": "SELECT fid, geom, load_extension('/tmp/x.so') AS q FROM b",
}


@pytest.fixture
def findings():
    return Findings()


def read(path, findings, **options):
    return read_vector(path, findings=findings, into="green", **options)


def saved(path, count=3, **options):
    shapes = [box(X + 10 * n, Y, X + 10 * n + 10, Y + 10) for n in range(count)]
    gpd.GeoDataFrame({"n": range(count)}, geometry=shapes, crs="EPSG:31370").to_file(path, **options)
    return path


def with_view(path, sql):
    saved(path, layer="b")
    with sqlite3.connect(path) as base:
        base.execute(f"CREATE VIEW v AS {sql}")
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
            " SELECT 'v', 'features', 'v', srs_id FROM gpkg_contents WHERE table_name = 'b'"
        )
        base.execute(
            "INSERT INTO gpkg_geometry_columns SELECT 'v', column_name, geometry_type_name, srs_id, z, m"
            " FROM gpkg_geometry_columns WHERE table_name = 'b'"
        )
    return path


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_layer_that_is_a_stored_query_is_refused_before_it_runs(tmp_path, findings, name, zipped):
    path = with_view(tmp_path / "a.gpkg", QUERIES[name])
    if zipped:
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, "map/a.gpkg")
        path = tmp_path / "a.zip"
    started = time.perf_counter()
    with pytest.raises(
        DataError, match=r"a\.gpkg\)?: its layer v is a view, a stored query and not a table; export it"
    ):
        read(path, findings, layer="v")
    assert time.perf_counter() - started < 10
    if name != "huge":
        assert len(read(path, findings, layer="b")) == 3


def test_a_pack_with_a_stored_query_for_a_layer_is_refused(tmp_path):
    path = with_view(tmp_path / "city.gpkg", ENDLESS)
    with pytest.raises(DataError, match="its layer v is a view"):
        geopackage_source(path, layer="v")
    assert geopackage_source(path, layer="b")


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("CREATE TABLE v (fid INTEGER PRIMARY KEY, t AS (hex(zeroblob(400000000))))", "a table with computed columns"),
        ("CREATE VIRTUAL TABLE v USING rtree(id, a, b)", "a virtual table"),
    ],
)
def test_computed_columns_and_virtual_tables_are_refused(tmp_path, findings, sql, what):
    path = saved(tmp_path / "a.gpkg", layer="b")
    with sqlite3.connect(path) as base:
        base.execute(sql)
        base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('v', 'attributes', 'v')")
    with pytest.raises(DataError, match=f"its layer v is {what}"):
        read(path, findings, layer="v")


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp"])
def test_a_member_of_a_zip_that_swells_is_refused_before_it_is_unpacked(tmp_path, findings, monkeypatch, name):
    monkeypatch.setattr(gdal_files, "_SMALL_BYTES", 2**20)
    saved(tmp_path / name)
    swollen = "a.dbf" if name == "a.shp" else name
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for one in tmp_path.glob("a.*"):
            if one.suffix != ".zip":
                archive.writestr(one.name, one.read_bytes() + (bytes(2**23) if one.name == swollen else b""))
    with pytest.raises(DataError, match=rf"a\.zip \({swollen}\): unpacks to 8,\d+,\d+ bytes, [\d,]+ times what it is"):
        read(tmp_path / "a.zip", findings)


def test_an_archive_of_a_map_as_it_is_packed_still_reads(tmp_path, findings, monkeypatch):
    monkeypatch.setattr(gdal_files, "_SMALL_BYTES", 0)
    saved(tmp_path / "a.gpkg", 3000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "a.gpkg", "a.gpkg")
    assert len(read(tmp_path / "a.zip", findings)) == 3000


def zipped_shape(folder):
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for one in folder.glob("a.*"):
            if one.suffix != ".zip":
                archive.write(one, f"map/{one.name}")
    return folder / "a.zip"


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("prj", ['PROJCS["abc', "PROJCS[", "GEOGCS[]", "hello", ""])
def test_a_broken_prj_is_told_and_the_crs_of_the_recipe_or_of_qgis_stands_for_it(tmp_path, findings, prj, zipped):
    path = saved(tmp_path / "a.shp")
    path.with_suffix(".prj").write_text(prj)
    with pytest.raises(CrsError, match=r'has no coordinate reference system; add crs = "EPSG'):
        read(zipped_shape(tmp_path) if zipped else path, findings)
    findings.items.clear()
    frame = read(zipped_shape(tmp_path) if zipped else path, findings, crs="EPSG:31370")
    assert (len(frame), frame.crs.to_epsg()) == (3, 31370)
    assert any(".prj is broken" in item.message for item in findings.items) == prj.startswith(("PROJCS", "GEOGCS"))
    path.with_suffix(".qpj").write_text(CRS("EPSG:31370").to_wkt("WKT1_GDAL"))
    assert read(zipped_shape(tmp_path) if zipped else path, findings).crs.to_epsg() == 31370


def test_a_shapefile_that_is_cut_off_is_refused(tmp_path, findings):
    path = saved(tmp_path / "a.shp", 30)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(DataError, match=r"a\.shp: is cut off, it has [\d,]+ of the [\d,]+ bytes that it says"):
        read(path, findings)
