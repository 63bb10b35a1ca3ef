"""The small inputs of vectors as the world makes them: each built as its user would, the right answer asserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kortrijk_geo.errors import CrsError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.mapping.thumbnail import areas_picture, ground_of
from kortrijk_geo.pack.city import open_city

if TYPE_CHECKING:
    from pathlib import Path


def case(real_data: Path, name: str) -> Path:
    folder = real_data / "cases" / name
    if not folder.is_dir():
        pytest.skip(f"the case {name} is absent ({folder})")
    return folder


def built(real_data, tmp_path, name):
    folder = case(real_data, name)
    report = build_pack(folder / "recipe.toml", folder / "raw", tmp_path / "pack")
    assert [finding for finding in check_pack(tmp_path / "pack") if finding.level == "error"] == []
    return open_city(tmp_path / "pack"), "\n".join(finding.message for finding in report.findings)


def test_dates_with_two_offsets_stay(real_data, tmp_path):
    city, _ = built(real_data, tmp_path, "11-geojson-summer-winter-opens")
    assert city.childcare["opens"].tolist() == ["2024-01-01", "2024-07-01", "2023-03-01"]


def test_an_undefined_crs_is_no_crs(real_data, tmp_path):
    with pytest.raises(CrsError, match=r'c\.gpkg: has no coordinate reference system; add crs = "EPSG:\.\.\."'):
        built(real_data, tmp_path, "12-gpkg-undefined-cartesian")


def test_columns_alike_but_for_case_are_both_kept(real_data, tmp_path):
    city, messages = built(real_data, tmp_path, "13-columns-alike-but-for-case")
    assert city.childcare["Opmerking"].tolist() == ["x"] * 3
    assert city.childcare["OPMERKING_2"].tolist() == ["y"] * 3
    assert "c.geojson: 1 columns kept under a name" in messages


def test_the_line_of_a_collection_is_kept(real_data, tmp_path):
    city, messages = built(real_data, tmp_path, "14-geometrycollection-street")
    assert "s.gpkg: 1 geometry collections, of which the line was kept (row 6)" in messages
    assert set(city.streets.geom_type) == {"LineString"}


def test_a_shapefile_in_utf8_without_cpg(real_data, tmp_path):
    city, messages = built(real_data, tmp_path, "15-shapefile-utf8-without-cpg")
    assert "Kuurne-Één" in city.areas["name"].tolist()
    assert "read as UTF-8" in messages


def test_pictures_show_areas_in_several_parts(real_data, tmp_path):
    city, _ = built(real_data, tmp_path, "23-streets-t-junction-and-multipolygon")
    areas = city.areas
    assert "MultiPolygon" in set(areas.geom_type)
    picture = str(areas_picture(ground_of(areas, {}), ["#ff0000"] * len(areas), label="kaart"))
    assert picture.count('d="M') == len(areas)
