"""A recipe is checked whole before any raw file is opened; messages name the file, the table and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from kortrijk_geo.errors import CrsError, DataError, MissingFileError
from kortrijk_geo.ingest.recipe_parts import load_catalog, load_recipe

DATA = Path(__file__).parents[2] / "data"
GOOD = """
name = "Dorp"
crs = "EPSG:31370"
buffer_m = 100
[sources.areas]
file = "areas.gpkg"
source = "us"
licence = "CC0"
reference_date = 2025-01-01
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
from = "areas"
columns = { area_id = "code", name = "naam" }
"""


def load(folder, text):
    (folder / "dorp.toml").write_text(text, encoding="utf-8")
    return load_recipe(folder / "dorp.toml")


def test_a_good_recipe_takes_from_its_sources_what_a_table_may_have(tmp_path):
    recipe = load(tmp_path, GOOD)
    (areas,) = recipe.layers["areas"]
    assert (areas.reader, areas.get("file"), areas.get("licence")) == ("vector", "areas.gpkg", "CC0")
    assert areas.get("reference_date") == "2025-01-01"
    assert recipe.buffer_m == 100.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "buffer_m = 100",
            "bufer_m = 100",
            r"dorp\.toml: bufer_m is not a known key; did you mean buffer_m",
        ),
        ("buffer_m = 100", 'buffer_m = "100"', "buffer_m: '100' is not a number from 0"),
        ("buffer_m = 100", "buffer_m = true", "buffer_m: True is not a number"),
        ("buffer_m = 100", "buffer_m = -1", "buffer_m: -1 is not a number from 0"),
        ('name = "Dorp"', "", r"dorp\.toml: name is missing"),
        ("[layers.areas]", "[layers.area]", r"\[layers\.area\]: there is no such layer; did you mean 'areas'"),
        ("[layers.areas]", "[layers.boundary]", r"the boundary comes from \[study_area\]"),
        ('reader = "vector"', 'reader = "vectors"', "must be one of osm, .*; did you mean 'vector'"),
        ('from = "areas"', 'from = "area"', r"no table \[sources\.area\]; did you mean 'areas'"),
        ('from = "areas"', 'form = "areas"', r"\[layers\.areas\]: form is not a known key; did you mean from"),
        ('from = "areas"', "", r"\[layers\.areas\]: file is missing"),
        ('of = "areas"', 'of = "subareas"', r"no table \[layers\.subareas\]"),
        ('of = "areas"', "", "name it in one way"),
        ('of = "areas"', 'of = "areas"\nbbox = [0, 0, 1, 1]', "name it in one way"),
        ('of = "areas"', "bbox = [1, 0, 0, 1]", r"must be \[min x, min y, max x, max y\]"),
        ("reference_date = 2025-01-01", 'reference_date = "1 januari"', "must be a date YYYY-MM-DD"),
        ("reference_date = 2025-01-01", "reference_date = 20250101", "must be a date YYYY-MM-DD"),
        ('name = "naam" }', 'name = "naam", populaton = "n" }', "'populaton'.*did you mean 'population'"),
        ('name = "naam" }', "name = 3 }", r"columns\.name: 3 must be a column name"),
        ('reader = "vector"', 'reader = "table"', "layer areas needs geometry"),
        ('reader = "vector"', 'reader = "table-points"', "name the columns with x and y"),
        ('name = "Dorp"', 'name = "Dorp', "is not TOML"),
        ('name = "naam"', "name = []", r"columns\.name: \[\] must be a column name or several"),
    ],
)
def test_mistakes_are_named(tmp_path, old, new, message):
    with pytest.raises(DataError, match=message):
        load(tmp_path, GOOD.replace(old, new, 1))


def test_what_is_wrong_in_several_tables_is_told_together(tmp_path):
    wrong = GOOD.replace('of = "areas"', 'of = "subareas"').replace('name = "naam"', "name = 3")
    wrong += '[layers.homes]\nreader = "homes"\nwhole = 1\n[rasters.elevation]\nreader = "raster"\nbnad = 1\n'
    with pytest.raises(DataError) as refusal:
        load(tmp_path, wrong)
    assert [line.partition("dorp.toml, ")[2] for line in str(refusal.value).splitlines()] == [
        "[study_area]: of = 'subareas', but there is no table [layers.subareas]",
        "[layers.areas]: columns.name: 3 must be a column name or several",
        "[layers.homes]: whole: 1 must be true or false",
        "[rasters.elevation]: bnad is not a known key; did you mean band?",
        "[rasters.elevation]: file is missing",
    ]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ('reader = "thiessen"\npoints = {}', r"\[layers\.areas\]\.points: reader is 'thiessen', must be one of osm, "),
        (
            'reader = "osm"\nfile = "a.pbf"\nclip = true',
            r"areas\]\.points: clip is not a known key of points",
        ),
    ],
)
def test_points_of_thiessen_areas_are_read_from_a_file_and_are_no_areas(tmp_path, points, message):
    text = GOOD.partition("[layers.areas]")[0] + '[layers.areas]\nreader = "thiessen"\n[layers.areas.points]\n'
    with pytest.raises(DataError, match=message):
        load(tmp_path, text + points)


def test_joins_are_checked_too(tmp_path):
    join = '[[layers.areas.tables]]\nfile = "t.csv"\nkey = "code"\ncolumns = { population = "n" }\n'
    assert len(load(tmp_path, GOOD + join).layers["areas"][0].get("tables")) == 1
    for old, new, message in (
        ("population", "populations", "layer areas has no column 'populations'; did you mean 'population'"),
        ('key = "code"', "", "number 1: key is missing"),
        ('key = "code"', 'key = "code"\nabsent = "nul"', "absent: 'nul' must be one of unknown, zero"),
        ('key = "code"', 'key = "code"\ndecimal = ";"', 'decimal: \';\' must be "," or "."'),
        (
            'key = "code"',
            'key = "code"\nthrough = { layer = "sectors" }',
            r"through\.key is missing\n.*through\.to is missing",
        ),
    ):
        with pytest.raises(DataError, match=message):
            load(tmp_path, GOOD + join.replace(old, new))


@pytest.mark.parametrize(
    ("crs", "message"), [("EPSG:4326", "in degrees"), ("EPSG:1", "not a known"), ("", "not a known")]
)
def test_a_pack_is_in_metres(tmp_path, crs, message):
    with pytest.raises(CrsError, match=message):
        load(tmp_path, GOOD.replace("EPSG:31370", crs))


def test_a_recipe_that_is_not_there(tmp_path):
    with pytest.raises(MissingFileError, match=r"dorp\.toml does not exist"):
        load_recipe(tmp_path / "dorp.toml")


def test_a_catalogue_gives_source_licence_and_address(tmp_path):
    (tmp_path / "catalog.toml").write_text('[osm]\nsource = "OSM"\nlicence = "ODbL"\nurl = "https://example.org"\n')
    text = GOOD.replace('name = "Dorp"', 'name = "Dorp"\ncatalog = "catalog.toml"')
    text = text.replace('source = "us"\nlicence = "CC0"', 'catalog = "osm"\nlicence = "ours"')
    (areas,) = load(tmp_path, text).layers["areas"]
    assert (areas.get("source"), areas.get("licence")) == ("OSM", "ours")
    with pytest.raises(DataError, match="'osn' is not in the catalogue; did you mean 'osm'"):
        load(tmp_path, text.replace('catalog = "osm"', 'catalog = "osn"'))
    (tmp_path / "catalog.toml").write_text('[osm]\nlicense = "ODbL"\n')
    with pytest.raises(DataError, match="did you mean licence"):
        load(tmp_path, text)


@pytest.mark.parametrize("path", sorted((DATA / "recipes").glob("*.toml")), ids=lambda path: path.stem)
def test_the_recipes_of_the_project_are_sound(path):
    recipe = load_recipe(path)
    for parts in recipe.layers.values():
        for part in parts:
            assert part.reader == "homes" or part.get("file") or part.get("points")


def test_the_catalogue_of_the_project_is_sound():
    catalog = load_catalog(DATA / "catalog.toml")
    assert catalog["overpass"]["url"].startswith("https://")
    for name, entry in catalog.items():
        assert {"source", "licence", "standing", "collected"} <= set(entry), name
        assert entry["standing"] in {"seen", "assumed"}
