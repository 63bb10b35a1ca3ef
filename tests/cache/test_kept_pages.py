"""The pages of an atlas are written once: the same atlas again copies their files, byte for byte."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path
from typing import Any

import pytest
import small_town

import kortrijk_geo as kg
from kortrijk_geo import cache, catalogue
from kortrijk_geo.atlas import writing
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.pack.city import City

DAY = dt.date(2026, 11, 27)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a cache of the test's own."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache" / "answers"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The themes whose files were made and not copied, in order."""
    themes: list[str] = []
    write_theme = writing.write_theme

    def noting(spec: Any, *args: Any) -> list[str]:
        themes.append(spec.result.theme)
        return write_theme(spec, *args)

    monkeypatch.setattr(writing, "write_theme", noting)
    return themes


def atlas(city: City, out: Path, **options: Any) -> dict[str, bytes]:
    """Write an atlas and return its files."""
    report = write_atlas(city, out, on=DAY, **options)
    assert report.ok
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_the_same_atlas_again_is_copied(
    town: City, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with cache.without_cache():
        anew = atlas(town, tmp_path / "anew")
    first = atlas(town, tmp_path / "out")
    assert made == 2 * list(catalogue.THEMES)
    made.clear()
    asked: list[str] = []
    analyse = catalogue.Analyses._analyse
    monkeypatch.setattr(catalogue.Analyses, "_analyse", lambda self, name: asked.append(name) or analyse(self, name))
    # The targets alone are made anew: they set this run beside the first.
    again = atlas(kg.open_city(town.folder), tmp_path / "out")
    assert made == asked == ["targets"]
    made.clear()
    assert atlas(kg.open_city(town.folder), tmp_path / "out") == again
    assert made == []
    assert again == first == anew


def test_an_option_that_changed_writes_what_hangs_on_it(town: City, tmp_path: Path, made: list[str]) -> None:
    atlas(town, tmp_path / "first")
    made.clear()
    options = {"childcare": {"norm": 50.0}}
    files = atlas(town, tmp_path / "second", options=options)
    assert made == ["childcare", "targets", "profile"]
    with cache.without_cache():
        assert files == atlas(town, tmp_path / "anew", options=options)


def test_a_page_is_written_anew_with_what_it_takes(town: City, tmp_path: Path, made: list[str]) -> None:
    atlas(town, tmp_path / "out", only=("housing",))
    made.clear()
    atlas(town, tmp_path / "out", only=("housing",))
    assert made == []
    atlas(town, tmp_path / "out", only=("housing",), options={"reach": {"minutes": 10}})
    assert made == ["housing"]


def test_goals_of_the_city_and_a_background_count(
    town: City, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas(town, tmp_path / "out", only=("childcare",))
    made.clear()
    atlas(town, tmp_path / "out", only=("childcare",))
    assert made == []
    page = atlas(town, tmp_path / "out", only=("childcare",), tiles="grb")["kinderopvang.html"]
    assert made == ["childcare"]
    assert b"geo.api.vlaanderen.be" in page
    made.clear()
    goals = tmp_path / "goals.toml"
    goals.write_bytes(Path(kg.__file__).parent.joinpath("targets/targets.toml").read_bytes() + b"\n# read again\n")
    atlas(town, tmp_path / "out", only=("childcare",), options={"targets": {"targets": goals}})
    assert made == ["childcare"]


def test_a_changed_byte_of_the_pack_misses(tmp_path: Path, made: list[str]) -> None:
    city = small_town.write_town(tmp_path / "town")
    atlas(city, tmp_path / "out", only=("unsealing",))
    raster = city.folder / "land_cover.tif"
    content = bytearray(raster.read_bytes())
    content[-1] ^= 1
    raster.write_bytes(content)
    made.clear()
    files = atlas(kg.open_city(city.folder), tmp_path / "out", only=("unsealing",))
    assert made == ["unsealing"]
    assert b"Gewijzigd sinds de opbouw" in files["ontharding.html"]


def test_other_code_misses(town: City, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from kortrijk_geo.cache import question

    atlas(town, tmp_path / "out", only=("housing",))
    made.clear()
    monkeypatch.setattr(question, "_code_digest", lambda _: "of another version")
    atlas(town, tmp_path / "out", only=("housing",))
    assert made == ["housing"]


@pytest.mark.parametrize("place", [5, 60, -1])
def test_a_damaged_file_is_told_and_made_anew(
    place: int, town: City, tmp_path: Path, folder: Path, made: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    first = atlas(town, tmp_path / "out", only=("childcare",))
    kept = {path: path.read_bytes() for path in folder.glob("*.answer")}
    for path, content in kept.items():
        damaged = bytearray(content)
        damaged[place] ^= 1
        path.write_bytes(damaged)
    made.clear()
    with caplog.at_level(logging.WARNING):
        assert atlas(town, tmp_path / "out", only=("childcare",)) == first
    assert "is damaged; it is removed and computed anew" in caplog.text
    assert made == ["childcare"]
    assert {path: path.read_bytes() for path in folder.glob("*.answer")} == kept


def test_of_a_replaced_layer_nothing_is_kept(town: City, tmp_path: Path, made: list[str]) -> None:
    changed = town.replace(childcare=town.childcare.assign(places=town.childcare["places"] + 1))
    for _ in range(2):
        atlas(changed, tmp_path / "out", only=("childcare",))
    assert made == ["childcare", "childcare"]


def test_in_processes_what_is_kept_is_not_computed(town: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = atlas(town, tmp_path / "first")
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", None)
    assert atlas(town, tmp_path / "second", jobs=2) == first
