"""From distances per home to the figures of ``areas``, ``city`` and ``homes``, in their order.

``group`` numbers the area of each home from 0; ``weights`` are inhabitants (or dwellings). A home that cannot be placed
on a street is unknown: it is in no numerator and in no denominator. A home on a street from which no place of a
category can be reached does not have that category within any limit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import geopandas as gpd
import numpy as np
import pandas as pd

from kortrijk_geo.figure import too_little_of
from kortrijk_geo.reach.times import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kortrijk_geo.reach.options import Chosen
    from kortrijk_geo.reach.rules import Mode
    from kortrijk_geo.reach.times import ModeTimes

Who = Literal["residents", "dwellings", "homes"]
# F15 is defined with this limit, whatever limit an analysis uses.
F15_MINUTES = 15.0
QUANTILES = {"median": 0.5, "p90": 0.9}


@dataclass(frozen=True)
class Weighing:
    """How homes count.

    Parameters
    ----------
    who
        Column of ``homes`` that the weights come from: ``residents``; ``dwellings`` when no inhabitants are known at
        all; ``homes`` (each one) when neither are.
    weights
        Weight of each home, 0 in areas that are unknown.
    area
        Number of each home's area.
    unknown
        Areas in which a home's weight is unknown.
    empty
        Areas without any home.
    population, dwellings
        Sums over the homes of each area, NaN when unknown.
    expected
        Weight of each home; the mean one where it is unknown, which serves to tell what share is known.
    missing
        Weight of the city that is in no home, as far as its boundary tells.
    """

    who: Who
    weights: np.ndarray
    area: np.ndarray
    unknown: np.ndarray
    empty: np.ndarray
    population: np.ndarray
    dwellings: np.ndarray
    expected: np.ndarray
    missing: float


def weigh(areas: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, *, population: float = math.nan) -> Weighing:
    """Tell how the homes of the study area count; see `Weighing`. ``population`` is that of the city, where known."""
    ids = areas["area_id"].to_numpy()
    sorter = np.argsort(ids)
    area = sorter[np.searchsorted(ids, homes["area_id"].to_numpy(), sorter=sorter)]
    residents = homes["residents"].to_numpy(float)
    dwellings = homes["dwellings"].to_numpy(float)
    who: Who = "residents"
    weights = residents
    if np.isnan(residents).all():
        who, weights = ("dwellings", dwellings) if not np.isnan(dwellings).all() else ("homes", np.ones(len(homes)))
    unknown = np.bincount(area, np.isnan(weights), len(ids)) > 0
    empty = np.bincount(area, minlength=len(ids)) == 0
    expected = np.where(np.isnan(weights), np.nanmean(weights), weights)
    missing = population - expected.sum() if who == "residents" and math.isfinite(population) else 0.0
    return Weighing(
        who=who,
        weights=np.where(np.isnan(weights) | unknown[area], 0.0, weights),
        area=area,
        unknown=unknown,
        empty=empty,
        # Without homes an area's own sum would be 0 inhabitants, which nobody counted.
        population=np.where(empty, np.nan, np.bincount(area, residents, len(ids))),
        dwellings=np.where(empty, np.nan, np.bincount(area, dwellings, len(ids))),
        expected=expected,
        missing=max(0.0, float(missing)),
    )


def area_figures(weighing: Weighing, measured: list[ModeTimes], chosen: Chosen) -> dict[str, tuple[np.ndarray, Any]]:
    """Return by column name the values per area and the value of the whole study area, in the order of the contract.

    The city is weighed over the areas that are known. Where too little is known there is no figure.
    """
    trips = [_Trips.of(times, chosen) for times in measured]
    figures = of_areas_and_city(
        weighing, lambda group, expected: _figures(weighing.weights, group, expected, trips, chosen)
    )
    return {
        "population": (weighing.population, float(weighing.population.sum())),
        **{name: figures[name] for name in _ordered(figures, chosen)},
        "dwellings": (weighing.dwellings, float(weighing.dwellings.sum())),
    }


def of_areas_and_city(
    weighing: Weighing, figures_of: Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]
) -> dict[str, tuple[np.ndarray, Any]]:
    """Return by column the values per area, none where an area is unknown, and the value of the whole study area.

    Parameters
    ----------
    weighing
        How homes count.
    figures_of
        Makes the columns of groups of homes from the number of each home's group and the weight expected of each group.
    """
    groups = len(weighing.unknown)
    per_area = figures_of(weighing.area, np.bincount(weighing.area, weighing.expected, groups))
    everyone = np.array([weighing.expected.sum() + weighing.missing])
    whole = figures_of(np.zeros(len(weighing.area), int), everyone)
    return {
        name: (unless(weighing.unknown, values), whole[name][0] if values.dtype == object else float(whole[name][0]))
        for name, values in per_area.items()
    }


def unless(unknown: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return values, unknown where that is said."""
    blank: Any = None if values.dtype == object else np.nan
    return np.where(unknown, blank, values)


def _ordered(columns: Iterable[str], chosen: Chosen) -> list[str]:
    first = [f"share_all_{mode}_{chosen.minutes}" for mode in chosen.modes]
    first += [f"share_{key}_{mode}_{chosen.minutes}" for mode in chosen.modes for key in chosen.categories.keys]
    return [*first, *(name for name in columns if name not in first)]


@dataclass(frozen=True)
class _Trips:
    """What areas and city are asked of alike: metres and their `ascending` order, of all and of each category.

    Infinite where there is no way, and of homes that are not placed, which weigh nothing.
    """

    times: ModeTimes
    metres: dict[str, np.ndarray]
    order: dict[str, np.ndarray]

    @classmethod
    def of(cls, times: ModeTimes, chosen: Chosen) -> Self:
        known = {key: times.trip_m[:, i] for i, key in enumerate(chosen.categories.keys) if times.available[i]}
        trips = {"all": all_trip_m(times), **known} if known else {}
        metres = {key: np.where(times.placed, trip, np.inf) for key, trip in trips.items()}
        return cls(times, metres, {key: ascending(values) for key, values in metres.items()})


def _figures(
    weights: np.ndarray, group: np.ndarray, expected: np.ndarray, measured: list[_Trips], chosen: Chosen
) -> dict[str, np.ndarray]:
    columns: dict[str, np.ndarray] = {}
    for trips in measured:
        found = _mode_figures(trips, weights, group, len(expected), chosen)
        columns |= _where_enough(found, trips.times, weights, group, expected)
    return columns


def _where_enough(
    columns: dict[str, np.ndarray], times: ModeTimes, weights: np.ndarray, group: np.ndarray, expected: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the figures of a mode, unknown where they are about too few, and about which share of all they are."""
    mode = times.mode
    known = {f"known_share_{mode}": known_share(np.where(times.placed, weights, 0.0), group, expected)}
    few = {name: too_little_of(known[f"known_share_{mode}"]) for name in columns if name != f"counted_{mode}"}
    if times.proximity_minutes is not None:
        near = np.where(times.placed & ~np.isnan(times.proximity_minutes), weights, 0.0)
        known[f"f15_known_share_{mode}"] = share = known_share(near, group, expected)
        few |= dict.fromkeys((f"f15_{mode}", f"proximity_minutes_{mode}"), too_little_of(share))
    return {
        **{name: unless(few[name], values) if name in few else values for name, values in columns.items()},
        **known,
    }


def known_share(counted: np.ndarray, group: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return which share of the weight expected of each group is counted."""
    part = np.bincount(group, counted, len(expected))
    share: np.ndarray = np.divide(part, expected, out=np.full(len(expected), np.nan), where=expected > 0)
    return share


def _mode_figures(
    trips: _Trips, weights: np.ndarray, group: np.ndarray, groups: int, chosen: Chosen
) -> dict[str, np.ndarray]:
    times, mode, keys = trips.times, trips.times.mode, chosen.categories.keys
    weights = np.where(times.placed, weights, 0.0)
    nothing = np.full(groups, np.nan)
    columns: dict[str, np.ndarray] = {}
    for minutes in chosen.all_minutes:
        hits = {key: within_limit(trip, chosen.limit_m(mode, minutes)) for key, trip in trips.metres.items()}
        for key in ("all", *keys):
            share = weighted_share(hits[key], weights, group, groups) if key in hits else nothing
            columns[f"share_{key}_{mode}_{minutes}"] = share
        columns[f"weighted_share_{mode}_{minutes}"] = _weighted(columns, mode, minutes, chosen, groups)
    quantiles = {}
    for key, metres in trips.metres.items():
        minutes_taken, asked = metres / chosen.speeds_m_per_min[mode], list(QUANTILES.values())
        quantiles[key] = weighted_quantiles(minutes_taken, weights, group, groups, asked, order=trips.order[key])
    for nth, name in enumerate(QUANTILES):
        for key, found in quantiles.items():
            columns[f"{name}_minutes_{key}_{mode}"] = np.where(np.isinf(found[nth]), np.nan, found[nth])
        columns |= {f"{name}_minutes_{key}_{mode}": nothing for key in ("all", *keys) if key not in trips.metres}
    shares = np.column_stack([columns[f"share_{key}_{mode}_{chosen.minutes}"] for key in keys])
    worst = missing_most(shares)
    columns[f"missing_most_{mode}"] = _texts(worst, keys, None)
    columns[f"missing_most_label_{mode}"] = _texts(worst, tuple(chosen.categories.labels.values()), "geen")
    if times.proximity_minutes is not None:
        known_weights = np.where(np.isnan(times.proximity_minutes), 0.0, weights)
        minutes_known = np.nan_to_num(times.proximity_minutes)
        near = minutes_known <= F15_MINUTES
        columns[f"proximity_minutes_{mode}"] = weighted_mean(minutes_known, known_weights, group, groups)
        columns[f"f15_{mode}"] = weighted_share(near, known_weights, group, groups)
    columns[f"counted_{mode}"] = np.bincount(group, weights, groups)
    return columns


def all_trip_m(times: ModeTimes) -> np.ndarray:
    """Return per home the distance to the nearest place of the category that is farthest: with it, all are had.

    Infinite where one cannot be reached, NaN where the home cannot be placed or no category has data.
    """
    trips = times.trip_m[:, times.available]
    return trips.max(axis=1) if trips.shape[1] else np.full(len(trips), np.nan)


def _weighted(columns: dict[str, np.ndarray], mode: Mode, minutes: int, chosen: Chosen, groups: int) -> np.ndarray:
    """Weighted mean of the shares over the categories with data: what part of the places people have, on average."""
    total, part = np.zeros(groups), np.zeros(groups)
    for category in chosen.categories.categories:
        share = columns[f"share_{category.key}_{mode}_{minutes}"]
        known = ~np.isnan(share)
        total += category.weight * known
        part += category.weight * np.where(known, share, 0.0)
    mean: np.ndarray = np.divide(part, total, out=np.full(groups, np.nan), where=total > 0)
    return mean


def _texts(index: np.ndarray, names: tuple[str, ...], none: str | None) -> np.ndarray:
    """Name the columns of `missing_most`; ``none`` says that nothing is missing, None that nothing is known."""
    return np.array([names[i] if i >= 0 else none if i == -1 else None for i in index], dtype=object)


def home_columns(homes: gpd.GeoDataFrame, measured: list[ModeTimes], chosen: Chosen) -> gpd.GeoDataFrame:
    """Return layer ``homes`` of the result: metres, minutes and counts per category and mode.

    ``<mode>_m_<category>`` and ``<mode>_minutes_<category>`` go to the nearest place, ``<mode>_n_<category>`` counts
    the places within the limit, ``<mode>_minutes_all`` is the time within which all categories are had (NaN when one
    cannot be reached), ``<mode>_missing`` how many categories are not within the limit.
    """
    columns: dict[str, np.ndarray] = {}
    for name in ("m", "minutes", "n"):
        for times in measured:
            speed = chosen.speeds_m_per_min[times.mode]
            values = {"m": times.metres, "minutes": times.metres / speed, "n": times.counts}[name]
            columns |= {f"{times.mode}_{name}_{key}": values[:, i] for i, key in enumerate(chosen.categories.keys)}
    for times in measured:
        mode = times.mode
        farthest = all_trip_m(times) / chosen.speeds_m_per_min[mode]
        lacking = ~within_limit(times.trip_m[:, times.available], chosen.limit_m(mode, chosen.minutes))
        sure = times.placed & times.available.any()
        columns[f"{mode}_minutes_all"] = np.where(np.isinf(farthest), np.nan, farthest)
        columns[f"{mode}_missing"] = np.where(sure, lacking.sum(axis=1), np.nan)
        columns[f"{mode}_snap_m"] = times.at_home.snap_m
        if times.proximity_minutes is not None:
            columns[f"{mode}_proximity_minutes"] = times.proximity_minutes
    known = homes[["home_id", "area_id", "residents", "dwellings"]]
    frame = pd.concat([known, pd.DataFrame(columns, index=homes.index)], axis=1)
    return gpd.GeoDataFrame(frame, geometry=homes.geometry.to_numpy(), crs=homes.crs)


def within_limit(trip_m: np.ndarray, limit_m: float) -> np.ndarray:
    """Whether each trip is at most ``limit_m`` long (to a micrometre); NaN and infinity are not."""
    return np.asarray(trip_m <= limit_m + TOLERANCE_M)


def weighted_share(hit: np.ndarray, weights: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Return per group the sum of weights where ``hit`` over the sum of all weights; NaN where that sum is 0."""
    return weighted_mean(hit, weights, group, groups)


def weighted_mean(values: np.ndarray, weights: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Return per group the weighted mean; NaN where the weights sum to 0."""
    total = np.bincount(group, weights, groups)
    part = np.bincount(group, values * weights, groups)
    mean: np.ndarray = np.divide(part, total, out=np.full(groups, np.nan), where=total > 0)
    return mean


def weighted_quantile(
    values: np.ndarray, weights: np.ndarray, group: np.ndarray, groups: int, quantile: float
) -> np.ndarray:
    """Return one of the `weighted_quantiles`."""
    return weighted_quantiles(values, weights, group, groups, [quantile])[0]


def ascending(values: np.ndarray) -> np.ndarray:
    """Return the order of values from the least, among equals any, which takes a quarter of the time."""
    return np.argsort(values)


def weighted_quantiles(
    values: np.ndarray,
    weights: np.ndarray,
    group: np.ndarray,
    groups: int,
    quantiles: Sequence[float],
    *,
    order: np.ndarray | None = None,
) -> list[np.ndarray]:
    """Return for each quantile the least value per group that at least so much of the weight does not exceed.

    ``values`` may be infinite (not reached), not NaN. The result is NaN where the group has no weight, and infinite
    where so much of the weight does not reach. ``order`` is `ascending` of them, for who asks several groupings.
    """
    # Which of equals comes first moves running sums by less than the hair below.
    order = ascending(values) if order is None else order
    if groups > 1:
        narrow = group[order].astype(np.min_scalar_type(groups))  # numpy sorts numbers of 16 bits by counting
        order = order[np.argsort(narrow, kind="stable")]
    values, weights, group = values[order], weights[order], group[order]
    totals = np.bincount(group, weights, groups)
    before = np.concatenate([[0.0], np.cumsum(totals)])[:-1]
    running = np.cumsum(weights)
    out = [np.full(groups, np.nan) for _ in quantiles]
    edges = np.searchsorted(group, np.arange(groups + 1))
    for g in np.flatnonzero(totals > 0):
        inside = slice(edges[g], edges[g + 1])
        for quantile, found in zip(quantiles, out, strict=True):
            # A relative hair, because sums of fractional inhabitants that should be equal differ in the last digit.
            reached = running[inside] - before[g] >= quantile * totals[g] * (1 - 1e-12)
            found[g] = values[inside][np.argmax(reached)]
    return out


def missing_most(shares: np.ndarray) -> np.ndarray:
    """Return per row the column of the least share, the first among equals; -1 if all are 1, -2 if none is known."""
    known = np.where(np.isnan(shares), np.inf, shares)
    worst = known.argmin(axis=1) if known.shape[1] else np.zeros(len(known), int)
    least = known.min(axis=1, initial=np.inf)
    return np.where(np.isinf(least), -2, np.where(least < 1.0, worst, -1))
