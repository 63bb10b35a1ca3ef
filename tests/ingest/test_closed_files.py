"""Raw files and packs cannot make GDAL read other files or ask the network, whatever they are named."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import warnings
import zipfile
from contextlib import suppress

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely.geometry import Point, box

from kortrijk_geo.errors import DataError
from kortrijk_geo.gdal_files import PACK_RASTERS, geopackage_source, open_raster_file, vector_source
from kortrijk_geo.ingest.files import locate, read_bytes
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.vectors import read_vector

FEATURE = '{"type": "Feature", "properties": {"n": 1}, "geometry": {"type": "Point", "coordinates": [3.26, 50.83]}}'


class Listener:
    """A port of this machine that counts who calls, and never answers."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def calls(self):
        count = 0
        try:
            while True:
                self.socket.accept()[0].close()
                count += 1
        except BlockingIOError:
            return count


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setenv("GDAL_HTTP_TIMEOUT", "1")
    listener = Listener()
    yield listener
    listener.socket.close()


def collection(extra=""):
    return f'{{"type": "FeatureCollection", {extra} "features": [{FEATURE}]}}'


def vrt(place):
    layer = f'<OGRVRTLayer name="a"><SrcDataSource>{place}</SrcDataSource></OGRVRTLayer>'
    return f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"


def attacks(url):
    """Files by name that make GDAL 3.12 call the service, or could."""
    fetched = f'"properties": {{"href": "{url}/crs"}}'
    gml = (
        '<?xml version="1.0"?><ogr:FeatureCollection xmlns:gml="http://www.opengis.net/gml">{}</ogr:FeatureCollection>'
    )
    return {
        "vrt.gpkg": vrt(f"/vsicurl/{url}/x.geojson"),
        "vrt.geojson": vrt(f"/vsicurl/{url}/x.geojson"),
        "vrt_in_string.geojson": collection(f'"name": "{vrt("/vsicurl/" + url).replace(chr(34), chr(39))}",'),
        "vrt_after_root.gml": gml.format("") + vrt(f"/vsicurl/{url}/x.geojson"),
        "vrt_in_text.mif": f'Version 300\nCharset "Neutral"\n{vrt("/vsicurl/" + url)}',
        "wfs.gml": f"<OGRWFSDataSource><URL>{url}/wfs?</URL></OGRWFSDataSource>",
        "capabilities.xml": f'<wfs:WFS_Capabilities version="1.1.0"><a href="{url}"/></wfs:WFS_Capabilities>',
        "pipe.gdalg.json": json.dumps(
            {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {url}/g.geojson"}
        ),
        "link.geojson": collection(f'"crs": {{"type": "link", {fetched}}},'),
        "url.geojson": collection(f'"CRS": {{"type": "URL", "properties": {{"url": "{url}"}}}},'),
        "escaped.geojson": collection(f'"\\u0063rs": {{"type": "\\u006cink", {fetched}}},'),
        "in_geometry.geojson": collection().replace("[3.26, 50.83]", f'[3, 50], "crs": {{"type": "link", {fetched}}}'),
        "commented.geojson": collection(f'"crs" /* */ : {{"type": "link", {fetched}}},'),
    }


@pytest.mark.parametrize("name", attacks(""))
@pytest.mark.parametrize("zipped", [False, True])
def test_a_file_that_points_elsewhere_is_not_followed(tmp_path, service, name, zipped):
    path = tmp_path / name
    path.write_text(attacks(service.url)[name], encoding="utf-8")
    inside = None
    if zipped:
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            archive.write(path, name)
        path, inside = tmp_path / "all.zip", name
    if name == "vrt_in_string.geojson":
        assert len(read_vector(path, findings=Findings(), into="green", inside=inside)) == 1
    else:
        with pytest.raises(DataError, match=re.escape(name)):
            read_vector(path, findings=Findings(), into="green", inside=inside)
    assert service.calls() == 0


def test_the_service_is_called_where_nothing_holds_gdal_back(tmp_path, service):
    (tmp_path / "vrt.gpkg").write_text(vrt(f"/vsicurl/{service.url}/x.geojson"), encoding="utf-8")
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        pyogrio.read_dataframe(tmp_path / "vrt.gpkg")
    assert service.calls() > 0


def test_the_schema_of_a_wfs_answer_is_not_fetched_and_nothing_is_left_beside_it(tmp_path, service):
    path = tmp_path / "answer.gml"
    path.write_text(
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" xmlns:ogr="http://ogr.maptools.org/"'
        ' xmlns:gml="http://www.opengis.net/gml" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xsi:schemaLocation="http://ogr.maptools.org/ {service.url}/s?SERVICE=WFS&amp;VERSION=1.1.0&amp;'
        'REQUEST=DescribeFeatureType"><gml:featureMember><ogr:a><ogr:g><gml:Point srsName="EPSG:31370">'
        "<gml:coordinates>72000,168000</gml:coordinates></gml:Point></ogr:g></ogr:a></gml:featureMember>"
        "</wfs:FeatureCollection>",
        encoding="utf-8",
    )
    assert len(read_vector(path, findings=Findings(), into="trees")) == 1
    assert service.calls() == 0
    assert [one.name for one in tmp_path.iterdir()] == ["answer.gml"]


def test_a_crs_by_name_and_a_property_called_crs_are_read(tmp_path):
    text = collection('"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},')
    (tmp_path / "a.geojson").write_text(text.replace('"n": 1', '"crs": "31370", "url": "x"'), encoding="utf-8")
    assert read_vector(tmp_path / "a.geojson", findings=Findings(), into="trees").loc[1, "crs"] == "31370"


def test_every_usual_kind_of_file_still_reads_also_from_a_zip_and_an_odd_folder(tmp_path):
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[box(3, 50, 3.1, 50.1), box(3.1, 50, 3.2, 50.1)], crs=4326)
    folder = tmp_path / "a:b!c d"
    folder.mkdir()
    for name, driver in {
        "a.gpkg": "GPKG", "b.geojson": "GeoJSON", "c.shp": "ESRI Shapefile", "d.fgb": "FlatGeobuf", "e.gml": "GML",
        "f.kml": "KML", "g.sqlite": "SQLite", "h.mif": "MapInfo File", "i.geojsonl": "GeoJSONSeq",
        "j.tab": "MapInfo File",
    }.items():  # fmt: skip
        frame.to_file(tmp_path / name, driver=driver)
        for beside in tmp_path.glob(f"{name[0]}.*"):
            (folder / beside.name).write_bytes(beside.read_bytes())
        assert len(read_vector(folder / name, findings=Findings(), into="green")) == 2, name
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            for beside in tmp_path.glob(f"{name[0]}.*"):
                if beside.suffix != ".zip":
                    archive.write(beside, f"map/{beside.name}")
        assert len(read_vector(tmp_path / f"{name}.zip", findings=Findings(), into="green", inside=f"*/{name}")) == 2
        assert len(read_vector(tmp_path / f"{name}.zip", findings=Findings(), into="green")) == 2


def test_a_zip_of_several_files_asks_which(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a.geojson", collection())
        archive.writestr("b.geojson", collection())
    with pytest.raises(DataError, match=r"2 vector files; choose one with inside = .*a\.geojson, b\.geojson"):
        read_vector(tmp_path / "all.zip", findings=Findings(), into="green")


def test_a_virtual_table_of_sqlite_gives_nothing_from_elsewhere(tmp_path):
    gpd.GeoDataFrame({"n": [1]}, geometry=[Point(72000, 168000)], crs=31370).to_file(tmp_path / "a.gpkg", layer="a")
    (tmp_path / "secret.csv").write_text("geheim\n1\n", encoding="utf-8")
    with sqlite3.connect(tmp_path / "a.gpkg") as base:
        base.execute("PRAGMA writable_schema = 1")
        base.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, ?)",
            [f"CREATE VIRTUAL TABLE v USING VirtualOGR('{tmp_path / 'secret.csv'}', 0)"],
        )
        base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('v', 'attributes', 'v')")
    assert len(read_vector(tmp_path / "a.gpkg", findings=Findings(), into="trees")) == 1
    with pytest.raises(DataError):
        read_vector(tmp_path / "a.gpkg", findings=Findings(), into="trees", layer="v")


def test_pipes_devices_and_links_out_of_the_folder_are_not_opened(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    os.mkfifo(files / "pipe.geojson")
    (files / "a.shp").write_bytes(b"x")
    os.mkfifo(files / "a.prj")
    (tmp_path / "b.dbf").write_bytes(b"x")
    (files / "b.shp").write_bytes(b"x")
    (files / "b.dbf").symlink_to(tmp_path / "b.dbf")
    for name, why in {
        "pipe.geojson": "pipe or a device",
        "a.shp": r"a\.prj is a pipe",
        "b.shp": r"b\.dbf is a link",
    }.items():
        with pytest.raises(DataError, match=why):
            locate(files, name, table="layers.areas")


def test_a_damaged_or_locked_zip_is_a_sentence(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "abc" * 1000)
    content = bytearray(path.read_bytes())
    content[40:50] = b"\xff" * 10
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.zip(: is not a ZIP archive, or a damaged one|, a\.csv: cannot be read)"):
        read_bytes(path, "a.csv")


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_vector_file_in_a_damaged_zip_is_a_sentence_however_it_is_packed(tmp_path, packed):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", packed) as archive:
        archive.writestr("a.geojson", '{"type": "FeatureCollection", "features": []}' * 500)
    content = bytearray(path.read_bytes())
    content[52:90] = b"\xff" * 38
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.zip: cannot be read"):
        vector_source(path, "a.geojson")


def test_a_pack_gives_only_its_own_geopackage(tmp_path, service):
    (tmp_path / "city.gpkg").write_text(vrt(f"/vsicurl/{service.url}/x.geojson"), encoding="utf-8")
    with pytest.raises(DataError, match=r"city\.gpkg, layer areas: it is no GeoPackage"):
        geopackage_source(tmp_path / "city.gpkg", layer="areas")
    assert service.calls() == 0


def raster(path, driver="GTiff"):
    options = {"crs": "EPSG:31370", "transform": from_origin(72000, 169000, 10, 10)}
    with rasterio.open(path, "w", driver=driver, width=300, height=300, count=1, dtype="uint8", **options) as target:
        target.write(np.ones((1, 300, 300), "uint8"))
    return path


def virtual(place):
    source = f"<SimpleSource><SourceFilename>{place}</SourceFilename></SimpleSource>"
    band = f'<VRTRasterBand dataType="Byte" band="1">{source}</VRTRasterBand>'
    return f'<VRTDataset rasterXSize="10" rasterYSize="10">{band}</VRTDataset>'


@pytest.mark.parametrize("suffix", ["", ".ovr", ".msk", ".aux.xml", "inside"])
def test_a_raster_that_leads_elsewhere_is_refused(tmp_path, service, suffix):
    path = tmp_path / "elevation.tif"
    place = f"/vsicurl/{service.url}/x.tif"
    if suffix:
        raster(path)
    if suffix == "inside":
        with rasterio.open(path, "r+") as target:
            target.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=place)
    elif suffix == ".aux.xml":
        entry = f'<MDI key="OVERVIEW_FILE">{place}</MDI>'
        notes = f'<PAMDataset><Metadata domain="OVERVIEWS">{entry}</Metadata></PAMDataset>'
        (tmp_path / "elevation.tif.aux.xml").write_text(notes, encoding="utf-8")
    else:
        (tmp_path / f"elevation.tif{suffix}").write_text(virtual(place), encoding="utf-8")
    with pytest.raises(DataError, match=r"another format|leads to other files|names another file"):
        open_raster_file(path, PACK_RASTERS)
    assert service.calls() == 0


def test_rasters_of_the_usual_kinds_open_and_a_pack_takes_geotiff_alone(tmp_path):
    plain = raster(tmp_path / "a.tif")
    with open_raster_file(plain, PACK_RASTERS) as source:
        assert source.read(1).sum() == 90_000
    raster(tmp_path / "a.png", "PNG")
    with open_raster_file(tmp_path / "a.png") as source:
        assert source.driver == "PNG"
    with pytest.raises(DataError, match="another format"):
        open_raster_file(tmp_path / "a.png", PACK_RASTERS)


def test_what_else_a_file_is_stands_in_the_message(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"PK\x03\x04....")
    with pytest.raises(DataError, match="Excel"):
        vector_source(tmp_path / "a.gpkg")
