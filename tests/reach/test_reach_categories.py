from __future__ import annotations

import re
from pathlib import Path

import pytest

from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.pack.amenities import matches
from kortrijk_geo.reach import rules as rules_module
from kortrijk_geo.reach.options import choose
from kortrijk_geo.reach.rules import SETS, load_categories, load_settings

HEAD = 'version = "1"\ntitle = "t"\nsource = "s"\ndate = "2026"\nstanding = "st"\n'
GOOD = '[[category]]\nkey = "shop"\nlabel = "winkel"\nweight = 1\nsource = "s"\nstanding = "st"\n'
RULES = 'rules = [{ shop = ["supermarket", "bakery"] }]\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_set_is_called_as_it_was_asked_for_whoever_else_asks() -> None:
    by_name, path = load_categories("default"), str(Path(rules_module.__file__).with_name(SETS["default"]))
    by_path = load_categories(path)
    assert [by_name.name, by_path.name, load_categories(path).name] == ["default", path, path]
    assert by_name.categories == by_path.categories


def test_the_default_set_has_the_twelve_daily_places_and_bruno_has_nine() -> None:
    assert load_categories().keys == (
        "food_shop",
        "primary_school",
        "childcare",
        "family_doctor",
        "pharmacy",
        "public_green",
        "playground",
        "transit_stop",
        "sport",
        "library_culture",
        "meeting_place",
        "post_bank",
    )
    assert len(load_categories("bruno2024").categories) == 9
    for name in SETS:
        for category in load_categories(name).categories:
            assert category.source
            assert category.standing


def test_the_size_of_green_stands_in_its_label_and_can_be_asked_for() -> None:
    assert choose().categories.labels["public_green"] == "openbaar groen van minstens 1 ha"
    half = choose(green_min_ha=0.5)
    assert half.categories.labels["public_green"] == "openbaar groen van minstens 0,5 ha"
    assert half.record()["green_min_ha"] == 0.5


def test_a_file_of_ones_own_replaces_the_set(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + GOOD + RULES)
    found = load_categories(path)
    assert found.keys == ("shop",)
    assert found.name == str(path)


def test_a_rule_wants_all_its_keys_and_one_of_their_values(tmp_path: Path) -> None:
    text = HEAD + GOOD + 'rules = [{ amenity = "school", school = ["primary", "elementary"] }, { shop = "*" }]\n'
    school, shop = load_categories(write(tmp_path, text)).categories[0].rules
    assert matches(school, {"amenity": "school", "school": "primary"})
    assert matches(school, {"amenity": "school", "school": "kindergarten; primary"})
    assert not matches(school, {"amenity": "school"})
    assert not matches(school, {"amenity": "school", "school": "secondary"})
    assert not matches(school, {"school": "primary"})
    assert matches(shop, {"shop": "anything"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "category is missing; write one or more [[category]]"),
        (HEAD + "extra = 1\n" + GOOD + RULES, "mine.toml: extra is not a known key"),
        (HEAD + "category = []\n", "mine.toml: category is missing; write one or more [[category]]"),
        (HEAD.replace('title = "t"\n', "") + GOOD + RULES, "mine.toml: title is missing"),
        (HEAD + GOOD.replace('label = "winkel"\n', "") + RULES, "category[1] (shop).label is missing"),
        (HEAD + GOOD.replace("winkel", " ") + RULES, "category[1] (shop).label: ' ' is not a text"),
        (HEAD + GOOD + RULES + 'colour = "red"\n', "category[1] (shop).colour is not a known key"),
        (HEAD + GOOD + RULES + GOOD + RULES, "category: key shop stands twice"),
        (
            HEAD + GOOD.replace("weight = 1", "weight = -1") + RULES,
            "(shop).weight: -1 is not a number from 0",
        ),
        (HEAD + GOOD.replace("weight = 1", "weight = true") + RULES, "(shop).weight: True is not a number"),
        (HEAD + GOOD.replace("weight = 1", "weight = nan") + RULES, "(shop).weight: nan is not a number"),
        (HEAD + GOOD.replace("weight = 1", "weight = 0") + RULES, "category: weight is 0 for every category"),
        (HEAD + GOOD.replace('"shop"', '"Shop!"') + RULES, "category[1].key: 'Shop!' must be lower-case"),
        (HEAD + GOOD.replace('"shop"', '"all"') + RULES, "not 'all'"),
        (HEAD + GOOD, "category[1] (shop).rules is missing"),
        (HEAD + GOOD + RULES.replace("rules", "ruels"), "(shop).ruels is not a known key; did you mean rules?"),
        (HEAD + GOOD + "rules = []\n", "(shop).rules: must be a list of one or more"),
        (HEAD + GOOD + "rules = [{}]\n", "(shop).rules[1]: must be a table"),
        (HEAD + GOOD + "rules = [{ shop = [] }]\n", "(shop).rules[1].shop: must be a text"),
        (HEAD + GOOD + "rules = [{ shop = 3 }]\n", "(shop).rules[1].shop: must be a text"),
        (HEAD + GOOD + 'layer = "parks"\nlayer_use = "add"\n', "(shop).layer: 'parks' must be one of childcare, green"),
        (HEAD + GOOD + 'layer = "green"\nlayer_use = "add"\nmin_ha = 1\n', "(shop).kinds is missing"),
        (HEAD + GOOD + RULES + "min_ha = 1\n", "(shop).min_ha: has a meaning only beside layer"),
        (HEAD + GOOD + 'layer = "childcare"\nlayer_use = "add"\nmin_ha = 1\n', 'only with layer = "green"'),
        (HEAD + GOOD + RULES + '[category.assumed]\nrules = [{ a = "b" }]\n', "(shop).assumed.note is missing"),
        ("version = ", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_naming_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(DataError, match=re.escape(said)) as caught:
        load_categories(path)
    assert str(path) in str(caught.value)


def test_a_set_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="default, bruno2024"):
        load_categories("bruno")
    with pytest.raises(MissingFileError, match=r"none\.toml"):
        load_categories(tmp_path / "none.toml")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"mine\.toml: is not text in UTF-8"):
        load_categories(path)


def test_the_speeds_are_those_of_the_facts() -> None:
    found = choose()
    assert found.limit_m("walk", 15) == 1_200
    assert found.limit_m("cycle", 15) == 3_750
    assert found.all_minutes == (15, 5, 10, 20)
    sizes = [(size.min_ha, size.max_m) for size in load_settings().green]
    assert sizes == [(0.5, 300), (1, 400), (10, 800), (30, 1_600)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"modes": ["bus"]},
        {"modes": []},
        {"modes": "walk"},
        {"minutes": 0},
        {"minutes": 7.5},
        {"minutes": 121},
        {"other_minutes": [0]},
        {"walk_m_per_min": -80},
        {"cycle_m_per_min": float("nan")},
        {"max_snap_m": 0},
        {"green_min_ha": -1},
        {"proximity_places": 0},
        {"proximity_places": 2.5},
    ],
)
def test_options_that_cannot_be_used(wrong: dict[str, object]) -> None:
    with pytest.raises(OptionError, match=next(iter(wrong))):
        choose(**wrong)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("m_per_min = 80.0", "m_per_min = 80.0\nmph = 3", r"settings\.toml: speed\.walk\.mph is not a known key"),
        (
            'source = "Gangbare wandel',
            'sauce = "Gangbare wandel',
            r"speed\.walk\.sauce is not a known key; did you mean source\?",
        ),
        (
            "other_minutes = [5,",
            "other_minutes = [0,",
            r"limit\.other_minutes\[1\]: 0 is not a whole number from 1 to 120",
        ),
    ],
)
def test_a_settings_file_with_a_mistake_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = Path(rules_module.__file__).with_name("settings.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "settings.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=told):
        load_settings(path)


def test_a_settings_file_of_ones_own_is_followed(tmp_path: Path) -> None:
    text = Path(rules_module.__file__).with_name("settings.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    changed = text.replace("m_per_min = 80.0", "m_per_min = 60").replace("\nminutes = 15", "\nminutes = 10")
    own.write_text(changed.replace("max_m = 100.0", "max_m = 50"), encoding="utf-8")
    chosen = choose(settings=own)
    assert chosen.record() == choose(minutes=10, walk_m_per_min=60, max_snap_m=50).record()
    assert choose(settings=own, minutes=15, walk_m_per_min=80, max_snap_m=100).record() == choose().record()
    with pytest.raises(MissingFileError, match=r"none\.toml"):
        choose(settings=tmp_path / "none.toml")
    with pytest.raises(MissingFileError):
        choose(settings="")
