"""pack check: a sound pack passes, and every way a pack can be wrong is found and named."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely.geometry import LineString, Point, box

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.ingest.check import check_pack, describe_pack
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack

X, Y = 72000.0, 168000.0
CRS = "EPSG:31370"
RECORD = LayerRecord("us", "2025-01-01", "CC0")


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def sound_layers():
    """Two areas of 100 and 50 people side by side, 150 homes' worth in three homes, streets to 100 m beyond."""
    left, right = box(X, Y, X + 100, Y + 100), box(X + 100, Y, X + 200, Y + 100)
    lines = [
        LineString([(X - 100, Y + 50), (X + 300, Y + 50)]),
        LineString([(X + 300, Y + 50), (X + 300, Y - 100), (X + 310, Y - 100), (X + 310, Y + 200)]),
    ]
    return {
        "boundary": frame([box(X, Y, X + 200, Y + 100)], name=["Dorp"], population=[160.0]),
        "areas": frame([left, right], area_id=["a", "b"], name=["Oost", "West"], population=[100.0, 50.0]),
        "subareas": frame(
            [left, right], subarea_id=["s", "t"], name=["s", "t"], parent_id=["a", "b"], population=[100.0, 50.0]
        ),
        "districts": frame([box(X, Y, X + 200, Y + 100)], district_id=["d"], name=["Dorp"]),
        "sectors": pd.DataFrame(
            {"sector_id": ["s", "z"], "name": ["s", "z"], "area_id": ["a", "nergens"], "district_id": ["d", "d"]}
        ),
        "homes": frame(
            [Point(X + 10, Y + 10), Point(X + 20, Y + 10), Point(X + 150, Y + 10), Point(X - 50, Y)],
            home_id=["1", "2", "3", "4"], area_id=["a", "a", "b", None], dwellings=[1.0] * 4,
            residents=[60.0, 40.0, 50.0, np.nan], children_0_2=[np.nan] * 4,
        ),
        "streets": frame(
            lines, street_id=["1", "2"], kind=["residential"] * 2, walk=[True] * 2, cycle_forward=[True] * 2,
            cycle_backward=[True] * 2,
        ),
    }  # fmt: skip


@pytest.fixture
def check(tmp_path):
    def run(layers, *, buffer_m=100.0, rasters=None, records=None):
        named = {name: (records or {}).get(name, RECORD) for name in layers}
        info = PackInfo("Dorp", CRS, buffer_m=buffer_m, layers=named, rasters=dict.fromkeys(rasters or {}, RECORD))
        write_pack(tmp_path / "pack", info, layers, rasters)
        return check_pack(tmp_path / "pack")

    return run


def texts(findings, level="error"):
    return [f"{finding.layer}: {finding.message}" for finding in findings if finding.level == level]


def test_a_sound_pack_has_only_things_worth_knowing(check):
    findings = check(sound_layers())
    assert texts(findings) == []
    assert texts(findings, "warning") == ["areas: 10 of the city's 160 inhabitants are in no area (not located)"]
    assert texts(findings, "info") == ["sectors: area_id of 1 rows is not in the pack: nergens"]


def test_gaps_and_overlaps_are_measured_and_placed(check):
    layers = sound_layers()
    layers["areas"].geometry = [box(X, Y, X + 90, Y + 100), box(X + 85, Y, X + 195, Y + 100)]
    layers.pop("subareas")
    layers.pop("homes")
    gaps, overlaps = sorted(texts(check(layers)), key=lambda text: "overlap" in text)
    assert "areas: the boundary has gaps between areas, near West 500 m2: 500 m2 in all" in gaps
    assert "areas: areas overlap Oost and West 500 m2: 500 m2 in all" in overlaps
    assert "an error above 20 m2, 0.1% of it" in gaps


def test_areas_beyond_the_boundary_and_slivers(check):
    layers = {name: sound_layers()[name] for name in ("boundary", "areas")}
    layers["areas"].geometry = [box(X, Y, X + 100, Y + 100.001), box(X + 100, Y, X + 201, Y + 100)]
    assert texts(check(layers)) == [
        (
            "areas: areas lie outside the boundary, near West 100 m2: 100 m2 in all"
            " (patches over 1 m2; an error above 20 m2, 0.1% of it)"
        )
    ]
    layers["areas"].geometry = [box(X, Y, X + 100, Y + 100.001), box(X + 100, Y, X + 200.1, Y + 100)]
    findings = check(layers)
    assert texts(findings) == []
    assert "near West 10 m2" in texts(findings, "warning")[0]


def test_sums_that_do_not_agree(check):
    layers = sound_layers()
    layers["boundary"]["population"] = [140.0]
    layers["subareas"]["population"] = [90.0, 50.0]
    layers["homes"]["residents"] = [60.0, 41.0, 50.0, 7.0]
    assert texts(check(layers)) == [
        "areas: population of the areas adds up to 150, more than the city's 140",
        "subareas: population does not add up to population of the areas: a 90 for 100",
        "homes: residents does not add up to population of the areas: a 101 for 100",
    ]


def test_an_unknown_part_is_nothing_to_compare_but_worth_a_warning(check):
    layers = sound_layers()
    layers["areas"]["population"] = [100.0, np.nan]
    layers["homes"]["residents"] = [60.0, np.nan, 50.0, np.nan]
    layers.pop("subareas")
    findings = check(layers)
    assert texts(findings) == []
    assert texts(findings, "warning") == [
        "areas: population is unknown in 1 areas: West",
        "homes: residents is unknown in part of areas a",
    ]


def test_an_area_with_people_and_no_homes(check):
    layers = sound_layers()
    layers["homes"] = layers["homes"].iloc[:2]
    assert texts(check(layers)) == ["homes: residents does not add up to population of the areas: b 0 for 50"]


def test_homes_in_the_wrong_area_in_none_and_in_one_that_is_not_there(check):
    layers = sound_layers()
    layers["homes"]["area_id"] = ["b", None, "c", None]
    layers["homes"]["residents"] = np.nan
    assert texts(check(layers)) == [
        "homes: area_id of 1 rows is not in the pack: c",
        "homes: 1 homes lie outside the area that area_id names: 1",
        "homes: 1 homes lie in an area but have no area_id: 2",
    ]


def test_references_between_layers(check):
    layers = sound_layers()
    layers["subareas"]["parent_id"] = ["a", "q"]
    layers["subareas"]["population"] = np.nan
    assert texts(check(layers)) == ["subareas: parent_id of 1 rows is not in the pack: q"]


def test_streets_that_end_before_the_buffer_does(check):
    layers = sound_layers()
    layers["streets"] = layers["streets"].iloc[:1]
    (found,) = (text for text in texts(check(layers), "warning") if text.startswith("streets"))
    assert "less than buffer_m = 100 m beyond the boundary in the south 0 m, north 0 m" in found
    assert any("no buffer" in text for text in texts(check(layers, buffer_m=0.0), "warning"))


def test_dates_licences_and_invented_data(check):
    records = {"areas": LayerRecord("us"), "homes": replace(RECORD, synthetic=True)}
    findings = check(sound_layers(), records=records)
    assert "areas: reference_date and licence not recorded; say so in the recipe" in texts(findings, "warning")
    assert "pack: holds invented data (synthetic); no ground for decisions" in texts(findings, "info")


def test_a_layer_that_was_changed_afterwards(check, tmp_path):
    check(sound_layers())
    path = tmp_path / "pack" / "city.gpkg"
    areas = pyogrio.read_dataframe(path, layer="areas")
    areas.loc[0, "population"] = 99.0
    pyogrio.write_dataframe(areas, path, layer="areas", driver="GPKG")
    found = texts(check_pack(tmp_path / "pack"))
    assert "areas: was changed after the pack was built: its hash is not that of pack.toml" in found
    pyogrio.write_dataframe(areas.iloc[:1], path, layer="areas", driver="GPKG")
    assert "areas: has 1 rows, pack.toml says 2" in texts(check_pack(tmp_path / "pack"))


def test_single_and_multipolygons_in_one_layer_keep_their_hash(check):
    layers = {name: sound_layers()[name] for name in ("boundary", "areas")}
    layers["areas"].geometry = [
        box(X, Y, X + 100, Y + 100),
        gpd.GeoSeries([box(X + 100, Y, X + 200, Y + 100)]).union_all(),
    ]
    two = box(X + 100, Y, X + 120, Y + 100).union(box(X + 130, Y, X + 200, Y + 100))
    layers["areas"].loc[1, "geometry"] = two
    assert not any("hash" in text for text in texts(check(layers)))


def test_a_layer_that_breaks_its_contract_does_not_hide_the_rest(check, tmp_path):
    check(sound_layers())
    path = tmp_path / "pack" / "city.gpkg"
    streets = pyogrio.read_dataframe(path, layer="streets")
    pyogrio.write_dataframe(pd.concat([streets, streets]), path, layer="streets", driver="GPKG")
    homes = pyogrio.read_dataframe(path, layer="homes").to_crs(3812)
    pyogrio.write_dataframe(homes, path, layer="homes", driver="GPKG")
    found = texts(check_pack(tmp_path / "pack"))
    assert any(text.startswith("streets:") and "each value once" in text for text in found)
    assert any(text.startswith("homes:") and "the pack is in EPSG:31370" in text for text in found)


def test_no_pack_and_a_newer_pack(check, tmp_path):
    with pytest.raises(MissingFileError, match="no city pack"):
        check_pack(tmp_path)
    check(sound_layers())
    path = tmp_path / "pack" / "pack.toml"
    path.write_text(path.read_text().replace("format_version = 1", "format_version = 99"))
    with pytest.raises(DataError, match="pack format 99"):
        check_pack(tmp_path / "pack")


def raster(folder, values, *, crs=CRS, res=(10.0, 10.0), west=X, north=Y + 100):
    path = folder / "cover.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0], count=1, dtype="uint8", crs=crs,
        transform=from_origin(west, north, *res),
    ) as out:  # fmt: skip
        out.write(values, 1)
    return {"land_cover": path}


@pytest.mark.parametrize(
    "case",
    [
        (np.full((10, 20), 1), {}, "error", None),
        (np.full((10, 20), 77), {}, "error", "has codes that are not in its legend: 77"),
        (np.full((10, 20), 1), {"crs": "EPSG:3812"}, "error", "is in EPSG:3812, the pack in EPSG:31370"),
        (np.full((10, 10), 1), {"res": (20.0, 10.0)}, "error", "not upright squares (20 by 10 m)"),
        (np.full((10, 10), 1), {}, "warning", "does not cover the whole boundary"),
    ],
)
def test_rasters(check, tmp_path, case):
    values, options, level, message = case
    findings = check(sound_layers(), rasters=raster(tmp_path, values.astype("uint8"), **options))
    found = [text for text in texts(findings, level) if text.startswith("land_cover")]
    assert found == [] if message is None else message in found[0]


def test_a_raster_that_was_changed_or_is_gone(check, tmp_path):
    check(sound_layers(), rasters=raster(tmp_path, np.ones((10, 20), dtype="uint8")))
    path = tmp_path / "pack" / "land_cover.tif"
    with path.open("ab") as stream:
        stream.write(b"x")
    assert any("land_cover: was changed" in text for text in texts(check_pack(tmp_path / "pack")))
    path.write_bytes(b"not a raster")
    assert any("land_cover.tif cannot be read" in text for text in texts(check_pack(tmp_path / "pack")))
    path.unlink()
    assert any("land_cover.tif is missing" in text for text in texts(check_pack(tmp_path / "pack")))


def test_a_pack_describes_itself(check, tmp_path):
    check(sound_layers())
    said = describe_pack(tmp_path / "pack")
    assert (said["name"], said["crs"], said["buffer_m"]) == ("Dorp", CRS, 100.0)
    assert [(layer["name"], layer["rows"]) for layer in said["layers"]][:2] == [("boundary", 1), ("areas", 2)]
    assert said["layers"][0]["licence"] == "CC0"
    assert json.loads(json.dumps(said)) == said


def test_tags_that_no_theme_can_read(check):
    tags = ["{}", '"amenity"=>"school"', '["a"]', '{"amenity": "school"}']
    layers = sound_layers() | {
        "amenities": frame(
            [Point(X + 10, Y + 10)] * 4, amenity_id=list("abcd"), category=["amenity=school"] * 4, tags=tags
        )
    }
    assert texts(check(layers)) == ["amenities: tags of 2 rows are not a JSON object: b, c"]


def test_what_the_build_left_out_is_told_again(check):
    note = "x.osm: 44 ways have fewer than two nodes left: left out"
    findings = check(sound_layers(), records={"streets": replace(RECORD, notes=(note,))})
    assert f"streets: {note}" in texts(findings, "warning")


def test_a_pack_without_streets_says_so(check):
    layers = sound_layers()
    layers.pop("streets")
    assert any(text.startswith("streets: the pack has no streets") for text in texts(check(layers), "info"))
