"""Who lives where: homes chosen among the lots; dwellings, inhabitants, children, social dwellings spread over them.

Every sum per part of the city is exact; outside the city numbers are round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from kortrijk_geo.demo.roles import apportion
from kortrijk_geo.demo.zones import CORE, NEIGHBOUR, URBAN

if TYPE_CHECKING:
    from kortrijk_geo.demo.boundaries import Boundaries
    from kortrijk_geo.demo.figures import Figures

# Shares of households of 1, 2, 3, 4, 5 and 6 people (about Statbel's for Flanders).
_HOUSEHOLDS = (0.33, 0.345, 0.14, 0.125, 0.045, 0.015)
_FLEMISH_MEAN = 2.35
_AROUND_CHILDREN_SHARE = 0.029
_AROUND_DWELLINGS = 5
_HOME_KINDS = ("house", "flats", "ribbon")


def settle(lots: pd.DataFrame, areas: Boundaries, fig: Figures, rng: np.random.Generator) -> pd.DataFrame:
    """Decide which lots are homes and who lives there.

    Returns
    -------
    homes
        Columns ``lot`` (row of ``lots``), ``sector`` and ``part`` (-1 outside the city), ``point``, ``dwellings``,
        ``residents``, ``children_0_2``, ``social_dwellings``.
    """
    row = np.flatnonzero(lots["kind"].isin(_HOME_KINDS).to_numpy() & lots["building"].notna().to_numpy())
    point = shapely.point_on_surface(lots["building"].to_numpy()[row])
    homes = lots.loc[row, ["kind", "face", "zone", "cost"]].reset_index(drop=True)
    homes.insert(0, "lot", row)
    homes["point"] = point
    homes["floor_m2"] = shapely.area(lots["building"].to_numpy()[row])
    homes["sector"] = sector_of(point, areas)
    homes["part"] = np.where(homes["sector"] >= 0, areas.sectors["part"].to_numpy()[homes["sector"]], -1)
    chosen = [_around(homes[homes["part"] < 0], rng)]
    for index, part in enumerate(fig.parts):
        settled = _choose(homes[homes["part"] == index], part, rng)
        chosen.append(_people(settled, part, rng))
    return pd.concat(chosen).sort_values("lot").reset_index(drop=True)


def sector_of(points: np.ndarray, areas: Boundaries) -> np.ndarray:
    """Index of the sector of each point, -1 outside the city; on a border the first."""
    sector_at = np.full(len(points), -1)
    point, sector = shapely.STRtree(areas.sectors.geometry.to_numpy()).query(points, predicate="intersects")
    sector_at[point[::-1]] = sector[::-1]
    return sector_at


def _around(homes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    around = homes.copy()
    town = (around["zone"] == NEIGHBOUR).to_numpy()
    around["dwellings"] = np.where(town, _AROUND_DWELLINGS, 1)
    around["residents"] = rng.poisson(around["dwellings"] * (_FLEMISH_MEAN - 1)) + around["dwellings"]
    around["children_0_2"] = rng.binomial(around["residents"] - around["dwellings"], _AROUND_CHILDREN_SHARE * 1.7)
    around["social_dwellings"] = 0
    return around


def _choose(homes: pd.DataFrame, part: dict[str, int | float], rng: np.random.Generator) -> pd.DataFrame:
    """Take the lots nearest the heart, and some along country roads, up to the part's number of home points."""
    wanted = round(part["households_private"] * part["homes"])
    ribbon = homes[homes["kind"] == "ribbon"]
    town = homes[homes["kind"] != "ribbon"]
    along = max(round(wanted * part["ribbon"]), wanted - len(town))
    ribbon = ribbon.iloc[np.sort(rng.permutation(len(ribbon))[:along])]
    # Block by block, so that no street is built up by halves.
    block, place = np.unique(town["face"].to_numpy(), return_inverse=True)
    rank = np.argsort(town["cost"].to_numpy() + rng.uniform(0, 90, len(block))[place], kind="stable")
    town = town.iloc[rank[: wanted - len(ribbon)]]
    chosen = pd.concat([town, ribbon]).copy()
    chosen["dwellings"] = 1
    more = int(part["households_private"]) - len(chosen)
    weight = (
        chosen["floor_m2"].to_numpy() * np.where(chosen["zone"] == CORE, 1.5, 1.0) * rng.uniform(0.6, 1.6, len(chosen))
    )
    flats = (chosen["kind"] == "flats").to_numpy()
    chosen["dwellings"] += apportion(more, np.where(flats, weight, 0.02 * weight))
    return chosen


def _people(homes: pd.DataFrame, part: dict[str, int], rng: np.random.Generator) -> pd.DataFrame:
    dwellings = homes["dwellings"].to_numpy()
    home = np.repeat(np.arange(len(homes)), dwellings)
    size = _household_sizes(len(home), part["population"], rng)
    children = _children(size, part["children_0_2"], rng)
    homes["residents"] = np.bincount(home, weights=size, minlength=len(homes)).astype(int)
    homes["children_0_2"] = np.bincount(home, weights=children, minlength=len(homes)).astype(int)
    homes["social_dwellings"] = _social(homes, part["social_dwellings"], rng)
    return homes


def _household_sizes(households: int, people: int, rng: np.random.Generator) -> np.ndarray:
    """Sizes of 1-7 that sum to the people."""
    size = rng.choice(np.arange(1, 7), households, p=_HOUSEHOLDS)
    while (short := people - int(size.sum())) != 0:
        can = np.flatnonzero((size < 7) if short > 0 else (size > 1))
        picked = rng.permutation(can)[: abs(short)]
        size[picked] += np.sign(short)
    return size


def _children(size: np.ndarray, children: int, rng: np.random.Generator) -> np.ndarray:
    """Children 0-2: at most two in a household, and at least one grown-up with them."""
    room = np.minimum(np.maximum(size - 2, (size == 2) * 0.15), 2.0)
    slots = np.concatenate([np.flatnonzero(room >= 1), np.flatnonzero(room >= 2), np.flatnonzero(room == 0.15)])
    weight = np.concatenate(
        [np.full((room >= 1).sum(), 1.0), np.full((room >= 2).sum(), 0.25), np.full((room == 0.15).sum(), 0.06)]
    )
    picked = rng.choice(slots.size, children, replace=False, p=weight / weight.sum())
    return np.bincount(slots[picked], minlength=len(size))


def _social(homes: pd.DataFrame, wanted: int, rng: np.random.Generator) -> np.ndarray:
    """Social dwellings on whole blocks of streets, one after another, until the number is reached."""
    face = homes["face"].to_numpy()
    dense = (homes["kind"] == "flats").to_numpy() | np.isin(homes["zone"], (URBAN,))
    faces = np.unique(face)
    lure = rng.random(len(faces)) - 0.25 * np.isin(faces, face[dense])
    place = np.empty(faces.max() + 1)
    place[faces] = lure
    order = np.lexsort((np.arange(len(face)), place[face]))
    dwellings = homes["dwellings"].to_numpy()[order]
    before = np.cumsum(dwellings) - dwellings
    social = np.zeros(len(face), dtype=int)
    social[order] = np.clip(wanted - before, 0, dwellings)
    return social
