"""The route from one point to another by public transport, in words: for one departure, or for all of a window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Unpack, cast

import numpy as np
import shapely

from kortrijk_geo.capacity.ride import seconds_of
from kortrijk_geo.capacity.ride_notes import ride_notes
from kortrijk_geo.capacity.transit import TransitNetwork
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.engine.transit.journey import DOOR, ON_FOOT, journey_to
from kortrijk_geo.engine.transit.walks import NEVER, to_nearest
from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import takes
from kortrijk_geo.reach.isochrones import place_inside, point_of
from kortrijk_geo.reach.transit_point import TransitTravel, ride_of
from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    import datetime as dt

    import numpy.typing as npt

    from kortrijk_geo.engine.transit.journey import Journey, Leg
    from kortrijk_geo.engine.transit.walks import Walks
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.pack.timetable import Timetable

    Ints = npt.NDArray[np.int32]

DAY_S = 86_400
# Of GTFS's kinds of lines, those that are not called a line.
_TRAIN = 2


@dataclass(frozen=True)
class RouteLeg:
    """A walk, or a ride with one vehicle.

    Parameters
    ----------
    mode
        "walk" or "ride".
    from_stop, to_stop
        Names of stops, None for the point where one leaves or goes.
    leaves_s, arrives_s
        Seconds since the beginning of the day.
    metres
        Of a walk from or to a point, to 10 m; None of rides, and between stops, where the timetable may say how long
        it takes.
    line, kind, towards
        Of a ride: name of the line, its kind in GTFS (3 bus), and what stands on the vehicle.
    """

    mode: str
    from_stop: str | None
    to_stop: str | None
    leaves_s: int
    arrives_s: int
    metres: int | None = None
    line: str | None = None
    kind: int | None = None
    towards: str | None = None


@dataclass(frozen=True)
class RouteTrip:
    """How one goes from point to point, of one departure or of several that arrive together.

    Parameters
    ----------
    first_s, leaves_s
        The first and the last departure that it is of; it is told of the last.
    arrives_s
        When one is there.
    legs
        Walks and rides in their order; none where there is no way, ``arrives_s`` then being None.
    """

    first_s: int
    leaves_s: int
    arrives_s: int | None
    legs: tuple[RouteLeg, ...]

    @property
    def seconds(self) -> int | None:
        """From door to door."""
        return None if self.arrives_s is None else self.arrives_s - self.leaves_s

    @property
    def words(self) -> str:
        """The route as one says it, in Dutch."""
        leaves = f"Vertrek {clock_text(self.leaves_s)}."
        if self.arrives_s is None:
            return f"{leaves} Er is geen weg meer, ook niet te voet."
        end = f"Aankomst {clock_text(self.arrives_s, up=True)}: {_minutes_text(self.arrives_s - self.leaves_s)}."
        if all(leg.mode == "walk" for leg in self.legs):
            metres = decimal_text(self.legs[0].metres or 0, 0)
            return f"{leaves} Helemaal te voet, {metres} m: met bus of trein is niet sneller. {end}"
        changed = ("overstap, " * (a.mode == b.mode == "ride") for a, b in pairwise(self.legs))
        parts = [change + _leg_words(leg) for change, leg in zip(("", *changed), self.legs, strict=True)]
        words = ", ".join(filter(None, parts))
        return f"{leaves} {words[:1].upper()}{words[1:]}. {end}"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        legs = [{name: value for name, value in vars(leg).items() if value is not None} for leg in self.legs]
        return {**vars(self), "seconds": self.seconds, "legs": legs, "words": self.words}


@dataclass(frozen=True)
class Route:
    """The answers of `route`.

    Parameters
    ----------
    start, end
        The points, in the pack's CRS.
    day
        The day of the timetable.
    walk_s
        All the way on foot, s; None for no way.
    median_s, ninth_s
        What half, and nine in ten, of the departures take at most, s; None for no way.
    trips
        In the order of departure; of the departures that arrive together one.
    options, notes
        What the figures depend on, and Dutch remarks.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    day: dt.date
    walk_s: int | None
    median_s: int | None
    ninth_s: int | None
    trips: tuple[RouteTrip, ...]
    options: dict[str, Any]
    notes: list[str]

    @property
    def words(self) -> list[str]:
        """The routes as one says them, in Dutch, after a line on all departures together where there are several."""
        lines = [_line_of(trip) for trip in self.trips]
        if self.options["from_time"] == self.options["at"]:
            return lines
        walk = "te voet is er geen weg" if self.walk_s is None else f"te voet {_minutes_text(self.walk_s)}"
        if self.median_s is None or self.ninth_s is None:
            return [f"Niet bij elk vertrek is er een weg; {walk}.", *lines]
        first = (
            f"Vertrek van {self.options['from_time']} tot {self.options['to_time']}: de helft van de vertrekken duurt"
            f" hoogstens {_minutes_text(self.median_s)}, negen op de tien hoogstens {_minutes_text(self.ninth_s)};"
            f" {walk}."
        )
        return [first, *lines]

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data."""
        trips = [trip.to_json() for trip in self.trips]
        return {
            **vars(self), "start": list(self.start), "end": list(self.end), "day": self.day.isoformat(),
            "trips": trips, "words": self.words,
        }  # fmt: skip


@dataclass(frozen=True)
class _Between:
    """Two points on the streets of a city by public transport."""

    net: TransitNetwork
    walks: Walks
    to_place_s: Ints
    direct_s: int

    def journey(self, leaves_s: int) -> Journey | None:
        net = self.net
        return journey_to(
            net.hops,
            net.stops.footpaths,
            self.walks,
            self.to_place_s,
            self.direct_s,
            leaves_s,
            slack_s=net.ride.slack_s,
        )

    def every_departure(self) -> Ints:
        """Return the seconds of each departure of the window."""
        net, window = self.net, self.net.ride.window
        if len(window) == 1:
            journey = self.journey(window.from_s)
            return np.array([NEVER if journey is None else journey.seconds], np.int32)
        profile = net.profile_of(self.to_place_s)
        return cast("Ints", profile.every_departure(self.walks, np.array([self.direct_s], np.int32), window)[0])


@takes(TransitTravel)
def route(
    city: City,
    start: tuple[float, float],
    end: tuple[float, float],
    at: str | None = None,
    **options: Unpack[TransitTravel],
) -> Route:
    """Tell how one goes from ``start`` to ``end`` by public transport, trip by trip and in words.

    Of the journeys that arrive first it is one with fewest changes, and of those one least on foot.

    Parameters
    ----------
    city
        A pack with a layer ``streets``, and a ``timetable``.
    start, end
        X and y, in the pack's CRS.
    at
        HH:MM of one departure; None for every minute of the window.
    **options
        See `kortrijk_geo.reach.transit_point.TransitTravel`.

    Raises
    ------
    OptionError
        When a point is not in the pack, or farther than ``max_snap_m`` from a street, nothing runs on the day, or an
        option cannot be used.
    """
    points = np.concatenate([point_of(*_pair(point), city.crs)["geometry"] for point in (start, end)])
    ride = ride_of(_leaving_at(at, options))
    city.require("streets", "timetable", theme="A route by public transport")
    streets = city.rows("streets", "walk", "geometry")
    graph = StreetGraph.from_rows(streets, "walk", city.crs)
    bounds = tuple(shapely.total_bounds(streets["geometry"]).tolist())
    places = place_inside(graph, bounds, points, ride.snap)
    net = TransitNetwork.on(graph, city.timetable(), ride)
    there = places[1:]
    between = _Between(
        net,
        net.stops.walks_from(graph, places[:1], net.to_stop_m, ride.walk_m_per_min),
        net.stops.to_nearest(graph, there, net.to_stop_m, ride.walk_m_per_min),
        int(to_nearest(graph, places[:1], there, np.inf, ride.walk_m_per_min)[0]),
    )
    taken_s = between.every_departure()
    in_order = np.sort(taken_s)
    median_s, ninth_s = (in_order[ride.window.rank(share) - 1] for share in (0.5, 0.9))
    return Route(
        start=_pair(start),
        end=_pair(end),
        day=net.day,
        walk_s=_known(between.direct_s),
        median_s=_known(median_s),
        ninth_s=_known(ninth_s),
        trips=tuple(_trips(between, taken_s)),
        options={**ride.record(net.day), "at": at},
        notes=[_HOW.format(slack_s=ride.slack_s), *ride_notes(net)],
    )


_HOW = (
    "Van alle reizen die het vroegst aankomen is het die met de minste overstappen, en daarvan die met het minst te"
    " voet. Wie instapt, is {slack_s} seconden voor het vertrek aan de halte. Meters te voet zijn afgerond op 10 m,"
    " minuten naar boven; uren van vertrek naar beneden, van aankomst naar boven."
)


def _pair(point: tuple[float, float]) -> tuple[float, float]:
    """Return the two numbers of a point; refuse anything else."""
    numbers = () if isinstance(point, str) else tuple(point)
    if len(numbers) != 2 or not all(isinstance(each, (int, float, np.number)) for each in numbers):
        raise OptionError(f"a point is two numbers, x and y, found {point!r}")
    return float(numbers[0]), float(numbers[1])


def _leaving_at(at: str | None, options: TransitTravel) -> TransitTravel:
    """Return the options with a window of one departure."""
    if at is None:
        return options
    if options["from_time"] is not None or options["to_time"] is not None:
        raise OptionError("at is one departure; leave out from_time and to_time, or leave out at")
    try:
        leaves_s = seconds_of(at)
    except ValueError as error:
        raise OptionError(f"at: {error}") from error
    if leaves_s >= DAY_S:
        raise OptionError(f"at: {at!r} is the end of the day; the last departure of a day is 23:59")
    until_s = leaves_s + 60
    return {**options, "from_time": at, "to_time": f"{until_s // 3600:02d}:{until_s // 60 % 60:02d}"}


def _trips(between: _Between, taken_s: Ints) -> list[RouteTrip]:
    """Return the trips of the window: of departures that arrive together, and of those all on foot, one."""
    window = between.net.ride.window
    leaves_s = range(window.from_s, window.to_s, window.step_s)
    departures = list(zip(leaves_s, taken_s.tolist(), strict=True))

    def arrival(departure: tuple[int, int]) -> int:
        return -1 if departure[1] == between.direct_s else sum(departure)

    trips = []
    for _, together in groupby(departures, arrival):
        same = [leaves for leaves, _ in together]
        journey = between.journey(same[-1])
        legs = () if journey is None else tuple(_leg(between.net, leg) for leg in journey.legs)
        trips.append(RouteTrip(same[0], same[-1], None if journey is None else journey.arrives_s, legs))
    return trips


def _leg(net: TransitNetwork, leg: Leg) -> RouteLeg:
    timetable = net.timetable
    start, end = (None if stop == DOOR else str(timetable.stop_name[stop]) for stop in (leg.from_stop, leg.to_stop))
    if leg.trip != ON_FOOT:
        trip = net.trip[leg.trip]
        line = timetable.trip_line[trip]
        return RouteLeg(
            "ride", start, end, leg.leaves_s, leg.arrives_s, line=_line_name(timetable, int(line)),
            kind=int(timetable.line_kind[line]), towards=str(timetable.trip_sign[trip]) or None,
        )  # fmt: skip
    between_stops = start is not None and end is not None
    metres = None if between_stops else round(leg.seconds * net.ride.walk_m_per_min / 600) * 10
    return RouteLeg("walk", start, end, leg.leaves_s, leg.arrives_s, metres)


def _line_name(timetable: Timetable, line: int) -> str:
    return str(timetable.line_name[line]) or str(timetable.line_id[line])


def _leg_words(leg: RouteLeg) -> str:
    """Say one leg; the stop to which one walks is that where one boards."""
    minutes = _minutes_text(leg.arrives_s - leg.leaves_s, short=True)
    if leg.mode == "ride":
        towards = f" richting {leg.towards}" if leg.towards else ""
        return (
            f"{'trein' if leg.kind == _TRAIN else 'lijn'} {leg.line}{towards} om {clock_text(leg.leaves_s)} (aankomst"
            f" {clock_text(leg.arrives_s, up=True)} {leg.to_stop})"
        )
    if leg.from_stop is not None and leg.to_stop is not None:
        where = "" if leg.from_stop == leg.to_stop else f" naar halte {leg.to_stop}"
        return f"overstap {minutes} te voet{where}"
    where = "het punt" if leg.to_stop is None else f"halte {leg.to_stop}"
    if not leg.metres:
        return f"halte {leg.to_stop}" if leg.to_stop is not None else ""
    return f"{decimal_text(leg.metres or 0, 0)} m te voet ({minutes}) naar {where}"


def _line_of(trip: RouteTrip) -> str:
    """Say a trip, and of which departures it is."""
    if trip.first_s == trip.leaves_s:
        return trip.words
    first, last = clock_text(trip.first_s), clock_text(trip.leaves_s)
    same = "even lang" if all(leg.mode == "walk" for leg in trip.legs) else "met dezelfde aankomst"
    return f"Van {first} tot en met {last} {same}, het laatst zo: {trip.words}"


def clock_text(seconds: int, *, up: bool = False) -> str:
    """Return a time as 07:42, rounded down to the minute or ``up``; after midnight the next day is told."""
    minutes = -(-seconds // 60) if up else seconds // 60
    days, minutes = divmod(minutes, DAY_S // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + " de volgende dag" * (days > 0)


def _minutes(seconds: int) -> int:
    return math.ceil(seconds / 60)


def _minutes_text(seconds: int, *, short: bool = False) -> str:
    minutes = _minutes(seconds)
    return f"{minutes} min" if short else f"{minutes} minuut" if minutes == 1 else f"{minutes} minuten"


def _known(seconds: int | np.integer[Any]) -> int | None:
    return None if seconds == NEVER else int(seconds)
