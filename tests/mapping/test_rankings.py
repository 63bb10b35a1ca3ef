"""Rankings: many rows as texts with their numbers, the choices above them, and the sheet of the workbook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from sample_theme import spec

from kortrijk_geo.atlas.writing import write_theme
from kortrijk_geo.errors import DataError
from kortrijk_geo.mapping import Ranking
from kortrijk_geo.mapping.rankings import MOST_ROWS, shown_rankings

FRAME = pd.DataFrame(
    {
        "name": ["Bib", "<b>Hal</b>", "Loods"],
        "area": ["West", "Oost", "West"],
        "loss": [1234.6, 0.0, float("nan")],
        "hidden": [1, 2, 3],
    }
)
RANKING = Ranking(
    "De plekken", "Plekken", FRAME, {"name": "Plek", "area": "Wijk", "loss": "Verlies"}, units={"loss": "whole"},
    filters=("area",),
)  # fmt: skip


def test_cells_are_written_in_dutch_and_keep_their_numbers() -> None:
    (shown,) = shown_rankings([RANKING])
    assert shown.columns == [("Plek", "text"), ("Wijk", "text"), ("Verlies", "number")]
    assert [row[2] for row in shown.rows] == [("1.235", 1234.6), ("0", 0.0), ("onbekend", None)]
    assert shown.filters == [(1, "Wijk", ["Oost", "West"])]


def test_a_long_ranking_says_how_many_rows_there_are() -> None:
    long = pd.concat([FRAME] * (MOST_ROWS // 2), ignore_index=True)
    (shown,) = shown_rankings([replace(RANKING, frame=long)])
    assert (len(shown.rows), shown.count) == (MOST_ROWS, len(long))


@pytest.mark.parametrize(("filters", "wrong"), [(("loss",), "must be text"), (("colour",), "must be text")])
def test_a_choice_is_of_a_text_that_is_shown(filters: tuple[str, ...], wrong: str) -> None:
    with pytest.raises(DataError, match=wrong):
        shown_rankings([replace(RANKING, filters=filters)])


def test_page_and_workbook_have_it_and_its_texts_are_no_markup(tmp_path: Path) -> None:
    write_theme(replace(spec(), rankings=(RANKING,)), tmp_path)
    html = (tmp_path / "voorbeeld.html").read_text(encoding="utf-8")
    assert "De plekken" in html
    assert "<b>Hal</b>" not in html
    assert '<td class="number" data-value="1234.6">' in html
    sheet = openpyxl.load_workbook(tmp_path / "voorbeeld.xlsx")["Plekken"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Plek", "Wijk", "Verlies"], ["Bib", "West", 1234.6], ["<b>Hal</b>", "Oost", 0], ["Loods", "West", None],
    ]  # fmt: skip
