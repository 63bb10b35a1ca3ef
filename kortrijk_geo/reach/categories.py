"""The categories of daily places, as data: which places belong to each, with Dutch label, weight and source."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from kortrijk_geo.errors import DataError, OptionError, did_you_mean
from kortrijk_geo.strict_toml import Table, by_key, number, one_of, open_table, origin, text

# A rule: every key must have one of its values; None stands for any value.
Rule = tuple[tuple[str, frozenset[str] | None], ...]

SETS = {"default": "categories.toml", "bruno2024": "bruno2024.toml"}
_KEY = re.compile(r"[a-z][a-z0-9_]*")
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
    if name not in SETS and Path(name).suffix != ".toml":
        hint = did_you_mean(name, SETS)
        raise OptionError(f"categories {name!r} is not one of {', '.join(SETS)}, nor the path of a .toml file{hint}")
    top = open_table(Path(__file__).with_name(SETS[name]) if name in SETS else name)
    categories = by_key(map(_category, top.tables("category", needed=True)), "key", top.name("category"))
    found = CategorySet(
        name=name,
        version=top.take("version", text),
        title=top.take("title", text),
        **vars(origin(top)),
        categories=tuple(categories.values()),
    )
    top.done()
    if not any(category.weight for category in found.categories):
        raise DataError(f"{top.name('category')}: weight is 0 for every category; give at least one a weight above 0")
    return found


def _category(table: Table) -> Category:
    key = table.take("key", _key)
    table.where = f"{table.where} ({key})"  # in a long file the key says more than the number
    beside_layer = [name for name in ("layer_use", "min_ha", "kinds") if table.has(name)]
    found = Category(
        key=key,
        label=table.take("label", text),
        weight=table.take("weight", number(0)),
        source=table.take("source", text),
        standing=table.take("standing", text),
        rules=table.take_or("rules", _rules, ()),
        exclude=table.take_or("exclude", _rules, ()),
        assumed=_assumed(table.table("assumed")) if table.has("assumed") else None,
        **(_from_layer(table) if table.has("layer") else {}),
    )
    table.done()  # a misspelt key is named before what its absence leads to
    if found.layer is None and beside_layer:
        raise DataError(f"{table.name(beside_layer[0])} has a meaning only beside layer")
    if found.layer is None and not found.rules:
        raise DataError(f"{table.name('rules')} is missing; give at least one rule, or a layer")
    return found


def _key(value: object, where: str) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value) or value in _RESERVED:
        raise DataError(f"{where}: {value!r} must be lower-case letters, digits and _, and not 'all'")
    return value


def _from_layer(table: Table) -> dict[str, Any]:
    layer, use = table.take("layer", one_of("childcare", "green")), table.take("layer_use", one_of("instead", "add"))
    if layer == "green":
        green = {"min_ha": table.take("min_ha", number(0)), "kinds": frozenset(table.take("kinds", _texts))}
        return {"layer": layer, "layer_use": use, **green}
    if table.has("min_ha") or table.has("kinds"):
        raise DataError(f'{table.where}: min_ha and kinds have a meaning only with layer = "green"')
    return {"layer": layer, "layer_use": use}


def _assumed(table: Table) -> Assumed:
    return Assumed(table.take("rules", _rules), table.take_or("exclude", _rules, ()), table.take("note", text))


def _rules(value: object, where: str) -> tuple[Rule, ...]:
    if not isinstance(value, list) or not value:
        raise DataError(f'{where} must be a list of one or more rules, like [{{ shop = "supermarket" }}]')
    return tuple(_rule(rule, f"{where}[{place}]") for place, rule in enumerate(value, start=1))


def _rule(raw: object, where: str) -> Rule:
    if not isinstance(raw, dict) or not raw:
        raise DataError(f'{where} must be a table of one or more tags, like {{ shop = "supermarket" }}')
    parts = []
    for tag, value in cast("dict[str, object]", raw).items():
        values = _texts(value, f"{where}.{tag}")
        parts.append((tag, None if "*" in values else frozenset(values)))
    return tuple(parts)


def _texts(value: object, where: str) -> list[str]:
    values = value if isinstance(value, list) else [value]
    texts = [item for item in values if isinstance(item, str) and item.strip()]
    if not texts or len(texts) < len(values):
        raise DataError(f"{where} must be a text or a list of texts, found {value!r}")
    return texts
