"""Rulebooks are data: what is wrong in them is found on load, by file and key, before anything is decided."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from kortrijk_geo.errors import DataError, MissingFileError, OptionError
from kortrijk_geo.premium import rulebooks as rulebook
from kortrijk_geo.premium.rulebooks import choose_rulebook, load_rulebooks, read_rulebook

SHIPPED = Path(rulebook.__file__).parent / "books"


@pytest.fixture
def broken(tmp_path):
    """Write the rulebook of 2021 with one text replaced."""

    def write(old: str, new: str) -> Path:
        content = (SHIPPED / "2021-10-12.toml").read_text(encoding="utf-8")
        assert old in content, old
        path = tmp_path / "own.toml"
        path.write_text(content.replace(old, new, 1), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("day", "book", "norm"),
    [
        ("2015-01-01", "kortrijk-2015", 50),
        ("2019-12-31", "kortrijk-2015", 50),
        ("2020-01-01", "kortrijk-2020-plan", 60),
        ("2020-10-11", "kortrijk-2020-plan", 60),
        ("2020-10-12", "kortrijk-2020-10-12", 60),
        ("2021-10-11", "kortrijk-2020-10-12", 60),
        ("2021-10-12", "kortrijk-2021-10-12", 60),
        ("2025-06-01", "kortrijk-2021-10-12", 60),
    ],
)
def test_four_dated_versions_follow_each_other(day, book, norm):
    chosen = choose_rulebook(load_rulebooks(), dt.date.fromisoformat(day))
    assert (chosen.id, chosen.norm_places_per_100) == (book, norm)


def test_every_shipped_line_has_a_source_and_a_standing():
    for book in load_rulebooks():
        assert book.unconfirmed, "what no source confirms is said"
        for item in (*book.conditions, *book.amounts, *book.caps, book.minimum_stay, book.repayment):
            assert item.source
            assert item.standing in {"adopted", "press", "to be confirmed"}


def test_what_is_unknown_is_unknown_and_to_be_confirmed():
    unknown = [amount for book in load_rulebooks() for amount in book.amounts if amount.amount_eur is None]
    assert len(unknown) == 7
    assert {amount.standing for amount in unknown} == {"to be confirmed"}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("norm_places_per_100", "norm_place_per_100", "is not a known key; did you mean norm_places_per_100"),
        ("[minimum_stay]", "[minimum_stey]", "minimum_stey is not a known key; did you mean minimum_stay"),
        ('kind = "group"\nwhen', 'kind = "group"\nwhne', r"amounts\[1\].whne is not a known key; did you mean when"),
        ("norm_places_per_100 = 60", "norm_places_per_100 = 60\nnorms = 60", "norms is not a known key"),
        ("norm_places_per_100 = 60", 'norm_places_per_100 = 60\nfile = "x.toml"', "file is not a known key"),
        ("norm_places_per_100 = 60", 'norm_places_per_100 = 60\nsha256 = "0"', "sha256 is not a known key"),
        ("norm_places_per_100 = 60", "norm_places_per_100 = 60.5", "norm_places_per_100: 60.5"),
        ("norm_places_per_100 = 60", "norm_places_per_100 = -60", "norm_places_per_100: -60"),
        ("norm_places_per_100 = 60", "norm_places_per_100 = nan", "norm_places_per_100"),
        ('amount_eur = "450.00"\n', "", r"amounts\[1\].amount_eur is missing"),
        ('amount_eur = "450.00"', "amount_eur = 450.00", r"amounts\[1\].amount_eur: 450.0 is not an amount"),
        ('amount_eur = "450.00"', "amount_eur = 450", r"amounts\[1\].amount_eur: 450 is not an amount"),
        ('amount_eur = "450.00"', 'amount_eur = "450"', "amount_eur"),
        ('amount_eur = "450.00"', 'amount_eur = "450,00"', "amount_eur"),
        ('amount_eur = "450.00"', 'amount_eur = "-450.00"', "amount_eur"),
        ('amount_eur = "450.00"', 'amount_eur = "450.005"', "amount_eur"),
        ('amount_eur = "450.00"', 'amount_eur = "NaN"', "amount_eur"),
        ('amount_eur = "450.00"', 'amount_eur = "onbekend"', "amount_eur"),
        ("valid_from = 2021-10-12", 'valid_from = "2021-10-12"', "valid_from"),
        ("valid_from = 2021-10-12", "valid_from = 2021-10-12T00:00:00", "valid_from"),
        ("valid_from = 2021-10-12", "valid_from = 2021-02-30", "is not TOML"),
        ("valid_from = 2021-10-12", "valid_from = 2021-10-12\nvalid_until = 2021-10-11", "valid_until"),
        ("month = 12", "month = 13", "reference_date.month"),
        ("month = 12\nday = 31", "month = 2\nday = 29", "reference_date"),
        ('area_unit = "areas"', 'area_unit = "wijken"', "area_unit"),
        ('norm_rule = "below"', 'norm_rule = "above"', "norm_rule"),
        ('standing = "press"', 'standing = "rumour"', "standing"),
        ('kinds = ["group", "family", "family-yearly"]', "kinds = []", "kinds"),
        ('kinds = ["group", "family", "family-yearly"]', 'kinds = ["group", "group"]', "kinds"),
        ('kinds = ["group", "family", "family-yearly"]', 'kinds = ["group", "family"]', "amounts: family-yearly"),
        ('id = "family-start"\n', 'id = "family-extra"\n', "family-extra stands twice"),
        ('test = "at least"\nlimit = 5', 'test = "at least"', r"conditions\[7\].limit is missing"),
        ('test = "at least"\nlimit = 5', 'test = "yes"\nlimit = 5', r"conditions\[7\].limit is not a known key"),
        ("ages = [0, 3]", "ages = [3, 0]", "ages"),
        ('answers = ["rechtspersoon"]', 'answers = ["rechtspersonen"]', "only_if: 'rechtspersonen'"),
        ('condition = "legal_form"', 'condition = "digital_desk"', "shares_natural_persons: only_if"),
        ('test = "located"', 'test = "yes"', "located"),
        ('municipality = "34022"', 'municipality = "Kortrijk"', "municipality: 'Kortrijk' is not the NIS code"),
        ('municipality = "34022"\n', "", "municipality is missing"),
        ("norm_places_per_100 = 60\n", "", "group-below-norm needs norm_places_per_100"),
        ('number = "total places"', 'number = "new places"', "kind family needs one with number"),
        ("[repayment]\n", '[repayment]\nrule = "by year"\n', "shares: belong to the rule"),
        ('id = "located"', 'id = "Located In"', r"conditions\[1\].id"),
        ("[repayment]\ntext", "[repayment]\nrule", "repayment.text is missing"),
        ("[[amounts]]", "[amounts]", "is not TOML"),
        ('title = "Premie voor nieuwe kinderopvangplaatsen"', "title = 3", "title"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(broken, old, new, named):
    path = broken(old, new)
    with pytest.raises(DataError, match=named) as caught:
        read_rulebook(path)
    assert str(path) in str(caught.value)


def test_a_table_where_a_list_of_tables_belongs(tmp_path):
    path = tmp_path / "own.toml"
    content = (SHIPPED / "2015-startpremie.toml").read_text(encoding="utf-8")
    path.write_text(
        'caps = "none"\n' + content[: content.index("[[caps]]")] + content[content.index("[minimum_stay]") :]
    )
    with pytest.raises(DataError, match=r"caps: 'none' is not an array of tables"):
        read_rulebook(path)


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "own.toml").write_bytes(b"id = '\xff\xfe'")
    with pytest.raises(DataError, match="UTF-8"):
        load_rulebooks(tmp_path)


def test_a_folder_of_ones_own_replaces_the_shipped_rulebooks(broken):
    folder = broken('amount_eur = "450.00"', 'amount_eur = "500.00"').parent
    [book] = load_rulebooks(folder)
    assert {str(amount.amount_eur) for amount in book.amounts if amount.kind == "group"} == {"500.00", "242.00"}
    with pytest.raises(OptionError, match=r"holds on 2020-06-01; there are: kortrijk-2021-10-12"):
        choose_rulebook(load_rulebooks(folder), dt.date(2020, 6, 1))


@pytest.fixture
def two_books(broken):
    """Two own rulebooks: that of 2021, and a second one with other days, maybe of another municipality."""

    def write(days: str, nis: str = "34022") -> Path:
        first = broken("450.00", "450.00")
        text = first.read_text(encoding="utf-8").replace('id = "kortrijk-2021-10-12"', 'id = "own"')
        text = text.replace("valid_from = 2021-10-12", days).replace('"34022"', f'"{nis}"')
        (first.parent / "second.toml").write_text(text, encoding="utf-8")
        return first.parent

    return write


def test_a_rulebook_that_starts_later_ends_the_open_one(two_books):
    books = load_rulebooks(two_books("valid_from = 2023-01-01"))
    assert choose_rulebook(books, dt.date(2022, 12, 31)).id == "kortrijk-2021-10-12"
    assert choose_rulebook(books, dt.date(2023, 1, 1)).id == "own"


def test_overlapping_periods_are_refused_and_both_files_named(two_books):
    with pytest.raises(DataError, match=r"valid_from 2021-10-12 is also that of"):
        load_rulebooks(two_books("valid_from = 2021-10-12"))
    with pytest.raises(
        DataError, match=r"second.toml: valid_until 2021-10-12 overlaps own.toml, valid from 2021-10-12"
    ):
        load_rulebooks(two_books("valid_from = 2019-06-01\nvalid_until = 2021-10-12"))
    assert len(load_rulebooks(two_books("valid_from = 2019-06-01\nvalid_until = 2021-10-11"))) == 2
    assert len(load_rulebooks(two_books("valid_from = 2021-10-12", nis="23016"))) == 2, "each city has its own periods"


def test_an_id_that_stands_in_two_files(broken):
    path = broken("450.00", "450.00")
    (path.parent / "twin.toml").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(DataError, match=r"twin.toml: id 'kortrijk-2021-10-12' is also that of own.toml"):
        load_rulebooks(path.parent)


def test_a_gap_between_periods_has_no_rules(broken):
    path = broken("valid_from = 2021-10-12", "valid_from = 2022-01-01")
    books = load_rulebooks(path.parent)
    with pytest.raises(OptionError, match=r"no rulebook .* holds on 2021-11-01"):
        choose_rulebook(books, dt.date(2021, 11, 1))


def test_a_folder_without_rulebooks(tmp_path):
    with pytest.raises(DataError, match="has no rulebook"):
        load_rulebooks(tmp_path)
    with pytest.raises(MissingFileError):
        load_rulebooks(tmp_path / "none")


def test_a_rulebook_is_understood_when_one_is_read_and_not_at_import() -> None:
    code = (
        "from kortrijk_geo.premium import form, grants\n"
        "parts = form.Rulebook, grants.Statement, grants.Repayment, grants.MinimumStay\n"
        "assert not any(part.__pydantic_complete__ for part in parts)\n"
        "for one in grants.NOT_STATED, grants.REPAYMENT_NOT_STATED, grants.STAY_NOT_STATED:\n"
        "    told = {key: getattr(one, key) for key in one.model_fields_set}\n"
        "    assert type(one)(**told) == one\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
