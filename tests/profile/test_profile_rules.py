"""The indicators as data, and the names that types get from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kortrijk_geo.errors import DataError
from kortrijk_geo.profile.names import type_names
from kortrijk_geo.profile.rules import load_rules

OWN = Path(__file__).parents[2] / "kortrijk_geo" / "profile" / "profile.toml"


def test_the_packages_own_rules_keep_the_promise_of_the_house() -> None:
    rules = load_rules()
    assert rules.method.clusters == (3, 4)
    assert rules.stability.least_adjusted_rand == 0.6
    assert rules.method.least_areas == 10
    assert {one.transform for one in rules.indicators if one.per_km2} == {"log"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("clusters = [3, 4]", "clusters = []", r"method\.clusters: \[\] is not an array with values"),
        ("clusters = [3, 4]", "clusters = [1]", "1 is not a whole number from 2 to 12"),
        (
            "least_adjusted_rand = 0.6",
            "least_adjusted_rand = 60",
            r"stability\.least_adjusted_rand: 60 is not a number",
        ),
        ('transform = "log"', 'transform = "ln"', r"indicator\[1\]\.transform: 'ln' must be one of log, share, none"),
        ('key = "canopy"', 'key = "sealed"', "indicator: key sealed stands twice"),
        ("per_km2 = true", 'per_km2 = "ja"', "'ja' must be true or false"),
        ('high = "veel bomen"\n', "", r"indicator\[4\]\.high is missing"),
        ("seed = 34022", "seed = 34022\nsed = 1", "sed is not a known key; did you mean seed"),
        ('transform = "none"', 'transform = "none"\nwhole = "x"', "only a share can be part of a whole"),
        ('column = "share_all_walk_15"', 'column = "share_all_walk_15"\nper_km2 = true', "a share cannot be divided"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = OWN.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "profile.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=f"profile.toml: .*{message}"):
        load_rules(path)


def test_a_file_without_indicators_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_text(OWN.read_text(encoding="utf-8").split("[[indicator]]")[0], encoding="utf-8")
    with pytest.raises(DataError, match=r"profile\.toml: indicator is missing; write one or more \[\[indicator\]\]"):
        load_rules(path)


def test_a_type_is_called_after_its_largest_deviations_first() -> None:
    rules = load_rules()
    indicators = rules.indicators[2:5]  # childcare, canopy, sealed
    rows = np.array([[-0.9, 1.5, 0.2], [0.4, -0.3, 0.1], [0.6, -0.7, 1.9]])
    assert type_names(rows, indicators, rules.words) == [
        "veel bomen, weinig opvang",
        "doorsnee",
        "veel verharding, weinig bomen",
    ]


def test_types_that_would_share_a_name_get_more_words_or_a_number() -> None:
    rules = load_rules()
    indicators = rules.indicators[2:5]
    rows = np.array([[1.5, 1.4, 0.9], [1.6, 1.2, -0.8], [0.1, 0.1, 0.1], [0.0, 0.1, 0.2]])
    assert type_names(rows, indicators, rules.words) == [
        "veel opvang, veel bomen, veel verharding",
        "veel opvang, veel bomen, weinig verharding",
        "doorsnee (1)",
        "doorsnee (2)",
    ]
    assert type_names(rows[:2], indicators, rules.words.model_copy(update={"most_words": 2})) == [
        "veel opvang, veel bomen (1)",
        "veel opvang, veel bomen (2)",
    ]
