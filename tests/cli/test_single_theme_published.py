"""A theme of its own, written into a folder: all its files or none, and the atlas that stands there tells of it."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import small_town

from kortrijk_geo.atlas.writing import publish_theme, write_atlas
from kortrijk_geo.catalogue import theme_spec
from kortrijk_geo.errors import OutputError
from kortrijk_geo.pack.city import City

SLOW = ("homes", "streets", "amenities", "land_cover", "green_cover", "surface_temperature", "soil_group")
FILES = {"sociaal_wonen.html", "sociaal_wonen.gpkg", "sociaal_wonen.xlsx", "sociaal_wonen.geojson"}


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def town(tmp_path: Path) -> City:
    return small_town.write_town(tmp_path, without=SLOW)


def publish(city: City, out: Path, theme: str = "housing", **options: object) -> list[str]:
    said: list[str] = []
    publish_theme(city, theme_spec(theme, city, **options), out, say=said.append)
    return said


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_theme_that_does_not_fit_leaves_all_its_old_files(town: City, tmp_path: Path) -> None:
    out = tmp_path / "maps"
    publish(town, out)
    assert set(content(out)) == FILES
    (out / "nota.md").write_text("mine")
    before = content(out)
    changed = town.replace(areas=town.areas.assign(social_dwellings=3.0))
    for file in sorted(FILES):  # one of them is the largest, so that some fit and some do not
        limit = len(before[file]) - 1
        with files_of_at_most(limit), pytest.raises(OutputError, match=r"maps cannot be written: File too large"):
            publish(changed, out)
        assert content(out) == before
    publish(changed, out)
    assert content(out)["sociaal_wonen.gpkg"] != before["sociaal_wonen.gpkg"]
    assert content(out)["nota.md"] == b"mine"


def test_the_index_of_an_atlas_of_this_city_tells_of_a_theme_made_anew(town: City, tmp_path: Path) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    whole = content(out)
    for theme in ("housing", "profile"):
        assert publish(town, out, theme) == []
        assert content(out) == whole  # the same figures give the same atlas
    publish(town, out, norm=25.0)
    after = content(out)
    figures = {page["theme"]: page for page in json.loads(after["atlas.json"])["pages"]}
    assert {name for name in whole if after[name] != whole[name]} >= {"atlas.json", "sociaal_wonen.html"}
    assert set(after) == set(whole)
    before = {page["theme"]: page for page in json.loads(whole["atlas.json"])["pages"]}
    assert list(figures) == list(before)
    assert figures["housing"]["result"]["options"] != before["housing"]["result"]["options"]
    assert [theme for theme in figures if figures[theme] != before[theme]] == ["housing"]
    assert b'href="index.html"' in after["sociaal_wonen.html"]


def test_an_atlas_of_an_earlier_state_stays_and_it_is_said(town: City, tmp_path: Path) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    whole = content(out)
    changed = town.replace(areas=town.areas.assign(social_dwellings=3.0))
    assert publish(changed, out) == [
        f"{out} holds an atlas of an earlier state, whose index does not tell of these files; make it anew"
    ]
    after = content(out)
    assert {name for name in after if after[name] != whole.get(name)} == FILES


def test_the_atlas_of_another_city_is_left_alone(town: City, tmp_path: Path) -> None:
    out = tmp_path / "maps"
    write_atlas(town, out)
    other = small_town.write_town(tmp_path / "other", without=SLOW, name="Andere stad")
    before = content(out)
    with pytest.raises(OutputError, match="maps holds the atlas of Kleinstad, and this is a map of Andere stad"):
        publish(other, out)
    assert content(out) == before


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_of_the_user_with_the_name_of_ours_is_not_replaced(town: City, tmp_path: Path, name: str) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / name).write_text("mine")
    with pytest.raises(OutputError, match=f"maps holds a {name} that is not of an earlier run and would be replaced"):
        publish(town, tmp_path / "maps")
    assert content(tmp_path / "maps") == {name: b"mine"}


@pytest.mark.parametrize("name", ["index.html", "atlas.json", "bomen.gpkg", "doelen.xlsx"])
def test_an_atlas_replaces_no_file_of_the_user_either(town: City, tmp_path: Path, name: str) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / name).write_text("mine")
    # Also of a theme that this town has no data for: its page tells what is known.
    with pytest.raises(OutputError, match=f"maps holds a {name} that is not of an earlier run"):
        write_atlas(town, tmp_path / "maps")
    assert set(content(tmp_path / "maps")) == {name}
    assert (tmp_path / "maps" / name).read_text() == "mine"
