"""The themes by name: their pages, titles and needs, and their outcomes over one city, each computed once.

The catalogue stands below the themes and imports one only by its name, when it is asked for. A theme that needs the
outcome of another asks here for what its caller did not hand over, so that one question has one answer whoever asks.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kortrijk_geo.errors import KortrijkGeoError, MissingLayerError, OptionError, did_you_mean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import ModuleType

    import pandas as pd

    from kortrijk_geo.figure import Figure, Goal
    from kortrijk_geo.mapping.spec import MapSpec
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.results import ThemeResult

    # What became of a theme: its result, or what stopped it.
    Outcome: TypeAlias = ThemeResult | KortrijkGeoError


@dataclass(frozen=True)
class Theme:
    """One theme.

    Parameters
    ----------
    module
        Where its ``analyse``, ``spec`` and ``draw`` are.
    page, title
        Dutch name of its page and its Dutch title on the index.
    needs
        Themes whose outcome it takes beside the city.
    sums_up
        Whether it is made of the outcomes of the others alone: its ``analyse`` takes them in place of the city.
    command
        Name of its command, where that is not the theme's own.
    keeps_runs
        Whether it sets a run beside the earlier ones in the same folder: its ``run_options(out, on)`` says how.
    by_inhabitants
        Whether it is given the inhabitants of the areas as well, as its option ``population``.
    """

    module: str
    page: str
    title: str
    needs: tuple[str, ...] = ()
    sums_up: bool = False
    command: str = ""
    keeps_runs: bool = False
    by_inhabitants: bool = False

    @property
    def subject(self) -> str:
        """What it is about, in Dutch, within a sentence."""
        return self.title.partition(":")[0].lower()


THEMES: dict[str, Theme] = {
    "reach": Theme("kortrijk_geo.reach", "bereik", "Bereik: alles binnen een kwartier"),
    "childcare": Theme("kortrijk_geo.childcare", "kinderopvang", "Kinderopvang: plaatsen per wijk"),
    "trees": Theme("kortrijk_geo.trees", "bomen", "Bomen: waar ze kunnen en waar ze nodig zijn"),
    "unsealing": Theme(
        "kortrijk_geo.unsealing", "ontharding", "Ontharding: wat open kan en wat het spaart", command="unseal"
    ),
    "housing": Theme(
        "kortrijk_geo.housing", "sociaal_wonen", "Sociaal wonen: hoe dicht en waar de volgende", needs=("reach",)
    ),
    "services": Theme(
        "kortrijk_geo.services", "voorzieningen", "Voorzieningen: wie heeft wat nabij, en wat komt eraan"
    ),
    "sites": Theme("kortrijk_geo.sites", "stadspatrimonium", "Stadspatrimonium: wie woont rond de plekken van de stad"),
    "targets": Theme("kortrijk_geo.targets", "doelen", "Doelen: hoe ver staat de stad?", sums_up=True, keeps_runs=True),
    "profile": Theme(
        "kortrijk_geo.profile",
        "wijktypes",
        "Wijktypes: welke wijken op elkaar lijken",
        sums_up=True,
        by_inhabitants=True,
    ),
}


def measured() -> tuple[str, ...]:
    """Return the names of the themes that measure a city; the others sum these up."""
    return tuple(name for name, theme in THEMES.items() if not theme.sums_up)


def check_names(names: Iterable[str]) -> None:
    """Raise `OptionError` when a name is no theme's."""
    unknown = sorted(set(names) - set(THEMES))
    if unknown:
        hint = did_you_mean(unknown[0], THEMES, otherwise="the themes are")
        raise OptionError(f"no theme is called {', '.join(unknown)}{hint}")


def theme_name(text: str) -> str:
    """Return the theme that a user calls by its name, command or Dutch page, in any case; errors as `check_names`."""
    called = text.casefold()
    name = next((name for name, theme in THEMES.items() if called in {name, theme.command or name, theme.page}), text)
    check_names([name])
    return name


def theme_module(name: str) -> ModuleType:
    """Return the module of a theme; only then it is imported."""
    return importlib.import_module(THEMES[name].module)


def run_options(out: Path, on: dt.date, options: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the options per theme of a run into a folder: those given, and what a theme that keeps runs adds."""
    kept = {name: theme_module(name).run_options(out, on) for name, theme in THEMES.items() if theme.keeps_runs}
    return {**options, **{name: {**own, **options.get(name, {})} for name, own in kept.items()}}


def theme_spec(name: str, city: City, **options: Any) -> MapSpec:
    """Analyse a city with one theme and return what its page shows; errors as that theme's ``analyse``."""
    module = theme_module(name)
    spec: MapSpec = module.spec(module.analyse(city, **options))
    return spec


def result_if_there(name: str, city: City, **options: Any) -> ThemeResult | None:
    """Analyse a city with one theme; None when the pack lacks the layers for it. Bad data are an error all the same."""
    try:
        result: ThemeResult = theme_module(name).analyse(city, **options)
    except MissingLayerError:
        return None
    return result


def goals(theme: str, city: City) -> Mapping[str, Goal]:
    """Return what a city wants of the figures of a theme, by key: the targets say so, and nobody else."""
    found: Mapping[str, Goal] = theme_module("targets").goals_of(theme, city.info.nis_code, city.targets)
    return found


def outcomes_for(name: str, source: City | Mapping[str, Outcome]) -> Mapping[str, Outcome]:
    """Return the outcomes that a theme needs: as they were handed over, or computed over a city.

    Raises
    ------
    KortrijkGeoError
        Whatever stops a theme over the city; only missing layers are an outcome among the others.
    """
    if isinstance(source, Mapping):
        return source
    return Analyses(source, strict=True).outcomes_for(name)


def results_in(outcomes: Mapping[str, Outcome]) -> dict[str, ThemeResult]:
    """Return the results among outcomes."""
    return {name: outcome for name, outcome in outcomes.items() if not isinstance(outcome, KortrijkGeoError)}


def failures_in(outcomes: Mapping[str, Outcome]) -> dict[str, KortrijkGeoError]:
    """Return what stopped themes on data that are there and wrong; missing layers are no failure."""
    errors = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, KortrijkGeoError)}
    return {name: error for name, error in errors.items() if not isinstance(error, MissingLayerError)}


def failure_notes(outcomes: Mapping[str, Outcome]) -> list[str]:
    """Say in Dutch which themes failed, for those that sum them up."""
    failed = [THEMES[name].subject for name in failures_in(outcomes)]
    if not failed:
        return []
    text = "is mislukt, omdat er iets niet klopt in de gegevens: de cijfers die eruit komen, zijn onbekend."
    return [f"De berekening van {' en '.join(failed)} {text}"]


def inhabitants(city: City) -> pd.Series | None:
    """Return the inhabitants of the areas by id, as the pack counts them; None where it does not, or estimates them."""
    from kortrijk_geo.pack.estimates import estimates_of

    areas = city.areas.set_index("area_id")
    counted = ("areas", "population") not in estimates_of(city)
    known = counted and "population" in areas.columns and areas["population"].notna().any()
    return areas["population"].astype("float64") if known else None


@dataclass(frozen=True)
class HeadlineChange:
    """One headline of a theme over two states of a city; None where the theme cannot run, or has no such figure."""

    theme: str
    before: Figure | None
    after: Figure | None

    @property
    def changed(self) -> bool:
        """Whether it says something else than before."""
        return self.before != self.after


def headline_changes(
    before: City, after: City, names: Iterable[str]
) -> tuple[list[HeadlineChange], dict[str, KortrijkGeoError]]:
    """Compare the headlines of themes over two states of a city.

    Returns
    -------
    tuple
        The headlines, those of the later state in its order; and by theme what stops it over the later state.
    """
    earlier, later = Analyses(before), Analyses(after)
    changes: list[HeadlineChange] = []
    stopped: dict[str, KortrijkGeoError] = {}
    for name in names:
        figures = []
        for analyses in (earlier, later):
            try:
                figures.append({figure.key: figure for figure in analyses.result(name).published().headlines})
            except KortrijkGeoError as error:
                figures.append({})
                if analyses is later:
                    stopped[name] = error
        was, now = figures
        keys = dict.fromkeys((*now, *was))
        changes += [HeadlineChange(name, was.get(key), now.get(key)) for key in keys]
    return changes, stopped


class Analyses:
    """The themes over one city, each analysed once, when it is first asked for.

    Parameters
    ----------
    city
        The opened pack.
    options
        Per theme, the options of its ``analyse``.
    strict
        Whether bad data in a theme stop those that need it. If not, these get the error among the outcomes, and say on
        their pages what is not there and why. Missing layers never stop another theme.
    """

    def __init__(
        self, city: City, options: Mapping[str, Mapping[str, Any]] | None = None, *, strict: bool = False
    ) -> None:
        self._options = dict(options or {})
        own = self._options.get("targets", {}).get("targets") or city.targets
        self._options["targets"] = {**self._options.get("targets", {}), "targets": own}
        self.city = city.with_targets(own)
        self._strict = strict
        self._outcomes: dict[str, Outcome] = {}

    def result(self, name: str) -> ThemeResult:
        """Return the result of a theme, or raise what stopped it."""
        outcome = self._outcome(name)
        if isinstance(outcome, KortrijkGeoError):
            raise outcome
        return outcome

    def question(self, name: str) -> str | None:
        """Return the hash of all that the outcome of a theme hangs on, which is not computed for it.

        None of what the cache does not keep.
        """
        from kortrijk_geo.cache import cache_folder
        from kortrijk_geo.cache.codec import NotKeptError
        from kortrijk_geo.cache.question import key_of

        if cache_folder() is None:
            return None
        theme = THEMES[name]
        others = {other: self.question(other) for other in (measured() if theme.sums_up else theme.needs)}
        if None in others.values():
            return None
        # What stops another theme stops this one where we are strict, and is told in it where we are not.
        about = {"outcomes of": others, "strict": self._strict} if others else {}
        try:
            return key_of(theme_module(name).analyse, self.city, {**self._options.get(name, {}), **about})
        except NotKeptError:  # asked with something of the caller's own
            return None

    def outcomes_for(self, name: str) -> dict[str, Outcome]:
        """Return the outcomes that a theme sums up, by name.

        Raises
        ------
        MissingLayerError
            When none of them has a result.
        KortrijkGeoError
            Where we are strict, what stopped one on bad data.
        """
        outcomes = self._outcomes_of(measured(), self._figures)
        if not results_in(outcomes):
            raise MissingLayerError(f"{self.city.folder}: no theme has the data it needs, so there is no {name}")
        return outcomes

    def compute(self, names: Iterable[str], jobs: int) -> None:
        """Analyse themes that need no other, and those that these need, in processes of their own.

        Their results come back as the cache keeps them, so that no figure hangs on the number of processes.

        Parameters
        ----------
        names
            Names of the themes that will be asked for.
        jobs
            Processes at a time; with one, nothing is done before it is asked for.
        """
        from kortrijk_geo.cache import cache_folder, has_kept
        from kortrijk_geo.cache.question import figures_key

        unkept = [name for name in measured() if not has_kept(figures_key(self.question(name)))]
        wanted = [other for name in names for other in (unkept if THEMES[name].sums_up else (name,))]
        asked = {other for name in wanted for other in (name, *THEMES[name].needs)}
        ready = [name for name in measured() if name in asked and not THEMES[name].needs and name not in self._outcomes]
        if jobs < 2 or len(ready) < 2:
            return
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        keep = cache_folder() is not None
        with ProcessPoolExecutor(min(jobs, len(ready)), get_context("spawn")) as pool:
            running = {
                name: pool.submit(_compute, self.city, name, self._options.get(name, {}), keep) for name in ready
            }
            for name, future in running.items():
                self._outcomes[name] = _come_back(future.result())

    def _outcomes_of(
        self, names: Iterable[str], outcome_of: Callable[[str], Outcome] | None = None
    ) -> dict[str, Outcome]:
        outcomes = {}
        for name in names:
            outcomes[name] = (outcome_of or self._outcome)(name)
            if self._strict and failures_in(outcomes):
                self.result(name)
        return outcomes

    def _outcome(self, name: str) -> Outcome:
        if name not in self._outcomes:
            try:
                self._outcomes[name] = self._analyse(name)
            except KortrijkGeoError as error:
                self._outcomes[name] = error
        return self._outcomes[name]

    def _figures(self, name: str) -> Outcome:
        """Return the outcome of a theme for one that sums it up: where only its figures are kept, these are enough."""
        if name not in self._outcomes:
            from kortrijk_geo.cache import kept_under
            from kortrijk_geo.cache.question import figures_key

            figures: ThemeResult | None = kept_under(figures_key(self.question(name)))
            if figures is not None:
                return figures
        return self._outcome(name)

    def _analyse(self, name: str) -> ThemeResult:
        theme, options = THEMES[name], dict(self._options.get(name, {}))
        source: Any = self.city
        if theme.sums_up:
            source = self.outcomes_for(name)
            if theme.by_inhabitants:
                options = {"population": inhabitants(self.city), **options}
        else:
            options = {**self._outcomes_of(theme.needs), **options}
        result: ThemeResult = theme_module(name).analyse(source, **options)
        return result


def _compute(city: City, name: str, options: Mapping[str, Any], keep: bool) -> bytes | KortrijkGeoError:  # noqa: FBT001
    """Analyse a city with one theme, in a process of its own."""
    from kortrijk_geo.cache import without_cache
    from kortrijk_geo.cache.codec import to_bytes

    try:
        with nullcontext() if keep else without_cache():
            return to_bytes(theme_module(name).analyse(city, **options))
    except KortrijkGeoError as error:
        return error


def _come_back(outcome: bytes | KortrijkGeoError) -> Outcome:
    """Return the outcome of a theme as its process sent it."""
    from kortrijk_geo.cache.codec import from_bytes

    if isinstance(outcome, KortrijkGeoError):
        return outcome
    result: ThemeResult = from_bytes(outcome)
    return result
