"""The page, the files and the command of the city's sites."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio
import pytest
import site_town
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo.pack.city import City
from kortrijk_geo.reach.options import choose
from kortrijk_geo.sites.options import choose_options
from kortrijk_geo_cli.main import app


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return site_town.town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def written(town: City, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """The files of the command, and what it printed as JSON."""
    out = tmp_path_factory.mktemp("out")
    words = ["sites", "--pack", str(town.folder), "--out", str(out), "--minutes", "3", "--walk-speed", "80", "--json"]
    answer = CliRunner().invoke(app, words, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return out, json.loads(answer.stdout)


def test_the_command_writes_page_geopackage_and_workbook(town: City, written: tuple[Path, dict[str, object]]) -> None:
    out, document = written
    assert {file.name for file in out.iterdir()} >= {f"stadspatrimonium.{end}" for end in ("html", "gpkg", "xlsx")}
    assert [site["site_id"] for site in document["sites"]] == list(site_town.SITES)
    assert document["city"]["city_sites"] == len(site_town.SITES)
    assert {use["use"] for use in document["uses"]} >= {"library", "meeting_place", "depot"}
    layers = {name for name, _ in pyogrio.list_layers(out / "stadspatrimonium.gpkg")}
    assert {"areas", "city_sites", "alternatives"} <= layers
    book = openpyxl.load_workbook(out / "stadspatrimonium.xlsx")
    assert {"Plekken", "Gebruik"} <= set(book.sheetnames)
    heads = [cell.value for cell in book["Plekken"][1]]
    assert heads[:4] == ["Plek", "Wijk", "Gebruik", "Verliezen de laatste te voet"]
    assert book["Plekken"].max_row == len(site_town.SITES) + 1


def test_the_page_ranks_the_sites_with_choices_of_wijk_and_use(written: tuple[Path, dict[str, object]]) -> None:
    html = (written[0] / "stadspatrimonium.html").read_text(encoding="utf-8")
    assert '<select data-place="1"><option value="">alle</option><option>Wijk 0</option>' in html
    assert "<option>bibliotheek</option>" in html
    assert "geen advies om te sluiten" in html
    assert "bij sluiting, één tegelijk" in html
    ranking = html[html.index("ranking-table") :]
    assert '<td class="text"><bdi></bdi></td></tr>' in ranking[: ranking.index("</table>")]  # no remark is not unknown
    assert "Overlap en verlies samen zijn iedereen binnen" in html


def test_the_ranking_begins_with_the_greatest_loss_and_ends_with_what_is_unknown(town: City) -> None:
    result = kg.sites.analyse(town, **site_town.WALK)
    ranking = kg.sites.spec(result).rankings[0]
    loss = ranking.frame["loss_people_walk"]
    assert loss.dropna().is_monotonic_decreasing
    assert loss.iloc[: loss.notna().sum()].notna().all()
    assert list(ranking.frame["use_label"])[-1] == "loods of werkplaats"


def test_headlines_say_which_use_is_lacked_and_which_loss_is_greatest(town: City) -> None:
    result = kg.sites.analyse(town, **site_town.WALK)
    rows = result.layers["city_sites"]
    worst = rows.loc[rows["loss_people_walk"].idxmax()]
    figure = result.headline("largest_loss_walk")
    assert figure.value == round(worst["loss_people_walk"])
    assert worst["name"] in figure.label
    lacking = [result.city[f"people_without_{use.key}_walk"] for use in result.chosen.uses.compared]
    assert result.headline("most_lacked_people_walk").value == round(np.nanmax(lacking))
    assert result.headline("without_loss_walk").value == (rows["loss_people_walk"] == 0).sum()


def test_one_mode_and_another_time_are_possible(town: City) -> None:
    near = kg.sites.analyse(town, modes=("cycle",), minutes=1, cycle_m_per_min=100.0)
    far = kg.sites.analyse(town, modes=("cycle",), minutes=2, cycle_m_per_min=100.0)
    columns = near.layers["city_sites"].columns
    assert "people_cycle" in columns
    assert "people_walk" not in columns
    assert (far.layers["city_sites"]["people_cycle"] >= near.layers["city_sites"]["people_cycle"]).all()


def test_speeds_and_minutes_are_those_of_reach() -> None:
    ours, theirs = choose_options(), choose()
    assert ours.speeds_m_per_min == theirs.speeds_m_per_min
    assert (ours.minutes, ours.max_snap_m, ours.snap_to) == (theirs.minutes, theirs.max_snap_m, theirs.snap_to)
