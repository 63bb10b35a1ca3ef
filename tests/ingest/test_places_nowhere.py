"""Vertices that a program wrote for a place that it did not know are no places: no street runs to them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point, Polygon, box

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.geometry import to_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.vectors import read_vector
from kortrijk_geo.pack.city import open_city

X, Y = 72000.0, 168000.0
HERE = LineString([(X, Y), (X + 50, Y)])
TO_NOWHERE = LineString([(X, Y), (0, 0), (X + 10, Y)])
with np.errstate(invalid="ignore"):
    NO_NUMBER = LineString([(X, Y), (X + 5, np.nan), (X + 10, Y)])
MESSAGE = "features dropped, they have a vertex at 0 0 or one that is no number (feature"


@pytest.fixture
def findings():
    return Findings()


def saved(folder, *shapes, crs="EPSG:31370"):
    with np.errstate(invalid="ignore"):
        gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs=crs).to_file(folder / "f.gpkg")
    return folder / "f.gpkg"


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_features_with_a_vertex_nowhere_are_dropped_with_their_count_and_number(tmp_path, findings):
    path = saved(tmp_path, HERE, TO_NOWHERE, NO_NUMBER, HERE)
    assert read_vector(path, findings=findings, into="streets").index.tolist() == [1, 4]
    assert [(item.level, item.count) for item in findings.items] == [("warning", 2)]
    assert f"2 {MESSAGE} 2, 3)" in findings.items[0].message


@pytest.mark.parametrize(
    ("shape", "crs"),
    [
        (Point(0, 0), "EPSG:31370"),
        (Point(0, 0), "EPSG:4326"),
        (Polygon([(3.2, 50.8), (0, 0), (3.3, 50.8)]), "EPSG:4326"),
        (LineString([(3.2, 50.8), (0, 0)]), "EPSG:4326"),
    ],
)
def test_null_island_is_found_in_every_kind_of_shape_and_in_degrees(tmp_path, findings, shape, crs):
    here = gpd.GeoSeries([box(X, Y, X + 9, Y + 9)], crs="EPSG:31370").to_crs(crs).iloc[0]
    assert len(read_vector(saved(tmp_path, here, shape, crs=crs), findings=findings, into="green")) == 1
    assert f"1 {MESSAGE} 2)" in findings.items[0].message


def test_an_area_with_such_a_vertex_is_refused(tmp_path, findings):
    path = saved(tmp_path, box(X, Y, X + 9, Y + 9), Polygon([(X, Y), (0, 0), (X + 9, Y)]))
    with pytest.raises(DataError, match=r"f\.gpkg: 1 features have a vertex at 0 0 .*\(feature 2\); mend them"):
        read_vector(path, findings=findings, into="areas")


def test_a_place_where_0_0_is_a_place_keeps_it(tmp_path, findings):
    town = [LineString([(0, 0), (100, 0)]), LineString([(0, 0), (0, 100)]), LineString([(100, 0), (100, 100)])]
    local = 'PROJCS["Local",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    local += 'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    local += 'PARAMETER["latitude_of_origin",50],PARAMETER["central_meridian",3],PARAMETER["scale_factor",1],'
    local += 'PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]'
    assert len(read_vector(saved(tmp_path, *town, crs=local), findings=findings, into="streets")) == 3
    sea = [Point(-1, -1), Point(0, 0), Point(1, 1)]
    assert len(read_vector(saved(tmp_path, *sea, crs="EPSG:4326"), findings=findings, into="trees")) == 3
    assert findings.items == []


def test_a_street_that_leaps_away_and_back_is_dropped(findings):
    leap = LineString([(X, Y), (X + 30_000, Y), (X + 10, Y)])
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[HERE, leap], crs="EPSG:31370", index=[1, 2])
    extent = box(X - 100, Y - 100, X + 100, Y + 100)
    assert to_pack(frame, "EPSG:31370", extent, "streets", name="f", findings=findings).index.tolist() == [1]
    assert "1 streets dropped, they run straight for more than 20 km (row 2)" in findings.items[0].message
    with pytest.raises(DataError, match="all of its 1 streets run straight"):
        to_pack(frame[1:], "EPSG:31370", extent, "streets", name="f", findings=findings)


RECIPE = """
name = "Dorp"
crs = "EPSG:31370"
buffer_m = 100
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "a.gpkg"
[layers.childcare]
reader = "table-points"
file = "c.csv"
x = "x"
y = "y"
crs = "EPSG:31370"
"""


def test_a_creche_of_a_table_at_0_0_is_dropped_with_a_warning(tmp_path):
    areas = gpd.GeoDataFrame({"area_id": ["a"], "name": ["a"]}, geometry=[box(X, Y, X + 99, Y + 99)], crs="EPSG:31370")
    areas.to_file(tmp_path / "a.gpkg")
    rows = f"location_id;name;kind;places;x;y\nc1;A;group;9;{X + 9};{Y + 9}\nc2;B;group;9;0;0\n"
    (tmp_path / "c.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "r.toml").write_text(RECIPE, encoding="utf-8")
    report = build_pack(tmp_path / "r.toml", tmp_path, tmp_path / "pack")
    assert open_city(tmp_path / "pack").childcare["location_id"].tolist() == ["c1"]
    assert [item.level for item in report.findings if f"1 {MESSAGE} 3)" in item.message] == ["warning"]
