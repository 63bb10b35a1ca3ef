"""Where the place lies: outside, on a border, on no area, on impossible coordinates; and the day of the application."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from decimal import Decimal

import pytest

from kortrijk_geo.errors import DataError, MissingFileError, MissingLayerError, OptionError
from kortrijk_geo.options import parse_date
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.premium.application import Application, read_answers
from kortrijk_geo.premium.deciding import decide
from kortrijk_geo.premium.rulebooks import load_rulebooks


@pytest.mark.parametrize(("x", "y"), [(0, -1), (-500, 500), (5000, 500), (500, -0.02)])
def test_outside_the_city_is_not_eligible_and_says_which_condition(ask, x, y):
    decision = ask(x=x, y=y)
    assert decision.status == "not eligible"
    assert [o.condition.id for o in decision.conditions if o.met is False] == ["located"]
    assert decision.area is None
    assert decision.to_json()["area"]["area_id"] is None


@pytest.mark.parametrize(("x", "y"), [(0, 500), (500, 0), (4000, 1000)])
def test_the_city_border_belongs_to_the_city(ask, x, y):
    assert ask(x=x, y=y).area is not None


def test_on_a_border_the_area_that_favours_the_applicant_is_used(ask):
    decision = ask(x=2000, y=500)  # between 55 and 70 per 100
    assert decision.area.area_id == "W55"
    assert str(decision.total_eur) == "8550.00"
    assert any("grens van Midden en Hoog; Midden is genomen" in note for note in decision.notes)


def test_a_hair_beside_a_border_is_on_it_and_two_centimetres_are_not(ask):
    assert ask(x=2000.005, y=500).area.area_id == "W55"
    assert ask(x=2000.02, y=500).area.area_id == "W70"


def test_on_the_border_with_an_unknown_rate_the_best_that_is_known_wins(ask, build_city):
    decision = ask(x=3000, y=500)  # 70 per 100, and unknown: that one may still be better
    assert (decision.area.area_id, decision.status) == ("Wunknown", "incomplete")
    needy = build_city(W70=1000)  # 7 per 100, and unknown: nothing can be better
    decision = ask(x=3000, y=500, city=needy)
    assert (decision.area.area_id, decision.status) == ("W70", "provisional")


def test_equal_areas_on_a_border_give_the_lowest_id(ask):
    assert ask(x=1000, y=500).area.area_id == "W45"


def test_of_areas_with_the_same_sum_the_one_below_the_norm_is_used_then_the_one_with_a_rate(ask, build_city, city):
    yearly = {"kind": "family-yearly", "new_places": 0, "existing_places": 8}  # 200 euros everywhere
    above = build_city(W45=60)  # 45 places for 60 children is 75 per 100; W55 has 55
    assert ask(x=1000, y=500, city=above, **yearly).area.area_id == "W55"
    renamed = city.replace(areas=city.areas.replace({"area_id": {"W70": "Z70"}}))
    assert ask(x=3000, y=500, city=renamed, **yearly).area.area_id == "Z70", "and not Wunknown, whose id comes first"


def test_a_point_in_the_city_but_in_no_area_is_incomplete(ask, city):
    hole = city.replace(areas=city.areas[city.areas["area_id"] != "W45"])
    decision = ask("45", city=hole)
    assert (decision.status, decision.area) == ("incomplete", None)
    assert any("geen enkel gebied" in point.text for point in decision.open_points)


def test_no_children_column_means_unknown_not_zero(ask, city):
    decision = ask("45", city=city.replace(areas=city.areas.drop(columns=["children_0_2", "vulnerable"])))
    assert (decision.status, decision.area.children_0_2) == ("incomplete", None)


def test_another_area_unit_needs_its_layer(ask, own_rulebook, city):
    books = own_rulebook({'area_unit = "areas"': 'area_unit = "districts"'})
    with pytest.raises(MissingLayerError, match="districts"):
        ask("45", rulebooks=books)
    districts = city.areas.rename(columns={"area_id": "district_id"})
    decision = ask("45", rulebooks=books, city=city.replace(districts=districts))
    assert (decision.area.area_id, decision.total_eur) == ("W45", Decimal("8550.00"))
    assert LAYERS["districts"].key == "district_id"


@pytest.mark.parametrize("day", ["1850-01-01", "2014-12-31"])
def test_a_day_without_rules_names_the_periods(ask, day):
    with pytest.raises(OptionError, match=r"kortrijk-2015 \(2015-01-01 - 2019-12-31\)"):
        ask(on=day)


def test_a_day_ahead_is_refused(ask):
    with pytest.raises(OptionError, match="lies ahead"):
        ask(on="2026-03-03")
    assert ask(on="2026-03-02").status == "provisional"


@pytest.mark.parametrize("text", ["", "12-10-2021", "2021-13-01", "2021-02-29", "morgen", "2021-10-12T00:00", None])
def test_a_day_that_is_none(text):
    with pytest.raises(OptionError, match="2021-10-12"):
        parse_date(text or "")


def test_a_day_must_be_a_day_not_a_time():
    with pytest.raises(OptionError, match="date"):
        Application("group", 5, 0, 1.0, 1.0, dt.datetime(2021, 10, 12, tzinfo=dt.UTC))


def test_the_time_of_the_decision_needs_a_zone(city):
    application = Application("group", 5, 0, 500.0, 500.0, dt.date(2021, 10, 12))
    with pytest.raises(OptionError, match="time zone"):
        decide(application, city, load_rulebooks(), now=dt.datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_the_same_input_gives_the_same_decision_and_document(ask):
    first, second = ask(), ask()
    assert first == second
    assert json.dumps(first.to_json()) == json.dumps(second.to_json())
    assert pickle.loads(pickle.dumps(first)).digest == first.digest
    assert ask(new_places=18).digest != first.digest


def test_the_document_holds_the_contract(ask, city):
    document = json.loads(json.dumps(ask().to_json(), allow_nan=False))
    assert document["status"] == "provisional"
    assert document["rulebook"]["id"] == "kortrijk-2021-10-12"
    assert {frozenset(point) for point in document["open_points"]} == {frozenset({"field", "text", "closes"})}
    area = document["area"]
    assert (area["area_id"], area["name"], area["children_0_2"], area["places"]) == ("W45", "Laag", 100.0, 45.0)
    assert (area["places_per_100_children"], area["below_norm"]) == (45.0, True)
    assert {"id", "text", "answer", "met"} <= set(document["conditions"][0])
    [line] = document["lines"]
    assert (line["quantity"], line["unit_eur"], line["amount_eur"]) == (19, "450.00", "8550.00")
    assert document["total_eur"] == "8550.00"
    proof = document["provenance"]
    assert proof["pack_digest"] == city.digest
    assert len(proof["rulebook_sha256"]) == len(proof["decision_sha256"]) == 64
    assert proof["decided_at"] == "2026-03-02T10:30:00+00:00"


def test_counts_of_another_day_than_the_rules_ask_for_are_told(ask):
    def told(decision):
        asked = "het reglement vraagt de stand op 31 december 2019"
        return [(p.field, "is van 31 december 2020" in p.text) for p in decision.open_points if asked in p.text]

    assert not any("stadspakket" in point.text for point in ask().open_points)
    assert told(ask(on="2020-10-12")) == [("places.date", True), ("children_0_2.date", True)]


def test_locations_without_opening_day_are_told(ask):
    assert any("1 van de 2 locaties in Onbekend" in note for note in ask("unknown").notes)


def test_inside_an_area_no_border_is_told(ask):
    assert not any("grens" in note for note in ask("45").notes)


def test_answers_from_a_file(tmp_path):
    path = tmp_path / "answers.toml"
    path.write_text('days_per_week = 5\nopen_to_all = true\nage_range = "0-3"\nshares_natural_persons = 50.99\n')
    assert read_answers(path)["shares_natural_persons"] == 50.99
    path.write_text("days_per_week = [5]\n")
    with pytest.raises(DataError, match="days_per_week"):
        read_answers(path)
    path.write_text("days per week = 5\n")
    with pytest.raises(DataError, match=r"answers\.toml, regel 1: is geen TOML"):
        read_answers(path)
    with pytest.raises(MissingFileError):
        read_answers(tmp_path / "none.toml")
