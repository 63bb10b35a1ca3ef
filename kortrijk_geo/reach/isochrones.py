"""Who lives within so many minutes of a chosen point, and the area that is within these minutes, as a polygon.

The figures come from the distances of the homes, trip from home to point; the polygon is only a drawing: the parts of
streets within the limit, widened by ``isochrone.buffer_m`` of ``settings.toml``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, Self, Unpack

import numpy as np
import shapely

from kortrijk_geo.capacity.privacy import public_counts, without_few_around
from kortrijk_geo.capacity.ride import least_people
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.options import takes
from kortrijk_geo.pack.rows import Rows
from kortrijk_geo.reach.options import Travel, choose
from kortrijk_geo.reach.rules import MODES
from kortrijk_geo.reach.times import TOLERANCE_M
from kortrijk_geo.text.dutch import HOW, decimal_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.engine.streets import Places
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode

# What of the layers is read.
_STREETS = ("walk", "cycle_forward", "cycle_backward", "geometry")
_HOMES = ("area_id", "dwellings", "residents", "children_0_2", "geometry")
COUNTED = ("residents", "children_0_2", "dwellings", "households")


@dataclass(frozen=True)
class FromPoint:
    """Who lives within ``minutes`` of a point.

    Parameters
    ----------
    x, y
        The point, in the pack's CRS.
    mode, minutes, limit_m
        How, how long, and how far that is along the streets, m (None by public transport).
    snap_m
        From the point to its street, m; part of every trip.
    homes
        Number of home points of the study area within the limit.
    residents, children_0_2, dwellings, households
        Of these homes. None where it is unknown for any of them. Private households are those of each area, spread over
        its homes by dwellings.
    homes_outside, residents_outside
        The same for the buffer around the study area, which is in none of the above.
    draw
        Makes the ``polygon``.
    least
        From how many people on a count may be told.
    options, notes
        What the figures depend on, and Dutch remarks.
    """

    x: float
    y: float
    mode: Mode | Literal["transit"]
    minutes: float
    limit_m: float | None
    snap_m: float
    homes: int
    residents: float | None
    children_0_2: float | None
    dwellings: float | None
    households: float | None
    homes_outside: int
    residents_outside: float | None
    draw: Callable[[], gpd.GeoDataFrame] = field(repr=False, compare=False)
    least: int = field(repr=False, compare=False)
    options: dict[str, Any]
    notes: list[str]

    @cached_property
    def polygon(self) -> gpd.GeoDataFrame:
        """One row with the figures as `published` and the polygon, for map and GeoPackage; drawn when first asked."""
        return self.draw()

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain data, without the polygon."""
        public = self.published()
        return {key: plain(value) for key, value in public.__dict__.items() if key not in ("draw", "polygon", "least")}

    def published(self) -> FromPoint:
        """Return the figures as they may be told to others, as `public_counts`; the ``polygon`` has them so already."""
        told: dict[str, Any] = public_counts({name: getattr(self, name) for name in COUNTED}, self.least)
        outside = without_few_around(self.residents_outside, self.least)
        note = (
            f"Aantallen van inwoners, kinderen en huishoudens zijn op tientallen afgerond. Van minder dan {self.least}"
            " mensen staat er geen aantal, en waar zo weinig inwoners wonen, ook niet van kinderen of huishoudens."
        )
        notes = [*self.notes, *([note] if note not in self.notes else [])]
        return replace(self, **told, residents_outside=outside, notes=notes)


@dataclass(frozen=True)
class OnStreets:
    """The homes of a city on the streets of one mode.

    Parameters
    ----------
    graph
        The streets.
    homes
        What layer ``homes`` counts at each home, with ``households``, and whether it is ``inside`` the study area.
    places
        The homes on the streets.
    bounds
        From where to where the streets reach: west, south, east, north.
    boundary
        The boundary of the study area.
    crs
        That of the pack.
    """

    graph: StreetGraph
    homes: Rows
    places: Places
    bounds: tuple[float, float, float, float]
    boundary: shapely.Polygon | shapely.MultiPolygon
    crs: str

    @classmethod
    def of(cls, city: City, chosen: Chosen, *, around: tuple[float, float, float] | None = None) -> Self:
        """Put the homes on the streets of the one mode that is chosen.

        Parameters
        ----------
        city
            A pack with layers ``homes``, ``streets`` and ``areas``.
        chosen
            The mode and the snap limit.
        around
            For one question about one point: its x and y, and how far one gets along the streets. Homes that lie
            farther in a straight line are left out, and no compiled code is loaded.
        """
        (mode,) = chosen.modes
        city.require("areas", "homes", "streets", theme="Reach from a point")
        streets, homes = city.rows("streets", *_STREETS), city.rows("homes", *_HOMES)
        figures = _figures(homes, city.rows("areas", "area_id", "households_private"))
        points = homes["geometry"]
        graph = StreetGraph.from_rows(streets, mode, city.crs, compiled=around is None)
        if around is not None:
            x, y, limit_m = around
            rows = np.flatnonzero(np.hypot(shapely.get_x(points) - x, shapely.get_y(points) - y) <= limit_m + 1)
            points, figures = points[rows], figures.take(rows)
        west, south, east, north = shapely.total_bounds(streets["geometry"]).tolist()
        boundary = city.rows("boundary", "geometry")["geometry"][0]
        return cls(graph, figures, graph.place(points, **chosen.snap), (west, south, east, north), boundary, city.crs)


@takes(Travel)
def reach_from(
    city: City, x: float, y: float, mode: str = "walk", minutes: float | None = None, **options: Unpack[Travel]
) -> FromPoint:
    """Count who lives within ``minutes`` of the point ``x, y``, and draw the area.

    Parameters
    ----------
    city
        A pack with layers ``homes``, ``streets`` and ``areas``.
    x, y
        In the pack's CRS.
    mode
        "walk" or "cycle"; trips go from home to point.
    minutes
        Above 0, at most 120; by default the limit of ``settings.toml``.
    **options
        See `kortrijk_geo.reach.options.Travel`.

    Raises
    ------
    OptionError
        When the point is not in the pack, or farther than ``max_snap_m`` from a street of the mode, or mode or minutes
        cannot be used.
    """
    point = point_of(x, y, city.crs)
    chosen = choose(modes=[mode], proximity=False, **options)
    limit = minutes_of(minutes, chosen)
    (how,) = chosen.modes
    on = OnStreets.of(city, chosen, around=(x, y, chosen.limit_m(how, limit) + TOLERANCE_M))
    return reach_on(on, point, [limit], chosen)[0]


@takes(Travel)
def isochrones_from(
    city: City,
    places: gpd.GeoDataFrame,
    *,
    modes: Sequence[str] = MODES,
    minutes: Sequence[float] = (15,),
    **options: Unpack[Travel],
) -> gpd.GeoDataFrame:
    """Draw the areas within so many minutes of chosen places, with who lives there.

    Parameters
    ----------
    city
        A pack with layers ``homes``, ``streets`` and ``areas``.
    places
        Points with a column ``place_id``, in the pack's CRS.
    modes, minutes
        One polygon for each place, mode and number of minutes.
    **options
        See `kortrijk_geo.reach.options.Travel`.

    Returns
    -------
    geopandas.GeoDataFrame
        ``place_id``, ``mode``, ``minutes``, ``homes``, ``residents``, ``children_0_2``, ``dwellings``, ``households``
        (NaN unknown) and the polygon.
    """
    import geopandas as gpd
    import pandas as pd

    if "place_id" not in places.columns or places.crs is None or places.crs != city.areas.crs:
        raise DataError(f"places must be points with a column place_id in {city.crs}")
    points = Rows({name: np.asarray(places[name], dtype=object) for name in ("place_id", "geometry")})
    rows = []
    for mode in modes:
        chosen = choose(modes=[mode], proximity=False, **options)
        limits = [minutes_of(value, chosen) for value in minutes]
        rows += [reached.polygon for reached in reach_on(OnStreets.of(city, chosen), points, limits, chosen)]
    if not rows:
        raise OptionError("name at least one place, mode and number of minutes")
    return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), geometry="geometry", crs=city.crs)


def point_of(x: float, y: float, crs: str) -> Rows:
    """Return the point as rows of one place."""
    if not (math.isfinite(x) and math.isfinite(y)):
        raise OptionError(f"the point {x},{y} must be two finite numbers in {crs}")
    return Rows({"place_id": np.array([f"{x:g},{y:g}"], dtype=object), "geometry": shapely.points([[x, y]])})


def minutes_of(minutes: float | None, chosen: Chosen) -> float:
    """Return ``minutes``, or else the limit that is chosen; refuse what is not above 0 and at most 120."""
    value = chosen.minutes if minutes is None else minutes
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 120:
        raise OptionError(f"minutes must be a number above 0 and at most 120, found {minutes!r}")
    return float(value)


def reach_on(on: OnStreets, points: Rows, limits: Sequence[float], chosen: Chosen) -> list[FromPoint]:
    """Count who lives within so many minutes of each of the points, in the order of ``limits``, then of the points."""
    (how,) = chosen.modes
    places = place_inside(on.graph, on.bounds, points["geometry"], chosen.snap)
    reached = []
    for limit in limits:
        pairs = on.graph.within(places, on.places, chosen.limit_m(how, limit) + TOLERANCE_M)
        for i, place_id in enumerate(points["place_id"]):
            near = on.homes.take(pairs.origin[pairs.facility == i])
            reached.append(_from_point(on, place_id, places[i : i + 1], chosen, limit, near))
    return reached


def place_inside(
    graph: StreetGraph, bounds: tuple[float, ...], points: NDArray[np.object_], snap: dict[str, Any]
) -> Places:
    """Put points on the streets.

    Raises
    ------
    OptionError
        When one lies outside the bounds (west, south, east, north) of the streets, or too far from any of them.
    """
    west, south, east, north = bounds
    places = graph.place(points, **snap)
    for x, y in zip(places.x, places.y, strict=True):
        if not (west <= x <= east and south <= y <= north):
            raise OptionError(
                f"the point {x:g},{y:g} lies outside the pack, which reaches from {west:.0f},{south:.0f} to"
                f" {east:.0f},{north:.0f} in {graph.crs.to_string()}"
            )
    far = np.flatnonzero(np.isnan(places.snap_m))
    if len(far):
        raise OptionError(
            f"no street on which one goes {'on foot' if graph.mode == 'walk' else 'by bicycle'} lies within"
            f" {snap['max_snap_m']:g} m of the point {places.x[far[0]]:g},{places.y[far[0]]:g}; choose a point nearer"
            " to a street"
        )
    return places


def _figures(homes: Rows, areas: Rows) -> Rows:
    """Return what is counted of every home; the households of an area are spread over its homes by dwellings."""
    number = {area_id: row for row, area_id in enumerate(areas["area_id"])}
    # A home outside the study area has the number -1, and the last place, which is that of no area.
    area = np.array([number.get(area_id, -1) for area_id in homes["area_id"]], dtype=np.intp)
    households = np.full(len(number) + 1, np.nan)
    if "households_private" in areas:
        households[:-1] = areas["households_private"]
    of_area = np.bincount(area % len(households), weights=homes["dwellings"], minlength=len(households))
    of_area = np.where(of_area > 0, of_area, np.nan)
    return Rows(
        {
            **{name: homes[name] for name in COUNTED if name in homes},
            "households": households[area] * homes["dwellings"] / of_area[area],
            "inside": homes.known("area_id"),
        }
    )


def _from_point(on: OnStreets, place_id: str, spot: Places, chosen: Chosen, minutes: float, near: Rows) -> FromPoint:
    (mode,) = chosen.modes
    inside, outside = near.take(near["inside"]), near.take(~near["inside"])
    sums = {name: total_of(inside[name]) for name in COUNTED}
    point = shapely.Point(spot.x[0], spot.y[0])
    limit_m, buffer_m = chosen.limit_m(mode, minutes), chosen.settings.isochrone.buffer_m
    least = least_people(None)
    row = {"place_id": place_id, "mode": mode, "minutes": minutes, "homes": len(inside), **public_counts(sums, least)}
    return FromPoint(
        x=point.x,
        y=point.y,
        mode=mode,
        minutes=minutes,
        limit_m=limit_m,
        snap_m=float(spot.snap_m[0]),
        homes=len(inside),
        **sums,
        homes_outside=len(outside),
        residents_outside=total_of(outside["residents"]),
        draw=partial(_polygon, on, spot, limit_m, row, buffer_m),
        least=least,
        options={
            f"{mode}_m_per_min": chosen.speeds_m_per_min[mode],
            **chosen.snap,
            "isochrone_buffer_m": buffer_m,
        },
        notes=_notes(on.boundary, point, chosen, minutes, near),
    )


def _polygon(on: OnStreets, spot: Places, limit_m: float, row: dict[str, Any], buffer_m: float) -> gpd.GeoDataFrame:
    """Return the row with the ground within ``buffer_m`` of the street parts within the limit of its place."""
    import geopandas as gpd

    parts = on.graph.reached(spot, 0, limit_m, trips="to").to_numpy()
    # The point itself is within reach also when the way to its street takes all the time there is.
    ground = shapely.union_all(shapely.buffer([*parts, shapely.Point(spot.x[0], spot.y[0])], buffer_m, quad_segs=4))
    known = {name: np.nan if value is None else value for name, value in row.items()}
    return gpd.GeoDataFrame([known], geometry=[ground], crs=on.crs)


def total_of(values: NDArray[np.float64]) -> float | None:
    """Sum ``values``; None when any is unknown."""
    return None if np.isnan(values).any() else float(values.sum())


def _notes(
    boundary: shapely.Polygon | shapely.MultiPolygon,
    point: shapely.Point,
    chosen: Chosen,
    minutes: float,
    near: Rows,
) -> list[str]:
    (mode,) = chosen.modes
    remarks = []
    limit_m = chosen.limit_m(mode, minutes)
    if not shapely.intersects(boundary, point):
        remarks.append("Het punt ligt buiten de stad; wie buiten de stad woont, is niet meegeteld.")
    elif not near["inside"].all() or shapely.dwithin(boundary.boundary, point, limit_m):
        remarks.append("Het bereik gaat over de stadsgrens; wie buiten de stad woont, is niet meegeteld.")
    if np.isnan(near["residents"][near["inside"]]).any():
        remarks.append(
            "Het aantal inwoners van sommige woningen is onbekend; daarom is het aantal inwoners hier onbekend."
        )
    buffer_m = chosen.settings.isochrone.buffer_m
    remarks.append(
        f"Afstand langs de straten, {HOW[mode]}, van woning naar punt, hoogstens {decimal_text(limit_m, 0)} m; het"
        f" vlak op de kaart is een tekening ({buffer_m:g} m rond de straten), de aantallen komen van de woningen."
    )
    return remarks
