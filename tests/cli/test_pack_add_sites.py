"""A list of sites or a table of ages added to a pack shows the headlines of its theme before and after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import site_town
from added_town import write_book
from typer.testing import CliRunner

from kortrijk_geo.pack.city import City
from kortrijk_geo_cli.main import app


@pytest.fixture
def town(tmp_path: Path) -> City:
    return site_town.town(tmp_path / "stad")


def headlines(town: City, kind: str, book: Path, *more: str) -> dict[str, dict[str, object]]:
    """What the preview says of the headlines that change, by key."""
    words = ["pack", "add", str(town.folder), kind, str(book), "--date", "2025-01-01", "--source", "de stad", "--json"]
    done = CliRunner().invoke(app, [*words, *more], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return {each["key"]: each for each in json.loads(done.stdout)["headlines"] if each["changed"]}


def test_a_list_of_sites_shows_what_changes_of_the_sites(town: City, tmp_path: Path) -> None:
    at = site_town.point(20, 90)
    rows = [
        ("site_id", "name", "use", "floor_m2", "owner", "x", "y"),
        ("s1", "Bib", "bibliotheek", 90, "stad", at.x, at.y),
    ]
    book = write_book(tmp_path / "plekken.xlsx", rows)
    changed = headlines(town, "sites", book)
    assert changed["city_sites"]["before"]["value"] == len(site_town.SITES)
    assert changed["city_sites"]["after"]["value"] == 1
    assert changed["largest_loss_walk"]["after"]["value"] % 10 == 0


def test_ages_show_what_changes_of_the_services(town: City, tmp_path: Path) -> None:
    ages = {"age_3_5": 1.0, "age_6_11": 2.0, "age_12_17": 1.0, "age_65_79": 3.0, "age_80_plus": 1.0}
    rows = [(area, *ages.values()) for area in town.areas["area_id"]]
    changed = headlines(town, "ages", write_book(tmp_path / "leeftijden.xlsx", [("area_id", *ages), *rows]))
    assert {each["theme"] for each in changed.values()} == {"services"}
