"""The kinds, norms and forecasts as data: what is shipped has a source, and what is wrong is refused in clear words."""

from __future__ import annotations

import math

import pytest
import service_town

import kortrijk_geo as kg
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.services.rules import load_forecast, load_services

KINDS = (
    "basic_school", "secondary_school", "residential_care", "assisted_living", "day_care_elderly", "family_doctor",
    "playground", "sport", "meeting_place", "library",
)  # fmt: skip
WRONG_NORM = """
[kind.norm]
value = 5.0
unit = "{unit}"
source = "Iemand"
date = "2026"
standing = "voorstel"

[[kind.target]]
year = 2040
extra = 400
"""
RIGHT_NORM = WRONG_NORM.format(unit="places per 100 people")
TARGET = "\n[[kind.target]]\nyear = 2040\nextra = 400\n"


def test_the_shipped_kinds_have_no_norm_that_nobody_published():
    rules = load_services()
    assert tuple(kind.id for kind in rules.kinds) == KINDS
    assert not [kind.id for kind in rules.kinds if kind.norm is not None]
    targets = {(kind.id, target.year): (target.extra, target.scope) for kind in rules.kinds for target in kind.targets}
    assert targets == {
        ("secondary_school", 2030): (400, "region"),
        ("residential_care", 2040): (400, "city"),
        ("assisted_living", 2040): (186, "city"),
        ("day_care_elderly", 2040): (45, "city"),
    }
    assert all("Inspiratienota 2024" in target.source for kind in rules.kinds for target in kind.targets)
    assert rules.limit.minutes == 15


@pytest.mark.parametrize("unit", ["places per 1000 people", "people per place", "m2 per inhabitant", "places"])
def test_a_norm_in_wrong_units_is_refused(tmp_path, unit):
    own = service_town.changed_file(tmp_path, "services", (TARGET, WRONG_NORM.format(unit=unit)))
    with pytest.raises(DataError, match=rf"eigen\.toml.*'{unit}' is not the unit .*'places per 100 people'"):
        load_services(own)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (TARGET, RIGHT_NORM.replace("5.0", "-5.0"), r"norm\.value"),
        (TARGET, RIGHT_NORM.replace('source = "Iemand"\n', ""), r"source is missing"),
        ('people = ["residents"]', 'people = ["residents", "age_3_5"]', "residents are everybody"),
        ('people = ["residents"]', 'people = ["age_18_64"]', "age_18_64"),
        ('rules = [{ amenity = "library" }]\n', "", "rules is missing"),
        ('id = "library"', 'id = "sport"', "sport stands twice"),
        ('id = "library"', 'id = "Bieb"', "is not an id"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_kinds_is_named(tmp_path, old, new, message):
    own = service_town.changed_file(tmp_path, "services", (old, new))
    with pytest.raises(DataError, match=message):
        load_services(own)


def test_a_norm_of_a_kind_without_capacity_is_refused(tmp_path):
    norm = WRONG_NORM.format(unit="places per 100 people").split("[[kind.target]]", maxsplit=1)[0]
    own = service_town.changed_file(
        tmp_path, "services", ('rules = [{ amenity = "library" }]\n', 'rules = [{ amenity = "library" }]\n' + norm)
    )
    with pytest.raises(DataError, match=r"\(library\).*capacity is missing"):
        load_services(own)


def test_kinds_go_by_their_dutch_names_too():
    rules = load_services()
    assert rules.find("Woonzorgcentra").id == rules.find("residential_care").id == "residential_care"
    with pytest.raises(OptionError, match="did you mean 'library'"):
        rules.find("libary")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("values = [17000.0, 21700.0]", "values = [17000.0]", "values"),
        ("values = [17000.0, 21700.0]", "", "give values or added"),
        ("added = [0.0, 2100.0]", "added = [0.0, 2100.0]\nvalues = [1.0, 2.0]", "give values or added"),
        ("years = [2030, 2040]", "years = [2040, 2030]", "must ascend"),
    ],
)
def test_what_is_wrong_in_a_forecast_is_named(tmp_path, old, new, message):
    own = service_town.changed_file(tmp_path, "forecast", (old, new))
    with pytest.raises(DataError, match=message):
        load_forecast(own)


def test_a_forecast_tells_no_year_that_it_does_not_reach():
    forecast = load_forecast()
    elderly = forecast.of(("age_80_plus", "age_65_79"), "34022")
    assert elderly.people_in(2040, 17_000, 2024) == pytest.approx(21_700)
    assert elderly.people_in(2040, 17_000, 2019) == pytest.approx(21_700)  # before its first year: as of that year
    assert math.isnan(elderly.people_in(2041, 17_000, 2024))
    children = forecast.of(("age_3_5", "age_6_11"), "34022")
    assert math.isnan(children.people_in(2040, 8_000, 2024))  # nobody published 2024 to 2030
    assert children.people_in(2040, 8_000, 2030) == 8_300
    assert children.people_in(2035, 8_000, 2030) == 8_150
    assert forecast.of(("age_12_17",), "34022") is None
    assert forecast.of(("residents",), "12345") is None  # another city has no forecast of Kortrijk


def test_a_forecast_of_the_user_replaces_ours(tmp_path):
    town = service_town.write_town(tmp_path / "town")
    own = service_town.changed_file(tmp_path, "forecast", ("values = [17000.0, 21700.0]", "values = [100.0, 200.0]"))
    result = kg.services.analyse(town, forecast=own)
    assert result.city["people_residential_care_2040"] == pytest.approx(2 * 42 * 6)
    assert result.options["forecast_file"] == "eigen.toml"
