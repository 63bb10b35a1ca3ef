"""Who lives within so many minutes of a chosen point, and the area that is within these minutes, as a polygon.

The figures come from the distances of the homes, trip from home to point; the polygon is only a drawing: the parts of
streets within the limit, widened by ``isochrone.buffer_m`` of ``settings.toml``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self, Unpack

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.options import takes
from kortrijk_geo.reach.notes import HOW
from kortrijk_geo.reach.options import Travel, choose
from kortrijk_geo.reach.rules import MODES
from kortrijk_geo.reach.times import TOLERANCE_M
from kortrijk_geo.text.dutch import decimal_text
from kortrijk_geo.text.safe import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kortrijk_geo.engine.streets import Places
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode

# What of the layers is read.
_STREETS = ("walk", "cycle_forward", "cycle_backward", "geometry")
_HOMES = ("area_id", "dwellings", "residents", "children_0_2", "geometry")
_COUNTED = ("residents", "children_0_2", "dwellings", "households")


@dataclass(frozen=True)
class FromPoint:
    """Who lives within ``minutes`` of a point.

    Parameters
    ----------
    x, y
        The point, in the pack's CRS.
    mode, minutes, limit_m
        How, how long, and how far that is along the streets, m.
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
    options, notes
        What the figures depend on, and Dutch remarks.
    """

    x: float
    y: float
    mode: Mode
    minutes: float
    limit_m: float
    snap_m: float
    homes: int
    residents: float | None
    children_0_2: float | None
    dwellings: float | None
    households: float | None
    homes_outside: int
    residents_outside: float | None
    draw: Callable[[], gpd.GeoDataFrame] = field(repr=False, compare=False)
    options: dict[str, Any]
    notes: list[str]

    @cached_property
    def polygon(self) -> gpd.GeoDataFrame:
        """One row with these figures and the polygon, for map and GeoPackage; drawn when it is first asked for."""
        return self.draw()

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain data, without the polygon."""
        return {key: plain(value) for key, value in self.__dict__.items() if key not in ("draw", "polygon")}


@dataclass(frozen=True)
class OnStreets:
    """The homes of a city on the streets of one mode.

    Parameters
    ----------
    graph
        The streets.
    homes
        What layer ``homes`` counts at each home, with ``households``.
    places
        The homes on the streets.
    bounds
        From where to where the streets reach: west, south, east, north.
    boundary
        The boundary of the study area.
    """

    graph: StreetGraph
    homes: pd.DataFrame
    places: Places
    bounds: tuple[float, float, float, float]
    boundary: shapely.Polygon | shapely.MultiPolygon

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
        streets, homes = city.columns("streets", *_STREETS), city.columns("homes", *_HOMES)
        figures = _with_households(city)
        graph = StreetGraph.from_streets(streets, mode=mode, compiled=around is None)
        if around is not None:
            x, y, limit_m = around
            rows = np.flatnonzero(np.hypot(homes.geometry.x - x, homes.geometry.y - y) <= limit_m + 1)
            homes, figures = homes.iloc[rows], figures.iloc[rows]
        west, south, east, north = (float(value) for value in streets.total_bounds)
        places = graph.place(homes, **chosen.snap)
        return cls(graph, figures, places, (west, south, east, north), city.boundary.geometry.iloc[0])


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
    chosen = choose(modes=[mode], **options)
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
    if "place_id" not in places.columns or places.crs is None or places.crs != city.areas.crs:
        raise DataError(f"places must be points with a column place_id in {city.crs}")
    rows = []
    for mode in modes:
        chosen = choose(modes=[mode], **options)
        limits = [minutes_of(value, chosen) for value in minutes]
        rows += [reached.polygon for reached in reach_on(OnStreets.of(city, chosen), places, limits, chosen)]
    if not rows:
        raise OptionError("name at least one place, mode and number of minutes")
    return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), geometry="geometry", crs=city.crs)


def point_of(x: float, y: float, crs: str) -> gpd.GeoDataFrame:
    """Return the point as a layer of one place."""
    if not (math.isfinite(x) and math.isfinite(y)):
        raise OptionError(f"the point {x},{y} must be two finite numbers in {crs}")
    return gpd.GeoDataFrame({"place_id": [f"{x:g},{y:g}"]}, geometry=gpd.points_from_xy([x], [y]), crs=crs)


def minutes_of(minutes: float | None, chosen: Chosen) -> float:
    """Return ``minutes``, or else the limit that is chosen; refuse what is not above 0 and at most 120."""
    value = chosen.minutes if minutes is None else minutes
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 120:
        raise OptionError(f"minutes must be a number above 0 and at most 120, found {minutes!r}")
    return float(value)


def reach_on(on: OnStreets, points: gpd.GeoDataFrame, limits: Sequence[float], chosen: Chosen) -> list[FromPoint]:
    """Count who lives within so many minutes of each of the points, in the order of ``limits``, then of the points."""
    (how,) = chosen.modes
    _check_inside(on, points)
    places = on.graph.place(points, **chosen.snap)
    far = np.flatnonzero(np.isnan(places.snap_m))
    if len(far):
        point = points.geometry.iloc[far[0]]
        raise OptionError(
            f"no street on which one goes {'on foot' if how == 'walk' else 'by bicycle'} lies within"
            f" {chosen.max_snap_m:g} m of the point {point.x:g},{point.y:g}; choose a point nearer to a street"
        )
    reached = []
    for limit in limits:
        pairs = on.graph.within(places, on.places, chosen.limit_m(how, limit) + TOLERANCE_M)
        for i in range(len(points)):
            near = on.homes.iloc[pairs.origin[pairs.facility == i]]
            reached.append(_from_point(on, points.iloc[[i]], places[i : i + 1], chosen, limit, near))
    return reached


def _check_inside(on: OnStreets, points: gpd.GeoDataFrame) -> None:
    west, south, east, north = on.bounds
    for point in points.geometry:
        if not (west <= point.x <= east and south <= point.y <= north):
            raise OptionError(
                f"the point {point.x:g},{point.y:g} lies outside the pack, which reaches from {west:.0f},{south:.0f} to"
                f" {east:.0f},{north:.0f} in {points.crs.to_string()}"
            )


def _with_households(city: City) -> pd.DataFrame:
    homes = pd.DataFrame(city.columns("homes", *_HOMES).drop(columns="geometry"))
    homes["households"] = np.nan
    areas = city.columns("areas", "area_id", "households_private")
    if "households_private" in areas.columns:
        households = homes["area_id"].map(areas.set_index("area_id")["households_private"])
        dwellings = homes.groupby("area_id")["dwellings"].transform(lambda values: values.sum(skipna=False))
        homes["households"] = households.astype(float) * homes["dwellings"] / dwellings.where(dwellings > 0)
    return homes


def _polygon(
    graph: StreetGraph, place: Places, limit_m: float, row: gpd.GeoDataFrame, buffer_m: float
) -> gpd.GeoDataFrame:
    """Return the row with the ground within ``buffer_m`` of the street parts within the limit of its place."""
    parts = graph.reached(place, 0, limit_m, trips="to").to_numpy()
    # The point itself is within reach also when the way to its street takes all the time there is.
    ground = shapely.union_all(shapely.buffer([*parts, row.geometry.iloc[0]], buffer_m, quad_segs=4))
    return row.set_geometry([ground], crs=row.crs)


def _from_point(
    on: OnStreets, place: gpd.GeoDataFrame, spot: Places, chosen: Chosen, minutes: float, near: pd.DataFrame
) -> FromPoint:
    (mode,) = chosen.modes
    inside = near["area_id"].notna()
    sums = {name: total_of(near.loc[inside, name]) for name in _COUNTED}
    point, limit_m, buffer_m = place.geometry.iloc[0], chosen.limit_m(mode, minutes), chosen.settings.isochrone.buffer_m
    row = {"place_id": place["place_id"].iloc[0], "mode": mode, "minutes": minutes, "homes": int(inside.sum())}
    frame = gpd.GeoDataFrame(
        [{**row, **{name: np.nan if value is None else value for name, value in sums.items()}}],
        geometry=[point],
        crs=place.crs,
    )
    return FromPoint(
        x=point.x,
        y=point.y,
        mode=mode,
        minutes=minutes,
        limit_m=limit_m,
        snap_m=float(spot.snap_m[0]),
        homes=int(inside.sum()),
        **sums,
        homes_outside=int((~inside).sum()),
        residents_outside=total_of(near.loc[~inside, "residents"]),
        draw=partial(_polygon, on.graph, spot, limit_m, frame, buffer_m),
        options={
            f"{mode}_m_per_min": chosen.speeds_m_per_min[mode],
            **chosen.snap,
            "isochrone_buffer_m": buffer_m,
        },
        notes=_notes(on.boundary, point, chosen, minutes, near),
    )


def total_of(values: pd.Series) -> float | None:
    """Sum ``values``; None when any is unknown."""
    return None if values.isna().any() else float(values.sum())


def _notes(
    boundary: shapely.Polygon | shapely.MultiPolygon,
    point: shapely.Point,
    chosen: Chosen,
    minutes: float,
    near: pd.DataFrame,
) -> list[str]:
    (mode,) = chosen.modes
    remarks = []
    limit_m = chosen.limit_m(mode, minutes)
    if not shapely.intersects(boundary, point):
        remarks.append("Het punt ligt buiten de stad; wie buiten de stad woont, is niet meegeteld.")
    elif (near["area_id"].isna()).any() or shapely.dwithin(boundary.boundary, point, limit_m):
        remarks.append("Het bereik gaat over de stadsgrens; wie buiten de stad woont, is niet meegeteld.")
    if near.loc[near["area_id"].notna(), "residents"].isna().any():
        remarks.append(
            "Het aantal inwoners van sommige woningen is onbekend; daarom is het aantal inwoners hier onbekend."
        )
    buffer_m = chosen.settings.isochrone.buffer_m
    remarks.append(
        f"Afstand langs de straten, {HOW[mode]}, van woning naar punt, hoogstens {decimal_text(limit_m, 0)} m; het"
        f" vlak op de kaart is een tekening ({buffer_m:g} m rond de straten), de aantallen komen van de woningen."
    )
    return remarks
