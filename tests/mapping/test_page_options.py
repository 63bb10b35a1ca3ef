"""Under "Instellingen" stand the options that a reader understands, in Dutch; the workbook holds them all."""

from __future__ import annotations

import datetime as dt
import html
import importlib
import re
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from kortrijk_geo.capacity.timetable_change import TimetableChange
from kortrijk_geo.mapping.options import OptionLabels, option_labels, option_rows
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.mapping.spec import Compared
from kortrijk_geo.reach.options import choose as reach_options
from kortrijk_geo.reach.transit_options import choose_transit
from kortrijk_geo.trees.options import choose as trees_options
from kortrijk_geo.unsealing.options import choose as unsealing_options

NAMES = ("reach", "childcare", "housing", "trees", "unsealing", "profile")
THEMES = {name: option_labels(importlib.import_module(f"kortrijk_geo.{name}").__file__ or "") for name in NAMES}
LABELS = OptionLabels(
    labels={key: label for known in THEMES.values() for key, label in known.labels.items()},
    words={key: word for known in THEMES.values() for key, word in known.words.items()},
    years=[key for known in THEMES.values() for key in known.years],
)


def _settings(page: str) -> list[str]:
    part = page.split("<h3>Instellingen</h3>")[1].split("<h3>Bronnen", maxsplit=1)[0]
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
    expected = [] if text is None else [(LABELS.labels[key], text)]
    assert option_rows({"": {key: value}}, LABELS) == expected


def test_the_page_names_no_option_in_english(samples: ModuleType) -> None:
    spec = samples.spec(samples.result(options={"speed_m_per_min": 80.0, "minutes": [5, 10], "rules": {"a": 1}}))
    spec = replace(spec, option_labels=LABELS)
    page = page_html(spec)
    assert _settings(page) == ["Minuten onderweg, hoogstens: 5, 10"]
    assert 'staan in het werkboek, blad "Opties"' in html.unescape(page)
    assert "speed_m_per_min" not in page


def test_a_comparison_tells_an_option_once_and_where_it_differs_twice(samples: ModuleType) -> None:
    options = {"nu": {"minutes": 15, "norm": 60}, "straks": {"minutes": 10, "norm": 60, "year": 2040}}
    spec = replace(
        samples.spec(samples.result(options=options)), compared=Compared("nu", "straks", {}), option_labels=LABELS
    )
    assert _settings(page_html(spec)) == [
        "Minuten onderweg, hoogstens: nu: 15; straks: 10",
        "Norm: 60",
        "Jaar van de vooruitblik: nu: niet gezet; straks: 2040",
    ]


def test_the_labels_are_of_options_that_themes_have() -> None:
    rides = choose_transit().record(dt.date(2026, 11, 24))
    assert set(THEMES["reach"].labels) - {"weights"} <= {*reach_options().record(), *rides, *vars(TimetableChange())}
    assert set(THEMES["unsealing"].labels) - {"narrowest_m"} <= set(unsealing_options().record())  # of the map's pixels
    assert {"plant_on", "target_trees"} <= set(THEMES["trees"].labels) & set(vars(trees_options()))
