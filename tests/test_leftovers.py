"""What killed runs of versions without marks left goes with the next build; nothing of the user's does."""

from __future__ import annotations

import os
import tempfile
import time
from typing import TYPE_CHECKING

import pytest
import small_town

from kortrijk_geo.scratch import remove_unmarked

if TYPE_CHECKING:
    from pathlib import Path

SLOW = ("homes", "streets", "amenities", "land_cover", "green_cover", "surface_temperature", "soil_group")
DAY_S = 24 * 3600


def put(folder: Path, *names: str, age_s: float = 2 * DAY_S) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("x")
    when = time.time() - age_s
    for path in (*folder.iterdir(), folder):
        os.utime(path, (when, when))
    return folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_the_next_build_removes_what_killed_builds_left(tmp_path: Path, temporary: Path) -> None:
    out = tmp_path / "town" / "pack"
    gone = [
        put(out.parent / ".pack-abc12_9x", "city.gpkg", "city.gpkg-journal"),
        put(out.parent / ".pack-old-abc12_9x", "city.gpkg", "pack.toml", "land_cover.tif", "land_cover.tif.aux.xml"),
        put(out / ".building-abcdefgh", "city.gpkg"),
        put(out / ".writing-abcdefgh", "pack.toml"),
        put(temporary / "kortrijk-geo-abcdefgh", "land_cover.tif", "answer.osm.pbf"),
    ]
    small_town.write_town(tmp_path / "town", without=SLOW)
    assert (out / "pack.toml").is_file()
    assert [path for path in gone if path.exists()] == []


def test_what_may_be_the_users_stays(tmp_path: Path, temporary: Path) -> None:
    out = tmp_path / "town" / "pack"
    kept = [
        put(out.parent / ".pack-old-abcdefgh", "city.gpkg", "project.qgz"),  # an old version took it along
        put(out.parent / ".pack-notes", "city.gpkg"),
        put(out.parent / ".pack-abcdefgh", "pack.toml", age_s=60),  # a run that may live
        put(out.parent / ".packed-abcdefgh", "city.gpkg"),
        put(out.parent / "pack-abcdefgh", "city.gpkg"),
        put(out / ".building-planning", "plan.md"),
        put(out / ".writing-chapter1", "index.html"),
        put(temporary / "kortrijk-geo-mymodels", "mine.tif"),
    ]
    (out.parent / ".pack-linkeddd").symlink_to(put(tmp_path / "elsewhere", "city.gpkg"))
    deep = put(out.parent / ".pack-deepdeep", "city.gpkg")
    put(deep / "sub", "city.gpkg")
    small_town.write_town(tmp_path / "town", without=SLOW)
    assert (out / "pack.toml").is_file()
    assert [
        path for path in (*kept, deep, deep / "sub", tmp_path / "elsewhere" / "city.gpkg") if not path.exists()
    ] == []


def test_a_folder_that_does_not_exist_has_no_leftovers(tmp_path: Path) -> None:
    remove_unmarked(tmp_path / "none", ".pack-", {"city.gpkg"})
    assert not (tmp_path / "none").exists()
