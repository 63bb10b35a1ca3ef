"""The rules are data: what the package holds, and what is refused, with file and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kortrijk_geo import trees
from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.pack.layers import BBK_CODES
from kortrijk_geo.trees.rules import load_need, load_rules

FOLDER = Path(trees.__file__).parent
RULES = (FOLDER / "rules.toml").read_text(encoding="utf-8")
NEED = (FOLDER / "need.toml").read_text(encoding="utf-8")


def test_the_distances_of_the_package_are_those_of_their_sources() -> None:
    rules = {rule.id: rule for rule in load_rules().rules}
    assert rules["facade"].distances_m == (6, 4, 2)
    expected = {
        "rail": 6, "water_strip": 5, "tree": 2, "crown_on_map": 2, "water_edge": 2.5, "gas": 3, "power": 20,
        "motorway": 10, "parcel_boundary": 2, "sewer": 2, "cable": 2,
    }  # fmt: skip
    assert {name: rules[name].distances_m for name in expected} == {name: (m,) * 3 for name, m in expected.items()}
    assert [size.spacing_m for size in load_rules().sizes] == [10, 7, 5]
    # The published ones are for the smallest trees; a larger class never asks less.
    assert rules["carriageway"].distances_m == (4, 2, 1)
    assert load_rules().space.least_m2 == {"1": 9, "2": 4, "3": 1.5}
    assert load_rules().space.least_width_m == {"1": 3, "2": 2, "3": 1.2}
    assert "to be confirmed" in load_rules().space.origin.standing
    assert all(rule.origin.source and rule.origin.standing for rule in load_rules().rules)


def test_one_distance_is_for_every_size_class_and_a_table_of_them_has_any_order(tmp_path: Path) -> None:
    third = RULES[RULES.index('[[size]]\nid = "3"') : RULES.index("# What the ground is")]
    path = tmp_path / "rules.toml"
    two_sizes = RULES.replace(third, "").replace("{ 1 = 6, 2 = 4, 3 = 2 }", "{ 2 = 4, 1 = 6 }")
    two_sizes = re.sub(r", 3 = [\d.]+ }", " }", two_sizes)
    path.write_text(two_sizes, encoding="utf-8")
    rules = {rule.id: rule.distances_m for rule in load_rules(path).rules}
    assert (rules["facade"], rules["gas"]) == ((6, 4), (3, 3))


def test_every_code_of_the_land_cover_has_its_ground_once() -> None:
    codes = [code for ground in load_rules().grounds for code in ground.codes]
    assert sorted(codes) == sorted(BBK_CODES)


def test_rules_that_exclude_come_before_those_that_ask_permission() -> None:
    effects = [rule.effect for rule in load_rules().rules]
    assert effects == sorted(effects, key=lambda effect: effect != "exclude")
    assert load_rules().excluding == effects.count("exclude")


def test_the_targets_are_those_of_kortrijk_alone() -> None:
    target = load_rules().target_of("34022")
    assert target is not None
    assert (target.trees, target.hedge_m, target.by) == (77_746, 22_073, 2030)
    assert load_rules().target_of("23101") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("distance_m = 20", "distance_m = -20", r"rules\.toml: rule\[\d+\]\.distance_m: -20 is not a number from 0"),
        ("{ 1 = 6, 2 = 4, 3 = 2 }", "{ 1 = 6, 2 = -4, 3 = 2 }", r"rule\[1\]\.distance_m\.2: -4 is not a number"),
        ("{ 1 = 6, 2 = 4, 3 = 2 }", "{ 1 = 6, 2 = 4 }", r"rule\[1\]\.distance_m\.3 is missing"),
        ("{ 1 = 6, 2 = 4, 3 = 2 }", "{ 1 = 6, 2 = 4, 3 = 2, 4 = 1 }", r"distance_m\.4 is not a known key"),
        (
            "utility = true\nsource",
            "utilty = true\nsource",
            r"rule\[\d+\]\.utilty is not a known key; did you mean utility",
        ),
        ('layer = "buildings"', 'layer = "houses"', r"rule\[1\]\.layer: 'houses' must be one of"),
        ("codes = [5]\neffect", "codes = [6]\neffect", r"code 5 \(water\) must stand in one"),
        ('id = "gas"', 'id = "facade"', "id facade stands twice"),
        ('id = "gas"', 'id = "building"', "id building stands twice"),
        (
            "least_m2 = { 1 = 9, 2 = 4,",
            "least_m2 = { 1 = 3, 2 = 4,",
            r"least_m2: a larger tree cannot do with less",
        ),
        ("least_m2 = { 1 = 9, ", "least_m2 = { ", r"space\.least_m2\.1 is missing"),
        ("spacing_m = 10", "spacing_m = 0", r"size\[1\]\.spacing_m: 0 must be above 0"),
        ("spacing_m = 10", "spacing_m = nan", r"size\[1\]\.spacing_m: nan is not a number"),
        ('measure_from = "crown"', 'measure_from = "crow"', r"measure_from: 'crow' must be one of"),
        ('owners = ["private", "company", "social"]', 'owners = ["king"]', r"owners\[1\]: 'king' must be one of"),
        ('layer = "constraints"\nkinds = ["gas"]', 'layer = "parcels"\nkinds = ["gas"]', "layer parcels has no kinds"),
        ("canopy = true\n", "", r"rule\[5\]: names nothing to keep away from"),
        ("date = 2021-09-01", 'date = "2021"', r"date: '2021' is not a date"),
    ],
)
def test_bad_rules_name_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in RULES
    path = tmp_path / "rules.toml"
    path.write_text(RULES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load_rules(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("least_share = 0.30", "least_share = 30", r"need\.toml: thirty\.least_share: 30 is not a number from 0 to 1"),
        ("within_m = 25", "within_m = -25", r"need\.toml: three\.within_m: -25 is not a number"),
        ("[[100, 10], [300, 6], [600, 0]]", "[[300, 10], [100, 6]]", r"marks\.green_m: the first numbers .* must rise"),
        ('of = "median_income_eur"', 'of = "wealth"', r"equity\.indicator\[1\]\.of: 'wealth' must be one of"),
        ("least_crowns = 3", "least_crowns = 3\nleast = 1", r"three\.least is not a known key"),
        ("weight = 1", "weight = 0", r"indicator\[1\]\.weight: 0 must be above 0"),
        ('id = "children"', 'id = "income"', r"equity\.indicator: id income stands twice"),
        ("[[100, 10], [300, 6], [600, 0]]", "[[100, 10, 6]]", r"marks\.green_m: must be a list of pairs"),
        ("date = 2021-01-01", 'date = "2021"', r"three\.date: '2021' is not a date"),
    ],
)
def test_bad_need_names_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in NEED
    path = tmp_path / "need.toml"
    path.write_text(NEED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load_need(path)


def test_a_rules_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"none\.toml does not exist"):
        load_rules(tmp_path / "none.toml")
