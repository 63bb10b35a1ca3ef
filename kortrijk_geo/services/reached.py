"""Who lives within reach of a kind of service: the nearest place of every home, and shares and numbers of people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from kortrijk_geo.capacity.people import count_people
from kortrijk_geo.capacity.transit import SHARES
from kortrijk_geo.figure import coverage

if TYPE_CHECKING:
    import geopandas as gpd

    from kortrijk_geo.capacity.network import Network
    from kortrijk_geo.capacity.transit import Origins, TransitNetwork
    from kortrijk_geo.services.locations import Locations
    from kortrijk_geo.services.rules import Kind

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Mode = Literal["walk", "cycle"]
MODES: tuple[Mode, ...] = ("walk", "cycle")
# Reach is told of one more; what places hold against people (E2SFCA) is not.
ReachMode = Literal["walk", "cycle", "transit"]
REACH_MODES: tuple[ReachMode, ...] = (*MODES, "transit")
# Distances are compared with limits to a micrometre, so that sums of coordinates that should be 1,200 m are.
_TOLERANCE_M = 1e-6


@dataclass(frozen=True)
class Weights:
    """Whom the reach of a kind is told of: those who need it, or whoever is known where their ages are not.

    Parameters
    ----------
    columns
        Columns of ``homes`` that are added up.
    label
        What they are called, in Dutch.
    of_kind
        Whether they are those who need it.
    people
        Their number per home; NaN unknown.
    """

    columns: tuple[str, ...]
    label: str
    of_kind: bool
    people: Floats


def weights_of(homes: gpd.GeoDataFrame, kind: Kind) -> Weights:
    """Return those who need a kind; where no home knows them its inhabitants, its dwellings, or each home as one."""
    stand_ins = ((("residents",), "inwoners"), (("dwellings",), "woningen"))
    for columns, label in ((kind.people, kind.people_label), *stand_ins):
        people = count_people(homes, columns)
        if np.isfinite(people).any() and np.nansum(people) > 0:
            return Weights(tuple(columns), label, tuple(columns) == kind.people, people)
    return Weights((), "woonadressen", of_kind=False, people=np.ones(len(homes)))


@dataclass(frozen=True)
class Trips:
    """The trips from every home to the nearest place of a kind, by one mode.

    Parameters
    ----------
    metres
        Length of the trip; infinite where there is no way, NaN where the home is not on a street or nothing is known.
    nearest
        Row of the place; -1 for none.
    limit_m
        The longest trip that is within reach.
    unplaced
        Number of places that are not on a street.
    """

    metres: Floats
    nearest: Ints
    limit_m: float
    unplaced: int

    @property
    def known(self) -> Flags:
        """Whether anything can be said of each home."""
        return ~np.isnan(self.metres)

    @property
    def beyond(self) -> Flags:
        """Whether each home is without reach."""
        return self.known & ~(self.metres <= self.limit_m + _TOLERANCE_M)

    def beyond_m(self, limit_m: float) -> Flags:
        """Whether each home is without reach under another limit."""
        return self.known & ~(self.metres <= limit_m + _TOLERANCE_M)


def trips_to(net: Network, locations: Locations, limit_m: float) -> Trips:
    """Measure the trips from all homes to the nearest place; where a source covers a kind and has none, nobody has."""
    homes, places = len(net.places), net.place(locations.frame.geometry)
    unplaced = int((~places.placed).sum())
    nothing = np.full(homes, np.nan), np.full(homes, -1, dtype=np.int64)
    if not locations.known or (len(places) and not places.placed.any()):
        return Trips(*nothing, limit_m, unplaced)
    if not len(places):
        return Trips(np.where(net.places.placed, np.inf, np.nan), nothing[1], limit_m, unplaced)
    nearest, metres = net.graph.nearest(net.places, places)
    no_way = np.isnan(metres) & net.places.placed
    return Trips(np.where(no_way, np.inf, metres), nearest.astype(np.int64), limit_m, unplaced)


@dataclass(frozen=True)
class Rides:
    """The trips by public transport from every home to the nearest place of a kind, at half of the departures.

    Parameters
    ----------
    seconds
        What half of the departures take at most, on foot where that is quicker; infinite where there is no way, NaN
        where the home is not on a street or nothing is known.
    minutes
        The longest trip that is within reach.
    """

    seconds: Floats
    minutes: int

    @property
    def known(self) -> Flags:
        """Whether anything can be said of each home."""
        return ~np.isnan(self.seconds)

    @property
    def beyond(self) -> Flags:
        """Whether each home is without reach."""
        return self.beyond_minutes(self.minutes)

    def beyond_minutes(self, minutes: float) -> Flags:
        """Whether each home is without reach under another limit."""
        return self.known & ~(self.seconds <= minutes * 60)


@dataclass(frozen=True)
class Riders:
    """The homes of the study area and the rides of a day; ``rows`` are theirs among all homes."""

    net: TransitNetwork
    origins: Origins
    rows: Ints
    homes: int

    def rides_to(self, locations: Locations, minutes: int) -> Rides:
        """Measure the rides to the nearest place; what is known of none is as of `trips_to`."""
        points = self.net.place(locations.frame.geometry)
        seconds = np.full(self.homes, np.nan)
        if locations.known and (points.placed.any() or not len(points)):
            taken_s, _ = self.net.seconds_to(self.origins, points, SHARES[:1])
            seconds[self.rows] = np.where(self.origins.places.placed, taken_s[:, 0], np.nan)
        return Rides(seconds, minutes)


@dataclass(frozen=True)
class Tally:
    """People without reach per group: their share and number, and of what share of all people that is known.

    A share or number of fewer than nearly all people (`kortrijk_geo.figure.coverage`) is none: a part is not the whole.
    """

    share: Floats
    people: Floats
    known_share: Floats


def tally(people: Floats, known: Flags, beyond: Flags, group: Ints, groups: int) -> Tally:
    """Count the people without reach.

    Parameters
    ----------
    people
        Per home; NaN unknown.
    known, beyond
        Whether anything can be said of each home, and whether it is without reach.
    group, groups
        Number of the group of each home, -1 for none, and how many groups.
    """
    usual = float(np.nanmean(people)) if np.isfinite(people).any() else 0.0
    expected = np.where(np.isfinite(people), people, usual)
    counted = np.where(known & np.isfinite(people), people, 0.0)
    there = group >= 0

    def summed(values: Floats) -> Floats:
        return np.bincount(group[there], weights=values[there], minlength=groups).astype(np.float64)

    everybody, part, far = summed(expected), summed(counted), summed(np.where(beyond, counted, 0.0))
    nothing = np.full(groups, np.nan)
    known_share = np.divide(part, everybody, out=nothing.copy(), where=everybody > 0)
    share = np.divide(far, part, out=nothing.copy(), where=part > 0)
    whole = known_share >= coverage().whole_share
    return Tally(np.where(whole, share, np.nan), np.where(whole, far, np.nan), known_share)
