"""Values that nobody means are refused where they are given, in a sentence; large numbers are printed all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from kortrijk_geo import catalogue
from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.ingest.recipe_parts import load_recipe
from kortrijk_geo.rules import FromZero, Rules, as_rules, read_toml
from kortrijk_geo.text.dutch import decimal_text, number_text

LARGE = [1e300, 10**30, float("nan"), float("inf"), -1]
NUMBERS = [
    ("trees", "assumed_crown_m2"),
    ("trees", "target_trees"),
    ("unsealing", "target_m2"),
    ("unsealing", "target_m3"),
    ("unsealing", "budget_m2"),
    ("reach", "walk_m_per_min"),
    ("reach", "cycle_m_per_min"),
    ("reach", "max_snap_m"),
    ("reach", "green_min_ha"),
    ("reach", "minutes"),
    ("childcare", "minutes"),
    ("childcare", "norm"),
    ("housing", "norm"),
    ("housing", "extra_dwellings"),
    ("housing", "year"),
]


@pytest.mark.parametrize(("theme", "name"), NUMBERS)
@pytest.mark.parametrize("value", LARGE)
def test_a_number_that_nobody_means_is_refused_before_any_work(theme: str, name: str, value: float) -> None:
    with pytest.raises(OptionError, match=r"\w"):
        catalogue.theme_module(theme).check_options(**{name: value})


def test_storms_are_limited_too() -> None:
    with pytest.raises(OptionError, match="storms_mm must be at most 10,000, found 1e"):
        catalogue.theme_module("unsealing").check_options(storms_mm=(1e300,))


@pytest.mark.parametrize("date", ["gisteren", "9999-01-01", "nan", "2015"])
def test_the_date_of_an_earlier_map_is_a_day(tmp_path: Path, date: str) -> None:
    (earlier := tmp_path / "earlier.tif").write_bytes(b"x")
    with pytest.raises(OptionError, match="earlier_date"):
        catalogue.theme_module("unsealing").check_options(earlier=earlier, earlier_date=date)


def test_an_earlier_map_that_is_not_there_stops_at_once(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"gone\.tif: there is no such raster"):
        catalogue.theme_module("unsealing").check_options(earlier=tmp_path / "gone.tif")


def test_large_numbers_are_printed() -> None:
    assert decimal_text(1e30, 1).startswith("1.000.000.000.000.000.019.884")
    assert number_text(1e300, "metres").endswith(" m")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "[" * 5000 + "]" * 5000, "more than 100 deep"),
        ("a." * 3000 + "b = 1", "more than 100 deep"),
        ("a = " + "9" * 5000, "has a value that cannot be read"),
        ("[x]\na = [1, " + "9" * 30 + "]", r"x\.a\[2\] is a whole number of more than 19 digits"),
        ('a = "\\u0000"', "a has a NUL character"),
        ('"\\u0000" = 1', "has a key with a NUL character"),
    ],
)
def test_a_toml_file_has_limits(tmp_path: Path, text: str, message: str) -> None:
    (path := tmp_path / "rules.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_toml(path)


class Sample(Rules):
    """One number."""

    size: FromZero


@pytest.mark.parametrize("value", [1e300, 10**400, float("nan"), float("inf")])
def test_a_number_in_rules_is_one_that_can_be_counted_with(value: float) -> None:
    with pytest.raises(DataError, match=r"rules\.toml: size: .* is (not a number|larger than any figure here)"):
        as_rules(Sample, {"size": value}, "rules.toml")


@pytest.mark.parametrize(
    ("head", "area", "message"),
    [
        ("buffer_m = 1e300", "bbox = [0, 0, 1, 1]", r"buffer_m: 1e\+300 is not a number from 0 to 200000"),
        ("buffer_m = nan", "bbox = [0, 0, 1, 1]", "buffer_m: nan is not a number from 0"),
        ("", "bbox = [0, 0, nan, 1]", r"bbox: \[0, 0, nan, 1\] must be \[min x"),
        ("", "bbox = [0, 0, inf, 1]", r"bbox: \[0, 0, inf, 1\] must be \[min x"),
    ],
)
def test_a_study_area_has_an_extent(tmp_path: Path, head: str, area: str, message: str) -> None:
    text = f'name = "x"\ncrs = "EPSG:31370"\n{head}\n[study_area]\n{area}\n[layers]\n'
    (path := tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load_recipe(path)
