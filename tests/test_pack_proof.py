"""A pack proves itself: what was changed since it was built is named on every output, and what is the same is not."""

from __future__ import annotations

import copy
import json
import os
import pickle
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import rasterio
from shapely.geometry import Point
from small_town import write_town
from typer.testing import CliRunner

from kortrijk_geo import catalogue
from kortrijk_geo.atlas.comparison import Comparison, compare_cities
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.childcare.trend import compare_years
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.ingest.check import describe_pack
from kortrijk_geo.pack.city import City, open_city
from kortrijk_geo.pack.files import PACK_FILE, VECTOR_FILE
from kortrijk_geo.pack.gate import require_verified
from kortrijk_geo_cli.main import app

SENTENCE = "Gewijzigd sinds de opbouw: kinderopvang."


@pytest.fixture
def town(tmp_path: Path) -> City:
    return write_town(tmp_path)


def connect(path: Path) -> sqlite3.Connection:
    """Open a GeoPackage: its triggers, which keep the index of places, ask for functions that GDAL has."""
    database = sqlite3.connect(path, isolation_level=None)
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        database.create_function(name, 1, lambda _: 0)
    return database


def edit(city: City, *statements: str) -> City:
    """Change the vector file as QGIS does: by SQL on its tables."""
    with closing(connect(city.folder / VECTOR_FILE)) as database:
        for statement in statements:
            database.execute(statement)
    return open_city(city.folder)


def with_places(city: City, places: int = 130) -> City:
    return edit(city, f"UPDATE childcare SET places = {places} WHERE location_id = 'k0'")


def test_a_pack_as_it_was_built_is_verified(town: City) -> None:
    assert town.verified
    assert town.changed_layers == ()
    assert town.digest == town.info.digest
    assert require_verified(town) == ()


def test_places_that_were_edited_in_the_file_are_named(town: City) -> None:
    edited = with_places(town)
    assert edited.childcare["places"].iloc[0] == 130
    assert edited.changed_layers == ("childcare",)
    assert not edited.verified
    assert edited.digest != edited.info.digest, "the stamp of the build is not that of what was read"
    assert with_places(town, 20).digest == town.digest, "put back as it was, it is the pack that was built"


def test_some_columns_of_an_edited_layer_come_from_the_whole_that_is_checked(town: City) -> None:
    edited = edit(town, "UPDATE childcare SET places = -1 WHERE location_id = 'k0'")
    assert len(edited.columns("areas", "area_id")) == town.info.layers["areas"].rows, "other layers are as they were"
    with pytest.raises(DataError, match=r"places.*a number from 0"):
        edited.columns("childcare", "kind")


def test_some_columns_are_not_read_of_a_file_that_changed_since_it_was_opened(town: City) -> None:
    with_places(town)
    with pytest.raises(DataError, match="was changed after the pack was opened"):
        town.columns("childcare", "kind")


def test_a_layer_written_anew_is_named(town: City) -> None:
    path = town.folder / VECTOR_FILE
    childcare = pyogrio.read_dataframe(path, layer="childcare")
    childcare.loc[0, "places"] = 130
    pyogrio.write_dataframe(childcare, path, layer="childcare", driver="GPKG", append=False)
    assert open_city(town.folder).changed_layers == ("childcare",)


def test_an_edit_that_waits_beside_the_file_is_named(town: City) -> None:
    path = town.folder / VECTOR_FILE
    with closing(connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("UPDATE childcare SET places = 130 WHERE location_id = 'k0'")
        assert path.with_name(path.name + "-wal").stat().st_size
        edited = open_city(town.folder)
        assert edited.childcare["places"].iloc[0] == 130
        assert edited.changed_layers == ("childcare",)


@pytest.mark.parametrize(
    "statements",
    [
        ["VACUUM"],
        ["PRAGMA journal_mode = WAL"],
        ["CREATE TABLE layer_styles (styleName TEXT)", "INSERT INTO layer_styles VALUES ('rood')"],
        ["UPDATE gpkg_ogr_contents SET feature_count = NULL"],
        ["UPDATE gpkg_contents SET description = 'nota van de dienst', last_change = '2031-01-01T00:00:00.000Z'"],
    ],
)  # fmt: skip
def test_what_stands_beside_the_layers_is_no_change(town: City, statements: list[str]) -> None:
    before = (town.folder / VECTOR_FILE).read_bytes()
    same = edit(town, *statements)
    assert (town.folder / VECTOR_FILE).read_bytes() != before
    assert same.verified
    assert same.digest == town.digest


def test_the_time_of_a_file_proves_nothing(town: City) -> None:
    path = town.folder / VECTOR_FILE
    times = path.stat().st_mtime_ns
    os.utime(path, ns=(times + 10**12, times + 10**12))
    assert open_city(town.folder).verified
    assert len(town.childcare) == 3, "also for who had it open"
    with_places(town)
    os.utime(path, ns=(times, times))
    assert open_city(town.folder).changed_layers == ("childcare",)


def test_a_raster_of_which_a_cell_or_the_mask_was_changed_is_named(town: City) -> None:
    with rasterio.open(town.folder / "soil_group.tif", "r+") as raster:
        codes = raster.read(1)
        codes[0, 0] = 3
        raster.write(codes, 1)
    assert open_city(town.folder).changed_layers == ("soil_group",)
    with rasterio.open(town.folder / "land_cover.tif", "r+") as raster:
        raster.write_mask(codes > 0)
    assert open_city(town.folder).changed_layers == ("land_cover", "soil_group")
    assert "Gewijzigd sinds de opbouw: bodembedekking, bodemgroep." in open_city(town.folder).proof.sentences


def test_a_layer_that_is_gone_is_named_and_the_others_open(town: City) -> None:
    broken = edit(town, "DROP TABLE trees", "DELETE FROM gpkg_contents WHERE table_name = 'trees'")
    assert broken.changed_layers == ("trees",)
    assert len(broken.areas) == 8
    with pytest.raises(DataError, match="layer trees"):
        _ = broken.trees


def test_a_pack_that_changes_while_it_is_open_is_refused(town: City) -> None:
    with_places(town)
    with pytest.raises(DataError, match=r"city\.gpkg: was changed after the pack was opened"):
        _ = town.childcare
    raster = town.folder / "soil_group.tif"
    raster.write_bytes(raster.read_bytes()[:-1] + b"x")
    with pytest.raises(DataError, match=r"soil_group\.tif: was changed after"):
        town.raster("soil_group")


@pytest.mark.parametrize("keys", [("vectors_sha256",), ("vectors_sha256", "sha256")])
def test_a_pack_of_an_older_version(town: City, keys: tuple[str, ...]) -> None:
    path = town.folder / PACK_FILE
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if line.split(" = ")[0] not in keys))
    older = open_city(town.folder)
    assert older.changed_layers == ()
    assert older.digest == town.digest
    assert older.verified is ("sha256" not in keys), "with hashes of its layers it can be verified"
    if not older.verified:
        assert older.proof.sentences[0].startswith(
            "Niet na te gaan of dit sinds de opbouw gewijzigd is: stadsgrens, wijken,"
        )
        with pytest.raises(DataError, match="has no record of its content: boundary, areas"):
            require_verified(older)


WRITES: dict[str, Callable[[gpd.GeoDataFrame], object]] = {
    "loc": lambda frame: frame.loc.__setitem__((0, "places"), 130),
    "the whole column": lambda frame: frame.__setitem__("places", 130),
    "a place": lambda frame: frame.loc.__setitem__((0, "geometry"), Point(1, 1)),
    "the array of places": lambda frame: frame.geometry.values.__setitem__(0, Point(1, 1)),
    "its numpy array": lambda frame: frame.geometry.to_numpy().__setitem__(0, Point(1, 1)),
    "a column of its own": lambda frame: frame.insert(0, "mine", 1),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_a_notebook_writes_in_a_frame_changes_no_city(
    town: City, write: Callable[[gpd.GeoDataFrame], object]
) -> None:
    for city in (town, town.replace(childcare=town.childcare.assign(places=7.0))):
        before, digest = city.childcare, city.digest
        write(city.childcare)
        assert city.childcare.equals(before)
        assert city.digest == digest


def test_a_frame_that_was_given_changes_no_city_afterwards(town: City) -> None:
    mine = town.childcare
    changed = town.replace(childcare=mine)
    mine.loc[0, "places"] = 130
    mine.geometry.values[0] = Point(1, 1)
    assert changed.childcare.equals(town.childcare)


def test_a_replaced_layer_is_told_and_has_its_own_digest(town: City) -> None:
    areas = town.areas
    more = town.replace(childcare=town.childcare.assign(places=130.0))
    assert more.changed_layers == ("childcare",)
    assert more.digest != town.digest
    assert town.verified
    assert town.replace(childcare=town.childcare).verified, "the same content is the same city"
    assert with_places(town).replace(areas=areas).changed_layers == ("childcare",)
    assert more.replace(areas=more.areas.assign(population=100_000.0)).changed_layers == ("areas", "childcare")


def test_the_same_edit_in_file_and_memory_is_the_same_content(town: City) -> None:
    childcare = town.childcare
    childcare.loc[0, "places"] = 130
    assert town.replace(childcare=childcare).digest == with_places(town).digest


def test_a_changed_city_can_be_pickled_and_copied(town: City) -> None:
    changed = town.replace(childcare=town.childcare.assign(places=130.0))
    for again in (pickle.loads(pickle.dumps(changed)), copy.deepcopy(changed)):
        assert (again.digest, again.changed_layers) == (changed.digest, ("childcare",))
        assert again.childcare.equals(changed.childcare)


def test_compare_knows_two_packs_of_one_stamp_apart(town: City) -> None:
    edited = with_places(town)
    again = write_town(town.folder.parent / "again")
    assert edited.info == again.info
    spec = compare_cities(Comparison("childcare", ("opgebouwd", "nu")), again, edited)
    assert spec.result.city["places_before"] != spec.result.city["places"]
    line = next(note for note in spec.result.notes if note.startswith("nu: "))
    assert SENTENCE in line
    assert spec.result.proof.changed == {"childcare": "kinderopvang"}
    with pytest.raises(OptionError, match="the same pack"):
        compare_cities(Comparison("childcare", ("vroeger", "later")), again, open_city(again.folder))


def test_a_trend_tells_of_the_changed_year(town: City) -> None:
    again = write_town(town.folder.parent / "again")
    found = compare_years([(2020, again), (2024, with_places(town))])
    assert [note for note in found.notes if SENTENCE in note] == [f"2024: {SENTENCE}"]


def test_every_output_tells_of_it(town: City, tmp_path: Path) -> None:
    edited, out = with_places(town), tmp_path / "atlas"
    report = write_atlas(edited, out)
    assert report.ok
    for page in out.glob("*.html"):
        assert f'<div class="demo" role="note">{SENTENCE}</div>' in page.read_text(), page
    for book in out.glob("*.xlsx"):
        sheet = openpyxl.load_workbook(book)["Opmerkingen"]
        assert SENTENCE in [str(cell.value) for row in sheet.iter_rows() for cell in row], book
    for file in out.glob("*.gpkg"):
        with closing(sqlite3.connect(file)) as database:
            assert {row[0] for row in database.execute("SELECT description FROM gpkg_contents")} == {SENTENCE}, file
    atlas = json.loads((out / "atlas.json").read_text())
    targets = json.loads((out / "doelen.json").read_text())
    documents = [atlas, targets, *(page["result"] for page in atlas["pages"])]
    assert len(documents) == 2 + len(catalogue.THEMES)
    for document in documents:
        assert document["changed_layers"] == ["childcare"]
        assert document["unverified_layers"] == []
        assert document["pack_digest"] == edited.digest


def test_the_command_line_tells_of_it(town: City, tmp_path: Path) -> None:
    with_places(town)
    argv = ["childcare", "gaps", "--pack", str(town.folder), "--out", str(tmp_path / "out"), "--json"]
    done = CliRunner().invoke(app, argv)
    assert done.exit_code == 0
    assert SENTENCE in done.stderr
    assert json.loads(done.stdout)["changed_layers"] == ["childcare"]
    assert describe_pack(town.folder)["changed_layers"] == ["childcare"]


def test_a_decision_needs_a_pack_that_verifies(town: City) -> None:
    edited = with_places(town)
    with pytest.raises(DataError, match=r"was changed after it was built: childcare; .*--accept-changed"):
        require_verified(edited)
    assert require_verified(edited, accept_changed=True) == (SENTENCE,)
