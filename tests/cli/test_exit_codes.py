"""Exit codes: 1 a machine or service failed, 2 an option was given wrongly, 3 the data are at fault."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import small_town

from kortrijk_geo import errors
from kortrijk_geo.pack.city import City
from kortrijk_geo_cli.main import run

Ended = tuple[int, str]
Command = Callable[..., Ended]
SLOW = ("streets", "amenities", "land_cover", "green_cover", "surface_temperature", "soil_group")


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Run the command line in an empty folder; return its exit code and what it said on stderr."""

    def end(*arguments: object) -> Ended:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["kortrijk-geo", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            run()
        return int(ended.value.code or 0), " ".join(capsys.readouterr().err.split())

    return end


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


def test_every_error_has_its_exit_code() -> None:
    found = {kind.__name__: kind.exit_code for kind in vars(errors).values() if hasattr(kind, "exit_code")}
    data = dict.fromkeys(("DataError", "CrsError", "MissingLayerError", "MissingFileError"), 3)
    machine = dict.fromkeys(("OutputError", "ServiceError", "KortrijkGeoError"), 1)
    assert found == {**data, **machine, "OptionError": 2}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("trees --plant-on xyz", "plant_on must be some of plantable, permission, pit, found ('xyz',)"),
        ("trees --plant-on plantabel", "did you mean 'plantable'?"),
        ("trees --assumed-crown-m2 0", "assumed_crown_m2 must be a number above 0"),
        ("unseal --benefit nonsense", "benefit must be one of score, m2, m3, found 'nonsense'"),
        ("unseal --benefit scor", "did you mean 'score'?"),
        ("unseal --storm -1", "storms_mm must be a number above 0"),
        ("unseal --target-m2 5 --budget-m2 5", "a plan answers one question"),
        ("reach --minutes -5", "minutes must be whole minutes from 1 to 120, found -5"),
        ("reach --minutes soon", "Invalid value for '--minutes'"),
        ("reach --mode car", "modes must be one or both of walk, cycle"),
        ("reach --mode Walk", "did you mean 'walk'?"),
        ("reach --categories bruno", "did you mean 'bruno2024'?"),
        ("reach --from 1,2 --minutes 500", "from 1 to 120, found 500"),
        ("reach --from somewhere", "is not a point; write X,Y"),
        ("housing --level wijken", "level is 'wijken', must be one of areas, subareas, districts"),
        ("housing --level area", "did you mean 'areas'?"),
        ("housing --norm nonsense", "there is no norm 'nonsense'; the norms are"),
        ("housing --norm centre_city", "did you mean 'centre_cities'?"),
        ("housing --extra-dwellings -1", "extra_dwellings is -1, must be a whole number from 0"),
        ("targets --on 2026-13-40", "on '2026-13-40' must be a day, as 2021-10-12"),
        ("atlas --only nonsense", "no theme is called nonsense; the themes are reach, childcare"),
        ("atlas --only tres", "no theme is called tres; did you mean 'trees'?"),
        ("atlas --tiles nonsense", "no tile background is called 'nonsense'; the names are grb, osm"),
        ("trees --tiles gbr", "did you mean 'grb'?"),
        ("childcare gaps --on today", "on 'today' must be a day"),
        ("childcare gaps --level x", "Invalid value for '--level'"),
        ("childcare gaps --norm flemsh", "there is no norm 'flemsh'; did you mean 'flemish'?"),
        ("childcare gaps --norm nan", "the norm is nan"),
        ("childcare catchment --method e2sfcca", "did you mean 'e2sfca'?"),
        ("childcare catchment --method x", "method is 'x', must be one of e2sfca, 2sfca, ratio"),
        ("childcare catchment --decay gauss", "did you mean 'gaussian'?"),
        ("childcare catchment --decay flat", "decay is 'flat', must be one of steps, gaussian"),
        ("childcare catchment --minutes 0", "the longest trip is 0.0 m"),
        ("childcare outlook --scenario hope", "there is no scenario 'hope'; the scenarios are population"),
        ("childcare outlook --norm x", "there is no norm 'x'"),
        ("childcare expand --objective x", "Invalid value for '--objective'"),
        ("childcare expand --mode walking", "mode is 'walking', must be one of walk, cycle; did you mean 'walk'?"),
        ("childcare expand --candidates school", "did you mean 'schools'?"),
        ("childcare expand --places 45", "45 places cannot be made of units of 10"),
        ("childcare expand --min-distance -1", "min_distance_m is -1.0"),
        ("services expand residential_care --objective x", "Invalid value for '--objective'"),
        ("services expand residential_care --mode walking", "did you mean 'walk'?"),
        ("services expand residential_care --places 45", "45 places cannot be made of units of 10"),
        ("services expand library", "places of the kind library have no capacity"),
        ("services expand residential_care --year 2040 --places-first 15", "places_first is 15"),
        ("childcare trend --series last-year", "is not YEAR=PACK"),
        ("childcare premium --kind group --new-places 9 --x 1 --y 1 --date 2021-02-30", "date '2021-02-30' must be a"),
        ("childcare premium --kind group --new-places 9 --x 1 --y 1 --date 1950-01-01", "holds on 1950-01-01"),
        ("childcare premium --kind group --new-places 9 --x 1 --y 1 --date 9000-01-01", "lies ahead of the day"),
        ("childcare premium --kind group --new-places 0 --x 1 --y 1 --date 2021-10-12", "new_places is 0"),
        ("childcare premium --kind group --date 2021-10-12", "give --x and --y, or --address"),
        ("compare tree", "did you mean 'trees'?"),
        ("compare targets", "targets sums up other themes"),
        ("compare unseal --after-option benefits=m2", "unsealing has no option benefits; did you mean 'benefit'?"),
        ("compare ontharding --after-option benefit=x", "benefit must be one of score, m2, m3, found 'x'"),
        ("compare childcare --after-option norm=flemsh", "did you mean 'flemish'?"),
        ("compare childcare --after-option level=districts", "the two states need the same level"),
        ("compare housing --before-option norm=-9", "the norm is -9"),
        ("compare trees --after-option plant_on=pits", "did you mean 'pit'?"),
        ("compare reach --after-option minutes=soon", "option minutes: 'soon' does not fit"),
        ("compare reach --after-name vroeger", "two different names"),
    ],
)
def test_an_option_that_is_wrong_in_itself_ends_with_2_before_any_work(
    command: Command, tmp_path: Path, arguments: str, said: str
) -> None:
    """The default pack is not there: one that is not refused would build the demo city."""
    code, told = command(*arguments.split())
    assert said in told
    assert code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("reach --pack {town} --from 0,0", 2, "the point 0,0 lies outside the pack"),
        ("compare childcare --before {town}", 2, "both states are the same pack"),
        ("unseal --pack {town} --budget-eur 100", 2, "a budget in euros needs unit costs"),
        ("childcare outlook --pack {town} --year 2000", 2, "must be one or more years after"),
        ("atlas --pack nowhere", 3, "nowhere is no city pack"),
        ("compare unseal --before nowhere", 3, "nowhere is no city pack"),
        ("pack show nowhere", 3, "nowhere is no city pack"),
        ("pack check nowhere", 3, "nowhere is no city pack"),
        ("pack build nowhere.toml --out pack", 3, "nowhere.toml does not exist"),
        ("trees --pack {town} --rules nowhere.toml", 3, "nowhere.toml does not exist"),
        ("trees --pack {town} --tiles nowhere.toml", 3, "nowhere.toml does not exist"),
        ("reach --pack {town} --categories nowhere.toml", 3, "nowhere.toml does not exist"),
        ("childcare expand --pack {town} --candidates nowhere.gpkg", 3, "candidates nowhere.gpkg: neither"),
        ("services expand residential_care --candidates nowhere.gpkg", 3, "candidates nowhere.gpkg: neither"),
        ("atlas --pack {town} --only profile --centroids nowhere.json", 3, "nowhere.json does not exist"),
        ("childcare gaps --pack {town} --out {town}/pack.toml", 1, "cannot be written"),
        ("atlas --pack {town} --out {town}/pack.toml", 1, "cannot be written"),
        ("housing --pack {town} --out {town}/pack.toml/maps", 1, "cannot be written"),
    ],
)
def test_what_only_work_can_tell(command: Command, town: City, arguments: str, code: int, said: str) -> None:
    ended, told = command(*arguments.format(town=town.folder).split())
    assert said in told
    assert told.count("Error: ") == 1
    assert ended == code


def test_a_pack_without_the_layers_ends_with_3(command: Command, tmp_path: Path) -> None:
    bare = small_town.write_town(tmp_path / "bare", without=("homes", *SLOW))
    code, told = command("trees", "--pack", bare.folder)
    assert (code, "Trees needs land_cover, which the pack" in told) == (3, True), told


def test_targets_of_another_municipality_end_with_3(command: Command, tmp_path: Path) -> None:
    city = small_town.write_town(tmp_path, without=("homes", *SLOW))
    description = city.folder / "pack.toml"
    text = description.read_text(encoding="utf-8")
    description.write_text(text.replace(f'"{city.info.nis_code}"', '"12345"'), encoding="utf-8")
    code, told = command("targets", "--pack", city.folder)
    assert "the targets are those of Kortrijk" in told
    assert code == 3


def test_answers_in_a_file_end_with_3(command: Command, town: City, tmp_path: Path) -> None:
    (tmp_path / "answers.toml").write_text("days_per_weak = 5\n", encoding="utf-8")
    asked = "childcare premium --kind group --new-places 9 --x 1 --y 1 --date 2021-10-12 --answers answers.toml --pack"
    code, told = command(*asked.split(), town.folder)
    assert "answers.toml: days_per_weak: het reglement kortrijk-2021-10-12 heeft geen voorwaarde" in told
    assert "bedoelt u 'days_per_week'?" in told
    assert code == 3


def test_a_service_that_does_not_answer_ends_with_1(command: Command, tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(
        'name = "Dorp"\ncrs = "EPSG:31370"\n[study_area]\nbbox = [70000, 168000, 71000, 169000]\n'
        '[layers.areas]\nreader = "overpass"\nurl = "http://127.0.0.1:9/api/interpreter"\nlayer = "admin"\n'
        'retries = 0\nsource = "s"\nlicence = "l"\nreference_date = 2024-01-01\n',
        encoding="utf-8",
    )
    code, told = command("pack", "build", "recipe.toml", "--out", "pack")
    assert "http://127.0.0.1:9/api/interpreter cannot be reached" in told
    assert code == 1


@pytest.mark.parametrize("name", ["housing", "sociaal_wonen"])
def test_a_theme_is_known_by_its_dutch_page_too(command: Command, tmp_path: Path, name: str) -> None:
    city = small_town.write_town(tmp_path / "town", without=("homes", *SLOW))
    assert command("atlas", "--pack", city.folder, "--only", name)[0] == 0
    assert (tmp_path / "maps" / "sociaal_wonen.html").is_file()


def test_a_theme_is_known_by_its_command_too(command: Command, town: City, tmp_path: Path) -> None:
    option = ("--after-option", "target_m2=10")
    assert command("compare", "unseal", "--before", town.folder, *option)[0] == 0
    assert (tmp_path / "maps" / "ontharding_vergelijking.html").is_file()
