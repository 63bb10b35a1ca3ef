"""The meaning of OpenStreetMap tags, read from ``osm_tags.toml`` and checked; the code has no tag lists of its own."""

from __future__ import annotations

import re
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kortrijk_geo.rules import AboveZero, Flag, FromZero, Items, Rules, Sourced, Tables, Text, read_rules

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

RULES_FILE = Path(__file__).with_name("osm_tags.toml")
_NUMBER = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(m|metres?|meters?)?\s*$", re.IGNORECASE)

Tags = dict[str, str]
Shape = Literal["line", "area"]
Values = Annotated[frozenset[Text], Items()]
Keys = Annotated[tuple[Text, ...], Items()]
Range = Annotated[tuple[FromZero, ...], Items(ascending=True, least=2, most=2)]


class HighwayRule(Rules):
    """Who may use a kind of street when the way itself does not say."""

    foot: Flag
    bicycle: Flag


class StreetRules(Sourced):
    """What people walk and cycle on."""

    foot_keys: Keys
    bicycle_keys: Keys
    permit: Values
    forbid: Values
    sidewalk_values: Values
    cycle_lane_values: Values
    highway: dict[Text, HighwayRule]


class AmenityKey(Rules):
    """One main key of amenities: the values that are kept (``only``), or those that are not (``except``)."""

    key: Text
    only: Values = frozenset()
    dropped: Values = Field(default=frozenset(), alias="except")

    def keeps(self, value: str) -> bool:
        """Tell whether one of the values of ``a;b`` is a place people go to."""
        values = [part.strip() for part in value.split(";") if part.strip()]
        return any(part in self.only if self.only else part not in self.dropped for part in values)


class AmenityRules(Sourced):
    """Main keys in order of priority."""

    out_of_use: Keys
    key: Annotated[tuple[AmenityKey, ...], Tables()]

    @cached_property
    def keys(self) -> frozenset[str]:
        """All main keys."""
        return frozenset(rule.key for rule in self.key)

    def category(self, tags: Mapping[str, str]) -> str | None:
        """Return ``key=value`` of the first main key with a kept value, or None."""
        if self.keys.isdisjoint(tags):
            return None
        for rule in self.key:
            value = tags.get(rule.key)
            if value is not None and rule.keeps(value):
                return f"{rule.key}={value}"
        return None

    def names(self, tags: Mapping[str, str]) -> bool:
        """Tell whether the object has a main key at all."""
        return any(rule.key in tags for rule in self.key if not rule.only)

    def is_out_of_use(self, tags: Mapping[str, str]) -> bool:
        """Tell whether the object says that it is no longer in use."""
        return any(tags.get(key) == "yes" for key in self.out_of_use)


class BuildingRules(Sourced):
    """Buildings: which values are none, which say nothing of the use, the height of a storey."""

    not_buildings: Values
    unknown_use: Values
    storey_m: AboveZero


class HomeRules(Sourced):
    """Which buildings and addresses are homes."""

    residential: Values
    homes_landuse: Values
    not_homes_landuse: Values
    address_reach_m: FromZero
    least_home_m2: FromZero


class GreenRule(Rules):
    """Values of one key: the kind of green of each, and whether it is public when no access tag says so."""

    key: Text
    values: dict[Text, Text]
    public: Flag


class GreenRules(Sourced):
    """Kinds of green in order of priority."""

    permit: Values
    forbid: Values
    rule: Annotated[tuple[GreenRule, ...], Tables()]

    def kind(self, tags: Mapping[str, str]) -> tuple[str, bool] | None:
        """Return (kind, public) of a green area, or None when it is none."""
        for rule in self.rule:
            kind = rule.values.get(tags.get(rule.key, ""))
            if kind is not None:
                access = tags.get("access", "")
                return kind, access in self.permit or (access not in self.forbid and rule.public)
        return None


class WaterRules(Sourced):
    """Water lines and water areas."""

    line_kinds: Values
    underground: Values
    area_values: dict[Text, Text]
    water_kinds: Values

    def line_kind(self, tags: Mapping[str, str]) -> str | None:
        """Return the kind of an open watercourse, or None when it is none."""
        kind = tags.get("waterway")
        return kind if kind in self.line_kinds and tags.get("tunnel") not in self.underground else None

    def area_kind(self, tags: Mapping[str, str]) -> str | None:
        """Return the kind of a water area, or None when it is none."""
        for tag, kind in self.area_values.items():
            key, _, value = tag.partition("=")
            if tags.get(key) == value:
                finer = tags.get("water")
                return finer if finer in self.water_kinds else kind
        return None


class ConstraintRule(Rules):
    """Tags that must all agree for a line or an area to be a constraint of this kind; ``*`` is any value but no."""

    kind: Text
    shape: Shape
    match: dict[Text, Values]

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Tell whether the tags agree with the rule."""
        return all(
            (value := tags.get(key)) is not None and (value in values or ("*" in values and value != "no"))
            for key, values in self.match.items()
        )


class ConstraintRules(Sourced):
    """Constraints in order of priority."""

    rule: Annotated[tuple[ConstraintRule, ...], Tables()]

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key that some rule needs."""
        return frozenset(key for rule in self.rule for key in rule.match)

    def kind(self, tags: Mapping[str, str], shape: Shape) -> str | None:
        """Return the kind of constraint that a line or an area is, or None."""
        if self.keys.isdisjoint(tags):
            return None
        return next((rule.kind for rule in self.rule if rule.shape == shape and rule.matches(tags)), None)


class Quantities(Sourced):
    """Ranges (least, most) outside which a tagged measure is taken as unknown."""

    width_m: Range
    height_m: Range
    levels: Range
    flats: Range
    crown_m: Range


class TagRules(Rules):
    """All of ``osm_tags.toml``."""

    streets: StreetRules
    amenities: AmenityRules
    buildings: BuildingRules
    homes: HomeRules
    green: GreenRules
    water: WaterRules
    trees: Sourced
    constraints: ConstraintRules
    quantities: Quantities

    @property
    def sources(self) -> dict[str, str]:
        """Where the tags of each section come from."""
        origins = {name: section.origin for name, section in self}
        return {name: f"{origin.source} ({origin.date}; {origin.standing})" for name, origin in origins.items()}

    def number(self, value: str | None, quantity: str, unreadable: Counter[str]) -> float:
        """Read a measure such as ``3``, ``3.5 m`` or ``3,5``; NaN where there is none.

        A value that is not a number, or lies outside the range of ``quantity``, is NaN and counted in ``unreadable``.
        """
        if value is None:
            return float("nan")
        match = _NUMBER.match(value)
        low, high = getattr(self.quantities, quantity)
        number = float(match[1].replace(",", ".")) if match else float("nan")
        if not low <= number <= high:
            unreadable[quantity] += 1
            return float("nan")
        return number


@cache
def load_rules(path: Path = RULES_FILE) -> TagRules:
    """Read and check the tag rules.

    Raises
    ------
    MissingFileError, DataError
        As `kortrijk_geo.rules.read_rules`.
    """
    return read_rules(TagRules, path)
