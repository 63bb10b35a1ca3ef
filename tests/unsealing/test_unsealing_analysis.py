"""The theme as a whole: sealed ground and its trend, what is told, and input that is at fault."""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import replace

import numpy as np
import pytest
import shapely

from kortrijk_geo.errors import CrsError, DataError, MissingLayerError
from kortrijk_geo.figure import wording
from kortrijk_geo.mapping import write_page
from kortrijk_geo.unsealing import analyse, spec
from kortrijk_geo.unsealing.priority import criterion_scores, score_patches
from kortrijk_geo.unsealing.rules import HERE, load_criteria
from kortrijk_geo.unsealing.sealed import sealed_areas

CONTRACT = ["sealed_m2", "sealed_share", "removable_m2", "avoided_runoff_20mm_m3", "avoided_runoff_60mm_m3"]


@pytest.fixture
def result(small):
    return analyse(small.build())


def test_the_contract_columns_are_there_and_in_the_city_too(result):
    assert set(CONTRACT) <= set(result.areas.columns)
    assert set(result.areas.columns) - {"name", "geometry"} == set(result.city)
    assert set(result.labels) == set(result.areas.columns) - {"geometry"}
    assert {"m2", "width_m", "owner", "priority", "opportunity"} <= set(result.layers["patches"].columns)
    document = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert (document["theme"], result.page) == ("unsealing", "ontharding")
    assert document["notes"][0].startswith("Indicatief")
    assert any("Kabels en leidingen niet gekend" in note for note in document["notes"])


def test_sealed_unsealed_water_and_unknown_are_the_whole_area(small):
    codes = small.ground()
    codes[30:34, 30:40] = 0
    areas = analyse(small.build(codes)).areas
    total = areas[["sealed_m2", "unsealed_m2", "water_m2", "unknown_m2"]].sum(axis=1)
    assert total.to_dict() == {"W1": 1600, "W2": 800}
    assert areas["unknown_m2"].to_dict() == {"W1": 40, "W2": 0}
    assert areas.loc["W1", "sealed_share"] == pytest.approx(844 / 1560)


def test_an_area_without_data_is_unknown_and_not_unsealed(small):
    codes = small.ground()
    codes[:, 40:] = 0
    result = analyse(small.build(codes))
    assert result.areas.loc["W2", ["sealed_m2", "removable_m2", "avoided_runoff_20mm_m3"]].isna().all()
    assert result.city["sealed_m2"] == 844
    assert any("Geen gegevens over 1 gebieden" in note and "Oost" in note for note in result.notes)


def test_square_metres_of_ground_that_is_half_known_are_the_least(small):
    def told(columns):
        codes = small.ground()
        codes[:, columns:] = 0
        result = analyse(small.build(codes))
        return result, {figure.key: str(wording(figure)) for figure in result.headlines}

    result, figures = told(40)  # of the 60 columns
    assert figures["sealed_m2"] == "minstens 844 m² (slechts 66 % van de grond is bekend)"
    assert figures["removable_m2"].startswith("minstens ")
    assert result.to_json()["headlines"][-1]["value"] is None
    result, figures = told(15)
    assert set(figures.values()) == {"onbekend (slechts 25 % van de grond is bekend)"}
    assert result.areas[CONTRACT].isna().all(axis=None)
    assert all(np.isnan(result.city[name]) for name in CONTRACT)
    assert result.city["unknown_m2"] == 45 * 40


def test_the_remarks_on_half_known_ground_are_those_of_the_table(small):
    codes = small.ground()
    codes[:, 15:] = 0
    notes = analyse(small.build(codes)).notes
    assert "Van 1 gebieden is minder dan 50 % van de grond gekend: al hun cijfers zijn onbekend." in notes
    assert not any("ondergrens" in note for note in notes), "there is no number that could be one"


def test_nothing_found_on_part_of_the_ground_is_not_nought(small):
    codes = small.ground()
    codes[:, :26], codes[:, 26:40] = 8, 0  # the west: grass, and no data
    areas = analyse(small.build(codes)).areas
    assert areas.loc["W1", "sealed_m2"] == 0
    assert np.isnan(areas.loc["W1", "removable_m2"]), "a third of the area is unknown, so 0 is not what can go"
    whole = small.ground()
    whole[:, :40] = 8
    assert analyse(small.build(whole)).areas.loc["W1", "removable_m2"] == 0


def test_the_error_of_the_sealing_map_is_told_of_that_map_alone(small):
    first, second = analyse(small.build()).notes[:2]
    assert first.startswith("Indicatief: hoe ver deze kaart van de verharding afwijkt, is niet bekend")
    assert "1,2" not in first
    assert "Een afwijking is alleen gepubliceerd voor: Jaarlijkse bodemafdekkingskaart" in second


def test_an_area_partly_outside_the_raster_says_so(small):
    areas = small.layers()["areas"]
    areas.loc[1, "geometry"] = small.box(40, 0, 80, 40)
    result = analyse(small.build(areas=areas))
    assert result.areas.loc["W2", "unknown_m2"] == pytest.approx(800)


def test_a_land_cover_that_tells_no_buildings_and_roads_leaves_uses_unknown(small):
    codes = small.ground()
    codes[np.isin(codes, (1, 2, 4))] = 3
    result = analyse(small.build(codes))
    assert result.areas[[f"sealed_{use}_m2" for use in ("building", "road", "other", "railway")]].isna().all(axis=None)
    assert result.city["sealed_m2"] == analyse(small.build()).city["sealed_m2"]
    figures = {figure.key: figure for figure in result.headlines}
    assert figures["removable_m2"].value is None
    assert figures["removable_m2"].high == result.city["removable_m2"]
    assert str(wording(figures["removable_m2"])).startswith("hoogstens ")
    assert figures["sealed_m2"].value == result.city["sealed_m2"]
    assert any("geen gebouwen en wegen" in note and "overschat" in note for note in result.notes)


def test_the_trend_against_an_earlier_map(small, tmp_path):
    before = small.ground()
    before[10:20, 0:20] = 8  # half of the yard came later
    earlier = small.write_codes(tmp_path / "earlier.tif", before)
    result = analyse(small.build(), earlier=earlier, earlier_date="2015-01-01")
    assert result.areas["sealed_change_m2"].to_dict() == {"W1": 200, "W2": 0}
    assert result.areas.loc["W1", "sealed_change_share"] == pytest.approx(200 / 1600)
    assert result.city["sealed_change_share"] == pytest.approx(200 / 2400)
    assert "1 januari 2015" in result.labels["sealed_earlier_m2"]


def test_the_trend_is_unknown_where_the_earlier_map_has_no_data(small, tmp_path):
    before = small.ground()
    before[:, 50:] = 0
    result = analyse(small.build(), earlier=small.write_codes(tmp_path / "earlier.tif", before))
    assert result.areas["sealed_change_m2"].isna().to_dict() == {"W1": False, "W2": True}
    assert any("trend is onbekend" in note for note in result.notes)


def test_the_target_of_kortrijk_goes_with_kortrijk_only(small):
    kortrijk = analyse(small.build(nis_code="34022"))
    assert {f.key: f.target for f in kortrijk.headlines}["plan_m2"] == 56_211
    (label,) = [f.label for f in kortrijk.headlines if f.key == "plan_m2"]
    assert label.startswith("Plan, nog niet uitgevoerd: ontharding van ")
    (plan,) = [f for f in kortrijk.headlines if f.key == "plan_m2"]
    assert "Inspiratienota" in plan.target_source, "the note says what is wanted"
    assert "Inspiratienota" not in plan.source, "and not what the map finds"
    assert {f.key for f in kortrijk.headlines if f.target is not None} == {"plan_m2"}
    assert any("niet haalbaar" in note and "223 m²" in note for note in kortrijk.notes)
    elsewhere = analyse(small.build(nis_code="23101"))
    assert "plan" not in elsewhere.layers
    assert {f.target for f in elsewhere.headlines} == {None}


def test_a_plan_puts_its_order_on_the_patches(small):
    result = analyse(small.build(), target_m2=150)
    assert result.options["plan"]["feasible"]
    assert result.layers["plan"]["rank"].tolist() == [1]
    assert result.layers["patches"].set_index("parcel_id")["plan_rank"].to_dict() == pytest.approx(
        {"P1": 1, "P2": np.nan, "P3": np.nan}, nan_ok=True
    )
    assert any("eenheidskosten zijn onbekend" in note for note in result.notes)


def test_the_sizes_of_infiltration_are_those_of_the_regulation_that_is_named(small, tmp_path):
    text = (HERE / "regulation.toml").read_text(encoding="utf-8")
    own = tmp_path / "eigen.toml"
    own.write_text(
        text.replace("volume_l_per_m2 = 33", "volume_l_per_m2 = 66").replace("Gewestelijke", "Gemeentelijke"),
        encoding="utf-8",
    )
    city = small.build()
    ours, theirs = analyse(city), analyse(city, regulation=own)
    assert ours.city["infiltration_2023_m3"] > 0
    assert theirs.city["infiltration_2023_m3"] == pytest.approx(2 * ours.city["infiltration_2023_m3"])
    assert (ours.options["regulation_file"], theirs.options["regulation_file"]) == ("standaard", "eigen.toml")
    assert any("Maten van infiltratie: Gemeentelijke hemelwaterverordening 2023" in note for note in theirs.notes)
    assert "Gemeentelijke hemelwaterverordening 2023" in {source.name for source in theirs.sources}


def test_scores_follow_the_table(small):
    chosen = small.build()
    patches = analyse(chosen).layers["patches"]
    criteria = load_criteria()
    people = next(one for one in criteria.criteria if one.id == "people")
    values = patches["m2"].iloc[:1].repeat(4).reset_index(drop=True)
    values[:] = [9.9, 10.0, 300.0, np.nan]
    np.testing.assert_array_equal(criterion_scores(values, people), [1, 2, 5, np.nan])
    unknown = score_patches(patches.assign(owner="unknown", use=None), criteria)
    # Owner and use are not known: only the size counts.
    np.testing.assert_allclose(unknown["opportunity"], unknown["score_size"])
    assert unknown["score"].between(1 / 25, 1).all()


def test_unknown_inhabitants_leave_a_criterion_out(small):
    homes = small.layers()["homes"].assign(residents=np.nan)
    result = analyse(small.build(homes=homes))
    assert result.layers["patches"]["score_people"].isna().all()
    assert result.layers["patches"]["priority"].notna().all()
    assert any("inwoners binnen 100 m" in note for note in result.notes)


def test_land_cover_older_than_the_buildings_is_reported(small):
    dates = {"land_cover": "2021-01-01", "buildings": "2024-06-30"}
    assert any("ouder dan de gebouwen" in note for note in analyse(small.build(dates=dates)).notes)
    assert not any("ouder" in note for note in analyse(small.build(dates=dates | {"land_cover": "2024-07-01"})).notes)


def test_codes_that_the_legend_lacks_are_listed(small):
    codes = small.ground()
    codes[10, 10], codes[11, 11] = 77, 15
    with pytest.raises(DataError, match="holds codes 15, 77"):
        analyse(small.build(codes))


def test_no_data_anywhere_is_refused(small):
    with pytest.raises(DataError, match="has no data in any"):
        analyse(small.build(np.zeros((40, 60), dtype="uint8")))


def test_areas_outside_the_raster_are_refused(small):
    areas = small.frame(area_id=["W1"], name=["Ver"], geometry=[small.box(500, 0, 600, 40)])
    with pytest.raises(DataError, match="has no data in any"):
        analyse(small.build(areas=areas))


def test_overlapping_areas_are_reported(small):
    areas = small.layers()["areas"]
    areas.loc[1, "geometry"] = small.box(30, 0, 60, 40)
    assert any("overlappen elkaar over 400 m²" in note for note in analyse(small.build(areas=areas)).notes)


def test_a_soil_raster_with_other_codes_is_refused(small):
    with pytest.raises(DataError, match="soil groups are 1-4"):
        analyse(small.build(soil=np.full((4, 6), 9, dtype="uint8")))


def test_an_earlier_map_in_another_crs_is_refused(small, tmp_path):
    from pyproj import CRS

    earlier = small.write_codes(tmp_path / "earlier.tif", small.ground(), crs=CRS("EPSG:3812"))
    with pytest.raises(CrsError, match="bring them to one CRS"):
        analyse(small.build(), earlier=earlier)


def test_a_pack_without_land_cover_names_what_is_missing(las_palmas_like):
    with pytest.raises(MissingLayerError, match=r"\[rasters.land_cover\]"):
        analyse(las_palmas_like)


@pytest.fixture
def las_palmas_like(small, tmp_path):
    from kortrijk_geo.pack.city import open_city
    from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack

    frames = small.layers()
    info = PackInfo("Zonder", "EPSG:31370", layers={name: LayerRecord("test") for name in frames})
    write_pack(tmp_path / "without", info, frames)
    return open_city(tmp_path / "without")


def test_a_sliver_smaller_than_a_pixel_has_its_sealed_share(small, tmp_path):
    path = small.write_codes(tmp_path / "a.tif", np.array([[3, 8]], dtype="uint8"), pixel_m=10)
    zones = small.frame(zone_id=["z"], geometry=[small.box(9, 1, 12, 2)])
    assert sealed_areas(path, zones, key="zone_id").loc["z", "sealed_share"] == pytest.approx(1 / 3)


def test_the_page_and_the_files_are_written(small, tmp_path):
    result = analyse(small.build(), target_m2=300)
    page = spec(result)
    assert set(page.table) <= set(result.areas.columns)
    assert sum(len(layer.frame) for layer in page.shape_layers) == 3
    (plan,) = page.plans
    rows = plan.frame
    assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
    assert rows["total_m2"].tolist() == rows["m2"].cumsum().tolist()
    assert {"eigenaar", "gebruik", "nu", "wijk"} <= set(plan.labels)
    write_page(page, tmp_path / "ontharding.html")
    html = (tmp_path / "ontharding.html").read_text(encoding="utf-8")
    assert "Onthardingspotentieel" in html
    assert "Indicatief" in html
    result.to_geopackage(tmp_path / "ontharding.gpkg")
    result.to_xlsx(tmp_path / "ontharding.xlsx")
    import pyogrio

    assert {name for name, _ in pyogrio.list_layers(tmp_path / "ontharding.gpkg")} == {
        "areas", "patches", "plan", "parcels",
    }  # fmt: skip


def test_the_page_reads_typed_options_also_of_a_pickled_result(small, tmp_path):
    own = tmp_path / "eigen.toml"
    rules = (HERE / "rules.toml").read_text(encoding="utf-8")
    own.write_text(re.sub(r"(?m)(?<=^\[access\]\n)width_m = .*", "width_m = 7", rules), encoding="utf-8")
    result = analyse(small.build(), rules=own)
    copy = pickle.loads(pickle.dumps(replace(result, options={})))
    page, same = spec(result), spec(copy)
    assert "een strook van 7,0 m naar elk gebouw" in page.method
    assert (page.method, page.area_layers, page.table) == (same.method, same.area_layers, same.table)
    assert page.shape_layers[0].colours == same.shape_layers[0].colours


def test_the_largest_patch_of_public_ground_is_told_with_its_area(small):
    result = analyse(small.build())
    patches = result.layers["patches"]
    public = patches[patches["owner"] == "public"]
    assert spec(result).facts == {"largest_public_patches": [{"m2": float(round(public["m2"].max())), "area": "West"}]}
    result.layers["patches"] = patches[patches["owner"] != "public"]
    assert spec(result).facts == {"largest_public_patches": []}


def test_a_page_shows_every_patch_by_its_gain(small):
    result = analyse(small.build())
    (layer,) = spec(result).shape_layers
    assert len(layer.frame) == len(result.layers["patches"]) == 3
    assert set(layer.frame["score_class"]) <= set(layer.colours)
    assert list(layer.colours) == list(reversed(result.options["score_classes"]))


def test_a_city_where_nothing_can_go_still_has_its_page(small, tmp_path):
    codes = np.full((40, 60), 8, dtype="uint8")
    result = analyse(small.build(codes), target_m2=10)
    assert result.city["removable_m2"] == 0
    assert not result.options["plan"]["feasible"]
    write_page(spec(result), tmp_path / "leeg.html")
    result.to_geopackage(tmp_path / "leeg.gpkg")


def test_the_same_city_gives_the_same_result(small):
    first, second = analyse(small.build()), analyse(small.build(), strip_rows=3)
    assert first.to_json()["areas"] == second.to_json()["areas"]
    assert shapely.equals_identical(
        first.layers["patches"].geometry.to_numpy(), second.layers["patches"].geometry.to_numpy()
    ).all()
