"""The targets as data: every published number is there, and a file with a mistake is refused by name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.targets import load_targets

PUBLISHED = {
    "childcare_places_per_100": (60, "standing"),
    "childcare_extra_places_2030": (100, 2030),
    "childcare_extra_places_2040": (200, 2040),
    "social_per_100_households": (11.1, 2040),
    "social_dwellings_extra": (1000, 2040),
    "new_dwellings": (3760, 2040),
    "within_15_minutes_walk": (None, "unknown"),
    "within_15_minutes_cycle": (None, "unknown"),
    "trees_planted": (77746, 2030),
    "hedges_m": (22073, 2030),
    "unsealed_m2": (56211, 2030),
    "rainwater_m3": (75877, 2030),
    "co2_of_2005": (0.6, 2030),
    "epc_label_c": (1, 2030),
    "roofs_with_pv": (0.35, 2030),
    "car_park_pv_mwp": (6, 2030),
    "wind_mw": (31, 2040),
    "charging_points_extra": (666, 2030),
    "shared_cars": (158, "unknown"),
}


def test_every_published_target_is_there_with_its_number_and_its_day() -> None:
    known = load_targets()
    assert (known.city.name, known.city.nis_code) == ("Kortrijk", "34022")
    found = {t.key: (t.goal, t.by.year if isinstance(t.by, dt.date) else t.by) for t in known.targets}
    assert found == PUBLISHED
    assert all(t.source and t.date and t.standing and t.label for t in known.targets)


def test_the_derived_numbers_follow_from_the_published_ones() -> None:
    by_key = {target.key: target for target in load_targets().targets}
    social = by_key["social_dwellings_extra"]
    assert social.baseline_level == round(0.092 * 34_924)
    assert round(100 * (social.baseline_level + social.goal) / 37_890, 1) == by_key["social_per_100_households"].goal
    cars = by_key["shared_cars"]
    assert cars.goal - cars.baseline_level == 124
    assert by_key["co2_of_2005"].published[-1].value == pytest.approx(1 - 0.0617)
    series = [point.value for point in by_key["childcare_places_per_100"].published]
    assert series == [46.9, 51.9, 56.3, 59.0, 57.9]


def test_a_year_means_its_last_day(targets_file: Path) -> None:
    rate = load_targets(targets_file).targets[0]
    assert rate.by == dt.date(2030, 12, 31)
    assert rate.baseline.date == dt.date(2020, 12, 31)


def test_a_change_begins_at_nothing(targets_file: Path) -> None:
    more = load_targets(targets_file).targets[1]
    assert (more.baseline.value, more.baseline_level) == (0.0, 1000.0)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("goal = 60", 'goal = "veel"', r"doelen\.toml: target\[1\]\.goal: 'veel' is not a number"),
        ("goal = 60\n", "", r"target\[1\]\.goal is missing"),
        ("goal = 60", "goal = nan", r"target\[1\]\.goal: nan is not a number"),
        ("goal = 60", "goal = 60\ngaol = 61", r"gaol is not a known key; did you mean goal\?"),
        ("goal = 0.6", "goal = 60", r"target\[3\]\.goal: 60 is not a number from 0 to 1"),
        ("value = 0.8", "value = 80", r"target\[3\]\.published\[1\]\.value: 80 is not a number from 0 to 1"),
        ('direction = "reduce"', 'direction = "down"', "must be one of at_least, reduce"),
        ("by = 2030", 'by = "soon"', "'soon' must be a year, a date"),
        ("by = 2030", "by = 30", "30 is not a whole number from 1900 to 2200"),
        ('key = "more_places"', 'key = "rate"', "target: key rate stands twice"),
        ("area_goal = true", 'area_goal = "yes"', "must be true or false"),
        ("area_goal = true\n", "", r"target\[1\]\.area_goal is missing"),
        ('direction = "reduce"', 'direction = "reduce"\narea_goal = true', "area_goal: .* no theme measures"),
        ('theme = "childcare", column = "places" }', 'theme = "child", column = "places" }', "must be one of reach"),
        ('"not measured by this toolkit"', '"nobody"', "'nobody' must be a table of theme and column"),
        ("baseline = 1000\nbaseline_date = 2020", 'baseline = "unknown"', "a change must be counted from a baseline"),
        ('baseline = "unknown"', 'baseline = "unknown"\nbaseline_date = 2020', "although the baseline is unknown"),
        ("baseline = 50\nbaseline_date = 2020", "baseline = 50", "baseline_date is missing"),
        ('nis_code = "12345"', "nis_code = 12345", "city.nis_code: 12345 is not a text"),
        ("least_days = 180", "least_days = 0", "least_days: 0 is not a whole number"),
        ("[city]", "[[city]]", "is not a table"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(targets_file: Path, old: str, new: str, message: str) -> None:
    text = targets_file.read_text()
    assert old in text
    targets_file.write_text(text.replace(old, new, 1))
    with pytest.raises(DataError, match=message):
        load_targets(targets_file)


def test_two_figures_of_one_day_and_a_file_without_targets_are_refused(targets_file: Path, tmp_path: Path) -> None:
    text = targets_file.read_text()
    again = '[[target.published]]\ndate = 2015-12-31\nvalue = 0.7\nsource = "x"\n\n[[target]]\nkey = "trees_planted"'
    targets_file.write_text(text.replace('[[target]]\nkey = "trees_planted"', again))
    with pytest.raises(DataError, match="two figures are of the same date"):
        load_targets(targets_file)
    targets_file.write_text(text.split("[[target]]")[0])
    with pytest.raises(DataError, match=r"target is missing; write one or more \[\[target\]\]"):
        load_targets(targets_file)
    with pytest.raises(MissingFileError):
        load_targets(tmp_path / "nowhere.toml")
