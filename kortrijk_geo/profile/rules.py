"""Indicators and thresholds of the neighbourhood types, read strictly from ``profile.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from kortrijk_geo import strict_toml as toml
from kortrijk_geo.errors import DataError
from kortrijk_geo.results import Source
from kortrijk_geo.strict_toml import Table, by_key, flag, identifier, many, number, one_of, share, text, whole

Transform = Literal["log", "share", "none"]
TRANSFORMS: tuple[Transform, ...] = ("log", "share", "none")


@dataclass(frozen=True)
class Indicator:
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

    key: str
    label: str
    theme: str
    column: str
    per_km2: bool
    transform: Transform
    whole: str
    high: str
    low: str


@dataclass(frozen=True)
class Rules:
    """The whole of ``profile.toml``."""

    clusters: tuple[int, ...]
    restarts: int
    seed: int
    least_areas: int
    least_indicators: int
    few_areas: int
    resamples: int
    least_adjusted_rand: float
    clouds: int
    quantile: float
    least_deviation: float
    most_words: int
    average: str
    indicators: tuple[Indicator, ...]
    sources: tuple[Source, ...]


def load_rules(path: Path | None = None) -> Rules:
    """Read a file as ``profile.toml``; by default the package's own.

    Raises
    ------
    MissingFileError
        When there is no such file.
    DataError
        When a key is missing, unknown or of the wrong kind; the message names file and key.
    """
    top = toml.open_table(path or Path(__file__).with_name("profile.toml"))
    method, stability, chance, words = map(top.table, ("method", "stability", "chance", "words"))
    indicators = by_key(map(_indicator, top.tables("indicator", needed=True)), "key", top.name("indicator"))
    rules = Rules(
        clusters=tuple(sorted(method.take("clusters", many(whole(2, 12))))),
        restarts=method.take("restarts", whole(1, 1_000)),
        seed=method.take("seed", whole(0, 2**31 - 1)),
        least_areas=method.take("least_areas", whole(4, 10_000)),
        least_indicators=method.take("least_indicators", whole(1, 100)),
        few_areas=method.take("few_areas", whole(0, 10_000)),
        resamples=stability.take("resamples", whole(10, 10_000)),
        least_adjusted_rand=stability.take("least_adjusted_rand", share),
        clouds=chance.take("clouds", whole(19, 10_000)),
        quantile=chance.take("quantile", number(0.5, 0.999)),
        least_deviation=words.take("least_deviation", number(0, 10)),
        most_words=words.take("most_words", whole(1, 10)),
        average=words.take("average", text),
        indicators=tuple(indicators.values()),
        # Without their dates: a page reads the dates of its sources as those of its data.
        sources=tuple(Source(toml.origin(table).source) for table in (method, stability, chance, words)),
    )
    top.done()
    return rules


def _indicator(table: Table) -> Indicator:
    found = Indicator(
        key=table.take("key", identifier),
        label=table.take("label", text),
        theme=table.take("theme", identifier),
        column=table.take("column", identifier),
        per_km2=table.take_or("per_km2", flag, default=False),
        transform=cast("Transform", table.take("transform", one_of(*TRANSFORMS))),
        whole=table.take_or("whole", text, ""),
        high=table.take("high", text),
        low=table.take("low", text),
    )
    if found.whole and found.transform != "share":
        raise DataError(f"{table.name('whole')}: only a share can be part of a whole")
    if found.per_km2 and found.transform == "share":
        raise DataError(f"{table.name('per_km2')}: a share cannot be divided by a surface")
    return found
