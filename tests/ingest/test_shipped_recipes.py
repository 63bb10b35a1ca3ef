"""Recipes that come with the toolkit: taken by name, listed with the raw files they ask for, copied to be changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from planner import run

from kortrijk_geo.errors import MissingFileError, OutputError
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.ingest.shipped import copy_recipes, find_recipe, raw_files, recipe_names

DATA = Path(__file__).parents[2] / "data"


def test_a_checkout_has_the_recipes_of_its_data_folder():
    assert recipe_names() == sorted(path.stem for path in (DATA / "recipes").glob("*.toml"))
    assert find_recipe("las_palmas") == DATA / "recipes" / "las_palmas.toml"


def test_a_file_of_the_user_goes_before_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "las_palmas").mkdir()  # a folder, such as that of the raw files, is no recipe
    assert find_recipe("las_palmas").is_absolute()
    (tmp_path / "amsterdam").write_text("mine")
    assert find_recipe("amsterdam") == Path("amsterdam")
    for path in ("las_palmas.toml", "recipes/las_palmas", "./las_palmas"):
        assert find_recipe(path) == Path(path)


def test_an_unknown_name_names_the_nearest_and_all_others():
    with pytest.raises(MissingFileError, match="did you mean 'las_palmas'") as caught:
        find_recipe("las_plamas")
    for name in recipe_names():
        assert name in str(caught.value)


def test_raw_files_are_those_that_sources_layers_and_rasters_name(tmp_path):
    assert raw_files(find_recipe("kortrijk_boundaries")) == [
        "boundaries.gpkg",
        "population_by_age_2015.csv",
        "statistical_sectors.csv",
    ]
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        '[sources.a]\nfile = "b"\n[[layers.x]]\nfile = "c"\n[rasters.r.sealed]\nfile = "a"\n[k]\nfile = "b"'
    )
    assert raw_files(recipe) == ["a", "b", "c"]


def test_copies_are_sound_where_they_stand_and_are_not_written_over(tmp_path):
    copies = copy_recipes(tmp_path / "mine")
    for name in recipe_names():
        assert load_recipe(tmp_path / "mine" / "recipes" / f"{name}.toml").name
    assert tmp_path / "mine" / "recipes" / "README.md" in copies
    copies[0].write_text("changed")
    copies[-1].unlink()
    with pytest.raises(OutputError, match="already; nothing was copied"):
        copy_recipes(tmp_path / "mine")
    assert copies[0].read_text() == "changed"
    assert not copies[-1].exists()


def test_the_command_lists_copies_and_refuses(tmp_path):
    done = run("pack", "recipes", "--json", "--copy-to", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert [row["name"] for row in document["recipes"]] == recipe_names()
    assert {"name": "wechelderzande", "city": "Wechelderzande", "raw_files": ["wechelderzande.osm.pbf"]} in document[
        "recipes"
    ]
    assert all((tmp_path / copy).is_file() for copy in document["copies"])
    refused = run("pack", "build", "wechelderzand", "--out", "pack", cwd=tmp_path)
    assert refused.returncode == 3
    assert "did you mean 'wechelderzande'" in refused.stderr
