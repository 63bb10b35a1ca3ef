"""Land cover on rasters small enough to read: legends translated, maps composed, vectors burnt, all of it told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raster_yard import COMPOSE, X, Y, codes_of, make_yard, metres, one_raster, said
from shapely.geometry import LineString, Point

from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.landcover_rules import FEATURES, SEALED, load_rules
from kortrijk_geo.ingest.osm_rules import load_rules as load_osm_rules
from kortrijk_geo.pack.layers import BBK_CODES

BUILDINGS = """
[layers.buildings]
reader = "vector"
file = "buildings.gpkg"
source = "us"
reference_date = "2025-06-01"
"""


@pytest.fixture
def yard(tmp_path):
    return make_yard(tmp_path)


@pytest.mark.parametrize(
    ("legend", "given", "expected"),
    [
        ("bbk", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
        ("jaarbak", [0, 1, 255], [6, 3, 0]),
        ("worldcover", [0, 10, 20, 30, 40, 50, 60, 80, 90], [0, 9, 8, 8, 7, 3, 6, 5, 8]),
    ],
)
def test_each_legend_is_translated_to_the_codes_of_the_pack(yard, legend, given, expected):
    yard.raster("map.tif", np.resize(np.array(given, dtype="uint8"), (10, 20)))
    _, city = yard.build(one_raster(legend))
    np.testing.assert_array_equal(codes_of(city), np.resize(np.array(expected), (10, 20)))
    assert [finding for finding in check_pack(city.folder) if finding.level == "error"] == []


def test_the_green_map_alone_is_kept_as_green_cover_and_refused_as_land_cover(yard):
    yard.raster("map.tif", np.resize(np.array([1, 2, 3, 4, 255], dtype="uint8"), (10, 20)), nodata=255)
    _, city = yard.build(one_raster("groenkaart", name="green_cover"))
    np.testing.assert_array_equal(codes_of(city, "green_cover"), np.resize([1, 2, 3, 4, 0], (10, 20)))
    with pytest.raises(ValueError, match=r"codes without a meaning in land_cover: 4 \(niet groen\)"):
        yard.build(one_raster("groenkaart"))


def test_a_map_of_sealing_and_a_map_of_green_are_composed_with_the_vectors(yard):
    sealed, green = np.zeros((10, 20), dtype="uint8"), np.full((10, 20), 4, dtype="uint8")
    sealed[:5] = 1  # the north is sealed
    sealed[:, 19] = 255
    green[0] = green[5] = 1
    green[6], green[7], green[8] = 2, 3, 255
    yard.raster("sealed.tif", sealed, nodata=255)
    yard.raster("green.tif", green, nodata=255)
    yard.vector("buildings.gpkg", [metres(0, 0, 4, 6)], building_id=["b"])
    line = LineString([(X + 6.5, Y), (X + 6.5, Y - 10)])
    yard.vector(
        "streets.gpkg", [line], street_id=["s"], kind=["residential"], walk=[True], cycle_forward=[True],
        cycle_backward=[True], width_m=[3.0],
    )  # fmt: skip
    yard.vector("rail.gpkg", [LineString([(X + 12, Y), (X + 12, Y - 10)])], kind=["rail"])
    yard.vector("water.gpkg", [metres(16, 0, 18, 10)], kind=["pond"])
    layers = "".join(
        f'[layers.{layer}]\nreader = "vector"\nfile = "{file}.gpkg"\nsource = "us"\n'
        for layer, file in (("streets", "streets"), ("constraints", "rail"), ("water", "water"))
    )
    report, city = yard.build(BUILDINGS + layers + COMPOSE)
    codes = codes_of(city)
    north = [1] * 4 + [3] + [2] * 3 + [3] * 2 + [4] * 4 + [3] * 5 + [0]
    assert codes[0].tolist() == codes[4].tolist() == north, "sealed wins over high green, and over water"
    for row, code in ((5, 9), (6, 8), (7, 7), (8, 6), (9, 6)):
        assert codes[row].tolist() == [code] * 16 + [5] * 2 + [code, 0], f"row {row}"
    assert "info: 17 m2 of unsealed ground without a known green code is 'other unsealed' (6)" in said(report)
    assert "warning: 16.7% of the footprints of buildings is not sealed in it (4 m2): newer buildings, or a shift" in (
        said(report)
    )
    assert any("is of 2024-01-01, older than the buildings (2025-06-01)" in text for text in said(report))
    assert city.info.rasters["land_cover"].source.startswith("sealing (2024-01-01); green (2021-01-01); us")
    assert not any("niet onderscheiden" in text for text in said(report))


def test_without_vectors_all_sealed_ground_is_other_sealed_and_the_pack_says_so(yard):
    yard.raster("sealed.tif", np.eye(10, 20, dtype="uint8"))
    yard.raster("green.tif", np.full((10, 20), 1, dtype="uint8"))
    report, city = yard.build(COMPOSE)
    np.testing.assert_array_equal(codes_of(city), np.where(np.eye(10, 20), 3, 9))
    assert said(report)[0].startswith("warning: gebouwen en wegen niet onderscheiden")
    assert any("niet onderscheiden" in note for note in city.info.rasters["land_cover"].notes)


def test_grids_that_lie_apart_are_matched_by_nearest_and_the_shift_is_told(yard):
    green = np.full((12, 22), 2, dtype="uint8")
    green[:, 10:] = 1
    yard.raster("sealed.tif", np.eye(10, 20, dtype="uint8"))
    yard.raster("green.tif", green, left=X - 0.7, top=Y + 0.4)
    report, city = yard.build(COMPOSE)
    texts = said(report)
    assert any("green.tif: its pixels lie 0.30 m east and 0.40 m north of the grid" in text for text in texts), texts
    # High green begins 9.3 m from the corner, so the first pixel whose centre is in it is the tenth (centre at 9.5 m).
    assert codes_of(city)[-1, 8:11].tolist() == [8, 3, 9]
    assert codes_of(city)[0, 8:11].tolist() == [8, 9, 9]


def test_whole_pixels_of_shift_are_no_resampling(yard):
    green = np.full((16, 26), 1, dtype="uint8")
    green[:3] = 2
    yard.raster("sealed.tif", np.eye(10, 20, dtype="uint8"))
    yard.raster("green.tif", green, left=X - 3, top=Y + 2)
    report, city = yard.build(COMPOSE)
    assert not any("resampled" in text for text in said(report))
    assert codes_of(city)[:2, 10].tolist() == [8, 9]


def test_vectors_alone_give_a_coarse_cover_that_says_so(yard):
    yard.vector("buildings.gpkg", [metres(0, 0, 4, 4)], building_id=["b"])
    yard.vector(
        "green.gpkg", [metres(2, 0, 20, 4), metres(12, 0, 16, 4), metres(0, 8, 20, 10)], green_id=["p", "f", "n"],
        kind=["park", "forest", "nature_reserve"], public=[True, True, True],
    )  # fmt: skip
    crown = np.pi * 4
    trees = [Point(X + 10, Y - 7), Point(X + 2, Y - 6)]
    yard.vector("trees.gpkg", trees, tree_id=["t", "u"], crown_m2=[crown, np.nan])
    layers = "".join(
        f'[layers.{layer}]\nreader = "vector"\nfile = "{layer}.gpkg"\nsource = "us"\n' for layer in ("green", "trees")
    )
    report, city = yard.build(BUILDINGS + layers + '[rasters.land_cover]\nreader = "burn"\n')
    codes = codes_of(city)
    assert codes[0].tolist() == [1, 1, 8, 8, 8, 8, 9, 9, 8, 8], "2 m; the building over the park, the forest in it"
    assert codes[3].tolist() == [0, 0, 0, 0, 9, 9, 0, 0, 0, 0], "a crown that is known; nothing where it is not"
    assert codes[4].tolist() == [0] * 10, "a nature reserve does not say what covers it: unknown, not grass"
    texts = said(report)
    assert any(text.startswith("warning: grof: gebrand uit vectoren (OSM)") for text in texts)
    assert "info: 1 of 2 trees have no known crown and cover nothing here" in texts
    assert "info: green that does not say what covers it is left unknown: nature_reserve 1" in texts
    assert any("has no data in it" in text for text in texts)


def test_a_pack_without_vectors_has_nothing_to_burn(yard):
    with pytest.raises(ValueError, match="has anything to burn; add them to the recipe"):
        yard.build('[rasters.land_cover]\nreader = "burn"\n')


def test_every_kind_of_street_and_green_of_openstreetmap_is_known_here():
    rules, osm = load_rules(), load_osm_rules()
    assert set(rules.widths.streets) == set(osm.streets.highway)
    kinds = {kind for rule in osm.green.rule for kind in rule.values.values()}
    assert set(rules.burn.green) == kinds - {"nature_reserve", "cemetery"}


@given(st.integers(0, 255))
def test_the_composition_keeps_what_the_sealing_map_says(state):
    code = int(load_rules().composition.table()[state])
    assert code in BBK_CODES
    assert (code in SEALED) == (state >= 128)


def test_the_first_feature_that_fits_decides_on_sealed_ground():
    table = load_rules().composition.table()
    everything = sum(1 << (3 + bit) for bit in range(len(FEATURES)))
    assert table[128 + everything] == 1
    assert table[128 + everything - 8] == 2
    assert table[everything + 1] == 5, "unsealed under a building is not a building: water, before high green"
