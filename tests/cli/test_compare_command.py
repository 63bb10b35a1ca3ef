"""kortrijk-geo compare and --tiles as a planner meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import small_town
from planner import run

from kortrijk_geo.pack.city import City


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The same town with twice the places for children."""
    childcare = small_town.layers()["childcare"]
    childcare["places"] *= 2
    return small_town.write_town(tmp_path_factory.mktemp("later"), childcare=childcare)


def test_two_packs_are_compared(town: City, later: City, tmp_path: Path) -> None:
    done = run("compare", "childcare", "--before", town.folder, "--after", later.folder, "--before-name", "2015",
               "--after-name", "2024", "--out", tmp_path, "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = {f"kinderopvang_vergelijking.{kind}" for kind in ("html", "gpkg", "xlsx", "geojson")}
    assert {path.name for path in tmp_path.iterdir()} == names
    found = json.loads(done.stdout)
    assert found["city"]["places_before"] == 20.0
    assert found["city"]["places"] == 40.0
    assert found["city"]["places_change"] == 20.0
    assert found["headlines"][2]["key"].endswith("_change")
    assert found["headlines"][0]["label"].endswith(", 2024")
    assert "2015" in (tmp_path / "kinderopvang_vergelijking.html").read_text(encoding="utf-8")


def test_one_pack_is_compared_with_two_options(town: City, tmp_path: Path) -> None:
    done = run("compare", "childcare", "--before", town.folder, "--after-option", "norm=80", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Niet met dezelfde instellingen berekend: Norm" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["tea"], 2, "no theme is called tea; the themes are reach, childcare"),
        (["targets"], 2, "targets sums up other themes"),
        (["childcare"], 2, "both states are the same pack with the same options"),
        (["childcare", "--after-option", "colour=1"], 2, "childcare has no option colour; its options are decay"),
        (["childcare", "--after-option", "norm"], 2, "write NAME=VALUE"),
        (["childcare", "--after-option", "on=2029"], 2, "option on: '2029' does not fit (dt.date | None)"),
        (["childcare", "--after-option", "networks=x"], 2, "option networks cannot be given as text"),
        (["reach", "--after-option", "minutes=soon"], 2, "option minutes: 'soon' does not fit (int | None)"),
        (["childcare", "--after-option", "norm=80", "--after-name", "vroeger"], 2, "two different names"),
        (["childcare", "--tiles", "bing"], 2, "no tile background is called 'bing'"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line(
    town: City, tmp_path: Path, arguments: list[str], code: int, told: str
) -> None:
    done = run("compare", *arguments, "--before", town.folder, "--out", tmp_path / "maps")
    assert done.returncode == code
    assert told in " ".join(done.stderr.split())
    assert not list(tmp_path.glob("maps/*"))


@pytest.mark.parametrize(
    ("theme", "option"),
    [("reach", "walk_m_per_min=50"), ("trees", "plant_on=plantable,pit"), ("unsealing", "target_m2=10"),
     ("housing", "norm=12"), ("childcare", "on=2023-01-01")],
)  # fmt: skip
def test_every_theme_compares_with_an_option(town: City, tmp_path: Path, theme: str, option: str) -> None:
    done = run("compare", theme, "--before", town.folder, "--after-option", option, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.glob("*_vergelijking.html"))) == 1


def test_tiles_are_a_choice(town: City, tmp_path: Path) -> None:
    done = run("childcare", "gaps", "--pack", town.folder, "--out", tmp_path, "--tiles", "grb")
    assert done.returncode == 0, done.stderr
    assert "img-src data: https://geo.api.vlaanderen.be;" in (tmp_path / "kinderopvang.html").read_text("utf-8")
