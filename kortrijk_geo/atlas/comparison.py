"""Two states of a city compared by one theme: two years, two packs, or the city as it is and a scenario."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kortrijk_geo import catalogue
from kortrijk_geo.errors import OptionError, did_you_mean
from kortrijk_geo.options import from_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kortrijk_geo.mapping.spec import MapSpec
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import ThemeResult


@dataclass(frozen=True)
class Comparison:
    """Two states of one theme, each with a Dutch name: other options, or a scenario, which is a changed copy of a city.

    ``before`` and ``after`` are options of the theme's ``analyse``.
    """

    theme: str
    names: tuple[str, str]
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    scenario: City | None = None


def compare(before: ThemeResult, after: ThemeResult, *, names: tuple[str, str] = ("vroeger", "later")) -> MapSpec:
    """Compare two results of one theme, area by area.

    Parameters
    ----------
    before, after
        Results of the same theme's ``analyse``: of two packs, of two options, or of a city and a changed copy of it
        (`kortrijk_geo.pack.city.City.replace`).
    names
        Dutch names of the two states.

    Returns
    -------
    MapSpec
        For `kortrijk_geo.mapping.draw_map` and `write_page`; ``.result.areas`` has every figure before
        (``_before``), after, and the difference (``_change``), unknown where one of the two is.

    Raises
    ------
    OptionError
        When the two are of different themes or have nothing in common, or the names are equal.
    """
    from kortrijk_geo.mapping.compare import compare as side_by_side

    specs = [catalogue.theme_module(result.theme).spec(result) for result in (before, after)]
    return side_by_side(specs[0], specs[1], names=names)


def check_comparison(comparison: Comparison) -> None:
    """Refuse a comparison of which a name or an option is wrong in itself, before a pack is read.

    Raises
    ------
    OptionError
        When no theme has this name, an option is not known, or wrong, or the states have one name or two levels.
    """
    from kortrijk_geo.mapping.compare import check_names

    _check_states(comparison)
    for options in (comparison.before, comparison.after):
        catalogue.theme_module(comparison.theme).check_options(**options)
    check_names(comparison.names)


def compare_cities(comparison: Comparison, before: City, after: City) -> MapSpec:
    """Analyse two cities (or one city twice) with one theme and compare the results; errors as `compare`.

    Raises
    ------
    OptionError
        Also when no theme has this name, or an option is not known, or wrong, or the states have two levels.
    """
    _check_states(comparison)
    if before.digest == after.digest and comparison.before == comparison.after:
        raise OptionError("both states are the same pack with the same options; give another pack or another option")
    analyse = catalogue.theme_module(comparison.theme).analyse
    results = (analyse(before, **comparison.before), analyse(after, **comparison.after))
    return compare(*results, names=comparison.names)


def read_options(theme: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """Read options of a theme from text, each as the theme declares it: a date, a number, a flag, a list, or text.

    Raises
    ------
    OptionError
        When no theme has this name, or the theme no such option, or one that cannot be written as text; or when a
        text is not what the option takes.
    """
    declared = _check_options(theme, texts)
    try:
        return {name: from_text(name, text, declared[name].annotation) for name, text in texts.items()}
    except (TypeError, ValueError) as error:
        raise OptionError(str(error)) from error


def _check_states(comparison: Comparison) -> None:
    known = _check_options(comparison.theme, [*comparison.before, *comparison.after])
    if "level" in known:
        levels = {options.get("level", known["level"].default) for options in (comparison.before, comparison.after)}
        if len(levels) > 1:
            raise OptionError("the two states need the same level; areas are matched on area_id")


def _check_options(theme: str, names: Iterable[str]) -> Mapping[str, inspect.Parameter]:
    catalogue.check_names([theme])
    if catalogue.THEMES[theme].sums_up:
        raise OptionError(f"{theme} sums up other themes; compare one of those")
    parameters = inspect.signature(catalogue.theme_module(theme).analyse).parameters
    known = {name: parameter for name, parameter in parameters.items() if name != "city"}
    unknown = sorted(set(names) - set(known))
    if unknown:
        hint = did_you_mean(unknown[0], sorted(known), otherwise="its options are")
        raise OptionError(f"{theme} has no option {', '.join(unknown)}{hint}")
    return known
