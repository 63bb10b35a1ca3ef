"""A city by public transport: its streets on foot, the stops of its timetable on them, and the rides of one morning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.engine.transit.day import hops_of, refuse_idle
from kortrijk_geo.engine.transit.stops import Stops
from kortrijk_geo.engine.transit.travel import homes_within, profile_to
from kortrijk_geo.engine.transit.walks import Walks, endless, to_nearest, walk_seconds
from kortrijk_geo.errors import OptionError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from kortrijk_geo.capacity.ride import Ride
    from kortrijk_geo.engine.places import Places
    from kortrijk_geo.engine.transit.hops import Hops
    from kortrijk_geo.engine.transit.travel import Profile
    from kortrijk_geo.pack.timetable import Timetable

    Ints = npt.NDArray[np.int32]
    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

# Half of all departures take at most the first, nine in ten at most the second.
SHARES = (0.5, 0.9)
# Places whose homes are marked together: a byte for each home of each.
_AT_ONCE = 256
# A limit in metres is that in seconds and a hair more: the seconds decide.
_HAIR_M = 0.01


@dataclass(frozen=True)
class Origins:
    """Homes on the streets, with the walks from each to the stops near it; make them with `TransitNetwork.leaving`."""

    places: Places
    walks: Walks

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True)
class TransitNetwork:
    """The streets on foot with stops, and what rides in the window of a day; make it with `of`.

    Parameters
    ----------
    graph
        The streets.
    pack_timetable, timetable
        The whole timetable of the pack, and what the change of the ride makes of it.
    stops
        The stops of that on the streets.
    ride
        Window, slack, speed, limits.
    day
        The day that is measured.
    hops, trip
        What runs on it, and the trip of the timetable of each run of `hops`.
    """

    graph: StreetGraph
    pack_timetable: Timetable
    timetable: Timetable
    stops: Stops
    ride: Ride
    day: dt.date
    hops: Hops
    trip: Ints

    @classmethod
    def of(cls, streets: gpd.GeoDataFrame, timetable: Timetable, ride: Ride) -> Self:
        """Put a timetable on streets, as `on`."""
        return cls.on(StreetGraph.from_streets(streets), timetable, ride)

    @classmethod
    def on(cls, graph: StreetGraph, timetable: Timetable, ride: Ride) -> Self:
        """Put a timetable on streets of which the graph is there, with the change of the ride.

        Raises
        ------
        DataError, OptionError
            As `Timetable.busiest_tuesday`, `hops_of` and `TimetableChange.apply`; and when a stop is moved to where no
            street is.
        """
        day = ride.day_in(timetable)
        refuse_idle(timetable, day)
        changed = ride.change.apply(timetable, day)
        stops = stops_of(graph, changed, ride)
        refuse_far(stops, changed, ride.change.moved_rows(timetable), ride)
        return cls(graph, timetable, changed, stops, ride, day, *hops_on(changed, day, ride))

    def walked_otherwise(self, ride: Ride) -> Self:
        """Return the same rides with another slack or speed on foot."""
        return replace(self, stops=stops_of(self.graph, self.timetable, ride), ride=ride)

    def leaving(self, homes: gpd.GeoDataFrame | gpd.GeoSeries) -> Origins:
        """Put homes on the streets, with the walks from each to the stops near it."""
        return self.leaving_from(self.graph.place(homes, **self.ride.snap))

    def leaving_from(self, places: Places) -> Origins:
        """Find the walks to the stops near each of some homes that are on the streets already."""
        return Origins(places, self.stops.walks_from(self.graph, places, self.to_stop_m, self.ride.walk_m_per_min))

    def place(self, points: gpd.GeoDataFrame | gpd.GeoSeries) -> Places:
        """Put places where one arrives on the streets."""
        return self.graph.place(points, **self.ride.snap)

    def profile_to(self, places: Places) -> Profile:
        """Scan the day backward from the nearest of these places."""
        return self.profile_of(self.stops.to_nearest(self.graph, places, self.to_stop_m, self.ride.walk_m_per_min))

    def profile_of(self, to_place_s: Ints) -> Profile:
        """Scan the day backward from places so many seconds on foot from every stop of the timetable."""
        return profile_to(
            self.hops, self.stops.footpaths, to_place_s, slack_s=self.ride.slack_s, from_s=self.ride.window.from_s
        )

    def seconds_to(self, origins: Origins, places: Places, shares: Sequence[float] = SHARES) -> tuple[Floats, Floats]:
        """Measure how long every home takes to the nearest of some places.

        Parameters
        ----------
        origins
            Homes, see `leaving`.
        places
            Where they go, see `place`; those on no street are left out.
        shares
            Shares of departures, .5 for the median.

        Returns
        -------
        numpy.ndarray, numpy.ndarray
            (homes, shares) seconds that so many departures take at most, by public transport or all the way on foot,
            whichever is quicker; (homes,) seconds on foot. Infinite where there is no way.
        """
        there = places[np.flatnonzero(places.placed)]
        walk_s = to_nearest(self.graph, origins.places, there, np.inf, self.ride.walk_m_per_min)
        if not len(there):
            return np.full((len(origins), len(shares)), np.inf), endless(walk_s)
        profile = self.profile_to(there)
        return endless(profile.at_shares(origins.walks, walk_s, self.ride.window, shares)), endless(walk_s)

    def within_each(
        self, origins: Origins, points: Places, place: Ints, limit_s: int, share: float = SHARES[0]
    ) -> Iterator[Flags]:
        """Tell of every place, for itself, from which homes it is within a limit at a share of departures.

        What `seconds_to` says of one place after another, in a fraction of the time. A home that has several places,
        each at too few departures, has none of them within the limit here, though `seconds_to` the nearest may be.

        Parameters
        ----------
        origins
            Homes, see `leaving`.
        points, place
            Where places are entered, see `place`, and the number from 0 of the place of each.
        limit_s
            Longest trip, s.
        share
            At so many departures it takes no longer.

        Yields
        ------
        numpy.ndarray
            (places, homes) flags of the next places, in their order; all of them together are ``place.max() + 1`` rows.
        """
        speed = self.ride.walk_m_per_min
        limit_m = limit_s * speed / 60 + _HAIR_M
        for begin in range(0, int(place.max(initial=-1)) + 1, _AT_ONCE):
            of = place - begin
            count = min(_AT_ONCE, int(of.max()) + 1)
            rows = np.flatnonzero(points.placed & (of >= 0) & (of < count))
            doors, number = points[rows], of[rows].astype(np.int32)
            within = np.zeros((count, len(origins)), bool)
            direct = self.graph.within(doors, origins.places, limit_m, place=number)
            near = self.graph.within(doors, self.stops.places, self.to_stop_m, place=number)
            soon = walk_seconds(direct.metres, speed) <= limit_s
            within[direct.facility[soon], direct.origin[soon]] = True
            walks = Walks.of(near.facility, self.stops.rows[near.origin], walk_seconds(near.metres, speed), count)
            yield homes_within(
                self.hops, self.stops.footpaths, walks, origins.walks, within, self.ride.window, limit_s, share=share,
                slack_s=self.ride.slack_s,
            )  # fmt: skip

    @property
    def to_stop_m(self) -> float:
        """How far one walks to a stop or from it, m."""
        return self.ride.rules.walk.to_stop_m

    @property
    def trips(self) -> int:
        """How many trips of the timetable run on the day."""
        return len(self.timetable.trips_on(self.day))

    @property
    def trips_in_window(self) -> int:
        """How many trips leave some stop, where one may board, between the first and the last departure."""
        inside = self.hops.boards & (self.hops.leaves_s < self.ride.window.to_s)
        return len(np.unique(self.hops.trip[inside]))

    @property
    def departures_per_hour(self) -> Floats:
        """Departures of each stop of the timetable per hour of the window."""
        window = self.ride.window
        inside = self.hops.boards & (self.hops.leaves_s < window.to_s)
        counts = np.bincount(self.hops.from_stop[inside], minlength=self.timetable.n_stops)
        return np.asarray(counts * 3600 / (window.to_s - window.from_s))


def stops_of(graph: StreetGraph, timetable: Timetable, ride: Ride) -> Stops:
    """Put the stops of a timetable on the streets, as the ride asks."""
    return Stops.of(
        graph, timetable, speed_m_per_min=ride.walk_m_per_min, footpath_m=ride.rules.walk.between_stops_m,
        slack_s=ride.slack_s, max_snap_m=ride.max_snap_m,
    )  # fmt: skip


def hops_on(timetable: Timetable, day: dt.date, ride: Ride) -> tuple[Hops, Ints]:
    """Return the hops of a day that matter to the ride, and the trip of each run; none where nothing is left."""
    return hops_of(timetable, day, ride.window.from_s, ride.window.to_s, idle=True)


def refuse_far(stops: Stops, timetable: Timetable, moved: Ints, ride: Ride) -> None:
    """Refuse a stop that is moved to where no street of the pack is; `OptionError` names it."""
    off = moved[~np.isin(moved, stops.rows[stops.places.placed])]
    for row in off[:1].tolist():
        raise OptionError(
            f"stop {timetable.stop_id[row]} is moved to {timetable.stop_x[row]:g},{timetable.stop_y[row]:g}, farther"
            f" than {ride.max_snap_m:g} m from any street of the pack; choose a point nearer to a street"
        )
