"""Outlook: children by the forecast, places by their dates, what is then short."""

from __future__ import annotations

import json
import math
from importlib.resources import files

import pandas as pd
import pytest
from childcare_town import frame, layers, location

from kortrijk_geo.childcare import analyse, look_ahead, with_outlook
from kortrijk_geo.childcare.outlook import spread_growth
from kortrijk_geo.childcare.rules import Forecast, forecast
from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.rules import read_rules


def rows(ahead, year):
    return ahead.table[ahead.table["year"] == year].set_index("area_id")


def test_the_published_growth():
    population, households = forecast().scenario("population"), forecast().scenario("households")
    assert population.growth(2024, 2040) == pytest.approx(1.082)
    assert population.growth(2024, 2032) == pytest.approx(1.041)
    assert households.growth(2024, 2030) == pytest.approx(35_793 / 34_924)
    assert households.growth(2010, 2040) == pytest.approx(37_890 / 34_924)
    with pytest.raises(OptionError, match="2050 lies outside the forecast 'population'"):
        population.growth(2024, 2050)


def test_every_year_of_the_town(town):
    ahead = look_ahead(town())
    assert ahead.base_year == 2024
    base, then = rows(ahead, 2024), rows(ahead, 2040)
    assert base["children_0_2"].tolist() == [105, 40, 40, 20, 0]
    assert then["children_0_2"].tolist() == pytest.approx([113.61, 43.28, 43.28, 21.64, 0])
    assert then["places_needed"].tolist() == [69, 26, 26, 13, 0]
    assert then["shortage_places"].tolist() == [69 - 62, 0, 6, 9, 0]
    assert then["shortage_places_areas"]["city"] == 15


def test_planned_places_count_by_date_and_standing(town):
    content = layers()
    plans = [
        location("d1", 1_500, 5.0, standing="decided", opens="2026-09-01", name="Beslist"),
        location("d2", 2_500, 3.0, standing="under study", opens="2035-01-01", name="Onderzoek"),
        location("d3", 2_500, 50.0, standing="decided", name="Ooit"),
        location("d4", 2_500, None, standing="under study", opens="2030-06-01", name="Onbekend"),
        location("d5", 4_500, 99.0, standing="decided", opens="2026-01-01", name="Buiten"),
    ]
    closing = content["childcare"].assign(closes=["2029-12-31", None, None, None, None])
    city = town(childcare=pd.concat([closing, frame(plans)], ignore_index=True))
    ahead = look_ahead(city, years=[2028, 2030, 2040])
    assert rows(ahead, 2028)["places"]["A"] == 30
    assert rows(ahead, 2030)["places"].tolist() == [32, 0, 20, 4, 8]
    assert rows(ahead, 2030)["places_decided"]["B"] == 5
    assert rows(ahead, 2030)["places_decided"]["city"] == 5
    assert math.isnan(rows(ahead, 2030)["places_under_study"]["C"])
    assert math.isnan(rows(ahead, 2030)["shortage_places_all"]["C"])
    late = rows(ahead, 2040).loc["B"]
    assert late["shortage_places"] - late["shortage_places_decided"] == 5
    said = " ".join(ahead.assumptions)
    assert "Ooit, 50 plaatsen, beslist, datum onbekend, telt in geen jaar mee" in said
    assert "Onbekend, onbekend aantal plaatsen, in onderzoek, opent 1 juni 2030" in said
    assert "Buiten" not in said


def test_a_plan_of_the_forecast_file_counts_unless_the_pack_knows_it(town, tmp_path):
    text = (files("kortrijk_geo.childcare") / "forecast.toml").read_text(encoding="utf-8")
    path = tmp_path / "eigen.toml"
    path.write_text(text + '\nopens = 2027-01-01\narea_id = "B"\n', encoding="utf-8")
    ahead = look_ahead(town(), years=[2030], forecast_file=path)
    assert rows(ahead, 2030)["places_decided"][["city", "B"]].tolist() == [54, 54]
    content = layers()
    known = content["childcare"].assign(name=["Kinderopvang CONDÉDREEF", "b", "c", "d", "e"])
    ahead = look_ahead(town(childcare=known), years=[2030], forecast_file=path)
    assert rows(ahead, 2030)["places_decided"]["city"] == 0
    assert "datum onbekend" in " ".join(look_ahead(town()).assumptions)


def test_growth_goes_where_the_dwellings_come(town, tmp_path):
    city = town()
    ahead = look_ahead(city, years=[2040], new_dwellings={"C": 30, "D": 10})
    found = rows(ahead, 2040)["children_0_2"]
    extra = 105 * 0.082
    assert found.tolist() == pytest.approx([105 + extra, 40, 40, 20 + extra * 0.75, extra * 0.25])
    path = tmp_path / "woningen.csv"
    path.write_text("area_id;new_dwellings\nC;30\nD;10\n", encoding="utf-8")
    assert rows(look_ahead(city, years=[2040], new_dwellings=path), 2040)["children_0_2"].tolist() == found.tolist()


def test_spreading_keeps_the_sum():
    children = pd.Series([10.0, 30.0], index=["a", "b"])
    assert spread_growth(children, 40.0, 1.1, None).sum() == pytest.approx(44)
    assert spread_growth(children, 40.0, 1.1, pd.Series([1.0, 3.0], index=["a", "b"])).sum() == pytest.approx(44)


def test_everything_can_be_written_as_json(town):
    document = json.loads(json.dumps(look_ahead(town()).to_json(), allow_nan=False))
    assert document["rows"][0]["area_id"] == "city"
    assert [target["target_extra_places"] for target in document["targets"]] == [100, 200]
    assert len(document["assumptions"]) >= 3


def test_the_outlook_in_the_result(town):
    city = town()
    result = with_outlook(analyse(city), look_ahead(city))
    assert result.areas["shortage_places_2040"].tolist() == [0, 6, 9, 0]
    assert result.city["shortage_places_2040"] == 7
    assert set(result.areas.columns) - {"geometry"} <= set(result.labels)
    assert [figure.value for figure in result.headlines if figure.key == "shortage_places_2040"] == [7]
    assert any(note.startswith("Aanname: de kinderen") for note in result.notes)


def test_the_demo_needs_what_the_city_aims_at_in_order_of_size(demo):
    ahead = look_ahead(demo)
    needed = {target["year"]: target["needed_extra_places"] for target in ahead.targets}
    assert 60 <= needed[2030] <= 140  # the city: +100
    assert 120 <= needed[2040] <= 280  # and another +100
    city = ahead.table[ahead.table["area_id"] == "city"].set_index("year")
    assert city["places_decided"].tolist() == [0, 54, 54]
    assert (city["shortage_places_all"] <= city["shortage_places_decided"]).all()
    assert any("8,2 %" in line for line in ahead.assumptions)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"years": [2020]}, "after 2024"),
        ({"years": []}, "one or more years"),
        ({"years": [2060]}, "2060 lies outside"),
        ({"scenario": "hoop"}, "no scenario 'hoop'"),
        ({"new_dwellings": {"Z": 3}}, "no area 'Z'"),
        ({"new_dwellings": {"A": -3}}, "numbers from 0"),
        ({"new_dwellings": {"A": 0}}, "not all 0"),
    ],
)
def test_options_that_cannot_be(town, wrong, message):
    with pytest.raises(OptionError, match=message):
        look_ahead(town(), **wrong)


def test_files_that_cannot_be(town, tmp_path):
    with pytest.raises(MissingFileError):
        look_ahead(town(), new_dwellings=tmp_path / "niet.csv")
    path = tmp_path / "woningen.csv"
    for text, message in (
        ("area_id,aantal\nA,3\n", "column new_dwellings is missing"),
        ("area_id,new_dwellings\nA,3\nA,4\n", "area A stands twice"),
        ("area_id,new_dwellings\nA,veel\n", "'veel' in row 1 is not a number"),
        ("area_id,new_dwellings\nZ,3\n", "no area 'Z'"),
        ("area_id,new_dwellings\nA,0\n", "not all 0"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=message):
            look_ahead(town(), new_dwellings=path)
    with pytest.raises(DataError, match="no reference date"):
        look_ahead(town(reference_date=""))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("values = [100.0, 108.2]", "values = [100.0]", "one value per year"),
        ("years = [2024, 2040]", "years = [2040, 2024]", "must ascend"),
        ('standing = "decided"', 'standing = "zeker"', "must be one of decided, under study"),
        ("extra_places = 100", "extra = 100", "extra_places is missing"),
        ('id = "households"', 'id = "population"', "scenario: id population stands twice"),
    ],
)
def test_a_broken_forecast_names_file_and_key(tmp_path, old, new, message):
    text = (files("kortrijk_geo.childcare") / "forecast.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "eigen.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=rf"eigen\.toml.*{message}"):
        read_rules(Forecast, path)
