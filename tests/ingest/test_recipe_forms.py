"""A recipe that is a form: what it asks for is said with the build, and stands wherever it names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sector_village import village
from typer.testing import CliRunner

from kortrijk_geo.errors import OptionError
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.ingest.shipped import find_recipe
from kortrijk_geo.pack.files import read_info
from kortrijk_geo_cli.main import app


@pytest.fixture
def form(tmp_path: Path) -> Path:
    recipe = village(tmp_path)
    text = recipe.read_text().replace('name = "Dorp"', 'name = "{naam}"\nnis_code = "{nis}"', 1)
    text = text.replace('file = "wijken.gpkg"', 'file = "{wijken}.gpkg"')
    recipe.write_text(f'{text}[form]\nnis = "NIS-code"\nnaam = "naam"\nwijken = "bestand van de wijken"\n')
    return recipe


def test_what_it_asks_for_stands_wherever_it_is_named(form: Path, tmp_path: Path) -> None:
    settings = ["--set", "nis=34023", "--set", "naam=Kuurne", "--set", "wijken=wijken"]
    out = str(tmp_path / "pack")
    done = CliRunner().invoke(app, ["pack", "build", str(form), "--files", str(tmp_path), "--out", out, *settings])
    assert done.exit_code == 0, done.output
    info = read_info(tmp_path / "pack")
    assert (info.name, info.nis_code) == ("Kuurne", "34023")


def test_what_is_not_said_is_asked_for(form: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"is a form; say --set wijken=\.\.\. \(bestand van de wijken\)"):
        build_pack(form, tmp_path, tmp_path / "pack", settings={"nis": "1", "naam": "x"})


@pytest.mark.parametrize("wrong", ["nis", "=34023", "nis=", "naam=Kuurne"])
def test_a_setting_has_a_key_and_a_value(form: Path, tmp_path: Path, wrong: str) -> None:
    out = str(tmp_path / "pack")
    done = CliRunner().invoke(app, ["pack", "build", str(form), "--out", out, "--set", "naam=Dorp", "--set", wrong])
    assert isinstance(done.exception, OptionError)
    assert str(done.exception).endswith("write it as key=value, each key once")


def test_a_setting_that_it_does_not_ask_for_is_refused_with_the_nearest(form: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"--set niz: dorp\.toml does not ask for it.*nis"):
        build_pack(form, tmp_path, tmp_path / "pack", settings={"niz": "1"})


def test_a_recipe_that_is_no_form_asks_for_nothing(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="it asks for nothing"):
        build_pack(village(tmp_path), tmp_path, tmp_path / "pack", settings={"nis": "1"})


def test_the_form_of_the_toolkit_can_be_looked_at_without_filling_it_in() -> None:
    assert load_recipe(find_recipe("vlaamse_gemeente")).name == "{naam}"
