"""Homes from buildings and addresses, and people spread over homes so that the sum of every area is kept exactly.

The rule of what is a home is data: ``[homes]`` of ``osm_tags.toml``.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.addresses import house_numbers
from kortrijk_geo.ingest.osm_rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from kortrijk_geo.ingest.osm_rules import HomeRules

_NAMED = 5
_ADDRESS = ("address_id", "street", "house_number", "postcode")


def homes_from_osm(
    buildings: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, boundary: BaseGeometry
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Derive the layer ``homes``; who lives in them is not known yet.

    Parameters
    ----------
    buildings
        ``building_id``, ``use``, ``dwellings``; ``landuse`` and ``place`` (as `read_osm` gives them) where known.
    addresses
        Points with ``address_id``, ``street``, ``house_number``, ``postcode``; a ``place`` that is not empty says that
        the address is a shop or service and not a front door.
    areas
        ``area_id`` and polygons. A home on the border of two areas belongs to the first.
    boundary
        The study area. Homes inside it but in no area are counted in the findings.

    Returns
    -------
    homes, findings
        Points inside the building, or at the address; ``residents`` and ``children_0_2`` are NaN, ``area_id`` is None
        outside the areas; ``footprint_m2`` is that of the building, NaN without one (a weight to spread people by
        where dwellings are hardly mapped). The findings are sentences with counts.

    Raises
    ------
    DataError
        When the addresses lack a column.
    """
    rules = load_rules().homes
    lacks = [name for name in _ADDRESS if name not in addresses.columns]
    if lacks and not addresses.empty:
        raise DataError(f"addresses: column {', '.join(lacks)} is missing; homes need {', '.join(_ADDRESS)}")
    doors = addresses[_column(addresses, "place").isna()].reset_index(drop=True)
    doors = doors.reindex(columns=[*_ADDRESS, "geometry"])
    door, building = _doors_of_buildings(doors, buildings, rules.address_reach_m)
    numbers = _house_numbers(doors)
    doors_of = _count_numbers(door, building, numbers, len(buildings))
    tagged = _column(buildings, "dwellings").to_numpy(dtype=np.float64)
    by_use, by_address, by_landuse = _which_are_homes(buildings, tagged, doors_of, rules)
    home = by_use | by_address | by_landuse
    alone = _addresses_alone(door, numbers, doors)
    points = np.concatenate(
        [shapely.point_on_surface(buildings.geometry.to_numpy()[home]), doors.geometry.to_numpy()[alone]]
    )
    area_id = _area_of(points, areas)
    known = np.where(np.isnan(tagged), np.maximum(doors_of, 1), tagged)[home]
    homes = gpd.GeoDataFrame(
        {
            "home_id": [*buildings["building_id"][home], *doors["address_id"][alone]],
            "area_id": area_id,
            "dwellings": np.concatenate([known, [len(numbers[at]) for at in alone]]).astype(np.float64),
            "residents": np.nan,
            "children_0_2": np.nan,
            "footprint_m2": np.concatenate([buildings.area.to_numpy()[home], np.full(len(alone), np.nan)]),
        },
        geometry=points,
        crs=buildings.crs,
    )
    in_no_area = np.array([area is None for area in area_id], dtype=bool)
    counts = {
        "{} are buildings of a residential use or with a tagged number of dwellings": by_use,
        "{} are buildings of unknown use with an address": by_address,
        "{} are buildings of unknown use without an address in residential land": by_landuse,
        "{} are addresses in no building": np.ones(len(alone), dtype=bool),
        "{} buildings of unknown use are taken for no home (no address, or land of another use)": (
            _column(buildings, "use").isna().to_numpy() & ~home
        ),
        "{} have no tagged dwellings and no address: counted as one dwelling": home
        & np.isnan(tagged)
        & (doors_of == 0),
        "{} lie in the study area but in none of its areas: they belong to no area": (
            in_no_area & np.asarray(shapely.intersects(boundary, points), dtype=bool)
        ),
    }
    return homes, tuple(f"homes: {text.format(int(rows.sum()))}" for text, rows in counts.items() if rows.any())


def _which_are_homes(
    buildings: gpd.GeoDataFrame, tagged: NDArray[np.float64], doors_of: NDArray[np.int64], rules: HomeRules
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which buildings are homes by their use, by an address, by the land they stand on; one reason each."""
    use, landuse = _column(buildings, "use"), _column(buildings, "landuse")
    by_use = use.isin(rules.residential).to_numpy() | ~np.isnan(tagged)
    unknown = use.isna().to_numpy() & ~by_use
    by_address = unknown & (doors_of > 0) & ~landuse.isin(rules.not_homes_landuse).to_numpy()
    by_landuse = (
        (unknown & (doors_of == 0))
        & landuse.isin(rules.homes_landuse).to_numpy()
        & (buildings.area.to_numpy() >= rules.least_home_m2)
        & _column(buildings, "place").isna().to_numpy()
    )
    return by_use, by_address, by_landuse


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    return frame[name] if name in frame.columns else pd.Series(None, index=frame.index, dtype="object")


def _doors_of_buildings(
    doors: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, reach_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair every address with the nearest building within reach; of buildings equally near, with the first."""
    if doors.empty or buildings.empty:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    tree = shapely.STRtree(buildings.geometry.to_numpy())
    door, building = tree.query_nearest(doors.geometry.to_numpy(), max_distance=reach_m, all_matches=True)
    order = np.lexsort((building, door))
    door, first = np.unique(door[order], return_index=True)
    return door, building[order][first]


def _house_numbers(doors: gpd.GeoDataFrame) -> list[list[tuple[str, str, str]]]:
    """Return the different (postcode, street, number) of every address; one without a street is its own street."""
    by_door = []
    for osm_id, street, number, postcode in zip(
        doors["address_id"], doors["street"], doors["house_number"], doors["postcode"], strict=True
    ):
        where = street.casefold() if isinstance(street, str) else f"at {osm_id}"
        town = postcode if isinstance(postcode, str) else ""
        parts = house_numbers(str(number).casefold()) or [""]
        by_door.append([(town, where, part) for part in parts])
    return by_door


def _count_numbers(
    door: NDArray[np.int64], building: NDArray[np.int64], numbers: list[list[tuple[str, str, str]]], size: int
) -> NDArray[np.int64]:
    """Count the different house numbers of every building."""
    pairs = {
        (at, street, number)
        for of_door, at in zip(door.tolist(), building.tolist(), strict=True)
        for _, street, number in numbers[of_door]
    }
    counts = Counter(at for at, _, _ in pairs)
    return np.array([counts[at] for at in range(size)], dtype=np.int64)


def _addresses_alone(
    door: NDArray[np.int64], numbers: list[list[tuple[str, str, str]]], doors: gpd.GeoDataFrame
) -> list[int]:
    """Addresses at no building whose street and number no building or earlier address has."""
    at_building = set(door.tolist())
    seen = {number for row in at_building for number in numbers[row]}
    alone = []
    for row in range(len(doors)):
        if row not in at_building and seen.isdisjoint(numbers[row]):
            alone.append(row)
            seen.update(numbers[row])
    return alone


def _area_of(points: NDArray[Any], areas: gpd.GeoDataFrame) -> list[str | None]:
    owner: list[str | None] = [None] * len(points)
    point, area = shapely.STRtree(areas.geometry.to_numpy()).query(points, predicate="intersects")
    ids = areas["area_id"].tolist()
    order = np.lexsort((-area, point))
    for at, inside in zip(point[order].tolist(), area[order].tolist(), strict=True):
        owner[at] = str(ids[inside])
    return owner


def spread(
    totals: Mapping[str, float | None],
    homes: gpd.GeoDataFrame,
    column: str,
    *,
    weights: str = "dwellings",
    whole: bool = True,
) -> tuple[pd.Series[float], tuple[str, ...]]:
    """Spread the people of every area over its homes in proportion to a weight; the sum of every area is kept.

    Whole persons are dealt out along a space-filling curve through the homes of the area, the fraction that a home is
    due carried over to the next: every home gets its share rounded down or up, every stretch of neighbouring homes its
    share within one person. (Rounding by largest remainder would give children, fewer than dwellings, to the largest
    buildings first.) The outcome does not depend on the order of the rows.

    Parameters
    ----------
    totals
        People by area id; None or NaN is unknown.
    homes
        ``home_id``, ``area_id``, the column of the weights, and points.
    column
        Name of the result, used in the findings: ``residents``, ``children_0_2``.
    weights
        Column of the weights, from 0. A home of unknown weight counts as the median home of known weight (as 1 where
        none is known), and is counted in the findings.
    whole
        Whole persons only; otherwise fractions.

    Returns
    -------
    values, findings
        People by home, index of ``homes``; NaN outside the areas and where the total of the area is unknown.

    Raises
    ------
    DataError
        When a total is negative, infinite, or no whole number where whole persons are asked for; when a weight is
        negative; when the sum of an area is not kept.
    """
    amounts = {area: _amount(value, area, column, whole=whole) for area, value in totals.items()}
    weight = homes[weights].astype("float64").to_numpy(copy=True)
    no_weight = np.isnan(weight)
    usual = 1.0 if no_weight.all() else float(np.median(weight[~no_weight]))
    weight[no_weight] = usual
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise DataError(f"homes, column {weights}: a weight must be a number from 0")
    area_of = homes["area_id"].astype("object").where(homes["area_id"].notna(), None).to_numpy()
    order = _neighbours_together(homes)
    values = np.full(len(homes), np.nan)
    members = pd.Series(order).groupby(pd.Series(area_of[order]), sort=False).indices
    stranded = {}
    for area, amount in amounts.items():
        mine = order[members.get(area, np.empty(0, dtype=np.int64))]
        if math.isnan(amount):
            continue
        if not weight[mine].sum() > 0:
            if amount:
                stranded[area] = amount
            values[mine] = 0.0 if not amount else np.nan
            continue
        values[mine] = _deal(amount, weight[mine], whole=whole)
        if not math.isclose(math.fsum(values[mine]), amount, rel_tol=0 if whole else 1e-9):
            raise DataError(f"homes, column {column}: {amount} people of area {area} could not be spread exactly")
    without_total = sorted({area for area in area_of if area is not None} - set(amounts))
    unknown = sorted(area for area, amount in amounts.items() if math.isnan(amount))
    findings = [
        _finding(column, without_total, "areas have homes but no row of totals: unknown"),
        _finding(column, unknown, "areas have an unknown total: unknown for their homes"),
        _finding(
            column,
            sorted(stranded),
            f"areas have no homes: their {sum(stranded.values()):g} people stay in the area's total and are in no home",
        ),
    ]
    if no_weight.any():
        findings.append(f"homes: {column}: {int(no_weight.sum())} homes of unknown {weights} count as {usual:g}")
    return pd.Series(values, index=homes.index, name=column), tuple(text for text in findings if text)


def _amount(value: float | None, area: str, column: str, *, whole: bool) -> float:
    amount = float("nan") if value is None or pd.isna(value) else float(value)
    if amount < 0 or math.isinf(amount):
        raise DataError(f"{column} of area {area}: {value} is not a number of people")
    if whole and not math.isnan(amount) and amount != int(amount):
        raise DataError(f"{column} of area {area}: {value} is not a whole number of people")
    return amount


def _neighbours_together(homes: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Order of the homes along a Hilbert curve; homes at one place in the order of their ids."""
    if homes.empty:
        return np.empty(0, dtype=np.int64)
    left, bottom, right, top = homes.total_bounds
    side = max(right - left, top - bottom, 1.0)
    along = homes.hilbert_distance(total_bounds=(left, bottom, left + side, bottom + side)).to_numpy()
    return np.lexsort((homes["home_id"].astype("str").to_numpy(dtype="U"), along)).astype(np.int64)


def _deal(amount: float, weight: NDArray[np.float64], *, whole: bool) -> NDArray[np.float64]:
    running = np.cumsum(weight)
    due = amount * (running / running[-1])
    dealt: NDArray[np.float64] = np.diff(np.floor(due + 0.5) if whole else due, prepend=0.0)
    return dealt


def _finding(column: str, areas: list[str], text: str) -> str:
    if not areas:
        return ""
    named = ", ".join(areas[:_NAMED]) + (", ..." if len(areas) > _NAMED else "")
    return f"homes: {column}: {len(areas)} {text} ({named})"
