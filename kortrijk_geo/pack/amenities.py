"""Which rows of a pack are places of a kind, by their tags; and whether a source knows all places of that kind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.description import EVERY_KIND

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from kortrijk_geo.rules.tags import Assumed, Rule


class PlaceKind(Protocol):
    """A kind of place: amenities whose category is its ``key``, or whose tags agree with one of its rules."""

    @property
    def key(self) -> str:
        """Its English name, which a pack may give as the category of an amenity."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """One of these is enough."""

    @property
    def exclude(self) -> tuple[Rule, ...]:
        """None of these may be true."""

    @property
    def assumed(self) -> Assumed | None:
        """What is counted although its tags do not tell enough."""


def matches(rule: Rule, tags: Mapping[str, str]) -> bool:
    """Whether every key of the rule has one of its values; an OSM value ``a;b`` has both."""
    for key, values in rule.items():
        value = tags.get(key)
        if value is None:
            return False
        if values is not None and values.isdisjoint(part.strip() for part in value.split(";")):
            return False
    return True


def covers(words: Collection[str], kind: PlaceKind) -> bool:
    """Whether amenities that cover these kinds of place cover a kind: itself, or what one of its rules asks."""
    if EVERY_KIND in words:
        return bool(kind.rules)
    known = [_with_main_tag({}, word) for word in words]
    return kind.key in words or any(matches(rule, tags) for rule in kind.rules for tags in known)


def covers_all(words: Collection[str], kind: PlaceKind) -> bool:
    """Whether amenities that cover these kinds of place cover all of a kind: itself, or each of its rules.

    Of a rule, all values of one of its tags are enough, since whatever agrees with the rule has one of these.
    """
    if EVERY_KIND in words or kind.key in words:
        return EVERY_KIND not in words or bool(kind.rules)

    def known(key: str, values: frozenset[str] | None) -> bool:
        texts = {value if key == "category" else f"{key}={value}" for value in values or ()}
        return bool(texts) and texts <= set(words)

    return bool(kind.rules) and all(any(known(*tag) for tag in rule.items()) for rule in kind.rules)


def tags_of(amenities: pd.DataFrame) -> list[dict[str, str]]:
    """Return the tags of every amenity, its category among them.

    Raises
    ------
    DataError
        When the tags of an amenity are not a JSON object.
    """
    return [_tags(*row) for row in amenities[["amenity_id", "category", "tags"]].itertuples(index=False)]


def places_of(kind: PlaceKind, tags: Sequence[Mapping[str, str]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which rows are places of a kind: by their tags, and because that is assumed of them."""
    sure, assumed = np.zeros(len(tags), bool), np.zeros(len(tags), bool)
    guess = () if kind.assumed is None else (*kind.assumed.rules, *kind.assumed.exclude)
    keys = ["category", *{key for rule in (*kind.rules, *kind.exclude, *guess) for key in rule}]
    # Many rows have the same values where the rules look.
    known: dict[tuple[str | None, ...], tuple[bool, bool]] = {}
    for row, tag in enumerate(tags):
        values = tuple(map(tag.get, keys))
        if values not in known:
            known[values] = _is_place(kind, tag)
        sure[row], assumed[row] = known[values]
    return sure, assumed


def _is_place(kind: PlaceKind, tag: Mapping[str, str]) -> tuple[bool, bool]:
    """Tell whether what has these tags is a place of a kind, by its tags or because that is assumed."""
    if tag.get("category") == kind.key:
        return True, False
    if any(matches(rule, tag) for rule in kind.exclude):
        return False, False
    if any(matches(rule, tag) for rule in kind.rules):
        return True, False
    guess = kind.assumed
    if guess is None or not any(matches(rule, tag) for rule in guess.rules):
        return False, False
    return False, not any(matches(rule, tag) for rule in guess.exclude)


def _tags(amenity_id: str, category: str, raw: str) -> dict[str, str]:
    try:
        tags: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise DataError(f"layer amenities: tags of {amenity_id} are not a JSON object ({error})") from error
    if not isinstance(tags, dict):
        raise DataError(f"layer amenities: tags of {amenity_id} are not a JSON object but {raw[:60]!r}")
    return _with_main_tag({str(key): str(value) for key, value in tags.items()}, category)


def _with_main_tag(tags: dict[str, str], category: str) -> dict[str, str]:
    main_key, equals, main_value = category.partition("=")
    main = {main_key: main_value} if equals else {}
    return {**main, **tags, "category": category}
