"""What a recipe says of the rows and columns of a table: which are taken, and how keys and values are mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, PlainValidator

from kortrijk_geo.rules import Flag, Items, Rules, Whole
from kortrijk_geo.rules.kinds import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kortrijk_geo.pack.layers import Column

NUMBERS = frozenset({"count", "number", "money"})


def _column(value: object) -> object:
    names = value
    if isinstance(value, dict):
        names = value.get("sum_of")
        if (
            set(value) != {"sum_of"}
            or not isinstance(names, list)
            or not names
            or len(set(map(str, names))) < len(names)
        ):
            raise ValueError(f'{shown(value)} must be {{ sum_of = ["a", "b"] }}, each column once')
    _one_or_several(names)
    return value


def _one_or_several(value: object) -> object:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{shown(value)} must be a column name or several")
    return names


_Several = Annotated[list[str], Field(min_length=1)]
Columns = dict[
    str, Annotated[Any, PlainValidator(_column, json_schema_input_type=str | _Several | dict[str, _Several])]
]


def check_sums(columns: Mapping[str, object], known: Mapping[str, Column]) -> None:
    """Refuse ``sum_of`` for what is no number."""
    for column, source in columns.items():
        if isinstance(source, dict) and (column not in known or known[column].kind not in NUMBERS):
            raise ValueError(f"columns.{column}: sum_of adds numbers, and {column} is none")


class Chosen(Rules):
    """Keys that say which rows of a table are taken, and whether its counts are estimates."""

    where: dict[str, Any] = Field(default_factory=dict)
    where_not_empty: Annotated[Any, PlainValidator(_one_or_several, json_schema_input_type=str | _Several)] = ()
    estimate: Flag = False


class Mended(Rules):
    """Keys that mend values which a file writes otherwise than the pack."""

    recode: dict[str, dict[str, Any]] = Field(default_factory=dict)
    pad: dict[str, Annotated[int, Whole(1, 40)]] = Field(default_factory=dict)


class Added(Rules):
    """Keys of a table whose rows are added up: true leaves out rows that are totals of others, false keeps them."""

    without_totals: Flag = False


class Keys(Rules):
    """Keys of a table that is joined: its own keys under other names."""

    rename: dict[str, str] = Field(default_factory=dict)
    not_located: Annotated[tuple[Any, ...], Items(twice=True, least=0)] = ()
