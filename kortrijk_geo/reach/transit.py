"""Reach by public transport: who has the places of the city within half an hour, and how sure, minute by minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.capacity.transit import TransitNetwork
from kortrijk_geo.figure import too_little_of
from kortrijk_geo.mapping import MapSpec, PointLayer, area_layers, option_labels, table_columns
from kortrijk_geo.options import takes
from kortrijk_geo.pack.gate import rests_on
from kortrijk_geo.pack.homes import homes_inside
from kortrijk_geo.reach.columns import RESTS
from kortrijk_geo.reach.facilities import find_facilities
from kortrijk_geo.reach.figures import (
    known_share,
    missing_most,
    of_areas_and_city,
    unless,
    weigh,
    weighted_quantile,
    weighted_share,
)
from kortrijk_geo.reach.notes import WHO
from kortrijk_geo.reach.privacy import PeopleResult
from kortrijk_geo.reach.transit_notes import transit_method, transit_notes
from kortrijk_geo.reach.transit_options import TransitOptions, choose_transit
from kortrijk_geo.reach.transit_times import measure_transit
from kortrijk_geo.results import Column, Figure, Scale, Source, ThemeResult
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.figures import Weighing, Who
    from kortrijk_geo.reach.transit_options import TransitChosen
    from kortrijk_geo.reach.transit_times import TransitTimes

PAGE = "bereik_ov"
TITLE = "Bereik met bus en trein"
# Each way to get there: what it is called, and the heading of its layers.
WAYS = {
    "transit": ("met bus en trein, bij de helft van de vertrekken", "Met bus en trein"),
    "transit90": ("met bus en trein, bij negen op de tien vertrekken", "Met bus en trein, bijna altijd"),
    "walk": ("te voet", "Te voet"),
    "any": ("te voet, met de fiets of met bus en trein", "Op welke manier ook"),
}
_SHARES = Scale.of_data("share")
_PER_HOUR = Scale((1.0, 2.0, 4.0, 8.0, 16.0), "number", "YlGnBu")


@takes(TransitOptions)
@rests_on(RESTS)
def analyse_transit(city: City, **options: Unpack[TransitOptions]) -> PeopleResult:
    """Measure how near the places of the city are by public transport, for every departure minute of a window.

    From every home and for every minute the quickest trip is taken: on foot to a stop, by bus, tram or train, changing
    where that helps, and on foot to the place; or on foot all the way. Of all departures, the time that half of them
    take at most counts, and beside it the time of nine in ten. Whoever lives too far from a street is unknown and in
    no share.

    Parameters
    ----------
    city
        A pack with layers ``areas``, ``homes``, ``streets`` and ``amenities``, and a ``timetable``.
    **options
        See `kortrijk_geo.reach.TransitOptions`.

    Raises
    ------
    MissingLayerError
        When the pack lacks one of them.
    DataError
        When no day lies inside the validity of all feeds.
    OptionError
        When an option has a value that cannot be used, or nothing runs on the day.
    """
    chosen = choose_transit(**options)
    city.require("areas", "homes", "streets", "amenities", "timetable", theme="Reach by public transport")
    homes = homes_inside(city)
    facilities = find_facilities(city, chosen.categories, max_snap_m=chosen.ride.max_snap_m)
    rules = chosen.ride.rules
    net = TransitNetwork.of(city.streets, city.timetable(), chosen.ride)
    times = measure_transit(city.streets, homes, facilities, net, chosen)
    weighing = weigh(city.areas, homes, population=city.population)
    values, whole = _figures(weighing, times, chosen)
    ids = city.areas.set_index("area_id")
    described = _columns(weighing.who, times, chosen)
    on_foot = city.source_text("homes", "streets", *facilities.layers)
    source = city.source_text("homes", "streets", "timetable", *facilities.layers)
    return PeopleResult(
        theme="reach",
        page=PAGE,
        pack=city.name,
        areas=gpd.GeoDataFrame(
            pd.concat([ids[["name"]], pd.DataFrame(values, index=ids.index), ids[["geometry"]]], axis=1), crs=city.crs
        ),
        city=whole,
        headlines=_headlines(whole, described, weighing.who, times, chosen, source, on_foot),
        columns=described,
        layers={
            "homes": _home_columns(homes, times, chosen),
            "facilities": facilities.frame,
            "stops": stops_of(net, city.crs),
        },
        context=city.context(),
        sources=[
            *city.sources("areas", "homes", "streets", "timetable", *facilities.layers),
            *(
                Source(rule.source, rule.date)
                for rule in (
                    chosen.categories.seen_from(city.info.nis_code),
                    rules.window,
                    rules.slack,
                )
            ),
        ],
        options={**chosen.record(net.day), "weights": weighing.who},
        notes=[*transit_notes(homes, facilities, net, times, chosen), *facilities.notes],
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        nis_code=city.info.nis_code,
        least=rules.small.people,
        who=weighing.who,
    )


def transit_spec(result: ThemeResult) -> MapSpec:
    """Say what the page of `analyse_transit` shows."""
    result = result.published()
    minutes, who = result.options["minutes"], result.options["weights"]
    return MapSpec(
        result=result,
        title=TITLE,
        area_layers=area_layers(result.columns, shown=f"share_all_transit_{minutes}"),
        table=table_columns(result.columns),
        point_layers=(stops_layer(result, shown=True),),
        option_labels=option_labels(__file__),
        method=transit_method(result.options),
        lead=f"Welk deel van de {WHO[who].lower()} heeft de voorzieningen van de stad binnen {minutes} minuten met bus"
        " en trein?",
    )


def _names(times: TransitTimes, chosen: TransitChosen) -> dict[str, str]:
    """Return the categories of which anything is known, after all of them together."""
    labels = {
        key: label
        for (key, label), known in zip(chosen.categories.labels.items(), times.available, strict=True)
        if known
    }
    return {"all": f"alle {len(labels)} voorzieningen", **labels} if labels else {}


def _seconds(times: TransitTimes, chosen: TransitChosen) -> dict[tuple[str, str], np.ndarray]:
    """Return the seconds of each home by way and category; of all categories together those of the farthest."""
    ways = {"transit": times.median_s, "transit90": times.p90_s, "walk": times.walk_s, "any": times.any_s}
    seconds = {}
    for way, table in ways.items():
        known = {key: table[:, i] for i, key in enumerate(chosen.categories.keys) if times.available[i]}
        if known:
            seconds[way, "all"] = np.max(list(known.values()), axis=0)
        seconds |= {(way, key): values for key, values in known.items()}
    return seconds


def stops_of(net: TransitNetwork, crs: Any) -> gpd.GeoDataFrame:
    """Return the stops that something leaves from in the window, with their departures per hour."""
    timetable, per_hour = net.timetable, net.departures_per_hour
    stops = gpd.GeoDataFrame(
        {"stop_id": timetable.stop_id, "name": timetable.stop_name, "departures_per_hour": per_hour},
        geometry=gpd.points_from_xy(timetable.stop_x, timetable.stop_y), crs=crs,
    )  # fmt: skip
    return stops[np.isfinite(timetable.stop_x) & (per_hour > 0)].reset_index(drop=True)


def stops_layer(result: ThemeResult, *, shown: bool) -> PointLayer:
    """Draw `stops_of` of a result."""
    return PointLayer(
        result.layers["stops"], "Haltes: vertrekken per uur",
        {"name": "halte", "departures_per_hour": "vertrekken per uur"}, column="departures_per_hour", scale=_PER_HOUR,
        radius_px=4.0, table="stops", name="name", shown=shown,
    )  # fmt: skip


def _figures(
    weighing: Weighing, times: TransitTimes, chosen: TransitChosen
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return by column the values per area, and of the whole study area."""
    figures = of_areas_and_city(
        weighing, lambda group, expected: _of_groups(weighing.weights, group, expected, times, chosen)
    )
    figures = {"population": (weighing.population, float(weighing.population.sum())), **figures}
    return {name: values for name, (values, _) in figures.items()}, {name: city for name, (_, city) in figures.items()}


def _of_groups(
    weights: np.ndarray, group: np.ndarray, expected: np.ndarray, times: TransitTimes, chosen: TransitChosen
) -> dict[str, np.ndarray]:
    groups, seconds = len(expected), _seconds(times, chosen)
    counted = np.where(times.placed, weights, 0.0)
    figures: dict[str, np.ndarray] = {}
    for minutes in chosen.all_minutes:
        for (way, key), taken in seconds.items():
            figures[f"share_{key}_{way}_{minutes}"] = weighted_share(taken <= minutes * 60, counted, group, groups)
    for (way, key), taken in seconds.items():
        if way in ("transit", "transit90"):
            quantile = weighted_quantile(taken / 60, counted, group, groups, 0.5)
            figures[f"median_minutes_{key}_{way}"] = np.where(np.isinf(quantile), np.nan, quantile)
    keys = tuple(key for way, key in seconds if way == "transit" and key != "all")
    if keys:
        shares = np.column_stack([figures[f"share_{key}_transit_{chosen.minutes}"] for key in keys])
        worst = missing_most(shares)
        figures["missing_most_transit"] = np.array([keys[i] if i >= 0 else None for i in worst], dtype=object)
    known = known_share(counted, group, expected)
    few = too_little_of(known)
    return {**{name: unless(few, values) for name, values in figures.items()}, "known_share_transit": known}


def _columns(who: Who, times: TransitTimes, chosen: TransitChosen) -> list[Column]:
    people, names = WHO[who], _names(times, chosen)
    columns = [Column("name", "Gebied"), Column("population", "Inwoners", "whole", table=True, adds=True)]
    for minutes in chosen.all_minutes:
        main = minutes == chosen.minutes
        for way, (how, group) in WAYS.items():
            for key, name in names.items():
                columns.append(
                    Column(
                        f"share_{key}_{way}_{minutes}", f"{people} met {name} binnen {minutes} minuten {how}",
                        group=group, scale=_SHARES if main else None, table=main and (key == "all" or way == "transit"),
                        short=f"{name[:1].upper()}{name[1:]}: deel van de {people.lower()} binnen {minutes} minuten"
                        if main else "", quantity=f"share_{key}_{way}",
                    )
                )  # fmt: skip
    for way in ("transit", "transit90"):
        for key, name in names.items():
            columns.append(
                Column(
                    f"median_minutes_{key}_{way}", f"Mediane tijd tot {name} {WAYS[way][0]} (minuten)", "number",
                    table=(way, key) == ("transit", "all"),
                )
            )  # fmt: skip
    if names:
        worst = "Sleutel van de voorziening die met bus en trein het meest ontbreekt"
        columns.append(Column("missing_most_transit", worst))
    known = f"Deel van de {people.lower()} waarover de aandelen gaan"
    return [*columns, Column("known_share_transit", known, table=True)]


def _headlines(
    whole: dict[str, Any],
    described: list[Column],
    who: Who,
    times: TransitTimes,
    chosen: TransitChosen,
    source: str,
    on_foot: str,
) -> list[Figure]:
    labels, ride = {column.name: column.label for column in described}, chosen.ride
    worst = whole.get("missing_most_transit")
    names = _names(times, chosen)
    of_whom = f"{WHO[who].lower()}; {', '.join(name for key, name in names.items() if key != 'all')}"
    window = f"; vertrek elke minuut van {ride.from_time} tot {ride.to_time}; {ride.slack_s} s aan de halte"
    walked = f"share_all_walk_{chosen.minutes}"  # no timetable has a part in it
    wanted = [f"share_all_{way}_{chosen.minutes}" for way in WAYS] if names else []
    wanted += [f"share_{worst}_transit_{chosen.minutes}"] if worst is not None else []
    return [
        Figure(
            key, labels[key], plain(whole[key]), "aandeel", source=on_foot if key == walked else source,
            definition=of_whom if key == walked else of_whom + window,
            known_share=plain(whole["known_share_transit"]), known_of=WHO[who].lower(),
        )
        for key in wanted
    ]  # fmt: skip


def _home_columns(homes: gpd.GeoDataFrame, times: TransitTimes, chosen: TransitChosen) -> gpd.GeoDataFrame:
    columns = {}
    for (way, key), seconds in _seconds(times, chosen).items():
        minutes = np.where(np.isinf(seconds) | ~times.placed, np.nan, seconds / 60)
        columns[f"{way}_minutes_{key}"] = minutes
    known = homes[["home_id", "area_id", "residents", "dwellings"]]
    frame = pd.concat([known, pd.DataFrame(columns, index=homes.index)], axis=1)
    return gpd.GeoDataFrame(frame, geometry=homes.geometry.to_numpy(), crs=homes.crs)
