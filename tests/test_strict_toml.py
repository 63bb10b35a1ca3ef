"""What every reader of rules leans on: how a file is named, where a rule comes from, and that no key goes unread."""

from __future__ import annotations

from pathlib import Path

import pytest

import kortrijk_geo
from kortrijk_geo.errors import DataError
from kortrijk_geo.strict_toml import Origin, above_zero, day, number, open_table, origin, series

ORIGIN = 'source = "s"\nstanding = "adopted"\n'


def opened(folder: Path, text: str):
    folder.mkdir(exist_ok=True)
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return open_table(path)


def test_our_file_is_named_without_its_folder_and_a_users_file_as_given(tmp_path):
    assert open_table(Path(kortrijk_geo.__file__).parent / "housing" / "norms.toml").name("x") == "norms.toml: x"
    assert opened(tmp_path, "").name("x") == f"{tmp_path / 'own.toml'}: x"


def test_a_colon_in_the_path_does_not_blur_file_and_key(tmp_path):
    with pytest.raises(DataError, match=r"a:b/own\.toml: t\.x is missing"):
        opened(tmp_path / "a:b", "[t]").table("t").take("x", number(0))


def test_a_date_is_a_text_or_a_day_as_the_file_wants(tmp_path):
    assert origin(opened(tmp_path, ORIGIN + 'date = "2024"')) == Origin("s", "2024", "adopted")
    table = opened(tmp_path, ORIGIN + "date = 2024-05-21")
    assert origin(table, day) == Origin("s", "2024-05-21", "adopted")
    with pytest.raises(DataError, match=r"own\.toml: date: datetime.* is not a text"):
        origin(table)


@pytest.mark.parametrize(
    ("text", "told"), [("[t.u]\nx = 1", r"t\.u\.x is not"), ("[[t]]\n[[t]]\nx = 1", r"t\[2\]\.x is not")]
)
def test_what_nobody_asked_for_is_refused_at_any_depth(tmp_path, text, told):
    top = opened(tmp_path, text)
    if "[[" in text:
        top.tables("t")
    else:
        top.table("t").table("u")
    with pytest.raises(DataError, match=told):
        top.done()


@pytest.mark.parametrize("wrong", [0, 0.0, -1, float("nan"), float("inf"), True, "1", None])
def test_only_numbers_above_zero(wrong):
    with pytest.raises(DataError, match=r"^f: k: .* (must be above 0|is not a number from 0)$"):
        above_zero(wrong, "f: k")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("years = [2030, 2020]\nvalues = [1, 1]", "must ascend"),
        ("years = [2020, 2030]\nvalues = [1]", "one value per year"),
        ("years = [2020]\nvalues = [1]", "at least two years"),
        ("years = [2020, 2020]\nvalues = [1, 1]", "holds a value twice"),
    ],
)
def test_a_series_has_ascending_years_with_a_value_each(tmp_path, text, told):
    assert series(opened(tmp_path, "years = [2020, 2030]\nvalues = [1, 1]"), number(0)) == ((2020, 2030), (1.0, 1.0))
    with pytest.raises(DataError, match=told):
        series(opened(tmp_path, text), number(0))
