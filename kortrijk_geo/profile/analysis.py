"""Neighbourhood types: groups of areas that are alike over the themes, when there are such groups at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from kortrijk_geo import catalogue
from kortrijk_geo.cache import kept
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.options import takes
from kortrijk_geo.pack.city import City
from kortrijk_geo.profile.clusters import group
from kortrijk_geo.profile.columns import columns
from kortrijk_geo.profile.model import Model, read_model, write_model
from kortrijk_geo.profile.names import type_names
from kortrijk_geo.profile.options import Options
from kortrijk_geo.profile.rules import load_rules
from kortrijk_geo.profile.sensitivity import sensitivities
from kortrijk_geo.profile.table import IndicatorTable, indicator_table, useful
from kortrijk_geo.results import Figure, ThemeResult, tells_own_rules
from kortrijk_geo.text.dutch import decimal_text
from kortrijk_geo.text.remarks import Detail

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kortrijk_geo.catalogue import Outcome
    from kortrijk_geo.profile.clusters import Clusters
    from kortrijk_geo.profile.rules import ProfileRules

NO_TYPES = "geen stabiele types"


@dataclass(repr=False)
class ProfileResult(ThemeResult):
    """A `ThemeResult` with the types themselves.

    Parameters
    ----------
    model
        The types; None when there are no stable types.
    """

    model: Model | None = None


@takes(Options)
@kept
@tells_own_rules("rules")
def analyse(city: City | Mapping[str, Outcome], **options: Unpack[Options]) -> ProfileResult:
    """Group the areas of a city into types by the figures of its themes.

    Standardised indicators are grouped by k-means, the number of groups chosen by silhouette. The groups are types
    only when they come back in bootstrap resamples (mean adjusted Rand index) and are further apart than those of one
    cloud of the same spread; otherwise the answer is "geen stabiele types". An area in which an indicator is
    unknown has no type.

    Parameters
    ----------
    city
        An opened pack, over which the themes are computed; or their outcomes on one pack and the same areas, by English
        name of the theme: results of ``analyse``, or the error that stopped one.
    **options
        See `kortrijk_geo.profile.Options`.

    Returns
    -------
    ProfileResult
        ``areas``: ``type`` (from 1, NA without one), ``type_label``, and a column per indicator.

    Raises
    ------
    DataError
        When the results are of several packs or areas, a share is not within 0-1, or frozen types need an indicator
        that the results lack.
    OptionError
        When no result is given.
    KortrijkGeoError
        Whatever else stops a theme over the city.
    """
    chosen, centroids, seed = load_rules(options["rules"]), options["centroids"], options["seed"]
    frozen = None if centroids is None else read_model(centroids)
    outcomes = catalogue.outcomes_for("profile", city)
    results = catalogue.results_in(outcomes)
    population = options["population"]
    if population is None and isinstance(city, City):
        population = catalogue.inhabitants(city)
    table = indicator_table(results, chosen.indicators if frozen is None else frozen.indicators, population)
    if frozen is not None and table.absent:
        indicator = table.absent[0]
        raise DataError(
            f"{centroids}: these types need column {indicator.column} of theme {indicator.theme}, which is not among"
            " the results; run that theme too"
        )
    notes = catalogue.failure_notes(outcomes)
    notes += [
        f"{indicator.label}: niet beschikbaar (thema {indicator.theme}), telt niet mee in de types."
        for indicator in table.absent
    ]
    keys, left_out = useful(table) if frozen is None else ([indicator.key for indicator in frozen.indicators], [])
    notes += left_out
    typed = table.ready.index[table.ready[keys].notna().all(axis=1)] if keys else table.ready.index[:0]
    # In one order whatever the order of the input: k-means starts from random rows.
    typed = typed[np.argsort(typed.astype(str), kind="stable")]
    clusters: Clusters | None = None
    model = frozen
    if frozen is None:
        clusters, model, why = _find(table, keys, typed, chosen, chosen.method.seed if seed is None else seed, results)
        notes += why
    else:
        notes.append(
            f"De gebieden zijn ingedeeld volgens vaste types, gevonden op {frozen.areas} gebieden van {frozen.pack}."
        )
    areas = _areas(table, model, keys, typed)
    notes += _area_notes(table, keys)
    return _result(results, table, areas, chosen, model, clusters, keys, notes, frozen=frozen is not None)


def write_centroids(result: ProfileResult, path: Path) -> None:
    """Keep the types of a result in a JSON file, so that another year's areas can be told by them.

    Raises
    ------
    OptionError
        When the result has no stable types.
    OutputError
        When the file cannot be written.
    """
    if result.model is None:
        raise OptionError(f"{result.pack} has no stable neighbourhood types; there is nothing to keep in {path}")
    write_model(result.model, path)


def _find(
    table: IndicatorTable,
    keys: list[str],
    typed: pd.Index,
    rules: ProfileRules,
    seed: int,
    results: Mapping[str, ThemeResult],
) -> tuple[Clusters | None, Model | None, list[str]]:
    if len(keys) < rules.method.least_indicators:
        return (
            None,
            None,
            [f"Geen types: er zijn {len(keys)} bruikbare indicatoren, minstens {rules.method.least_indicators} nodig."],
        )
    if len(typed) < rules.method.least_areas:
        return (
            None,
            None,
            [f"Geen types: {len(typed)} gebieden hebben alle cijfers, minstens {rules.method.least_areas} nodig."],
        )
    clusters = group(table.ready.loc[typed, keys].to_numpy(float), rules, seed=seed)
    if clusters is None:
        return None, None, ["Geen types: te veel gebieden hebben precies dezelfde cijfers."]
    why = [f"{len(typed)} gebieden is weinig voor een indeling in types: lees ze als een schets."] * (
        len(typed) < rules.method.few_areas
    )
    unstable = clusters.adjusted_rand < rules.stability.least_adjusted_rand
    by_chance = clusters.silhouette <= clusters.chance
    if unstable or by_chance:
        again, least = _two(clusters.adjusted_rand), _two(rules.stability.least_adjusted_rand)
        apart, chance = _two(clusters.silhouette), _two(clusters.chance)
        reasons = [f"bij herhaling op steekproeven is de overeenkomst {again}, minder dan {least}"] * unstable
        reasons += [f"de groepen liggen niet verder uiteen (silhouet {apart}) dan bij toeval ({chance})"] * by_chance
        verdict = Detail(f"{NO_TYPES.capitalize()}: {'; '.join(reasons)}.")
        return clusters, None, [*why, verdict, *_instead(table, keys)]
    chosen = tuple(indicator for indicator in table.indicators if indicator.key in keys)
    one_result = next(iter(results.values()))
    model = Model(
        indicators=chosen,
        mean=tuple(clusters.mean.tolist()),
        scale=tuple(clusters.scale.tolist()),
        centroids=tuple(tuple(row) for row in clusters.centroids.tolist()),
        names=tuple(type_names(clusters.centroids, chosen, rules.words)),
        adjusted_rand=clusters.adjusted_rand,
        silhouette=clusters.silhouette,
        chance=clusters.chance,
        pack=one_result.pack,
        pack_digest=one_result.pack_digest,
        synthetic=one_result.synthetic,
        areas=len(typed),
    )
    return clusters, model, why


def _instead(table: IndicatorTable, keys: list[str]) -> list[str]:
    """Say what it means that there are no stable types, and name the areas to look at instead."""
    notes: list[str] = [
        (
            "Wat dat betekent: de gebieden verschillen wel, maar niet in groepen. Wie ze in soorten indeelt, krijgt"
            " telkens een andere indeling; beleid per soort gebied heeft hier geen grond."
        ),
        "Kijk in de plaats daarvan naar elk kenmerk apart: kies het op de kaart, of sorteer de tabel op zijn kolom.",
    ]
    for indicator in table.indicators:
        known = table.raw[indicator.key].dropna() if indicator.key in keys else table.raw[indicator.key].iloc[:0]
        if len(known):
            most, least = table.frame.loc[[known.idxmax(), known.idxmin()], "name"]
            notes.append(Detail(f"{indicator.label}: het hoogst in {most}, het laagst in {least}."))
    return notes


def _areas(table: IndicatorTable, model: Model | None, keys: list[str], typed: pd.Index) -> Any:
    areas = table.frame.copy()
    numbers = pd.Series(pd.NA, index=areas.index, dtype="Int64")
    names = pd.Series(None, index=areas.index, dtype="object")
    if model is not None and len(typed):
        types = model.assign(table.ready.loc[typed, keys].to_numpy(float))
        numbers.loc[typed] = types + 1
        names.loc[typed] = [model.names[number] for number in types]
    areas.insert(1, "type", numbers)
    areas.insert(2, "type_label", names)
    for place, indicator in enumerate(table.indicators, start=3):
        areas.insert(place, indicator.key, table.raw[indicator.key])
    return areas


def _area_notes(table: IndicatorTable, keys: list[str]) -> list[str]:
    notes = []
    for indicator in table.indicators:
        lost = table.ready.index[table.ready[indicator.key].isna()]
        if len(lost) and indicator.key in keys:
            zero = (table.raw.loc[lost, indicator.key] == 0).all() and indicator.transform == "log"
            why = "is 0" if zero else "is onbekend"
            notes.append(f"{indicator.label} {why} in {', '.join(map(str, table.frame.loc[lost, 'name']))}: geen type.")
    return notes


def _result(
    results: Mapping[str, ThemeResult],
    table: IndicatorTable,
    areas: Any,
    rules: ProfileRules,
    model: Model | None,
    clusters: Clusters | None,
    keys: list[str],
    notes: list[str],
    *,
    frozen: bool,
) -> ProfileResult:
    first = next(iter(results.values()))
    used = {indicator.theme for indicator in table.indicators}
    sources = [source for theme in results if theme in used for source in results[theme].sources]
    return ProfileResult(
        theme="profile",
        page="wijktypes",
        pack=first.pack,
        areas=areas,
        city=dict(table.city),  # a type is of an area: the city as a whole has none
        headlines=_headlines(areas, rules, model, clusters, keys, frozen=frozen),
        columns=columns(table.indicators, model),
        context=first.context,
        sources=[*dict.fromkeys([*sources, *rules.sources])],
        options={
            "indicators": keys,
            "types": list(model.names) if model else [],
            "silhouette_by_number_of_types": {
                str(k): round(v, 4) for k, v in (clusters.silhouettes if clusters else {}).items()
            },
            "adjusted_rand": model.adjusted_rand if model else clusters.adjusted_rand if clusters else None,
            "chance_silhouette": model.chance if model else clusters.chance if clusters else None,
            "least_adjusted_rand": rules.stability.least_adjusted_rand,
            "frozen": frozen,
        },
        notes=notes,
        pack_digest=first.pack_digest,
        proof=first.proof,
        synthetic=first.synthetic or bool(model and model.synthetic),
        nis_code=first.nis_code,
        sensitivity=sensitivities(clusters, rules),
        model=model,
    )


def _headlines(
    areas: Any, rules: ProfileRules, model: Model | None, clusters: Clusters | None, keys: list[str], *, frozen: bool
) -> list[Figure]:
    worth = model or clusters
    typed = float(areas["type"].notna().sum())
    then = " (toen de vaste types gevonden werden)" if frozen else ""
    count = float(len(model.names)) if model else 0.0 if clusters else None
    method, stability, chance, _ = rules.sources
    again = _two(rules.stability.least_adjusted_rand)
    # What the statistics ask is a threshold, no goal of the city: it stands in the label.
    by_chance = f" (bij toeval {_two(worth.chance)})" if worth else ""
    outcome = "zij vormen geen stabiele types" if clusters else "te weinig om types te zoeken"
    described = f"Gebieden naast elkaar gelegd op {len(keys)} kenmerken: {outcome}"
    return [
        # Without types what a reader wants is what is known, not that there are 0 of them.
        *([] if model else [Figure("compared_areas", described, float(len(areas)), "gebieden")]),
        Figure("types", "Stabiele wijktypes" if model else NO_TYPES.capitalize(), count, "types", source=str(method)),
        Figure("typed_areas", f"Gebieden met een type (van {len(areas)})", typed, "gebieden"),
        Figure(
            "adjusted_rand",
            f"Overeenkomst bij herhaling op steekproeven, 1 is volledig (types vanaf {again}){then}",
            worth.adjusted_rand if worth else None,
            "gecorrigeerde Rand-index",
            source=str(stability),
        ),
        Figure(
            "silhouette",
            f"Afstand tussen de types{by_chance}{then}",
            worth.silhouette if worth else None,
            "silhouet",
            source=str(chance),
        ),
    ]  # fmt: skip


def _two(value: float) -> str:
    return decimal_text(value, 2)
