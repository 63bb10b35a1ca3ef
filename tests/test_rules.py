"""The one reader of rules: nothing coerced, no key unread, all that is wrong told at once and where."""

from __future__ import annotations

import datetime as dt
import math
import pickle
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationInfo, model_validator

import kortrijk_geo
from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.rules import (
    AboveZero,
    Dated,
    Euros,
    Exact,
    Flag,
    Id,
    Items,
    Measure,
    Money,
    Number,
    OneOf,
    Origin,
    Rules,
    Series,
    Share,
    Sourced,
    Tables,
    Text,
    Whole,
    WholeOrText,
    as_rules,
    read_rules,
    read_tables,
)

ORIGIN = {"source": "s", "date": "2024", "standing": "adopted"}
SIZE = {"id": "x", "spacing_m": 2, **ORIGIN}


class Size(Sourced):
    id: Id
    spacing_m: AboveZero


class File(Rules):
    version: Text
    sizes: Annotated[dict[str, Size], Tables("id")] = Field(alias="size")
    owners: Annotated[tuple[Text, ...], Items()] = ()
    count: Annotated[int, Whole(1, 5)] = 3
    shape: Literal["shape", "crown"] = "shape"
    flag: Flag = False
    at: Annotated[str, OneOf(["a", "b"])] = "a"
    share: Annotated[float, Number(0, 1)] = 0.5
    amount_eur: Money = None
    exact: Exact = Decimal(0)
    length_m: Measure = 0.0
    uses: Annotated[frozenset[Text], Items(most=2)] = frozenset()
    named: dict[Id, Size] = Field(default_factory=dict)


GOOD = {"version": "1", "size": [SIZE]}


def read(**changed: Any) -> File:
    return as_rules(File, {**GOOD, **changed}, "own.toml")


def test_a_file_is_read_into_frozen_typed_values_that_travel() -> None:
    rules = read(amount_eur="450.00", exact="52.5", share=1, uses=["yes", "no"], length_m="1.5")
    assert repr(rules.length_m) == "1.5"
    assert rules.uses == {"yes", "no"}
    assert rules.sizes["x"].spacing_m == 2.0
    assert rules.sizes["x"].origin == Origin("s", "2024", "adopted")
    assert (rules.amount_eur, rules.exact, rules.share) == (Decimal("450.00"), Decimal("52.5"), 1.0)
    assert pickle.loads(pickle.dumps(rules)) == rules
    with pytest.raises(ValueError, match="frozen"):
        rules.count = 4


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"count": True}, "count: True is not a whole number from 1 to 5"),
        ({"count": "3"}, "count: '3' is not a whole number from 1 to 5"),
        ({"count": 3.0}, "count: 3.0 is not a whole number"),
        ({"count": 6}, "count: 6 is not a whole number from 1 to 5"),
        ({"flag": 1}, "flag: 1 must be true or false"),
        ({"share": float("nan")}, "share: nan is not a number from 0 to 1"),
        ({"share": "0.5"}, "share: '0.5' is not a number from 0 to 1"),
        ({"version": " "}, "version: ' ' is not a text"),
        ({"shape": "shap"}, "shape: 'shap' must be one of shape, crown; did you mean 'shape'?"),
        ({"at": "c"}, "at: 'c' must be one of a, b"),
        ({"owners": []}, "owners: [] is not an array with values"),
        ({"owners": ["a", "a"]}, "owners: ['a', 'a'] holds a value twice"),
        ({"owners": ["a", 1]}, "owners[2]: 1 is not a text"),
        ({"uses": ["a", "a"]}, "uses: ['a', 'a'] holds a value twice"),
        ({"uses": ["a", "b", "c"]}, "uses: ['a', 'b', 'c'] holds more than 2 values"),
        ({"named": {"A": SIZE}}, "named.A: 'A' is not an id of lower case letters"),
        ({"named": {"a": {**SIZE, "spacing": 1}}}, "named.a.spacing is not a known key; did you mean spacing_m?"),
        ({"amount_eur": 450.0}, 'amount_eur: 450.0 is not an amount; write it as text, "450.00" or "unknown"'),
        ({"exact": 52.5}, "exact: 52.5 is not a number from 0"),
        ({"length_m": 52.5}, "length_m: 52.5 is not a number from 0"),
        ({"size": {"id": "x"}}, "size: {'id': 'x'} is not an array of tables"),
        ({"size": [SIZE, SIZE]}, "size: id x stands twice"),
        ({"size": [SIZE, {**SIZE, "id": "y", "spacing_m": 0}]}, "size[2].spacing_m: 0 must be above 0"),
        ({"size": ["x"]}, "size[1]: 'x' is not a table"),
        ({"verzion": "1"}, "verzion is not a known key; did you mean version?"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError) as error:
        read(**changed)
    assert str(error.value).startswith(f"own.toml: {told}")
    assert "\n" not in str(error.value)


def test_a_misspelt_key_is_one_line_and_all_errors_come_together() -> None:
    wrong = {"verson": "1", "size": [{"id": "x", "spacing": 2, "source": "", "date": "2024", "standing": "s"}]}
    with pytest.raises(DataError) as error:
        as_rules(File, {**wrong, "count": 9}, "own.toml")
    assert sorted(str(error.value).splitlines()) == [
        "own.toml: count: 9 is not a whole number from 1 to 5",
        "own.toml: size[1].source: '' is not a text",
        "own.toml: size[1].spacing is not a known key; did you mean spacing_m?",
        "own.toml: verson is not a known key; did you mean version?",
    ]


class Limits(Rules):
    least: AboveZero
    most: AboveZero

    def model_post_init(self, _: Any) -> None:
        if self.most < self.least:
            raise ValueError("most: must not be under least")


class Named(Rules):
    rows: Annotated[tuple[Size, ...], Tables("id", named=True)] = Field(default=(), alias="size")
    limits: Limits | None = None


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"size": [{**SIZE, "spacing_m": 0}]}, "size[1] (x).spacing_m: 0 must be above 0"),
        ({"size": [{**SIZE, "id": "X!", "spacing_m": 1}]}, "size[1].id: 'X!' is not an id"),
        ({"size": [{**SIZE, "spacing": 1}]}, "size[1] (x).spacing is not a known key; did you mean spacing_m?"),
        ({"size": [{"id": "x", "spacing_m": 1, "source": "s", "date": "d"}]}, "size[1] (x).standing is missing"),
        ({"size": [SIZE, SIZE]}, "size: id x stands twice"),
        ({"size": [3]}, "size[1]: 3 is not a table"),
        ({"limits": {"least": 2, "most": 1}}, "limits.most: must not be under least"),
    ],
)
def test_a_row_is_named_by_its_key_and_a_check_over_a_table_by_the_key_it_names(values: Any, told: str) -> None:
    with pytest.raises(DataError) as error:
        as_rules(Named, values, "own.toml")
    assert str(error.value).startswith(f"own.toml: {told}")
    assert "\n" not in str(error.value)


def test_a_file_of_tables_of_one_kind_is_read_by_their_names(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[small]\nleast = 1\nmost = 2\n[large]\nleast = 3\nmost = 4\n")
    assert {name: limits.most for name, limits in read_tables(Limits, own).items()} == {"small": 2.0, "large": 4.0}
    own.write_text("[small]\nleast = 0\nmosd = 2\n[large]\nleast = 3\nmost = 2\n[none]\nlow = 1\nleast=1\nmost=1\n")
    with pytest.raises(DataError) as error:
        read_tables(Limits, own)
    assert sorted(str(error.value).splitlines()) == [
        f"{own}: large.most: must not be under least",
        f"{own}: none.low is not a known key; the keys are least, most",
        f"{own}: small.least: 0 must be above 0",
        f"{own}: small.mosd is not a known key; did you mean most?",
    ]
    own.write_text("small = 1")
    with pytest.raises(DataError, match=r"own\.toml: small: 1 is not a table$"):
        read_tables(Limits, own)


def test_a_check_may_know_of_the_rest_of_the_file_and_plain_types_are_told_in_words() -> None:
    class Of(Rules):
        layer: str
        rows: int = 1

        @model_validator(mode="after")
        def _known(self, info: ValidationInfo) -> Of:
            if info.context is None or self.layer not in info.context:
                raise ValueError(f"there is no layer {self.layer}")
            return self

    assert as_rules(Of, {"layer": "areas"}, "f", context={"areas"}).layer == "areas"
    with pytest.raises(DataError, match=r"^f: there is no layer areas$"):
        as_rules(Of, {"layer": "areas"}, "f", context={"homes"})
    with pytest.raises(DataError, match=r"^f: layer: 1 is not a text\nf: rows: '1' is not a whole number$"):
        as_rules(Of, {"layer": 1, "rows": "1"}, "f")


def test_years_and_values_go_together() -> None:
    series = {"years": [2020, 2030], "values": [1, 2.5], **ORIGIN}
    assert as_rules(Series, series, "f").values == (1.0, 2.5)
    for changed, told in (
        ({"years": [2030, 2020]}, "must ascend"),
        ({"values": [1]}, "is not an array with values"),
        ({"values": [1, 2, 3]}, "needs one value per year"),
        ({"years": [2020, 2020]}, "holds a value twice"),
    ):
        with pytest.raises(DataError, match=told):
            as_rules(Series, {**series, **changed}, "f")


def test_the_date_of_a_dated_table_is_a_day() -> None:
    assert as_rules(Dated, {**ORIGIN, "date": dt.date(2021, 9, 1)}, "f").origin.date == "2021-09-01"
    with pytest.raises(DataError, match=r"f: date: '2024' is not a date; write it without quotes"):
        as_rules(Dated, ORIGIN, "f")


class Amounts(Rules):
    share: Annotated[Share, WholeOrText] = 0.0
    limits_mm: Annotated[tuple[Annotated[AboveZero, WholeOrText], ...], Items(ascending=True)] = ()
    eur: Euros = math.nan


def test_a_number_written_whole_or_as_text_is_no_float_in_the_file() -> None:
    amounts = as_rules(Amounts, {"share": "0.25", "limits_mm": [1, "2.5"], "eur": "45.50"}, "f")
    assert (amounts.share, amounts.limits_mm, amounts.eur) == (0.25, (1.0, 2.5), 45.5)
    assert math.isnan(as_rules(Amounts, {"eur": "unknown"}, "f").eur)
    for values, told in (
        ({"share": 0.25}, "share: 0.25 is not a number from 0; write a whole number, or text as"),
        ({"share": "1.5"}, "share: 1.5 is not a number from 0 to 1"),
        ({"limits_mm": [3, "2.5"]}, "limits_mm: [3, '2.5'] must ascend"),
        ({"limits_mm": [1, 1]}, "limits_mm: [1, 1] holds a value twice"),
        ({"eur": 45.5}, "eur: 45.5 is not an amount; write it as text"),
    ):
        with pytest.raises(DataError) as error:
            as_rules(Amounts, values, "f")
        assert str(error.value).startswith(f"f: {told}")


class Span(Rules):
    first: Annotated[int, Whole(1, 9)]
    last: Annotated[int, Whole(1, 9)] = 9

    def model_post_init(self, _: Any) -> None:
        if self.last < self.first:
            raise ValueError(f"last: {self.last} is before {self.first}")
        if self.first == 1 and "last" not in self.model_fields_set:
            raise ValueError("last is missing")
        if self.first == 2:
            raise ValueError("first or last is odd")


class Spans(Rules):
    span: Annotated[tuple[Span, ...], Tables(least=1)]


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ([{"first": 3}, {"first": 5, "last": 4}], "span[2].last: 4 is before 5"),
        ([{"first": 1}], "span[1].last is missing"),
        ([{"first": 2}], "span[1]: first or last is odd"),
        ([], "span: needs at least 1 of these tables, not 0"),
    ],
)
def test_a_check_over_a_table_is_placed_at_the_key_that_it_names(spans: list[dict[str, int]], told: str) -> None:
    with pytest.raises(DataError) as error:
        as_rules(Spans, {"span": spans}, "own.toml")
    assert str(error.value) == f"own.toml: {told}"


def test_our_file_is_named_without_its_folder_and_a_users_file_as_given(tmp_path: Path) -> None:
    ours = Path(kortrijk_geo.__file__).parent / "housing" / "norms.toml"
    with pytest.raises(DataError, match=r"^norms\.toml: "):
        read_rules(File, ours)
    own = tmp_path / "a:b" / "own.toml"
    own.parent.mkdir()
    own.write_text("version = 1", encoding="utf-8-sig")
    with pytest.raises(DataError) as error:
        read_rules(File, own)
    assert str(error.value).splitlines()[0].startswith(f"{own}: ")
    with pytest.raises(MissingFileError, match="does not exist"):
        read_rules(File, tmp_path / "none.toml")


def test_a_file_is_read_once_and_anew_when_it_was_changed(tmp_path: Path) -> None:
    class Width(Rules):
        width_m: AboveZero

    own, other = tmp_path / "own.toml", tmp_path / "other.toml"
    own.write_text("width_m = 2.5", encoding="utf-8")
    first = read_rules(Width, own)
    assert read_rules(Width, str(own)) is first
    own.write_text("width_m = 4.5", encoding="utf-8")
    assert (first.width_m, read_rules(Width, own).width_m) == (2.5, 4.5)
    for path in (own, other, own):
        path.write_text("width_m = -1.0", encoding="utf-8")
        with pytest.raises(DataError, match=re.escape(f"{path}: width_m")):
            read_rules(Width, path)


def test_the_schema_for_editors_knows_limits_choices_and_what_is_needed() -> None:
    schema = File.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["version", "size"]
    assert schema["properties"]["count"]["minimum"] == 1
    assert schema["properties"]["at"]["enum"] == ["a", "b"]
    assert schema["$defs"]["Size"]["properties"]["spacing_m"]["exclusiveMinimum"] == 0
    share = Amounts.model_json_schema()["properties"]["share"]
    assert share["anyOf"] == [{"type": "integer"}, {"type": "string"}]
