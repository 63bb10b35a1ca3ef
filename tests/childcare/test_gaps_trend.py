"""A series of packs, one per year: table and chart."""

from __future__ import annotations

import json

import openpyxl
import pytest
from childcare_town import area, frame, layers, location

from kortrijk_geo.childcare import compare_years
from kortrijk_geo.childcare.trend import write_trend
from kortrijk_geo.errors import OptionError


def test_three_years(town):
    whole = layers()["boundary"]

    def year(day, places, children):
        areas = frame([area("A", 0, 4_000, children)])
        rows = [location(f"k{n}", 500 + 10 * n, 400.0) for n in range(int(places // 400))]
        rows.append(location("rest", 900, places % 400))
        boundary = whole.assign(children_0_2=children)
        return town(areas=areas, boundary=boundary, childcare=frame(rows), reference_date=day)

    packs = [
        (2022, year("2022-12-31", 1_376.0, 2_331.0)),
        (2018, year("2018-12-31", 1_297.0, 2_499.0)),
        (2025, year("2025-12-31", 1_300.0, None)),
    ]
    found = compare_years(packs)
    city = found.table[found.table["area_id"] == "city"].set_index("year")
    assert city.index.tolist() == [2018, 2022, 2025]
    assert city["places_per_100_children"].round(1).tolist()[:2] == [51.9, 59.0]
    assert city["series_break"].tolist() == [False, True, False]
    chart = json.loads(json.dumps(found.chart, allow_nan=False))
    assert chart["years"] == [2018, 2022, 2025]
    assert [series["id"] for series in chart["series"]] == ["city", "A"]
    assert chart["series"][0]["values"][2] is None
    assert [norm["value"] for norm in chart["norms"]] == [60, 50]
    assert "2.500" in chart["break"]["text"]
    assert any(note.startswith("2025: ") for note in found.notes)


def test_the_series_break_stands_in_the_trend_as_data(town, tmp_path):
    found = compare_years([(2019, town()), (2021, town())])
    broken = found.chart["break"]
    assert (broken["first_year"], broken["last_year"], broken["places_too_many"], broken["kind"]) == (
        2020, 2024, 2500, "family",
    )  # fmt: skip
    assert broken["source"] == "Opgroeien"
    assert found.notes[0].startswith("Reeksbreuk 2020-2024: De cijfers van Opgroeien")
    write_trend(found, tmp_path / "trend.xlsx")
    book = openpyxl.load_workbook(tmp_path / "trend.xlsx")
    assert [[cell.value for cell in row[:4]] for row in book["Reeksbreuk"]] == [
        ["van", "tot en met", "plaatsen te veel geteld", "soort opvang"], [2020, 2024, 2500, "family"],
    ]  # fmt: skip
    assert str(book["Opmerkingen"]["A2"].value).startswith("Reeksbreuk")
    book.close()


def test_an_area_that_a_year_lacks_is_unknown_there(town):
    content = layers()
    found = compare_years([(2016, town()), (2017, town(areas=content["areas"].iloc[:3]))])
    values = {series["id"]: series["values"] for series in found.chart["series"]}
    assert values["C"] == [20, 20]
    assert values["D"] == [None, None]
    assert found.chart["break"] is None


def test_years_that_cannot_be(town):
    with pytest.raises(OptionError, match="at least one"):
        compare_years([])
    city = town()
    with pytest.raises(OptionError, match="each year once"):
        compare_years([(2020, city), (2020, city)])
