"""Under "Instellingen" stand the options that a reader understands, in Dutch; the workbook holds them all."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from kortrijk_geo.mapping.options import option_labels, option_rows
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.mapping.spec import Compared
from kortrijk_geo.reach.options import choose as reach_options
from kortrijk_geo.trees.options import choose as trees_options
from kortrijk_geo.unsealing.options import choose as unsealing_options


def _settings(page: str) -> list[str]:
    part = page.split("<h3>Instellingen</h3>")[1].split("<h3>Bronnen</h3>", maxsplit=1)[0]
    return [html.unescape(re.sub("<[^>]+>", "", item)) for item in re.findall(r"<li>(.*?)</li>", part)]


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("target_m2", 2131990, "2.131.990"),
        ("target_m2", 2131990.0, "2.131.990"),
        ("walk_limit_m", 1200.0, "1.200"),
        ("year", 2040, "2040"),
        ("outlook_years", (2030, 2040), "2030, 2040"),
        ("initial", 1, None),
        ("on", "2024-12-31", "31 december 2024"),
        ("norm_label", "Kortrijknorm", "Kortrijknorm"),
        ("modes", ["walk", "cycle"], "te voet, met de fiets"),
        ("storms_mm", [20.0, 32.5], "20; 32,5"),
        ("costs_known", False, "nee"),
        ("budget_eur", None, None),
        ("earlier_date", "", None),
        ("types", [], None),
    ],
)
def test_an_option_is_written_in_dutch_or_stays_in_the_workbook(key: str, value: Any, text: str | None) -> None:
    expected = [] if text is None else [(option_labels().labels[key], text)]
    assert option_rows({"": {key: value}}) == expected


def test_the_page_names_no_option_in_english(samples: ModuleType) -> None:
    spec = samples.spec(samples.result(options={"speed_m_per_min": 80.0, "minutes": [5, 10], "rules": {"a": 1}}))
    page = page_html(spec)
    assert _settings(page) == ["Minuten onderweg, hoogstens: 5, 10"]
    assert 'staan in het werkboek, blad "Opties"' in html.unescape(page)
    assert "speed_m_per_min" not in page


def test_a_comparison_tells_an_option_once_and_where_it_differs_twice(samples: ModuleType) -> None:
    options = {"nu": {"minutes": 15, "norm": 60}, "straks": {"minutes": 10, "norm": 60, "year": 2040}}
    spec = replace(samples.spec(samples.result(options=options)), compared=Compared("nu", "straks", {}))
    assert _settings(page_html(spec)) == [
        "Norm: 60",
        "Minuten onderweg, hoogstens: nu: 15; straks: 10",
        "Jaar van de vooruitblik: nu: niet gezet; straks: 2040",
    ]


def test_the_labels_are_of_options_that_themes_have() -> None:
    labels = set(option_labels().labels)
    assert {"modes", "minutes", "other_minutes", "walk_m_per_min", "max_snap_m"} <= labels & set(
        reach_options().record()
    )
    assert {"storms_mm", "target_m2", "budget_eur", "least_m2"} <= labels & set(unsealing_options().record())
    assert {"plant_on", "target_trees"} <= labels & set(vars(trees_options()))
