"""What is measured of one kind of service: its places, the people who need it, who reaches it, and blind spots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from kortrijk_geo.capacity.catchment import catchment
from kortrijk_geo.capacity.network import home_groups, network
from kortrijk_geo.services.blind_spots import spots_of
from kortrijk_geo.services.locations import read_locations
from kortrijk_geo.services.reached import MODES, Riders, tally, trips_to, weights_of
from kortrijk_geo.services.supply import aims_of, count_supply
from kortrijk_geo.text.dutch import list_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from kortrijk_geo.capacity.catchment import Catchment
    from kortrijk_geo.capacity.network import Network
    from kortrijk_geo.capacity.transit import TransitNetwork
    from kortrijk_geo.engine.places import SnapTo
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.services.blind_spots import Spot
    from kortrijk_geo.services.locations import Locations
    from kortrijk_geo.services.reached import Mode, ReachMode, Rides, Tally, Trips, Weights
    from kortrijk_geo.services.rules import Forecast, Kind, Services
    from kortrijk_geo.services.supply import Aim, Supply

# The outline of a blind spot is that of the squares that hold its homes, and of those around these.
_SQUARE_M = 50.0
_LINE = 2**32  # numbers of squares in a column


@dataclass(frozen=True)
class Measured:
    """One kind over one city.

    Parameters
    ----------
    kind
        The kind.
    locations, supply, aims
        Its places, what they hold against people, and what targets of the city leave to do.
    weights
        Whom reach is told of.
    trips, rides
        Trips to the nearest place by mode, and those by public transport where these are measured.
    tallies, catchments
        By mode: people without reach per area and, last, in the city; capacity that people reach, where it is known.
    spots
        Its blind spots; rows of `homes`.
    """

    kind: Kind
    locations: Locations
    supply: Supply
    aims: list[Aim]
    weights: Weights
    trips: Mapping[Mode, Trips]
    rides: Rides | None
    tallies: Mapping[ReachMode, Tally]
    catchments: Mapping[Mode, Catchment]
    spots: list[Spot]


@dataclass(frozen=True)
class Homes:
    """The homes of the pack: their frame, row of the area of each (-1 outside), and coordinates."""

    frame: gpd.GeoDataFrame
    area: npt.NDArray[np.int64]
    xy: npt.NDArray[np.float64]


def measure_kinds(
    city: City,
    kinds: Sequence[Kind],
    rules: Services,
    forecast: Forecast,
    *,
    snap_to: SnapTo,
    net: TransitNetwork | None = None,
) -> tuple[Homes, list[Measured]]:
    """Measure every kind; the homes are put on the streets of a mode once. Without ``net`` nobody rides."""
    nets = {
        mode: network(
            city, mode, ("residents",), "inwoners", snap_m=rules.snap.max_m, snap_to=snap_to, theme="Services"
        )
        for mode in MODES
    }
    frame = nets["walk"].homes
    xy = shapely.get_coordinates(frame.geometry.to_numpy())
    homes = Homes(frame, home_groups(city, frame, "areas"), xy)
    places = read_locations(city, kinds)
    riders = None if net is None else _riders(net, homes)
    measured = [_measured(city, kind, places[kind.id], homes, nets, riders, rules, forecast) for kind in kinds]
    return homes, measured


def _riders(net: TransitNetwork, homes: Homes) -> Riders:
    """Put the homes of the study area on the streets with the stops of the timetable."""
    rows = np.flatnonzero(homes.area >= 0)
    return Riders(net, net.leaving(homes.frame.iloc[rows]), rows, len(homes.frame))


def _measured(
    city: City,
    kind: Kind,
    locations: Locations,
    homes: Homes,
    nets: Mapping[Mode, Network],
    riders: Riders | None,
    rules: Services,
    forecast: Forecast,
) -> Measured:
    weights = weights_of(homes.frame, kind)
    ids = pd.Index(city.areas["area_id"], name="area_id")
    trips = {mode: trips_to(net, locations, rules.limit_m(kind, mode)) for mode, net in nets.items()}
    tallies: dict[ReachMode, Tally] = {}
    for mode, trip in trips.items():
        tallies[mode] = _tally(weights, trip, homes.area, len(ids))
    rides = None
    if riders is not None:
        rides = riders.rides_to(locations, rules.ride_minutes(kind, riders.net.ride.rules))
        tallies["transit"] = _tally(weights, rides, homes.area, len(ids))
    supply = count_supply(city, kind, locations, forecast)
    catchments = {}
    if weights.of_kind and locations.frame["capacity"].notna().any():
        catchments = {
            mode: catchment(
                net.of(weights.columns, weights.label), locations.frame, "capacity", area=homes.area, ids=ids,
                limit_m=rules.limit_m(kind, mode), rules=rules,
            )
            for mode, net in nets.items()
        }  # fmt: skip
    return Measured(
        kind=kind,
        locations=locations,
        supply=supply,
        aims=aims_of(city, kind, float(supply.capacity[-1])),
        weights=weights,
        trips=trips,
        rides=rides,
        tallies=tallies,
        catchments=catchments,
        spots=_spots(weights, trips[kind.mode], homes, rules),
    )


def _tally(weights: Weights, trips: Trips | Rides, area: npt.NDArray[np.int64], areas: int) -> Tally:
    """Count the people without reach of every area and, last, of the city."""
    per_area = tally(weights.people, trips.known, trips.beyond, area, areas)
    whole = tally(weights.people, trips.known, trips.beyond, np.where(area >= 0, 0, -1), 1)
    joined = {name: np.append(getattr(per_area, name), getattr(whole, name)) for name in vars(per_area)}
    return type(per_area)(**joined)


def _spots(weights: Weights, trips: Trips, homes: Homes, rules: Services) -> list[Spot]:
    """Return the blind spots of a kind inside the study area; their homes are rows of all homes."""
    people = np.nan_to_num(weights.people)
    rows = np.flatnonzero(trips.beyond & (homes.area >= 0) & (people > 0))
    known = rules.blind_spots
    spots = spots_of(
        homes.xy[rows], people[rows], neighbour_m=known.neighbour_m, core_people=known.core_people,
        least_people=known.least_people,
    )  # fmt: skip
    return [type(spot)(rows[spot.homes], spot.people, int(rows[spot.middle])) for spot in spots]


def _outline(xy: npt.NDArray[np.float64]) -> shapely.Geometry:
    """Return the squares with these points and those around them; a square is one number, for rows sort slowly."""
    column, row = np.floor(xy / _SQUARE_M).astype(np.int64).T
    steps = np.add.outer(np.array([-_LINE, 0, _LINE]), [-1, 0, 1]).ravel()
    squares = np.unique(np.unique(column * _LINE + row)[:, None] + steps)
    columns = (squares + _LINE // 2) // _LINE
    west, south = columns * _SQUARE_M, (squares - columns * _LINE) * _SQUARE_M
    together = shapely.coverage_union_all(shapely.box(west, south, west + _SQUARE_M, south + _SQUARE_M))
    return shapely.simplify(together, _SQUARE_M)


def spot_layer(city: City, homes: Homes, measured: Sequence[Measured]) -> gpd.GeoDataFrame:
    """Return the blind spots of all kinds as shapes, those with most people first.

    ``nearest_m`` is the trip from the home in the middle to its nearest place, unknown where no way leads to one;
    ``nearest_name`` is what that is called. ``area_id`` is the area where most of its people live.
    """
    import geopandas as gpd

    names = city.areas["name"].to_numpy()
    rows = []
    for one in measured:
        trips = one.trips[one.kind.mode]
        places = one.locations.frame
        for spot in one.spots:
            people = np.bincount(homes.area[spot.homes], weights=np.nan_to_num(one.weights.people[spot.homes]))
            most = np.argsort(-people, kind="stable")[: int((people > 0).sum())]
            place = trips.nearest[spot.middle]
            metres = trips.metres[spot.middle]
            outline = _outline(homes.xy[spot.homes])
            x, y = homes.xy[spot.middle]
            rows.append(
                {
                    "kind": one.kind.id,
                    "kind_label": one.kind.label,
                    "area_id": city.areas["area_id"].iloc[most[0]],
                    "area_names": list_text([str(names[row]) for row in most], 2),
                    "people": round(spot.people),
                    "whom": one.weights.label,
                    "homes": len(spot.homes),
                    "surface_ha": float(shapely.area(outline)) / 10_000,
                    "nearest_m": metres if np.isfinite(metres) else np.nan,
                    "nearest_name": places["name"].iloc[place] if place >= 0 else None,
                    "x": round(x),
                    "y": round(y),
                    "geometry": outline,
                }
            )
    columns = (
        "rank", "kind", "kind_label", "area_id", "area_names", "people", "whom", "homes", "surface_ha", "nearest_m",
        "nearest_name", "x", "y", "geometry",
    )  # fmt: skip
    rows.sort(key=lambda row: -row["people"])
    for place, row in enumerate(rows, start=1):
        row["rank"] = place
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=list(columns)), geometry="geometry", crs=city.crs)
