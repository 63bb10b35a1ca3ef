"""Packs built from small raw files: what a recipe can say, what is counted, what is refused."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pytest
from recipe_village import AREAS, X, Y, areas, village_of
from shapely.geometry import LineString, Point, box

from kortrijk_geo.errors import DataError, MissingFileError, OutputError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.pack.city import open_city

JOIN = """
[[layers.areas.tables]]
file = "people.csv"
key = "wijk"
columns = { population = "inwoners", children_0_2 = "kinderen" }
"""


@pytest.fixture
def village(tmp_path):
    return village_of(tmp_path, "01", "02-")


def messages(report, layer):
    return [item.message for item in report.findings if item.layer == layer]


def said(report, layer, text):
    return any(text in message for message in messages(report, layer))


def test_the_smallest_pack(village):
    told = []
    report, city = village.build(AREAS, told.append)
    assert city.areas["area_id"].tolist() == ["01", "02-"]
    assert city.boundary.area.iloc[0] == pytest.approx(2e6)
    assert report.info == city.info
    assert report.seconds > 0
    assert (told[0], told[-1]) == ("reading the study area", "writing the pack")
    assert [finding for finding in check_pack(village.pack) if finding.level == "error"] == []


def test_a_table_is_joined_and_what_does_not_fit_is_counted_and_named(village):
    village.raw("people.csv", "wijk;inwoners;kinderen\n01;1.200,5;-\n99;7;1\n")
    report, city = village.build(AREAS + JOIN + "estimate = true\n")
    assert city.areas["population"].iloc[0] == 1200.5
    assert np.isnan(city.areas["population"].iloc[1])
    assert city.areas["children_0_2"].isna().all()
    assert said(report, "areas", "1 rows have a code of no area, left out: 99")
    assert said(report, "areas", "1 areas have no row in it, so unknown: 02-")
    assert said(report, "areas", "column kinderen: 1 values are unknown")
    assert city.info.layers["areas"].notes == tuple(messages(report, "areas"))


@pytest.mark.parametrize("marker", ["-", "?", "x", ""])
def test_children_that_are_suppressed_are_unknown_never_zero(village, marker):
    village.raw("people.csv", f"wijk;inwoners;kinderen\n01;100;{marker}\n02-;200;0\n")
    _, city = village.build(AREAS + JOIN)
    assert np.isnan(city.areas["children_0_2"].iloc[0])
    assert city.areas["children_0_2"].iloc[1] == 0.0


def test_negative_children_name_file_column_and_row(village):
    village.raw("people.csv", "wijk;inwoners;kinderen\n01;100;3\n02-;200;-4\n")
    with pytest.raises(DataError, match=r"people\.csv, column kinderen: row 3 has -4, which is negative"):
        village.build(AREAS + JOIN)
    assert not village.pack.exists()


def test_a_code_that_stands_twice_is_an_error_unless_it_is_to_be_summed(village):
    village.raw("people.csv", "wijk;inwoners;kinderen\n01;100;3\n01;50;2\n02-;200;?\n02-;10;1\n")
    with pytest.raises(DataError, match=r"1 codes in wijk|2 codes in wijk .*01, 02-.*sum = true"):
        village.build(AREAS + JOIN)
    _, city = village.build(AREAS + JOIN + "sum = true\n")
    assert city.areas["population"].tolist() == [150.0, 210.0]
    assert city.areas["children_0_2"].tolist()[0] == 5.0
    assert np.isnan(city.areas["children_0_2"].iloc[1])


def test_no_code_that_fits_is_an_error(village):
    village.raw("people.csv", "wijk;inwoners;kinderen\n1;100;3\n2;50;2\n")
    with pytest.raises(DataError, match=r"people\.csv: none of its codes \(1, 2\) is an area_id .*\(01, 02-\)"):
        village.build(AREAS + JOIN)


SECTORS = """
[layers.sectors]
reader = "table"
file = "sectors.csv"
columns = { sector_id = "sector", name = "naam", area_id = "wijk" }
[[layers.areas.tables]]
file = "people.csv"
key = "CD_SECTOR"
through = { layer = "sectors", key = "sector_id", to = "area_id" }
sum = true
not_located = ["ZZZZ"]
columns = { population = ["POPULATION", "TOTAL"] }
"""


def test_sectors_are_summed_to_areas_and_people_without_a_place_count_in_the_city(village):
    village.raw("sectors.csv", "sector|naam|wijk\nA00-|Markt|01\nA01-|Buda|01\nB00-|Veld|02-\nZZZZ|nergens|\n")
    village.raw("people.csv", "\ufeffCD_SECTOR|TOTAL\nA00-|100\nA01-|20\nB00-|30\nZZZZ|7\n")
    report, city = village.build(AREAS + SECTORS)
    assert city.areas["population"].tolist() == [120.0, 30.0]
    assert city.boundary["population"].tolist() == [157.0]
    assert city.sectors["area_id"].isna().tolist() == [False, False, False, True]
    assert said(report, "areas", "1 rows that cannot be located count in the city, in no area")
    assert [finding.message for finding in check_pack(village.pack) if finding.layer == "areas"] == [
        "7 of the city's 157 inhabitants are in no area (not located)"
    ]


def test_an_area_of_which_a_sector_is_missing_is_unknown_unless_absent_means_zero(village):
    village.raw("sectors.csv", "sector|naam|wijk\nA00-|Markt|01\nA01-|Buda|01\nB00-|Veld|02-\n")
    village.raw("people.csv", "CD_SECTOR|TOTAL\nA00-|100\nB00-|30\nC00-|5\n")
    report, city = village.build(AREAS + SECTORS.replace('not_located = ["ZZZZ"]\n', ""))
    assert np.isnan(city.areas["population"].iloc[0])
    assert city.areas["population"].iloc[1] == 30.0
    assert said(report, "areas", "1 codes are not in layer sectors: C00-")
    assert said(report, "areas", "1 rows of layer sectors are not in the table (A01-), so area_id 01 are unknown")
    _, city = village.build(AREAS + SECTORS.replace('not_located = ["ZZZZ"]\n', 'absent = "zero"\n'))
    assert city.areas["population"].tolist() == [100.0, 30.0]


def test_totals_of_the_city_from_a_table_by_age(village):
    village.raw("ages.csv", "age,population\n0,10\n1,11\n2,12\n3,13\n")
    tables = """
[[study_area.tables]]
file = "ages.csv"
columns = { population = "population" }
source = "Statbel"
reference_date = "2015-01-01"
[[study_area.tables]]
file = "ages.csv"
where = { age = ["0", "1", "2"] }
columns = { children_0_2 = "population" }
source = "Statbel"
reference_date = "2015-01-01"
"""
    _, city = village.build(AREAS + tables)
    assert city.boundary["population"].tolist() == [46.0]
    assert city.boundary["children_0_2"].tolist() == [33.0]
    assert city.info.layers["boundary"].reference_date == "2015-01-01"
    with pytest.raises(DataError, match=r"population of the city is also given by .*number 1"):
        village.build(AREAS + tables.replace("children_0_2", "population"))
    with pytest.raises(DataError, match="has no row with age = 5"):
        village.build(AREAS + tables.replace('"2"]', '"5"]'))


POINTS = """
[layers.childcare]
reader = "table-points"
file = "opvang.csv"
x = "X"
y = "Y"
crs = "EPSG:31370"
columns = { location_id = "nr", name = "naam", kind = "vorm", places = "plaatsen" }
recode = { kind = { groepsopvang = "group", gezinsopvang = "family" } }
"""


def test_points_from_a_table(village):
    village.raw(
        "opvang.csv",
        f'nr;naam;vorm;plaatsen;X;Y\n1;"Zon; & <maan>";groepsopvang;18;{X + 10:.0f},5;{Y + 10}\n'
        f"2;Ster;gezinsopvang;?;{X + 20};{Y}\n3;Nergens;groepsopvang;9;;\n4;Ver;groepsopvang;9;150000;200000\n",
    )
    report, city = village.build(AREAS + POINTS)
    assert city.childcare["name"].tolist() == ["Zon; & <maan>", "Ster"]
    assert city.childcare["kind"].tolist() == ["group", "family"]
    assert city.childcare["places"].isna().tolist() == [False, True]
    assert city.childcare.geometry.iloc[0].x == X + 10.5
    assert said(report, "childcare", "1 rows without geometry dropped (row 4)")
    assert said(report, "childcare", "1 features outside the study area and its buffer left out")


def test_points_from_a_table_in_degrees_and_as_text(village):
    place = gpd.GeoSeries([Point(X + 5, Y + 5)], crs="EPSG:31370").to_crs(4326).iloc[0]
    row = f"1;Zon;groepsopvang;18;{place.x:.9f};{place.y:.9f};POINT({X + 5} {Y + 5})"
    village.raw("opvang.csv", f"nr;naam;vorm;plaatsen;lon;lat;wkt\n{row}\n")
    degrees = POINTS.replace('x = "X"\ny = "Y"\ncrs = "EPSG:31370"', 'lon = "lon"\nlat = "lat"')
    text = POINTS.replace('x = "X"\ny = "Y"', 'wkt = "wkt"')
    for recipe in (degrees, text):
        _, city = village.build(AREAS + recipe)
        assert city.childcare.geometry.iloc[0].distance(Point(X + 5, Y + 5)) < 0.01
    swapped = degrees.replace('lon = "lon"\nlat = "lat"', 'lon = "lat"\nlat = "lon"')
    with pytest.raises(DataError, match="x and y seem to be exchanged"):
        village.build(AREAS + swapped)


def test_a_value_that_is_not_recoded_is_named(village):
    village.raw("opvang.csv", f"nr;naam;vorm;plaatsen;X;Y\n1;Zon;BKO;18;{X};{Y}\n")
    with pytest.raises(DataError, match=r"column kind: 'BKO' in row 2 is not in recode\.kind"):
        village.build(AREAS + POINTS)


def test_the_latest_row_of_each_location_counts_and_then_the_choice(village):
    village.raw(
        "opvang.csv",
        "nr;naam;vorm;plaatsen;X;Y;datum;status\n"
        f"1;Zon;groepsopvang;18;{X};{Y};2-03-16;open\n1;Zon;groepsopvang;12;{X};{Y};14-01-15;open\n"
        f"2;Ster;groepsopvang;18;{X};{Y};2-03-15;open\n2;Ster;groepsopvang;12;{X};{Y};2-04-15;dicht\n",
    )
    spec = 'latest = { id = "nr", by = "datum", format = "%d-%m-%y" }\nwhere = { status = "open" }\n'
    report, city = village.build(AREAS + POINTS + spec)
    assert city.childcare[["location_id", "places"]].to_numpy().tolist() == [["1", 18.0]]
    assert said(report, "childcare", "2 older rows left out")
    with pytest.raises(DataError, match="row 2 has '2-03-16', which is not a date in the form %Y"):
        village.build(AREAS + POINTS + spec.replace("%d-%m-%y", "%Y-%m-%d"))


def test_ids_that_stand_twice_are_named(village):
    village.raw(
        "opvang.csv", f"nr;naam;vorm;plaatsen;X;Y\n7;Zon;groepsopvang;1;{X};{Y}\n7;Maan;groepsopvang;1;{X};{Y}\n"
    )
    with pytest.raises(DataError, match="1 values of location_id stand on more than one row: 7"):
        village.build(AREAS + POINTS)
    village.areas("01", "01")
    with pytest.raises(DataError, match="1 values of area_id stand on more than one row: 01"):
        village.build(AREAS)


THIESSEN = """
[study_area]
bbox = [72000, 168000, 74000, 169000]
[layers.areas]
reader = "thiessen"
dissolve = true
columns = { area_id = "post", name = "post" }
[layers.areas.points]
reader = "table-points"
file = "points.csv"
x = "x"
y = "y"
crs = "EPSG:31370"
first_characters = { area_id = 2, name = 2 }
"""


def test_thiessen_areas_tile_the_study_area_and_say_what_they_are(village):
    village.raw("points.csv", "post;x;y\n85AA;72500;168500\n85BB;72900;168500\n86AA;73500;168500\n99;60000;160000\n")
    report, city = village.build(THIESSEN)
    assert city.areas["area_id"].tolist() == ["85", "86"]
    assert city.areas.area.tolist() == pytest.approx([1.2e6, 0.8e6])
    assert said(report, "areas", "1 points outside the boundary make no area")
    assert said(report, "areas", "Thiessen polygons (nearest point), not official areas")
    assert [finding for finding in check_pack(village.pack) if finding.level == "error"] == []


def test_areas_cut_off_by_the_study_area_lose_their_counts(village):
    recipe = AREAS.replace('of = "areas"', "bbox = [72000, 168000, 73500, 169000]").replace(
        'name = "naam" }', 'name = "naam", population = "n" }\nclip = true'
    )
    village.areas("01", "02-", n=[100, 200])
    report, city = village.build(recipe)
    assert city.areas.area.tolist() == [1e6, 0.5e6]
    assert city.areas["population"].iloc[0] == 100
    assert np.isnan(city.areas["population"].iloc[1])
    assert said(report, "areas", "population of areas cut off at the boundary are unknown: 02-")


def test_a_layer_of_two_files_and_subareas_that_find_their_area(village):
    gpd.GeoDataFrame(
        {"code": ["s1", "s2"], "naam": ["een", "twee"]},
        geometry=[box(X, Y, X + 1000, Y + 500), box(X, Y + 500, X + 1000, Y + 1000)], crs="EPSG:31370",
    ).to_file(village.files / "one.gpkg")  # fmt: skip
    gpd.GeoDataFrame(
        {"id": ["s3"], "label": ["drie"]}, geometry=[box(X + 1000, Y, X + 2000, Y + 1000)], crs="EPSG:31370"
    ).to_file(village.files / "two.gpkg")
    report, city = village.build(
        AREAS
        + """
[[layers.subareas]]
reader = "vector"
file = "one.gpkg"
columns = { subarea_id = "code", name = "naam" }
source = "een"
[[layers.subareas]]
reader = "vector"
file = "two.gpkg"
columns = { subarea_id = "id", name = "label" }
source = "twee"
"""
    )
    assert city.subareas["parent_id"].tolist() == ["01", "01", "02-"]
    assert report.info.layers["subareas"].source == "een; twee"


HOMES = """
[layers.homes]
reader = "vector"
file = "homes.gpkg"
columns = { home_id = "id", dwellings = "n" }
"""


def test_homes_of_a_file_are_placed_in_their_area_and_what_is_not_given_is_unknown(village):
    places = [Point(X + 10, Y + 10), Point(X + 1000, Y + 10), Point(X - 50, Y + 10)]
    gpd.GeoDataFrame({"id": ["a", "b", "c"], "n": [1, 2, 3]}, geometry=places, crs="EPSG:31370").to_file(
        village.files / "homes.gpkg"
    )
    _, city = village.build(AREAS + HOMES)
    assert city.homes["area_id"].fillna("none").tolist() == ["01", "01", "none"]
    assert city.homes["residents"].isna().all()


def test_names_that_look_like_code_stay_names(village):
    evil = ['<script>alert("x")</script>', "O'Brien ${1+1}\n'; DROP TABLE areas;--"]
    frame = areas("01", "02-")
    frame["naam"] = evil
    frame.to_file(village.files / "areas.gpkg", layer="areas")
    _, city = village.build(AREAS.replace('source = "us"', 'source = "a \\"b\\" ${c} <i>"'))
    assert city.areas["name"].tolist() == evil
    assert city.info.layers["areas"].source == 'a "b" ${c} <i>'


def test_streets_of_a_vector_file(village):
    shapes = [LineString([(X, Y), (X + 10, Y)]), LineString([(X + 10, Y), (X + 20, Y)])]
    gpd.GeoDataFrame(
        {"id": [1, 2], "soort": ["residential", "footway"], "fiets": ["ja", "nee"]}, geometry=shapes, crs="EPSG:31370"
    ).to_file(village.files / "streets.gpkg")
    recipe = """
[layers.streets]
reader = "vector"
file = "streets.gpkg"
columns = { street_id = "id", kind = "soort", cycle_forward = "fiets", cycle_backward = "fiets" }
values = { walk = true }
"""
    _, city = village.build(AREAS + recipe)
    assert city.streets["cycle_forward"].tolist() == [True, False]
    assert city.streets["walk"].all()
    with pytest.raises(DataError, match="column walk: 'soms' in row 1 is not true or false"):
        village.build(AREAS + recipe.replace("walk = true", 'walk = "soms"'))
    with pytest.raises(DataError, match=r"\[layers\.streets\]: layer streets needs walk; name them in columns"):
        village.build(AREAS + recipe.replace("values = { walk = true }", ""))


def test_findings_can_be_printed_as_json(village):
    report, _ = village.build(AREAS)
    assert json.dumps([vars(finding) for finding in report.findings]).startswith("[")


TREES = """
[layers.trees]
reader = "table-points"
file = "bomen.csv"
x = "X"
y = "Y"
crs = "EPSG:31370"
columns = { tree_id = "nr" }
"""


def test_a_recipe_says_whether_its_trees_are_an_inventory(village):
    village.raw("bomen.csv", f"nr;X;Y\n1;{X + 10};{Y + 10}\n")
    _, city = village.build(AREAS + TREES)
    assert not city.info.layers["trees"].inventory
    assert "inventory" not in (village.pack / "pack.toml").read_text(encoding="utf-8")
    _, city = village.build(AREAS + TREES + "inventory = true\n")
    assert city.info.layers["trees"].inventory
    assert not city.info.layers["areas"].inventory
    # Of two files, a layer is an inventory when both are.
    both = TREES.replace("[layers.trees]", "[[layers.trees]]")
    village.raw("meer.csv", f"nr;X;Y\n2;{X + 20};{Y + 10}\n")
    _, city = village.build(AREAS + both + "inventory = true\n" + both.replace("bomen", "meer"))
    assert not city.info.layers["trees"].inventory
    with pytest.raises(DataError, match=r"\[layers.areas\]: inventory: only the layer trees can be one, not areas"):
        village.build(AREAS + "inventory = true\n")


def test_a_recipe_names_the_targets_of_its_city_which_go_into_the_pack(village):
    """Rebuilt without them the pack has none; changed in the pack they are told as every change is."""
    own = village.folder / "doelen.toml"
    own.write_text('[city]\nname = "Dorp"\nnis_code = "99999"\n', encoding="utf-8")
    recipe = 'nis_code = "99999"\ntargets = "doelen.toml"\n' + AREAS
    _, city = village.build(recipe)
    assert city.targets == village.pack / "targets.toml"
    assert city.targets.read_bytes() == own.read_bytes()
    assert city.verified
    city.targets.write_text("# changed", encoding="utf-8")
    assert "doelen van de stad" in " ".join(open_city(village.pack).proof.sentences)
    _, without = village.build('nis_code = "99999"\n' + AREAS)
    assert without.targets is None
    assert not (village.pack / "targets.toml").exists()
    assert "targets" not in (village.pack / "pack.toml").read_text(encoding="utf-8")
    (village.pack / "targets.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"holds targets\.toml, which its pack\.toml does not name"):
        village.build(recipe)


def test_targets_of_another_municipality_are_refused(village):
    (village.folder / "doelen.toml").write_text('[city]\nname = "Elders"\nnis_code = "11111"\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"its city\.nis_code is '11111', that of .* is '99999'; make them one"):
        village.build('nis_code = "99999"\ntargets = "doelen.toml"\n' + AREAS)
    with pytest.raises(MissingFileError, match="nergens"):
        village.build('nis_code = "99999"\ntargets = "nergens.toml"\n' + AREAS)
