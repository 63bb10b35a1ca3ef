"""The theme's data files: what they hold, and that a mistake in one is named."""

from __future__ import annotations

import math

import pytest

from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.unsealing.options import choose, plan_question, storm_key
from kortrijk_geo.unsealing.rules import HERE, load_costs, load_criteria, load_rules


def changed(tmp_path, name, old, new):
    text = (HERE / name).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_reservations_are_those_of_the_facts():
    found = load_rules()
    assert (found.access.width_m, found.terrace.m2_per_dwelling, found.parking.m2_per_space) == (3, 20, 12.5)
    assert (found.patch.least_width_m, found.footway.free_m, found.accuracy.percentage_points) == (1.5, 1.5, 1.2)
    target = found.targets["34022"]
    assert (target.m2, target.m3, target.until) == (56_211, 75_877, 2030)
    assert found.targets.get("23101") is None
    assert "motorway" not in found.way_need_m
    # Half of a school's yard, most of an industrial one and all of a car park stay: choices, to be confirmed.
    shares = found.kept_share
    assert (shares["parking"], shares["school"], shares["industrial"], shares["residential"]) == (1, 0.5, 0.8, 0)
    assert all("te bevestigen" in use.standing for use in found.uses)
    assert load_criteria().near_m == 100


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("width_m = 3", "width_m = -3", "access.width_m: -3 is not a number from 0"),
        ("width_m = 3", "widht_m = 3", "access.widht_m is not a known key; did you mean width_m"),
        ("m2_per_dwelling = 20", "m2_per_dwelling = 20\nextra = 1", "terrace.extra is not a known key"),
        ("mm = [20, 33, 60]", "mm = [20, 60, 33]", r"storms\.mm: \[20, 60, 33\] must ascend"),
        ("kept_share = 1", "kept_share = 2", r"use\[1\]\.kept_share: 2.0 is not a number from 0 to 1"),
        ('uses = ["industrial"]', 'uses = ["school"]', "use: school already has a share"),
        ('kinds = ["cycleway"]', 'kinds = ["residential"]', "kind residential already has a width"),
        ('version = "1"', 'version = "2"', "version"),
        ("until = 2030", "until = 1999", r"target\[1\]\.until: 1999 is not a whole number from 2000"),
    ],
)
def test_a_rule_that_is_wrong_is_named(tmp_path, old, new, told):
    with pytest.raises(DataError, match=told):
        load_rules(changed(tmp_path, "rules.toml", old, new))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("scores = [1, 2, 3, 4, 5]", "scores = [1, 2, 3, 4]", "4 bounds make 5 classes, found 4 scores"),
        ("bounds = [35, 42, 48, 52]", "bounds = [35, 42, 42, 52]", "holds a value twice"),
        ('measure = "owner"', 'measure = "eigenaar"', "must be one of"),
        ("public = 5", "public = 6", "not a whole number from 1 to 5"),
        ("weight = 3", "weight = 0", "must be above 0"),
        ('id = "heat"', 'id = "runoff"', "criterion: id runoff stands twice"),
        ('labels = ["laag", "midden", "hoog"]', 'labels = ["laag", "hoog"]', "2 bounds make 3 classes"),
        ('"3.5"]\nlabels = ["laag", ', '"3.5", 4]\nlabels = ["geen", "laag", ', "needs 3 classes, the map .* found 4"),
        ('measure = "owner"', 'measure = "width_m"', "the measure width_m needs bounds and scores, and nothing else"),
        ("within_m = 100\n", "", "within_m goes with the measure residents_near, and only with that"),
        ('measure = "m2"', 'measure = "m2"\nwithin_m = 10', "within_m goes with the measure residents_near"),
        ('measure = "m2"', 'measure = "use"', "the measure use needs values, and nothing else"),
        ("bounds = [35, 42, 48, 52]\n", "", r"criterion\[1\]: the measure .* needs bounds and scores"),
    ],
)
def test_a_criterion_that_is_wrong_is_named(tmp_path, old, new, told):
    with pytest.raises(DataError, match=told):
        load_criteria(changed(tmp_path, "criteria.toml", old, new))


def test_an_axis_without_criteria_is_refused(tmp_path):
    text = (HERE / "criteria.toml").read_text(encoding="utf-8")
    path = tmp_path / "criteria.toml"
    path.write_text(text.replace('axis = "opportunity"', 'axis = "priority"'), encoding="utf-8")
    with pytest.raises(DataError, match="no criterion has axis opportunity"):
        load_criteria(path)


def test_a_municipality_has_one_target(tmp_path):
    text = (HERE / "rules.toml").read_text(encoding="utf-8")
    path = tmp_path / "rules.toml"
    path.write_text(text + text[text.index("[[target]]") :], encoding="utf-8")
    with pytest.raises(DataError, match="target: nis_code 34022 stands twice"):
        load_rules(path)


def test_costs_are_unknown_until_the_city_fills_them_in(tmp_path):
    assert not load_costs().known
    assert math.isnan(load_costs().by_surface["other"].eur_per_m2)
    text = (HERE / "costs.toml").read_text(encoding="utf-8")
    filled = text.replace('eur_per_m2 = "unknown"', 'eur_per_m2 = "45.50"')
    path = tmp_path / "costs.toml"
    path.write_text(filled, encoding="utf-8")
    assert not load_costs(path).known
    path.write_text(filled.replace('eur_per_patch = "unknown"', 'eur_per_patch = "250.00"'), encoding="utf-8")
    found = load_costs(path)
    assert found.known
    assert found.by_surface["road"].eur_per_m2 == 45.5
    path.write_text(text.replace('= "unknown"', "= 45.5", 1), encoding="utf-8")
    with pytest.raises(DataError, match="write it as text"):
        load_costs(path)
    path.write_text(text[: text.rindex("[[cost]]")], encoding="utf-8")
    with pytest.raises(DataError, match="surface road is missing; write its amounts"):
        load_costs(path)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"storms_mm": [0]}, "storms_mm must be a number above 0"),
        ({"initial_abstraction": 2}, "initial_abstraction"),
        ({"target_m2": -1}, "target_m2"),
        ({"target_m2": 10, "budget_m2": 10}, "one question"),
        ({"benefit": "geluk"}, "benefit must be one of"),
        ({"strip_rows": 0}, "strip_rows"),
    ],
)
def test_options_that_cannot_be_used_are_refused(given, told):
    with pytest.raises(OptionError, match=told):
        choose(**given)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingFileError, match="geen"):
        choose(rules=tmp_path / "geen.toml")


def test_the_question_of_the_plan():
    kortrijk = load_rules().targets["34022"]
    assert plan_question(choose(), None) is None
    assert plan_question(choose(), kortrijk) == {"target": 56_211, "unit": "m2"}
    assert plan_question(choose(target_m3=5), kortrijk) == {"target": 5, "unit": "m3"}
    assert plan_question(choose(budget_m2=7), kortrijk)["budget_m2"] == 7


def test_storms_have_names_and_those_of_the_contract_are_always_there():
    assert choose(storms_mm=[12.5]).all_storms_mm == (12.5, 20, 60)
    assert [storm_key(storm) for storm in (12.5, 20.0)] == ["12_5mm", "20mm"]
