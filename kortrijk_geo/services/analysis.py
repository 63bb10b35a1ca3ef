"""The theme of services: who reaches schools, care, doctors, sport and play, what they hold, and where nobody does."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, Unpack

import geopandas as gpd
import pandas as pd

from kortrijk_geo.cache import kept
from kortrijk_geo.capacity.privacy import without_few_counts
from kortrijk_geo.capacity.ride_notes import what_if_figure, what_if_page
from kortrijk_geo.capacity.transit import TransitNetwork
from kortrijk_geo.mapping.definitions import defined_by
from kortrijk_geo.options import takes
from kortrijk_geo.pack.gate import through_gate
from kortrijk_geo.results import DiscreetResult, Source, tells_own_rules
from kortrijk_geo.services.columns import DEFINED_BY, columns, rests_of
from kortrijk_geo.services.figures import (
    figures_of,
    headlines,
    look_ahead,
    of_the_city,
    ride_sensitivities,
    sensitivities,
)
from kortrijk_geo.services.measured import measure_kinds, spot_layer
from kortrijk_geo.services.notes import notes, of_rides
from kortrijk_geo.services.options import Options, check_options, no_day, ride_of
from kortrijk_geo.services.privacy import few_of_the_city, without_few
from kortrijk_geo.services.reached import REACH_MODES
from kortrijk_geo.services.rules import load_forecast, load_services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.capacity.ride import Ride
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.services.measured import Measured
    from kortrijk_geo.services.rules import Kind, Services


@dataclass(repr=False, kw_only=True)
class ServicesResult(DiscreetResult):
    """A `ThemeResult` with what its page tells besides.

    Parameters
    ----------
    kinds
        The kinds that were measured.
    rules
        The rules they are of.
    ahead
        Kind by kind, people and capacity of the city, now and later.
    what_if
        What is changed in the timetable, in Dutch; empty where nothing is.
    """

    kinds: tuple[Kind, ...]
    rules: Services
    ahead: pd.DataFrame
    what_if: str = ""

    def without_few(self) -> Self:
        """Return the result without counts of few people of an age."""
        least = self.rules.small.people
        areas, told = without_few(self.areas, self.kinds, least)
        layers = without_few_counts(self.layers, ("people_in_reach", "people_below_norm_in_reach"), least)
        added = [note for note in told if note not in self.notes]
        few = few_of_the_city(self.city, self.kinds, least)
        city = {name: math.nan if name in few else value for name, value in self.city.items()}
        why = f"minder dan {least} mensen: niet gepubliceerd"
        figures = [
            replace(figure, value=None, reason=why) if figure.key in few else figure for figure in self.headlines
        ]
        checked = [outcome for outcome in self.sensitivity if outcome.key not in few]
        notes = [*self.notes, *added]
        return replace(self, areas=areas, city=city, headlines=figures, layers=layers, sensitivity=checked, notes=notes)


@takes(Options)
@kept
@defined_by(DEFINED_BY, __file__)
@tells_own_rules("services", "forecast")
def analyse(city: City, **options: Unpack[Options]) -> ServicesResult:
    """Measure who reaches each kind of service, what its places hold against people, and its blind spots.

    Trips go from home to place over the streets, both snap distances included; places outside the study area count. A
    home that cannot be put on a street is unknown. Where the people who need a kind are not known per home, reach is
    told of inhabitants, else of dwellings, and labels and notes say so. A shortage is told only where a norm with a
    source is known; what the city promised to add stands apart. By public transport a home is within reach when at
    half of the departures of a morning the trip takes no longer than the limit of ``transit.toml``.

    Parameters
    ----------
    city
        A pack with layers ``areas``, ``homes``, ``streets`` and ``amenities``; ages, capacities, ``city_sites`` and a
        ``timetable`` are used when it has them.
    **options
        See `kortrijk_geo.services.Options`.

    Returns
    -------
    ThemeResult
        ``areas`` and ``city`` with ``people_<kind>``, ``locations_<kind>``, ``capacity_<kind>``, ``per_100_<kind>``,
        ``short_<kind>``, ``catchment_<kind>_<mode>``, ``share_beyond_<kind>_<mode>`` and
        ``people_beyond_<kind>_<mode>``; ``city`` besides with ``promised_<kind>_<year>``; layers
        ``blind_spots`` and ``locations``.

    Raises
    ------
    MissingLayerError
        When the pack lacks a layer.
    DataError
        When a file of rules is wrong, or a capacity is no number.
    OptionError
        When an option has a value that cannot be used, or nothing rides on the day.
    """
    result, _ = ungated(city, options)
    return through_gate(result, city, rests_of(result.kinds))


def ungated(city: City, options: Options, year: int | None = None) -> tuple[ServicesResult, list[Measured]]:
    """Return what `analyse` does, before the gate, with what was measured: for who reckons on.

    ``year`` is that of the people of ``city``, where these are not those of today.
    """
    check_options(**options)
    city.require("areas", "homes", "streets", "amenities", theme="Services")
    rules, forecast = load_services(options["services"]), load_forecast(options["forecast"])
    ride = ride_of(city, rules, options)
    kinds = rules.kinds if options["kind"] is None else (rules.find(options["kind"]),)
    kinds = tuple(kind.in_year(year) for kind in kinds)
    net = None if ride is None else TransitNetwork.of(city.streets, city.timetable(), ride)
    homes, measured = measure_kinds(city, kinds, rules, forecast, snap_to=options["snap_to"], net=net)
    areas, whole = _figures(city, measured)
    what_if = str(ride.change) if ride is not None and ride.change else ""
    figures = headlines(city, measured, rules)
    result = ServicesResult(
        theme="services",
        page=what_if_page("voorzieningen", what_if),
        pack=city.name,
        areas=areas,
        city=whole,
        headlines=[what_if_figure(figure, what_if) for figure in figures],
        columns=columns(measured, rules),
        layers={"blind_spots": spot_layer(city, homes, measured), "locations": _locations(city, measured)},
        context=city.context(),
        sources=_sources(city, kinds, rules, ride),
        options={
            "kind": options["kind"],
            "kinds": [kind.plural for kind in kinds],
            "minutes": rules.limit.minutes,
            "walk_m_per_min": rules.m_per_min["walk"],
            "cycle_m_per_min": rules.m_per_min["cycle"],
            "neighbour_m": rules.blind_spots.neighbour_m,
            "core_people": rules.blind_spots.core_people,
            "least_people": rules.blind_spots.least_people,
            "snap_to": options["snap_to"],
            "services_version": rules.version,
            "services_file": "standaard",
            "forecast_file": "standaard",
            **({} if net is None else _of_ride(net)),
        },
        notes=[
            *notes(city, homes, measured, rules, forecast),
            *of_rides(measured, rules, net),
            *no_day(city, ride, options),
        ],
        pack_digest=city.digest,
        proof=city.proof,
        synthetic=city.synthetic,
        sensitivity=[
            *sensitivities(figures, measured, homes, rules),
            *([] if ride is None else ride_sensitivities(figures, measured, homes, ride.rules)),
        ],
        nis_code=city.info.nis_code,
        kinds=kinds,
        rules=rules,
        ahead=look_ahead(measured, forecast, city.info.nis_code),
        what_if=what_if,
    )
    return result, measured


def _figures(city: City, measured: Sequence[Measured]) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Return the figures of the areas, and those of the city."""
    ids = city.areas.set_index("area_id")
    values = {name: numbers for one in measured for name, numbers in figures_of(one).items()}
    table = pd.DataFrame({name: numbers[:-1] for name, numbers in values.items()}, index=ids.index)
    areas = gpd.GeoDataFrame(pd.concat([ids[["name"]], table, ids[["geometry"]]], axis=1), crs=city.crs)
    whole = {name: float(numbers[-1]) for name, numbers in values.items()}
    return areas, whole | {name: value for one in measured for name, value in of_the_city(one).items()}


def _locations(city: City, measured: Sequence[Measured]) -> gpd.GeoDataFrame:
    """Return the places of all kinds, those outside the study area too, with what they hold."""
    frames = [
        one.locations.frame.assign(
            kind_label=one.kind.label, unit=one.kind.capacity.label if one.kind.capacity else None
        )
        for one in measured
    ]
    together = pd.concat([frame.astype({"name": "object"}) for frame in frames], ignore_index=True)
    columns = ["location_id", "kind", "kind_label", "name", "capacity", "unit", "area_id", "geometry"]
    return gpd.GeoDataFrame(together[columns], geometry="geometry", crs=city.crs)


def _of_ride(net: TransitNetwork) -> dict[str, Any]:
    """Return the options of rides as plain values, beside those of the theme."""
    ride = net.ride
    return {"modes": list(REACH_MODES), "transit_minutes": ride.rules.limit.minutes, **ride.record(net.day)}


def _sources(city: City, kinds: Sequence[Kind], rules: Services, ride: Ride | None) -> list[Source]:
    here = city.info.nis_code
    layers = dict.fromkeys(kind.layer for kind in kinds)
    of_rules = [rules.limit.seen_from(here), rules.speed, rules.steps, rules.blind_spots]
    of_rules += [kind.norm for kind in kinds if kind.norm is not None]
    of_rules += [target for kind in kinds for target in kind.targets if target.nis_code in {"", here}]
    if ride is not None:
        of_rules += [ride.rules.limit, ride.rules.window, ride.rules.slack]
    told = dict.fromkeys(Source(rule.source, rule.date) for rule in of_rules)
    timetable = () if ride is None else ("timetable",)
    return [*city.sources("areas", "homes", "streets", *layers, *timetable), *told]
