"""Rulebooks on the command line: another city's pack, an explanation, what can be asked for, the letter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from planner import run

from kortrijk_geo.premium.rulebooks import EXAMPLES

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City


def test_a_pack_of_dilbeek_is_decided_by_the_rules_of_dilbeek_or_not_at_all(demo: City, tmp_path: Path) -> None:
    pack, rules = tmp_path / "pack", tmp_path / "rules"
    shutil.copytree(demo.folder, pack)
    description = pack / "pack.toml"
    text = description.read_text(encoding="utf-8")
    assert f'"{demo.info.nis_code}"' in text
    description.write_text(text.replace(f'"{demo.info.nis_code}"', '"23016"'), encoding="utf-8")
    asked = (
        "--pack",
        pack,
        "--new-places",
        20,
        "--x",
        69900,
        "--y",
        171533,
        "--date",
        "2023-06-01",
        "--accept-changed",
    )
    done = run("childcare", "premium", *asked, "--kind", "group", "--assume-yes", "--json")
    assert done.returncode == 2
    assert "(NIS code 23016), only of 34022" in done.stderr
    rules.mkdir()
    shutil.copy(EXAMPLES / "dilbeek.toml", rules / "dilbeek.toml")
    more = ("--kind", "starter", "--rulebooks", rules, "--letter", tmp_path / "brief.html", "--json")
    document = json.loads(run("childcare", "premium", *asked, *more).stdout)
    assert (document["rulebook"]["id"], document["total_eur"]) == ("dilbeek", "20000.00")
    shown = run("childcare", "premium", *asked, "--kind", "starter", "--rulebooks", rules)
    assert shown.returncode == 0, shown.stderr
    assert "per 100 kinderen" in shown.stdout
    assert "norm" not in shown.stdout, "these rules have none"
    assert "20 x € 1.000,00 = € 20.000,00" in (tmp_path / "brief.html").read_text(encoding="utf-8")


def test_a_rulebook_is_explained_and_a_wrong_example_is_told(tmp_path: Path) -> None:
    done = run("childcare", "rulebook", "roeselare-2023")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "€ 175,00 per vergunde plaats en per jaar" in said
    assert "als tariff is: inkomenstarief en als occupancy is: vanaf 80" in said
    text = (EXAMPLES / "roeselare-2023.toml").read_text(encoding="utf-8").replace('"87.50"', '"88.50"')
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    wrong = run("childcare", "rulebook", own)
    assert wrong.returncode == 3
    assert "examples[3]: comes to 1593.00, not 1575.00" in wrong.stderr
    absent = run("childcare", "rulebook", "roeselaere")
    assert absent.returncode == 3
    assert "roeselare-2023" in absent.stderr


def test_what_can_be_asked_for_on_a_day() -> None:
    asked = ("childcare", "premium", "--list", "--date", "2009-06-01", "--rulebooks", "examples", "--json")
    document = json.loads(run(*asked).stdout)
    assert [one["id"] for one in document["regulations"]] == ["mechelen-2009"]
    ours = json.loads(run("childcare", "premium", "--list", "--date", "01/06/2021", "--json").stdout)
    assert [one["id"] for one in ours["regulations"]] == ["kortrijk-2020-10-12"]
