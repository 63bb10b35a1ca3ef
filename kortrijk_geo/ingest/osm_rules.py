"""The meaning of OpenStreetMap tags, read from ``osm_tags.toml`` and checked; the code has no tag lists of its own."""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, fields
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kortrijk_geo.errors import DataError
from kortrijk_geo.strict_toml import read_toml

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

RULES_FILE = Path(__file__).with_name("osm_tags.toml")
_PARTS = ("source", "date", "standing")
_NUMBER = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(m|metres?|meters?)?\s*$", re.IGNORECASE)

Tags = dict[str, str]
_Section = TypeVar("_Section")


@dataclass(frozen=True)
class HighwayRule:
    """Who may use a kind of street when the way itself does not say."""

    foot: bool
    bicycle: bool


@dataclass(frozen=True)
class StreetRules:
    """What people walk and cycle on."""

    foot_keys: tuple[str, ...]
    bicycle_keys: tuple[str, ...]
    permit: frozenset[str]
    forbid: frozenset[str]
    sidewalk_values: frozenset[str]
    cycle_lane_values: frozenset[str]
    highway: dict[str, HighwayRule]


@dataclass(frozen=True)
class AmenityKey:
    """One main key of amenities: the values that are kept (``only``), or those that are not (``except``)."""

    key: str
    only: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()

    def keeps(self, value: str) -> bool:
        """Tell whether one of the values of ``a;b`` is a place people go to."""
        values = [part.strip() for part in value.split(";") if part.strip()]
        return any(part in self.only if self.only else part not in self.dropped for part in values)


@dataclass(frozen=True)
class AmenityRules:
    """Main keys in order of priority."""

    out_of_use: tuple[str, ...]
    key: tuple[AmenityKey, ...]

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


@dataclass(frozen=True)
class BuildingRules:
    """Buildings: which values are none, which say nothing of the use, the height of a storey."""

    not_buildings: frozenset[str]
    unknown_use: frozenset[str]
    storey_m: float


@dataclass(frozen=True)
class HomeRules:
    """Which buildings and addresses are homes."""

    residential: frozenset[str]
    homes_landuse: frozenset[str]
    not_homes_landuse: frozenset[str]
    address_reach_m: float
    least_home_m2: float


@dataclass(frozen=True)
class GreenRule:
    """Values of one key: the kind of green of each, and whether it is public when no access tag says so."""

    key: str
    values: dict[str, str]
    public: bool


@dataclass(frozen=True)
class GreenRules:
    """Kinds of green in order of priority."""

    permit: frozenset[str]
    forbid: frozenset[str]
    rule: tuple[GreenRule, ...]

    def kind(self, tags: Mapping[str, str]) -> tuple[str, bool] | None:
        """Return (kind, public) of a green area, or None when it is none."""
        for rule in self.rule:
            kind = rule.values.get(tags.get(rule.key, ""))
            if kind is not None:
                access = tags.get("access", "")
                return kind, access in self.permit or (access not in self.forbid and rule.public)
        return None


@dataclass(frozen=True)
class WaterRules:
    """Water lines and water areas."""

    line_kinds: frozenset[str]
    underground: frozenset[str]
    area_values: dict[str, str]
    water_kinds: frozenset[str]

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


@dataclass(frozen=True)
class ConstraintRule:
    """Tags that must all agree for a line or an area to be a constraint of this kind; ``*`` is any value but no."""

    kind: str
    shape: str
    match: dict[str, frozenset[str]]

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Tell whether the tags agree with the rule."""
        return all(
            (value := tags.get(key)) is not None and (value in values or ("*" in values and value != "no"))
            for key, values in self.match.items()
        )


@dataclass(frozen=True)
class ConstraintRules:
    """Constraints in order of priority."""

    rule: tuple[ConstraintRule, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key that some rule needs."""
        return frozenset(key for rule in self.rule for key in rule.match)

    def kind(self, tags: Mapping[str, str], shape: str) -> str | None:
        """Return the kind of constraint that a line or an area is, or None."""
        if self.keys.isdisjoint(tags):
            return None
        return next((rule.kind for rule in self.rule if rule.shape == shape and rule.matches(tags)), None)


@dataclass(frozen=True)
class Rules:
    """All of ``osm_tags.toml``; ``quantities`` are the ranges outside which a tagged measure is taken as unknown."""

    streets: StreetRules
    amenities: AmenityRules
    buildings: BuildingRules
    homes: HomeRules
    green: GreenRules
    water: WaterRules
    constraints: ConstraintRules
    quantities: dict[str, tuple[float, float]]
    sources: dict[str, str]

    def number(self, value: str | None, quantity: str, unreadable: Counter[str]) -> float:
        """Read a measure such as ``3``, ``3.5 m`` or ``3,5``; NaN where there is none.

        A value that is not a number, or lies outside the range of ``quantity``, is NaN and counted in ``unreadable``.
        """
        if value is None:
            return float("nan")
        found = _NUMBER.match(value)
        low, high = self.quantities[quantity]
        number = float(found[1].replace(",", ".")) if found else float("nan")
        if not low <= number <= high:
            unreadable[quantity] += 1
            return float("nan")
        return number


@cache
def load_rules(path: Path = RULES_FILE) -> Rules:
    """Read and check the tag rules.

    Raises
    ------
    DataError
        When the file is not TOML, or a key is missing, unknown, or of the wrong type; the message names file and key.
    """
    raw: dict[str, Any] = read_toml(path)[0]
    kinds: dict[str, type[Any]] = {
        "streets": StreetRules,
        "amenities": AmenityRules,
        "buildings": BuildingRules,
        "homes": HomeRules,
        "green": GreenRules,
        "water": WaterRules,
        "constraints": ConstraintRules,
    }
    names = {*kinds, "trees", "quantities"}
    if set(raw) != names:
        raise DataError(f"{path}: has the sections {', '.join(sorted(raw))}; it must have {', '.join(sorted(names))}")
    sources = {}
    for name, section in raw.items():
        lacking = [part for part in _PARTS if not isinstance(section.get(part), str) or not section[part]]
        if lacking:
            raise DataError(f"{path}, [{name}]: {', '.join(lacking)} is missing; say where the tags come from")
        sources[name] = f"{section.pop('source')} ({section.pop('date')}; {section.pop('standing')})"
    built = {name: _build(kind, raw[name], f"{path}, [{name}]") for name, kind in kinds.items()}
    if raw["trees"]:
        raise DataError(f"{path}, [trees]: {', '.join(raw['trees'])} is not known")
    return Rules(**built, quantities=_ranges(raw["quantities"], path), sources=sources)


def _ranges(raw: Mapping[str, Any], path: Path) -> dict[str, tuple[float, float]]:
    names = {"width_m", "height_m", "levels", "flats", "crown_m"}
    if set(raw) != names:
        raise DataError(f"{path}, [quantities]: must have {', '.join(sorted(names))}, has {', '.join(sorted(raw))}")
    for name, value in raw.items():
        if not (isinstance(value, list) and len(value) == 2 and all(isinstance(end, (int, float)) for end in value)):
            raise DataError(f"{path}, [quantities], {name}: must be [least, most]")
    return {name: (float(low), float(high)) for name, (low, high) in raw.items()}


def _build(kind: type[_Section], raw: Mapping[str, Any], where: str) -> _Section:
    known = {entry.name: entry for entry in fields(kind)}  # type: ignore[arg-type]
    given = {("dropped" if name == "except" else name): value for name, value in raw.items()}
    unknown = sorted(set(given) - set(known))
    missing = sorted(name for name, entry in known.items() if name not in given and entry.default is MISSING)
    if unknown or missing:
        trouble = [f"{name} is not known" for name in unknown] + [f"{name} is missing" for name in missing]
        raise DataError(f"{where}: {'; '.join(trouble)}")
    return kind(**{name: _convert(value, str(known[name].type), f"{where}, {name}") for name, value in given.items()})


def _convert(value: Any, wanted: str, where: str) -> Any:  # noqa: PLR0911 - one return for every type of value
    parts: dict[str, type[Any]] = {
        "tuple[AmenityKey, ...]": AmenityKey,
        "tuple[GreenRule, ...]": GreenRule,
        "tuple[ConstraintRule, ...]": ConstraintRule,
    }
    if wanted in parts and isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return tuple(_build(parts[wanted], entry, f"{where} {number}") for number, entry in enumerate(value, 1))
    if wanted == "dict[str, HighwayRule]" and isinstance(value, dict):
        return {name: _build(HighwayRule, entry, f"{where}.{name}") for name, entry in value.items()}
    if wanted == "dict[str, frozenset[str]]" and isinstance(value, dict):
        return {name: _convert(entry, "frozenset[str]", f"{where}.{name}") for name, entry in value.items()}
    if wanted in {"frozenset[str]", "tuple[str, ...]"} and _is_texts(value):
        return frozenset(value) if wanted == "frozenset[str]" else tuple(value)
    if wanted == "dict[str, str]" and isinstance(value, dict) and _is_texts(list(value.values())):
        return value
    if wanted == "float" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if (wanted == "bool" and isinstance(value, bool)) or (wanted == "str" and isinstance(value, str)):
        return value
    raise DataError(f"{where}: {value!r} is not of the type {wanted}")


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
