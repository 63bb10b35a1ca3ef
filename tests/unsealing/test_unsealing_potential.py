"""Removable ground on a city that can be counted by hand, and the invariants of the survey on random ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from kortrijk_geo.engine.rasters import Grid, geotiff_profile
from kortrijk_geo.unsealing import analyse, spec
from kortrijk_geo.unsealing.potential import widths_m
from kortrijk_geo.unsealing.reserve import Reserved
from kortrijk_geo.unsealing.rules import HERE, load_rules
from kortrijk_geo.unsealing.survey import survey
from kortrijk_geo.unsealing.water import avoided_mm, runoff_mm

NOTHING = np.array([], dtype=object)
FREE = Reserved(NOTHING, NOTHING, NOTHING, NOTHING)


@pytest.fixture
def result(small):
    return analyse(small.build())


def test_what_goes_and_what_stays_is_as_counted(result):
    west, east = result.areas.loc["W1"], result.areas.loc["W2"]
    assert west["sealed_other_m2"] == 400 + 40 + 20
    assert west["sealed_m2"] == 460 + 240 + 64 + 80
    assert west["sealed_share"] == pytest.approx(844 / 1600)
    # Half of the school's yard without two rows along the road; the terrace without 20 + 12.5 m2 of one dwelling.
    assert west["removable_m2"] == pytest.approx(180 + 7.5)
    assert (west["stays_footway_m2"], west["stays_narrow_m2"]) == (40, 20)
    assert west["stays_kept_m2"] == pytest.approx(180 + 32.5)
    # Two dwellings keep 65 m2 of 100.
    assert east["removable_m2"] == pytest.approx(35)
    assert result.city["removable_m2"] == pytest.approx(222.5)
    owners = {name: result.city[f"removable_{name}_m2"] for name in ("public", "private", "company", "unknown")}
    assert owners == pytest.approx({"public": 180, "private": 7.5, "company": 35, "unknown": 0})
    assert result.city["sealed_share_after"] == pytest.approx((result.city["sealed_m2"] - 222.5) / 2400)


def test_patches_have_size_width_and_owner(result):
    patches = result.layers["patches"].set_index("parcel_id")
    assert patches["m2"].to_dict() == pytest.approx({"P1": 180, "P2": 7.5, "P3": 35})
    assert patches["outline_m2"].to_dict() == {"P1": 360, "P2": 40, "P3": 100}
    assert patches["width_m"].to_dict() == {"P1": 18, "P2": 5, "P3": 10}
    assert patches["owner"].to_dict() == {"P1": "public", "P2": "private", "P3": "company"}
    assert patches.geometry.area.tolist() == patches["outline_m2"].tolist()
    assert patches.loc["P1", "opportunity"] == pytest.approx((4 * 5 + 2 * 5 + 3 * 3) / 9)
    assert patches["residents_near"].tolist() == [7, 7, 7]
    assert patches["avoided_runoff_60mm_mm"].isna().all()


def test_every_parcel_has_its_sealed_ground(result):
    parcels = result.layers["parcels"].set_index("parcel_id")
    assert parcels["sealed_m2"].to_dict() == {"P1": 420, "P2": 104, "P3": 164}
    assert parcels["removable_m2"].to_dict() == pytest.approx({"P1": 180, "P2": 7.5, "P3": 35})
    assert parcels.loc["P2", "sealed_building_m2"] == 64


def test_runoff_is_summed_per_surface(result):
    # Soil unknown: group D in the value, A in the high one; rail is sealed, water is left out.
    west = result.areas.loc["W1"]
    grass = 1600 - 844 - 80
    before = 844 * runoff_mm(20, 98) + grass * runoff_mm(20, 80)
    assert west["runoff_20mm_m3"] == pytest.approx(before / 1000)
    assert west["avoided_runoff_20mm_m3"] == pytest.approx(187.5 * avoided_mm(20, 98, 80) / 1000)
    assert west["avoided_runoff_20mm_high_m3"] == pytest.approx(187.5 * avoided_mm(20, 98, 39) / 1000)
    assert west["runoff_after_20mm_m3"] == pytest.approx((before - 187.5 * avoided_mm(20, 98, 80)) / 1000)
    assert result.city["infiltration_2023_m3"] == pytest.approx(222.5 * 0.033)
    assert any("bodemgroep is overal onbekend" in note for note in result.notes)


def test_known_soil_gives_one_figure(small):
    soil = np.full((4, 6), 3, dtype="uint8")
    soil[:, 4:] = 1  # the eastern area
    result = analyse(small.build(soil=soil))
    for area, after in (("W1", 74), ("W2", 39)):
        row = result.areas.loc[area]
        expected = row["removable_m2"] * avoided_mm(60, 98, after) / 1000
        assert row["avoided_runoff_60mm_m3"] == pytest.approx(expected)
        assert row["avoided_runoff_60mm_high_m3"] == pytest.approx(expected)
    assert set(result.layers["patches"]["soil_group"]) == {"A", "C"}


def test_the_access_strip_stays(small):
    codes = small.ground()
    codes[6:12, 20:40] = 3  # the front garden of P2 paved
    with_strip = analyse(small.build(codes)).areas.loc["W1"]
    assert with_strip["stays_access_m2"] == pytest.approx(3 * 6, abs=6)
    without = analyse(small.build(codes, buildings=None)).areas.loc["W1"]
    assert without["stays_access_m2"] == 0
    assert without["removable_m2"] > with_strip["removable_m2"]


def test_a_car_park_keeps_its_spaces_with_their_aisles_until_some_are_given_up(small, tmp_path):
    """25 m2 per space is all of it; a city that keeps 8 spaces of 10 frees a fifth."""
    city = small.build(parcels=small.layers()["parcels"].assign(use=["parking", "residential", "residential"]))
    assert analyse(city).city["removable_public_m2"] == 0
    text = (HERE / "rules.toml").read_text(encoding="utf-8")
    own = tmp_path / "regels.toml"
    own.write_text(text.replace("kept_share = 1\n", 'kept_share = "0.8"\n', 1), encoding="utf-8")
    assert analyse(city, rules=own).city["removable_public_m2"] == pytest.approx(0.2 * 360)


def test_an_industrial_yard_keeps_a_share_beside_what_its_dwellings_keep(small):
    parcels = small.layers()["parcels"].assign(use=["industrial", "residential", "commercial"])
    areas = analyse(small.build(parcels=parcels)).areas
    assert areas.loc["W1", "removable_public_m2"] == pytest.approx(0.2 * 360)
    assert areas.loc["W2", "removable_company_m2"] == 0, "100 m2: 70 for the shop and 65 for two dwellings"


@pytest.mark.parametrize("use", [None, "zeppelin"])
def test_ground_of_unknown_use_is_in_no_headline_and_no_plan(small, use):
    parcels = small.layers()["parcels"].assign(use=[use, "residential", "residential"])
    result = analyse(small.build(parcels=parcels), target_m2=20)
    assert result.city["removable_m2"] == pytest.approx(7.5 + 35)
    assert result.city["unknown_use_m2"] == pytest.approx(360)
    patches = result.layers["patches"].set_index("parcel_id")
    assert patches["counted"].to_dict() == {"P1": False, "P2": True, "P3": True}
    assert patches.loc["P1", "patch_id"] not in result.layers["plan"]["patch_id"].to_list()
    parts = result.areas.filter(like="stays_").sum(axis=1)
    parts += result.areas["removable_other_sealed_m2"] + result.areas["unknown_use_m2"]
    assert parts.tolist() == pytest.approx(result.areas["sealed_other_m2"].tolist())
    assert any("360 m² afgedekte grond in 1 vlakken" in note for note in result.notes)


def test_where_no_use_is_known_the_potential_is_unknown_not_zero(small):
    result = analyse(small.build(parcels=None), target_m2=20)
    headlines = {figure.key: figure for figure in result.headlines}
    assert headlines["removable_m2"].value is headlines["avoided_runoff_60mm_m3"].value is None
    assert "gebruik onbekend" in headlines["removable_m2"].reason
    assert headlines["sealed_share"].value is not None
    assert "plan" not in result.layers
    assert any("Geen plan: van geen enkel vlak is het gebruik gekend" in note for note in result.notes)


@pytest.mark.parametrize(("pixel_m", "width"), [(1.0, "2,0 m"), (2.0, "4,0 m")])
def test_the_page_says_the_width_that_the_pixels_make_of_the_least_one(small, pixel_m, width):
    """A least width of 1.5 m is two whole pixels."""
    codes = small.ground()[:: int(pixel_m), :: int(pixel_m)]
    result = analyse(small.build(codes, pixel_m=pixel_m))
    assert result.options["narrowest_m"] == 2 * pixel_m
    assert f"Stroken smaller dan {width} (hele pixels van deze kaart)" in spec(result).method


def test_the_sealed_share_names_the_map_that_it_was_measured_on(small):
    result = analyse(small.build())
    (share,) = [figure for figure in result.headlines if figure.key == "sealed_share"]
    assert (share.label, share.source) == ("Verhardingsgraad volgens de bodembedekkingskaart", "test")
    assert any(note.startswith("Verharding is gemeten op: test.") for note in result.notes)


def test_a_road_is_narrowed_only_beyond_what_its_class_needs(small):
    codes = np.full((40, 60), 8, dtype="uint8")
    codes[0:14] = 2
    streets = small.layers()["streets"]
    middle = [shapely.LineString([(70_000, 169_993), (70_060, 169_993)])]
    result = analyse(small.build(codes, buildings=None, streets=streets.set_geometry(middle, crs=streets.crs)))
    # 14 m wide; 5.5 m needed and half a pixel on each side for what the raster hides: four rows on each side go.
    assert result.city["removable_road_sealed_m2"] == 8 * 60
    assert result.city["removable_other_sealed_m2"] == 0
    assert set(result.layers["patches"]["surface"]) == {"road"}
    motorway = streets.set_geometry(middle, crs=streets.crs).assign(kind="motorway")
    assert analyse(small.build(codes, streets=motorway)).city["removable_m2"] == 0
    assert analyse(small.build(codes, streets=None)).city["removable_m2"] == 0


def test_dwellings_keep_ground_of_their_area_where_there_are_no_parcels(small):
    result = analyse(small.build(parcels=None, buildings=None))
    assert result.areas.loc["W1", "unknown_use_m2"] == pytest.approx(400 - 32.5)
    assert np.isnan(result.areas.loc["W1", "removable_m2"])
    assert (result.layers["patches"]["owner"] == "unknown").all()
    assert "parcels" not in result.layers
    assert any("geen percelen" in note for note in result.notes)


def test_ground_without_parcel_is_cut_so_that_no_patch_spans_the_city(small):
    codes = np.full((40, 260), 3, dtype="uint8")
    areas = small.frame(area_id=["W1"], name=["West"], geometry=[small.box(0, 0, 260, 40)])
    bare = small.build(codes, areas=areas, parcels=None, buildings=None, streets=None, homes=None)
    patches = analyse(bare).layers["patches"]
    assert sorted(patches["m2"]) == [60 * 40, 100 * 40, 100 * 40]


def test_more_kept_than_there_is_leaves_nothing_and_never_less(small):
    homes = small.layers()["homes"].assign(dwellings=[500.0, np.nan])
    result = analyse(small.build(homes=homes))
    assert (result.areas["removable_private_m2"] >= 0).all()
    assert result.city["removable_private_m2"] == 0
    assert result.city["removable_company_m2"] == pytest.approx(100 - 32.5)
    assert any("woonpunten is het aantal woningen onbekend" in note for note in result.notes)


def test_width_is_the_circle_that_fits():
    cross = shapely.union(shapely.box(0, 8, 20, 12), shapely.box(8, 0, 12, 20))
    disc = shapely.Point(0, 0).buffer(5, quad_segs=64)
    found = widths_m(np.array([shapely.box(0, 0, 30, 2), cross, disc], dtype=object))
    # In the cross the circle fits between its four inner corners.
    np.testing.assert_allclose(found, [2, 4 * np.sqrt(2), 10], rtol=0.03)


WEST, NORTH = 70_000.0, 170_000.0


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Blotches of other sealed ground, roads, buildings and grass, with areas and parcels that do not follow pixels."""
    rng = np.random.default_rng(11)
    coarse = rng.choice([1, 2, 3, 3, 3, 8, 5], size=(24, 31))
    codes = np.kron(coarse, np.ones((4, 3), dtype=int)).astype("uint8")
    noise = rng.random(codes.shape) < 0.05
    codes[noise] = rng.choice([3, 8], size=int(noise.sum()))
    grid = Grid(Affine(1, 0, WEST, 0, -1, NORTH), codes.shape[1], codes.shape[0], CRS("EPSG:31370"))
    path = tmp_path_factory.mktemp("ground") / "cover.tif"
    with rasterio.open(path, "w", **geotiff_profile(grid, dtype="uint8", nodata=0)) as target:
        target.write(codes, 1)
    areas = shapely.box([WEST, WEST + 40.3], NORTH - 96, [WEST + 40.3, WEST + 93], NORTH)
    x, y = (side.ravel() for side in np.meshgrid(np.arange(0, 80, 20), np.arange(0, 70, 18)))
    parcels = shapely.box(WEST + x, NORTH - y - 17.4, WEST + x + 19.7, NORTH - y)
    return codes, path, areas, parcels


RULES = load_rules()
RULES = RULES.model_copy(update={"patch": RULES.patch.model_copy(update={"cell_m": 25.0})})


@pytest.mark.parametrize("rows", [1, 7, 32, 95])
def test_strip_by_strip_equals_the_whole_bit_for_bit(written, rows):
    _, path, areas, parcels = written
    # Everywhere within reach of a street, with two ways across.
    lines = [[[WEST, NORTH], [WEST + 93, NORTH - 96]], [[WEST, NORTH - 50], [WEST + 93, NORTH - 50]]]
    across = shapely.buffer(shapely.linestrings(lines), 2.2)
    kept = Reserved(across, NOTHING, NOTHING, areas)
    whole = survey(path, areas, parcels, kept, RULES, strip_rows=10_000)
    strips = survey(path, areas, parcels, kept, RULES, strip_rows=rows)
    assert len(whole.m2) > 50
    for name in ("cover_m2", "stays_m2", "parcel", "area", "road", "m2"):
        np.testing.assert_array_equal(getattr(strips, name), getattr(whole, name))
    assert shapely.equals_identical(strips.outline, whole.outline).all()


def test_parts_and_reasons_add_up_to_the_other_sealed_ground(written):
    codes, path, areas, parcels = written
    found = survey(path, areas, parcels, FREE, RULES)
    other = np.bincount(found.area, found.m2 * ~found.road, minlength=2) + found.stays_m2[:, 1:].sum(axis=1)
    np.testing.assert_allclose(other, found.cover_m2[:, :, 3].sum(axis=1))
    assert found.cover_m2.sum() == codes.size
    assert not found.road.any()  # without streets no road is narrowed


@given(x=st.floats(0, 90), y=st.floats(0, 90), size=st.floats(0, 30))
@settings(max_examples=25)
def test_another_obstacle_never_adds_removable_ground(written, x, y, size):
    _, path, areas, parcels = written
    free = survey(path, areas, parcels, FREE, RULES).m2.sum()
    obstacle = np.array([shapely.box(WEST + x, NORTH - y - size, WEST + x + size, NORTH - y)])
    assert survey(path, areas, parcels, replace(FREE, access=obstacle), RULES).m2.sum() <= free
