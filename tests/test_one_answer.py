"""One question has one answer, whoever asks: the API, a command, the atlas; and what stops a theme is never lost."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import small_town
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo import catalogue
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.errors import DataError, KortrijkGeoError, MissingLayerError
from kortrijk_geo.pack.city import City
from kortrijk_geo_cli.main import app

TODAY = dt.date(2026, 7, 1)
# Options by which themes hang together: five dwellings fit in the town, and the plan for them weighs nearness.
OPTIONS: dict[str, dict[str, Any]] = {"housing": {"extra_dwellings": 5, "year": 2040}, "targets": {"on": TODAY}}
COMMANDS = {
    "reach": ["reach"],
    "childcare": ["childcare", "gaps"],
    "trees": ["trees"],
    "unsealing": ["unseal"],
    "housing": ["housing", "--extra-dwellings", "5", "--year", "2040"],
    "profile": ["profile"],
    "services": ["services"],
    "sites": ["sites"],
    "targets": ["targets", "--on", "2026-07-01"],
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def atlas(town: City, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The figures of every theme in an atlas of the town."""
    out = tmp_path_factory.mktemp("atlas")
    assert write_atlas(town, out, options=OPTIONS).ok
    pages = json.loads((out / "atlas.json").read_text(encoding="utf-8"))["pages"]
    return {page["theme"]: page["result"] for page in pages}


def run(*words: str) -> Any:
    return CliRunner().invoke(app, [*words], catch_exceptions=True)


@pytest.mark.parametrize("name", catalogue.THEMES)
def test_api_command_and_atlas_agree(name: str, town: City, atlas: dict[str, Any], tmp_path: Path) -> None:
    theme = getattr(kg, name)
    answer = json.loads(json.dumps(theme.analyse(town, **OPTIONS.get(name, {})).to_json(), ensure_ascii=False))
    command = run(*COMMANDS[name], "--pack", str(town.folder), "--out", str(tmp_path), "--json")
    assert command.exit_code == 0, command.output
    told = {"areas", "city", "headlines", "notes", "sources"}
    assert {key: atlas[name][key] for key in told} == {key: answer[key] for key in told}
    assert {key: json.loads(command.stdout)[key] for key in told} == {key: answer[key] for key in told}


def test_the_plan_for_homes_weighs_nearness_without_being_handed_it(town: City) -> None:
    asked = kg.housing.analyse(town, **OPTIONS["housing"])
    handed_over = kg.housing.analyse(town, **OPTIONS["housing"], reach=kg.reach.analyse(town))
    left_out = kg.housing.analyse(town, **OPTIONS["housing"], reach=False)
    assert asked.areas.equals(handed_over.areas)
    assert asked.options["allocation"]["weights"]["nearness"] > 0
    assert left_out.options["allocation"]["weights"]["nearness"] == 0
    without_streets = kg.housing.analyse(_without(town, "streets"), **OPTIONS["housing"])
    assert any("Nabijheid van voorzieningen telt niet mee" in note for note in without_streets.notes)


@pytest.mark.parametrize("name", catalogue.THEMES)
def test_every_theme_analyses_a_city_and_draws_what_it_found(name: str, town: City) -> None:
    theme = getattr(kg, name)
    result = theme.analyse(town, **OPTIONS.get(name, {}))
    assert isinstance(result, kg.results.ThemeResult)
    assert (result.theme, result.page) == (name, catalogue.THEMES[name].page)
    drawn = theme.draw(result).get_root().render()
    assert str(result.areas["name"].iloc[0]) in drawn


@pytest.mark.parametrize("name", ["targets", "profile"])
def test_a_theme_that_sums_up_takes_a_city_or_outcomes(name: str, town: City) -> None:
    analyses = catalogue.Analyses(town)
    over_city = getattr(kg, name).analyse(town, **OPTIONS.get(name, {}))
    over_outcomes = getattr(kg, name).analyse(analyses.outcomes_for(name), **OPTIONS.get(name, {}))
    assert isinstance(over_city, kg.results.ThemeResult)
    assert over_city.to_json() == over_outcomes.to_json()
    assert over_city.areas.equals(over_outcomes.areas)
    assert list(over_city.areas.index) == list(town.areas["area_id"])
    assert over_city.areas.crs == town.areas.crs


class BadPack:
    """The town with one thing wrong in it."""

    @staticmethod
    def places(folder: Path) -> City:
        """A crèche of minus five places, written by another program."""
        import pyogrio

        city = small_town.write_town(folder)
        frame = city.childcare.copy()
        frame.loc[0, "places"] = -5.0
        pyogrio.write_dataframe(frame, city.folder / "city.gpkg", layer="childcare", append=False)
        return kg.open_city(city.folder)

    @staticmethod
    def land_cover(folder: Path) -> City:
        """Bytes that are no raster."""
        city = small_town.write_town(folder)
        (city.folder / "land_cover.tif").write_bytes(bytes(range(256)) * 40)
        return kg.open_city(city.folder)


BAD = {
    "childcare": (BadPack.places, "kinderopvang", "places"),
    "trees": (BadPack.land_cover, "bomen", "land_cover.tif"),
}


@pytest.fixture(scope="module", params=BAD)
def bad(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[City, str, str, str]:
    make, subject, word = BAD[request.param]
    return make(tmp_path_factory.mktemp("bad")), request.param, subject, word


@pytest.mark.parametrize("command", [["targets", "--on", "2026-07-01"], ["profile"]])
def test_a_bad_pack_never_becomes_an_old_figure(
    bad: tuple[City, str, str, str], command: list[str], tmp_path: Path
) -> None:
    city, _, _, word = bad
    answer = run(*command, "--pack", str(city.folder), "--out", str(tmp_path / "maps"), "--json")
    assert isinstance(answer.exception, DataError)
    assert word in str(answer.exception)
    assert not list((tmp_path / "maps").glob("*.html"))
    assert answer.stdout == ""


def test_the_atlas_names_what_failed_on_index_targets_and_types(
    bad: tuple[City, str, str, str], tmp_path: Path
) -> None:
    city, name, subject, word = bad
    report = write_atlas(city, tmp_path, options=OPTIONS)
    assert not report.ok
    assert word in report.failed[name]
    assert {"targets", "profile"}.isdisjoint(report.failed)
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "mislukt" in index
    for page in ("doelen", "wijktypes"):
        text = (tmp_path / f"{page}.html").read_text(encoding="utf-8")
        assert f"{subject}" in text
        assert "is mislukt, omdat er iets niet klopt in de gegevens" in text


def test_a_target_over_bad_data_is_unknown_and_one_over_no_data_is_the_published_figure(town: City) -> None:
    outcomes = catalogue.Analyses(town).outcomes_for("targets")

    def childcare(outcome: KortrijkGeoError) -> Any:
        result = kg.targets.analyse({**outcomes, "childcare": outcome}, on=TODAY)
        return next(state for state in result.states if state.target.key == "childcare_places_per_100")

    failed = childcare(DataError("row 2: places is -5"))
    assert failed.now is None
    assert failed.remarks[0] == "De berekening van kinderopvang is mislukt."
    missing = childcare(MissingLayerError("no childcare"))
    assert (missing.origin, missing.now.value) == ("published", 57.9)
    assert missing.remarks[0].startswith("Het stadspakket mist gegevens voor de berekening van kinderopvang.")


def test_without_the_data_of_any_theme_there_is_nothing_to_sum_up(tmp_path: Path) -> None:
    bare = small_town.write_town(
        tmp_path, without=("childcare", "homes", "land_cover", "subareas", "districts", "sectors", "social_dwellings")
    )
    areas = bare.areas.drop(columns=["social_dwellings", "households_private"])
    boundary = bare.boundary.drop(columns=["social_dwellings", "households_private"])
    bare = bare.replace(areas=areas, boundary=boundary)
    for theme in (kg.targets, kg.profile):
        with pytest.raises(MissingLayerError, match="no theme has the data it needs"):
            theme.analyse(bare)


def _without(town: City, layer: str) -> City:
    from dataclasses import replace

    layers = {name: record for name, record in town.info.layers.items() if name != layer}
    return City(town.folder, replace(town.info, layers=layers))


def test_a_plan_for_homes_is_not_made_without_the_nearness_that_bad_data_hide(town: City) -> None:
    failed = kg.housing.analyse(town, **OPTIONS["housing"], reach=DataError("tags of a2"))
    assert "new_dwellings" not in failed.areas.columns
    assert any(note.startswith("De berekening van bereik is mislukt") for note in failed.notes)
    assert any(note.startswith("Geen voorstel van verdeling") for note in failed.notes)
    broken = town.amenities.assign(tags="no JSON")
    city = City(town.folder, town.info, {"amenities": broken})  # as another program might have written it
    with pytest.raises(DataError, match="tags of a0"):
        kg.housing.analyse(city, **OPTIONS["housing"])


@pytest.mark.parametrize("text", ["unsealing", "unseal", "ontharding", "Ontharding"])
def test_a_theme_is_called_by_name_command_or_page(text: str) -> None:
    assert catalogue.theme_name(text) == "unsealing"
