"""A ranking in the browser: a head sorts, the choices above it tell which rows are shown, unknown stands last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sample_theme import spec

from kortrijk_geo.mapping import Ranking, write_page

pytestmark = pytest.mark.browser
FRAME = pd.DataFrame(
    {
        "name": ["Bib 10", "Bib 9", "Loods", "<img src=x onerror=alert(1)>"],
        "area": ["West", "Oost", "West", "Oost"],
        "loss": [5.0, 1200.0, float("nan"), 30.0],
    }
)
RANKING = Ranking(
    "De plekken", "Plekken", FRAME, {"name": "Plek", "area": "Wijk", "loss": "Verlies"}, units={"loss": "whole"},
    filters=("area",),
)  # fmt: skip
ROWS = ".ranking-table tbody tr:not([hidden])"


@pytest.fixture
def page(tmp_path: Path, open_page: Callable[..., Any]) -> Any:
    write_page(replace(spec(), rankings=(RANKING,)), tmp_path / "voorbeeld.html")
    opened = open_page(tmp_path / "voorbeeld.html")
    opened.locator("html[data-ready]").wait_for(state="attached")
    return opened


def shown(page: Any) -> list[str]:
    return [text.strip() for text in page.locator(f"{ROWS} th").all_inner_texts()]


def test_a_number_sorts_from_most_to_least_and_back_with_unknown_last(page: Any) -> None:
    head = page.locator(".ranking-table thead button", has_text="Verlies")
    head.click()
    page.locator(".ranking-table th[aria-sort=descending]").wait_for()
    assert shown(page) == ["Bib 9", "<img src=x onerror=alert(1)>", "Bib 10", "Loods"]
    head.click()
    page.locator(".ranking-table th[aria-sort=ascending]").wait_for()
    assert shown(page) == ["Bib 10", "<img src=x onerror=alert(1)>", "Bib 9", "Loods"]
    page.locator(".ranking-table thead button", has_text="Plek").click()
    assert shown(page)[1:] == ["Bib 9", "Bib 10", "Loods"]


def test_a_choice_shows_the_rows_of_that_text_and_says_how_many(page: Any) -> None:
    page.locator(".ranking-choice select").select_option("West")
    page.get_by_text("2 van 4").wait_for()
    assert shown(page) == ["Bib 10", "Loods"]
    page.locator(".ranking-choice select").select_option("")
    page.locator(".ranking:not(.chosen)").wait_for()
    assert len(shown(page)) == len(FRAME)
