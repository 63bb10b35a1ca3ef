"""Tile backgrounds: only by choice, from data with source and standing, and only their own host is let in."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.mapping import PageExtras
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.mapping.tiles import load_tiles

GOOD = """
[intranet]
label = "Intranet"
url = "http://kaarten.stad.be:8080/{z}/{x}/{y}.png"
attribution = "Stad"
licence = "eigen"
most_zoom = 18
referrer = "no-referrer"
source = "Stad"
date = "2026-01-01"
standing = "adopted"
"""


def test_the_shipped_backgrounds_are_whole() -> None:
    for name in ("grb", "osm"):
        tiles = load_tiles(name)
        assert tiles.origin.startswith("https://")
        assert tiles.attribution


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(GOOD)
    tiles = load_tiles(tmp_path / "own.toml")
    assert (tiles.label, tiles.origin) == ("Intranet", "http://kaarten.stad.be:8080")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("{z}/{x}/{y}", "{z}/{x}", "intranet.url: must hold {z}, {x} and {y}"),
        ("{z}/{x}/{y}", "{s}/{z}/{x}/{y}", "must hold {z}, {x} and {y} and no other place"),
        ("http://kaarten.stad.be:8080", "file:///etc", "is no address of http or https"),
        ("http://kaarten.stad.be:8080", "http://a.be; script-src *", "is no address of http or https"),
        ("most_zoom = 18", "most_zoom = 40", "most_zoom"),
        ('standing = "adopted"', "", "standing is missing"),
        ('licence = "eigen"', 'license = "eigen"', "intranet.license is not a known key; did you mean licence?"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, before: str, after: str, told: str) -> None:
    (tmp_path / "own.toml").write_text(GOOD.replace(before, after))
    with pytest.raises(DataError) as error:
        load_tiles(tmp_path / "own.toml")
    assert told in str(error.value)


def test_unknown_names_and_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no tile background is called 'bing'; the names are grb, osm"):
        load_tiles("bing")
    with pytest.raises(MissingFileError):
        load_tiles(tmp_path / "none.toml")
    (tmp_path / "two.toml").write_text(GOOD + GOOD.replace("[intranet]", "[other]"))
    with pytest.raises(DataError, match="must hold one table"):
        load_tiles(tmp_path / "two.toml")


def test_a_page_lets_in_the_tiles_it_was_made_with_and_nobody_else(samples: ModuleType) -> None:
    page = page_html(samples.spec(), extras=PageExtras(tiles=load_tiles("grb")))
    assert "img-src data: https://geo.api.vlaanderen.be;" in page
    assert "Gratis open data licentie Vlaanderen" in page
    assert "img-src data:;" in page_html(samples.spec())
