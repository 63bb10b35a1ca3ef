"""Vector files as other programs make them: read right, counted, or refused in a sentence."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from pyproj import CRS
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.ingest.columns import holdable
from kortrijk_geo.ingest.crs import report_distortion
from kortrijk_geo.ingest.dates import wall_clock
from kortrijk_geo.ingest.geometry import clean
from kortrijk_geo.ingest.misread import dbf_encoding, misread
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.vectors import read_vector
from kortrijk_geo.mapping.thumbnail import areas_picture, ground_of
from kortrijk_geo.pack.files import frame_digest
from kortrijk_geo.pack.validation import same_crs

X, Y = 72000.0, 168000.0


@pytest.fixture
def findings():
    return Findings()


def read(path, findings, **options):
    return read_vector(path, findings=findings, into="green", **options)


def points(folder, name, **columns):
    count = len(next(iter(columns.values())))
    frame = gpd.GeoDataFrame(columns, geometry=[Point(X + n, Y) for n in range(count)], crs="EPSG:31370")
    frame.to_file(folder / name)
    return folder / name


def geojson(path, features):
    collection = [
        {"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": collection}), encoding="utf-8")
    return path


def test_a_date_is_the_one_that_the_file_writes_in_summer_and_winter(tmp_path, findings):
    here = {"type": "Point", "coordinates": [3.26, 50.83]}
    opens = ["2024-01-01T00:00:00+01:00", "2024-07-01T00:00:00+02:00", None]
    frame = read(geojson(tmp_path / "c.geojson", [({"opens": one}, here) for one in opens]), findings)
    assert frame["opens"].dt.strftime("%Y-%m-%d").tolist()[:2] == ["2024-01-01", "2024-07-01"]
    assert frame["opens"].isna().tolist() == [False, False, True]
    assert findings.items == []


def test_midnights_that_became_the_evening_before_are_told(tmp_path, findings):
    here = {"type": "Point", "coordinates": [3.26, 50.83]}
    opens = ["2023-12-31T23:00:00Z", "2024-06-30T22:00:00Z"]
    frame = read(geojson(tmp_path / "c.geojson", [({"opens": one}, here) for one in opens]), findings)
    assert frame["opens"].dt.strftime("%Y-%m-%d").tolist() == ["2023-12-31", "2024-06-30"]
    assert "column opens: all are 22 or 23 hours UTC" in findings.items[0].message


def test_offsets_go_from_moments_and_nothing_from_other_texts():
    texts = pd.Series(["2024-01-01T00:00:00+01:00", "2024-01-01 00:00Z", "2024-01-01", "12-34", None], dtype=object)
    assert wall_clock(texts).tolist()[:4] == ["2024-01-01T00:00:00", "2024-01-01 00:00", "2024-01-01", "12-34"]


@pytest.mark.parametrize(
    ("written", "cpg", "told"),
    [
        ("utf-8", None, "read as UTF-8"),
        ("utf-8", "ISO-8859-1", "read as UTF-8"),
        ("utf-8", "UTF-8", None),
        ("cp1252", None, None),
        ("cp1252", "UTF-8", "read as CP1252"),
        ("cp850", None, "read as CP850"),
    ],
)
def test_a_dbf_is_read_by_its_bytes_and_what_its_cpg_says_wrongly_is_told(tmp_path, findings, written, cpg, told):
    path = tmp_path / "a.shp"
    frame = gpd.GeoDataFrame({"naam": ["Één", "Zoë"]}, geometry=[Point(X, Y), Point(X, Y)], crs="EPSG:31370")
    frame.to_file(path, encoding=written)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    content = bytearray(path.with_suffix(".dbf").read_bytes())
    content[29] = 0
    path.with_suffix(".dbf").write_bytes(content)
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    assert read(path, findings)["naam"].tolist() == ["Één", "Zoë"]
    assert [item.message for item in findings.items if told is None or told not in item.message] == []
    assert len(findings.items) == (told is not None)


def test_a_letter_cut_through_at_the_end_of_a_cell_is_still_utf8():
    field = b"NAAM".ljust(11, b"\0") + b"C" + bytes(4) + bytes([4, 0]) + bytes(14)
    header = bytearray(32)
    header[8:12] = (32 + 32 + 1).to_bytes(2, "little") + (5).to_bytes(2, "little")
    cells = b" " + "éé".encode() + b" " + "abé".encode()[:4]
    assert dbf_encoding(bytes(header) + field + b"\r" + cells, "ISO-8859-1") == "UTF-8"


@pytest.mark.parametrize(
    ("text", "right"),
    [("CafÃ©", "Café"), ("Kuurne-Ã\x89Ã©n", "Kuurne-Één"), ("â‚¬ 5", "€ 5"), ("Zo\x89", None), ("Zo\ufffd", None)],
)
def test_texts_that_look_misread_are_told(tmp_path, findings, text, right):
    assert misread([text, "goed", None]).should_be == right
    read(points(tmp_path, "a.gpkg", naam=[text, "goed"]), findings)
    assert "column naam: 1 texts look read in the wrong encoding" in findings.items[0].message


def test_texts_with_many_accents_are_not_taken_for_misread():
    assert misread(["São Paulo", "Ångström", "ÄÖÜ", "Één", "€ 5 – ‘s", "Ã", "Łódź", "Ελλάδα"]) is None


@pytest.mark.parametrize("number", [-1, 0])
def test_an_undefined_crs_is_none(tmp_path, findings, number):
    path = points(tmp_path, "a.gpkg", n=[1])
    with sqlite3.connect(path) as base:
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            base.execute(f"UPDATE {table} SET srs_id = {number}")
    with pytest.raises(CrsError, match=r'a\.gpkg: has no coordinate reference system; add crs = "EPSG'):
        read(path, findings)
    assert read(path, findings, crs="EPSG:31370").crs.to_epsg() == 31370


@pytest.mark.parametrize("code", [3067, 31370, 3812, 2154, 27700, 28992, 25832, 5514, 2180, 3035, 2056])
def test_a_crs_is_the_same_after_a_geopackage_and_a_prj(tmp_path, code):
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[Point(1000, 1000)], crs=code)
    for name in ("a.gpkg", "a.shp"):
        frame.to_file(tmp_path / name)
        assert same_crs(gpd.read_file(tmp_path / name).crs, frame.crs), name


def test_a_crs_outside_its_area_of_use_is_told_with_its_error(findings):
    kortrijk = gpd.GeoSeries([box(3.2, 50.8, 3.3, 50.9)], crs=4326)
    for crs in ("EPSG:31370", "EPSG:3812", "EPSG:32631"):
        report_distortion(kortrijk.to_crs(crs).iloc[0], crs, findings)
    assert findings.items == []
    report_distortion(kortrijk.to_crs("EPSG:32628").iloc[0], "EPSG:32628", findings)
    report_distortion(kortrijk.to_crs("EPSG:3857").iloc[0], "EPSG:3857", findings)
    zone, web = findings.items
    assert "is outside its area of use" in zone.message
    assert "surfaces are +4.0%" in zone.message
    assert "distorts here: surfaces are +15" in web.message


def test_of_a_collection_the_part_of_the_right_kind_is_kept_and_counted(findings):
    line = LineString([(0, 0), (9, 0)])
    shapes = [GeometryCollection([Point(0, 0), line]), line, GeometryCollection([GeometryCollection([line])])]
    streets = gpd.GeoDataFrame({"street_id": ["a", "b", "c"]}, geometry=shapes, crs="EPSG:31370", index=[1, 2, 3])
    cleaned = clean(streets, "streets", name="s.gpkg", findings=findings)
    assert cleaned.geometry.tolist() == [line, line, line]
    assert findings.items[0].message == "s.gpkg: 2 geometry collections, of which the line was kept (row 1, 3)"
    assert findings.items[0].count == 2
    lost = gpd.GeoDataFrame({"n": [1]}, geometry=[GeometryCollection([Point(0, 0)])], crs="EPSG:31370", index=[6])
    with pytest.raises(DataError, match=r"s\.gpkg: row 6 is a GeometryCollection, layer green needs a polygon"):
        clean(lost, "green", name="s.gpkg", findings=findings)


def test_coordinates_that_are_no_numbers_are_dropped_and_counted(findings):
    with np.errstate(invalid="ignore"):
        bad = Polygon([(0, 0), (np.nan, 1), (1, 1)])
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[box(0, 0, 1, 1), bad], crs="EPSG:31370", index=[1, 2])
    assert clean(frame, "green", name="f", findings=findings).index.tolist() == [1]
    assert "1 geometries beyond repair dropped (row 2)" in findings.items[0].message


def test_rings_that_are_not_closed_are_closed_and_counted(tmp_path, findings):
    whole = {"type": "Polygon", "coordinates": [[[3, 50], [3.1, 50], [3.1, 50.1], [3, 50]]]}
    loose = {"type": "Polygon", "coordinates": [[[3, 50], [3.1, 50], [3.1, 50.1], [3, 50.1]]]}
    frame = read(geojson(tmp_path / "g.geojson", [({"n": 1}, whole), ({"n": 2}, loose)]), findings)
    assert frame.geometry.is_valid.all()
    assert "1 broken geometries closed (feature 2)" in findings.items[0].message


def test_a_shapefile_without_its_index_and_an_unknown_encoding_are_told(tmp_path, findings):
    path = points(tmp_path, "a.shp", n=[1])
    with pytest.raises(DataError, match="encoding = 'klingon' is not known"):
        read(path, findings, encoding="klingon")
    path.with_suffix(".shx").unlink()
    with pytest.raises(DataError, match=r"a\.shp: its \.shx is missing"):
        read(path, findings)


def test_the_styles_of_qgis_are_no_layer(tmp_path, findings):
    path = points(tmp_path, "a.gpkg", n=[1])
    styles = pd.DataFrame({"f_table_name": ["a"], "styleQML": ["<qgis/>"]})
    pyogrio.write_dataframe(styles, path, layer="layer_styles", append=True)
    assert len(pyogrio.list_layers(path)) == 2
    assert read(path, findings)["n"].tolist() == [1]


def test_columns_that_a_geopackage_cannot_hold_are_kept_and_come_back(tmp_path, findings):
    columns = {
        "location_id": ["a", "b"], "name": ["x", "y"], "NAME": [1, 2], "fid": [7, 7], "geom": ["g", "h"],
        "k" * 80: [1, 2],
        "k" * 63: [3, 4], "lijst": [[1, 2], None], "groot": np.array([2**63 + 1, 1], dtype="uint64"),
        "ja": pd.array([True, None], dtype="boolean"), "duur": pd.to_timedelta(["1D", "2D"]), "nul": ["a\0b", "c"],
    }  # fmt: skip
    frame = gpd.GeoDataFrame(columns, geometry=[Point(X, Y)] * 2, crs="EPSG:31370")
    kept = holdable(frame, "childcare", name="c.geojson", findings=findings)
    assert kept.columns.tolist()[:6] == ["location_id", "name", "NAME_2", "fid_2", "geom_2", "k" * 63]
    assert kept.columns[6] == "k" * 61 + "_2"
    assert findings.items[0].count == 5
    assert findings.items[0].message.startswith(
        "c.geojson: 5 columns kept under a name that a GeoPackage can hold: NAME_2"
    )
    pyogrio.write_dataframe(kept, tmp_path / "c.gpkg", layer="childcare")
    back = pyogrio.read_dataframe(tmp_path / "c.gpkg")
    assert back["fid_2"].tolist() == [7, 7]
    assert frame_digest(back) == frame_digest(kept)


def test_the_picture_of_areas_in_several_parts_shows_every_part():
    parts = MultiPolygon([box(X, Y, X + 100, Y + 100), box(X + 500, Y, X + 600, Y + 100)])
    areas = gpd.GeoDataFrame({"n": [1]}, geometry=[parts], crs="EPSG:31370")
    picture = str(areas_picture(ground_of(areas, {}), ["#ff0000"], label="kaart"))
    path = picture.split('<path d="', 1)[1].partition('"')[0]
    assert path.count("M") == 2
    assert path.count("L") == 8


def test_a_geometry_in_a_file_that_pyogrio_chokes_on_is_a_sentence(tmp_path, findings):
    path = points(tmp_path, "a.gpkg", n=[1, 2])
    content = path.read_bytes()
    Path(path).write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"a\.gpkg: "):
        read(path, findings)


def test_a_crs_is_the_same_by_the_number_that_it_carries_though_its_datum_is_spelt_otherwise():
    geotiff = (
        'PROJCS["EUREF-FIN / TM35FIN(E,N)",GEOGCS["EUREF-FIN",DATUM["EUREF-FIN",SPHEROID["GRS 1980",6378137,'
        '298.257222101,AUTHORITY["EPSG","7019"]],AUTHORITY["EPSG","1391"]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],'
        'AUTHORITY["EPSG","10690"]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],'
        'PARAMETER["central_meridian",27],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],'
        'PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],'
        'AXIS["Northing",NORTH],AUTHORITY["EPSG","3067"]]'
    )
    assert same_crs(CRS.from_wkt(geotiff), CRS("EPSG:3067"))
    assert not same_crs(CRS.from_wkt(geotiff), CRS("EPSG:3879"))
    assert not same_crs(CRS("EPSG:31370"), CRS("EPSG:31300"))


def test_a_corner_where_no_map_reaches_is_a_slip_of_its_feature(tmp_path, findings):
    lines = [LineString([(72000 + n, 168000), (72000, 168100)]) for n in range(4)] + [
        LineString([(72000, 1e12), (72000, 0)])
    ]
    gpd.GeoDataFrame({"n": range(5)}, geometry=lines, crs="EPSG:31370").to_file(tmp_path / "a.gpkg")
    assert len(read(tmp_path / "a.gpkg", findings)) == 4
    assert any("1 features dropped, their coordinates cannot be in EPSG:31370" in one.message for one in findings.items)
