"""What the figures of childcare are held against: the city's own goal in Kortrijk, a comparison anywhere else."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest
from childcare_town import frame, location
from targets_head import targets_of

from kortrijk_geo import catalogue
from kortrijk_geo.childcare import analyse, look_ahead, spec
from kortrijk_geo.errors import OptionError
from kortrijk_geo.mapping.page import page_html

OWN_TARGETS = """
[[target]]
key = "rate"
label = "Plaatsen per 100"
subject = "Opvang"
goal = 45
unit = "per 100"
kind = "aim"
direction = "at_least"
counted = "level"
by = "unknown"
baseline = "unknown"
measured = { theme = "childcare", column = "places_per_100_children" }
area_goal = false
source = "Raad van Stad"
date = "2025"
standing = "streefdoel"
"""


@pytest.fixture
def in_city(town):
    def make(nis_code, **changes):
        city = town(**changes)
        city.info = replace(city.info, nis_code=nis_code)
        return city

    return make


def headlines(city, **options):
    return {figure.key: figure for figure in analyse(city, **options).headlines}


def test_in_kortrijk_the_rate_has_the_aim_of_the_note_and_the_source_of_its_data(in_city):
    rate = headlines(in_city("34022"))["places_per_100_children"]
    assert (rate.target, rate.target_kind) == (60, "aim")
    assert rate.target_source == "Stad Kortrijk, Inspiratienota 2024"
    assert "Kortrijk" not in rate.source


@pytest.mark.parametrize("nis_code", ["", "23101"])
def test_elsewhere_the_norm_of_kortrijk_is_compared_and_its_sources_are_not_cited(in_city, nis_code):
    result = analyse(in_city(nis_code))
    rate = result.headlines[0]
    assert (rate.target, rate.target_kind) == (60, "comparison")
    assert rate.target_source.startswith("norm van Kortrijk (ter vergelijking)")
    page = page_html(spec(result))
    for words in ("Stad Kortrijk", "Inspiratienota", "Kortrijknorm", "armoede 2020-2025"):
        assert words not in page, words
    sheets = {name: sheet.to_string() for name, sheet in result.sheets().items()}
    assert not [name for name, text in sheets.items() if "Stad Kortrijk" in text or "Inspiratienota" in text]


def test_a_norm_that_is_asked_for_is_compared_and_no_goal_of_the_city(in_city):
    rate = headlines(in_city("34022"), norm=50)["places_per_100_children"]
    assert (rate.target, rate.target_kind) == (50, "comparison")


def test_no_goal_of_the_city_stands_with_a_shortage_or_a_catchment(in_city):
    figures = headlines(in_city("34022"))
    aimed = {key for key, figure in figures.items() if figure.target is not None}
    assert aimed == {"places_per_100_children"}
    page = page_html(spec(analyse(in_city("34022"))))
    assert "te veel" not in page
    assert "Streefdoel <bdi>60" in page or "Streefdoel 60" in page


def test_a_city_has_the_goals_of_its_own_targets_file(in_city, tmp_path):
    own = tmp_path / "doelen.toml"
    own.write_text(targets_of("Stad", "99999", OWN_TARGETS), encoding="utf-8")
    city = in_city("99999")
    assert headlines(city)["places_per_100_children"].target_kind == "comparison"
    rate = headlines(city.with_targets(own))["places_per_100_children"]
    assert (rate.target, rate.target_kind, rate.target_source) == (45, "aim", "Raad van Stad")
    themes = catalogue.Analyses(city, {"targets": {"targets": own}})
    assert themes.result("childcare").headlines[0].target == 45
    monitored = themes.result("targets").headlines[-1]
    assert (monitored.target, monitored.target_kind, monitored.target_source) == (45, "aim", "Raad van Stad")
    replaced = city.with_targets(own).replace(childcare=city.childcare)
    assert headlines(replaced)["places_per_100_children"].target == 45


def test_the_forecast_of_kortrijk_is_not_that_of_another_city(in_city):
    with pytest.raises(OptionError, match=r"no forecast is known for Stad \(23101\): give forecast_file"):
        look_ahead(in_city("23101"))


def test_a_city_row_that_is_not_the_sum_of_its_column_says_so(in_city, tmp_path):
    # B has places to spare, of which A is short: the city as a whole lacks less than its areas together.
    result = analyse(in_city("34022", childcare=frame([location("ka", 400, 10.0), location("kb", 1_400, 90.0)])))
    areas, city = result.areas["shortage_places"].sum(), result.city["shortage_places"]
    assert result.sums()["shortage_places"] == areas != city
    assert "places" not in result.sums()
    page = page_html(spec(result))
    assert "stad als geheel</th>" in page
    assert "Som van de gebieden, waar dat een ander getal is" in page
    result.to_xlsx(tmp_path / "k.xlsx")
    book = openpyxl.load_workbook(tmp_path / "k.xlsx")
    rows = {row[0]: row[2:] for row in book["Sommen"].iter_rows(min_row=2, values_only=True)}
    assert rows["shortage_places"] == (city, areas)
    assert book["Stad"]["B2"].value == "Stad, stad als geheel"
    assert [cell.value for cell in book["Kerncijfers"][1]][-2:] == ["tekst", "doel"]
    assert book["Kerncijfers"].cell(2, len(book["Kerncijfers"][1])).value.startswith("streefdoel 60")
    book.close()
