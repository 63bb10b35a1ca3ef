"""The targets as data: every published number is there, and a file with a mistake is refused by name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kortrijk_geo.catalogue import measured
from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.results import Goal
from kortrijk_geo.targets import goals_of, load_targets

PUBLISHED = {
    "childcare_places_per_100": (60, "unknown"),
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
    # More of the note, and of the Plan of 2020
    "social_dwellings_new_or_relet": (750, 2025),
    "lifelong_dwellings": (2600, 2040),
    "vacant_neglected_dwellings": (None, "unknown"),
    "city_sites": (None, "unknown"),
    "residential_care_places": (400, 2040),
    "residential_care_city_share": (0.33, 2040),
    "assisted_living_dwellings": (186, 2040),
    "day_care_places": (45, 2040),
    "secondary_school_places": (400, 2030),
    "inhabitants": (None, "unknown"),
    "inhabitants_65_plus": (None, "unknown"),
    "inhabitants_working_age": (None, "unknown"),
    "purification_2027": (2567, 2027),
    "purification_2033": (7500, 2033),
    "new_open_space_ha": (0, 2040),
    "co2_of_2005_2040": (0.3, 2040),
    "own_buildings_co2_of_2015": (0.45, 2030),
    "building_demand": (0.55, 2040),
    "own_use_yearly_cut": (0.025, "standing"),
    "renewable_electricity": (None, "unknown"),
    "epc_label_a": (1, 2050),
    "car_park_pv_mwp_2050": (25, 2050),
    "wind_mw_2050": (44, 2050),
    "residual_heat_gwh": (38, 2040),
    "cooperative_projects": (154, 2030),
    "collective_renovations": (1731, "unknown"),
    "heatwave_days": (None, "unknown"),
    "cars_per_1000": (458, "unknown"),
    "vehicle_km": (0.8, 2040),
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


def test_the_norm_of_childcare_is_an_aim_without_a_date_and_per_area_by_another_source() -> None:
    rate = load_targets().targets[0]
    assert (rate.key, rate.kind, rate.by) == ("childcare_places_per_100", "aim", "unknown")
    assert rate.source == "Stad Kortrijk, Inspiratienota 2024"
    assert rate.area_source.startswith("Stad Kortrijk, Plan voor sociale vooruitgang en tegen armoede 2020-2025")
    assert "te bevestigen" in rate.area_standing
    last = rate.published[-1]
    assert (last.value, last.day_known, last.iso) == (57.9, False, "2024")


def test_what_is_compared_is_no_goal_of_the_city() -> None:
    kinds = {target.key: target.kind for target in load_targets().targets}
    assert kinds["cars_per_1000"] == "comparison"
    assert kinds["social_per_100_households"] == "aim"
    assert kinds["unsealed_m2"] == "adopted"


def test_the_numbers_that_themes_plan_with_are_those_of_the_targets() -> None:
    from kortrijk_geo.childcare.rules import forecast, norms
    from kortrijk_geo.housing.norms import norms as housing_norms
    from kortrijk_geo.trees.options import choose as choose_trees
    from kortrijk_geo.unsealing.options import choose as choose_unsealing

    goals = {target.key: target.goal for target in load_targets().targets}
    assert norms().find(None).places_per_100_children == goals["childcare_places_per_100"]
    extra = {target.year: target.extra_places for target in forecast().targets}
    assert extra == {2030: goals["childcare_extra_places_2030"], 2040: goals["childcare_extra_places_2040"]}
    assert housing_norms().targets["34022"].extra_dwellings == goals["social_dwellings_extra"]
    planting = choose_trees("34022")
    assert (planting.target_trees, planting.target_hedge_m) == (goals["trees_planted"], goals["hedges_m"])
    assert choose_unsealing().rules.targets["34022"].m2 == goals["unsealed_m2"]


def test_goals_are_those_of_the_municipality_and_of_no_other(targets_file: Path) -> None:
    assert goals_of("childcare", "34022")["places_per_100_children"] == Goal(
        60, "aim", "Stad Kortrijk, Inspiratienota 2024"
    )
    assert goals_of("housing", "34022")["social_per_100_households"].value == 11.1
    assert goals_of("housing", "34022")["social_dwellings_added"] == Goal(
        1000, "adopted", "Stad Kortrijk, Inspiratienota 2024"
    )
    assert goals_of("trees", "34022") == {}
    assert all(goals_of(theme, code) == {} for theme in measured() for code in ("", "35016", None))
    assert goals_of("childcare", "12345", targets_file)["places_per_100_children"] == Goal(60, "adopted", "Nota")


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
        ("area_goal = true", 'area_goal = true\narea_source = "x"', "area_source and area_standing: both or none"),
        ("area_goal = false", 'area_goal = false\narea_source = "x"', "does not hold per area; leave it out"),
        ('unit = "plaatsen"', 'unit = "plaatsen"\nkind = "wish"', "must be one of adopted, aim, guideline, comparison"),
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
