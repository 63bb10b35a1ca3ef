"""The command line as a planner meets it: exit codes, one clear line for bad input, JSON alone on stdout."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import small_town
from planner import run, run_process

from kortrijk_geo.pack.city import City


def test_version_and_help_answer() -> None:
    assert run_process("--version").stdout.strip() == "0.1.0"
    text = run_process("--help").stdout
    for command in ("demo", "atlas", "pack", "reach", "childcare"):
        assert command in text


def test_wrong_usage_exits_2() -> None:
    assert run_process("no-such-command").returncode == run("no-such-command").returncode == 2
    assert run("pack", "build").returncode == 2


@pytest.mark.parametrize("command", ["atlas", "reach"])
def test_a_pack_that_is_not_there_exits_3_with_one_line(command: str, tmp_path: Path) -> None:
    done = run(command, "--pack", tmp_path / "nowhere", "--out", tmp_path / "maps")
    alone = run_process(command, "--pack", tmp_path / "nowhere", "--out", tmp_path / "maps")
    assert (done.returncode, done.stdout, done.stderr) == (alone.returncode, alone.stdout, alone.stderr)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "nowhere is no city pack" in done.stderr
    assert not (tmp_path / "maps").exists()


def test_a_bug_keeps_its_traceback_and_exits_1(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['kortrijk-geo', 'pack', 'show', 'x']\n"
        "import kortrijk_geo.pack.files as pack\n"
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


def test_texts_of_a_pack_do_not_speak_to_the_terminal(tmp_path: Path) -> None:
    def text(words: str) -> str:
        return f"{words} \x1b[31m\u202e[bold]x"

    slow = ("homes", "streets", "amenities", "land_cover", "green_cover", "surface_temperature", "soil_group")
    city = small_town.write_town(tmp_path, text=text, without=slow, dates={"childcare": text("morgen")})
    for command in (["atlas", "--out", tmp_path / "maps", "--pack"], ["housing", "--out", tmp_path, "--pack"]):
        done = run(*command, city.folder)
        assert "\ufffd[31m\ufffd[bold]x" in done.stdout
        assert "\x1b" not in done.stdout + done.stderr
        assert "\u202e" not in done.stdout + done.stderr
    assert "\x1b" not in run("pack", "show", city.folder).stdout
    done = run("childcare", "gaps", "--out", tmp_path, "--pack", city.folder)
    assert done.returncode == 3
    assert "\x1b" not in done.stderr


def test_a_tampered_pack_fails_the_check(tmp_path: Path) -> None:
    city = small_town.write_town(tmp_path)
    folder = city.folder
    description = folder / "pack.toml"
    text = description.read_text()
    digest = city.info.layers["areas"].sha256
    description.write_text(text.replace(digest, "0" * 64))
    done = run("pack", "check", folder, "--json")
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert not document["ok"]
    assert any(f["level"] == "error" and f["layer"] == "areas" for f in document["findings"])


def test_reach_prints_the_outside_contract(demo: City, tmp_path: Path) -> None:
    done = run("reach", "--pack", demo.folder, "--out", tmp_path, "--no-proximity", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["theme"] == "reach"
    assert document["synthetic"] is True
    assert len(document["areas"]) == 14
    assert {"area_id", "name", "population", "share_all_walk_15", "share_all_cycle_15"} <= set(document["areas"][0])
    assert sum(area["population"] for area in document["areas"]) == document["city"]["population"] == 81_045
    assert {path.name for path in tmp_path.iterdir()} >= {"bereik.html", "bereik.gpkg", "bereik.xlsx"}


def test_an_output_folder_that_cannot_be_written_exits_1(demo: City, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = run("reach", "--pack", demo.folder, "--out", tmp_path / "file")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


def test_reach_from_a_point_counts_who_lives_near(demo: City) -> None:
    done = run("reach", "--pack", demo.folder, "--from", "72133,169304", "--json")
    assert done.returncode == 0, done.stderr
    walk, cycle = json.loads(done.stdout)["reach"]
    assert (walk["mode"], cycle["mode"]) == ("walk", "cycle")
    assert 0 < walk["residents"] < cycle["residents"] <= 81_045
    assert run("reach", "--pack", demo.folder, "--from", "somewhere").returncode == 2
    assert run("reach", "--pack", demo.folder, "--from", "0,0").returncode == 2


def test_childcare_gaps_prints_the_outside_contract(demo: City, tmp_path: Path) -> None:
    done = run("childcare", "gaps", "--pack", demo.folder, "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["theme"] == "childcare"
    wanted = {"children_0_2", "places", "places_per_100_children", "shortage_places", "below_norm"}
    assert wanted | {"catchment_places_per_100_children"} <= set(document["areas"][0])
    city = document["city"]
    assert (city["children_0_2"], city["places"]) == (2376, 1376)
    assert city["places_per_100_children"] == pytest.approx(57.912, abs=0.001)
    assert sum(area["places"] for area in document["areas"]) == 1376
    assert {path.name for path in tmp_path.iterdir()} >= {"kinderopvang.html", "kinderopvang.gpkg", "kinderopvang.xlsx"}


def test_childcare_outlook_and_expand_write_what_they_found(demo: City, tmp_path: Path) -> None:
    done = run("childcare", "outlook", "--pack", demo.folder, "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    extra = {target["year"]: target["needed_extra_places"] for target in json.loads(done.stdout)["outlook"]["targets"]}
    assert 50 < extra[2030] < 150
    assert 100 < extra[2040] < 300
    done = run("childcare", "expand", "--pack", demo.folder, "--out", tmp_path, "--places", 40, "--unit", 10, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["city"]["places_after"] == 1376 + 54 + 40, "today's, those decided in the Condédreef, the new ones"
    assert document["options"]["plan"]["gap"] <= 0.001
    refused = run("childcare", "expand", "--pack", demo.folder, "--out", tmp_path, "--places", 45, "--unit", 10)
    assert refused.returncode == 2
    assert "45" in refused.stderr


def test_childcare_trend_writes_a_workbook_with_a_chart(demo: City, tmp_path: Path) -> None:
    import zipfile

    done = run(
        "childcare",
        "trend",
        "--series",
        f"2023={demo.folder}",
        "--series",
        f"2024={demo.folder}",
        "--out",
        tmp_path,
        "--json",
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["years"] == [2023, 2024]
    with zipfile.ZipFile(tmp_path / "kinderopvang_trend.xlsx") as book:
        assert "xl/charts/chart1.xml" in book.namelist()
    assert run("childcare", "trend", "--series", "last year", "--out", tmp_path).returncode == 2


def premium(demo: City, *more: object) -> subprocess.CompletedProcess[str]:
    return run(
        "childcare",
        "premium",
        "--pack",
        demo.folder,
        "--kind",
        "group",
        "--new-places",
        19,
        "--x",
        69900,
        "--y",
        171533,
        "--date",
        "2021-10-12",
        *more,
    )


def test_the_premium_of_19_places_in_heule_is_8550_euro(demo: City, tmp_path: Path) -> None:
    done = premium(demo, "--assume-yes", "--json", "--sheet", tmp_path / "beslissing.html")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["status"] == "provisional"
    assert document["total_eur"] == "8550.00"
    assert "amounts.group-below-norm" in [point["field"] for point in document["open_points"]]
    assert document["area"]["name"] == "Heule Centrum"
    assert document["lines"][0]["unit_eur"] == "450.00"
    assert "8.550,00" in (tmp_path / "beslissing.html").read_text()
    assert "Voorlopig totaal, nog niet toegekend: 8.550,00 euro" in premium(demo, "--assume-yes").stdout


def test_a_premium_without_answers_is_provisional_and_says_what_is_needed(demo: City) -> None:
    document = json.loads(premium(demo, "--json").stdout)
    assert (document["status"], document["total_eur"]) == ("provisional", "8550.00")
    unanswered = [condition["id"] for condition in document["conditions"] if condition["met"] is None]
    assert unanswered
    assert {f"conditions.{name}" for name in unanswered} <= {point["field"] for point in document["open_points"]}


def test_premium_answers_that_nobody_asked_for_exit_3(demo: City, tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text("days_a_week = 5\n")
    done = premium(demo, "--answers", answers)
    assert done.returncode == 3
    assert "days_a_week" in done.stderr
    assert run("childcare", "premium", "--kind", "group", "--date", "2021-10-12").returncode == 2
