"""Where a build of a pack looks for its files, where it writes, and what stands there when it stops half way."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from recipe_village import AREAS, village_of

from kortrijk_geo.errors import DataError, KortrijkGeoError, MissingFileError, OutputError
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import open_city

TABLE = """
[[layers.areas.tables]]
file = "people.csv"
key = "wijk"
columns = { population = "inwoners" }
"""
KILLED = """
import sys, time
from pathlib import Path
import kortrijk_geo.pack.files as pack
from kortrijk_geo.ingest.recipe import build_pack

write = pack.write_layer

def slow(path, name, frame):
    write(path, name, frame)
    print(name, flush=True)
    time.sleep(60)

pack.write_layer = slow
build_pack(*map(Path, sys.argv[1:]))
"""


@pytest.fixture
def village(tmp_path):
    return village_of(tmp_path, "01", "02-")


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("gone.gpkg", MissingFileError, r"dorp\.toml, \[layers\.areas\]: file 'gone\.gpkg' is not in .*files.*--files"),
        ("../dorp.toml", DataError, "lies outside the folder"),
        ("/etc/hostname", DataError, "lies outside the folder"),
        (".", DataError, "is a folder"),
    ],
)
def test_files_are_looked_for_inside_the_folder_and_nowhere_else(village, name, error, message):
    with pytest.raises(error, match=message):
        village.build(AREAS.replace("areas.gpkg", name))


def test_the_folder_with_raw_files_must_be_there(village):
    village.build(AREAS)
    with pytest.raises(
        MissingFileError, match=r"the folder with raw files .*gone does not exist; name it with --files"
    ):
        build_pack(village.folder / "dorp.toml", village.folder / "gone", village.pack)


def test_an_output_folder_with_other_things_in_it_is_left_alone(village):
    village.pack.mkdir()
    (village.pack / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="holds other files"):
        village.build(AREAS)
    assert (village.pack / "thesis.txt").read_text() == "years of work"


def test_an_output_folder_that_cannot_be_written_is_named(village):
    (village.folder / "file").write_text("x")
    village.build(AREAS)
    with pytest.raises(OutputError, match="cannot be written"):
        build_pack(village.folder / "dorp.toml", village.files, village.folder / "file" / "pack")


def test_a_build_killed_half_way_leaves_no_pack_and_the_old_one_whole(village):
    village.build(AREAS)
    arguments = [sys.executable, "-c", KILLED, str(village.folder / "dorp.toml"), str(village.files)]
    for out in (village.folder / "new", village.pack):
        with subprocess.Popen([*arguments, str(out)], stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline().strip() == "boundary"
            child.send_signal(signal.SIGKILL)
    with pytest.raises(MissingFileError, match="is no city pack"):
        open_city(village.folder / "new")
    half_made = [folder / "new" for folder in village.folder.glob("*/.building-*")]
    assert len(half_made) == 2
    for folder in half_made:
        with pytest.raises(MissingFileError):
            open_city(folder)
    assert len(open_city(village.pack).areas) == 2


def test_a_failing_build_leaves_the_old_pack_as_it_was(village):
    village.build(AREAS)
    before = open_city(village.pack).digest
    village.raw("people.csv", "wijk;inwoners\n01;honderd\n")
    with pytest.raises(KortrijkGeoError, match="'honderd', which is not a number"):
        village.build(AREAS + TABLE)
    assert open_city(village.pack).digest == before
    assert {path.name for path in village.folder.iterdir()} == {"files", "dorp.toml", "pack"}


def test_the_same_files_make_the_same_pack(village):
    first, _ = village.build(AREAS)
    second, _ = village.build(AREAS)
    assert first.info.digest == second.info.digest
