"""The people around every site by one mode, and which uses the homes have within reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.engine.sweep import Pairs
from kortrijk_geo.figure import coverage, too_little
from kortrijk_geo.sites.overlap import count_within, sum_places
from kortrijk_geo.sites.people import GROUPS
from kortrijk_geo.sites.stock import NO_USE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from kortrijk_geo.capacity.transit import TransitNetwork
    from kortrijk_geo.engine.places import Places
    from kortrijk_geo.sites.options import Chosen
    from kortrijk_geo.sites.people import People
    from kortrijk_geo.sites.rules import Mode
    from kortrijk_geo.sites.stock import Stock

    Floats = NDArray[np.float64]

# Distances are compared with limits to a micrometre, so that sums of coordinates that should be 1,200 m are.
TOLERANCE_M = 1e-6
# Places whose pairs by public transport are given together.
_AT_ONCE = 64


@dataclass(frozen=True)
class ModeReach:
    """What the sites mean to the people around them by one mode; rows are sites, columns groups of `GROUPS`.

    Parameters
    ----------
    reach, overlap, loss
        People within reach, those who have another place of the use, those who lose the last; NaN where unknown: a site
        on no street, too many homes of which the people are unknown, and without compared use the last two.
    partial
        Whether the people of some homes within reach are unknown, so that the three are a least.
    lacking
        Per compared use: people within reach who have no place of it; NaN where unknown.
    counts
        Per compared use and home: how many places the home has within reach.
    any_site
        Whether each home has a site of a compared use within reach.
    to_site_m
        Per home, metres to the nearest site of a compared use; NaN beyond the limit of whoever walks fastest. None by
        public transport.
    at_home
        The homes on the streets.
    placed
        Whether each site is entered from a street.
    lost_together
        Per compared use: inhabitants who lose the last when all sites of the city close of which, alone, nobody loses
        the last; NaN where unknown.
    """

    mode: Mode
    reach: Floats
    overlap: Floats
    loss: Floats
    partial: NDArray[np.bool_]
    lacking: Floats
    counts: NDArray[np.int64]
    any_site: NDArray[np.bool_]
    to_site_m: Floats | None
    at_home: Places
    placed: NDArray[np.bool_]
    lost_together: Floats


def measure(
    streets: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, people: People, stock: Stock, mode: Mode, chosen: Chosen
) -> ModeReach:
    """Sweep the streets of one mode from every place, and sum the people of the homes within reach.

    Trips go from the home to the place; by bicycle that matters in one-way streets.
    """
    graph = StreetGraph.from_streets(streets, mode="cycle" if mode == "cycle" else "walk")
    at_home, points = graph.place(homes, **chosen.snap), graph.place(stock.points, **chosen.snap)
    limit_m = chosen.limit_m(mode) + TOLERANCE_M

    def pairs(places: NDArray[np.bool_]) -> Iterator[Pairs]:
        which = points.placed & places[stock.place_of_point]
        return graph.within_batches(points[which], at_home, limit_m, place=stock.place_of_point[which])

    of_city = points.placed & (_own(stock) & _of_use(stock))[stock.place_of_point]
    to_site_m = graph.nearest(at_home, points[of_city], chosen.farthest_m(mode) + TOLERANCE_M)[1]
    return _reach(mode, people, stock, at_home, points, pairs, np.asarray(to_site_m <= limit_m), to_site_m)


def measure_rides(
    net: TransitNetwork, homes: gpd.GeoDataFrame, people: People, stock: Stock, chosen: Chosen
) -> ModeReach:
    """Sum the people who have every place within reach at half of the departures, by public transport or on foot."""
    origins, points = net.leaving(homes), net.place(stock.points)
    limit_s = 60 * chosen.ride_minutes
    # A bit for each place and home, for all of them are asked three times.
    bits = np.concatenate(
        [np.packbits(part, axis=1) for part in net.within_each(origins, points, stock.place_of_point, limit_s)]
    )

    def pairs(places: NDArray[np.bool_]) -> Iterator[Pairs]:
        rows = np.flatnonzero(places)
        for begin in range(0, len(rows), _AT_ONCE):
            some = rows[begin : begin + _AT_ONCE]
            row, home = np.nonzero(np.unpackbits(bits[some], axis=1, count=len(homes)))
            yield Pairs(some[row].astype(np.int32), home.astype(np.int32), np.full(len(home), np.nan))

    any_site = np.zeros(len(homes), bool)
    for near in pairs(_own(stock) & _of_use(stock)):
        any_site[near.origin] = True
    return _reach("transit", people, stock, origins.places, points, pairs, any_site, None)


def _own(stock: Stock) -> NDArray[np.bool_]:
    """Whether each place is a site of the city."""
    return np.asarray(np.arange(stock.n_places) <= stock.place_of_site.max())


def _of_use(stock: Stock) -> NDArray[np.bool_]:
    """Whether each place has a use that is compared."""
    return np.asarray(stock.use_of_place != NO_USE)


def _reach(
    mode: Mode, people: People, stock: Stock, at_home: Places, points: Places,
    pairs: Callable[[NDArray[np.bool_]], Iterator[Pairs]], any_site: NDArray[np.bool_], to_site_m: Floats | None,
) -> ModeReach:  # fmt: skip
    """Sum people; ``pairs`` gives those of some places (flags) and the homes within reach of them."""
    own, of_use = _own(stock), _of_use(stock)
    n_uses, n_homes = len(stock.keys), len(at_home)
    counts = count_within(pairs(of_use), stock.use_of_place, n_uses, n_homes)
    sums = sum_places(pairs(own), stock.use_of_place, counts, people.counts, people.expected)
    rows = stock.place_of_site
    placed = np.bincount(stock.place_of_point[points.placed], minlength=stock.n_places)[rows] > 0
    # With hardly a home on a street nobody knows who lives where.
    nowhere = too_little(float(people.expected[at_home.placed].sum() / max(people.expected.sum(), 1e-9)))
    unknown = nowhere | ~placed[:, None] | too_few_known(sums.known[rows], sums.weight[rows], people)
    no_use = stock.use_of_site == NO_USE
    partial = sums.known[rows] < sums.weight[rows, None] - 1e-6
    # Of a sum that is a least, 0 says nothing.
    reach, overlap, loss = (
        np.where(unknown | (partial & (part[rows] == 0)), np.nan, part[rows])
        for part in (sums.reach, sums.overlap, sums.loss)
    )
    overlap, loss = (np.where(no_use[:, None], np.nan, part) for part in (overlap, loss))
    inside = stock.sites["area_id"].notna().to_numpy()
    spare = np.isin(np.arange(stock.n_places), rows[(loss[:, 0] == 0) & inside])
    closing = count_within(pairs(of_use & own & spare), stock.use_of_place, n_uses, n_homes)
    left = (counts > 0) & (counts == closing)
    lost = np.array([people.counts[homes_of, 0].sum() for homes_of in left])
    return ModeReach(
        mode=mode,
        reach=reach,
        overlap=overlap,
        loss=loss,
        partial=partial & ~unknown,
        lacking=np.where(unknown[:, :1] | ~stock.known, np.nan, sums.lacking[rows]),
        counts=counts,
        any_site=any_site,
        to_site_m=to_site_m,
        at_home=at_home,
        placed=placed,
        lost_together=np.where(nowhere | ~stock.known | np.isnan(people.counts[:, 0]).all(), np.nan, lost),
    )


def too_few_known(known: Floats, weight: Floats, people: People) -> NDArray[np.bool_]:
    """Whether of so many homes within reach the people are unknown that a sum would be a part of the whole."""
    nobody = np.isnan(people.counts).all(axis=0)
    part = known < coverage().whole_share * weight[:, None]
    return np.asarray(nobody | part)


def most_lacked(measured: ModeReach) -> tuple[NDArray[np.intp], Floats]:
    """Return per site the compared use that most people within reach lack, -1 for none, and how many these are."""
    known = ~np.isnan(measured.lacking)
    filled = np.where(known, measured.lacking, -1.0)
    if not filled.shape[1]:
        return np.full(len(filled), -1), np.full(len(filled), np.nan)
    use = filled.argmax(axis=1)
    most = filled[np.arange(len(filled)), use]
    return np.where(most > 0, use, -1), np.where(most < 0, np.nan, most)


assert next(iter(GROUPS)) == "people", "who lacks a use is counted in the first group"
