"""Rules of the user's own: every theme reckons with them, says so, and refuses a file that is wrong."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
import small_town

from kortrijk_geo.catalogue import theme_module
from kortrijk_geo.childcare.outlook import look_ahead
from kortrijk_geo.childcare.trend import compare_years
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.city import City
from kortrijk_geo.results import ThemeResult
from kortrijk_geo_cli.main import run

PACKAGE = Path(__file__).parents[1] / "kortrijk_geo"
# Theme, option and its file, and the command with the option.
FILES = {
    ("childcare", "norms", "norms"): "childcare gaps --norms",
    ("housing", "norms", "norms"): "housing --norms",
    ("reach", "settings", "settings"): "reach --settings",
    ("reach", "categories", "categories"): "reach --categories",
    ("sites", "settings", "settings"): "sites --settings",
    ("sites", "uses", "uses"): "sites --uses",
    ("trees", "rules", "rules"): "trees --rules",
    ("trees", "need", "need"): "trees --need",
    ("unsealing", "rules", "rules"): "unseal --rules",
    ("unsealing", "criteria", "criteria"): "unseal --criteria",
    ("unsealing", "curve_numbers", "curve_numbers"): "unseal --curve-numbers",
    ("unsealing", "costs", "costs"): "unseal --costs",
    ("unsealing", "regulation", "regulation"): "unseal --regulation",
    ("profile", "rules", "profile"): "profile --rules",
    ("services", "services", "services"): "services --services",
    ("services", "forecast", "forecast"): "services --forecast",
    ("targets", "targets", "targets"): "targets --targets",
}


# Of the pack's reading of counts, which a user's own norms may replace.
PLAUSIBLE = """[plausible]
group = 15
family = 30
source = "eigen keuze"
date = "2026"
standing = "technische keuze"

[series_break]"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


def changed(theme: str, file: str, folder: Path, old: str, new: str) -> Path:
    """Write the package's file with one thing changed to ``eigen.toml``."""
    text = (PACKAGE / theme / f"{file}.toml").read_text(encoding="utf-8")
    assert old in text
    own = folder / "eigen.toml"
    own.write_text(text.replace(old, new, 1), encoding="utf-8")
    return own


def analysed(theme: str, city: City, **options: object) -> ThemeResult:
    result: ThemeResult = theme_module(theme).analyse(city, **options)
    return result


@pytest.mark.parametrize(
    ("theme", "option", "old", "new", "column"),
    [
        ("childcare", "norms", "places_per_100_children = 60.0", "places_per_100_children = 900", "shortage_places"),
        ("childcare", "norms", "[series_break]", PLAUSIBLE, "places_group"),  # more than this is not believed
        ("housing", "norms", "dwellings_per_100_households = 9.0", "dwellings_per_100_households = 99", "below_norm"),
        ("housing", "norms", "households = 100", "households = 1", "small_area"),
        ("reach", "settings", "m_per_min = 80.0", "m_per_min = 1.0", "share_food_shop_walk_15"),
        ("trees", "rules", "spacing_m = 5", "spacing_m = 4", "tree_sites"),
        ("unsealing", "regulation", "volume_l_per_m2 = 33", "volume_l_per_m2 = 66", "infiltration_2023_m3"),
    ],
)
def test_a_changed_rule_changes_the_figure_and_is_told(
    town: City, tmp_path: Path, theme: str, option: str, old: str, new: str, column: str
) -> None:
    own = changed(theme, option, tmp_path, old, new)
    ours, theirs = analysed(theme, town), analysed(theme, town, **{option: own})
    assert not theirs.areas[column].equals(ours.areas[column])
    assert theirs.options[f"{option}_file"] == "eigen.toml"
    assert any("eigen.toml" in note for note in theirs.notes)
    assert ours.options.get(f"{option}_file", "standaard") == "standaard"
    assert not any("eigen regels" in note for note in ours.notes)


def test_all_figures_of_housing_are_by_the_file(town: City, tmp_path: Path) -> None:
    text = (PACKAGE / "housing" / "norms.toml").read_text(encoding="utf-8")
    for old, new in (
        (r"dwellings_per_100_households = 9\.0", "dwellings_per_100_households = 33"),
        (r"permutations = \d+", "permutations = 199"),
        (r"bandwidth_m = .*", "bandwidth_m = 123"),
        (r"extra_dwellings = \d+", "extra_dwellings = 3"),
        (r"weight_concentration = .*", "weight_concentration = 0.25"),
        (r"weight_nearness = .*", "weight_nearness = 0.75"),
        (r"most_share_per_area = .*", "most_share_per_area = 1.0"),
        (r"most_per_100_households = .*", "most_per_100_households = 100"),
    ):
        assert re.search(old, text)
        text = re.sub(old, new, text)
    own = tmp_path / "eigen.toml"
    own.write_text(text, encoding="utf-8")
    result = analysed("housing", town, norms=own, allocation=True)
    assert result.options["norm"] == 33
    assert result.options["cluster_permutations"] == 199
    assert result.options["extra_dwellings"] == 3
    assert result.options["allocation"]["weights"] == {"concentration": 0.25, "nearness": 0.75}
    headlines = {figure.key: figure for figure in result.headlines}
    assert headlines["social_per_100_households"].target == 33


def test_outlook_and_trend_of_childcare_take_the_norms_too(town: City, tmp_path: Path) -> None:
    own = changed("childcare", "norms", tmp_path, "places_per_100_children = 60.0", "places_per_100_children = 90.0")
    ahead = look_ahead(town, years=(2030,), norms=own).table["places_needed"]
    assert (ahead > look_ahead(town, years=(2030,)).table["places_needed"]).all()
    assert compare_years([(2024, town)], norms=own).chart["norms"][0] == {"label": "Kortrijknorm", "value": 90.0}


def wrong(theme: str, file: str, folder: Path) -> Path:
    """Write the package's file with a key misspelt, twelve lines of comment or not before it."""
    return changed(theme, file, folder, "source = ", "sourse = ")


@pytest.mark.parametrize(("theme", "option", "file"), FILES, ids="-".join)
def test_a_wrong_file_is_refused_before_a_pack_is_read(theme: str, option: str, file: str, tmp_path: Path) -> None:
    own = wrong(theme, file, tmp_path)
    with pytest.raises(DataError, match=r"eigen\.toml: \S*sourse is not a known key; did you mean source"):
        theme_module(theme).check_options(**{option: own})


@pytest.mark.parametrize(("theme", "option", "file"), FILES, ids="-".join)
def test_the_command_refuses_a_wrong_file_with_exit_3(
    theme: str, option: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    own = wrong(theme, file, tmp_path)
    arguments = [*FILES[theme, option, file].split(), str(own), "--pack", str(tmp_path / "none")]
    monkeypatch.setattr(sys, "argv", ["kortrijk-geo", *arguments])
    with pytest.raises(SystemExit) as ended:
        run()
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 3
    assert "eigen.toml" in said
    assert "sourse is not a known key; did you mean source" in said


@pytest.mark.parametrize(
    ("theme", "old", "new", "command"),
    [
        ("childcare", "places_per_100_children = 60.0", "places_per_100_children = 61.5", "childcare gaps"),
        ("housing", "dwellings_per_100_households = 9.0", "dwellings_per_100_households = 61.5", "housing"),
    ],
)
def test_the_command_reckons_with_the_file(
    town: City, theme: str, old: str, new: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    own = changed(theme, "norms", tmp_path, old, new)
    arguments = [*command.split(), "--norms", own, "--pack", town.folder, "--out", tmp_path / "maps", "--json"]
    monkeypatch.setattr(sys, "argv", ["kortrijk-geo", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        run()
    document = json.loads(capsys.readouterr().out)
    assert not ended.value.code
    assert document["headlines"][0]["target"] == 61.5
    assert any("eigen.toml" in note for note in document["notes"])
