"""From homes and candidates to the arrays of a location model: what one unit of capacity adds to every demand point.

The catchment (E2SFCA) is linear in new capacity: R_j of a new site is capacity_j / sum_i P_i w_ij, and that sum does
not depend on where capacity is. So a unit at j adds the same to every home, whatever else is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from kortrijk_geo.capacity.rules import candidate_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from kortrijk_geo.capacity.network import Network
    from kortrijk_geo.engine.places import Places

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Demand:
    """Homes of the study area gathered in demand points.

    Parameters
    ----------
    point
        Demand point of each home of the network; -1 for homes outside the study area or without people.
    people
        People per demand point.
    area
        Row of the area of each demand point.
    cell_m
        Side of the cells in which homes were gathered.
    """

    point: Ints
    people: Floats
    area: Ints
    cell_m: float


@dataclass(frozen=True)
class Gains:
    """What candidates add.

    Parameters
    ----------
    points
        (demand points, candidates): capacity per 100 people that one place at the candidate adds to the point, on the
        average of its people.
    people_in_reach
        People within the limit of each candidate, not weighted.
    people_below_in_reach
        The same, only people whose home is below the norm.
    """

    points: sparse.csc_array
    people_in_reach: Floats
    people_below_in_reach: Floats


def gather(net: Network, area: Ints) -> Demand:
    """Gather the homes with people in cells within one area, the smallest cells that give few enough points.

    Parameters
    ----------
    net
        Streets with homes on them.
    area
        Row of the area per home; -1 outside the study area.
    """
    rules = candidate_rules().demand
    counted = np.flatnonzero((area >= 0) & (net.people > 0))
    x, y = net.places.x[counted], net.places.y[counted]
    for cell in rules.cells_m:
        keys = np.stack([area[counted], np.floor(x / cell), np.floor(y / cell)], axis=1)
        cells, number = np.unique(keys, axis=0, return_inverse=True)
        if len(cells) <= rules.most_points:
            break
    point = np.full(len(area), -1, dtype=np.int64)
    point[counted] = number.reshape(-1)
    people = np.bincount(point[counted], weights=net.people[counted], minlength=len(cells)).astype(np.float64)
    return Demand(point, people, cells[:, 0].astype(np.int64), cell)


def point_means(values: Floats, net: Network, demand: Demand) -> Floats:
    """Mean of a value of homes per demand point, weighted by people."""
    used = demand.point >= 0
    # Endless reach, of which only the least is known, stays endless.
    weighted = net.people[used] * np.nan_to_num(values[used], posinf=np.inf)
    summed = np.bincount(demand.point[used], weights=weighted, minlength=len(demand.people))
    return np.asarray(summed / demand.people, dtype=np.float64)


def measure_gains(
    net: Network,
    candidates: Places,
    demand: Demand,
    *,
    limit_m: float,
    decay: Callable[[Floats], Floats],
    below: npt.NDArray[Any],
) -> Gains:
    """Measure what one place at each candidate adds to each demand point, batch by batch in bounded memory.

    Parameters
    ----------
    net
        Streets with all homes of the pack: people outside the study area share the new places.
    candidates
        Candidates on the same streets.
    demand
        See `gather`.
    limit_m, decay
        As of the catchment.
    below
        Whether each home is below the norm now.
    """
    n, m = len(candidates), len(demand.people)
    rows = np.flatnonzero(net.people > 0)
    people, point, low = net.people[rows], demand.point[rows], below[rows]
    reached, near, near_below = np.zeros(n), np.zeros(n), np.zeros(n)
    parts = [(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    for batch in net.graph.within_batches(candidates, net.places[rows], limit_m):
        who = people[batch.origin]
        weighted = who * decay(batch.metres)
        reached += np.bincount(batch.facility, weights=weighted, minlength=n)
        near += np.bincount(batch.facility, weights=who, minlength=n)
        near_below += np.bincount(batch.facility, weights=who * low[batch.origin], minlength=n)
        at = point[batch.origin]
        own = at >= 0
        # Homes of one demand point are added up at once; all pairs of a candidate are in one batch.
        summed = sparse.csc_array((weighted[own], (at[own], batch.facility[own])), shape=(m, n)).tocoo()
        parts.append((summed.data, summed.row.astype(np.int64), summed.col.astype(np.int64)))
    amount, row, column = (np.concatenate(part) for part in zip(*parts, strict=True))
    total = sparse.csc_array((amount, (row, column)), shape=(m, n))
    share = np.divide(100.0, reached, out=np.zeros(n), where=reached > 0)
    scaled = sparse.diags_array(1 / demand.people) @ total @ sparse.diags_array(share)
    return Gains(sparse.csc_array(scaled), near, near_below)


def area_gains(gains: Gains, demand: Demand, areas: int) -> sparse.csc_array:
    """(areas, candidates): what one place adds to the mean of each area, weighted by people."""
    of_area = np.bincount(demand.area, weights=demand.people, minlength=areas)
    share = demand.people / of_area[demand.area]
    gather_rows = sparse.csr_array((share, (demand.area, np.arange(len(share)))), shape=(areas, len(share)))
    return sparse.csc_array(gather_rows @ gains.points)
