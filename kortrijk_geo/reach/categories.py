"""The categories of daily places, as data: which places belong to each, with Dutch label, weight and source."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.reach.toml_tables import check_keys, number, read_toml, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A rule: every key must have one of its values; None stands for any value.
Rule = tuple[tuple[str, frozenset[str] | None], ...]

SETS = {"default": "categories.toml", "bruno2024": "bruno2024.toml"}
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_SET_KEYS = ("version", "title", "source", "date", "standing", "category")
_CATEGORY_KEYS = ("key", "label", "weight", "source", "standing")
_CATEGORY_OPTIONS = ("rules", "exclude", "assumed", "layer", "layer_use", "min_ha", "kinds")
# Column names of the result that a category key must not collide with.
_RESERVED = frozenset({"all"})


@dataclass(frozen=True)
class Assumed:
    """Rules for places whose tags do not tell enough: counted, with a Dutch note that says how many."""

    rules: tuple[Rule, ...]
    exclude: tuple[Rule, ...]
    note: str


@dataclass(frozen=True)
class Category:
    """One kind of daily place.

    Parameters
    ----------
    key, label
        English key (part of column names) and Dutch label.
    weight
        Weight in the weighted share, from 0.
    source, standing
        Where the category comes from and how sure it is.
    rules, exclude, assumed
        Which amenities belong to it, by their OSM tags.
    layer, layer_use
        A layer whose rows are places too, ``instead`` of the rules when the pack has it or in addition (``add``).
    min_ha, kinds
        For layer ``green``: the least size in hectares and the kinds of green that count.
    """

    key: str
    label: str
    weight: float
    source: str
    standing: str
    rules: tuple[Rule, ...] = ()
    exclude: tuple[Rule, ...] = ()
    assumed: Assumed | None = None
    layer: Literal["childcare", "green"] | None = None
    layer_use: Literal["instead", "add"] = "add"
    min_ha: float = 0.0
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CategorySet:
    """A set of categories as one file gives it; ``name`` is "default", "bruno2024" or the file's path."""

    name: str
    version: str
    title: str
    source: str
    date: str
    standing: str
    categories: tuple[Category, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys in the order of the file."""
        return tuple(category.key for category in self.categories)

    @property
    def labels(self) -> dict[str, str]:
        """Dutch label by key; ``{min_ha}`` in a label is filled in."""
        return {c.key: c.label.replace("{min_ha}", f"{c.min_ha:g}".replace(".", ",")) for c in self.categories}

    def with_green_min_ha(self, min_ha: float) -> CategorySet:
        """Return the set with another least size for every category of green that has one above 0."""
        return replace(
            self,
            categories=tuple(
                replace(c, min_ha=min_ha) if c.layer == "green" and c.min_ha > 0 else c for c in self.categories
            ),
        )


def load_categories(which: str | Path = "default") -> CategorySet:
    """Load a set that comes with the package, by name, or a user's own TOML file, by path.

    Raises
    ------
    OptionError
        When ``which`` is neither a known name nor the path of a TOML file.
    MissingFileError, DataError
        When the file does not exist, or breaks the rules of ``categories.toml``; the message names file and key.
    """
    name = str(which)
    if name in SETS:
        return _parse(read_toml(files(__package__) / SETS[name]), name, SETS[name])
    if Path(name).suffix != ".toml":
        raise OptionError(f"categories {name!r} is not one of {', '.join(SETS)}, nor the path of a .toml file")
    return _parse(read_toml(Path(name)), name, name)


def _parse(raw: Mapping[str, Any], name: str, file: str) -> CategorySet:
    check_keys(raw, file, required=_SET_KEYS)
    tables = raw["category"]
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise DataError(f"{file}: key category must be one or more [[category]] tables")
    categories = tuple(_category(table, f"{file}, category {i}", file) for i, table in enumerate(tables, start=1))
    keys = [category.key for category in categories]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise DataError(f"{file}: the category key {', '.join(twice)} stands twice")
    if not any(category.weight for category in categories):
        raise DataError(f"{file}: key weight is 0 for every category; give at least one a weight above 0")
    return CategorySet(
        name=name,
        **{key: text(raw, key, file) for key in ("version", "title", "source", "date", "standing")},
        categories=categories,
    )


def _category(table: Mapping[str, Any], numbered: str, file: str) -> Category:
    check_keys(table, numbered, required=_CATEGORY_KEYS, optional=_CATEGORY_OPTIONS)
    key = text(table, "key", numbered)
    if not _KEY.fullmatch(key) or key in _RESERVED:
        raise DataError(f"{numbered}: key must be lower-case letters, digits and _ and not 'all', found {key!r}")
    where = f"{file}, category {key}"
    rules = _rules(table, "rules", where) if "rules" in table else ()
    if not rules and "layer" not in table:
        raise DataError(f"{where}: key rules is missing or empty; give at least one rule, or a layer")
    return Category(
        key=key,
        label=text(table, "label", where),
        weight=number(table, "weight", where),
        source=text(table, "source", where),
        standing=text(table, "standing", where),
        rules=rules,
        exclude=_rules(table, "exclude", where) if "exclude" in table else (),
        assumed=_assumed(table["assumed"], where) if "assumed" in table else None,
        **_from_layer(table, where),
    )


def _from_layer(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    if "layer" not in table:
        extra = [key for key in ("layer_use", "min_ha", "kinds") if key in table]
        if extra:
            raise DataError(f"{where}: key {', '.join(extra)} has a meaning only beside layer")
        return {}
    for key, allowed in (("layer", ("childcare", "green")), ("layer_use", ("instead", "add"))):
        if table.get(key) not in allowed:
            raise DataError(f"{where}: key {key} must be {' or '.join(allowed)}, found {table.get(key)!r}")
    found: dict[str, Any] = {"layer": table["layer"], "layer_use": table["layer_use"]}
    if table["layer"] == "green":
        check_keys(table, where, required=("min_ha", "kinds"), optional=tuple(table))
        found["min_ha"] = number(table, "min_ha", where)
        found["kinds"] = frozenset(_texts(table["kinds"], f"{where}: key kinds"))
    elif "min_ha" in table or "kinds" in table:
        raise DataError(f'{where}: key min_ha and kinds have a meaning only with layer = "green"')
    return found


def _assumed(table: object, where: str) -> Assumed:
    inside = f"{where}, assumed"
    if not isinstance(table, dict):
        raise DataError(f"{inside}: must be a table")
    check_keys(table, inside, required=("rules", "note"), optional=("exclude",))
    exclude = _rules(table, "exclude", inside) if "exclude" in table else ()
    return Assumed(_rules(table, "rules", inside), exclude, text(table, "note", inside))


def _rules(table: Mapping[str, Any], key: str, where: str) -> tuple[Rule, ...]:
    raw = table[key]
    if not isinstance(raw, list) or not raw:
        raise DataError(f'{where}: key {key} must be a list of one or more rules, like [{{ shop = "supermarket" }}]')
    return tuple(_rule(rule, f"{where}: key {key}, rule {i}") for i, rule in enumerate(raw, start=1))


def _rule(raw: object, where: str) -> Rule:
    if not isinstance(raw, dict) or not raw:
        raise DataError(f'{where} must be a table of one or more tags, like {{ shop = "supermarket" }}')
    parts = []
    for tag, value in cast("dict[str, object]", raw).items():
        values = _texts(value, f"{where}, tag {tag}")
        parts.append((tag, None if "*" in values else frozenset(values)))
    return tuple(parts)


def _texts(value: object, where: str) -> Sequence[str]:
    values = value if isinstance(value, list) else [value]
    texts = [item for item in values if isinstance(item, str) and item.strip()]
    if not texts or len(texts) < len(values):
        raise DataError(f"{where} must be a text or a list of texts, found {value!r}")
    return texts
