"""Builds, atlases and single themes killed at random moments, with files of the user beside them.

Three moments each; KORTRIJK_GEO_BENCHMARKS=1 takes twenty.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest
import small_town
from killed import Commands
from recipe_village import AREAS, village_of

from kortrijk_geo.files import finish_interrupted
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.pack.city import open_city

MOMENTS = 20 if os.environ.get("KORTRIJK_GEO_BENCHMARKS") else 3
SLOW = ("homes", "streets", "amenities", "land_cover", "green_cover", "surface_temperature", "soil_group")
USERS = {"nota.md": "mine", "dorp.qgz": "my project", "archief/index.html": "my atlas", ".building-plans/a": "my plan"}
OURS_LEFT = re.compile(r"\.building-\w{8}|\.writing-\w{8}|\.publishing|\.kortrijk-geo\.lock")


def add_files(folder: Path) -> None:
    for name, text in USERS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def check_files(folder: Path) -> None:
    assert {name: (folder / name).read_text() for name in USERS} == USERS


def kill_at_random_moments(
    seed: int, folder: Path, out: Path, commands: Commands, command: list[object], check_whole: Callable[[], bool]
) -> list[bool]:
    """Kill a command some times and let it end after each; ``out`` must be whole each time, and clean at the end.

    Returns, of each moment, whether the new files stood there.
    """
    dice = random.Random(seed)
    temporary = folder / "tmp"
    temporary.mkdir()
    old = folder / "old"
    shutil.copytree(out, old)
    started = time.monotonic()
    commands.run(*command, temporary=temporary)
    seconds = time.monotonic() - started
    assert check_whole()
    renewed = []
    for _ in range(MOMENTS):
        shutil.rmtree(out)
        shutil.copytree(old, out)
        commands.kill(seconds * dice.uniform(0.3, 1.0), *command, temporary=temporary)
        left = {path.name for path in out.iterdir() if OURS_LEFT.fullmatch(path.name)}
        renewed.append(check_whole())
        check_files(out)
        commands.run(*command, temporary=temporary)
        assert check_whole()
        check_files(out)
        assert [path.name for path in out.iterdir() if OURS_LEFT.fullmatch(path.name)] == [], left
        assert list(temporary.iterdir()) == [], "nothing of ours is left where the machine keeps temporary files"
    return renewed


def test_a_build_that_is_killed_leaves_a_whole_pack(tmp_path: Path) -> None:
    village = village_of(tmp_path, "a", "b")
    village.write_recipe(AREAS)
    out = village.pack
    command: list[object] = ["pack", "build", village.recipe, "--files", village.files, "--out", out]

    def check_whole() -> bool:
        city = open_city(out)
        assert len(city.areas) == city.info.layers["areas"].rows
        assert [finding for finding in check_pack(out) if finding.level == "error"] == []
        return len(city.areas) == 3

    with Commands(*command) as commands:
        add_files(out)
        village.areas("a", "b", "c")
        kill_at_random_moments(34022, tmp_path, out, commands, command, check_whole)


def check_pages(out: Path, digests: list[str]) -> str:
    """Hold that index, figures and all pages are of one pack; return its digest."""
    finish_interrupted(out)
    figures = json.loads((out / "atlas.json").read_text())
    digest = figures["pack_digest"]
    assert digest in digests
    pages = [page for page in figures["pages"] if page["files"]]
    for name in ("index.html", *(page["files"][0] for page in pages)):
        assert digest[:12] in (out / name).read_text(), name
    for page in pages:
        for name in page["files"]:
            assert (out / name).is_file()
            if name.endswith(".gpkg"):
                assert len(pyogrio.read_dataframe(out / name, layer="areas")) == 8
    return str(digest)


def test_an_atlas_that_is_killed_leaves_a_whole_one(tmp_path: Path) -> None:
    out = tmp_path / "maps"
    cities = [small_town.write_town(tmp_path / str(people), without=SLOW, population=people) for people in (100, 200)]
    digests = [city.digest for city in cities]
    command: list[object] = ["atlas", "--pack", cities[1].folder, "--out", out]
    with Commands("atlas", "--pack", cities[0].folder, "--out", out) as commands:
        add_files(out)
        kill_at_random_moments(8500, tmp_path, out, commands, command, lambda: check_pages(out, digests) == digests[1])


def test_a_single_theme_that_is_killed_leaves_an_atlas_that_tells_of_it(tmp_path: Path) -> None:
    out = tmp_path / "maps"
    city = small_town.write_town(tmp_path / "town", without=SLOW)
    command: list[object] = ["housing", "--pack", city.folder, "--out", out, "--norm", 25]

    def check_whole() -> bool:
        check_pages(out, [city.digest])
        told = next(
            page for page in json.loads((out / "atlas.json").read_text())["pages"] if page["theme"] == "housing"
        )
        layer = pyogrio.read_dataframe(out / "sociaal_wonen.gpkg", layer="areas")
        to_norm = [area["dwellings_to_norm"] for area in told["result"]["areas"]]
        assert layer["dwellings_to_norm"].tolist() == pytest.approx(to_norm)
        return bool(told["result"]["options"]["norm"] == 25)

    with Commands("atlas", "--pack", city.folder, "--out", out) as commands:
        add_files(out)
        kill_at_random_moments(2026, tmp_path, out, commands, command, check_whole)
