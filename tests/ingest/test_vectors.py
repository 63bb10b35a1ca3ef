"""Vector files: their CRS settled, their geometry repaired and counted, the ones that are wrong named."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPoint, Point, Polygon, box

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.ingest.geometry import clean, inside_only, to_pack
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.vectors import read_vector

# The Grote Markt of Kortrijk in Lambert 72, and a square kilometre around it.
MARKT = (72100.0, 168900.0)
AROUND = box(MARKT[0] - 500, MARKT[1] - 500, MARKT[0] + 500, MARKT[1] + 500)


@pytest.fixture
def findings():
    return Findings()


def read(path, findings, **options):
    return read_vector(path, findings=findings, into="green", **options)


def square(x, y, size=100.0):
    return box(x, y, x + size, y + size)


def saved(folder, frame, name="parks.gpkg", **options):
    frame.to_file(folder / name, **options)
    return folder / name


def lambert(*shapes, **columns):
    return gpd.GeoDataFrame(columns or {"n": range(len(shapes))}, geometry=list(shapes), crs="EPSG:31370")


def test_a_file_is_read_with_its_own_crs_and_rows_numbered_from_one(tmp_path, findings):
    frame = read(saved(tmp_path, lambert(square(*MARKT), square(*MARKT))), findings)
    assert frame.crs.to_epsg() == 31370
    assert frame.index.tolist() == [1, 2]
    assert findings.items == []


@pytest.mark.parametrize("name", ["parks.gpkg", "parks.geojson", "parks.shp", "parks.fgb"])
def test_every_kind_of_file_that_gdal_reads(tmp_path, findings, name):
    frame = read(saved(tmp_path, lambert(square(*MARKT)).to_crs(4326), name), findings)
    assert len(frame) == 1


def geojson(folder, *coordinates, name="file.geojson"):
    features = [
        {"type": "Feature", "properties": {}, "geometry": one and {"type": "LineString", "coordinates": one}}
        for one in coordinates
    ]
    (folder / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return folder / name


def test_metres_that_claim_to_be_degrees_are_refused_until_the_recipe_says_otherwise(tmp_path, findings):
    path = geojson(tmp_path, [[72000, 168000], [72100, 168100]], [[71000, 168000], [72100, 168100]])
    with pytest.raises(CrsError, match=r"file\.geojson.*2 of 2 features cannot be in .*look like metres.*crs_override"):
        read(path, findings)
    with pytest.raises(CrsError, match=r"declares .*4326.*recipe says crs = 'EPSG:31370'.*crs_override = true"):
        read(path, findings, crs="EPSG:31370")
    frame = read(path, findings, crs="EPSG:31370", crs_override=True)
    assert frame.crs.to_epsg() == 31370
    assert "because the recipe says so" in findings.items[0].message


def test_degrees_that_claim_to_be_metres_are_refused(tmp_path, findings):
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[Point(3.26, 50.83)], crs="EPSG:31370")
    with pytest.raises(CrsError, match="look like degrees"):
        read(saved(tmp_path, frame), findings)


def test_a_crs_of_another_country_is_refused(tmp_path, findings):
    frame = lambert(square(*MARKT)).set_crs("EPSG:2154", allow_override=True)
    with pytest.raises(CrsError, match="cannot be in EPSG:2154"):
        read(saved(tmp_path, frame), findings)


def test_no_crs_is_an_error_that_says_what_to_add(tmp_path, findings):
    path = saved(tmp_path, lambert(Point(MARKT)), "parks.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match=r'parks\.shp: has no coordinate reference system; add crs = "EPSG'):
        read(path, findings)
    assert read(path, findings, crs="EPSG:31370").crs.to_epsg() == 31370
    with pytest.raises(CrsError, match="'EPSG:9' is not a known"):
        read(path, findings, crs="EPSG:9")


def test_one_impossible_coordinate_among_many_is_dropped_and_named(tmp_path, findings):
    path = geojson(tmp_path, *[[[3.2, 50.8], [3.3, 50.9]]] * 4, [[3.2, 508], [3.3, 50.9]])
    assert len(read(path, findings)) == 4
    assert findings.items[0].level == "warning"
    assert findings.items[0].count == 1
    assert "feature 5" in findings.items[0].message


def test_topojson_with_null_coordinates_says_what_is_wrong(tmp_path, findings):
    topology = {
        "type": "Topology",
        "arcs": [[[477.0, 248.0, None], [478.0, 248.0, 0.1], [478.0, 249.0, 0.1], [477.0, 248.0, 0.1]]],
        "objects": {"a": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0]]}]}},
    }
    path = tmp_path / "nan.json"
    path.write_text(json.dumps(topology))
    with pytest.raises(DataError, match=r"nan\.json: none of its 1 geometries .*1 of the 4 points .*null"):
        read(path, findings)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("parks.gpkg", b"code;naam\n1;a\n", "not a vector file"),
        ("parks.shp", b"\x89PNG\r\n\x1a\n\0\0", "not a vector file"),
        ("parks.geojson", b"<!DOCTYPE html><html></html>", "not a vector file"),
        ("parks.geojson", b"", "is empty"),
        ("parks.geojson", b'{"type": "FeatureCollection", "features": []}', "is empty"),
        ("parks.geojson", b'{"type": "FeatureCollection", "features": [{"ty', "not a vector file"),
        ("parks.csv", b"code,naam\n1,a\n", "table-points"),
    ],
)
def test_files_that_are_not_what_their_name_says(tmp_path, findings, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read(tmp_path / name, findings)
    assert name in str(caught.value)


def test_a_file_under_another_name_reads_and_is_reported(tmp_path, findings):
    path = geojson(tmp_path, [[3.2, 50.8], [3.3, 50.9]], name="parks.gpkg")
    assert len(read(path, findings)) == 1
    assert "is a GeoJSON file, not what its name says" in findings.items[0].message


def test_layers_are_named_when_one_must_be_chosen(tmp_path, findings):
    path = saved(tmp_path, lambert(square(*MARKT)), layer="wijken")
    saved(tmp_path, lambert(square(*MARKT)), layer="gemeente")
    with pytest.raises(DataError, match=r"2 layers .*wijken, gemeente.*choose one with layer ="):
        read(path, findings)
    with pytest.raises(DataError, match="no layer 'wijk'; its layers are wijken, gemeente"):
        read(path, findings, layer="wijk")
    assert len(read(path, findings, layer="wijken")) == 1


def test_null_invalid_and_three_dimensional_geometry_is_mended_and_counted(findings):
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    spike = Polygon([(0, 0), (5, 0), (0, 0)])
    raised = Polygon([(0, 0, 3), (10, 0, 3), (10, 10, 3)])
    frame = lambert(bow_tie, None, raised, Polygon(), spike)
    cleaned = clean(frame, "green", name="parks.gpkg", findings=findings)
    assert cleaned.index.tolist() == [0, 2]
    assert cleaned.geometry.is_valid.all()
    assert not cleaned.geometry.has_z.any()
    assert cleaned.geometry.iloc[0].area == pytest.approx(50.0)
    assert [(item.count, item.message.split("parks.gpkg: ")[1][:25]) for item in findings.items] == [
        (2, "2 rows without geometry d"),
        (1, "1 invalid geometries repa"),
        (1, "1 geometries beyond repai"),
    ]


def test_no_geometry_at_all_is_an_error(findings):
    with pytest.raises(DataError, match="no row has a geometry"):
        clean(lambert(None, Polygon()), "green", name="parks.gpkg", findings=findings)


def test_streets_in_parts_are_taken_apart_with_ids_of_their_own(findings):
    joined = MultiLineString([[(0, 0), (1, 0)], [(1, 0), (2, 0)]])
    apart = MultiLineString([[(0, 0), (1, 0)], [(5, 0), (6, 0)]])
    frame = lambert(joined, apart, LineString([(0, 0), (0, 9)]), street_id=["a", "b", "c"])
    cleaned = clean(frame, "streets", name="f", findings=findings)
    assert cleaned["street_id"].tolist() == ["a", "b-1", "b-2", "c"]
    assert set(cleaned.geom_type) == {"LineString"}
    assert findings.items[0].count == 1


def test_points_of_one_part_are_points_and_polygons_only_on_request(findings):
    frame = lambert(MultiPoint([(1, 2)]), Point(3, 4))
    assert set(clean(frame, "trees", name="f", findings=findings).geom_type) == {"Point"}
    with pytest.raises(DataError, match=r"row 1 is a Polygon, not a point .*as_points = true"):
        clean(lambert(Point(0, 0), square(0, 0)), "trees", name="f", findings=findings)
    asked = clean(lambert(Point(0, 0), square(0, 0)), "trees", name="f", findings=findings, as_points=True)
    assert asked.geometry.iloc[1].within(square(0, 0))


def test_a_kind_of_geometry_the_layer_does_not_have_is_named(findings):
    with pytest.raises(DataError, match="row 1 is a LineString, layer green needs a polygon"):
        clean(lambert(square(0, 0), LineString([(0, 0), (1, 1)])), "green", name="f", findings=findings)


def test_features_far_away_are_left_out_and_swapped_ones_are_named(findings):
    here = gpd.GeoSeries([Point(MARKT)], crs="EPSG:31370").to_crs(4326).iloc[0]
    frame = gpd.GeoDataFrame(
        {"n": [1, 2, 3]}, geometry=[here, Point(here.y, here.x), Point(4.4, 51.2)], crs="EPSG:4326", index=[1, 2, 3]
    )
    kept = to_pack(frame, "EPSG:31370", AROUND, "trees", name="f.geojson", findings=findings)
    assert kept.index.tolist() == [1]
    assert shapely.equals_exact(kept.geometry.iloc[0], Point(MARKT), 1e-3)
    swapped, away = findings.items
    assert swapped.level == "warning"
    assert "exchanged (row 2)" in swapped.message
    assert away == type(away)(
        "info", "trees", "f.geojson: 1 features outside the study area and its buffer left out", 1
    )


def test_nothing_in_the_study_area_is_an_error(findings):
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[Point(4.4, 51.2)], crs="EPSG:4326")
    with pytest.raises(DataError, match="none of its 1 features lies in the study area"):
        to_pack(frame, "EPSG:31370", AROUND, "trees", name="f", findings=findings)


def test_areas_are_kept_by_where_most_of_them_lies_or_cut_off(findings):
    boundary = box(0, 0, 100, 100)
    frame = lambert(box(0, 0, 50, 100), box(50, 0, 120, 100), box(200, 0, 300, 100), area_id=["a", "b", "c"])
    kept, cut = inside_only(frame, boundary, "areas", clip=False, name="f", findings=findings)
    assert kept["area_id"].tolist() == ["a", "b"]
    assert not cut.any()
    clipped, cut = inside_only(frame, boundary, "areas", clip=True, name="f", findings=findings)
    assert clipped.area.tolist() == [5000.0, 5000.0]
    assert cut.tolist() == [False, True]
    assert np.isclose(shapely.union_all(clipped.geometry.to_numpy()).area, boundary.area)
