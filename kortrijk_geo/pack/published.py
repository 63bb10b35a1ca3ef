"""Figures of the whole city that others published: what stands in for a headline that the pack itself cannot tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from kortrijk_geo.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import ThemeResult

R = TypeVar("R", bound="ThemeResult")
SUFFIX = "_published"


def published_figures(city: City, theme: str, measured: Sequence[Figure] = ()) -> list[Figure]:
    """Return the published figures of a theme for which it measured nothing itself.

    Parameters
    ----------
    city
        The pack; its ``pack.toml`` holds what was published.
    theme
        Name of the theme.
    measured
        The theme's own headlines. One that has a value or a bound needs no other; beside one that is unknown the
        published figure gets a key of its own, so that nobody takes it for the measured one.
    """
    keys = {figure.key for figure in measured}
    known = {figure.key for figure in measured if (figure.value, figure.low, figure.high) != (None, None, None)}
    figures = [
        Figure(
            f"{one.key}{SUFFIX}" if one.key in keys else one.key,
            f"{one.label} (gepubliceerd)",
            one.value,
            one.unit,
            source=one.source,
            reason=f"{one.date}: {one.remark}" if one.remark else one.date,
        )
        for one in city.info.published
        if one.theme == theme and one.key not in known
    ]
    return [figure for figure in figures if figure.key not in keys]


def with_published(result: R, city: City) -> R:
    """Return a result with, beside a headline that is unknown, what others published of it."""
    figures = published_figures(city, result.theme, result.headlines)
    return replace(result, headlines=[*result.headlines, *figures]) if figures else result
