"""The tag rules are data: complete, with sources, and checked when read."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.osm_rules import RULES_FILE, load_rules


def test_every_section_says_where_its_tags_come_from():
    rules = load_rules()
    assert set(rules.sources) == {
        "streets", "amenities", "buildings", "homes", "green", "water", "trees", "constraints", "quantities"
    }  # fmt: skip
    assert all(source for source in rules.sources.values())


@pytest.mark.parametrize(
    ("pattern", "replacement", "says"),
    [
        (r"^storey_m = .*$", "", r"buildings\.storey_m is missing"),
        (r"^storey_m = .*$", "storey_m = 'three'", r"buildings\.storey_m: 'three' is not a number"),
        (r"^storey_m = .*$", "storey_m = true", "storey_m"),
        (r"^storey_m = .*$", "storey_m = 3.0\nfloor_m = 2", "floor_m is not a known key"),
        (r"^steps = .*$", "steps = { foot = true }", r"highway\.steps\.bicycle is missing"),
        (r"^steps = .*$", "steps = { foot = 'yes', bicycle = false }", r"highway\.steps\.foot"),
        (r"^width_m = .*$", "width_m = 3", r"quantities\.width_m"),
        (r"^width_m = .*$", "", r"quantities\.width_m is missing"),
        (r"^\[trees\]$", "[woods]", "woods"),
        (r"^\[trees\]$", "[trees]\ncrown = 3", r"trees\.crown is not a known key"),
        (r"^source = .*Tag:natural=tree.*$", "", r"trees\.source is missing"),
        (r"^\[trees\]$", "[trees", "is not TOML"),
        (r'^key = "amenity"$', 'keys = "amenity"', r"amenities\.key\[1\]\.keys is not a known key; did you mean key"),
    ],
)
def test_a_wrong_rules_file_is_refused_by_file_and_key(tmp_path, pattern, replacement, says):
    text = RULES_FILE.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
    assert changed != text
    path = tmp_path / "tags.toml"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(DataError, match=says) as refusal:
        load_rules(path)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize(
    ("tags", "category"),
    [
        ({"amenity": "school"}, "amenity=school"),
        ({"amenity": "doctors", "healthcare": "doctor"}, "amenity=doctors"),
        ({"shop": "supermarket", "amenity": "parking"}, "shop=supermarket"),
        ({"shop": "vacant"}, None),
        ({"amenity": "cafe;bar"}, "amenity=cafe;bar"),
        ({"amenity": "bench;waste_basket"}, None),
        ({"highway": "bus_stop", "public_transport": "platform"}, "highway=bus_stop"),
        ({"public_transport": "stop_position"}, None),
        ({"railway": "station"}, "railway=station"),
        ({"railway": "rail"}, None),
        ({"leisure": "pitch", "sport": "soccer"}, "leisure=pitch"),
        ({"sport": "soccer"}, "sport=soccer"),
        ({"office": "company"}, None),
        ({}, None),
    ],
)
def test_the_first_main_key_with_a_kept_value_is_the_category(tags, category):
    assert load_rules().amenities.category(tags) == category


def test_measures_out_of_range_are_unknown_and_counted():
    unreadable: Counter[str] = Counter()
    values = [
        load_rules().number(text, "height_m", unreadable) for text in ("12", "12,5 m", "9999", "-3", "tall", None)
    ]
    assert values == pytest.approx([12, 12.5, np.nan, np.nan, np.nan, np.nan], nan_ok=True)
    assert unreadable == {"height_m": 3}
