"""The questions of a rulebook as a file to fill in, and what an officer may write there."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.premium.answers import read_answer_file, read_day
from kortrijk_geo.premium.rulebooks import choose_rulebook, load_rulebooks
from kortrijk_geo.premium.template import answer_template

DAY = dt.date(2026, 11, 27)


def template(kind: str = "group") -> str:
    return answer_template(choose_rulebook(load_rulebooks(), DAY), kind, DAY)


@pytest.fixture
def written(tmp_path):
    def write(text: str):
        path = tmp_path / "antwoorden.toml"
        path.write_text(text, encoding="utf-8")
        return read_answer_file(path)

    return write


@pytest.mark.parametrize("kind", ["group", "family", "family-yearly"])
def test_every_condition_that_is_asked_stands_in_the_template_as_a_dutch_question(kind):
    text, book = template(kind), choose_rulebook(load_rulebooks(), DAY)
    computed = {"located", "kind", "new places"}
    asked = [c for c in book.conditions if kind in c.applies_to and c.test not in computed and c.number is None]
    assert set(tomllib.loads(text)) == {"datum", "soort", *(condition.id for condition in asked)}
    for condition in asked:
        assert f"# {condition.question}" in text
        assert condition.text in text


def test_an_empty_template_answers_nothing_and_knows_its_application(written):
    empty = written(template())
    assert (empty.answers, empty.kind, empty.date) == ({}, "group", DAY)


def test_a_filled_in_template_decides(ask, written):
    filled = template()
    for name, answer in {
        "realised_within_months": "6",
        "no_earlier_premium": "ja",
        "age_range": "0-3",
        "days_per_week": "5",
        "open_to_all": "Ja",
        "digital_desk": "ja",
        "licence": "ja",
        "no_exclusion": "ja",
        "legal_form": "BV",
        "shares_natural_persons": "60,5",
        "shares_self_employed": "50",
    }.items():
        assert f'{name} = ""' in filled
        filled = filled.replace(f'{name} = ""', f'{name} = "{answer}"')
    decision = ask(answers=written(filled).answers)
    assert all(outcome.met for outcome in decision.conditions)
    assert not [point for point in decision.open_points if point.field.startswith("conditions.")]
    refused = ask(answers={**written(filled).answers, "open_to_all": "nee"})
    assert refused.status == "not eligible"


@pytest.mark.parametrize(
    ("form", "choice", "shares_asked"),
    [
        ("bv", "rechtspersoon", True),
        ("B.V.", "rechtspersoon", True),
        ("vzw", "rechtspersoon", True),
        ("Rechtspersoon", "rechtspersoon", True),
        ("natuurlijke persoon", "natuurlijke persoon", False),
        ("Natuurlijke  persoon", "natuurlijke persoon", False),
        ("eenmanszaak", "natuurlijke persoon", False),
        ("feitelijke vereniging", "feitelijke vereniging", False),
    ],
)
def test_legal_forms_are_understood_as_they_are_written(ask, form, choice, shares_asked):
    outcomes = {o.condition.id: o for o in ask(answers={"legal_form": form}).conditions}
    assert (outcomes["legal_form"].met, outcomes["legal_form"].choice) == (True, choice)
    assert (outcomes["shares_natural_persons"].met is None) == shares_asked


@pytest.mark.parametrize("text", ["27/11/2026", "2026-11-27", " 27/11/2026 "])
def test_a_day_as_it_is_written_in_kortrijk(text):
    assert read_day(text.strip()) == DAY
    assert read_day("1/2/2026") == dt.date(2026, 2, 1)


@pytest.mark.parametrize("text", ["31/11/2026", "27/13/2026", "27/11/26", "27-11-2026"])
def test_a_day_that_is_none(text):
    with pytest.raises(OptionError, match="date"):
        read_day(text)


@pytest.mark.parametrize("datum", ['"27/11/2026"', "2026-11-27", '"2026-11-27"'])
def test_the_day_in_the_file(written, datum):
    assert written(f"datum = {datum}\n").date == DAY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("open_to_all = ja\n", r"antwoorden\.toml, regel 1: is geen TOML.*aanhalingstekens"),
        ('days_per_week = "5"\nopen_to_all = ja\n', r"antwoorden\.toml, regel 2"),
        ("datum = 27/11/2026\n", r"antwoorden\.toml, regel 1"),
        ('datum = "31/11/2026"\n', r"antwoorden\.toml: datum: '31/11/2026' is geen dag"),
        ('soort = "groep"\n', r"antwoorden\.toml: soort: 'groep' is geen opvangvorm; bedoelt u 'group'"),
        ("days_per_week = [5]\n", r"antwoorden\.toml: days_per_week: antwoord met"),
    ],
)
def test_what_is_wrong_is_told_in_dutch_with_file_and_key(written, text, said):
    with pytest.raises(DataError, match=said):
        written(text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MissingFileError, match=r"weg\.toml bestaat niet"):
        read_answer_file(tmp_path / "weg.toml")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"days_per_week": "vijf"}, "a.toml: days_per_week: 'vijf' kan niet; antwoord met een getal vanaf 0"),
        ({"open_to_all": "misschien"}, 'a.toml: open_to_all: \'misschien\' kan niet; antwoord "ja" of "nee"'),
        ({"legal_form": "koninkrijk"}, "a.toml: legal_form: 'koninkrijk' kan niet; kies uit natuurlijke persoon"),
    ],
)
def test_an_answer_that_cannot_be_one_is_told_in_dutch_with_its_file(ask, answers, said):
    with pytest.raises(DataError) as caught:
        ask(answers=answers, answers_from="a.toml")
    assert str(caught.value).startswith(said)
