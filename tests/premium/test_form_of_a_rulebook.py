"""What a rulebook can say, each by a small rulebook of one amount: brackets, answers, areas, costs, caps, days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.premium.explain import explain
from kortrijk_geo.premium.rulebooks import EXAMPLES, holding_on, load_rulebooks, read_rulebook
from kortrijk_geo.premium.sheet import render_sheet

SURE = 'source = "Raadsbesluit"\nstanding = "adopted"\n'
HEAD = f"""form = 2
id = "own"
title = "Eigen premie"
municipality = "34022"
valid_from = 2020-01-01
kinds = ["group"]
{SURE}"""
CONDITIONS = f"""
[[conditions]]
id = "located"
text = "De opvang ligt hier."
question = "Waar?"
test = "located"
{SURE}
[[conditions]]
id = "kind"
text = "Groepsopvang."
question = "Welke?"
test = "kind"
{SURE}"""
AMOUNT = '\n[[amounts]]\nid = "it"\nlabel = "Premie"\nkind = "any"\n' + SURE
PLAIN = 'when = "always"\nper = "place"\namount_eur = "100.00"\n'
REFERENCE = "\n[reference_date]\nmonth = 12\nday = 31\nyears_before = 1\n"


def condition(name: str, keys: str) -> str:
    return f'\n[[conditions]]\nid = "{name}"\ntext = "Voorwaarde {name}."\nquestion = "Hoe {name}?"\n{keys}\n{SURE}'


@pytest.fixture
def book(tmp_path: Path):
    """Write a rulebook of these parts and read it."""

    def written(amount: str = PLAIN, *, head: str = "", conditions: str = "", more: str = "", name: str = "own"):
        path = tmp_path / "books" / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + head + CONDITIONS + conditions + AMOUNT + amount + more, encoding="utf-8")
        return load_rulebooks(path.parent)

    return written


@pytest.fixture
def total(ask):
    """Return status and sum of an application, which has no answers but these."""

    def asked(books, where: str = "45", **facts):
        decision = ask(where, rulebooks=books, **{"answers": {}, "on": "2021-06-01", **facts})
        return decision.status, None if decision.total_eur is None else str(decision.total_eur)

    return asked


BANDS = 'bands = [{ from_places = 5, amount_eur = "100.00" }, { from_places = 10, amount_eur = "300.00" }]\n'


@pytest.mark.parametrize(
    ("per", "of", "rule", "new", "existing", "expected"),
    [
        ("place", "new places", "whole", 9, 0, "900.00"),
        ("place", "new places", "whole", 10, 0, "3000.00"),
        ("place", "new places", "whole", 4, 20, "0.00"),
        ("application", "new places", "whole", 12, 0, "300.00"),
        ("application", "total places", "whole", 4, 8, "300.00"),
        ("year", "existing places", "whole", 0, 9, "100.00"),
        ("licensed place", "total places", "whole", 2, 8, "3000.00"),
        # Places 5 to 9 at 100, from 10 on at 300.
        ("place", "new places", "stepwise", 12, 0, "1400.00"),
        # The new places are the 9th to the 12th: one at 100, three at 300.
        ("place", "total places", "stepwise", 4, 8, "1000.00"),
    ],
)
def test_amounts_by_bracket_of_places(book, total, per, of, rule, new, existing, expected):
    books = book(f'when = "always"\nper = "{per}"\n[amounts.brackets]\nof = "{of}"\nrule = "{rule}"\n{BANDS}')
    outcome = total(books, new_places=new, existing_places=existing)
    assert outcome[1] == expected
    assert (outcome[0] == "not eligible") == (expected == "0.00"), "what no band covers is refused"


def test_an_amount_that_hangs_on_an_answer(book, total):
    tariff = condition("tariff", 'test = "one of"\nchoices = ["vrije prijs", "inkomenstarief"]')
    busy = condition("busy", 'test = "number"\nunit = "%"')
    only = '[{ condition = "tariff", answers = ["inkomenstarief"] }, { condition = "busy", at_least = 80 }]'
    books = book(PLAIN + f"only_if = {only}\n", conditions=tariff + busy)
    assert total(books, answers={"tariff": "inkomenstarief", "busy": 80})[1] == "1900.00"
    assert total(books, answers={"tariff": "inkomenstarief", "busy": "79,9"}) == ("not eligible", "0.00")
    assert total(books, answers={"tariff": "vrije prijs", "busy": 90}) == ("not eligible", "0.00")
    assert total(books, answers={"tariff": "inkomenstarief"}, assume_yes=True) == ("incomplete", None), (
        "no assumed fact"
    )


@pytest.mark.parametrize(("phase", "new", "existing"), [("start", 5, 0), ("extension", 5, 8), ("existing", 0, 8)])
def test_start_extension_and_existing_are_facts_of_the_application(book, total, phase, new, existing):
    lump = PLAIN.replace('"place"', '"application"')
    books = book(f'{lump}phases = ["{phase}"]\n')
    for other, (a, b) in {"start": (5, 0), "extension": (5, 8), "existing": (0, 8)}.items():
        expected = "100.00" if other == phase else "0.00"
        assert total(books, new_places=a, existing_places=b)[1] == expected
    assert total(books, new_places=new, existing_places=existing, phase=phase)[1] == "100.00"
    with pytest.raises(OptionError, match="phase"):
        total(books, phase="begin")


def test_an_area_on_the_list_of_the_year_as_a_condition(book, total):
    listed = f'\n[[listed_areas]]\nyear = 2021\nareas = ["Laag", "W55"]\n{SURE}'
    books = book(PLAIN, conditions=condition("area", 'test = "area"\nwhen = "listed"'), more=listed)
    assert total(books, "45") == ("eligible", "1900.00")
    assert total(books, "70") == ("not eligible", "0.00")
    assert total(books, "45", on="2022-06-01")[0] == "provisional", "no list of that year: unknown, not off the list"
    wrong = listed.replace("Laag", "Lager")
    with pytest.raises(DataError, match="no area 'Lager'"):
        total(book(PLAIN, conditions=condition("area", 'test = "area"\nwhen = "listed"'), more=wrong))


def test_the_areas_with_the_fewest_places(book, total):
    books = book(PLAIN.replace("always", "lowest"), head="lowest_areas = 2\n", more=REFERENCE)
    # Rates of 45, 55, 70, one unknown and one without children: which are the two lowest is not certain for 45 and 55.
    assert total(books, "70") == ("not eligible", "0.00")
    assert total(books, "45")[0] == "incomplete"
    assert total(book(PLAIN.replace("always", "lowest"), head="lowest_areas = 4\n", more=REFERENCE))[1] == "1900.00"


def test_a_group_of_wijken_counts_as_one_area(ask, book):
    group = f'\n[[area_groups]]\nid = "samen"\nname = "Samen"\nareas = ["W45", "Hoog"]\n{SURE}'
    books = book(PLAIN.replace("always", "below norm"), head="norm_places_per_100 = 60\n", more=group + REFERENCE)
    decision = ask("70", rulebooks=books, answers={}, on="2021-06-01")
    # 45 and 70 places, 100 children in each: 57,5 per 100, below the norm that the second alone reaches.
    assert (decision.area.area_id, decision.area.name, decision.area.places_per_100_children) == (
        "samen",
        "Samen",
        57.5,
    )
    assert decision.total_eur == Decimal("1900.00")
    assert "wijk Samen" in render_sheet(decision)
    assert ask("55", rulebooks=books, answers={}, on="2021-06-01").area.area_id == "W55"


COSTS = 'when = "always"\nper = "costs"\n[amounts.costs]\nshare = "1/3"\nfloor_eur = "200.00"\n'


@pytest.mark.parametrize(
    ("keys", "rounding", "costs", "expected"),
    [
        ("", "half up", "100.00", "0.00"),
        ("", "half up", "200.00", "66.67"),
        ("", "down", "200.00", "66.66"),
        ("", "up", "1000.00", "333.34"),
        ('most_per_place_eur = "10.00"\n', "half up", "6000.00", "190.00"),
    ],
)
def test_a_share_of_proven_costs(book, total, keys, rounding, costs, expected):
    books = book(COSTS + keys, head=f'rounding = "{rounding}"\n')
    assert total(books, costs_eur=Decimal(costs))[1] == expected
    assert total(books) == ("incomplete", None), "costs that are not told are unknown, not zero"


@pytest.mark.parametrize(
    ("per", "before", "expected"),
    [
        ("application", None, "1000.00"),
        ("place", None, "1900.00"),
        ("applicant", "400.00", "600.00"),
        ("year", "2000.00", "0.00"),
    ],
)
def test_caps_per_application_place_applicant_and_year(ask, book, per, before, expected):
    books = book(PLAIN, more=f'\n[[caps]]\nkind = "any"\nper = "{per}"\namount_eur = "1000.00"\n{SURE}')
    granted = None if before is None else Decimal(before)
    decision = ask("45", rulebooks=books, answers={}, on="2021-06-01", granted_before_eur=granted)
    assert str(decision.total_eur) == expected
    if before is not None:
        unknown = ask("45", rulebooks=books, answers={}, on="2021-06-01")
        assert [point.field for point in unknown.open_points] == [f"caps.any.{per}"]


def test_a_budget_is_an_open_point_that_a_document_closes(ask, book):
    books = book(PLAIN, more=f'\n[budget]\nrule = "within credits"\namount_eur = "5000.00"\n{SURE}')
    decision = ask("45", rulebooks=books, answers={}, on="2021-06-01")
    assert (decision.status, [point.field for point in decision.open_points]) == ("provisional", ["budget"])
    assert "binnen de kredieten, van € 5.000,00" in decision.open_points[0].text
    confirmed = ask("45", rulebooks=books, answers={}, on="2021-10-12", confirmed=["budget"])
    assert confirmed.status == "eligible"


@pytest.mark.parametrize(
    ("keys", "facts", "met"),
    [
        ('test = "months open at least"\nlimit = 6', {"opened": "2020-12-01"}, True),
        ('test = "months open at least"\nlimit = 6', {"opened": "2020-12-02"}, False),
        ('test = "months open at most"\nlimit = 6', {"opened": "2020-12-01"}, True),
        ('test = "months open at most"\nlimit = 6', {"opened": "2020-11-30"}, False),
        ('test = "last day"\nlast_day = { month = 6, day = 1, years_after = 1 }', {"year": 2020}, True),
        ('test = "last day"\nlast_day = { month = 5, day = 31, years_after = 1 }', {"year": 2020}, False),
        (
            'test = "opened between"\nopened = { first = 2020-09-01, last = 2021-08-31 }',
            {"opened": "2020-08-31"},
            False,
        ),
        ('test = "opened between"\nopened = { first = 2020-09-01, last = 2021-08-31 }', {"opened": "2020-09-01"}, True),
        ('test = "at least"\nlimit = "1/3"\npart_of = "new places"', {"answers": {"it": 6}}, False),
        ('test = "at least"\nlimit = "1/3"\npart_of = "new places"', {"answers": {"it": 7}}, True),
        ('test = "yes"\nphases = ["extension"]', {"answers": {"it": False}}, None),
    ],
)
def test_conditions_on_days_and_numbers(ask, book, keys, facts, met):
    days = {"opened": dt.date.fromisoformat(facts["opened"])} if "opened" in facts else {}
    asked = {"answers": {}, "on": "2021-06-01", **facts, **days}
    decision = ask("45", rulebooks=book(PLAIN, conditions=condition("it", keys)), **asked)
    outcomes = {outcome.condition.id: outcome.met for outcome in decision.conditions}
    assert outcomes.get("it") is met
    if "opened" in facts or "year" in facts:
        lacking = ask("45", rulebooks=book(PLAIN, conditions=condition("it", keys)), answers={}, on="2021-06-01")
        assert (lacking.status, [p.field for p in lacking.open_points]) == ("provisional", ["conditions.it"])


@pytest.mark.parametrize(
    ("rule", "facts", "needed"),
    [("opening", {"opened": dt.date(2019, 12, 31)}, "--opened"), ("year supported", {"year": 2019}, "--year")],
)
def test_the_day_that_chooses_the_rules(ask, book, rule, facts, needed):
    books = book(PLAIN, head=f'rules_of_day = "{rule}"\n')
    with pytest.raises(OptionError, match=needed):
        ask("45", rulebooks=books, answers={}, on="2021-06-01")
    with pytest.raises(OptionError, match="no rulebook"):
        ask("45", rulebooks=books, answers={}, on="2021-06-01", **facts)
    later = {"opened": dt.date(2020, 1, 1)} if rule == "opening" else {"year": 2020}
    assert ask("45", rulebooks=books, answers={}, on="2021-06-01", **later).status == "eligible"


def test_several_regulations_at_a_time_are_chosen_by_the_applicant(ask, book, tmp_path):
    first = book(PLAIN)
    text = (tmp_path / "books" / "own.toml").read_text(encoding="utf-8")
    other = text.replace('id = "own"', 'id = "other"\nregulation = "bestaande"').replace('"100.00"', '"1.00"')
    (tmp_path / "books" / "other.toml").write_text(other, encoding="utf-8")
    books = load_rulebooks(tmp_path / "books")
    assert len(books) == len(first) + 1
    assert [one.regulation for one in holding_on(books, dt.date(2021, 6, 1))] == ["bestaande", "premium"]
    with pytest.raises(OptionError, match=r"several regulations hold: .*--regulation"):
        ask("45", rulebooks=books, answers={}, on="2021-06-01")
    asked = {"rulebooks": books, "answers": {}, "on": "2021-06-01"}
    assert ask("45", **asked, regulation="bestaande").total_eur == Decimal("19.00")
    assert ask("45", **asked, regulation="premium").total_eur == Decimal("1900.00")
    with pytest.raises(OptionError, match="did you mean 'bestaande'"):
        ask("45", **asked, regulation="bestaand")


def test_a_kind_of_ones_own_has_its_dutch_name(ask, book, tmp_path):
    book(PLAIN)
    path = tmp_path / "books" / "own.toml"
    text = path.read_text(encoding="utf-8").replace('kinds = ["group"]', 'kinds = ["together"]')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="together needs a Dutch name"):
        read_rulebook(path)
    text = text.replace(
        "\n[[conditions]]", '\n[kind_names]\ntogether = "samenwerkende onthaalouders"\n\n[[conditions]]', 1
    )
    path.write_text(text, encoding="utf-8")
    decision = ask("45", kind="together", rulebooks=load_rulebooks(path.parent), answers={}, on="2021-06-01")
    assert "samenwerkende onthaalouders" in render_sheet(decision)
    with pytest.raises(OptionError, match="did you mean 'together'"):
        ask("45", kind="togeter", rulebooks=load_rulebooks(path.parent), answers={}, on="2021-06-01")


@pytest.mark.parametrize("key", ["points", "jury", "loan", "in_kind", "per_child"])
def test_what_is_not_built_is_refused_in_plain_words(book, key):
    with pytest.raises(DataError, match=rf"{key}: .* is not built"):
        book(PLAIN, head=f"{key} = true\n")


@pytest.mark.parametrize(
    ("amount", "more", "said"),
    [
        ('when = "listed"\nper = "place"\namount_eur = "1.00"\n', "", "it needs \\[\\[listed_areas\\]\\]"),
        ('when = "lowest"\nper = "place"\namount_eur = "1.00"\n', "", "it needs lowest_areas"),
        ('when = "always"\nper = "costs"\namount_eur = "1.00"\n', "", r"amount_eur does not go with per 'costs'"),
        (PLAIN + 'only_if = { condition = "nobody", answers = ["ja"] }\n', "", "'nobody' is no condition"),
        (PLAIN, f'\n[[payments]]\ntext = "Nu."\nshare = "1/2"\n{SURE}', "shares must sum to 1"),
        (PLAIN, f'\n[[payments]]\ntext = "Nu."\nshare = 0.5\n{SURE}', 'write it as text, as "1/3"'),
    ],
)
def test_what_does_not_fit_together_is_told(book, amount, more, said):
    with pytest.raises(DataError, match=said):
        book(amount, more=more)


def test_months_are_whole(book):
    with pytest.raises(DataError, match="1/2 is not a whole number of months"):
        book(PLAIN, conditions=condition("it", 'test = "months open at most"\nlimit = "1/2"'))


def example(keys: str) -> str:
    return f'\n[[examples]]\ntext = "Een plaats"\nkind = "group"\nnew_places = 1\ntotal_eur = "100.00"\n{keys}\n{SURE}'


@pytest.mark.parametrize(
    ("head", "keys", "day"),
    [
        ("", "date = 2019-12-31", "2019-12-31, but these rules hold from 2020-01-01 "),
        ("valid_until = 2021-12-31\n", "date = 2022-01-01", "2022-01-01, but these rules hold from .* to 2021-12-31"),
        ('rules_of_day = "opening"\n', "date = 2021-01-01\nopened = 2019-06-01", "2019-06-01, but"),
        ('rules_of_day = "year supported"\n', "date = 2020-01-31\nyear = 2019", "2019-01-01, but"),
    ],
)
def test_an_example_of_a_day_without_these_rules_does_not_load(book, head, keys, day):
    with pytest.raises(DataError, match=rf"examples\[1\]: its day is {day}"):
        book(head=head, more=example(keys))
    assert book(head=head, more=example("date = 2020-01-01\nopened = 2020-01-01\nyear = 2020"))


def test_an_example_without_an_answer_that_its_amount_hangs_on_names_it(book):
    amount = PLAIN + 'only_if = { condition = "occupancy", at_least = 80 }\n'
    asked = condition("occupancy", 'test = "number"')
    with pytest.raises(DataError, match=r"nothing that can be computed.* zonder antwoord: occupancy"):
        book(amount, conditions=asked, more=example("date = 2021-01-01"))
    assert book(amount, conditions=asked, more=example("answers = { occupancy = 85 }"))


def test_a_limit_that_is_no_number_is_told_by_its_key_alone(book):
    with pytest.raises(DataError) as told:
        book(conditions=condition("days", 'test = "at least"\nlimit = "unknown"'))
    assert "conditions[3].limit: 'unknown' is not a number" in str(told.value)
    assert "function" not in str(told.value)


def test_family_care_without_its_limit_is_told_what_to_write(book, tmp_path):
    book(PLAIN)
    path = tmp_path / "books" / "own.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('["group"]', '["group", "family"]'), encoding="utf-8")
    with pytest.raises(DataError, match=r'test = "at most" and limit = 8, with applies_to = \["family"\]'):
        read_rulebook(path)


def test_an_older_form_is_told(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text((HEAD + CONDITIONS + AMOUNT + PLAIN).replace("form = 2", "form = 1"), encoding="utf-8")
    with pytest.raises(DataError, match="write form = 2"):
        read_rulebook(path)


SHIPPED = sorted(EXAMPLES.glob("*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_examples_of_other_cities_come_out_and_a_wrong_one_does_not_load(path, tmp_path):
    shipped = read_rulebook(path)
    assert shipped.standing in {"press", "municipal page"}
    assert shipped.unconfirmed
    assert shipped.examples
    for number, example in enumerate(shipped.examples):
        text = path.read_text(encoding="utf-8")
        before, _, after = text.rpartition("[[examples]]") if number else text.partition("[[examples]]")
        wrong = after.replace("total_eur =", 'total_eur = "12345.67" #', 1)
        (tmp_path / "wrong.toml").write_text(f"{before}[[examples]]{wrong}", encoding="utf-8")
        with pytest.raises(DataError, match=r"examples\[\d\]: comes to .*, not 12345.67"):
            read_rulebook(tmp_path / "wrong.toml")
        assert example.text in " ".join(explain(shipped)["Voorbeelden die uitkomen"])


@pytest.mark.parametrize(
    ("name", "totals"),
    [
        ("roeselare-2023", ["6300.00", "3150.00", "1575.00"]),
        ("mechelen-2009", ["3000.00", "21000.00"]),
        ("mechelen-2023", ["0.00"]),
        ("hoeilaart", ["7500.00", "4000.00", "0.00"]),
        ("lanaken-2022", ["10000.00", "5000.00", "0.00", "0.00"]),
        ("lanaken-costs", ["10000.00", "7000.00"]),
        ("kapellen", ["200.00", "400.00", "0.00"]),
        ("kasterlee", ["50.00", "100.00", "100.00", "150.00", "0.00"]),
        ("dilbeek", ["20000.00"]),
    ],
)
def test_the_published_examples_are_those_of_the_rulebooks(name, totals):
    assert [str(one.total_eur) for one in read_rulebook(EXAMPLES / f"{name}.toml").examples] == totals


def test_the_rules_of_other_cities_are_not_used_unless_asked_for():
    assert {book.municipality for book in load_rulebooks()} == {"34022"}
    others = load_rulebooks("examples")
    assert len(others) == len(SHIPPED)
    assert "34022" not in {book.municipality for book in others}


def test_a_rulebook_is_explained_in_sentences():
    parts = explain(read_rulebook(EXAMPLES / "lanaken-2022.toml"))
    text = " ".join(sentence for sentences in parts.values() for sentence in sentences)
    for part in (
        "naar nieuwe plaatsen: vanaf 5 € 5.000,00, vanaf 10 € 10.000,00 eenmalig",
        "groepsopvang 6 jaar vanaf de opening, minstens 220 dagen per jaar open; gezinsopvang 3 jaar",
        "binnen de kredieten, van onbekend",
        "De aanvraag komt binnen 6 maanden na de start.",
    ):
        assert part in text


@pytest.mark.parametrize(("years", "said"), [(4, "4 kalenderjaren"), (1, "1 kalenderjaar")])
def test_a_stay_in_calendar_years_says_which_is_the_first(book, years, said):
    stay = f'\n[minimum_stay]\nyears = {years}\ncounted_in = "calendar years"\n{SURE}'
    (own,) = book(PLAIN, more=stay)
    assert f"Minimumduur: {said} vanaf de opening (dat jaar is het eerste)." in explain(own)["Duur en terugbetaling"]
