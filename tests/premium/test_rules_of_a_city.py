"""A rulebook is a city's own, and all that it says is applied: municipality, licence, numbers, stay, no norm."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.pack.city import City
from kortrijk_geo.premium.rulebooks import load_rulebooks
from kortrijk_geo.premium.sheet import render_sheet


def of_municipality(city: City, name: str, nis: str) -> City:
    info = dataclasses.replace(city.info, name=name, nis_code=nis)
    return City(city.folder, info, {layer: city.layer(layer) for layer in city.layers})


def unmet(decision) -> list[str]:
    return [outcome.condition.id for outcome in decision.conditions if outcome.met is False]


def test_another_city_is_not_decided_by_the_rules_of_kortrijk(ask, city):
    with pytest.raises(OptionError, match=r"is of Dilbeek \(NIS code 23016\), only of 34022.*--rulebooks"):
        ask("45", city=of_municipality(city, "Dilbeek", "23016"))
    with pytest.raises(DataError, match="has no NIS code"):
        ask("45", city=of_municipality(city, "Ergens", ""))


def test_the_rules_of_the_city_decide_whatever_its_pack_is_called(ask, city, own_rulebook):
    books = own_rulebook({'municipality = "34022"': 'municipality = "23016"'})
    dilbeek = of_municipality(city, "Dilbeek", "23016")
    assert ask("45", city=dilbeek, rulebooks=books).total_eur == Decimal("8550.00")
    with pytest.raises(OptionError, match=r"is of Teststad \(NIS code 34022\), only of 23016"):
        ask("45", rulebooks=books)
    both = (*load_rulebooks(), *books)
    assert ask("45", city=dilbeek, rulebooks=both).rulebook.municipality == "23016"


@pytest.mark.parametrize("day", ["2016-01-04", "2020-06-01", "2020-12-01", "2021-11-01"])
@pytest.mark.parametrize("condition", ["licence", "no_exclusion"])
def test_without_a_licence_or_with_exclusion_there_is_no_premium_in_any_period(ask, day, condition):
    decision = ask("45", on=day, answers={condition: False}, assume_yes=True)
    assert (decision.status, unmet(decision)) == ("not eligible", [condition])


@pytest.mark.parametrize(("new", "existing"), [(30, 0), (9, 0), (4, 5)])
def test_a_childminder_holds_at_most_8_places(ask, new, existing):
    decision = ask("45", kind="family", new_places=new, existing_places=existing)
    assert (decision.status, unmet(decision)) == ("not eligible", ["family_places"])
    assert f"Antwoord: {new + existing} plaatsen, volgens de aanvraag" in decision.reasons[0]
    assert ask("45", kind="family", new_places=8).total_eur == Decimal("1700.00")


def test_a_limit_of_the_rules_holds_for_the_places_of_the_application(ask, own_rulebook):
    at_least = 'test = "at least"\nlimit = 10\nnumber = "new places"'
    books = own_rulebook({'test = "new places"': at_least})
    refused = ask("45", new_places=3, rulebooks=books)
    assert (refused.status, unmet(refused)) == ("not eligible", ["new_places"])
    assert ask("45", new_places=10, rulebooks=books).total_eur == Decimal("4500.00")
    with pytest.raises(DataError, match="new_places: 12 spreekt de aanvraag zelf tegen"):
        ask("45", new_places=3, rulebooks=books, answers={"new_places": 12})


def test_rules_without_a_norm_print_none(ask, own_rulebook):
    texts = {
        'norm_places_per_100 = 60\nnorm_rule = "below"             # the extra amount goes to areas whose rate is below'
        " the norm\n": "",
        "month = 12\nday = 31\nyears_before = 1\n": "",
        "[reference_date]": "#",
        'when = "below norm"\nper = "place"': 'when = "always"\nper = "place"',
        'when = "not below norm"': 'when = "vulnerable"',
        'when = "below norm"\nper = "application"': 'when = "vulnerable"\nper = "application"',
    }
    decision = ask("45", rulebooks=own_rulebook(texts))
    assert decision.total_eur == Decimal("8550.00")
    assert decision.to_json()["rulebook"]["norm_places_per_100"] is None
    page = render_sheet(decision)
    assert "norm" not in page.partition("<body")[2].partition("8. Bedragen")[0].lower()


def stay(years: str, **rule: str) -> dict[str, str]:
    """Texts of the rulebook of 2021 with a stay and a rule of repayment."""
    keys = "".join(f"{name} = {value}\n" for name, value in rule.items())
    return {
        '[minimum_stay]\nyears = "unknown"': f"[minimum_stay]\nyears = {years}",
        "[repayment]\n": f"[repayment]\n{keys}",
    }


@pytest.mark.parametrize(
    ("rule", "ended", "amount"),
    [
        ({"rule": '"all"'}, "2025-12-30", "8550.00"),
        ({"rule": '"all"'}, "2025-12-31", "0.00"),
        # Of the 1461 days of four years, those from 31 December 2024 lack: 365.
        ({"rule": '"pro rata"'}, "2024-12-31", "2136.04"),
        ({"rule": '"by year"', "shares": '["1", "2/3", "1/3"]'}, "2022-12-30", "8550.00"),
        ({"rule": '"by year"', "shares": '["1", "2/3", "1/3"]'}, "2022-12-31", "5700.00"),
        ({"rule": '"by year"', "shares": '["1", "2/3", "1/3"]'}, "2025-01-01", "0.00"),
    ],
)
def test_what_must_be_paid_back_is_computed_for_the_day_on_which_the_places_end(ask, own_rulebook, rule, ended, amount):
    days = {"opened": dt.date(2021, 12, 31), "ended": dt.date.fromisoformat(ended)}
    decision = ask("45", rulebooks=own_rulebook(stay("4", **rule)), **days)
    assert decision.repayment.free_from == dt.date(2025, 12, 31)
    assert decision.to_json()["repayment_due"]["amount_eur"] == amount
    page = render_sheet(decision)
    assert "4 jaar vanaf de opening" in page
    assert decision.repayment.text in page


def test_calendar_years_end_on_31_december(ask, own_rulebook):
    books = own_rulebook(stay('4\ncounted_in = "calendar years"', rule='"all"'))
    days = {"opened": dt.date(2021, 12, 31), "rulebooks": books}
    assert ask("45", **days, ended=dt.date(2025, 1, 1)).repayment.amount_eur == Decimal("0.00")
    assert ask("45", **days, ended=dt.date(2024, 12, 31)).repayment.amount_eur == Decimal("8550.00")


def test_what_is_not_known_of_stay_or_repayment_is_no_sum(ask, own_rulebook):
    days = {"opened": dt.date(2021, 12, 31), "ended": dt.date(2022, 1, 1)}
    assert ask("45").repayment is None
    unknown = ask("45", **days).to_json()["repayment_due"]
    assert (unknown["amount_eur"], unknown["text"]) == (None, "Niet te berekenen: de minimumduur is onbekend.")
    books = own_rulebook(stay("4"))
    assert ask("45", rulebooks=books, **days).repayment.amount_eur is None
    with pytest.raises(OptionError, match="give --opened"):
        ask("45", rulebooks=books, ended=days["ended"])
    with pytest.raises(OptionError, match="lies before"):
        ask("45", rulebooks=books, opened=days["ended"], ended=days["opened"])
