"""Who lives within so many minutes of a chosen point, and the area that is within these minutes, as a polygon.

The figures come from the distances of the homes, trip from home to point; the polygon is only a drawing: the parts of
streets within the limit, widened by ``isochrone.buffer_m`` of ``settings.toml``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

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
    from collections.abc import Sequence

    from kortrijk_geo.engine.streets import Places
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode

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
    polygon
        One row with these figures and the polygon, for map and GeoPackage.
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
    polygon: gpd.GeoDataFrame
    options: dict[str, Any]
    notes: list[str]

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain data, without the polygon."""
        return {key: plain(value) for key, value in self.__dict__.items() if key != "polygon"}


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
    point = gpd.GeoDataFrame({"place_id": [f"{x:g},{y:g}"]}, geometry=gpd.points_from_xy([x], [y]), crs=city.crs)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise OptionError(f"the point {x},{y} must be two finite numbers in {city.crs}")
    return _reach(city, point, mode, [minutes], options)[0]


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
    rows = [reached.polygon for mode in modes for reached in _reach(city, places, mode, minutes, options)]
    if not rows:
        raise OptionError("name at least one place, mode and number of minutes")
    return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), geometry="geometry", crs=city.crs)


def _limit(minutes: float | None, chosen: Chosen) -> float:
    value = chosen.minutes if minutes is None else minutes
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 120:
        raise OptionError(f"minutes must be a number above 0 and at most 120, found {minutes!r}")
    return float(value)


def _reach(
    city: City, points: gpd.GeoDataFrame, mode: str, minutes: Sequence[float | None], travel: Travel
) -> list[FromPoint]:
    chosen = choose(modes=[mode], **travel)
    limits = [_limit(value, chosen) for value in minutes]
    (how,) = chosen.modes
    city.require("areas", "homes", "streets", theme="Reach from a point")
    _check_inside(city, points)
    graph = StreetGraph.from_streets(city.streets, mode=how)
    origins = graph.place(city.homes, **chosen.snap)
    places = graph.place(points, **chosen.snap)
    far = np.flatnonzero(np.isnan(places.snap_m))
    if len(far):
        point = points.geometry.iloc[far[0]]
        raise OptionError(
            f"no street on which one goes {'on foot' if how == 'walk' else 'by bicycle'} lies within"
            f" {chosen.max_snap_m:g} m of the point {point.x:g},{point.y:g}; choose a point nearer to a street"
        )
    homes = _with_households(city)
    reached = []
    for limit in limits:
        limit_m = chosen.limit_m(how, limit)
        pairs = graph.within(places, origins, limit_m + TOLERANCE_M)
        for i in range(len(points)):
            near = homes.iloc[pairs.origin[pairs.facility == i]]
            polygon = _polygon(graph, places, i, limit_m, buffer_m=chosen.settings.isochrone.buffer_m)
            snap_m = float(places.snap_m[i])
            reached.append(
                _from_point(city, points.iloc[[i]], chosen, limit, snap_m=snap_m, near=near, polygon=polygon)
            )
    return reached


def _check_inside(city: City, points: gpd.GeoDataFrame) -> None:
    west, south, east, north = city.streets.total_bounds
    for point in points.geometry:
        if not (west <= point.x <= east and south <= point.y <= north):
            raise OptionError(
                f"the point {point.x:g},{point.y:g} lies outside the pack, which reaches from {west:.0f},{south:.0f} to"
                f" {east:.0f},{north:.0f} in {city.crs}"
            )


def _with_households(city: City) -> pd.DataFrame:
    homes = pd.DataFrame(city.homes.drop(columns="geometry"))
    homes["households"] = np.nan
    if "households_private" in city.areas.columns:
        households = homes["area_id"].map(city.areas.set_index("area_id")["households_private"])
        dwellings = homes.groupby("area_id")["dwellings"].transform(lambda values: values.sum(skipna=False))
        homes["households"] = households.astype(float) * homes["dwellings"] / dwellings.where(dwellings > 0)
    return homes


def _polygon(graph: StreetGraph, places: Places, i: int, limit_m: float, *, buffer_m: float) -> shapely.Geometry:
    parts = graph.reached(places, i, limit_m, trips="to").to_numpy()
    # The point itself is within reach also when the way to its street takes all the time there is.
    point = shapely.Point(places.x[i], places.y[i])
    return shapely.union_all(shapely.buffer([*parts, point], buffer_m, quad_segs=4))


def _from_point(
    city: City,
    place: gpd.GeoDataFrame,
    chosen: Chosen,
    minutes: float,
    *,
    snap_m: float,
    near: pd.DataFrame,
    polygon: shapely.Geometry,
) -> FromPoint:
    (mode,) = chosen.modes
    inside = near["area_id"].notna()
    sums = {name: _sum(near.loc[inside, name]) for name in _COUNTED}
    point = place.geometry.iloc[0]
    row = {"place_id": place["place_id"].iloc[0], "mode": mode, "minutes": minutes, "homes": int(inside.sum())}
    frame = gpd.GeoDataFrame(
        [{**row, **{name: np.nan if value is None else value for name, value in sums.items()}}],
        geometry=[polygon],
        crs=city.crs,
    )
    return FromPoint(
        x=point.x,
        y=point.y,
        mode=mode,
        minutes=minutes,
        limit_m=chosen.limit_m(mode, minutes),
        snap_m=snap_m,
        homes=int(inside.sum()),
        **sums,
        homes_outside=int((~inside).sum()),
        residents_outside=_sum(near.loc[~inside, "residents"]),
        polygon=frame,
        options={
            f"{mode}_m_per_min": chosen.speeds_m_per_min[mode],
            **chosen.snap,
            "isochrone_buffer_m": chosen.settings.isochrone.buffer_m,
        },
        notes=_notes(city, point, chosen, minutes, near),
    )


def _sum(values: pd.Series) -> float | None:
    return None if values.isna().any() else float(values.sum())


def _notes(city: City, point: shapely.Point, chosen: Chosen, minutes: float, near: pd.DataFrame) -> list[str]:
    (mode,) = chosen.modes
    remarks = []
    limit_m = chosen.limit_m(mode, minutes)
    boundary = city.boundary.geometry.iloc[0]
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
