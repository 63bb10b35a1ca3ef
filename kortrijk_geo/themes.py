"""The themes by name, and their results over one city, each computed once."""

from __future__ import annotations

import importlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import KortrijkGeoError, MissingLayerError, OptionError
from kortrijk_geo.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import ModuleType

    from kortrijk_geo.city import City
    from kortrijk_geo.mapping.spec import MapSpec
    from kortrijk_geo.results import ThemeResult


@dataclass(frozen=True)
class Theme:
    """A theme of the atlas: its module (``analyse`` and ``spec``), its Dutch page and its Dutch title on the index.

    ``command`` is the name of its command where that is not the theme's own.
    """

    module: str
    page: str
    title: str
    command: str = ""


THEMES: dict[str, Theme] = {
    "reach": Theme("kortrijk_geo.reach", "bereik", "Bereik: alles binnen een kwartier"),
    "childcare": Theme("kortrijk_geo.childcare", "kinderopvang", "Kinderopvang: plaatsen per wijk"),
    "trees": Theme("kortrijk_geo.trees", "bomen", "Bomen: waar ze kunnen en waar ze nodig zijn"),
    "unsealing": Theme("kortrijk_geo.unsealing", "ontharding", "Ontharding: wat open kan en wat het spaart", "unseal"),
    "housing": Theme("kortrijk_geo.housing", "sociaal_wonen", "Sociaal wonen: hoe dicht en waar de volgende"),
    "targets": Theme("kortrijk_geo.targets", "doelen", "Doelen: hoe ver de stad staat"),
    "profile": Theme("kortrijk_geo.profile", "wijktypes", "Wijktypes: welke wijken op elkaar lijken"),
}
# These take the results of the other themes instead of the city.
SUMMARIES = ("targets", "profile")


def check_names(names: Iterable[str]) -> None:
    """Raise `OptionError` when a name is no theme's."""
    unknown = sorted(set(names) - set(THEMES))
    if unknown:
        hint = did_you_mean(unknown[0], THEMES, otherwise="the themes are")
        raise OptionError(f"no theme is called {', '.join(unknown)}{hint}")


def theme_name(text: str) -> str:
    """Return the theme that a user calls by its name, its command or its Dutch page; errors as `check_names`."""
    name = next((name for name, theme in THEMES.items() if text in {name, theme.command, theme.page}), text)
    check_names([name])
    return name


def theme_module(name: str) -> ModuleType:
    """Return the module of a theme; only then it is imported."""
    return importlib.import_module(THEMES[name].module)


def theme_spec(name: str, city: City, **options: Any) -> MapSpec:
    """Analyse a city with one theme and return what its page shows."""
    module = theme_module(name)
    spec: MapSpec = module.spec(module.analyse(city, **options))
    return spec


class Results:
    """Results of the themes over one city, each computed once, when it is first asked for."""

    def __init__(self, city: City, options: Mapping[str, Mapping[str, Any]]) -> None:
        self.city = city
        self._options = options
        self._found: dict[str, ThemeResult | KortrijkGeoError] = {}

    def result(self, name: str) -> ThemeResult:
        """Return the result of a theme, or raise what stopped it."""
        if name not in self._found:
            try:
                self._found[name] = self._analyse(name)
            except KortrijkGeoError as error:
                self._found[name] = error
        found = self._found[name]
        if isinstance(found, KortrijkGeoError):
            raise found
        return found

    def known(self) -> dict[str, ThemeResult]:
        """Return the results of all themes that this city has the data for."""
        found = {}
        for name in THEMES:
            if name not in SUMMARIES:
                with suppress(KortrijkGeoError):  # the theme's own tile says why it is not there
                    found[name] = self.result(name)
        return found

    def _analyse(self, name: str) -> ThemeResult:
        given = dict(self._options.get(name, {}))
        module = theme_module(name)
        if name in SUMMARIES:
            known = self.known()
            if not known:
                raise MissingLayerError(f"{self.city.folder}: no theme has the data it needs, so there is no {name}")
            result: ThemeResult = module.analyse(known, **given)
            return result
        if name == "housing" and "reach" not in given:
            with suppress(KortrijkGeoError):  # without reach the plan for new homes weighs no nearness
                given["reach"] = self.result("reach")
        found: ThemeResult = module.analyse(self.city, **given)
        return found
