"""Page ``bereik`` with its third switch: what bus and train add to a result of walking and cycling."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import pandas as pd

from kortrijk_geo.capacity.ride import NO_DAY
from kortrijk_geo.capacity.transit import TransitNetwork
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.errors import DataError
from kortrijk_geo.pack.layers import TIMETABLE
from kortrijk_geo.reach.options import TRANSIT
from kortrijk_geo.reach.transit import stops_of
from kortrijk_geo.reach.transit_notes import switch_notes
from kortrijk_geo.reach.transit_switch import CITY_PLACES, measure_rides
from kortrijk_geo.reach.transit_switch_band import ride_sensitivities
from kortrijk_geo.reach.transit_switch_columns import ride_columns, ride_headlines
from kortrijk_geo.reach.transit_switch_figures import ride_figures, with_ride_columns
from kortrijk_geo.results import Source
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.analysis import ReachResult
    from kortrijk_geo.reach.facilities import Facilities
    from kortrijk_geo.reach.figures import Weighing
    from kortrijk_geo.reach.options import Riding
    from kortrijk_geo.reach.rules import Mode
    from kortrijk_geo.reach.times import ModeTimes

T = TypeVar("T")


def with_rides(
    result: ReachResult,
    city: City,
    homes: gpd.GeoDataFrame,
    facilities: Facilities,
    measured: Sequence[ModeTimes],
    graphs: Mapping[Mode, StreetGraph],
    weighing: Weighing,
    riding: Riding,
) -> ReachResult:
    """Return a result with what public transport adds; all that it has stays as it is.

    A pack whose feeds have no day together still has its walking and cycling, and says so: only who asks for rides is
    refused.

    Parameters
    ----------
    result
        Of walking and cycling.
    city, homes, facilities, measured, graphs, weighing
        What it was made of.
    riding
        The options of the rides.

    Raises
    ------
    DataError, OptionError
        As `kortrijk_geo.reach.analyse_transit`.
    """
    timetable, chosen = city.timetable(), result.chosen
    try:
        riding.ride.day_in(timetable)
    except DataError:
        if riding.asked:
            raise
        return replace(result, chosen=replace(chosen, riding=None), notes=[*result.notes, NO_DAY])
    graph = graphs["walk"] if "walk" in graphs else StreetGraph.from_streets(city.streets)
    net = TransitNetwork.on(graph, timetable, riding.ride)
    rides = measure_rides(city, homes, facilities, measured, graphs, net, chosen, riding)
    figures = ride_figures(weighing, rides, riding)
    values = pd.DataFrame({name: values for name, (values, _) in figures.items()}, index=result.areas.index)
    whole = {**result.city, **{name: value for name, (_, value) in figures.items()}}
    outcomes = ride_sensitivities(weighing, rides, chosen)
    outcomes = [outcome for outcome in outcomes if plain(whole[outcome.key]) is not None]
    headlines = ride_headlines(
        whole, weighing.who, rides, outcomes, city.source_text("homes", "streets", TIMETABLE, *rides.facilities.layers)
    )
    everywhere = len(measured)  # the shares with everything, by each of the other modes, stand first
    shown = [column.name for column in result.columns].index(f"median_minutes_all_{chosen.modes[-1]}") + 1
    areas = result.areas
    return replace(
        result,
        areas=gpd.GeoDataFrame(
            pd.concat([areas.drop(columns="geometry"), values, areas[["geometry"]]], axis=1), crs=areas.crs
        ),
        city=whole,
        headlines=_inserted(result.headlines, everywhere, headlines),
        columns=_inserted(result.columns, shown, ride_columns(weighing.who, rides, riding)),
        layers={
            **result.layers,
            "homes": with_ride_columns(result.layers["homes"], rides),
            CITY_PLACES: rides.facilities.frame,
            "stops": stops_of(net, city.crs),
        },
        sources=list(
            dict.fromkeys(
                [
                    *result.sources,
                    *city.sources(TIMETABLE, *rides.facilities.layers),
                    *(
                        Source(rule.source, rule.date)
                        for rule in (
                            *([riding.places.seen_from(city.info.nis_code)] if riding.places.keys else []),
                            riding.ride.rules.window,
                            riding.ride.rules.slack,
                        )
                    ),
                ]
            )
        ),
        options={
            **result.options,
            "modes": [*chosen.modes, TRANSIT],
            **riding.ride.record(net.day),
            "city_places": list(riding.places.keys),
            "city_places_minutes": riding.minutes,
            "city_places_version": riding.places.version,
        },
        notes=[
            *result.notes,
            *switch_notes(homes, rides, chosen, riding),
            *(note for note in rides.facilities.notes if note not in result.notes),
        ],
        sensitivity=[*result.sensitivity, *outcomes],
    )


def _inserted(rows: list[T], at: int, more: list[T]) -> list[T]:
    return [*rows[:at], *more, *rows[at:]]
