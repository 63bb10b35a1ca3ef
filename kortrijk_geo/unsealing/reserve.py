"""Ground that stays sealed: strips to buildings and widths of ways on the map, terraces and parking in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.pack.city import City
    from kortrijk_geo.unsealing.rules import UnsealingRules

    Shapes = NDArray[np.object_]
    Distances = NDArray[np.float64] | float

_NO_ACCESS = ("motorway", "trunk")


@dataclass(frozen=True)
class Reserved:
    """Ground that stays and can be put on the map: shapes in the pack's CRS, and by how much each is grown, metres.

    Parameters
    ----------
    ways, ways_m
        Needed width of streets and paths: sealed ground and road stay.
    access
        Strips to buildings: sealed ground and road stay.
    road_kept, road_kept_m
        Junctions, and roads whose class has no needed width: road stays, other sealed ground need not.
    reach, reach_m
        Ground near enough to a street with a needed width: only there can a road be narrowed.
    """

    ways: Shapes
    access: Shapes
    road_kept: Shapes
    reach: Shapes
    ways_m: Distances = 0.0
    road_kept_m: Distances = 0.0
    reach_m: Distances = 0.0


def reserved_ground(city: City, rules: UnsealingRules, *, pixel_m: float) -> Reserved:
    """Find the reserved ground that can be put on the map.

    Parameters
    ----------
    city
        Layers ``streets``, ``buildings`` and ``parcels`` are used where the pack has them.
    rules
        Widths, metres.
    pixel_m
        Longest side of a pixel of the land cover: a road is narrowed only beyond what half a pixel may hide.
    """
    if not city.has("streets"):
        nothing: Shapes = np.array([], dtype=object)
        return Reserved(nothing, nothing, nothing, nothing)
    lines = city.streets.geometry.to_numpy()
    kinds = city.streets["kind"].to_numpy(dtype=object)
    needs = rules.way_need_m
    need_m = np.array([needs.get(kind, np.nan) for kind in kinds])
    listed = np.isfinite(need_m)
    unlisted, junctions = lines[~listed], _junctions(lines)
    kept_m = rules.roads.reach_m + pixel_m, rules.roads.junction_m
    return Reserved(
        ways=lines[listed],
        ways_m=need_m[listed] / 2 + pixel_m / 2,
        access=_access_strips(city, lines[~np.isin(kinds, _NO_ACCESS)], rules),
        road_kept=np.concatenate([unlisted, junctions]),
        road_kept_m=np.repeat(kept_m, (len(unlisted), len(junctions))),
        reach=lines[listed],
        reach_m=rules.roads.reach_m,
    )


def _junctions(lines: Shapes) -> Shapes:
    """Points where three or more ends of streets meet."""
    ends = shapely.get_coordinates(shapely.get_point(lines, [[0], [-1]]).ravel())
    places, count = np.unique(ends, axis=0, return_counts=True)
    return np.asarray(shapely.points(places[count >= 3]), dtype=object)


def _access_strips(city: City, lines: Shapes, rules: UnsealingRules) -> Shapes:
    """Straight strips from a building to its nearest street: of each parcel, the building nearest to one."""
    if not city.has("buildings") or not len(lines) or rules.access.width_m == 0:
        return np.array([], dtype=object)
    from kortrijk_geo.engine.nearest import nearest_lines

    buildings = city.buildings.geometry.to_numpy()
    street = nearest_lines(buildings, lines)
    apart = shapely.distance(buildings, lines[street])
    if city.has("parcels"):
        parcel = parcels_of(shapely.point_on_surface(buildings), city.parcels.geometry.to_numpy())
        order = np.lexsort((np.arange(len(parcel)), apart, parcel))
        first = np.append(True, parcel[order][1:] != parcel[order][:-1])
        chosen = order[first | (parcel[order] < 0)]
    else:
        chosen = np.arange(len(buildings))
    chosen = np.sort(chosen[apart[chosen] > 0])
    ways = shapely.get_coordinates(shapely.shortest_line(buildings[chosen], lines[street[chosen]])).reshape(-1, 2, 2)
    along = ways[:, 1] - ways[:, 0]
    aside = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None] * rules.access.width_m / 2
    corners = np.stack([ways[:, 0] + aside, ways[:, 1] + aside, ways[:, 1] - aside, ways[:, 0] - aside], axis=1)
    return np.asarray(shapely.polygons(corners), dtype=np.object_)


def parcels_of(points: Shapes, parcels: Shapes) -> NDArray[np.int64]:
    """Row of the parcel that each point lies on, the first one where several do, -1 for none."""
    rows = np.full(len(points), -1, dtype=np.int64)
    if len(parcels):
        point, parcel = shapely.STRtree(parcels).query(points, predicate="intersects")
        order = np.lexsort((-parcel, point))
        rows[point[order]] = parcel[order]
    return rows


@dataclass(frozen=True)
class Demand:
    """Sealed ground that people keep but whose place is not known, m2.

    Parameters
    ----------
    by_parcel
        Per parcel, terraces and parking of its dwellings.
    by_area
        Per area, the same of dwellings that lie on no parcel.
    kept_share
        Per parcel, the share of its other sealed ground that stays for its use; NaN where that is not known.
    dwellings, guessed
        Dwellings counted; homes with an unknown number of dwellings, counted as one each.
    source
        Layer that the dwellings come from, empty when the pack has none.
    """

    by_parcel: NDArray[np.float64]
    by_area: NDArray[np.float64]
    kept_share: NDArray[np.float64]
    dwellings: float
    guessed: int
    source: str


def demand(city: City, rules: UnsealingRules) -> Demand:
    """Count what dwellings keep: 20 m2 of terrace and 12.5 m2 per parking space, unless the rules say otherwise."""
    parcels = city.parcels.geometry.to_numpy() if city.has("parcels") else np.array([], dtype=object)
    by_parcel, by_area = np.zeros(len(parcels)), np.zeros(len(city.areas))
    kept_share = np.full(len(parcels), np.nan)
    if len(parcels) and "use" in city.parcels.columns:
        kept_share = city.parcels["use"].map(rules.kept_share).to_numpy(dtype=float)
    points, dwellings, source = _dwellings(city)
    area = parcels_of(points, city.areas.geometry.to_numpy())
    points, dwellings, area = points[area >= 0], dwellings[area >= 0], area[area >= 0]
    guessed = np.isnan(dwellings)
    dwellings = np.where(guessed, 1.0, dwellings)
    each = rules.terrace.m2_per_dwelling + rules.parking.m2_per_space * rules.parking.spaces_per_dwelling
    parcel = parcels_of(points, parcels)
    placed = parcel >= 0
    by_parcel += np.bincount(parcel[placed], dwellings[placed] * each, minlength=len(parcels))
    by_area += np.bincount(area[~placed], dwellings[~placed] * each, minlength=len(by_area))
    return Demand(by_parcel, by_area, kept_share, float(dwellings.sum()), int(guessed.sum()), source)


def _dwellings(city: City) -> tuple[Shapes, NDArray[np.float64], str]:
    """Points with their dwellings: the homes, or else the buildings that tell how many they hold."""
    if city.has("homes"):
        homes = city.homes
        return homes.geometry.to_numpy(), homes["dwellings"].to_numpy(dtype=float), "homes"
    if city.has("buildings") and "dwellings" in city.buildings.columns:
        filled = city.buildings[city.buildings["dwellings"] > 0]
        return (
            np.asarray(shapely.point_on_surface(filled.geometry.to_numpy()), dtype=object),
            filled["dwellings"].to_numpy(dtype=float),
            "buildings",
        )
    return np.array([], dtype=object), np.zeros(0), ""
