"""The amounts of the facts: rule by rule, in the area that decides, on the day that decides."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kortrijk_geo.premium.amounts import applies


def fields(decision) -> list[str]:
    return [point.field for point in decision.open_points]


def yearly() -> dict:
    return {"kind": "family-yearly", "new_places": 0, "existing_places": 8}


def test_droomedaris_19_group_places_below_the_norm_are_8550_euros(ask):
    decision = ask("45")
    assert (decision.status, decision.total_eur) == ("provisional", Decimal("8550.00"))
    [line] = decision.lines
    assert (line.quantity, line.unit_eur, line.standing) == (19, Decimal("450.00"), "press")


def test_the_same_above_the_norm_is_4598_euros_and_marked_unconfirmed(ask):
    decision = ask("70")
    assert (decision.status, decision.total_eur) == ("provisional", Decimal("4598.00"))
    assert [line.standing for line in decision.lines] == ["to be confirmed"]


@pytest.mark.parametrize("day", ["2020-10-12", "2021-10-12"])
@pytest.mark.parametrize(("where", "total"), [("45", "1700.00"), ("55", "1700.00"), ("70", "1000.00")])
def test_a_childminder_starts_with_1000_and_700_more_below_the_norm(ask, day, where, total):
    decision = ask(where, on=day, kind="family", new_places=4)
    assert (decision.status, decision.total_eur) == ("provisional", Decimal(total))
    assert all(line.quantity == 1 for line in decision.lines), "a lump sum does not grow with places"


@pytest.mark.parametrize("where", ["45", "70", "unknown", "empty"])
def test_a_childminder_who_works_already_gets_200_a_year_everywhere(ask, where):
    answers = {"age_range": "0-3", "days_per_week": 5, "open_to_all": True, "digital_desk": True}
    decision = ask(where, answers=answers, **yearly())
    assert (decision.status, decision.total_eur) == ("provisional", Decimal("200.00"))
    assert not any("date" in point.field for point in decision.open_points), "no count of an area decides on it"


def test_55_per_100_gets_the_extra_amount_under_the_rule_of_60(ask):
    decision = ask("55")
    assert decision.area.places_per_100_children == 55.0
    assert decision.area.below_norm is True
    assert decision.total_eur == Decimal("8550.00")


def test_55_per_100_gets_no_extra_amount_under_the_rule_of_50(ask):
    decision = ask("55", on="2015-06-01", assume_yes=True, answers={})
    assert decision.area.below_norm is False
    assert [line.when for line in decision.lines] == ["not below norm"]


def test_below_50_the_extra_amount_of_2015_applies_but_nobody_knows_how_much(ask, build_city):
    few = build_city(W45=300)  # 37 + 8 + 60 places on 31-12-2015, before those 60 closed: 35 per 100
    decision = ask("45", on="2016-06-01", assume_yes=True, answers={}, city=few)
    assert (decision.area.places, decision.area.below_norm) == (105, True)
    [line] = decision.lines
    assert (line.when, line.applies, line.amount_eur) == ("below norm", True, None)
    assert (decision.status, decision.total_eur) == ("incomplete", None)
    assert any(
        "Het bedrag van 'Startpremie groepsopvang, gebied onder de norm' is onbekend" in n.text
        for n in decision.open_points
    )


def test_the_plan_of_2020_knows_the_start_of_a_childminder_but_not_the_extra(ask):
    above = ask("70", on="2020-06-01", kind="family", new_places=4, assume_yes=True, answers={})
    assert (above.status, above.total_eur) == ("provisional", Decimal("1000.00"))
    below = ask("55", on="2020-06-01", kind="family", new_places=4, assume_yes=True, answers={})
    assert (below.status, below.total_eur) == ("incomplete", None)


def test_a_vulnerable_area_gets_the_extra_of_the_plan_even_without_a_rate(ask):
    decision = ask("empty", on="2020-06-01", kind="family", new_places=4, assume_yes=True, answers={})
    assert [line.applies for line in decision.lines] == [True, True]


def test_group_care_between_the_two_press_dates_has_no_known_amount(ask):
    decision = ask("45", on="2020-12-01")
    assert decision.status == "incomplete"
    assert [line.unit_eur for line in decision.lines] == [None, None]


def test_amounts_after_2021_must_be_confirmed_before_anything_is_granted(ask):
    decision = ask("70", on="2024-05-01")
    assert (decision.status, decision.total_eur) == ("provisional", Decimal("4598.00"))
    assert any("of ze nog gelden op 1 mei 2024" in point.text for point in decision.open_points)


def test_the_amounts_of_2021_hold_up_to_and_on_the_last_confirmed_day(ask):
    last, after = ask("70", on="2021-12-31"), ask("70", on="2022-01-01")
    assert last.total_eur == after.total_eur == Decimal("4598.00")
    assert "amounts_confirmed_until" not in fields(last)
    assert "amounts_confirmed_until" in fields(after)


def test_the_new_places_and_what_opened_or_closed_later_do_not_count(ask):
    decision = ask("45")
    assert decision.reference_date.isoformat() == "2020-12-31"
    assert decision.area.places == 45, "not the 50 of 2021, nor the 60 closed before, nor the 70 planned"


def test_an_unknown_rate_leaves_the_amount_open_and_says_what_is_needed(ask):
    decision = ask("unknown")
    assert (decision.status, decision.total_eur) == ("incomplete", None)
    assert decision.area.places is None
    assert decision.to_json()["area"]["places_per_100_children"] is None
    assert any("1 van de 2 locaties" in point.text for point in decision.open_points)


def test_an_area_without_children_has_no_rate(ask):
    decision = ask("empty")
    assert decision.status == "incomplete"
    assert any("geen kinderen" in point.text for point in decision.open_points)


def test_a_known_cap_limits_the_total(ask, own_rulebook):
    books = own_rulebook(
        {'[[caps]]\nkind = "group"\namount_eur = "unknown"': '[[caps]]\nkind = "group"\namount_eur = "5000.00"'}
    )
    decision = ask("45", rulebooks=books)
    assert decision.total_eur == Decimal("5000.00")
    assert decision.lines[-1].amount_eur == Decimal("-3550.00")
    assert decision.lines[-1].applies is True
    assert ask("70", rulebooks=books).total_eur == Decimal("4598.00")


@pytest.mark.parametrize(
    ("below", "vulnerable", "extra"),
    [
        (True, None, True),
        (None, True, True),
        (False, False, False),
        (False, None, None),
        (None, False, None),
        (None, None, None),
    ],
)
def test_what_is_unknown_decides_on_the_extra_only_where_it_can(below, vulnerable, extra):
    assert applies("below norm or vulnerable", below_norm=below, vulnerable=vulnerable) is extra


def test_a_sum_that_just_reaches_the_cap_is_not_limited(ask, own_rulebook):
    books = own_rulebook(
        {'[[caps]]\nkind = "group"\namount_eur = "unknown"': '[[caps]]\nkind = "group"\namount_eur = "8550.00"'}
    )
    decision = ask("45", rulebooks=books)
    assert [str(line.amount_eur) for line in decision.lines] == ["8550.00"]
    assert decision.total_eur == Decimal("8550.00")


def test_a_rate_at_the_norm_is_not_below_it(ask, own_rulebook):
    books = own_rulebook({"norm_places_per_100 = 60": "norm_places_per_100 = 55"})
    assert ask("55", rulebooks=books).area.below_norm is False
    books = own_rulebook({"norm_places_per_100 = 60": 'norm_places_per_100 = "55.01"'})
    assert ask("55", rulebooks=books).area.below_norm is True


def test_a_rulebook_can_count_a_rate_at_the_norm_as_below_it(ask, own_rulebook):
    texts = {"norm_places_per_100 = 60": "norm_places_per_100 = 55", 'norm_rule = "below"': 'norm_rule = "at most"'}
    assert ask("55", rulebooks=own_rulebook(texts)).area.below_norm is True


def test_cents_add_up_exactly_where_floats_would_not(ask, own_rulebook):
    books = own_rulebook({'"450.00"': '"0.10"', '"1000.00"': '"0.10"', '"700.00"': '"0.20"'})
    assert ask("45", new_places=3, rulebooks=books).to_json()["total_eur"] == "0.30"
    assert ask("45", kind="family", new_places=8, rulebooks=books).to_json()["total_eur"] == "0.30"
