"""Gaps: places and children per area, held against a norm."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest
from childcare_town import area, frame, layers, location
from hypothesis import given
from hypothesis import strategies as st

from kortrijk_geo.childcare import analyse, children_from_0_4, find_gaps, fractional_shortage, published_series
from kortrijk_geo.childcare.rules import norms
from kortrijk_geo.engine.rates import rate, shortage
from kortrijk_geo.errors import DataError, MissingLayerError, OptionError
from kortrijk_geo.pack.files import LayerRecord


def truncated(value):
    return math.floor(value * 10) / 10


@pytest.mark.parametrize(
    ("children_0_4", "places", "published_rate", "published_shortage"),
    [(45, 0, 0.0, 16.2), (232, 44, 31.6, 39.5), (523, 116, 36.9, 72.2)],
    ids=["Kooigem", "Centrum", "Sint-Elisabeth"],
)
def test_the_study_of_2011(children_0_4, places, published_rate, published_shortage):
    children = children_from_0_4(children_0_4)
    assert truncated(rate([places], [children])[0]) == published_rate
    assert truncated(fractional_shortage(places, children, 60)) == published_shortage
    assert shortage([places], [children], 60)[0] == math.ceil(published_shortage)


def test_the_published_city_series():
    series = {figure["year"]: figure for figure in published_series()}
    assert {year: figure["places_per_100_children"] for year, figure in series.items()} == {
        2014: 46.9, 2018: 51.9, 2021: 56.3, 2022: 59.0, 2024: 57.9,
    }  # fmt: skip
    assert round(rate([series[2022]["places"]], [series[2022]["children_0_2"]])[0], 1) == 59.0
    assert series[2021]["places"] == 1360


@pytest.mark.parametrize(
    ("places", "children", "expected"), [(1360, 2416, 56.3), (1376, 2331, 59.0), (1376, 2376, 57.9)]
)
def test_a_city_with_published_counts_has_the_published_rate(town, places, children, expected):
    city = town(
        areas=frame([area("A", 0, 4_000, float(children))]),
        boundary=layers()["boundary"].assign(children_0_2=float(children)),
        childcare=frame([location("k", 500, 360.0), *(location(f"k{n}", 500 + n, 100.0) for n in range(10)),
                         location("rest", 900, places - 1360.0)]),
    )  # fmt: skip
    found = find_gaps(city)
    assert found.city["places"] == places
    assert round(found.city["places_per_100_children"], 1) == expected


def test_every_area_of_the_town(town):
    found = find_gaps(town()).areas
    assert found["places"].tolist() == [30, 20, 4, 8]
    assert found["places_per_100_children"].tolist()[:3] == [75, 50, 20]
    assert found["shortage_places"].tolist() == [0, 4, 8, 0]
    assert found["below_norm"].tolist()[:3] == [False, True, True]
    assert found["below_reference_norm"].tolist()[:3] == [False, False, True]
    assert found["status"].tolist() == ["haalt 60", "50 tot 60", "onder 50", "plaatsen, geen kinderen"]
    assert found["places_family"].tolist() == [0, 0, 4, 0]
    assert found.loc["D", ["places_per_100_children", "below_norm"]].isna().all()


def test_an_area_without_children_and_without_places_has_neither(town):
    childcare = frame([location("ka", 400, 12.0)])
    areas = frame([area("A", 0, 1_000, 40.0), area("B", 1_000, 3_000, 0.0), area("C", 3_000, 4_000, 1.0)])
    found = find_gaps(town(childcare=childcare, areas=areas)).areas
    assert found["status"].tolist() == ["onder 50", "geen kinderen", "onder 50"], "one child is a child"
    assert found["shortage_places"].tolist() == [12, 0, 1]


def test_children_who_cannot_be_located_count_in_the_city_and_in_no_area(town):
    found = find_gaps(town())
    assert found.areas["children_0_2"].sum() == 100
    assert (found.city["children_0_2"], found.city["children_not_located"]) == (105, 5)
    assert found.city["places"] == 62  # the location of the buffer is not the city's
    assert found.city["shortage_places"] == 1  # 63 - 62
    assert found.city["shortage_places_areas"] == 12
    assert any("5 kinderen zijn niet te lokaliseren" in note for note in found.notes)


def test_one_child_who_cannot_be_located_is_told_and_none_is_not(town):
    for children, missing in ((100.0, 0), (101.0, 1)):
        found = find_gaps(town(boundary=layers()["boundary"].assign(children_0_2=children)))
        assert found.city["children_not_located"] == missing
        assert any("niet te lokaliseren" in note for note in found.notes) is bool(missing)


def test_a_location_in_an_area_counts_in_the_city_where_its_boundary_is_cut_short(town):
    boundary = layers()["boundary"]
    cut = boundary.set_geometry(boundary.geometry.buffer(-5))
    childcare = frame([location("edge", 2, 7.0), location("inside", 400, 10.0)])
    found = find_gaps(town(childcare=childcare, boundary=cut))
    assert (found.areas["places"]["A"], found.city["places"]) == (17, 17)


def test_unknown_places_and_children_are_unknown_not_zero(town):
    content = layers()
    childcare = frame([location("ka", 400, None), location("ka2", 450, 12.0), location("kb", 1_600, 20.0)])
    areas = frame([area("A", 0, 1_000, 40.0), area("B", 1_000, 2_000, None), area("C", 2_000, 4_000, 20.0)])
    found = find_gaps(town(childcare=childcare, areas=areas, boundary=content["boundary"].drop(columns="children_0_2")))
    assert found.areas["status"].tolist() == ["onbekend", "onbekend", "onder 50"]
    assert found.areas["shortage_places"].isna().tolist() == [True, True, False]
    assert found.areas["below_norm"].isna().tolist() == [True, True, False]
    assert math.isnan(found.areas["places"]["A"])
    assert found.areas["unknown_places"]["A"] == 1
    assert found.areas["shortage_places"]["C"] == 12
    assert all(math.isnan(found.city[key]) for key in ("places", "children_0_2", "shortage_places"))
    assert found.city["status"] == "onbekend"


@pytest.mark.parametrize(("norm", "expected"), [(33, [0, 0, 3, 0]), ("flemish", [0, 0, 6, 0]), (75.5, [1, 11, 12, 0])])
def test_any_norm(town, norm, expected):
    assert find_gaps(town(), norm=norm).areas["shortage_places"].tolist() == expected


@pytest.mark.parametrize("norm", [0, -5, math.nan, True, "flemisch"])
def test_a_norm_that_cannot_be(town, norm):
    with pytest.raises(OptionError, match="norm"):
        find_gaps(town(), norm=norm)


def test_a_norm_given_that_is_below_the_reference(town):
    assert find_gaps(town(), norm=40).areas["status"].tolist()[1:3] == ["haalt 40", "onder 40"]


def test_the_day_of_the_count_decides_which_locations_are_there(town):
    childcare = frame(
        [
            location("old", 400, 10.0, closes="2024-06-30"),
            location("new", 450, 20.0, opens="2024-09-01", standing="existing"),
            location("later", 460, 40.0, opens="2025-09-01"),
            location("plan", 470, 80.0, opens="2024-01-01", standing="decided"),
        ]
    )
    city = town(childcare=childcare)
    assert find_gaps(city).areas["places"]["A"] == 20
    assert find_gaps(city, on=dt.date(2024, 1, 1)).areas["places"]["A"] == 10
    assert find_gaps(city, on=dt.date(2025, 12, 31)).areas["places"]["A"] == 60
    told = find_gaps(city).notes
    assert (
        "3 locaties niet in gebruik op 31 december 2024 (gepland, nog niet open of gesloten): tellen niet mee." in told
    )


def test_a_reference_date_that_is_a_year_or_missing_or_wrong(town):
    assert find_gaps(town(reference_date="2022")).on == dt.date(2022, 12, 31)
    undated = find_gaps(town(reference_date=""))
    assert undated.on is None
    assert any("niet op welke dag" in note for note in undated.notes)
    with pytest.raises(ValueError, match=r"layer childcare: reference date 'vorig jaar'.*correct it in the recipe"):
        find_gaps(town(reference_date="vorig jaar"))


def test_income_related_places_stand_beside_the_rate_and_are_unknown_where_one_is_unknown(town):
    rows = [
        location("ka", 400, 30.0, income_related_places=18.0), location("kb", 1_600, 20.0, income_related_places=0.0),
        location("kc", 2_500, 4.0, kind="family"), location("kd", 3_500, 8.0, income_related_places=8.0),
    ]  # fmt: skip
    key = "income_related_places_per_100_children"
    city = town(childcare=frame(rows), boundary=layers()["boundary"].assign(children_0_2=100.0))
    city.info = replace(city.info, nis_code="34022")
    result = analyse(city)
    # A 18 of 40 children; B none, which is no unknown; C unknown; D has no children to count by.
    assert result.areas[key].tolist() == pytest.approx([45.0, 0.0, math.nan, math.nan], nan_ok=True)
    assert math.isnan(result.city[key])
    keys = [figure.key for figure in result.headlines]
    assert keys[:2] == ["places_per_100_children", key]
    figure = result.headlines[1]
    # Of the three areas that know theirs: 26 places for 80 children.
    assert (figure.value, figure.known_share, figure.known_of) == (pytest.approx(32.5), 0.75, "gebieden")
    assert "betaalbare opvang" in figure.reason
    rows[2]["income_related_places"] = 4.0
    whole = analyse(town(childcare=frame(rows), boundary=layers()["boundary"].assign(children_0_2=100.0)))
    assert (whole.city[key], whole.headlines[1].value) == (30.0, 30.0)
    assert "betaalbare" not in analyse(town(), norm=55).headlines[1].reason  # only the norm of the city says so


def test_a_location_with_a_date_cannot_be_counted_on_an_unknown_day(town):
    childcare = frame([location("ka", 400, 30.0), location("kn", 450, 20.0, opens="2027-09-01", name="Nieuw")])
    city = town(childcare=childcare, reference_date="")
    with pytest.raises(
        DataError, match=r"layer childcare: has no reference_date.*Nieuw \(opens 2027-09-01\).*recipe.*\(on\)"
    ) as caught:
        analyse(city)
    assert caught.value.exit_code == 3
    assert find_gaps(city, on=dt.date(2024, 12, 31)).areas["places"]["A"] == 30
    assert find_gaps(city, on=dt.date(2027, 12, 31)).areas["places"]["A"] == 50
    planned = frame([location("ka", 400, 30.0), location("kn", 450, 20.0, opens="2027-09-01", standing="decided")])
    assert find_gaps(town(childcare=planned, reference_date="")).areas["places"]["A"] == 30  # counts on no day


def test_the_day_of_the_areas_stands_in_for_that_of_childcare_and_says_so(town):
    city = town()
    city.info.layers["childcare"] = LayerRecord("test", "")
    found = find_gaps(city)
    assert found.on == dt.date(2024, 12, 31)
    assert "De kinderopvang heeft geen eigen peildatum; geteld is op die van de gebieden, 31 december 2024." in (
        found.notes
    )


def test_the_series_break_is_told_of_the_source_that_has_it(town):
    assert not any("Reeksbreuk" in note for note in find_gaps(town()).notes)
    assert any("2.500" in note for note in find_gaps(town(source="Opgroeien, vergunde plaatsen")).notes)


@pytest.mark.parametrize(
    ("day", "broken"), [("2019-12-31", False), ("2020-01-01", True), ("2024-12-31", True), ("2025-01-01", False)]
)
def test_the_series_break_is_told_of_the_years_that_have_it(town, day, broken):
    notes = find_gaps(town(source="Opgroeien, vergunde plaatsen"), on=dt.date.fromisoformat(day)).notes
    assert any("Reeksbreuk" in note for note in notes) is broken


def test_levels(town):
    subareas = frame([{**area("A1", 0, 500, 10.0), "subarea_id": "A1", "parent_id": "A"},
                      {**area("A2", 500, 4_000, 90.0), "subarea_id": "A2", "parent_id": "A"}])  # fmt: skip
    found = find_gaps(town(subareas=subareas.drop(columns="area_id")), level="subareas").areas
    assert found["places"].tolist() == [30, 32]
    with pytest.raises(MissingLayerError, match="districts"):
        find_gaps(town(), level="districts")
    with pytest.raises(OptionError, match="level is 'wijken'"):
        find_gaps(town(), level="wijken")


def test_children_of_deelgemeenten_come_from_the_sectors_that_make_them_up(town):
    import pandas as pd

    shapes = {"d1": area("", 0, 1_500, 0)["geometry"], "d2": area("", 1_500, 4_000, 0)["geometry"]}
    districts = frame([{"district_id": key, "name": key, "geometry": shape} for key, shape in shapes.items()])
    sectors = pd.DataFrame(
        {
            "sector_id": ["1", "2", "3"],
            "name": ["1", "2", "3"],
            "area_id": ["A", "B", "C"],
            "district_id": ["d1", "d1", "d2"],
            "children_0_2": [40.0, 12.0, None],
        }
    )
    found = find_gaps(town(districts=districts, sectors=sectors), level="districts")
    assert found.areas["children_0_2"]["d1"] == 52
    assert math.isnan(found.areas["children_0_2"]["d2"])
    assert any("opgeteld uit de statistische sectoren" in note for note in found.notes)


@given(st.integers(0, 500), st.integers(1, 500), st.floats(1, 200))
def test_the_places_short_are_just_enough(places, children, norm):
    short = int(shortage([places], [children], norm)[0])
    assert fractional_shortage(places + short, children, norm) == 0
    assert short == 0 or fractional_shortage(places + short - 1, children, norm) > 0


def test_names_that_look_like_formulas_stay_text(town, tmp_path):
    import openpyxl

    content = layers()
    areas = content["areas"].assign(name=['=HYPERLINK("http://x")', "+1", "@som", "-2"])
    childcare = content["childcare"].assign(name="=1+1")
    result = analyse(town(areas=areas, childcare=childcare))
    result.to_xlsx(tmp_path / "uit.xlsx")
    cells = openpyxl.load_workbook(tmp_path / "uit.xlsx")["Gebieden"]["B"]
    assert [cell.value for cell in cells[1:]] == ['=HYPERLINK("http://x")', "+1", "@som", "-2"]
    assert {cell.data_type for cell in cells} == {"s"}


def test_the_headlines_and_the_contract(town):
    result = analyse(town())
    assert result.page == "kinderopvang"
    assert next(iter(result.areas.columns)) == "name"
    contract = ("children_0_2", "places", "places_per_100_children", "shortage_places", "below_norm")
    contract += ("catchment_places_per_100_children",)
    assert set(contract) <= set(result.areas.columns)
    assert set(contract) <= set(result.city)
    assert set(result.labels) >= set(result.areas.columns) - {"geometry"}
    head = result.headlines[0]
    assert (head.key, head.target) == ("places_per_100_children", 60)
    assert head.value == pytest.approx(100 * 62 / 105)
    figures = {figure.key: figure.value for figure in result.headlines}
    assert (figures["shortage_places"], figures["areas_below_norm"]) == (1, 2)


def test_norms_are_read_whole():
    known = norms().series_break
    assert norms().find(None).places_per_100_children == 60
    assert norms().find(None, reference=True).places_per_100_children == 50
    assert norms().find(60).id == "kortrijk"
    assert (known.first_year, known.last_year) == (2020, 2024)
