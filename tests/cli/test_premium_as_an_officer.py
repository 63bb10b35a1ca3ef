"""The premium as an officer asks it: a file to fill in, a file of documents, degrees, today, a pack that was edited."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from planner import run

if TYPE_CHECKING:
    import subprocess

    from kortrijk_geo.pack.city import City

HEULE = ("--new-places", 19, "--x", 69900, "--y", 171533)
ANSWERS = {
    "realised_within_months": "6",
    "no_earlier_premium": "ja",
    "age_range": "0-3",
    "days_per_week": "5",
    "open_to_all": "ja",
    "digital_desk": "ja",
    "licence": "ja",
    "no_exclusion": "ja",
    "legal_form": "bv",
    "shares_natural_persons": "100",
    "shares_self_employed": "50",
}
FIELDS = ("rulebook", "amounts", "amounts_confirmed_until", "caps", "area_unit", "reference_date")


def premium(*more: object) -> subprocess.CompletedProcess[str]:
    return run("childcare", "premium", *more)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A filled in template for the day on which the counts of the demo city hold."""
    path = tmp_path / "antwoorden.toml"
    done = premium("--template", path, "--kind", "group", "--date", "01/06/2025")
    assert done.returncode == 0, done.stderr
    text = path.read_text(encoding="utf-8")
    for name, answer in ANSWERS.items():
        text = text.replace(f'{name} = ""', f'{name} = "{answer}"')
    assert '= ""' not in text
    path.write_text(text, encoding="utf-8")
    return path


def test_from_template_to_a_confirmed_sum(demo: City, answers: Path, tmp_path: Path) -> None:
    asked = ("--pack", demo.folder, "--answers", answers, *HEULE, "--json")
    before = json.loads(premium(*asked).stdout)
    assert (before["status"], before["total_eur"]) == ("provisional", "8550.00")
    confirm = tmp_path / "bevestigd.toml"
    table = '[[confirm]]\nfield = "{}"\ndocument = "Raadsbesluit"\ndate = 2025-05-12\nwho = "Secretaris"\n'
    confirm.write_text("".join(map(table.format, FIELDS)), encoding="utf-8")
    sheet = tmp_path / "advies.html"
    who = ("--dossier", "2025/12", "--applicant", "Droomedaris bv", "--advisor", "An Peeters")
    after = json.loads(premium(*asked, "--confirm", confirm, "--sheet", sheet, *who).stdout)
    assert (after["status"], after["total_eur"], after["open_points"]) == ("eligible", "8550.00", [])
    page = sheet.read_text(encoding="utf-8")
    for part in ("Komt in aanmerking: € 8.550,00", "2025/12", "Droomedaris bv", "An Peeters op ", "Raadsbesluit"):
        assert part in page


def test_a_template_does_not_replace_answers(answers: Path) -> None:
    before = answers.read_bytes()
    done = premium("--template", answers, "--kind", "group", "--date", "2025-06-01")
    assert done.returncode == 2
    assert answers.read_bytes() == before


def test_answers_of_another_day_or_kind_are_told(demo: City, answers: Path) -> None:
    for more in (("--date", "2025-06-02"), ("--kind", "family")):
        done = premium("--pack", demo.folder, "--answers", answers, *HEULE, *more)
        assert done.returncode == 3
        assert "antwoorden.toml: " in done.stderr


def test_an_application_of_today_finds_its_rules_and_what_must_be_confirmed(demo: City, tmp_path: Path) -> None:
    sheet, today = tmp_path / "advies.html", dt.datetime.now(dt.UTC).date()
    asked = ("--pack", demo.folder, "--kind", "group", "--date", today, *HEULE)
    done = premium(*asked, "--json", "--sheet", sheet)
    document = json.loads(done.stdout)
    assert document["rulebook"]["id"] == "kortrijk-2021-10-12"
    [point] = [one for one in document["open_points"] if one["field"] == "amounts_confirmed_until"]
    assert "--confirm" in point["closes"]
    assert point["text"] in sheet.read_text(encoding="utf-8").replace("&#39;", "'")
    said = " ".join(premium(*asked).stdout.replace("│", " ").split())
    assert "amounts_confirmed_until" in said
    assert "Voorlopig totaal, nog niet toegekend: 8.550,00 euro" in said


def test_degrees_are_an_error_with_the_place_they_mean(demo: City) -> None:
    asked = ("--pack", demo.folder, "--kind", "group", "--new-places", 19, "--date", "2021-10-12")
    done = premium(*asked, "--x", 3.2649, "--y", 50.8283)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "outside the layers of the pack" in done.stderr
    assert "did you mean --x 72233 --y 169230?" in done.stderr


def test_a_pack_that_was_edited_gives_no_premium_unless_that_is_accepted(demo: City, tmp_path: Path) -> None:
    import geopandas as gpd

    pack = tmp_path / "pack"
    shutil.copytree(demo.folder, pack)
    childcare = gpd.read_file(pack / "city.gpkg", layer="childcare")
    childcare.loc[0, "places"] = childcare.loc[0, "places"] + 40
    childcare.to_file(pack / "city.gpkg", layer="childcare", driver="GPKG")
    asked = ("--pack", pack, "--kind", "group", "--date", "2021-10-12", *HEULE, "--json")
    done = premium(*asked)
    assert done.returncode == 3
    assert "was changed after it was built: childcare" in done.stderr
    document = json.loads(premium(*asked, "--accept-changed").stdout)
    assert document["open_points"][0]["text"] == "Gewijzigd sinds de opbouw: kinderopvang."
