"""Indicators and thresholds of the neighbourhood types, read strictly from ``profile.toml``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from kortrijk_geo.results import Source
from kortrijk_geo.rules import (
    Flag,
    Id,
    Items,
    Number,
    OtherValues,
    Rules,
    Share,
    Sourced,
    Tables,
    Text,
    Whole,
    read_rules,
)


class Method(Sourced):
    """How groups are looked for, from how many areas and indicators on."""

    clusters: Annotated[
        tuple[Annotated[int, Whole(2, 12)], ...], Items(), AfterValidator(lambda numbers: tuple(sorted(numbers)))
    ]
    restarts: Annotated[int, Whole(1, 1_000)]
    seed: Annotated[int, Whole(0, 2**31 - 1)]
    least_areas: Annotated[int, Whole(4, 10_000)]
    least_indicators: Annotated[int, Whole(1, 100)]
    few_areas: Annotated[int, Whole(0, 10_000)]


class Stability(Sourced):
    """How alike the groups of resamples must be."""

    resamples: Annotated[int, Whole(10, 10_000)]
    least_adjusted_rand: Share


class Chance(Sourced):
    """Against how many single clouds the groups are held."""

    clouds: Annotated[int, Whole(19, 10_000)]
    quantile: Annotated[float, Number(0.5, 0.999)]


class Words(Sourced):
    """The least deviation that counts in a name, the most words, the word for what deviates in nothing."""

    least_deviation: Annotated[float, Number(0, 10)]
    most_words: Annotated[int, Whole(1, 10)]
    average: Text


class Indicator(Rules):
    """One figure of a theme that tells neighbourhoods apart.

    Parameters
    ----------
    key, label
        English name and Dutch label.
    theme, column
        Where it comes from: a column of ``areas`` of the theme's result.
    per_km2
        Whether it is divided by the area's surface.
    transform
        "log", "share" (of 0-1, kept as it is) or "none".
    whole
        Name of the whole of which it is a share, or empty.
    high, low
        What a neighbourhood with much or little of it is called.
    """

    key: Id
    label: Text
    theme: Id
    column: Id
    per_km2: Flag = False
    transform: Literal["log", "share", "none"]
    whole: Text = ""
    high: Text
    low: Text

    def model_post_init(self, _: Any) -> None:
        """Refuse what only a share can be, and what it cannot."""
        if self.whole and self.transform != "share":
            raise ValueError("whole: only a share can be part of a whole")
        if self.per_km2 and self.transform == "share":
            raise ValueError("per_km2: a share cannot be divided by a surface")


class ProfileRules(Rules):
    """The whole of ``profile.toml``."""

    method: Method
    stability: Stability
    chance: Chance
    words: Words
    sensitivity: OtherValues | None = None
    indicators: Annotated[tuple[Indicator, ...], Tables("key")] = Field((), alias="indicator")

    def model_post_init(self, _: Any) -> None:
        """Refuse a file without indicators."""
        if not self.indicators:
            raise ValueError("indicator is missing; write one or more [[indicator]]")

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources of the rules, without dates: a page reads the dates of its sources as those of its data."""
        return tuple(Source(table.source) for table in (self.method, self.stability, self.chance, self.words))


def load_rules(path: Path | None = None) -> ProfileRules:
    """Read a file as ``profile.toml``; by default the package's own.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When a key is missing, unknown or of the wrong kind; the message names file and key.
    """
    return read_rules(ProfileRules, path or Path(__file__).with_name("profile.toml"))
