"""Plans: the rows of the page and those of the workbook are the same figures."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from kortrijk_geo.errors import DataError
from kortrijk_geo.mapping import PlanTable
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.mapping.plans import MOST_ROWS, plan_sheets, shown_plans


def plan(rows: int = 2, **changes) -> PlanTable:
    frame = pd.DataFrame({"rank": range(1, rows + 1), "m2": [1_500.6] * rows, "owner": ["stad", None] * (rows // 2)})
    labels = {"rank": "Volgorde", "owner": "Eigenaar", "m2": "Oppervlakte (m²)"}
    return PlanTable(
        **{"title": "Plan", "sheet": "Plan", "frame": frame, "labels": labels, "units": {"m2": "whole"}} | changes
    )


def test_rows_as_the_page_writes_them():
    (shown,) = shown_plans([plan()])
    assert shown.columns == [("Volgorde", "number"), ("Eigenaar", "text"), ("Oppervlakte (m²)", "number")]
    assert shown.rows == [["1", "stad", "1.501"], ["2", "onbekend", "1.501"]]
    assert shown.count == 2


def test_a_long_plan_is_whole_in_the_workbook_and_begun_on_the_page(samples, tmp_path):
    long = plan(MOST_ROWS + 2)
    (shown,) = shown_plans([long])
    assert (len(shown.rows), shown.count) == (MOST_ROWS, MOST_ROWS + 2)
    samples.result().to_xlsx(tmp_path / "plan.xlsx", further=plan_sheets([long]))
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Plan"]
    assert [cell.value for cell in sheet[1]] == ["Volgorde", "Eigenaar", "Oppervlakte (m²)"]
    assert sheet.max_row == MOST_ROWS + 3
    assert [cell.value for cell in sheet[3]] == [2, None, 1_500.6]


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="plan Plan: has no column eur"):
        shown_plans([plan(labels={"eur": "Kosten"})])


def test_texts_of_a_plan_are_no_markup(samples):
    hostile = "<img src=x onerror=alert(1)>"
    frame = pd.DataFrame({"who": [hostile]})
    page = replace(samples.spec(), plans=(plan(title=hostile, frame=frame, labels={"who": hostile}, note=hostile),))
    assert hostile not in page_html(page)


def test_a_name_or_filter_is_among_the_fields(samples):
    page = samples.spec()
    wrong = replace(page, point_layers=(replace(page.point_layers[1], name="home_id"),))
    with pytest.raises(DataError, match="home_id is none of its fields"):
        page_html(wrong)
