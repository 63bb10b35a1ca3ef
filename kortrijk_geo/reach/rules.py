"""The rules of the reach theme as data: speeds, limits and sizes, and which places belong to each category."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr

from kortrijk_geo.capacity.ride import MinutesOfTrip  # noqa: TC001 - pydantic reads it
from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.rules import AboveZero, FromZero, Items, Local, Rules, Sourced, Tables, Text, Whole, read_rules
from kortrijk_geo.rules.tags import Assumed, SomeRules, Texts  # noqa: TC001 - pydantic reads them
from kortrijk_geo.text.dutch import brief_number

Mode = Literal["walk", "cycle"]
MODES: tuple[Mode, ...] = ("walk", "cycle")
SETS = {"default": "categories.toml", "bruno2024": "bruno2024.toml", "city": "city_places.toml"}
_KEY = re.compile(r"[a-z][a-z0-9_]*")
# Column names of the result that a category key must not collide with.
_RESERVED = frozenset({"all", "all_of_city"})


def _set_or_path(name: str) -> str:
    if name not in SETS and Path(name).suffix != ".toml":
        hint = did_you_mean(name, SETS)
        raise ValueError(f"{name!r} is not one of {', '.join(SETS)}, nor the path of a .toml file{hint}")
    return name


# ---- settings.toml


class Speed(Sourced):
    """How fast one gets on with a mode."""

    m_per_min: AboveZero


class Speeds(Rules):
    """The speed of each mode."""

    walk: Speed
    cycle: Speed

    def of(self, mode: Mode) -> Speed:
        """Return the speed of a mode."""
        return self.walk if mode == "walk" else self.cycle


class Limit(Local):
    """The limit that counts, and further ones."""

    minutes: MinutesOfTrip
    other_minutes: Annotated[tuple[MinutesOfTrip, ...], Items(twice=True)]


class Snap(Sourced):
    """How far a home or place may lie from the nearest street."""

    max_m: AboveZero


class Proximity(Sourced):
    """Over how many nearest places of which set of categories proximity time is."""

    places: Annotated[int, Whole(1, 1000)]
    category_set: Annotated[Text, AfterValidator(_set_or_path)] = Field(alias="set")


class Isochrone(Sourced):
    """How wide the streets within reach are drawn."""

    buffer_m: AboveZero


class GreenSize(Sourced):
    """One guideline: green of at least ``min_ha`` hectares within ``max_m`` metres."""

    key: Text
    label: Text
    min_ha: AboveZero
    max_m: AboveZero


class OtherSpeeds(Sourced):
    """At which other speeds the headline is told; how many kinds of place it would be without is no rule."""

    walk_km_per_h: Annotated[tuple[AboveZero, ...], Items()]


class Settings(Rules):
    """The whole of ``settings.toml``; without ``sensitivity`` the headline has no band."""

    version: Text
    speed: Speeds
    limit: Limit
    snap: Snap
    proximity: Proximity
    isochrone: Isochrone
    sensitivity: OtherSpeeds | None = None
    green: Annotated[tuple[GreenSize, ...], Items()]


def load_settings(path: str | Path | None = None) -> Settings:
    """Read the package's ``settings.toml``, or a file like it; errors as `kortrijk_geo.rules.read_rules`."""
    return read_rules(Settings, Path(__file__).with_name("settings.toml") if path is None else path)


# ---- categories.toml and its like


def _key(value: object) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value) or value in _RESERVED:
        raise ValueError(f"{value!r} must be lower-case letters, digits and _, and not 'all' or 'all_of_city'")
    return value


# What a file may hold, for the schemas of editors.
_WrittenKey = Annotated[str, Field(pattern=f"^{_KEY.pattern}$")]


class Category(Rules):
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

    key: Annotated[str, BeforeValidator(_key, json_schema_input_type=_WrittenKey)]
    label: Text
    weight: FromZero
    source: Text
    standing: Text
    rules: SomeRules = ()
    exclude: SomeRules = ()
    assumed: Assumed | None = None
    layer: Literal["childcare", "green"] | None = None
    layer_use: Literal["instead", "add"] | None = None
    min_ha: FromZero = 0.0
    kinds: Texts = frozenset()

    def model_post_init(self, _: Any) -> None:
        """Refuse a category without places, and keys that do not go with its layer."""
        of_green = ("min_ha", "kinds")
        written = [key for key in ("layer_use", *of_green) if key in self.model_fields_set]
        if self.layer is None:
            if written:
                raise ValueError(f"{written[0]}: has a meaning only beside layer")
            if not self.rules:
                raise ValueError("rules is missing; give at least one rule, or a layer")
            return
        for key in ("layer_use", *of_green) if self.layer == "green" else ("layer_use",):
            if key not in written:
                raise ValueError(f"{key} is missing")
        if self.layer != "green" and written != ["layer_use"]:
            raise ValueError('min_ha and kinds have a meaning only with layer = "green"')


class CategorySet(Local):
    """A set of categories as one file gives it."""

    version: Text
    title: Text
    categories: Annotated[tuple[Category, ...], Tables("key", named=True)] = Field(default=(), alias="category")
    _name: str = PrivateAttr("")

    def model_post_init(self, _: Any) -> None:
        """Refuse a set without categories or weight."""
        if not self.categories:
            raise ValueError("category is missing; write one or more [[category]]")
        if not any(category.weight for category in self.categories):
            raise ValueError("category: weight is 0 for every category; give at least one a weight above 0")

    @property
    def name(self) -> str:
        """What it was asked by: "default", "bruno2024" or the path of the file."""
        return self._name

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys in the order of the file."""
        return tuple(category.key for category in self.categories)

    @property
    def labels(self) -> dict[str, str]:
        """Dutch label by key; ``{min_ha}`` in a label is filled in."""
        return {c.key: c.label.replace("{min_ha}", brief_number(c.min_ha)) for c in self.categories}

    def with_green_min_ha(self, min_ha: float) -> CategorySet:
        """Return the set with another least size for every category of green that has one above 0."""
        sized = (
            c.model_copy(update={"min_ha": min_ha}) if c.layer == "green" and c.min_ha > 0 else c
            for c in self.categories
        )
        return self.model_copy(update={"categories": tuple(sized)})


def load_categories(which: str | Path = "default") -> CategorySet:
    """Load a set that comes with the package, by name, or a user's own TOML file, by path.

    Raises
    ------
    OptionError
        When ``which`` is neither a known name nor the path of a TOML file.
    MissingFileError, DataError
        When the file does not exist, or breaks the rules of ``categories.toml``; the message names file and key.
    """
    try:
        name = _set_or_path(str(which))
    except ValueError as error:
        raise OptionError(f"categories {error}") from error
    categories = read_rules(CategorySet, Path(__file__).with_name(SETS[name]) if name in SETS else name).model_copy()
    categories._name = name  # noqa: SLF001 - no key of the file
    return categories
