"""The command line as a planner meets it: exit codes, one clear line for bad input, JSON alone on stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kortrijk_geo.city import City

EXECUTABLE = Path(sys.executable).parent / "kortrijk-geo"


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [EXECUTABLE, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    )


def test_version_and_help_answer() -> None:
    assert run("--version").stdout.strip() == "0.1.0"
    text = run("--help").stdout
    for command in ("demo", "atlas", "pack", "reach"):
        assert command in text


def test_wrong_usage_exits_2() -> None:
    assert run("no-such-command").returncode == 2
    assert run("pack", "build").returncode == 2


@pytest.mark.parametrize("command", ["atlas", "reach"])
def test_a_pack_that_is_not_there_exits_3_with_one_line(command: str, tmp_path: Path) -> None:
    done = run(command, "--pack", tmp_path / "nowhere", "--out", tmp_path / "maps")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "nowhere is no city pack" in done.stderr
    assert not (tmp_path / "maps").exists()


def test_a_bug_keeps_its_traceback_and_exits_1(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['kortrijk-geo', 'pack', 'show', 'x']\n"
        "import kortrijk_geo.pack as pack\n"
        "def broken(folder): raise ZeroDivisionError('a bug')\n"
        "pack.read_info = broken\n"
        "from kortrijk_geo_cli.main import run; run()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError: a bug" in done.stderr


def test_pack_show_and_check_print_json_alone(demo: City) -> None:
    for command in ("show", "check"):
        done = run("pack", command, demo.folder, "--json")
        assert done.returncode == 0, done.stderr
        json.loads(done.stdout)
    assert "homes" in run("pack", "show", demo.folder).stdout


def test_a_tampered_pack_fails_the_check(demo: City, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "pack"
    shutil.copytree(demo.folder, folder)
    description = folder / "pack.toml"
    text = description.read_text()
    digest = demo.info.layers["areas"].sha256
    description.write_text(text.replace(digest, "0" * 64))
    done = run("pack", "check", folder, "--json")
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert not document["ok"]
    assert any(f["level"] == "error" and f["layer"] == "areas" for f in document["findings"])


def test_reach_prints_the_outside_contract(demo: City, tmp_path: Path) -> None:
    done = run("reach", "--pack", demo.folder, "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["theme"] == "reach"
    assert document["synthetic"] is True
    assert len(document["areas"]) == 14
    assert {"area_id", "name", "population", "share_all_walk_15", "share_all_cycle_15"} <= set(document["areas"][0])
    assert sum(area["population"] for area in document["areas"]) == document["city"]["population"] == 81_045
    assert {path.name for path in tmp_path.iterdir()} >= {"bereik.html", "bereik.gpkg", "bereik.xlsx"}


def test_an_output_folder_that_cannot_be_written_exits_3(demo: City, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = run("reach", "--pack", demo.folder, "--out", tmp_path / "file")
    assert done.returncode == 3
    assert "cannot be written" in done.stderr
