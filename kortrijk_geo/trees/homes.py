"""3-30-300 for every home: crowns it can see, canopy around it, the walk to public green; and how homes count.

Unknown stays unknown: a home that would pass if a tree of unknown crown were large enough neither passes nor fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np

from kortrijk_geo.engine.green_entrances import green_entrances
from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.pack.homes import check_areas_of
from kortrijk_geo.trees.columns import ratio
from kortrijk_geo.trees.crowns import TOLERANCE_M, at_least_crowns, canopy_m2_near, crowns_near, too_little_canopy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kortrijk_geo.engine.places import SnapTo
    from kortrijk_geo.pack.city import City
    from kortrijk_geo.trees.columns import Values
    from kortrijk_geo.trees.cover import CoverFiles
    from kortrijk_geo.trees.rules import Knots, NeedRules, ThreeHundred
    from kortrijk_geo.trees.surroundings import Cells

VERDICTS = ("meets_3", "meets_30", "meets_300")
Who = Literal["dwellings", "homes"]


@dataclass(frozen=True)
class Snapped:
    """How many homes lie farther than the snap limit from any street, and what loose ends of street do.

    ``homes_moved`` and ``entrances_moved`` lie nearest to a street off the largest part of the network, and were put on
    that part; ``homes_off`` and ``entrances_off`` stay on such a street, as that part is too far.
    """

    not_placed: int = 0
    homes_moved: int = 0
    homes_off: int = 0
    entrances_moved: int = 0
    entrances_off: int = 0


@dataclass(frozen=True)
class HomesMeasured:
    """3-30-300 of the homes inside the study area, in the order of ``frame``; verdicts are 1, 0 or NaN (unknown).

    Parameters
    ----------
    frame
        Homes with ``home_id``, ``area_id``, raw values and verdicts, as in the result's layer ``homes``.
    area
        Number of each home's area.
    weights
        How many dwellings each home counts for; NaN where unknown.
    who
        ``dwellings``, or ``homes`` when the pack knows no dwellings at all and every home counts once.
    inventory
        Whether the layer of trees is an inventory, so that what it lacks is not there.
    snapped
        How homes and entrances of green lie on the streets.
    dense_unknown
        Whether the density of some area is unknown, so that the larger size of green was asked there.
    few_trees
        Whether so few trees are mapped that any home may have more.
    """

    frame: gpd.GeoDataFrame
    area: NDArray[np.intp]
    weights: NDArray[np.float64]
    who: Who
    inventory: bool
    snapped: Snapped
    dense_unknown: bool
    few_trees: bool

    def share_bounds(self, verdicts: Sequence[str] = VERDICTS) -> tuple[float, float, float]:
        """Least and most that the share of homes meeting these rules can be, and of which share of them it is known."""
        verdict = meets_all(self.frame[list(verdicts)].to_numpy(float))
        weights = np.nan_to_num(self.weights)
        total = weights.sum()
        if not total > 0:
            return 0.0, 1.0, 0.0
        low, fails = (float(weights[verdict == sure].sum() / total) for sure in (1, 0))
        return low, 1.0 - fails, low + fails

    @property
    def one_number(self) -> bool:
        """Whether the share of homes that meet all rules has no width."""
        low, high, _ = self.share_bounds()
        return bool(np.isclose(low, high))


def measure_homes(
    city: City,
    need: NeedRules,
    files: CoverFiles,
    cells: Cells,
    *,
    area_canopy: NDArray[np.float64],
    people_per_km2: NDArray[np.float64],
    assumed_crown_m2: float | None,
    snap_to: SnapTo = "largest",
) -> HomesMeasured | None:
    """Measure 3-30-300; None when the pack has no homes in the study area.

    Parameters
    ----------
    city
        The pack; without streets and green that rule is unknown, without an inventory of trees the first is bounded.
    need
        Thresholds.
    files
        Map of crowns.
    cells
        Canopy around a spot.
    area_canopy, people_per_km2
        Canopy share and density of each area.
    assumed_crown_m2
        Crown of trees of which it is unknown; None leaves it unknown.
    snap_to
        As in `StreetGraph.place`.
    """
    if not city.has("homes"):
        return None
    homes = city.homes[city.homes["area_id"].notna()].reset_index(drop=True)
    if homes.empty:
        return None
    area = _area_numbers(city, homes)
    x, y = homes.geometry.x.to_numpy(), homes.geometry.y.to_numpy()
    frame = homes[["home_id", "area_id", "dwellings"]].copy()
    crowns, maybe = crowns_near(city, x, y, need.three, assumed_crown_m2)
    inventory = "trees" in city.info.layers and city.info.layers["trees"].inventory
    few_trees = not inventory and _few_trees(city, homes, need)
    if few_trees:
        maybe = np.full(len(homes), np.inf)
    frame["crowns"], frame["crowns_unknown"] = crowns, np.where(np.isfinite(maybe), maybe, np.nan)
    near = cells.canopy_at(x, y, need.thirty.within_m, least_known=need.known.least_share)
    frame["canopy_near_share"] = near
    frame["canopy_area_share"] = area_canopy[area]
    dense = people_per_km2[area] >= need.three_hundred.dense_from_per_km2
    green_m, snapped = green_distance(city, homes, need.three_hundred, dense=dense, snap_to=snap_to)
    frame["green_m"] = np.where(np.isinf(green_m), np.nan, green_m)
    canopy = near if need.thirty.measured_in == "radius" else area_canopy[area]
    if inventory:
        frame["meets_3"] = at_least_crowns(crowns, maybe, need.three.least_crowns)
    else:
        # What such a layer holds is there, what it lacks may be there too: only the map of crowns can say no.
        frame["canopy_near_m2"] = canopy_m2_near(files, x, y, need.three, least_known=need.known.least_share)
        few = np.nan_to_num(crowns) + np.nan_to_num(maybe) < need.three.least_crowns
        none = few & too_little_canopy(frame["canopy_near_m2"].to_numpy(), need.three)
        frame["meets_3"] = np.where(crowns >= need.three.least_crowns, 1.0, np.where(none, 0.0, np.nan))
    frame["meets_30"] = _verdict(canopy >= need.thirty.least_share - 1e-9, canopy)
    frame["meets_300"] = _verdict(green_m <= need.three_hundred.max_m + TOLERANCE_M, green_m)
    frame["rules_met"] = frame[list(VERDICTS)].sum(axis=1, skipna=False)
    dwellings = homes["dwellings"].to_numpy(float)
    who: Who = "homes" if np.isnan(dwellings).all() else "dwellings"
    return HomesMeasured(
        frame=gpd.GeoDataFrame(frame, geometry=homes.geometry.to_numpy(), crs=homes.crs),
        area=area,
        weights=dwellings if who == "dwellings" else np.ones(len(homes)),
        who=who,
        inventory=inventory,
        snapped=snapped,
        dense_unknown=bool(np.isnan(people_per_km2[area]).any()),
        few_trees=few_trees,
    )


def _few_trees(city: City, homes: gpd.GeoDataFrame, need: NeedRules) -> bool:
    """Whether the mapped trees are too few to be all trees: fewer per dwelling (home) than the rules ask."""
    if not city.has("trees"):
        return False
    dwellings = float(homes["dwellings"].sum()) or len(homes)
    return len(city.trees) < need.known.least_trees_per_dwelling * dwellings


def green_distance(
    city: City, homes: gpd.GeoDataFrame, rule: ThreeHundred, *, dense: NDArray[np.bool_], snap_to: SnapTo = "largest"
) -> tuple[NDArray[np.float64], Snapped]:
    """Walk from each home to where public green is entered, metres, snap distances included.

    Infinite where there is no way; NaN where the home lies too far from a street, or the pack has no streets or green.
    Also returns how homes and entrances lie on the streets.
    """
    metres = np.full(len(homes), np.nan)
    if not city.has("streets", "green"):
        return metres, Snapped()
    graph = StreetGraph.from_streets(city.streets, mode="walk")
    origins = graph.place(homes, max_snap_m=rule.max_snap_m, snap_to=snap_to)
    entrances_moved = entrances_off = 0
    for chosen, min_ha in ((dense, rule.min_ha_dense), (~dense, rule.min_ha)):
        if not chosen.any():
            continue
        entrances = green_entrances(
            city.green, city.streets, min_ha=min_ha, kinds=rule.kinds, max_street_m=rule.max_street_m
        )
        rows = np.flatnonzero(chosen)
        to_green_m = np.full(len(rows), np.nan)
        if len(entrances):
            at_green = graph.place(entrances, max_snap_m=rule.max_snap_m, snap_to=snap_to)
            # The green of dense areas holds the larger green of the others: the most of the two is all.
            entrances_moved = max(entrances_moved, int(at_green.moved.sum()))
            entrances_off = max(entrances_off, int(at_green.off_largest.sum()))
            _, to_green_m = graph.nearest(origins[rows], at_green)
        metres[rows] = np.where(np.isnan(to_green_m) & origins.placed[rows], np.inf, to_green_m)
    return metres, Snapped(
        not_placed=int((~origins.placed).sum()),
        homes_moved=int(origins.moved.sum()),
        homes_off=int(origins.off_largest.sum()),
        entrances_moved=entrances_moved,
        entrances_off=entrances_off,
    )


def mark(values: NDArray[np.float64], knots: Knots) -> NDArray[np.float64]:
    """Give a mark by straight lines between the knots; beyond them the outermost mark; unknown stays unknown."""
    x, y = zip(*knots, strict=True)
    return np.asarray(np.where(np.isnan(values), np.nan, np.interp(values, x, y)))


def home_columns(measured: HomesMeasured | None, areas: int, need: NeedRules) -> Values:
    """Return shares of homes that meet the rules, the rules met on average, and the mean marks.

    A figure is told where it is known for enough of the homes (``least_share`` of need.toml), over those.
    """
    names = {
        "homes_meeting_3_30_300_share": "all",
        "homes_meeting_3_share": "meets_3",
        "homes_meeting_3_low_share": "at_least_3",
        "homes_meeting_3_high_share": "perhaps_3",
        "homes_meeting_30_share": "meets_30",
        "homes_meeting_300_share": "meets_300",
        "rules_met": "rules_met",
        "mark_canopy": "canopy",
        "mark_green": "green",
    }
    if measured is None:
        return {name: np.full(areas + 1, np.nan) for name in names}
    frame = measured.frame
    canopy = frame["canopy_near_share" if need.thirty.measured_in == "radius" else "canopy_area_share"]
    values = {name: frame[name].to_numpy(float) for name in (*VERDICTS, "rules_met")} | {
        "all": meets_all(frame[list(VERDICTS)].to_numpy(float)),
        "at_least_3": np.nan_to_num(frame["meets_3"].to_numpy(float), nan=0.0),
        "perhaps_3": np.nan_to_num(frame["meets_3"].to_numpy(float), nan=1.0),
        "canopy": mark(canopy.to_numpy(float), need.marks.canopy_share),
        "green": mark(frame["green_m"].to_numpy(float), need.marks.green_m),
    }
    # Where there is no way to any green, nothing is near: the mark is the lowest.
    values["green"] = np.where(
        frame["meets_300"].eq(0) & frame["green_m"].isna(),
        mark(np.array([np.inf]), need.marks.green_m),
        values["green"],
    )
    return {
        name: known_mean(values[key], measured.weights, measured.area, areas, least_known=need.known.least_share)
        for name, key in names.items()
    }


def meets_all(verdicts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tell 1 where all rules are met, 0 where one is surely not, NaN where it depends on what is unknown."""
    fails = (verdicts == 0).any(axis=1)
    return np.where(fails, 0.0, np.where(np.isnan(verdicts).any(axis=1), np.nan, 1.0))


def known_mean(
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    group: NDArray[np.intp],
    groups: int,
    *,
    least_known: float,
) -> NDArray[np.float64]:
    """Weighted mean per group, and of all as last row; NaN where too few values or weights are known."""
    weighed = np.isfinite(weights)
    known = weighed & np.isfinite(values)
    weight, value = np.where(weighed, weights, 0.0), np.where(known, values, 0.0)

    def sums(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        by_group = np.bincount(group, numbers, groups)
        return np.append(by_group, by_group.sum())

    enough = (sums(weight * known) >= least_known * sums(weight) - 1e-9) & (
        sums(weighed.astype(float)) >= least_known * sums(np.ones(len(weights)))
    )
    mean = ratio(sums(weight * value * known), sums(weight * known))
    return np.where(enough, mean, np.nan)


def _verdict(passes: NDArray[np.bool_], value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(value), np.nan, passes.astype(float))


def _area_numbers(city: City, homes: gpd.GeoDataFrame) -> NDArray[np.intp]:
    check_areas_of(city, homes)
    ids = city.areas["area_id"]
    number = dict(zip(ids, range(len(ids)), strict=True))
    return np.asarray(homes["area_id"].map(number), dtype=np.intp)
