"""The command ``atlas`` when several run at once in one folder, when one is killed, and when a pack holds bad data."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pyogrio
import pytest
import small_town
from planner import EXECUTABLE, run

from kortrijk_geo.files import folder_locked
from kortrijk_geo.pack.city import City

# Childcare, housing, targets and profile remain, which take two seconds.
SLOW = ("homes", "streets", "amenities", "land_cover", "green_cover", "surface_temperature", "soil_group")


def start(city: City, out: Path, *more: str) -> subprocess.Popen[str]:
    command = [EXECUTABLE, "atlas", "--pack", city.folder, "--out", out, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read_until(running: subprocess.Popen[str], words: str) -> None:
    """Read what a command says until it says this."""
    assert running.stderr is not None
    said = []
    for line in running.stderr:
        said.append(line)
        if words in line:
            return
    pytest.fail(f"it never said {words!r}: {said}")


def finish(running: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = running.communicate(timeout=120)
    return running.returncode, said


def run_here(city: City, out: Path, *more: str) -> tuple[int, str]:
    done = run("atlas", "--pack", city.folder, "--out", out, *more)
    return done.returncode, done.stderr


def start_together(out: Path, *runs: tuple[City, tuple[str, ...]]) -> None:
    """Let commands wait for the same folder and then have it; each must end well."""
    out.mkdir()
    with folder_locked(out, pytest.fail):
        started = [start(city, out, *more) for city, more in runs]
        for running in started:
            read_until(running, f"Atlas: waiting for another run that is writing {out}")
    for running in started:
        code, said = finish(running)
        assert code == 0, said


def test_two_cities_at_once_leave_one_atlas_whole(tmp_path: Path) -> None:
    a = small_town.write_town(tmp_path / "a", without=SLOW)
    b = small_town.write_town(tmp_path / "b", without=(*SLOW, "childcare"), name="Andere stad", population=900.0)
    out = tmp_path / "maps"
    start_together(out, (a, ()), (b, ()))
    figures = json.loads((out / "atlas.json").read_text())
    city = {a.digest: a, b.digest: b}[figures["pack_digest"]]
    written = [file for page in [*figures["pages"], *figures["further_pages"]] for file in page.get("files", ())]
    assert {path.name for path in out.iterdir()} == {"index.html", "atlas.json", figures["project"], *written}
    status = {page["theme"]: page["status"] for page in figures["pages"]}
    assert (status["childcare"] == "geschreven") == (city is a)
    for page in ("index.html", *(file for file in written if file.endswith(".html"))):
        text = (out / page).read_text()
        assert city.digest[:12] in text, page
        assert city.name in text, page
    for page in figures["pages"]:
        if page["status"] == "geschreven":
            assert page["result"]["pack_digest"] == city.digest
    areas = pyogrio.read_dataframe(out / "sociaal_wonen.gpkg", layer="areas")
    assert areas["households_private"].tolist() == city.areas["households_private"].tolist()


def test_single_themes_at_once_are_all_on_the_index(tmp_path: Path) -> None:
    city = small_town.write_town(tmp_path, without=SLOW)
    out = tmp_path / "maps"
    start_together(out, (city, ("--only", "childcare")), (city, ("--only", "housing")))
    figures = json.loads((out / "atlas.json").read_text())
    assert [page["theme"] for page in figures["pages"]] == ["childcare", "housing"]
    index = (out / "index.html").read_text()
    assert 'href="kinderopvang.html"' in index
    assert 'href="sociaal_wonen.html"' in index


def test_a_killed_run_holds_no_one_up_and_its_remains_are_removed(tmp_path: Path) -> None:
    city = small_town.write_town(tmp_path, without=SLOW)
    out = tmp_path / "maps"
    killed = start(city, out)
    read_until(killed, "computing and drawing")
    killed.kill()
    finish(killed)
    assert {path.name.partition("-")[0] for path in out.iterdir()} == {".building", ".kortrijk"}
    code, said = run_here(city, out)
    assert code == 0, said
    assert "waiting" not in said
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []
    assert (out / "index.html").is_file()


def test_themes_that_stop_on_bad_data_are_named_and_the_others_are_written(tmp_path: Path) -> None:
    amenities = small_town.layers()["amenities"]
    amenities.loc[2, "tags"] = "no <b>JSON"
    city = small_town.write_town(tmp_path, amenities=amenities)
    cut_off = city.folder / "green_cover.tif"
    cut_off.write_bytes(cut_off.read_bytes()[:1_500])
    out = tmp_path / "maps"
    code, said = run_here(city, out, "--json")
    assert code == 3, said
    figures = {page["theme"]: page for page in json.loads((out / "atlas.json").read_text())["pages"]}
    index = (out / "index.html").read_text()
    for theme, page, reason in (
        ("reach", "bereik", "tags of a2 are not a JSON object"),
        ("trees", "bomen", "Kleinstad/green_cover.tif: cannot be read as a raster"),
    ):
        assert figures[theme]["status"] == "mislukt"
        assert reason in figures[theme]["reason"]
        assert figures[theme]["why"] in index
        assert f'href="{page}.html"' not in index
        assert list(out.glob(f"{page}.*")) == []
    for page in ("kinderopvang", "ontharding", "sociaal_wonen", "doelen", "wijktypes"):
        assert f'href="{page}.html"' in index
        assert (out / f"{page}.html").is_file()
    assert {page["status"] for page in figures.values()} == {"mislukt", "geschreven"}
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    code, said = run_here(city, out, "--only", "reach")
    assert code == 3
    assert "tags of a2 are not a JSON object" in said.splitlines()[-1]
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
