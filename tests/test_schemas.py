"""JSON Schemas of recipes and files of rules: as the models are, taking and refusing what the reader does."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest
from planner import run

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.rules import as_rules
from kortrijk_geo_cli.schemas import models, schemas

MODELS, SCHEMAS = models(), schemas()
ROOT = Path(__file__).parents[1]
INSTALLED = ROOT / "kortrijk_geo" / "schemas"
RECIPES = sorted((ROOT / "data" / "recipes").glob("*.toml"))
SEVERAL = {
    "catalog": [ROOT / "data" / "catalog.toml"],
    "premium_rulebook": [
        path
        for folder in ("books", "examples")
        for path in sorted((ROOT / "kortrijk_geo" / "premium" / folder).glob("*.toml"))
    ],
    "profile": [ROOT / "kortrijk_geo" / "profile" / "profile.toml"],
    "reach_categories": [
        ROOT / "kortrijk_geo" / "reach" / f"{name}.toml" for name in ("categories", "bruno2024", "city_places")
    ],
    "targets": [ROOT / "kortrijk_geo" / "targets" / "targets.toml"],
}
# What draws and what the synthetic city is made of: the toolkit's own, which no user writes.
OWN = {
    "atlas/indicators",
    "atlas/wanted",
    "demo/amenities",
    "demo/care",
    "demo/city_sites",
    "demo/figures",
    "demo/skeleton",
    "demo/street_names",
    "demo/timetable",
    "mapping/ramps",
    "pack/gate",
    "rules/coverage",
    "rules/method_changes",
    "ingest/table_limits",
    "ingest/adding",
    "ingest/aliases",
    "ingest/findings",
}


def shipped(name: str) -> list[Path]:
    return SEVERAL.get(name, [ROOT / "kortrijk_geo" / f"{name.replace('_', '/', 1)}.toml"])


def values_of(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def as_json(values: Any) -> Any:
    """Return what an editor checks: its JSON has dates as texts."""
    return json.loads(json.dumps(values, default=str))


def read(model: Any, values: dict[str, Any]) -> None:
    tables = {"": values} if isinstance(model, type) and not get_args(model) else values
    for table in tables.values():
        as_rules(get_args(model)[1] if get_args(model) else model, table, "a file")


def refuses(call: Callable[[], object]) -> bool:
    try:
        call()
    except (DataError, jsonschema.ValidationError):
        return True
    return False


def test_the_installed_schemas_are_as_the_models_are() -> None:
    assert {path.name for path in INSTALLED.iterdir()} == {f"{name}.schema.json" for name in SCHEMAS}
    for name, schema in SCHEMAS.items():
        assert json.loads((INSTALLED / f"{name}.schema.json").read_text(encoding="utf-8")) == schema, (
            f"{name}: kortrijk-geo pack schema --out kortrijk_geo/schemas"
        )


def test_every_file_of_rules_has_a_schema() -> None:
    package = ROOT / "kortrijk_geo"
    files = {path.relative_to(package).with_suffix("").as_posix() for path in package.rglob("*.toml")}
    known = {
        path.relative_to(package).with_suffix("").as_posix()
        for name in MODELS
        for path in shipped(name)
        if package in path.parents
    }
    assert {name for name in files - known if not name.endswith("/option_labels")} == OWN


@pytest.mark.parametrize("name", MODELS)
def test_what_is_shipped_is_right(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft7Validator.check_schema(schema)
    for path in shipped(name):
        jsonschema.validate(as_json(values_of(path)), schema)


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield where every key of a file stands; of the tables of an array, the last is looked into."""
    tables = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, inner in tables if isinstance(value, dict) else tables[-1:]:
        if isinstance(key, str):
            yield (*place, key)
        if isinstance(inner, dict) or (isinstance(inner, list) and inner and isinstance(inner[0], dict)):
            yield from places(inner, (*place, key))


def changed(values: dict[str, Any], place: tuple[Any, ...], how: str) -> dict[str, Any]:
    """Return the file with one key misspelt or left out, or its value of another kind."""
    copied = values.copy()
    table: Any = copied
    for part in place[:-1]:  # what stands beside the key is shared
        table[part] = table[part].copy()
        table = table[part]
    value = table.pop(place[-1])
    if how == "misspelt":
        table[f"{place[-1]}x"] = value
    elif how == "of another kind":
        table[place[-1]] = {"x": {}} if isinstance(value, list) else [{"x": {}}]
    elif how == "a number":
        table[place[-1]] = -1.5
    return copied


# What only a check over several keys sees, which no schema tells.
ONLY_THE_READER = {(measure, size) for measure in ("distance_m", "least_m2", "least_width_m") for size in "123"}
ONLY_THE_READER |= {("kind_names", "initiative")}


@pytest.mark.parametrize("name", MODELS)
def test_what_the_reader_refuses_is_refused_by_the_schema(name: str) -> None:
    schema = jsonschema.Draft7Validator(SCHEMAS[name])
    refused = 0
    for path in shipped(name)[-1:]:
        values = values_of(path)
        for place in places(values):
            for how in ("misspelt", "of another kind", "a number", "left out"):
                wrong = changed(values, place, how)
                by_reader = refuses(lambda wrong=wrong: read(MODELS[name], wrong))
                by_schema = not schema.is_valid(as_json(wrong))
                told = f"{path.name}: {'.'.join(map(str, place))} {how}"
                if how == "left out" or place[-2:] in ONLY_THE_READER:
                    assert by_reader or not by_schema, told
                else:
                    assert by_reader == by_schema, told
                refused += by_schema
    assert refused


WRONG_LINES = {
    "a misspelt key": ('reader = "osm"', 'readr = "osm"'),
    "an unknown reader": ('reader = "osm"', 'reader = "osmm"'),
    "a layer that is not": ("[layers.streets]", "[layers.streetz]"),
    "no study area": ("[study_area]", "[study_aria]"),
    "a raster that is not": ("[layers.streets]", "[rasters.canopy]"),
    "a key of another reader": ('reader = "osm"', 'reader = "osm"\nsheet = "a"'),
    "text for a number": ("buffer_m = ", "buffer_m = 'wide' #"),
    "a date that is text": ('name = "Las Palmas de Gran Canaria"', "name = 5"),
    "no name": ("name = ", "about = "),
    "a double table of a key": ("[study_area]", "[[study_area]]"),
}


@pytest.mark.parametrize("wrong", WRONG_LINES)
def test_a_wrong_recipe_is_refused_by_both(tmp_path: Path, wrong: str) -> None:
    old, new = WRONG_LINES[wrong]
    text = (ROOT / "data" / "recipes" / "las_palmas.toml").read_text(encoding="utf-8")
    (tmp_path / "catalog.toml").write_bytes((ROOT / "data" / "catalog.toml").read_bytes())
    path = tmp_path / "recipes" / "mine.toml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    schema = jsonschema.Draft7Validator(SCHEMAS["recipe"])
    load_recipe(path)
    assert schema.is_valid(as_json(values_of(path)))
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"mine\.toml"):
        load_recipe(path)
    assert not schema.is_valid(as_json(values_of(path)))


def test_what_a_source_says_may_be_left_out_of_a_table_that_takes_from_it() -> None:
    schema = jsonschema.Draft7Validator(SCHEMAS["recipe"])
    recipe = {
        "name": "Dorp", "crs": "EPSG:31370", "sources": {"osm": {"file": "dorp.osm.pbf"}},
        "study_area": {"bbox": [0, 0, 1, 1]}, "layers": {"streets": {"reader": "osm", "from": "osm"}},
    }  # fmt: skip
    assert schema.is_valid(recipe)
    recipe["layers"]["streets"].pop("from")
    assert not schema.is_valid(recipe)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_the_recipes_of_the_project_are_right(path: Path) -> None:
    jsonschema.validate(as_json(values_of(path)), SCHEMAS["recipe"])


def test_arrays_of_tables_are_told_as_they_are_written() -> None:
    norms = SCHEMAS["housing_norms"]  # `Norms.norms` is a dict by id, read from [[norm]]
    assert norms["properties"]["norm"] == {"type": "array", "items": {"$ref": "#/definitions/Norm"}}
    assert norms["definitions"]["Norm"]["required"][-1] == "dwellings_per_100_households"
    assert SCHEMAS["targets"]["properties"]["pace"] == {"$ref": "#/definitions/Pace"}


def test_the_command_lists_prints_and_writes(tmp_path: Path) -> None:
    listed = run("pack", "schema", "--json", cwd=tmp_path)
    assert json.loads(listed.stdout) == {"schemas": list(SCHEMAS), "copies": []}
    assert "housing/norms.toml" in run("pack", "schema", cwd=tmp_path).stdout
    printed = run("pack", "schema", "recipe", cwd=tmp_path)
    assert json.loads(printed.stdout) == SCHEMAS["recipe"]
    written = run("pack", "schema", "--out", "mine", cwd=tmp_path)
    assert written.returncode == 0, written.stderr
    names = {f"{name}.schema.json" for name in SCHEMAS}
    assert {path.name for path in (tmp_path / "mine").iterdir()} == names
    assert (tmp_path / "mine" / "recipe.schema.json").read_bytes() == (INSTALLED / "recipe.schema.json").read_bytes()
    refused = run("pack", "schema", "recip", cwd=tmp_path)
    assert refused.returncode == 2
    assert "did you mean 'recipe'" in refused.stderr
