"""A new theme is one folder of the common shape and one line in the catalogue; every other room then knows it."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
import small_town
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo import catalogue
from kortrijk_geo.atlas.comparison import Comparison, compare_cities
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.pack.city import City
from kortrijk_geo_cli.main import app

RULES = Path(__file__).parent / "helpers/shade_theme/rules.toml"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(autouse=True)
def shade(monkeypatch: pytest.MonkeyPatch) -> None:
    line = catalogue.Theme("shade_theme", "schaduw", "Schaduw: groen per inwoner")
    monkeypatch.setitem(catalogue.THEMES, "shade", line)


def test_the_atlas_writes_its_page_files_and_tile(town: City, tmp_path: Path) -> None:
    report = write_atlas(town, tmp_path, only=("shade",))
    assert report.ok
    assert {path.name for path in report.written} == {
        *(f"schaduw.{kind}" for kind in ("html", "gpkg", "xlsx", "geojson")), "atlas.json", "index.html",
    }  # fmt: skip
    (page,) = json.loads((tmp_path / "atlas.json").read_text(encoding="utf-8"))["pages"]
    result = kg.shade.analyse(town)
    assert page["result"] == json.loads(json.dumps(result.to_json()))
    assert result.city["green_m2_per_inhabitant"] == pytest.approx(
        town.layer("green").intersection(town.boundary.union_all()).area.sum() / town.areas["population"].sum()
    )
    html = (tmp_path / "schaduw.html").read_text(encoding="utf-8")
    assert "<title>Schaduw: groen per inwoner - " in html
    assert re.search(r"Groen per inwoner, norm \(m²\).{0,40}10", html)
    assert "Schaduw: groen per inwoner" in (tmp_path / "index.html").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(tmp_path / "schaduw.xlsx")
    assert ("green_m2", "Groen (m²)") in [tuple(cell.value for cell in row) for row in book["Kolommen"]]


def test_the_command_line_knows_it_by_its_dutch_name(town: City, tmp_path: Path) -> None:
    words = ["atlas", "--pack", str(town.folder), "--out", str(tmp_path), "--only", "schaduw"]
    answer = CliRunner().invoke(app, words, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "schaduw.html").is_file()


def test_a_target_can_measure_it(town: City, tmp_path: Path) -> None:
    targets = tmp_path / "doelen.toml"
    text = (Path(kg.__file__).parent / "targets/targets.toml").read_text(encoding="utf-8")
    head = text[: text.index("[[target]]")]
    targets.write_text(
        f"""{head}
[[target]]
key = "shade"
subject = "Groen"
label = "Groen per inwoner"
goal = 10
unit = "m²"
direction = "at_least"
counted = "level"
baseline = 5
baseline_date = 2024
area_goal = true
by = 2030
source = "Nota"
date = "2026"
standing = "to be confirmed"
measured = {{ theme = "shade", column = "green_m2_per_inhabitant" }}
""",
        encoding="utf-8",
    )
    outcomes = {"shade": kg.shade.analyse(town)}
    (state,) = kg.targets.monitor(outcomes, on=dt.date(2026, 7, 1), targets=targets).states
    assert state.now is not None
    assert state.now.value == outcomes["shade"].city["green_m2_per_inhabitant"]


def test_its_own_rules_and_a_comparison_of_two(town: City, tmp_path: Path) -> None:
    rules = tmp_path / "eigen.toml"
    rules.write_text(RULES.read_text(encoding="utf-8").replace("= 10", "= 500"), encoding="utf-8")
    spec = compare_cities(Comparison("shade", ("nu", "straks"), {}, {"rules": rules}), town, town)
    assert spec.result.headlines[0].target == 500
    shutil.copy(RULES, rules)
    rules.write_text(rules.read_text(encoding="utf-8").replace("m2_per", "m3_per"), encoding="utf-8")
    with pytest.raises(DataError, match=r"eigen\.toml.*m2_per_inhabitant"):
        kg.shade.analyse(town, rules=rules)
    with pytest.raises(OptionError, match="reels"):
        compare_cities(Comparison("shade", ("nu", "straks"), {}, {"reels": rules}), town, town)
