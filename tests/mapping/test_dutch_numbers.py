"""Numbers as a Dutch reader expects them."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo.mapping.legend import class_numbers
from kortrijk_geo.text.dutch import class_texts, date_text, euro_text, limit_text, list_text, number_text, unit_of


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.579, "share", "57,9 %"),
        (1.0, "share", "100,0 %"),
        (81_045, "whole", "81.045"),
        (1_234_567.4, "whole", "1.234.567"),
        (57.9, "number", "57,9"),
        (-0.04, "number", "0,0"),
        (-1_234.56, "number", "-1.234,6"),
        (0.25, "number", "0,3"),
        (1_240.4, "metres", "1.240 m"),
        (None, "share", "onbekend"),
        (math.nan, "whole", "onbekend"),
        (math.inf, "number", "onbekend"),
        (pd.NA, "text", "onbekend"),
        ("", "text", "onbekend"),
        (True, "text", "ja"),
        (np.bool_(0), "text", "nee"),
        (np.float64(2.5), "whole", "3"),
    ],
)
def test_a_value_is_written_in_dutch(value: object, unit: str, text: str) -> None:
    assert number_text(value, unit) == text


def test_rounding_does_not_carry_a_value_across_a_class_limit() -> None:
    assert number_text(59.96, "number") == "60,0"
    assert number_text(59.96, "number", (60.0,)) == "59,96"
    assert number_text(0.5996, "share", (0.6,)) == "59,96 %"
    assert number_text(60.0, "number", (60.0,)) == "60,0"


def test_class_limits_have_no_more_decimals_than_they_need() -> None:
    assert limit_text(0.575, "share") == "57,5"
    assert limit_text(1_200, "metres") == "1.200"
    assert class_texts((0.2, 0.575), "share") == ["minder dan 20 %", "20 tot 57,5 %", "57,5 % of meer"]
    assert class_texts((), "number") == ["alle waarden"]


def test_a_value_on_a_limit_is_in_the_class_above_it() -> None:
    assert class_numbers(np.array([59.9, 60, 60.1, np.nan, np.inf]), (60.0,)).tolist() == [0, 1, 1, -1, -1]


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_a_written_number_reads_back_as_the_number_rounded(value: float) -> None:
    text = number_text(value, "number")
    assert abs(float(text.replace(".", "").replace(",", ".")) - value) <= 0.05 + 1e-4


def test_units_follow_the_declaration_then_the_name_then_the_values() -> None:
    numbers = pd.Series([1.0, 2.0, np.nan])
    assert unit_of("share_all_walk_15", numbers) == "share"
    assert unit_of("walk_m_pharmacy", numbers) == "metres"
    assert unit_of("population", numbers) == "whole"
    assert unit_of("plantable_m2", numbers + 0.5) == "number"
    assert unit_of("below_norm", numbers > 1) == "text"
    assert unit_of("population", numbers, "number") == "number"


def test_days_lists_and_amounts_are_written_in_one_way() -> None:
    assert date_text(dt.date(2021, 10, 12)) == date_text("2021-10-12") == "12 oktober 2021"
    assert date_text("2021") == "2021"
    assert list_text(["a", "b"], 2) == "a, b"
    assert list_text(["a", "b", "c"], 2) == "a, b en 1 andere"
    assert euro_text(Decimal(8550)) == "8.550,00"
    assert euro_text(None) == "onbekend"
