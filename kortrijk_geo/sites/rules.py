"""The rules of the city's sites as data: what they are used for, what is their like, and how far people go."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from kortrijk_geo.capacity.rules import Limit, Snap, Speed  # noqa: TC001 - pydantic reads them
from kortrijk_geo.rules import AboveZero, Flag, FromZero, Items, Local, Rules, Sourced, Tables, Text, Whole, read_rules
from kortrijk_geo.rules.tags import SomeRules  # noqa: TC001 - pydantic reads it

Mode = Literal["walk", "cycle", "transit"]
# Along the streets alone; by public transport on request.
BY_STREETS: tuple[Mode, ...] = ("walk", "cycle")
MODES: tuple[Mode, ...] = (*BY_STREETS, "transit")
_KEY = re.compile(r"[a-z][a-z0-9_]*")
# Part of a column name that is no use.
_RESERVED = frozenset({"any_site"})


def _key(value: object) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value) or value in _RESERVED:
        raise ValueError(f"{value!r} must be lower-case letters, digits and _, and not 'any_site'")
    return value


# What a file may hold of it, for the schemas of editors.
_WrittenKey = Annotated[str, Field(pattern=f"^{_KEY.pattern}$")]


def same_word(text: str) -> str:
    """Return a use as it is compared: without capitals, spaces around it and double spaces."""
    return " ".join(text.casefold().split())


# ---- uses.toml and its like


class Use(Rules):
    """What a site is used for.

    Parameters
    ----------
    key, label
        English key (part of column names) and Dutch label.
    words
        Values of the column ``use`` that mean it; the key and the label always do.
    amenities
        Values of ``category`` of the amenities that are its like.
    rules
        Tags of amenities that are its like as well, where the category does not tell: one of these is enough.
    layer
        A layer whose existing rows are its like in place of the amenities, when the pack has it.
    compared
        Whether people go to the nearest one, so that they can lose the last.
    """

    key: Annotated[str, BeforeValidator(_key, json_schema_input_type=_WrittenKey)]
    label: Text
    words: Annotated[tuple[Text, ...], Items()] = ()
    amenities: Annotated[tuple[Text, ...], Items()] = ()
    rules: SomeRules = ()
    layer: Literal["childcare"] | None = None
    compared: Flag = True

    @property
    def meant_by(self) -> frozenset[str]:
        """Every word that means this use, as `same_word` gives it."""
        return frozenset(map(same_word, (self.key, self.label, *self.words)))


class Hosting(Sourced):
    """The uses of which a site is no candidate for another, unless it is asked for by name."""

    unfit: Annotated[tuple[Text, ...], Items()]


class UseSet(Local):
    """The uses of a file."""

    version: Text
    title: Text
    hosting: Hosting | None = None
    uses: Annotated[tuple[Use, ...], Tables("key", named=True)] = Field(default=(), alias="use")

    def model_post_init(self, _: Any) -> None:
        """Refuse a file without uses, and a word that means two of them."""
        if not self.uses:
            raise ValueError("use is missing; write one or more [[use]]")
        meaning: dict[str, str] = {}
        for use in self.uses:
            for word in sorted(use.meant_by):
                if word in meaning:
                    raise ValueError(f"use: the word {word!r} means both {meaning[word]} and {use.key}")
                meaning[word] = use.key
        keys = {use.key for use in self.uses}
        strange = [key for key in self.unfit if key not in keys]
        if strange:
            raise ValueError(f"hosting: unfit names {strange[0]!r}, which is no use")

    @property
    def unfit(self) -> tuple[str, ...]:
        """Keys of the uses of which a site may not get another, unless it is asked for by name."""
        return self.hosting.unfit if self.hosting else ()

    @property
    def hosting_standing(self) -> str:
        """Say in Dutch how firm it is which uses are unfit."""
        return f"Stand van die lijst: {self.hosting.standing}." if self.hosting else ""

    @property
    def of_word(self) -> dict[str, str]:
        """Key of the use by every word that means it."""
        return {word: use.key for use in self.uses for word in use.meant_by}

    @property
    def labels(self) -> dict[str, str]:
        """Dutch label by key."""
        return {use.key: use.label for use in self.uses}

    @property
    def compared(self) -> tuple[Use, ...]:
        """The uses that people can lose the last of."""
        return tuple(use for use in self.uses if use.compared)


def load_uses(path: str | Path | None = None) -> UseSet:
    """Read the package's ``uses.toml``, or a file like it; errors as `kortrijk_geo.rules.read_rules`."""
    return read_rules(UseSet, Path(__file__).with_name("uses.toml") if path is None else path)


# ---- settings.toml


class Same(Sourced):
    """How near two rows of one use are one place, and how near an amenity of its use is a site itself."""

    rows_m: FromZero
    amenity_m: FromZero


class Few(Sourced):
    """With fewer people than this a count is not published."""

    people: Annotated[int, Whole(1, 1000)]


class OtherSpeeds(Sourced):
    """At which other speeds on foot the reach of the sites is told."""

    walk_km_per_h: Annotated[tuple[AboveZero, ...], Items()]


class Settings(Rules):
    """The whole of ``settings.toml``; without ``sensitivity`` no headline has a band."""

    version: Text
    speed: Speed
    limit: Limit
    snap: Snap
    same: Same
    few: Few
    sensitivity: OtherSpeeds | None = None


def load_settings(path: str | Path | None = None) -> Settings:
    """Read the package's ``settings.toml``, or a file like it; errors as `kortrijk_geo.rules.read_rules`."""
    return read_rules(Settings, Path(__file__).with_name("settings.toml") if path is None else path)
