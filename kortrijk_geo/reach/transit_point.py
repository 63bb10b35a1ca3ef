"""Who comes within so many minutes to a chosen point by public transport, and the ground where that holds.

Trips go from the homes to the point, as in `kortrijk_geo.reach.isochrones`: of all departures of the window the median
counts, and whoever is quicker on foot walks. The figures are those of the homes; the polygon is only a drawing, of the
pieces of street from whose ends one comes in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self, Unpack

import numpy as np
import shapely

from kortrijk_geo.capacity.privacy import public_counts
from kortrijk_geo.capacity.ride import Ride, RideOptions, least_people
from kortrijk_geo.capacity.ride_notes import ride_notes
from kortrijk_geo.capacity.transit import Origins, TransitNetwork
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.options import takes
from kortrijk_geo.pack.rows import Rows
from kortrijk_geo.reach.isochrones import COUNTED, FromPoint, OnStreets, place_inside, point_of, total_of
from kortrijk_geo.reach.options import Travel, choose
from kortrijk_geo.reach.transit_options import choose_transit
from kortrijk_geo.text.dutch import decimal_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.engine.places import Places
    from kortrijk_geo.pack.city import City

    Ints = NDArray[np.intp]
    Floats = NDArray[np.float64]

MEDIAN = 0.5
# Streets are drawn by pieces no longer than this, m.
_PIECE_M = 60.0
# Between streets from which one comes in time, blocks no larger than this are drawn with them, m2.
_BLOCK_M2 = 100_000.0


class TransitTravel(Travel, RideOptions, total=False):
    """How people get around by public transport, for one point."""


@takes(TransitTravel)
def reach_by_transit(
    city: City, x: float, y: float, minutes: Sequence[float] | None = None, **options: Unpack[TransitTravel]
) -> list[FromPoint]:
    """Count who comes within so many minutes to the point ``x, y`` at half of the departures of a window.

    Parameters
    ----------
    city
        A pack with layers ``homes``, ``streets`` and ``areas``, and a ``timetable``.
    x, y
        In the pack's CRS.
    minutes
        Each above 0, at most 120; by default the limits of ``transit.toml``: 15, 30 and 45.
    **options
        See `kortrijk_geo.reach.transit_point.TransitTravel`.

    Returns
    -------
    list of FromPoint
        One for each number of minutes; trips go from home to point.

    Raises
    ------
    OptionError
        When the point is not in the pack, or farther than ``max_snap_m`` from a street, nothing runs on the day, or an
        option cannot be used.
    """
    return _reached(_ToPoints.of(city, options), point_of(x, y, city.crs), minutes)


@takes(TransitTravel)
def isochrones_by_transit(
    city: City, places: gpd.GeoDataFrame, *, minutes: Sequence[float] | None = None, **options: Unpack[TransitTravel]
) -> gpd.GeoDataFrame:
    """Draw from where one comes within so many minutes to chosen places, with who lives there.

    Parameters
    ----------
    city, minutes, **options
        As `reach_by_transit`.
    places
        Points with a column ``place_id``, in the pack's CRS.

    Returns
    -------
    geopandas.GeoDataFrame
        As `kortrijk_geo.reach.isochrones_from`, ``mode`` being "transit".
    """
    import geopandas as gpd
    import pandas as pd

    if "place_id" not in places.columns or places.crs is None or places.crs != city.areas.crs:
        raise DataError(f"places must be points with a column place_id in {city.crs}")
    points = Rows({name: np.asarray(places[name], dtype=object) for name in ("place_id", "geometry")})
    if not len(points):
        raise OptionError("name at least one place")
    rows = [reached.polygon for reached in _reached(_ToPoints.of(city, options), points, minutes)]
    return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), geometry="geometry", crs=city.crs)


@dataclass(frozen=True)
class _ToPoints:
    """A city by public transport, its homes on the way to points."""

    city: City
    on: OnStreets
    net: TransitNetwork
    origins: Origins
    buffer_m: float

    @classmethod
    def of(cls, city: City, options: TransitTravel) -> Self:
        city.require("timetable", theme="Reach from a point by public transport")
        ride = ride_of(options)
        walking = choose(modes=["walk"], proximity=False, **{name: options[name] for name in Travel.__annotations__})  # type: ignore[literal-required]
        on = OnStreets.of(city, walking)
        net = TransitNetwork.on(on.graph, city.timetable(), ride)
        walks = net.stops.walks_from(on.graph, on.places, net.to_stop_m, ride.walk_m_per_min)
        return cls(city, on, net, Origins(on.places, walks), walking.settings.isochrone.buffer_m)

    @cached_property
    def street_ends(self) -> tuple[Floats, Ints, Ints, Origins]:
        """Ends of pieces of street: coordinates, their street, number of the same point once, and all points placed."""
        streets = self.city.rows("streets", "walk", "geometry")
        lines = shapely.segmentize(streets["geometry"][streets["walk"].astype(bool)], _PIECE_M)
        ends, line = shapely.get_coordinates(lines, return_index=True)
        points, number = np.unique(ends, axis=0, return_inverse=True)
        return ends, line, number.reshape(-1), self.net.leaving(shapely.points(points))

    def drawn(self, place: Places, limit_s: float, row: dict[str, Any]) -> gpd.GeoDataFrame:
        """Return the row with the ground around the pieces of street from whose ends one comes in time."""
        import geopandas as gpd

        ends, line, number, origins = self.street_ends
        median_s, _ = self.net.seconds_to(origins, place, [MEDIAN])
        near = (median_s[:, 0] <= limit_s)[number]
        whole = near[:-1] & near[1:] & (line[:-1] == line[1:])
        pieces = shapely.MultiLineString(list(np.stack([ends[:-1][whole], ends[1:][whole]], axis=1)))
        merged = shapely.get_parts(shapely.line_merge(pieces))
        point = shapely.Point(place.x[0], place.y[0])
        ground = _with_blocks(shapely.union_all(shapely.buffer([*merged, point], self.buffer_m, quad_segs=4)))
        known = {name: np.nan if value is None else value for name, value in row.items()}
        return gpd.GeoDataFrame([known], geometry=[ground], crs=self.on.crs)


def _with_blocks(ground: shapely.Geometry) -> shapely.Geometry:
    """Return the ground with the blocks inside it, so that a city is not drawn as lace."""
    parts = shapely.get_parts(ground)
    holes, of_part = shapely.get_rings(parts, return_index=True)
    outer = np.diff(of_part, prepend=-1) > 0
    blocks = np.asarray(shapely.polygons(holes[~outer]), dtype=object)
    return shapely.union_all([*parts, *blocks[shapely.area(blocks) <= _BLOCK_M2]])


def ride_of(options: TransitTravel) -> Ride:
    """Check the options of a ride; errors as `choose_transit`."""
    return choose_transit(**options).ride


def limits_of(minutes: Sequence[float] | None, ride: Ride) -> list[float]:
    """Return the limits that are asked, or else those of ``transit.toml``, ascending."""
    limit = ride.rules.limit
    asked = {limit.minutes, *limit.other_minutes} if minutes is None else minutes
    for value in asked:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 120:
            raise OptionError(f"minutes must be numbers above 0 and at most 120, found {value!r}")
    if not asked:
        raise OptionError("name at least one number of minutes")
    return sorted(float(value) for value in asked)


def _reached(to: _ToPoints, points: Rows, minutes: Sequence[float] | None) -> list[FromPoint]:
    places = place_inside(to.on.graph, to.on.bounds, points["geometry"], to.net.ride.snap)
    limits = limits_of(minutes, to.net.ride)
    reached = []
    for i, place_id in enumerate(points["place_id"]):
        median_s, _ = to.net.seconds_to(to.origins, places[i : i + 1], [MEDIAN])
        reached += [_from_point(to, place_id, places[i : i + 1], limit, median_s[:, 0]) for limit in limits]
    return reached


def _from_point(to: _ToPoints, place_id: str, place: Places, minutes: float, median_s: Floats) -> FromPoint:
    homes = to.on.homes
    near = homes.take(median_s <= minutes * 60)
    inside, outside = near.take(near["inside"]), near.take(~near["inside"])
    sums = {name: total_of(inside[name]) for name in COUNTED}
    least = least_people(to.net.ride)
    told = public_counts(sums, least)
    row = {"place_id": place_id, "mode": "transit", "minutes": minutes, "homes": len(inside), **told}
    return FromPoint(
        x=float(place.x[0]),
        y=float(place.y[0]),
        mode="transit",
        minutes=minutes,
        limit_m=None,
        snap_m=float(place.snap_m[0]),
        homes=len(inside),
        **sums,
        homes_outside=len(outside),
        residents_outside=total_of(outside["residents"]),
        draw=partial(to.drawn, place, minutes * 60, row),
        least=least,
        options={**to.net.ride.record(to.net.day), "isochrone_buffer_m": to.buffer_m},
        notes=_notes(to, place, near),
    )


def _notes(to: _ToPoints, place: Places, near: Rows) -> list[str]:
    ride, remarks = to.net.ride, []
    if not shapely.intersects(to.on.boundary, shapely.Point(place.x[0], place.y[0])):
        remarks.append("Het punt ligt buiten de stad; wie buiten de stad woont, is niet meegeteld.")
    elif not near["inside"].all():
        remarks.append("Het bereik gaat over de stadsgrens; wie buiten de stad woont, is niet meegeteld.")
    if np.isnan(near["residents"][near["inside"]]).any():
        remarks.append(
            "Het aantal inwoners van sommige woningen is onbekend; daarom is het aantal inwoners hier onbekend."
        )
    if lost := int((~to.on.places.placed & to.on.homes["inside"]).sum()):
        remarks.append(
            f"Woonpunten verder dan {ride.max_snap_m:g} m van een straat: {decimal_text(lost, 0)}. Hun reistijd is"
            " onbekend, zij zijn niet meegeteld."
        )
    remarks.append(
        f"Reizen van woning naar punt (niet van het punt weg), vertrek elke minuut van {ride.from_time} tot"
        f" {ride.to_time}: binnen bereik is wie er bij de helft van de vertrekken binnen de tijd is, met bus, tram of"
        " trein, of te voet als dat sneller is. Het vlak op de kaart is een tekening"
        f" ({to.buffer_m:g} m rond de straten, met de bouwblokken ertussen), de aantallen komen van de woningen."
    )
    return [*remarks, *ride_notes(to.net)]
