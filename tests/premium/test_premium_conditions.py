"""Who gets the premium: each condition met, not met or not answered, on its exact limit."""

from __future__ import annotations

import pytest

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.premium.application import Application

GROUP_2021 = ("rulebook", "amounts", "caps", "area_unit", "reference_date")
YES = {
    "realised_within_months": 6,
    "no_earlier_premium": True,
    "age_range": "0-3",
    "days_per_week": 5,
    "open_to_all": True,
    "digital_desk": True,
    "licence": True,
    "no_exclusion": True,
    "legal_form": "natuurlijke persoon",
}


def met(decision) -> dict:
    return {outcome.condition.id: outcome.met for outcome in decision.conditions}


def unanswered(decision) -> list[str]:
    return [point.field for point in decision.open_points if point.field.startswith("conditions.")]


def unmet(decision) -> list[str]:
    return [name for name, outcome in met(decision).items() if outcome is False]


@pytest.mark.parametrize(
    ("answer", "condition"),
    [
        ({"age_range": "2.5-12"}, "age_range"),
        ({"age_range": "0-6"}, "age_range"),
        ({"days_per_week": 4}, "days_per_week"),
        ({"days_per_week": 4.99}, "days_per_week"),
        ({"no_earlier_premium": False}, "no_earlier_premium"),
        ({"no_earlier_premium": "nee"}, "no_earlier_premium"),
        ({"open_to_all": False}, "open_to_all"),
        ({"digital_desk": False}, "digital_desk"),
        ({"realised_within_months": 7}, "realised_within_months"),
    ],
)
def test_one_condition_that_is_not_met_refuses_and_is_named(ask, answer, condition):
    decision = ask(answers={**YES, **answer})
    assert decision.status == "not eligible"
    assert unmet(decision) == [condition]
    assert decision.to_json()["total_eur"] == "0.00"
    assert decision.lines == ()


def test_assume_yes_does_not_overrule_an_answer(ask):
    decision = ask(answers={"days_per_week": 4}, assume_yes=True)
    assert (decision.status, unmet(decision)) == ("not eligible", ["days_per_week"])


@pytest.mark.parametrize("ages", ["0-3", "0 - 2,5", "0 tot 3 jaar", "0.5-3", True, "ja"])
def test_ages_within_the_pre_school_years(ask, ages):
    assert met(ask(answers={**YES, "age_range": ages}))["age_range"] is True


@pytest.mark.parametrize(
    ("natural", "self_employed", "named"),
    [
        (51, 50, []),
        ("51,00", "50.00", []),
        (50.99, 50, ["shares_natural_persons"]),
        (51, 49.99, ["shares_self_employed"]),
        (0, 0, ["shares_natural_persons", "shares_self_employed"]),
        (100, 100, []),
    ],
)
def test_the_share_rules_of_a_legal_person_on_their_exact_limits(ask, natural, self_employed, named):
    answers = {"shares_natural_persons": natural, "shares_self_employed": self_employed}
    decision = ask(answers={**YES, "legal_form": "rechtspersoon", **answers})
    assert unmet(decision) == named
    assert decision.status == ("not eligible" if named else "provisional"), "the rules themselves are not confirmed"


def test_a_legal_person_must_tell_its_shares(ask):
    decision = ask(answers={**YES, "legal_form": "rechtspersoon"})
    assert decision.status == "provisional"
    assert unanswered(decision) == ["conditions.shares_natural_persons", "conditions.shares_self_employed"]


@pytest.mark.parametrize("form", ["natuurlijke persoon", "feitelijke vereniging"])
def test_the_share_rules_do_not_apply_to_others(ask, form):
    decision = ask(answers={**YES, "legal_form": form, "shares_natural_persons": 10})
    assert decision.status == "provisional"
    assert unanswered(decision) == []
    answers = {outcome.condition.id: outcome.answer for outcome in decision.conditions}
    assert answers["shares_self_employed"] == "not applicable"


def test_without_answers_the_decision_is_provisional_and_asks_every_question(ask):
    decision = ask(answers={}, confirmed=GROUP_2021)
    assert (decision.status, str(decision.total_eur)) == ("provisional", "8550.00")
    open_questions = [outcome for outcome in decision.conditions if outcome.met is None]
    assert len(unanswered(decision)) == len(decision.open_points) == len(open_questions) == 11
    assert "Hoeveel dagen per week is de opvang open?" in " ".join(point.closes for point in decision.open_points)


def test_assume_yes_fills_in_and_says_so(ask):
    decision = ask(answers={}, assume_yes=True, confirmed=(*GROUP_2021, "conditions"))
    assert (decision.status, str(decision.total_eur)) == ("provisional", "8550.00"), "no document answers for anybody"
    assert {o.answer for o in decision.conditions if o.condition.test not in {"located", "kind", "new places"}} == {
        "assumed"
    }
    assert len(unanswered(decision)) == len(decision.open_points) == 11


def test_open_points_tell_what_is_assumed_or_not_adopted_and_only_that(ask):
    def told(decision):
        texts = " ".join(point.text for point in decision.open_points)
        return "Aangenomen, niet beantwoord" in texts, "Het reglement is" in texts

    assert told(ask()) == (False, True), "the rules of 2021 are known from the press"
    assert told(ask(on="2016-01-04", answers={}, assume_yes=True)) == (True, False), "those of 2015 were adopted"


def test_all_yes_is_enough(ask):
    every = [outcome.condition.id for outcome in ask().conditions]
    assert ask(answers=dict.fromkeys(every, True), confirmed=GROUP_2021).status == "eligible"


def test_group_care_only_under_the_rules_of_2015(ask):
    decision = ask(on="2016-01-04", kind="family", answers={}, assume_yes=True)
    assert (decision.status, unmet(decision)) == ("not eligible", ["kind"])


def test_the_older_text_asks_for_a_licence_and_four_years(ask):
    older = {key: YES[key] for key in ("age_range", "days_per_week", "open_to_all", "digital_desk", "legal_form")}
    decision = ask(on="2016-01-04", answers={**older, "licence": True, "stays_years": 3.5})
    assert unmet(decision) == ["stays_years"]
    decision = ask(on="2016-01-04", answers={**older, "licence": True, "stays_years": 4})
    assert unmet(decision) == []


@pytest.mark.parametrize(
    "answers",
    [
        {"days_a_week": 5},
        {"days_per_week": "vijf"},
        {"days_per_week": -1},
        {"days_per_week": float("nan")},
        {"days_per_week": "inf"},
        {"shares_natural_persons": 101},
        {"age_range": "peuters"},
        {"age_range": "3-0"},
        {"age_range": "2-2"},
        {"age_range": 3},
        {"legal_form": "koninkrijk"},
        {"open_to_all": 1},
        {"open_to_all": "misschien"},
        {"located": False},
        {"kind": "group"},
    ],
)
def test_an_answer_that_cannot_be_one_is_refused_and_named(ask, answers):
    with pytest.raises(DataError, match=next(iter(answers))):
        ask(answers={**YES, **answers})


def test_a_typo_in_a_condition_gets_a_hint(ask):
    with pytest.raises(DataError, match="bedoelt u 'days_per_week'"):
        ask(answers={"days_per_weak": 5})


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "groep"},
        {"new_places": 0},
        {"new_places": -1},
        {"new_places": 10_000},
        {"new_places": 2.5},
        {"new_places": True},
        {"new_places": "12 plaatsen"},
        {"existing_places": -3},
        {"kind": "family-yearly", "new_places": 0, "existing_places": 0},
        {"x": float("nan")},
        {"y": float("inf")},
        {"x": None},
    ],
)
def test_numbers_that_cannot_be_are_refused(ask, change):
    with pytest.raises(OptionError):
        ask(**change)


def test_an_application_keeps_its_own_answers(ask):
    answers = dict(YES)
    decision = ask(answers=answers)
    answers["days_per_week"] = 1
    assert decision.application.answers["days_per_week"] == 5
    assert isinstance(decision.application, Application)
