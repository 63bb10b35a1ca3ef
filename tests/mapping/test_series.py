"""Charts of years: places by hand, gaps where unknown, the same figures in the table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kortrijk_geo.errors import DataError
from kortrijk_geo.mapping import Series
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.mapping.series import drawn_series


def test_years_and_figures_stand_where_they_are():
    years = (2025, 2030, 2040)
    (chart,) = drawn_series(
        [Series("Tekort", years, {"nu": (0.0, 50.0, 100.0), "plan": (40.0, None, 20.0)}, "whole", "b")]
    )
    # From 56 to 704 pixels in fifteen years; from 214 up to 12 pixels for a hundred places.
    assert chart.years == [(56.0, "2025"), (272.0, "2030"), (704.0, "2040")]
    assert chart.marks == [(214.0, "0"), (173.6, "20"), (133.2, "40"), (92.8, "60"), (52.4, "80"), (12.0, "100")]
    now, plan = chart.lines
    assert now.path == "M56.0 214.0 L272.0 113.0 L704.0 12.0"
    assert plan.path == "M56.0 133.2 M704.0 173.6"  # no line over what is unknown
    assert plan.texts == ["40", "onbekend", "20"]
    assert now.dash != plan.dash


@pytest.mark.parametrize("values", [(None, None), (0.0, 0.0), (-3.0, 7.5), (1e9, 1.0)])
def test_every_line_stays_inside(values):
    (chart,) = drawn_series([Series("t", (2025, 2026), {"a": values}, "number", "")])
    assert all(12 <= y <= 214 for _, y, _ in chart.lines[0].dots)
    assert 2 <= len(chart.marks) <= 8


def test_a_line_without_a_figure_for_each_year_is_refused():
    with pytest.raises(DataError, match="value for every year"):
        drawn_series([Series("t", (2025, 2026), {"a": (1.0,)}, "number", "")])


def test_the_page_tells_the_years_in_a_table(samples):
    hostile = "<img src=x onerror=alert(1)>"
    page = page_html(
        replace(samples.spec(), series=(Series(hostile, (2025, 2030), {hostile: (1.0, None)}, "whole", hostile),))
    )
    assert hostile not in page
    assert '<th scope="col">2030</th>' in page
    assert "<td>1</td><td>onbekend</td>" in page
