"""Totals that do not say so among the rows that are added up, and none seen where there are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.recipe_parts import Part
from kortrijk_geo.ingest.report import Findings
from kortrijk_geo.ingest.total_rows import without_totals

PARTS = [("W1", "M", 490), ("W1", "V", 510), ("W2", "M", 290), ("W2", "V", 310)]


def summed(rows, *, names=("code", "soort", "inwoners"), numbers=1, key="code", **said):
    """What is added up of a table whose last columns are numbers, by its key or over all rows."""
    frame = pd.DataFrame(rows, columns=list(names), index=range(2, len(rows) + 2))
    added = list(names)[-numbers:]
    values = frame[added].astype(float)
    groups = frame[key] if key else pd.Series("", index=frame.index)
    part = Part("layers.areas.tables", "areas", "table", {"columns": {name: name for name in added}, **said})
    kept = without_totals(frame, values, groups, part, name="t.csv", findings=Findings())
    return values[kept].groupby(groups[kept]).sum()[added[0]].tolist()


@pytest.mark.parametrize("word", ["T", "t", "_T", "beide", "MV", "M+V", "all", "Tot", "samen", "mannen en vrouwen"])
@pytest.mark.parametrize("there", ["M", "V", "MV"])
def test_a_category_that_holds_a_word_for_all_of_it_is_refused_also_without_all_its_parts(word, there):
    rows = [row for row in PARTS if row[1] in there] + [("W1", word, 1000), ("W2", word, 600)]
    with pytest.raises(DataError, match=rf"is a total of other rows.*2 such rows: {len(rows)}, {len(rows) + 1}\)"):
        summed(rows)
    if there == "MV":
        assert summed(rows, without_totals=True) == [1000, 600]
    else:
        # What would be left are the men alone.
        with pytest.raises(
            DataError, match=r"without it \d+ of 1,000 inwoners are left, so parts are missing; .*where"
        ):
            summed(rows, without_totals=True)
    assert summed(rows, without_totals=False)[0] > 1000


@pytest.mark.parametrize(
    "others",
    [
        ("S", "R"),  # sections of the economy, of which T is one
        ("fietsers", "wandelaars"),
    ],
)
def test_a_letter_t_among_other_codes_is_one_of_them(others):
    rows = [
        (code, kind, count) for code in ("W1", "W2") for kind, count in zip((*others, "T"), (7, 2, 11), strict=True)
    ]
    assert summed(rows) == [20, 20]


def test_what_is_less_than_one_of_the_others_is_not_all_of_them():
    assert summed([("W1", "alle", 3), ("W1", "huur", 9), ("W2", "alle", 1), ("W2", "huur", 2)]) == [12, 3]


def test_a_word_for_all_that_stands_alone_was_chosen():
    assert summed([("W1", "beide", 3), ("W2", "M", 9), ("W2", "V", 2)]) == [3, 11]


def test_totals_by_two_columns_are_all_left_out():
    rows = [
        (code, age, sex, count * (1 if sex != "T" else 2))
        for code in ("W1", "W2")
        for age, count in (("0", 10), ("1", 25), ("Totaal", 35))
        for sex in ("M", "V", "T")
    ]
    names = ("code", "leeftijd", "geslacht", "inwoners")
    assert summed(rows, names=names, without_totals=True) == [70, 70]


def listed(*counts):
    return [
        (f"rij {place}", "", *(count if isinstance(count, tuple) else (count,))) for place, count in enumerate(counts)
    ]


def test_subtotals_without_a_name_are_refused_and_left_out():
    flat = listed(120, 80, 45, 245, 310, 5, 7, 322)
    with pytest.raises(DataError, match=r"row 5 .* is a total of other rows.*2 such rows: 5, 9\)"):
        summed(flat, key=None)
    assert summed(flat, key=None, without_totals=True) == [567]
    assert summed([*flat, ("alles", "", 567)], key=None, without_totals=True) == [567]
    assert summed(flat, key=None, without_totals=False) == [1134]


def test_subtotals_that_fit_in_two_columns_are_found_among_many_other_rows():
    rows = listed(*[(100 + 7 * place, 50 + 3 * place) for place in range(12)], (531, 261))
    names = ("code", "soort", "inwoners", "gezinnen")
    assert sum(row[2] for row in rows[9:12]) == 510
    rows[12] = ("x", "", 510, sum(row[3] for row in rows[9:12]))
    with pytest.raises(DataError, match=r"row 14 .*is a total"):
        summed(rows, names=names, numbers=2, key=None)
    # Not in the second column.
    rows[12] = ("x", "", 510, 9)
    assert summed(rows, names=names, numbers=2, key=None) == [sum(row[2] for row in rows)]


@pytest.mark.parametrize(
    "counts",
    [
        (0, 0, 0, 0, 0, 0, 0, 0),
        (1, 2, 3, 6, 1, 1, 1, 3),
        (0, 0, 250, 250, 0, 0, 130, 130),
        (100, 200, 300, 7, 900, 800, 700),
        (50, 60, 110, 40, 90, 130),
        (200, float("nan"), 150, 350, 90, 80, 75),
    ],
)
def test_zeros_small_numbers_and_two_parts_make_no_subtotal(counts):
    assert summed(listed(*counts), key=None) == [np.nansum(counts)]


def test_lists_of_numbers_at_random_have_no_subtotals():
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(300):
        counts = rng.lognormal(4, 1, 60).astype(int)
        try:
            summed(listed(*counts.tolist()), key=None)
        except DataError:
            alarms += 1
    assert alarms == 0
