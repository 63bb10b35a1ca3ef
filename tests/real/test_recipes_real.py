"""The recipes of the project on real files, and real files that are wrong as they stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from kortrijk_geo.errors import CrsError, DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.geometry import clean, to_pack
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.tables import TableFormat, code_text, read_table
from kortrijk_geo.ingest.vectors import read_vector

pytestmark = pytest.mark.real

RECIPES = Path(__file__).parents[2] / "data" / "recipes"


def errors(city):
    return [finding for finding in check_pack(city.folder) if finding.level == "error"]


def test_kortrijk_has_its_wijken_deelgemeenten_sectors_and_totals(kortrijk_boundaries):
    city = kortrijk_boundaries
    assert len(city.areas) == 14
    assert len(city.districts) == 8
    assert city.areas.area.sum() == pytest.approx(80.69e6, rel=1e-3)
    assert np.allclose(city.boundary.total_bounds, [67622, 158346, 78733, 174443], atol=1.0)
    assert city.boundary["population"].tolist() == [75_219.0]
    assert city.boundary["children_0_2"].tolist() == [2_529.0]
    assert city.info.layers["boundary"].reference_date == "2015-01-01"
    sectors = city.sectors.set_index("sector_id")
    assert len(sectors) == 114
    assert sectors.loc["34022ZZZZ", "area_id"] == "34022WONB"
    assert "34022A00-" in sectors.index
    per_area = sectors["area_id"].value_counts()
    assert (per_area["34022W10"], per_area["34022W07"]) == (20, 2)
    assert errors(city) == []


def test_las_palmas_is_whole(las_palmas):
    city = las_palmas
    assert len(city.areas) > 40
    assert len(city.streets) > 20_000
    assert len(city.homes) > 10_000
    assert city.boundary.area.iloc[0] == pytest.approx(city.areas.area.sum(), rel=1e-9)
    assert "population" not in city.areas.columns
    assert city.homes["residents"].isna().all()
    assert len(city.addresses) == 18_088
    assert not city.addresses[["street", "house_number"]].isna().any(axis=None)
    notes = " ".join(city.info.layers["addresses"].notes)
    assert "112 rows cannot be found by address, left out: 109 without a street, 3 without a house number" in notes
    assert "94 rows repeat street, number and postcode of another within 10 m: left out" in notes
    assert "Thiessen" in " ".join(city.info.layers["areas"].notes)
    assert city.info.layers["streets"].licence == "ODbL 1.0"
    assert errors(city) == []


def test_wechelderzande_is_whole(wechelderzande):
    city = wechelderzande
    assert city.areas["name"].tolist() == ["Wechelderzande"]
    assert len(city.homes) > 1_000
    assert city.homes["area_id"].isna().any()
    inside = shapely.covers(city.boundary.geometry.iloc[0], city.homes.geometry.to_numpy())
    assert (city.homes["area_id"].notna() == inside).all()
    assert len(city.addresses) == 1_538
    zand = city.addresses[city.addresses["street"] == "Zand"]
    assert len(zand) > 10
    assert zand["house_number"].is_unique
    assert errors(city) == []


def test_amsterdam_has_each_registered_day_care_once(real_data, tmp_path):
    report = build_pack(RECIPES / "amsterdam.toml", real_data / "amsterdam", tmp_path / "pack")
    from kortrijk_geo.pack.city import open_city

    city = open_city(tmp_path / "pack")
    assert len(city.childcare) == 314
    assert city.childcare["places"].sum() == 12_495
    assert any("17 rows without lrknummer left out" in finding.message for finding in report.findings)
    assert errors(city) == []


def test_the_files_of_another_city_are_not_taken_for_this_one(real_data, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"boundaries\.gpkg"):
        build_pack(RECIPES / "kortrijk_boundaries.toml", real_data / "amsterdam", tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_lambert_metres_that_claim_to_be_degrees(real_data):
    path = real_data / "dirty" / "municipalities_lambert_claims_wgs84.geojson"
    with pytest.raises(CrsError, match=r"589 of 589 features cannot be in .*look like metres.*crs_override"):
        read_vector(path, findings=Findings(), into="areas")
    frame = read_vector(path, findings=Findings(), into="areas", crs="EPSG:31370", crs_override=True)
    kortrijk = frame[code_text(frame["NIS5"]) == "34022"]
    assert kortrijk.area.iloc[0] == pytest.approx(80.69e6, rel=0.02)


def test_topojson_whose_coordinates_are_null(real_data):
    path = real_data / "dirty" / "municipalities_nan_bounds.json"
    with pytest.raises(DataError, match=r"none of its 581 geometries has coordinates: 3,500 of the 10,768 points"):
        read_vector(path, findings=Findings(), into="areas")


def test_rail_with_one_swap_and_one_null(real_data):
    findings = Findings()
    name = "rail_one_swapped_one_null.geojson"
    frame = read_vector(real_data / "dirty" / name, findings=findings, into="constraints")
    cleaned = clean(frame, "constraints", name=name, findings=findings)
    around_belgium = shapely.box(-200_000, -300_000, 600_000, 600_000)
    kept = to_pack(cleaned, "EPSG:31370", around_belgium, "constraints", name=name, findings=findings)
    assert (len(frame), len(cleaned), len(kept)) == (928, 926, 898)
    nothing, hopeless, swapped, away = findings.items
    assert "1 rows without geometry dropped (row 780)" in nothing.message
    # A line from a station to itself, beside those that the file is known for.
    assert "1 geometries beyond repair dropped (row 919)" in hopeless.message
    assert "x and y exchanged (row 781)" in swapped.message
    assert away.count == 27


def test_shapefiles_of_flanders_read_with_their_codes(real_data):
    folder = real_data / "flanders"
    frame = read_vector(folder / "ggw7.shp", findings=Findings(), into="areas", crs="EPSG:31370")
    kortrijk = frame[code_text(frame["geoitem"]).str.startswith("34022")]
    assert len(frame) == 2767
    assert len(kortrijk) == 14


def test_every_real_table_reads(real_data):
    for name, rows in {
        "kortrijk/population_by_age_2015.csv": 101,
        "kortrijk/statistical_sectors.csv": 114,
        "amsterdam/childcare_inspections.csv": 2951,
        "reference/tr55_table_2_1.csv": None,
        "sint_genesius_rode/median_income_2023.csv": None,
        "flanders/private_households_2010_2040.csv": None,
    }.items():
        frame = read_table(real_data / name, TableFormat()).frame
        assert len(frame.columns) > 1, name
        assert rows is None or len(frame) == rows, name
