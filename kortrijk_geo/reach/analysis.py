"""The reach theme: which share of the inhabitants has the places of daily life within 15 minutes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Unpack

import geopandas as gpd
import pandas as pd

from kortrijk_geo.cache import kept
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.mapping.definitions import defined_by
from kortrijk_geo.options import takes
from kortrijk_geo.pack.gate import rests_on
from kortrijk_geo.pack.homes import homes_inside
from kortrijk_geo.pack.layers import TIMETABLE
from kortrijk_geo.reach.columns import DEFINED_BY, RESTS, columns, kinds_text
from kortrijk_geo.reach.facilities import find_facilities
from kortrijk_geo.reach.figures import area_figures, home_columns, weigh
from kortrijk_geo.reach.notes import WHO, notes
from kortrijk_geo.reach.options import Options, choose
from kortrijk_geo.reach.privacy import PeopleResult
from kortrijk_geo.reach.sensitivity import band_text, sensitivities
from kortrijk_geo.reach.times import measure
from kortrijk_geo.reach.transit_switch_result import with_rides
from kortrijk_geo.results import Figure, Source, tells_own_rules
from kortrijk_geo.text.dutch import HOW, decimal_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.figures import Who
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.times import ModeTimes
    from kortrijk_geo.results import Column, Sensitivity


@dataclass(repr=False, kw_only=True)
class ReachResult(PeopleResult):
    """A `PeopleResult` with the options its figures depend on.

    Parameters
    ----------
    chosen
        The options, checked, with what was not given.
    """

    chosen: Chosen


@takes(Options)
@kept
@defined_by(DEFINED_BY, __file__)
@tells_own_rules("settings")
@rests_on(RESTS)
def analyse(city: City, **options: Unpack[Options]) -> ReachResult:
    """Measure how near the places of daily life are to the homes of a city.

    Trips go from home to place over the streets of the mode, both snap distances included; times are distances over a
    constant speed. A home farther than the snap limit from any street is unknown and in no share; a home on a
    street from which no place of a category can be reached does not have that category. Where the pack has a
    timetable, the time with bus and train stands beside both, for these categories and for the city's own set, as
    `kortrijk_geo.reach.analyse_transit` measures it. "All" is all categories of
    the set of which the pack has any place, or whose sources cover it and have none (then nobody has it); the others
    are named in label and notes, and their own shares are unknown. Shares are of inhabitants; of dwellings when the
    pack knows no inhabitants at all, and then labels and notes say so. An area in which the inhabitants of some home
    are unknown is unknown.

    Parameters
    ----------
    city
        A pack with layers ``areas``, ``homes``, ``streets`` and ``amenities``; ``childcare``, ``green`` and
        ``timetable`` are used when it has them.
    **options
        See `kortrijk_geo.reach.Options`.

    Returns
    -------
    ThemeResult
        ``areas`` and ``city`` as the outside contract says, layers ``homes`` (those inside the study area) and
        ``facilities`` (all places used, those in the buffer too); of public transport ``city_places`` and ``stops``.

    Raises
    ------
    MissingLayerError
        When the pack lacks a layer; its timetable only when "transit" is among the modes, or something is asked of it.
    DataError
        When no home lies in the study area, a home names an area that is not there, or a file of settings or
        categories is wrong.
    OptionError
        When an option has a value that cannot be used.
    """
    chosen = _with_timetable(city, choose(**options))
    city.require("areas", "homes", "streets", "amenities", theme="Reach")
    homes = homes_inside(city)
    facilities = find_facilities(city, chosen.categories, max_snap_m=chosen.max_snap_m)
    for_proximity = _proximity_facilities(city, chosen, facilities)
    weighing = weigh(city.areas, homes, population=city.population)
    graphs = {mode: StreetGraph.from_streets(city.streets, mode) for mode in chosen.modes}
    measured = [measure(graph, homes, facilities, for_proximity, chosen) for graph in graphs.values()]
    figures = area_figures(weighing, measured, chosen)
    ids = city.areas.set_index("area_id")
    values = pd.DataFrame({name: values for name, (values, _) in figures.items()}, index=ids.index)
    whole = {name: value for name, (_, value) in figures.items()}
    described = columns(weighing.who, measured, chosen)
    # Where too little is known for a headline, nothing can be said of what it hangs on.
    outcomes = [one for one in sensitivities(weighing, measured, chosen) if plain(whole[one.key]) is not None]
    result = ReachResult(
        theme="reach",
        page="bereik",
        pack=city.name,
        areas=gpd.GeoDataFrame(pd.concat([ids[["name"]], values, ids[["geometry"]]], axis=1), crs=city.crs),
        city=whole,
        headlines=_headlines(
            whole, described, weighing.who, measured, chosen, outcomes,
            city.source_text("homes", "streets", *facilities.layers),
        ),
        columns=described,
        layers={
            "homes": home_columns(homes, measured, chosen),
            "facilities": facilities.frame.assign(
                **{f"{times.mode}_snap_m": times.at_facility.snap_m for times in measured}
            ),
        },
        context=city.context(),
        sources=_sources(city, chosen, [*facilities.layers, *(for_proximity.layers if for_proximity else ())]),
        options={
            **chosen.record(),
            "weights": weighing.who,
            "categories_counted": {times.mode: times.with_data(chosen.categories.keys) for times in measured},
            "n_categories": {times.mode: int(times.available.sum()) for times in measured},
            "categories_without_data": {times.mode: times.without_data(chosen.categories.keys) for times in measured},
        },
        notes=[
            *facilities.notes,
            *notes(
                city, homes, chosen, facilities=facilities, for_proximity=for_proximity, weighing=weighing,
                measured=measured,
            ),
        ],
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        sensitivity=outcomes,
        nis_code=city.info.nis_code,
        chosen=chosen,
        who=weighing.who,
        least=chosen.least_people,
    )  # fmt: skip
    if chosen.riding is None:
        return result
    return with_rides(result, city, homes, facilities, measured, graphs, weighing, chosen.riding)


def _with_timetable(city: City, chosen: Chosen) -> Chosen:
    """Leave public transport out where nobody asks for it and the pack has no timetable."""
    if chosen.riding is None or city.has(TIMETABLE):
        return chosen
    if chosen.riding.asked:
        city.require(TIMETABLE, theme="Reach by public transport")
    return replace(chosen, riding=None)


def _proximity_facilities(city: City, chosen: Chosen, facilities: Facilities) -> Facilities | None:
    wanted = chosen.proximity_categories
    if wanted is None:
        return None
    if wanted == chosen.categories:
        return facilities
    return find_facilities(city, wanted, max_snap_m=chosen.max_snap_m)


def _sources(city: City, chosen: Chosen, layers: list[str]) -> list[Source]:
    speeds = [chosen.settings.speed.of(mode) for mode in chosen.modes]
    return [
        *city.sources("areas", "homes", "streets", *dict.fromkeys(layers)),
        *(Source(rule.source, rule.date) for rule in (chosen.categories.seen_from(city.info.nis_code), *speeds)),
    ]


def _headlines(
    whole: dict[str, Any],
    described: list[Column],
    who: Who,
    measured: list[ModeTimes],
    chosen: Chosen,
    outcomes: list[Sensitivity],
    source: str,
) -> list[Figure]:
    labels = {column.name: column.label for column in described}

    def covers(name: str) -> dict[str, Any]:
        return {"known_share": plain(whole[name]), "known_of": WHO[who].lower()}

    figures = []
    for times in measured:
        key, names = f"share_all_{times.mode}_{chosen.minutes}", times.with_data(chosen.categories.labels.values())
        figures.append(
            Figure(
                key, labels[key], plain(whole[key]), "aandeel", source=source,
                definition=f"{_within(who, times, chosen)}; {kinds_text(times, chosen)}",
                band=band_text(key, outcomes, len(names)), **covers(f"known_share_{times.mode}"),
            )
        )  # fmt: skip
    first = measured[0]
    worst = whole[f"missing_most_{first.mode}"]
    if worst is not None:
        key = f"share_{worst}_{first.mode}_{chosen.minutes}"
        figures.append(
            Figure(
                key, labels[key], plain(whole[key]), "aandeel", source=source,
                definition=_within(who, first, chosen), **covers(f"known_share_{first.mode}"),
            )
        )  # fmt: skip
    if chosen.proximity_categories is not None:
        bruno = chosen.proximity_categories.source
        # Not that no home is known: of a kind there are fewer places than the time is the mean of.
        few = f"het pakket heeft niet van elke soort {chosen.proximity_places} plaatsen"
        too_few = {times.mode: few if times.too_few else "" for times in measured}
        for mode in chosen.modes:
            for key, unit in ((f"f15_{mode}", "aandeel"), (f"proximity_minutes_{mode}", "minuten")):
                known = covers(f"f15_known_share_{mode}")
                why = too_few[mode] if plain(whole[key]) is None else ""
                figures.append(Figure(key, labels[key], plain(whole[key]), unit, source=bruno, reason=why, **known))
    return figures


def _within(who: Who, times: ModeTimes, chosen: Chosen) -> str:
    limit = decimal_text(chosen.limit_m(times.mode, chosen.minutes), 0)
    return f"{WHO[who].lower()}; {HOW[times.mode]} hoogstens {limit} m"
