"""A figure's goal has a kind and a source of its own, and every output words it by its kind."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

from kortrijk_geo.figure import Figure, Goal, towards
from kortrijk_geo.mapping.figures import card, source_texts
from kortrijk_geo.results import Source, area_sum, figures_table


@pytest.mark.parametrize(
    ("kind", "value", "word", "gap"),
    [
        ("adopted", 9.2, "Doel", "1,9 onder het doel"),
        ("aim", 9.2, "Streefdoel", "1,9 onder het streefdoel"),
        ("guideline", 12.1, "Richtlijn", "1 boven de richtlijn"),
        ("comparison", 9.2, "Ter vergelijking", "1,9 lager"),
        ("comparison", 12.1, "Ter vergelijking", "1 hoger"),
        ("comparison", 11.1, "Ter vergelijking", "even hoog"),
        ("aim", 11.1, "Streefdoel", "gelijk aan het streefdoel"),
    ],
)
def test_a_card_words_a_goal_by_its_kind(kind: str, value: float, word: str, gap: str) -> None:
    shown = card(towards(Figure("k", "Cijfer", value, "per 100"), Goal(11.1, kind, "Nota")))
    assert (shown.goal, shown.gap, shown.goal_source) == (word, gap, "Nota")


def test_json_and_workbook_hold_the_number_its_kind_and_its_source() -> None:
    figure = towards(Figure("k", "Cijfer", 0.2, "aandeel", source="Kaart"), Goal(0.3, "guideline", "3-30-300"))
    record = json.loads(json.dumps(figure.record()))
    assert (record["target"], record["target_kind"], record["target_source"]) == (0.3, "guideline", "3-30-300")
    assert record["source"] == "Kaart"
    (row,) = figures_table([figure]).to_dict("records")
    assert (row["target_kind"], row["doel"]) == ("guideline", "richtlijn 30,0 % (3-30-300)")


def test_without_target_there_is_no_kind_and_a_kind_must_be_one() -> None:
    bare = towards(Figure("k", "Cijfer", 1.0, "x", 2.0, target_kind="aim", target_source="Nota"), None)
    assert (bare.target, bare.target_kind, bare.target_source) == (None, "", "")
    assert card(bare).target == card(bare).goal == ""
    with pytest.raises(ValueError, match="must be one of adopted, aim, guideline, comparison"):
        Figure("k", "Cijfer", 1.0, "x", 2.0, target_kind="wish")


@pytest.mark.parametrize(
    ("areas", "whole", "total"),
    [
        ([68.0, 50.0], 50, 118.0),  # short in some areas, places to spare in others
        ([626.0, 0.0], 0.0, 626.0),
        ([1.0, 2.0], 3, None),  # the city is the sum
        ([1.0, math.nan], 3, None),  # what is unknown may be the rest
        ([4.0, math.nan], 3, 4.0),
        ([4.0, 1.0], math.nan, 5.0),
        ([4.0, math.nan], math.nan, None),
        ([math.nan], 3, None),
    ],
)
def test_the_sum_of_areas_is_news_where_the_city_has_another_number(
    areas: list[float], whole: float, total: float | None
) -> None:
    assert area_sum(pd.Series(areas), whole) == total


def test_a_source_of_which_nothing_is_known_is_not_printed() -> None:
    told = [Source(""), Source("Kaart", "2024-12-31"), Source("", "", ""), Source("Kaart", "2024-12-31")]
    assert source_texts(told) == ["Kaart, 31 december 2024"]
