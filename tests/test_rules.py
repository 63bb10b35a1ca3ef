"""The one reader of rules: nothing coerced, no key unread, all that is wrong told at once and where."""

from __future__ import annotations

import pickle
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationInfo, model_validator

import kortrijk_geo
from kortrijk_geo.errors import DataError, MissingFileError
from kortrijk_geo.rules import (
    AboveZero,
    Exact,
    Figure,
    Flag,
    Id,
    Items,
    Money,
    Number,
    OneOf,
    Origin,
    Rules,
    Series,
    Sourced,
    Tables,
    Text,
    Whole,
    as_rules,
    read_rules,
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
    length_m: Figure = 0.0
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


def test_the_schema_for_editors_knows_limits_choices_and_what_is_needed() -> None:
    schema = File.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["version", "size"]
    assert schema["properties"]["count"]["minimum"] == 1
    assert schema["properties"]["at"]["enum"] == ["a", "b"]
    assert schema["$defs"]["Size"]["properties"]["spacing_m"]["exclusiveMinimum"] == 0
