"""Rules on the tags of places, as those of OpenStreetMap: which amenities are of a kind."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from kortrijk_geo.rules import Rules, Text


def _texts(value: object) -> frozenset[str]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(item, str) and item.strip() for item in values):
        raise ValueError(f"must be a text or a list of texts, found {value!r}")
    return frozenset(values)


def _values(value: object) -> frozenset[str] | None:
    texts = _texts(value)
    return None if "*" in texts else texts


def _rule(value: object) -> object:
    if not isinstance(value, dict) or not value:
        raise ValueError('must be a table of one or more tags, like { shop = "supermarket" }')
    return value


def _some_rules(value: object) -> object:
    if not isinstance(value, list) or not value:
        raise ValueError('must be a list of one or more rules, like [{ shop = "supermarket" }]')
    return tuple(value)


# What a file may hold of each, for the schemas of editors.
_WrittenTexts = Text | Annotated[list[Text], Field(min_length=1)]
_WrittenRule = Annotated[dict[str, _WrittenTexts], Field(min_length=1)]
_WrittenRules = Annotated[list[_WrittenRule], Field(min_length=1)]

Texts = Annotated[frozenset[str], BeforeValidator(_texts, json_schema_input_type=_WrittenTexts)]
# A rule: every key must have one of its values; None stands for any value.
Rule = Annotated[dict[str, Annotated[frozenset[str] | None, BeforeValidator(_values)]], BeforeValidator(_rule)]
SomeRules = Annotated[tuple[Rule, ...], BeforeValidator(_some_rules, json_schema_input_type=_WrittenRules)]


class Assumed(Rules):
    """Rules for places whose tags do not tell enough: counted, with a Dutch note that says how many."""

    rules: SomeRules
    exclude: SomeRules = ()
    note: Text
